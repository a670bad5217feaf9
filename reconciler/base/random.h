/* Randomness for jitter and identifiers; state is the caller's. */
#ifndef TRUEUP_BASE_RANDOM_H
#define TRUEUP_BASE_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t s[2];
};

/* random_seed(r): from the kernel. random_seed_with(r, seed): repeatable. */
void random_seed(struct random *r);
void random_seed_with(struct random *r, uint64_t seed);
/* random_next(r): 64 fresh bits (xoroshiro-class; not for secrets). */
uint64_t random_next(struct random *r);

#endif
