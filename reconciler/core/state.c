#include <string.h>

#include "reconciler/base/err.h"

#include "reconciler/core/state.h"

static const char *const state_names[STATE_COUNT] = {
    [STATE_UNKNOWN] = "unknown",
    [STATE_PENDING] = "pending",
    [STATE_TRIALING] = "trialing",
    [STATE_ACTIVE] = "active",
    [STATE_PAST_DUE] = "past_due",
    [STATE_PAUSED] = "paused",
    [STATE_ENDED] = "ended",
    [STATE_PAID] = "paid",
    [STATE_FAILED] = "failed",
    [STATE_REFUNDED] = "refunded",
    [STATE_REVERSED] = "reversed",
};

static const char *const cause_names[CAUSE_COUNT] = {
    [CAUSE_NOTIFIED] = "notified",
    [CAUSE_RECHECK] = "recheck",
    [CAUSE_RESYNC] = "resync",
    [CAUSE_DISCOVER] = "discover",
    [CAUSE_MANUAL] = "manual",
    [CAUSE_TIME] = "time",
};

static const char *const source_names[SOURCE_COUNT] = {
    [SOURCE_PROVIDER] = "provider",
    [SOURCE_OBSERVED] = "observed",
};

const char *state_name(enum state state)
{
	if ((unsigned int)state >= STATE_COUNT)
		return "unknown";
	return state_names[state];
}

const char *cause_name(enum cause cause)
{
	if ((unsigned int)cause >= CAUSE_COUNT)
		return "unknown";
	return cause_names[cause];
}

const char *source_name(enum source source)
{
	if ((unsigned int)source >= SOURCE_COUNT)
		return "unknown";
	return source_names[source];
}

int state_parse(const char *word, enum state *out)
{
	unsigned int i;

	for (i = 0; i < STATE_COUNT; i++) {
		if (strcmp(word, state_names[i]) == 0) {
			*out = (enum state)i;
			return 0;
		}
	}
	return ERR_BAD;
}

enum state state_of_word(
    const struct state_word *table, size_t n, const char *word)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(word, table[i].word) == 0)
			return table[i].state;
	}
	return STATE_UNKNOWN;
}
