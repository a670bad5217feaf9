/*
 * Answers that are JSON of about the right shape, with one thing wrong: each
 * member in turn with each wrong value, bounds, and no memory at each step.
 */
#include <stdalign.h>

#include <jansson.h>

#include "tests/contract/clients_try.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const junk[] = {"null", "true", "false", "0", "-1", "7",
    "1.5", "1e300", "9223372036854775807", "-9223372036854775808", "\"\"",
    "\"x\"", "\"7\"", "\"\\n\"", "\"2017-11-10T03:43:23\"", "\"2017-02-30\"",
    "\"2017-02-30T00:00:00Z\"", "\"9999-12-31T23:59:59-23:59\"",
    "\"1970-01-01T00:00:00Z\"", "[]", "[null]", "[[]]", "[{}]", "{}",
    "{\"data\":{}}", "{\"data\":null}", "{\"data\":[{}]}"};

/* A dumped document, judged. */
static enum verdict try_json(
    const struct try_sample *sample, const json_t *root)
{
	char *text = json_dumps(root, JSON_COMPACT);
	enum verdict verdict;

	assert_non_null(text);
	verdict = try_text(sample, text, strlen(text));
	free(text);
	return verdict;
}

/* Every member and element below an inner node, each with each junk. */
static size_t spoil_each(const struct try_sample *sample, const json_t *root,
    json_t *node, json_t **nodes, size_t n_nodes)
{
	const char *name;
	json_t *value;
	void *next;
	size_t i;

	json_object_foreach_safe(node, next, name, value)
	{
		json_t *old = json_incref(value);

		for (i = 0; i < COUNT(junk); i++) {
			json_object_set_new(node, name,
			    json_loads(junk[i], JSON_DECODE_ANY, NULL));
			try_json(sample, root);
		}
		json_object_set_new(node, name, old);
		nodes[n_nodes++] = old;
	}
	json_array_foreach(node, i, value)
	{
		nodes[n_nodes++] = value;
	}
	return n_nodes;
}

static void test_each_member(void **state)
{
	(void)state;
	for (size_t s = 0; s < TRY_SAMPLES; s++) {
		char *text = try_load(&try_samples[s]);
		json_t *root = json_loads(text, 0, NULL);
		json_t *nodes[500];
		size_t n_nodes = 1;

		assert_non_null(root);
		nodes[0] = root;
		for (size_t i = 0; i < n_nodes; i++)
			n_nodes = spoil_each(
			    &try_samples[s], root, nodes[i], nodes, n_nodes);
		assert_in_range(n_nodes, 1, COUNT(nodes));
		if (n_nodes != try_samples[s].nodes)
			fail_msg("%s: %zu nodes, not %zu", try_samples[s].file,
			    n_nodes, try_samples[s].nodes);
		json_decref(root);
		free(text);
	}
}

/* One member of a sample, replaced. `what` is its line in the fixture. */
struct wrong_case {
	int line;
	size_t sample;
	const char *what;
	const char *by;
	const char *cause; /* part of it; NULL: TRUTH */
};

#define SUB 0
#define TRA 1
#define START "\"start_date\": \"2017-02-11T22:11:57+01:00\""
#define UPDATED "\"updated_at\": \"2017-02-11T00:00:00+01:00\""
#define PLAN_ID "\"type\": \"subscription-plan\",\n          \"id\": \"1\""
#define CUSTOMER_ID "\"type\": \"customer\",\n          \"id\": \"1\""
#define AMOUNT "\"amount\": 50.6"
#define RECORDED "\"recorded_on\": \"2017-11-02T07:00:02+01:00\""

