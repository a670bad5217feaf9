/* The HTTP edge against those who send too much, too slowly, or nonsense. */
#include "tests/unit/io_http_wire.h"

static const char post[] = "POST /p HTTP/1.1\r\nHost: h\r\n"
			   "Content-Length: 5\r\n\r\nhello";

/* Whatever happened to others, a client with good manners is served. */
static void assert_serves(struct wire *w)
{
	int fd = wire_connect(w);
	size_t before = w->seen;
	bool hold = w->hold;

	w->hold = false;
	wire_send(w, fd, post);
	assert_int_equal(wire_status(wire_answers(w, fd, 1)), 200);
	assert_int_equal(w->seen, before + 1);
	w->hold = hold;
	close(fd);
}

/* ---- too much ------------------------------------------------------------ */

static void test_long_body_is_refused_at_its_announcement(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	wire_send(w, fd,
	    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10485760\r\n\r\n");
	assert_int_equal(wire_status(wire_all(w, fd)), 413);
	wire_assert_has(w->text, "Connection: close\r\n");
	wire_assert_has(w->text, "\r\n\r\nlong");
	assert_int_equal(w->seen, 0);
	close(fd);
	assert_serves(w);
}

static void test_long_body_is_not_read(void **state)
{
	enum { PIECE = 65536, PIECES = 160 };
	struct wire *w = *state;
	char *piece = calloc(1, PIECE);
	int fd = wire_connect(w);
	size_t sent = 0;

	assert_non_null(piece);
	wire_send(w, fd,
	    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10485760\r\n\r\n");
	while (sent < PIECES && wire_send_bytes(w, fd, piece, PIECE))
		sent++;
	assert_in_range(sent, 0, PIECES - 1);
	free(piece);
	close(fd);
	assert_serves(w);
}

static void test_expecting_client_learns_before_it_sends(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	wire_send(w, fd,
	    "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
	    "Content-Length: 10485760\r\n\r\n");
	assert_int_equal(wire_status(wire_all(w, fd)), 413);
	close(fd);
}

static void test_chunked_body_is_counted(void **state)
{
	enum { PIECE = 4096 };
	struct wire *w = *state;
	char chunk[PIECE + 16];
	int fd = wire_connect(w);
	int n = snprintf(chunk, sizeof(chunk), "%x\r\n", PIECE);
	bool open = true;

	memset(chunk + n, 'x', PIECE);
	memcpy(chunk + n + PIECE, "\r\n", 2);
	wire_send(w, fd,
	    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
	wire_forget(w);
	for (int i = 0; open && i < 200; i++) {
		open = wire_send_bytes(w, fd, chunk, (size_t)n + PIECE + 2);
		(void)wire_receive(w, fd);
	}
	assert_false(open);
	assert_int_equal(wire_status(w->text), 413);
	assert_int_equal(w->seen, 0);
	close(fd);
	assert_serves(w);
}

static void test_exactly_the_longest_body(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);
	char head[128];

	snprintf(head, sizeof(head),
	    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n",
	    WIRE_BODY_MAX + 1);
	wire_send(w, fd, head);
	assert_int_equal(wire_status(wire_all(w, fd)), 413);
	close(fd);
}

/* Many large bodies at once may not fill the memory. */
static void test_bodies_are_bounded_together(void **state)
{
	enum { CLIENTS = 8 };
	struct wire *w = *state;
	char *data = calloc(1, WIRE_BODY_MAX);
	int fds[CLIENTS];
	int busy = 0;
	char head[128];

	assert_non_null(data);
	w->hold = true;
	snprintf(head, sizeof(head),
	    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n",
	    WIRE_BODY_MAX);
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = wire_connect(w);
		wire_send(w, fds[i], head);
		(void)wire_send_bytes(w, fds[i], data, WIRE_BODY_MAX);
		wire_until(w, i >= 4 || w->seen == (size_t)i + 1);
	}
	for (int i = 4; i < CLIENTS; i++) { /* max_bodies_bytes */
		wire_all(w, fds[i]);
		busy += wire_status(w->text) == 503;
		if (busy == 1)
			wire_assert_has(w->text, "Retry-After: 5\r\n");
	}
	assert_int_equal(busy, CLIENTS - 4);
	wire_release(w);
	wire_until(w, http_is_idle(w->http));
	for (int i = 0; i < CLIENTS; i++)
		close(fds[i]);
	free(data);
	assert_serves(w);
}

static void test_head_is_bounded(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);
	char line[256];
	bool open;

	wire_send(w, fd, "POST / HTTP/1.1\r\nHost: h\r\n");
	wire_forget(w);
	open = true;
	for (int i = 0; open && i < 1000; i++) {
		snprintf(line, sizeof(line), "X-Flood-%d: %0100d\r\n", i, i);
		open = wire_send_bytes(w, fd, line, strlen(line)) &&
		       wire_receive(w, fd);
	}
	assert_false(open);
	assert_int_equal(w->seen, 0);
	assert_int_equal(wire_status(w->text), 431);
	close(fd);
	assert_serves(w);
}

