/*
 * Inside of the store: whose an object is. Which customer of the provider's it
 * belongs to comes from the provider's own data only, for the object itself or
 * for the object that it is a confirmed member of.
 */
#ifndef TRUEUP_CACHE_OWNERS_H
#define TRUEUP_CACHE_OWNERS_H

#include "cache/ledger.h"

#include <stdbool.h>
#include <stdint.h>

struct store_turn;
struct touched;

/*
 * owners_decide(turn, obs, parent, record): set customer, account and what goes
 * with them in the record, from an answer about it and its confirmed parent's
 * record (NULL: none). Account: an explicit link; else what the provider's data
 * says; else PROVIDER/CUSTOMER; else the parent's. An answer that says nothing
 * takes nothing away.
 */
void owners_decide(struct store_turn *turn, const struct observation *obs,
    const struct object_record *parent, struct object_record *record);

/*
 * owners_inherit(parent, record): the record's owner is that of its parent.
 * owners_relink(turn, record): decide its account anew, the links changed.
 */
void owners_inherit(
    const struct object_record *parent, struct object_record *record);
void owners_relink(struct store_turn *turn, struct object_record *record);

/* owners_differ(a, b): the owners of two records are not the same. */
bool owners_differ(
    const struct object_record *a, const struct object_record *b);

/*
 * owners_move(turn, touched, before, after, at): write a record that got
 * another owner at that moment, and move its grants and credits along.
 */
void owners_move(struct store_turn *turn, struct touched *touched,
    const struct object_record *before, struct object_record *after,
    int64_t at_ms);

#endif
