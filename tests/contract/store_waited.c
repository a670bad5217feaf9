/*
 * What somebody waits for: looks that a person asked for, names that may be
 * nobody's, links by account, and what the last worker left of its budgets.
 */
#include "tests/contract/ledger_tell.h"

/* A caller asks for it, and the wish is collected. */
static void wish(
    struct fixture *f, struct object_ref ref, bool guess, bool trusted)
{
	struct notice notice = {.ref = ref,
	    .arrived_ms = f->now_ms,
	    .cause = CAUSE_MANUAL,
	    .trusted = trusted,
	    .guess = guess};

	assert_int_equal(store_append(f->store, &notice, 1, &f->err), 0);
	assert_int_equal(fixture_collect(f), 1);
}

/* 0 or ERR_ABSENT. */
static int look_at(struct fixture *f, struct object_ref ref, struct look *out)
{
	struct store_view *view = NULL;
	int rc;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	rc = store_view_look(view, &ref, &f->arena, out, &f->err);
	store_view_close(view);
	return rc;
}

static struct job job_of(struct fixture *f, struct object_ref ref)
{
	struct store_view *view = NULL;
	struct job job = {.due_ms = 0};

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	if (store_view_job(view, &ref, f->now_ms, &f->arena, &job, &f->err) !=
	    0)
		job.due_ms = -1; /* there is none */
	store_view_close(view);
	return job;
}

/* ---- how a look came out ------------------------------------------------ */

static void test_a_look_that_was_asked_for_is_told(void **state)
{
	struct fixture *f = *state;
	struct answer a;
	struct look look;

	answer_sub(&a, "active", STATE_ACTIVE);
	assert_int_equal(look_at(f, sub_ref("s1"), &look), ERR_ABSENT);
	wish(f, sub_ref("s1"), false, true);
	f->now_ms = sec(3);
	ledger_answer(f, &a);
	assert_int_equal(look_at(f, sub_ref("s1"), &look), 0);
	assert_int_equal(look.end, LOOK_TRUE);
	assert_int_equal(look.started_ms, sec(3));
	assert_null(look.cause);
	assert_false(look.parked);

	wish(f, sub_ref("s1"), false, true);
	f->now_ms = sec(9);
	ledger_fail(f, VERDICT_LATER, "no answer");
	assert_int_equal(look_at(f, sub_ref("s1"), &look), 0);
	assert_int_equal(look.end, LOOK_LATER);
	assert_int_equal(look.started_ms, sec(9));
	assert_string_equal(look.cause, "no answer");
	/* Nobody waits for this one: it is not worth a row. */
	ledger_look(f, sub_ref("s2"), CAUSE_NOTIFIED, &a);
	assert_int_equal(look_at(f, sub_ref("s2"), &look), ERR_ABSENT);
}

static void test_every_verdict_has_its_end(void **state)
{
	static const struct {
		enum verdict verdict;
		enum look_end end;
	} cases[] = {{VERDICT_GONE, LOOK_GONE}, {VERDICT_GARBLED, LOOK_GARBLED},
	    {VERDICT_LATER, LOOK_LATER}, {VERDICT_BARRED, LOOK_BARRED}};
	struct fixture *f = *state;
	struct answer a;
	struct look look;

	answer_sub(&a, "active", STATE_ACTIVE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f->now_ms = sec(1000 * (int64_t)(i + 1));
		wish(f, sub_ref("s1"), false, true);
		ledger_fail(f, cases[i].verdict, "why");
		assert_int_equal(look_at(f, sub_ref("s1"), &look), 0);
		assert_int_equal(look.end, cases[i].end);
		assert_int_equal(look.started_ms, f->now_ms);
		assert_string_equal(look.cause, "why");
	}
	/* Older than the record; of the other mode; too much of something. */
	f->now_ms = sec(9000);
	wish(f, sub_ref("s1"), false, true);
	a.seen.version_ms = sec(100);
	ledger_answer(f, &a);
	f->now_ms = sec(9010);
	wish(f, sub_ref("s1"), false, true);
	a.seen.version_ms = sec(99);
	ledger_answer(f, &a);
	assert_int_equal(look_at(f, sub_ref("s1"), &look), 0);
	assert_int_equal(look.end, LOOK_OLDER);
	a.seen.other_mode = true;
	wish(f, sub_ref("s3"), false, true);
	ledger_answer(f, &a);
	assert_int_equal(look_at(f, sub_ref("s3"), &look), 0);
	assert_int_equal(look.end, LOOK_OTHER_MODE);
	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.n_grants = OBSERVATION_GRANTS_MAX + 1;
	wish(f, sub_ref("s4"), false, true);
	ledger_answer(f, &a);
	assert_int_equal(look_at(f, sub_ref("s4"), &look), 0);
	assert_int_equal(look.end, LOOK_GARBLED);
	assert_non_null(look.cause);
}

