/*
 * A server and its clients in one thread: the test pumps the server whenever
 * it waits for an answer, and owns the clock that the server is told.
 */
#ifndef TRUEUP_TESTS_UNIT_IO_HTTP_WIRE_H
#define TRUEUP_TESTS_UNIT_IO_HTTP_WIRE_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/io/http.h"
#include "reconciler/io/listen.h"

enum {
	WIRE_PATIENCE_MS = 10000,
	WIRE_TEXT_MAX = 65536,
	WIRE_HELD_MAX = 512,
	WIRE_BODY_MAX = 100000,
	WIRE_TIMEOUT_MS = 15000,
	WIRE_START_MS = 5000000
};

struct wire {
	struct http *http;
	struct http_options options;
	struct http_reply *replies[4]; /* 200, 413, 503, 400 */
	int listen_fd;
	int64_t now_ms;
	bool hold;
	size_t seen; /* requests that reached the handler */
	struct http_exchange *held[WIRE_HELD_MAX];
	size_t n_held;
	char method[16];
	char path[8192];
	char header[256]; /* X-Probe */
	char query[64];	  /* ?probe= */
	int query_rc;
	char *body; /* the last one, WIRE_BODY_MAX */
	size_t body_len;
	char text[WIRE_TEXT_MAX]; /* the last answer */
	size_t text_len;
};

static inline void wire_handle(void *cookie, struct http_exchange *exchange)
{
	struct wire *w = cookie;
	const char *header = http_header(exchange, "x-probe");
	const char *body = http_body(exchange, &w->body_len);

	snprintf(w->method, sizeof(w->method), "%s", http_method(exchange));
	snprintf(w->path, sizeof(w->path), "%s", http_path(exchange));
	snprintf(w->header, sizeof(w->header), "%s",
	    header != NULL ? header : "(none)");
	w->query[0] = '\0';
	w->query_rc = http_query(exchange, "probe", w->query, sizeof(w->query));
	assert_true(w->body_len <= WIRE_BODY_MAX);
	if (body != NULL)
		memcpy(w->body, body, w->body_len);
	w->seen++;
	if (w->hold) {
		assert_true(w->n_held < WIRE_HELD_MAX);
		w->held[w->n_held++] = exchange;
	} else {
		http_answer(exchange, w->replies[0]);
	}
}

static inline void wire_release(struct wire *w)
{
	while (w->n_held > 0)
		http_answer(w->held[--w->n_held], w->replies[0]);
}

static inline int wire_setup_with(
    void **state, void (*change)(struct http_options *options))
{
	static const struct http_header again = {"Retry-After", "5"};
	struct wire *w = calloc(1, sizeof(*w));
	struct err_text err;

	assert_non_null(w);
	w->body = calloc(1, WIRE_BODY_MAX);
	assert_non_null(w->body);
	w->now_ms = WIRE_START_MS;
	w->replies[0] = http_reply_new(200, "text/plain", "fine", NULL, 0);
	w->replies[1] = http_reply_new(413, "text/plain", "long", NULL, 0);
	w->replies[2] = http_reply_new(503, "text/plain", "busy", &again, 1);
	w->replies[3] = http_reply_new(400, "text/plain", "what", NULL, 0);
	assert_int_equal(listen_open("127.0.0.1:0", &w->listen_fd, &err), 0);
	w->options = (struct http_options){
	    .listen_fd = w->listen_fd,
	    .max_connections = 64,
	    .max_head_bytes = 8192,
	    .max_body_bytes = WIRE_BODY_MAX,
	    .max_bodies_bytes = 4 * WIRE_BODY_MAX,
	    .timeout_ms = WIRE_TIMEOUT_MS,
	    .too_large = w->replies[1],
	    .crowded = w->replies[2],
	    .malformed = w->replies[3],
	    .handle = wire_handle,
	    .cookie = w,
	};
	if (change != NULL)
		change(&w->options);
	assert_int_equal(http_open(&w->options, &w->http, &err), 0);
	*state = w;
	return 0;
}

static inline int wire_setup(void **state)
{
	return wire_setup_with(state, NULL);
}

static inline int wire_teardown(void **state)
{
	struct wire *w = *state;

	wire_release(w);
	http_close(w->http);
	for (int i = 0; i < 4; i++)
		http_reply_free(w->replies[i]);
	close(w->listen_fd);
	free(w->body);
	free(w);
	return 0;
}

static inline int wire_connect(const struct wire *w)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(
	    getsockname(w->listen_fd, (struct sockaddr *)&address, &len), 0);
	assert_int_equal(
	    connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

/* One turn of the server, after at most a few milliseconds of waiting. */
static inline void wire_turn(struct wire *w)
{
	struct pollfd p = {.fd = http_fd(w->http), .events = POLLIN};

	(void)poll(&p, 1, 2);
	(void)http_run(w->http, w->now_ms);
}

#define wire_until(w, condition) \
	do { \
		int64_t wire_end_ms = clock_mono_ms() + WIRE_PATIENCE_MS; \
		while (!(condition)) { \
			assert_true(clock_mono_ms() < wire_end_ms); \
			wire_turn(w); \
		} \
	} while (0)

/* As much as the client may send; the server is pumped meanwhile. false: the
 * connection was reset. */
static inline bool wire_send_bytes(
    struct wire *w, int fd, const char *data, size_t len)
{
	int64_t end_ms = clock_mono_ms() + WIRE_PATIENCE_MS;

	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return false;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
		assert_true(clock_mono_ms() < end_ms);
		wire_turn(w);
	}
	return true;
}

static inline void wire_send(struct wire *w, int fd, const char *text)
{
	assert_true(wire_send_bytes(w, fd, text, strlen(text)));
}

/* More of the answer. false: the server has ended the connection. */
static inline bool wire_receive(struct wire *w, int fd)
{
	ssize_t n =
	    recv(fd, w->text + w->text_len, WIRE_TEXT_MAX - 1 - w->text_len, 0);

	if (n > 0)
		w->text_len += (size_t)n;
	w->text[w->text_len] = '\0';
	return n > 0 || (n < 0 && errno == EAGAIN);
}

static inline void wire_forget(struct wire *w)
{
	w->text_len = 0;
	w->text[0] = '\0';
}

/* n answers with a body of four bytes, which is what our replies have. */
static inline bool wire_has_answers(const struct wire *w, int n)
{
	const char *at = w->text;

	for (int i = 0; i < n; i++) {
		at = strstr(at, "\r\n\r\n");
		if (at == NULL || strlen(at) < 8)
			return false;
		at += 8;
	}
	return true;
}

static inline const char *wire_answers(struct wire *w, int fd, int n)
{
	wire_forget(w);
	wire_until(w, (wire_receive(w, fd), wire_has_answers(w, n)));
	return w->text;
}

/* All that comes until the server ends the connection. */
static inline const char *wire_all(struct wire *w, int fd)
{
	wire_forget(w);
	wire_until(w, !wire_receive(w, fd));
	return w->text;
}

static inline int wire_status(const char *answer)
{
	int status = 0;

	return sscanf(answer, "HTTP/1.1 %d ", &status) == 1 ? status : -1;
}

#define wire_assert_has(text, part) \
	do { \
		if (strstr((text), (part)) == NULL) \
			fail_msg("no '%s' in '%s'", (part), (text)); \
	} while (0)

#endif
