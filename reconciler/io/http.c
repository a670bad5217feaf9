#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/io/framing.h"
#include "reconciler/io/http.h"
#include "reconciler/io/http_ring.h"
#include "reconciler/io/http_text.h"

enum {
	PASSES_MAX = 16,       /* of libmicrohttpd in one turn */
	REFUSED_BYTES = 65536, /* thrown away after an early answer */
	HELD_WAIT_MAX_MS = 64,
	REAP_EVERY_MS = 100,
	MEMORY_STEP_BYTES = 1024,
};

struct http_reply {
	int status;
	struct MHD_Response *stay;
	struct MHD_Response *leave; /* the same with Connection: close */
	char *text;		    /* the same as bytes of HTTP */
};

/* ---- replies ----------------------------------------------------------- */

static struct MHD_Response *make_response(
    const struct http_message *message, bool leave)
{
	const struct http_header *headers = message->headers;
	struct MHD_Response *response;
	void *bytes;
	bool good;

	/* The library copies, and yet wants a plain pointer. */
	memcpy(&bytes, &message->body, sizeof(bytes));
	response = MHD_create_response_from_buffer(
	    message->len, bytes, MHD_RESPMEM_MUST_COPY);
	good = response != NULL;
	if (good && message->type != NULL)
		good = MHD_add_response_header(
		    response, MHD_HTTP_HEADER_CONTENT_TYPE, message->type);
	for (size_t i = 0; good && i < message->n_headers; i++)
		good = MHD_add_response_header(
		    response, headers[i].name, headers[i].value);
	if (good && leave)
		good = MHD_add_response_header(
		    response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (!good && response != NULL) {
		MHD_destroy_response(response);
		response = NULL;
	}
	return response;
}

struct http_reply *http_reply_new(int status, const char *type,
    const char *body, const struct http_header *headers, size_t n)
{
	const struct http_message message = {
	    .status = status,
	    .type = type,
	    .body = body,
	    .len = strlen(body),
	    .headers = headers,
	    .n_headers = n,
	};
	struct http_reply *reply = calloc(1, sizeof(*reply));

	if (reply == NULL)
		return NULL;
	reply->status = status;
	reply->stay = make_response(&message, false);
	reply->leave = make_response(&message, true);
	reply->text = http_text_new(&(struct http_text){.status = status,
	    .reason = MHD_get_reason_phrase_for((unsigned int)status),
	    .type = type,
	    .body = body,
	    .headers = headers,
	    .n_headers = n});
	if (reply->stay == NULL || reply->leave == NULL ||
	    reply->text == NULL) {
		http_reply_free(reply);
		return NULL;
	}
	return reply;
}

void http_reply_free(struct http_reply *reply)
{
	if (reply == NULL)
		return;
	if (reply->stay != NULL)
		MHD_destroy_response(reply->stay);
	if (reply->leave != NULL)
		MHD_destroy_response(reply->leave);
	free(reply->text);
	free(reply);
}

/* ---- connections and their time ---------------------------------------- */

static void cut(struct http_exchange *x)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (info != NULL)
		(void)shutdown(info->connect_fd, SHUT_RDWR);
	x->cut = true;
}

/* libmicrohttpd learns of the end of a socket through epoll. */
static void reap(struct http *http)
{
	int64_t allowed = http_ring_allowed_ms(http);
	struct http_exchange *x = http->ring.newer;

	if (http->now_ms < http->reaped_ms + REAP_EVERY_MS)
		return;
	http->reaped_ms = http->now_ms;
	while (x != &http->ring && x->since_ms + allowed <= http->now_ms) {
		struct http_exchange *next = x->newer;

		if (x->phase != HELD && x->phase != PARKED)
			cut(x);
		http_ring_leave(x);
		http_ring_join(x);
		x = next;
		if (x->since_ms == http->now_ms)
			break; /* once around */
	}
}

static void on_connection(void *cookie, struct MHD_Connection *connection,
    void **context, enum MHD_ConnectionNotificationCode code)
{
	struct http *http = cookie;
	struct http_exchange *x = *context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		x = calloc(1, sizeof(*x));
		*context = x;
		http->connections++;
		if (x == NULL)
			return;
		x->http = http;
		x->connection = connection;
		body_init(
		    &x->body, &http->bodies, http->options.max_body_bytes);
		http_ring_join(x);
		return;
	}
	http->connections--;
	*context = NULL;
	if (x == NULL)
		return;
	http_ring_leave(x);
	x->connection = NULL;
	if (x->phase != HELD || http->closing) {
		body_fini(&x->body);
		free(x);
	}
}

/* ---- the body ---------------------------------------------------------- */

