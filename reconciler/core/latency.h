/*
 * How often something took how long: counts in buckets that grow by a factor,
 * from a millisecond to half an hour. Pure.
 */
#ifndef TRUEUP_CORE_LATENCY_H
#define TRUEUP_CORE_LATENCY_H

#include <stddef.h>
#include <stdint.h>

enum { LATENCY_BUCKETS = 16 };

/* All zero: nothing was counted. */
struct latency {
	/* Of those that took at most latency_bound(i), and more than the
	 * bound before; the last one: more than any bound. */
	uint64_t n[LATENCY_BUCKETS + 1];
	uint64_t sum_ms;
};

/* latency_bound(i): in milliseconds, i below LATENCY_BUCKETS. */
int64_t latency_bound(size_t i);
/* latency_add(latency, ms): one more; less than nothing is nothing. */
void latency_add(struct latency *latency, int64_t ms);
/* latency_join(latency, other): all of the other as well. */
void latency_join(struct latency *latency, const struct latency *other);

#endif