static const struct wrong_case wrongs[] = {
    {__LINE__, SUB, "\"status\": \"active\"", "\"status\": 7",
	"data.attributes.status: not text"},
    {__LINE__, SUB, "\"status\": \"active\"", "\"status\": \"\"",
	"data.attributes.status: not a word"},
    {__LINE__, SUB, "\"status\": \"active\"", "\"status\": \"act\\nive\"",
	"data.attributes.status: not a word"},
    {__LINE__, SUB, "\"status\": \"active\"", "\"state\": \"active\"",
	"data.attributes.status: missing"},
    {__LINE__, SUB, "\"status\": \"active\"",
	"\"status\": \"0123456789012345678901234567890123456789"
	"01234567890123456789abcde\"",
	"data.attributes.status: too long"},
    {__LINE__, SUB, "\"status\": \"active\"",
	"\"status\": \"0123456789012345678901234567890123456789"
	"01234567890123456789abcd\"",
	NULL},
    {__LINE__, SUB, START, "\"start_date\": null", "start_date: missing"},
    {__LINE__, SUB, START, "\"start_date\": 1486847517",
	"start_date: not text"},
    {__LINE__, SUB, START, "\"start_date\": \"2017-02-11T22:11:57\"",
	"start_date: not a date-time with an offset"},
    {__LINE__, SUB, START, "\"start_date\": \"2017-02-11\"",
	"start_date: not a date-time with an offset"},
    {__LINE__, SUB, START, "\"begin\": 1", "start_date: missing"},
    {__LINE__, SUB, "\"cancel_date\": null", "\"cancel_date\": false",
	"cancel_date: not text"},
    {__LINE__, SUB, "\"cancel_date\": null", "\"cancel_date\": \"never\"",
	"cancel_date: not a date-time"},
    {__LINE__, SUB, "\"cancel_date\": null", "\"cancel\": null", NULL},
    {__LINE__, SUB, "\"resume_date\": null", "\"resume_date\": {}",
	"resume_date: not text"},
    {__LINE__, SUB, UPDATED, "\"updated_at\": null", NULL},
    {__LINE__, SUB, UPDATED, "\"updated_at\": \"yesterday\"",
	"updated_at: not a date-time"},
    {__LINE__, SUB, PLAN_ID, "\"type\": \"subscription-plan\"",
	"subscription-plan.data.id: missing"},
    {__LINE__, SUB, PLAN_ID, "\"id\": -1",
	"subscription-plan.data.id: not an id"},
    {__LINE__, SUB, PLAN_ID, "\"id\": \"\"",
	"subscription-plan.data.id: not an id"},
    {__LINE__, SUB, PLAN_ID, "\"id\": 12", NULL},
    {__LINE__, SUB, CUSTOMER_ID, "\"id\": 1.5", "customer.data.id: not an id"},
    {__LINE__, SUB, CUSTOMER_ID, "\"id\": \"a\\u0009b\"",
	"customer.data.id: not an id"},
    {__LINE__, SUB, "\"links\": {", "\"errors\": null, \"links\": {", NULL},
    {__LINE__, SUB, "\"links\": {",
	"\"errors\": [{\"title\":\"Broken\"}], \"links\": {", "errors: Broken"},
    {__LINE__, SUB, "\"type\": \"subscription\"", "\"type\": \"Subscription\"",
	"data.type: the answer is about another object"},
    {__LINE__, SUB, "\"type\": \"subscription\"", "\"type\": null",
	"data.type: missing"},
    {__LINE__, SUB, "\"id\": \"1\"", "\"id\": \"01\"",
	"data.id: the answer is about another object"},
    {__LINE__, SUB, "\"id\": \"1\"", "\"id\": 1", NULL},
    {__LINE__, SUB, "\"id\": \"1\"", "\"id\": 1.0", "data.id: not an id"},
    {__LINE__, TRA, "\"id\": \"ffa38848-6abc", "\"id\": \"FFA38848-6ABC", NULL},
    {__LINE__, TRA, "\"id\": \"ffa38848-6abc", "\"id\": \"ffa38848-6abd",
	"data.id: the answer is about another object"},
    {__LINE__, TRA, AMOUNT, "\"amount\": -1.00", NULL},
    {__LINE__, TRA, AMOUNT, "\"amount\": null", NULL},
    {__LINE__, TRA, AMOUNT, "\"amount\": 1e15", "data.attributes.amount: not"},
    {__LINE__, TRA, AMOUNT, "\"amount\": 50.601",
	"data.attributes.amount: not"},
    {__LINE__, TRA, AMOUNT, "\"amount\": {}", "data.attributes.amount: not"},
    {__LINE__, TRA, AMOUNT, "\"amount\": 999999999999999999999",
	"a number is too large"},
    {__LINE__, TRA, RECORDED, "\"recorded_on\": null",
	"data.attributes.history[1].recorded_on: missing"},
    {__LINE__, TRA, RECORDED, "\"recorded_on\": \"2017-11-02T07:00:02\"",
	"history[1].recorded_on: not a date-time with an offset"},
    {__LINE__, TRA, RECORDED, "\"recorded_on\": \"2017-11-31T07:00:02Z\"",
	"history[1].recorded_on: not a date-time with an offset"},
    {__LINE__, TRA, "\"status\": \"scheduled\"", "\"status\": null",
	"data.attributes.history[0].status: missing"},
    {__LINE__, TRA, "\"attempt\": 2", "\"attempt\": -2",
	"data.attributes.history[5].attempt: out of range"},
    {__LINE__, TRA, "\"attempt\": 2", "\"attempt\": 1000001",
	"data.attributes.history[5].attempt: out of range"},
    {__LINE__, TRA, "\"attempt\": 2", "\"attempt\": \"2\"",
	"data.attributes.history[5].attempt: not an integer"},
    {__LINE__, TRA, "\"reason_code\": \"AM04\"", "\"reason_code\": 4",
	"data.attributes.history[3].reason_code: not text"},
    {__LINE__, TRA, "\"reason\": \"Insufficient funds\"", "\"reason\": []",
	"data.attributes.history[3].reason: not text"},
    {__LINE__, TRA, "\"new_due_date\": \"2017-11-13T00:00:00+01:00\"",
	"\"new_due_date\": 3", "history[4].new_due_date: not text"},
    {__LINE__, TRA, "\"history\": [", "\"history\": {}, \"old\": [",
	"data.attributes.history: not an array"},
    {__LINE__, TRA, "\"history\": [", "\"history\": null, \"old\": [",
	"data.attributes.history: missing"},
    {__LINE__, TRA, "\"history\": [", "\"history\": [null,",
	"data.attributes.history[0].status: missing"},
    {__LINE__, TRA, "\"history\": [", "\"history\": [\"text\",",
	"history[0].status: its parent is not an object"},
    {__LINE__, TRA, "\"due_date\": \"2017-11-07T00:00:00+01:00\"",
	"\"due_date\": 5", "data.attributes.due_date: not text"},
    {__LINE__, TRA, "\"canceled_on\": null", "\"canceled_on\": 5",
	"data.attributes.canceled_on: not text"},
};

