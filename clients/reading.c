#include <string.h>

#include "reconciler/base/text.h"

#include "clients/reading.h"

void reading_refuse(
    struct client_reading *out, enum verdict verdict, const char *cause)
{
	memset(out, 0, sizeof(*out));
	out->verdict = verdict;
	out->cause = cause;
}

const char *reading_word(
    struct fields *fields, const field_value *from, const char *path)
{
	const char *word =
	    field_need_text(fields, from, path, OBSERVATION_WORD_MAX);

	if (word == NULL)
		return NULL;
	if (*word == '\0' || text_has_control(word, strlen(word)))
		field_complain(fields, path, "not a word");
	return word;
}

void reading_boundary(struct observation *out, int64_t at_ms)
{
	if (at_ms != 0 && out->n_boundaries < OBSERVATION_BOUNDARIES_MAX)
		out->boundaries_ms[out->n_boundaries++] = at_ms;
}

int64_t reading_renews(
    enum state state, int64_t period_end_ms, int64_t until_ms)
{
	if (state != STATE_ACTIVE && state != STATE_TRIALING)
		return 0;
	return until_ms == 0 || period_end_ms < until_ms ? period_end_ms : 0;
}

void reading_fact(struct observation *out, struct fact *facts, const char *name,
    const char *value)
{
	if (value != NULL && out->n_facts < OBSERVATION_FACTS_MAX)
		facts[out->n_facts++] = (struct fact){name, value};
}

void reading_also(struct client_reading *out, const char *kind, const char *id)
{
	if (id != NULL && out->n_also < CLIENT_ALSO_MAX)
		out->also[out->n_also++] =
		    (struct member){.kind = kind, .id = id};
}
