/* io/window: which change may be tried, and what is written of which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/io/window.h"

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct window));
	return *state == NULL;
}

static int tear_down(void **state)
{
	window_fini(*state);
	free(*state);
	return 0;
}

static bool add(struct window *w, uint64_t seq, const char *account, bool kept,
    bool behind, uint32_t attempts)
{
	const struct delivery delivery = {
	    .change = {.seq = seq, .account = account, .recorded_at_ms = 77},
	    .attempts = attempts,
	};

	return window_add(w, &delivery, strdup("{}"), kept, behind);
}

static void fresh(struct window *w, uint64_t seq, const char *account)
{
	assert_true(add(w, seq, account, false, false, 0));
}

/* Takes what may be tried, until nothing may: "SEQ SEQ ". */
static const char *take_all(struct window *w, char out[256])
{
	struct parcel *p;
	size_t len = 0;

	out[0] = '\0';
	while ((p = window_pick(w, true, true)) != NULL) {
		p->state = PARCEL_OUT;
		len +=
		    (size_t)snprintf(out + len, 256 - len, "%d ", (int)p->seq);
	}
	return out;
}

static void end(struct window *w, uint64_t seq, bool ok)
{
	struct parcel *p = window_find(w, seq);

	assert_non_null(p);
	if (ok)
		p->state = PARCEL_DELIVERED;
	else
		window_fail(w, p);
}

/* What is written: "SEQ:FATE[k] ", and the cursor. */
static const char *write_all(struct window *w, char out[256])
{
	static const char fates[] = "DAPU";
	struct delivery_end ends[WINDOW_MAX];
	uint64_t cursor;
	size_t n = window_ends(w, ends, &cursor);
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(out + len, 256 - len, "%d:%c%s ",
		    (int)ends[i].seq, fates[ends[i].fate],
		    ends[i].kept ? "k" : "");
	snprintf(out + len, 256 - len, "-> %d", (int)cursor);
	window_written(w, cursor);
	return out;
}

static void test_one_of_each_account(void **state)
{
	struct window *w = *state;
	char text[256];

	fresh(w, 1, "a");
	fresh(w, 2, "a");
	fresh(w, 3, "b");
	assert_int_equal(w->taken, 3);
	assert_string_equal(take_all(w, text), "1 3 ");
	end(w, 1, true);
	assert_string_equal(take_all(w, text), "2 ");
	/* What is under way below the cursor is kept from now on. */
	end(w, 3, true);
	assert_string_equal(write_all(w, text), "1:D 2:U 3:D -> 3");
	assert_int_equal(w->n, 1);
	assert_true(w->items[0]->kept);
	end(w, 2, true);
	assert_string_equal(write_all(w, text), "2:Dk -> 0");
	assert_int_equal(w->n, 0);
}

static void test_what_was_not_reached_is_not_written(void **state)
{
	struct window *w = *state;
	char text[256];

	for (uint64_t seq = 1; seq <= 5; seq++)
		fresh(w, seq, seq % 2 == 0 ? "a" : "b");
	window_find(w, 1)->state = PARCEL_OUT;
	window_find(w, 2)->state = PARCEL_OUT;
	assert_string_equal(write_all(w, text), "-> 0");
	end(w, 1, true);
	assert_string_equal(write_all(w, text), "1:D -> 1");
	end(w, 2, true);
	assert_string_equal(write_all(w, text), "2:D -> 2");
	assert_int_equal(w->n, 3);
}

static void test_failed_holds_its_account(void **state)
{
	struct window *w = *state;
	char text[256];

	fresh(w, 1, "a");
	fresh(w, 2, "b");
	fresh(w, 3, "a");
	assert_string_equal(take_all(w, text), "1 2 ");
	end(w, 1, false);
	assert_null(window_pick(w, true, true));
	fresh(w, 4, "a"); /* came in before it was written */
	fresh(w, 5, "b");
	assert_null(window_pick(w, true, true));
	end(w, 2, true);
	assert_string_equal(take_all(w, text), "5 ");
	assert_string_equal(write_all(w, text), "1:A 2:D 3:U 4:U -> 4");
	assert_int_equal(w->n, 1);
	assert_int_equal(w->items[0]->seq, 5);
	assert_false(w->items[0]->kept);
}

