/*
 * core/entitle as a table: grants, a moment, and the whole answer. Moments are
 * days: 20 is 1970-01-21.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/core/entitle.h"

enum { GRANTS_MAX = 4, DAY_MS = 86400 * 1000 };

/* Days, so that a row fits on a line. */
struct days {
	enum state state;
	const char *status;
	int since;
	int until;
	int state_at;
};

struct row {
	const char *name;
	struct days grants[GRANTS_MAX]; /* up to the first without status */
	int now;
	enum entitled entitled;
	enum state state;
	int deciding; /* -1: none */
	int valid_until;
	const char *reason;
};

#define YES ENTITLED_YES
#define NO ENTITLED_NO
#define UNKNOWN ENTITLED_UNKNOWN
#define ACTIVE STATE_ACTIVE, "active"
#define TRIAL STATE_TRIALING, "trialing"
#define DUE STATE_PAST_DUE, "past_due"
#define PAUSED STATE_PAUSED, "paused"
#define ENDED STATE_ENDED, "cancelled"
#define FROZEN STATE_UNKNOWN, "frozen"

/* past_due has a grace of ten days in all of these. */
static const struct row rows[] = {
    {"no grant at all", {{0}}, 20, NO, STATE_UNKNOWN, -1, 0,
	"no grant is on record for this account"},
    {"plainly active", {{ACTIVE, 0, 0, 0}}, 20, YES, STATE_ACTIVE, 0, 0,
	"subscription active at provider"},
    {"active since long ago", {{ACTIVE, 3, 0, 0}}, 20, YES, STATE_ACTIVE, 0, 0,
	"subscription active at provider"},
    {"trialing", {{TRIAL, 3, 30, 0}}, 20, YES, STATE_TRIALING, 0, 30,
	"subscription ends 1970-01-31T00:00:00Z (trialing at provider)"},
    {"cancelled at its end, which is to come", {{ACTIVE, 3, 30, 0}}, 20, YES,
	STATE_ACTIVE, 0, 30,
	"subscription ends 1970-01-31T00:00:00Z (active at provider)"},
    {"on the moment of its end it has ended", {{ACTIVE, 3, 20, 0}}, 20, NO,
	STATE_ACTIVE, 0, 0,
	"subscription ended 1970-01-21T00:00:00Z (active at provider)"},
    {"after its end", {{ACTIVE, 3, 20, 0}}, 25, NO, STATE_ACTIVE, 0, 0,
	"subscription ended 1970-01-21T00:00:00Z (active at provider)"},
    {"on the moment of its start it has begun", {{ACTIVE, 20, 0, 0}}, 20, YES,
	STATE_ACTIVE, 0, 0, "subscription active at provider"},
    {"before its start", {{ACTIVE, 21, 0, 0}}, 20, NO, STATE_ACTIVE, 0, 21,
	"subscription starts 1970-01-22T00:00:00Z"},
    {"before its start, with an end", {{ACTIVE, 21, 30, 0}}, 20, NO,
	STATE_ACTIVE, 0, 21, "subscription starts 1970-01-22T00:00:00Z"},
    {"ends before it starts", {{ACTIVE, 30, 25, 0}}, 20, NO, STATE_ACTIVE, 0, 0,
	"subscription ends 1970-01-26T00:00:00Z, before it starts "
	"(active at provider)"},
    {"ends as it starts", {{ACTIVE, 25, 25, 0}}, 25, NO, STATE_ACTIVE, 0, 0,
	"subscription ended 1970-01-26T00:00:00Z (active at provider)"},
    {"cancelled", {{ENDED, 3, 10, 0}}, 20, NO, STATE_ENDED, 0, 0,
	"subscription cancelled at provider"},
    {"paused", {{PAUSED, 3, 0, 0}}, 20, NO, STATE_PAUSED, 0, 0,
	"subscription paused at provider"},
    {"a paused one that starts later never says yes by itself",
	{{PAUSED, 30, 0, 0}}, 20, NO, STATE_PAUSED, 0, 0,
	"subscription paused at provider"},

    {"unknown word", {{FROZEN, 3, 0, 0}}, 20, UNKNOWN, STATE_UNKNOWN, 0, 0,
	"provider's word \"frozen\" is not known"},
    {"unknown word, past its end", {{FROZEN, 3, 20, 0}}, 20, NO, STATE_UNKNOWN,
	0, 0, "subscription ended 1970-01-21T00:00:00Z (frozen at provider)"},
    {"unknown word, before its start", {{FROZEN, 21, 0, 0}}, 20, NO,
	STATE_UNKNOWN, 0, 21, "subscription starts 1970-01-22T00:00:00Z"},
    {"unknown word with an end", {{FROZEN, 3, 30, 0}}, 20, UNKNOWN,
	STATE_UNKNOWN, 0, 30, "provider's word \"frozen\" is not known"},

    {"in grace", {{DUE, 3, 0, 15}}, 20, YES, STATE_PAST_DUE, 0, 25,
	"in grace until 1970-01-26T00:00:00Z (past_due at provider)"},
    {"on the moment the grace ends", {{DUE, 3, 0, 10}}, 20, NO, STATE_PAST_DUE,
	0, 0, "grace ended 1970-01-21T00:00:00Z (past_due at provider)"},
    {"a grace does not go beyond the end", {{DUE, 3, 22, 15}}, 20, YES,
	STATE_PAST_DUE, 0, 22,
	"in grace until 1970-01-23T00:00:00Z (past_due at provider)"},
    {"a grace does not begin before the start", {{DUE, 21, 0, 15}}, 20, NO,
	STATE_PAST_DUE, 0, 21, "subscription starts 1970-01-22T00:00:00Z"},
    {"a grace from nobody knows when", {{DUE, 3, 0, 0}}, 20, UNKNOWN,
	STATE_PAST_DUE, 0, 0,
	"subscription past_due at provider, since when is not known"},

    {"the survivor decides", {{ENDED, 0, 0, 0}, {ACTIVE, 0, 0, 0}}, 20, YES,
	STATE_ACTIVE, 1, 0, "subscription active at provider"},
    {"yes before unknown", {{FROZEN, 0, 0, 0}, {ACTIVE, 0, 30, 0}}, 20, YES,
	STATE_ACTIVE, 1, 30,
	"subscription ends 1970-01-31T00:00:00Z (active at provider)"},
    {"unknown before no", {{ENDED, 0, 0, 0}, {FROZEN, 0, 30, 0}}, 20, UNKNOWN,
	STATE_UNKNOWN, 1, 30, "provider's word \"frozen\" is not known"},
    {"of two ends the later", {{ACTIVE, 0, 25, 0}, {ACTIVE, 0, 30, 0}}, 20, YES,
	STATE_ACTIVE, 1, 30,
	"subscription ends 1970-01-31T00:00:00Z (active at provider)"},
    {"an open end is the latest", {{ACTIVE, 0, 0, 0}, {TRIAL, 0, 30, 0}}, 20,
	YES, STATE_ACTIVE, 0, 0, "subscription active at provider"},
    {"of two alike the first", {{TRIAL, 0, 30, 0}, {ACTIVE, 0, 30, 0}}, 20, YES,
	STATE_TRIALING, 0, 30,
	"subscription ends 1970-01-31T00:00:00Z (trialing at provider)"},
    {"of two that ended the later", {{ACTIVE, 0, 10, 0}, {TRIAL, 0, 15, 0}}, 20,
	NO, STATE_TRIALING, 1, 0,
	"subscription ended 1970-01-16T00:00:00Z (trialing at provider)"},

    {"one ends, the next has begun: no gap",
	{{ACTIVE, 0, 25, 0}, {TRIAL, 22, 40, 0}}, 20, YES, STATE_ACTIVE, 0, 40,
	"subscription ends 1970-01-26T00:00:00Z (active at provider)"},
    {"one ends, the next begins at that moment",
	{{TRIAL, 25, 40, 0}, {ACTIVE, 0, 25, 0}}, 20, YES, STATE_ACTIVE, 1, 40,
	"subscription ends 1970-01-26T00:00:00Z (active at provider)"},
    {"one ends, the next begins a day later",
	{{TRIAL, 26, 40, 0}, {ACTIVE, 0, 25, 0}}, 20, YES, STATE_ACTIVE, 1, 25,
	"subscription ends 1970-01-26T00:00:00Z (active at provider)"},
    {"a chain against the order of the list",
	{{ACTIVE, 34, 0, 0}, {ACTIVE, 29, 35, 0}, {ACTIVE, 24, 30, 0},
	    {ACTIVE, 0, 25, 0}},
	20, YES, STATE_ACTIVE, 3, 0,
	"subscription ends 1970-01-26T00:00:00Z (active at provider)"},
    {"yes ends into unknown", {{ACTIVE, 0, 25, 0}, {FROZEN, 0, 0, 0}}, 20, YES,
	STATE_ACTIVE, 0, 25,
	"subscription ends 1970-01-26T00:00:00Z (active at provider)"},
    {"unknown until a yes begins", {{FROZEN, 0, 40, 0}, {ACTIVE, 30, 0, 0}}, 20,
	UNKNOWN, STATE_UNKNOWN, 0, 30,
	"provider's word \"frozen\" is not known"},
    {"no until an unknown begins", {{FROZEN, 25, 40, 0}, {ACTIVE, 30, 0, 0}},
	20, NO, STATE_ACTIVE, 1, 25,
	"subscription starts 1970-01-31T00:00:00Z"},
    {"an empty grant to come changes nothing", {{ACTIVE, 30, 30, 0}}, 20, NO,
	STATE_ACTIVE, 0, 0,
	"subscription ends 1970-01-31T00:00:00Z, before it starts "
	"(active at provider)"},
    {"a grace ends, a later end holds", {{DUE, 0, 0, 15}, {ACTIVE, 0, 30, 0}},
	20, YES, STATE_ACTIVE, 1, 30,
	"subscription ends 1970-01-31T00:00:00Z (active at provider)"},
};

