/* Money as text: decimal digits to minor units and back, without rounding. */
#include <inttypes.h>
#include <stdio.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "clients/field.h"

enum { DIGITS_MAX = 18 }; /* more zeros than that do not fit an int64_t */

/* Append one digit to *value; ERR_BAD when it would not fit. */
static int push(int64_t *value, char digit)
{
	int64_t add = digit - '0';

	if (*value > (INT64_MAX - add) / 10)
		return ERR_BAD;
	*value = *value * 10 + add;
	return 0;
}

/* At least one digit; *text moves behind the last. */
static int push_digits(const char **text, int64_t *value, unsigned int *count)
{
	*count = 0;
	while (**text >= '0' && **text <= '9') {
		if (push(value, **text) != 0)
			return ERR_BAD;
		(*text)++;
		(*count)++;
	}
	return *count > 0 ? 0 : ERR_BAD;
}

int field_decimal(const char *text, unsigned int digits, int64_t *out)
{
	bool negative = *text == '-';
	unsigned int count = 0;
	int64_t value = 0;

	if (digits > DIGITS_MAX)
		return ERR_BAD;
	if (negative)
		text++;
	if (push_digits(&text, &value, &count) != 0)
		return ERR_BAD;
	count = 0;
	if (*text == '.') {
		text++;
		if (push_digits(&text, &value, &count) != 0)
			return ERR_BAD;
	}
	if (*text != '\0' || count > digits)
		return ERR_BAD;
	for (; count < digits; count++) {
		if (push(&value, '0') != 0)
			return ERR_BAD;
	}
	*out = negative ? -value : value;
	return 0;
}

const char *field_decimal_text(
    int64_t minor, unsigned int digits, struct arena *arena)
{
	const char *sign = minor < 0 ? "-" : "";
	uint64_t rest = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
	uint64_t unit = 1;

	if (digits > DIGITS_MAX)
		return NULL;
	if (digits == 0)
		return arena_printf(arena, "%s%" PRIu64, sign, rest);
	for (unsigned int i = 0; i < digits; i++)
		unit *= 10;
	return arena_printf(arena, "%s%" PRIu64 ".%0*" PRIu64, sign,
	    rest / unit, (int)digits, rest % unit);
}
