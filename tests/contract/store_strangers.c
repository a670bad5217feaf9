/* Strangers as the store knows them: who is one, and which were nobody's. */
#include "tests/contract/ledger_tell.h"

enum { WINDOW_S = 600, HOUR_S = 3600 };

static struct claim stranger_claim(struct fixture *f, const char *id)
{
	ledger_want(f, sub_ref(id), NULL, CAUSE_NOTIFIED);
	return ledger_claim(f);
}

static struct settled missing(struct fixture *f, const struct claim *claim)
{
	return fixture_settle(f, claim, VERDICT_GONE, 0);
}

static struct claim claim_within(
    struct fixture *f, const struct claim_limits *limits, size_t *n)
{
	struct store_turn *turn = fixture_begin(f);
	struct claim claim = {.notices = 0};

	*n =
	    store_turn_claim_within(turn, "shop", limits, 1, &f->arena, &claim);
	fixture_commit(f, turn);
	return claim;
}

static bool flood(struct fixture *f)
{
	struct store_turn *turn = fixture_begin(f);
	bool is = store_turn_flood(turn, "shop");

	store_turn_abort(turn);
	return is;
}

static void test_who_is_a_stranger(void **state)
{
	struct fixture *f = *state;
	struct notice trusted = {.ref = sub_ref("s2"),
	    .arrived_ms = f->now_ms,
	    .cause = CAUSE_NOTIFIED,
	    .trusted = true};
	struct claim claim = stranger_claim(f, "s1");
	struct answer a;

	assert_true(claim.stranger);
	answer_sub(&a, "active", STATE_ACTIVE);
	answer_member(&a, "t1");
	ledger_settle(f, &(struct outcome){.claim = &claim,
			     .started_ms = f->now_ms,
			     .observation = &a.seen});
	/* On record, or listed by what is on record. */
	assert_false(ledger_claim(f).stranger);
	f->now_ms = sec(10);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	assert_false(ledger_claim(f).stranger);
	ledger_want(f, payment_ref("t2"), NULL, CAUSE_NOTIFIED);
	assert_true(ledger_claim(f).stranger);
	/* A person asks, by enqueue or by name. */
	assert_int_equal(store_append(f->store, &trusted, 1, &f->err), 0);
	fixture_collect(f);
	assert_false(ledger_claim(f).stranger);
	ledger_want(f, sub_ref("s3"), NULL, CAUSE_MANUAL);
	assert_false(ledger_claim(f).stranger);
	f->providers[0].hook_secret_file = "secret";
	assert_false(stranger_claim(f, "s4").stranger);
}

static void test_trust_comes_later(void **state)
{
	struct fixture *f = *state;
	struct claim_limits known = {.no_strangers = true};
	struct job_filter filter = {.id = "s2", .state = -1};
	struct notice trusted = {.ref = sub_ref("s1"),
	    .arrived_ms = f->now_ms,
	    .cause = CAUSE_NOTIFIED,
	    .trusted = true};
	size_t n;

	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	ledger_want(f, sub_ref("s2"), NULL, CAUSE_NOTIFIED);
	claim_within(f, &known, &n);
	assert_int_equal(n, 0);
	assert_int_equal(store_append(f->store, &trusted, 1, &f->err), 0);
	fixture_collect(f);
	assert_string_equal(claim_within(f, &known, &n).ref.id, "s1");
	assert_int_equal(
	    store_jobs_retry(f->store, &filter, false, f->now_ms, &n, &f->err),
	    0);
	assert_string_equal(claim_within(f, &known, &n).ref.id, "s2");
}

static void test_limits(void **state)
{
	struct fixture *f = *state;
	struct claim_limits none = {.n_kinds = 0};
	struct claim_limits known = {.no_strangers = true};
	struct claim_limits kind = {.kinds = {"subscription"}, .n_kinds = 1};
	struct claim_limits strangers = {.only_strangers = true};
	struct store_turn *turn;
	size_t n;

	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	f->now_ms = sec(5);
	ledger_want(f, sub_ref("r1"), NULL, CAUSE_RESYNC);
	f->now_ms = sec(9);
	ledger_want(f, payment_ref("t1"), NULL, CAUSE_NOTIFIED);
	turn = fixture_begin(f);
	assert_int_equal(
	    store_turn_next_within(turn, "shop", &none, NULL), sec(0));
	assert_int_equal(
	    store_turn_next_within(turn, "shop", &known, NULL), sec(5));
	assert_int_equal(
	    store_turn_next_within(turn, "shop", &strangers, NULL), sec(0));
	assert_int_equal(
	    store_turn_next_within(turn, "shop", &kind, NULL), sec(9));
	store_turn_abort(turn);
	assert_string_equal(claim_within(f, &kind, &n).ref.id, "t1");
	claim_within(f, &kind, &n);
	assert_int_equal(n, 0);
	assert_string_equal(claim_within(f, &known, &n).ref.id, "r1");
	claim_within(f, &known, &n);
	assert_int_equal(n, 0);
	assert_string_equal(claim_within(f, &strangers, &n).ref.id, "s1");
}

