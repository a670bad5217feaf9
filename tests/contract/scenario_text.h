/*
 * The notation of tests/scenarios as lines and words; its README says what they
 * mean. Whatever is wrong fails the test with file and line.
 */
#ifndef TRUEUP_TESTS_CONTRACT_SCENARIO_TEXT_H
#define TRUEUP_TESTS_CONTRACT_SCENARIO_TEXT_H

#include "tests/contract/store_fixture.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/text.h"

enum { SCENARIO_WORDS_MAX = 48, SCENARIO_ERROR_MAX = 600 };

struct line {
	const char *file; /* without its directory */
	int number;	  /* from 1 */
	const char *text;
};

/* A line taken apart, and how far it has been read. */
struct phrase {
	const struct line *line;
	const char *word[SCENARIO_WORDS_MAX];
	size_t n;
	size_t at;
};

_Noreturn static inline void line_fail(const struct line *line,
    const char *format, ...) __attribute__((format(printf, 2, 3)));

_Noreturn static inline void line_fail(
    const struct line *line, const char *format, ...)
{
	char text[SCENARIO_ERROR_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fail_msg("tests/scenarios/%s:%d: %s", line->file, line->number, text);
	abort(); /* not reached, which compilers do not know */
}

static inline bool line_is_indented(const struct line *line)
{
	return line->text[0] == ' ' || line->text[0] == '\t';
}

static inline bool line_is_empty(const struct line *line)
{
	size_t blanks = strspn(line->text, " \t");

	return line->text[blanks] == '\0' || line->text[blanks] == '#';
}

static inline void phrase_add(
    struct phrase *w, struct arena *arena, const char *data, size_t len)
{
	const char *copy;

	if (w->n == SCENARIO_WORDS_MAX)
		line_fail(w->line, "too many words");
	copy = arena_bytes(arena, data, len);
	assert_non_null(copy);
	w->word[w->n++] = copy;
}

/* Up to the closing quote, \" being none; returns what is behind it. */
static inline const char *phrase_add_quoted(
    struct phrase *w, struct arena *arena, const char *text)
{
	char copy[SCENARIO_ERROR_MAX];
	size_t n = 0;

	for (; *text != '"'; text++) {
		if (text[0] == '\\' && text[1] == '"')
			text++;
		if (*text == '\0' || n == sizeof(copy))
			line_fail(w->line, "a quote without an end");
		copy[n++] = *text;
	}
	phrase_add(w, arena, copy, n);
	text++;
	return text + strspn(text, ",:;)");
}

/* Commas, colons and brackets around words are for the eye only. */
static inline const char *phrase_add_plain(
    struct phrase *w, struct arena *arena, const char *text)
{
	size_t len = strcspn(text, " \t");
	const char *end = text + len;

	while (len > 0 && *text == '(') {
		text++;
		len--;
	}
	while (len > 0 && strchr(",:;)", text[len - 1]) != NULL)
		len--;
	if (len > 0)
		phrase_add(w, arena, text, len);
	return end;
}

static inline void phrase_split(
    struct phrase *w, const struct line *line, struct arena *arena)
{
	const char *text = line->text;

	*w = (struct phrase){.line = line};
	for (;;) {
		text += strspn(text, " \t");
		if (*text == '\0' || *text == '#')
			return;
		if (*text == '"')
			text = phrase_add_quoted(w, arena, text + 1);
		else
			text = phrase_add_plain(w, arena, text);
	}
}

static inline bool phrase_at_end(const struct phrase *w)
{
	return w->at == w->n;
}

/* NULL at the end. */
static inline const char *phrase_peek(const struct phrase *w)
{
	return phrase_at_end(w) ? NULL : w->word[w->at];
}

static inline const char *phrase_next(struct phrase *w)
{
	if (phrase_at_end(w))
		line_fail(w->line, "something is missing at its end");
	return w->word[w->at++];
}

static inline bool phrase_take(struct phrase *w, const char *word)
{
	if (phrase_at_end(w) || strcmp(w->word[w->at], word) != 0)
		return false;
	w->at++;
	return true;
}

static inline void phrase_need(struct phrase *w, const char *word)
{
	if (!phrase_take(w, word))
		line_fail(w->line, "\"%s\" instead of \"%s\"",
		    phrase_at_end(w) ? "(its end)" : w->word[w->at], word);
}

static inline void phrase_done(const struct phrase *w)
{
	if (!phrase_at_end(w))
		line_fail(
		    w->line, "\"%s\" is not understood here", w->word[w->at]);
}

static inline int64_t phrase_number(struct phrase *w)
{
	const char *word = phrase_next(w);
	int64_t number = 0;

	if (text_int(word, 0, INT32_MAX, &number) != 0)
		line_fail(w->line, "\"%s\" is not a number", word);
	return number;
}

static inline bool phrase_is_date(const char *word)
{
	return word != NULL && strlen(word) >= 10 && word[4] == '-' &&
	       word[7] == '-' && strspn(word, "0123456789") == 4;
}

/*
 * A moment in UTC: 2026-01-31, 2026-01-31 10:00, 2026-01-31 10:00:05.250; or
 * with an offset, in one word: 2026-03-29T03:30:00+02:00.
 */
static inline int64_t phrase_time(struct phrase *w)
{
	const char *date = phrase_next(w), *clock = "00:00";
	char text[64];
	int64_t ms = 0;

	if (strchr(date, 'T') != NULL) {
		snprintf(text, sizeof(text), "%s", date);
	} else {
		if (!phrase_at_end(w) && phrase_peek(w)[0] >= '0' &&
		    phrase_peek(w)[0] <= '9' &&
		    strchr(phrase_peek(w), ':') != NULL)
			clock = phrase_next(w);
		snprintf(text, sizeof(text), "%sT%s%sZ", date, clock,
		    strlen(clock) == 5 ? ":00" : "");
	}
	if (clock_parse(text, &ms) != 0)
		line_fail(w->line, "\"%s\" is not a moment", text);
	return ms;
}

/* What is left, with a blank between the words. */
static inline const char *phrase_rest(struct phrase *w, struct arena *arena)
{
	const char *text = phrase_next(w);

	while (!phrase_at_end(w))
		text = arena_printf(arena, "%s %s", text, phrase_next(w));
	return text;
}

#endif
