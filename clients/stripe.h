/*
 * What the files of the Stripe client share: stripe.c (tables, questions),
 * stripe_hook.c (notifications), stripe_read.c (answers, and what all kinds
 * need), stripe_list.c (lists in pages) and one file for each kind or family:
 * stripe_subscription.c, stripe_session.c, stripe_payment.c, stripe_trail.c
 * (from a payment to what it paid for), stripe_customer.c. stripe_discover.c:
 * the lists of all that there is; stripe_events.c: the log of what happened.
 */
#ifndef TRUEUP_CLIENTS_STRIPE_H
#define TRUEUP_CLIENTS_STRIPE_H

#include "clients/client.h"
#include "clients/field.h"
#include "reconciler/base/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRIPE_SUBSCRIPTION "subscription"
#define STRIPE_INVOICE "invoice"
#define STRIPE_SESSION "checkout_session"
#define STRIPE_CHARGE "charge"
#define STRIPE_INTENT "payment_intent"
#define STRIPE_REFUND "refund"
#define STRIPE_CUSTOMER "customer"

enum { STRIPE_LISTS = 5 };

extern const struct client_list stripe_lists[STRIPE_LISTS];

struct page;
struct stripe_look;

/* The group `options` of the settings. */
struct stripe_options {
	const char *api_version;    /* Stripe-Version */
	const char *account;	    /* Stripe-Account, or NULL */
	struct config_texts events; /* types to catch up by; none: all */
};

/* What belongs to a kind beside struct client_kind; the same index. */
struct stripe_kind {
	const char *resource; /* the member `object` of its objects */
	const char *path;     /* up to the id */
	/* Fills the observation; complaints go to look->fields. */
	void (*read)(struct stripe_look *look);
};

/* One look at one object while its answers are read. */
struct stripe_look {
	const struct provider_settings *provider;
	const struct client_object *object;
	const struct client_kind *kind;
	const struct client_reply *replies;
	size_t n_replies;
	size_t used; /* answers that were read */
	int64_t now_ms;
	struct arena *arena;
	const field_value *root;	      /* the object itself */
	field_value *roots[CLIENT_STEPS_MAX]; /* all documents, to be freed */
	size_t n_roots;
	bool halted; /* the reading is set: ask on, or something is wrong */
	struct fields fields;
	struct observation *out; /* that of `reading` */
	struct client_reading *reading;
	struct fact *facts; /* to become out->facts */
};

/* One list, from one page or several. */
struct stripe_list {
	const field_value **items; /* of the look's documents */
	size_t n;
};

/* What a further question came to. */
enum stripe_step {
	STRIPE_HALT = 0, /* the look is halted: return */
	STRIPE_ABSENT,	 /* 404: there is no such thing */
	STRIPE_ANSWER	 /* *out is the document */
};

/* ---- stripe.c ------------------------------------------------------------ */

/* stripe_kind(client_kind): its row; never NULL for a kind of the client's. */
const struct stripe_kind *stripe_kind(const struct client_kind *kind);
/* stripe_kind_of(resource): the kind whose `object` that is; NULL: none. */
const struct client_kind *stripe_kind_of(const char *resource);
/* stripe_id_is(kind, id): an id of that kind's documented form. */
bool stripe_id_is(const char *kind, const char *id);
/* stripe_is_token(id): 1 to NAME_ID_MAX of [A-Za-z0-9_], as all ids are. */
bool stripe_is_token(const char *id);
const struct stripe_options *stripe_options_of(
    const struct provider_settings *provider);
/*
 * stripe_request(provider, path, operation, arena, out): a GET with all its
 * headers. 0 or ERR_FULL.
 */
int stripe_request(const struct provider_settings *provider, const char *path,
    const char *operation, struct arena *arena, struct client_request *out);

/* ---- stripe_hook.c, stripe_read.c: identify and read; see client.h --------
 */

int stripe_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err);
void stripe_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out);

/*
 * stripe_read_step(look, path, operation, out): ask this as well, or its
 * answer when it is here already. A path of NULL is a full arena.
 */
enum stripe_step stripe_read_step(struct stripe_look *look, const char *path,
    const char *operation, const field_value **out);

