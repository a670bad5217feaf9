/*
 * Which objects a notification asks us to look at. Of most events only the name
 * is public, so that ids are taken by their name, wherever they stand in
 * `data`; all else in it (customerId, e-mail, licence keys) is left alone.
 */
#include <string.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/types.h"

#include "clients/ecosire.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { EVENT_MAX = 100 };

static const char ignored_event[] = "an event that is not known";
static const char ignored_ids[] = "it names no object that is tracked";

/* ECOSIRE, API webhooks. */
static const char *const events[] = {
    "checkout.completed",
    "invoice.paid",
    "subscription.deleted",
    "subscription.updated",
    "charge.refunded",
    "payment.failed",
    "license.activated",
    "license.revoked",
};

static const struct {
	const char *name;
	const char *kind;
} members[] = {
    {"orderId", ECOSIRE_ORDER},
    {"subscriptionId", ECOSIRE_SUBSCRIPTION},
    {"invoiceId", ECOSIRE_INVOICE},
    {"licenseId", ECOSIRE_LICENSE},
};

/* One object or list that is being walked through. */
struct level {
	json_t *value;
	void *member; /* of an object: the next one */
	size_t index; /* of a list: the next one */
};

/* A notification while it is read. */
struct event {
	const field_value *root;
	struct fields fields;
	struct client_notices *out;
	const char *delivery_id;
};

static bool is_genuine(
    const struct provider_settings *provider, const struct client_hook *hook)
{
	const struct signature_secrets secrets = {
	    provider->hook_secrets, provider->n_hook_secrets};
	const struct signature_part body = {hook->body, hook->len};

	return hook->header != NULL &&
	       signature_hmac(&secrets, &ecosire_options_of(provider)->scheme,
		   hook->header(hook->cookie, "X-Ecosire-Signature"), &body, 1);
}

static bool is_known(const char *event)
{
	for (size_t i = 0; i < COUNT(events); i++) {
		if (strcmp(events[i], event) == 0)
			return true;
	}
	return false;
}

/* The header's, as a retry has it too; without it the event's own id. */
static const char *delivery_of(struct event *e, const struct client_hook *hook)
{
	const char *id = hook->header(hook->cookie, "X-Ecosire-Delivery");

	if (id != NULL && name_id_is_valid(id))
		return arena_text(e->fields.arena, id);
	id = field_text(&e->fields, e->root, "id", NAME_ID_MAX);
	return id != NULL && name_id_is_valid(id) ? id : NULL;
}

static bool is_taken(const struct event *e, const char *kind, const char *id)
{
	for (size_t i = 0; i < e->out->n; i++) {
		if (strcmp(e->out->items[i].kind, kind) == 0 &&
		    strcmp(e->out->items[i].id, id) == 0)
			return true;
	}
	return false;
}

static void take(
    struct event *e, const char *name, const char *kind, const json_t *value)
{
	const struct client_kind *known =
	    client_kind_find(&ecosire_client, kind);
	const char *id = json_string_value(value);

	if (json_is_null(value))
		return;
	if (id != NULL && text_is_uuid(id))
		id = client_uuid(e->fields.arena, id);
	if (id == NULL || !known->id_is_valid(id)) {
		field_complain(
		    &e->fields, name, "not an id of the documented form");
		return;
	}
	if (is_taken(e, kind, id))
		return;
	if (e->out->n == CLIENT_NOTICES_MAX) {
		field_complain(&e->fields, name, "too many");
		return;
	}
	e->out->items[e->out->n++] = (struct client_notice){.kind = kind,
	    .id = arena_text(e->fields.arena, id),
	    .delivery_id = e->delivery_id};
}

static void take_named(struct event *e, const char *name, const json_t *value)
{
	for (size_t i = 0; i < COUNT(members); i++) {
		if (strcmp(members[i].name, name) == 0)
			take(e, name, members[i].kind, value);
	}
}

static struct level level_of(json_t *value)
{
	return (struct level){
	    .value = value, .member = json_object_iter(value)};
}

/* The next value of a level, and its name where it has one; NULL: the end. */
static json_t *step(struct level *level, const char **name)
{
	json_t *value;

	*name = NULL;
	if (json_is_array(level->value))
		return json_array_get(level->value, level->index++);
	if (level->member == NULL)
		return NULL;
	*name = json_object_iter_key(level->member);
	value = json_object_iter_value(level->member);
	level->member = json_object_iter_next(level->value, level->member);
	return value;
}

/* The depth is bounded by field_parse. */
static void walk(struct event *e, json_t *data)
{
	struct level levels[CLIENT_JSON_DEPTH_MAX];
	size_t n = 0;

	levels[n++] = level_of(data);
	while (n > 0 && e->fields.error == NULL) {
		const char *name;
		json_t *value = step(&levels[n - 1], &name);

		if (value == NULL) {
			n--;
			continue;
		}
		if (name != NULL)
			take_named(e, name, value);
		if ((json_is_object(value) || json_is_array(value)) &&
		    n < CLIENT_JSON_DEPTH_MAX)
			levels[n++] = level_of(value);
	}
}

static void read_event(struct event *e, const struct client_hook *hook)
{
	const char *event =
	    field_need_text(&e->fields, e->root, "event", EVENT_MAX);

	(void)field_need_object(&e->fields, e->root, "data");
	e->delivery_id = delivery_of(e, hook);
	if (e->fields.error != NULL)
		return;
	if (!is_known(event)) {
		e->out->ignored = ignored_event;
		return;
	}
	walk(e, json_object_get(e->root, "data"));
	if (e->out->n == 0)
		e->out->ignored = ignored_ids;
}

static int judge(
    struct event *e, const struct client_hook *hook, struct err_text *err)
{
	read_event(e, hook);
	if (arena_failed(e->fields.arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	if (e->fields.error != NULL)
		return err_set(err, ERR_BAD, "%s", e->fields.error);
	return 0;
}

int ecosire_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	struct event event = {.out = out};
	field_value *root = NULL;
	int rc;

	memset(out, 0, sizeof(*out));
	if (!is_genuine(provider, hook))
		return err_set(err, ERR_DENIED, "the signature is not valid");
	rc = field_parse(
	    hook->body, hook->len, CLIENT_JSON_DEPTH_MAX, &root, err);
	if (rc != 0)
		return rc;
	event.root = root;
	fields_init(&event.fields, arena);
	rc = judge(&event, hook, err);
	field_free(root);
	if (rc != 0)
		memset(out, 0, sizeof(*out));
	return rc;
}
