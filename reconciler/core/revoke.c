#include <stdbool.h>
#include <stddef.h>

#include "reconciler/core/revoke.h"

static int64_t start_of(const struct held_effect *effect)
{
	return effect->at_ms != 0 ? effect->at_ms : INT64_MIN;
}

static int64_t end_of(const struct held_effect *effect)
{
	return effect->until_ms != 0 ? effect->until_ms : INT64_MAX;
}

static bool covers(const struct held_effect *effect, int64_t now_ms)
{
	int64_t end_ms = end_of(effect);

	return start_of(effect) <= now_ms &&
	       (now_ms < end_ms || end_ms == INT64_MAX);
}

/* The effects of a grant and what its policy says of each kind. */
struct judge {
	const struct held_grant *held;
	const struct policy *policy;
	struct policy fallback;
};

static void judge_init(struct judge *judge, const struct held_grant *held)
{
	judge->held = held;
	judge->policy = held->policy;
	if (judge->policy != NULL)
		return;
	policy_default(&judge->fallback);
	judge->policy = &judge->fallback;
}

static bool revokes(const struct judge *judge, const struct held_effect *effect)
{
	return (unsigned int)effect->kind < EFFECT_COUNT &&
	       judge->policy->revokes[effect->kind];
}

static const struct held_effect *longest_at(
    const struct judge *judge, int64_t now_ms)
{
	const struct held_effect *found = NULL;

	for (size_t i = 0; i < judge->held->n_effects; i++) {
		const struct held_effect *effect = &judge->held->effects[i];

		if (revokes(judge, effect) && covers(effect, now_ms) &&
		    (found == NULL || end_of(effect) > end_of(found)))
			found = effect;
	}
	return found;
}

const struct held_effect *revoke_at(
    const struct held_grant *held, int64_t now_ms)
{
	struct judge judge;

	if (held->n_effects == 0)
		return NULL;
	judge_init(&judge, held);
	return longest_at(&judge, now_ms);
}

int64_t revoke_end(const struct held_grant *held, int64_t from_ms)
{
	const struct held_effect *effect;
	struct judge judge;

	if (held->n_effects == 0)
		return from_ms;
	judge_init(&judge, held);
	while (from_ms != INT64_MAX &&
	       (effect = longest_at(&judge, from_ms)) != NULL)
		from_ms = end_of(effect);
	return from_ms;
}

int64_t revoke_start(const struct held_grant *held, int64_t after_ms)
{
	int64_t first_ms = INT64_MAX;
	struct judge judge;

	if (held->n_effects == 0)
		return first_ms;
	judge_init(&judge, held);
	for (size_t i = 0; i < held->n_effects; i++) {
		const struct held_effect *effect = &held->effects[i];
		int64_t start_ms = start_of(effect);

		if (revokes(&judge, effect) && start_ms > after_ms &&
		    start_ms < end_of(effect) && start_ms < first_ms)
			first_ms = start_ms;
	}
	return first_ms;
}
