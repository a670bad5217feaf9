#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reconciler/base/err.h"

#include "cache/place.h"
#include "cache/turn.h"

/*
 * A fifo, opened for both reading and writing by everyone: so opening never
 * waits for the other side, and a writer whose worker has died gets EAGAIN at
 * last instead of a SIGPIPE.
 */
static const char fifo_name[] = "wake";

enum { FIFO_MODE = 0660, PATH_BYTES = 4096 };

int wake_open(const char *path)
{
	char file[PATH_BYTES];
	int n = snprintf(file, sizeof(file), "%s/%s", path, fifo_name);

	if (n < 0 || n >= (int)sizeof(file))
		return -1;
	if (mkfifo(file, FIFO_MODE) == 0)
		(void)chmod(file, FIFO_MODE);
	return place_open(path, fifo_name, O_RDWR | O_NONBLOCK, 0, NULL);
}

void wake_ring(int fd)
{
	/* Full: the worker has not read the earlier ones, which is as good. */
	if (fd >= 0 && write(fd, "!", 1) < 0)
		return;
}

int store_wake_fd(struct store *store, struct err_text *err)
{
	if (store->wake < 0) {
		return err_set(err, ERR_FAIL,
		    "store: %s/%s: no fifo could be made", store->path,
		    fifo_name);
	}
	return store->wake;
}

void store_wake_drain(struct store *store)
{
	char bytes[4096];
	ssize_t n = 1;

	while (store->wake >= 0 && (n > 0 || (n < 0 && errno == EINTR)))
		n = read(store->wake, bytes, sizeof(bytes));
}
