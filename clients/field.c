#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"

#include "clients/field.h"

enum {
	TIME_TEXT_MAX = 64, /* longest date-time that is looked at */
	NUMBER_TEXT_MAX = 40
};

void field_free(field_value *value)
{
	json_decref(value);
}

void fields_init(struct fields *fields, struct arena *arena)
{
	fields->arena = arena;
	fields->error = NULL;
}

void field_complain(struct fields *fields, const char *path, const char *what)
{
	if (fields->error != NULL)
		return;
	fields->error = arena_printf(fields->arena, "%s: %s", path, what);
	if (fields->error == NULL)
		fields->error = what;
}

static const char *keep(
    struct fields *fields, const char *path, const char *data, size_t len)
{
	const char *copy = arena_bytes(fields->arena, data, len);

	if (copy == NULL)
		field_complain(fields, path, "no room for it");
	return copy;
}

/*
 * The value at the path as it stands, a null one too; NULL: it is not there.
 * *wrong: something on the way is neither an object nor null.
 */
static const field_value *walk(
    const field_value *from, const char *path, bool *wrong)
{
	*wrong = false;
	while (from != NULL && !json_is_null(from)) {
		size_t n = strcspn(path, ".");

		if (!json_is_object(from)) {
			*wrong = true;
			return NULL;
		}
		from = json_object_getn(from, path, n);
		if (path[n] == '\0')
			return from;
		path += n + 1;
	}
	return NULL;
}

static const field_value *find(
    struct fields *fields, const field_value *from, const char *path)
{
	const field_value *value;
	bool wrong;

	if (fields->error != NULL)
		return NULL;
	value = walk(from, path, &wrong);
	if (wrong)
		field_complain(fields, path, "its parent is not an object");
	return value == NULL || json_is_null(value) ? NULL : value;
}

static const field_value *need(
    struct fields *fields, const field_value *value, const char *path)
{
	if (value == NULL)
		field_complain(fields, path, "missing");
	return value;
}

bool field_has(const field_value *from, const char *path)
{
	bool wrong;
	const field_value *value = walk(from, path, &wrong);

	return value != NULL && !json_is_null(value);
}

bool field_has_key(const field_value *from, const char *path)
{
	bool wrong;

	return walk(from, path, &wrong) != NULL;
}

const field_value *field_object(
    struct fields *fields, const field_value *from, const char *path)
{
	const field_value *value = find(fields, from, path);

	if (value != NULL && !json_is_object(value)) {
		field_complain(fields, path, "not an object");
		return NULL;
	}
	return value;
}

const field_value *field_need_object(
    struct fields *fields, const field_value *from, const char *path)
{
	return need(fields, field_object(fields, from, path), path);
}

const field_value *field_array(
    struct fields *fields, const field_value *from, const char *path)
{
	const field_value *value = find(fields, from, path);

	if (value != NULL && !json_is_array(value)) {
		field_complain(fields, path, "not an array");
		return NULL;
	}
	return value;
}

size_t field_count(const field_value *array)
{
	return json_array_size(array);
}

const field_value *field_at(const field_value *array, size_t i)
{
	return json_array_get(array, i);
}

/* The string at the path, or NULL (complained about when it is not one). */
static const field_value *find_text(
    struct fields *fields, const field_value *from, const char *path)
{
	const field_value *value = find(fields, from, path);

	if (value != NULL && !json_is_string(value)) {
		field_complain(fields, path, "not text");
		return NULL;
	}
	return value;
}

const char *field_text(struct fields *fields, const field_value *from,
    const char *path, size_t max)
{
	const field_value *value = find_text(fields, from, path);

	if (value == NULL)
		return NULL;
	if (json_string_length(value) > max) {
		field_complain(fields, path, "too long");
		return NULL;
	}
	return keep(
	    fields, path, json_string_value(value), json_string_length(value));
}

const char *field_need_text(struct fields *fields, const field_value *from,
    const char *path, size_t max)
{
	const char *text = field_text(fields, from, path, max);

	if (text == NULL)
		field_complain(fields, path, "missing");
	return text;
}

