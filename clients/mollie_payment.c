/*
 * What the answers about a payment mean. The first is the payment. When its
 * money went back, the second is the payment with its refunds and chargebacks
 * (for their times), and the third the payments of the subscription that it
 * paid for: what went back is made good by a later one that was kept.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "clients/reading.h"

#include "clients/mollie.h"

enum { RETURNS_MAX = 1000 };

/* A payment, as far as it matters. */
struct payment {
	struct mollie_amount amount;
	struct mollie_amount refunded;
	struct mollie_amount charged_back;
	struct mollie_amount remaining;
	enum effect_kind went_back; /* NONE: nothing did */
	struct mollie_stamp created;
	struct mollie_stamp changed;  /* when its status began */
	struct mollie_stamp returned; /* when the money went back last */
	struct mollie_stamp expires;
	const char *customer;
	const char *subscription;
	const char *account;
	const char *product;
	int64_t until_ms; /* when a later one was made; 0: there is none */
};

/* Which stamp tells since when a payment has its status. */
struct since {
	const char *word;
	const char *path;
};

static const struct since sinces[] = {
    {"open", "createdAt"},
    {"authorized", "authorizedAt"},
    {"paid", "paidAt"},
    {"canceled", "canceledAt"},
    {"expired", "expiredAt"},
    {"failed", "failedAt"},
};

static struct mollie_stamp read_since(
    struct mollie_reader *r, const field_value *root)
{
	const struct mollie_stamp none = {0, NULL};

	for (size_t i = 0; i < sizeof(sinces) / sizeof(sinces[0]); i++) {
		if (text_equal(sinces[i].word, r->out->status))
			return mollie_stamp(r, root, sinces[i].path);
	}
	return none;
}

/* ---- money that went back ------------------------------------------------ */

static void same_currency(struct mollie_reader *r, const struct payment *p,
    const struct mollie_amount *other, const char *name)
{
	if (other->value != NULL && r->fields.error == NULL &&
	    !text_equal(other->currency, p->amount.currency))
		field_complain(
		    &r->fields, name, "another currency than the amount");
}

static void read_amounts(
    struct mollie_reader *r, const field_value *root, struct payment *p)
{
	p->amount = mollie_amount(r, root, "amount");
	p->refunded = mollie_amount(r, root, "amountRefunded");
	p->charged_back = mollie_amount(r, root, "amountChargedBack");
	p->remaining = mollie_amount(r, root, "amountRemaining");
	if (p->amount.value == NULL)
		field_complain(&r->fields, "amount", "missing");
	same_currency(r, p, &p->refunded, "amountRefunded");
	same_currency(r, p, &p->charged_back, "amountChargedBack");
	same_currency(r, p, &p->remaining, "amountRemaining");
}

/*
 * Refunded and charged back are not statuses; the numbers tell, in both
 * directions: a chargeback that was reversed is in them no more.
 */
static void judge_amounts(struct mollie_reader *r, struct payment *p)
{
	if (r->out->state != STATE_PAID)
		return;
	if (p->charged_back.minor > 0) {
		p->went_back = EFFECT_CHARGEBACK;
		r->out->state = STATE_REVERSED;
	} else if (p->refunded.minor > 0 &&
		   p->refunded.minor >= p->amount.minor) {
		p->went_back = EFFECT_REFUND;
		r->out->state = STATE_REFUNDED;
	} else if (p->refunded.minor > 0) {
		p->went_back = EFFECT_PARTIAL_REFUND;
	}
}

/* A refund that came to nothing took nothing back. */
static bool counts(struct mollie_reader *r, const field_value *item)
{
	const char *status =
	    field_text(&r->fields, item, "status", OBSERVATION_WORD_MAX);

	return !text_equal(status, "failed") &&
	       !text_equal(status, "canceled") &&
	       !field_has(item, "reversedAt");
}

