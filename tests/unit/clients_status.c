/* client.c: what plain HTTP says, before any body is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"

#include "clients/client.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct status_case {
	int status;
	enum verdict verdict; /* TRUTH: read on */
	bool gone_for_sure;
};

static const struct status_case statuses[] = {
    {200, VERDICT_TRUTH, false},
    {201, VERDICT_TRUTH, false},
    {204, VERDICT_TRUTH, false},
    {299, VERDICT_TRUTH, false},
    {401, VERDICT_BARRED, false},
    {403, VERDICT_BARRED, false},
    {404, VERDICT_GONE, false},
    {410, VERDICT_GONE, true},
    {408, VERDICT_LATER, false},
    {425, VERDICT_LATER, false},
    {429, VERDICT_LATER, false},
    {500, VERDICT_LATER, false},
    {503, VERDICT_LATER, false},
    {599, VERDICT_LATER, false},
    {0, VERDICT_GARBLED, false},
    {-1, VERDICT_GARBLED, false},
    {100, VERDICT_GARBLED, false},
    {301, VERDICT_GARBLED, false},
    {302, VERDICT_GARBLED, false},
    {304, VERDICT_GARBLED, false},
    {400, VERDICT_GARBLED, false},
    {402, VERDICT_GARBLED, false},
    {405, VERDICT_GARBLED, false},
    {422, VERDICT_GARBLED, false},
    {600, VERDICT_GARBLED, false},
};

/* With room for a text and without. */
static void check_status(const struct status_case *c, size_t arena_max)
{
	const struct client_reply reply = {.status = c->status};
	struct client_reading reading;
	struct arena arena;
	bool read_on;

	memset(&reading, 0, sizeof(reading));
	arena_init(&arena, arena_max);
	read_on = client_read_status(&reply, &arena, &reading);
	assert_int_equal(read_on, c->verdict == VERDICT_TRUTH);
	if (!read_on) {
		assert_int_equal(reading.verdict, c->verdict);
		assert_int_equal(reading.gone_for_sure, c->gone_for_sure);
		assert_non_null(reading.cause);
	}
	arena_fini(&arena);
}

static void test_statuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		check_status(&statuses[i], 1024);
		check_status(&statuses[i], 0);
	}
}

static void test_media(void **state)
{
	(void)state;
	assert_true(client_media_is("application/json", "application/json"));
	assert_true(client_media_is("Application/JSON", "application/json"));
	assert_true(client_media_is(
	    "application/json;charset=utf-8", "application/json"));
	assert_true(client_media_is(
	    " application/json ; charset=utf-8", "application/json"));
	assert_false(client_media_is(NULL, "application/json"));
	assert_false(client_media_is("", "application/json"));
	assert_false(client_media_is("application/jso", "application/json"));
	assert_false(client_media_is("application/jsonp", "application/json"));
	assert_false(
	    client_media_is("application/json, text/html", "application/json"));
	assert_false(client_media_is("text/json", "application/json"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_statuses),
	    cmocka_unit_test(test_media),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
