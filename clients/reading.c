#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/decimal.h"

#include "clients/reading.h"

enum { DIGITS_MIN = 2, DIGITS_MAX = 9 /* behind the point of an amount */ };

void reading_refuse(
    struct client_reading *out, enum verdict verdict, const char *cause)
{
	memset(out, 0, sizeof(*out));
	out->verdict = verdict;
	out->cause = cause;
}

field_value *reading_document(const struct client_reply *reply,
    struct arena *arena, struct client_reading *out)
{
	struct err_text err = {""};
	field_value *root = NULL;
	const char *cause;
	int rc = field_parse(
	    reply->body, reply->len, CLIENT_JSON_DEPTH_MAX, &root, &err);

	if (rc == 0)
		return root;
	cause = arena_text(arena, err.text);
	reading_refuse(out, rc == ERR_BAD ? VERDICT_GARBLED : VERDICT_LATER,
	    cause != NULL ? cause : "not JSON");
	return NULL;
}

void reading_close(const struct fields *fields, const struct arena *arena,
    struct client_reading *out)
{
	if (fields->error != NULL)
		reading_refuse(out, VERDICT_GARBLED, fields->error);
	else if (arena_failed(arena))
		reading_refuse(out, VERDICT_GARBLED, "too large to be held");
}

void reading_name_question(
    const char *operation, struct arena *arena, struct client_reading *out)
{
	const char *text = arena_printf(arena, "%s: %s", operation, out->cause);

	if (text != NULL)
		out->cause = text;
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

/* 150.0 is "150.00", 0.125 is "0.125". */
const char *reading_amount(
    struct fields *fields, const field_value *from, const char *path)
{
	const char *amount = NULL;
	struct fields probe;
	unsigned int digits = DIGITS_MIN;

	do {
		fields_init(&probe, fields->arena);
		amount = field_amount(&probe, from, path, digits++);
	} while (probe.error != NULL && digits <= DIGITS_MAX);
	if (probe.error != NULL && fields->error == NULL)
		fields->error = probe.error;
	return amount;
}

const char *reading_quantity(
    struct fields *fields, const field_value *from, const char *path)
{
	struct fields probe;
	const char *text;

	if (fields->error != NULL)
		return NULL;
	fields_init(&probe, fields->arena);
	text = field_id(&probe, from, path, DECIMAL_NUMBER_MAX);
	return decimal_is_unsigned(text) ? text : NULL;
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
