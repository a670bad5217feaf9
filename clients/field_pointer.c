/* JSON Pointer, RFC 6901. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"

#include "clients/field.h"

enum { TOKEN_MAX = 256, INDEX_DIGITS_MAX = 9 };

bool field_pointer_is_valid(const char *pointer)
{
	if (*pointer != '\0' && *pointer != '/')
		return false;
	for (const char *p = strchr(pointer, '~'); p != NULL;
	     p = strchr(p + 1, '~')) {
		if (p[1] != '0' && p[1] != '1')
			return false;
	}
	return text_is_utf8(pointer, strlen(pointer));
}

/*
 * The token in front of the next slash, unescaped in one pass (section 4: "~01"
 * is "~1", not "/"). Returns what follows it, NULL when it is too long.
 */
static const char *next_token(const char *pointer, char out[TOKEN_MAX])
{
	size_t n = 0;

	while (*pointer != '\0' && *pointer != '/') {
		char c = *pointer++;

		if (n + 1 >= TOKEN_MAX)
			return NULL;
		if (c == '~')
			c = *pointer++ == '1' ? '/' : '~';
		out[n++] = c;
	}
	out[n] = '\0';
	return pointer;
}

/* Section 4: digits without a leading zero; "-" names no element. */
static const field_value *element(const field_value *array, const char *token)
{
	int64_t i = 0;

	if (!text_is_digits(token, 1, INDEX_DIGITS_MAX) ||
	    (token[0] == '0' && token[1] != '\0') ||
	    text_int(token, 0, INT64_MAX, &i) != 0)
		return NULL;
	return json_array_get(array, (size_t)i);
}

static const field_value *step(const field_value *value, const char *token)
{
	if (json_is_object(value))
		return json_object_get(value, token);
	if (json_is_array(value))
		return element(value, token);
	return NULL;
}

const field_value *field_find(
    const field_value *from, const char *pointer, bool *wrong)
{
	char token[TOKEN_MAX];

	*wrong = false;
	if (!field_pointer_is_valid(pointer))
		return NULL;
	while (from != NULL && *pointer == '/') {
		pointer = next_token(pointer + 1, token);
		if (pointer == NULL)
			return NULL;
		*wrong = !json_is_object(from) && !json_is_array(from) &&
			 !json_is_null(from);
		from = step(from, token);
	}
	return from;
}

const char *field_pointer(
    const field_value *from, const char *pointer, struct arena *arena)
{
	bool wrong;

	from = field_find(from, pointer, &wrong);
	if (json_is_string(from))
		return arena_bytes(
		    arena, json_string_value(from), json_string_length(from));
	if (json_is_integer(from))
		return arena_printf(
		    arena, "%" JSON_INTEGER_FORMAT, json_integer_value(from));
	return NULL;
}