static void test_parked(void **state)
{
	struct window *w = *state;
	char text[256];

	assert_true(add(w, 1, "a", true, false, 3));
	assert_string_equal(take_all(w, text), "1 ");
	window_find(w, 1)->parked = true;
	end(w, 1, false);
	assert_string_equal(write_all(w, text), "1:Pk -> 0");
}

static void test_behind_one_in_the_store(void **state)
{
	struct window *w = *state;
	char text[256];

	assert_true(add(w, 8, "a", false, true, 0));
	fresh(w, 9, "a");
	fresh(w, 10, "b");
	assert_string_equal(take_all(w, text), "10 ");
	assert_string_equal(write_all(w, text), "8:U 9:U -> 9");
	assert_int_equal(w->n, 1);
}

static void test_one_account_never_fills_it(void **state)
{
	struct window *w = *state;
	char text[256];

	for (uint64_t seq = 1; seq <= WINDOW_ACCOUNT_MAX + 3; seq++)
		fresh(w, seq, "a");
	assert_int_equal(window_count(w, PARCEL_BEHIND), 3);
	assert_string_equal(take_all(w, text), "1 ");
	write_all(w, text);
	assert_int_equal(w->n, WINDOW_ACCOUNT_MAX);
	assert_int_equal(window_count_kept(w), WINDOW_ACCOUNT_MAX);
	assert_int_equal(window_holds(w, "a"), WINDOW_ACCOUNT_MAX);
	/* They go on in order. */
	end(w, 1, true);
	assert_string_equal(take_all(w, text), "2 ");
}

static void test_full(void **state)
{
	struct window *w = *state;
	char account[16];

	for (uint64_t seq = 1; seq <= WINDOW_MAX; seq++) {
		snprintf(account, sizeof(account), "%d", (int)seq);
		fresh(w, seq, account);
	}
	assert_false(add(w, WINDOW_MAX + 1, "x", false, false, 0));
	assert_int_equal(w->taken, WINDOW_MAX);
	assert_int_equal(window_count(w, PARCEL_READY), WINDOW_MAX);
}

static void test_whose_turn_it_is(void **state)
{
	struct window *w = *state;

	fresh(w, 10, "a");
	assert_true(add(w, 4, "b", true, false, 2));
	assert_true(add(w, 5, "c", true, false, 0));
	/* By seq, whenever they came. */
	assert_int_equal(w->items[0]->seq, 4);
	assert_int_equal(window_pick(w, true, true)->seq, 4);
	assert_int_equal(window_pick(w, false, true)->seq, 10);
	/* Without those that have failed. */
	assert_int_equal(window_pick(w, true, false)->seq, 5);
	window_find(w, 10)->state = PARCEL_OUT;
	assert_int_equal(window_pick(w, false, true)->seq, 4);
	assert_int_equal(w->taken, 10);
}

static void test_names(void **state)
{
	struct window *w = *state;
	struct parcel *p;
	char id[PARCEL_ID_MAX];

	fresh(w, 1, "a");
	p = window_find(w, 1);
	snprintf(id, sizeof(id), "%s", p->id);
	assert_int_equal(strncmp(id, "chg_1_", 6), 0);
	assert_null(strchr(id, '.'));
	assert_string_equal(p->line, "{}\n");
	assert_int_equal(p->line_len, 2);
	/* The same when it is tried again, kept or not. */
	window_forget_ready(w, 0);
	assert_int_equal(w->n, 0);
	assert_int_equal(w->taken, 0);
	assert_true(add(w, 1, "a", true, false, 1));
	assert_string_equal(window_find(w, 1)->id, id);
	window_forget_ready(w, 0);
	fresh(w, 1, "b");
	assert_string_not_equal(window_find(w, 1)->id, id);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_one_of_each_account),
	    TEST(test_what_was_not_reached_is_not_written),
	    TEST(test_failed_holds_its_account),
	    TEST(test_parked),
	    TEST(test_behind_one_in_the_store),
	    TEST(test_one_account_never_fills_it),
	    TEST(test_full),
	    TEST(test_whose_turn_it_is),
	    TEST(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
