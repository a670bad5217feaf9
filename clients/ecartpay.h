/*
 * What the files of the Ecart Pay client share: ecartpay.c (tables, questions),
 * ecartpay_options.c (the group `options`), ecartpay_token.c (the token that a
 * key buys), ecartpay_hook.c (notifications and who signed them),
 * ecartpay_read.c (answers about one object), ecartpay_kinds.c (what an object
 * of each kind means), ecartpay_place.c (the questions of a list) and
 * ecartpay_search.c (what is found in one), and ecartpay_list.c (lists page by
 * page, to learn what there is).
 */
#ifndef TRUEUP_CLIENTS_ECARTPAY_H
#define TRUEUP_CLIENTS_ECARTPAY_H

#include "clients/client.h"
#include "clients/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_node;
struct ecartpay_reader;

#define ECARTPAY_BILLING "billing"
#define ECARTPAY_ORDER "order"
#define ECARTPAY_SUBSCRIPTION "subscription"
#define ECARTPAY_TRANSACTION "transaction"
/*
 * The parent of a billing information, "USER" or "USER/PROVIDER": what its
 * list is filtered by.
 */
#define ECARTPAY_USER "user"

enum {
	ECARTPAY_KINDS = 4,
	ECARTPAY_LISTS = 3,
	ECARTPAY_NUMBERED_PAGES = 10, /* of transactions; then by token */
	ECARTPAY_USER_MAX = 64,	      /* bytes of a user's id */
	ECARTPAY_PAGE_SIZE = 50,      /* Ecart Pay's samples of lists */
	ECARTPAY_PAGE_SIZE_MAX = 100  /* that may be set */
};

/* When the list of billing information is asked for by user and provider. */
enum ecartpay_filter {
	ECARTPAY_HINT = 0, /* when they are known; absence must be confirmed */
	ECARTPAY_TRUST,	   /* the same, and absence is believed */
	ECARTPAY_NONE	   /* never */
};

/* The group `options` of the settings. */
struct ecartpay_options {
	const char *auth;	  /* "bare" or "bearer" */
	const char *product_from; /* JSON Pointer, or NULL */
	bool signed_body;	  /* signatures over the whole body count too */
	bool unsigned_orders;	  /* calls about an order need no signature */
	const char *billing_path;
	const char *billing_user_parameter;	/* "": none */
	const char *billing_provider_parameter; /* "": none */
	const char *billing_filter;		/* as written */
	enum ecartpay_filter filter;		/* made of it */
	int64_t billing_page_size;		/* 0: not asked for in pages */
};

/* What belongs to a kind beside struct client_kind; the same index. */
struct ecartpay_kind {
	const char *path;   /* up to the id; NULL: there is no such path */
	const char *status; /* its word; NULL: `active` is all there is */
	/* Fills the observation; complaints go to r->fields. */
	void (*read)(struct ecartpay_reader *r, const field_value *thing);
};

/* One look at one object while its answers are read. */
struct ecartpay_reader {
	const struct provider_settings *provider;
	const struct ecartpay_options *options;
	const struct client_object *object;
	const struct client_kind *kind;
	const struct client_reply *replies;
	size_t n;
	struct arena *arena;
	struct fields fields;
	struct client_reading *reading;
	struct observation *out; /* that of `reading` */
	struct fact *facts;	 /* to become out->facts */
};

/* ---- ecartpay.c ---------------------------------------------------------- */

/* ecartpay_kind(kind): its row; never NULL for a kind of the client's. */
const struct ecartpay_kind *ecartpay_kind(const struct client_kind *kind);

/*
 * ecartpay_is_object(id): 24 hex digits in lower case (an ObjectId).
 * ecartpay_is_number(id): a transaction's number, TR and 1 to 20 digits.
 */
bool ecartpay_is_object(const char *id);
bool ecartpay_is_number(const char *id);
/*
 * ecartpay_object_id(arena, id): 24 hex digits of either case in lower case, as
 * an object has one name; anything else as it is. NULL: arena full.
 */
const char *ecartpay_object_id(struct arena *arena, const char *id);

/*
 * ecartpay_request(provider, object, path, arena, out): a question with the
 * look's token; 0 or ERR_FULL, also when path is NULL.
 */
