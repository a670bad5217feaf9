#ifndef FAKE_PROVIDER_H
#define FAKE_PROVIDER_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "tests/fake/state.h"

/*
 * What a simulated provider is: a table.  Each provider is one file that
 * defines one, and one row in provider.c.  The functions are called with the
 * server's lock held; documents that they return belong to the caller, and
 * texts that they return as an error are constants.
 */
struct provider;

/* The world as a table sees it. */
struct world {
	struct state *state;
	const struct provider *provider;
	int64_t now_ms;
};

/* A request of the provider's API that is to be answered. */
struct ask {
	const struct state *state;
	const char *base_url;  /* no slash at the end */
	const char *path;      /* without the query */
	const json_t *quirks;  /* object, as set by the control call */
	struct view view;      /* how old a state to show */
	struct object *object; /* that the path names, visible; or NULL */
	const char *(*query)(void *cookie, const char *name);
	void *cookie;
	const json_t *body; /* of a search, an object; or NULL */
};

struct kind {
	const char *name;
	bool is_hooked; /* has notifications, so an option --hook-NAME */
};

struct route {
	const char *pattern; /* "/things/{id}" */
	int kind;	     /* of the last {id}; -1 for none */
	json_t *(*answer)(const struct ask *ask);
	bool is_plain; /* the answer to it without query may be kept */
};

struct provider {
	const char *name;
	const char *content_type;
	const char *key_header;	    /* of the API key */
	const char *key_prefix;	    /* what stands before the key, or "" */
	const char *bare_header;    /* where the key may stand alone, or NULL */
	const char *attributes;	    /* member with the attributes, or NULL */
	const struct kind *kinds;   /* ends with a NULL name */
	const struct route *routes; /* ends with a NULL pattern */
	const struct route *searches; /* asked by POST, or NULL; as routes */
	const char *words; /* that make and change read, parted by blanks */
	/*
	 * Where the key only buys a token: the path of the POST that sells one
	 * (also in routes, to be counted), else NULL; see token.h.
	 */
	const char *token_path;

	/* Adds the object that a control call describes; NULL or the error. */
	const char *(*make)(struct world *world, int kind, const json_t *spec,
	    struct object **out);

	/* Edits DOCUMENT as one transition says; NULL or the error. */
	const char *(*change)(struct world *world, const struct object *o,
	    json_t *document, const json_t *change);

	/* Whether the provider notifies of the status that CHANGE sets. */
	bool (*is_notified)(const struct object *o, const json_t *change);

	/* The body of a notification; a JSON string is sent as it is. */
	json_t *(*hook)(const struct object *o, bool as_integers);

	/*
	 * The headers that sign the body of a notification, as a new object;
	 * NULL: this provider does not sign.
	 */
	json_t *(*sign)(const char *secret, int64_t at_ms, const char *body,
	    size_t body_bytes);

	/* One line of the truth: what a correct reader must hold. */
	json_t *(*truth)(const struct object *o);

	/* The body of an error. */
	json_t *(*error)(int status, const char *detail);
};

/* The table of that name, or NULL. */
const struct provider *provider_find(const char *name);

/* The names of all tables, for the help text, parted by blanks. */
void provider_names(struct text *out);

/* The index of the kind called NAME, or -1. */
int provider_kind(const struct provider *p, const char *name);

/*
 * Whether a member of a control call is one of the call itself: which objects,
 * and whether to notify.  The others are for the document.
 */
bool provider_is_verb(const char *name);

/* Whether a route is a search, which is asked by POST. */
bool provider_is_search(const struct provider *p, const struct route *route);

/*
 * The route that PATH takes and the id that it names (into ID, "" for none);
 * NULL when no route does.
 */
const struct route *provider_route(
    const struct provider *p, const char *path, char *id, size_t id_bytes);

/*
 * Writes a document.  A string "\u0001NUMBER" stands for the number with
 * just these digits (34.50 stays 34.50).
 */
void provider_render(const json_t *document, struct text *out);

#endif
