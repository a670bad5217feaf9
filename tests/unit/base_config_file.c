/* The file itself: absent, a directory, too large, with a NUL in it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "reconciler/base/config.h"
#include "reconciler/base/err.h"

enum { FILE_MAX_BYTES = 1048576 };

static char dir[] = "/tmp/trueup-config-XXXXXX";
static char path[sizeof(dir) + 8];

static int make_dir(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	return snprintf(path, sizeof(path), "%s/file", dir) < 0 ? -1 : 0;
}

static int remove_dir(void **state)
{
	(void)state;
	return unlink(path) + rmdir(dir);
}

/* data, then blanks up to len. */
static int open_file(const char *data, size_t data_len, size_t len,
    struct config **out, struct err_text *err)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, data_len, file), data_len);
	for (; data_len < len; data_len++)
		assert_int_not_equal(fputc(' ', file), EOF);
	assert_int_equal(fclose(file), 0);
	return config_open(path, out, err);
}

static void is_no_file(void **state)
{
	struct config *config;
	struct err_text err;

	(void)state;
	assert_int_equal(config_open(path, &config, &err), ERR_ABSENT);
	assert_null(config);
	assert_memory_equal(err.text, path, strlen(path));
	assert_int_equal(config_open(dir, &config, &err), ERR_BAD);
	assert_memory_equal(err.text, dir, strlen(dir));
}

static const struct {
	const char *name, *data;
	size_t data_len, len;
	int rc;
	const char *cause; /* behind the path */
} files[] = {
    {"small", "a = 1;\n", 7, 7, 0, ""},
    {"empty", "", 0, 0, 0, ""},
    {"largest", "a = 1;\n", 7, FILE_MAX_BYTES, 0, ""},
    {"a byte more", "a = 1;\n", 7, FILE_MAX_BYTES + 1, ERR_BAD,
	": larger than 1 MiB"},
    {"far more", "a = 1;\n", 7, 3145728, ERR_BAD, ": larger than 1 MiB"},
    {"NUL", "a = 1;\n\0b = 2;\n", 15, 15, ERR_BAD, ":2: not UTF-8 text"},
    {"NUL last", "a = 1;\0", 7, 7, ERR_BAD, ":1: not UTF-8 text"},
    {"syntax", "a = 1;\n\nb == 2;\n", 16, 16, ERR_BAD, ":3: syntax error"},
};

static void opens(void **state)
{
	struct config *config;
	struct err_text err;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(err.text, sizeof(err.text), "%s", path);
		rc = open_file(files[i].data, files[i].data_len, files[i].len,
		    &config, &err);
		if (rc != files[i].rc ||
		    strcmp(err.text + strlen(path), files[i].cause) != 0)
			fail_msg("%s: %d %s", files[i].name, rc, err.text);
		assert_int_equal(config != NULL, rc == 0);
		config_close(config);
	}
}

/* Depth costs libconfig its stack: what it cannot hold, it must refuse. */
static void survives_depth(void **state)
{
	static char deep[FILE_MAX_BYTES];
	struct config *config;

	(void)state;
	memset(deep, '(', sizeof(deep) - 1);
	deep[0] = 'a';
	deep[1] = '=';
	assert_int_equal(
	    open_file(deep, sizeof(deep) - 1, 0, &config, NULL), ERR_BAD);
	assert_null(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_no_file),
	    cmocka_unit_test(opens),
	    cmocka_unit_test(survives_depth),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
