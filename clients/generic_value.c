/* Getters by JSON Pointer whose complaints name the whole pointer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"

#include "clients/generic.h"

enum {
	TIME_TEXT_MAX = 64,
	TEST_TEXT_MAX = 200, /* of a value that a condition looks at */
	NUMBER_TEXT_MAX = 40
};

/* The last second of the year 9999 (RFC 3339). */
static const int64_t epoch_max_s = INT64_C(253402300799);

const char *generic_place(
    struct fields *fields, const struct generic_spot *at, const char *pointer)
{
	const char *path;

	if (at->is_element)
		path = arena_printf(
		    fields->arena, "%s/%zu%s", at->where, at->i, pointer);
	else
		path = arena_printf(fields->arena, "%s%s", at->where, pointer);
	return path != NULL ? path : pointer;
}

void generic_complain(struct fields *fields, const struct generic_spot *at,
    const char *pointer, const char *what)
{
	const char *path;

	if (fields->error != NULL)
		return;
	path = generic_place(fields, at, pointer);
	field_complain(fields, *path != '\0' ? path : "the answer", what);
}

/* The value there unless it is null. */
static const field_value *find(
    struct fields *fields, const struct generic_spot *at, const char *pointer)
{
	const field_value *value;
	bool wrong = false;

	if (fields->error != NULL || pointer == NULL)
		return NULL;
	value = field_find(at->value, pointer, &wrong);
	if (wrong)
		generic_complain(
		    fields, at, pointer, "its parent is not an object");
	return json_is_null(value) ? NULL : value;
}