static void test_what_cannot_be_asked_for_is_parked_and_told(void **state)
{
	struct fixture *f = *state;
	struct claim claim;
	struct look look;

	wish(f, sub_ref("s1"), false, true);
	claim = ledger_claim(f);
	f->now_ms = sec(2);
	ledger_settle(f, &(struct outcome){.claim = &claim,
			     .verdict = VERDICT_GARBLED,
			     .hopeless = true,
			     .cause = "no parent"});
	assert_int_equal(look_at(f, sub_ref("s1"), &look), 0);
	assert_true(look.parked);
	assert_int_equal(look.started_ms, sec(2));
	assert_int_equal(job_of(f, sub_ref("s1")).state, JOB_PARKED);
}

/* Who waits for an object waits for what it leads to, at once. */
static void test_what_it_leads_to(void **state)
{
	struct fixture *f = *state;
	struct member also[2] = {{.kind = "subscription", .id = "s2"},
	    {.kind = "transaction",
		.id = "t1",
		.parent_kind = "subscription",
		.parent_id = "s2"}};
	struct answer a;
	struct outcome outcome;
	struct claim claim;
	struct look look;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_RESYNC);
	claim = ledger_claim(f);
	outcome = ledger_truth(f, &claim, &a);
	outcome.also = also;
	outcome.n_also = 2;
	ledger_settle(f, &outcome);
	assert_int_equal(look_at(f, sub_ref("s1"), &look), 0);
	assert_int_equal(look.n_also, 2);
	assert_string_equal(look.also[1].kind, "transaction");
	assert_string_equal(look.also[1].parent_id, "s2");
	assert_int_equal(job_of(f, sub_ref("s2")).cause, CAUSE_RECHECK);

	f->now_ms = sec(10);
	wish(f, sub_ref("s1"), false, true);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	assert_string_equal(claim.ref.id, "s1");
	outcome = ledger_truth(f, &claim, &a);
	outcome.also = also;
	outcome.n_also = 2;
	ledger_settle(f, &outcome);
	assert_int_equal(job_of(f, sub_ref("s2")).cause, CAUSE_MANUAL);
	assert_int_equal(job_of(f, payment_ref("t1")).cause, CAUSE_MANUAL);
	/* Such a name is no guess: it may take a while to be there. */
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	assert_string_equal(claim.ref.id, "s2");
	assert_int_equal(
	    fixture_settle(f, &claim, VERDICT_GONE, 0).fate, FATE_AGAIN);
}

/* An answer of no object of its own leaves nothing but the way. */
static void test_a_pointer_is_not_recorded(void **state)
{
	struct fixture *f = *state;
	struct member also = {.kind = "subscription", .id = "s2"};
	struct answer a;
	struct outcome outcome;
	struct claim claim;
	struct look look;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.pointer = true;
	wish(f, sub_ref("usr_1"), true, false);
	claim = ledger_claim(f);
	outcome = ledger_truth(f, &claim, &a);
	outcome.also = &also;
	outcome.n_also = 1;
	assert_int_equal(ledger_settle(f, &outcome).fate, FATE_DONE);
	assert_int_equal(fixture_stats(f).objects, 0);
	assert_int_equal(fixture_stats(f).changes, 0);
	assert_int_equal(job_of(f, sub_ref("usr_1")).due_ms, -1);
	assert_int_equal(job_of(f, sub_ref("s2")).cause, CAUSE_MANUAL);
	assert_int_equal(look_at(f, sub_ref("usr_1"), &look), 0);
	assert_int_equal(look.end, LOOK_TRUE);
	assert_string_equal(look.also[0].id, "s2");
}

/* ---- one more look, and no more ----------------------------------------- */

