/*
 * What is urgent comes first, and what is not gets its share all the same: of
 * each provider, and for every two of its lanes.
 */
#include "tests/contract/worker_fixture.h"

enum { FLOOD = 200, KNOWN = 20 };

/* How many requests were sent before the first for such an object. */
static size_t requests_before(const struct world *w, const char *word)
{
	const char *found = strstr(w->log, word);
	size_t n = 0;

	if (found == NULL)
		fail_msg("nothing of %s was asked for", word);
	for (const char *at = w->log; at < found; at++)
		n += *at == ' ';
	return n;
}

static void notify(struct bench *b, const char *prefix, int n)
{
	char id[16];

	for (int i = 1; i <= n; i++) {
		snprintf(id, sizeof(id), "%s%03d", prefix, i);
		bench_notify(b, "quick", id);
	}
}

static void test_resync_gets_a_share(void **state)
{
	struct bench *b = *state;
	struct store_place place = {.provider = "shop"};
	size_t n;

	notify(b, "known", KNOWN);
	bench_run(b);
	b->world.log[0] = '\0';
	assert_int_equal(store_resync(b->f->store, &b->f->settings, &place, 100,
			     b->f->now_ms, &n, &b->f->err),
	    0);
	assert_int_equal(n, KNOWN);
	notify(b, "new", FLOOD);
	bench_run(b);
	/* One of sixteen, of which one of three is for resync. */
	assert_in_range(
	    requests_before(&b->world, "quick/known"), 16, 3 * 16 + 16);
	/* Most go to what somebody waits for. */
	assert_in_range(
	    requests_before(&b->world, "quick/known006"), FLOOD, FLOOD + KNOWN);
}

/* ---- every two lanes ----------------------------------------------------- */

enum { SOME = 4 };

/* The most urgent first. */
static const enum cause lanes[] = {
    CAUSE_MANUAL, CAUSE_NOTIFIED, CAUSE_RECHECK, CAUSE_RESYNC, CAUSE_DISCOVER};
/* Of how many claims in a row one is of that lane, whatever floods in. */
static const int turns[] = {1, 8, 16, 32, 48};

enum { N_LANES = sizeof(lanes) / sizeof(lanes[0]) };

static const char *const providers[] = {"shop", "mint"};

/* Of a provider: ids begin with its letter, then with "h" or "l". */
static void want(
    struct bench *b, size_t provider, char lane, int n, enum cause cause)
{
	struct notice notices[64];
	char ids[64][16];

	for (int i = 0; i < n; i++) {
		snprintf(ids[i], sizeof(ids[i]), "%c%c%d",
		    providers[provider][0], lane, i);
		notices[i] = (struct notice){
		    .ref = {providers[provider], "quick", ids[i]},
		    .arrived_ms = b->f->now_ms,
		    .cause = cause,
		    .trusted = true};
	}
	assert_int_equal(
	    store_append(b->f->store, notices, (size_t)n, &b->f->err), 0);
}

/* Where the requests of one provider stood among all of its own. */
struct order {
	size_t first_low;
	size_t last_high;
	size_t low_before; /* the last high one */
};

static struct order order_of(const struct world *w, size_t provider, int all)
{
	struct order o = {.first_low = SIZE_MAX};
	size_t n = 0, low = 0;

	for (const char *at = w->log; (at = strchr(at, '/')) != NULL; at++) {
		if (at[1] != providers[provider][0])
			continue;
		if (at[2] == 'h') {
			o.last_high = n;
			o.low_before = low;
		} else if (low++ == 0) {
			o.first_low = n;
		}
		n++;
	}
	assert_int_equal(n, all);
	return o;
}

static void check_pair(size_t high, size_t low)
{
	void *state = NULL;
	struct bench *b;
	int many = turns[low];

	assert_int_equal(bench_setup(&state), 0);
	b = state;
	bench_use_both(b, 1);
	for (size_t p = 0; p < 2; p++) {
		want(b, p, 'h', many, lanes[high]);
		want(b, p, 'l', SOME, lanes[low]);
	}
	bench_run(b);
	for (size_t p = 0; p < 2; p++) {
		struct order o = order_of(&b->world, p, many + SOME);

		/* The urgent begin, the others get few of them, and one
		 * at least while the urgent last. */
		if (o.first_low < 7 || o.first_low > o.last_high ||
		    o.low_before > (size_t)(many + SOME) / 8)
			fail_msg("%s, %s before %s: first %zu, last %zu, %zu",
			    providers[p], cause_name(lanes[high]),
			    cause_name(lanes[low]), o.first_low, o.last_high,
			    o.low_before);
	}
	assert_int_equal(bench_teardown(&state), 0);
}

static void test_every_two_lanes(void **state)
{
	(void)state;
	for (size_t high = 0; high < N_LANES; high++) {
		for (size_t low = high + 1; low < N_LANES; low++)
			check_pair(high, low);
	}
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST_BENCH(test_resync_gets_a_share),
	    cmocka_unit_test(test_every_two_lanes),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
