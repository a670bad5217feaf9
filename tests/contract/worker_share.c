/* What nobody waits for gets its share while notices flood in. */
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

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST_BENCH(test_resync_gets_a_share),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
