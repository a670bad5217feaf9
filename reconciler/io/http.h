/*
 * The HTTP/1.1 server edge (RFC 9110, RFC 9112): requests in whole, answers
 * now or later. reconciler/io/http.c is the only file that includes
 * <microhttpd.h>.
 *
 * A server belongs to one thread, which waits for http_fd() itself and calls
 * http_run(). Nothing here blocks or locks. Several servers, each with its own
 * thread, may share one listening descriptor.
 *
 * A request that is not answered inside `handle` is held: its answer may come
 * in any later turn, which is what lets many requests share one commit.
 */
#ifndef TRUEUP_IO_HTTP_H
#define TRUEUP_IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err_text;

struct http;	      /* a server */
struct http_exchange; /* one request and its answer; the server owns it */
struct http_reply;    /* a fixed answer, made once and sent often */

struct http_options {
	int listen_fd; /* see listen.h; borrowed until http_close */
	unsigned int max_connections;
	unsigned int max_per_address; /* connections of one IP; 0: any */
	size_t max_head_bytes;	      /* request line and headers */
	size_t max_body_bytes;	      /* of one request */
	size_t max_bodies_bytes;      /* of all that are not small, together */
	/*
	 * The time that a connection has for its next request as a whole, from
	 * its start or the last answer, and for taking an answer. A client that
	 * sends a byte now and then gains nothing. Held requests are exempt.
	 * When all connections are taken, those that are silent or slow for
	 * more than HTTP_CROWDED_MS make room.
	 */
	int64_t timeout_ms;
	/* Answers that the server itself gives; borrowed until http_close. */
	const struct http_reply *too_large; /* 413 */
	const struct http_reply *crowded;   /* 503: max_bodies_bytes reached */
	const struct http_reply *malformed; /* 400: framing not to be trusted */
	bool may_park;			    /* http_park will be called */
	/*
	 * handle(cookie, exchange): the request is complete. Answer it, or
	 * keep the pointer and answer later, once.
	 */
	void (*handle)(void *cookie, struct http_exchange *exchange);
	void *cookie;
};

enum { HTTP_CROWDED_MS = 1000 };

/*
 * http_open(options, out, err): start serving. 0, or ERR_FAIL.
 * http_close(http): end all connections; every held request must have been
 * answered. NULL-safe.
 */
int http_open(const struct http_options *options, struct http **out,
    struct err_text *err);
void http_close(struct http *http);

/* http_fd(http): readable when http_run has something to do; for poll(2). */
int http_fd(const struct http *http);
/*
 * http_run(http, now): one turn, without waiting: read what came, call
 * `handle`, send what was answered, end what took too long. now: monotonic.
 * Returns how many milliseconds to wait for http_fd at most before the next
 * turn. After answering held requests a turn is due at once.
 */
int64_t http_run(struct http *http, int64_t now_ms);

/*
 * http_drain(http): accept no more connections; every answer from now on ends
 * its connection. http_is_idle(http): no request is half read, held, or still
 * being answered.
 */
void http_drain(struct http *http);
bool http_is_idle(const struct http *http);

/* ---- the request: valid inside `handle` only --------------------------- */

const char *http_method(const struct http_exchange *exchange);
/* http_path(exchange): as sent, still percent-encoded, without the query. */
const char *http_path(const struct http_exchange *exchange);
/*
 * http_header(exchange, name): its value, any letter case; NULL: not sent, or
 * more than once, so that nobody has to choose (of two signatures, which one?).
 */
const char *http_header(const struct http_exchange *exchange, const char *name);
/*
 * http_query(exchange, name, out, cap): the first argument of that name,
 * decoded. 0; ERR_ABSENT; ERR_BAD: not decodable, or a NUL byte; ERR_FULL.
 */
int http_query(const struct http_exchange *exchange, const char *name,
    char *out, size_t cap);
/*
 * http_each_query(exchange, visit, cookie): every argument in order, as sent,
 * still percent-encoded but for '+', which has become a blank; value NULL:
 * there is no '='. Stops at the first non-zero and returns it.
 */
int http_each_query(const struct http_exchange *exchange,
    int (*visit)(void *cookie, const char *name, const char *value),
    void *cookie);
/* http_body(exchange, len): its bytes; NULL when there are none. */
const char *http_body(const struct http_exchange *exchange, size_t *len);

/* ---- the answer --------------------------------------------------------- */

/*
 * http_answer(exchange, reply): the reply is borrowed for the call. The
 * exchange is not to be touched any more. Answering a request whose client has
 * left is no error. http_has_left(exchange): it has, as far as is known.
 */
void http_answer(
    struct http_exchange *exchange, const struct http_reply *reply);
bool http_has_left(const struct http_exchange *exchange);

/*
 * http_park(exchange): inside `handle`: its answer will take seconds. Until
 * then it costs nothing, not even a look whether its client is still there:
 * http_has_left looks when it is asked. Answered as any other.
 */
void http_park(struct http_exchange *exchange);

struct http_header {
	const char *name;
	const char *value;
};

/* An answer to one request. Everything is borrowed for the call. */
struct http_message {
	int status;
	const char *type; /* Content-Type; NULL: none */
	const char *body;
	size_t len; /* of the body, bytes */
	const struct http_header *headers;
	size_t n_headers;
};

/*
 * http_send(exchange, message): http_answer with an answer that is sent but
 * once. Out of memory, or a header that HTTP does not allow: the connection
 * ends.
 */
void http_send(
    struct http_exchange *exchange, const struct http_message *message);

/*
 * http_reply_new(status, type, body, headers, n): an answer with a copy of the
 * JSON or other text `body` of that Content-Type, and n further headers. NULL:
 * out of memory, or a header that HTTP does not allow. One reply may serve all
 * exchanges of all servers of the process. http_reply_free: NULL-safe; answers
 * under way keep what they need.
 */
struct http_reply *http_reply_new(int status, const char *type,
    const char *body, const struct http_header *headers, size_t n);
void http_reply_free(struct http_reply *reply);

#endif
