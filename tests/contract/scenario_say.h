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

static inline void say_room(const struct words *w, size_t n)
{
	if (n >= SCENE_PARTS_MAX)
		line_fail(w->line, "too many of these");
}

/* ---- clauses ---------------------------------------------------------- */

/* What a grant is of, and when. false: the next word is not of a grant. */
static inline bool say_grant_clause(struct words *w, struct grant *grant)
{
	if (words_take(w, "product")) {
		grant->product = words_next(w);
	} else if (words_take(w, "label")) {
		grant->label = words_next(w);
	} else if (words_take(w, "since")) {
		grant->since_ms = words_time(w);
	} else if (words_take(w, "until")) {
		grant->until_ms = words_time(w);
	} else if (words_take(w, "state")) {
		words_need(w, "since");
		grant->state_at_ms = words_time(w);
	} else {
		return false;
	}
	return true;
}

static inline void say_fact(struct words *w, struct said *said)
{
	struct observation *seen = &said->seen;

	say_room(w, seen->n_facts);
	said->facts[seen->n_facts].name = words_next(w);
	said->facts[seen->n_facts].value = words_next(w);
	seen->n_facts++;
}

static inline void say_boundary(struct words *w, struct observation *seen)
{
	if (seen->n_boundaries == OBSERVATION_BOUNDARIES_MAX)
		line_fail(w->line, "too many of these");
	seen->boundaries_ms[seen->n_boundaries++] = words_time(w);
}

/* What else is said of the object. */
static inline bool say_object_clause(struct words *w, struct said *said)
{
	struct observation *seen = &said->seen;

	if (words_take(w, "account")) {
		seen->account = words_next(w);
	} else if (words_take(w, "began")) {
		seen->changed_at_ms = words_time(w);
	} else if (words_take(w, "version")) {
		seen->version_ms = words_time(w);
	} else if (words_take(w, "fact")) {
		say_fact(w, said);
	} else if (words_take(w, "boundary")) {
		say_boundary(w, seen);
	} else if (words_take(w, "asked")) {
		said->outcome.started_ms = words_time(w);
	} else if (words_take(w, "grants")) {
		words_need(w, "nothing");
		said->grants_nothing = true;
	} else if (words_take(w, "test")) {
		words_need(w, "mode");
		seen->other_mode = true;
	} else {
		return false;
	}
	return true;
}

/* ---- parts, on lines of their own ------------------------------------- */

static inline void say_grant(struct words *w, struct said *said)
{
	struct grant *grant = &said->grants[said->seen.n_grants];

	say_room(w, said->seen.n_grants++);
	grant->status = words_next(w);
	grant->state = say_state(grant->status);
	while (say_grant_clause(w, grant))
		;
}

static inline void say_listed(struct words *w, struct said *said)
{
	struct listed *entry = &said->listed[said->seen.n_listed];

	said->seen.lists_history = true;
	if (words_take(w, "nothing"))
		return;
	say_room(w, said->seen.n_listed++);
	if (strchr(words_peek(w), 'T') != NULL)
		entry->at_text = words_peek(w);
	entry->at_ms = words_time(w);
	entry->status = words_next(w);
	entry->state = say_state(entry->status);
	if (words_take(w, "attempt"))
		entry->attempt = words_number(w);
	if (words_take(w, "reason"))
		entry->reason = words_next(w);
}

static inline void say_credit(struct words *w, struct said *said)
{
	struct credit *credit = &said->credits[said->seen.n_credits];

	say_room(w, said->seen.n_credits++);
	credit->amount = words_next(w);
	credit->unit = words_next(w);
	if (words_take(w, "product"))
		credit->product = words_next(w);
}

static inline void say_member(struct words *w, struct said *said)
{
	struct member *member = &said->members[said->seen.n_members];

	say_room(w, said->seen.n_members++);
	member->kind = words_next(w);
	member->id = words_next(w);
}

static inline void say_effect(
    struct words *w, struct said *said, enum effect_kind kind)
{
	struct effect *effect = &said->effects[said->seen.n_effects];

	say_room(w, said->seen.n_effects++);
	effect->kind = kind;
	effect->target.kind = words_next(w);
	effect->target.id = words_next(w);
	if (words_take(w, "at"))
		effect->at_ms = words_time(w);
	if (words_take(w, "until"))
		effect->until_ms = words_time(w);
}

static inline void say_part(struct words *w, struct said *said)
{
	static const struct {
		const char *word;
		enum effect_kind kind;
	} effects[] = {{"kept", EFFECT_NONE},
	    {"partly-refunded", EFFECT_PARTIAL_REFUND},
	    {"refunded", EFFECT_REFUND}, {"charged-back", EFFECT_CHARGEBACK}};
	static const struct {
		const char *word;
		void (*say)(struct words *w, struct said *said);
	} parts[] = {{"grant", say_grant}, {"listed", say_listed},
	    {"credit", say_credit}, {"has", say_member}};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (words_take(w, parts[i].word)) {
			parts[i].say(w, said);
			return;
		}
	}
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++) {
		if (words_take(w, effects[i].word)) {
			say_effect(w, said, effects[i].kind);
			return;
		}
	}
	words_done(w);
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
    struct scene *s, struct words *w, struct said *said)
{
	struct grant grant = {.product = NULL};

	said->seen.status = words_next(w);
	said->seen.state = say_state(said->seen.status);
	while (say_grant_clause(w, &grant) || say_object_clause(w, said))
		;
	words_done(w);
	while (scene_next_part(s, w)) {
		say_part(w, said);
		words_done(w);
	}
	say_compose(said, &grant);
}

/* An answer that is none. */
static inline void say_trouble(struct words *w, struct said *said)
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
	rest = words_rest(w, &arena);
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
    struct scene *s, struct words *w, const char *why, struct said *said)
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
static inline void say(struct scene *s, struct words *w)
{
	static const char *const causes = " notified recheck resync discover "
					  "manual due answer ";
	struct said *said = arena_alloc(&s->f->arena, 1, sizeof(*said));
	const char *provider = scene_provider(s, w)->name;
	const char *why = "notified";
	char name[32];

	assert_non_null(said);
	snprintf(
	    name, sizeof(name), " %s ", words_at_end(w) ? "" : words_peek(w));
	if (strstr(causes, name) != NULL)
		why = words_next(w);
	said->ref = scene_object(s, w, provider);
	if (words_take(w, "of"))
		said->seen.customer = words_next(w);
	say_begin(s, w, why, said);
	said->outcome.claim = &s->flight;
	if (words_take(w, "is"))
		say_truth(s, w, said);
	else
		say_trouble(w, said);
	scene_settle(s, said);
}

#endif
