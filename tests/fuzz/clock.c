/*
 * Any text as a time, a duration and a wait: what is read is in range, and what
 * is written of it is read back as the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/clock.h"

enum { INPUT_MAX = 256 };

static const int64_t last_ms = 253402300799999;
static const int64_t ten_years_ms = 315360000000;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(int promise)
{
	if (!promise)
		abort();
}

static void try_time(const char *text)
{
	char out[CLOCK_TEXT_MAX];
	int64_t ms, again;

	if (clock_parse(text, &ms) == 0) {
		hold(clock_parse_loose(text, &again) == 0 && again == ms);
		/* None is written as nothing. */
		hold(
		    ms == 0 || clock_parse(clock_format(ms, out), &again) == 0);
		hold(ms == 0 || again == ms);
	}
	if (clock_parse_loose(text, &ms) == 0)
		hold(ms >= 0 && ms <= last_ms);
}

static void try_duration(const char *text)
{
	char out[CLOCK_TEXT_MAX];
	int64_t ms, again;

	if (clock_parse_duration(text, &ms) != 0)
		return;
	hold(ms >= 0 && ms <= ten_years_ms);
	hold(clock_parse_duration(clock_format_duration(ms, out), &again) == 0);
	hold(again == ms);
	hold(strlen(out) <= strlen(text));
}

static void try_any_ms(const uint8_t *data, size_t size)
{
	char out[CLOCK_TEXT_MAX];
	int64_t ms, again;

	if (size < sizeof(ms))
		return;
	memcpy(&ms, data, sizeof(ms));
	(void)clock_format_duration(ms, out);
	(void)clock_format(ms, out);
	hold((out[0] != '\0') == (ms > 0 && ms <= last_ms));
	if (out[0] != '\0')
		hold(clock_parse(out, &again) == 0 && again == ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[INPUT_MAX + 1];
	int64_t ms;

	try_any_ms(data, size);
	if (size > INPUT_MAX)
		size = INPUT_MAX;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	try_time(text);
	try_duration(text);
	if (clock_parse_http(text, 1795323600000, &ms) == 0)
		hold(ms >= 0);
	return 0;
}
