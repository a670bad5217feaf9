/* core/history in detail: members of an entry, limits, the text of facts. */
#include "reconciler/base/err.h"
#include "tests/unit/story.h"

static void test_entry_is_complete(void **state)
{
	struct record record;
	static const struct step step = {
	    "A", "A@1#2!why/AM04", HISTORY_NEWS, .flags = NOTIFIED};
	static const struct step timed = {
	    "B", NULL, HISTORY_NEWS, .flags = 0, .changed_at_ms = 1500};

	(void)state;
	record_init(&record);
	(void)look_at(&record, &step, 1000);
	(void)look_at(&record, &timed, 2000);
	assert_int_equal(record.entries[0].cause, CAUSE_NOTIFIED);
	assert_int_equal(record.entries[0].recorded_at_ms, 1001);
	assert_int_equal(record.entries[0].attempt, 2);
	assert_int_equal(record.entries[0].source, SOURCE_PROVIDER);
	assert_int_equal(record.entries[1].cause, CAUSE_RESYNC);
	assert_int_equal(record.entries[1].source, SOURCE_PROVIDER);
	assert_string_equal(record.entries[1].at_text, "theirs");
	assert_int_equal(record.entries[1].after_ms, 0);
	arena_fini(&record.arena);
}

static void test_retraction_has_our_time(void **state)
{
	struct record record;
	static const struct step three = {"C", "A@1 B@2 C@3", .flags = 0};
	static const struct step two = {"C", "A@1 C@3", .flags = 0};

	(void)state;
	record_init(&record);
	(void)look_at(&record, &three, 1000);
	(void)look_at(&record, &two, 2000);
	assert_int_equal(record.entries[1].retracted_at_ms, 2001);
	arena_fini(&record.arena);
}

static void test_seq_continues(void **state)
{
	const struct transition stored = {
	    .seq = 41, .status = "A", .at_ms = 1, .source = SOURCE_PROVIDER};
	const struct history_before before = {
	    .entries = &stored, .n = 1, .known = true};
	const struct listed listed[] = {
	    {.status = "A", .at_ms = 1}, {.status = "B", .at_ms = 2}};
	const struct observation obs = {.status = "B",
	    .lists_history = true,
	    .listed = listed,
	    .n_listed = 2};
	const struct history_look look = {.started_ms = 5, .now_ms = 6};
	struct history_plan plan;
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 16);
	assert_int_equal(history_merge(&before, &obs, &look, &arena, &plan), 0);
	assert_int_equal(plan.n_append, 1);
	assert_int_equal(plan.append[0].seq, 42);
	arena_fini(&arena);
}

/* Every size of arena either suffices or is ERR_FULL. */
static void test_arena_full(void **state)
{
	const struct listed listed[] = {
	    {.status = "A", .at_ms = 1}, {.status = "B", .at_ms = 2}};
	const struct fact fact = {"due", "5"};
	const struct observation obs = {.status = "B",
	    .lists_history = true,
	    .listed = listed,
	    .n_listed = 2,
	    .facts = &fact,
	    .n_facts = 1};
	const struct history_before before = {.facts = "", .known = true};
	const struct history_look look = {.started_ms = 5, .now_ms = 6};
	struct history_plan plan;
	struct arena arena;
	size_t max, full = 0;
	int rc = ERR_FULL;

	(void)state;
	for (max = 1; rc == ERR_FULL && max < 1 << 16; max += 8) {
		arena_init(&arena, max);
		rc = history_merge(&before, &obs, &look, &arena, &plan);
		full += rc == ERR_FULL;
		arena_fini(&arena);
	}
	assert_int_equal(rc, 0);
	assert_true(full > 5);
}

static void test_facts_text(void **state)
{
	const struct fact facts[] = {
	    {"plan", "gold"}, {"note", "two\nlines \\ one"}, {"empty", ""}};
	const struct observation obs = {.facts = facts, .n_facts = 3};
	const struct observation none = {.n_facts = 0};
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 16);
	assert_string_equal(history_facts(&obs, &arena),
	    "plan=gold\nnote=two\\nlines \\\\ one\nempty=\n");
	assert_string_equal(history_facts(&none, &arena), "");
	arena_fini(&arena);
	arena_init(&arena, 1);
	assert_null(history_facts(&obs, &arena));
	arena_fini(&arena);
}

/* A reason about facts is cut at a whole character. */
static void test_facts_reason_is_cut(void **state)
{
	static const struct step first = {"A", NULL, HISTORY_NEWS, .flags = 0};
	struct step second = {"A", NULL, HISTORY_NEWS, .flags = 0};
	char facts[1100];
	struct record record;
	size_t len, i, n;

	(void)state;
	for (i = 0; i < 2; i++) {
		len = i == 0 ? 2 : 3;
		(void)snprintf(
		    facts, sizeof(facts), "%s", i == 0 ? "a=" : "ab=");
		for (n = 0; n < 500; n++, len += 2)
			(void)snprintf(facts + len, 3, "\xc3\xa9");
		second.facts = facts;
		record_init(&record);
		(void)look_at(&record, &first, 1000);
		(void)look_at(&record, &second, 2000);
		assert_int_equal(
		    strlen(record.entries[1].reason), i == 0 ? 299 : 300);
		arena_fini(&record.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_entry_is_complete),
	    cmocka_unit_test(test_retraction_has_our_time),
	    cmocka_unit_test(test_seq_continues),
	    cmocka_unit_test(test_arena_full),
	    cmocka_unit_test(test_facts_text),
	    cmocka_unit_test(test_facts_reason_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
