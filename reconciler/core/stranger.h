/*
 * Strangers: ids that no record knows, named by notices that nobody signed.
 * Anyone can make them up, so they must not eat a provider's budget; and each
 * may be the first word of a new customer, so none is dropped and, while most
 * of them turn out to be real, none is slowed. Pure.
 */
#ifndef TRUEUP_CORE_STRANGER_H
#define TRUEUP_CORE_STRANGER_H

#include <stdbool.h>
#include <stdint.h>

struct schedule;

enum {
	STRANGER_LOOKS = 100, /* the last looks at strangers that count */
	STRANGER_BURST = 10,  /* of their own budget, once they have to */
	/* How long an id is remembered that turned out to be nobody's. */
	STRANGER_MEMORY_MS = 3600 * 1000
};

/* How the last looks at a provider's strangers came out. Zeroed: none yet. */
struct strangers {
	uint64_t missing[2]; /* a bit for each: "no such object" */
	uint32_t next;	     /* the bit that is the oldest */
};

/* strangers_missed(s): a look at one said "no such object". */
void strangers_missed(struct strangers *s);
/*
 * strangers_found(s, misses): one turned out to be real, after so many looks
 * that had said otherwise (it was only new): these are taken back.
 */
void strangers_found(struct strangers *s, uint32_t misses);
/*
 * strangers_is_flood(s): more than half of the last looks found nobody: from
 * now on strangers draw on a small budget of their own.
 */
bool strangers_is_flood(const struct strangers *s);

/*
 * strangers_rate(rate): that budget, looks a second, unless it is configured: a
 * tenth of the provider's rate, at least 0.2.
 */
double strangers_rate(double rate);

/*
 * strangers_missing(now, first_missing, attempts, schedule, out): the next look
 * at a remembered one after "no such object": one, at the end of the missing
 * window; attempts as for schedule_missing. false: believe it.
 */
bool strangers_missing(int64_t now_ms, int64_t first_missing_ms,
    uint32_t attempts, const struct schedule *schedule, int64_t *out_ms);

#endif
