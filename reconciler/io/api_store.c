#include <stdatomic.h>
#include <stdlib.h>

#include "cache/steady.h"
#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/log.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/api_store.h"

struct api_store {
	const struct log *log;
	struct steady *steady;
	atomic_int failed; /* 0, or how the last attempt did */
};

struct api_store *api_store_new(
    const struct settings *settings, const struct log *log)
{
	const struct store_options options = {
	    .path = settings->store.path,
	    .map_bytes = settings->store.map_bytes,
	    .reserve_bytes = settings->store.reserve_bytes,
	    .high_water = settings->store.high_water,
	};
	struct api_store *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->log = log;
	s->steady = steady_new(&options);
	atomic_init(&s->failed, 0);
	if (s->steady != NULL)
		return s;
	free(s);
	return NULL;
}

void api_store_free(struct api_store *s)
{
	if (s == NULL)
		return;
	steady_free(s->steady);
	free(s);
}

/* A state is told of when it changes. */
static void tell(struct api_store *s, int rc, const struct err_text *err)
{
	struct log_pair cause;

	if (atomic_exchange(&s->failed, rc) == rc)
		return;
	if (rc == 0) {
		log_event(s->log, LOG_INFO, "reading", NULL, 0);
		return;
	}
	cause = log_text("cause", err->text);
	log_event(s->log, LOG_WARN, "cannot_read", &cause, 1);
}

int api_store_view(struct api_store *s, struct steady_view *view)
{
	struct err_text err;
	int rc = steady_look(s->steady, clock_mono_ms(), view, &err);

	tell(s, rc, &err);
	return rc;
}

int api_store_writer(struct api_store *s, struct steady_view *view)
{
	struct err_text err;
	int rc = steady_hold(s->steady, clock_mono_ms(), view, &err);

	/* That it may only be read is no trouble with reading it. */
	if (rc != ERR_DENIED || !steady_is_open(s->steady))
		tell(s, rc, &err);
	return rc;
}