static void test_request_line_is_bounded(void **state)
{
	struct wire *w = *state;
	char *path = malloc(20000);
	int fd = wire_connect(w);

	assert_non_null(path);
	memset(path, 'a', 20000);
	memcpy(path, "GET /", 5);
	(void)wire_send_bytes(w, fd, path, 20000);
	wire_all(w, fd);
	assert_int_equal(wire_status(w->text), 414);
	assert_int_equal(w->seen, 0);
	free(path);
	close(fd);
	assert_serves(w);
}

/* ---- nonsense ------------------------------------------------------------ */

static void test_ambiguous_framing_is_refused(void **state)
{
	static const char *const heads[] = {
	    "Content-Length: 5\r\nContent-Length: 6\r\n",
	    "Content-Length: 5\r\nContent-Length: 5\r\n",
	    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
	    "Transfer-Encoding: gzip, chunked\r\n",
	    "Transfer-Encoding: identity\r\n",
	    "Content-Length: +5\r\n",
	    "Content-Length: 5, 5\r\n",
	    "Content-Length: -1\r\n",
	    "Content-Length: five\r\n",
	};
	struct wire *w = *state;
	char text[256];

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		int fd = wire_connect(w);

		snprintf(text, sizeof(text),
		    "POST / HTTP/1.1\r\nHost: h\r\n%s\r\nhello", heads[i]);
		wire_send(w, fd, text);
		assert_int_equal(wire_status(wire_all(w, fd)), 400);
		assert_int_equal(w->seen, 0);
		close(fd);
	}
	assert_serves(w);
}

static void test_garbage_ends_its_connection_only(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} rows[] = {
#define ROW(text) {text, sizeof(text) - 1}
	    ROW("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
	    ROW("GET\r\n\r\n"),
	    ROW("\0\0\0\0\r\n\r\n"),
	    ROW("POST / HTTP/9.9\r\nHost: h\r\n\r\n"),
	    ROW("GET / HTTP/1.1\r\n\r\n"), /* no Host */
	    ROW("GET / HTTP/1.1\r\nno colon\r\n\r\n"),
	    ROW("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked"
		"\r\n\r\nzz\r\n"),
	    ROW("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked"
		"\r\n\r\nffffffffffffffffff\r\n"),
#undef ROW
	};
	struct wire *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int fd = wire_connect(w);

		(void)wire_send_bytes(w, fd, rows[i].data, rows[i].len);
		for (int turns = 0; turns < 5; turns++)
			wire_turn(w);
		w->now_ms += WIRE_TIMEOUT_MS; /* some is taken for silence */
		wire_all(w, fd);
		assert_int_not_equal(wire_status(w->text), 200);
		assert_int_equal(w->seen, 0);
		close(fd);
	}
	assert_serves(w);
}

/* ---- too slowly -----------------------------------------------------------
 */

static void test_slow_request_ends_in_time(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);
	size_t sent = 0;

	wire_forget(w);
	while (wire_receive(w, fd)) {
		assert_true(sent < sizeof(post));
		(void)wire_send_bytes(w, fd, post + sent++, 1);
		w->now_ms += WIRE_TIMEOUT_MS / 10;
		wire_turn(w);
	}
	/* A byte now and then bought no time. */
	assert_in_range(sent, 9, 12);
	assert_int_equal(w->seen, 0);
	close(fd);
}

