/*
 * Each request of the month against what its provider allows, and how long each
 * change was not on record.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MONTH_METER_H
#define TRUEUP_TESTS_CONTRACT_MONTH_METER_H

#include "tests/contract/month_reply.h"

/* ---- what may be sent --------------------------------------------------- */

static inline void meter_fill(
    struct meter *meter, int64_t now_ms, double tolerance)
{
	double leaked = (double)(now_ms - meter->last_ms) * meter->rate / 1000;

	meter->level = meter->level > leaked ? meter->level - leaked : 0;
	meter->level += 1;
	meter->last_ms = now_ms;
	if (meter->level > meter->highest)
		meter->highest = meter->level;
	meter->over += meter->level > meter->burst + tolerance;
}

static inline void count_second(struct month *m)
{
	int64_t second = m->true_ms / MONTH_SECOND;

	m->in_second = second == m->second ? m->in_second + 1 : 1;
	m->second = second;
	if (m->in_second > m->tally.most_a_second)
		m->tally.most_a_second = m->in_second;
}

/* Of a provider that refuses our key: each wait is longer than the last. */
static inline void count_probe(struct month *m)
{
	int64_t gap_ms = m->true_ms - m->probed_ms;
	int64_t least_ms =
	    (m->gap_ms < MONTH_HOUR ? m->gap_ms : MONTH_HOUR) / 2;

	m->tally.probes++;
	if (gap_ms < least_ms)
		m->tally.hasty++;
	m->probed_ms = m->true_ms;
	if (m->gap_ms < 4 * MONTH_HOUR)
		m->gap_ms *= 2;
}

static inline void count_request(
    struct month *m, enum place place, const char *path)
{
	const struct provider_settings *p =
	    settings_provider(m->settings, place_name(place));

	m->tally.requests++;
	count_second(m);
	meter_fill(&m->meters[place], m->true_ms, 0.001);
	if (place == PLACE_STRIPE &&
	    strncmp(path, "/v1/subscriptions/", 18) == 0)
		meter_fill(&m->operation, m->true_ms, 0.001);
	if (++m->in_flight[place] > (size_t)p->concurrency)
		m->tally.crowded++;
	if (m->true_ms < m->silent_ms[place])
		m->tally.in_silence++;
	if (place == PLACE_ECURRING && m->barred_ms != 0)
		count_probe(m);
}

/* One object, one flight; and none right behind an answer. */
static inline void count_thing(struct month *m, struct thing *thing)
{
	int64_t gap_ms = m->true_ms - thing->asked_ms;

	m->tally.twice += thing->in_flight;
	if (thing->asked_ms > m->upset_ms && thing->shown &&
	    gap_ms < MONTH_SECOND)
		m->tally.hot++;
	thing->in_flight = true;
	thing->shown = false;
	thing->asked_ms = m->true_ms;
}

/* ---- how long it took --------------------------------------------------- */

static inline void stale_add(struct month *m, enum stale_kind kind, int64_t ms)
{
	struct staleness *stale = &m->stale[kind];

	stale->n++;
	stale->soon += ms <= 2 * MONTH_MINUTE;
	if (ms > stale->worst_ms)
		stale->worst_ms = ms;
}

static inline enum stale_kind stale_kind(
    const struct month *m, const struct thing *thing, const struct version *v)
{
	int64_t day_ms = m->settings->providers[0].schedule.resync_ms;
	enum place place = thing_place(thing);

	if (thing->seen == 0)
		return STALE_FOUND;
	if (was_hard(m, place, v->at_ms, v->at_ms + day_ms))
		return STALE_HARD;
	if (was_hard(m, PLACE_COUNT, v->at_ms, v->at_ms + day_ms))
		return STALE_CLOCK;
	return STALE_CALM;
}

/* An answer shows it: it is on record with the next commit. */
static inline void is_seen(struct month *m, const struct answer *a)
{
	struct thing *thing = a->thing;

	m->tally.answers++;
	thing->shown = true;
	for (size_t i = thing->seen; i < a->version; i++) {
		const struct version *v = &thing->was[i];

		stale_add(m, stale_kind(m, thing, v), m->true_ms - v->at_ms);
		if (v->told_ms != 0 &&
		    was_calm(m, thing_place(thing), v->told_ms, m->true_ms))
			stale_add(m, STALE_TOLD, m->true_ms - v->told_ms);
	}
	if (a->version > thing->seen)
		thing->seen = a->version;
}

#endif
