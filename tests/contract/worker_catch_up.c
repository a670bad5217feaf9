/* The worker reads a log by itself: at its start, in time, and what it says of
 * one that was not read for long. */
#include "tests/contract/worker_fixture.h"

#include "reconciler/core/listing.h"

#define DAY INT64_C(86400000)

static const struct listing_log kept = {
    .window_ms = 30 * DAY, .overlap_ms = 600000, .slack_ms = 2000};

static int ask_list(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	(void)provider;
	(void)err;
	memset(out, 0, sizeof(*out));
	out->path = arena_printf(arena, "/list/%s/1", place->list->name);
	out->operation = place->list->name;
	return out->path != NULL ? 0 : ERR_FULL;
}

/* Nothing is in it; but that it could be read counts. */
static void read_list(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	(void)provider;
	(void)reply;
	(void)arena;
	memset(out, 0, sizeof(*out));
	out->verdict = VERDICT_TRUTH;
	out->listing.log = place->list->log;
}

static const struct client_list lists[] = {
    {.name = "things", .ask = ask_list, .read = read_list},
    {.name = "events", .log = &kept, .ask = ask_list, .read = read_list},
};

/* The log was last read so long ago, and known are quick/q1 and quick/q2. */
static void last_read(struct bench *b, int64_t ago_ms)
{
	struct catch_up catch_up = {.provider = "shop",
	    .name = "events",
	    .log = &kept,
	    .every_ms = 3600000};
	struct catch_up_news news;
	struct store_turn *turn;

	b->client.lists = lists;
	b->client.n_lists = 2;
	b->f->providers[0].schedule.resync_ms = 400 * DAY;
	bench_notify(b, "quick", "q1");
	bench_notify(b, "quick", "q2");
	bench_run(b);
	b->f->providers[0].catch_up_ms = 3600000;
	b->f->now_ms = clock_wall_ms() - ago_ms;
	turn = fixture_begin(b->f);
	store_turn_catch_up(turn, &catch_up, 1, &news);
	fixture_commit(b->f, turn);
	b->f->now_ms = clock_wall_ms();
	b->world.log[0] = '\0';
	assert_int_equal(unlink(b->log_path), 0);
}

static bool was_told(const struct bench *b, const char *words)
{
	char text[16384];
	FILE *file = fopen(b->log_path, "re");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	return strstr(text, words) != NULL;
}

static void test_in_time(void **state)
{
	struct bench *b = *state;

	last_read(b, DAY / 24 - 60000);
	bench_run(b);
	assert_string_equal(b->world.log, "");
}

static void test_after_an_absence(void **state)
{
	struct bench *b = *state;

	last_read(b, 3 * DAY);
	bench_run(b);
	assert_string_equal(b->world.log, "list/events/1 ");
	assert_false(was_told(b, "log_window"));
	bench_run(b);
	assert_string_equal(b->world.log, "list/events/1 ");
}

/* A run that drains reads it once, however soon the next one would be due. */
static void test_a_drain_ends(void **state)
{
	struct bench *b = *state;

	last_read(b, 3 * DAY);
	b->f->providers[0].catch_up_ms = 1;
	bench_run(b);
	assert_string_equal(b->world.log, "list/events/1 ");
}

static void test_closing(void **state)
{
	struct bench *b = *state;

	last_read(b, 27 * DAY);
	bench_run(b);
	assert_true(was_told(b, "warn log_window provider=shop list=events "
				"window=closing"));
	assert_false(was_told(b, "log_gap"));
	assert_string_equal(b->world.log, "list/events/1 ");
	assert_int_equal(b->report.parked, 0);
}

/* Everything is looked at once, and every list is read. */
static void test_gap(void **state)
{
	struct bench *b = *state;

	last_read(b, 31 * DAY);
	bench_run(b);
	assert_true(was_told(b, "window=gap"));
	assert_true(was_told(b, "warn log_gap provider=shop list=events"));
	assert_true(was_told(b, "log_mended"));
	assert_int_equal(world_count(&b->world, "quick/q1"), 1);
	assert_int_equal(world_count(&b->world, "quick/q2"), 1);
	assert_int_equal(world_count(&b->world, "list/things"), 1);
	assert_int_equal(world_count(&b->world, "list/events"), 1);
	bench_run(b);
	assert_int_equal(world_count(&b->world, "quick/"), 2);
}

/* Off: it is not read, and nobody is told that it should be. */
static void test_off(void **state)
{
	struct bench *b = *state;

	last_read(b, 31 * DAY);
	b->f->providers[0].catch_up_ms = 0;
	bench_run(b);
	assert_string_equal(b->world.log, "");
	assert_false(was_told(b, "log_"));
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST_BENCH(test_in_time),
	    TEST_BENCH(test_after_an_absence),
	    TEST_BENCH(test_a_drain_ends),
	    TEST_BENCH(test_closing),
	    TEST_BENCH(test_gap),
	    TEST_BENCH(test_off),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
