/*
 * A timeline (core/timeline.h) for a terminal: letters that mean something by
 * themselves, and colours only where they are wanted.
 */
#ifndef TRUEUP_IO_TIMELINE_TEXT_H
#define TRUEUP_IO_TIMELINE_TEXT_H

#include <stdbool.h>
#include <stdio.h>

struct timeline;

enum {
	TIMELINE_TEXT_COLUMNS = 80, /* of what is no terminal */
	TIMELINE_TEXT_LEAST = 40,
	TIMELINE_TEXT_MOST = 160
};

struct timeline_text {
	int columns; /* no line is longer */
	bool colours;
};

/*
 * timeline_text_of(out, text): how this stream may be written to: as wide as
 * its terminal is, and in colours unless NO_COLOR is set (no-color.org) or TERM
 * is dumb.
 */
void timeline_text_of(FILE *out, struct timeline_text *text);

/* timeline_text_print(timeline, text, out): nothing where there are no rows. */
void timeline_text_print(const struct timeline *timeline,
    const struct timeline_text *text, FILE *out);

#endif
