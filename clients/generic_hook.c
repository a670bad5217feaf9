/*
 * What a notification is about. Every rule whose conditions hold names objects,
 * an object is named once; of the body nothing else is taken. The answers to
 * the sender tell nothing of the configuration, so not even a pointer.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/generic.h"

enum {
	FIELDS_MAX = 200, /* of a form */
	EVENTS_MAX = 1000
};

/* ---- bodies ---------------------------------------------------------------
 */

/*
 * One name or value of a form as text, in which '+' is a blank; NULL: it is
 * none. `room` holds twice what the form is long.
 */
static json_t *form_text(const char *data, size_t len, char *room)
{
	char *text = room + len;
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		room[i] = data[i] == '+' ? ' ' : data[i];
	if (text_unescape(room, len, text, len + 1, &n) != 0 ||
	    strlen(text) != n)
		return NULL;
	return json_stringn(text, n);
}

/*
 * A name that is there twice could be read in two ways, so it is refused, as it
 * is in JSON.
 */
static bool take_field(json_t *form, const char *data, size_t len, char *room)
{
	const char *equals = memchr(data, '=', len);
	size_t n = equals != NULL ? (size_t)(equals - data) : len;
	json_t *name = form_text(data, n, room);
	json_t *value;
	bool taken;

	n += equals != NULL;
	value = form_text(data + n, len - n, room);
	taken = name != NULL && value != NULL &&
		json_object_get(form, json_string_value(name)) == NULL &&
		json_object_set(form, json_string_value(name), value) == 0;
	json_decref(name);
	json_decref(value);
	return taken;
}

static bool take_fields(
    json_t *form, const struct client_hook *hook, char *room)
{
	const char *data = hook->body;
	size_t len = hook->len;
	bool fine = true;

	for (size_t i = 0; fine && len > 0; i++) {
		const char *stop = memchr(data, '&', len);
		size_t n = stop != NULL ? (size_t)(stop - data) : len;

		fine = i < FIELDS_MAX &&
		       (n == 0 || take_field(form, data, n, room));
		n += stop != NULL;
		data += n;
		len -= n;
	}
	return fine;
}

/* A form as an object of texts. */
static int parse_form(
    const struct client_hook *hook, field_value **out, struct err_text *err)
{
	char *room = malloc(2 * hook->len + 1);
	json_t *form = json_object();
	int rc = 0;

	if (room == NULL || form == NULL)
		rc = err_set(err, ERR_FAIL, "no memory");
	else if (!take_fields(form, hook, room))
		rc = err_set(err, ERR_BAD, "not a form");
	free(room);
	if (rc == 0)
		*out = form;
	else
		json_decref(form);
	return rc;
}

/* ---- ids ------------------------------------------------------------------
 */

/* A notification while it is read. */
struct event {
	struct generic_spot at; /* the body, or one of its events */
	struct arena *arena;
	const char *delivery_id;
	struct client_notices *out;
};

static const char bad_id[] = "an id is not there, or not of its form";

/* An id, as text or as a JSON integer. NULL: it is none. */
static const char *id_of(const field_value *value,
    const struct generic_form *form, struct arena *arena)
{
	const char *id = NULL;

	if (json_is_string(value) && json_string_length(value) <= NAME_ID_MAX)
		id = arena_text(arena, json_string_value(value));
	else if (json_is_integer(value) && json_integer_value(value) >= 0)
		id = field_pointer(value, "", arena);
	return generic_id(form, id, arena);
}

static bool is_named(
    const struct client_notices *out, const struct client_notice *notice)
{
	for (size_t i = 0; i < out->n; i++) {
		if (strcmp(out->items[i].kind, notice->kind) == 0 &&
		    strcmp(out->items[i].id, notice->id) == 0)
			return true;
	}
	return false;
}