static void policy_make(struct policy *policy)
{
	policy_default(policy);
	assert_int_equal(policy_set(policy, "past_due", "grace 10d", NULL), 0);
}

static struct held_grant hold(
    const struct days *days, const struct policy *policy)
{
	return (struct held_grant){
	    .object = {"ecurring", "subscription", "1"},
	    .grant = {.status = days->status,
		.state = days->state,
		.since_ms = (int64_t)days->since * DAY_MS,
		.until_ms = (int64_t)days->until * DAY_MS,
		.state_at_ms = (int64_t)days->state_at * DAY_MS},
	    .policy = policy,
	};
}

static void check_row(const struct row *row, const struct policy *policy)
{
	struct held_grant grants[GRANTS_MAX];
	struct entitlement got;
	size_t n = 0;

	while (n < GRANTS_MAX && row->grants[n].status != NULL) {
		grants[n] = hold(&row->grants[n], policy);
		n++;
	}
	entitle_account(grants, n, (int64_t)row->now * DAY_MS, &got);
	if (entitle_answer(grants, n, (int64_t)row->now * DAY_MS) !=
	    row->entitled)
		fail_msg("%s: the short answer is another one", row->name);
	if (got.entitled != row->entitled || got.state != row->state)
		fail_msg("%s: entitled %s, state %s", row->name,
		    entitled_name(got.entitled), state_name(got.state));
	if (got.deciding != (size_t)row->deciding)
		fail_msg("%s: grant %zu decides", row->name, got.deciding);
	if (got.valid_until_ms != (int64_t)row->valid_until * DAY_MS)
		fail_msg("%s: valid until day %g", row->name,
		    (double)got.valid_until_ms / DAY_MS);
	if (strcmp(got.reason, row->reason) != 0)
		fail_msg("%s: %s", row->name, got.reason);
	if (n > 0 && entitle_grant(&grants[got.deciding],
			 (int64_t)row->now * DAY_MS) != got.entitled)
		fail_msg("%s: the deciding grant says otherwise", row->name);
}

