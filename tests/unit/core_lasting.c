/*
 * The rules of core/entitle that last a while: a state that is kept while the
 * provider's word is not known, and patience with a renewal that does not come.
 * Moments are days: 20 is 1970-01-21.
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

enum { DAY_MS = 86400 * 1000 };

/* A grant in days, and a moment; what it says then, until when, and why. */
struct row {
	const char *name;
	enum state state;
	const char *status;
	int since;
	int until;
	int state_at;
	enum state was;
	int was_at;
	int unknown_at;
	int now;
	enum entitled entitled;
	int valid_until;
	const char *reason;
	int renews;
};

#define YES ENTITLED_YES
#define NO ENTITLED_NO
#define UNKNOWN ENTITLED_UNKNOWN
#define XYZ STATE_UNKNOWN, "xyz"
#define NOTHING STATE_UNKNOWN, 0, 0

#define ACTIVE STATE_ACTIVE, "active"
#define DUE STATE_PAST_DUE, "past_due"

/*
 * The rules of all rows: past_due "grace 10d", unknown "keep-last 5d", renewal
 * "patience 6d".
 */
static const struct row rows[] = {
    {"kept", XYZ, 3, 0, 0, STATE_ACTIVE, 0, 18, 20, YES, 23,
	"kept as active until 1970-01-24T00:00:00Z: "
	"provider's word \"xyz\" is not known",
	0},
    {"kept from the moment that it became unknown", XYZ, 3, 0, 0, STATE_ACTIVE,
	0, 18, 18, YES, 23,
	"kept as active until 1970-01-24T00:00:00Z: "
	"provider's word \"xyz\" is not known",
	0},
    {"then unknown", XYZ, 3, 0, 0, STATE_ACTIVE, 0, 18, 23, UNKNOWN, 0,
	"provider's word \"xyz\" is not known "
	"(kept as active until 1970-01-24T00:00:00Z)",
	0},
    {"nothing to keep", XYZ, 3, 0, 0, NOTHING, 20, UNKNOWN, 0,
	"provider's word \"xyz\" is not known", 0},
    {"nobody knows since when it is unknown", XYZ, 3, 0, 0, STATE_ACTIVE, 0, 0,
	20, UNKNOWN, 0, "provider's word \"xyz\" is not known", 0},
    {"a no is kept as well", XYZ, 3, 0, 0, STATE_PAUSED, 0, 18, 20, NO, 23,
	"kept as paused until 1970-01-24T00:00:00Z: "
	"provider's word \"xyz\" is not known",
	0},
    {"then that is unknown too", XYZ, 3, 0, 0, STATE_PAUSED, 0, 18, 23, UNKNOWN,
	0,
	"provider's word \"xyz\" is not known "
	"(kept as paused until 1970-01-24T00:00:00Z)",
	0},
    {"its end stays its end", XYZ, 3, 21, 0, STATE_ACTIVE, 0, 18, 20, YES, 21,
	"kept as active until 1970-01-22T00:00:00Z: "
	"provider's word \"xyz\" is not known",
	0},
    {"after its end it says no, not unknown", XYZ, 3, 21, 0, STATE_ACTIVE, 0,
	18, 22, NO, 0,
	"subscription ended 1970-01-22T00:00:00Z (xyz at provider)", 0},
    {"after its end, long after", XYZ, 3, 21, 0, STATE_ACTIVE, 0, 18, 40, NO, 0,
	"subscription ended 1970-01-22T00:00:00Z (xyz at provider)", 0},
    {"kept, then unknown, then ended", XYZ, 3, 30, 0, STATE_ACTIVE, 0, 18, 25,
	UNKNOWN, 30,
	"provider's word \"xyz\" is not known "
	"(kept as active until 1970-01-24T00:00:00Z)",
	0},
    {"its start stays its start", XYZ, 21, 0, 0, STATE_ACTIVE, 0, 18, 20, NO,
	21, "subscription starts 1970-01-22T00:00:00Z", 0},
    {"before a start behind what is kept", XYZ, 25, 0, 0, STATE_ACTIVE, 0, 18,
	24, NO, 25, "subscription starts 1970-01-26T00:00:00Z", 0},
    {"a start behind what is kept", XYZ, 25, 0, 0, STATE_ACTIVE, 0, 18, 26,
	UNKNOWN, 0,
	"provider's word \"xyz\" is not known "
	"(kept as active until 1970-01-24T00:00:00Z)",
	0},
    {"a grace is kept, not begun anew", XYZ, 3, 0, 19, STATE_PAST_DUE, 12, 18,
	20, YES, 22,
	"kept as past_due until 1970-01-24T00:00:00Z: "
	"provider's word \"xyz\" is not known",
	0},
    {"and ends as it would have", XYZ, 3, 0, 19, STATE_PAST_DUE, 12, 18, 22, NO,
	23,
	"kept as past_due until 1970-01-24T00:00:00Z: "
	"provider's word \"xyz\" is not known",
	0},
    {"a grace from nobody knows when", XYZ, 3, 0, 19, STATE_PAST_DUE, 0, 18, 22,
	UNKNOWN, 0,
	"provider's word \"xyz\" is not known "
	"(kept as past_due until 1970-01-24T00:00:00Z)",
	0},
    {"a state that is known keeps nothing", STATE_PAUSED, "paused", 3, 0, 0,
	STATE_ACTIVE, 0, 18, 20, NO, 0, "subscription paused at provider", 0},

    {"a renewal to come", ACTIVE, 3, 0, 0, NOTHING, 20, YES, 31,
	"subscription active at provider", 25},
    {"a renewal that is due", ACTIVE, 3, 0, 0, NOTHING, 25, YES, 31,
	"subscription active at provider, renewal due since "
	"1970-01-26T00:00:00Z",
	25},
    {"late, within the patience", ACTIVE, 3, 0, 0, NOTHING, 30, YES, 31,
	"subscription active at provider, renewal due since "
	"1970-01-26T00:00:00Z",
	25},
    {"behind it: unknown, not no", ACTIVE, 3, 0, 0, NOTHING, 31, UNKNOWN, 0,
	"subscription active at provider, but the renewal due "
	"1970-01-26T00:00:00Z did not come",
	25},
    {"an end before the patience is over", ACTIVE, 3, 29, 0, NOTHING, 20, YES,
	29, "subscription ends 1970-01-30T00:00:00Z (active at provider)", 25},
    {"renewed until its end is far", ACTIVE, 3, 40, 0, NOTHING, 20, YES, 31,
	"subscription ends 1970-02-10T00:00:00Z (active at provider)", 25},
    {"unknown until its end", ACTIVE, 3, 40, 0, NOTHING, 31, UNKNOWN, 40,
	"subscription active at provider, but the renewal due "
	"1970-01-26T00:00:00Z did not come",
	25},
    {"then it has ended", ACTIVE, 3, 40, 0, NOTHING, 40, NO, 0,
	"subscription ended 1970-02-10T00:00:00Z (active at provider)", 25},
    {"before its start", ACTIVE, 21, 0, 0, NOTHING, 20, NO, 21,
	"subscription starts 1970-01-22T00:00:00Z", 25},
    {"a start behind the patience", ACTIVE, 35, 0, 0, NOTHING, 34, NO, 35,
	"subscription starts 1970-02-05T00:00:00Z", 25},
    {"a no stays no", STATE_PAUSED, "paused", 3, 0, 0, NOTHING, 40, NO, 0,
	"subscription paused at provider", 25},
    {"an unknown word stays that", XYZ, 3, 0, 0, NOTHING, 40, UNKNOWN, 0,
	"provider's word \"xyz\" is not known", 25},
    {"a grace ends before", DUE, 3, 0, 18, NOTHING, 20, YES, 28,
	"in grace until 1970-01-29T00:00:00Z (past_due at provider)", 25},
    {"a grace that outlasts the patience", DUE, 3, 0, 18, NOTHING, 20, YES, 21,
	"in grace until 1970-01-22T00:00:00Z (past_due at provider)", 15},
    {"is unknown in the end", DUE, 3, 0, 18, NOTHING, 22, UNKNOWN, 28,
	"subscription past_due at provider, but the renewal due "
	"1970-01-16T00:00:00Z did not come",
	15},
    {"and then over", DUE, 3, 0, 18, NOTHING, 28, NO, 0,
	"grace ended 1970-01-29T00:00:00Z (past_due at provider)", 15},
    {"kept, and the patience ends first", XYZ, 3, 0, 0, STATE_ACTIVE, 0, 18, 20,
	YES, 21,
	"kept as active until 1970-01-24T00:00:00Z: "
	"provider's word \"xyz\" is not known",
	15},
    {"kept, and the patience has ended", XYZ, 3, 0, 0, STATE_ACTIVE, 0, 18, 21,
	UNKNOWN, 0,
	"subscription xyz at provider, but the renewal due "
	"1970-01-16T00:00:00Z did not come",
	15},
    {"no more kept, nor awaited", XYZ, 3, 0, 0, STATE_ACTIVE, 0, 18, 23,
	UNKNOWN, 0,
	"provider's word \"xyz\" is not known "
	"(kept as active until 1970-01-24T00:00:00Z)",
	15},
};