/* Strangers come right after the notified, before what nobody asked for. */
static void test_urgency(void **state)
{
	struct fixture *f = *state;
	struct claim claims[3];
	struct notice trusted = {.ref = sub_ref("s2"),
	    .arrived_ms = f->now_ms + 1,
	    .cause = CAUSE_NOTIFIED,
	    .trusted = true};

	ledger_want(f, sub_ref("r1"), NULL, CAUSE_RECHECK);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	f->now_ms++;
	assert_int_equal(store_append(f->store, &trusted, 1, &f->err), 0);
	fixture_collect(f);
	assert_int_equal(fixture_claim(f, "shop", 3, claims), 3);
	assert_string_equal(claims[0].ref.id, "s2");
	assert_string_equal(claims[1].ref.id, "s1");
	assert_string_equal(claims[2].ref.id, "r1");
}

static void test_misses_make_a_flood(void **state)
{
	struct fixture *f = *state;
	struct claim claim;
	struct answer a;
	char id[16];

	for (int i = 0; i < 51; i++) {
		assert_false(flood(f));
		snprintf(id, sizeof(id), "no%d", i);
		claim = stranger_claim(f, id);
		missing(f, &claim);
	}
	assert_true(flood(f));
	/* It is known after a restart as well: it is in the store. */
	fixture_close(f);
	fixture_open(f);
	assert_true(flood(f));
	/* One that was only new takes its miss back. */
	f->now_ms = sec(1);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_settle(f, &(struct outcome){.claim = &claim,
			     .started_ms = f->now_ms,
			     .observation = &a.seen});
	assert_false(flood(f));
}

/* What no record knows but no stranger named is not counted. */
static void test_misses_of_others_do_not(void **state)
{
	struct fixture *f = *state;
	struct claim claim;
	char id[16];

	for (int i = 0; i < 60; i++) {
		snprintf(id, sizeof(id), "no%d", i);
		ledger_want(f, sub_ref(id), NULL, CAUSE_MANUAL);
		claim = ledger_claim(f);
		missing(f, &claim);
	}
	assert_false(flood(f));
}

/* How many looks it takes until one that is nobody's is believed gone. */
static size_t looks_until_gone(struct fixture *f, const char *id)
{
	struct claim claim = stranger_claim(f, id);
	struct settled settled = missing(f, &claim);
	size_t n = 1;

	while (settled.fate == FATE_AGAIN && n < 100) {
		f->now_ms = settled.due_ms;
		claim = ledger_claim(f);
		settled = missing(f, &claim);
		n++;
	}
	assert_true(settled.gone);
	return n;
}

static void test_the_remembered_costs_two_looks(void **state)
{
	struct fixture *f = *state;
	int64_t began_ms;

	assert_true(looks_until_gone(f, "no1") > 4);
	began_ms = f->now_ms;
	assert_int_equal(looks_until_gone(f, "no1"), 2);
	assert_int_equal(f->now_ms - began_ms, WINDOW_S * 1000);
	/* Forgotten after an hour; others never were known. */
	f->now_ms += HOUR_S * 1000 - 1;
	assert_int_equal(looks_until_gone(f, "no1"), 2);
	f->now_ms += HOUR_S * 1000;
	assert_true(looks_until_gone(f, "no1") > 4);
	assert_true(looks_until_gone(f, "no2") > 4);
	/* These two meet in one place of the memory: neither is the other. */
	assert_true(looks_until_gone(f, "no118") > 4);
	assert_true(looks_until_gone(f, "no183") > 4);
	assert_true(looks_until_gone(f, "no118") > 4);
}

/* Somebody guessed the next ids: the real notice still gets its look. */
static void test_a_guessed_id_is_not_lost(void **state)
{
	struct fixture *f = *state;
	struct claim claim;
	struct answer a;

	looks_until_gone(f, "s1");
	claim = stranger_claim(f, "s1");
	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_settle(f, &(struct outcome){.claim = &claim,
			     .started_ms = f->now_ms,
			     .observation = &a.seen});
	assert_string_equal(
	    tell_object(f, sub_ref("s1")), "active/active shop/7 -");
	/* And so it does while the guess is still being looked for. */
	looks_until_gone(f, "s2");
	claim = stranger_claim(f, "s2");
	assert_int_equal(missing(f, &claim).fate, FATE_AGAIN);
	f->now_ms += 60 * 1000;
	claim = stranger_claim(f, "s2");
	assert_string_equal(claim.ref.id, "s2");
}

static void test_a_person_is_not_answered_from_memory(void **state)
{
	struct fixture *f = *state;
	struct notice trusted = {
	    .ref = sub_ref("no1"), .cause = CAUSE_NOTIFIED, .trusted = true};
	struct claim claim;

	looks_until_gone(f, "no1");
	trusted.arrived_ms = f->now_ms;
	assert_int_equal(store_append(f->store, &trusted, 1, &f->err), 0);
	fixture_collect(f);
	claim = ledger_claim(f);
	assert_int_equal(missing(f, &claim).due_ms, f->now_ms + 1000);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, ledger_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST(test_who_is_a_stranger),
	    TEST(test_trust_comes_later),
	    TEST(test_limits),
	    TEST(test_urgency),
	    TEST(test_misses_make_a_flood),
	    TEST(test_misses_of_others_do_not),
	    TEST(test_the_remembered_costs_two_looks),
	    TEST(test_a_guessed_id_is_not_lost),
	    TEST(test_a_person_is_not_answered_from_memory),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
