/*
 * What happens in the month: notifications that are lost, late and doubled,
 * what operators do, and time that goes by.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MONTH_HAPPEN_H
#define TRUEUP_TESTS_CONTRACT_MONTH_HAPPEN_H

#include "tests/contract/month_run.h"

/* ---- notifications ------------------------------------------------------ */

static inline int64_t notice_delay(struct random *random)
{
	if (chance(random, 1000 - MONTH_LATE))
		return 100 + (int64_t)pick(random, 3000);
	return span(random, MONTH_MINUTE, 12 * MONTH_HOUR);
}

/* The provider tells us, or means to. The dice are the thing's own. */
static inline void notify(struct month *m, struct thing *thing)
{
	m->tally.sent++;
	if (chance(&thing->random, MONTH_LOST)) {
		m->tally.lost++;
		return;
	}
	do {
		int64_t at_ms = m->true_ms + notice_delay(&thing->random);

		if (at_ms < m->world.still_ms + MONTH_HOUR)
			plan(m, at_ms, EVENT_NOTICE, thing->number);
	} while (chance(&thing->random, MONTH_DOUBLED));
	if (chance(&thing->random, MONTH_BURSTS)) {
		for (int i = 0; i < MONTH_BURST; i++)
			plan(m, m->true_ms + 100 + 150 * (int64_t)i,
			    EVENT_NOTICE, thing->number);
	}
	if (chance(&thing->random, MONTH_MADE_UP))
		plan(m, m->true_ms + 1, EVENT_STRANGER, thing->number);
}

/* As the receiver would write it. */
static inline void append(struct month *m, const struct notice *notice)
{
	if (store_append(m->f->store, notice, 1, &m->f->err) != 0)
		m->tally.refused++;
	else
		m->tally.arrived++;
}

static inline const char *place_name(enum place place)
{
	return place == PLACE_STRIPE ? "stripe" : "ecurring";
}

static inline void arrive(struct month *m, struct thing *thing)
{
	char id[WORLD_ID_MAX], parent[WORLD_ID_MAX];
	struct notice notice = {
	    .ref = {place_name(thing_place(thing)), thing_kind_name(thing),
		thing_id(thing->kind, thing->number, id)},
	    .arrived_ms = clock_wall_ms(),
	    .cause = CAUSE_NOTIFIED};

	if (thing->kind == THING_TRANSACTION) {
		notice.parent_kind = "subscription";
		notice.parent_id =
		    thing_id(THING_SUBSCRIPTION, thing->parent, parent);
	}
	for (size_t i = thing->n; i > 0 && thing->was[i - 1].told_ms == 0; i--)
		thing->was[i - 1].told_ms = m->true_ms;
	thing->notified_ms = m->true_ms;
	append(m, &notice);
}

/* Somebody who guesses ids. */
static inline void arrive_stranger(struct month *m, size_t number)
{
	char id[WORLD_ID_MAX];
	struct notice notice = {
	    .ref = {"ecurring", "subscription",
		thing_id(THING_SUBSCRIPTION, 1000000000 + number, id)},
	    .arrived_ms = clock_wall_ms(),
	    .cause = CAUSE_NOTIFIED};

	append(m, &notice);
}

/* ---- operators ---------------------------------------------------------- */

static inline void discover(struct month *m)
{
	for (size_t p = 0; p < m->settings->n_providers; p++) {
		const struct provider_settings *provider =
		    &m->settings->providers[p];

		for (size_t i = 0; i < provider->client->n_lists; i++) {
			struct list_wish wish = {.provider = provider->name,
			    .name = provider->client->lists[i].name};
			bool goes_on;

			if (store_discover(m->f->store, m->settings, &wish,
				clock_wall_ms(), &goes_on, &m->f->err) != 0)
				month_fail(m, "%s", m->f->err.text);
		}
	}
}

static inline void resync(struct month *m)
{
	for (size_t p = 0; p < m->settings->n_providers; p++) {
		struct store_place place = {
		    .provider = m->settings->providers[p].name};
		size_t n = 1;

		while (n > 0) {
			if (store_resync(m->f->store, m->settings, &place, 5000,
				clock_wall_ms(), &n, &m->f->err) != 0)
				month_fail(m, "%s", m->f->err.text);
		}
	}
}