static void test_slow_body_ends_in_time(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);
	int turns = 0;

	wire_send(w, fd,
	    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n");
	wire_forget(w);
	while (wire_receive(w, fd)) {
		assert_true(turns++ < 100);
		(void)wire_send_bytes(w, fd, "x", 1);
		w->now_ms += WIRE_TIMEOUT_MS / 10;
		wire_turn(w);
	}
	assert_int_equal(w->seen, 0);
	assert_true(http_is_idle(w->http));
	close(fd);
}

static void test_silent_connection_ends_in_time(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);
	int64_t wait_ms;

	wire_send(w, fd, post);
	wire_answers(w, fd, 1);
	w->now_ms += WIRE_TIMEOUT_MS - 1;
	wait_ms = http_run(w->http, w->now_ms);
	assert_in_range(wait_ms, 1, 100);
	wire_forget(w);
	assert_true(wire_receive(w, fd));
	w->now_ms += wait_ms;
	wire_all(w, fd);
	assert_int_equal(w->text_len, 0);
	close(fd);
}

static void test_held_request_has_time(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	w->hold = true;
	wire_send(w, fd, post);
	wire_until(w, w->seen == 1);
	for (int i = 0; i < 10; i++) {
		w->now_ms += WIRE_TIMEOUT_MS;
		wire_turn(w);
	}
	assert_false(http_has_left(w->held[0]));
	wire_release(w);
	assert_int_equal(wire_status(wire_answers(w, fd, 1)), 200);
	close(fd);
}

static void few_connections(struct http_options *options)
{
	options->max_connections = 8;
}

static int setup_few(void **state)
{
	return wire_setup_with(state, few_connections);
}

/* All connections taken by those who never finish: the others wait a second,
 * not the whole timeout. */
static void test_slow_crowd_makes_room(void **state)
{
	struct wire *w = *state;
	int fds[8];
	int fd;

	for (int i = 0; i < 8; i++) {
		fds[i] = wire_connect(w);
		wire_send(w, fds[i], "POST / HTTP/1.1\r\nHo");
	}
	fd = wire_connect(w);
	wire_send(w, fd, post);
	for (int i = 0; i < 10; i++)
		wire_turn(w);
	assert_int_equal(w->seen, 0);
	w->now_ms += HTTP_CROWDED_MS;
	assert_int_equal(wire_status(wire_answers(w, fd, 1)), 200);
	for (int i = 0; i < 8; i++)
		close(fds[i]);
	close(fd);
}

static void one_each(struct http_options *options)
{
	options->max_per_address = 1;
}

static int setup_one_each(void **state)
{
	return wire_setup_with(state, one_each);
}

static void test_one_address_has_its_share(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);
	int other;

	wire_send(w, fd, post);
	wire_answers(w, fd, 1);
	other = wire_connect(w);
	(void)wire_send_bytes(w, other, post, strlen(post));
	wire_all(w, other);
	assert_int_equal(w->text_len, 0);
	assert_int_equal(w->seen, 1);
	close(fd);
	close(other);
}

#define WITH_WIRE(test) \
	cmocka_unit_test_setup_teardown(test, wire_setup, wire_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_WIRE(test_long_body_is_refused_at_its_announcement),
	    WITH_WIRE(test_long_body_is_not_read),
	    WITH_WIRE(test_expecting_client_learns_before_it_sends),
	    WITH_WIRE(test_chunked_body_is_counted),
	    WITH_WIRE(test_exactly_the_longest_body),
	    WITH_WIRE(test_bodies_are_bounded_together),
	    WITH_WIRE(test_head_is_bounded),
	    WITH_WIRE(test_request_line_is_bounded),
	    WITH_WIRE(test_ambiguous_framing_is_refused),
	    WITH_WIRE(test_garbage_ends_its_connection_only),
	    WITH_WIRE(test_slow_request_ends_in_time),
	    WITH_WIRE(test_slow_body_ends_in_time),
	    WITH_WIRE(test_silent_connection_ends_in_time),
	    WITH_WIRE(test_held_request_has_time),
	    cmocka_unit_test_setup_teardown(
		test_slow_crowd_makes_room, setup_few, wire_teardown),
	    cmocka_unit_test_setup_teardown(
		test_one_address_has_its_share, setup_one_each, wire_teardown),
	};

	return cmocka_run_group_tests_name("io_http_limits", tests, NULL, NULL);
}