static void test_a_wish_during_a_look_costs_one_more(void **state)
{
	struct fixture *f = *state;
	struct answer a;
	struct claim claim;
	struct outcome outcome;
	struct job job;

	answer_sub(&a, "active", STATE_ACTIVE);
	wish(f, sub_ref("s1"), false, true);
	claim = ledger_claim(f);
	outcome = ledger_truth(f, &claim, &a);
	for (int i = 0; i < 5; i++)
		wish(f, sub_ref("s1"), false, true);
	assert_int_equal(ledger_settle(f, &outcome).fate, FATE_AGAIN);
	job = job_of(f, sub_ref("s1"));
	assert_int_equal(job.due_ms, sec(1));
	assert_int_equal(job.cause, CAUSE_MANUAL);
	assert_int_equal(job.notices, 0);
	f->now_ms = sec(1);
	/* It shows nothing new, which needs no ladder: nobody said otherwise.
	 */
	assert_int_equal(ledger_answer(f, &a).fate, FATE_DONE);
	assert_int_equal(fixture_stats(f).jobs[JOB_WAITING], 0);
}

static void test_a_wish_during_a_look_outlives_its_failure(void **state)
{
	struct fixture *f = *state;
	struct claim claim;
	struct job job;

	wish(f, sub_ref("s1"), false, true);
	claim = ledger_claim(f);
	wish(f, sub_ref("s1"), false, true);
	ledger_settle(f, &(struct outcome){.claim = &claim,
			     .verdict = VERDICT_GARBLED,
			     .hopeless = true,
			     .started_ms = f->now_ms,
			     .cause = "no parent"});
	job = job_of(f, sub_ref("s1"));
	assert_int_not_equal(job.state, JOB_PARKED);
	assert_int_equal(job.due_ms, sec(1));
	/* Given back, or the worker killed: at once. */
	f->now_ms = sec(1);
	claim = ledger_claim(f);
	f->now_ms = sec(5);
	wish(f, sub_ref("s1"), false, true);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(fixture_recover(f), 1);
	assert_int_equal(job_of(f, sub_ref("s1")).due_ms, sec(5));
}

/* Who asks often must not use up what the notice has waiting for it. */
static void test_a_wish_takes_no_rung(void **state)
{
	struct fixture *f = *state;
	struct answer a;
	struct settled settled;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(100);
	settled = ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(settled.due_ms, sec(105));
	for (int64_t s = 101; s < 105; s++) {
		f->now_ms = sec(s);
		wish(f, sub_ref("s1"), false, true);
		settled = ledger_answer(f, &a);
		assert_int_equal(settled.fate, FATE_AGAIN);
		assert_int_equal(settled.due_ms, sec(105));
	}
	f->now_ms = sec(105);
	settled = ledger_answer(f, &a);
	assert_int_equal(settled.due_ms, sec(135));
	f->now_ms = sec(135);
	assert_int_equal(ledger_answer(f, &a).fate, FATE_DONE);
}

/* ---- names that may be nobody's ------------------------------------------ */

static void test_a_guess_that_fails_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct look look;
	struct claim claim;

	wish(f, sub_ref("usr_1"), true, false);
	claim = ledger_claim(f);
	assert_true(claim.stranger);
	f->now_ms += 200;
	ledger_settle(f, &(struct outcome){.claim = &claim,
			     .verdict = VERDICT_GONE,
			     .started_ms = f->now_ms,
			     .cause = "no such"});
	assert_int_equal(fixture_stats(f).objects, 0);
	assert_int_equal(job_of(f, sub_ref("usr_1")).due_ms, -1);
	assert_int_equal(look_at(f, sub_ref("usr_1"), &look), 0);
	assert_int_equal(look.end, LOOK_GONE);
	/* Asked again at once: not before a second has passed. */
	f->now_ms += 300;
	wish(f, sub_ref("usr_1"), true, false);
	assert_int_equal(job_of(f, sub_ref("usr_1")).due_ms, sec(1) + 200);
}

/* A notice says that there is such an object: then it may take its time. */
static void test_a_notice_ends_the_guessing(void **state)
{
	struct fixture *f = *state;
	struct claim claim;

	wish(f, sub_ref("s1"), true, false);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	assert_int_equal(
	    fixture_settle(f, &claim, VERDICT_GONE, 0).fate, FATE_AGAIN);
	/* And a guess about it makes it none again. */
	f->now_ms = sec(10);
	claim = ledger_claim(f);
	fixture_settle(f, &claim, VERDICT_GONE, 0);
	wish(f, sub_ref("s1"), true, false);
	f->now_ms = sec(12);
	claim = ledger_claim(f);
	assert_int_equal(
	    fixture_settle(f, &claim, VERDICT_GONE, 0).fate, FATE_AGAIN);
}

