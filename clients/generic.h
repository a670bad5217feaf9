/*
 * What the files of the generic client share: generic.c (tables, questions),
 * generic_conf.c (the options of the provider as a whole), generic_scheme.c
 * (its signature), generic_kind.c and generic_within.c (its kinds),
 * generic_parts.c (what all are made of), generic_verify.c (who sent a
 * notification), generic_hook.c (what it is about), generic_value.c (getters by
 * JSON Pointer), generic_read.c, generic_grant.c and generic_history.c
 * (answers).
 *
 * All of it is made once, when the settings are loaded, and constant then.
 */
#ifndef TRUEUP_CLIENTS_GENERIC_H
#define TRUEUP_CLIENTS_GENERIC_H

#include "reconciler/core/signature.h"
#include "reconciler/core/state.h"

#include "clients/client.h"
#include "clients/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	GENERIC_KINDS_MAX = 16,
	GENERIC_RULES_MAX = 32,	 /* of notifications */
	GENERIC_TESTS_MAX = 8,	 /* of one `when` */
	GENERIC_HEADERS_MAX = 6, /* beside the key's and Accept */
	GENERIC_WORDS_MAX = 64,	 /* of one kind */
	GENERIC_EFFECTS_MAX = 8, /* rules, of one kind */
	/* what is left are a grant's start and end */
	GENERIC_RECHECKS_MAX = OBSERVATION_BOUNDARIES_MAX - 2,
	GENERIC_ALSO_MAX = 8 /* of one kind */
};

enum generic_scheme {
	GENERIC_NONE = 0,
	GENERIC_STATIC,	  /* a header whose value is the secret */
	GENERIC_HMAC,	  /* a header whose value is a MAC */
	GENERIC_PAIRS,	  /* a header of NAME=VALUE pairs: time and MACs */
	GENERIC_STANDARD, /* Standard Webhooks, Svix */
	GENERIC_STRIPE,
	GENERIC_SCHEMES
};

struct generic_verify {
	enum generic_scheme scheme;
	const char *header; /* its name; NULL only for GENERIC_STANDARD */
	const char *prefix; /* in front of the value, or NULL */
	enum signature_encoding encoding;
	const char *text;	      /* what is signed: "{timestamp}.{body}" */
	const char *timestamp_header; /* GENERIC_HMAC, or NULL */
	const char *id_header;	      /* GENERIC_HMAC, or NULL */
	bool millis;		      /* the time is in milliseconds */
	int64_t tolerance_ms;
	char separator;	       /* GENERIC_PAIRS: between the pairs */
	const char *mac_name;  /* GENERIC_PAIRS: of each MAC */
	const char *time_name; /* GENERIC_PAIRS: of the time, or NULL */
};

/* A condition on one value; `words` is "a|b|c*", `*` stands for any rest. */
struct generic_test {
	const char *pointer;
	const char *words;
	bool negated; /* holds unless the value is one of the words */
};

/* All of them have to hold; none at all do. */
struct generic_tests {
	const struct generic_test *items;
	size_t n;
};

/* The form of ids: a prefix, then so many of some characters. */
struct generic_form {
	const char *form; /* "uuid" "digits" "hex" "alnum" "token" */
	const char *prefix;
	int64_t min;
	int64_t max;
};

/* A pointer with a name. */
struct generic_named {
	const char *name;
	const char *pointer;
};

struct generic_kind;

/* Where the id of another object stands. */
struct generic_link {
	const struct generic_kind *to;
	const char *id;
	const char *parent; /* of its parent, or NULL */
};

/* A rule of `notification`. */
struct generic_rule {
	struct generic_link link;
	struct generic_tests when;
	bool optional; /* that the id is not there is no mistake */
};

struct generic_notification {
	bool is_form;
	const char *each; /* of a list of events, or NULL: the body is one */
	const char *delivery; /* pointer, or NULL */
	const char *delivery_header;
	const struct generic_rule *rules;
	size_t n_rules;
};

enum generic_time {
	GENERIC_RFC3339 = 0,
	GENERIC_DATE, /* or a plain date */
	GENERIC_EPOCH_S,
	GENERIC_EPOCH_MS
};

struct generic_grant {
	const char *each; /* of a list, one grant an element; or NULL */
	struct generic_tests when;
	const char *product; /* in the element */
	const char *label;
	const char *quantity;
	const char *since; /* in the object */
	const char *until;
	struct generic_tests until_when;
};

struct generic_history {
	const char *list;
	const char *status; /* in the element */
	const char *at;
	const char *attempt;
	const char *reason;
	const char *reason_code;
};

