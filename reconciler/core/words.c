#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "reconciler/core/observation.h"

#include "reconciler/core/words.h"

const struct word_meaning *words_find(
    const struct words *words, const char *kind, const char *word)
{
	for (size_t i = 0; i < words->n; i++) {
		if (strcmp(words->items[i].kind, kind) == 0 &&
		    strcmp(words->items[i].word, word) == 0)
			return &words->items[i];
	}
	return NULL;
}

/* The work of one answer. */
struct work {
	const struct words *words;
	const char *kind;
};

static enum state meant(
    const struct work *w, const char *word, enum state state)
{
	const struct word_meaning *found = words_find(w->words, w->kind, word);

	return found == NULL ? state : found->state;
}

static int apply_to_grants(
    const struct work *w, struct observation *obs, struct arena *arena)
{
	struct grant *grants =
	    arena_alloc(arena, obs->n_grants, sizeof(*grants));

	if (grants == NULL)
		return ERR_FULL;
	for (size_t i = 0; i < obs->n_grants; i++) {
		grants[i] = obs->grants[i];
		grants[i].state = meant(w, grants[i].status, grants[i].state);
	}
	obs->grants = grants;
	return 0;
}

static int apply_to_list(
    const struct work *w, struct observation *obs, struct arena *arena)
{
	struct listed *listed =
	    arena_alloc(arena, obs->n_listed, sizeof(*listed));

	if (listed == NULL)
		return ERR_FULL;
	for (size_t i = 0; i < obs->n_listed; i++) {
		listed[i] = obs->listed[i];
		listed[i].state = meant(w, listed[i].status, listed[i].state);
	}
	obs->listed = listed;
	return 0;
}

int words_apply(const struct words *words, const char *kind,
    struct observation *obs, struct arena *arena)
{
	struct work w = {.words = words, .kind = kind};
	int rc = 0;

	if (words->n == 0)
		return 0;
	obs->state = meant(&w, obs->status, obs->state);
	if (obs->n_grants > 0)
		rc = apply_to_grants(&w, obs, arena);
	if (rc == 0 && obs->n_listed > 0)
		rc = apply_to_list(&w, obs, arena);
	return rc;
}

const char *words_unknown(const struct observation *obs)
{
	if (obs->state == STATE_UNKNOWN)
		return obs->status;
	for (size_t i = 0; i < obs->n_grants; i++) {
		if (obs->grants[i].state == STATE_UNKNOWN)
			return obs->grants[i].status;
	}
	return NULL;
}
