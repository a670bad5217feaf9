/*
 * Two simulated years of subscriptions and payments at two providers:
 * notifications are lost, doubled, late and out of order, answers fail or lag,
 * the worker is killed again and again, customers get other names. At the end,
 * at a hundred moments of the past and at a hundred edges, the answers and the
 * sums of quantities are the model's truth, as far as history itself says that
 * it can be known; the feed, from its beginning, is what is answered, and tells
 * no edge twice.
 *
 * A few fixed seeds, and one of the moment; MODEL_SEED=N runs that one alone.
 */
#include <time.h>

#include "tests/contract/model_check.h"

enum { FIXED_SEEDS = 3, PAST_MOMENTS = 100 };

/* ---- operators, and weather --------------------------------------------- */

/* A customer gets another name, or the first one back. */
static void change_owner(struct model *m)
{
	static const char *const customers[] = {"c0", "c1", "c2", "c3"};
	size_t p = life_pick(&m->random, 2);
	size_t c = life_pick(&m->random, MODEL_CUSTOMERS);
	size_t *n = &m->world.n_owners[p][c];
	struct owner *owners = m->world.owners[p][c];
	char account[MODEL_NAME_MAX];
	bool back = strncmp(owners[*n - 1].account, "usr", 3) == 0 &&
		    life_chance(&m->random, 50);

	if (*n == MODEL_OWNERS_MAX)
		return;
	snprintf(account, sizeof(account), "usr_%zu",
	    life_pick(&m->random, MODEL_ACCOUNTS));
	if (back)
		snprintf(account, sizeof(account), "%s", owners[0].account);
	if (strcmp(owners[*n - 1].account, account) == 0)
		return;
	if (store_link(m->f->store, &m->f->settings, model_providers[p],
		customers[c], back ? NULL : account, m->f->now_ms,
		&m->f->err) != 0)
		model_fail(m, "%s", m->f->err.text);
	owners[*n].since_ms = m->f->now_ms;
	snprintf(owners[*n].account, MODEL_NAME_MAX, "%s", account);
	(*n)++;
	m->tallies.links++;
}

/* What nobody has told us of is found by listing, once a day. */
static void discover(struct model *m)
{
	struct object object;

	for (size_t i = 0; i < MODEL_THINGS; i++) {
		struct thing *thing = &m->world.things[i];
		struct object_ref ref = thing_ref(thing);
		struct store_view *view = model_view(m);
		int rc = store_view_object(
		    view, &ref, &m->f->arena, &object, &m->f->err);

		store_view_close(view);
		if (thing->n > 0 && !thing->deleted && rc != 0)
			mail_append(m, thing, CAUSE_DISCOVER);
	}
}

/* Once a day: how the worker is run, which provider is down, and a look. */
static void begin_day(struct model *m)
{
	static const int64_t crons_ms[] = {
	    0, 0, MODEL_MINUTE, 15 * MODEL_MINUTE};

	arena_reset(&m->f->arena);
	discover(m);
	check_news(m);
	check_notices(m);
	if (m->calm)
		return;
	m->cron_ms = crons_ms[life_pick(&m->random, 4)];
	if (life_chance(&m->random, 3))
		change_owner(m);
	if (life_chance(&m->random, 5))
		m->outage_ms[life_pick(&m->random, 2)] =
		    m->f->now_ms + life_span(&m->random, 0, 8 * MODEL_HOUR);
	if (life_chance(&m->random, 25)) {
		check_feed(m);
		snapshot_take(m);
	}
}

/* ---- two years ---------------------------------------------------------- */

static int64_t next_event(const struct model *m, int64_t day_ms)
{
	int64_t next_ms = day_ms < m->wake_ms ? day_ms : m->wake_ms;

	for (size_t i = 0; i < MODEL_THINGS; i++)
		model_earlier(&next_ms, m->world.things[i].next_ms);
	for (size_t i = 0; i < m->n_mail; i++)
		model_earlier(&next_ms, m->mail[i].arrives_ms);
	return next_ms;
}

static void run_until(struct model *m, int64_t end_ms)
{
	int64_t day_ms = m->f->now_ms + MODEL_DAY, next_ms;

	while (m->f->now_ms < end_ms) {
		next_ms = next_event(m, day_ms);
		if (next_ms > m->f->now_ms)
			m->f->now_ms = next_ms;
		model_pass(m);
		if (m->f->now_ms >= m->wake_ms)
			model_work(m);
		if (m->f->now_ms >= day_ms) {
			day_ms += MODEL_DAY;
			begin_day(m);
		}
	}
}

/* Nothing goes wrong any more, everything is looked at, nothing is left. */
static void come_to_rest(struct model *m)
{
	struct job_filter all = {.state = -1};
	size_t n;

	m->calm = true;
	m->cron_ms = 0;
	if (store_jobs_retry(
		m->f->store, &all, false, m->f->now_ms, &n, &m->f->err) != 0)
		model_fail(m, "%s", m->f->err.text);
	m->wake_ms = m->f->now_ms + 1;
	run_until(m, MODEL_END);
	/* What the last resync has put on its way. */
	for (int i = 0;
	     i < 10000 && fixture_stats(m->f).inbox +
				  fixture_stats(m->f).jobs[JOB_DUE] +
				  fixture_stats(m->f).jobs[JOB_WAITING] >
			      0;
	     i++) {
		m->f->now_ms = m->wake_ms;
		model_work(m);
	}
}

