/*
 * A simulated month of the real worker, on the real store, with the real
 * client types: only time, chance and the network are the test's own. 30 % of
 * the notifications are lost; eCurring is away for three hours; Stripe sends
 * storms of 429; a key is refused for a day; our wall clock is set back and
 * forward by hours; the worker is killed. At the end the record is the truth,
 * no request was one too many, and a worker that cron starts each minute has
 * come to the same as one that stays.
 *
 * MONTH=full: 20,000 objects, 30 days (`make month`). MONTH_SEED=N: replay.
 */
#include "reconciler/base/log.h"
#include "reconciler/cmd/settings.h"

#include "tests/contract/month_tell.h"

/* What the run can afford; never less than it takes to make up for a day. */
struct size {
	size_t things;
	int64_t days;
};

/* ---- how large ---------------------------------------------------------- */

static struct size choose_size(void)
{
	const char *wanted = getenv("MONTH");
	const char *valgrind = getenv("VALGRIND");

	if (wanted != NULL && strcmp(wanted, "full") == 0)
		return (struct size){20000, 30};
	if (valgrind != NULL && *valgrind != '\0')
		return (struct size){50, 5};
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return (struct size){100, 5};
#else
	return (struct size){400, 8};
#endif
}

static uint64_t choose_seed(void)
{
	const char *wanted = getenv("MONTH_SEED");

	return wanted != NULL ? strtoull(wanted, NULL, 10) : 1;
}

/* ---- the settings ------------------------------------------------------- */

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

/* As an operator would: what is not said here is the types' default. */
static void configure(struct month *m, const char *dir)
{
	char conf[FIXTURE_PATH_MAX + 16], key[FIXTURE_PATH_MAX + 16];
	char text[8 * FIXTURE_PATH_MAX];
	double rate = (double)m->world.n / 10000;

	snprintf(conf, sizeof(conf), "%s.conf", dir);
	snprintf(key, sizeof(key), "%s.key", dir);
	snprintf(text, sizeof(text),
	    "store = { path = \"%s\"; };\n"
	    "providers = (\n"
	    "  { name = \"ecurring\"; type = \"ecurring\";\n"
	    "    api_key_file = \"%s\"; rate = %.3f; burst = 10;\n"
	    "    account_from = \"/attributes/metadata/account\"; },\n"
	    "  { name = \"stripe\"; type = \"stripe\";\n"
	    "    api_key_file = \"%s\"; hook_secret_file = \"%s\"; }\n"
	    ");\n",
	    dir, key, rate < 0.5 ? 0.5 : rate, key, key);
	write_file(conf, text);
	write_file(key, "sk_live_0123456789abcdef0123456789abcdef012345678\n");
	if (settings_load(conf, SETTINGS_API_KEYS, &m->loaded, &m->f->err) != 0)
		fail_msg("%s", m->f->err.text);
	m->settings = settings_of(m->loaded);
	unlink(conf);
	unlink(key);
}

static void watch(struct month *m)
{
	for (size_t p = 0; p < PLACE_COUNT; p++) {
		const struct provider_settings *s =
		    settings_provider(m->settings, place_name(p));

		m->meters[p].rate = s->rate;
		m->meters[p].burst = (double)s->burst;
	}
	/* clients/stripe.c, operations. */
	m->operation.rate = 20;
	m->operation.burst = 20;
}

/* ---- what goes wrong ---------------------------------------------------- */

static int64_t moment_of(const struct month *m, int per_mille)
{
	int64_t ms = (m->world.still_ms - MONTH_START) * per_mille / 1000;

	return MONTH_START + ms / MONTH_MINUTE * MONTH_MINUTE;
}

static void set_clock(struct month *m, int per_mille, int hours)
{
	int64_t at_ms = moment_of(m, per_mille);

	/* While there is much to do, and no worker that had known the time. */
	plan(m, at_ms - 3 * MONTH_SECOND, EVENT_SYNC, 0);
	plan(m, at_ms, EVENT_CLOCK, (size_t)hours + 100);
	plan(m, at_ms, EVENT_KILL, 0);
	/* What was put off by it is late by as much. */
	trouble_add(m, TROUBLE_CLOCK, PLACE_COUNT, at_ms, 5 * MONTH_HOUR);
}

static void plan_troubles(struct month *m)
{
	int64_t bar_ms = moment_of(m, 350);

	trouble_add(m, TROUBLE_OUTAGE, PLACE_ECURRING, moment_of(m, 150),
	    3 * MONTH_HOUR);
	trouble_add(
	    m, TROUBLE_STORM, PLACE_STRIPE, moment_of(m, 220), 2 * MONTH_HOUR);
	trouble_add(m, TROUBLE_STORM, PLACE_ECURRING, moment_of(m, 280),
	    2 * MONTH_HOUR);
	trouble_add(m, TROUBLE_BAR, PLACE_ECURRING, bar_ms, MONTH_DAY);
	set_clock(m, 700, -2);
	set_clock(m, 780, 5);
	set_clock(m, 860, -3);
}

