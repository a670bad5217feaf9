#include <stdlib.h>
#include <string.h>

#include "tests/fake/text.h"
#include "tests/fake/faults.h"

enum { WAIT = 1, VIEW = 2, ANSWER = 4, MAX_FAULTS = 4096 };

/* Every member that a fault may have, and the part that it belongs to. */
static const struct {
	const char *name;
	unsigned part;
} members[] = {{"kind", 0}, {"id", 0}, {"route", 0}, {"skip", 0}, {"count", 0},
    {"hold", WAIT}, {"delay_ms", WAIT}, {"hang", WAIT}, {"late", WAIT},
    {"stale_back", VIEW}, {"stale_ms", VIEW}, {"status", ANSWER},
    {"headers", ANSWER}, {"body", ANSWER}, {"text", ANSWER}, {"bytes", ANSWER},
    {"depth", ANSWER}, {"members", ANSWER}, {"content_type", ANSWER},
    {"truncate", ANSWER}, {"close", ANSWER}};

int64_t faults_number(const json_t *part, const char *name, int64_t fallback)
{
	const json_t *value = json_object_get(part, name);

	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

const char *faults_string(const json_t *part, const char *name)
{
	return json_string_value(json_object_get(part, name));
}

bool faults_is_true(const json_t *part, const char *name)
{
	return json_is_true(json_object_get(part, name));
}

static bool part_of(const char *name, unsigned *out)
{
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (strcmp(members[i].name, name) == 0) {
			*out |= members[i].part;
			return true;
		}
	}
	return false;
}

static void grow(struct faults *f)
{
	size_t cap = f->cap ? f->cap * 2 : 8;
	struct fault *items = text_need(cap * sizeof(*items));

	if (f->len > 0)
		memcpy(items, f->items, f->len * sizeof(*items));
	free(f->items);
	f->items = items;
	f->cap = cap;
}

const char *faults_add(struct faults *f, json_t *spec, int kind)
{
	struct fault *fault;
	unsigned parts = 0;
	const char *name;
	json_t *value;

	json_object_foreach(spec, name, value)
	{
		if (!part_of(name, &parts))
			return "a fault has no such member";
	}
	if (parts == 0)
		return "a fault must do something";
	if (f->len == MAX_FAULTS)
		return "there are too many faults";
	if (f->len == f->cap)
		grow(f);
	fault = &f->items[f->len++];
	fault->spec = json_incref(spec);
	fault->kind = kind;
	fault->id = faults_string(spec, "id");
	fault->route = faults_string(spec, "route");
	fault->skip = faults_number(spec, "skip", 0);
	fault->left = faults_number(spec, "count", 1);
	fault->parts = parts;
	if (fault->left <= 0)
		fault->left = -1;
	return NULL;
}

static void remove_at(struct faults *f, size_t i)
{
	json_decref(f->items[i].spec);
	memmove(&f->items[i], &f->items[i + 1],
	    (f->len - i - 1) * sizeof(f->items[0]));
	f->len--;
}

static bool has_members(const json_t *spec, json_t *wanted)
{
	const char *name;
	json_t *value;

	json_object_foreach(wanted, name, value)
	{
		const json_t *own = json_object_get(spec, name);

		if (own == NULL ||
		    (!json_is_true(value) && !json_equal(value, own)))
			return false;
	}
	return true;
}

size_t faults_clear(struct faults *f, json_t *spec)
{
	size_t before = f->len;
	size_t i = 0;

	while (i < f->len) {
		if (has_members(f->items[i].spec, spec))
			remove_at(f, i);
		else
			i++;
	}
	return before - f->len;
}

static bool hits(
    const struct fault *fault, int kind, const char *id, const char *route)
{
	return (fault->kind < 0 || fault->kind == kind) &&
	       (fault->id == NULL || strcmp(fault->id, id) == 0) &&
	       (fault->route == NULL || strcmp(fault->route, route) == 0);
}

/* Gives the parts of SPEC that no older fault has given. */
static void give(const struct fault *fault, unsigned parts, struct effect *out)
{
	if (parts & WAIT)
		out->wait = json_incref(fault->spec);
	if (parts & VIEW)
		out->view = json_incref(fault->spec);
	if (parts & ANSWER)
		out->answer = json_incref(fault->spec);
}

void faults_pick(struct faults *f, int kind, const char *id, const char *route,
    struct effect *out)
{
	unsigned given = 0;
	size_t i = 0;

	memset(out, 0, sizeof(*out));
	while (i < f->len) {
		struct fault *fault = &f->items[i++];

		if ((fault->parts & given) != 0 ||
		    !hits(fault, kind, id, route))
			continue;
		if (fault->skip > 0) {
			fault->skip--;
			continue;
		}
		give(fault, fault->parts, out);
		given |= fault->parts;
		if (fault->left > 0 && --fault->left == 0)
			remove_at(f, --i);
	}
}

void faults_drop(struct effect *e)
{
	json_decref(e->wait);
	json_decref(e->view);
	json_decref(e->answer);
	memset(e, 0, sizeof(*e));
}

json_t *faults_list(const struct faults *f)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < f->len; i++) {
		json_t *item = json_deep_copy(f->items[i].spec);

		json_object_set_new(
		    item, "left", json_integer(f->items[i].left));
		json_array_append_new(list, item);
	}
	return list;
}

void faults_fini(struct faults *f)
{
	while (f->len > 0)
		remove_at(f, f->len - 1);
	free(f->items);
	memset(f, 0, sizeof(*f));
}
