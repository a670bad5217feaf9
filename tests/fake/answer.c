#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

#include "tests/fake/spoil.h"
#include "tests/fake/when.h"
#include "tests/fake/answer.h"

enum { BLOCK_BYTES = 16 * 1024 };

const char *answer_query(void *connection, const char *name)
{
	return MHD_lookup_connection_value(
	    connection, MHD_GET_ARGUMENT_KIND, name);
}

/* JSON wants valid UTF-8, and a log wants one line. */
static void printable(const char *from, char *out, size_t out_bytes)
{
	size_t i;

	for (i = 0; from[i] != '\0' && i + 1 < out_bytes; i++)
		out[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	out[i] = '\0';
}

static enum MHD_Result add_header(
    void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	char text[1024];

	(void)kind;
	printable(value ? value : "", text, sizeof(text));
	json_object_set_new(cls, name, json_string(text));
	return MHD_YES;
}

uint64_t answer_begin(struct fake *f, struct answer *a,
    struct MHD_Connection *connection, const char *method, const char *path)
{
	const struct provider *p = f->provider;
	char id[STATE_ID_BYTES];
	char shown[256];
	const struct route *route = provider_route(p, path, id, sizeof(id));
	const char *pattern = route ? route->pattern : "other";
	int kind = route ? route->kind : -1;
	json_t *headers = json_object();

	MHD_get_connection_values(
	    connection, MHD_HEADER_KIND, add_header, headers);
	printable(path, shown, sizeof(shown));
	faults_pick(&f->faults, kind, id, pattern, &a->effect);
	return stats_begin(&f->stats, method, shown, pattern,
	    kind < 0 ? NULL : p->kinds[kind].name, id, headers);
}

static void fail(
    const struct fake *f, struct answer *a, int status, const char *detail)
{
	json_t *error = f->provider->error(status, detail);

	a->status = status;
	text_fini(&a->body);
	provider_render(error, &a->body);
	json_decref(error);
}

static bool has_key(const struct fake *f, struct MHD_Connection *connection,
    const char *header, const char *prefix)
{
	const char *value =
	    MHD_lookup_connection_value(connection, MHD_HEADER_KIND, header);
	size_t len = strlen(prefix);

	return value != NULL && strncmp(value, prefix, len) == 0 &&
	       strcmp(value + len, f->key) == 0;
}

static const char *authorization(struct MHD_Connection *connection)
{
	return MHD_lookup_connection_value(
	    connection, MHD_HEADER_KIND, "Authorization");
}

static bool is_allowed(struct fake *f, struct MHD_Connection *connection)
{
	const struct provider *p = f->provider;

	if (p->token_path != NULL)
		return token_is_good(&f->tokens, f->quirks,
		    authorization(connection), when_now_ms());
	return f->key[0] == '\0' ||
	       has_key(f, connection, p->key_header, p->key_prefix) ||
	       (p->bare_header != NULL &&
		   has_key(f, connection, p->bare_header, ""));
}

static bool has_query(struct MHD_Connection *connection)
{
	return MHD_get_connection_values(
		   connection, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0;
}

/* Whether the answer is the same as long as the object does not change. */
static bool is_plain(const struct fake *f, const struct ask *ask,
    const struct route *route, struct MHD_Connection *connection)
{
	return ask->object != NULL && route->is_plain && !f->state.is_hiding &&
	       ask->view.back == 0 && ask->view.at_mono_ms == 0 &&
	       !has_query(connection);
}

static void render(struct fake *f, struct answer *a, const struct ask *ask,
    const struct route *route, struct MHD_Connection *connection)
{
	bool keep = is_plain(f, ask, route, connection);
	json_t *document;

	a->status = 200;
	if (keep && ask->object->rendered.len > 0) {
		text_add(&a->body, ask->object->rendered.bytes,
		    ask->object->rendered.len);
		return;
	}
	document = route->answer(ask);
	if (document == NULL) {
		fail(f, a, 404, "No such object.");
		return;
	}
	provider_render(document, &a->body);
	json_decref(document);
	if (keep)
		text_add(&ask->object->rendered, a->body.bytes, a->body.len);
}

static void answer_route(struct fake *f, struct answer *a,
    const struct route *route, const char *path, const char *id,
    const json_t *body, struct MHD_Connection *connection)
{
	const json_t *old = a->effect.view;
	struct ask ask = {.state = &f->state,
	    .base_url = f->base_url,
	    .path = path,
	    .quirks = f->quirks,
	    .query = answer_query,
	    .cookie = connection,
	    .body = body};

	ask.view.now_mono_ms = when_mono_ms();
	ask.view.back = faults_number(old, "stale_back", 0);
	if (faults_number(old, "stale_ms", 0) > 0)
		ask.view.at_mono_ms =
		    ask.view.now_mono_ms - faults_number(old, "stale_ms", 0);
	if (route->kind >= 0) {
		ask.object = state_find(&f->state, route->kind, id);
		if (ask.object != NULL && ask.object->hidden_requests > 0) {
			ask.object->hidden_requests--;
			ask.object = NULL;
		}
		if (ask.object == NULL ||
		    state_see(ask.object, &ask.view) == NULL) {
			fail(f, a, 404, "No such object.");
			return;
		}
	}
	render(f, a, &ask, route, connection);
}

/* A token for the key; its lifetime is in it. */
static void answer_token(struct fake *f, struct answer *a,
    struct MHD_Connection *connection, const char *method)
{
	json_t *document;

	if (strcmp(method, "POST") != 0) {
		a->allow = "POST";
		fail(f, a, 405, "This path can only be posted to.");
		return;
	}
	if (!token_is_key(f->key, authorization(connection))) {
		fail(f, a, 401, "Unauthorized");
		return;
	}
	document = json_pack(
	    "{s:s}", "token", token_sell(&f->tokens, f->quirks, when_now_ms()));
	a->status = 200;
	provider_render(document, &a->body);
	json_decref(document);
}

static bool is_token_path(const struct fake *f, const char *path)
{
	return f->provider->token_path != NULL &&
	       strcmp(f->provider->token_path, path) == 0;
}

/* A search is asked with an object, if with anything. */
static void answer_search(struct fake *f, struct answer *a,
    const struct route *route, const char *path,
    struct MHD_Connection *connection)
{
	const char *type = MHD_lookup_connection_value(
	    connection, MHD_HEADER_KIND, "Content-Type");
	json_t *body = a->asked->len > 0
			   ? json_loadb(a->asked->bytes, a->asked->len, 0, NULL)
			   : json_object();

	if (!json_is_object(body) || type == NULL ||
	    strncmp(type, "application/json", 16) != 0)
		fail(f, a, 400, "The body is no JSON object.");
	else
		answer_route(f, a, route, path, "", body, connection);
	json_decref(body);
}

static void spoil(struct fake *f, struct answer *a)
{
	const json_t *how = a->effect.answer;
	int status = (int)faults_number(how, "status", a->status);
	const char *type;

	if (how == NULL)
		return;
	if (status != a->status)
		fail(f, a, status, "A fault that was asked for.");
	type = spoil_body(f->provider, how, &a->body);
	if (type != NULL)
		a->content_type = type;
	if (faults_string(how, "content_type") != NULL)
		a->content_type = faults_string(how, "content_type");
	a->is_closing = faults_is_true(how, "close");
}

void answer_make(struct fake *f, struct answer *a,
    struct MHD_Connection *connection, const char *method, const char *path)
{
	char id[STATE_ID_BYTES];
	const struct route *route =
	    provider_route(f->provider, path, id, sizeof(id));
	bool is_search = provider_is_search(f->provider, route);

	a->is_made = true;
	a->content_type = f->provider->content_type;
	if (is_token_path(f, path)) {
		answer_token(f, a, connection, method);
	} else if (!is_allowed(f, connection)) {
		fail(f, a, 401, "The API key is missing or wrong.");
	} else if (route == NULL) {
		fail(f, a, 404, "No such path.");
	} else if (strcmp(method, is_search ? "POST" : "GET") != 0) {
		a->allow = is_search ? "POST" : "GET";
		fail(f, a, 405, "This path takes another method.");
	} else if (is_search) {
		answer_search(f, a, route, path, connection);
	} else {
		answer_route(f, a, route, path, id, NULL, connection);
	}
	spoil(f, a);
}

/* Hands out the first bytes and then breaks the connection. */
static ssize_t read_cut(void *cls, uint64_t at, char *out, size_t max)
{
	const struct answer *a = cls;
	uint64_t end = (uint64_t)faults_number(a->effect.answer, "truncate", 0);

	if (end > a->body.len)
		end = a->body.len;
	if (at >= end)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (max > end - at)
		max = (size_t)(end - at);
	memcpy(out, a->body.bytes + at, max);
	return (ssize_t)max;
}

struct MHD_Response *answer_response(struct answer *a)
{
	json_t *headers = json_object_get(a->effect.answer, "headers");
	struct MHD_Response *response;
	const char *name;
	json_t *value;

	if (a->is_closing)
		return NULL;
	if (faults_number(a->effect.answer, "truncate", -1) >= 0)
		response = MHD_create_response_from_callback(
		    a->body.len, BLOCK_BYTES, read_cut, a, NULL);
	else
		response = MHD_create_response_from_buffer(
		    a->body.len, a->body.bytes, MHD_RESPMEM_PERSISTENT);
	if (response == NULL)
		return NULL;
	MHD_add_response_header(response, "Content-Type", a->content_type);
	if (a->allow != NULL)
		MHD_add_response_header(response, "Allow", a->allow);
	json_object_foreach(headers, name, value)
	{
		if (json_is_string(value))
			MHD_add_response_header(
			    response, name, json_string_value(value));
	}
	return response;
}

void answer_fini(struct answer *a)
{
	text_fini(&a->body);
	faults_drop(&a->effect);
}
