#ifndef FAKE_STATE_H
#define FAKE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "tests/fake/text.h"

/*
 * The scripted world: objects of a few kinds, each with the documents that
 * the provider served for it, newest last.  Not locked: the server holds its
 * lock around every call.  Times here are of the monotonic clock.
 */
enum {
	STATE_KINDS = 16,     /* kinds that one provider may have */
	STATE_ID_BYTES = 208, /* the longest id, with its NUL */
	STATE_VERSIONS = 64   /* documents kept for stale answers */
};

struct version {
	json_t *document; /* never changed once it is here */
	int64_t mono_ms;
	uint64_t tick;
};

struct object {
	int kind;
	char id[STATE_ID_BYTES];
	struct object *parent; /* or NULL */
	struct object **children;
	size_t children_len, children_cap;
	struct version *versions;
	size_t versions_len;
	int64_t born_mono_ms;
	uint64_t born_tick;
	bool is_deleted;
	int64_t hidden_until_mono_ms;
	int64_t hidden_requests; /* fetches still to be answered with 404 */
	struct text rendered;	 /* the plain answer of today, or empty */
	struct object *chain;	 /* next in the hash bucket */
};

struct list {
	struct object **items;
	size_t len, cap;
};

struct state {
	struct object **buckets;
	size_t buckets_len; /* a power of two */
	size_t objects;
	bool is_hiding; /* something was hidden: keep no answers */
	uint64_t tick;
	uint64_t seed, random;
	uint64_t next_id;
	struct list kinds[STATE_KINDS];
};

/* How old a state is to be served: zeroed means the present one. */
struct view {
	int64_t back;	    /* this many changes ago, when not 0 */
	int64_t at_mono_ms; /* as of this moment, when not 0 */
	int64_t now_mono_ms;
};

void state_init(struct state *s, uint64_t seed);
void state_fini(struct state *s);

/* The object, deleted or hidden ones too, or NULL.  The state owns it. */
struct object *state_find(const struct state *s, int kind, const char *id);

/*
 * Adds an object without a document below PARENT (or NULL).  NULL when the
 * id is taken, empty or too long.
 */
struct object *state_add(
    struct state *s, int kind, const char *id, struct object *parent);

/* Puts DOCUMENT (the reference is taken) in force; it is not changed again. */
void state_commit(struct state *s, struct object *o, json_t *document);

/* The newest document, whatever is hidden: borrowed, not to be changed. */
json_t *state_newest(const struct object *o);

/* Forgets the rendered answers of an object and of its parent. */
void state_touch(struct object *o);

/*
 * The document that VIEW shows: borrowed, not to be changed.  NULL when the
 * view has no such object: deleted, hidden, or not yet created then.
 */
json_t *state_see(const struct object *o, const struct view *view);

/* Whether VIEW of PARENT shows the child at all. */
bool state_has_child(const struct object *parent, const struct object *child,
    const struct view *view);

/* The next number of a fixed pseudo-random sequence. */
uint64_t state_random(struct state *s);

/* The next unused decimal id of KIND. */
void state_next_id(struct state *s, int kind, char *out, size_t out_bytes);

/* A lower-case UUID of version 4. */
void state_next_uuid(struct state *s, char *out, size_t out_bytes);

#endif
