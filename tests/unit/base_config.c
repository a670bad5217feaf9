/* What a file may say, and that every refusal names its place. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/config.h"
#include "reconciler/base/err.h"

struct sample {
	const char *mode, *path;
	bool on;
	int64_t count;
	double rate;
	int64_t wait_ms;
	uint64_t body;
	struct config_durations again;
};

static const struct config_key keys[] = {
    {.name = "mode",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct sample, mode),
	.allowed = "live|test"},
    {.name = "path",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct sample, path)},
    {.name = "on", .type = CONFIG_BOOL, .offset = offsetof(struct sample, on)},
    {.name = "count",
	.type = CONFIG_INT,
	.offset = offsetof(struct sample, count),
	.min = -1,
	.max = 3e9},
    {.name = "rate",
	.type = CONFIG_REAL,
	.offset = offsetof(struct sample, rate),
	.min = 0.5,
	.max = 100},
    {.name = "wait",
	.type = CONFIG_DURATION,
	.offset = offsetof(struct sample, wait_ms),
	.min = 1000,
	.max = 86400000},
    {.name = "body",
	.type = CONFIG_SIZE,
	.offset = offsetof(struct sample, body),
	.min = 1024,
	.max = 1048576},
    {.name = "again",
	.type = CONFIG_DURATIONS,
	.offset = offsetof(struct sample, again),
	.min = 1000,
	.max = 86400000},
};

enum { N_KEYS = sizeof(keys) / sizeof(keys[0]) };

static const char *const groups[] = {"inner", "items", NULL};

static int fill_text(const char *text, struct sample *out, struct err_text *err)
{
	struct config *config;
	int rc;

	err->text[0] = '\0';
	rc = config_open_text(text, "t.conf", &config, err);
	if (rc != 0) {
		assert_null(config);
		return rc;
	}
	rc = config_fill(config_root(config), keys, N_KEYS, groups, out, err);
	config_close(config);
	return rc;
}

/* Each of these fails, with this text. */
static const struct {
	const char *text, *cause;
} refused[] = {
    {"zz = 1;",
	"t.conf:1: zz: unknown key, allowed mode path on count rate wait body "
	"again inner items"},
    {"\n\nMode = \"live\";",
	"t.conf:3: Mode: unknown key, allowed mode path on count rate wait "
	"body again inner items"},
    {"on = true;\n\non = true;", "t.conf:3: a key is given twice in one group"},
    {"\nmode = \"x\";",
	"t.conf:2: mode: not one of the words, allowed live|test, got \"x\""},
    {"mode = \"liv\";",
	"t.conf:1: mode: not one of the words, allowed live|test, got "
	"\"liv\""},
    {"mode = \"live|test\";",
	"t.conf:1: mode: not one of the words, allowed live|test, got "
	"\"live|test\""},
    {"mode = \"\";",
	"t.conf:1: mode: not one of the words, allowed live|test, got \"\""},
    {"mode = true;", "t.conf:1: mode: wrong type, allowed live|test, got true"},
    {"path = 5;", "t.conf:1: path: wrong type, allowed text in quotes, got 5"},
    {"path = \"a\\nb\";",
	"t.conf:1: path: a control character in it, allowed text in quotes, "
	"got \"a?b\""},
    {"path = \"\n@include\";",
	"t.conf:1: path: a control character in it, allowed text in quotes, "
	"got \"?@include\""},
    {"path = \"a\\x00b\";", "t.conf:1: path: a NUL in text"},
    {"path = \"\\xff\";",
	"t.conf:1: path: not UTF-8, allowed text in quotes, got \"\xff\""},
    {"on = 1;", "t.conf:1: on: wrong type, allowed true or false, got 1"},
    {"on = \"yes\";",
	"t.conf:1: on: wrong type, allowed true or false, got \"yes\""},
    {"count = 1.0;",
	"t.conf:1: count: wrong type, allowed a whole number -1..3000000000, "
	"got 1"},
    {"count = -2;", "t.conf:1: count: out of range, allowed a whole number "
		    "-1..3000000000, got -2"},
    {"count = 3000000001L;",
	"t.conf:1: count: out of range, allowed a whole number "
	"-1..3000000000, got 3000000001"},
    {"\ncount = 4294967297;", "t.conf:2: count: a number too large (over "
			      "2147483647 it must end in L)"},
    {"count = 18446744073709551617L;",
	"t.conf:1: count: a number too large (over 2147483647 it must end in "
	"L)"},
    {"count = 0x100000001;",
	"t.conf:1: count: a number too large (over 2147483647 it must end in "
	"L)"},
    {"count = 0x10000000000000001L;",
	"t.conf:1: count: a number too large (over 2147483647 it must end in "
	"L)"},
    {"count = 000000000000000000000000000000001;",
	"t.conf:1: count: a number too long"},
    {"rate = 0.25;",
	"t.conf:1: rate: out of range, allowed a number 0.5..100, got 0.25"},
    {"rate = 101;",
	"t.conf:1: rate: out of range, allowed a number 0.5..100, got 101"},
    {"rate = 1e999;",
	"t.conf:1: rate: out of range, allowed a number 0.5..100, got inf"},
    {"rate = \"5\";",
	"t.conf:1: rate: wrong type, allowed a number 0.5..100, got \"5\""},
    {"wait = 5;",
	"t.conf:1: wait: wrong type, allowed a duration in quotes 1s..1d, got "
	"5"},
    {"wait = \"5\";",
	"t.conf:1: wait: not a duration (250ms, 30s, 5m, 24h, 7d, 2w), allowed "
	"a duration in quotes 1s..1d, got \"5\""},
    {"wait = \"25h\";",
	"t.conf:1: wait: out of range, allowed a duration in quotes 1s..1d, "
	"got \"25h\""},
    {"wait = (\"5s\");",
	"t.conf:1: wait: wrong type, allowed a duration in quotes 1s..1d, got "
	"a list"},
    {"body = \"2M\";",
	"t.conf:1: body: out of range, allowed a size in quotes 1K..1M, got "
	"\"2M\""},
    {"body = \"1 M\";",
	"t.conf:1: body: not a size (4096, 64K, 1M, 2G), allowed a size in "
	"quotes 1K..1M, got \"1 M\""},
    {"body = -5;",
	"t.conf:1: body: wrong type, allowed a size in quotes 1K..1M, got -5"},
    {"again = (\"5s\",\n \"x\");",
	"t.conf:1: again: not a duration (250ms, 30s, 5m, 24h, 7d, 2w), "
	"allowed at most 8 durations in quotes 1s..1d, got \"x\""},
    {"again = (\"5s\", {});",
	"t.conf:1: again: wrong type, allowed at most 8 durations in quotes "
	"1s..1d, got a group"},
    {"again = [\"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\", "
     "\"1s\", \"1s\", \"1s\"];",
	"t.conf:1: again: too many, allowed at most 8 durations in quotes "
	"1s..1d, got more"},
    {"\ninner = 5;", "t.conf:2: inner: wrong type, allowed a group { } or a "
		     "list of groups"},
    {"on = true;\n}", "t.conf:2: syntax error"},
    {"path = \"never ends", "t.conf:1: syntax error"},
    {"on = true;\n  @include \"/etc/passwd\"\n",
	"t.conf:2: @include is not followed: write it here"},
    {"@include \"x\"", "t.conf:1: @include is not followed: write it here"},
    {"\npath = \"\xff\";", "t.conf:2: not UTF-8 text"},
};

