/*
 * What a record takes over from answer to answer, so that what lasts a while
 * does not begin anew: the state before a word that nobody knows, since when a
 * state is what it is, and a renewal that does not come.
 */
#include "cache/grants.h"
#include "cache/turn.h"
#include "clients/client.h"
#include "reconciler/io/query.h"
#include "cache/versions.h"

#include "tests/contract/ledger_tell.h"

static void set_policy(struct fixture *f, const char *word, const char *rule)
{
	assert_int_equal(
	    policy_set(&f->providers[0].policy, word, rule, NULL), 0);
}

/* The one subscription, looked at at that second; it says that word. */
static void look(
    struct fixture *f, int64_t at, const char *status, enum state state)
{
	struct answer a;

	f->now_ms = sec(at);
	answer_sub(&a, status, state);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
}

static const char *answer_at(struct fixture *f, int64_t at)
{
	f->now_ms = sec(at);
	return tell_account(f, "shop/7");
}

/* ---- keep-last -------------------------------------------------------- */

static void test_the_state_before_is_kept(void **state)
{
	struct fixture *f = *state;

	set_policy(f, "unknown", "keep-last 60s");
	look(f, 0, "active", STATE_ACTIVE);
	look(f, 100, "xyz", STATE_UNKNOWN);
	assert_string_equal(answer_at(f, 100), "true unknown s1:xyz[-,-)");
	/* Neither another such word nor the same begins it anew. */
	look(f, 120, "abc", STATE_UNKNOWN);
	look(f, 140, "abc", STATE_UNKNOWN);
	assert_string_equal(answer_at(f, 159), "true unknown s1:abc[-,-)");
	assert_string_equal(answer_at(f, 160), "null unknown s1:abc[-,-)");
	assert_int_equal(ledger_advance(f), 1);
	assert_string_equal(
	    tell_changes(f, 1), "2 shop/7 true>null unknown@160/160 time s1");
	/* Nor is it forgotten when it is over. */
	look(f, 200, "xyz", STATE_UNKNOWN);
	assert_string_equal(answer_at(f, 200), "null unknown s1:xyz[-,-)");
	assert_string_equal(
	    tell_past(f, "shop/7", sec(130), 0), "true unknown s1:abc[-,-)");
	assert_string_equal(
	    tell_past(f, "shop/7", sec(170), 0), "null unknown s1:abc[-,-)");

	/* A word that is known is a new beginning. */
	look(f, 300, "active", STATE_ACTIVE);
	look(f, 310, "xyz", STATE_UNKNOWN);
	assert_string_equal(answer_at(f, 369), "true unknown s1:xyz[-,-)");
	assert_string_equal(answer_at(f, 370), "null unknown s1:xyz[-,-)");
}

static void test_policy_alone_says_whether(void **state)
{
	struct fixture *f = *state;

	look(f, 0, "active", STATE_ACTIVE);
	look(f, 100, "xyz", STATE_UNKNOWN);
	assert_string_equal(answer_at(f, 110), "null unknown s1:xyz[-,-)");
	set_policy(f, "unknown", "keep-last 60s");
	assert_string_equal(answer_at(f, 110), "true unknown s1:xyz[-,-)");
	set_policy(f, "active", "deny");
	assert_string_equal(answer_at(f, 110), "false unknown s1:xyz[-,-)");
}

static void test_nothing_was_known_before(void **state)
{
	struct fixture *f = *state;

	set_policy(f, "unknown", "keep-last 60s");
	look(f, 0, "xyz", STATE_UNKNOWN);
	assert_string_equal(answer_at(f, 1), "null unknown s1:xyz[-,-)");
	look(f, 10, "abc", STATE_UNKNOWN);
	assert_string_equal(answer_at(f, 11), "null unknown s1:abc[-,-)");
}

/* The provider's moment counts where it can be true. */
static void test_since_when_it_is_unknown(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	set_policy(f, "unknown", "keep-last 60s");
	look(f, 50, "active", STATE_ACTIVE);
	f->now_ms = sec(100);
	answer_sub(&a, "xyz", STATE_UNKNOWN);
	a.grants[0].state_at_ms = sec(80);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(answer_at(f, 139), "true unknown s1:xyz[-,-)");
	assert_string_equal(answer_at(f, 140), "null unknown s1:xyz[-,-)");

	/* It was seen active at 200: it was not unknown at 180. */
	look(f, 200, "active", STATE_ACTIVE);
	f->now_ms = sec(210);
	a.grants[0].state_at_ms = sec(180);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(answer_at(f, 269), "true unknown s1:xyz[-,-)");
	assert_string_equal(answer_at(f, 270), "null unknown s1:xyz[-,-)");
}

