/*
 * The part of entitle.h about effects: when does money that went back take
 * away what it had paid for? Each effect that the policy says revokes does so
 * from its beginning (at_ms; 0: always) until just before its end (until_ms; 0:
 * open). Pure. Each question is linear in the effects of the grant, the second
 * in each step of a chain of them.
 */
#ifndef TRUEUP_CORE_REVOKE_H
#define TRUEUP_CORE_REVOKE_H

#include "reconciler/core/entitle.h"

#include <stdint.h>

/*
 * revoke_at(held, now): the effect that revokes the grant at that moment: of
 * several the one with the latest end (open last), then the first. NULL: none.
 */
const struct held_effect *revoke_at(
    const struct held_grant *held, int64_t now_ms);
/*
 * revoke_end(held, from): the first moment, not before from, at which nothing
 * revokes it; INT64_MAX: never again.
 */
int64_t revoke_end(const struct held_grant *held, int64_t from_ms);
/*
 * revoke_start(held, after): the first moment after that one at which something
 * begins to revoke it; INT64_MAX: never.
 */
int64_t revoke_start(const struct held_grant *held, int64_t after_ms);

#endif
