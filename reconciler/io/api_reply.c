#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "reconciler/base/buf.h"

#include "reconciler/io/api_tag.h"
#include "reconciler/io/http.h"

#include "reconciler/io/api_reply.h"

enum { CACHE_TEXT = 48 };

static const char problem_type[] = "application/problem+json";

static const struct {
	int status;
	const char *title;
} titles[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

static const char *title_of(int status)
{
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		if (titles[i].status == status)
			return titles[i].title;
	}
	return "Error";
}

static void count(const struct api_asker *asker, int status)
{
	enum api_outcome outcome = API_FAILED;

	if (status == 401)
		outcome = API_UNAUTHORIZED;
	else if (status == 304)
		outcome = API_UNCHANGED;
	else if (status < 400)
		outcome = API_SERVED;
	else if (status < 500)
		outcome = API_REFUSED;
	atomic_fetch_add_explicit(
	    &asker->counts->n[outcome], 1, memory_order_relaxed);
}

void api_reply_message(
    const struct api_asker *asker, const struct http_message *message)
{
	count(asker, message->status);
	http_send(asker->exchange, message);
}

/* ---- problems ----------------------------------------------------------- */

static json_t *problem_new(int status, const char *detail)
{
	return json_pack("{s:s, s:s, s:i, s:s}", "type", "about:blank", "title",
	    title_of(status), "status", status, "detail", detail);
}

/* Takes over json, which may be NULL. header may be NULL. */
static void send_problem(const struct api_asker *asker, int status,
    json_t *json, const struct http_header *header)
{
	char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	const char *body = text != NULL ? text : "{}";
	struct http_header headers[2] = {{"Cache-Control", "no-store"}};

	if (header != NULL)
		headers[1] = *header;
	const struct http_message message = {
	    .status = status,
	    .type = problem_type,
	    .body = body,
	    .len = strlen(body),
	    .headers = headers,
	    .n_headers = header != NULL ? 2 : 1,
	};

	api_reply_message(asker, &message);
	free(text);
	json_decref(json);
}

void api_reply_problem(
    const struct api_asker *asker, int status, const char *detail)
{
	static const struct http_header ask = {
	    "WWW-Authenticate", "Bearer realm=\"trueup\""};
	static const struct http_header again = {"Retry-After", "1"};
	const struct http_header *header = NULL;

	if (status == 401)
		header = &ask;
	else if (status == 503)
		header = &again;
	send_problem(asker, status, problem_new(status, detail), header);
}

void api_reply_wrong_method(const struct api_asker *asker, const char *allow)
{
	const struct http_header header = {"Allow", allow};

	send_problem(asker, 405,
	    problem_new(405, "this path does not take that method"), &header);
}

void api_reply_gone(
    const struct api_asker *asker, const char *detail, uint64_t first)
{
	json_t *json = problem_new(410, detail);

	if (json != NULL)
		json_object_set_new(
		    json, "first", json_integer((json_int_t)first));
	send_problem(asker, 410, json, NULL);
}

struct http_reply *api_reply_fixed(int status, const char *detail)
{
	static const struct http_header headers[] = {
	    {"Cache-Control", "no-store"}};
	json_t *json = problem_new(status, detail);
	char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	struct http_reply *reply = NULL;

	if (text != NULL)
		reply = http_reply_new(status, problem_type, text, headers, 1);
	free(text);
	json_decref(json);
	return reply;
}

/* ---- bodies ------------------------------------------------------------- */

static const char *cache_text(int64_t max_age_s, char out[CACHE_TEXT])
{
	if (max_age_s < 0)
		return "no-store";
	(void)snprintf(out, CACHE_TEXT, "private, max-age=%" PRId64, max_age_s);
	return out;
}

static const char *type_of(enum api_body_kind kind)
{
	static const char metrics[] = "application/openmetrics-text; "
				      "version=1.0.0; charset=utf-8";
	static const char *const types[] = {
	    [API_BODY_JSON] = "application/json",
	    [API_BODY_LINES] = "application/x-ndjson",
	    [API_BODY_METRICS] = metrics,
	};

	return types[kind];
}

void api_reply_body(const struct api_asker *asker, const struct api_body *body)
{
	const char *text = buf_text(body->text);
	char tag[API_TAG_MAX];
	char cache[CACHE_TEXT];
	struct http_message message = {.status = 200,
	    .type = type_of(body->kind),
	    .body = text,
	    .len = body->text->len};

	if (body->text->error != 0) {
		api_reply_problem(
		    asker, 500, "the answer is too large, or memory is short");
		return;
	}
	api_tag_make(text, tag);
	if (api_tag_match(body->if_none_match, tag)) {
		message.status = 304;
		message.type = NULL;
		message.len = 0;
	}
	const struct http_header headers[] = {
	    {"Cache-Control", cache_text(body->max_age_s, cache)},
	    {"ETag", tag}};
	message.headers = headers;
	message.n_headers = body->kind == API_BODY_METRICS ? 1 : 2;
	api_reply_message(asker, &message);
}