static void policy_make(struct policy *policy)
{
	policy_default(policy);
	assert_int_equal(policy_set(policy, "past_due", "grace 10d", NULL), 0);
	assert_int_equal(
	    policy_set(policy, "unknown", "keep-last 5d", NULL), 0);
	assert_int_equal(policy_set(policy, "renewal", "patience 6d", NULL), 0);
}

static int64_t day(int n)
{
	return (int64_t)n * DAY_MS;
}

static struct held_grant hold(
    const struct row *row, const struct policy *policy)
{
	return (struct held_grant){
	    .object = {"shop", "subscription", "1"},
	    .grant = {.status = row->status,
		.state = row->state,
		.since_ms = day(row->since),
		.until_ms = day(row->until),
		.state_at_ms = day(row->state_at),
		.was = row->was,
		.was_at_ms = day(row->was_at),
		.unknown_at_ms = day(row->unknown_at),
		.renews_ms = day(row->renews)},
	    .policy = policy,
	};
}

static void check_row(const struct row *row, const struct policy *policy)
{
	struct held_grant held = hold(row, policy);
	struct entitlement got;

	entitle_account(&held, 1, day(row->now), &got);
	if (got.entitled != row->entitled || got.state != row->state)
		fail_msg("%s: entitled %s, state %s", row->name,
		    entitled_name(got.entitled), state_name(got.state));
	if (entitle_grant(&held, day(row->now)) != row->entitled)
		fail_msg("%s: the grant says otherwise", row->name);
	if (got.valid_until_ms != day(row->valid_until))
		fail_msg("%s: valid until day %g", row->name,
		    (double)got.valid_until_ms / DAY_MS);
	if (strcmp(got.reason, row->reason) != 0)
		fail_msg("%s: %s", row->name, got.reason);
}

