/*
 * What the files of the Mollie client share: mollie.c (tables, settings,
 * questions), mollie_hook.c (notifications), mollie_read.c (answers, and what
 * both kinds need), mollie_payment.c and mollie_subscription.c (one kind each),
 * mollie_payments.c (a subscription's list of them), mollie_interval.c (how
 * long one lasts).
 */
#ifndef TRUEUP_CLIENTS_MOLLIE_H
#define TRUEUP_CLIENTS_MOLLIE_H

#include "reconciler/core/state.h"

#include "clients/client.h"
#include "clients/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOLLIE_PAYMENT "payment"
#define MOLLIE_SUBSCRIPTION "subscription"
#define MOLLIE_CUSTOMER "customer" /* a parent; it has no kind of its own */

/* The group `options` of the settings. */
struct mollie_options {
	const char
	    *product_from; /* JSON Pointer into a subscription, or NULL */
	bool testmode;	   /* an access_ token is to see test data */
	bool paid_through; /* a cancelled one lasts as long as paid for */
};

enum { MOLLIE_LISTS = 2 };

extern const struct client_list mollie_lists[MOLLIE_LISTS];

/* One look, while its answers are read. */
struct mollie_reader {
	const struct provider_settings *provider;
	const struct mollie_options *options;
	const struct client_object *object;
	const struct client_kind *kind;
	const struct client_reply *replies;
	size_t n;
	int64_t now_ms;
	struct arena *arena;
	struct fields fields;
	struct client_reading *reading;
	struct observation *out; /* that of `reading` */
};

/* A moment, and how the provider wrote it; 0 and NULL: none. */
struct mollie_stamp {
	int64_t ms;
	const char *text;
};

/* An amount as written, and in ten thousandths of its unit to compare. */
struct mollie_amount {
	const char *value; /* "25.00"; NULL: there is none */
	const char *currency;
	int64_t minor;
};

/*
 * Ids: a prefix, then 1 to 64 letters and digits (Mollie's samples); such an
 * id needs no escaping in a path. mollie_is_id(id): of any prefix of lower-case
 * letters.
 */
bool mollie_is_id(const char *id);
bool mollie_is_payment(const char *id);
bool mollie_is_subscription(const char *id);
bool mollie_is_customer(const char *id);

/* mollie_kind(name): the kind's table; NULL: no such kind. */
const struct client_kind *mollie_kind(const char *name);
/* mollie_options_of(provider): its options, or the defaults. */
const struct mollie_options *mollie_options_of(
    const struct provider_settings *provider);

/* The client's identify and read; see client.h. */
int mollie_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err);
void mollie_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out);

/*
 * mollie_request(provider, arena, path, operation, out): a GET of the path
 * (which may have a query). 0, or ERR_FULL. path NULL (no room) is ERR_FULL.
 */
int mollie_request(const struct provider_settings *provider,
    struct arena *arena, const char *path, const char *operation,
    struct client_request *out);
/* mollie_subscription_path(arena, customer, id): NULL: the arena is full. */
const char *mollie_subscription_path(
    struct arena *arena, const char *customer, const char *id);

/*
 * mollie_open(r, i): the document of the i-th answer, to be given to
 * field_free; NULL: it is none, and the reading says why.
 */
field_value *mollie_open(struct mollie_reader *r, size_t i);
/*
 * mollie_check(r, root, resource, id): a complaint unless the document is the
 * object of that resource and id.
 */
void mollie_check(struct mollie_reader *r, const field_value *root,
    const char *resource, const char *id);
/*
 * mollie_more(r, path): the reading is MORE, the next question that path (of
 * the kind's own operation).
 */
void mollie_more(struct mollie_reader *r, const char *path);

/* Getters of one member; what is wrong with it is a complaint. */
struct mollie_stamp mollie_stamp(
    struct mollie_reader *r, const field_value *root, const char *path);
/* A plain date, read as midnight UTC. */
struct mollie_stamp mollie_date(
    struct mollie_reader *r, const field_value *root, const char *path);
struct mollie_amount mollie_amount(
    struct mollie_reader *r, const field_value *root, const char *name);
/* An id that is_valid; NULL: there is none. */
const char *mollie_id(struct mollie_reader *r, const field_value *root,
    const char *path, bool (*is_valid)(const char *id));

/* An object that does not say its mode is taken to be of ours. */
bool mollie_is_other_mode(const struct provider_settings *provider,
    struct fields *fields, const field_value *object);
/* mollie_status(r, root): set the observation's status, state and mode. */
void mollie_status(struct mollie_reader *r, const field_value *root);
/* What a JSON Pointer names, if it can be an account or a product; or NULL. */
const char *mollie_account(struct mollie_reader *r, const field_value *root);
const char *mollie_product(struct mollie_reader *r, const field_value *root);

/*
 * Read the answers about an object of one kind: the observation, or the next
 * question. Complaints go to r->fields.
 */
void mollie_payment(struct mollie_reader *r);
void mollie_subscription(struct mollie_reader *r);

#define MOLLIE_FIRST_PAGE "?limit=250"

/*
 * mollie_payments_path(arena, customer, id, query): of a subscription's
 * payments. NULL: the arena is full.
 */
const char *mollie_payments_path(struct arena *arena, const char *customer,
    const char *id, const char *query);
/*
 * mollie_kept(r, root, n): of a page of payments, when those were made that
 * were paid and neither refunded as a whole nor charged back; n of them.
 */
const int64_t *mollie_kept(
    struct mollie_reader *r, const field_value *root, size_t *n);
/*
 * mollie_next_page(r, root, customer, id): the path of the page that follows,
 * NULL at the end. A link to anything but another place of the same list, below
 * base_url, is a complaint: the key goes nowhere else.
 */
const char *mollie_next_page(struct mollie_reader *r, const field_value *root,
    const char *customer, const char *id);

/*
 * mollie_interval_end(interval, from, out): when what begins at `from` ends,
 * for "1 month", "14 days", "2 weeks" (Mollie's subscriptions page). A day that
 * the last month does not have is its last one. 0, or ERR_BAD: not of the form,
 * or beyond the year 9999.
 */
int mollie_interval_end(const char *interval, int64_t from_ms, int64_t *out_ms);

#endif
