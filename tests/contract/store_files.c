/* The files of a store: made, refused, left alone; and what is in them. */
#include <fcntl.h>
#include <sys/wait.h>

#include "cache/turn.h"

#include "tests/contract/store_fixture.h"

#define TEST_CLOSED(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static void join(
    const struct fixture *f, const char *name, char out[2 * FIXTURE_PATH_MAX])
{
	snprintf(out, 2 * FIXTURE_PATH_MAX, "%s/%s", f->path, name);
}

static mode_t mode_of(const struct fixture *f, const char *name)
{
	char file[2 * FIXTURE_PATH_MAX];
	struct stat st;

	join(f, name, file);
	assert_int_equal(stat(file, &st), 0);
	return st.st_mode & 07777;
}

/* The whole data file, in the fixture's memory. */
static const char *read_data(struct fixture *f, size_t *len)
{
	char file[2 * FIXTURE_PATH_MAX];
	struct stat st;
	char *data;
	int fd;

	join(f, "data.mdb", file);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	*len = (size_t)st.st_size;
	data = arena_alloc(&f->arena, *len, 1);
	assert_non_null(data);
	assert_int_equal(read(fd, data, *len), (ssize_t)*len);
	close(fd);
	return data;
}

static bool contains(const char *data, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++) {
		if (memcmp(data + i, word, n) == 0)
			return true;
	}
	return false;
}

static void test_modes_do_not_depend_on_the_umask(void **state)
{
	struct fixture *f = *state;
	mode_t old = umask(0077);

	fixture_open(f);
	umask(0);
	assert_int_equal(store_lock_worker(f->store, &f->err), 0);
	umask(old);
	assert_int_equal(mode_of(f, "."), 0750);
	assert_int_equal(mode_of(f, "data.mdb"), 0640);
	assert_int_equal(mode_of(f, "lock.mdb"), 0660);
	assert_int_equal(mode_of(f, "worker.lock"), 0640);
	assert_int_equal(mode_of(f, "wake"), 0660);
}

static void test_no_store_to_read(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	f->options.read_only = true;
	assert_int_equal(
	    store_open(&f->options, &f->store, &f->err), ERR_ABSENT);
	assert_null(f->store);
	/* Asking made nothing. */
	assert_int_not_equal(stat(f->path, &st), 0);
	assert_int_equal(mkdir(f->path, 0700), 0);
	assert_int_equal(
	    store_open(&f->options, &f->store, &f->err), ERR_ABSENT);
	assert_non_null(strstr(f->err.text, "none yet"));
	assert_int_equal(rmdir(f->path), 0);
}

static void test_reading_only(void **state)
{
	struct fixture *f = *state;
	struct store_turn *turn = NULL;
	struct job job;

	fixture_open(f);
	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	fixture_close(f);
	f->options.read_only = true;
	f->options.map_bytes = 0; /* as large as it is */
	fixture_open(f);
	assert_int_equal(fixture_job(f, "shop", "s1", &job), 0);
	assert_int_equal(
	    fixture_append(f, "shop", "s2", CAUSE_NOTIFIED), ERR_DENIED);
	assert_int_equal(store_turn_begin(f->store, &f->settings, f->now_ms,
			     &f->random, &turn, &f->err),
	    ERR_DENIED);
	assert_null(turn);
}

static void test_other_format_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store_turn *turn;
	const char *before;
	const char *after;
	size_t before_len;
	size_t after_len;

	fixture_open(f);
	turn = fixture_begin(f);
	meta_set_format(turn->txn, STORE_FORMAT + 41);
	fixture_commit(f, turn);
	fixture_close(f);
	before = read_data(f, &before_len);
	for (int read_only = 0; read_only < 2; read_only++) {
		f->options.read_only = read_only;
		assert_int_equal(
		    store_open(&f->options, &f->store, &f->err), ERR_FORMAT);
		assert_null(f->store);
		assert_non_null(strstr(f->err.text, "version 43"));
		assert_non_null(strstr(f->err.text, "version 2"));
		assert_non_null(strstr(f->err.text, "nothing was changed"));
	}
	after = read_data(f, &after_len);
	assert_int_equal(before_len, after_len);
	assert_memory_equal(before, after, before_len);
}