static void test_rows(void **state)
{
	struct policy policy;

	(void)state;
	policy_make(&policy);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], &policy);
}

/* The record says what was before; only the policy says whether it counts. */
static void test_only_by_policy(void **state)
{
	struct held_grant held = {.object = {"shop", "subscription", "1"},
	    .grant = {.status = "xyz",
		.was = STATE_ACTIVE,
		.unknown_at_ms = day(18)}};
	struct policy policy;

	(void)state;
	assert_int_equal(entitle_grant(&held, day(19)), ENTITLED_UNKNOWN);
	policy_default(&policy);
	held.policy = &policy;
	assert_int_equal(entitle_grant(&held, day(19)), ENTITLED_UNKNOWN);
	assert_int_equal(policy_set(&policy, "unknown", "deny", NULL), 0);
	assert_int_equal(entitle_grant(&held, day(19)), ENTITLED_NO);
	policy_make(&policy);
	assert_int_equal(entitle_grant(&held, day(19)), ENTITLED_YES);
	assert_int_equal(policy_set(&policy, "active", "deny", NULL), 0);
	assert_int_equal(entitle_grant(&held, day(19)), ENTITLED_NO);
	held.grant.was = STATE_COUNT;
	assert_int_equal(entitle_grant(&held, day(19)), ENTITLED_UNKNOWN);
}

