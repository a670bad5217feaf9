#include <jansson.h>

#include "reconciler/base/clock.h"

#include "reconciler/io/wire_line.h"

void wire_line_put(struct wire_line *line, const char *key, json_t *value)
{
	if (json_object_set_new(line->object, key, value) != 0)
		line->failed = true;
}

void wire_line_text(struct wire_line *line, const char *key, const char *text)
{
	wire_line_put(
	    line, key, text == NULL ? json_null() : json_string(text));
}

void wire_line_time(struct wire_line *line, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	wire_line_put(line, key,
	    ms == 0 ? json_null() : json_string(clock_format(ms, text)));
}

void wire_line_number(struct wire_line *line, const char *key, uint64_t value)
{
	wire_line_put(line, key, json_integer((json_int_t)value));
}

void wire_line_bool(struct wire_line *line, const char *key, bool value)
{
	wire_line_put(line, key, json_boolean(value));
}

void wire_line_entitled(
    struct wire_line *line, const char *key, enum entitled entitled)
{
	wire_line_put(line, key,
	    entitled == ENTITLED_UNKNOWN
		? json_null()
		: json_boolean(entitled == ENTITLED_YES));
}

void wire_line_ref(struct wire_line *line, const struct object_ref *ref)
{
	wire_line_text(line, "provider", ref->provider);
	wire_line_text(line, "kind", ref->kind);
	wire_line_text(line, "id", ref->id);
}

void wire_line_inner(
    struct wire_line *outer, const char *key, struct wire_line *inner)
{
	outer->failed |= inner->failed;
	wire_line_put(outer, key, inner->object);
	inner->object = NULL;
}

struct wire_line wire_line_new(void)
{
	struct wire_line line = {.object = json_object(), .failed = false};

	line.failed = line.object == NULL;
	return line;
}

char *wire_line_end(struct wire_line *line)
{
	char *text =
	    line->failed ? NULL : json_dumps(line->object, JSON_COMPACT);

	json_decref(line->object);
	return text;
}

void wire_line_element(
    struct wire_line *outer, json_t *array, struct wire_line *inner)
{
	outer->failed |=
	    inner->failed || json_array_append_new(array, inner->object) != 0;
	inner->object = NULL;
}