static void plan_month(struct month *m)
{
	int64_t every_ms = m->days > 14 ? 7 * MONTH_DAY : 2 * MONTH_DAY;
	int64_t kill_ms;

	for (size_t i = 1; i <= m->world.n; i++)
		plan(m, m->world.things[i].born_ms, EVENT_LIFE, i);
	for (int64_t at_ms = MONTH_START + MONTH_MINUTE;
	     at_ms < m->world.still_ms; at_ms += every_ms)
		plan(m, at_ms, EVENT_DISCOVER, 0);
	plan(m, m->world.still_ms + MONTH_HOUR, EVENT_DISCOVER, 0);
	/* Between two seconds: what was due with the last one is done. */
	plan(m, MONTH_START + MONTH_HOUR + MONTH_SECOND / 2, EVENT_LOOK, 0);
	for (kill_ms = MONTH_START + MONTH_DAY / 3; kill_ms < m->end_ms;
	     kill_ms += span(&m->random, MONTH_HOUR, MONTH_DAY))
		plan(m, kill_ms + (int64_t)pick(&m->random, 60000), EVENT_KILL,
		    0);
	plan_troubles(m);
}

/* ---- the worker --------------------------------------------------------- */

static void work(struct month *m, const struct worker_options *options)
{
	struct log log = {.fd = -1, .level = LOG_ERR};
	struct worker_report report;
	int rc;

	m->tally.runs++;
	m->working = true;
	rc = worker_run(
	    m->settings, m->f->store, options, &log, &report, &m->f->err);
	m->working = false;
	if (rc != 0 && !m->killed)
		month_fail(m, "%s", m->f->err.text);
	m->tally.kills += m->killed;
	m->killed = false;
}

/* At once, or when somebody comes round to it. */
static int64_t gap(struct month *m)
{
	if (chance(&m->random, 700))
		return (int64_t)pick(&m->random, 500);
	return span(&m->random, MONTH_SECOND, 3 * MONTH_MINUTE);
}

/* A service that is started anew when it was killed. */
static void follow(struct month *m)
{
	struct worker_options options = {.follow = true};

	while (m->true_ms < m->end_ms) {
		work(m, &options);
		if (m->true_ms < m->end_ms)
			pass(m, m->true_ms + gap(m));
	}
}

static void cron(struct month *m)
{
	struct worker_options options = {.max_time_ms = 50 * MONTH_SECOND};

	while (m->true_ms < m->end_ms) {
		work(m, &options);
		pass(m, (m->true_ms / MONTH_MINUTE + 1) * MONTH_MINUTE);
	}
}

/* ---- a month ------------------------------------------------------------ */

static void open_month(
    struct month *m, uint64_t seed, struct size size, bool is_cron)
{
	memset(m, 0, sizeof(*m));
	month_is = m;
	m->seed = seed;
	m->cron = is_cron;
	m->days = size.days;
	m->true_ms = MONTH_START;
	m->end_ms = MONTH_START + size.days * MONTH_DAY;
	/* Then everything is looked at once more. */
	m->world.still_ms = m->end_ms - 30 * MONTH_HOUR;
	random_seed_with(&m->random, seed * 31 + is_cron);
	world_make(&m->world, size.things, seed);
	m->check_feed = check_feed;
	m->told = calloc(m->world.n_accounts, sizeof(*m->told));
	assert_non_null(m->told);
	m->f = quick_setup_sized((uint64_t)2 << 30);
	configure(m, m->f->path);
	watch(m);
	plan_month(m);
	pass(m, MONTH_START);
}

static void close_month(struct month *m)
{
	settings_unload(m->loaded);
	world_fini(&m->world);
	free(m->events);
	free(m->told);
	quick_teardown(m->f);
}

/* What came to be due at the very end, edges of time included. */
static void finish(struct month *m)
{
	struct worker_options options = {.follow = false};

	m->end_ms += MONTH_HOUR;
	m->n_events = 0;
	m->stopped = false;
	work(m, &options);
}

static void run_month(struct month *m, struct buf *record)
{
	if (m->cron)
		cron(m);
	else
		follow(m);
	finish(m);
	print_month(m);
	check_queue(m);
	check_truth(m);
	check_feed(m);
	check_times(m);
	check_budgets(m);
	write_record(m, record);
}

/* ---- both ways ---------------------------------------------------------- */

static void print_difference(const char *a, const char *b)
{
	size_t at = 0;

	while (a[at] != '\0' && a[at] == b[at])
		at++;
	while (at > 0 && a[at - 1] != '\n')
		at--;
	print_error("follow: %.*s\ncron:   %.*s\n", (int)strcspn(a + at, "\n"),
	    a + at, (int)strcspn(b + at, "\n"), b + at);
}

static void test_month(void **state)
{
	struct month *m = calloc(1, sizeof(*m));
	uint64_t seed = choose_seed();
	struct buf records[2];

	(void)state;
	assert_non_null(m);
	for (int i = 0; i < 2; i++) {
		open_month(m, seed, choose_size(), i == 1);
		run_month(m, &records[i]);
		close_month(m);
	}
	if (strcmp(buf_text(&records[0]), buf_text(&records[1])) != 0) {
		print_difference(buf_text(&records[0]), buf_text(&records[1]));
		fail_msg("MONTH_SEED=%llu: cron's record is not the same",
		    (unsigned long long)seed);
	}
	buf_fini(&records[0]);
	buf_fini(&records[1]);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_month)};

	return _cmocka_run_group_tests("month", tests, 1, NULL, NULL);
}
