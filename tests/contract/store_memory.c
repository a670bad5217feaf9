/* A process that only appends stays small, however large the store grows. */
#include "tests/contract/store_fixture.h"

enum { BATCH = 1000, BATCHES = 400, ALLOWED_KB = 12 * 1024 };

/* Mapped pages of files that are in memory, in KiB; -1: not told here. */
static long mapped_kb(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kb = -1;

	while (file != NULL && kb < 0 && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "RssFile:", 8) == 0)
			kb = strtol(line + 8, NULL, 10);
	}
	if (file != NULL)
		fclose(file);
	return kb;
}

static void test_appending_does_not_fill_the_memory(void **state)
{
	struct fixture *f = *state;
	struct notice notices[BATCH];
	struct store_stats stats;
	struct store_view *view;
	long before = mapped_kb();
	long most = 0;

	if (before < 0)
		skip();
	for (size_t i = 0; i < BATCH; i++) {
		notices[i] = (struct notice){
		    .ref = {"shop", "thing", "an-id-of-a-common-length-00000"},
		    .arrived_ms = f->now_ms,
		};
	}
	for (int i = 0; i < BATCHES; i++) {
		assert_int_equal(
		    store_append(f->store, notices, BATCH, &f->err), 0);
		if (mapped_kb() - before > most)
			most = mapped_kb() - before;
	}
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_stats(view, f->now_ms, &stats, &f->err), 0);
	store_view_close(view);
	assert_int_equal(stats.inbox, BATCH * BATCHES);
	assert_true(stats.map_used_bytes > 2 * ALLOWED_KB * 1024UL);
	assert_in_range(most, 0, ALLOWED_KB);
}

static int setup(void **state)
{
	int rc = fixture_setup(state);
	struct fixture *f = *state;

	f->options.map_bytes = 4096UL * 1024 * 1024;
	fixture_open(f);
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_appending_does_not_fill_the_memory, setup,
		fixture_teardown),
	};

	return cmocka_run_group_tests_name("store_memory", tests, NULL, NULL);
}
