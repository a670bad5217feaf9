#include <string.h>

#include "reconciler/core/signature_text.h"

enum { SECONDS_DIGITS_MAX = 19 };

bool signature_text_next(
    struct signature_part *rest, char separator, struct signature_part *out)
{
	const char *end;

	if (rest->data == NULL)
		return false;
	*out = *rest;
	end = rest->len > 0 ? memchr(rest->data, separator, rest->len) : NULL;
	if (end == NULL) {
		*rest = (struct signature_part){NULL, 0};
		return true;
	}
	out->len = (size_t)(end - rest->data);
	rest->data = end + 1;
	rest->len -= out->len + 1;
	return true;
}

bool signature_text_split(const struct signature_part *element, char separator,
    struct signature_part *name, struct signature_part *value)
{
	struct signature_part rest = *element;

	if (!signature_text_next(&rest, separator, name) || rest.data == NULL)
		return false;
	*value = rest;
	return true;
}

bool signature_text_is(const struct signature_part *part, const char *text)
{
	return part->len == strlen(text) &&
	       memcmp(part->data, text, part->len) == 0;
}

bool signature_text_seconds(const struct signature_part *text, int64_t *out)
{
	int64_t value = 0;

	if (text->len == 0 || text->len > SECONDS_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text->len; i++) {
		int digit = text->data[i] - '0';

		if (digit < 0 || digit > 9 || value > (INT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

bool signature_text_stripe(const char *header, struct signature_part *out)
{
	struct signature_part rest = {header, strlen(header)};
	struct signature_part element, name, value;
	int64_t seconds;
	bool found = false;

	while (signature_text_next(&rest, ',', &element)) {
		if (!signature_text_split(&element, '=', &name, &value) ||
		    memchr(value.data, '=', value.len) != NULL)
			return false;
		if (!signature_text_is(&name, "t"))
			continue;
		if (found || !signature_text_seconds(&value, &seconds))
			return false;
		*out = value;
		found = true;
	}
	return found;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

size_t signature_text_hex(
    const struct signature_part *text, unsigned char *out, size_t cap)
{
	size_t n = text->len / 2;

	if (text->len % 2 != 0 || n > cap)
		return 0;
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(text->data[2 * i]);
		int low = hex_digit(text->data[2 * i + 1]);

		if (high < 0 || low < 0)
			return 0;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return n;
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* How many '=' end the text: 0, 1 or 2. */
static size_t padding_of(const struct signature_part *text)
{
	size_t n = 0;

	while (n < 2 && n < text->len && text->data[text->len - 1 - n] == '=')
		n++;
	return n;
}

size_t signature_text_base64(
    const struct signature_part *text, unsigned char *out, size_t cap)
{
	size_t digits = text->len - padding_of(text);
	size_t n = 0;
	unsigned int bits = 0; /* not yet written, in the low ones */
	unsigned int n_bits = 0;

	if (text->len == 0 || text->len % 4 != 0 || digits / 4 * 3 > cap ||
	    digits * 6 / 8 > cap)
		return 0;
	for (size_t i = 0; i < digits; i++) {
		int digit = base64_digit(text->data[i]);

		if (digit < 0)
			return 0;
		bits = bits << 6 | (unsigned int)digit;
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		out[n++] = (unsigned char)(bits >> n_bits);
		bits &= (1U << n_bits) - 1;
	}
	return bits == 0 ? n : 0;
}

void signature_text_to_base64(const unsigned char *data, size_t len, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0;

	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		unsigned int bits = (unsigned int)data[i] << 16;

		if (left > 1)
			bits |= (unsigned int)data[i + 1] << 8;
		if (left > 2)
			bits |= data[i + 2];
		out[n++] = digits[bits >> 18];
		out[n++] = digits[bits >> 12 & 63];
		out[n++] = left > 1 ? digits[bits >> 6 & 63] : '=';
		out[n++] = left > 2 ? digits[bits & 63] : '=';
	}
	out[n] = '\0';
}
