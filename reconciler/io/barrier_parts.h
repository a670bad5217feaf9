/*
 * Inside of the barrier: its parts, shared by the files that do them: barrier.c
 * (the steps), barrier_want.c (what is waited for) and barrier_tell.c (how it
 * ended).
 */
#ifndef TRUEUP_IO_BARRIER_PARTS_H
#define TRUEUP_IO_BARRIER_PARTS_H

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct settings;
struct store;
struct store_view;

enum awaited_state {
	AWAITED_OPEN = 0,
	AWAITED_SEEN,	/* a look that began after the call: on record */
	AWAITED_NOBODY, /* it was only asked whether it is there: it is not */
	AWAITED_TROUBLE /* looked at, and the record is not what it said */
};

/* One object that is waited for. */
struct awaited {
	struct object_ref ref;
	const char *parent_kind;
	const char *parent_id;
	bool guess;
	bool trusted;
	bool grants; /* these first */
	enum awaited_state state;
	const char *cause; /* the last thing that was in the way; or NULL */
	int64_t asked_ms;  /* monotonic, when it was made due; 0: not yet */
};

struct barrier {
	struct store *store;
	const struct settings *settings;
	struct store_view *view; /* only while it is looked at */
	const char *account;	 /* NULL: of one object */
	int64_t timeout_ms;
	int64_t until_ms; /* monotonic */
	int64_t since_ms; /* wall clock: a look has to begin after that */
	struct awaited *awaited;
	size_t n;
	size_t n_open;
	struct arena arena;   /* lives as long as the barrier */
	struct arena scratch; /* of one step */
	struct err_text err;
	int rc; /* the store failed: why, in err */
};

/*
 * barrier_add(b, given): wait for one more; the texts are copied. What is
 * waited for already stays as it is. 0, or ERR_FULL with b->err.
 */
int barrier_add(struct barrier *b, const struct awaited *given);
/* barrier_add_recorded(b): all that is on record of its account by now. */
int barrier_add_recorded(struct barrier *b);

/*
 * barrier_open_view(b): b->view, and an empty scratch arena; 0 or negative with
 * b->err. barrier_close_view(b): also of none.
 */
int barrier_open_view(struct barrier *b);
void barrier_close_view(struct barrier *b);

#endif
