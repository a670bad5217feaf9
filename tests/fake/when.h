#ifndef FAKE_WHEN_H
#define FAKE_WHEN_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

/* Times are milliseconds UTC since the epoch unless the name says mono. */

/* The wall clock. */
int64_t when_now_ms(void);

/* The monotonic clock, for waits and rates. */
int64_t when_mono_ms(void);

/*
 * Reads a time out of a control call, one of: a number (epoch seconds);
 * RFC 3339 text; "YYYY-MM-DD" (local Dutch midnight); "+90s", "-3d" from
 * NOW_MS (units ms s m h d).  False when it is none of these.
 */
bool when_read(const json_t *value, int64_t now_ms, int64_t *out);

/* The same for text alone. */
bool when_parse(const char *text, int64_t now_ms, int64_t *out);

/*
 * The offset of Dutch local time from UTC, in seconds: 3600, or 7200 from
 * the last Sunday of March 01:00 UTC to the last Sunday of October 01:00
 * UTC (Directive 2000/84/EC).
 */
int when_dutch_offset_s(int64_t at_ms);

/*
 * The time as eCurring writes it: whole seconds with the local Dutch offset,
 * "2017-10-27T14:50:00+02:00".  OUT_BYTES of at least 32.
 */
void when_dutch(int64_t at_ms, char *out, size_t out_bytes);

/* UTC with milliseconds, "2025-02-05T22:11:48.210Z". OUT_BYTES of 40. */
void when_utc(int64_t at_ms, char *out, size_t out_bytes);

/* The local Dutch midnight that begins the day DAYS after that of AT_MS. */
int64_t when_dutch_midnight(int64_t at_ms, int days);

#endif