/*
 * stripe_ref(fields, from, path, kind): an id that stands as text or inside an
 * expanded object (Stripe, "Expanding responses"). NULL when it is absent or
 * null; a complaint when it is not an id of that kind (NULL: any token).
 */
const char *stripe_ref(struct fields *fields, const field_value *from,
    const char *path, const char *kind);
/*
 * stripe_invoice_subscription(fields, invoice): whose invoice it is, in both
 * shapes: `subscription` (before basil), else
 * `parent.subscription_details.subscription`. NULL: of none.
 */
const char *stripe_invoice_subscription(
    struct fields *fields, const field_value *invoice);

/* Deleted customers, refunds and disputes say no mode; they are taken for ours.
 */
bool stripe_is_other_mode(const struct provider_settings *provider,
    struct fields *fields, const field_value *object);
/* 409: a conflict, 424: something that Stripe needs failed; both pass. */
bool stripe_is_passing(int status);

/* Unix seconds as our milliseconds; 0: absent or null. */
int64_t stripe_time(
    struct fields *fields, const field_value *from, const char *path);
/* An integer as text; NULL: absent or null. */
const char *stripe_number(
    struct fields *fields, const field_value *from, const char *path);

/* Of the object that is looked at: a fact from its member, if it has one. */
void stripe_fact_text(
    struct stripe_look *look, const char *name, const char *path);
void stripe_fact_number(
    struct stripe_look *look, const char *name, const char *path);
/* A moment as a fact, as RFC 3339 text; 0: none. */
void stripe_fact_time(
    struct stripe_look *look, const char *name, int64_t at_ms);
/* The status of the object: its word, and our state for it. */
void stripe_status(struct stripe_look *look, const char *path);
/* When the status began, and how Stripe writes it; 0: unknown. */
void stripe_changed(struct stripe_look *look, int64_t at_ms);
/* The customer, and the account that the object names; see the manual. */
void stripe_owner(struct stripe_look *look);

/*
 * stripe_event_names(provider, fields, event, out): the objects that an event,
 * as in a notification or in the log, asks us to look at. out->n 0: none, and
 * out->ignored says why, or a complaint in fields.
 */
void stripe_event_names(const struct provider_settings *provider,
    struct fields *fields, const field_value *event,
    struct client_notices *out);

/* ---- stripe_discover.c, stripe_events.c: see client.h ---------------------
 */

/* stripe_page_data(page): the items of a list; complains if it is none. */
const field_value *stripe_page_data(struct page *page);
/*
 * stripe_page_next(page, last): where the next page begins, behind the id of
 * the last item of this one (NULL: there was none); NULL: nowhere.
 */
const char *stripe_page_next(struct page *page, const char *last);

extern const struct listing_log stripe_events_log;
int stripe_events_ask(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err);
void stripe_events_read(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out);

/* ---- stripe_list.c --------------------------------------------------------
 */

/*
 * stripe_list(look, embedded, path, operation, out): all items of a list:
 * those of `embedded` (a list object, or NULL), and, while there are more, the
 * pages at path, which ends in its query. false: halted or complained about.
 * A list that Stripe does not know (404) is an empty one, unless a part of it
 * was there already.
 */
bool stripe_list(struct stripe_look *look, const field_value *embedded,
    const char *path, const char *operation, struct stripe_list *out);

/*
 * stripe_list_grants(look, list, model): one grant for each item, its product
 * and label being the item's price's, its quantity the item's, the rest as in
 * model. Without any item: model alone.
 */
void stripe_list_grants(struct stripe_look *look,
    const struct stripe_list *list, const struct grant *model);

/* ---- one function for each kind ------------------------------------------ */

void stripe_subscription(struct stripe_look *look);
void stripe_session(struct stripe_look *look);
void stripe_invoice(struct stripe_look *look);
void stripe_charge(struct stripe_look *look);
void stripe_intent(struct stripe_look *look);
void stripe_refund(struct stripe_look *look);
void stripe_customer(struct stripe_look *look);

/*
 * stripe_trail(look, charge, effect): follow the charge to what it paid for
 * and fill effect->target and until_ms. false: halted, or nothing is known
 * that it paid for.
 */
bool stripe_trail(struct stripe_look *look, struct effect *effect);

#endif