/* Each notice leads to a look that begins after it, and soon. */
static inline void check_notices(struct month *m)
{
	for (size_t i = 1; i <= m->world.n; i++) {
		const struct thing *thing = &m->world.things[i];

		if (thing->notified_ms != 0 &&
		    m->true_ms - thing->notified_ms > MONTH_HOUR / 2 &&
		    was_calm(
			m, thing_place(thing), thing->notified_ms, m->true_ms))
			month_fail(m,
			    "nobody looked at %zu, notified of %lld s ago", i,
			    (long long)((m->true_ms - thing->notified_ms) /
					MONTH_SECOND));
	}
}

/* How long has the oldest job been due? */
static inline void check_queue_age(struct month *m)
{
	int64_t now_ms = clock_wall_ms(), age_ms;
	struct store_view *view = NULL;
	struct store_stats stats;

	assert_int_equal(store_view_open(m->f->store, &view, &m->f->err), 0);
	assert_int_equal(store_view_stats(view, now_ms, &stats, &m->f->err), 0);
	store_view_close(view);
	if (stats.oldest_due_ms == 0)
		return;
	age_ms = now_ms - stats.oldest_due_ms;
	if (age_ms > m->tally.oldest_ms)
		m->tally.oldest_ms = age_ms;
	if (age_ms > m->tally.oldest_calm_ms &&
	    was_calm(m, PLACE_ECURRING, m->true_ms, m->true_ms + 1) &&
	    was_calm(m, PLACE_STRIPE, m->true_ms, m->true_ms + 1))
		m->tally.oldest_calm_ms = age_ms;
}

/* ---- time goes by ------------------------------------------------------- */

static inline void live(struct month *m, size_t number)
{
	struct thing *thing = &m->world.things[number];
	size_t before = thing->n;

	plan(m, life_step(&m->world, thing, m->true_ms), EVENT_LIFE, number);
	if (thing->n > 0 && before == 0 && thing->kind != THING_TRANSACTION) {
		enum place p = thing_place(thing);

		m->world.listed[p][m->world.n_listed[p]++] = number;
	}
	m->tally.changes += thing->n > before;
	if (thing->n > before && m->true_ms > MONTH_START)
		notify(m, thing);
}

/* As soon as there is somebody who can be killed. */
static inline void die(struct month *m)
{
	m->killed = m->working;
	if (m->killed)
		m->upset_ms = m->true_ms;
	if (m->killed && m->in_flight[PLACE_ECURRING] > 0 &&
	    m->barred_ms != 0) {
		/* What was about to be learnt by this probe is lost. */
		m->probed_ms = 0;
		m->gap_ms /= 2;
	}
	if (!m->working)
		plan(m, m->true_ms + 1 + (int64_t)pick(&m->random, 5000),
		    EVENT_KILL, 0);
}

/* Twice an hour; what costs more, each time that `number` says so. */
static inline void look(struct month *m, size_t number)
{
	plan(m, m->true_ms + MONTH_HOUR / 2, EVENT_LOOK, number + 1);
	check_queue_age(m);
	check_notices(m);
	/*
	 * One that stays has announced what time alone brought. What a wrong
	 * clock brought is put right by the next look at it.
	 */
	if (m->working && !m->cron && number % 8 == 0 &&
	    !was_hard(m, PLACE_COUNT, m->true_ms - MONTH_DAY, m->true_ms))
		m->check_feed(m);
}

static inline void happen(struct month *m, const struct event *event)
{
	switch (event->kind) {
	case EVENT_LIFE:
		live(m, event->number);
		break;
	case EVENT_NOTICE:
		arrive(m, &m->world.things[event->number]);
		break;
	case EVENT_STRANGER:
		arrive_stranger(m, event->number);
		break;
	case EVENT_DISCOVER:
		discover(m);
		break;
	case EVENT_SYNC:
		resync(m);
		break;
	case EVENT_CLOCK:
		m->offset_ms += ((int64_t)event->number - 100) * MONTH_HOUR;
		m->upset_ms = m->true_ms;
		break;
	case EVENT_KILL:
		die(m);
		break;
	case EVENT_LOOK:
		look(m, event->number);
		break;
	}
}

/* Everything until then happens. */
static inline void pass(struct month *m, int64_t until_ms)
{
	while (
	    !m->killed && m->n_events > 0 && m->events[0].at_ms <= until_ms) {
		struct event event = next_event(m);

		if (event.at_ms > m->true_ms)
			m->true_ms = event.at_ms;
		happen(m, &event);
	}
	if (!m->killed && until_ms > m->true_ms)
		m->true_ms = until_ms;
}

#endif