/* The library would only answer after it has read the whole body. */
static void refuse(struct http_exchange *x, const struct http_reply *reply)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	body_reset(&x->body);
	x->phase = REFUSED;
	x->thrown_bytes = 0;
	x->http->active--;
	/* A client that does not take it now will not get it. */
	if (info != NULL &&
	    send(info->connect_fd, reply->text, strlen(reply->text),
		MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		(void)shutdown(info->connect_fd, SHUT_WR);
}

/* false: end the connection. */
static bool take_body(struct http_exchange *x, const char *data, size_t len)
{
	int rc;

	if (x->phase == REFUSED) {
		x->thrown_bytes += len;
		return x->thrown_bytes <= REFUSED_BYTES;
	}
	rc = body_add(&x->body, data, len);
	if (rc == ERR_FULL)
		refuse(x, x->http->options.too_large);
	else if (rc != 0)
		refuse(x, x->http->options.crowded);
	return true;
}

/* ---- requests ---------------------------------------------------------- */

static enum MHD_Result look(
    void *cookie, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	framing_see(cookie, name, value);
	return MHD_YES;
}

static struct http_exchange *begin(
    struct MHD_Connection *connection, const char *path, const char *method)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_exchange *x = info != NULL ? info->socket_context : NULL;
	struct framing framing = {0, 0, NULL, NULL};
	int rc;

	if (x == NULL || x->cut)
		return NULL;
	x->phase = READING;
	x->http->active++;
	x->path = path;
	x->method = method;
	(void)MHD_get_connection_values(
	    connection, MHD_HEADER_KIND, look, &framing);
	rc = framing_judge(&framing, x->http->options.max_body_bytes);
	if (rc == ERR_FULL)
		refuse(x, x->http->options.too_large);
	else if (rc != 0)
		refuse(x, x->http->options.malformed);
	return x;
}

static enum MHD_Result complete(struct http_exchange *x)
{
	struct http *http = x->http;

	if (x->phase == HELD)
		return MHD_YES; /* not yet */
	if (x->phase != READING)
		return MHD_NO;
	x->phase = GIVEN;
	http->held_wait_ms = 1;
	http->options.handle(http->options.cookie, x);
	if (x->phase == GIVEN) {
		x->phase = HELD;
		http->held++;
	}
	return x->cut ? MHD_NO : MHD_YES;
}

/* The library's type of callback. NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result on_request(void *cookie,
    struct MHD_Connection *connection, const char *path, const char *method,
    const char *version, const char *data, size_t *len, void **context)
{
	struct http_exchange *x = *context;

	(void)cookie;
	(void)version;
	if (x == NULL) {
		*context = begin(connection, path, method);
		return *context != NULL ? MHD_YES : MHD_NO;
	}
	if (*len > 0) {
		size_t n = *len;

		*len = 0;
		return take_body(x, data, n) ? MHD_YES : MHD_NO;
	}
	return complete(x);
}

static void on_completed(void *cookie, struct MHD_Connection *connection,
    void **context, enum MHD_RequestTerminationCode code)
{
	struct http_exchange *x = *context;

	(void)cookie;
	(void)connection;
	(void)code;
	if (x == NULL)
		return;
	*context = NULL;
	if (x->phase == HELD) {
		x->left = true; /* its connection ends next */
		return;
	}
	if (x->phase != REFUSED)
		x->http->active--;
	body_reset(&x->body);
	x->phase = IDLE;
	http_ring_leave(x);
	http_ring_join(x);
}

const char *http_method(const struct http_exchange *exchange)
{
	return exchange->method;
}

const char *http_path(const struct http_exchange *exchange)
{
	return exchange->path;
}

/* A header that is looked for, and how often it was sent. */
struct sought {
	const char *name;
	const char *value;
	size_t n;
};

static enum MHD_Result match(
    void *cookie, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct sought *sought = cookie;

	(void)kind;
	if (strcasecmp(name, sought->name) == 0)
		sought->value = sought->n++ == 0 ? value : NULL;
	return MHD_YES;
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
	struct sought sought = {name, NULL, 0};

	MHD_get_connection_values(
	    exchange->connection, MHD_HEADER_KIND, match, &sought);
	return sought.value;
}

int http_query(const struct http_exchange *exchange, const char *name,
    char *out, size_t cap)
{
	const char *value = MHD_lookup_connection_value(
	    exchange->connection, MHD_GET_ARGUMENT_KIND, name);
	size_t len;
	int rc;

	if (value == NULL)
		return ERR_ABSENT;
	rc = text_unescape(value, strlen(value), out, cap, &len);
	return rc == 0 && strlen(out) != len ? ERR_BAD : rc;
}

/* Who is to be told of the arguments, and what it said last. */
struct teller {
	int (*visit)(void *cookie, const char *name, const char *value);
	void *cookie;
	int rc;
};

static enum MHD_Result tell(
    void *cookie, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct teller *teller = cookie;

	(void)kind;
	teller->rc = teller->visit(teller->cookie, name, value);
	return teller->rc == 0 ? MHD_YES : MHD_NO;
}

int http_each_query(const struct http_exchange *exchange,
    int (*visit)(void *cookie, const char *name, const char *value),
    void *cookie)
{
	struct teller teller = {visit, cookie, 0};

	MHD_get_connection_values(
	    exchange->connection, MHD_GET_ARGUMENT_KIND, tell, &teller);
	return teller.rc;
}

const char *http_body(const struct http_exchange *exchange, size_t *len)
{
	*len = exchange->body.len;
	return body_data(&exchange->body);
}

/* ---- answers --------------------------------------------------------------
 */

