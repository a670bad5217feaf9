#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/log.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/api_store.h"

enum { TRY_AGAIN_MS = 100, PATH_BYTES = 4096 };

struct api_store {
	const struct settings *settings;
	const struct log *log;
	pthread_mutex_t lock; /* of all below */
	struct store *store;  /* NULL: not open */
	bool writable;	      /* how it was opened */
	int failed;	      /* 0, or how the last attempt did */
	int64_t again_ms;     /* monotonic */
};

struct api_store *api_store_new(
    const struct settings *settings, const struct log *log)
{
	struct api_store *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	if (pthread_mutex_init(&s->lock, NULL) != 0) {
		free(s);
		return NULL;
	}
	s->settings = settings;
	s->log = log;
	return s;
}

void api_store_free(struct api_store *s)
{
	if (s == NULL)
		return;
	store_close(s->store);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* A state is told of when it changes. */
static void tell(struct api_store *s, int rc, const struct err_text *err)
{
	struct log_pair cause = log_text("cause", err->text);

	if (rc == s->failed)
		return;
	if (rc != 0)
		log_event(s->log, LOG_WARN, "cannot_read", &cause, 1);
	else
		log_event(s->log, LOG_INFO, "reading", NULL, 0);
	s->failed = rc;
}

/* Where it may write, it may also wish for a look; it never makes a store. */
static bool is_writable(const char *path)
{
	char file[PATH_BYTES];
	int len = snprintf(file, sizeof(file), "%s/data.mdb", path);

	return len > 0 && (size_t)len < sizeof(file) && access(file, W_OK) == 0;
}

static void try_to_open(struct api_store *s)
{
	const struct settings *settings = s->settings;
	const struct store_options options = {
	    .path = settings->store.path,
	    .map_bytes = settings->store.map_bytes,
	    .reserve_bytes = settings->store.reserve_bytes,
	    .high_water = settings->store.high_water,
	    .read_only = !is_writable(settings->store.path),
	};
	struct err_text err;

	s->writable = !options.read_only;
	tell(s, store_open(&options, &s->store, &err), &err);
	s->again_ms = clock_mono_ms() + TRY_AGAIN_MS;
}

/* Once it is open it stays so: it may be used without the lock. */
static int get(struct api_store *s, struct store **out)
{
	int rc;

	pthread_mutex_lock(&s->lock);
	if (s->store == NULL && clock_mono_ms() >= s->again_ms)
		try_to_open(s);
	*out = s->store;
	rc = s->store != NULL ? 0 : s->failed;
	pthread_mutex_unlock(&s->lock);
	return rc;
}

int api_store_writer(struct api_store *s, struct store **out)
{
	int rc = get(s, out);

	if (rc != 0)
		return rc;
	return s->writable ? 0 : ERR_DENIED;
}

static void report(struct api_store *s, int rc, const struct err_text *err)
{
	pthread_mutex_lock(&s->lock);
	tell(s, rc, err);
	pthread_mutex_unlock(&s->lock);
}

int api_store_view(struct api_store *s, struct store_view **view)
{
	struct store *store = NULL;
	struct err_text err;
	int rc = 0;

	if (*view != NULL) {
		if (store_view_renew(*view, &err) == 0)
			return 0;
		store_view_close(*view);
		*view = NULL;
	}
	rc = get(s, &store);
	if (rc != 0)
		return rc;
	rc = store_view_open(store, view, &err);
	report(s, rc, &err);
	return rc;
}
