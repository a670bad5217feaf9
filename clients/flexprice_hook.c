/*
 * Which object a notification asks us to look at. Its names have changed three
 * times and will again: what counts is the family, the word before the first
 * '.', and an id. Of the body nothing but ids is taken.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/signature.h"

#include "clients/flexprice.h"

enum { EVENT_MAX = 200, ENTITY_MAX = 40 };

static const char ignored_family[] = "nothing of this family is tracked";
static const char ignored_object[] = "it names no object that is tracked";

/* Families of events, and the kind that they are about. */
struct family {
	const char *name;
	const char *kind; /* NULL: any that is named flatly */
};

static const struct family families[] = {
    {"subscription", FLEXPRICE_SUBSCRIPTION},
    {"invoice", FLEXPRICE_INVOICE},
    {"wallet", FLEXPRICE_WALLET},
    {"wallet_transaction", FLEXPRICE_WALLET},
    {"customer", FLEXPRICE_CUSTOMER},
    {"payment", FLEXPRICE_PAYMENT},
    {"credit_note", FLEXPRICE_CREDIT_NOTE},
    {"entitlement", NULL},
    {"feature", NULL},
    {"checkout", NULL},
};

/* Where an id of some kind may stand; the first that is there counts. */
struct place {
	const char *kind;
	const char *path;
	/* The id of what the event is about, which is of the kind only ... */
	bool is_own;  /* ... when the family is called like it */
	bool is_flat; /* looked for whatever the family */
};

#define PLACES(kind) \
	{kind, kind ".id", false, false}, \
	    {kind, "data.object." kind "_id", false, false}, \
	    {kind, "data.object.id", true, false}, \
	    {kind, "data." kind "_id", false, false}, \
	    {kind, "data.id", true, false}, \
	{ \
		kind, kind "_id", false, true \
	}

/* Those that tell most come first: all name a customer, some an invoice. */
static const struct place places[] = {
    PLACES(FLEXPRICE_SUBSCRIPTION),
    {FLEXPRICE_SUBSCRIPTION, "phase.subscription_id", false, false},
    {FLEXPRICE_SUBSCRIPTION, "checkout_session.subscription_id", false, true},
    PLACES(FLEXPRICE_WALLET),
    {FLEXPRICE_WALLET, "transaction.wallet_id", false, false},
    {FLEXPRICE_WALLET, "updated_transaction.wallet_id", false, false},
    {FLEXPRICE_WALLET, "wallet_transaction.wallet_id", false, false},
    PLACES(FLEXPRICE_PAYMENT),
    PLACES(FLEXPRICE_CREDIT_NOTE),
    PLACES(FLEXPRICE_INVOICE),
    PLACES(FLEXPRICE_CUSTOMER),
    {FLEXPRICE_CUSTOMER, "checkout_session.customer_id", false, true},
};

/* A notification while it is read. */
struct event {
	const field_value *root;
	const char *name;	     /* NULL: of a flat body without one */
	const struct family *family; /* NULL: another, or no name */
	struct fields fields;
	struct client_notices *out;
	const char *delivery_id;
};

/* ---- who sent it ----------------------------------------------------------
 */

/* Flexprice Cloud sends through Svix, which can be set to either prefix. */
static const char *const header_names[][3] = {
    {"svix-id", "svix-timestamp", "svix-signature"},
    {"webhook-id", "webhook-timestamp", "webhook-signature"},
};

static bool is_signed(const struct signature_secrets *secrets,
    const struct client_hook *hook, const char **id)
{
	bool svix = hook->header(hook->cookie, header_names[0][2]) != NULL;
	const char *const *names = header_names[svix ? 0 : 1];

	*id = hook->header(hook->cookie, names[0]);
	return signature_standard(secrets, *id,
	    hook->header(hook->cookie, names[1]),
	    hook->header(hook->cookie, names[2]),
	    (struct signature_part){hook->body, hook->len}, hook->now_ms);
}

/* What a server of one's own can be told to send with each call. */
static bool has_static(const struct signature_secrets *secrets,
    const struct client_hook *hook, const char *name)
{
	const char *got = hook->header(hook->cookie, name);
	bool found = false;

	for (size_t i = 0; got != NULL && i < secrets->n; i++) {
		if (signature_token_equal(secrets->items[i], got, strlen(got)))
			found = true;
	}
	return found;
}

/*
 * Without a secret nothing is checked (nor believed): such a sender has none.
 * *id is what the sender calls this delivery, only when a signature covers it.
 */
