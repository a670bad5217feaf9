#include <string.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"

#include "reconciler/base/text.h"

/* Not <ctype.h>: what is a digit must not depend on a locale. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The forms of RFC 3629 section 4 beyond ASCII: first byte, how many follow,
 * the second. */
static const struct utf8_form {
	unsigned char first_min, first_max;
	unsigned char more;
	unsigned char second_min, second_max;
} utf8_forms[] = {
    {0xc2, 0xdf, 1, 0x80, 0xbf},
    {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf},
    {0xed, 0xed, 2, 0x80, 0x9f},
    {0xee, 0xef, 2, 0x80, 0xbf},
    {0xf0, 0xf0, 3, 0x90, 0xbf},
    {0xf1, 0xf3, 3, 0x80, 0xbf},
    {0xf4, 0xf4, 3, 0x80, 0x8f},
};

static const struct utf8_form *utf8_form(unsigned char first)
{
	size_t i;

	for (i = 0; i < sizeof(utf8_forms) / sizeof(utf8_forms[0]); i++) {
		if (first >= utf8_forms[i].first_min &&
		    first <= utf8_forms[i].first_max)
			return &utf8_forms[i];
	}
	return NULL;
}

/* The length of the character at data, 0 when there is none. */
static size_t utf8_step(const unsigned char *data, size_t len)
{
	const struct utf8_form *form;
	size_t i;

	if (data[0] <= 0x7f)
		return data[0] != '\0' ? 1 : 0;
	form = utf8_form(data[0]);
	if (form == NULL || len <= form->more || data[1] < form->second_min ||
	    data[1] > form->second_max)
		return 0;
	for (i = 2; i <= form->more; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	}
	return (size_t)form->more + 1;
}

bool text_is_utf8(const char *data, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)data;
	size_t at = 0, step;

	while (at < len) {
		step = utf8_step(bytes + at, len - at);
		if (step == 0)
			return false;
		at += step;
	}
	return true;
}

bool text_has_control(const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)data[i];

		if (byte < 0x20 || byte == 0x7f)
			return true;
	}
	return false;
}

bool text_is_digits(const char *text, size_t min, size_t max)
{
	size_t len = 0;

	if (text == NULL)
		return false;
	while (is_digit(text[len])) {
		if (++len > max)
			return false;
	}
	return text[len] == '\0' && len >= min;
}

bool text_is_uuid(const char *text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	if (text == NULL)
		return false;
	for (i = 0; shape[i] != '\0'; i++) {
		if (shape[i] == '-' ? text[i] != '-' : hex_value(text[i]) < 0)
			return false;
	}
	return text[i] == '\0';
}

bool text_is_name(const char *text, size_t max)
{
	size_t i;

	if (text == NULL)
		return false;
	for (i = 0; text[i] != '\0'; i++) {
		bool plain =
		    is_digit(text[i]) || (text[i] >= 'a' && text[i] <= 'z');
		bool joint = text[i] == '_' || text[i] == '-';

		if (i == max || !(plain || (joint && i > 0)))
			return false;
	}
	return i > 0;
}

bool text_equal(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

/* The digits at *at into *out; false when there are none or too many. */
static bool take_digits(const char **at, uint64_t *out)
{
	const char *start = *at;
	uint64_t value = 0;

	for (; is_digit(**at); (*at)++) {
		unsigned int digit = (unsigned int)(**at - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return *at != start;
}

int text_int(const char *text, int64_t min, int64_t max, int64_t *out)
{
	uint64_t magnitude;
	bool negative;
	int64_t value;

	if (text == NULL)
		return ERR_BAD;
	negative = *text == '-';
	if (negative)
		text++;
	if (!take_digits(&text, &magnitude) || *text != '\0')
		return ERR_BAD;
	if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return ERR_BAD;
	/* The lowest value has no positive twin: step around it. */
	if (negative && magnitude > 0)
		value = -(int64_t)(magnitude - 1) - 1;
	else
		value = (int64_t)magnitude;
	if (value < min || value > max)
		return ERR_BAD;
	*out = value;
	return 0;
}

int text_size(const char *text, uint64_t *out)
{
	static const char units[] = "KMGT";
	const char *unit;
	uint64_t value;
	unsigned int shift = 0;

	if (text == NULL || !take_digits(&text, &value))
		return ERR_BAD;
	if (*text != '\0') {
		unit = strchr(units, *text);
		if (unit == NULL || text[1] != '\0')
			return ERR_BAD;
		shift = 10 * (unsigned int)(unit - units + 1);
	}
	if (value > UINT64_MAX >> shift)
		return ERR_BAD;
	*out = value << shift;
	return 0;
}

int text_copy(char *out, size_t cap, const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (cap == 0)
		return ERR_FULL;
	out[0] = '\0';
	if (len >= cap)
		return ERR_FULL;
	if (len > 0)
		memcpy(out, text, len + 1);
	return 0;
}

static bool is_unreserved(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '~' ||
	       c == '.';
}

void text_escape_path(struct buf *buf, const char *segment)
{
	bool dots = strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0;

	for (; *segment != '\0'; segment++) {
		if (is_unreserved(*segment) && !dots)
			buf_add(buf, segment, 1);
		else
			buf_addf(buf, "%%%02X", (unsigned char)*segment);
	}
}

/* One character of data at *at, decoded; -1 for a broken escape. */
static int take_escaped(const char *data, size_t len, size_t *at)
{
	int high, low;

	if (data[*at] != '%')
		return (unsigned char)data[(*at)++];
	if (len - *at < 3)
		return -1;
	high = hex_value(data[*at + 1]);
	low = hex_value(data[*at + 2]);
	if (high < 0 || low < 0)
		return -1;
	*at += 3;
	return high * 16 + low;
}

int text_unescape(
    const char *data, size_t len, char *out, size_t cap, size_t *out_len)
{
	size_t at = 0, n = 0;
	int byte, rc = 0;

	if (cap == 0)
		rc = ERR_FULL;
	while (rc == 0 && at < len) {
		byte = take_escaped(data, len, &at);
		if (byte < 0)
			rc = ERR_BAD;
		else if (n + 1 >= cap)
			rc = ERR_FULL;
		else
			out[n++] = (char)byte;
	}
	if (rc != 0)
		n = 0;
	if (cap > 0)
		out[n] = '\0';
	*out_len = n;
	return rc;
}

uint64_t text_hash(const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint64_t hash = 14695981039346656037u;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 1099511628211u;
	return hash;
}
