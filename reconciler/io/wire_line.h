/*
 * One JSON object under construction, inside of wire*.c. Sticky: a member that
 * could not be made fails the line as a whole, so that no reader ever sees half
 * an answer.
 */
#ifndef TRUEUP_IO_WIRE_LINE_H
#define TRUEUP_IO_WIRE_LINE_H

#include "reconciler/core/entitle.h"
#include "reconciler/core/name.h"

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct history_line;
struct job;
struct object;

struct wire_line {
	json_t *object;
	bool failed;
};

/* wire_line_new(): without a member. */
struct wire_line wire_line_new(void);
/* wire_line_end(line): its text, to be freed with wire_free; NULL: it failed.
 */
char *wire_line_end(struct wire_line *line);

/* One member each. wire_line_put takes over the value. */
void wire_line_put(struct wire_line *line, const char *key, json_t *value);
void wire_line_text(struct wire_line *line, const char *key, const char *text);
void wire_line_time(struct wire_line *line, const char *key, int64_t ms);
void wire_line_number(struct wire_line *line, const char *key, uint64_t value);
void wire_line_bool(struct wire_line *line, const char *key, bool value);
void wire_line_entitled(
    struct wire_line *line, const char *key, enum entitled entitled);
/* Three members: provider, kind, id. */
void wire_line_ref(struct wire_line *line, const struct object_ref *ref);
/* The inner line as a member; it is used up. */
void wire_line_inner(
    struct wire_line *outer, const char *key, struct wire_line *inner);
/* The inner line as an element of an array of the outer one's; it is used up.
 */
void wire_line_element(
    struct wire_line *outer, json_t *array, struct wire_line *inner);

/* What wire.h gives as whole lines, to be put into others. */
struct wire_line wire_line_of_entry(const struct history_line *shown);
struct wire_line wire_line_of_job(const struct job *job);
struct wire_line wire_line_of_object(const struct object *object);

#endif
