#ifndef FAKE_ANSWER_H
#define FAKE_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/fake/fake.h"

struct MHD_Connection;
struct MHD_Response;

/* What one request gets.  A zeroed struct is the start. */
struct answer {
	int status;
	const char *content_type; /* constant, or borrowed from the effect */
	const char *allow;	  /* value of the Allow header, or NULL */
	struct text body;
	const struct text *asked; /* the body of the request, borrowed */
	struct effect effect;	  /* what went wrong */
	bool is_made;
	bool is_closing; /* no answer: the connection is closed */
};

/*
 * Counts a request of the API and finds out what is to hit it (a->effect).
 * Returns its number for stats_end.  The lock is held.
 */
uint64_t answer_begin(struct fake *f, struct answer *a,
    struct MHD_Connection *connection, const char *method, const char *path);

/* Makes the answer from the present state.  The lock is held. */
void answer_make(struct fake *f, struct answer *a,
    struct MHD_Connection *connection, const char *method, const char *path);

/* The response to be queued; NULL to close the connection instead. */
struct MHD_Response *answer_response(struct answer *a);

/* A query parameter of a connection, or NULL; see struct ask. */
const char *answer_query(void *connection, const char *name);

/* Frees what the answer holds.  The lock is held. */
void answer_fini(struct answer *a);

#endif
