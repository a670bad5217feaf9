/* Times and durations in text. Expected seconds are those of date(1). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"

enum { UNTOUCHED = -77 };

static const struct {
	const char *text;
	int64_t ms;
} good_times[] = {
    {"2017-11-10T03:43:23+01:00", 1510281803000},
    {"2026-11-22T05:00:00Z", 1795323600000},
    {"2026-11-22t05:00:00z", 1795323600000},
    {"2026-11-22 05:00:00Z", 1795323600000},
    {"2026-11-22T05:00:00+00:00", 1795323600000},
    {"2026-11-22T05:00:00-00:00", 1795323600000},
    {"2026-11-22T05:00:00.1Z", 1795323600100},
    {"2026-11-22T05:00:00.12Z", 1795323600120},
    {"2026-11-22T05:00:00.123Z", 1795323600123},
    {"2026-11-22T05:00:00.9999Z", 1795323600999},
    {"2026-11-22T05:00:00.0009Z", 1795323600000},
    {"2026-11-22T05:00:00.123456789012345678901234567890+00:00", 1795323600123},
    {"2000-02-29T12:00:00Z", 951825600000},
    {"2100-03-01T00:00:00Z", 4107542400000},
    {"2024-02-29T23:30:00-02:00", 1709256600000},
    {"2026-01-01T00:30:00+02:00", 1767220200000},
    {"2026-06-15T12:00:00+05:45", 1781504100000},
    {"2038-01-19T03:14:08Z", 2147483648000},
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:01Z", 1000},
    {"1970-01-01T05:00:00+05:00", 0},
    {"9999-12-31T23:59:59.999Z", 253402300799999},
    {"2026-01-01T00:00:00+23:59", 1767139260000},
    {"2026-01-01T00:00:00-23:59", 1767311940000},
    /* A leap second, in three zones; its fraction is gone with it. */
    {"2016-12-31T23:59:60Z", 1483228800000},
    {"2016-12-31T23:59:60.75Z", 1483228800000},
    {"2017-01-01T00:59:60+01:00", 1483228800000},
    {"2016-12-31T18:29:60-05:30", 1483228800000},
};

static const char *const bad_times[] = {
    NULL,
    "",
    "T",
    "now",
    "2026",
    "2026-11-22",
    "2026-11-22T05:00:00", /* local time */
    "2026-11-22 05:00:00",
    "2026-11-22T05:00:00.5",
    "2026-11-22T05:00Z",
    "2026-11-22TZ",
    "2026-11-22T05:00:00ZZ",
    "2026-11-22T05:00:00Z ",
    " 2026-11-22T05:00:00Z",
    "2026-11-22T05:00:00Z\n",
    "2026-11-22  05:00:00Z",
    "2026-11-22_05:00:00Z",
    "2026-11-22T05:00:00 Z",
    "2026-11-22T05:00:00.Z",
    "2026-11-22T05:00:00,5Z",
    "2026-11-22T05:00:00+1:00",
    "2026-11-22T05:00:00+0100",
    "2026-11-22T05:00:00+01",
    "2026-11-22T05:00:00+01:0",
    "2026-11-22T05:00:00+01:000",
    "2026-11-22T05:00:00+24:00",
    "2026-11-22T05:00:00+00:60",
    "2026-11-22T05:00:00UTC",
    "2026-11-22T24:00:00Z",
    "2026-11-22T23:60:00Z",
    "2026-11-22T23:59:61Z",
    "2026-11-22T12:00:60Z", /* no leap second at noon */
    "2016-12-31T23:59:60+01:00",
    "2026-00-22T05:00:00Z",
    "2026-13-22T05:00:00Z",
    "2026-11-00T05:00:00Z",
    "2026-11-31T05:00:00Z",
    "2026-01-32T05:00:00Z",
    "2026-02-29T05:00:00Z",
    "2100-02-29T05:00:00Z", /* a century is no leap year */
    "2024-02-30T05:00:00Z",
    "1969-12-31T23:59:59Z",
    "1969-12-31T23:30:00-01:00",
    "1970-01-01T00:30:00+01:00", /* before the epoch in UTC */
    "9999-12-31T23:59:59-00:01", /* after the last year in UTC */
    "9999-12-31T23:59:60Z",
    "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "026-11-22T05:00:00Z",
    "-2026-11-22T05:00:00Z",
    "+2026-11-22T05:00:00Z",
    "2026-1-22T05:00:00Z",
    "2026-11-2T05:00:00Z",
    "2026-11-22T5:00:00Z",
    "2026/11/22T05:00:00Z",
    "20261122T050000Z",
    "2026-11-22T0x:00:00Z",
    "2026-11-22T05:00:-1Z",
    "\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa6-11-22T05:00:00Z",
};

