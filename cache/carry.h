/*
 * Inside of the store: what a grant takes over from the one that was recorded
 * before it, because no single answer can say it.
 */
#ifndef TRUEUP_CACHE_CARRY_H
#define TRUEUP_CACHE_CARRY_H

#include "reconciler/core/entitle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The grants of an object as they were recorded before. */
struct carry {
	const struct held_grant *old;
	size_t n;
	int64_t started_ms; /* when the look began that says what they are */
	/* The provider tells that the state was another one in between. */
	bool interrupted;
};

/*
 * carry_over(carry, index, grant): the index-th grant as the answer says it
 * becomes the one to record. While its state is the same it began when it was
 * first said to have begun, since what some providers say is when they last
 * touched it. An unknown state takes along what was known before it. The grant
 * before it is the one of the same product and label, else the one in the same
 * place.
 */
void carry_over(const struct carry *carry, size_t index, struct grant *grant);

#endif
