/* The HTTP edge: arguments one by one, answers of one request, parked ones. */
#include "tests/unit/io_http_wire.h"

static void park_handle(void *cookie, struct http_exchange *exchange)
{
	struct wire *w = cookie;

	assert_true(w->n_held < WIRE_HELD_MAX);
	w->held[w->n_held++] = exchange;
	w->seen++;
	http_park(exchange);
}

static void let_park(struct http_options *options)
{
	options->may_park = true;
	options->handle = park_handle;
}

static int setup_parking(void **state)
{
	return wire_setup_with(state, let_park);
}

static void note_argument(struct wire *w, const char *name, const char *value)
{
	size_t len = strlen(w->path);

	snprintf(w->path + len, sizeof(w->path) - len, "[%s|%s]", name,
	    value != NULL ? value : "(none)");
}

static int visit(void *cookie, const char *name, const char *value)
{
	note_argument(cookie, name, value);
	return strcmp(name, "stop") == 0 ? 7 : 0;
}

/* Answers with what it was asked, in a message of its own. */
static void echo_handle(void *cookie, struct http_exchange *exchange)
{
	static const struct http_header headers[] = {
	    {"X-One", "1"}, {"X-Two", "2"}};
	struct wire *w = cookie;
	struct http_message message = {
	    .status = 404, .type = "text/x-echo", .headers = headers};

	w->path[0] = '\0';
	w->query_rc = http_each_query(exchange, visit, w);
	message.body = w->path;
	message.len = strlen(w->path);
	message.n_headers = 2;
	w->seen++;
	if (strcmp(http_path(exchange), "/bare") == 0) {
		message.status = 304;
		message.type = NULL;
		message.len = 0;
	}
	if (strcmp(http_path(exchange), "/bad") == 0)
		message.type = "text/x\r\nInjected: yes";
	http_send(exchange, &message);
}

static void let_echo(struct http_options *options)
{
	options->handle = echo_handle;
}

static int setup_echo(void **state)
{
	return wire_setup_with(state, let_echo);
}

static void ask(struct wire *w, int fd, const char *target)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "GET %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", target);
	wire_send(w, fd, text);
}

static const char *answer_to(struct wire *w, const char *target)
{
	int fd = wire_connect(w);

	ask(w, fd, target);
	wire_all(w, fd);
	close(fd);
	return w->text;
}

static void test_arguments_are_told_in_order(void **state)
{
	static const struct {
		const char *target;
		const char *told;
		int rc;
	} rows[] = {
	    {"/", "", 0},
	    {"/?", "", 0},
	    {"/?a=1&b=%2F&a=2", "[a|1][b|%2F][a|2]", 0},
	    {"/?a=&b&c=x+y%00", "[a|][b|(none)][c|x y%00]", 0},
	    {"/?a=1&stop&b=2", "[a|1][stop|(none)]", 7},
	};
	struct wire *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		answer_to(w, rows[i].target);
		assert_int_equal(wire_status(w->text), 404);
		assert_string_equal(w->path, rows[i].told);
		assert_int_equal(w->query_rc, rows[i].rc);
	}
}

static void test_message_is_sent(void **state)
{
	struct wire *w = *state;

	answer_to(w, "/?a=1");
	wire_assert_has(w->text, "HTTP/1.1 404 ");
	wire_assert_has(w->text, "Content-Type: text/x-echo\r\n");
	wire_assert_has(w->text, "X-One: 1\r\n");
	wire_assert_has(w->text, "X-Two: 2\r\n");
	wire_assert_has(w->text, "\r\n\r\n[a|1]");
	answer_to(w, "/bare");
	wire_assert_has(w->text, "HTTP/1.1 304 ");
	assert_null(strstr(w->text, "Content-Type"));
}

static void test_message_cannot_inject(void **state)
{
	struct wire *w = *state;

	answer_to(w, "/bad");
	assert_null(strstr(w->text, "Injected"));
	assert_int_equal(w->seen, 1);
	/* That connection ended; the server goes on. */
	answer_to(w, "/");
	assert_int_equal(wire_status(w->text), 404);
}

static void test_parked_is_answered(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	wire_send(w, fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	wire_until(w, w->n_held == 1);
	wire_forget(w);
	/* Longer than any request may take: it is exempt, and costs nothing. */
	w->now_ms += 10 * WIRE_TIMEOUT_MS;
	for (int i = 0; i < 20; i++)
		wire_turn(w);
	assert_true(wire_receive(w, fd));
	assert_int_equal(w->text_len, 0);
	assert_false(http_is_idle(w->http));
	assert_false(http_has_left(w->held[0]));
	assert_int_equal(w->seen, 1);
	wire_release(w);
	assert_int_equal(wire_status(wire_answers(w, fd, 1)), 200);
	/* And the connection is there for the next one. */
	wire_send(w, fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	wire_until(w, w->n_held == 1);
	wire_release(w);
	assert_int_equal(wire_status(wire_answers(w, fd, 1)), 200);
	wire_until(w, http_is_idle(w->http));
	close(fd);
}

static void test_parked_that_left_is_seen(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	wire_send(w, fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	wire_until(w, w->n_held == 1);
	close(fd);
	wire_until(w, http_has_left(w->held[0]));
	wire_release(w);
	wire_until(w, http_is_idle(w->http));
}

static void test_parked_are_many(void **state)
{
	struct wire *w = *state;
	int fds[40];

	for (size_t i = 0; i < 40; i++) {
		fds[i] = wire_connect(w);
		wire_send(w, fds[i], "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
		wire_until(w, w->n_held == i + 1);
	}
	http_drain(w->http);
	wire_release(w);
	for (size_t i = 0; i < 40; i++) {
		wire_assert_has(wire_all(w, fds[i]), "Connection: close");
		close(fds[i]);
	}
	assert_true(http_is_idle(w->http));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_arguments_are_told_in_order, setup_echo, wire_teardown),
	    cmocka_unit_test_setup_teardown(
		test_message_is_sent, setup_echo, wire_teardown),
	    cmocka_unit_test_setup_teardown(
		test_message_cannot_inject, setup_echo, wire_teardown),
	    cmocka_unit_test_setup_teardown(
		test_parked_is_answered, setup_parking, wire_teardown),
	    cmocka_unit_test_setup_teardown(
		test_parked_that_left_is_seen, setup_parking, wire_teardown),
	    cmocka_unit_test_setup_teardown(
		test_parked_are_many, setup_parking, wire_teardown),
	};

	return cmocka_run_group_tests_name("io_http_park", tests, NULL, NULL);
}