static void parses_times(void **state)
{
	size_t i;
	int64_t ms;

	(void)state;
	for (i = 0; i < sizeof(good_times) / sizeof(good_times[0]); i++) {
		ms = UNTOUCHED;
		if (clock_parse(good_times[i].text, &ms) != 0 ||
		    ms != good_times[i].ms)
			fail_msg("%s: %lld", good_times[i].text, (long long)ms);
		ms = UNTOUCHED;
		if (clock_parse_loose(good_times[i].text, &ms) != 0 ||
		    ms != good_times[i].ms)
			fail_msg("loose %s: %lld", good_times[i].text,
			    (long long)ms);
	}
}

static void refuses_times(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_times) / sizeof(bad_times[0]); i++) {
		int64_t ms = UNTOUCHED;

		if (clock_parse(bad_times[i], &ms) != ERR_BAD ||
		    ms != UNTOUCHED)
			fail_msg("row %zu (%s): %lld", i, bad_times[i],
			    (long long)ms);
	}
}

static const struct {
	const char *text;
	int rc;
	int64_t ms;
} loose_times[] = {
    {"2026-11-22", 0, 1795305600000},
    {"1970-01-02", 0, 86400000},
    {"9999-12-31", 0, 253402214400000},
    {"0", 0, 0},
    {"1795323600", 0, 1795323600000},
    {"253402300799", 0, 253402300799000},
    {"253402300800", ERR_BAD, 0},
    {"99999999999999999999999", ERR_BAD, 0},
    {"-1", ERR_BAD, 0},
    {"1.5", ERR_BAD, 0},
    {"1969-12-31", ERR_BAD, 0},
    {"2026-02-29", ERR_BAD, 0},
    {"2026-11-22T", ERR_BAD, 0},
    {"2026-11-22 ", ERR_BAD, 0},
    {"2026-11-22T05:00:00", ERR_BAD, 0},
    {"", ERR_BAD, 0},
    {NULL, ERR_BAD, 0},
};

static void parses_loose(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(loose_times) / sizeof(loose_times[0]); i++) {
		int64_t ms = UNTOUCHED;
		int rc = clock_parse_loose(loose_times[i].text, &ms);

		if (rc != loose_times[i].rc ||
		    ms != (rc == 0 ? loose_times[i].ms : UNTOUCHED))
			fail_msg("row %zu (%s): %d %lld", i,
			    loose_times[i].text, rc, (long long)ms);
	}
}

static const struct {
	int64_t ms;
	const char *text;
} formatted[] = {
    {0, ""},
    {-1, ""},
    {INT64_MIN, ""},
    {INT64_MAX, ""},
    {253402300800000, ""},
    {1, "1970-01-01T00:00:00.001Z"},
    {1000, "1970-01-01T00:00:01Z"},
    {1795323600000, "2026-11-22T05:00:00Z"},
    {1795323600120, "2026-11-22T05:00:00.120Z"},
    {951825600000, "2000-02-29T12:00:00Z"},
    {253402300799999, "9999-12-31T23:59:59.999Z"},
};

static void formats(void **state)
{
	char out[CLOCK_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(formatted) / sizeof(formatted[0]); i++) {
		const char *text = clock_format(formatted[i].ms, out);

		if (text != out || strcmp(text, formatted[i].text) != 0)
			fail_msg("row %zu: %s", i, text);
	}
}

