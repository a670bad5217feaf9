/* What an object of each kind means. */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/ecartpay.h"
#include "clients/reading.h"

enum { WORD_MAX = 64, FREQUENCY_MAX = 100000 };

/* ---- members --------------------------------------------------------------
 */

/* An id that may be absent, and that can be shown where it is not. */
static const char *id_at(
    struct ecartpay_reader *r, const field_value *from, const char *path)
{
	const char *id = field_id(&r->fields, from, path, NAME_ID_MAX);

	if (id != NULL && *id == '\0')
		return NULL;
	if (id != NULL && !name_id_is_valid(id))
		field_complain(&r->fields, path, "not an id");
	return id;
}

/* A short word such as a currency; what cannot be shown is a complaint. */
static const char *word_at(
    struct ecartpay_reader *r, const field_value *from, const char *path)
{
	const char *word = field_text(&r->fields, from, path, WORD_MAX);

	if (word != NULL && *word != '\0' && !name_id_is_valid(word))
		field_complain(&r->fields, path, "not a word");
	return word != NULL && *word != '\0' ? word : NULL;
}

static void fact(struct ecartpay_reader *r, const char *name, const char *value)
{
	reading_fact(r->out, r->facts, name, value);
}

/* What is neither true nor false is left out. */
static void fact_bool(struct ecartpay_reader *r, const char *name,
    const field_value *from, const char *path)
{
	struct fields probe;
	bool is_true;

	fields_init(&probe, r->arena);
	is_true = field_bool(&probe, from, path);
	if (probe.error == NULL && field_has(from, path))
		fact(r, name, is_true ? "true" : "false");
}

/* Free text of the merchant's: what cannot be a product is as good as none. */
static const char *product_of(
    const struct ecartpay_reader *r, const field_value *thing)
{
	const char *pointer = r->options->product_from;
	const char *product = NULL;

	if (pointer != NULL)
		product = field_pointer(thing, pointer, r->arena);
	return product != NULL && name_id_is_valid(product) ? product : NULL;
}

static void grant(struct ecartpay_reader *r, const field_value *thing)
{
	struct grant *grant = arena_alloc(r->arena, 1, sizeof(*grant));

	if (grant == NULL)
		return;
	grant->product = product_of(r, thing);
	grant->status = r->out->status;
	grant->state = r->out->state;
	grant->since_ms = field_time(&r->fields, thing, "created_at", NULL);
	grant->state_at_ms = r->out->changed_at_ms;
	r->out->grants = grant;
	r->out->n_grants = 1;
}

/* ---- the kinds ------------------------------------------------------------
 */

/*
 * Who, where and what his tax authority calls him stays opaque: ids, what is in
 * force, and whether the VAT number was found valid.
 */
void ecartpay_billing(struct ecartpay_reader *r, const field_value *thing)
{
	bool is_active = field_bool(&r->fields, thing, "active");

	r->out->status = !field_has(thing, "active") ? "unknown"
			 : is_active		     ? "active"
						     : "inactive";
	r->out->state =
	    state_of_word(r->kind->words, r->kind->n_words, r->out->status);
	r->out->customer = id_at(r, thing, "user_id");
	fact(r, "provider_id", id_at(r, thing, "provider_id"));
	fact(r, "provider_client_id", id_at(r, thing, "provider_client_id"));
	fact_bool(r, "default", thing, "default");
	fact_bool(r, "vat_valid", thing, "billing_information.vat_info.valid");
}

/*
 * An order is an access of its own only where policy lets what is paid entitle.
 * A word that nobody has documented may mean anything, that too.
 */
static bool has_grant(const struct ecartpay_reader *r)
{
	const struct policy_rule *paid = &r->provider->policy.rules[STATE_PAID];

	return r->out->state == STATE_UNKNOWN || paid->access != ACCESS_DENY;
}

static enum effect_kind effect_of(const char *status)
{
	if (strcmp(status, "partially_refunded") == 0)
		return EFFECT_PARTIAL_REFUND;
	return strcmp(status, "refunded") == 0 ? EFFECT_REFUND : EFFECT_NONE;
}

/* No answer names what an order was for: its money acts on its own grant. */
static void went_back(struct ecartpay_reader *r)
{
	enum effect_kind kind = effect_of(r->out->status);
	struct effect *effect;

	if (kind == EFFECT_NONE)
		return;
	effect = arena_alloc(r->arena, 1, sizeof(*effect));
	if (effect == NULL)
		return;
	effect->kind = kind;
	effect->target.kind = ECARTPAY_ORDER;
	effect->target.id = arena_text(r->arena, r->object->id);
	effect->at_ms = r->out->changed_at_ms;
	r->out->effects = effect;
	r->out->n_effects = 1;
}

void ecartpay_order(struct ecartpay_reader *r, const field_value *thing)
{
	r->out->customer = id_at(r, thing, "customer_id");
	fact(r, "number", id_at(r, thing, "number"));
	fact(r, "total", reading_amount(&r->fields, thing, "totals.total"));
	fact(r, "currency", word_at(r, thing, "currency"));
	if (has_grant(r))
		grant(r, thing);
	went_back(r);
}

/* `errors` has a text for each payment that failed: for nobody's record. */
void ecartpay_subscription(struct ecartpay_reader *r, const field_value *thing)
{
	const char *customer = id_at(r, thing, "customer_id");
	int64_t frequency =
	    field_int(&r->fields, thing, "frequency", 0, FREQUENCY_MAX);

	if (customer == NULL)
		field_complain(&r->fields, "customer_id", "missing");
	r->out->customer = customer;
	fact(r, "amount", reading_amount(&r->fields, thing, "amount"));
	fact(r, "currency", word_at(r, thing, "currency"));
	fact(r, "interval", word_at(r, thing, "interval"));
	if (field_has(thing, "frequency"))
		fact(r, "frequency",
		    arena_printf(r->arena, "%d", (int)frequency));
	grant(r, thing);
}

/* Which order or subscription it was for is not documented. */
void ecartpay_transaction(struct ecartpay_reader *r, const field_value *thing)
{
	fact(r, "number", id_at(r, thing, "transaction_id"));
	fact(r, "type", word_at(r, thing, "type"));
	fact(r, "amount", reading_amount(&r->fields, thing, "amount"));
	fact(r, "refund_id", id_at(r, thing, "refund_id"));
}
