/*
 * The model's machinery: notifications that are lost, doubled, late and out of
 * order, a provider that answers as providers do, and a worker that is killed
 * again and again. All on a simulated clock.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MODEL_RUN_H
#define TRUEUP_TESTS_CONTRACT_MODEL_RUN_H

#include "clients/client.h"

#include "tests/contract/model_life.h"
#include "tests/contract/model_reply.h"

/* How far behind a replica may be; less than the re-check ladder is long. */
#define MODEL_LAG ((int64_t)20 * 1000)
/* So long after it was made a thing may not be found. */
#define MODEL_NEW ((int64_t)30 * 1000)

enum {
	MODEL_MAIL_MAX = 400,
	MODEL_CLAIMS_MAX = 32,
	MODEL_SNAPSHOTS_MAX = 8000
};

struct letter {
	int64_t arrives_ms;
	struct thing *thing; /* NULL: a made-up id */
};

/* What was answered then, to be asked for again at the end. */
struct snapshot {
	int64_t at_ms;
	const char *account;
	enum entitled entitled;
};

struct tallies {
	size_t steps; /* in the lives of things */
	size_t lost;
	size_t doubled;
	size_t looks;
	size_t failed;
	size_t kills;
	size_t links;
};

struct model {
	uint64_t seed;
	struct fixture *f;
	struct client client;
	struct random random; /* everything that happens in this world */
	struct world world;
	struct letter mail[MODEL_MAIL_MAX];
	size_t n_mail;
	int64_t wake_ms;      /* when the worker looks next */
	int64_t cron_ms;      /* 0: it stays; else how often it is started */
	int64_t outage_ms[2]; /* a provider that is down until then */
	bool killed;	      /* the worker has to begin anew */
	bool calm;	      /* the end: nothing goes wrong any more */
	struct snapshot snapshots[MODEL_SNAPSHOTS_MAX];
	size_t n_snapshots;
	struct tallies tallies;
};

/* ---- notifications ------------------------------------------------------ */

static inline void mail_add(
    struct model *m, struct thing *thing, int64_t arrives_ms)
{
	if (m->n_mail == MODEL_MAIL_MAX)
		fail_msg("too many notifications are under way");
	m->mail[m->n_mail++] =
	    (struct letter){.arrives_ms = arrives_ms, .thing = thing};
}

static inline int64_t mail_delay(struct model *m)
{
	if (life_chance(&m->random, 70))
		return (int64_t)life_pick(&m->random, 3000);
	if (life_chance(&m->random, 70))
		return life_span(&m->random, 0, MODEL_HOUR);
	return life_span(&m->random, 0, 3 * MODEL_DAY);
}

/* Something happened to it: the provider tells us, or means to. */
static inline void mail_send(struct model *m, struct thing *thing)
{
	int64_t now_ms = m->f->now_ms;

	if (life_chance(&m->random, 30)) {
		m->tallies.lost++;
		return;
	}
	mail_add(m, thing, now_ms + mail_delay(m));
	while (life_chance(&m->random, 35)) {
		m->tallies.doubled++;
		mail_add(m, thing, now_ms + mail_delay(m));
	}
	if (life_chance(&m->random, 3))
		mail_add(m, NULL, now_ms + mail_delay(m));
}

static inline void mail_append(
    struct model *m, const struct thing *thing, enum cause cause)
{
	struct notice notice = {.ref = {"shop", "subscription", "made-up"},
	    .arrived_ms = m->f->now_ms,
	    .cause = cause};

	if (thing != NULL)
		notice.ref = thing_ref(thing);
	if (store_append(m->f->store, &notice, 1, &m->f->err) != 0)
		fail_msg("%s", m->f->err.text);
	if (m->cron_ms == 0 && m->wake_ms > m->f->now_ms)
		m->wake_ms = m->f->now_ms;
}

