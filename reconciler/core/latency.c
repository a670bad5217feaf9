#include "reconciler/core/latency.h"

static const int64_t bounds_ms[LATENCY_BUCKETS] = {1, 5, 10, 25, 50, 100, 250,
    500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 1800000};

int64_t latency_bound(size_t i)
{
	return bounds_ms[i];
}

void latency_add(struct latency *latency, int64_t ms)
{
	size_t i = 0;

	if (ms < 0)
		ms = 0;
	while (i < LATENCY_BUCKETS && ms > bounds_ms[i])
		i++;
	latency->n[i]++;
	latency->sum_ms += (uint64_t)ms;
}

void latency_join(struct latency *latency, const struct latency *other)
{
	for (size_t i = 0; i <= LATENCY_BUCKETS; i++)
		latency->n[i] += other->n[i];
	latency->sum_ms += other->sum_ms;
}