static void test_rows(void **state)
{
	struct policy policy;
	size_t i;

	(void)state;
	policy_make(&policy);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], &policy);
}

static enum entitled answer_at(
    const struct held_grant *grants, size_t n, int64_t now_ms)
{
	struct entitlement got;

	entitle_account(grants, n, now_ms, &got);
	assert_int_equal(entitle_answer(grants, n, now_ms), got.entitled);
	return got.entitled;
}

/* Day by day: nothing changes before valid_until, and on it something does. */
static void check_valid_until(const struct held_grant *grants, size_t n)
{
	struct entitlement got;
	int now, day;

	for (now = 1; now < 24; now++) {
		entitle_account(grants, n, (int64_t)now * DAY_MS, &got);
		for (day = now; day < 30; day++) {
			if ((int64_t)day * DAY_MS == got.valid_until_ms)
				break;
			assert_int_equal(
			    answer_at(grants, n, (int64_t)day * DAY_MS),
			    got.entitled);
		}
		if (got.valid_until_ms == 0)
			continue;
		assert_true(day > now && day < 30);
		assert_int_not_equal(
		    answer_at(grants, n, got.valid_until_ms), got.entitled);
	}
}

static void test_valid_until_is_exact(void **state)
{
	static const enum state states[] = {
	    STATE_ACTIVE, STATE_UNKNOWN, STATE_ENDED, STATE_PAST_DUE};
	struct policy policy;
	struct held_grant grants[5];
	struct days days = {.status = "word"};
	uint64_t random = 1;
	size_t round, i, n;

	(void)state;
	policy_make(&policy);
	for (round = 0; round < 3000; round++) {
		n = 1 + round % 5;
		for (i = 0; i < n; i++) {
			random = random * 6364136223846793005u + 1442695;
			days.state = states[random >> 60 & 3];
			days.since = (int)(random >> 33 & 15);
			days.until = (int)(random >> 40 & 15);
			days.state_at = (int)(random >> 50 & 15);
			grants[i] = hold(&days, &policy);
		}
		check_valid_until(grants, n);
	}
}

