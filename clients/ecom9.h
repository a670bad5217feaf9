/*
 * What the files of the ecom9 client share: ecom9.c (tables, options,
 * notifications, questions), ecom9_read.c (answers, and what both kinds need),
 * ecom9_account.c and ecom9_transaction.c (one kind each).
 */
#ifndef TRUEUP_CLIENTS_ECOM9_H
#define TRUEUP_CLIENTS_ECOM9_H

#include "clients/client.h"
#include "clients/field.h"

#include <stdbool.h>
#include <stddef.h>

#define ECOM9_ACCOUNT "account"
#define ECOM9_TRANSACTION "transaction"

/* The group `options` of the settings. */
struct ecom9_options {
	const char *auth;	  /* "bearer" or "x-api-key" */
	const char *subscription; /* label that is asked for, or NULL: all */
	const char *tier;	  /* of that subscription, or NULL */
	bool credits;		  /* ask for the balance of credits too */
	bool transactions_grant;
};

/* A question of the status API. */
enum ecom9_endpoint { ECOM9_STATUS = 0, ECOM9_CREDITS, ECOM9_TRANSACTIONS };

struct ecom9_question {
	enum ecom9_endpoint endpoint;
	const char *account; /* account_ref_id */
	size_t page;	     /* ECOM9_TRANSACTIONS: from 1 */
};

/* One look's answers while they are read. */
struct ecom9_reader {
	const struct provider_settings *provider;
	const struct ecom9_options *options;
	const struct client_object *object;
	const struct client_reply *replies;
	size_t n;
	struct arena *arena;
	struct fields fields;
	struct observation *out; /* that of `reading` */
	struct client_reading *reading;
};

/* ecom9_options(provider): as configured, else the defaults; never NULL. */
const struct ecom9_options *ecom9_options(
    const struct provider_settings *provider);

/* ecom9_ask(provider, question, arena, out): the request; 0 or ERR_FULL. */
int ecom9_ask(const struct provider_settings *provider,
    const struct ecom9_question *question, struct arena *arena,
    struct client_request *out);

/* The client's read; see client.h. */
void ecom9_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out);

/* ecom9_read_more(r, question): the reading is MORE, that question. */
void ecom9_read_more(
    struct ecom9_reader *r, const struct ecom9_question *question);

/*
 * ecom9_read_name(r, from, path): an id or a label; NULL when absent, null or
 * empty; what cannot be a name is a complaint.
 */
const char *ecom9_read_name(
    struct ecom9_reader *r, const field_value *from, const char *path);

/*
 * ecom9_read_owner(r, from, ref): `from` must be about the account `ref`, else
 * it is a complaint; the observation's customer becomes ref, its account what
 * account_from points to in it, else ref.
 */
void ecom9_read_owner(
    struct ecom9_reader *r, const field_value *from, const char *ref);

/*
 * Read all answers to the look at one kind of object: verdict and observation.
 * Complaints go to r->fields.
 */
void ecom9_account(struct ecom9_reader *r);
void ecom9_transaction(struct ecom9_reader *r);

#endif
