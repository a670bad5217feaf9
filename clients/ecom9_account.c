/*
 * What the answers about an account mean: its live state, which has two shapes,
 * then its balance of credits.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/text.h"

#include "clients/reading.h"

#include "clients/ecom9.h"

enum {
	SUMMARY_MAX = 1000,  /* bytes of all subscriptions in one fact */
	SUMMARY_ROOM = 65536 /* bytes that are put together for it */
};

/* is_active: there is no other word (ecom9 API, "Account status"). */
enum activity { ACTIVITY_UNKNOWN = 0, ACTIVITY_NO, ACTIVITY_YES };

static enum activity activity_of(const field_value *from)
{
	const json_t *value = json_object_get(from, "is_active");

	if (!json_is_boolean(value))
		return ACTIVITY_UNKNOWN;
	return json_is_true(value) ? ACTIVITY_YES : ACTIVITY_NO;
}

static const char *word_of(enum activity activity)
{
	static const char *const words[] = {[ACTIVITY_UNKNOWN] = "unknown",
	    [ACTIVITY_NO] = "inactive",
	    [ACTIVITY_YES] = "active"};

	return words[activity];
}

static enum state state_of(enum activity activity)
{
	static const enum state states[] = {[ACTIVITY_UNKNOWN] = STATE_UNKNOWN,
	    [ACTIVITY_NO] = STATE_ENDED,
	    [ACTIVITY_YES] = STATE_ACTIVE};

	return states[activity];
}

/* ---- grants ------------------------------------------------------------- */

/* The documented place, else the element itself. */
static const char *read_label(struct ecom9_reader *r, const field_value *from,
    const char *nested, const char *flat)
{
	if (field_has(from, nested))
		return ecom9_read_name(r, from, nested);
	return ecom9_read_name(r, from, flat);
}

/* One subscription; the newest updated_at is the answer's version. */
static void read_subscription(
    struct ecom9_reader *r, const field_value *from, struct grant *out)
{
	enum activity activity = activity_of(from);
	const char *text = NULL;
	int64_t updated_ms;

	(void)field_object(&r->fields, from, "subscription_tier");
	out->product = read_label(r, from,
	    "subscription_tier.product_manage_id", "product_manage_id");
	out->label =
	    read_label(r, from, "subscription_tier.label_name", "label_name");
	out->status = word_of(activity);
	out->state = state_of(activity);
	out->since_ms = field_time(&r->fields, from, "created_at", NULL);
	updated_ms = field_time(&r->fields, from, "updated_at", &text);
	out->state_at_ms = updated_ms;
	if (updated_ms <= r->out->version_ms)
		return;
	r->out->version_ms = updated_ms;
	r->out->changed_at_ms = updated_ms;
	r->out->changed_at_text = text;
}

/* An element that is no object says nothing, which is not "no". */
static void read_element(struct ecom9_reader *r, size_t i,
    const field_value *item, struct grant *out)
{
	const char *error;

	if (!json_is_object(item)) {
		out->status = word_of(ACTIVITY_UNKNOWN);
		return;
	}
	read_subscription(r, item, out);
	if (r->fields.error == NULL)
		return;
	error =
	    arena_printf(r->arena, "subscriptions[%zu].%s", i, r->fields.error);
	if (error != NULL)
		r->fields.error = error;
}

