#ifndef FAKE_PARK_H
#define FAKE_PARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

/*
 * Requests that wait: for a moment (delay), for a control call (barrier), or
 * for ever (hang).  Has a thread and a lock of its own.
 */
struct park;
struct MHD_Connection;

/* One suspended connection; the caller's storage until it is resumed. */
struct parked {
	struct MHD_Connection *connection;
	int64_t until_mono_ms; /* 0: only a release ends it */
	const char *hold;      /* name of the barrier, or NULL */
	struct parked *next;
};

struct park *park_new(void);

/* Ends the thread; nothing may be parked (park_close). */
void park_free(struct park *p);

/*
 * Takes over a connection that MHD_suspend_connection was called for.  False
 * (and nothing done) when the park is closed.
 */
bool park_add(struct park *p, struct parked *one);

/* Resumes those held by the barrier HOLD, "" any, NULL all.  How many. */
size_t park_release(struct park *p, const char *hold);

/* Resumes all and takes no more. */
void park_close(struct park *p);

/* {"NAME": held, …}; and how many wait in all, into TOTAL. */
json_t *park_held(struct park *p, size_t *total);

#endif