static void refuses(void **state)
{
	struct err_text err;
	struct sample out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int rc = fill_text(refused[i].text, &out, &err);

		if (rc != ERR_BAD || strcmp(err.text, refused[i].cause) != 0)
			fail_msg("row %zu (%s): %d %s", i, refused[i].text, rc,
			    err.text);
		if (fill_text(refused[i].text, &out, &(struct err_text){""}) !=
		    ERR_BAD)
			fail_msg("row %zu: other the second time", i);
	}
}

/* Each of these is taken; with one member to look at. */
static const struct {
	const char *text;
	struct sample want;
} taken[] = {
    {"", {0}},
    {"# @include \"x\"\n// 99999999999\n/*\n@include \"x\" 99999999999 */",
	{0}},
    {"mode = \"test\";", {.mode = "test"}},
    {"path = \"\";", {.path = ""}},
    {"path = \"@include 99999999999 \" \"# \\\" x\";",
	{.path = "@include 99999999999 # \" x"}},
    {"path = \"\xc3\xa9\";", {.path = "\xc3\xa9"}},
    {"on = TRUE", {.on = true}},
    {"count = -1;", {.count = -1}},
    {"count = 2147483647;", {.count = 2147483647}},
    {"count = 3000000000L;", {.count = 3000000000}},
    {"count = 0x7fffffff;", {.count = 2147483647}},
    {"count = 0xb2d05e00L;", {.count = 3000000000}},
    {"rate = 5;", {.rate = 5}},
    {"rate = 0.5;", {.rate = 0.5}},
    {"rate = 1e1;", {.rate = 10}},
    {"wait = \"1m\";", {.wait_ms = 60000}},
    {"body = \"1M\";", {.body = 1048576}},
    {"body = 2048;", {.body = 2048}},
    {"again = \"5s\";", {.again = {.ms = {5000}, .n = 1, .set = true}}},
    {"again = (\"5s\", \"1m\");",
	{.again = {.ms = {5000, 60000}, .n = 2, .set = true}}},
    {"again = [];", {.again = {.n = 0, .set = true}}},
    {"inner = { anything = 1; }; items = ( { a = 1; }, { } );", {0}},
};

static bool same_durations(
    const struct config_durations *a, const struct config_durations *b)
{
	return a->set == b->set && a->n == b->n &&
	       memcmp(a->ms, b->ms, sizeof(a->ms)) == 0;
}

static bool has_text(const char *got, const char *want)
{
	if (got == NULL || want == NULL)
		return got == want;
	return strcmp(got, want) == 0;
}

/* Text is borrowed, so it is looked at before the file is closed. */
static void takes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		const struct sample *want = &taken[i].want;
		struct sample got = {0};
		struct err_text err = {""};
		struct config *config = NULL;

		if (config_open_text(taken[i].text, "t", &config, &err) != 0 ||
		    config_fill(config_root(config), keys, N_KEYS, groups, &got,
			&err) != 0)
			fail_msg("row %zu: %s", i, err.text);
		if (got.on != want->on || got.count != want->count ||
		    got.wait_ms != want->wait_ms || got.body != want->body ||
		    got.rate < want->rate || got.rate > want->rate ||
		    !same_durations(&got.again, &want->again))
			fail_msg("row %zu: other number", i);
		if (!has_text(got.mode, want->mode) ||
		    !has_text(got.path, want->path))
			fail_msg("row %zu: other text", i);
		config_close(config);
	}
	config_close(NULL);
}

static void leaves_defaults(void **state)
{
	struct sample out = {.count = 7, .mode = "kept"};
	struct err_text err;

	(void)state;
	assert_int_equal(fill_text("rate = 2.5;", &out, &err), 0);
	assert_int_equal(out.count, 7);
	assert_string_equal(out.mode, "kept");
	/* A refused value is not written either. */
	assert_int_equal(fill_text("count = -9;", &out, &err), ERR_BAD);
	assert_int_equal(out.count, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(takes),
	    cmocka_unit_test(leaves_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