static inline void mail_deliver(struct model *m)
{
	size_t i = 0;

	while (i < m->n_mail) {
		struct letter letter = m->mail[i];

		if (letter.arrives_ms > m->f->now_ms) {
			i++;
			continue;
		}
		m->mail[i] = m->mail[--m->n_mail];
		mail_append(m, letter.thing, CAUSE_NOTIFIED);
		if (letter.thing != NULL)
			letter.thing->notified_ms = m->f->now_ms;
	}
}

/* ---- the providers' answers --------------------------------------------- */

static inline struct thing *thing_find(
    struct world *world, const struct object_ref *ref)
{
	for (size_t i = 0; i < MODEL_THINGS; i++) {
		struct object_ref known = thing_ref(&world->things[i]);

		if (name_ref_equal(&known, ref))
			return &world->things[i];
	}
	return NULL;
}

/* What goes wrong on the way. */
static inline enum verdict reply_trouble(struct model *m, size_t provider)
{
	size_t dice = life_pick(&m->random, 1000);

	if (m->calm)
		return VERDICT_TRUTH;
	if (m->outage_ms[provider] > m->f->now_ms || dice < 30)
		return VERDICT_LATER;
	if (dice < 35)
		return VERDICT_BARRED;
	return dice < 45 ? VERDICT_GARBLED : VERDICT_TRUTH;
}

/* The answer to a look that begins now. */
static inline void reply_make(
    struct model *m, const struct claim *claim, struct reply *r)
{
	const struct thing *thing = thing_find(&m->world, &claim->ref);
	int64_t now_ms = m->f->now_ms, seen_ms = now_ms;
	const struct truth *v;

	r->outcome = (struct outcome){
	    .claim = claim, .cause = "it went wrong", .started_ms = now_ms};
	r->outcome.verdict = reply_trouble(
	    m, strcmp(claim->ref.provider, model_providers[1]) == 0);
	m->tallies.looks++;
	m->tallies.failed += r->outcome.verdict != VERDICT_TRUTH;
	if (r->outcome.verdict != VERDICT_TRUTH)
		return;
	if (!m->calm && claim->notices > 0 && life_chance(&m->random, 15))
		seen_ms -= (int64_t)life_pick(&m->random, MODEL_LAG);
	v = thing != NULL ? truth_at(thing, seen_ms) : NULL;
	r->outcome.verdict = VERDICT_GONE;
	if (v == NULL)
		return;
	r->outcome.gone_for_sure = thing->deleted;
	if (thing->deleted ||
	    (!m->calm && now_ms - thing->was[0].at_ms < MODEL_NEW &&
		life_chance(&m->random, 50)))
		return;
	reply_truth(r, thing, v);
}

/* ---- time --------------------------------------------------------------- */

/* All that happens up to now. */
static inline void model_pass(struct model *m)
{
	for (size_t i = 0; i < MODEL_THINGS; i++) {
		struct thing *thing = &m->world.things[i];

		while (thing->next_ms <= m->f->now_ms) {
			life_step(thing, &m->random, thing->next_ms);
			m->tallies.steps++;
			mail_send(m, thing);
		}
	}
	mail_deliver(m);
}

/* ---- the worker --------------------------------------------------------- */

static inline bool model_dies(struct model *m, size_t per_mille)
{
	if (m->calm || life_pick(&m->random, 1000) >= per_mille)
		return false;
	m->killed = true;
	m->tallies.kills++;
	return true;
}

/* false: it was killed instead, and nothing of the turn happened. */
static inline bool model_commit(struct model *m, struct store_turn *turn)
{
	if (model_dies(m, 5)) {
		store_turn_abort(turn);
		return false;
	}
	if (store_turn_is_idle(turn)) {
		store_turn_abort(turn);
		return true;
	}
	fixture_commit(m->f, turn);
	return true;
}