static int add_one(struct event *e, const struct generic_link *link,
    const field_value *value, const char *parent, struct err_text *err)
{
	const struct client_notice notice = {.kind = link->to->name,
	    .id = id_of(value, &link->to->form, e->arena),
	    .parent_kind = link->to->parent,
	    .parent_id = parent,
	    .delivery_id = e->delivery_id};

	if (arena_failed(e->arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	if (notice.id == NULL)
		return err_set(err, ERR_BAD, "%s", bad_id);
	if (is_named(e->out, &notice))
		return 0;
	if (e->out->n == CLIENT_NOTICES_MAX)
		return err_set(err, ERR_BAD,
		    "more than %d objects in one notification",
		    CLIENT_NOTICES_MAX);
	e->out->items[e->out->n++] = notice;
	return 0;
}

/* The parent that goes with the id; 0 with NULL: the kind has none. */
static int take_parent(struct event *e, const struct generic_link *link,
    const char **out, struct err_text *err)
{
	bool wrong;

	*out = NULL;
	if (link->to->parent == NULL)
		return 0;
	*out = id_of(field_find(e->at.value, link->parent, &wrong),
	    &link->to->parent_form, e->arena);
	if (arena_failed(e->arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	return *out != NULL ? 0 : err_set(err, ERR_BAD, "%s", bad_id);
}

/* An id that is null names nothing; one that is not there is a mistake. */
static int take_rule(
    struct event *e, const struct generic_rule *rule, struct err_text *err)
{
	const struct generic_link *link = &rule->link;
	const char *parent;
	bool wrong;
	const field_value *value = field_find(e->at.value, link->id, &wrong);
	int rc;

	if (json_is_null(value) || (value == NULL && rule->optional && !wrong))
		return 0;
	if (value == NULL)
		return err_set(err, ERR_BAD, "%s", bad_id);
	rc = take_parent(e, link, &parent, err);
	if (rc != 0 || !json_is_array(value))
		return rc != 0 ? rc : add_one(e, link, value, parent, err);
	for (size_t i = 0; rc == 0 && i < json_array_size(value); i++)
		rc = add_one(e, link, json_array_get(value, i), parent, err);
	return rc;
}

static int take_event(
    struct event *e, const struct generic_notification *n, struct err_text *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n->n_rules; i++) {
		if (generic_holds(&e->at, &n->rules[i].when))
			rc = take_rule(e, &n->rules[i], err);
	}
	return rc;
}

static int take_events(
    struct event *e, const struct generic_notification *n, struct err_text *err)
{
	bool wrong;
	const field_value *list;
	int rc = 0;

	if (n->each == NULL)
		return take_event(e, n, err);
	list = field_find(e->at.value, n->each, &wrong);
	if (!json_is_array(list) || json_array_size(list) > EVENTS_MAX)
		return err_set(err, ERR_BAD, "not a list of events");
	for (size_t i = 0; rc == 0 && i < json_array_size(list); i++) {
		e->at = generic_element(list, n->each, i);
		rc = take_event(e, n, err);
	}
	return rc;
}

/* The sender's name of the delivery: what cannot be one is as good as none. */
static const char *delivery_of(const struct generic_notification *n,
    const struct client_hook *hook, const field_value *root,
    struct arena *arena)
{
	const char *id = NULL;

	if (n->delivery_header != NULL && hook->header != NULL)
		id = arena_text(
		    arena, hook->header(hook->cookie, n->delivery_header));
	else if (n->delivery != NULL)
		id = field_pointer(root, n->delivery, arena);
	return id != NULL && name_id_is_valid(id) ? id : NULL;
}

static int take_body(const struct generic_options *options,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	field_value *root = NULL;
	struct event e = {.arena = arena, .out = out};
	int rc = options->notification.is_form
		     ? parse_form(hook, &root, err)
		     : field_parse(hook->body, hook->len, CLIENT_JSON_DEPTH_MAX,
			   &root, err);

	if (rc != 0)
		return rc;
	e.at = (struct generic_spot){.value = root, .where = ""};
	e.delivery_id = delivery_of(&options->notification, hook, root, arena);
	rc = take_events(&e, &options->notification, err);
	field_free(root);
	if (rc == 0 && out->n == 0)
		out->ignored = "it is about nothing that is tracked";
	return rc;
}

int generic_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	const struct generic_options *options = provider->options;
	int rc;

	memset(out, 0, sizeof(*out));
	if (options == NULL)
		return err_set(err, ERR_FAIL, "it is not configured");
	if (!generic_verify(provider, &options->verify, hook))
		return err_set(
		    err, ERR_DENIED, "the signature is missing or wrong");
	rc = take_body(options, hook, arena, out, err);
	if (rc != 0)
		memset(out, 0, sizeof(*out));
	return rc;
}
