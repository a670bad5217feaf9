/*
 * Mollie's notifications. Classic: a form with the id of a payment and nothing
 * else, unsigned. Next generation: a JSON event, signed. Of either nothing but
 * ids is taken.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/signature.h"

#include "clients/mollie.h"

static const char not_tracked[] =
    "it is about neither a payment nor a subscription";

/*
 * A call without the header, where a secret is configured, is refused and not
 * taken for a classic one: else anybody could leave the header out. Without
 * secrets at hand although there is a file of them nothing is genuine.
 */
static int verify(const struct provider_settings *provider,
    const struct client_hook *hook, struct err_text *err)
{
	const struct signature_secrets secrets = {
	    provider->hook_secrets, provider->n_hook_secrets};
	const struct signature_plain scheme = {.encoding = SIGNATURE_HEX,
	    .prefix = "sha256=",
	    .prefix_is_optional = true};
	const struct signature_part body = {hook->body, hook->len};
	const char *header = NULL;

	if (provider->n_hook_secrets == 0 && provider->hook_secret_file == NULL)
		return 0;
	if (hook->header != NULL)
		header = hook->header(hook->cookie, "X-Mollie-Signature");
	if (header != NULL &&
	    signature_hmac(&secrets, &scheme, header, &body, 1))
		return 0;
	return err_set(err, ERR_DENIED, "the signature is missing or wrong");
}

static void add(struct client_notices *out, const char *kind, const char *id,
    const char *delivery)
{
	out->items[out->n++] = (struct client_notice){
	    .kind = kind, .id = id, .delivery_id = delivery};
}

/* ---- classic ------------------------------------------------------------ */

/* The value of one field as text; NULL when it is none that could be an id. */
static const char *unescape(
    const char *data, size_t len, char out[NAME_ID_MAX + 1])
{
	size_t got = 0;

	if (text_unescape(data, len, out, NAME_ID_MAX + 1, &got) != 0 ||
	    strlen(out) != got)
		return NULL;
	return out;
}

/* The value of `id` in a form; *found tells how often it is there. */
static const char *form_id(
    const char *body, size_t len, char out[NAME_ID_MAX + 1], size_t *found)
{
	const char *id = NULL;

	*found = 0;
	while (len > 0) {
		const char *stop = memchr(body, '&', len);
		size_t n = stop != NULL ? (size_t)(stop - body) : len;

		if (n >= 3 && memcmp(body, "id=", 3) == 0) {
			(*found)++;
			id = unescape(body + 3, n - 3, out);
		}
		n += stop != NULL;
		body += n;
		len -= n;
	}
	return id;
}

static int take_form(const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	char text[NAME_ID_MAX + 1];
	size_t found;
	const char *id = form_id(hook->body, hook->len, text, &found);

	if (found != 1)
		return err_set(err, ERR_BAD, "one id is expected");
	if (id == NULL || !mollie_is_id(id))
		return err_set(
		    err, ERR_BAD, "id is not an id of the documented form");
	if (!mollie_is_payment(id)) {
		out->ignored = "classic notifications are about payments";
		return 0;
	}
	id = arena_text(arena, id);
	if (id == NULL)
		return err_set(err, ERR_FULL, "no room for the notification");
	add(out, MOLLIE_PAYMENT, id, NULL);
	return 0;
}

/* ---- next generation ---------------------------------------------------- */

/* An id of the embedded entity, if there is a usable one; a hint at most. */
static const char *entity_id(struct arena *arena, const field_value *root,
    const char *path, bool (*is_valid)(const char *id))
{
	struct fields probe;
	const char *id;

	fields_init(&probe, arena);
	id = field_text(&probe, root, path, NAME_ID_MAX);
	return id != NULL && is_valid(id) ? id : NULL;
}

/* A subscription cannot be asked for unless the event says whose it is. */
static void take_subscription(struct client_notices *out, const char *id,
    const char *customer, const char *delivery)
{
	if (customer == NULL) {
		out->ignored = "a subscription without its customer";
		return;
	}
	add(out, MOLLIE_SUBSCRIPTION, id, delivery);
	out->items[0].parent_kind = MOLLIE_CUSTOMER;
	out->items[0].parent_id = customer;
}

/* Refunds, chargebacks and captures are told through their payment. */
static void take_entity(struct arena *arena, const field_value *root,
    const char *id, const char *delivery, struct client_notices *out)
{
	const char *entity =
	    entity_id(arena, root, "_embedded.entity.id", mollie_is_id);
	const char *payment = NULL;
	const char *customer = NULL;

	if (text_equal(entity, id)) {
		payment = entity_id(arena, root, "_embedded.entity.paymentId",
		    mollie_is_payment);
		customer = entity_id(arena, root, "_embedded.entity.customerId",
		    mollie_is_customer);
	}
	if (mollie_is_payment(id))
		add(out, MOLLIE_PAYMENT, id, delivery);
	else if (mollie_is_subscription(id))
		take_subscription(out, id, customer, delivery);
	else if (payment != NULL)
		add(out, MOLLIE_PAYMENT, payment, delivery);
	else
		out->ignored = not_tracked;
}

static int take_event(const field_value *root, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	struct fields fields;
	const char *resource;
	const char *id;

	fields_init(&fields, arena);
	resource = field_need_text(&fields, root, "resource", NAME_KIND_MAX);
	id = field_need_text(&fields, root, "entityId", NAME_ID_MAX);
	if (arena_failed(arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	if (fields.error != NULL || strcmp(resource, "event") != 0)
		return err_set(
		    err, ERR_BAD, "not an event of the documented form");
	if (!mollie_is_id(id))
		return err_set(err, ERR_BAD,
		    "entityId is not an id of the documented form");
	take_entity(
	    arena, root, id, entity_id(arena, root, "id", mollie_is_id), out);
	if (arena_failed(arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	return 0;
}

int mollie_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	field_value *root = NULL;
	int rc = verify(provider, hook, err);

	memset(out, 0, sizeof(*out));
	if (rc != 0)
		return rc;
	if (client_media_is(
		hook->content_type, "application/x-www-form-urlencoded"))
		return take_form(hook, arena, out, err);
	if (!client_media_is(hook->content_type, "application/json") &&
	    !client_media_is(hook->content_type, "application/hal+json"))
		return err_set(err, ERR_BAD, "neither a form nor JSON");
	rc = field_parse(
	    hook->body, hook->len, CLIENT_JSON_DEPTH_MAX, &root, err);
	if (rc == 0)
		rc = take_event(root, arena, out, err);
	field_free(root);
	return rc;
}
