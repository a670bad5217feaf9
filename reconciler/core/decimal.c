#include <string.h>

#include "reconciler/base/err.h"

#include "reconciler/core/decimal.h"

/* A text taken apart: where its digits are. */
struct parts {
	bool negative;
	const char *whole;
	int n_whole;
	const char *fraction;
	int n_fraction;
};

static int count_digits(const char *text)
{
	int n = 0;

	while (text[n] >= '0' && text[n] <= '9' && n <= DECIMAL_DIGITS_MAX)
		n++;
	return n;
}

static bool is_count(int n)
{
	return n > 0 && n <= DECIMAL_DIGITS_MAX;
}

static int take_apart(const char *text, struct parts *out)
{
	*out = (struct parts){.negative = *text == '-'};
	if (out->negative)
		text++;
	out->whole = text;
	out->n_whole = count_digits(text);
	if (!is_count(out->n_whole))
		return ERR_BAD;
	text += out->n_whole;
	if (*text == '\0')
		return 0;
	if (*text != '.')
		return ERR_BAD;
	out->fraction = ++text;
	out->n_fraction = count_digits(text);
	if (!is_count(out->n_fraction) || text[out->n_fraction] != '\0')
		return ERR_BAD;
	return 0;
}

bool decimal_is_valid(const char *text)
{
	struct parts parts;

	return text != NULL && take_apart(text, &parts) == 0;
}

bool decimal_is_unsigned(const char *text)
{
	return decimal_is_valid(text) && *text != '-';
}

/*
 * Every place is added up by itself and carried only when the sum is told: a
 * place holds as many digits of nine as anyone can count to.
 */
int decimal_add(struct decimal_sum *sum, const char *text)
{
	struct parts parts;
	int64_t sign;

	if (text == NULL || take_apart(text, &parts) != 0)
		return ERR_BAD;
	sign = parts.negative ? -1 : 1;
	for (int i = 0; i < parts.n_whole; i++)
		sum->places[DECIMAL_DIGITS_MAX + parts.n_whole - 1 - i] +=
		    sign * (parts.whole[i] - '0');
	for (int i = 0; i < parts.n_fraction; i++)
		sum->places[DECIMAL_DIGITS_MAX - 1 - i] +=
		    sign * (parts.fraction[i] - '0');
	if (parts.n_fraction > sum->scale)
		sum->scale = parts.n_fraction;
	return 0;
}

/* Each place becomes a digit. false: the number is negative. */
static bool carry(const struct decimal_sum *sum, int64_t sign,
    char digits[DECIMAL_SUM_DIGITS])
{
	int64_t value, left = 0;

	for (int i = 0; i < DECIMAL_SUM_DIGITS; i++) {
		value = sign * sum->places[i] + left;
		left = value / 10;
		value %= 10;
		if (value < 0) {
			value += 10;
			left--;
		}
		digits[i] = (char)('0' + value);
	}
	return left >= 0;
}

const char *decimal_text(
    const struct decimal_sum *sum, char out[DECIMAL_TEXT_MAX])
{
	char digits[DECIMAL_SUM_DIGITS];
	bool negative = !carry(sum, 1, digits);
	int first = DECIMAL_SUM_DIGITS - 1;
	char *at = out;

	if (negative)
		(void)carry(sum, -1, digits);
	while (first > DECIMAL_DIGITS_MAX && digits[first] == '0')
		first--;
	if (negative)
		*at++ = '-';
	for (int i = first; i >= DECIMAL_DIGITS_MAX - sum->scale; i--) {
		if (i == DECIMAL_DIGITS_MAX - 1)
			*at++ = '.';
		*at++ = digits[i];
	}
	*at = '\0';
	return out;
}