static void check_wrong(const struct wrong_case *c)
{
	const struct try_sample *sample = &try_samples[c->sample];
	char *text = try_load(sample);
	char *at = strstr(text, c->what);
	char *body = calloc(1, 1 << 17);
	struct client_reading reading;
	struct arena arena;
	int n;

	assert_non_null(body);
	if (at == NULL)
		fail_msg("line %d: not in the sample", c->line);
	n = snprintf(body, 1 << 17, "%.*s%s%s", (int)(at - text), text, c->by,
	    at + strlen(c->what));
	arena_init(&arena, TRY_ARENA_MAX);
	try_reply(sample, body, (size_t)n, &arena, &reading);
	if (c->cause == NULL && reading.verdict != VERDICT_TRUTH)
		fail_msg("line %d: %s", c->line, reading.cause);
	if (c->cause != NULL && (reading.verdict != VERDICT_GARBLED ||
				    strstr(reading.cause, c->cause) == NULL))
		fail_msg("line %d: %s", c->line,
		    reading.cause != NULL ? reading.cause : "truth");
	arena_fini(&arena);
	free(body);
	free(text);
}

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrongs); i++)
		check_wrong(&wrongs[i]);
}

/* A list of n elements in the place of a member's value. */
static enum verdict try_list(const struct try_sample *sample,
    const char *const *path, size_t n_path, const char *element, size_t n)
{
	char *text = try_load(sample);
	json_t *root = json_loads(text, 0, NULL);
	json_t *list = json_array();
	json_t *node = root;
	enum verdict verdict;

	for (size_t i = 0; i + 1 < n_path; i++)
		node = json_object_get(node, path[i]);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_loads(element, 0, NULL));
	assert_int_equal(json_object_set_new(node, path[n_path - 1], list), 0);
	verdict = try_json(sample, root);
	json_decref(root);
	free(text);
	return verdict;
}

