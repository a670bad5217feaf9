/*
 * What answers about invoices, payments and credit notes mean. They grant
 * nothing; money that went back may act on the subscription that it was for.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"

#include "clients/reading.h"

#include "clients/flexprice.h"

/* The two kinds of money going back that Flexprice has words for. */
static enum effect_kind effect_of(const char *payment_status)
{
	if (text_equal(payment_status, "REFUNDED"))
		return EFFECT_REFUND;
	if (text_equal(payment_status, "PARTIALLY_REFUNDED"))
		return EFFECT_PARTIAL_REFUND;
	return EFFECT_NONE;
}

/* On the subscription of an invoice, for the period that it was for. */
static void add_effect(struct flexprice_look *look, const field_value *invoice,
    enum effect_kind kind, int64_t at_ms)
{
	struct fields *fields = &look->fields;
	const char *subscription =
	    flexprice_id(fields, invoice, "subscription_id");
	int64_t until_ms = flexprice_time(fields, invoice, "period_end", NULL);
	struct effect *effect;

	if (kind == EFFECT_NONE || subscription == NULL)
		return;
	effect = arena_alloc(look->arena, 1, sizeof(*effect));
	if (effect == NULL)
		return;
	*effect = (struct effect){.kind = kind,
	    .target = {.kind = FLEXPRICE_SUBSCRIPTION, .id = subscription},
	    .at_ms = at_ms,
	    .until_ms = until_ms};
	look->out->effects = effect;
	look->out->n_effects = 1;
}

/* ---- invoice --------------------------------------------------------------
 */

/* Of a finalized invoice the payment tells what it has come to. */
static const char *read_payment_status(struct flexprice_look *look)
{
	bool finalized = text_equal(look->out->status, "FINALIZED");
	const char *word = NULL;

	if (finalized || field_has(look->root, "payment_status"))
		word =
		    reading_word(&look->fields, look->root, "payment_status");
	if (!finalized || word == NULL)
		return word;
	look->out->status = word;
	look->out->state =
	    state_of_word(look->kind->words, look->kind->n_words, word);
	return word;
}

static void read_invoice_changed(struct flexprice_look *look)
{
	const char *path = NULL;

	if (text_equal(look->out->status, "SUCCEEDED") ||
	    text_equal(look->out->status, "OVERPAID"))
		path = "paid_at";
	else if (text_equal(look->out->status, "VOIDED"))
		path = "voided_at";
	flexprice_changed(look, path, "updated_at");
}

void flexprice_invoice(struct flexprice_look *look)
{
	struct fields *fields = &look->fields;
	const char *payment = read_payment_status(look);
	const char *customer = flexprice_id(fields, look->root, "customer_id");
	const char *subscription =
	    flexprice_id(fields, look->root, "subscription_id");

	read_invoice_changed(look);
	flexprice_fact_decimal(look, "amount_due", "amount_due");
	flexprice_fact_decimal(look, "amount_paid", "amount_paid");
	flexprice_fact_decimal(look, "amount_refunded", "refunded_amount");
	flexprice_fact_text(look, "currency", "currency");
	flexprice_fact_text(look, "invoice_status", "invoice_status");
	flexprice_fact_text(look, "billing_reason", "billing_reason");
	if (look->out->state == STATE_PENDING)
		reading_boundary(look->out,
		    flexprice_time(fields, look->root, "due_date", NULL));
	add_effect(look, look->root, effect_of(payment),
	    flexprice_time(fields, look->root, "updated_at", NULL));
	if (flexprice_owner(look, look->root, customer))
		reading_also(
		    look->reading, FLEXPRICE_SUBSCRIPTION, subscription);
}

/* ---- payment --------------------------------------------------------------
 */

static void read_payment_changed(struct flexprice_look *look)
{
	static const char *const paths[][2] = {
	    {"SUCCEEDED", "succeeded_at"},
	    {"OVERPAID", "succeeded_at"},
	    {"FAILED", "failed_at"},
	    {"REFUNDED", "refunded_at"},
	    {"PARTIALLY_REFUNDED", "refunded_at"},
	    {"VOIDED", "voided_at"},
	};
	const char *path = NULL;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (text_equal(look->out->status, paths[i][0]))
			path = paths[i][1];
	}
	flexprice_changed(look, path, "updated_at");
}

/*
 * A payment names neither customer nor subscription: its invoice does, and is
 * worth a look of its own, because the payment changed it.
 */
static void follow_invoice(struct flexprice_look *look, const char *id)
{
	struct fields *fields = &look->fields;
	const field_value *invoice = NULL;
	const char *path = arena_printf(look->arena, "/invoices/%s", id);

	switch (flexprice_step(look, path, FLEXPRICE_INVOICE, &invoice)) {
	case FLEXPRICE_HALT:
		return;
	case FLEXPRICE_REFUSED:
		flexprice_refused(look, FLEXPRICE_INVOICE);
		return;
	case FLEXPRICE_ABSENT:
		reading_also(look->reading, FLEXPRICE_INVOICE, id);
		return;
	case FLEXPRICE_ANSWER:
		break;
	}
	if (!text_equal(flexprice_id(fields, invoice, "id"), id)) {
		field_complain(
		    fields, "invoice.id", "the answer is about another object");
		return;
	}
	add_effect(look, invoice, effect_of(look->out->status),
	    look->out->changed_at_ms);
	if (flexprice_owner(
		look, invoice, flexprice_id(fields, invoice, "customer_id")))
		reading_also(look->reading, FLEXPRICE_INVOICE, id);
}

void flexprice_payment(struct flexprice_look *look)
{
	struct fields *fields = &look->fields;
	const char *type = field_text(
	    fields, look->root, "destination_type", OBSERVATION_WORD_MAX);
	const char *id = NULL;

	if (text_equal(type, "INVOICE") || text_equal(type, "CUSTOMER"))
		id = flexprice_id(fields, look->root, "destination_id");
	read_payment_changed(look);
	flexprice_fact_decimal(look, "amount", "amount");
	flexprice_fact_text(look, "currency", "currency");
	flexprice_fact_text(look, "gateway", "payment_gateway");
	flexprice_fact_text(look, "error", "error_message");
	if (id == NULL)
		return;
	if (strcmp(type, "INVOICE") == 0)
		follow_invoice(look, id);
	else
		(void)flexprice_owner(look, look->root, id);
}

/* ---- credit note ----------------------------------------------------------
 */

void flexprice_credit_note(struct flexprice_look *look)
{
	struct fields *fields = &look->fields;
	const char *customer = flexprice_id(fields, look->root, "customer_id");
	const char *invoice = flexprice_id(fields, look->root, "invoice_id");
	const char *path = NULL;

	if (text_equal(look->out->status, "FINALIZED"))
		path = "finalized_at";
	else if (text_equal(look->out->status, "VOIDED"))
		path = "voided_at";
	flexprice_changed(look, path, "updated_at");
	flexprice_fact_decimal(look, "amount", "total_amount");
	flexprice_fact_text(look, "type", "credit_note_type");
	flexprice_fact_text(look, "refund_status", "refund_status");
	flexprice_fact_text(look, "invoice", "invoice_id");
	if (flexprice_owner(look, look->root, customer))
		reading_also(look->reading, FLEXPRICE_INVOICE, invoice);
}