/* All that is due, claimed. */
static inline size_t model_claim(struct model *m, struct claim *out)
{
	struct store_turn *turn = fixture_begin(m->f);
	size_t n = 0;

	if (m->killed)
		(void)store_turn_recover(turn);
	m->killed = false;
	(void)store_turn_rejudge(turn, 1000);
	(void)store_turn_collect(turn, 1 + life_pick(&m->random, 10));
	while (store_turn_checks(turn, 1000) > 0)
		;
	while (store_turn_advance(turn, 1000) > 0)
		;
	for (size_t p = 0; p < 2; p++)
		n += store_turn_claim(turn, model_providers[p],
		    MODEL_CLAIMS_MAX / 2, &m->f->arena, out + n);
	return model_commit(m, turn) ? n : 0;
}

/* Looks that are on record: they answer for the notices before them. */
static inline void model_settled(
    struct model *m, struct reply **replies, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct outcome *outcome = &replies[i]->outcome;
		struct thing *thing =
		    thing_find(&m->world, &outcome->claim->ref);

		if (thing != NULL && outcome->verdict <= VERDICT_GONE &&
		    outcome->started_ms >= thing->notified_ms)
			thing->notified_ms = 0;
	}
}

/* What comes while the provider is asked is collected as ever. */
static inline bool model_collect(struct model *m)
{
	struct store_turn *turn = fixture_begin(m->f);

	(void)store_turn_collect(turn, 100);
	return model_commit(m, turn);
}

/* Some claims in one commit, while time goes by. false: it was killed. */
static inline bool model_settle_some(
    struct model *m, const struct claim *claims, size_t n)
{
	struct reply *replies[MODEL_CLAIMS_MAX];
	struct store_turn *turn;
	struct settled settled;

	for (size_t i = 0; i < n; i++) {
		replies[i] = arena_alloc(&m->f->arena, 1, sizeof(**replies));
		assert_non_null(replies[i]);
		reply_make(m, &claims[i], replies[i]);
		m->f->now_ms += (int64_t)life_pick(
		    &m->random, life_chance(&m->random, 30) ? 5000 : 500);
		model_pass(m);
	}
	if (model_dies(m, 20) || !model_collect(m))
		return false;
	turn = fixture_begin(m->f);
	for (size_t i = 0; i < n; i++)
		store_turn_settle(turn, &replies[i]->outcome, &settled);
	if (!model_commit(m, turn))
		return false;
	model_settled(m, replies, n);
	return true;
}

static inline void model_settle(
    struct model *m, const struct claim *claims, size_t n)
{
	size_t some;

	for (size_t i = 0; i < n; i += some) {
		some = 1 + life_pick(&m->random, n - i);
		if (!model_settle_some(m, claims + i, some))
			return;
	}
}

static inline void model_earlier(int64_t *ms, int64_t other_ms)
{
	if (other_ms != 0 && other_ms < *ms)
		*ms = other_ms;
}

/* When the worker has something to do next, or is started next. */
static inline void model_plan(struct model *m, bool busy)
{
	struct store_turn *turn = fixture_begin(m->f);
	int64_t next_ms = m->f->now_ms + MODEL_DAY;

	model_earlier(&next_ms, store_turn_next_other(turn));
	for (size_t p = 0; p < 2; p++)
		model_earlier(
		    &next_ms, store_turn_next(turn, model_providers[p], NULL));
	store_turn_abort(turn);
	if (busy || fixture_stats(m->f).inbox > 0 || m->killed)
		next_ms = m->f->now_ms;
	if (next_ms <= m->f->now_ms)
		next_ms = m->f->now_ms + 1;
	if (m->cron_ms != 0)
		next_ms = (next_ms / m->cron_ms + 1) * m->cron_ms;
	m->wake_ms = next_ms;
}

static inline void model_work(struct model *m)
{
	struct claim claims[MODEL_CLAIMS_MAX];
	size_t n;

	arena_reset(&m->f->arena);
	n = model_claim(m, claims);
	model_settle(m, claims, n);
	model_plan(m, n > 0);
}

#endif