/* Every few days of eight thousand years, against the C library's calendar. */
static void agrees_with_the_library(void **state)
{
	const int64_t step_ms = INT64_C(273737373), end = 253402300799999;
	char ours[CLOCK_TEXT_MAX], theirs[CLOCK_TEXT_MAX];
	int64_t ms, back;

	(void)state;
	for (ms = 1; ms <= end; ms += step_ms) {
		time_t s = (time_t)(ms / 1000);
		struct tm tm;

		assert_non_null(gmtime_r(&s, &tm));
		assert_int_equal(
		    strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%S", &tm),
		    19);
		if (strncmp(clock_format(ms, ours), theirs, 19) != 0)
			fail_msg(
			    "%lld: %s, not %s", (long long)ms, ours, theirs);
		if (clock_parse(ours, &back) != 0 || back != ms)
			fail_msg("%s: not the way back", ours);
	}
}

static const struct {
	const char *text;
	int rc;
	int64_t ms;
	const char *shortest;
} durations[] = {
    {"250ms", 0, 250, "250ms"},
    {"1s", 0, 1000, "1s"},
    {"90s", 0, 90000, "90s"},
    {"60s", 0, 60000, "1m"},
    {"1000ms", 0, 1000, "1s"},
    {"5m", 0, 300000, "5m"},
    {"24h", 0, 86400000, "1d"},
    {"36h", 0, 129600000, "36h"},
    {"7d", 0, 604800000, "1w"},
    {"2w", 0, 1209600000, "2w"},
    {"0s", 0, 0, "0s"},
    {"0w", 0, 0, "0s"},
    {"007d", 0, 604800000, "1w"},
    {"3650d", 0, 315360000000, "3650d"},
    {"3651d", ERR_BAD, 0, NULL},
    {"521w", 0, 315100800000, "521w"},
    {"522w", ERR_BAD, 0, NULL},
    {"315360000000ms", 0, 315360000000, "3650d"},
    {"315360000001ms", ERR_BAD, 0, NULL},
    {"99999999999999999999w", ERR_BAD, 0, NULL},
    {"5", ERR_BAD, 0, NULL},
    {"h", ERR_BAD, 0, NULL},
    {"", ERR_BAD, 0, NULL},
    {NULL, ERR_BAD, 0, NULL},
    {"5 m", ERR_BAD, 0, NULL},
    {" 5m", ERR_BAD, 0, NULL},
    {"5m ", ERR_BAD, 0, NULL},
    {"-5m", ERR_BAD, 0, NULL},
    {"+5m", ERR_BAD, 0, NULL},
    {"1.5h", ERR_BAD, 0, NULL},
    {"1h30m", ERR_BAD, 0, NULL},
    {"5M", ERR_BAD, 0, NULL},
    {"5y", ERR_BAD, 0, NULL},
    {"5mss", ERR_BAD, 0, NULL},
};

static void parses_durations(void **state)
{
	char out[CLOCK_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		int64_t ms = UNTOUCHED;
		int rc = clock_parse_duration(durations[i].text, &ms);

		if (rc != durations[i].rc ||
		    ms != (rc == 0 ? durations[i].ms : UNTOUCHED))
			fail_msg("row %zu (%s): %d %lld", i, durations[i].text,
			    rc, (long long)ms);
		if (rc == 0 && strcmp(clock_format_duration(ms, out),
				   durations[i].shortest) != 0)
			fail_msg("row %zu: %s", i, out);
	}
	assert_string_equal(clock_format_duration(-5000, out), "-5s");
	assert_string_equal(
	    clock_format_duration(INT64_MIN, out), "-9223372036854775808ms");
}

/* Now is 1994-11-06T08:49:00Z in all of them: 37 seconds before RFC 9110's. */
static const int64_t http_now_ms = 784111740000;

