/*
 * How many of its product a grant is: kept with it, in its versions and in the
 * feed; and records that were written before that was.
 */
#include "cache/grants.h"
#include "cache/turn.h"
#include "clients/client.h"
#include "reconciler/io/quantities.h"
#include "reconciler/io/query.h"

#include "tests/contract/ledger_tell.h"

/* The one subscription, looked at at that second. */
static struct settled look(struct fixture *f, int64_t at, const char *quantity)
{
	struct answer a;

	f->now_ms = sec(at);
	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].quantity = quantity;
	return ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
}

/* Of the account's first grant, by the row, "-" for none. */
static const char *held(struct fixture *f, const char *account)
{
	struct account_view seen = ledger_account(f, account);

	if (seen.n_grants == 0)
		return "no grant";
	return seen.grants[0].grant.quantity != NULL
		   ? seen.grants[0].grant.quantity
		   : "-";
}

/* The sum that is answered; known 0: by all that is known. */
static const char *sum(struct fixture *f, int64_t at, int64_t known)
{
	struct account_question question = {.account = "shop/7",
	    .has_at = true,
	    .at_ms = sec(at),
	    .has_known_at = known != 0,
	    .known_at_ms = sec(known),
	    .now_ms = f->now_ms};
	struct account_answer answer;
	struct store_view *view;

	f->providers[0].client = client_find("ecurring");
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	if (query_account(view, &f->settings, &question, &f->arena, &answer,
		&f->err) != 0)
		fail_msg("%s", f->err.text);
	store_view_close(view);
	assert_true(answer.n_quantities <= 1);
	return answer.n_quantities == 1 ? answer.quantities[0].sum : "-";
}

static const struct change *newest_change(struct fixture *f, size_t *n)
{
	const struct change *changes;
	struct store_view *view;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_changes(view, 0, 100, &f->arena, &changes, n, &f->err),
	    0);
	store_view_close(view);
	assert_true(*n > 0);
	return &changes[*n - 1];
}

/* ---- what is kept ----------------------------------------------------- */

static void test_it_is_kept_with_the_grant(void **state)
{
	struct fixture *f = *state;

	look(f, 0, "5");
	assert_string_equal(held(f, "shop/7"), "5");
	look(f, 10, "0");
	assert_string_equal(held(f, "shop/7"), "0");
	look(f, 20, NULL);
	assert_string_equal(held(f, "shop/7"), "-");
	look(f, 30, "12345678901234567890.5");
	assert_string_equal(held(f, "shop/7"), "12345678901234567890.5");
	ledger_link(f, "7", "usr");
	assert_string_equal(held(f, "usr"), "12345678901234567890.5");
}

static void test_a_change_is_a_version_and_no_edge(void **state)
{
	struct fixture *f = *state;
	struct answer a;
	size_t n;

	look(f, 10, "5");
	look(f, 20, "5");
	look(f, 30, "8");
	assert_string_equal(sum(f, 29, 0), "5");
	assert_string_equal(sum(f, 30, 0), "8");
	assert_string_equal(sum(f, 30, 29), "5");
	assert_string_equal(newest_change(f, &n)->grant.quantity, "5");
	assert_int_equal(n, 1);
	/* The next edge says what it was then. */
	f->now_ms = sec(40);
	answer_sub(&a, "ended", STATE_ENDED);
	a.grants[0].quantity = "8";
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(newest_change(f, &n)->grant.quantity, "8");
	assert_int_equal(n, 2);
	assert_string_equal(sum(f, 39, 0), "8");
	assert_string_equal(sum(f, 40, 0), "-");
}

/* Only that it was renewed would reach back to when that was due. */
static void test_it_does_not_date_back_with_a_renewal(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	f->now_ms = sec(10);
	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].quantity = "5";
	a.grants[0].renews_ms = sec(20);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(30);
	a.grants[0].quantity = "8";
	a.grants[0].renews_ms = sec(120);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(sum(f, 29, 0), "5");
	assert_string_equal(sum(f, 30, 0), "8");
}

/* ---- what does not fit ------------------------------------------------ */