static void test_bounds(void **state)
{
	static const char *const history[] = {"data", "attributes", "history"};
	static const char *const members[] = {
	    "data", "relationships", "transactions", "data"};
	static const char entry[] = "{\"attempt\":1,\"status\":\"scheduled\","
				    "\"recorded_on\":\"2017-11-01T11:35:00Z\"}";
	static const char member[] =
	    "{\"type\":\"transaction\","
	    "\"id\":\"02f3c67b-1e1a-4692-8826-14f17f9b2c61\"}";

	(void)state;
	assert_int_equal(try_list(&try_samples[TRA], history, 3, entry,
			     OBSERVATION_LISTED_MAX),
	    VERDICT_TRUTH);
	assert_int_equal(try_list(&try_samples[TRA], history, 3, entry,
			     OBSERVATION_LISTED_MAX + 1),
	    VERDICT_GARBLED);
	assert_int_equal(try_list(&try_samples[SUB], members, 4, member,
			     OBSERVATION_MEMBERS_MAX),
	    VERDICT_TRUTH);
	assert_int_equal(try_list(&try_samples[SUB], members, 4, member,
			     OBSERVATION_MEMBERS_MAX + 1),
	    VERDICT_GARBLED);
}

/*
 * At every size of the arena: GARBLED, or from some size on TRUTH. It hands out
 * whole units of alignment, so that sizes between those are no others.
 */
static void test_full_arena(void **state)
{
	(void)state;
	for (size_t s = 0; s < TRY_SAMPLES; s++) {
		char *text = try_load(&try_samples[s]);
		enum verdict before = VERDICT_GARBLED;
		size_t max = 0;

		for (; max < 1 << 14; max += alignof(max_align_t)) {
			struct client_reading reading;
			struct arena arena;
			enum verdict now;

			arena_init(&arena, max);
			now = try_reply(&try_samples[s], text, strlen(text),
			    &arena, &reading);
			assert_true(now == VERDICT_TRUTH ||
				    (now == VERDICT_GARBLED && before == now));
			before = now;
			arena_fini(&arena);
		}
		assert_int_equal(before, VERDICT_TRUTH);
		free(text);
	}
}

/* The parser's memory runs out at its nth piece; a pool of one test's own. */
static size_t pieces_left;

static void *scarce(size_t size)
{
	if (pieces_left == 0)
		return NULL;
	pieces_left--;
	return malloc(size);
}

/*
 * Never truth. LATER where the parser can tell: not the answer is at fault. In
 * its tokens it cannot, and that counts as one of the few GARBLED of a job. A
 * node is one piece of memory at least.
 */
static void test_no_memory(void **state)
{
	(void)state;
	for (size_t s = 0; s < TRY_SAMPLES; s++) {
		char *text = try_load(&try_samples[s]);
		enum verdict verdict = VERDICT_LATER;
		size_t count[VERDICT_COUNT] = {0};

		for (size_t n = 0; verdict != VERDICT_TRUTH && n < 5000; n++) {
			pieces_left = n;
			json_set_alloc_funcs(scarce, free);
			verdict = try_text(&try_samples[s], text, strlen(text));
			json_set_alloc_funcs(malloc, free);
			count[verdict]++;
		}
		assert_int_equal(count[VERDICT_TRUTH], 1);
		if (count[VERDICT_LATER] < try_samples[s].nodes)
			fail_msg("%s: %zu times LATER", try_samples[s].file,
			    count[VERDICT_LATER]);
		assert_int_equal(count[VERDICT_BARRED], 0);
		assert_int_equal(count[VERDICT_GONE], 0);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_member),
	    cmocka_unit_test(test_wrong),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_full_arena),
	    cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
