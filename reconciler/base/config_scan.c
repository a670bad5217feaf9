#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/base/config_scan.h"

enum { NUMBER_MAX = 32 };

static const char blanks[] = " \t\r\v\f";
static const char digits[] = "0123456789";
static const char hex_digits[] = "0123456789abcdefABCDEF";
static const char word_first[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ*";
static const char word_more[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ*0123456789_-";
static const char number_more[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.";

struct scan {
	const char *at;
	unsigned int line;
	bool fresh;	  /* nothing but blanks on this line so far */
	const char *word; /* the last name seen: the key, in all likelihood */
	int word_len;
	const char *wrong;
};

static void step(struct scan *scan, size_t n)
{
	for (; n > 0 && *scan->at != '\0'; n--, scan->at++) {
		if (*scan->at == '\n') {
			scan->line++;
			scan->fresh = true;
		} else if (strchr(blanks, *scan->at) == NULL) {
			scan->fresh = false;
		}
	}
}

static bool is_at(const struct scan *scan, const char *text)
{
	return strncmp(scan->at, text, strlen(text)) == 0;
}

static void skip_past(struct scan *scan, const char *text)
{
	while (*scan->at != '\0' && !is_at(scan, text))
		step(scan, 1);
	step(scan, strlen(text));
}

static void skip_text(struct scan *scan)
{
	for (step(scan, 1); *scan->at != '\0' && *scan->at != '"';) {
		if (is_at(scan, "\\x00"))
			scan->wrong = "a NUL in text";
		step(scan, *scan->at == '\\' ? 2 : 1);
	}
	step(scan, 1);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The whole number in hexadecimal, up to 63 bits. */
static bool is_hex_in(const char *number, uint64_t max)
{
	size_t len = strspn(number, hex_digits), i;
	uint64_t value = 0;

	for (i = 0; i < len; i++) {
		const char *digit = strchr(hex_digits, number[i]);
		size_t place = (size_t)(digit - hex_digits);

		if (value > max / 16)
			return false;
		value = value * 16 + (place < 16 ? place : place - 6);
	}
	return value <= max;
}

/* number starts with its sign, if it has one, and is cut at its digits. */
static bool is_number_in(char *number)
{
	char *first = number + (number[0] == '-' ? 1 : 0);
	size_t len = strspn(first, digits);
	bool wide = first[strlen(first) - 1] == 'L';
	int64_t value;

	if (first[0] == '0' && (first[1] == 'x' || first[1] == 'X'))
		return is_hex_in(first + 2, wide ? INT64_MAX : INT32_MAX);
	/* Not whole: libconfig reads a real, which overflows to infinity. */
	if (first[len] != '\0' && first[len] != 'L')
		return true;
	first[len] = '\0';
	return text_int(number, wide ? INT64_MIN : INT32_MIN,
		   wide ? INT64_MAX : INT32_MAX, &value) == 0;
}

static void check_number(struct scan *scan)
{
	size_t sign = *scan->at == '-' ? 1 : 0;
	size_t len = sign + strspn(scan->at + sign, number_more);
	char number[NUMBER_MAX + 1] = "";

	if (len > NUMBER_MAX) {
		scan->wrong = "a number too long";
	} else {
		memcpy(number, scan->at, len);
		if (!is_number_in(number))
			scan->wrong = "a number too large (over 2147483647 "
				      "it must end in L)";
	}
	step(scan, len);
}

static void take_word(struct scan *scan)
{
	size_t len = strspn(scan->at, word_more);

	scan->word = scan->at;
	scan->word_len = len < 64 ? (int)len : 64;
	step(scan, len);
}

static void take_one(struct scan *scan)
{
	const char *first = scan->at + (*scan->at == '-' ? 1 : 0);

	if (scan->fresh && is_at(scan, "@include")) {
		scan->wrong = "@include is not followed: write it here";
		scan->word_len = 0;
	}
	if (is_at(scan, "#") || is_at(scan, "//"))
		skip_past(scan, "\n");
	else if (is_at(scan, "/*"))
		skip_past(scan, "*/");
	else if (is_at(scan, "\""))
		skip_text(scan);
	else if (strchr(word_first, *scan->at) != NULL)
		take_word(scan);
	else if (is_digit(*first))
		check_number(scan);
	else
		step(scan, 1);
}

/* The first line with bytes that are not text, or 0. */
static unsigned int bad_line(const char *text, size_t len)
{
	const char *end = text + len, *stop;
	unsigned int line;

	for (line = 1; text < end; line++, text = stop + 1) {
		stop = memchr(text, '\n', (size_t)(end - text));
		if (stop == NULL)
			stop = end;
		if (!text_is_utf8(text, (size_t)(stop - text)))
			return line;
	}
	return 0;
}

int config_scan(
    const char *text, size_t len, const char *name, struct err_text *err)
{
	struct scan scan = {.at = text, .line = 1, .fresh = true, .word = ""};
	unsigned int line = bad_line(text, len);

	if (line > 0)
		return err_set(
		    err, ERR_BAD, "%s:%u: not UTF-8 text", name, line);
	while (*scan.at != '\0' && scan.wrong == NULL) {
		line = scan.line;
		take_one(&scan);
	}
	if (scan.wrong == NULL)
		return 0;
	if (scan.word_len > 0)
		return err_set(err, ERR_BAD, "%s:%u: %.*s: %s", name, line,
		    scan.word_len, scan.word, scan.wrong);
	return err_set(err, ERR_BAD, "%s:%u: %s", name, line, scan.wrong);
}
