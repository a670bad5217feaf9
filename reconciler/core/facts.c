#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "reconciler/core/observation.h"

#include "reconciler/core/facts.h"

/* A sentence for people that stops growing when it is full. */
struct sentence {
	char text[OBSERVATION_REASON_MAX + 2];
	size_t len;
};

/* One line of a canonical text, without its newline. */
struct line {
	const char *text;
	size_t len;
	size_t name_len; /* up to the '=' */
};

/* Returns the bytes that it takes; writes them unless out is NULL. */
static size_t escape(const char *value, char *out)
{
	size_t len = 0;
	bool special;

	for (; *value != '\0'; value++) {
		special = *value == '\n' || *value == '\\';
		if (special && out != NULL)
			out[len] = '\\';
		len += special;
		if (out != NULL)
			out[len] = *value == '\n' ? 'n' : *value;
		len++;
	}
	return len;
}

static size_t fact_len(const struct fact *fact)
{
	return strlen(fact->name) + 1 + escape(fact->value, NULL) + 1;
}

static size_t fact_write(const struct fact *fact, char *out)
{
	size_t len = strlen(fact->name);

	memcpy(out, fact->name, len);
	out[len++] = '=';
	len += escape(fact->value, out + len);
	out[len++] = '\n';
	return len;
}

const char *facts_text(const struct observation *obs, struct arena *arena)
{
	size_t len = 0, i;
	char *text;

	for (i = 0; i < obs->n_facts; i++)
		len += fact_len(&obs->facts[i]);
	text = arena_alloc(arena, len + 1, 1);
	if (text == NULL)
		return NULL;
	len = 0;
	for (i = 0; i < obs->n_facts; i++)
		len += fact_write(&obs->facts[i], text + len);
	text[len] = '\0';
	return text;
}

/* Cuts the next line off *rest; false at the end. */
static bool next_line(const char **rest, struct line *out)
{
	const char *end, *equals;

	if (**rest == '\0')
		return false;
	out->text = *rest;
	end = strchr(*rest, '\n');
	out->len = end == NULL ? strlen(*rest) : (size_t)(end - *rest);
	*rest += out->len + (end != NULL);
	equals = memchr(out->text, '=', out->len);
	out->name_len =
	    equals == NULL ? out->len : (size_t)(equals - out->text);
	return true;
}

/* Has text a line that begins as this one does, for len bytes and a stop? */
static bool has_line(const char *text, const struct line *line, bool whole)
{
	struct line other;
	size_t len, other_len;

	while (next_line(&text, &other)) {
		len = whole ? line->len : line->name_len;
		other_len = whole ? other.len : other.name_len;
		if (len == other_len &&
		    memcmp(line->text, other.text, len) == 0)
			return true;
	}
	return false;
}

static void say(struct sentence *out, const char *data, size_t len)
{
	size_t room = sizeof(out->text) - 1 - out->len;

	if (len > room)
		len = room;
	memcpy(out->text + out->len, data, len);
	out->len += len;
	out->text[out->len] = '\0';
}

/* value NULL: the fact vanished. */
static void say_fact(
    struct sentence *out, const struct line *line, const char *value)
{
	size_t value_len = 0;

	if (out->len > 0)
		say(out, "; ", 2);
	say(out, line->text, line->name_len);
	say(out, ": ", 2);
	if (value == NULL) {
		say(out, "none", 4);
		return;
	}
	if (line->len > line->name_len)
		value_len = line->len - line->name_len - 1;
	say(out, value, value_len);
}

int facts_difference(
    const char *then, const char *now, struct arena *arena, const char **out)
{
	struct sentence sentence = {.len = 0};
	struct line line;
	const char *rest;

	*out = NULL;
	rest = now;
	while (next_line(&rest, &line)) {
		if (!has_line(then, &line, true))
			say_fact(
			    &sentence, &line, line.text + line.name_len + 1);
	}
	rest = then;
	while (next_line(&rest, &line)) {
		if (!has_line(now, &line, false))
			say_fact(&sentence, &line, NULL);
	}
	if (sentence.len == 0)
		return 0;
	*out = arena_bytes(arena, sentence.text,
	    observation_cut(sentence.text, OBSERVATION_REASON_MAX));
	return *out == NULL ? ERR_FULL : 0;
}

int facts_handover(const char *name, const char *then, const char *now,
    struct arena *arena, const char **out)
{
	const char *text;

	if (then == NULL || *then == '\0' || now == NULL || *now == '\0' ||
	    strcmp(then, now) == 0)
		return 0;
	text = arena_printf(arena, "%s: %s, was %s%s%s", name, now, then,
	    *out == NULL ? "" : "; ", *out == NULL ? "" : *out);
	if (text == NULL)
		return ERR_FULL;
	*out = arena_bytes(
	    arena, text, observation_cut(text, OBSERVATION_REASON_MAX));
	return *out == NULL ? ERR_FULL : 0;
}
