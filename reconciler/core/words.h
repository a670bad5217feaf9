/*
 * What the operator says that a provider's words mean: words that the client's
 * table does not have, or that mean something else in this shop. Pure.
 */
#ifndef TRUEUP_CORE_WORDS_H
#define TRUEUP_CORE_WORDS_H

#include "reconciler/core/state.h"

#include <stddef.h>

struct arena;
struct observation;

enum { WORDS_MAX = 256 };

struct word_meaning {
	const char *kind; /* of the objects that say it */
	const char *word; /* the provider's, compared exactly */
	enum state state;
};

struct words {
	const struct word_meaning *items;
	size_t n;
};

/* words_find(words, kind, word): NULL: nothing is said of it. */
const struct word_meaning *words_find(
    const struct words *words, const char *kind, const char *word);

/*
 * words_apply(words, kind, obs, arena): the states in the answer become what
 * is said of their words: of the object, its grants, and each entry of its
 * history. What changes is copied into arena. 0, or ERR_FULL.
 */
int words_apply(const struct words *words, const char *kind,
    struct observation *obs, struct arena *arena);

/*
 * words_unknown(obs): a word in the answer, of the object or else of one of its
 * grants, whose meaning nobody knows; NULL: there is none.
 */
const char *words_unknown(const struct observation *obs);

#endif
