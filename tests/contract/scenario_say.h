/*
 * What providers say, read from a scenario and settled:
 *
 *   shop: subscription s1 of c1 is active, product gold, until 2026-02-01
 *       listed 2026-01-01 10:00 active
 *   shop (resync): subscription s1 cannot be found
 */
#ifndef TRUEUP_TESTS_CONTRACT_SCENARIO_SAY_H
#define TRUEUP_TESTS_CONTRACT_SCENARIO_SAY_H

#include "tests/contract/scenario_world.h"

/* Our own words, and some of the providers'; all others are not known. */
static inline enum state say_state(const char *word)
{
	static const struct state_word others[] = {
	    {"cancelled", STATE_ENDED},
	    {"expired", STATE_ENDED},
	    {"unpaid", STATE_PAST_DUE},
	    {"scheduled", STATE_PENDING},
	    {"rescheduled", STATE_PENDING},
	    {"fulfilled", STATE_PAID},
	    {"charged_back", STATE_REVERSED},
	};
	enum state state;

	if (state_parse(word, &state) == 0)
		return state;
	return state_of_word(others, sizeof(others) / sizeof(others[0]), word);
}

static inline void say_room(const struct phrase *w, size_t n)
{
	if (n >= SCENE_PARTS_MAX)
		line_fail(w->line, "too many of these");
}

/* ---- clauses ---------------------------------------------------------- */

/* What a grant is of, and when. false: the next word is not of a grant. */
static inline bool say_grant_clause(struct phrase *w, struct grant *grant)
{
	if (phrase_take(w, "product")) {
		grant->product = phrase_next(w);
	} else if (phrase_take(w, "label")) {
		grant->label = phrase_next(w);
	} else if (phrase_take(w, "quantity")) {
		grant->quantity = phrase_next(w);
	} else if (phrase_take(w, "since")) {
		grant->since_ms = phrase_time(w);
	} else if (phrase_take(w, "until")) {
		grant->until_ms = phrase_time(w);
	} else if (phrase_take(w, "state")) {
		phrase_need(w, "since");
		grant->state_at_ms = phrase_time(w);
	} else {
		return false;
	}
	return true;
}

static inline void say_fact(struct phrase *w, struct said *said)
{
	struct observation *seen = &said->seen;

	say_room(w, seen->n_facts);
	said->facts[seen->n_facts].name = phrase_next(w);
	said->facts[seen->n_facts].value = phrase_next(w);
	seen->n_facts++;
}

static inline void say_boundary(struct phrase *w, struct observation *seen)
{
	if (seen->n_boundaries == OBSERVATION_BOUNDARIES_MAX)
		line_fail(w->line, "too many of these");
	seen->boundaries_ms[seen->n_boundaries++] = phrase_time(w);
}

/* What else is said of the object. */
static inline bool say_object_clause(struct phrase *w, struct said *said)
{
	struct observation *seen = &said->seen;

	if (phrase_take(w, "account")) {
		seen->account = phrase_next(w);
	} else if (phrase_take(w, "began")) {
		seen->changed_at_ms = phrase_time(w);
	} else if (phrase_take(w, "version")) {
		seen->version_ms = phrase_time(w);
	} else if (phrase_take(w, "fact")) {
		say_fact(w, said);
	} else if (phrase_take(w, "boundary")) {
		say_boundary(w, seen);
	} else if (phrase_take(w, "asked")) {
		said->outcome.started_ms = phrase_time(w);
	} else if (phrase_take(w, "grants")) {
		phrase_need(w, "nothing");
		said->grants_nothing = true;
	} else if (phrase_take(w, "test")) {
		phrase_need(w, "mode");
		seen->other_mode = true;
	} else {
		return false;
	}
	return true;
}

/* ---- parts, on lines of their own ------------------------------------- */

static inline void say_grant(struct phrase *w, struct said *said)
{
	struct grant *grant = &said->grants[said->seen.n_grants];

	say_room(w, said->seen.n_grants++);
	grant->status = phrase_next(w);
	grant->state = say_state(grant->status);
	while (say_grant_clause(w, grant))
		;
}

static inline void say_listed(struct phrase *w, struct said *said)
{
	struct listed *entry = &said->listed[said->seen.n_listed];

	said->seen.lists_history = true;
	if (phrase_take(w, "nothing"))
		return;
	say_room(w, said->seen.n_listed++);
	if (strchr(phrase_peek(w), 'T') != NULL)
		entry->at_text = phrase_peek(w);
	entry->at_ms = phrase_time(w);
	entry->status = phrase_next(w);
	entry->state = say_state(entry->status);
	if (phrase_take(w, "attempt"))
		entry->attempt = phrase_number(w);
	if (phrase_take(w, "reason"))
		entry->reason = phrase_next(w);
}

static inline void say_credit(struct phrase *w, struct said *said)
{
	struct credit *credit = &said->credits[said->seen.n_credits];

	say_room(w, said->seen.n_credits++);
	credit->amount = phrase_next(w);
	credit->unit = phrase_next(w);
	if (phrase_take(w, "product"))
		credit->product = phrase_next(w);
}

static inline void say_member(struct phrase *w, struct said *said)
{
	struct member *member = &said->members[said->seen.n_members];

	say_room(w, said->seen.n_members++);
	member->kind = phrase_next(w);
	member->id = phrase_next(w);
}

static inline void say_effect(
    struct phrase *w, struct said *said, enum effect_kind kind)
{
	struct effect *effect = &said->effects[said->seen.n_effects];