/* When the last of the refunds or chargebacks came. */
static struct mollie_stamp read_returned(
    struct mollie_reader *r, const field_value *root, const char *path)
{
	const field_value *list = field_array(&r->fields, root, path);
	struct mollie_stamp last = {0, NULL};
	size_t n = field_count(list);

	if (n > RETURNS_MAX)
		field_complain(&r->fields, path, "too many");
	for (size_t i = 0; i < n && r->fields.error == NULL; i++) {
		const field_value *item = field_at(list, i);
		struct mollie_stamp at = mollie_stamp(r, item, "createdAt");

		if (at.ms > last.ms && counts(r, item))
			last = at;
	}
	return last;
}

static void read_payment(
    struct mollie_reader *r, const field_value *root, struct payment *p)
{
	mollie_check(r, root, MOLLIE_PAYMENT, r->object->id);
	mollie_status(r, root);
	read_amounts(r, root, p);
	p->created = mollie_stamp(r, root, "createdAt");
	p->changed = read_since(r, root);
	p->expires = mollie_stamp(r, root, "expiresAt");
	p->customer = mollie_id(r, root, "customerId", mollie_is_customer);
	p->subscription =
	    mollie_id(r, root, "subscriptionId", mollie_is_subscription);
	p->account = mollie_account(r, root);
	p->product = mollie_product(r, root);
	if (r->fields.error != NULL)
		return;
	judge_amounts(r, p);
	if (p->went_back == EFFECT_CHARGEBACK)
		p->returned = read_returned(r, root, "_embedded.chargebacks");
	else if (p->went_back != EFFECT_NONE)
		p->returned = read_returned(r, root, "_embedded.refunds");
}

/* ---- whether it was made good ---------------------------------------------
 */

static bool wants_later(const struct mollie_reader *r, const struct payment *p)
{
	return p->went_back != EFFECT_NONE && p->subscription != NULL &&
	       p->customer != NULL && !r->out->other_mode;
}

/* The first that was made after this one, and was paid and kept. */
static void read_later(
    struct mollie_reader *r, const field_value *root, struct payment *p)
{
	size_t n;
	const int64_t *kept = mollie_kept(r, root, &n);

	if (p->created.ms == 0)
		field_complain(&r->fields, "createdAt", "missing");
	for (size_t i = 0; i < n && r->fields.error == NULL; i++) {
		if (kept[i] > p->created.ms &&
		    (p->until_ms == 0 || kept[i] < p->until_ms))
			p->until_ms = kept[i];
	}
}

/*
 * A subscription that is gone has no payments. false: the answer cannot be
 * read, and the reading says why.
 */
static bool open_later(struct mollie_reader *r, struct payment *p)
{
	field_value *root;

	if (r->replies[2].status == 404 || r->replies[2].status == 410)
		return true;
	root = mollie_open(r, 2);
	if (root == NULL)
		return false;
	read_later(r, root, p);
	field_free(root);
	return r->fields.error == NULL;
}

/* ---- the observation ------------------------------------------------------
 */

static const char *value_of(const struct mollie_amount *amount, bool wanted)
{
	return wanted ? amount->value : NULL;
}

static void add_facts(struct mollie_reader *r, const struct payment *p)
{
	struct fact *facts =
	    arena_alloc(r->arena, OBSERVATION_FACTS_MAX, sizeof(*facts));
	bool back = p->went_back != EFFECT_NONE;

	if (facts == NULL)
		return;
	reading_fact(r->out, facts, "amount", p->amount.value);
	reading_fact(r->out, facts, "currency", p->amount.currency);
	reading_fact(r->out, facts, "amount_refunded",
	    value_of(&p->refunded, p->refunded.minor > 0));
	reading_fact(r->out, facts, "amount_charged_back",
	    value_of(&p->charged_back, p->charged_back.minor > 0));
	reading_fact(
	    r->out, facts, "amount_remaining", value_of(&p->remaining, back));
	r->out->facts = facts;
}

