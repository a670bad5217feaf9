/*
 * The month itself: what is to happen when, on a clock that only the
 * simulation moves, and what the worker is told of the time, of chance, and of
 * being stopped. The symbols that it would have those from are wrapped at the
 * link (Makefile, MONTH_SEAM).
 */
#ifndef TRUEUP_TESTS_CONTRACT_MONTH_RUN_H
#define TRUEUP_TESTS_CONTRACT_MONTH_RUN_H

#include "clients/client.h"
#include "reconciler/base/clock.h"
#include "reconciler/io/worker.h"

#include "tests/contract/month_life.h"
#include "tests/contract/quick_store.h"

/* What was put off is made up for within this. */
#define MONTH_REST (6 * MONTH_HOUR)

enum {
	MONTH_LOST = 300, /* of a thousand notices */
	MONTH_DOUBLED = 100,
	MONTH_LATE = 100,
	MONTH_BURSTS = 20, /* a burst is MONTH_BURST notices of one change */
	MONTH_BURST = 30,
	MONTH_MADE_UP = 10,
	MONTH_TROUBLES_MAX = 8
};

/* How long a change was not on record, by what was going on. */
enum stale_kind {
	STALE_CALM,
	STALE_CLOCK, /* our clock was set */
	STALE_HARD,  /* its provider could not be asked */
	STALE_FOUND, /* of what nobody had told us of yet */
	STALE_TOLD,  /* in calm times, since the notice of it came */
	STALE_COUNT
};

/* What goes wrong with a provider, from when until when. */
enum trouble_kind { TROUBLE_OUTAGE, TROUBLE_STORM, TROUBLE_BAR, TROUBLE_CLOCK };

struct trouble {
	enum trouble_kind kind;
	enum place place; /* not of the clock: that is everybody's */
	int64_t from_ms;
	int64_t until_ms;
};

enum event_kind {
	EVENT_LIFE,   /* something happens to a thing */
	EVENT_NOTICE, /* a notification of it arrives */
	EVENT_STRANGER,
	EVENT_DISCOVER, /* cron's `sync --discover` */
	EVENT_SYNC,	/* somebody's `sync` */
	EVENT_CLOCK, /* somebody sets our clock: by `number` hours less 100 */
	EVENT_KILL,
	EVENT_LOOK /* the operator looks at the statistics */
};

struct event {
	int64_t at_ms;
	uint64_t seq; /* the first that was planned comes first */
	enum event_kind kind;
	size_t number;
};

/* A leaky bucket that is filled by each request: never above its burst. */
struct meter {
	double rate;
	double burst;
	double level;
	double highest;
	int64_t last_ms;
	uint64_t over;
};

struct tally_of_month {
	uint64_t requests;
	uint64_t answers; /* that were answers about an object */
	uint64_t changes; /* in the world */
	uint64_t sent;	  /* notifications, by the providers */
	uint64_t lost;
	uint64_t arrived;
	uint64_t runs;
	uint64_t kills;
	uint64_t refused;    /* notices that the store would not take */
	uint64_t in_silence; /* requests while it was asked for silence */
	uint64_t crowded;    /* more under way than its concurrency */
	uint64_t hasty;	     /* probes of a barred provider, too early */
	uint64_t twice;	     /* two flights of one object */
	uint64_t hot;	     /* one object, again within its spacing */
	uint64_t probes;
	size_t most_a_second;
	int64_t oldest_ms; /* due job, ever */
	int64_t oldest_calm_ms;
};

struct staleness {
	uint64_t n;
	int64_t worst_ms;
	uint64_t soon; /* within two minutes */
};

struct fetch;

struct month {
	uint64_t seed;
	bool cron;
	int64_t days;
	int64_t end_ms;
	int64_t true_ms;   /* what time it is */
	int64_t offset_ms; /* by how much our wall clock is wrong */
	bool working;
	bool killed; /* this worker does nothing any more */
	bool stopped;
	struct world world;
	struct fixture *f;
	struct loaded_settings *loaded;
	const struct settings *settings;
	struct random random; /* of the network and of operators */
	uint64_t seeds;	      /* given to those who asked for one */
	struct event *events; /* a heap; owned */
	size_t n_events, room;
	uint64_t seq;
	struct trouble troubles[MONTH_TROUBLES_MAX];
	size_t n_troubles;
	struct fetch *fetch; /* the worker's, while it has one */
	int64_t idle_ms;     /* the time at the last wait, and how */
	uint64_t idle;	     /* many there have been since it moved */
	struct meter meters[PLACE_COUNT];
	struct meter operation; /* Stripe's subscriptions */
	size_t in_flight[PLACE_COUNT];
	int64_t silent_ms[PLACE_COUNT]; /* nothing is to be sent until then */
	int64_t upset_ms;  /* when our clock was set, or the worker killed */
	int64_t barred_ms; /* the last refusal of the key; 0: none */
	int64_t probed_ms;
	int64_t gap_ms;
	size_t in_second;
	int64_t second;
	void (*check_feed)(struct month *m);
	enum entitled *told; /* by the feed, of each account; owned */
	uint64_t told_seq;   /* the last change of it that was read */
	struct tally_of_month tally;
	struct staleness stale[STALE_COUNT];
};

