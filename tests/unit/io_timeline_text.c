/* A timeline in letters, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/timeline.h"
#include "reconciler/io/timeline_text.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define AT(hours) (INT64_C(1795323600000) + (hours)*INT64_C(3600000))

static const struct timeline_piece access_pieces[] = {
    {AT(0), AT(40), TIMELINE_FULL, TIMELINE_KNOWN, "yes", NULL},
    {AT(40), AT(50), TIMELINE_NONE, TIMELINE_KNOWN, "no", NULL},
    {AT(50), AT(80), TIMELINE_FULL, TIMELINE_KNOWN, "yes", NULL},
    {AT(80), AT(100), TIMELINE_FULL, TIMELINE_FORESEEN, "yes", NULL},
    {AT(100), INT64_MAX, TIMELINE_NONE, TIMELINE_FORESEEN, "no", NULL}};
static const struct timeline_piece object_pieces[] = {
    {AT(0), AT(20), TIMELINE_FULL, TIMELINE_KNOWN, "active", "active"},
    {AT(20), AT(40), TIMELINE_PART, TIMELINE_BETWEEN, "paused", "p"},
    {AT(40), AT(50), TIMELINE_PART, TIMELINE_KNOWN, "paused", "p"},
    {AT(50), AT(80), TIMELINE_DARK, TIMELINE_KNOWN, "unknown", "x"},
    {AT(80), AT(100), TIMELINE_DARK, TIMELINE_FORESEEN, "unknown", "x"},
    {AT(100), INT64_MAX, TIMELINE_NONE, TIMELINE_FORESEEN, "ended", NULL}};

static const char golden_80[] =
    "entitled\n"
    "|=yes=======================|.no......|=yes=============| yes = = = = | "
    "no  . .\n"
    "shop subscription \?[2Jd\?\xc3"
    "\xa9"
    "mo-1\n"
    "|=active======|/////////////|~paused~~|\?unknown\?\?\?\?\?\?\?\?\?| "
    "unknown \? \? | ended .\n"
    "                                                        ^ now\n"
    "2026-11-22T05:00:00Z                                        "
    "2026-11-26T17:20:00Z\n"
    "= access  ~ on its way  . none  \? unknown  / since some moment here\n"
    "= = foreseen  long times are shortened\n";

static const char golden_40[] =
    "entitled\n"
    "|=yes=========|.no.|=yes====| yes =| no\n"
    "shop subscription \?[2Jd\?\xc3"
    "\xa9"
    "mo-1\n"
    "|======|//////|~~~~|\?\?\?\?\?\?\?\?| \? \? \?| . .\n"
    "                            ^ now\n"
    "2026-11-22                    2026-11-26\n"
    "= access  ~ on its way  . none\n"
    "\? unknown  / since some moment here\n"
    "= = foreseen  long times are shortened\n";

struct drawn {
	struct arena arena;
	struct timeline timeline;
	struct timeline_row rows[2];
};

static int setup(void **state)
{
	struct drawn *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return -1;
	arena_init(&d->arena, 1 << 16);
	d->rows[0] = (struct timeline_row){.is_access = true,
	    .pieces = access_pieces,
	    .n = COUNT(access_pieces)};
	d->rows[1] = (struct timeline_row){
	    .object = {"shop", "subscription", "\x1b[2Jd\xc2\x9b\xc3\xa9mo-1"},
	    .pieces = object_pieces,
	    .n = COUNT(object_pieces)};
	*state = d;
	return timeline_make(d->rows, 2, AT(80), &d->arena, &d->timeline);
}

static int teardown(void **state)
{
	struct drawn *d = *state;

	arena_fini(&d->arena);
	free(d);
	return 0;
}

/* What it prints; to be freed. */
static char *print(const struct drawn *d, int columns, bool colours)
{
	const struct timeline_text text = {columns, colours};
	char *printed = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&printed, &len);

	assert_non_null(file);
	timeline_text_print(&d->timeline, &text, file);
	assert_int_equal(fclose(file), 0);
	return printed;
}

static void expect(const char *got, const char *wanted)
{
	if (strcmp(got, wanted) != 0)
		fail_msg("got:\n%s\nwanted:\n%s", got, wanted);
}

static void test_plain(void **state)
{
	char *wide = print(*state, 80, false);
	char *narrow = print(*state, 40, false);

	expect(wide, golden_80);
	expect(narrow, golden_40);
	free(wide);
	free(narrow);
}

/* Without its colours it says the same. */
static void test_colours(void **state)
{
	char *coloured = print(*state, 80, true);
	char *to = coloured;

	assert_non_null(strstr(coloured, "\033[32m"));
	assert_null(strstr(coloured, "\033[2J"));
	for (const char *at = coloured; *at != '\0';) {
		if (*at == '\033')
			at += strcspn(at, "m") + 1;
		else
			*to++ = *at++;
	}
	*to = '\0';
	expect(coloured, golden_80);
	free(coloured);
}

static size_t columns_of(const char *line)
{
	size_t n = 0;

	for (; *line != '\n'; line++)
		n += ((unsigned char)*line & 0xC0) != 0x80;
	return n;
}

static void test_no_line_is_longer(void **state)
{
	for (int columns = TIMELINE_TEXT_LEAST; columns <= TIMELINE_TEXT_MOST;
	     columns++) {
		char *printed = print(*state, columns, false);

		for (const char *at = printed; *at != '\0';
		     at = strchr(at, '\n') + 1)
			assert_true(columns_of(at) <= (size_t)columns);
		free(printed);
	}
}

static void test_nothing_is_nothing(void **state)
{
	struct drawn *d = *state;
	char *printed;

	d->timeline.n = 0;
	printed = print(d, 80, true);
	assert_string_equal(printed, "");
	free(printed);
}

static void test_what_is_no_terminal(void **state)
{
	struct timeline_text text;
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	timeline_text_of(file, &text);
	assert_int_equal(text.columns, TIMELINE_TEXT_COLUMNS);
	assert_false(text.colours);
	(void)fclose(file);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(test_plain),
	    CASE(test_colours),
	    CASE(test_no_line_is_longer),
	    CASE(test_nothing_is_nothing),
	    CASE(test_what_is_no_terminal),
	};

	return cmocka_run_group_tests_name(
	    "io_timeline_text", tests, NULL, NULL);
}