/* One bad record: the turn that meets it changes nothing at all. */
static void test_bad_record_undoes_the_turn(void **state)
{
	struct fixture *f = *state;
	struct health health = {.state = HEALTH_WAITING, .reason = "busy"};
	struct store_view *view = NULL;
	struct store_turn *turn;
	struct tally tally;
	struct claim claim;
	struct job job;

	fixture_open(f);
	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	turn = fixture_begin(f);
	lmdb_put(turn->txn, TABLE_JOBS,
	    (struct span){.data = "shop\0subscription\0s1", .len = 21},
	    (struct span){.data = "?", .len = 1});
	fixture_commit(f, turn);

	turn = fixture_begin(f);
	store_turn_health(turn, "shop", &health);
	assert_int_equal(
	    store_turn_claim(turn, "shop", 1, &f->arena, &claim), 0);
	/* Sticky: what comes later does not do anything either. */
	store_turn_health(turn, "mint", &health);
	assert_int_equal(store_turn_commit(turn, &f->err), ERR_BAD);
	assert_non_null(strstr(f->err.text, "table jobs"));
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_provider(view, "shop", &health, &tally, &f->err), 0);
	assert_int_equal(health.state, HEALTH_OK);
	store_view_close(view);
	assert_int_equal(fixture_job(f, "shop", "s1", &job), ERR_BAD);
}

static void test_other_files_are_refused(void **state)
{
	struct fixture *f = *state;
	static const char junk[] = "this is somebody's letter, not a store\n";
	char file[2 * FIXTURE_PATH_MAX];
	const char *data;
	size_t len;
	int fd;

	assert_int_equal(mkdir(f->path, 0700), 0);
	join(f, "data.mdb", file);
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	for (int i = 0; i < 200; i++)
		assert_int_equal(write(fd, junk, sizeof(junk) - 1),
		    (ssize_t)sizeof(junk) - 1);
	close(fd);
	assert_int_equal(store_open(&f->options, &f->store, &f->err), ERR_BAD);
	assert_null(f->store);
	assert_non_null(strstr(f->err.text, "another LMDB version"));
	data = read_data(f, &len);
	assert_int_equal(len, 200 * (sizeof(junk) - 1));
	assert_memory_equal(data, junk, sizeof(junk) - 1);
	assert_int_equal(mode_of(f, "data.mdb"), 0600);
}

static void test_a_link_is_not_followed(void **state)
{
	struct fixture *f = *state;
	char file[2 * FIXTURE_PATH_MAX];

	fixture_open(f);
	join(f, "worker.lock", file);
	assert_int_equal(symlink("elsewhere", file), 0);
	assert_true(store_lock_worker(f->store, &f->err) < 0);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(store_lock_worker(f->store, &f->err), 0);
}

static void test_made_by_several_at_once(void **state)
{
	struct fixture *f = *state;
	pid_t children[6];
	int status;

	for (int i = 0; i < 6; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			int rc = store_open(&f->options, &f->store, NULL);

			if (rc == 0)
				rc = fixture_append(
				    f, "shop", "s", CAUSE_NOTIFIED);
			store_close(f->store);
			_exit(rc == 0 ? 0 : 1);
		}
	}
	for (int i = 0; i < 6; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	fixture_open(f);
	assert_int_equal(fixture_stats(f).inbox, 6);
}

/* Ids and times are all that is on disk of a notification. */
static void test_only_names_are_stored(void **state)
{
	struct fixture *f = *state;
	char delivery[NAME_ID_MAX + 40];
	struct notice notice = {
	    .ref = {"shop", "subscription", "needle-id"},
	    .parent_kind = "customer",
	    .parent_id = "not\na name {\"status\":\"paid\"}",
	    .delivery_id = delivery,
	    .arrived_ms = 1,
	};
	const char *data;
	size_t len;

	memset(delivery, 'd', sizeof(delivery));
	memcpy(delivery + NAME_ID_MAX - 1, "\xc3\xa9{\"status\"}", 13);
	fixture_open(f);
	assert_int_equal(store_append(f->store, &notice, 1, &f->err), 0);
	assert_int_equal(fixture_collect(f), 1);
	fixture_close(f);
	data = read_data(f, &len);
	assert_true(contains(data, len, "needle-id"));
	assert_true(contains(data, len, "dddddddddddddddd"));
	assert_false(contains(data, len, "status"));
	assert_false(contains(data, len, "d\xc3"));
	assert_false(contains(data, len, "paid"));
	fixture_open(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_CLOSED(test_modes_do_not_depend_on_the_umask),
	    TEST_CLOSED(test_no_store_to_read),
	    TEST_CLOSED(test_reading_only),
	    TEST_CLOSED(test_other_format_is_refused),
	    TEST_CLOSED(test_bad_record_undoes_the_turn),
	    TEST_CLOSED(test_other_files_are_refused),
	    TEST_CLOSED(test_a_link_is_not_followed),
	    TEST_CLOSED(test_made_by_several_at_once),
	    TEST_CLOSED(test_only_names_are_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
