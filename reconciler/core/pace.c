#include "reconciler/core/ms.h"

#include "reconciler/core/pace.h"

/* What a sum of fractions may lack of a whole token. */
static const double ROUNDING = 1e-6;

/* Comparisons are written so that not-a-number takes the safe side. */
void pace_init(struct pace *pace, double rate, double burst, int64_t now_ms)
{
	pace->rate = rate > 0 ? rate : 0;
	pace->burst = burst >= 1 ? burst : 1;
	pace->tokens = pace->burst;
	pace->last_ms = now_ms;
}

static void refill(struct pace *pace, int64_t now_ms)
{
	int64_t passed_ms = ms_between(pace->last_ms, now_ms);
	double tokens = pace->tokens;

	pace->last_ms = now_ms;
	if (passed_ms <= 0)
		return;
	tokens += (double)passed_ms * pace->rate / 1000;
	pace->tokens = tokens < pace->burst ? tokens : pace->burst;
}

uint32_t pace_available(struct pace *pace, int64_t now_ms)
{
	double tokens;

	refill(pace, now_ms);
	tokens = pace->tokens + ROUNDING;
	if (tokens >= (double)UINT32_MAX)
		return UINT32_MAX;
	return (uint32_t)tokens;
}

void pace_take(struct pace *pace, uint32_t n)
{
	pace->tokens -= n;
	if (pace->tokens < 0)
		pace->tokens = 0;
}

void pace_give(struct pace *pace)
{
	double tokens = pace->tokens + 1;

	pace->tokens = tokens < pace->burst ? tokens : pace->burst;
}

int64_t pace_wait_ms(struct pace *pace, int64_t now_ms)
{
	double wait_ms;
	int64_t whole_ms;

	if (pace_available(pace, now_ms) >= 1)
		return 0;
	wait_ms = (1 - ROUNDING / 2 - pace->tokens) * 1000 / pace->rate;
	if (!(wait_ms < (double)INT64_MAX))
		return INT64_MAX;
	whole_ms = (int64_t)wait_ms;
	return (double)whole_ms < wait_ms ? whole_ms + 1 : whole_ms;
}