struct generic_effect {
	enum effect_kind effect;
	const char *each; /* of a list, or NULL: the object itself */
	struct generic_tests when;
	struct generic_link target; /* in the object */
	const char *at;		    /* in the element */
	const char *until;	    /* in the object */
};

struct generic_kind {
	const char *name;
	struct generic_form form;
	const char *path;   /* "/things/{id}" */
	const char *parent; /* its kind, or NULL: needs none */
	struct generic_form parent_form;
	enum generic_time time;
	const char *object; /* where it stands in the answer */
	const char *id;	    /* in the object, as all that follow; or NULL */
	const char *status;
	const char *account;
	const char *customer;
	const char *version;
	const char *noun;
	const struct state_word *words;
	size_t n_words;
	/* By our state, [STATE_COUNT] for any other one; NULL: not said. */
	const char *changed_at[STATE_COUNT + 1];
	struct generic_named facts[OBSERVATION_FACTS_MAX];
	size_t n_facts;
	struct generic_named rechecks[GENERIC_RECHECKS_MAX];
	size_t n_rechecks;
	struct generic_tests test_when;
	const struct generic_grant *grant;     /* or NULL: it grants nothing */
	const struct generic_history *history; /* or NULL */
	const struct generic_effect *effects;
	size_t n_effects;
	const struct generic_link *also;
	size_t n_also;
};

/* The group `options` of the settings. */
struct generic_options {
	struct generic_verify verify;
	const char *key_header;
	const char *key_prefix;
	struct client_header headers[GENERIC_HEADERS_MAX];
	size_t n_headers;
	bool has_accept; /* among them */
	struct generic_notification notification;
	const struct generic_kind *rows;
	const struct client_kind *kinds; /* in the same order */
	size_t n_kinds;
};

/* generic_kind_of(options, name): NULL: no such, or no options. */
const struct generic_kind *generic_kind_of(
    const struct generic_options *options, const char *name);

/* ---- configuration: 0 or ERR_BAD with its place, ERR_FULL ---------------- */

/* The client's configure; see client.h. */
int generic_configure(const struct config_node *group, struct arena *arena,
    const void **out, struct err_text *err);

/* generic_load_verify(group, out, err): the group `verify`. */
int generic_load_verify(const struct config_node *group,
    struct generic_verify *out, struct err_text *err);

/* generic_load_kinds(group, arena, out, err): the list `kinds`. */
int generic_load_kinds(const struct config_node *group, struct arena *arena,
    struct generic_options *out, struct err_text *err);

/* What is being made of one element of `kinds`. */
struct generic_loading {
	const struct config_node *node;
	struct arena *arena;
	const struct generic_options *options;
	struct generic_kind *out;
	struct err_text *err;
};

/* generic_load_within(l): its groups grant, history, effects and also. */
int generic_load_within(const struct generic_loading *l);

/* A text of a group, for config_fill: that may be there, must, or is a word. */
#define GENERIC_TEXT(of, key, member) \
	{ \
		.name = (key), .type = CONFIG_TEXT, \
		.offset = offsetof(struct of, member) \
	}
#define GENERIC_NEED(of, key, member) \
	{ \
		.name = (key), .type = CONFIG_TEXT, \
		.offset = offsetof(struct of, member), .required = true \
	}

#define GENERIC_WORD(of, key, member, words) \
	{ \
		.name = (key), .type = CONFIG_TEXT, \
		.offset = offsetof(struct of, member), .allowed = (words) \
	}

/* generic_check_pointers(node, pointers, n, err): a JSON Pointer or NULL. */
int generic_check_pointers(const struct config_node *node,
    const struct generic_named *pointers, size_t n, struct err_text *err);

/*
 * generic_check_header(node, key, name, err): the name of an HTTP header field
 * (RFC 9110 section 5.1), or NULL.
 */
int generic_check_header(const struct config_node *node, const char *key,
    const char *name, struct err_text *err);

/*
 * generic_list(node, key, max, n, err): how many groups the list has; one that
 * is none, or too many, is ERR_BAD.
 */
int generic_list(const struct config_node *node, const char *key, size_t max,
    size_t *n, struct err_text *err);

/* generic_load_tests(node, key, arena, out, err): a `when`. */
int generic_load_tests(const struct config_node *node, const char *key,
    struct arena *arena, struct generic_tests *out, struct err_text *err);

/*
 * generic_set_link(node, options, kind, out, err): out->to from the name of a
 * kind; the other members, as they were read, are checked.
 */
int generic_set_link(const struct config_node *node,
    const struct generic_options *options, const char *kind,
    struct generic_link *out, struct err_text *err);

