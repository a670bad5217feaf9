/*
 * What a lane has left of its budgets and knows of its provider's pace, kept in
 * the store: a worker that cron starts anew goes on where the last one ended.
 */
#ifndef TRUEUP_IO_PURSE_H
#define TRUEUP_IO_PURSE_H

#include "reconciler/io/lane.h"

#include <stddef.h>

struct budget;
struct store_turn;

/*
 * purse_tell(lane, now, out): what is left, for the record. Operations with
 * full budgets are left out, and more than BUDGET_OPERATIONS_MAX of them.
 */
void purse_tell(struct lane *lane, struct lane_now now, struct budget *out);
/*
 * purse_keep(lanes, n, turn): write it for those that spent something, and what
 * was counted.
 */
void purse_keep(struct lane *lanes, size_t n, struct store_turn *turn);
/*
 * purse_resume(lane, budget, now): what an earlier worker left, and what has
 * come since. A clock that stepped back says that no time has passed; one that
 * stepped forward is not believed while the machine has not been restarted.
 */
void purse_resume(
    struct lane *lane, const struct budget *budget, struct lane_now now);

#endif