int ecartpay_request(const struct provider_settings *provider,
    const struct client_object *object, const char *path, struct arena *arena,
    struct client_request *out);

/* ---- ecartpay_options.c -------------------------------------------------- */

int ecartpay_configure(const struct config_node *options, struct arena *arena,
    const void **out, struct err_text *err);
/* ecartpay_options_of(provider): as configured, else the defaults. */
const struct ecartpay_options *ecartpay_options_of(
    const struct provider_settings *provider);

/* ---- ecartpay_token.c, ecartpay_hook.c, ecartpay_read.c: see client.h -----
 */

int ecartpay_ask_token(const struct provider_settings *provider,
    struct arena *arena, struct client_request *out, struct err_text *err);
void ecartpay_read_token(const struct provider_settings *provider,
    const struct client_reply *reply, int64_t now_ms, struct arena *arena,
    struct client_token *out);
int ecartpay_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err);
void ecartpay_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out);

/* ecartpay_user_is_valid(id): the form of the user of ECARTPAY_USER. */
bool ecartpay_user_is_valid(const char *id);

/*
 * ecartpay_open(r, i): the i-th answer, a 2xx, as JSON, to be given to
 * field_free; NULL: it is none, and the reading is refused.
 */
field_value *ecartpay_open(struct ecartpay_reader *r, size_t i);

/*
 * ecartpay_thing(r, thing): the object that was looked at: the reading is the
 * truth about it. Complaints go to r->fields, also when `thing` is another one.
 */
void ecartpay_thing(struct ecartpay_reader *r, const field_value *thing);

/* ---- ecartpay_kinds.c: the read of each kind; see struct ecartpay_kind ----
 */

void ecartpay_billing(struct ecartpay_reader *r, const field_value *thing);
void ecartpay_order(struct ecartpay_reader *r, const field_value *thing);
void ecartpay_subscription(struct ecartpay_reader *r, const field_value *thing);
void ecartpay_transaction(struct ecartpay_reader *r, const field_value *thing);

/* ---- ecartpay_place.c ---------------------------------------------------- */

/* Which question: the narrow one, or a page of the list. */
struct ecartpay_place {
	bool is_narrow;
	size_t page;	   /* from 1 */
	const char *token; /* instead of the page, or NULL */
};

/* A parent ECARTPAY_USER in its parts. */
struct ecartpay_owner {
	char user[ECARTPAY_USER_MAX + 1];
	const char *provider; /* or NULL */
};

bool ecartpay_is_billing(const struct client_object *object);
/* ecartpay_is_searched(object): it may have to be looked for in a list. */
bool ecartpay_is_searched(const struct client_object *object);
/* ecartpay_page_size(object, options): of its list; 0: it has no pages. */
size_t ecartpay_page_size(
    const struct client_object *object, const struct ecartpay_options *options);
/* ecartpay_owner(object, out): false: its parent is none of that form. */
bool ecartpay_owner(
    const struct client_object *object, struct ecartpay_owner *out);
/*
 * ecartpay_place_first(object, options): the narrow question where there is
 * one, else the first page.
 */
struct ecartpay_place ecartpay_place_first(
    const struct client_object *object, const struct ecartpay_options *options);
/* ecartpay_place_path(…): path and query; NULL: no room. */
const char *ecartpay_place_path(const struct client_object *object,
    const struct ecartpay_options *options, const struct ecartpay_place *at,
    struct arena *arena);
/* ecartpay_search_ask(…): the first question; 0 or ERR_FULL. */
int ecartpay_search_ask(const struct provider_settings *provider,
    const struct client_object *object, struct arena *arena,
    struct client_request *out);

/*
 * ecartpay_docs(fields, root): the elements of an answer that is a list,
 * {count, docs} or an array; NULL: it is none.
 */
const field_value *ecartpay_docs(
    struct fields *fields, const field_value *root);
/*
 * ecartpay_user_of(arena, thing): the parent ECARTPAY_USER that a billing
 * information, or data that claim to be of one, names; NULL: none.
 */
const char *ecartpay_user_of(struct arena *arena, const field_value *thing);

/* ecartpay_list.c: see client.h */
extern const struct client_list ecartpay_lists[ECARTPAY_LISTS];

/* ecartpay_search.c: all answers so far: found, absent, or the next page. */
void ecartpay_search(struct ecartpay_reader *r);

#endif
