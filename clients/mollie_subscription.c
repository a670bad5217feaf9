/*
 * What the answers about a subscription mean. The first is the subscription;
 * only where paid_through is asked for and it has ended the others are pages of
 * its payments, newest first, until one of them is paid and kept.
 */
#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"

#include "clients/reading.h"

#include "clients/mollie.h"

/* The next payment is due on a date: any time of that day is in time. */
#define DAY_MS (INT64_C(24) * 3600 * 1000)

enum { INTERVAL_MAX = 32, TIMES_MAX = 1000000 };

/* A subscription, as far as it matters. */
struct subscription {
	struct mollie_amount amount;
	const char *interval;
	const char *times; /* as text, or NULL: without end */
	struct mollie_stamp start;
	struct mollie_stamp next;
	struct mollie_stamp canceled;
	const char *product;
	int64_t until_ms; /* end of what is paid for; 0: not asked, or none */
};

/*
 * The start is a plain date; an answer without it has at least the moment at
 * which the subscription was made. Without either access would be open since
 * ever.
 */
static void read_start(
    struct mollie_reader *r, const field_value *root, struct subscription *s)
{
	s->start = mollie_date(r, root, "startDate");
	if (s->start.ms == 0)
		s->start = mollie_stamp(r, root, "createdAt");
	if (s->start.ms == 0)
		field_complain(&r->fields, "startDate", "missing");
}

static void read_times(
    struct mollie_reader *r, const field_value *root, struct subscription *s)
{
	int64_t times = field_int(&r->fields, root, "times", 0, TIMES_MAX);

	if (times > 0)
		s->times = arena_printf(r->arena, "%d", (int)times);
}

/* Whose it is: it was found below its customer, and may not say otherwise. */
static void read_customer(struct mollie_reader *r, const field_value *root)
{
	const char *customer =
	    mollie_id(r, root, "customerId", mollie_is_customer);

	if (customer != NULL && r->object->parent_id != NULL &&
	    !text_equal(customer, r->object->parent_id))
		field_complain(&r->fields, "customerId",
		    "the answer is about another customer");
	if (customer == NULL)
		customer = arena_text(r->arena, r->object->parent_id);
	if (customer == NULL)
		field_complain(&r->fields, "customerId", "missing");
	r->out->customer = customer;
}

static void read_document(
    struct mollie_reader *r, const field_value *root, struct subscription *s)
{
	mollie_check(r, root, MOLLIE_SUBSCRIPTION, r->object->id);
	mollie_status(r, root);
	s->amount = mollie_amount(r, root, "amount");
	s->interval = field_text(&r->fields, root, "interval", INTERVAL_MAX);
	read_times(r, root, s);
	read_start(r, root, s);
	s->next = mollie_date(r, root, "nextPaymentDate");
	s->canceled = mollie_stamp(r, root, "canceledAt");
	s->product = mollie_product(r, root);
	read_customer(r, root);
	r->out->account = mollie_account(r, root);
}

/* ---- paid through ---------------------------------------------------------
 */

static bool wants_payments(const struct mollie_reader *r)
{
	return r->options->paid_through && r->out->state == STATE_ENDED &&
	       !r->out->other_mode;
}

/*
 * The latest end of what the payments of a page paid for; *next is the page to
 * go on with while there is none.
 */
static int64_t read_page(struct mollie_reader *r, const field_value *root,
    const struct subscription *s, const char **next)
{
	size_t n;
	const int64_t *kept = mollie_kept(r, root, &n);
	int64_t last_ms = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t until_ms = 0;

		if (s->interval == NULL ||
		    mollie_interval_end(s->interval, kept[i], &until_ms) != 0)
			field_complain(
			    &r->fields, "interval", "not an interval");
		if (until_ms > last_ms)
			last_ms = until_ms;
	}
	*next = last_ms == 0
		    ? mollie_next_page(r, root, r->out->customer, r->object->id)
		    : NULL;
	return last_ms;
}

/* false: there is another page to be read first, or nothing can be said. */
static bool read_payments(struct mollie_reader *r, struct subscription *s)
{
	const char *next = NULL;
	field_value *root;

	if (r->n == 1) {
		mollie_more(r, mollie_payments_path(r->arena, r->out->customer,
				   r->object->id, MOLLIE_FIRST_PAGE));
		return false;
	}
	root = mollie_open(r, r->n - 1);
	if (root == NULL)
		return false;
	s->until_ms = read_page(r, root, s, &next);
	field_free(root);
	if (next == NULL)
		return true;
	mollie_more(r, next);
	return false;
}

/* ---- the observation ------------------------------------------------------
 */

/*
 * What was paid for outlasts the subscription: until then its grant is that of
 * one that is active.
 */
static void add_grant(struct mollie_reader *r, const struct subscription *s)
{
	struct grant *grant = arena_alloc(r->arena, 1, sizeof(*grant));

	if (grant == NULL)
		return;
	grant->product = s->product;
	grant->status = r->out->status;
	grant->state = r->out->state;
	if (s->until_ms > r->now_ms)
		grant->state = STATE_ACTIVE;
	grant->since_ms = s->start.ms;
	grant->until_ms = s->until_ms;
	grant->state_at_ms = r->out->changed_at_ms;
	if (s->next.ms != 0)
		grant->renews_ms = reading_renews(
		    r->out->state, s->next.ms + DAY_MS, s->until_ms);
	r->out->grants = grant;
	r->out->n_grants = 1;
}

static void add_facts(struct mollie_reader *r, const struct subscription *s)
{
	struct fact *facts =
	    arena_alloc(r->arena, OBSERVATION_FACTS_MAX, sizeof(*facts));

	if (facts == NULL)
		return;
	reading_fact(r->out, facts, "product", s->product);
	reading_fact(r->out, facts, "amount", s->amount.value);
	reading_fact(r->out, facts, "currency", s->amount.currency);
	reading_fact(r->out, facts, "interval", s->interval);
	reading_fact(r->out, facts, "times", s->times);
	reading_fact(r->out, facts, "start_date", s->start.text);
	r->out->facts = facts;
}

static void conclude(struct mollie_reader *r, const struct subscription *s)
{
	if (text_equal(r->out->status, "canceled")) {
		r->out->changed_at_ms = s->canceled.ms;
		r->out->changed_at_text = s->canceled.text;
	}
	reading_boundary(r->out, s->start.ms);
	reading_boundary(r->out, s->next.ms);
	reading_boundary(r->out, s->until_ms);
	add_facts(r, s);
	add_grant(r, s);
}

void mollie_subscription(struct mollie_reader *r)
{
	struct subscription s = {.interval = NULL};
	field_value *root = mollie_open(r, 0);

	if (root == NULL)
		return;
	read_document(r, root, &s);
	field_free(root);
	if (r->fields.error != NULL)
		return;
	if (wants_payments(r) && !read_payments(r, &s))
		return;
	conclude(r, &s);
}
