/* The bad days: no room, no rights, other processes, other formats. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "cache/turn.h"

#include "tests/contract/store_fixture.h"

#define TEST_CLOSED(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

enum { SMALL_MAP = 512 * 1024 };

static int wait_child(pid_t child)
{
	int status = -1;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- room ------------------------------------------------------------- */

/* Notices until there is no room, a batch at a time; how many were taken. */
static uint64_t fill(struct fixture *f, size_t batch)
{
	struct notice notices[64];
	char ids[64][32];
	uint64_t n = 0;
	int rc = 0;

	while (rc == 0 && n < 100000) {
		for (size_t i = 0; i < batch; i++) {
			snprintf(
			    ids[i], sizeof(ids[i]), "id-%06zu", (size_t)n + i);
			notices[i] = (struct notice){
			    .ref = {"shop", "subscription", ids[i]},
			    .arrived_ms = f->now_ms,
			};
		}
		rc = store_append(f->store, notices, batch, &f->err);
		n += rc == 0 ? batch : 0;
	}
	assert_int_equal(rc, ERR_FULL);
	return n;
}

static void test_map_full(void **state)
{
	struct fixture *f = *state;
	uint64_t n;

	f->options.map_bytes = SMALL_MAP;
	f->options.high_water = 200; /* only the map itself ends it */
	fixture_open(f);
	n = fill(f, 64);
	assert_true(n > 64);
	assert_non_null(strstr(f->err.text, "map"));
	/* The batch that did not fit left nothing behind. */
	assert_int_equal(fixture_stats(f).inbox, n);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(fixture_stats(f).inbox, n);
	fixture_close(f);

	f->options.map_bytes = 4 * SMALL_MAP;
	fixture_open(f);
	assert_int_equal(fixture_append(f, "shop", "more", CAUSE_NOTIFIED), 0);
	assert_int_equal(fixture_stats(f).inbox, n + 1);
}

static void drop_all(struct fixture *f, uint64_t expected)
{
	struct job_filter all = {.state = -1};
	size_t dropped;

	assert_int_equal(store_jobs_drop(f->store, &all, false, f->now_ms,
			     &dropped, &f->err),
	    0);
	assert_int_equal(dropped, expected);
}

static void test_high_water_leaves_room_to_finish(void **state)
{
	struct fixture *f = *state;
	uint64_t map;
	uint64_t end;
	uint64_t n;

	f->options.map_bytes = 4 * SMALL_MAP;
	f->options.high_water = 90;
	fixture_open(f);
	n = fill(f, 16);
	assert_non_null(strstr(f->err.text, "high-water"));
	/* Two kilobytes of what is below the mark are kept for each, twice. */
	assert_true(n > 100 && n * 4096 < f->options.map_bytes / 10 * 9);
	assert_int_equal(fixture_collect(f), n);
	drop_all(f, n);
	fixture_close(f);

	/* The file has been in use beyond this mark, but is free again. */
	f->options.high_water = 5;
	fixture_open(f);
	lmdb_usage(f->store->db, &map, &end);
	assert_true(end > map / 20);
	n = fill(f, 1);
	assert_true(n > 10 && n * 4096 < map / 20);
}

static void test_disk_reserve(void **state)
{
	struct fixture *f = *state;

	f->options.reserve_bytes = (uint64_t)1 << 60;
	fixture_open(f);
	assert_int_equal(
	    fixture_append(f, "shop", "s1", CAUSE_NOTIFIED), ERR_FULL);
	assert_non_null(strstr(f->err.text, "reserve"));
	assert_int_equal(fixture_stats(f).inbox, 0);
}

