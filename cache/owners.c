#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "cache/credits.h"
#include "cache/grants.h"
#include "cache/links.h"
#include "cache/touched.h"
#include "cache/turn.h"

#include "cache/owners.h"

static const char *default_account(
    struct store_turn *turn, const struct object *shown)
{
	char account[NAME_ACCOUNT_MAX + 1];

	if (name_default_account(shown->ref.provider, shown->customer, account,
		sizeof(account)) != 0) {
		lmdb_fail(turn->txn, ERR_BAD, "a customer's name is too long");
		return NULL;
	}
	return arena_text(&turn->arena, account);
}

void owners_relink(struct store_turn *turn, struct object_record *record)
{
	struct object *shown = &record->shown;
	const char *linked = NULL;

	if (shown->customer != NULL)
		linked = links_get(turn->txn, shown->ref.provider,
		    shown->customer, &turn->arena);
	if (linked != NULL)
		shown->account = linked;
	else if (record->observed_account != NULL)
		shown->account = record->observed_account;
	else if (shown->customer != NULL)
		shown->account = default_account(turn, shown);
}

void owners_inherit(
    const struct object_record *parent, struct object_record *record)
{
	record->inherited = true;
	record->observed_account = parent->observed_account;
	record->shown.customer = parent->shown.customer;
	record->shown.account = parent->shown.account;
}

void owners_decide(struct store_turn *turn, const struct observation *obs,
    const struct object_record *parent, struct object_record *record)
{
	if (obs->customer == NULL && obs->account == NULL) {
		if (parent != NULL &&
		    (record->inherited || record->shown.account == NULL))
			owners_inherit(parent, record);
		return;
	}
	record->inherited = false;
	record->observed_account = obs->account;
	record->shown.customer = obs->customer;
	owners_relink(turn, record);
}

bool owners_differ(const struct object_record *a, const struct object_record *b)
{
	return !text_equal(a->shown.account, b->shown.account) ||
	       !text_equal(a->shown.customer, b->shown.customer) ||
	       !text_equal(a->observed_account, b->observed_account);
}

void owners_move(struct store_turn *turn, struct touched *touched,
    const struct object_record *before, struct object_record *after,
    int64_t at_ms)
{
	touched_add(turn, touched, before->shown.account);
	touched_add(turn, touched, after->shown.account);
	grants_move(turn, before, after, at_ms);
	credits_move(turn, before, after);
	objects_put(turn->txn, before, after);
}
