#include <stdbool.h>
#include <string.h>

#include "reconciler/base/arena.h"

#include "cache/accounts.h"
#include "cache/turn.h"

#include "cache/touched.h"

enum { TOUCHED_FIRST = 4 };

static bool has(const struct touched *touched, const char *account)
{
	for (size_t i = 0; i < touched->n; i++) {
		if (strcmp(touched->accounts[i], account) == 0)
			return true;
	}
	return false;
}

static bool grow(struct store_turn *turn, struct touched *touched)
{
	size_t cap = touched->cap == 0 ? TOUCHED_FIRST : touched->cap * 2;
	const char **accounts =
	    arena_alloc(&turn->arena, cap, sizeof(*accounts));

	if (accounts == NULL)
		return false; /* the turn fails at its commit */
	for (size_t i = 0; i < touched->n; i++)
		accounts[i] = touched->accounts[i];
	touched->accounts = accounts;
	touched->cap = cap;
	return true;
}

void touched_add(
    struct store_turn *turn, struct touched *touched, const char *account)
{
	if (account == NULL || has(touched, account))
		return;
	if (touched->n == touched->cap && !grow(turn, touched))
		return;
	touched->accounts[touched->n++] = account;
	touched->changes += accounts_catch_up(turn, account);
}

void touched_announce(struct store_turn *turn, struct touched *touched,
    const struct accounts_event *event)
{
	for (size_t i = 0; i < touched->n; i++)
		touched->changes +=
		    accounts_announce(turn, touched->accounts[i], event);
}
