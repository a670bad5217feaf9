/*
 * The client interface: one provider type's judgement as pure functions and
 * tables. No sockets, clock, store, log or retry in a client.
 *
 * Ownership, once for the whole interface: what a function is given is
 * borrowed for the call. What it hands out lives in the arena it was given (or
 * is a constant, or borrowed from the provider's settings), and dies with that
 * arena. Nothing is kept between calls.
 */
#ifndef TRUEUP_CLIENTS_CLIENT_H
#define TRUEUP_CLIENTS_CLIENT_H

#include "reconciler/core/listing.h"
#include "reconciler/core/name.h"
#include "reconciler/core/observation.h"
#include "reconciler/core/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct client_list;
struct config_node;
struct err_text;
struct provider_settings;

enum {
	CLIENT_NOTICES_MAX = 64, /* objects that one notification may name */
	CLIENT_HEADERS_MAX = 8,
	CLIENT_STEPS_MAX = 50, /* requests for one look at one object */
	CLIENT_ALSO_MAX = 16,
	CLIENT_JSON_DEPTH_MAX = 64 /* deeper replies and bodies are refused */
};

/* A notification as it came in; the hook token has been checked already. */
struct client_hook {
	const char *content_type; /* or NULL */
	const char *body;	  /* exactly the received bytes */
	size_t len;
	/* header(cookie, name): a header's value, or NULL; any letter case. */
	const char *(*header)(void *cookie, const char *name);
	void *cookie;
	int64_t now_ms; /* wall clock, for signature tolerance */
};

/* One object that a notification asks us to look at. Ids only. */
struct client_notice {
	const char *kind;
	const char *id;
	const char *parent_kind; /* or NULL; a hint, never believed as such */
	const char *parent_id;
	const char *delivery_id; /* the sender's, or NULL */
};

struct client_notices {
	struct client_notice items[CLIENT_NOTICES_MAX];
	size_t n;
	const char *ignored; /* n == 0: why a genuine call concerns us not */
};

struct client_header {
	const char *name;
	const char *value;
};

/* A question to the provider. */
struct client_request {
	const char *method; /* NULL: GET */
	const char *path;   /* below base_url: "/…", ids escaped */
	struct client_header headers[CLIENT_HEADERS_MAX];
	size_t n_headers;
	const char *body; /* or NULL */
	size_t body_len;
	const char *operation; /* name of the endpoint, for budgets and logs */
};

/* An answer, whole; transport errors never reach a client. */
struct client_reply {
	int status;
	const char *content_type; /* or NULL */
	const char *body;	  /* NUL-terminated behind len bytes */
	size_t len;
};

/* The object that is being looked at. */
struct client_object {
	const char *kind;
	const char *id;
	const char *parent_kind; /* as learnt, or NULL */
	const char *parent_id;
	const char *token; /* for a type with ask_token; else NULL */
};

/* What the answer to ask_token says. */
struct client_token {
	/* TRUTH: token is set. BARRED, LATER or GARBLED: cause is. */
	enum verdict verdict;
	const char *cause;
	const char *token;
	int64_t expires_ms; /* wall clock; 0: unknown */
};

/* What the answers so far mean. */
struct client_reading {
	enum verdict verdict;
	bool gone_for_sure; /* GONE: the provider says deleted, not unknown */
	const char *cause;  /* not TRUTH: what was wrong, for people */
	struct client_request next;	/* MORE */
	struct observation observation; /* TRUTH */
	/*
	 * TRUTH: objects to look at beside this one (to confirm whose it is,
	 * to follow a relation), unless the record already confirms them.
	 */
	struct member also[CLIENT_ALSO_MAX];
	size_t n_also;
	/*
	 * TRUTH: the parent that the question named is confirmed by the answer,
	 * so that later looks may go by it. Always so for needs_parent.
	 */
	bool parent_confirmed;
};

/* One kind of object of a type. */
struct client_kind {
	const char *name;
	/* id_is_valid(id): the provider's documented form. */
	bool (*id_is_valid)(const char *id);
	/*
	 * id_is_of_form(form, id): in its place, for a form that comes from
	 * the settings; `form` is what it is given. See client_id_is_valid.
	 */
	bool (*id_is_of_form)(const void *form, const char *id);
	const void *form;
	/* What its grants are called in a reason; NULL: as the kind. */
	const char *noun;
	bool needs_parent; /* cannot be asked for without its parent's id */
	const struct state_word *words;
	size_t n_words;
};