const char *field_cut(struct fields *fields, const field_value *from,
    const char *path, size_t max)
{
	const field_value *value = find_text(fields, from, path);
	const char *text;
	size_t len;

	if (value == NULL)
		return NULL;
	text = json_string_value(value);
	len = json_string_length(value);
	if (len > max) {
		len = max;
		/* not between the bytes of one character */
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	return keep(fields, path, text, len);
}

const char *field_id(struct fields *fields, const field_value *from,
    const char *path, size_t max)
{
	const field_value *value = find(fields, from, path);
	char text[NUMBER_TEXT_MAX];

	if (value == NULL)
		return NULL;
	if (json_is_string(value))
		return field_text(fields, from, path, max);
	if (!json_is_integer(value) || json_integer_value(value) < 0) {
		field_complain(fields, path, "not an id");
		return NULL;
	}
	snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT,
	    json_integer_value(value));
	if (strlen(text) > max) {
		field_complain(fields, path, "too long");
		return NULL;
	}
	return keep(fields, path, text, strlen(text));
}

int64_t field_time(struct fields *fields, const field_value *from,
    const char *path, const char **text)
{
	const char *written = field_text(fields, from, path, TIME_TEXT_MAX);
	int64_t ms = 0;

	if (text != NULL)
		*text = NULL;
	if (written == NULL)
		return 0;
	if (clock_parse(written, &ms) != 0) {
		field_complain(fields, path, "not a date-time with an offset");
		return 0;
	}
	if (text != NULL)
		*text = written;
	return ms;
}

int64_t field_int(struct fields *fields, const field_value *from,
    const char *path, int64_t min, int64_t max)
{
	const field_value *value = find(fields, from, path);

	if (value == NULL)
		return 0;
	if (!json_is_integer(value)) {
		field_complain(fields, path, "not an integer");
		return 0;
	}
	if (json_integer_value(value) < min ||
	    json_integer_value(value) > max) {
		field_complain(fields, path, "out of range");
		return 0;
	}
	return json_integer_value(value);
}

bool field_bool(
    struct fields *fields, const field_value *from, const char *path)
{
	const field_value *value = find(fields, from, path);

	if (value != NULL && !json_is_boolean(value))
		field_complain(fields, path, "not true or false");
	return json_is_true(value);
}

/*
 * The parser gives a number with a point as a double. Of every decimal text of
 * at most 15 (DBL_DIG) significant digits the nearest double prints as the same
 * number with %.15g (C11 5.2.4.2.2), so an amount with two digits after the
 * point comes back exactly up to 13 digits before it: all below 10^13. A double
 * that is not the nearest one of what it prints had more digits than that, and
 * is refused instead of rounded. Texts that share one double with a short one
 * (50.60000000000000000001) are read as the short one.
 */
static int real_text(double real, char *out, size_t cap)
{
	int n = snprintf(out, cap, "%.15g", real);

	if (n < 0 || (size_t)n >= cap)
		return ERR_BAD;
	/* bit for bit the same number, both are finite */
	return strtod(out, NULL) - real == 0.0 ? 0 : ERR_BAD;
}

static int amount_text(const field_value *value, char *out, size_t cap)
{
	int n = -1;

	if (json_is_real(value))
		return real_text(json_real_value(value), out, cap);
	if (json_is_integer(value))
		n = snprintf(out, cap, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
	else if (json_is_string(value) && json_string_length(value) < cap)
		n = snprintf(out, cap, "%s", json_string_value(value));
	return n >= 0 && (size_t)n < cap ? 0 : ERR_BAD;
}

const char *field_amount(struct fields *fields, const field_value *from,
    const char *path, unsigned int digits)
{
	const field_value *value = find(fields, from, path);
	char text[NUMBER_TEXT_MAX];
	const char *amount;
	int64_t minor;

	if (value == NULL)
		return NULL;
	if (amount_text(value, text, sizeof(text)) != 0 ||
	    field_decimal(text, digits, &minor) != 0) {
		field_complain(fields, path, "not an amount, or not exact");
		return NULL;
	}
	amount = field_decimal_text(minor, digits, fields->arena);
	if (amount == NULL)
		field_complain(fields, path, "no room for it");
	return amount;
}