/* A plain value as text; NULL: it is none, or does not fit. */
static const char *plain(
    const field_value *value, char number[NUMBER_TEXT_MAX], size_t *len)
{
	const char *text = number;
	int n = 0;

	if (json_is_string(value)) {
		*len = json_string_length(value);
		return json_string_value(value);
	}
	if (json_is_boolean(value))
		text = json_is_true(value) ? "true" : "false";
	else if (json_is_integer(value))
		n = snprintf(number, NUMBER_TEXT_MAX, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
	else if (json_is_real(value))
		n = snprintf(
		    number, NUMBER_TEXT_MAX, "%.15g", json_real_value(value));
	else
		return NULL;
	if (n < 0 || n >= NUMBER_TEXT_MAX)
		return NULL;
	/* more digits than can be kept are refused, not rounded */
	if (json_is_real(value) &&
	    strtod(number, NULL) - json_real_value(value) != 0.0)
		return NULL;
	*len = strlen(text);
	return text;
}

const char *generic_text(struct fields *fields, const struct generic_spot *at,
    const char *pointer, size_t max)
{
	const field_value *value = find(fields, at, pointer);
	char number[NUMBER_TEXT_MAX];
	const char *text;
	size_t len = 0;

	if (value == NULL)
		return NULL;
	text = plain(value, number, &len);
	if (text == NULL || len > max) {
		generic_complain(fields, at, pointer,
		    text == NULL ? "not a plain value" : "too long");
		return NULL;
	}
	text = arena_bytes(fields->arena, text, len);
	if (text == NULL)
		generic_complain(fields, at, pointer, "no room for it");
	return text;
}

const char *generic_need(struct fields *fields, const struct generic_spot *at,
    const char *pointer, size_t max)
{
	const char *text = generic_text(fields, at, pointer, max);

	if (text == NULL && pointer != NULL)
		generic_complain(fields, at, pointer, "missing");
	return text;
}

const char *generic_name(
    struct fields *fields, const struct generic_spot *at, const char *pointer)
{
	const char *text = generic_text(fields, at, pointer, NAME_ID_MAX);

	if (text != NULL && !name_id_is_valid(text))
		generic_complain(fields, at, pointer, "not a name");
	return text;
}

/* Seconds or milliseconds since 1970, a number or one in text; 0 is none. */
static bool epoch(
    const field_value *value, enum generic_time form, int64_t *out_ms)
{
	const int64_t unit_ms = form == GENERIC_EPOCH_S ? 1000 : 1;
	const int64_t max = epoch_max_s * 1000 / unit_ms;
	int64_t count = -1;

	if (json_is_integer(value))
		count = json_integer_value(value);
	else if (json_is_string(value) &&
		 text_int(json_string_value(value), 0, max, &count) != 0)
		return false;
	if (count < 0 || count > max)
		return false;
	*out_ms = count * unit_ms;
	return true;
}

static bool written(
    const field_value *value, enum generic_time form, int64_t *out_ms)
{
	const char *text = json_string_value(value);

	if (text == NULL || strlen(text) > TIME_TEXT_MAX)
		return false;
	if (clock_parse(text, out_ms) == 0)
		return true;
	/* a text with a '-' in it is no number of seconds */
	return form == GENERIC_DATE && strchr(text, '-') != NULL &&
	       clock_parse_loose(text, out_ms) == 0;
}

struct generic_stamp generic_stamp(struct fields *fields,
    const struct generic_spot *at, const char *pointer, enum generic_time form)
{
	static const char *const wrong[] = {
	    [GENERIC_RFC3339] = "not a date-time with an offset",
	    [GENERIC_DATE] = "neither a date nor a date-time with an offset",
	    [GENERIC_EPOCH_S] = "not seconds since 1970",
	    [GENERIC_EPOCH_MS] = "not milliseconds since 1970"};
	const field_value *value = find(fields, at, pointer);
	struct generic_stamp stamp = {0, NULL};
	bool is_epoch = form == GENERIC_EPOCH_S || form == GENERIC_EPOCH_MS;

	if (value == NULL)
		return stamp;
	if (!(is_epoch ? epoch(value, form, &stamp.ms)
		       : written(value, form, &stamp.ms))) {
		generic_complain(fields, at, pointer, wrong[form]);
		return (struct generic_stamp){0, NULL};
	}
	if (stamp.ms != 0)
		stamp.text = generic_text(fields, at, pointer, TIME_TEXT_MAX);
	return stamp;
}

const field_value *generic_array(struct fields *fields,
    const struct generic_spot *at, const char *pointer, size_t max)
{
	const field_value *list = find(fields, at, pointer);
	const char *what = NULL;

	if (list == NULL)
		what = "missing";
	else if (!json_is_array(list))
		what = "not an array";
	else if (json_array_size(list) > max)
		what = "too many";
	if (what == NULL)
		return list;
	generic_complain(fields, at, pointer, what);
	return NULL;
}

struct generic_spot generic_element(
    const field_value *list, const char *where, size_t i)
{
	return (struct generic_spot){.value = json_array_get(list, i),
	    .where = where,
	    .is_element = true,
	    .i = i};
}

/* One of the words "a|b*" is the text, or begins it where a '*' ends it. */
static bool is_one_of(const char *words, const char *text, size_t len)
{
	while (words != NULL) {
		size_t n = strcspn(words, "|");
		bool open = n > 0 && words[n - 1] == '*';
		size_t fixed = n - open;

		if ((open ? len >= fixed : len == fixed) &&
		    memcmp(words, text, fixed) == 0)
			return true;
		words = words[n] == '|' ? words + n + 1 : NULL;
	}
	return false;
}

static bool holds(const struct generic_spot *at, const struct generic_test *t)
{
	char number[NUMBER_TEXT_MAX];
	bool wrong;
	const field_value *value = field_find(at->value, t->pointer, &wrong);
	size_t len = 0;
	const char *text = plain(value, number, &len);

	if (text == NULL || len > TEST_TEXT_MAX)
		return t->negated;
	return is_one_of(t->words, text, len) != t->negated;
}

bool generic_holds(
    const struct generic_spot *at, const struct generic_tests *tests)
{
	for (size_t i = 0; i < tests->n; i++) {
		if (!holds(at, &tests->items[i]))
			return false;
	}
	return true;
}
