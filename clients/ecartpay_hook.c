/*
 * Ecart Pay's notifications, and who signed them. Of one nothing but ids is
 * taken. Its signature covers `data` and not the name of the event: that says
 * at most which kind of object an id is of, never what happened.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/signature.h"
#include "reconciler/core/signature_text.h"

#include "clients/slice.h"
#include "clients/types.h"

#include "clients/ecartpay.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { EVENT_MAX = 100 };

static const char ignored_event[] = "an event that is not tracked";

/*
 * The word before the first '.' of an event (Ecart Pay, webhook events); what
 * follows it is not looked at.
 */
static const struct {
	const char *family;
	const char *kind;
} families[] = {
    {"billing_information", ECARTPAY_BILLING},
    {"billings", ECARTPAY_BILLING},
    {"orders", ECARTPAY_ORDER},
    {"subscription", ECARTPAY_SUBSCRIPTION},
    {"transactions", ECARTPAY_TRANSACTION},
};

/* ---- signatures -----------------------------------------------------------
 */

/* What one call is signed with, beside the text that the signature covers. */
struct seal {
	const struct provider_settings *provider;
	const char *timestamp; /* milliseconds */
	const char *id;
	const char *signature;
};

static const char *header_of(const struct client_hook *hook, const char *name)
{
	return hook->header != NULL ? hook->header(hook->cookie, name) : NULL;
}

/* A '.' in the id could move the border between it and what is signed. */
static bool read_seal(const struct client_hook *hook, struct seal *seal)
{
	struct signature_part digits;
	int64_t sent_ms;

	seal->timestamp = header_of(hook, "X-Pay-Timestamp");
	seal->id = header_of(hook, "X-Pay-Webhook-Id");
	seal->signature = header_of(hook, "X-Pay-Signature");
	if (seal->timestamp == NULL || seal->id == NULL ||
	    seal->signature == NULL || !name_id_is_valid(seal->id) ||
	    strchr(seal->id, '.') != NULL)
		return false;
	digits =
	    (struct signature_part){seal->timestamp, strlen(seal->timestamp)};
	return signature_text_seconds(&digits, &sent_ms) &&
	       signature_is_fresh(sent_ms, hook->now_ms);
}

/* Ecart Pay, webhook authentication: "timestamp.id.data". */
static bool is_sealed(const struct seal *seal, const char *text, size_t len)
{
	const struct signature_secrets secrets = {
	    seal->provider->hook_secrets, seal->provider->n_hook_secrets};
	const struct signature_plain scheme = {
	    .encoding = SIGNATURE_HEX, .prefix = "SHA256="};
	const struct signature_part parts[] = {
	    {seal->timestamp, strlen(seal->timestamp)}, {".", 1},
	    {seal->id, strlen(seal->id)}, {".", 1}, {text, len}};

	return signature_hmac(
	    &secrets, &scheme, seal->signature, parts, COUNT(parts));
}

/* As a sender that signs JSON.stringify(data) and sends it with blanks. */
static bool is_sealed_compact(
    const struct seal *seal, const struct slice *data, struct arena *arena)
{
	char *text = arena_alloc(arena, 1, data->len > 0 ? data->len : 1);
	size_t len;

	if (text == NULL)
		return false;
	len = slice_compact(data, text);
	return len < data->len && is_sealed(seal, text, len);
}

/*
 * Over the bytes as they came, before anything is parsed. A body in which
 * `data` cannot be told, or is there twice, is signed by nobody.
 */
static int verify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena, struct seal *seal,
    struct err_text *err)
{
	struct slice data;
	bool genuine = false;

