/*
 * What the files of the Flexprice client share: flexprice.c (tables, options,
 * questions), flexprice_hook.c (notifications), flexprice_read.c (answers, and
 * what all kinds need), flexprice_owner.c (whose it is),
 * flexprice_subscription.c, flexprice_features.c (what a
 * subscription's entitlements give), flexprice_payment.c (invoices, payments,
 * credit notes), flexprice_wallet.c (wallets, customers) and flexprice_list.c
 * (the lists of all that there is).
 */
#ifndef TRUEUP_CLIENTS_FLEXPRICE_H
#define TRUEUP_CLIENTS_FLEXPRICE_H

#include "clients/client.h"
#include "clients/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLEXPRICE_SUBSCRIPTION "subscription"
#define FLEXPRICE_INVOICE "invoice"
#define FLEXPRICE_WALLET "wallet"
#define FLEXPRICE_CUSTOMER "customer"
#define FLEXPRICE_PAYMENT "payment"
#define FLEXPRICE_CREDIT_NOTE "credit_note"
#define FLEXPRICE_EXTERNAL "external"

enum { FLEXPRICE_LISTS = 4 };

extern const struct client_list flexprice_lists[FLEXPRICE_LISTS];

struct flexprice_look;

/* The group `options` of the settings. */
struct flexprice_options {
	const char *signature;	    /* "standard" or "static" */
	const char *static_header;  /* that carries the secret, if static */
	const char *key_header;	    /* of the API key */
	const char *environment_id; /* X-Environment-ID; "": not sent */
	bool entitlements;	    /* ask what a subscription gives */
};

/* What belongs to a kind beside struct client_kind; the same index. */
struct flexprice_kind {
	const char *path;   /* up to the id */
	const char *status; /* the member with the business state */
	/* Fills the observation; complaints go to look->fields. */
	void (*read)(struct flexprice_look *look);
};

/* One look at one object while its answers are read. */
struct flexprice_look {
	const struct provider_settings *provider;
	const struct flexprice_options *options;
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
	struct fact *facts; /* out->facts, while it is filled */
};

/* What a further question came to. */
enum flexprice_step {
	FLEXPRICE_HALT = 0, /* the look is halted: return */
	FLEXPRICE_ABSENT,   /* 404: there is no such thing, or not for us */
	FLEXPRICE_REFUSED,  /* 400: not of what is in this state */
	FLEXPRICE_ANSWER    /* *out is the document */
};

/* ---- flexprice.c --------------------------------------------------------- */

/* flexprice_kind(client_kind): its row, for a kind of this client. */
const struct flexprice_kind *flexprice_kind(const struct client_kind *kind);
/*
 * flexprice_is_id(id): the form of all ids, a prefix in lower case, '_' and a
 * ULID in upper case (Flexprice API reference).
 */
bool flexprice_is_id(const char *id);
const struct flexprice_options *flexprice_options_of(
    const struct provider_settings *provider);
/*
 * flexprice_request(provider, path, operation, arena, out): a GET with all its
 * headers. 0 or ERR_FULL.
 */
int flexprice_request(const struct provider_settings *provider,
    const char *path, const char *operation, struct arena *arena,
    struct client_request *out);

/* ---- flexprice_hook.c, flexprice_read.c: identify, read; see client.h ---- */

int flexprice_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err);
void flexprice_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out);

/*
 * flexprice_step(look, path, operation, out): ask this as well, or its answer
 * when it is here already. A path of NULL is a full arena.
 */
enum flexprice_step flexprice_step(struct flexprice_look *look,
    const char *path, const char *operation, const field_value **out);

/* That question cannot be answered with 400 here: a complaint. */
void flexprice_refused(struct flexprice_look *look, const char *operation);

/* An id of the documented form; NULL: absent, null or empty. */
const char *flexprice_id(
    struct fields *fields, const field_value *from, const char *path);
/* A date-time; 0: absent, null, or the zero time that Go writes for none. */
int64_t flexprice_time(struct fields *fields, const field_value *from,
    const char *path, const char **text);
/*
 * A decimal number as it is written: text, or a JSON integer. NULL: absent. A
 * JSON number with a point is a complaint: it went through binary.
 */
const char *flexprice_decimal(
    struct fields *fields, const field_value *from, const char *path);

/* Of the object that is looked at: a fact from its member, if it has one. */
void flexprice_fact_text(
    struct flexprice_look *look, const char *name, const char *path);
void flexprice_fact_decimal(
    struct flexprice_look *look, const char *name, const char *path);
/* When the status began: the first of these members that is there. */
void flexprice_changed(
    struct flexprice_look *look, const char *path, const char *otherwise);
/* ---- flexprice_owner.c --------------------------------------------------- */

/* Look at it once more in a while, if it was made only just now. */
void flexprice_look_again(struct flexprice_look *look);
/* An external_id; NULL too when no account can be called like that. */
const char *flexprice_external_id(
    struct flexprice_look *look, const field_value *from, const char *path);
/*
 * flexprice_owner(look, from, customer): that customer, and the account: what
 * account_from says, else the external_id of the customer inside `from`, else
 * of that which is asked for. Nothing for a customer of NULL. false: halted.
 */
bool flexprice_owner(
    struct flexprice_look *look, const field_value *from, const char *customer);

/* ---- flexprice_features.c ------------------------------------------------ */

/*
 * flexprice_features(look, model): one grant like the model, which is that of
 * the plan, and one for each feature that is enabled, its label being the
 * feature's; what they are limited to becomes a fact. false: halted.
 */
bool flexprice_features(struct flexprice_look *look, const struct grant *model);

/* ---- one function for each kind ------------------------------------------ */

void flexprice_subscription(struct flexprice_look *look);
void flexprice_invoice(struct flexprice_look *look);
void flexprice_payment(struct flexprice_look *look);
void flexprice_credit_note(struct flexprice_look *look);
void flexprice_wallet(struct flexprice_look *look);
void flexprice_customer(struct flexprice_look *look);
/* No object of its own: which customer has that external_id. */
void flexprice_external(struct flexprice_look *look);

#endif
