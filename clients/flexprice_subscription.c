/* What an answer about a subscription means. */
#include "reconciler/base/arena.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/text.h"

#include "clients/reading.h"

#include "clients/flexprice.h"

/* The moments of a subscription; 0: none. */
struct moments {
	int64_t start_ms;
	int64_t period_end_ms;
	int64_t cancel_ms;
	int64_t end_ms;
	int64_t trial_end_ms;
	bool at_period_end; /* it is cancelled when the period ends */
};

static struct moments read_moments(struct flexprice_look *look)
{
	struct fields *f = &look->fields;
	const field_value *root = look->root;
	struct moments m = {
	    .start_ms = flexprice_time(f, root, "start_date", NULL),
	    .period_end_ms =
		flexprice_time(f, root, "current_period_end", NULL),
	    .cancel_ms = flexprice_time(f, root, "cancel_at", NULL),
	    .end_ms = flexprice_time(f, root, "end_date", NULL),
	    .trial_end_ms = flexprice_time(f, root, "trial_end", NULL),
	    .at_period_end = field_bool(f, root, "cancel_at_period_end"),
	};

	/* without it access would be open since ever */
	if (m.start_ms == 0 && look->out->state != STATE_PENDING)
		field_complain(f, "start_date", "missing");
	if (m.at_period_end && m.cancel_ms == 0 && m.period_end_ms == 0)
		field_complain(f, "current_period_end", "missing");
	return m;
}

/* Until when access lasts as it stands; 0: it renews itself. */
static int64_t read_until(const struct moments *m)
{
	if (m->cancel_ms != 0)
		return m->cancel_ms;
	if (m->at_period_end)
		return m->period_end_ms;
	return m->end_ms;
}

/*
 * cancelled_at may be when it was asked for; a cancellation that was set for a
 * moment took effect then.
 */
static void read_changed(struct flexprice_look *look, const struct moments *m)
{
	const char *path = NULL;

	if (look->out->state == STATE_ENDED)
		path = m->cancel_ms != 0 && m->cancel_ms <= look->now_ms
			   ? "cancel_at"
			   : "cancelled_at";
	else if (look->out->state == STATE_TRIALING)
		path = "trial_start";
	flexprice_changed(look, path, "updated_at");
}

static void fact_time(struct flexprice_look *look, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms != 0)
		reading_fact(look->out, look->facts, name,
		    arena_text(look->arena, clock_format(ms, text)));
}

/* Periods roll on by themselves: their end matters only when it is the last. */
static void read_facts(struct flexprice_look *look, const struct moments *m)
{
	const char *pause = field_text(
	    &look->fields, look->root, "pause_status", OBSERVATION_WORD_MAX);

	flexprice_fact_text(look, "plan", "plan_id");
	fact_time(look, "start_date", m->start_ms);
	fact_time(look, "cancel_at", m->cancel_ms);
	if (m->at_period_end)
		fact_time(look, "cancel_at_period_end", m->period_end_ms);
	fact_time(look, "end_date", m->end_ms);
	fact_time(look, "trial_end", m->trial_end_ms);
	if (pause != NULL && !text_equal(pause, "none"))
		flexprice_fact_text(look, "pause_status", "pause_status");
	flexprice_fact_text(look, "parent", "parent_subscription_id");
}

static void read_boundaries(
    struct flexprice_look *look, const struct moments *m)
{
	if (look->out->state == STATE_ENDED)
		return;
	reading_boundary(look->out, m->start_ms);
	reading_boundary(look->out, m->period_end_ms);
	reading_boundary(look->out, m->cancel_ms);
	reading_boundary(look->out, m->end_ms);
	reading_boundary(look->out, m->trial_end_ms);
}

void flexprice_subscription(struct flexprice_look *look)
{
	struct fields *fields = &look->fields;
	const char *customer = flexprice_id(fields, look->root, "customer_id");
	const char *plan = flexprice_id(fields, look->root, "plan_id");
	struct moments moments = read_moments(look);
	struct grant grant = {
	    .product = plan,
	    .status = look->out->status,
	    .state = look->out->state,
	    .since_ms = moments.start_ms,
	    .until_ms = read_until(&moments),
	};

	if (customer == NULL)
		field_complain(fields, "customer_id", "missing");
	if (plan == NULL)
		field_complain(fields, "plan_id", "missing");
	read_changed(look, &moments);
	grant.state_at_ms = look->out->changed_at_ms;
	grant.renews_ms =
	    reading_renews(grant.state, moments.period_end_ms, grant.until_ms);
	read_facts(look, &moments);
	read_boundaries(look, &moments);
	/* the grant is the customer's, whoever is invoiced or its parent */
	if (flexprice_owner(look, look->root, customer))
		(void)flexprice_features(look, &grant);
}
