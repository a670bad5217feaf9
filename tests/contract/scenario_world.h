/*
 * The world of one scenario: a store, two providers, and a clock that its lines
 * move. What providers say comes through the same steps as in the worker: a
 * wish for a look, collect, claim, settle.
 */
#ifndef TRUEUP_TESTS_CONTRACT_SCENARIO_WORLD_H
#define TRUEUP_TESTS_CONTRACT_SCENARIO_WORLD_H

#include "clients/client.h"

#include "tests/contract/scenario_text.h"

enum { SCENE_CLAIMS_MAX = 64, SCENE_PARTS_MAX = 16, SCENE_WORDS_MAX = 8 };

struct scene {
	struct fixture *f;
	const struct line *lines; /* of this scenario, its title first */
	size_t n;
	size_t at; /* the line that is next */
	/* A look that was begun and not answered. */
	struct claim flight;
	bool in_flight;
	int64_t flight_ms;
	size_t asked; /* questions that were compared */
	struct client client;
	/* What operators said that words mean, of each provider. */
	struct word_meaning meanings[2][SCENE_WORDS_MAX];
};

/* What a provider says of one object. */
struct said {
	struct object_ref ref;
	struct outcome outcome;
	struct observation seen;
	struct grant grants[SCENE_PARTS_MAX];
	struct listed listed[SCENE_PARTS_MAX];
	struct fact facts[SCENE_PARTS_MAX];
	struct member members[SCENE_PARTS_MAX];
	struct credit credits[SCENE_PARTS_MAX];
	struct effect effects[SCENE_PARTS_MAX];
	bool grants_nothing;
};

/* The next line if it belongs to the one before, taken apart. */
static inline bool scene_next_part(struct scene *s, struct phrase *w)
{
	while (s->at < s->n && line_is_empty(&s->lines[s->at]))
		s->at++;
	if (s->at == s->n || !line_is_indented(&s->lines[s->at]))
		return false;
	phrase_split(w, &s->lines[s->at++], &s->f->arena);
	return true;
}

static inline struct provider_settings *scene_provider(
    struct scene *s, struct phrase *w)
{
	const char *name = phrase_next(w);

	for (size_t i = 0; i < s->f->settings.n_providers; i++) {
		if (strcmp(s->f->providers[i].name, name) == 0)
			return &s->f->providers[i];
	}
	line_fail(w->line, "\"%s\" is not a provider (shop, mint)", name);
}

/* KIND ID */
static inline struct object_ref scene_object(
    struct scene *s, struct phrase *w, const char *provider)
{
	struct object_ref ref = {.provider = provider};

	(void)s;
	ref.kind = phrase_next(w);
	ref.id = phrase_next(w);
	if (!name_ref_is_valid(&ref))
		line_fail(
		    w->line, "\"%s %s\" is not an object", ref.kind, ref.id);
	return ref;
}

/* ---- the worker's steps ----------------------------------------------- */

static inline void scene_advance(struct scene *s)
{
	struct store_turn *turn = fixture_begin(s->f);

	while (store_turn_advance(turn, 1000) > 0)
		;
	fixture_commit(s->f, turn);
}

static inline void scene_want(
    struct scene *s, const struct object_ref *ref, enum cause cause)
{
	struct notice notice = {
	    .ref = *ref, .arrived_ms = s->f->now_ms, .cause = cause};

	if (store_append(s->f->store, &notice, 1, &s->f->err) != 0)
		fail_msg("%s", s->f->err.text);
	assert_int_equal(fixture_collect(s->f), 1);
}

/* Scheduled checks and re-checks that have come due. */
static inline void scene_checks(struct scene *s)
{
	struct store_turn *turn = fixture_begin(s->f);

	while (store_turn_checks(turn, 1000) > 0)
		;
	fixture_commit(s->f, turn);
}

/* The due job of that object into our hands; all others are given back. */
static inline struct claim scene_claim(
    struct scene *s, const struct line *line, const struct object_ref *ref)
{
	struct store_turn *turn = fixture_begin(s->f);
	struct claim claims[SCENE_CLAIMS_MAX], found = {.parent_id = NULL};
	size_t n = store_turn_claim(
	    turn, ref->provider, SCENE_CLAIMS_MAX, &s->f->arena, claims);
	bool has = false;

	for (size_t i = 0; i < n; i++) {
		if (name_ref_equal(&claims[i].ref, ref)) {
			found = claims[i];
			has = true;
		} else {
			store_turn_release(turn, &claims[i]);
		}
	}
	fixture_commit(s->f, turn);
	if (!has)
		line_fail(line, "%s %s is not to be looked at now", ref->kind,
		    ref->id);
	return found;
}

/* As the worker does it: the shop has the last word on what words mean. */
static inline void scene_settle(struct scene *s, struct said *said)
{
	const struct provider_settings *provider =
	    settings_provider(&s->f->settings, said->ref.provider);
	struct store_turn *turn = fixture_begin(s->f);
	struct settled settled;

	if (said->outcome.verdict == VERDICT_TRUTH)
		assert_int_equal(words_apply(&provider->words, said->ref.kind,
				     &said->seen, &s->f->arena),
		    0);

	store_turn_settle(turn, &said->outcome, &settled);
	fixture_commit(s->f, turn);
}

/* A configuration that changed: everyone is judged anew. */
static inline void scene_rejudge(struct scene *s)
{
	struct store_turn *turn = fixture_begin(s->f);

	assert_true(store_turn_rejudge(turn, 1000));
	fixture_commit(s->f, turn);
}

#endif