/* Nobody is bothered with it, and it does not wait for ever. */
static void test_a_guess_is_not_worth_a_person(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct claim claim;
	int tries = 0;

	wish(f, sub_ref("g1"), true, false);
	claim = ledger_claim(f);
	settled = fixture_settle(f, &claim, VERDICT_GARBLED, 0);
	assert_int_equal(settled.fate, FATE_DONE);
	f->now_ms = sec(10);
	wish(f, sub_ref("g2"), true, true);
	for (settled.fate = FATE_AGAIN; settled.fate == FATE_AGAIN; tries++) {
		assert_in_range(tries, 0, 9);
		claim = ledger_claim(f);
		settled = fixture_settle(f, &claim, VERDICT_LATER, 0);
		f->now_ms = settled.due_ms;
	}
	assert_int_equal(settled.fate, FATE_DONE);
	assert_int_equal(tries, 5);
}

static void forget(struct fixture *f)
{
	struct store_turn *turn = fixture_begin(f);

	store_turn_forget(turn, "shop");
	fixture_commit(f, turn);
}

static void test_old_guesses_are_forgotten(void **state)
{
	struct fixture *f = *state;

	wish(f, sub_ref("g1"), true, false);
	/* A notice was there first: that is no guess, though as urgent. */
	ledger_want(f, sub_ref("n1"), NULL, CAUSE_NOTIFIED);
	wish(f, sub_ref("n1"), true, false);
	wish(f, sub_ref("m1"), true, true);
	f->now_ms = sec(59);
	wish(f, sub_ref("g2"), true, false);
	forget(f);
	assert_int_equal(fixture_stats(f).jobs[JOB_DUE], 4);
	f->now_ms = sec(60);
	forget(f);
	assert_int_equal(job_of(f, sub_ref("g1")).due_ms, -1);
	assert_int_equal(fixture_stats(f).jobs[JOB_DUE], 3);
}

/* An answer that nobody stayed for was a look all the same. */
static void test_abandoned_is_spaced(void **state)
{
	struct fixture *f = *state;
	struct store_turn *turn;
	struct claim claim;
	struct job job;

	wish(f, sub_ref("s1"), true, false);
	claim = ledger_claim(f);
	f->now_ms += 300;
	turn = fixture_begin(f);
	store_turn_abandon(turn, &claim, sec(0) + 100);
	fixture_commit(f, turn);
	job = job_of(f, sub_ref("s1"));
	assert_false(job.claimed);
	assert_int_equal(job.attempts, 0);
	assert_int_equal(job.due_ms, sec(1) + 100);
}

/* Before the notified, but by the strangers' budget in a flood. */
static void test_the_place_of_a_guess(void **state)
{
	struct fixture *f = *state;
	struct claim_limits known = {.no_strangers = true};
	struct claim_limits waited = {.only_waited_for = true};
	struct store_turn *turn;
	struct claim claims[4];

	ledger_want(f, sub_ref("n1"), NULL, CAUSE_NOTIFIED);
	wish(f, sub_ref("g1"), true, false);
	wish(f, sub_ref("m1"), false, true);
	turn = fixture_begin(f);
	assert_int_equal(
	    store_turn_next_within(turn, "shop", &waited, NULL), f->now_ms);
	assert_int_equal(store_turn_claim_within(
			     turn, "shop", &waited, 4, &f->arena, claims),
	    2);
	assert_string_equal(claims[0].ref.id, "m1");
	assert_string_equal(claims[1].ref.id, "g1");
	assert_int_equal(
	    store_turn_next_within(turn, "shop", &waited, NULL), 0);
	store_turn_abort(turn);
	turn = fixture_begin(f);
	assert_int_equal(
	    store_turn_claim(turn, "shop", 4, &f->arena, claims), 3);
	assert_string_equal(claims[1].ref.id, "g1");
	store_turn_abort(turn);
	turn = fixture_begin(f);
	assert_int_equal(
	    store_turn_claim_within(turn, "shop", &known, 4, &f->arena, claims),
	    1);
	assert_string_equal(claims[0].ref.id, "m1");
	store_turn_abort(turn);
}

/* ---- links by account --------------------------------------------------- */

