#include "reconciler/core/ms.h"
#include "reconciler/core/schedule.h"

#include "reconciler/core/stranger.h"

enum { BITS = 64 };

static bool get(const struct strangers *s, uint32_t i)
{
	return (s->missing[i / BITS] >> (i % BITS) & 1) != 0;
}

static void set(struct strangers *s, uint32_t i, bool missing)
{
	uint64_t bit = (uint64_t)1 << (i % BITS);

	if (missing)
		s->missing[i / BITS] |= bit;
	else
		s->missing[i / BITS] &= ~bit;
}

static void note(struct strangers *s, bool missing)
{
	uint32_t at = s->next % STRANGER_LOOKS;

	set(s, at, missing);
	s->next = (at + 1) % STRANGER_LOOKS;
}

void strangers_missed(struct strangers *s)
{
	note(s, true);
}

void strangers_found(struct strangers *s, uint32_t misses)
{
	/* The newest first: what it was asked before is not long ago. */
	for (uint32_t i = 1; i <= STRANGER_LOOKS && misses > 0; i++) {
		uint32_t at = (s->next + STRANGER_LOOKS - i) % STRANGER_LOOKS;

		if (!get(s, at))
			continue;
		set(s, at, false);
		misses--;
	}
	note(s, false);
}

bool strangers_is_flood(const struct strangers *s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < STRANGER_LOOKS; i++)
		n += get(s, i);
	return 2 * n > STRANGER_LOOKS;
}

double strangers_rate(double rate)
{
	return rate / 10 > 0.2 ? rate / 10 : 0.2;
}

bool strangers_missing(int64_t now_ms, int64_t first_missing_ms,
    uint32_t attempts, const struct schedule *schedule, int64_t *out_ms)
{
	int64_t end_ms = ms_add(first_missing_ms, schedule->missing_window_ms);

	/* Not before its time, however the clock was set meanwhile. */
	if (attempts > 1 || end_ms <= now_ms)
		return false;
	if (end_ms > ms_add(now_ms, schedule->missing_window_ms))
		end_ms = ms_add(now_ms, schedule->missing_window_ms);
	*out_ms = end_ms;
	return true;
}