/* Lists change their order; a grant is known by what it is of. */
static void test_in_another_order(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	set_policy(f, "unknown", "keep-last 60s");
	f->now_ms = sec(0);
	answer_sub(&a, "on", STATE_ACTIVE);
	answer_grant(&a, 1, "off", STATE_ENDED, 0, 0);
	a.grants[1].product = "other";
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(100);
	answer_sub(&a, "xyz", STATE_UNKNOWN);
	answer_grant(&a, 1, "xyz", STATE_UNKNOWN, 0, 0);
	a.grants[0].product = "other";
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(
	    ledger_account(f, "shop/7").grants[0].grant.was, STATE_ENDED);
	assert_int_equal(
	    ledger_account(f, "shop/7").grants[1].grant.was, STATE_ACTIVE);

	/* Of one that is called otherwise, its place says which it was. */
	f->now_ms = sec(110);
	a.grants[1].product = "renamed";
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(
	    ledger_account(f, "shop/7").grants[1].grant.was, STATE_ACTIVE);
	/* One more has nothing before it. */
	f->now_ms = sec(120);
	answer_grant(&a, 2, "xyz", STATE_UNKNOWN, 0, 0);
	a.grants[2].product = "third";
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(
	    ledger_account(f, "shop/7").grants[2].grant.was, STATE_UNKNOWN);
}

static void test_it_moves_along(void **state)
{
	struct fixture *f = *state;

	set_policy(f, "unknown", "keep-last 60s");
	look(f, 0, "active", STATE_ACTIVE);
	look(f, 100, "xyz", STATE_UNKNOWN);
	ledger_link(f, "7", "usr");
	assert_string_equal(tell_account(f, "usr"), "true unknown s1:xyz[-,-)");
	f->now_ms = sec(160);
	assert_string_equal(tell_account(f, "usr"), "null unknown s1:xyz[-,-)");
	assert_string_equal(
	    tell_past(f, "usr", sec(150), 0), "true unknown s1:xyz[-,-)");
}

/* ---- since when ------------------------------------------------------- */

/* past_due, by a provider that says when it last touched the object. */
static void look_due(struct fixture *f, int64_t at, const char *status)
{
	struct answer a;

	f->now_ms = sec(at);
	answer_sub(&a, status, STATE_PAST_DUE);
	a.grants[0].state_at_ms = sec(at);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
}

static size_t count_versions(struct fixture *f, const char *account)
{
	struct store_turn *turn = fixture_begin(f);
	struct version *versions;
	size_t n = 0;

	assert_int_equal(
	    versions_load(turn->txn, account, 0, &turn->arena, &versions, &n),
	    0);
	store_turn_abort(turn);
	return n;
}

static void test_a_grace_does_not_begin_anew(void **state)
{
	struct fixture *f = *state;

	set_policy(f, "past_due", "grace 60s");
	look_due(f, 10, "past_due");
	assert_string_equal(answer_at(f, 11), "true past_due s1:past_due[-,-)");
	look_due(f, 20, "past_due");
	look_due(f, 30, "past_due");
	assert_int_equal(count_versions(f, "shop/7"), 1);
	look_due(f, 40, "unpaid"); /* another word for the same state */
	assert_int_equal(count_versions(f, "shop/7"), 2);
	assert_string_equal(answer_at(f, 69), "true past_due s1:unpaid[-,-)");
	assert_string_equal(answer_at(f, 70), "false past_due s1:unpaid[-,-)");
	look_due(f, 80, "unpaid");
	assert_string_equal(answer_at(f, 80), "false past_due s1:unpaid[-,-)");

	look(f, 90, "active", STATE_ACTIVE);
	look_due(f, 100, "past_due");
	assert_string_equal(
	    answer_at(f, 159), "true past_due s1:past_due[-,-)");
}

/* What is learnt late, or is earlier than we thought, is taken. */
static void test_a_beginning_is_learnt(void **state)
{
	struct fixture *f = *state;

	set_policy(f, "past_due", "grace 60s");
	look(f, 10, "past_due", STATE_PAST_DUE);
	assert_string_equal(answer_at(f, 11), "null past_due s1:past_due[-,-)");
	look_due(f, 20, "past_due");
	assert_string_equal(answer_at(f, 79), "true past_due s1:past_due[-,-)");
	look(f, 30, "past_due", STATE_PAST_DUE);
	assert_string_equal(answer_at(f, 79), "true past_due s1:past_due[-,-)");
	assert_string_equal(
	    answer_at(f, 80), "false past_due s1:past_due[-,-)");
	assert_int_equal(count_versions(f, "shop/7"), 2);
}