	say_room(w, said->seen.n_effects++);
	effect->kind = kind;
	effect->target.kind = phrase_next(w);
	effect->target.id = phrase_next(w);
	if (phrase_take(w, "at"))
		effect->at_ms = phrase_time(w);
	if (phrase_take(w, "until"))
		effect->until_ms = phrase_time(w);
}

static inline void say_part(struct phrase *w, struct said *said)
{
	static const struct {
		const char *word;
		enum effect_kind kind;
	} effects[] = {{"kept", EFFECT_NONE},
	    {"partly-refunded", EFFECT_PARTIAL_REFUND},
	    {"refunded", EFFECT_REFUND}, {"charged-back", EFFECT_CHARGEBACK}};
	static const struct {
		const char *word;
		void (*say)(struct phrase *w, struct said *said);
	} parts[] = {{"grant", say_grant}, {"listed", say_listed},
	    {"credit", say_credit}, {"has", say_member}};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (phrase_take(w, parts[i].word)) {
			parts[i].say(w, said);
			return;
		}
	}
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++) {
		if (phrase_take(w, effects[i].word)) {
			say_effect(w, said, effects[i].kind);
			return;
		}
	}
	phrase_done(w);
}

/* ---- the whole -------------------------------------------------------- */

/* Payments grant nothing; of all else the status is that of one grant. */
static inline bool say_grants_by_itself(const struct said *said)
{
	return said->seen.n_grants == 0 && !said->grants_nothing &&
	       strcmp(said->ref.kind, "payment") != 0;
}

static inline void say_compose(struct said *said, const struct grant *grant)
{
	struct observation *seen = &said->seen;

	if (say_grants_by_itself(said)) {
		said->grants[seen->n_grants] = *grant;
		said->grants[seen->n_grants].status = seen->status;
		said->grants[seen->n_grants++].state = seen->state;
	}
	seen->grants = said->grants;
	seen->listed = said->listed;
	seen->facts = said->facts;
	seen->members = said->members;
	seen->credits = said->credits;
	seen->effects = said->effects;
	said->outcome.verdict = VERDICT_TRUTH;
	said->outcome.http_status = 200;
	said->outcome.observation = seen;
}

static inline void say_truth(
    struct scene *s, struct phrase *w, struct said *said)
{
	struct grant grant = {.product = NULL};

	said->seen.status = phrase_next(w);
	said->seen.state = say_state(said->seen.status);
	while (say_grant_clause(w, &grant) || say_object_clause(w, said))
		;
	phrase_done(w);
	while (scene_next_part(s, w)) {
		say_part(w, said);
		phrase_done(w);
	}
	say_compose(said, &grant);
}

/* An answer that is none. */
static inline void say_trouble(struct phrase *w, struct said *said)
{
	static const struct {
		const char *words;
		enum verdict verdict;
		bool for_sure;
	} troubles[] = {{"cannot be found", VERDICT_GONE, false},
	    {"was deleted", VERDICT_GONE, true},
	    {"gives no answer", VERDICT_LATER, false},
	    {"answers nonsense", VERDICT_GARBLED, false},
	    {"refuses the key", VERDICT_BARRED, false}};
	struct arena arena;
	const char *rest;
	size_t i, n = sizeof(troubles) / sizeof(troubles[0]);

	arena_init(&arena, 4096);
	rest = phrase_rest(w, &arena);
	for (i = 0; i < n && strcmp(rest, troubles[i].words) != 0; i++)
		;
	arena_fini(&arena);
	if (i == n)
		line_fail(w->line, "what the provider says is not understood");
	said->outcome.verdict = troubles[i].verdict;
	said->outcome.gone_for_sure = troubles[i].for_sure;
	said->outcome.cause = troubles[i].words;
}

/* How the look came about: (due) waits for nobody's wish. */
static inline void say_begin(
    struct scene *s, struct phrase *w, const char *why, struct said *said)
{
	enum cause cause = CAUSE_NOTIFIED;

	if (strcmp(why, "answer") == 0) {
		if (!s->in_flight ||
		    !name_ref_equal(&s->flight.ref, &said->ref))
			line_fail(w->line, "nobody is asking for this");
		s->in_flight = false;
		said->outcome.started_ms = s->flight_ms;
		return;
	}
	while (cause < CAUSE_COUNT && strcmp(why, cause_name(cause)) != 0)
		cause++;
	if (cause < CAUSE_TIME)
		scene_want(s, &said->ref, cause);
	else
		scene_checks(s);
	s->flight = scene_claim(s, w->line, &said->ref);
	said->outcome.started_ms = s->f->now_ms;
}

/* PROVIDER [CAUSE] KIND ID [of CUSTOMER] is WORD …, or what is wrong. */
static inline void say(struct scene *s, struct phrase *w)
{
	static const char *const causes = " notified recheck resync discover "
					  "manual due answer ";
	struct said *said = arena_alloc(&s->f->arena, 1, sizeof(*said));
	const char *provider = scene_provider(s, w)->name;
	const char *why = "notified";
	char name[32];

	assert_non_null(said);
	snprintf(
	    name, sizeof(name), " %s ", phrase_at_end(w) ? "" : phrase_peek(w));
	if (strstr(causes, name) != NULL)
		why = phrase_next(w);
	said->ref = scene_object(s, w, provider);
	if (phrase_take(w, "of"))
		said->seen.customer = phrase_next(w);
	say_begin(s, w, why, said);
	said->outcome.claim = &s->flight;
	if (phrase_take(w, "is"))
		say_truth(s, w, said);
	else
		say_trouble(w, said);
	scene_settle(s, said);
}

#endif
