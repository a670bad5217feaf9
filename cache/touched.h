/* Inside of the store: the accounts that one piece of work touches. */
#ifndef TRUEUP_CACHE_TOUCHED_H
#define TRUEUP_CACHE_TOUCHED_H

#include <stddef.h>

struct accounts_event;
struct store_turn;

/* Each account once. Starts as {0}; lives in the turn's arena. */
struct touched {
	const char **accounts;
	size_t n;
	size_t cap;
	size_t changes; /* appended by now */
};

/*
 * touched_add(turn, touched, account): call it before anything of the account
 * is changed: it emits the edges that time made until now. NULL is nobody. The
 * text is borrowed.
 */
void touched_add(
    struct store_turn *turn, struct touched *touched, const char *account);
/* touched_announce(turn, touched, event): what became of them. */
void touched_announce(struct store_turn *turn, struct touched *touched,
    const struct accounts_event *event);

#endif
