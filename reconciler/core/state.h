/*
 * Our few words for the providers' many. A client's table maps the provider's
 * words to these; a word that is not in the table is STATE_UNKNOWN and is kept
 * verbatim beside it.
 */
#ifndef TRUEUP_CORE_STATE_H
#define TRUEUP_CORE_STATE_H

#include <stddef.h>

enum state {
	STATE_UNKNOWN = 0,
	STATE_PENDING, /* both families: not yet */
	/* subscription-like */
	STATE_TRIALING,
	STATE_ACTIVE,
	STATE_PAST_DUE,
	STATE_PAUSED,
	STATE_ENDED,
	/* payment-like */
	STATE_PAID,
	STATE_FAILED,
	STATE_REFUNDED,
	STATE_REVERSED,
	STATE_COUNT
};

/* Why an object was looked at; CAUSE_TIME only ever causes a change. */
enum cause {
	CAUSE_NOTIFIED = 0,
	CAUSE_RECHECK,
	CAUSE_RESYNC,
	CAUSE_DISCOVER,
	CAUSE_MANUAL,
	CAUSE_TIME,
	CAUSE_COUNT
};

/* Where a transition's time comes from (DESIGN.md, history). */
enum source { SOURCE_PROVIDER = 0, SOURCE_OBSERVED, SOURCE_COUNT };

/* One row of a client's table of words. */
struct state_word {
	const char *word; /* the provider's, compared exactly */
	enum state state;
};

/* The words of the JSON and of policy; "unknown" for a value out of range. */
const char *state_name(enum state state);
const char *cause_name(enum cause cause);
const char *source_name(enum source source);

/* state_parse(word, out): our own word back; 0 or ERR_BAD. */
int state_parse(const char *word, enum state *out);

/* state_of_word(table, n, word): the mapped state, else STATE_UNKNOWN. */
enum state state_of_word(
    const struct state_word *table, size_t n, const char *word);

#endif
