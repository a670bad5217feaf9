/*
 * What the files of the ECOSIRE client share: ecosire.c (tables, options,
 * questions), ecosire_hook.c (notifications), ecosire_read.c (answers and their
 * envelopes), ecosire_kinds.c (what an object of each kind means) and
 * ecosire_list.c (the lists of all that there is).
 */
#ifndef TRUEUP_CLIENTS_ECOSIRE_H
#define TRUEUP_CLIENTS_ECOSIRE_H

#include "reconciler/core/signature.h"

#include "clients/client.h"
#include "clients/field.h"

#include <stdbool.h>
#include <stdint.h>

#define ECOSIRE_ORDER "order"
#define ECOSIRE_SUBSCRIPTION "subscription"
#define ECOSIRE_INVOICE "invoice"
#define ECOSIRE_LICENSE "license"

enum { ECOSIRE_LISTS = 3 };

extern const struct client_list ecosire_lists[ECOSIRE_LISTS];

struct ecosire_look;

/* The group `options` of the settings. */
struct ecosire_options {
	const char *encoding;	       /* as written: "hex" or "base64" */
	const char *prefix;	       /* as written; "": none */
	struct signature_plain scheme; /* made of them */
};

/* What belongs to a kind beside struct client_kind; the same index. */
struct ecosire_kind {
	const char *path; /* up to the id, or of the list */
	bool is_listed;	  /* it is found in a list: there is no path to one */
	/* Fills the observation; complaints go to look->fields. */
	void (*read)(struct ecosire_look *look);
};

/* One look at one object while its answer is read. */
struct ecosire_look {
	const struct provider_settings *provider;
	const struct client_object *object;
	const struct client_kind *kind;
	const field_value *root;  /* the document */
	const field_value *thing; /* the object in it */
	int64_t now_ms;
	struct arena *arena;
	struct fields fields;
	struct observation *out; /* that of `reading` */
	struct client_reading *reading;
	struct fact *facts; /* to become out->facts */
};

/* ecosire_kind(client_kind): its row; never NULL for a kind of the client's. */
const struct ecosire_kind *ecosire_kind(const struct client_kind *kind);
const struct ecosire_options *ecosire_options_of(
    const struct provider_settings *provider);
/*
 * ecosire_request(provider, path, operation, arena, out): a GET with all its
 * headers. 0 or ERR_FULL.
 */
int ecosire_request(const struct provider_settings *provider, const char *path,
    const char *operation, struct arena *arena, struct client_request *out);

/* identify and read; see client.h. */
int ecosire_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err);
void ecosire_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out);

/* ecosire_kinds.c: the read of each kind; see struct ecosire_kind. */
void ecosire_order(struct ecosire_look *look);
void ecosire_subscription(struct ecosire_look *look);
void ecosire_invoice(struct ecosire_look *look);
void ecosire_license(struct ecosire_look *look);

#endif
