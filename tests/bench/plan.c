/*
 * plan WHAT RATE RESYNC OBJECTS: the row of `make bench` for so many objects
 * at a provider that allows so many requests a second, with core/plan as
 * `trueup check-config` has it. What it takes and what there is are a second;
 * how long a resync would have to be goes to stderr.
 */
#include <stdio.h>
#include <stdlib.h>

#include "reconciler/base/clock.h"
#include "reconciler/core/plan.h"

static int complain(void)
{
	(void)fprintf(stderr, "usage: plan WHAT RATE RESYNC OBJECTS\n");
	return 2;
}

static double days(int64_t ms)
{
	return (double)ms / 1000 / 3600 / 24;
}

int main(int argc, char **argv)
{
	struct schedule schedule = {.n_rungs = 0};
	uint64_t objects[SCHEDULE_TIER_COUNT] = {0};
	struct plan plan;
	double rate;

	if (argc != 5 ||
	    clock_parse_duration(argv[3], &schedule.resync_ms) != 0)
		return complain();
	rate = strtod(argv[2], NULL);
	objects[SCHEDULE_ACTIVE] = strtoull(argv[4], NULL, 10);
	if (rate <= 0 || objects[SCHEDULE_ACTIVE] == 0)
		return complain();
	plan_resync(&schedule, rate, objects, &plan);
	printf("plan: %s, %s objects in %s\t%.3g\t%.3g\t%.2f\t-\t-\n", argv[1],
	    argv[4], argv[3], plan.required, plan.available, plan.share);
	(void)fprintf(stderr,
	    "bench: plan: %s: %s objects: %s; resync of %.2f days or more, "
	    "or at most %llu objects for one key\n",
	    argv[1], argv[4], plan_verdict_name(plan.verdict),
	    days(plan.shortest_resync_ms),
	    (unsigned long long)plan.most_objects);
	return 0;
}