/* generic_load_words(node, arena, out, err): the group `words`. */
int generic_load_words(const struct config_node *node, struct arena *arena,
    struct generic_kind *out, struct err_text *err);

/*
 * generic_load_named(node, key, max, out, n, err): a group of names and
 * pointers, `facts` or `rechecks`.
 */
int generic_load_named(const struct config_node *node, const char *key,
    size_t max, struct generic_named *out, size_t *n, struct err_text *err);

/* generic_load_changed(node, out, err): the group `changed_at`. */
int generic_load_changed(const struct config_node *node,
    struct generic_kind *out, struct err_text *err);

/*
 * generic_form_check(node, form, err): a form can be met; its own defaults are
 * filled in.
 */
int generic_form_check(const struct config_node *node,
    struct generic_form *form, struct err_text *err);

/* generic_form_fits(form, id): `form` is a struct generic_form. */
bool generic_form_fits(const void *form, const char *id);

/*
 * generic_id(form, id, arena): the id as it is named everywhere (a UUID in
 * lower case); NULL: not of the form, or no room.
 */
const char *generic_id(
    const struct generic_form *form, const char *id, struct arena *arena);

/* ---- values -------------------------------------------------------------- */

/*
 * Something in a document, and what it is called in a complaint: `where` is its
 * pointer, or, for an element, that of its list, with its place.
 */
struct generic_spot {
	const field_value *value;
	const char *where;
	bool is_element;
	size_t i;
};

/* A moment, and how the provider wrote it; 0 and NULL: none. */
struct generic_stamp {
	int64_t ms;
	const char *text;
};

/* generic_complain(fields, at, pointer, what): names the whole pointer. */
void generic_complain(struct fields *fields, const struct generic_spot *at,
    const char *pointer, const char *what);

/*
 * The getters give nothing for a NULL pointer, and for a value that is absent
 * or null; what is there and of another type is a complaint.
 *
 * generic_text: text, a number (at most 15 digits of a real) or a boolean, as
 * text. generic_need: it must be there. generic_name: text that can be an id.
 */
const char *generic_text(struct fields *fields, const struct generic_spot *at,
    const char *pointer, size_t max);
const char *generic_need(struct fields *fields, const struct generic_spot *at,
    const char *pointer, size_t max);
const char *generic_name(
    struct fields *fields, const struct generic_spot *at, const char *pointer);
struct generic_stamp generic_stamp(struct fields *fields,
    const struct generic_spot *at, const char *pointer, enum generic_time form);
/* generic_array: a list, which must be there, of at most max elements. */
const field_value *generic_array(struct fields *fields,
    const struct generic_spot *at, const char *pointer, size_t max);
/*
 * generic_element(list, where, i): the i-th element; `where` is the whole
 * pointer to the list (generic_place).
 */
struct generic_spot generic_element(
    const field_value *list, const char *where, size_t i);
/* generic_place(fields, at, pointer): the whole pointer to what is there. */
const char *generic_place(
    struct fields *fields, const struct generic_spot *at, const char *pointer);
/* generic_holds(at, tests): all of them do; never a complaint. */
bool generic_holds(
    const struct generic_spot *at, const struct generic_tests *tests);

/* ---- notifications and answers ------------------------------------------ */

/* generic_verify(provider, options, hook): the sender is genuine. */
bool generic_verify(const struct provider_settings *provider,
    const struct generic_verify *verify, const struct client_hook *hook);
/* The client's identify and read; see client.h. */
int generic_identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err);
void generic_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out);

/* One look, while its answer is read. */
struct generic_reader {
	const struct provider_settings *provider;
	const struct generic_kind *kind;
	const struct client_object *object;
	struct arena *arena;
	struct fields fields;
	struct generic_spot root; /* the object in the answer */
	struct client_reading *reading;
	struct observation *out; /* that of `reading` */
};

/* generic_state(kind, word): by the kind's table, else STATE_UNKNOWN. */
enum state generic_state(const struct generic_kind *kind, const char *word);
/* generic_word(r, at, pointer): a status, which must be there. */
const char *generic_word(struct generic_reader *r,
    const struct generic_spot *at, const char *pointer);
/*
 * generic_member(r, link, out): the object that a link names; false: none is
 * named, or it is a complaint.
 */
bool generic_member(struct generic_reader *r, const struct generic_link *link,
    struct member *out);
/* Into r->out; complaints go to r->fields. */
void generic_grants(struct generic_reader *r);
void generic_effects(struct generic_reader *r);
void generic_history(struct generic_reader *r);

#endif