static void prepare(struct model *m, uint64_t seed)
{
	m->seed = seed;
	m->f = quick_setup();
	m->f->now_ms = MODEL_START;
	m->client.type = "any";
	m->wake_ms = MODEL_START + 1;
	random_seed_with(&m->random, seed);
	random_seed_with(&m->f->random, ~seed);
	for (size_t p = 0; p < 2; p++) {
		m->f->providers[p].client = &m->client;
		m->f->providers[p].schedule.resync_ms = 60 * MODEL_HOUR;
		for (size_t c = 0; c < MODEL_CUSTOMERS; c++) {
			snprintf(m->world.owners[p][c][0].account,
			    MODEL_NAME_MAX, "%s/c%zu", model_providers[p], c);
			m->world.n_owners[p][c] = 1;
		}
	}
	for (size_t i = 0; i < MODEL_THINGS; i++)
		life_make(&m->world, i, &m->random);
}

static void report(const struct model *m, size_t uncertain)
{
	struct store_stats stats = fixture_stats(m->f);

	printf("notice: seed %llu: %zu steps, %zu notices lost, %zu doubled, "
	       "%zu looks, %zu failed, %zu kills, %zu links, %llu changes, "
	       "%llu repairs, %zu of %d past answers uncertain\n",
	    (unsigned long long)m->seed, m->tallies.steps, m->tallies.lost,
	    m->tallies.doubled, m->tallies.looks, m->tallies.failed,
	    m->tallies.kills, m->tallies.links,
	    (unsigned long long)stats.changes,
	    (unsigned long long)stats.repairs, uncertain,
	    2 * PAST_MOMENTS * MODEL_NAMES * 4);
}

/* A moment at which something happened or ended, or the one before it. */
static int64_t edge_moment(struct model *m)
{
	const struct thing *thing =
	    &m->world.things[life_pick(&m->random, MODEL_THINGS)];
	const struct truth *v;
	int64_t at_ms;

	if (thing->n == 0)
		return MODEL_START;
	v = &thing->was[life_pick(&m->random, thing->n)];
	at_ms = v->at_ms;
	if (life_chance(&m->random, 50) && v->until_ms != 0)
		at_ms = v->until_ms;
	else if (life_chance(&m->random, 50) && v->effect_until_ms != 0)
		at_ms = v->effect_until_ms;
	else if (life_chance(&m->random, 30) && v->since_ms != 0)
		at_ms = v->since_ms;
	if (at_ms >= m->f->now_ms)
		at_ms = m->f->now_ms - 1;
	return at_ms - (int64_t)life_pick(&m->random, 2);
}

static size_t check_past(struct model *m)
{
	size_t uncertain = 0;

	for (int i = 0; i < PAST_MOMENTS; i++) {
		uncertain += check_moment(
		    m, life_span(&m->random, MODEL_START, m->f->now_ms));
		uncertain += check_moment(m, edge_moment(m));
	}
	return uncertain;
}

static int set_up(void **state)
{
	struct model *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	prepare(m, *(const uint64_t *)*state);
	*state = m;
	return 0;
}

static int tear_down(void **state)
{
	struct model *m = *state;

	quick_teardown(m->f);
	free(m);
	return 0;
}

static void test_two_years(void **state)
{
	struct model *m = *state;
	size_t uncertain;

	run_until(m, MODEL_END - 4 * MODEL_DAY);
	come_to_rest(m);
	check_feed(m);
	check_end(m);
	uncertain = check_past(m);
	check_snapshots(m);
	report(m, uncertain);
	/* It was the life that it should have been. */
	assert_true(m->tallies.steps > 100 && m->tallies.kills > 5);
	assert_true(m->tallies.lost > 20 && fixture_stats(m->f).repairs > 5);
}

/* ---- seeds -------------------------------------------------------------- */

static size_t choose_seeds(uint64_t *seeds)
{
	const char *wanted = getenv("MODEL_SEED");

	if (wanted != NULL) {
		seeds[0] = strtoull(wanted, NULL, 10);
		return 1;
	}
	for (uint64_t i = 0; i < FIXED_SEEDS; i++)
		seeds[i] = i + 1;
	seeds[FIXED_SEEDS] = (uint64_t)time(NULL);
	return FIXED_SEEDS + 1;
}

int main(void)
{
	struct CMUnitTest tests[FIXED_SEEDS + 1];
	char names[FIXED_SEEDS + 1][64];
	uint64_t seeds[FIXED_SEEDS + 1];
	size_t n = choose_seeds(seeds);

	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]),
		    "two years, MODEL_SEED=%llu", (unsigned long long)seeds[i]);
		tests[i] = (struct CMUnitTest){.name = names[i],
		    .test_func = test_two_years,
		    .setup_func = set_up,
		    .teardown_func = tear_down,
		    .initial_state = &seeds[i]};
	}
	return _cmocka_run_group_tests("model", tests, n, NULL, NULL);
}