static void drop_jobs(struct fixture *f)
{
	const struct job_filter filter = {.provider = "shop", .state = -1};
	size_t n;

	assert_int_equal(
	    store_jobs_drop(f->store, &filter, false, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 1);
}

static void test_what_is_no_number_is_garbled(void **state)
{
	static const char *const wrong[] = {
	    "", "-1", "+1", "5 seats", "1e3", "many", " 5"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		look(f, 0, wrong[i]);
		assert_string_equal(tell_object(f, sub_ref("s1")), "absent");
		assert_non_null(strstr(tell_job(f, sub_ref("s1")),
		    "a grant's quantity is no number"));
		drop_jobs(f);
	}
	look(f, 10, "5");
	assert_string_equal(held(f, "shop/7"), "5");
}

/* ---- records of older programs ---------------------------------------- */

/* The current row without what was written last. */
static void cut_record(struct fixture *f, size_t bytes)
{
	struct store_turn *turn = fixture_begin(f);
	uint8_t copy[RECORD_MAX];
	struct span value;
	struct key key;

	grants_key(&key, "shop/7", 1, 0);
	assert_int_equal(
	    lmdb_get(turn->txn, TABLE_GRANTS, key_span(&key), &value), 0);
	assert_true(value.len > bytes);
	memcpy(copy, value.data, value.len);
	lmdb_put(turn->txn, TABLE_GRANTS, key_span(&key),
	    (struct span){copy, value.len - bytes});
	fixture_commit(f, turn);
}

static enum entitled is_entitled(struct fixture *f)
{
	const struct entitled_question asked = {
	    .account = "shop/7", .now_ms = f->now_ms};
	enum entitled out = ENTITLED_UNKNOWN;
	struct store_view *view;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_entitled(view, &f->settings, &asked,
			     &f->arena, &out, &f->err),
	    0);
	store_view_close(view);
	return out;
}

static void test_an_older_record_tells_none(void **state)
{
	enum { QUANTITY_BYTES = 2 + 2 };
	struct fixture *f = *state;

	look(f, 0, "42");
	assert_int_equal(is_entitled(f), ENTITLED_YES);
	cut_record(f, QUANTITY_BYTES);
	assert_string_equal(held(f, "shop/7"), "-");
	assert_int_equal(is_entitled(f), ENTITLED_YES);
	/* The next look tells it again, and that is a version. */
	look(f, 10, "42");
	assert_string_equal(held(f, "shop/7"), "42");
	assert_string_equal(sum(f, 10, 0), "42");
}

/* Of what is told nothing, the bytes are those that they were before. */
static void test_without_one_the_record_is_as_it_was(void **state)
{
	enum { PAST_BYTES = 1 + 8 + 8 + 8 };
	struct fixture *f = *state;

	look(f, 0, NULL);
	cut_record(f, PAST_BYTES);
	assert_string_equal(held(f, "shop/7"), "-");
	assert_int_equal(is_entitled(f), ENTITLED_YES);
}

static void test_a_cut_one_is_a_bad_record(void **state)
{
	struct fixture *f = *state;
	const struct entitled_question asked = {
	    .account = "shop/7", .now_ms = f->now_ms};
	struct account_view seen;
	struct store_view *view;
	enum entitled out;

	look(f, 0, "42");
	cut_record(f, 1);
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_account(view, &f->settings, "shop/7",
			     f->now_ms, &f->arena, &seen, &f->err),
	    ERR_BAD);
	store_view_close(view);
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_entitled(view, &f->settings, &asked,
			     &f->arena, &out, &f->err),
	    ERR_BAD);
	store_view_close(view);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, ledger_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST(test_it_is_kept_with_the_grant),
	    TEST(test_a_change_is_a_version_and_no_edge),
	    TEST(test_it_does_not_date_back_with_a_renewal),
	    TEST(test_what_is_no_number_is_garbled),
	    TEST(test_an_older_record_tells_none),
	    TEST(test_without_one_the_record_is_as_it_was),
	    TEST(test_a_cut_one_is_a_bad_record),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
