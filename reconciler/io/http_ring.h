/*
 * Inside of http.c: its connections, and all of them in the order in which
 * their time began to run.
 */
#ifndef TRUEUP_IO_HTTP_RING_H
#define TRUEUP_IO_HTTP_RING_H

#include "reconciler/io/body.h"
#include "reconciler/io/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MHD_Connection;
struct MHD_Daemon;

/*
 * Each connection has one exchange for all of its requests. It is
 *   IDLE      waiting for the head of the next request,
 *   READING   head seen, body on its way,
 *   REFUSED   answered past libmicrohttpd before the body was read; what still
 *             comes is thrown away for a while, so that the client can read
 *             the answer before the connection is reset,
 *   GIVEN     in the caller's hands, inside `handle`,
 *   HELD      in the caller's hands, after `handle`,
 *   PARKED    the same, and suspended: it will take long,
 *   ANSWERED  the answer is being sent.
 * While it is held, libmicrohttpd asks again for an answer each turn: that
 * costs less than to suspend and resume the connection, which would take it
 * out of the epoll set and put it back.
 */
enum phase { IDLE, READING, REFUSED, GIVEN, HELD, PARKED, ANSWERED };

struct http_exchange {
	struct http *http;
	struct MHD_Connection *connection; /* NULL: closed */
	struct http_exchange *older;	   /* in the order of since_ms */
	struct http_exchange *newer;
	int64_t since_ms; /* its time began to run */
	enum phase phase;
	bool cut;  /* its socket was shut down */
	bool left; /* the client did, while it was held */
	const char *method;
	const char *path;
	size_t thrown_bytes; /* REFUSED */
	struct body body;
};

struct http {
	struct http_options options;
	struct MHD_Daemon *daemon;
	struct http_exchange ring; /* of all connections; head of the list */
	int64_t now_ms;
	int64_t reaped_ms;
	int64_t held_wait_ms;
	size_t connections;
	size_t active; /* neither IDLE nor REFUSED */
	size_t held;
	struct body_pool bodies;
	bool again; /* something was answered in this pass */
	bool draining;
	bool closing;
};

/* http_ring_join(x): its time begins anew: it becomes the newest. It must be
 * out. http_ring_leave(x): it is out. */
void http_ring_join(struct http_exchange *x);
void http_ring_leave(struct http_exchange *x);
/* http_ring_allowed_ms(http): how long one may be silent or slow just now. */
int64_t http_ring_allowed_ms(const struct http *http);

#endif