static void test_patience_by_policy(void **state)
{
	struct held_grant held = {.object = {"shop", "subscription", "1"},
	    .grant = {.status = "active",
		.state = STATE_ACTIVE,
		.renews_ms = day(10)}};
	struct entitlement got;
	struct policy policy;

	(void)state;
	assert_int_equal(entitle_grant(&held, day(40) - 1), ENTITLED_YES);
	assert_int_equal(entitle_grant(&held, day(40)), ENTITLED_UNKNOWN);
	policy_default(&policy);
	held.policy = &policy;
	assert_int_equal(entitle_grant(&held, day(40) - 1), ENTITLED_YES);
	assert_int_equal(entitle_grant(&held, day(40)), ENTITLED_UNKNOWN);
	assert_int_equal(policy_set(&policy, "renewal", "trust", NULL), 0);
	entitle_account(&held, 1, day(4000), &got);
	assert_int_equal(got.entitled, ENTITLED_YES);
	assert_int_equal(got.valid_until_ms, 0);
	assert_string_equal(got.reason,
	    "subscription active at provider, renewal due since "
	    "1970-01-11T00:00:00Z");
}

/* ---- valid_until, by asking about every day ---------------------------- */

enum { GRANTS_MAX = 5, EFFECTS_MAX = 2, DAYS = 60 };

struct random_grants {
	struct held_grant grants[GRANTS_MAX];
	struct held_effect effects[GRANTS_MAX][EFFECTS_MAX];
	size_t n;
	uint64_t random;
};

static unsigned int draw(struct random_grants *r, unsigned int below)
{
	r->random = r->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned int)(r->random >> 33) % below;
}

/* 0, which is none, or one of the first thirty days. */
static int64_t draw_day(struct random_grants *r)
{
	return draw(r, 3) == 0 ? 0 : day(1 + (int)draw(r, 30));
}

static void draw_grant(
    struct random_grants *r, size_t i, const struct policy *policy)
{
	static const enum state states[] = {STATE_ACTIVE, STATE_UNKNOWN,
	    STATE_ENDED, STATE_PAST_DUE, STATE_UNKNOWN};
	struct held_grant *held = &r->grants[i];

	*held = (struct held_grant){.object = {"shop", "subscription", "1"},
	    .grant = {.status = "word", .state = states[draw(r, 5)]},
	    .policy = policy,
	    .effects = r->effects[i],
	    .n_effects = draw(r, EFFECTS_MAX + 1)};
	held->grant.since_ms = draw_day(r);
	held->grant.until_ms = draw_day(r);
	held->grant.state_at_ms = draw_day(r);
	held->grant.was = states[draw(r, 5)];
	held->grant.was_at_ms = draw_day(r);
	held->grant.unknown_at_ms = draw_day(r);
	held->grant.renews_ms = draw_day(r);
	for (size_t k = 0; k < held->n_effects; k++)
		r->effects[i][k] = (struct held_effect){.kind = EFFECT_REFUND,
		    .source = {"shop", "payment", "1"},
		    .at_ms = draw_day(r),
		    .until_ms = draw_day(r)};
}

/* The first day after now on which the answer is another one; 0: none. */
static int64_t next_other(const struct random_grants *r, int now)
{
	enum entitled answer = entitle_answer(r->grants, r->n, day(now));

	for (int d = now + 1; d < DAYS; d++) {
		if (entitle_answer(r->grants, r->n, day(d)) != answer)
			return day(d);
	}
	return 0;
}

static void test_valid_until_is_exact(void **state)
{
	struct random_grants r = {.random = 7};
	struct policy policy;
	struct entitlement got;

	(void)state;
	policy_make(&policy);
	for (int round = 0; round < 4000; round++) {
		r.n = 1 + draw(&r, GRANTS_MAX);
		for (size_t i = 0; i < r.n; i++)
			draw_grant(&r, i, &policy);
		for (int now = 1; now < DAYS; now += 3) {
			entitle_account(r.grants, r.n, day(now), &got);
			assert_int_equal(got.entitled,
			    entitle_answer(r.grants, r.n, day(now)));
			assert_int_equal(
			    got.valid_until_ms, next_other(&r, now));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_only_by_policy),
	    cmocka_unit_test(test_patience_by_policy),
	    cmocka_unit_test(test_valid_until_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
