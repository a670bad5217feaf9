#include <stdlib.h>

#include <jansson.h>

#include "reconciler/io/http.h"

#include "reconciler/io/replies.h"

static const char media_type[] = "application/json";

static struct http_reply *fixed(
    int status, const char *body, const char *name, const char *value)
{
	const struct http_header header = {name, value};

	return http_reply_new(
	    status, media_type, body, &header, name != NULL ? 1 : 0);
}

struct replies *replies_new(void)
{
	struct replies *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->received = fixed(200, "{\"received\":true}", NULL, NULL);
	r->healthy = fixed(200, "{\"healthy\":true}", NULL, NULL);
	r->unavailable =
	    fixed(503, "{\"error\":\"cannot store now, try again later\"}",
		"Retry-After", "5");
	r->unknown = fixed(404, "{\"error\":\"not found\"}", NULL, NULL);
	r->only_post =
	    fixed(405, "{\"error\":\"method not allowed\"}", "Allow", "POST");
	r->only_get = fixed(
	    405, "{\"error\":\"method not allowed\"}", "Allow", "GET, HEAD");
	r->too_large = fixed(413, "{\"error\":\"body too large\"}", NULL, NULL);
	r->malformed =
	    fixed(400, "{\"error\":\"malformed request\"}", NULL, NULL);
	if (r->received != NULL && r->healthy != NULL &&
	    r->unavailable != NULL && r->unknown != NULL &&
	    r->only_post != NULL && r->only_get != NULL &&
	    r->too_large != NULL && r->malformed != NULL)
		return r;
	replies_free(r);
	return NULL;
}

void replies_free(struct replies *replies)
{
	if (replies == NULL)
		return;
	http_reply_free(replies->received);
	http_reply_free(replies->healthy);
	http_reply_free(replies->unavailable);
	http_reply_free(replies->unknown);
	http_reply_free(replies->only_post);
	http_reply_free(replies->only_get);
	http_reply_free(replies->too_large);
	http_reply_free(replies->malformed);
	free(replies);
}

/* An answer with a text of its own. Takes over json, which may be NULL. */
static void answer(const struct replies *replies,
    struct http_exchange *exchange, int status, json_t *json)
{
	char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	struct http_reply *reply = NULL;

	if (text != NULL)
		reply = http_reply_new(status, media_type, text, NULL, 0);
	http_answer(exchange, reply != NULL ? reply : replies->unavailable);
	http_reply_free(reply);
	free(text);
	json_decref(json);
}

void replies_error(const struct replies *replies,
    struct http_exchange *exchange, int status, const char *text)
{
	answer(replies, exchange, status, json_pack("{s:s}", "error", text));
}

void replies_ignored(const struct replies *replies,
    struct http_exchange *exchange, const char *text)
{
	answer(replies, exchange, 200,
	    json_pack("{s:b, s:s}", "received", 1, "ignored", text));
}