/* The library does not look at a socket that is suspended. */
static bool has_ended(const struct http_exchange *x)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	char byte;

	return info != NULL && recv(info->connect_fd, &byte, sizeof(byte),
				   MSG_PEEK | MSG_DONTWAIT) == 0;
}

bool http_has_left(const struct http_exchange *exchange)
{
	if (exchange->phase == PARKED)
		return has_ended(exchange);
	return exchange->left;
}

void http_park(struct http_exchange *exchange)
{
	exchange->phase = PARKED;
	MHD_suspend_connection(exchange->connection);
}

/* Nobody waits for it any more. */
static void bury(struct http_exchange *x)
{
	x->phase = IDLE;
	x->http->active--;
	body_reset(&x->body);
	if (x->connection == NULL)
		free(x);
}

/* response may be NULL: there is no memory for one. */
static void give(
    struct http_exchange *x, int status, struct MHD_Response *response)
{
	struct http *http = x->http;
	bool parked = x->phase == PARKED;

	if (x->phase == HELD)
		http->held--;
	else
		http->again = true;
	if (x->left) {
		bury(x);
		return;
	}
	x->phase = ANSWERED;
	http_ring_leave(x);
	http_ring_join(x);
	if (response == NULL || MHD_queue_response(x->connection,
				    (unsigned int)status, response) != MHD_YES)
		cut(x);
	if (parked)
		MHD_resume_connection(x->connection);
}

void http_answer(struct http_exchange *exchange, const struct http_reply *reply)
{
	give(exchange, reply->status,
	    exchange->http->draining ? reply->leave : reply->stay);
}

void http_send(
    struct http_exchange *exchange, const struct http_message *message)
{
	struct MHD_Response *response =
	    make_response(message, exchange->http->draining);

	give(exchange, message->status, response);
	if (response != NULL)
		MHD_destroy_response(response);
}

/* ---- the server ------------------------------------------------------------
 */

/* Paths and arguments stay as they were sent: decoding is for who splits. */
static size_t keep_escapes(
    void *cookie, struct MHD_Connection *connection, char *text)
{
	(void)cookie;
	(void)connection;
	return strlen(text);
}

static struct MHD_Daemon *start(struct http *http)
{
	const struct http_options *options = &http->options;
	unsigned int flags = MHD_USE_EPOLL;

	if (options->may_park)
		flags |= MHD_ALLOW_SUSPEND_RESUME;
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, http,
	    MHD_OPTION_LISTEN_SOCKET, options->listen_fd,
	    MHD_OPTION_CONNECTION_LIMIT, options->max_connections,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->max_per_address,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->max_head_bytes,
	    MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)MEMORY_STEP_BYTES,
	    MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_END);
}

int http_open(
    const struct http_options *options, struct http **out, struct err_text *err)
{
	struct http *http = calloc(1, sizeof(*http));

	*out = NULL;
	if (http == NULL)
		return err_set(err, ERR_FAIL, "http: out of memory");
	http->options = *options;
	http->bodies.max_bytes = options->max_bodies_bytes;
	http->held_wait_ms = 1;
	http->ring.http = http;
	http->ring.older = http->ring.newer = &http->ring;
	http->daemon = start(http);
	if (http->daemon == NULL) {
		free(http);
		return err_set(err, ERR_FAIL, "http: cannot start to serve");
	}
	*out = http;
	return 0;
}

void http_close(struct http *http)
{
	if (http == NULL)
		return;
	http_drain(http); /* or the library would close the descriptor */
	http->closing = true;
	MHD_stop_daemon(http->daemon);
	free(http);
}

void http_drain(struct http *http)
{
	if (!http->draining)
		(void)MHD_quiesce_daemon(http->daemon);
	http->draining = true;
}

bool http_is_idle(const struct http *http)
{
	return http->active == 0;
}

int http_fd(const struct http *http)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	return info != NULL ? info->epoll_fd : -1;
}

/* The library has more to do without news from a socket. Held exchanges look
 * to it as if they had. */
static bool has_more(const struct http *http)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	return MHD_get_timeout(http->daemon, &wait_ms) == MHD_YES &&
	       wait_ms == 0;
}

static int64_t time_to_wait(struct http *http)
{
	int64_t wait_ms = -1;

	if (http->ring.newer != &http->ring) {
		wait_ms = http->ring.newer->since_ms +
			  http_ring_allowed_ms(http) - http->now_ms;
		if (wait_ms < REAP_EVERY_MS)
			wait_ms = REAP_EVERY_MS;
	}
	if (has_more(http)) {
		if (http->held == 0)
			return 0;
		wait_ms = http->held_wait_ms;
		if (http->held_wait_ms < HELD_WAIT_MAX_MS)
			http->held_wait_ms *= 2;
	}
	return wait_ms;
}

int64_t http_run(struct http *http, int64_t now_ms)
{
	http->now_ms = now_ms;
	reap(http);
	for (int i = 0; i < PASSES_MAX; i++) {
		http->again = false;
		(void)MHD_run(http->daemon);
		if (!http->again && (http->held > 0 || !has_more(http)))
			break;
	}
	return time_to_wait(http);
}