/* The page of a list that is to be asked for, and by what token. */
struct client_place {
	const struct client_list *list; /* whose page: a row of the client's */
	const char *cursor; /* as read left it; NULL: the first page */
	int64_t since_ms;   /* of a log: what happened before is not wanted */
	const char *token;  /* for a type with ask_token; else NULL */
};

/* What the answer to the question for a page says. */
struct client_page {
	enum verdict verdict; /* TRUTH, or what the look at an object may be */
	const char *cause;    /* not TRUTH */
	/* GONE: this list is not for this key, or not there; go on without. */
	bool refused;
	struct listing listing;
};

/* CLIENT_KIND(name, check, table): the common kind, of an array of words. */
#define CLIENT_KIND(kind_name, check, table) \
	{ \
		.name = (kind_name), .id_is_valid = (check), .words = (table), \
		.n_words = sizeof(table) / sizeof((table)[0]) \
	}

/*
 * A list of objects that the provider answers page by page: how `sync
 * --discover` finds what nobody told us of. A cursor is the client's own text
 * (a page's number, the last id), kept by the store and handed back; never a
 * URL that the provider wrote.
 */
struct client_list {
	const char *name; /* [a-z0-9_-], in the queue and in the log */
	/*
	 * Not NULL: it is a log of what happened, newest first, from
	 * place->since_ms on; read again and again by itself.
	 */
	const struct listing_log *log;
	/* As client->ask and client->read, of one page. */
	int (*ask)(const struct provider_settings *provider,
	    const struct client_place *place, struct arena *arena,
	    struct client_request *out, struct err_text *err);
	void (*read)(const struct provider_settings *provider,
	    const struct client_place *place, const struct client_reply *reply,
	    struct arena *arena, struct client_page *out);
};

/* What holds for the type unless the configuration says otherwise. */
struct client_defaults {
	const char *base_url; /* NULL: there is none, it must be configured */
	double rate;	      /* requests a second */
	int64_t burst;
	int64_t concurrency;
	int64_t timeout_ms;
	int64_t resync_ms;
	int64_t missing_window_ms; /* how long a 404 after a notice is normal */
	int64_t catch_up_ms; /* between two readings of its log; 0: none */
	int64_t rungs_ms[OBSERVATION_BOUNDARIES_MAX];
	size_t n_rungs;
	/*
	 * Policy lines that differ from policy_default, as pairs of word and
	 * rule, ended by a NULL: {"past_due", "deny", "paid", "allow", NULL}.
	 */
	const char *const *policy;
	/* Budgets of single operations (client_request.operation) beside it. */
	const struct client_operation *operations;
	size_t n_operations;
};

struct client_operation {
	const char *name;
	double rate; /* requests a second, whatever the object */
	int64_t burst;
};

/* Whether a type's notifications are signed. */
enum client_signing {
	CLIENT_UNSIGNED = 0, /* never: a secret in the settings is wrong */
	CLIENT_SIGNED,	     /* always: without a secret it will not start */
	CLIENT_SIGNED_OPTIONALLY /* by set-up: with a secret it must be signed
				  */
};

struct client {
	const char *type;
	enum client_signing signing;
	const struct client_kind *kinds;
	size_t n_kinds;
	const struct client_list *lists; /* none: nothing can be discovered */
	size_t n_lists;
	struct client_defaults defaults;

	/*
	 * configure(options, arena, out, err): check the group `options` of
	 * the provider's settings (NULL: there is none) and make of it what
	 * the other functions find in provider->options; all that it points
	 * to lives in arena or in the configuration. 0, ERR_BAD (with
	 * config_complain, where there is a group) or ERR_FULL. NULL: the type
	 * has no options.
	 */
	int (*configure)(const struct config_node *options, struct arena *arena,
	    const void **out, struct err_text *err);

	/*
	 * secret_scheme(options): which lines of hook_secret_file can be a key,
	 * with these options: the scheme of signature_secret_problem. NULL: the
	 * text of a line is the key, whatever it is.
	 */
	const char *(*secret_scheme)(const void *options);

	/*
	 * For a type that its options describe: kinds_of(options, n) its kinds
	 * and signing_of(options) whether it signs, instead of the two members
	 * above. NULL: those hold. See client_kind_of, client_signs.
	 */
	const struct client_kind *(*kinds_of)(const void *options, size_t *n);
	enum client_signing (*signing_of)(const void *options);

