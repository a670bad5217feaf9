/* What an answer about a subscription means. */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/text.h"

#include "clients/reading.h"

#include "clients/stripe.h"

/*
 * At a renewal the invoice stays a draft for about an hour before it is
 * charged (Stripe, subscription invoices): only then does the status tell.
 */
#define SETTLED_MS (INT64_C(2) * 3600 * 1000)

/* The first payment must come within 23 hours (Stripe, subscriptions). */
#define INCOMPLETE_MS (INT64_C(23) * 3600 * 1000)

enum { JOINED_MAX = 600 }; /* bytes of a fact that joins many items */

/* The periods of all items: they may differ. 0: none is known. */
struct periods {
	int64_t start_ms; /* the latest */
	int64_t first_end_ms;
	int64_t last_end_ms;
};

static void add_period(
    struct stripe_look *look, const field_value *from, struct periods *out)
{
	int64_t start_ms =
	    stripe_time(&look->fields, from, "current_period_start");
	int64_t end_ms = stripe_time(&look->fields, from, "current_period_end");

	if (start_ms > out->start_ms)
		out->start_ms = start_ms;
	if (end_ms == 0)
		return;
	if (out->first_end_ms == 0 || end_ms < out->first_end_ms)
		out->first_end_ms = end_ms;
	if (end_ms > out->last_end_ms)
		out->last_end_ms = end_ms;
}

/* Up to API version 2025-03-31 on the subscription, since then on its items. */
static struct periods read_periods(
    struct stripe_look *look, const struct stripe_list *items)
{
	struct periods periods = {0, 0, 0};

	if (field_has(look->root, "current_period_end")) {
		add_period(look, look->root, &periods);
		return periods;
	}
	for (size_t i = 0; i < items->n; i++)
		add_period(look, items->items[i], &periods);
	return periods;
}

static bool read_items(struct stripe_look *look, struct stripe_list *out)
{
	const field_value *embedded =
	    field_object(&look->fields, look->root, "items");
	const char *path;

	*out = (struct stripe_list){NULL, 0};
	if (embedded == NULL)
		return look->fields.error == NULL;
	path = arena_printf(look->arena,
	    "/v1/subscription_items?subscription=%s&limit=100",
	    look->object->id);
	return stripe_list(look, embedded, path, "subscription_items", out);
}

/* The ids of the prices, or the quantities, of all items as one text. */
static void join(
    struct buf *out, struct fields *fields, const field_value *item, bool price)
{
	const char *text;

	if (price) {
		text = stripe_ref(fields, item, "price", NULL);
		if (text == NULL)
			text = stripe_ref(fields, item, "plan", NULL);
	} else {
		text = stripe_number(fields, item, "quantity");
	}
	if (text != NULL)
		buf_addf(out, "%s%s", out->len > 0 ? "," : "", text);
}

static void fact_of_items(struct stripe_look *look, const char *name,
    const struct stripe_list *items, bool price)
{
	struct buf joined;

	buf_init(&joined, JOINED_MAX);
	for (size_t i = 0; i < items->n; i++)
		join(&joined, &look->fields, items->items[i], price);
	if (joined.len > 0)
		reading_fact(look->out, look->facts, name,
		    arena_text(look->arena, buf_text(&joined)));
	buf_fini(&joined);
}

/* Until when access lasts as it stands; 0: it renews itself. */
static int64_t read_until(
    struct stripe_look *look, const struct periods *periods)
{
	int64_t cancel_ms = stripe_time(&look->fields, look->root, "cancel_at");
	int64_t ended_ms = stripe_time(&look->fields, look->root, "ended_at");

	if (ended_ms != 0)
		return ended_ms;
	if (cancel_ms != 0)
		return cancel_ms;
	if (field_bool(&look->fields, look->root, "cancel_at_period_end"))
		return periods->last_end_ms;
	return 0;
}

/*
 * Since when it is in its state, for a grace. A payment that failed was for the
 * period behind the last border that has passed: when the period has rolled
 * that is its start, else its end.
 */
static int64_t read_state_at(
    struct stripe_look *look, const struct periods *periods)
{
	if (look->out->state != STATE_PAST_DUE)
		return look->out->changed_at_ms;
	if (periods->first_end_ms != 0 && periods->first_end_ms <= look->now_ms)
		return periods->first_end_ms;
	return periods->start_ms;
}

static void read_changed(struct stripe_look *look)
{
	const char *path = NULL;

	if (text_equal(look->out->status, "canceled"))
		path = "ended_at";
	else if (text_equal(look->out->status, "trialing"))
		path = "trial_start";
	else if (text_equal(look->out->status, "incomplete"))
		path = "created";
	if (path != NULL)
		stripe_changed(
		    look, stripe_time(&look->fields, look->root, path));
}

static void read_boundaries(
    struct stripe_look *look, const struct periods *periods, int64_t until_ms)
{
	struct fields *fields = &look->fields;
	int64_t settled_ms = periods->start_ms + SETTLED_MS;

	if (look->out->state == STATE_ENDED)
		return;
	reading_boundary(look->out, periods->first_end_ms);
	reading_boundary(
	    look->out, stripe_time(fields, look->root, "trial_end"));
	reading_boundary(look->out, until_ms);
	reading_boundary(look->out,
	    stripe_time(fields, look->root, "pause_collection.resumes_at"));
	if (periods->start_ms != 0 && settled_ms > look->now_ms)
		reading_boundary(look->out, settled_ms);
	if (look->out->state == STATE_PENDING)
		reading_boundary(look->out,
		    stripe_time(fields, look->root, "created") + INCOMPLETE_MS);
}

static void read_facts(
    struct stripe_look *look, const struct stripe_list *items)
{
	struct fields *fields = &look->fields;

	fact_of_items(look, "price", items, true);
	fact_of_items(look, "quantity", items, false);
	stripe_fact_time(
	    look, "cancel_at", stripe_time(fields, look->root, "cancel_at"));
	if (field_bool(fields, look->root, "cancel_at_period_end"))
		reading_fact(
		    look->out, look->facts, "cancel_at_period_end", "true");
	stripe_fact_time(
	    look, "trial_end", stripe_time(fields, look->root, "trial_end"));
	stripe_fact_text(look, "pause_collection", "pause_collection.behavior");
}

static void read_grants(struct stripe_look *look,
    const struct stripe_list *items, const struct periods *periods,
    int64_t until_ms)
{
	struct fields *fields = &look->fields;
	struct grant model = {
	    .status = look->out->status,
	    .state = look->out->state,
	    .since_ms = stripe_time(fields, look->root, "start_date"),
	    .until_ms = until_ms,
	    .state_at_ms = read_state_at(look, periods),
	    .renews_ms = reading_renews(
		look->out->state, periods->first_end_ms, until_ms),
	};

	if (model.since_ms == 0)
		model.since_ms = stripe_time(fields, look->root, "created");
	if (items->n == 0)
		model.product =
		    stripe_ref(fields, look->root, "plan.product", NULL);
	stripe_list_grants(look, items, &model);
}

void stripe_subscription(struct stripe_look *look)
{
	struct stripe_list items;
	struct periods periods;
	int64_t until_ms;

	stripe_status(look, "status");
	stripe_owner(look);
	if (look->out->customer == NULL)
		field_complain(&look->fields, "customer", "missing");
	if (!read_items(look, &items))
		return;
	read_changed(look);
	periods = read_periods(look, &items);
	until_ms = read_until(look, &periods);
	read_facts(look, &items);
	read_boundaries(look, &periods, until_ms);
	read_grants(look, &items, &periods, until_ms);
}
