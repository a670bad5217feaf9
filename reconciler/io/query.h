/*
 * Answers from one snapshot of the store: reads, decides by core/entitle, and
 * writes nothing. Everything handed out lives in the caller's arena.
 */
#ifndef TRUEUP_IO_QUERY_H
#define TRUEUP_IO_QUERY_H

#include "cache/store.h"
#include "reconciler/core/entitle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct balance;
struct err_text;
struct quantity;
struct settings;

struct account_question {
	const char *account;
	const char *product; /* NULL: any */
	const char *label;   /* NULL: any */
	bool has_at;	     /* ask about at_ms instead of now */
	int64_t at_ms;
	/*
	 * Answer by what was on record at known_at_ms; without has_at, about
	 * that moment. Policy is the one in force.
	 */
	bool has_known_at;
	int64_t known_at_ms;
	int64_t now_ms;
};

struct account_answer {
	const char *account;
	int64_t as_of_ms;
	struct entitlement entitlement;
	const struct held_grant *grants; /* those that the question means */
	size_t n_grants;
	/* Of the product that the question means; none about the past. */
	const struct balance *credits;
	size_t n_credits;
	const struct quantity *quantities; /* of these grants, at as_of_ms */
	size_t n_quantities;
	const struct belonging *objects; /* all that is the account's, now */
	size_t n_objects;
	size_t pending;
	int64_t verified_at_ms; /* 0: never */
	bool fresh;
};

/*
 * query_account(view, settings, question, arena, out, err): an account that
 * nothing is known of is answered (no), not an error.
 */
int query_account(struct store_view *view, const struct settings *settings,
    const struct account_question *question, struct arena *arena,
    struct account_answer *out, struct err_text *err);

/* One line of a history: the entry and the object that it belongs to. */
struct history_line {
	struct object_ref object;
	const struct transition *entry;
};

struct history_lines {
	struct history_line *lines; /* NULL when there are none */
	size_t n;
};

/*
 * query_history(view, ref, …) of one object, query_account_history of all that
 * belongs to an account: oldest first by the provider's time, entries of one
 * object at the same moment in their order. out->n 0: none.
 */
int query_history(struct store_view *view, const struct object_ref *ref,
    struct arena *arena, struct history_lines *out, struct err_text *err);
int query_account_history(struct store_view *view,
    const struct settings *settings, const struct account_question *question,
    struct arena *arena, struct history_lines *out, struct err_text *err);

#endif