	seal->provider = provider;
	if (!read_seal(hook, seal))
		return err_set(
		    err, ERR_DENIED, "the signature is missing or wrong");
	if (slice_member(hook->body, hook->len, "data", &data) == 0)
		genuine = is_sealed(seal, data.data, data.len) ||
			  is_sealed_compact(seal, &data, arena);
	if (!genuine && ecartpay_options_of(provider)->signed_body)
		genuine = is_sealed(seal, hook->body, hook->len);
	if (genuine)
		return 0;
	if (arena_failed(arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	return err_set(err, ERR_DENIED, "the signature is missing or wrong");
}

/* ---- ids ------------------------------------------------------------------
 */

/*
 * Which kind the id is of: by the shape of what is signed, where it tells, else
 * by the family of the event. NULL: none that is tracked.
 */
static const char *kind_of(const field_value *data, const char *event)
{
	size_t n = strcspn(event, ".");

	if (field_has_key(data, "billing_information"))
		return ECARTPAY_BILLING;
	for (size_t i = 0; i < COUNT(families); i++) {
		if (strlen(families[i].family) == n &&
		    strncmp(families[i].family, event, n) == 0)
			return families[i].kind;
	}
	return NULL;
}

bool ecartpay_user_is_valid(const char *id)
{
	size_t n = strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz_-"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return n >= 1 && n <= ECARTPAY_USER_MAX && id[n] == '\0';
}

static int take_object(const field_value *data, const char *kind,
    struct arena *arena, struct client_notices *out, struct err_text *err)
{
	struct client_notice *notice = &out->items[0];
	struct fields fields;
	const char *id;

	fields_init(&fields, arena);
	id = field_need_text(&fields, data, "id", NAME_ID_MAX);
	if (id != NULL)
		id = ecartpay_object_id(arena, id);
	if (arena_failed(arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	if (id == NULL || !ecartpay_is_object(id))
		return err_set(err, ERR_BAD,
		    "data.id is not an id of the documented form");
	notice->kind = kind;
	notice->id = id;
	/* whose list it is to be looked for in first */
	if (strcmp(kind, ECARTPAY_BILLING) == 0)
		notice->parent_id = ecartpay_user_of(arena, data);
	if (notice->parent_id != NULL)
		notice->parent_kind = ECARTPAY_USER;
	out->n = 1;
	return 0;
}

static int take(const field_value *root, bool is_signed, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	struct fields fields;
	const field_value *data;
	const char *event;
	const char *kind;

	fields_init(&fields, arena);
	event = field_need_text(&fields, root, "event", EVENT_MAX);
	data = field_need_object(&fields, root, "data");
	if (arena_failed(arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	if (fields.error != NULL)
		return err_set(err, ERR_BAD, "%s", fields.error);
	kind = kind_of(data, event);
	if (!is_signed && !text_equal(kind, ECARTPAY_ORDER))
		return err_set(
		    err, ERR_DENIED, "the signature is missing or wrong");
	if (kind != NULL)
		return take_object(data, kind, arena, out, err);
	out->ignored = ignored_event;
	return 0;
}

/* ---- both -----------------------------------------------------------------
 */

/*
 * Whether calls of an order's notify_url are signed is not documented; those
 * that are not are taken only where the settings say so.
 */
static bool may_be_unsigned(
    const struct provider_settings *provider, const struct client_hook *hook)
{
	return ecartpay_options_of(provider)->unsigned_orders &&
	       header_of(hook, "X-Pay-Signature") == NULL;
}

int ecartpay_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	bool is_signed = !may_be_unsigned(provider, hook);
	struct seal seal = {.id = NULL};
	field_value *root = NULL;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (is_signed)
		rc = verify(provider, hook, arena, &seal, err);
	if (rc == 0)
		rc = field_parse(
		    hook->body, hook->len, CLIENT_JSON_DEPTH_MAX, &root, err);
	if (rc == 0)
		rc = take(root, is_signed, arena, out, err);
	field_free(root);
	if (rc == 0 && out->n > 0)
		out->items[0].delivery_id = arena_text(arena, seal.id);
	if (rc == 0 && arena_failed(arena))
		rc = err_set(err, ERR_FULL, "no room for the notification");
	if (rc != 0)
		memset(out, 0, sizeof(*out));
	return rc;
}
