/*
 * What Mollie's answers mean. Only the members named here are looked at:
 * checkout, dashboard and webhook URLs go nowhere.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/reading.h"

#include "clients/mollie.h"

enum {
	MODE_TEXT_MAX = 8,
	DATE_TEXT_MAX = 10,
	AMOUNT_TEXT_MAX = 24,
	CURRENCY_LENGTH = 3, /* ISO 4217 */
	AMOUNT_DIGITS = 4    /* more than any currency has, to compare */
};

/* ---- documents ---------------------------------------------------------- */

static bool is_json(const char *content_type)
{
	return client_media_is(content_type, "application/hal+json") ||
	       client_media_is(content_type, "application/json");
}

/* Mollie's error page: 409 is a duplicate call that may come again later. */
static bool read_status(struct mollie_reader *r, size_t i)
{
	if (r->replies[i].status != 409)
		return client_read_status(&r->replies[i], r->arena, r->reading);
	reading_refuse(r->reading, VERDICT_LATER,
	    "the provider cannot answer now (HTTP 409)");
	return false;
}

field_value *mollie_open(struct mollie_reader *r, size_t i)
{
	if (!read_status(r, i))
		return NULL;
	if (!is_json(r->replies[i].content_type)) {
		reading_refuse(r->reading, VERDICT_GARBLED,
		    "the content type is not JSON");
		return NULL;
	}
	return reading_document(&r->replies[i], r->arena, r->reading);
}

void mollie_check(struct mollie_reader *r, const field_value *root,
    const char *resource, const char *id)
{
	const char *got_resource =
	    field_need_text(&r->fields, root, "resource", NAME_KIND_MAX);
	const char *got_id =
	    field_need_text(&r->fields, root, "id", NAME_ID_MAX);

	if (r->fields.error != NULL)
		return;
	if (!text_equal(got_resource, resource))
		field_complain(&r->fields, "resource",
		    "the answer is about another object");
	else if (!text_equal(got_id, id))
		field_complain(
		    &r->fields, "id", "the answer is about another object");
}

void mollie_more(struct mollie_reader *r, const char *path)
{
	r->reading->verdict = VERDICT_MORE;
	mollie_request(
	    r->provider, r->arena, path, r->kind->name, &r->reading->next);
}

/* ---- members ------------------------------------------------------------- */

struct mollie_stamp mollie_stamp(
    struct mollie_reader *r, const field_value *root, const char *path)
{
	struct mollie_stamp at = {0, NULL};

	at.ms = field_time(&r->fields, root, path, &at.text);
	return at;
}

struct mollie_stamp mollie_date(
    struct mollie_reader *r, const field_value *root, const char *path)
{
	struct mollie_stamp at = {0, NULL};

	at.text = field_text(&r->fields, root, path, DATE_TEXT_MAX);
	if (at.text == NULL)
		return at;
	/* a text with a '-' in it is no number of seconds */
	if (strchr(at.text, '-') == NULL ||
	    clock_parse_loose(at.text, &at.ms) != 0)
		field_complain(&r->fields, path, "not a date");
	return at;
}

const char *mollie_id(struct mollie_reader *r, const field_value *root,
    const char *path, bool (*is_valid)(const char *id))
{
	const char *id = field_text(&r->fields, root, path, NAME_ID_MAX);

	if (id != NULL && !is_valid(id))
		field_complain(
		    &r->fields, path, "not an id of the documented form");
	return id;
}

/* A currency without decimals writes none, so digits are not prescribed. */
static bool is_amount(struct mollie_amount *amount)
{
	return field_decimal(amount->value, AMOUNT_DIGITS, &amount->minor) ==
		   0 &&
	       amount->minor >= 0 &&
	       strlen(amount->currency) == CURRENCY_LENGTH &&
	       !text_has_control(amount->currency, CURRENCY_LENGTH);
}

/* One of its two texts, which must be there. */
static const char *part(struct mollie_reader *r, const field_value *root,
    const char *name, const char *member)
{
	const char *path = arena_printf(r->arena, "%s.%s", name, member);

	if (path == NULL)
		return NULL;
	return field_need_text(&r->fields, root, path, AMOUNT_TEXT_MAX);
}

struct mollie_amount mollie_amount(
    struct mollie_reader *r, const field_value *root, const char *name)
{
	struct mollie_amount amount = {NULL, NULL, 0};

	if (field_object(&r->fields, root, name) == NULL)
		return amount;
	amount.value = part(r, root, name, "value");
	amount.currency = part(r, root, name, "currency");
	if (amount.value != NULL && amount.currency != NULL &&
	    !is_amount(&amount))
		field_complain(&r->fields, name, "not an amount");
	return amount;
}

/* ---- what both kinds have ------------------------------------------------ */

bool mollie_is_other_mode(const struct provider_settings *provider,
    struct fields *fields, const field_value *object)
{
	const char *mode = field_text(fields, object, "mode", MODE_TEXT_MAX);

	if (mode == NULL || provider->mode == MODE_ANY)
		return false;
	return !text_equal(mode, provider->mode == MODE_TEST ? "test" : "live");
}

void mollie_status(struct mollie_reader *r, const field_value *root)
{
	r->out->status = reading_word(&r->fields, root, "status");
	if (r->out->status != NULL)
		r->out->state = state_of_word(
		    r->kind->words, r->kind->n_words, r->out->status);
	r->out->other_mode =
	    mollie_is_other_mode(r->provider, &r->fields, root);
}

/*
 * metadata is free text: a value that cannot be used is as good as none, and
 * refusing the answer for it would hold back the status as well.
 */
static const char *pointed(struct mollie_reader *r, const field_value *root,
    const char *pointer, bool (*is_valid)(const char *text))
{
	const char *text = NULL;

	if (pointer != NULL)
		text = field_pointer(root, pointer, r->arena);
	return text != NULL && is_valid(text) ? text : NULL;
}

const char *mollie_account(struct mollie_reader *r, const field_value *root)
{
	return pointed(
	    r, root, r->provider->account_from, name_account_is_valid);
}

const char *mollie_product(struct mollie_reader *r, const field_value *root)
{
	return pointed(r, root, r->options->product_from, name_id_is_valid);
}

void mollie_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out)
{
	struct mollie_reader r = {
	    .provider = provider,
	    .options = mollie_options_of(provider),
	    .object = object,
	    .kind = mollie_kind(object->kind),
	    .replies = replies,
	    .n = n,
	    .now_ms = now_ms,
	    .arena = arena,
	    .reading = out,
	    .out = &out->observation,
	};

	memset(out, 0, sizeof(*out));
	fields_init(&r.fields, arena);
	if (n == 0 || r.kind == NULL) {
		reading_refuse(out, VERDICT_GARBLED, "nothing was asked");
		return;
	}
	if (strcmp(r.kind->name, MOLLIE_PAYMENT) == 0)
		mollie_payment(&r);
	else
		mollie_subscription(&r);
	if (out->verdict != VERDICT_TRUTH && out->verdict != VERDICT_MORE)
		return;
	reading_close(&r.fields, arena, out);
}
