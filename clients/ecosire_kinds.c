/* What an object of each kind means. */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"

#include "clients/ecosire.h"
#include "clients/reading.h"

enum { REFERENCE_MAX = 200, JOINED_MAX = 1000 };

/* An id that may be absent, and that can be shown where it is not. */
static const char *read_id(
    struct ecosire_look *look, const field_value *from, const char *path)
{
	const char *id = field_id(&look->fields, from, path, NAME_ID_MAX);

	if (id != NULL && !name_id_is_valid(id))
		field_complain(&look->fields, path, "not an id");
	return id;
}

/* Text for people: what cannot be shown is left out. */
static const char *read_label(
    struct ecosire_look *look, const field_value *from, const char *path)
{
	const char *text = field_cut(&look->fields, from, path, REFERENCE_MAX);

	return text != NULL && name_id_is_valid(text) ? text : NULL;
}

static void add_grant(
    struct ecosire_look *look, const struct grant *grant, struct grant *to)
{
	to[look->out->n_grants] = *grant;
	to[look->out->n_grants].status = look->out->status;
	to[look->out->n_grants].state = look->out->state;
	look->out->n_grants++;
	look->out->grants = to;
}

/* An order is only recorded: the licences that come of it say who may. */
void ecosire_order(struct ecosire_look *look)
{
	reading_fact(look->out, look->facts, "reference",
	    read_label(look, look->thing, "reference"));
	look->out->customer = read_id(look, look->thing, "contact.id");
	look->out->version_ms =
	    field_time(&look->fields, look->thing, "updatedAt", NULL);
}

void ecosire_invoice(struct ecosire_look *look)
{
	(void)look; /* nothing but its status is public */
}

/* ---- licences -------------------------------------------------------------
 */

/*
 * The answer names no customer: whose the licence is, is said of the licence
 * itself, by a link or account_from.
 */
void ecosire_license(struct ecosire_look *look)
{
	struct fields *fields = &look->fields;
	struct observation *out = look->out;
	struct grant grant = {0};
	struct grant *grants = arena_alloc(look->arena, 1, sizeof(*grants));
	const char *expires = NULL;

	/* null says without end; nothing at all must not */
	if (!field_has_key(look->thing, "expiresAt"))
		field_complain(fields, "expiresAt", "missing");
	grant.product = read_id(look, look->thing, "productId");
	grant.quantity =
	    reading_quantity(fields, look->thing, "activationsLimit");
	grant.since_ms = field_time(fields, look->thing, "createdAt", NULL);
	grant.until_ms = field_time(fields, look->thing, "expiresAt", &expires);
	out->customer = arena_text(look->arena, look->object->id);
	if (grants == NULL || fields->error != NULL)
		return;
	if (out->state == STATE_ACTIVE && grant.until_ms != 0 &&
	    grant.until_ms <= look->now_ms) {
		out->state = STATE_ENDED;
		out->changed_at_ms = grant.until_ms;
		out->changed_at_text = expires;
	}
	grant.state_at_ms = out->changed_at_ms;
	reading_fact(out, look->facts, "product", grant.product);
	reading_fact(out, look->facts, "activations_limit", grant.quantity);
	reading_fact(out, look->facts, "expires_at", expires);
	reading_boundary(out, grant.until_ms);
	add_grant(look, &grant, grants);
}

/* ---- subscriptions --------------------------------------------------------
 */

/*
 * Since when it is in its state, for a grace. A payment that failed was for the
 * period behind the last border that has passed: when the period has rolled
 * that is its start, else its end.
 */
static int64_t past_due_since(
    const struct ecosire_look *look, int64_t start_ms, int64_t end_ms)
{
	if (look->out->state != STATE_PAST_DUE)
		return 0;
	return end_ms != 0 && end_ms <= look->now_ms ? end_ms : start_ms;
}

/* One grant for each item, and its product to the joined text. */
static void read_item(struct ecosire_look *look, const field_value *item,
    struct grant *model, struct grant *grants, struct buf *joined)
{
	model->product = read_id(look, item, "productId");
	model->label = read_label(look, item, "productName");
	if (model->product != NULL)
		buf_addf(
		    joined, "%s%s", joined->len > 0 ? "," : "", model->product);
	add_grant(look, model, grants);
}

/* Without items it still entitles, to a product that is not named. */
static void read_items(struct ecosire_look *look, struct grant *model)
{
	const field_value *items =
	    field_array(&look->fields, look->thing, "items");
	size_t n = field_count(items);
	struct grant *grants;
	struct buf joined;

	if (n > OBSERVATION_GRANTS_MAX) {
		field_complain(&look->fields, "items", "too many");
		return;
	}
	grants = arena_alloc(look->arena, n + 1, sizeof(*grants));
	if (grants == NULL)
		return;
	buf_init(&joined, JOINED_MAX);
	for (size_t i = 0; i < n; i++)
		read_item(look, field_at(items, i), model, grants, &joined);
	if (n == 0)
		add_grant(look, model, grants);
	if (joined.len > 0)
		reading_fact(look->out, look->facts, "product",
		    arena_text(look->arena, buf_text(&joined)));
	buf_fini(&joined);
}

void ecosire_subscription(struct ecosire_look *look)
{
	struct fields *fields = &look->fields;
	const char *end = NULL;
	struct grant model = {0};
	int64_t start_ms =
	    field_time(fields, look->thing, "currentPeriodStart", NULL);
	int64_t end_ms =
	    field_time(fields, look->thing, "currentPeriodEnd", &end);
	bool ends = field_bool(fields, look->thing, "cancelAtPeriodEnd");

	if (ends && end_ms == 0)
		field_complain(fields, "currentPeriodEnd", "missing");
	if (fields->error != NULL)
		return;
	look->out->customer = arena_text(look->arena, look->object->id);
	model.until_ms = ends ? end_ms : 0;
	model.state_at_ms = past_due_since(look, start_ms, end_ms);
	model.renews_ms =
	    reading_renews(look->out->state, end_ms, model.until_ms);
	read_items(look, &model);
	if (ends)
		reading_fact(look->out, look->facts, "ends_at", end);
	if (look->out->state != STATE_ENDED)
		reading_boundary(look->out, end_ms);
}
