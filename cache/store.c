#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reconciler/base/err.h"

#include "cache/deliveries.h"
#include "cache/place.h"
#include "cache/turn.h"

/* ---- the format ------------------------------------------------------- */

int store_check_format(struct lmdb_txn *txn, struct err_text *err)
{
	uint64_t format = meta_format(txn);

	if (format == STORE_FORMAT)
		return 0;
	if (lmdb_error(txn) != 0) {
		lmdb_error_text(txn, err);
		return lmdb_error(txn);
	}
	return err_set(err, ERR_FORMAT,
	    "store: its format is version %llu, this program knows version %d;"
	    " nothing was changed; use the program that made it, or another"
	    " store.path",
	    (unsigned long long)format, STORE_FORMAT);
}

/* Another process may be making it too: whoever comes second finds it made. */
static int create(struct store *store, struct err_text *err)
{
	struct lmdb_txn *txn = NULL;
	int rc = lmdb_begin(store->db, true, &txn, err);

	if (rc != 0)
		return rc;
	lmdb_create(txn);
	if (meta_format(txn) == 0)
		meta_set_format(txn, STORE_FORMAT);
	if (lmdb_error(txn) == 0 && store_check_format(txn, err) != 0) {
		lmdb_abort(txn);
		return ERR_FORMAT;
	}
	return lmdb_commit(txn, err);
}

static int examine(struct store *store, struct err_text *err)
{
	struct lmdb_txn *txn = NULL;
	int rc;

	if (lmdb_is_new(store->db) && store->read_only) {
		return err_set(err, ERR_ABSENT,
		    "store: there is none yet in %s", store->path);
	}
	if (lmdb_is_new(store->db))
		return create(store, err);
	rc = lmdb_begin(store->db, false, &txn, err);
	if (rc != 0)
		return rc;
	rc = store_check_format(txn, err);
	lmdb_abort(txn);
	return rc;
}

/* ---- opening ---------------------------------------------------------- */

static int open_files(struct store *store, const struct store_options *options,
    struct err_text *err)
{
	const struct lmdb_options lmdb = {
	    .path = options->path,
	    .map_bytes = options->map_bytes,
	    .read_only = options->read_only,
	};
	bool had_data = place_has_data(options->path);
	int rc;

	if (!had_data && options->read_only) {
		return err_set(err, ERR_ABSENT,
		    "store: there is none yet in %s", options->path);
	}
	rc = lmdb_open(&lmdb, &store->db, err);
	if (rc != 0)
		return rc;
	store->data = place_file_of(lmdb_data_fd(store->db));
	if (!had_data)
		place_set_modes(options->path);
	rc = examine(store, err);
	if (rc == 0 && !options->read_only)
		store->wake = wake_open(options->path);
	return rc;
}

static struct store *new_store(const struct store_options *options)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	store->wake = -1;
	store->worker_lock = -1;
	store->deliverer_lock = -1;
	store->reserve_bytes = options->reserve_bytes;
	store->high_water = options->high_water;
	store->read_only = options->read_only;
	store->path = strdup(options->path);
	if (store->path == NULL) {
		free(store);
		return NULL;
	}
	return store;
}

int store_open(const struct store_options *options, struct store **out,
    struct err_text *err)
{
	struct store *store;
	int rc = 0;

	*out = NULL;
	if (!options->read_only)
		rc = place_make(options->path, err);
	if (rc == 0)
		rc = place_check(options->path, err);
	if (rc != 0)
		return rc;
	store = new_store(options);
	if (store == NULL)
		return err_set(err, ERR_FAIL, "store: out of memory");
	rc = open_files(store, options, err);
	if (rc != 0) {
		store_close(store);
		return rc;
	}
	*out = store;
	return 0;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	lmdb_close(store->db);
	if (store->wake >= 0)
		close(store->wake);
	if (store->worker_lock >= 0)
		close(store->worker_lock);
	if (store->deliverer_lock >= 0)
		close(store->deliverer_lock);
	free(store->path);
	free(store);
}

bool store_is_in_place(const struct store *store)
{
	return place_file_equal(place_data(store->path), store->data);
}

/* ---- the one worker, the one that delivers ---------------------------- */

static const char lock_name[] = "worker.lock";

bool store_has_worker(const struct store *store)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd;
	bool found;

	/* Closing a descriptor of it would give up a lock of our own. */
	if (store->worker_lock >= 0)
		return false;
	fd = place_open(store->path, lock_name, O_RDONLY, 0, NULL);
	if (fd < 0)
		return false;
	found = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	close(fd);
	return found;
}

void store_unlock_worker(struct store *store)
{
	if (store->worker_lock >= 0)
		close(store->worker_lock);
	store->worker_lock = -1;
}

/* A file lock dies with its process, however that ends. */
static int lock_file(struct store *store, const char *name, const char *who,
    int *held, struct err_text *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd;

	if (*held >= 0)
		return 0;
	fd = place_open(store->path, name, O_RDWR | O_CREAT, 0640, err);
	if (fd < 0)
		return fd;
	if (fcntl(fd, F_SETLK, &lock) == 0) {
		*held = fd;
		return 0;
	}
	if (errno != EAGAIN && errno != EACCES) {
		err_set(err, ERR_FAIL, "store: %s: %s", name, strerror(errno));
		close(fd);
		return ERR_FAIL;
	}
	if (fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
		lock.l_pid = 0;
	close(fd);
	return err_set(err, ERR_AGAIN,
	    "store: another %s is at it (process %ld)", who, (long)lock.l_pid);
}

int store_lock_worker(struct store *store, struct err_text *err)
{
	return lock_file(store, lock_name, "worker", &store->worker_lock, err);
}

int store_lock_deliverer(struct store *store, struct err_text *err)
{
	return lock_file(
	    store, "deliver.lock", "deliverer", &store->deliverer_lock, err);
}
