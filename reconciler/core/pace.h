/* A token bucket: how many requests may a provider be sent now? Pure. */
#ifndef TRUEUP_CORE_PACE_H
#define TRUEUP_CORE_PACE_H

#include <stdint.h>

struct pace {
	double rate; /* tokens a second, > 0 */
	double burst;
	double tokens;
	int64_t last_ms; /* monotonic */
};

/* pace_init(pace, rate, burst, now): a full bucket. now is monotonic. */
void pace_init(struct pace *pace, double rate, double burst, int64_t now_ms);
/* pace_available(pace, now): whole tokens there now. */
uint32_t pace_available(struct pace *pace, int64_t now_ms);
/* pace_take(pace, n): take n of them (never more than were available). */
void pace_take(struct pace *pace, uint32_t n);
/* pace_give(pace): give back one that was taken and not used. */
void pace_give(struct pace *pace);
/* pace_wait_ms(pace, now): milliseconds until one token is there; 0: now. */
int64_t pace_wait_ms(struct pace *pace, int64_t now_ms);

#endif
