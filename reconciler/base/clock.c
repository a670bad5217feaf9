#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "reconciler/base/civil.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/base/clock.h"

enum {
	MINUTE_S = 60,
	HOUR_S = 3600,
	DAY_S = 86400,
	YEAR_MIN = 1970,
};

static const int64_t last_ms = 253402300799999; /* of the year 9999 */
static const int64_t ten_years_ms = INT64_C(3650) * DAY_S * 1000;

static int64_t read_ms(clockid_t id)
{
	struct timespec now = {0};

	/* It cannot fail with these two clocks of POSIX. */
	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_coarse_ms(void)
{
#ifdef CLOCK_MONOTONIC_COARSE
	return read_ms(CLOCK_MONOTONIC_COARSE);
#else
	return read_ms(CLOCK_MONOTONIC);
#endif
}

/* Takers: true and *at moved on, or false. */

static bool take_number(const char **at, int digits, int *out)
{
	int i, value = 0;

	for (i = 0; i < digits; i++) {
		char c = (*at)[i];

		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*at += digits;
	*out = value;
	return true;
}

static bool take_any(const char **at, const char *set)
{
	if (**at == '\0' || strchr(set, **at) == NULL)
		return false;
	(*at)++;
	return true;
}

static bool take_date(const char **at, struct civil *out)
{
	return take_number(at, 4, &out->year) && take_any(at, "-") &&
	       take_number(at, 2, &out->month) && take_any(at, "-") &&
	       take_number(at, 2, &out->day);
}

static bool take_time(const char **at, struct civil *out)
{
	return take_number(at, 2, &out->hour) && take_any(at, ":") &&
	       take_number(at, 2, &out->minute) && take_any(at, ":") &&
	       take_number(at, 2, &out->second);
}

static bool take_fraction(const char **at, int *out_ms)
{
	int digit, weight = 100, n = 0;

	*out_ms = 0;
	if (!take_any(at, "."))
		return true;
	while (take_number(at, 1, &digit)) {
		*out_ms += digit * weight;
		weight /= 10;
		n = 1;
	}
	return n > 0;
}

static bool take_offset(const char **at, int *out_s)
{
	int hours, minutes;
	bool west;

	*out_s = 0;
	if (take_any(at, "Zz"))
		return true;
	west = **at == '-';
	if (!take_any(at, "+-") || !take_number(at, 2, &hours) ||
	    !take_any(at, ":") || !take_number(at, 2, &minutes) || hours > 23 ||
	    minutes > 59)
		return false;
	*out_s = (hours * HOUR_S + minutes * MINUTE_S) * (west ? -1 : 1);
	return true;
}

int clock_parse(const char *text, int64_t *out_ms)
{
	struct civil c = {0};
	int64_t ms;
	int offset_s;

	if (text == NULL || !take_date(&text, &c) || !take_any(&text, "Tt ") ||
	    !take_time(&text, &c) || !take_fraction(&text, &c.ms) ||
	    !take_offset(&text, &offset_s) || *text != '\0' ||
	    !civil_is_real(&c) || c.year < YEAR_MIN)
		return ERR_BAD;
	if (c.second == 60)
		c.ms = 0;
	ms = civil_ms(&c) - (int64_t)offset_s * 1000;
	/* A leap second ends a day of UTC, wherever the clock hangs. */
	if (c.second == 60 && ms % ((int64_t)DAY_S * 1000) != 0)
		return ERR_BAD;
	if (ms < 0 || ms > last_ms)
		return ERR_BAD;
	*out_ms = ms;
	return 0;
}

int clock_parse_loose(const char *text, int64_t *out_ms)
{
	struct civil c = {0};
	int64_t s;

	if (clock_parse(text, out_ms) == 0)
		return 0;
	if (text == NULL)
		return ERR_BAD;
	if (text_is_digits(text, 1, SIZE_MAX)) {
		if (text_int(text, 0, last_ms / 1000, &s) != 0)
			return ERR_BAD;
		*out_ms = s * 1000;
		return 0;
	}
	if (!take_date(&text, &c) || *text != '\0' || !civil_is_real(&c) ||
	    c.year < YEAR_MIN)
		return ERR_BAD;
	*out_ms = civil_ms(&c);
	return 0;
}

/* Two digits and the byte behind them. Returns what is behind that. */
static char *put_two(char *at, int value, char end)
{
	at[0] = (char)('0' + value / 10);
	at[1] = (char)('0' + value % 10);
	at[2] = end;
	return at + 3;
}

const char *clock_format(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	struct civil c;
	char *at = out;

	out[0] = '\0';
	if (ms <= 0 || ms > last_ms)
		return out;
	civil_from_ms(ms, &c);
	at = put_two(at, c.year / 100, '\0') - 1;
	at = put_two(at, c.year % 100, '-');
	at = put_two(at, c.month, '-');
	at = put_two(at, c.day, 'T');
	at = put_two(at, c.hour, ':');
	at = put_two(at, c.minute, ':');
	at = put_two(at, c.second, c.ms != 0 ? '.' : 'Z');
	if (c.ms != 0) {
		at = put_two(at, c.ms / 10, (char)('0' + c.ms % 10));
		*at++ = 'Z';
	}
	*at = '\0';
	return out;
}

/* Durations. The largest unit comes last. */

static const struct unit {
	const char *name;
	int64_t ms;
} units[] = {
    {"ms", 1},
    {"s", 1000},
    {"m", INT64_C(1000) * MINUTE_S},
    {"h", INT64_C(1000) * HOUR_S},
    {"d", INT64_C(1000) * DAY_S},
    {"w", INT64_C(7000) * DAY_S},
};

enum { N_UNITS = sizeof(units) / sizeof(units[0]) };

int clock_parse_duration(const char *text, int64_t *out_ms)
{
	int64_t value = 0;
	int digit, n = 0, i;

	if (text == NULL)
		return ERR_BAD;
	while (take_number(&text, 1, &digit)) {
		value = value * 10 + digit;
		if (value > ten_years_ms)
			return ERR_BAD;
		n = 1;
	}
	for (i = 0; n > 0 && i < N_UNITS; i++) {
		if (!text_equal(text, units[i].name))
			continue;
		if (value > ten_years_ms / units[i].ms)
			return ERR_BAD;
		*out_ms = value * units[i].ms;
		return 0;
	}
	return ERR_BAD;
}

const char *clock_format_duration(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	int i = ms != 0 ? N_UNITS - 1 : 1;

	while (ms % units[i].ms != 0)
		i--;
	(void)snprintf(out, CLOCK_TEXT_MAX, "%lld%s",
	    (long long)(ms / units[i].ms), units[i].name);
	return out;
}

/* HTTP-date in its three forms (RFC 9110 section 5.6.7). */

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static bool take_text(const char **at, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

static bool take_weekday(const char **at, bool *out_long)
{
	static const char *const names[] = {"Monday", "Tuesday", "Wednesday",
	    "Thursday", "Friday", "Saturday", "Sunday"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		*out_long = take_text(at, names[i]);
		if (*out_long)
			return true;
		if (strncmp(*at, names[i], 3) == 0) {
			*at += 3;
			return true;
		}
	}
	return false;
}

static bool take_month(const char **at, int *out)
{
	int i;

	for (i = 0; i < 12; i++) {
		if (strncmp(*at, months + 3 * (size_t)i, 3) == 0) {
			*at += 3;
			*out = i + 1;
			return true;
		}
	}
	return false;
}

/* "06 Nov 1994 08:49:37 GMT" */
static bool take_imf(const char **at, struct civil *out)
{
	return take_number(at, 2, &out->day) && take_text(at, " ") &&
	       take_month(at, &out->month) && take_text(at, " ") &&
	       take_number(at, 4, &out->year) && take_text(at, " ") &&
	       take_time(at, out) && take_text(at, " GMT");
}

/* "06-Nov-94 08:49:37 GMT"; at most 50 years ahead, else in the past. */
static bool take_rfc850(const char **at, int64_t now_ms, struct civil *out)
{
	struct civil now;

	if (!take_number(at, 2, &out->day) || !take_text(at, "-") ||
	    !take_month(at, &out->month) || !take_text(at, "-") ||
	    !take_number(at, 2, &out->year) || !take_text(at, " ") ||
	    !take_time(at, out) || !take_text(at, " GMT"))
		return false;
	civil_from_ms(now_ms, &now);
	out->year += now.year / 100 * 100;
	if (out->year > now.year + 50)
		out->year -= 100;
	else if (out->year <= now.year - 50)
		out->year += 100;
	return true;
}

/* "Nov  6 08:49:37 1994" */
static bool take_asctime(const char **at, struct civil *out)
{
	bool day;

	if (!take_month(at, &out->month) || !take_text(at, " "))
		return false;
	day = take_text(at, " ") ? take_number(at, 1, &out->day)
				 : take_number(at, 2, &out->day);
	return day && take_text(at, " ") && take_time(at, out) &&
	       take_text(at, " ") && take_number(at, 4, &out->year);
}

static bool take_http_date(const char **at, int64_t now_ms, struct civil *out)
{
	bool is_long;

	if (!take_weekday(at, &is_long))
		return false;
	if (!take_text(at, ", "))
		return !is_long && take_text(at, " ") && take_asctime(at, out);
	return is_long ? take_rfc850(at, now_ms, out) : take_imf(at, out);
}

/* A wait beyond all sense is still a wait: it is cut, not refused. */
static bool take_seconds(const char **at, int64_t *out_ms)
{
	int64_t s = 0;
	int digit, n = 0;

	while (take_number(at, 1, &digit)) {
		s = s * 10 + digit;
		if (s > ten_years_ms / 1000)
			s = ten_years_ms / 1000;
		n = 1;
	}
	*out_ms = s * 1000;
	return n > 0;
}

int clock_parse_http(const char *text, int64_t now_ms, int64_t *out_ms)
{
	struct civil c = {0};
	int64_t ms;
	bool date = false;

	if (text == NULL || now_ms < 0 || now_ms > last_ms)
		return ERR_BAD;
	while (take_any(&text, " \t"))
		;
	if (!take_seconds(&text, &ms)) {
		date = take_http_date(&text, now_ms, &c) && civil_is_real(&c);
		if (!date)
			return ERR_BAD;
		ms = civil_ms(&c) - now_ms;
	}
	while (take_any(&text, " \t"))
		;
	if (*text != '\0')
		return ERR_BAD;
	*out_ms = ms > 0 ? ms : 0;
	return 0;
}
