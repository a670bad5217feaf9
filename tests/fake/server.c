#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include <microhttpd.h>

#include "tests/fake/answer.h"
#include "tests/fake/control.h"
#include "tests/fake/receiver.h"
#include "tests/fake/when.h"
#include "tests/fake/server.h"

enum { MAX_BODY = 64 * 1024 * 1024, MAX_CONNECTIONS = 16000 };

struct server {
	struct fake *fake;
	struct MHD_Daemon *daemon;
	unsigned port;
};

/* A request between its first line and the end of its answer. */
struct request {
	struct text body;
	struct answer answer;
	struct parked parked;
	bool is_counted; /* stats_begin was called, stats_end was not */
	bool is_decided; /* what hits it is known */
	bool is_control;
	bool is_too_large;
	uint64_t number;
};

static enum MHD_Result send_answer(
    struct request *r, struct MHD_Connection *connection)
{
	struct MHD_Response *response = answer_response(&r->answer);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO; /* closes the connection */
	result = MHD_queue_response(
	    connection, (unsigned)r->answer.status, response);
	MHD_destroy_response(response);
	return result;
}

/*
 * An answer is counted before its first byte is sent: who has read it finds it
 * counted, whatever the thread that answers the next question.
 */
static void count_end(struct fake *f, struct request *r)
{
	if (r->is_counted)
		stats_end(&f->stats, r->number,
		    r->answer.is_closing ? -1 : r->answer.status);
	r->is_counted = false;
}

static enum MHD_Result serve_control(struct fake *f, struct request *r,
    struct MHD_Connection *connection, const char *path, const char *method)
{
	struct call call = {.method = method,
	    .path = path,
	    .body = r->is_too_large ? "" : r->body.bytes,
	    .body_bytes = r->is_too_large ? 0 : r->body.len};

	control_run(f, &call, &r->answer);
	return send_answer(r, connection);
}

/*
 * True when the request was put aside and will come again. Under the lock, as
 * the release of a barrier is: a request that has met one is there by then.
 */
static bool put_aside(
    struct fake *f, struct request *r, struct MHD_Connection *connection)
{
	const json_t *wait = r->answer.effect.wait;
	int64_t delay_ms = faults_number(wait, "delay_ms", 0);
	const char *hold = faults_string(wait, "hold");

	if (hold == NULL && delay_ms <= 0 && !faults_is_true(wait, "hang"))
		return false;
	r->parked.connection = connection;
	r->parked.hold = hold;
	if (hold == NULL && !faults_is_true(wait, "hang"))
		r->parked.until_mono_ms = when_mono_ms() + delay_ms;
	MHD_suspend_connection(connection);
	if (park_add(f->park, &r->parked))
		return true;
	MHD_resume_connection(connection);
	return true;
}

static enum MHD_Result serve_api(struct fake *f, struct request *r,
    struct MHD_Connection *connection, const char *path, const char *method)
{
	bool is_aside = false;

	pthread_mutex_lock(&f->lock);
	if (!r->is_decided) {
		r->is_decided = r->is_counted = true;
		r->answer.asked = &r->body;
		r->number =
		    answer_begin(f, &r->answer, connection, method, path);
		if (!faults_is_true(r->answer.effect.wait, "late"))
			answer_make(f, &r->answer, connection, method, path);
		is_aside = put_aside(f, r, connection);
	}
	if (is_aside) {
		pthread_mutex_unlock(&f->lock);
		return MHD_YES;
	}
	if (!r->answer.is_made)
		answer_make(f, &r->answer, connection, method, path);
	if (faults_is_true(r->answer.effect.wait, "hang"))
		r->answer.is_closing = true;
	count_end(f, r);
	pthread_mutex_unlock(&f->lock);
	return send_answer(r, connection);
}

static enum MHD_Result serve_receiver(struct fake *f, struct request *r,
    struct MHD_Connection *connection, const char *path, const char *method)
{
	if (!r->is_decided) {
		r->is_decided = true;
		pthread_mutex_lock(&f->lock);
		receiver_begin(f, &r->answer, &r->body);
		receiver_take(
		    f, &r->answer, connection, method, path, &r->body);
		pthread_mutex_unlock(&f->lock);
		if (put_aside(f, r, connection))
			return MHD_YES;
	}
	if (faults_is_true(r->answer.effect.wait, "hang"))
		r->answer.is_closing = true;
	return send_answer(r, connection);
}

static void take_body(struct request *r, const char *data, size_t len)
{
	if (r->body.len + len > MAX_BODY)
		r->is_too_large = true;
	else
		text_add(&r->body, data, len);
}

/* The signature is libmicrohttpd's. */
/* NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
    const char *path, const char *method, const char *version, const char *data,
    size_t *data_len, void **cookie)
{
	struct fake *f = cls;
	struct request *r = *cookie;

	(void)version;
	if (r == NULL) {
		*cookie = r = text_need(sizeof(*r));
		r->is_control = strncmp(path, "/_control/", 10) == 0;
		return MHD_YES;
	}
	if (*data_len > 0) {
		take_body(r, data, *data_len);
		*data_len = 0;
		return MHD_YES;
	}
	if (r->is_control)
		return serve_control(f, r, connection, path + 10, method);
	if (receiver_is_meant(path))
		return serve_receiver(f, r, connection, path, method);
	return serve_api(f, r, connection, path, method);
}

static void on_end(void *cls, struct MHD_Connection *connection, void **cookie,
    enum MHD_RequestTerminationCode code)
{
	struct fake *f = cls;
	struct request *r = *cookie;

	(void)connection;
	(void)code;
	if (r == NULL)
		return;
	pthread_mutex_lock(&f->lock);
	count_end(f, r); /* its client was gone before it was answered */
	answer_fini(&r->answer);
	pthread_mutex_unlock(&f->lock);
	text_fini(&r->body);
	free(r);
	*cookie = NULL;
}

/*
 * An escaped slash in a path is not one that parts it: paths stay as they are
 * (provider_route unescapes what it takes out of them), arguments do not.
 */
static size_t unescape(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return *text == '/' ? strlen(text) : MHD_http_unescape(text);
}

struct server *server_open(struct fake *f, unsigned port, unsigned threads)
{
	struct server *s = text_need(sizeof(*s));
	const union MHD_DaemonInfo *info;
	struct sockaddr_in address;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fake = f;
	s->daemon = MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
	    NULL, on_request, f, MHD_OPTION_SOCK_ADDR, &address,
	    MHD_OPTION_NOTIFY_COMPLETED, on_end, f,
	    MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL,
	    MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)MAX_CONNECTIONS, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u,
	    MHD_OPTION_END);
	info = s->daemon
		   ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT)
		   : NULL;
	if (info == NULL) {
		perror("fake-provider: cannot listen");
		server_close(s);
		return NULL;
	}
	s->port = info->port;
	return s;
}

unsigned server_port(const struct server *s)
{
	return s->port;
}

void server_close(struct server *s)
{
	if (s == NULL)
		return;
	park_close(s->fake->park);
	if (s->daemon != NULL)
		MHD_stop_daemon(s->daemon);
	free(s);
}
