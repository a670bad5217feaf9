/* What the receiver answers; the bodies are JSON. */
#ifndef TRUEUP_IO_REPLIES_H
#define TRUEUP_IO_REPLIES_H

struct http_exchange;
struct http_reply;

/* The fixed ones, made once for all threads. */
struct replies {
	struct http_reply *received;
	struct http_reply *healthy;
	struct http_reply *unavailable;
	struct http_reply *unknown;
	struct http_reply *only_post;
	struct http_reply *only_get;
	struct http_reply *too_large;
	struct http_reply *malformed;
};

/* replies_new(): NULL: out of memory. replies_free: NULL-safe. */
struct replies *replies_new(void);
void replies_free(struct replies *replies);

/*
 * replies_error(replies, exchange, status, text): {"error":"text"}.
 * replies_ignored(replies, exchange, text): genuine, but it concerns us not.
 */
void replies_error(const struct replies *replies,
    struct http_exchange *exchange, int status, const char *text);
void replies_ignored(const struct replies *replies,
    struct http_exchange *exchange, const char *text);

#endif