static const struct {
	const char *text;
	int rc;
	int64_t ms;
} http_waits[] = {
    {"0", 0, 0},
    {"120", 0, 120000},
    {" 120 ", 0, 120000},
    {"99999999999999999999999", 0, 315360000000},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 0, 37000},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 0, 37000},
    {"Sun Nov  6 08:49:37 1994", 0, 37000},
    {"Wed Nov 16 08:49:37 1994", 0, 864037000},
    {"Sun, 06 Nov 1994 08:49:00 GMT", 0, 0},
    {"Sun, 06 Nov 1994 08:48:59 GMT", 0, 0},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0, 0},
    {"Mon, 01 Jan 1900 00:00:00 GMT", 0, 0},
    {"Sat, 01-Jan-44 00:00:00 GMT", ERR_BAD, 0},
    {"Saturday, 01-Jan-44 00:00:00 GMT", 0, 1551107460000},
    {"Sunday, 01-Jan-45 00:00:00 GMT", 0, 0},		   /* 51 years: 1945 */
    {"Saturday, 01-Jan-00 00:00:00 GMT", 0, 162573060000}, /* 2000 */
    {"", ERR_BAD, 0},
    {NULL, ERR_BAD, 0},
    {"-1", ERR_BAD, 0},
    {"1.5", ERR_BAD, 0},
    {"120s", ERR_BAD, 0},
    {"soon", ERR_BAD, 0},
    {"Sun, 06 Nov 1994 08:49:37", ERR_BAD, 0},
    {"Sun, 06 Nov 1994 08:49:37 UTC", ERR_BAD, 0},
    {"Sun, 06 Nov 1994 08:49:37 +0000", ERR_BAD, 0},
    {"Sun, 06 Nov 1994 08:49:37 GMTx", ERR_BAD, 0},
    {"Sun, 6 Nov 1994 08:49:37 GMT", ERR_BAD, 0},
    {"Sun, 31 Nov 1994 08:49:37 GMT", ERR_BAD, 0},
    {"Sun, 06 Nov 1994 24:49:37 GMT", ERR_BAD, 0},
    {"Sun, 06 nov 1994 08:49:37 GMT", ERR_BAD, 0},
    {"Son, 06 Nov 1994 08:49:37 GMT", ERR_BAD, 0},
    {"06 Nov 1994 08:49:37 GMT", ERR_BAD, 0},
    {"Sun Nov 6 08:49:37 1994", ERR_BAD, 0},
    {"Sunday Nov  6 08:49:37 1994", ERR_BAD, 0},
    {"Sunday, 06 Nov 1994 08:49:37 GMT", ERR_BAD, 0},
    {"1994-11-06T08:49:37Z", ERR_BAD, 0},
};

static void parses_retry_after(void **state)
{
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(http_waits) / sizeof(http_waits[0]); i++) {
		int rc;

		ms = UNTOUCHED;
		rc = clock_parse_http(http_waits[i].text, http_now_ms, &ms);
		if (rc != http_waits[i].rc ||
		    ms != (rc == 0 ? http_waits[i].ms : UNTOUCHED))
			fail_msg("row %zu (%s): %d %lld", i, http_waits[i].text,
			    rc, (long long)ms);
	}
	assert_int_equal(clock_parse_http("1", -1, &ms), ERR_BAD);
	assert_int_equal(clock_parse_http("1", INT64_MAX, &ms), ERR_BAD);
}

static void reads_the_clocks(void **state)
{
	int64_t mono = clock_mono_ms();

	(void)state;
	/* After this was written, and before the four digits end. */
	assert_true(clock_wall_ms() > INT64_C(1700000000000));
	assert_true(clock_wall_ms() < INT64_C(253402300800000));
	assert_true(clock_mono_ms() >= mono);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses_times),
	    cmocka_unit_test(refuses_times),
	    cmocka_unit_test(parses_loose),
	    cmocka_unit_test(formats),
	    cmocka_unit_test(agrees_with_the_library),
	    cmocka_unit_test(parses_durations),
	    cmocka_unit_test(parses_retry_after),
	    cmocka_unit_test(reads_the_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