static bool is_genuine(const struct provider_settings *provider,
    const struct client_hook *hook, const char **id)
{
	const struct flexprice_options *options =
	    flexprice_options_of(provider);
	const struct signature_secrets secrets = {
	    provider->hook_secrets, provider->n_hook_secrets};

	*id = NULL;
	if (secrets.n == 0)
		return provider->hook_secret_file == NULL;
	if (hook->header == NULL)
		return false;
	if (strcmp(options->signature, "static") == 0)
		return has_static(&secrets, hook, options->static_header);
	return is_signed(&secrets, hook, id);
}

/* ---- what it is about -----------------------------------------------------
 */

/* In `event.rejected` the member `event` is an object. */
static void read_name(struct event *e)
{
	static const char *const members[] = {
	    "event_type", "webhook_type", "event"};
	struct fields probe;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (!field_has(e->root, members[i]))
			continue;
		fields_init(&probe, e->fields.arena);
		e->name = field_text(&probe, e->root, members[i], EVENT_MAX);
		if (e->name == NULL && i < 2)
			field_complain(&e->fields, members[i], "not a name");
		else if (e->name == NULL)
			e->name = members[i];
		return;
	}
}

static const struct family *family_of(const char *name)
{
	size_t n = strcspn(name, ".");

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (strlen(families[i].name) == n &&
		    strncmp(families[i].name, name, n) == 0)
			return &families[i];
	}
	return NULL;
}

static void take(struct event *e, const char *kind, const char *id)
{
	e->out->items[e->out->n++] = (struct client_notice){
	    .kind = kind, .id = id, .delivery_id = e->delivery_id};
}

/* Takes the id that stands there; Go writes "" for a reference to nothing. */
static void take_from(struct event *e, const char *kind, const char *path)
{
	const char *id;

	if (e->out->n > 0 || !field_has(e->root, path))
		return;
	id = flexprice_id(&e->fields, e->root, path);
	if (id != NULL)
		take(e, kind, id);
	else if (text_equal(strrchr(path, '.'), ".id"))
		field_complain(&e->fields, path, "empty");
}

/* An entitlement of a subscription's own; a plan's concerns no account. */
static void take_entity(struct event *e)
{
	static const char *const paths[][2] = {
	    {"entitlement.entity_type", "entitlement.entity_id"},
	    {"data.object.entity_type", "data.object.entity_id"},
	    {"data.entity_type", "data.entity_id"},
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *type;

		if (!field_has(e->root, paths[i][0]))
			continue;
		type = field_text(&e->fields, e->root, paths[i][0], ENTITY_MAX);
		if (text_equal(type, "SUBSCRIPTION"))
			take_from(e, FLEXPRICE_SUBSCRIPTION, paths[i][1]);
	}
}

static bool is_place_of(const struct event *e, const struct place *place)
{
	const struct family *family = e->family;

	if (family == NULL)
		return !place->is_own;
	if (family->kind == NULL)
		return place->is_flat;
	return strcmp(family->kind, place->kind) == 0 &&
	       (!place->is_own || strcmp(family->name, family->kind) == 0);
}

static void read_event(struct event *e)
{
	read_name(e);
	if (e->fields.error != NULL)
		return;
	if (e->name != NULL) {
		e->family = family_of(e->name);
		if (e->family == NULL) {
			e->out->ignored = ignored_family;
			return;
		}
		if (strcmp(e->family->name, "entitlement") == 0)
			take_entity(e);
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (is_place_of(e, &places[i]))
			take_from(e, places[i].kind, places[i].path);
	}
	if (e->out->n > 0)
		return;
	if (e->name == NULL)
		field_complain(&e->fields, "event_type",
		    "missing, and no object is named");
	e->out->ignored = ignored_object;
}

int flexprice_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	struct event e = {.out = out};
	field_value *root = NULL;
	int rc;

	memset(out, 0, sizeof(*out));
	fields_init(&e.fields, arena);
	if (!is_genuine(provider, hook, &e.delivery_id))
		return err_set(err, ERR_DENIED, "no valid signature");
	if (e.delivery_id != NULL && !name_id_is_valid(e.delivery_id))
		e.delivery_id = NULL;
	e.delivery_id = arena_text(arena, e.delivery_id);
	rc = field_parse(
	    hook->body, hook->len, CLIENT_JSON_DEPTH_MAX, &root, err);
	if (rc != 0)
		return rc;
	e.root = root;
	read_event(&e);
	field_free(root);
	if (e.fields.error == NULL && !arena_failed(arena))
		return 0;
	memset(out, 0, sizeof(*out));
	if (arena_failed(arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	return err_set(err, ERR_BAD, "%s", e.fields.error);
}
