/* Which files hold secrets, which are refused, and that comparing is exact. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "reconciler/base/err.h"
#include "reconciler/base/secret.h"

static char dir[] = "/tmp/trueup-secret-XXXXXX";
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
	return rmdir(dir);
}

static void write_file(const char *data, size_t len, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static const struct {
	const char *name;
	const char *data;
	size_t len;
	unsigned int mode;
	size_t max_lines;
	int rc;
	size_t n;
	const char *first, *last;
} files[] = {
    {"one line", "abc\n", 4, 0600, 1, 0, 1, "abc", "abc"},
    {"no newline", "abc", 3, 0400, 1, 0, 1, "abc", "abc"},
    {"group may read", "abc", 3, 0640, 1, 0, 1, "abc", "abc"},
    {"trailing blanks", "abc \t\r\n", 7, 0600, 1, 0, 1, "abc", "abc"},
    {"blank inside", "a b", 3, 0600, 1, 0, 1, "a b", "a b"},
    {"blank first", " ab", 3, 0600, 1, 0, 1, " ab", " ab"},
    {"empty lines", "\n\r\n \nabc\n\n", 10, 0600, 1, 0, 1, "abc", "abc"},
    {"rotation", "new\r\nold\r\n", 10, 0600, 2, 0, 2, "new", "old"},
    {"at most", "1\n2\n3\n4\n5\n6\n7\n8\n", 16, 0600, 99, 0, 8, "1", "8"},
    {"over all", "1\n2\n3\n4\n5\n6\n7\n8\n9", 17, 0600, 99, ERR_BAD, 0, NULL,
	NULL},
    {"over asked", "1\n2\n", 4, 0600, 1, ERR_BAD, 0, NULL, NULL},
    {"empty", "", 0, 0600, 1, ERR_BAD, 0, NULL, NULL},
    {"only blanks", " \n\t\n", 4, 0600, 1, ERR_BAD, 0, NULL, NULL},
    {"NUL", "a\0b\n", 4, 0600, 1, ERR_BAD, 0, NULL, NULL},
    {"NUL last", "ab\0\n", 4, 0600, 1, ERR_BAD, 0, NULL, NULL},
    {"tab inside", "a\tb\n", 4, 0600, 1, ERR_BAD, 0, NULL, NULL},
    {"escape", "a\033b\n", 4, 0600, 1, ERR_BAD, 0, NULL, NULL},
    {"second bad", "a\nb\001\n", 5, 0600, 2, ERR_BAD, 0, NULL, NULL},
    {"others read", "abc", 3, 0604, 1, ERR_DENIED, 0, NULL, NULL},
    {"others write", "abc", 3, 0602, 1, ERR_DENIED, 0, NULL, NULL},
    {"everyone", "abc", 3, 0644, 1, ERR_DENIED, 0, NULL, NULL},
};

static void check_lines(size_t i, const struct secret *secret)
{
	if (secret->n != files[i].n)
		fail_msg("%s: %zu lines", files[i].name, secret->n);
	if (secret->n == 0)
		return;
	if (strcmp(secret->lines[0], files[i].first) != 0 ||
	    strcmp(secret->lines[secret->n - 1], files[i].last) != 0)
		fail_msg("%s: other lines", files[i].name);
}

static void reads(void **state)
{
	struct err_text err;
	struct secret secret;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)unlink(path);
		write_file(files[i].data, files[i].len, files[i].mode);
		err.text[0] = '\0';
		rc = secret_read(path, files[i].max_lines, &secret, &err);
		if (rc != files[i].rc)
			fail_msg("%s: %d %s", files[i].name, rc, err.text);
		if (rc != 0 && strncmp(err.text, path, strlen(path)) != 0)
			fail_msg("%s: no path: %s", files[i].name, err.text);
		check_lines(i, &secret);
		secret_fini(&secret);
	}
	assert_int_equal(unlink(path), 0);
}

/* The longest secret fits; one byte more, or a huge file, does not. */
static void reads_long(void **state)
{
	static char big[100000];
	struct secret secret;

	(void)state;
	memset(big, 'x', sizeof(big));
	write_file(big, SECRET_MAX, 0600);
	assert_int_equal(secret_read(path, 1, &secret, NULL), 0);
	assert_int_equal(strlen(secret.lines[0]), SECRET_MAX);
	secret_fini(&secret);
	write_file(big, SECRET_MAX + 1, 0600);
	assert_int_equal(secret_read(path, 1, &secret, NULL), ERR_BAD);
	write_file(big, sizeof(big), 0600);
	assert_int_equal(secret_read(path, 1, &secret, NULL), ERR_BAD);
	memset(big, '\n', sizeof(big));
	write_file(big, sizeof(big), 0600);
	assert_int_equal(secret_read(path, 1, &secret, NULL), ERR_BAD);
	assert_int_equal(unlink(path), 0);
}

static void refuses_what_is_no_file(void **state)
{
	struct err_text err;
	struct secret secret;

	(void)state;
	assert_int_equal(secret_read(path, 1, &secret, &err), ERR_ABSENT);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(secret_read(dir, 1, &secret, &err), ERR_BAD);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(secret_read(path, 1, &secret, &err), ERR_BAD);
	assert_int_equal(unlink(path), 0);
	secret_fini(&secret);
	secret_fini(NULL);
}

/* What is wrong is told without telling any of it. */
static void never_tells(void **state)
{
	struct err_text err;
	struct secret secret;

	(void)state;
	write_file("hunter2\nhunter2\001\n", 17, 0600);
	assert_int_equal(secret_read(path, 2, &secret, &err), ERR_BAD);
	assert_null(strstr(err.text, "hunter"));
	assert_non_null(strstr(err.text, ":2: "));
	assert_int_equal(unlink(path), 0);
}

static const struct {
	const char *a, *b;
	bool equal;
} pairs[] = {
    {"", "", true},
    {"a", "a", true},
    {"abcdef", "abcdef", true},
    {"abcdef", "abcdeg", false},
    {"abcdef", "bbcdef", false},
    {"abcdef", "abcde", false},
    {"abcde", "abcdef", false},
    {"", "a", false},
    {"a", "", false},
    {"abc", "abcabc", false},
    {"\xff", "\x7f", false},
    {NULL, "a", false},
    {"a", NULL, false},
    {NULL, NULL, false},
};

static void compares(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (secret_equal(pairs[i].a, pairs[i].b) != pairs[i].equal)
			fail_msg("row %zu", i);
	}
}

static void wipes(void **state)
{
	static const char zero[6];
	char data[] = "secret";

	(void)state;
	secret_wipe(data, 6);
	assert_memory_equal(data, zero, 6);
	secret_wipe(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads),
	    cmocka_unit_test(reads_long),
	    cmocka_unit_test(refuses_what_is_no_file),
	    cmocka_unit_test(never_tells),
	    cmocka_unit_test(compares),
	    cmocka_unit_test(wipes),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