/* Ten thousand grants that follow one another are one chain. */
static void test_many_grants(void **state)
{
	enum { N = 10000 };
	struct held_grant *grants = calloc(N, sizeof(*grants));
	struct days days = {ACTIVE, 0, 0, 0};
	struct policy policy;
	struct entitlement got;
	int i, back;

	(void)state;
	assert_non_null(grants);
	policy_make(&policy);
	for (back = 0; back < 2; back++) {
		for (i = 0; i < N; i++) {
			days.since = back ? N - 1 - i : i;
			days.until = days.since + 1;
			grants[i] = hold(&days, &policy);
		}
		entitle_account(grants, N, (int64_t)5000 * DAY_MS, &got);
		assert_int_equal(got.entitled, ENTITLED_YES);
		assert_int_equal(got.deciding, back ? N - 1 - 5000 : 5000);
		assert_true(got.valid_until_ms == (int64_t)N * DAY_MS);
	}
	free(grants);
}

/* No moment, however wild, is undefined behaviour or breaks the sentence. */
static void test_extremes(void **state)
{
	static const int64_t moments[] = {
	    INT64_MIN, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
	enum { M = sizeof(moments) / sizeof(moments[0]) };
	struct policy policy;
	struct held_grant held;
	struct entitlement got;
	size_t i;

	(void)state;
	policy_make(&policy);
	held = (struct held_grant){.object = {"p", "k", "1"},
	    .grant = {.status = "word"},
	    .policy = &policy};
	for (i = 0; i < (size_t)M * M * M * M * STATE_COUNT; i++) {
		held.grant.since_ms = moments[i % M];
		held.grant.until_ms = moments[i / M % M];
		held.grant.state_at_ms = moments[i / M / M % M];
		held.grant.state = (enum state)(i / M / M / M / M);
		entitle_account(&held, 1, moments[i / M / M / M % M], &got);
		assert_true(got.reason[0] != '\0');
		assert_true(strlen(got.reason) < sizeof(got.reason));
	}
}

static void test_longest_words(void **state)
{
	struct held_grant held = {
	    .object = {"p", "kind_of_24_bytes_exactly", "1"},
	    .grant = {.state = STATE_ACTIVE,
		.since_ms = (int64_t)40 * DAY_MS + 1,
		.until_ms = (int64_t)30 * DAY_MS + 1,
		.status = "word_of_64_bytes_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			  "xxxxxxxxxxxxxx\xc3\xa9"}};
	struct entitlement got;

	(void)state;
	entitle_account(&held, 1, DAY_MS, &got);
	assert_string_equal(got.reason,
	    "kind_of_24_bytes_exactly ends 1970-01-31T00:00:00.001Z, before "
	    "it starts (word_of_64_bytes_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxx\xc3\xa9 at provider)");
}

/* A provider that is no longer configured has no policy: the default. */
static void test_without_policy(void **state)
{
	struct days days = {DUE, 0, 0, 0};
	struct held_grant held = hold(&days, NULL);

	(void)state;
	assert_int_equal(entitle_grant(&held, 1), ENTITLED_YES);
	held.grant.state = STATE_PAUSED;
	assert_int_equal(entitle_grant(&held, 1), ENTITLED_NO);
	held.grant.state = STATE_COUNT;
	assert_int_equal(entitle_grant(&held, 1), ENTITLED_UNKNOWN);
}

/* What grants may be called otherwise than the object that gives it. */
static void test_noun(void **state)
{
	struct held_grant held = {.object = {"shop", "account", "usr_1"},
	    .grant = {.status = "active", .state = STATE_ACTIVE}};
	struct entitlement answer;

	(void)state;
	entitle_account(&held, 1, DAY_MS, &answer);
	assert_string_equal(answer.reason, "account active at provider");
	held.noun = "subscription";
	entitle_account(&held, 1, DAY_MS, &answer);
	assert_string_equal(answer.reason, "subscription active at provider");
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(entitled_name(ENTITLED_YES), "true");
	assert_string_equal(entitled_name(ENTITLED_NO), "false");
	assert_string_equal(entitled_name(ENTITLED_UNKNOWN), "null");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_valid_until_is_exact),
	    cmocka_unit_test(test_many_grants),
	    cmocka_unit_test(test_extremes),
	    cmocka_unit_test(test_longest_words),
	    cmocka_unit_test(test_without_policy),
	    cmocka_unit_test(test_noun),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
