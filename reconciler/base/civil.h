/* The calendar (proleptic Gregorian, UTC) under clock.c; no parsing here. */
#ifndef TRUEUP_BASE_CIVIL_H
#define TRUEUP_BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

struct civil {
	int year; /* 1 to 9999 */
	int month, day;
	int hour, minute, second; /* second 60 is allowed */
	int ms;
};

/* civil_is_real(c): the date exists and the time is one (fields >= 0). */
bool civil_is_real(const struct civil *c);
/*
 * civil_ms(c): milliseconds since 1970, negative before it; c must be real. A
 * second 60 comes out as the next minute's start.
 */
int64_t civil_ms(const struct civil *c);
/* civil_from_ms(ms, out): the parts of a moment of the years 1970 to 9999. */
void civil_from_ms(int64_t ms, struct civil *out);

#endif