static const char *links_of(struct fixture *f, const char *account)
{
	const struct linked_customer *links;
	struct store_view *view = NULL;
	const char *text = "";
	size_t n;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_links(view, account, &f->arena, &links, &n, &f->err), 0);
	for (size_t i = 0; i < n; i++)
		text = arena_printf(&f->arena, "%s%s/%s ", text,
		    links[i].provider, links[i].customer);
	store_view_close(view);
	return text;
}

static void test_links_by_account(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(links_of(f, "usr"), "");
	ledger_link(f, "7", "usr");
	ledger_link(f, "70", "usr");
	ledger_link(f, "8", "usr_2");
	assert_string_equal(links_of(f, "usr"), "shop/7 shop/70 ");
	assert_string_equal(links_of(f, "usr_2"), "shop/8 ");
	ledger_link(f, "7", "usr_2");
	assert_string_equal(links_of(f, "usr"), "shop/70 ");
	assert_string_equal(links_of(f, "usr_2"), "shop/7 shop/8 ");
	ledger_link(f, "70", NULL);
	ledger_link(f, "8", "usr_2");
	assert_string_equal(links_of(f, "usr"), "");
	assert_string_equal(links_of(f, "usr_2"), "shop/7 shop/8 ");
}

/* ---- budgets ------------------------------------------------------------- */

static void test_budgets_are_kept(void **state)
{
	struct fixture *f = *state;
	struct budget left = {.at_ms = sec(3),
	    .mono_ms = 77,
	    .tokens = 2500,
	    .strangers = 100,
	    .n_operations = 2,
	    .operations = {{"get_it", 1500}, {"list_them", 0}},
	    .throttle = {.most = 16,
		.limit = 3,
		.answers = 7,
		.recent_ms = 1234.5,
		.usual_ms = 99.25,
		.n_kinds = 2,
		.kinds = {{"order", 98.5, 128, sec(2)}, {"item", 1, 3, 0}}}};
	struct store_turn *turn = fixture_begin(f);
	struct store_view *view = NULL;
	struct budget found;

	store_turn_budget(turn, "shop", &left);
	fixture_commit(f, turn);
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_budget(view, "shop", &found, &f->err), 0);
	assert_int_equal(found.at_ms, sec(3));
	assert_int_equal(found.mono_ms, 77);
	assert_int_equal(found.tokens, 2500);
	assert_int_equal(found.strangers, 100);
	assert_int_equal(found.n_operations, 2);
	assert_string_equal(found.operations[0].name, "get_it");
	assert_int_equal(found.operations[0].tokens, 1500);
	assert_string_equal(found.operations[1].name, "list_them");
	assert_memory_equal(
	    &found.throttle, &left.throttle, sizeof(left.throttle));
	assert_int_equal(store_view_budget(view, "mint", &found, &f->err), 0);
	assert_int_equal(found.at_ms, 0);
	store_view_close(view);
}

/* ---- the lock ------------------------------------------------------------ */

static void test_the_lock_is_given_up(void **state)
{
	struct fixture *f = *state;

	assert_false(store_has_worker(f->store));
	assert_int_equal(store_lock_worker(f->store, &f->err), 0);
	assert_false(store_has_worker(f->store)); /* none but us */
	store_unlock_worker(f->store);
	store_unlock_worker(f->store);
	assert_int_equal(store_lock_worker(f->store, &f->err), 0);
}

int main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, ledger_setup, fixture_teardown)
	const struct CMUnitTest all[] = {
	    TEST(test_a_look_that_was_asked_for_is_told),
	    TEST(test_every_verdict_has_its_end),
	    TEST(test_what_cannot_be_asked_for_is_parked_and_told),
	    TEST(test_what_it_leads_to),
	    TEST(test_a_pointer_is_not_recorded),
	    TEST(test_a_wish_during_a_look_costs_one_more),
	    TEST(test_a_wish_during_a_look_outlives_its_failure),
	    TEST(test_a_wish_takes_no_rung),
	    TEST(test_a_guess_that_fails_leaves_nothing),
	    TEST(test_a_notice_ends_the_guessing),
	    TEST(test_a_guess_is_not_worth_a_person),
	    TEST(test_old_guesses_are_forgotten),
	    TEST(test_abandoned_is_spaced),
	    TEST(test_the_place_of_a_guess),
	    TEST(test_links_by_account),
	    TEST(test_budgets_are_kept),
	    TEST(test_the_lock_is_given_up),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