	/*
	 * For a provider whose key only buys a token: ask_token is the question
	 * for one, read_token its answer. The worker keeps the token in memory
	 * for its lane, renews it five minutes before it expires, and once when
	 * an answer to a request that carried it is 401. NULL: the key itself
	 * is sent.
	 */
	int (*ask_token)(const struct provider_settings *provider,
	    struct arena *arena, struct client_request *out,
	    struct err_text *err);
	void (*read_token)(const struct provider_settings *provider,
	    const struct client_reply *reply, int64_t now_ms,
	    struct arena *arena, struct client_token *out);

	/*
	 * identify(provider, hook, arena, out, err): verify (where the type
	 * signs), then which objects are to be looked at. 0 (out->n may be 0
	 * with out->ignored set); ERR_BAD: not of the documented form, or no
	 * valid id (400); ERR_DENIED: bad or missing signature (401); ERR_FULL
	 * (arena) or ERR_FAIL (memory): our own trouble (503). The text goes
	 * to the sender: it reveals no configuration.
	 */
	int (*identify)(const struct provider_settings *provider,
	    const struct client_hook *hook, struct arena *arena,
	    struct client_notices *out, struct err_text *err);

	/*
	 * ask(provider, object, arena, out, err): the first question about the
	 * object. 0; ERR_BAD: it cannot be asked for (id not of the form, no
	 * parent); ERR_FULL.
	 */
	int (*ask)(const struct provider_settings *provider,
	    const struct client_object *object, struct arena *arena,
	    struct client_request *out, struct err_text *err);

	/*
	 * by_account(provider, account, arena, out): what to look at to find
	 * what the provider has of one of the user's accounts, and
	 * by_customer(provider, customer, arena, out): of one of its customers.
	 * Objects that ask takes; whether there are any is for it to say. n 0:
	 * it cannot be asked for by this name. NULL: by none.
	 */
	void (*by_account)(const struct provider_settings *provider,
	    const char *account, struct arena *arena,
	    struct client_notices *out);
	void (*by_customer)(const struct provider_settings *provider,
	    const char *customer, struct arena *arena,
	    struct client_notices *out);

	/*
	 * read(provider, object, replies, n, now, arena, out): what the n
	 * answers so far (in the order asked) mean. Never fails: what cannot
	 * be read is VERDICT_GARBLED with its cause.
	 */
	void (*read)(const struct provider_settings *provider,
	    const struct client_object *object,
	    const struct client_reply *replies, size_t n, int64_t now_ms,
	    struct arena *arena, struct client_reading *out);
};

/* client_find(type): the registry; NULL for a type that we do not have. */
const struct client *client_find(const char *type);
/* client_at(i): the i-th registered type, for listings; NULL at the end. */
const struct client *client_at(size_t i);
/* client_kind_find(client, name): NULL: no such kind. */
const struct client_kind *client_kind_find(
    const struct client *client, const char *name);
/*
 * client_kinds(provider, n), client_kind_of(provider, name): the kinds, or one
 * of them, of a configured provider; they may come from its options.
 */
const struct client_kind *client_kinds(
    const struct provider_settings *provider, size_t *n);
const struct client_kind *client_kind_of(
    const struct provider_settings *provider, const char *name);
/* client_id_is_valid(kind, id): of the form of this kind's ids. */
bool client_id_is_valid(const struct client_kind *kind, const char *id);
/* client_signs(client, options): by the type, or by what configure made. */
enum client_signing client_signs(
    const struct client *client, const void *options);

/* client_list_find(client, name): NULL: no such list. */
const struct client_list *client_list_find(
    const struct client *client, const char *name);
/* client_log(client): the list that is a log; NULL: there is none. */
const struct client_list *client_log(const struct client *client);

/*
 * client_media_is(content_type, media): the media type of a Content-Type value
 * without its parameters, any letter case (RFC 9110 section 8.3.1); false for
 * NULL.
 */
bool client_media_is(const char *content_type, const char *media);

/* client_uuid_is_valid(id): a UUID in lower case, the form of a name of ours.
 */
bool client_uuid_is_valid(const char *id);
/*
 * client_uuid(arena, id): an id with A-F in lower case: a UUID is the same in
 * either (RFC 9562 section 4), and an object has one name. What is too long for
 * a UUID is given back as it is. NULL: arena full.
 */
const char *client_uuid(struct arena *arena, const char *id);

/*
 * client_read_status(reply, out): the part of reading that is plain HTTP.
 * true: a 2xx, read on. false: out->verdict and cause are set (401/403 BARRED,
 * 404 GONE, 410 GONE for sure, 408/425/429/5xx LATER, everything else,
 * redirects included, GARBLED).
 */
bool client_read_status(const struct client_reply *reply, struct arena *arena,
    struct client_reading *out);

#endif
