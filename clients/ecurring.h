/*
 * What the files of the eCurring client share: ecurring.c (tables, questions),
 * ecurring_read.c (answers, and what both kinds need), ecurring_subscription.c
 * and ecurring_transaction.c (one kind each).
 */
#ifndef TRUEUP_CLIENTS_ECURRING_H
#define TRUEUP_CLIENTS_ECURRING_H

#include "reconciler/core/state.h"

#include "clients/client.h"
#include "clients/field.h"

#include <stdbool.h>
#include <stdint.h>

#define ECURRING_SUBSCRIPTION "subscription"
#define ECURRING_TRANSACTION "transaction"

enum { ECURRING_LISTS = 1 };

extern const struct client_list ecurring_lists[ECURRING_LISTS];

/*
 * ecurring_request(provider, path, operation, out, err): a GET of the path. 0,
 * or ERR_FULL: path is NULL (no room).
 */
int ecurring_request(const struct provider_settings *provider, const char *path,
    const char *operation, struct client_request *out, struct err_text *err);

/* One answer while it is read. */
struct ecurring_reader {
	const struct provider_settings *provider;
	const struct client_object *object;
	const struct client_kind *kind;
	const field_value *root; /* the document */
	int64_t now_ms;
	struct arena *arena;
	struct fields fields;
	struct observation *out; /* that of `reading` */
	struct client_reading *reading;
};

/* A moment, and how the provider wrote it; 0 and NULL: none. */
struct ecurring_stamp {
	int64_t ms;
	const char *text;
};

/* ecurring_is_number(id): 1 to 20 decimal digits, the form of most ids. */
bool ecurring_is_number(const char *id);
/* ecurring_kind(name): the kind's table; NULL: no such kind. */
const struct client_kind *ecurring_kind(const char *name);

/* The client's read; see client.h. */
void ecurring_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out);

/*
 * Of the document at `path`: a date-time, if given; an id, which must be there.
 * What is wrong is a complaint in r->fields.
 */
struct ecurring_stamp ecurring_read_stamp(
    struct ecurring_reader *r, const char *path);
const char *ecurring_read_id(struct ecurring_reader *r, const char *path);
/* Our state for the kind's word; unknown for NULL. */
enum state ecurring_read_state(
    const struct ecurring_reader *r, const char *word);

/*
 * Fill the observation (and what to look at beside it) of one kind; status and
 * state are set already. Complaints go to r->fields.
 */
void ecurring_subscription(struct ecurring_reader *r);
void ecurring_transaction(struct ecurring_reader *r);

#endif