/* Of a provider that lists history: it was paid, and failed again. */
static void test_a_listed_way_back_is_a_beginning(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	set_policy(f, "past_due", "grace 60s");
	f->now_ms = sec(10);
	answer_sub(&a, "past_due", STATE_PAST_DUE);
	answer_list(&a, "past_due", STATE_PAST_DUE, sec(10));
	a.grants[0].state_at_ms = sec(10);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(50);
	answer_list(&a, "active", STATE_ACTIVE, sec(30));
	answer_list(&a, "past_due", STATE_PAST_DUE, sec(40));
	a.grants[0].state_at_ms = sec(40);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(answer_at(f, 99), "true past_due s1:past_due[-,-)");
	assert_string_equal(
	    answer_at(f, 100), "false past_due s1:past_due[-,-)");
}

/* ---- renewals --------------------------------------------------------- */

/* An active subscription that is to be renewed at that second. */
static struct settled look_renewed(
    struct fixture *f, int64_t at, enum cause cause, int64_t renews)
{
	struct answer a;

	f->now_ms = sec(at);
	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].renews_ms = sec(renews);
	return ledger_look(f, sub_ref("s1"), cause, &a);
}

/* The due job's look, whatever made it. */
static struct settled answer_renewed(struct fixture *f, int64_t renews)
{
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].renews_ms = sec(renews);
	return ledger_answer(f, &a);
}

static int64_t next_check(struct fixture *f)
{
	struct object object;

	assert_int_equal(ledger_object(f, sub_ref("s1"), &object), 0);
	return object.next_check_ms;
}

/* Just after it is due at 300, then up the ladder: 336 is the last of that. */
static void climb(struct fixture *f)
{
	struct settled settled;

	look_renewed(f, 0, CAUSE_NOTIFIED, 300);
	assert_int_equal(next_check(f), sec(301));
	f->now_ms = sec(301);
	assert_int_equal(ledger_checks(f), 1);
	settled = answer_renewed(f, 300);
	assert_int_equal(settled.fate, FATE_AGAIN);
	assert_int_equal(settled.due_ms, sec(306));
	f->now_ms = sec(306);
	assert_int_equal(answer_renewed(f, 300).due_ms, sec(336));
	f->now_ms = sec(336);
	assert_int_equal(answer_renewed(f, 300).fate, FATE_DONE);
}

/* Then once an hour. */
static void test_an_overdue_renewal_is_looked_at(void **state)
{
	struct fixture *f = *state;

	climb(f);
	assert_int_equal(next_check(f), sec(336 + 3600));
	f->now_ms = sec(336 + 3600);
	assert_int_equal(ledger_checks(f), 1);
	assert_int_equal(answer_renewed(f, 300).fate, FATE_DONE);
	assert_int_equal(next_check(f), sec(336 + 7200));

	/* It comes at last. */
	f->now_ms = sec(336 + 7200);
	assert_int_equal(ledger_checks(f), 1);
	assert_int_equal(answer_renewed(f, 8000).fate, FATE_DONE);
	assert_int_equal(next_check(f), sec(8001));
}

/* All that comes of it was foreseen since it was due. */
static void test_what_comes_of_an_overdue_renewal_is_no_repair(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	climb(f);
	f->now_ms = sec(336 + 3600);
	assert_int_equal(ledger_checks(f), 1);
	answer_sub(&a, "ended", STATE_ENDED);
	a.seen.changed_at_ms = sec(350);
	settled = ledger_answer(f, &a);
	assert_int_equal(settled.news, HISTORY_NEWS);
	assert_false(settled.repair);
}

/* Who first hears of it when it is long overdue has no ladder to climb. */
static void test_a_renewal_that_was_overdue_already(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    look_renewed(f, 400, CAUSE_NOTIFIED, 300).fate, FATE_DONE);
	assert_int_equal(next_check(f), sec(400 + 3600));
}

static void test_patience_ends_by_itself(void **state)
{
	struct fixture *f = *state;

	set_policy(f, "renewal", "patience 60s");
	look_renewed(f, 0, CAUSE_NOTIFIED, 100);
	look_renewed(f, 110, CAUSE_NOTIFIED, 100);
	assert_string_equal(answer_at(f, 159), "true active s1:active[-,-)");
	assert_string_equal(answer_at(f, 160), "null active s1:active[-,-)");
	assert_int_equal(ledger_advance(f), 1);
	assert_string_equal(
	    tell_changes(f, 1), "2 shop/7 true>null active@160/160 time s1");
	/* It names the same old end again: unknown it stays. */
	look_renewed(f, 200, CAUSE_RESYNC, 100);
	assert_string_equal(answer_at(f, 200), "null active s1:active[-,-)");
	/* Renewed after all: as we know now, all the time. */
	look_renewed(f, 300, CAUSE_RESYNC, 1000);
	assert_string_equal(answer_at(f, 300), "true active s1:active[-,-)");
	assert_string_equal(
	    tell_past(f, "shop/7", sec(250), 0), "true active s1:active[-,-)");
	assert_string_equal(tell_past(f, "shop/7", sec(250), sec(299)),
	    "null active s1:active[-,-)");
	assert_int_equal(count_versions(f, "shop/7"), 2);
}

