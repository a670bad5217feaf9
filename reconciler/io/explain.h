/*
 * Why an answer is what it is: of each object that has a say, what is on
 * record, what it gives by which rule, what is pending, and how it came about.
 * Reads the same snapshot as the answer. Everything handed out lives in the
 * caller's arena.
 */
#ifndef TRUEUP_IO_EXPLAIN_H
#define TRUEUP_IO_EXPLAIN_H

#include "cache/store.h"
#include "reconciler/core/entitle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account_answer;
struct arena;
struct err_text;

enum { EXPLAIN_TAIL_MAX = 5 }; /* entries of a history that are shown */

/* One grant of the answer, asked alone. */
struct explained_grant {
	const struct held_grant *held;
	struct entitlement alone; /* what it says by itself, and until when */
	const char *rule; /* that applied, as in a policy: "past_due = allow" */
	bool decides;	  /* it is the one that the answer rests on */
};

struct explained_object {
	struct object_ref ref;
	const struct object *record; /* NULL: none under this account, now */
	const struct job *job;	     /* NULL: nothing is pending */
	const struct explained_grant *grants;
	size_t n_grants;
	/* The newest entries of its history, oldest first. */
	const struct transition *tail;
	size_t n_tail;
	uint64_t entries; /* all that there are */
};

struct explanation {
	const struct explained_object *objects;
	size_t n_objects;
	/* Others of the account: they grant nothing, and nothing is pending. */
	size_t n_others;
};

/*
 * explain_account(view, answer, now, arena, out, err): of an answer to a
 * question about this view. What is pending, and what is on record, is as of
 * now, whatever moment the question was about. 0, ERR_FULL, or the store's.
 */
int explain_account(struct store_view *view,
    const struct account_answer *answer, int64_t now_ms, struct arena *arena,
    struct explanation *out, struct err_text *err);

#endif