/* What the payment did to the subscription, be it that nothing is wrong. */
static void add_effect(struct mollie_reader *r, const struct payment *p)
{
	struct effect *effect;

	if (p->subscription == NULL ||
	    (r->out->state != STATE_PAID && p->went_back == EFFECT_NONE))
		return;
	effect = arena_alloc(r->arena, 1, sizeof(*effect));
	if (effect == NULL)
		return;
	effect->kind = p->went_back;
	effect->target =
	    (struct member){.kind = MOLLIE_SUBSCRIPTION, .id = p->subscription};
	if (p->customer != NULL) {
		effect->target.parent_kind = MOLLIE_CUSTOMER;
		effect->target.parent_id = p->customer;
	}
	if (p->went_back != EFFECT_NONE) {
		effect->at_ms =
		    p->returned.ms != 0 ? p->returned.ms : p->created.ms;
		effect->until_ms = p->until_ms;
	}
	r->out->effects = effect;
	r->out->n_effects = 1;
}

/* By default a payment opens nothing, and is not even shown as a grant. */
static void add_grant(struct mollie_reader *r, const struct payment *p)
{
	const struct policy *policy = &r->provider->policy;
	struct grant *grant;

	if (p->subscription != NULL ||
	    policy->rules[STATE_PAID].access == ACCESS_DENY)
		return;
	grant = arena_alloc(r->arena, 1, sizeof(*grant));
	if (grant == NULL)
		return;
	grant->product = p->product;
	grant->status = r->out->status;
	grant->state = r->out->state;
	grant->since_ms = p->created.ms;
	grant->state_at_ms = r->out->changed_at_ms;
	r->out->grants = grant;
	r->out->n_grants = 1;
}

/*
 * The subscription has no notification of its own: each of its payments is the
 * occasion to look at it. It can only be asked for with its customer.
 */
static void follow(struct mollie_reader *r, const struct payment *p)
{
	struct client_reading *out = r->reading;

	if (p->subscription == NULL || p->customer == NULL)
		return;
	out->also[out->n_also++] = (struct member){
	    .kind = MOLLIE_SUBSCRIPTION,
	    .id = p->subscription,
	    .parent_kind = MOLLIE_CUSTOMER,
	    .parent_id = p->customer,
	};
}

/* Since when it is as it is: where money went back, since then. */
static struct mollie_stamp changed_of(
    const struct mollie_reader *r, const struct payment *p)
{
	if (p->returned.ms > p->changed.ms || r->out->state == STATE_REFUNDED ||
	    r->out->state == STATE_REVERSED)
		return p->returned;
	return p->changed;
}

static void conclude(struct mollie_reader *r, const struct payment *p)
{
	struct mollie_stamp changed = changed_of(r, p);

	r->out->changed_at_ms = changed.ms;
	r->out->changed_at_text = changed.text;
	r->out->customer = p->customer;
	r->out->account = p->account;
	if (r->out->state == STATE_PENDING)
		reading_boundary(r->out, p->expires.ms);
	add_facts(r, p);
	add_effect(r, p);
	add_grant(r, p);
	follow(r, p);
}

void mollie_payment(struct mollie_reader *r)
{
	struct payment p = {.went_back = EFFECT_NONE};
	field_value *root = mollie_open(r, r->n > 1 ? 1 : 0);

	if (root == NULL)
		return;
	read_payment(r, root, &p);
	field_free(root);
	if (r->fields.error != NULL)
		return;
	if (r->n == 1 && p.went_back != EFFECT_NONE && !r->out->other_mode)
		mollie_more(r, arena_printf(r->arena,
				   "/v2/payments/%s?embed=refunds,chargebacks",
				   r->object->id));
	else if (r->n == 2 && wants_later(r, &p))
		mollie_more(r, mollie_payments_path(r->arena, p.customer,
				   p.subscription, MOLLIE_FIRST_PAGE));
	else if (r->n <= 2 || !wants_later(r, &p) || open_later(r, &p))
		conclude(r, &p);
}
