/*
 * The part of entitle.h about one grant: what it says when, by its policy.
 * Effects are laid over it (core/revoke.h): while one revokes it, it says no.
 * Pure.
 */
#ifndef TRUEUP_CORE_OUTLINE_H
#define TRUEUP_CORE_OUTLINE_H

#include "reconciler/core/entitle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OUTLINE_PIECES_MAX = 3 };

/* From start until just before end; INT64_MAX as an end is open. */
struct piece {
	enum entitled says; /* yes or unknown */
	int64_t start_ms;
	int64_t end_ms;
};

struct outline {
	/* Outside of these, and where no piece is, it says no. */
	int64_t start_ms;
	int64_t end_ms;
	struct piece pieces[OUTLINE_PIECES_MAX]; /* by time, apart */
	size_t n;
	bool denied;	       /* its state gives nothing, whenever */
	bool graced;	       /* its end is that of a grace, or before that */
	int64_t lapsed_ms;     /* a yes is not believed from then on; 0 */
	int64_t kept_until_ms; /* its state is the one before, until then; 0 */
};

/* outline_make(held, out): without its effects. */
void outline_make(const struct held_grant *held, struct outline *out);
/*
 * outline_at(outline, held, now): the piece in force at that moment; NULL: none
 * is, or an effect revokes the grant.
 */
const struct piece *outline_at(const struct outline *outline,
    const struct held_grant *held, int64_t now_ms);
/*
 * outline_state(held): the grant's state; one that is out of range is unknown.
 */
enum state outline_state(const struct held_grant *held);

#endif