static int compare_names(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int by_name(const void *left, const void *right)
{
	const struct grant *a = left;
	const struct grant *b = right;
	int d = compare_names(a->product, b->product);

	if (d == 0)
		d = compare_names(a->label, b->label);
	if (d == 0)
		d = (a->since_ms > b->since_ms) - (a->since_ms < b->since_ms);
	return d != 0 ? d : (int)a->state - (int)b->state;
}

/* ---- the two shapes ----------------------------------------------------- */

static struct grant *make_grants(struct ecom9_reader *r, size_t n)
{
	struct grant *grants = arena_alloc(r->arena, n, sizeof(*grants));

	r->out->grants = grants;
	r->out->n_grants = grants != NULL ? n : 0;
	return grants;
}

static void read_single(
    struct ecom9_reader *r, const field_value *root, struct fact *facts)
{
	struct grant *grant = make_grants(r, 1);

	if (grant == NULL)
		return;
	read_subscription(r, root, grant);
	reading_fact(r->out, facts, "product", grant->product);
	reading_fact(r->out, facts, "label", grant->label);
	if (grant->state != STATE_UNKNOWN)
		return;
	/* nor is it known whether that is all that there is */
	grant->product = NULL;
	grant->label = NULL;
}

/* A list of subscriptions, whatever it is called. */
static bool is_readable(const char *name, const field_value *list)
{
	if (!json_is_array(list))
		return false;
	for (size_t i = 0; i < field_count(list); i++) {
		if (activity_of(field_at(list, i)) != ACTIVITY_UNKNOWN)
			return true;
	}
	return field_count(list) == 0 && strcmp(name, "subscriptions") == 0;
}

/*
 * The member's name is not public: it begins with "subscript". The likely name
 * first, else the first list that can be read.
 */
static const char *find_list(field_value *root)
{
	static const char likely[] = "subscriptions";
	const char *name;
	json_t *value;

	if (is_readable(likely, json_object_get(root, likely)))
		return likely;
	json_object_foreach(root, name, value)
	{
		if (is_readable(name, value))
			return name;
	}
	return NULL;
}

/* All of them as one fact; very many are told apart by a number only. */
static void summarize(struct ecom9_reader *r, struct fact *facts)
{
	struct buf text;
	const char *copy;

	buf_init(&text, SUMMARY_ROOM);
	for (size_t i = 0; i < r->out->n_grants; i++) {
		const struct grant *grant = &r->out->grants[i];

		buf_addf(&text, "%s%s/%s %s", i > 0 ? ", " : "",
		    grant->product != NULL ? grant->product : "",
		    grant->label != NULL ? grant->label : "", grant->status);
	}
	if (r->out->n_grants == 0)
		copy = "none";
	else if (text.error == 0 && text.len <= SUMMARY_MAX)
		copy = arena_text(r->arena, buf_text(&text));
	else
		copy = arena_printf(r->arena, "%zu, %016llx", r->out->n_grants,
		    (unsigned long long)text_hash(buf_text(&text), text.len));
	buf_fini(&text);
	reading_fact(r->out, facts, "subscriptions", copy);
}

static enum activity best_of(const struct observation *obs)
{
	enum activity best = ACTIVITY_NO;

	for (size_t i = 0; i < obs->n_grants; i++) {
		if (obs->grants[i].state == STATE_ACTIVE)
			return ACTIVITY_YES;
		if (obs->grants[i].state == STATE_UNKNOWN)
			best = ACTIVITY_UNKNOWN;
	}
	return best;
}

/* One grant for each, in an order that does not hang on the list's. */
static void read_list(struct ecom9_reader *r, const field_value *root,
    const char *name, struct fact *facts)
{
	const field_value *list = json_object_get(root, name);
	size_t n = field_count(list);
	struct grant *grants;

	if (n > OBSERVATION_GRANTS_MAX) {
		field_complain(&r->fields, "subscriptions", "too many");
		return;
	}
	grants = n > 0 ? make_grants(r, n) : NULL;
	for (size_t i = 0; grants != NULL && i < n; i++)
		read_element(r, i, field_at(list, i), &grants[i]);
	if (r->fields.error != NULL)
		return;
	if (grants != NULL)
		qsort(grants, n, sizeof(*grants), by_name);
	summarize(r, facts);
}

/*
 * Neither shape: unknown, never "no". The grant keeps the account's answer from
 * being "no grant".
 */
static void read_state(
    struct ecom9_reader *r, field_value *root, struct fact *facts)
{
	enum activity activity = activity_of(root);
	const char *list = NULL;

	ecom9_read_owner(r, root, r->object->id);
	if (activity == ACTIVITY_UNKNOWN)
		list = find_list(root);
	if (list == NULL) {
		read_single(r, root, facts);
	} else {
		read_list(r, root, list, facts);
		activity = best_of(r->out);
	}
	r->out->status = word_of(activity);
	r->out->state = state_of(activity);
}

/* ---- credits ------------------------------------------------------------ */

static void take_credits(
    struct ecom9_reader *r, const field_value *root, struct fact *facts)
{
	struct credit *credit = arena_alloc(r->arena, 1, sizeof(*credit));
	const char *account = r->out->account;
	const char *amount;

	ecom9_read_owner(r, root, r->object->id);
	r->out->account = account;
	amount = reading_amount(&r->fields, root, "credits");
	if (credit == NULL || amount == NULL)
		return;
	*credit = (struct credit){.amount = amount, .unit = "credits"};
	r->out->credits = credit;
	r->out->n_credits = 1;
	reading_fact(r->out, facts, "credits", amount);
}

/*
 * ecom9 documents the errors of the debit only: 404 is no ledger, and 403 a
 * business answer, not a refused key. Neither says anything about the state.
 */
static void read_credits(struct ecom9_reader *r, struct fact *facts)
{
	const struct client_reply *reply = &r->replies[1];
	struct client_reading probe = {0};
	const char *cause;
	field_value *root;

	if (reply->status == 404 || reply->status == 403)
		return;
	if (!client_read_status(reply, r->arena, &probe)) {
		cause = arena_printf(r->arena,
		    "the balance of credits cannot be read (HTTP %d)",
		    reply->status);
		reading_refuse(r->reading, VERDICT_LATER,
		    cause != NULL ? cause : "too large to be held");
		return;
	}
	root = reading_document(reply, r->arena, r->reading);
	if (root != NULL)
		take_credits(r, root, facts);
	field_free(root);
}

void ecom9_account(struct ecom9_reader *r)
{
	const struct ecom9_question credits = {
	    .endpoint = ECOM9_CREDITS, .account = r->object->id};
	struct fact *facts =
	    arena_alloc(r->arena, OBSERVATION_FACTS_MAX, sizeof(*facts));
	field_value *root;

	if (!client_read_status(&r->replies[0], r->arena, r->reading))
		return;
	root = reading_document(&r->replies[0], r->arena, r->reading);
	if (root == NULL)
		return;
	r->out->facts = facts;
	if (facts != NULL)
		read_state(r, root, facts);
	field_free(root);
	if (facts == NULL || r->fields.error != NULL || !r->options->credits)
		return;
	if (r->n == 1)
		ecom9_read_more(r, &credits);
	else
		read_credits(r, facts);
}