static void test_trust_has_no_end(void **state)
{
	struct fixture *f = *state;

	look_renewed(f, 0, CAUSE_NOTIFIED, 100);
	assert_string_equal(
	    answer_at(f, 100 + 30 * 86400), "null active s1:active[-,-)");
	set_policy(f, "renewal", "trust");
	assert_string_equal(
	    answer_at(f, 100 + 30 * 86400), "true active s1:active[-,-)");
}

static bool is_fresh(struct fixture *f, int64_t at)
{
	struct account_question question = {
	    .account = "shop/7", .now_ms = sec(at)};
	struct account_answer answer;
	struct store_view *view;

	f->providers[0].client = client_find("ecurring");
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(query_account(view, &f->settings, &question, &f->arena,
			     &answer, &f->err),
	    0);
	store_view_close(view);
	return answer.fresh;
}

/* Without a worker: neither what it scheduled nor the age says so yet. */
static void test_not_fresh_behind_a_renewal(void **state)
{
	struct fixture *f = *state;
	struct object object;

	f->providers[0].schedule.n_rungs = 0;
	look_renewed(f, 0, CAUSE_NOTIFIED, 86399);
	assert_int_equal(ledger_object(f, sub_ref("s1"), &object), 0);
	assert_int_equal(object.boundary_ms, 0);
	assert_true(is_fresh(f, 86398));
	assert_false(is_fresh(f, 86399));
	look_renewed(f, 86399, CAUSE_MANUAL, 86399);
	assert_false(is_fresh(f, 86399));
	look_renewed(f, 86500, CAUSE_MANUAL, 86399);
	assert_true(is_fresh(f, 86500));
}

/* ---- records of older programs ---------------------------------------- */

/* The current row as a program wrote it that knew nothing behind the label. */
static void cut_record(struct fixture *f, const char *account, size_t bytes)
{
	struct store_turn *turn = fixture_begin(f);
	struct span value;
	uint8_t copy[RECORD_MAX];
	struct key key;

	grants_key(&key, account, 1, 0);
	assert_int_equal(
	    lmdb_get(turn->txn, TABLE_GRANTS, key_span(&key), &value), 0);
	assert_true(value.len > bytes);
	memcpy(copy, value.data, value.len);
	lmdb_put(turn->txn, TABLE_GRANTS, key_span(&key),
	    (struct span){copy, value.len - bytes});
	fixture_commit(f, turn);
}

static void test_an_older_record_keeps_nothing(void **state)
{
	enum { PAST_BYTES = 1 + 8 + 8 + 8 };
	struct fixture *f = *state;

	set_policy(f, "unknown", "keep-last 60s");
	look(f, 0, "active", STATE_ACTIVE);
	look(f, 100, "xyz", STATE_UNKNOWN);
	cut_record(f, "shop/7", PAST_BYTES);
	assert_string_equal(answer_at(f, 110), "null unknown s1:xyz[-,-)");
	look(f, 120, "active", STATE_ACTIVE);
	look(f, 130, "xyz", STATE_UNKNOWN);
	assert_string_equal(answer_at(f, 140), "true unknown s1:xyz[-,-)");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, ledger_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST(test_the_state_before_is_kept),
	    TEST(test_policy_alone_says_whether),
	    TEST(test_nothing_was_known_before),
	    TEST(test_since_when_it_is_unknown),
	    TEST(test_in_another_order),
	    TEST(test_it_moves_along),
	    TEST(test_a_grace_does_not_begin_anew),
	    TEST(test_a_beginning_is_learnt),
	    TEST(test_a_listed_way_back_is_a_beginning),
	    TEST(test_an_overdue_renewal_is_looked_at),
	    TEST(test_what_comes_of_an_overdue_renewal_is_no_repair),
	    TEST(test_a_renewal_that_was_overdue_already),
	    TEST(test_patience_ends_by_itself),
	    TEST(test_trust_has_no_end),
	    TEST(test_not_fresh_behind_a_renewal),
	    TEST(test_an_older_record_keeps_nothing),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
