#include <stdbool.h>
#include <string.h>

#include "reconciler/core/decimal.h"
#include "reconciler/core/name.h"
#include "reconciler/core/observation.h"

#include "cache/screen.h"

/* NULL, or at most max bytes. */
static bool fits(const char *text, size_t max)
{
	return text == NULL || strnlen(text, max + 1) <= max;
}

static bool is_word(const char *text)
{
	return text != NULL && *text != '\0' &&
	       fits(text, OBSERVATION_WORD_MAX);
}

static const char *facts_problem(const struct observation *obs)
{
	size_t len = 0;

	if (obs->n_facts > OBSERVATION_FACTS_MAX)
		return "too many facts";
	for (size_t i = 0; i < obs->n_facts; i++) {
		const struct fact *fact = &obs->facts[i];

		if (!fits(fact->value, SCREEN_FACTS_MAX))
			return "a fact is too long";
		len += strlen(fact->name) + strlen(fact->value) + 2;
	}
	return len <= SCREEN_FACTS_MAX ? NULL : "the facts are too long";
}

static const char *listed_problem(const struct observation *obs)
{
	if (obs->n_listed > OBSERVATION_LISTED_MAX)
		return "its history is too long";
	for (size_t i = 0; i < obs->n_listed; i++) {
		const struct listed *listed = &obs->listed[i];

		if (!is_word(listed->status))
			return "its history has a status that is no word";
		if (!fits(listed->at_text, SCREEN_TEXT_MAX) ||
		    !fits(listed->reason, SCREEN_TEXT_MAX) ||
		    !fits(listed->reason_code, SCREEN_TEXT_MAX))
			return "its history has a text that is too long";
	}
	return NULL;
}

static const char *grants_problem(const struct observation *obs)
{
	if (obs->n_grants > OBSERVATION_GRANTS_MAX)
		return "it grants too much";
	for (size_t i = 0; i < obs->n_grants; i++) {
		const struct grant *grant = &obs->grants[i];

		if (!is_word(grant->status))
			return "a grant's status is no word";
		if (!fits(grant->product, SCREEN_NAME_MAX) ||
		    !fits(grant->label, SCREEN_NAME_MAX))
			return "a grant's product or label is too long";
		if (grant->quantity != NULL &&
		    !decimal_is_unsigned(grant->quantity))
			return "a grant's quantity is no number";
	}
	return NULL;
}

static const char *credits_problem(const struct observation *obs)
{
	if (obs->n_credits > OBSERVATION_CREDITS_MAX)
		return "it has too many balances";
	for (size_t i = 0; i < obs->n_credits; i++) {
		const struct credit *credit = &obs->credits[i];

		if (!decimal_is_valid(credit->amount))
			return "a balance is no decimal number";
		if (!fits(credit->product, SCREEN_NAME_MAX) ||
		    !fits(credit->unit, SCREEN_NAME_MAX))
			return "a balance's product or unit is too long";
	}
	return NULL;
}

static const char *effects_problem(const struct observation *obs)
{
	if (obs->n_effects > OBSERVATION_EFFECTS_MAX)
		return "it has too many effects";
	for (size_t i = 0; i < obs->n_effects; i++) {
		const struct effect *effect = &obs->effects[i];

		if ((unsigned int)effect->kind >= EFFECT_COUNT)
			return "an effect is of no kind";
		if (!name_kind_is_valid(effect->target.kind) ||
		    !name_id_is_valid(effect->target.id))
			return "the name of what it paid for is not usable";
	}
	return NULL;
}

static const char *members_problem(const struct observation *obs)
{
	if (obs->n_members > OBSERVATION_MEMBERS_MAX)
		return "it has too many members";
	for (size_t i = 0; i < obs->n_members; i++) {
		if (!name_kind_is_valid(obs->members[i].kind) ||
		    !name_id_is_valid(obs->members[i].id))
			return "a member's name is not usable";
	}
	return NULL;
}

static const char *own_problem(const struct observation *obs)
{
	if (!is_word(obs->status))
		return "its status is no word";
	if (!fits(obs->changed_at_text, SCREEN_TEXT_MAX))
		return "the time of its status is too long";
	if (obs->customer != NULL && !name_id_is_valid(obs->customer))
		return "its customer's id is not usable";
	if (obs->account != NULL && !name_account_is_valid(obs->account))
		return "its account reference is not usable";
	if (obs->n_boundaries > OBSERVATION_BOUNDARIES_MAX)
		return "it has too many boundaries";
	return NULL;
}

const char *screen_problem(const struct observation *obs)
{
	static const char *(*const parts[])(const struct observation *) = {
	    own_problem, facts_problem, listed_problem, grants_problem,
	    credits_problem, effects_problem, members_problem};
	const char *problem = NULL;

	for (size_t i = 0;
	     i < sizeof(parts) / sizeof(parts[0]) && problem == NULL; i++)
		problem = parts[i](obs);
	return problem;
}
