/*
 * Decimal numbers as text, added up exactly: money and credits never pass
 * through binary floating point. Pure.
 */
#ifndef TRUEUP_CORE_DECIMAL_H
#define TRUEUP_CORE_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

enum {
	DECIMAL_DIGITS_MAX = 40, /* before the point, and behind it */
	/* Of the longest number that is valid, without its NUL. */
	DECIMAL_NUMBER_MAX = 2 * DECIMAL_DIGITS_MAX + 2,
	/* Digits of a sum; no number of numbers makes it longer. */
	DECIMAL_SUM_DIGITS = 2 * DECIMAL_DIGITS_MAX + 20,
	DECIMAL_TEXT_MAX = DECIMAL_SUM_DIGITS + 4 /* sign, "0.", NUL */
};

/*
 * decimal_is_valid(text): an optional '-', digits, and optionally a '.' with
 * digits behind it; at most DECIMAL_DIGITS_MAX on each side. No '+', no blanks,
 * no exponent. NULL is not.
 */
bool decimal_is_valid(const char *text);
/* decimal_is_unsigned(text): the same, and without a '-': how many of a thing.
 */
bool decimal_is_unsigned(const char *text);

/* A sum in progress; starts as {0}, which is "0". */
struct decimal_sum {
	int64_t places[DECIMAL_SUM_DIGITS]; /* the smallest first */
	int scale; /* digits behind the point: the most of any number */
};

/* decimal_add(sum, text): 0, or ERR_BAD (sum is as it was). */
int decimal_add(struct decimal_sum *sum, const char *text);
/*
 * decimal_text(sum, out): with as many digits behind the point as the number
 * that had the most: 1.5 and 0.50 are 2.00. Returns out.
 */
const char *decimal_text(
    const struct decimal_sum *sum, char out[DECIMAL_TEXT_MAX]);

#endif
