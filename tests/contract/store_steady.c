/* A store that comes, goes, is replaced and made over while it is asked. */
#include <pthread.h>
#include <sys/wait.h>

#include "cache/place.h"
#include "cache/steady.h"
#include "cache/turn.h"
#include "cache/twice.h"

#include "tests/contract/store_fixture.h"

#define TEST_CLOSED(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

enum { TURN_MS = 1000 /* far more than is waited for before a look */ };

/* Steady for reading, and its own clock. */
struct world {
	struct fixture *f;
	struct steady *steady;
	struct steady_view view;
	int64_t mono_ms;
};

static void world_begin(struct world *w, struct fixture *f)
{
	f->options.read_only = true;
	*w = (struct world){.f = f, .steady = steady_new(&f->options)};
	assert_non_null(w->steady);
	f->options.read_only = false;
}

static void world_end(struct world *w)
{
	steady_close(&w->view);
	steady_free(w->steady);
}

static int look(struct world *w)
{
	w->mono_ms += TURN_MS;
	return steady_look(w->steady, w->mono_ms, &w->view, &w->f->err);
}

/*
 * Whoever makes, or makes over, a store is another process: in this one it is
 * open. What it does is one commit.
 */
static void in_another_process(
    struct fixture *f, void (*run)(struct fixture *f, struct store_turn *turn))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct store_turn *turn;

		fixture_open(f);
		turn = fixture_begin(f);
		run(f, turn);
		_exit(store_turn_commit(turn, &f->err) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void parks_one(struct fixture *f, struct store_turn *turn)
{
	(void)f;
	meta_add(turn->txn, META_PARKED, 1);
}

static void is_newer(struct fixture *f, struct store_turn *turn)
{
	(void)f;
	meta_set_format(turn->txn, STORE_FORMAT + 1);
}

/* How many are parked, by the view. */
static uint64_t parked(struct world *w)
{
	return meta_get(w->view.view->txn, META_PARKED);
}

static void rename_to(const struct fixture *f, const char *suffix, bool back)
{
	char other[2 * FIXTURE_PATH_MAX];

	snprintf(other, sizeof(other), "%s%s", f->path, suffix);
	assert_int_equal(
	    back ? rename(other, f->path) : rename(f->path, other), 0);
}

static void test_comes_and_goes(void **state)
{
	struct fixture *f = *state;
	struct world w;

	world_begin(&w, f);
	assert_int_equal(look(&w), ERR_ABSENT);
	assert_false(steady_was_open(w.steady));
	assert_null(w.view.view);
	in_another_process(f, parks_one);
	assert_int_equal(look(&w), 0);
	assert_int_equal(parked(&w), 1);
	assert_true(steady_was_open(w.steady));

	rename_to(f, ".away", false);
	assert_int_equal(look(&w), ERR_ABSENT);
	assert_null(w.view.view);
	assert_false(steady_is_open(w.steady));
	assert_true(steady_was_open(w.steady));
	rename_to(f, ".away", true);
	assert_int_equal(look(&w), 0);
	assert_int_equal(parked(&w), 1);
	world_end(&w);
}

/* Between two looks at the directory nobody asks it. */
static void test_looks_now_and_then(void **state)
{
	struct fixture *f = *state;
	struct world w;

	world_begin(&w, f);
	assert_int_equal(look(&w), ERR_ABSENT);
	in_another_process(f, parks_one);
	assert_int_equal(
	    steady_look(w.steady, w.mono_ms + 99, &w.view, &f->err),
	    ERR_ABSENT);
	assert_int_equal(
	    steady_look(w.steady, w.mono_ms + 100, &w.view, &f->err), 0);
	w.mono_ms += 100;
	rename_to(f, ".away", false);
	assert_int_equal(
	    steady_look(w.steady, w.mono_ms + 99, &w.view, &f->err), 0);
	assert_int_equal(
	    steady_look(w.steady, w.mono_ms + 100, &w.view, &f->err),
	    ERR_ABSENT);
	rename_to(f, ".away", true);
	world_end(&w);
}

/* The next is not opened before the one before it is closed. */
static void test_is_replaced_under_readers(void **state)
{
	struct fixture *f = *state;
	struct steady_view other = {.view = NULL};
	char from[2 * FIXTURE_PATH_MAX], to[2 * FIXTURE_PATH_MAX];
	struct world w;

	world_begin(&w, f);
	in_another_process(f, parks_one);
	rename_to(f, ".first", false);
	in_another_process(f, parks_one);
	in_another_process(f, parks_one);
	assert_int_equal(look(&w), 0);
	assert_int_equal(parked(&w), 2);
	assert_int_equal(steady_look(w.steady, w.mono_ms, &other, &f->err), 0);

	/* Another data file beside the same lock file. */
	snprintf(from, sizeof(from), "%s.first/data.mdb", f->path);
	snprintf(to, sizeof(to), "%s/data.mdb", f->path);
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(look(&w), ERR_AGAIN);
	assert_non_null(strstr(f->err.text, "replaced"));
	assert_false(steady_is_of(w.steady, &other));
	assert_int_equal(meta_get(other.view->txn, META_PARKED), 2);
	steady_close(&other);
	assert_int_equal(look(&w), 0);
	assert_int_equal(parked(&w), 1);
	world_end(&w);
	snprintf(from, sizeof(from), "%s.first", f->path);
	fixture_empty(from);
}

/* In place: the same files, and every reader finds out by itself. */
static void test_is_made_over(void **state)
{
	struct fixture *f = *state;
	struct steady_view other = {.view = NULL};
	struct world w;

	world_begin(&w, f);
	in_another_process(f, parks_one);
	assert_int_equal(look(&w), 0);
	assert_int_equal(steady_look(w.steady, w.mono_ms, &other, &f->err), 0);
	in_another_process(f, is_newer);
	/* A snapshot that is held is what it was. */
	assert_int_equal(parked(&w), 1);
	assert_int_equal(look(&w), ERR_FORMAT);
	assert_non_null(strstr(f->err.text, "version 3"));
	assert_int_equal(
	    steady_look(w.steady, w.mono_ms, &other, &f->err), ERR_FORMAT);
	assert_int_equal(look(&w), ERR_FORMAT);
	world_end(&w);
}

static void test_who_writes_holds_it(void **state)
{
	struct fixture *f = *state;
	struct steady_view held = {.view = NULL};
	struct steady *steady = steady_new(&f->options);

	assert_non_null(steady);
	/* It never makes one. */
	assert_int_equal(
	    steady_hold(steady, TURN_MS, &held, &f->err), ERR_ABSENT);
	assert_null(steady_store_of(&held));
	assert_false(place_has_data(f->path));
	in_another_process(f, parks_one);
	assert_int_equal(steady_hold(steady, 2 * TURN_MS, &held, &f->err), 0);
	assert_int_equal(store_probe(steady_store_of(&held), true, &f->err), 0);
	steady_close(&held);
	steady_free(steady);

	f->options.read_only = true;
	steady = steady_new(&f->options);
	assert_int_equal(
	    steady_hold(steady, TURN_MS, &held, &f->err), ERR_DENIED);
	assert_null(held.of);
	steady_free(steady);
}

static void test_is_open_once(void **state)
{
	struct fixture *f = *state;
	struct steady_view view = {.view = NULL};
	struct steady *steady = steady_new(&f->options);

	assert_false(twice_is_open(f->path));
	fixture_open(f);
	assert_true(twice_is_open(f->path));
	assert_int_equal(
	    steady_look(steady, TURN_MS, &view, &f->err), ERR_TWICE);
	assert_true(twice_is_open(f->path));
	fixture_close(f);
	assert_false(twice_is_open(f->path));
	assert_int_equal(steady_look(steady, 2 * TURN_MS, &view, &f->err), 0);
	assert_true(twice_is_open(f->path));
	steady_close(&view);
	steady_free(steady);
}

/* What is closed in a view is used again by the next question of it. */
static void test_cursors_are_used_again(void **state)
{
	struct fixture *f = *state;
	struct lmdb_cursor *first, *second;
	struct store_view *view = NULL;
	struct span key, value;

	fixture_open(f);
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	first = lmdb_cursor_open(view->txn, TABLE_META);
	second = lmdb_cursor_open(view->txn, TABLE_META);
	assert_ptr_not_equal(first, second);
	lmdb_cursor_close(first);
	lmdb_cursor_close(second);
	store_view_rest(view);
	assert_int_equal(store_view_renew(view, &f->err), 0);
	second = lmdb_cursor_open(view->txn, TABLE_META);
	assert_ptr_equal(first, second);
	/* After a seek behind the end, "before" is the last: not any more. */
	assert_true(lmdb_last(second, &key, &value));
	assert_false(lmdb_seek(
	    second, (struct span){.data = "\xff", .len = 1}, &key, &value));
	lmdb_cursor_close(second);
	first = lmdb_cursor_open(view->txn, TABLE_META);
	assert_true(lmdb_next(first, &key, &value));
	assert_int_equal(value.len, 8);
	lmdb_cursor_close(first);
	store_view_close(view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_CLOSED(test_comes_and_goes),
	    TEST_CLOSED(test_looks_now_and_then),
	    TEST_CLOSED(test_is_replaced_under_readers),
	    TEST_CLOSED(test_is_made_over),
	    TEST_CLOSED(test_who_writes_holds_it),
	    TEST_CLOSED(test_is_open_once),
	    TEST_CLOSED(test_cursors_are_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