static void test_bad_batch_stores_nothing(void **state)
{
	struct fixture *f = *state;
	char long_id[NAME_ID_MAX + 2];
	struct notice notices[2] = {
	    {.ref = {"shop", "subscription", "good"}, .arrived_ms = 1},
	    {.ref = {"shop", "subscription", long_id}, .arrived_ms = 1},
	};

	memset(long_id, 'x', sizeof(long_id));
	long_id[sizeof(long_id) - 1] = '\0';
	fixture_open(f);
	assert_int_equal(store_append(f->store, notices, 2, &f->err), ERR_BAD);
	assert_int_equal(fixture_stats(f).inbox, 0);
	long_id[NAME_ID_MAX] = '\0';
	assert_int_equal(store_append(f->store, notices, 2, &f->err), 0);
	notices[0].cause = CAUSE_TIME;
	assert_int_equal(store_append(f->store, notices, 1, &f->err), ERR_BAD);
	assert_int_equal(fixture_collect(f), 2);
}

/* ---- other processes -------------------------------------------------- */

static int open_as(
    const struct fixture *f, uint64_t map_bytes, struct store **out)
{
	struct store_options options = f->options;

	options.map_bytes = map_bytes;
	return store_open(&options, out, NULL);
}

/* Runs in a child: hold the worker's lock until the kill. */
static void hold_lock(struct fixture *f, int ready, int go_on)
{
	struct store *store = NULL;
	char byte = 0;

	if (open_as(f, f->options.map_bytes, &store) == 0 &&
	    store_lock_worker(store, NULL) == 0 && write(ready, "r", 1) == 1 &&
	    read(go_on, &byte, 1) == 1)
		(void)kill(getpid(), SIGKILL); /* which closes nothing */
	_exit(1);
}

static void test_one_worker(void **state)
{
	struct fixture *f = *state;
	int ready[2];
	int go_on[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go_on), 0);
	child = fork();
	if (child == 0) {
		close(go_on[1]); /* so that it ends with the parent */
		hold_lock(f, ready[1], go_on[0]);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	fixture_open(f);
	assert_int_equal(store_lock_worker(f->store, &f->err), ERR_AGAIN);
	assert_non_null(strstr(f->err.text, "another worker"));
	/* Everything else goes on beside it. */
	assert_int_equal(fixture_append(f, "shop", "s1", CAUSE_NOTIFIED), 0);
	assert_int_equal(write(go_on[1], "g", 1), 1);
	assert_int_equal(wait_child(child), -1);
	assert_int_equal(store_lock_worker(f->store, &f->err), 0);
	assert_int_equal(store_lock_worker(f->store, &f->err), 0);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go_on[i]);
	}
}

static void grow(struct fixture *f, int go)
{
	char byte;
	uint64_t n = 0;

	if (read(go, &byte, 1) != 1 ||
	    open_as(f, 256 * SMALL_MAP, &f->store) != 0)
		_exit(1);
	while (n < 20000) {
		struct notice notices[64];

		for (int i = 0; i < 64; i++) {
			notices[i] = (struct notice){
			    .ref = {"shop", "subscription", "same"},
			    .arrived_ms = 1,
			};
		}
		if (store_append(f->store, notices, 64, NULL) != 0)
			_exit(2);
		n += 64;
	}
	fixture_close(f);
	_exit(0);
}

static void test_map_grown_by_another_process(void **state)
{
	struct fixture *f = *state;
	struct store_view *view = NULL;
	int go[2];
	pid_t child;

	assert_int_equal(pipe(go), 0);
	child = fork();
	if (child == 0) {
		close(go[1]);
		grow(f, go[0]);
	}
	f->options.map_bytes = SMALL_MAP;
	fixture_open(f);
	assert_int_equal(write(go[1], "g", 1), 1);
	assert_int_equal(wait_child(child), 0);
	assert_true(fixture_stats(f).inbox >= 20000);
	assert_int_equal(fixture_append(f, "shop", "s1", CAUSE_NOTIFIED), 0);
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	store_view_close(view);
	close(go[0]);
	close(go[1]);
}

/* Runs in a child: hold the store open, and a snapshot if asked to, until the
 * parent says so or ends. */
