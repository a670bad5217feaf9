/*
 * Which objects an event asks us to look at. Both envelopes are read, that with
 * a snapshot of the object and the thin one; of either, ids only.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/signature.h"

#include "clients/stripe.h"

enum { TYPE_MAX = 200, RESOURCE_MAX = 100 };

static const char ignored_mode[] = "an event of the other mode";
static const char ignored_account[] = "an event of another account";
static const char ignored_resource[] = "nothing of it is tracked";

/*
 * What is said of a thing that we do not track, or that has no id yet, is
 * looked at in another object that it names.
 */
struct detour {
	const char *resource;
	const char *path; /* in the thing */
	const char *kind;
};

static const struct detour detours[] = {
    {"dispute", "charge", STRIPE_CHARGE},
    {"invoice_payment", "invoice", STRIPE_INVOICE},
    {"credit_note", "invoice", STRIPE_INVOICE},
    {"subscription_schedule", "subscription", STRIPE_SUBSCRIPTION},
    {"entitlements.active_entitlement_summary", "customer", STRIPE_CUSTOMER},
    {"invoice", "subscription", STRIPE_SUBSCRIPTION},
    {"invoice", "parent.subscription_details.subscription",
	STRIPE_SUBSCRIPTION},
    {"invoice", "customer", STRIPE_CUSTOMER},
};

/* An event while it is read. */
struct event {
	const struct provider_settings *provider;
	const field_value *root;
	const field_value *thing; /* what it is about; NULL: thin */
	const char *resource;	  /* its type, or NULL */
	struct fields *fields;
	struct client_notices *out;
	const char *delivery_id;
};

static bool is_genuine(
    const struct provider_settings *provider, const struct client_hook *hook)
{
	const struct signature_secrets secrets = {
	    provider->hook_secrets, provider->n_hook_secrets};

	return hook->header != NULL &&
	       signature_stripe(&secrets,
		   hook->header(hook->cookie, "Stripe-Signature"),
		   (struct signature_part){hook->body, hook->len},
		   hook->now_ms);
}

static bool is_other_mode(struct event *e)
{
	enum settings_mode mode = e->provider->mode;

	if (mode == MODE_ANY || !field_has(e->root, "livemode"))
		return false;
	return field_bool(e->fields, e->root, "livemode") !=
	       (mode == MODE_LIVE);
}

/* Whose it is: only where we were told to look at one account. */
static bool is_other_account(struct event *e)
{
	const char *wanted = stripe_options_of(e->provider)->account;
	const char *got;

	if (wanted == NULL)
		return false;
	got = field_text(e->fields, e->root, "account", NAME_ID_MAX);
	if (got == NULL)
		got = field_text(e->fields, e->root, "context", NAME_ID_MAX);
	return got != NULL && strcmp(got, wanted) != 0;
}

static void take(struct event *e, const char *kind, const char *id)
{
	e->out->items[e->out->n++] = (struct client_notice){
	    .kind = kind, .id = id, .delivery_id = e->delivery_id};
}

static void take_detour(struct event *e)
{
	for (size_t i = 0; i < sizeof(detours) / sizeof(detours[0]); i++) {
		const struct detour *detour = &detours[i];
		const char *id;

		if (e->thing == NULL || e->out->n > 0 ||
		    strcmp(detour->resource, e->resource) != 0)
			continue;
		id =
		    stripe_ref(e->fields, e->thing, detour->path, detour->kind);
		if (id != NULL)
			take(e, detour->kind, id);
	}
}

/* invoice.upcoming is about an invoice that does not exist yet. */
static bool is_upcoming(const char *id)
{
	return strncmp(id, "upcoming_", strlen("upcoming_")) == 0;
}

/* The thing itself, when it is of a kind and has an id. */
static void take_thing(
    struct event *e, const field_value *named, const char *path)
{
	const struct client_kind *kind = stripe_kind_of(e->resource);
	const char *id = field_text(e->fields, named, path, NAME_ID_MAX);

	if (kind == NULL || id == NULL || is_upcoming(id))
		return;
	if (!kind->id_is_valid(id))
		field_complain(e->fields, path, "not an id of that kind");
	else
		take(e, kind->name, id);
}

static void read_snapshot(struct event *e)
{
	e->thing = field_need_object(e->fields, e->root, "data.object");
	e->resource =
	    field_need_text(e->fields, e->thing, "object", RESOURCE_MAX);
}

/* Of related_object neither url nor anything else but its name is taken. */
static void read_thin(struct event *e)
{
	const field_value *named =
	    field_object(e->fields, e->root, "related_object");

	if (named != NULL)
		e->resource =
		    field_need_text(e->fields, named, "type", RESOURCE_MAX);
}

static void read_event(struct event *e)
{
	const char *envelope =
	    field_need_text(e->fields, e->root, "object", RESOURCE_MAX);

	e->delivery_id = field_need_text(e->fields, e->root, "id", NAME_ID_MAX);
	(void)field_need_text(e->fields, e->root, "type", TYPE_MAX);
	if (text_equal(envelope, "event"))
		read_snapshot(e);
	else if (text_equal(envelope, "v2.core.event"))
		read_thin(e);
	else
		field_complain(e->fields, "object", "not an event");
	if (e->fields->error == NULL &&
	    (strncmp(e->delivery_id, "evt_", 4) != 0 ||
		!stripe_is_token(e->delivery_id)))
		field_complain(e->fields, "id", "not an event's id");
	if (is_other_mode(e))
		e->out->ignored = ignored_mode;
	else if (is_other_account(e))
		e->out->ignored = ignored_account;
	else if (e->resource == NULL)
		e->out->ignored = ignored_resource;
}

static void take_all(struct event *e)
{
	if (e->thing != NULL)
		take_thing(e, e->thing, "id");
	else
		take_thing(e, e->root, "related_object.id");
	if (e->out->n == 0)
		take_detour(e);
	if (e->out->n == 0)
		e->out->ignored = ignored_resource;
}

void stripe_event_names(const struct provider_settings *provider,
    struct fields *fields, const field_value *event, struct client_notices *out)
{
	struct event e = {
	    .provider = provider, .root = event, .fields = fields, .out = out};

	read_event(&e);
	if (fields->error == NULL && out->ignored == NULL)
		take_all(&e);
}

static int judge(const struct fields *fields, struct err_text *err)
{
	if (arena_failed(fields->arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	if (fields->error != NULL)
		return err_set(err, ERR_BAD, "%s", fields->error);
	return 0;
}

int stripe_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	field_value *root = NULL;
	struct fields fields;
	int rc;

	memset(out, 0, sizeof(*out));
	if (!is_genuine(provider, hook))
		return err_set(err, ERR_DENIED, "the signature is not valid");
	rc = field_parse(
	    hook->body, hook->len, CLIENT_JSON_DEPTH_MAX, &root, err);
	if (rc != 0)
		return rc;
	fields_init(&fields, arena);
	stripe_event_names(provider, &fields, root, out);
	rc = judge(&fields, err);
	field_free(root);
	if (rc != 0)
		memset(out, 0, sizeof(*out));
	return rc;
}
