#include <stdlib.h>
#include <string.h>

#include "tests/fake/faults.h"
#include "tests/fake/spoil.h"

enum { DEEP_LEVELS = 10000, HUGE_BYTES = 10 * 1024 * 1024 };

typedef void spoil_fn(
    const struct provider *p, const json_t *fault, struct text *body);

static void replace(struct text *body, const char *s)
{
	text_fini(body);
	text_adds(body, s);
}

static void html(
    const struct provider *p, const json_t *fault, struct text *body)
{
	(void)p;
	(void)fault;
	replace(body, "<!DOCTYPE html>\n<html><head><title>Maintenance"
		      "</title></head><body><h1>We will be back soon</h1>"
		      "</body></html>\n");
}

static void empty(
    const struct provider *p, const json_t *fault, struct text *body)
{
	(void)p;
	(void)fault;
	replace(body, "");
}

/* Bytes of a fixed sequence, high ones and control ones among them. */
static void garbage(
    const struct provider *p, const json_t *fault, struct text *body)
{
	int64_t len = faults_number(fault, "bytes", 512);
	unsigned x = 12345;

	(void)p;
	replace(body, "");
	while (len-- > 0) {
		x = x * 1103515245u + 12345u;
		text_fill(body, (int)(x >> 16) & 0xff, 1);
	}
}

static void nul(
    const struct provider *p, const json_t *fault, struct text *body)
{
	(void)p;
	(void)fault;
	text_insert(body, body->len / 2, "\0\0\0", 3);
}

/* A NUL inside the first string that is the value of a "status". */
static void nul_escaped(
    const struct provider *p, const json_t *fault, struct text *body)
{
	static const char needle[] = "\"status\":\"";
	size_t at = text_find(body, needle);

	(void)p;
	(void)fault;
	if (at != (size_t)-1)
		text_insert(body, at + sizeof(needle) + 2, "\\u0000", 6);
}

static void deep(
    const struct provider *p, const json_t *fault, struct text *body)
{
	size_t depth = (size_t)faults_number(fault, "depth", DEEP_LEVELS);

	(void)p;
	replace(body, "{\"data\":");
	text_fill(body, '[', depth);
	text_fill(body, ']', depth);
	text_adds(body, "}");
}

/* The good document, with so much more that nobody should take it. */
static void huge(
    const struct provider *p, const json_t *fault, struct text *body)
{
	size_t len = (size_t)faults_number(fault, "bytes", HUGE_BYTES);
	struct text whole = {0};

	(void)p;
	text_adds(&whole, "{\"padding\":\"");
	text_fill(&whole, 'x', len);
	text_adds(&whole, "\",");
	if (body->len > 0)
		text_add(&whole, body->bytes + 1, body->len - 1);
	text_fini(body);
	*body = whole;
}

static json_t *other_type(const json_t *value)
{
	if (json_is_string(value))
		return json_integer(7);
	if (json_is_number(value))
		return json_string("seven");
	if (json_is_object(value))
		return json_array();
	if (json_is_array(value))
		return json_object();
	return json_is_null(value) ? json_true() : json_string("");
}

static json_t *attributes_of(const struct provider *p, json_t *document)
{
	json_t *data = json_object_get(document, "data");

	data = data ? data : document;
	return p->attributes ? json_object_get(data, p->attributes) : data;
}

static bool is_chosen(const json_t *fault, const char *name)
{
	const json_t *chosen = json_object_get(fault, "members");
	const json_t *item;
	size_t i;

	if (chosen == NULL)
		return true;
	json_array_foreach(chosen, i, item)
	{
		if (json_is_string(item) &&
		    strcmp(json_string_value(item), name) == 0)
			return true;
	}
	return false;
}

/* Every attribute (or those in "members") becomes another type. */
static void wrong_types(
    const struct provider *p, const json_t *fault, struct text *body)
{
	json_t *document = json_loadb(body->bytes, body->len, 0, NULL);
	json_t *attributes = attributes_of(p, document);
	json_t *wrong = json_object();
	const char *name;
	json_t *value;

	json_object_foreach(attributes, name, value)
	{
		if (is_chosen(fault, name))
			json_object_set_new(wrong, name, other_type(value));
	}
	json_object_update(attributes, wrong);
	json_decref(wrong);
	replace(body, "");
	provider_render(document, body);
	json_decref(document);
}

/* A second "status" in front of the true one. */
static void duplicate_keys(
    const struct provider *p, const json_t *fault, struct text *body)
{
	static const char twin[] = "\"status\":\"duplicate\",";
	size_t at = text_find(body, "\"status\":");

	(void)p;
	(void)fault;
	if (at != (size_t)-1)
		text_insert(body, at, twin, sizeof(twin) - 1);
}

static void array(
    const struct provider *p, const json_t *fault, struct text *body)
{
	(void)p;
	(void)fault;
	text_insert(body, 0, "[", 1);
	text_adds(body, "]");
}

static void null(
    const struct provider *p, const json_t *fault, struct text *body)
{
	(void)p;
	(void)fault;
	replace(body, "null");
}

static const struct {
	const char *name;
	spoil_fn *spoil;
	const char *content_type;
} ways[] = {{"html", html, "text/html"}, {"empty", empty, NULL},
    {"garbage", garbage, NULL}, {"nul", nul, NULL},
    {"nul_escaped", nul_escaped, NULL}, {"deep", deep, NULL},
    {"huge", huge, NULL}, {"wrong_types", wrong_types, NULL},
    {"duplicate_keys", duplicate_keys, NULL}, {"array", array, NULL},
    {"null", null, NULL}};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

bool spoil_is_known(const char *name)
{
	size_t i;

	for (i = 0; i < WAYS; i++) {
		if (strcmp(ways[i].name, name) == 0)
			return true;
	}
	return false;
}

const char *spoil_body(
    const struct provider *p, const json_t *fault, struct text *body)
{
	const char *name = faults_string(fault, "body");
	const char *text = faults_string(fault, "text");
	size_t i;

	if (text != NULL)
		replace(body, text);
	for (i = 0; name != NULL && i < WAYS; i++) {
		if (strcmp(ways[i].name, name) != 0)
			continue;
		ways[i].spoil(p, fault, body);
		return ways[i].content_type;
	}
	return NULL;
}