static void hold_open(struct fixture *f, bool snapshot, int ready, int go_on)
{
	struct store *store = NULL;
	struct store_view *view = NULL;
	char byte;

	if (open_as(f, f->options.map_bytes, &store) != 0 ||
	    (snapshot && store_view_open(store, &view, NULL) != 0) ||
	    write(ready, "r", 1) != 1)
		_exit(1);
	if (read(go_on, &byte, 1) != 1)
		_exit(1);
	store_view_close(view);
	store_close(store);
	_exit(0);
}

static pid_t start_holder(
    struct fixture *f, bool snapshot, const int ready[2], const int go_on[2])
{
	char byte;
	pid_t child = fork();

	if (child == 0) {
		close(go_on[1]);
		hold_open(f, snapshot, ready[1], go_on[0]);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	return child;
}

/* A snapshot that nobody looks at any more must not keep old pages alive: the
 * store would grow with every turn. The other process keeps LMDB from starting
 * with an empty table of readers. */
static void test_dead_reader_is_cleared(void **state)
{
	struct fixture *f = *state;
	uint64_t map;
	uint64_t end;
	uint64_t later;
	int ready[2];
	int go_on[2];
	pid_t other;
	pid_t reader;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go_on), 0);
	fixture_open(f);
	fixture_close(f);
	other = start_holder(f, false, ready, go_on);
	reader = start_holder(f, true, ready, go_on);
	assert_int_equal(kill(reader, SIGKILL), 0);
	assert_int_equal(wait_child(reader), -1);
	fixture_open(f);
	for (int i = 0; i < 20; i++)
		fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	lmdb_usage(f->store->db, &map, &end);
	for (int i = 0; i < 100; i++)
		fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	lmdb_usage(f->store->db, &map, &later);
	assert_int_equal(later, end);
	assert_int_equal(write(go_on[1], "g", 1), 1);
	assert_int_equal(wait_child(other), 0);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go_on[i]);
	}
}

static void append_from_outside(struct fixture *f, int go)
{
	char byte;

	if (read(go, &byte, 1) != 1 ||
	    open_as(f, f->options.map_bytes, &f->store) != 0 ||
	    fixture_append(f, "shop", "s1", CAUSE_NOTIFIED) != 0)
		_exit(1);
	fixture_close(f);
	_exit(0);
}

static void test_wake(void **state)
{
	struct fixture *f = *state;
	struct pollfd poll_fd = {.events = POLLIN};
	int go[2];
	pid_t child;

	assert_int_equal(pipe(go), 0);
	child = fork();
	if (child == 0) {
		close(go[1]);
		append_from_outside(f, go[0]);
	}
	fixture_open(f);
	poll_fd.fd = store_wake_fd(f->store, &f->err);
	assert_true(poll_fd.fd >= 0);
	assert_int_equal(poll(&poll_fd, 1, 0), 0);
	assert_int_equal(write(go[1], "g", 1), 1);
	assert_int_equal(poll(&poll_fd, 1, 20000), 1);
	assert_int_equal(wait_child(child), 0);
	store_wake_drain(f->store);
	assert_int_equal(poll(&poll_fd, 1, 0), 0);
	assert_int_equal(fixture_stats(f).inbox, 1);
	close(go[0]);
	close(go[1]);
}

/* A worker that is away for long does not stop anyone. */
static void test_wake_that_nobody_reads(void **state)
{
	struct fixture *f = *state;

	fixture_open(f);
	for (int i = 0; i < 70000; i++)
		wake_ring(f->store->wake);
	assert_int_equal(fixture_append(f, "shop", "s1", CAUSE_NOTIFIED), 0);
	store_wake_drain(f->store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_CLOSED(test_map_full),
	    TEST_CLOSED(test_high_water_leaves_room_to_finish),
	    TEST_CLOSED(test_disk_reserve),
	    TEST_CLOSED(test_bad_batch_stores_nothing),
	    TEST_CLOSED(test_one_worker),
	    TEST_CLOSED(test_map_grown_by_another_process),
	    TEST_CLOSED(test_dead_reader_is_cleared),
	    TEST_CLOSED(test_wake),
	    TEST_CLOSED(test_wake_that_nobody_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
