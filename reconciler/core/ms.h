/*
 * Arithmetic on moments that cannot overflow: a clock that is wildly wrong, or
 * a number from a stranger, must give a wrong moment and not undefined
 * behaviour. Pure.
 */
#ifndef TRUEUP_CORE_MS_H
#define TRUEUP_CORE_MS_H

#include <stdint.h>

/* ms_add(at, delta): at + delta, held at INT64_MIN and INT64_MAX. */
int64_t ms_add(int64_t at_ms, int64_t delta_ms);
/* ms_between(from, to): to - from, held at INT64_MIN and INT64_MAX. */
int64_t ms_between(int64_t from_ms, int64_t to_ms);

#endif
