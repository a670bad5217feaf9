/*
 * Time. Everywhere: int64_t milliseconds UTC since 1970, 0 means "none".
 * Wall time is for what is written down, monotonic time for every wait.
 */
#ifndef TRUEUP_BASE_CLOCK_H
#define TRUEUP_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

enum { CLOCK_TEXT_MAX = 32 }; /* "2026-11-22T05:00:00.123Z" and its NUL */

/* clock_wall_ms(): now, UTC. clock_mono_ms(): never steps; for waits only. */
int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);
/* clock_coarse_ms(): as clock_mono_ms, some milliseconds late, for less. */
int64_t clock_coarse_ms(void);

/*
 * clock_parse(text, out): an RFC 3339 date-time (section 5.6) with offset:
 * `2017-11-10T03:43:23+01:00`, `…Z`, optional fraction (cut to milliseconds),
 * `t`/`z`/blank as separator allowed as there. Years 1970 to 9999, real
 * calendar dates only; leap second 60 (of a day's last minute in UTC) is read
 * as the next second's start. An offset is required: local time without one is
 * refused. 0, or ERR_BAD.
 */
int clock_parse(const char *text, int64_t *out_ms);

/*
 * clock_parse_loose(text, out): as clock_parse, or a plain date `YYYY-MM-DD`
 * (UTC midnight), or seconds since the epoch (`--at` of the command line).
 */
int clock_parse_loose(const char *text, int64_t *out_ms);

/*
 * clock_format(ms, out): RFC 3339 UTC with `Z`, sub-second digits (three) only
 * when not zero; "" for 0 and what lies outside the years 1970 to 9999. Returns
 * out.
 */
const char *clock_format(int64_t ms, char out[CLOCK_TEXT_MAX]);

/*
 * clock_parse_duration(text, out): a whole number with one unit `ms s m h d w`
 * ("250ms", "24h", "7d"), at most ten years; 0, or ERR_BAD.
 */
int clock_parse_duration(const char *text, int64_t *out_ms);

/* clock_format_duration(ms, out): the shortest exact form of the same. */
const char *clock_format_duration(int64_t ms, char out[CLOCK_TEXT_MAX]);

/*
 * clock_parse_http(text, now_ms, out): the value of Retry-After (RFC 9110
 * section 10.2.3): seconds, or an HTTP-date of which the distance to now is
 * taken (never negative). Seconds are cut to ten years. 0 and *out_ms, or
 * ERR_BAD.
 */
int clock_parse_http(const char *text, int64_t now_ms, int64_t *out_ms);

#endif
