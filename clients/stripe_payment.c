/*
 * What answers about payments mean: charges, payment intents, refunds and
 * invoices. They grant nothing; money that went back acts on what it paid for.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"

#include "clients/reading.h"

#include "clients/stripe.h"

static void fact_amount(
    struct stripe_look *look, const char *name, const char *path)
{
	stripe_fact_number(look, name, path);
	stripe_fact_text(look, "currency", "currency");
}

/* ---- charge ---------------------------------------------------------------
 */

static bool is_undone(const char *refund_status)
{
	return text_equal(refund_status, "failed") ||
	       text_equal(refund_status, "canceled");
}

static bool is_kept(const char *dispute_status)
{
	return !text_equal(dispute_status, "lost");
}

/* The newest of a list, but those whose status is not to count. */
static int64_t newest(struct stripe_look *look, const field_value *list,
    bool (*is_left_out)(const char *status))
{
	const field_value *data = field_array(&look->fields, list, "data");
	int64_t at_ms = 0;

	for (size_t i = 0; i < field_count(data); i++) {
		const field_value *item = field_at(data, i);
		const char *status = field_text(
		    &look->fields, item, "status", OBSERVATION_WORD_MAX);
		int64_t made_ms = stripe_time(&look->fields, item, "created");

		if (!is_left_out(status) && made_ms > at_ms)
			at_ms = made_ms;
	}
	return at_ms;
}

/* When money went back: the newest refund that was made. */
static bool find_refund(struct stripe_look *look, int64_t *at_ms)
{
	const field_value *list =
	    field_object(&look->fields, look->root, "refunds");
	enum stripe_step step = STRIPE_ANSWER;

	if (list == NULL)
		step = stripe_read_step(look,
		    arena_printf(look->arena, "/v1/refunds?charge=%s&limit=100",
			look->object->id),
		    "refunds", &list);
	if (step == STRIPE_HALT)
		return false;
	if (step == STRIPE_ANSWER)
		*at_ms = newest(look, list, is_undone);
	/* not earlier than this, in any case */
	if (*at_ms == 0)
		*at_ms = stripe_time(&look->fields, look->root, "created");
	return look->fields.error == NULL;
}

/* A dispute takes the money at once, but only a lost one keeps it. */
static bool find_dispute(struct stripe_look *look, bool *lost, int64_t *at_ms)
{
	const field_value *list = NULL;
	const char *path = arena_printf(
	    look->arena, "/v1/disputes?charge=%s&limit=100", look->object->id);

	switch (stripe_read_step(look, path, "disputes", &list)) {
	case STRIPE_HALT:
		return false;
	case STRIPE_ABSENT:
		return true;
	case STRIPE_ANSWER:
		break;
	}
	*at_ms = newest(look, list, is_kept);
	*lost = *at_ms != 0;
	if (field_count(field_array(&look->fields, list, "data")) > 0)
		reading_fact(look->out, look->facts, "dispute",
		    field_text(&look->fields,
			field_at(field_array(&look->fields, list, "data"), 0),
			"status", OBSERVATION_WORD_MAX));
	return look->fields.error == NULL;
}

/* What became of the money. false: the look is halted. */
static bool read_effect(struct stripe_look *look, struct effect *effect)
{
	struct fields *fields = &look->fields;
	int64_t back =
	    field_int(fields, look->root, "amount_refunded", 0, INT64_MAX);
	bool refunded = field_bool(fields, look->root, "refunded");
	bool disputed = field_bool(fields, look->root, "disputed") ||
			field_has(look->root, "dispute");
	int64_t at_ms = 0;
	bool lost = false;

	if (back > 0 || refunded) {
		effect->kind = refunded ? EFFECT_REFUND : EFFECT_PARTIAL_REFUND;
		if (!find_refund(look, &effect->at_ms))
			return false;
	}
	if (disputed && !find_dispute(look, &lost, &at_ms))
		return false;
	if (lost && effect->kind != EFFECT_REFUND) {
		effect->kind = EFFECT_CHARGEBACK;
		effect->at_ms = at_ms;
	}
	return true;
}

static void set_state(struct stripe_look *look, enum effect_kind kind)
{
	if (kind == EFFECT_REFUND)
		look->out->state = STATE_REFUNDED;
	else if (kind == EFFECT_CHARGEBACK)
		look->out->state = STATE_REVERSED;
	else
		return;
}

void stripe_charge(struct stripe_look *look)
{
	struct effect *effect = arena_alloc(look->arena, 1, sizeof(*effect));

	stripe_status(look, "status");
	stripe_owner(look);
	fact_amount(look, "amount", "amount");
	stripe_fact_number(look, "amount_refunded", "amount_refunded");
	stripe_fact_text(look, "failure", "failure_code");
	if (effect == NULL || !read_effect(look, effect))
		return;
	set_state(look, effect->kind);
	if (effect->kind == EFFECT_NONE || !stripe_trail(look, effect))
		return;
	look->out->effects = effect;
	look->out->n_effects = 1;
}

/* ---- the others -----------------------------------------------------------
 */

void stripe_intent(struct stripe_look *look)
{
	struct fields *fields = &look->fields;
	const char *charge;

	stripe_status(look, "status");
	stripe_owner(look);
	fact_amount(look, "amount", "amount");
	stripe_fact_text(look, "failure", "last_payment_error.code");
	stripe_fact_text(look, "decline", "last_payment_error.decline_code");
	charge = stripe_ref(fields, look->root, "latest_charge", STRIPE_CHARGE);
	if (look->out->state == STATE_PAID)
		reading_also(look->reading, STRIPE_CHARGE, charge);
}

/* Stripe leaves the status of some old refunds null. */
void stripe_refund(struct stripe_look *look)
{
	if (field_has(look->root, "status"))
		stripe_status(look, "status");
	else
		look->out->status = "null";
	stripe_owner(look);
	fact_amount(look, "amount", "amount");
	stripe_fact_text(look, "failure", "failure_reason");
	reading_also(look->reading, STRIPE_CHARGE,
	    stripe_ref(&look->fields, look->root, "charge", STRIPE_CHARGE));
}

void stripe_invoice(struct stripe_look *look)
{
	struct fields *fields = &look->fields;

	stripe_status(look, "status");
	stripe_owner(look);
	fact_amount(look, "amount_due", "amount_due");
	stripe_fact_number(look, "amount_paid", "amount_paid");
	stripe_fact_number(look, "attempts", "attempt_count");
	stripe_fact_text(look, "billing_reason", "billing_reason");
	if (look->out->state == STATE_PENDING) {
		reading_boundary(
		    look->out, stripe_time(fields, look->root, "due_date"));
		reading_boundary(look->out,
		    stripe_time(fields, look->root, "next_payment_attempt"));
	}
	if (text_equal(look->out->status, "paid"))
		stripe_changed(look, stripe_time(fields, look->root,
					 "status_transitions.paid_at"));
	reading_also(look->reading, STRIPE_SUBSCRIPTION,
	    stripe_invoice_subscription(fields, look->root));
}
