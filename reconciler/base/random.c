#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "reconciler/base/random.h"

static uint64_t rotate(uint64_t value, unsigned int by)
{
	return (value << by) | (value >> (64 - by));
}

/* splitmix64: spreads any seed, zero too, over all bits. */
static uint64_t spread(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void random_seed_with(struct random *r, uint64_t seed)
{
	r->s[0] = spread(&seed);
	r->s[1] = spread(&seed);
}

/* Jitter does not need the kernel's bits: without them time and pid do. */
void random_seed(struct random *r)
{
	struct timespec now = {0};
	uint64_t seed = 0;
	ssize_t got;

	do
		got = getrandom(&seed, sizeof(seed), 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(seed)) {
		(void)clock_gettime(CLOCK_REALTIME, &now);
		seed =
		    (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
		seed ^= (uint64_t)getpid() << 32;
	}
	random_seed_with(r, seed);
}

/* xoroshiro128++ (Blackman and Vigna). */
uint64_t random_next(struct random *r)
{
	uint64_t a = r->s[0], b = r->s[1];
	uint64_t out = rotate(a + b, 17) + a;

	b ^= a;
	r->s[0] = rotate(a, 49) ^ b ^ (b << 21);
	r->s[1] = rotate(b, 28);
	return out;
}
