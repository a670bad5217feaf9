/*
 * The part of entitle.h about words: one sentence on why a grant says what it
 * says, to be read out to a customer. Pure.
 */
#ifndef TRUEUP_CORE_REASON_H
#define TRUEUP_CORE_REASON_H

#include "reconciler/core/outline.h"

#include <stddef.h>
#include <stdint.h>

/*
 * reason_write(held, outline, now, out, cap): why it says at that moment what
 * it says; cut at a whole character.
 */
void reason_write(const struct held_grant *held, const struct outline *outline,
    int64_t now_ms, char *out, size_t cap);

#endif
