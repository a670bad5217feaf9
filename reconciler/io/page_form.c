#include <stdbool.h>
#include <string.h>

#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/io/page_form.h"

static size_t until(const char *at, const char *end, char mark)
{
	const char *found = memchr(at, mark, (size_t)(end - at));

	return found != NULL ? (size_t)(found - at) : (size_t)(end - at);
}

static int unescape(const char *data, size_t len, char *out, size_t cap)
{
	size_t got = 0;
	int rc = text_unescape(data, len, out, cap, &got);

	if (rc != 0)
		return rc;
	return strlen(out) == got ? 0 : ERR_BAD;
}

/* A '+' stands for a blank; one that is meant came as %2B. */
static int decode(const char *data, size_t len, char *out, size_t cap)
{
	char plain[PAGE_FORM_MAX];

	if (len > sizeof(plain))
		return ERR_FULL;
	for (size_t i = 0; i < len; i++)
		plain[i] = (char)(data[i] == '+' ? ' ' : data[i]);
	return unescape(plain, len, out, cap);
}

int page_form_field(
    const char *body, size_t len, const char *name, char *out, size_t cap)
{
	const char *at = body, *end;

	out[0] = '\0';
	if (body == NULL)
		return ERR_ABSENT;
	end = body + len;
	while (at < end) {
		size_t pair = until(at, end, '&');
		size_t key = until(at, at + pair, '=');

		if (key == strlen(name) && memcmp(at, name, key) == 0 &&
		    key < pair)
			return decode(at + key + 1, pair - key - 1, out, cap);
		at += pair + 1;
	}
	return ERR_ABSENT;
}

int page_form_value(const char *value, char *out, size_t cap)
{
	out[0] = '\0';
	return unescape(value, strlen(value), out, cap);
}