/* How the seed gets into every failure. */
#define month_fail(m, format, ...) \
	fail_msg("MONTH_SEED=%llu, %s: " format, \
	    (unsigned long long)(m)->seed, (m)->cron ? "cron" : "follow", \
	    __VA_ARGS__)

/* What is wrapped takes no argument by which it could be told. */
static struct month *month_is;

/* ---- the seam: time, chance and an end ---------------------------------- */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int64_t __wrap_clock_wall_ms(void);
int64_t __wrap_clock_mono_ms(void);
void __wrap_random_seed(struct random *r);
bool __wrap_stop_requested(void);
int __wrap_store_turn_begin(struct store *store,
    const struct settings *settings, int64_t now_ms, struct random *random,
    struct store_turn **out, struct err_text *err);
int __real_store_turn_begin(struct store *store,
    const struct settings *settings, int64_t now_ms, struct random *random,
    struct store_turn **out, struct err_text *err);

int64_t __wrap_clock_wall_ms(void)
{
	return month_is->true_ms + month_is->offset_ms;
}

int64_t __wrap_clock_mono_ms(void)
{
	return month_is->true_ms - MONTH_START + 1;
}

void __wrap_random_seed(struct random *r)
{
	random_seed_with(r, month_is->seed * 7919 + month_is->seeds++);
}

bool __wrap_stop_requested(void)
{
	return month_is->stopped;
}

/* A worker that was killed gives nothing back. */
int __wrap_store_turn_begin(struct store *store,
    const struct settings *settings, int64_t now_ms, struct random *random,
    struct store_turn **out, struct err_text *err)
{
	if (month_is->killed)
		return err_set(err, ERR_FAIL, "killed");
	return __real_store_turn_begin(
	    store, settings, now_ms, random, out, err);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* ---- what is to happen -------------------------------------------------- */

static inline bool event_is_before(const struct event *a, const struct event *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->seq < b->seq;
}

static inline void event_swap(struct event *a, struct event *b)
{
	struct event c = *a;

	*a = *b;
	*b = c;
}

static inline void plan(
    struct month *m, int64_t at_ms, enum event_kind kind, size_t number)
{
	size_t i = m->n_events;

	if (at_ms == MONTH_NEVER)
		return;
	if (i == m->room) {
		m->room = m->room == 0 ? 1024 : 2 * m->room;
		m->events = realloc(m->events, m->room * sizeof(*m->events));
		if (m->events == NULL)
			abort();
	}
	m->events[m->n_events++] = (struct event){
	    .at_ms = at_ms, .seq = m->seq++, .kind = kind, .number = number};
	while (
	    i > 0 && event_is_before(&m->events[i], &m->events[(i - 1) / 2])) {
		event_swap(&m->events[i], &m->events[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
}

static inline struct event next_event(struct month *m)
{
	struct event first = m->events[0];
	size_t i = 0, least = 0;

	m->events[0] = m->events[--m->n_events];
	do {
		event_swap(&m->events[i], &m->events[least]);
		i = least;
		for (size_t k = 2 * i + 1; k <= 2 * i + 2; k++) {
			if (k < m->n_events &&
			    event_is_before(&m->events[k], &m->events[least]))
				least = k;
		}
	} while (least != i);
	return first;
}

static inline void trouble_add(struct month *m, enum trouble_kind kind,
    enum place place, int64_t from_ms, int64_t for_ms)
{
	m->troubles[m->n_troubles++] = (struct trouble){.kind = kind,
	    .place = place,
	    .from_ms = from_ms,
	    .until_ms = from_ms + for_ms};
}

/* NULL: it is well just now. */
static inline const struct trouble *trouble_of(
    const struct month *m, enum place place)
{
	for (size_t i = 0; i < m->n_troubles; i++) {
		const struct trouble *t = &m->troubles[i];

		if (t->kind != TROUBLE_CLOCK && t->place == place &&
		    t->from_ms <= m->true_ms && m->true_ms < t->until_ms)
			return t;
	}
	return NULL;
}

/* Was there trouble then, or had what it left to be made up for? */
static inline bool was_hard(
    const struct month *m, enum place place, int64_t from_ms, int64_t until_ms)
{
	for (size_t i = 0; i < m->n_troubles; i++) {
		const struct trouble *t = &m->troubles[i];

		if (t->place == place && t->from_ms < until_ms &&
		    from_ms < t->until_ms + MONTH_REST)
			return true;
	}
	return false;
}

static inline bool was_calm(
    const struct month *m, enum place place, int64_t from_ms, int64_t until_ms)
{
	return !was_hard(m, place, from_ms, until_ms) &&
	       !was_hard(m, PLACE_COUNT, from_ms, until_ms);
}

#endif
