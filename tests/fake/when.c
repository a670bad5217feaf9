#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/fake/text.h"
#include "tests/fake/when.h"

enum { DAY_S = 86400 };

int64_t when_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t when_mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days since the epoch of a Gregorian date, counted from 1 March 0000. */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return y * 365 + floor_div(y, 4) - floor_div(y, 100) +
	       floor_div(y, 400) + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static int year_of(int64_t at_s)
{
	time_t t = (time_t)at_s;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL)
		return 1970;
	return tm.tm_year + 1900;
}

/* 01:00 UTC of the last Sunday of a month that has 31 days. */
static int64_t last_sunday_s(int year, int month)
{
	int64_t day = days_of(year, month, 31);
	int64_t weekday = (day % 7 + 11) % 7; /* day 0 was a Thursday: 4 */

	return (day - weekday) * DAY_S + 3600;
}

int when_dutch_offset_s(int64_t at_ms)
{
	int64_t at_s = floor_div(at_ms, 1000);
	int year = year_of(at_s);

	if (at_s >= last_sunday_s(year, 3) && at_s < last_sunday_s(year, 10))
		return 7200;
	return 3600;
}

void when_dutch(int64_t at_ms, char *out, size_t out_bytes)
{
	int offset_s = when_dutch_offset_s(at_ms);
	time_t local = (time_t)(floor_div(at_ms, 1000) + offset_s);
	struct tm tm;

	if (gmtime_r(&local, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	text_print(out, out_bytes, "%04d-%02d-%02dT%02d:%02d:%02d+0%d:00",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, offset_s / 3600);
}

void when_utc(int64_t at_ms, char *out, size_t out_bytes)
{
	time_t at = (time_t)floor_div(at_ms, 1000);
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	text_print(out, out_bytes, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, (int)(at_ms - floor_div(at_ms, 1000) * 1000));
}

/* The midnight itself decides which offset holds, not the time of day. */
static int64_t midnight_of_day(int64_t day)
{
	int64_t utc_ms = day * DAY_S * 1000;

	return utc_ms - (int64_t)when_dutch_offset_s(utc_ms - 3600000) * 1000;
}

int64_t when_dutch_midnight(int64_t at_ms, int days)
{
	int64_t local_s = floor_div(at_ms, 1000) + when_dutch_offset_s(at_ms);

	return midnight_of_day(floor_div(local_s, DAY_S) + days);
}

static int64_t unit_ms(const char *unit)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000},
	    {"d", 86400000}};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit, units[i].name) == 0)
			return units[i].ms;
	}
	return 0;
}

static bool parse_relative(const char *text, int64_t now_ms, int64_t *out)
{
	char *end = NULL;
	long long n = strtoll(text, &end, 10);
	int64_t unit = end == text ? 0 : unit_ms(end);

	if (unit == 0 || n > 100000000 || n < -100000000)
		return false;
	*out = now_ms + (int64_t)n * unit;
	return true;
}

/* Reads exactly N digits. */
static bool digits(const char **at, int n, int *out)
{
	*out = 0;
	while (n-- > 0) {
		if (**at < '0' || **at > '9')
			return false;
		*out = *out * 10 + (*(*at)++ - '0');
	}
	return true;
}

static bool literal(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* "Z", or a sign and "hh:mm". */
static bool parse_zone(const char *text, int *out)
{
	int hours, minutes;
	int sign = *text == '-' ? -1 : 1;

	*out = 0;
	if (strcmp(text, "Z") == 0)
		return true;
	if ((!literal(&text, '+') && !literal(&text, '-')) ||
	    !digits(&text, 2, &hours) || !literal(&text, ':') ||
	    !digits(&text, 2, &minutes) || *text != '\0')
		return false;
	*out = (hours * 3600 + minutes * 60) * sign;
	return true;
}

/* "Thh:mm:ss", a fraction or none, and a zone. */
static bool parse_clock(const char *text, int64_t *out)
{
	int h, m, s, zone_s, digit;
	int milli = 0, width = 100;

	if (!literal(&text, 'T') || !digits(&text, 2, &h) ||
	    !literal(&text, ':') || !digits(&text, 2, &m) ||
	    !literal(&text, ':') || !digits(&text, 2, &s))
		return false;
	if (literal(&text, '.')) {
		while (digits(&text, 1, &digit)) {
			milli += digit * width;
			width /= 10;
		}
	}
	if (!parse_zone(text, &zone_s))
		return false;
	*out = ((int64_t)h * 3600 + m * 60 + s - zone_s) * 1000 + milli;
	return true;
}

bool when_parse(const char *text, int64_t now_ms, int64_t *out)
{
	int year, month, day;
	int64_t in_day_ms;

	if (*text == '+' || *text == '-')
		return parse_relative(text, now_ms, out);
	if (!digits(&text, 4, &year) || !literal(&text, '-') ||
	    !digits(&text, 2, &month) || !literal(&text, '-') ||
	    !digits(&text, 2, &day) || month < 1 || month > 12 || day < 1 ||
	    day > 31)
		return false;
	if (*text == '\0') {
		*out = midnight_of_day(days_of(year, month, day));
		return true;
	}
	if (!parse_clock(text, &in_day_ms))
		return false;
	*out = days_of(year, month, day) * DAY_S * 1000 + in_day_ms;
	return true;
}

bool when_read(const json_t *value, int64_t now_ms, int64_t *out)
{
	if (json_is_number(value)) {
		*out = (int64_t)(json_number_value(value) * 1000.0);
		return true;
	}
	return json_is_string(value) &&
	       when_parse(json_string_value(value), now_ms, out);
}
