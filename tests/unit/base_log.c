/*
 * One event, one write, one line. A datagram socket keeps writes apart, so that
 * a second write would be seen as a second message.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

#include "reconciler/base/err.h"
#include "reconciler/base/log.h"

static const struct {
	const char *value, *line;
} values[] = {
    {"plain", "info it key=plain\n"},
    {"a/b?c=d,e\\f", "info it key=a/b?c=d,e\\f\n"},
    {"", "info it key=\"\"\n"},
    {NULL, "info it\n"},
    {"two words", "info it key=\"two words\"\n"},
    {"say \"x\"", "info it key=\"say \\\"x\\\"\"\n"},
    {"a\nerr forged key=1", "info it key=\"a\\nerr forged key=1\"\n"},
    {"\r\t\\", "info it key=\"\\r\\t\\\\\"\n"},
    {"\033[1m\177", "info it key=\"\\u001b[1m\\u007f\"\n"},
    {"\xc3\xa9", "info it key=\xc3\xa9\n"},
    {"\xc3\xa9 x", "info it key=\"\xc3\xa9 x\"\n"},
    {"\xff\xc3", "info it key=\"\\u00ff\\u00c3\"\n"},
};

static int pair_of_sockets[2];

static int open_sockets(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_DGRAM, 0, pair_of_sockets);
}

static int close_sockets(void **state)
{
	(void)state;
	return close(pair_of_sockets[0]) + close(pair_of_sockets[1]);
}

/* The next message, or "" when there is none. */
static const char *received(void)
{
	static char line[8192];
	ssize_t len =
	    recv(pair_of_sockets[0], line, sizeof(line) - 1, MSG_DONTWAIT);

	line[len > 0 ? len : 0] = '\0';
	return line;
}

static void writes_values(void **state)
{
	const struct log log = {.fd = pair_of_sockets[1], .level = LOG_INFO};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct log_pair pair = log_text("key", values[i].value);
		const char *line;

		log_event(&log, LOG_INFO, "it", &pair, 1);
		line = received();
		if (strcmp(line, values[i].line) != 0)
			fail_msg("row %zu: %s", i, line);
		if (received()[0] != '\0')
			fail_msg("row %zu: two writes", i);
	}
}

static void writes_numbers(void **state)
{
	const struct log log = {.fd = pair_of_sockets[1], .level = LOG_INFO};
	const struct log_pair pairs[] = {
	    log_number("a", INT64_MIN),
	    log_text("none", NULL),
	    log_number("b", 0),
	    log_text("c", "x"),
	};

	(void)state;
	log_event(&log, LOG_ERR, "many", pairs, 4);
	assert_string_equal(
	    received(), "err many a=-9223372036854775808 b=0 c=x\n");
}

static void drops_by_level(void **state)
{
	static const char *const words[] = {"err", "warn", "info", "debug"};
	struct log log = {.fd = pair_of_sockets[1]};
	int level, line;

	(void)state;
	for (level = LOG_ERR; level <= LOG_DEBUG; level++) {
		enum log_level parsed;

		assert_int_equal(log_level_parse(words[level], &parsed), 0);
		assert_int_equal(parsed, level);
		log.level = parsed;
		for (line = LOG_ERR; line <= LOG_DEBUG; line++) {
			log_event(&log, (enum log_level)line, "it", NULL, 0);
			if ((received()[0] != '\0') != (line <= level))
				fail_msg("%s at %s", words[line], words[level]);
		}
	}
	log_event(NULL, LOG_ERR, "nothing", NULL, 0);
	assert_int_equal(log_level_parse("", &log.level), ERR_BAD);
	assert_int_equal(log_level_parse("error", &log.level), ERR_BAD);
	assert_int_equal(log_level_parse(NULL, &log.level), ERR_BAD);
}

static void cut_to_a_line(struct log_pair pair)
{
	const struct log log = {.fd = pair_of_sockets[1], .level = LOG_INFO};
	const struct log_pair pairs[] = {pair, log_text("after", "x")};
	const char *line;
	size_t len;

	log_event(&log, LOG_INFO, "it", pairs, 2);
	line = received();
	len = strlen(line);
	assert_in_range(len, 4080, 4096);
	assert_ptr_equal(strchr(line, '\n'), line + len - 1);
	assert_null(strstr(line, "after"));
}

static void cuts_long_lines(void **state)
{
	char big[9000];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	cut_to_a_line(log_text("key", big));
	memset(big, '\n', sizeof(big) - 1);
	cut_to_a_line(log_text("key", big));
}

static void keeps_errno(void **state)
{
	const struct log log = {.fd = -1, .level = LOG_INFO};

	(void)state;
	errno = EINVAL;
	log_event(&log, LOG_INFO, "it", NULL, 0);
	assert_int_equal(errno, EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_values),
	    cmocka_unit_test(writes_numbers),
	    cmocka_unit_test(drops_by_level),
	    cmocka_unit_test(cuts_long_lines),
	    cmocka_unit_test(keeps_errno),
	};

	return cmocka_run_group_tests(tests, open_sockets, close_sockets);
}
