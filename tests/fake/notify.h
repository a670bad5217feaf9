#ifndef FAKE_NOTIFY_H
#define FAKE_NOTIFY_H

#include <stddef.h>
#include <jansson.h>

/*
 * The sender of notifications: an HTTP client in a thread of its own.  A
 * notice that meets a 5xx, a 429 or a broken connection is sent again, after
 * 20 ms and ever longer up to 1 s, until it is accepted; any other answer
 * than 2xx refuses it for good.
 */
struct notify;

/* Ends the program when libcurl or the thread cannot be had. */
struct notify *notify_new(void);

/* Ends the thread; what is still pending is dropped. */
void notify_free(struct notify *n);

/* Queues a POST of BODY to URL; HEADERS is an object of strings or NULL. */
void notify_send(struct notify *n, const char *url, const char *body,
    size_t body_bytes, const json_t *headers);

/* The counts, as a new object. */
json_t *notify_json(struct notify *n);

/* Sets the counts to nothing and drops what is pending. */
void notify_reset(struct notify *n);

#endif
