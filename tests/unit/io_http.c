/* The HTTP edge: requests in whole, answers now or later. */
#include "tests/unit/io_http_wire.h"

static const char get[] = "GET /a/b%2Fc?probe=x%20y&z HTTP/1.1\r\n"
			  "Host: h\r\nX-Probe: yes\r\n\r\n";
static const char post[] = "POST /p HTTP/1.1\r\nHost: h\r\n"
			   "Content-Length: 5\r\n\r\nhello";

static void test_request_is_seen_as_sent(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	wire_send(w, fd, get);
	wire_assert_has(wire_answers(w, fd, 1), "Content-Type: text/plain");
	assert_int_equal(wire_status(w->text), 200);
	assert_string_equal(w->method, "GET");
	assert_string_equal(w->path, "/a/b%2Fc");
	assert_string_equal(w->header, "yes");
	assert_int_equal(w->query_rc, 0);
	assert_string_equal(w->query, "x y");
	assert_int_equal(w->body_len, 0);
	close(fd);
}

static void test_query_is_absent_bad_or_long(void **state)
{
	static const struct {
		const char *query;
		int rc;
	} rows[] = {
	    {"", ERR_ABSENT},
	    {"?other=1", ERR_ABSENT},
	    {"?probe=%zz", ERR_BAD},
	    {"?probe=a%00b", ERR_BAD},
	    {"?probe=0123456789012345678901234567890123456789"
	     "012345678901234567890123456789",
		ERR_FULL},
	};
	struct wire *w = *state;
	int fd = wire_connect(w);
	char text[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(text, sizeof(text),
		    "GET /%s HTTP/1.1\r\nHost: h\r\n\r\n", rows[i].query);
		wire_send(w, fd, text);
		wire_answers(w, fd, 1);
		assert_int_equal(w->query_rc, rows[i].rc);
	}
	close(fd);
}

static void test_body_comes_whole(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	for (size_t i = 0; i < strlen(post); i++) {
		assert_int_equal(w->seen, 0);
		assert_true(wire_send_bytes(w, fd, post + i, 1));
	}
	wire_answers(w, fd, 1);
	assert_int_equal(w->seen, 1);
	assert_int_equal(w->body_len, 5);
	assert_memory_equal(w->body, "hello", 5);
	close(fd);
}

static void test_large_body_comes_whole(void **state)
{
	struct wire *w = *state;
	char *data = malloc(WIRE_BODY_MAX);
	int fd = wire_connect(w);
	char head[128];

	assert_non_null(data);
	for (size_t i = 0; i < WIRE_BODY_MAX; i++)
		data[i] = (char)(i * 7 + i / 256);
	snprintf(head, sizeof(head),
	    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n",
	    WIRE_BODY_MAX);
	wire_send(w, fd, head);
	assert_true(wire_send_bytes(w, fd, data, WIRE_BODY_MAX));
	assert_int_equal(wire_status(wire_answers(w, fd, 1)), 200);
	assert_int_equal(w->body_len, WIRE_BODY_MAX);
	assert_memory_equal(w->body, data, WIRE_BODY_MAX);
	free(data);
	close(fd);
}

static void test_chunked_body_comes_whole(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	wire_send(w, fd,
	    "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: t\r\n\r\n");
	assert_int_equal(wire_status(wire_answers(w, fd, 1)), 200);
	assert_int_equal(w->body_len, 5);
	assert_memory_equal(w->body, "hello", 5);
	close(fd);
}

static void test_connection_is_kept(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	for (size_t i = 1; i <= 50; i++) {
		wire_send(w, fd, i % 2 ? post : get);
		assert_int_equal(wire_status(wire_answers(w, fd, 1)), 200);
		assert_int_equal(w->seen, i);
		assert_int_equal(w->body_len, i % 2 ? 5 : 0);
	}
	close(fd);
}

static void test_pipelined_requests_are_answered_in_order(void **state)
{
	struct wire *w = *state;
	char text[1024];
	int fd = wire_connect(w);

	w->hold = true;
	snprintf(text, sizeof(text), "%s%s%s", post, get, post);
	wire_send(w, fd, text);
	for (size_t i = 1; i <= 3; i++) {
		wire_until(w, w->seen == i);
		wire_turn(w);
		assert_int_equal(w->seen, i);
		assert_string_equal(w->method, i == 2 ? "GET" : "POST");
		wire_release(w);
	}
	wire_answers(w, fd, 3);
	close(fd);
}

static void test_held_requests_are_answered_together(void **state)
{
	enum { CLIENTS = 40 };
	struct wire *w = *state;
	int fds[CLIENTS];

	w->hold = true;
	for (size_t i = 0; i < CLIENTS; i++) {
		fds[i] = wire_connect(w);
		wire_send(w, fds[i], post);
	}
	wire_until(w, w->seen == CLIENTS);
	wire_turn(w);
	for (size_t i = 0; i < CLIENTS; i++) {
		wire_forget(w);
		assert_true(wire_receive(w, fds[i]));
		assert_int_equal(w->text_len, 0);
	}
	assert_false(http_is_idle(w->http));
	wire_release(w);
	for (size_t i = 0; i < CLIENTS; i++) {
		assert_int_equal(wire_status(wire_answers(w, fds[i], 1)), 200);
		close(fds[i]);
	}
	wire_until(w, http_is_idle(w->http));
}

static void test_client_may_leave_while_held(void **state)
{
	struct wire *w = *state;
	struct linger reset = {.l_onoff = 1, .l_linger = 0};
	int fd = wire_connect(w);
	int other = wire_connect(w);

	w->hold = true;
	wire_send(w, fd, post);
	wire_send(w, other, post);
	wire_until(w, w->seen == 2);
	assert_false(http_has_left(w->held[0]));
	assert_int_equal(
	    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
	close(fd);
	wire_until(w, http_has_left(w->held[0]));
	wire_release(w);
	assert_int_equal(wire_status(wire_answers(w, other, 1)), 200);
	wire_until(w, http_is_idle(w->http));
	close(other);
}

static void test_half_closed_client_gets_its_answer(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	w->hold = true;
	wire_send(w, fd, post);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	wire_until(w, w->seen == 1);
	wire_turn(w);
	wire_turn(w);
	wire_release(w);
	assert_int_equal(wire_status(wire_answers(w, fd, 1)), 200);
	w->now_ms += WIRE_TIMEOUT_MS;
	wire_all(w, fd);
	close(fd);
}

static void test_http_1_0_ends_its_connection(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	wire_send(w, fd, "POST /p HTTP/1.0\r\nContent-Length: 2\r\n\r\nab");
	wire_assert_has(wire_all(w, fd), "fine");
	assert_int_equal(w->body_len, 2);
	close(fd);
}

static void test_head_has_no_body(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	wire_send(
	    w, fd, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	wire_assert_has(wire_all(w, fd), "Content-Length: 4\r\n");
	assert_null(strstr(w->text, "fine"));
	assert_int_equal(wire_status(w->text), 200);
	close(fd);
}

static void test_expect_continue(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	wire_send(w, fd,
	    "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
	    "Content-Length: 5\r\n\r\n");
	wire_forget(w);
	wire_until(
	    w, (wire_receive(w, fd), strstr(w->text, "\r\n\r\n") != NULL));
	assert_int_equal(wire_status(w->text), 100);
	wire_send(w, fd, "hello");
	assert_int_equal(wire_status(wire_answers(w, fd, 1)), 200);
	close(fd);
}

static void test_drain_ends_what_is_kept(void **state)
{
	struct wire *w = *state;
	int held = wire_connect(w);
	int idle = wire_connect(w);

	w->hold = true;
	wire_send(w, held, post);
	wire_until(w, w->seen == 1);
	http_drain(w->http);
	wire_turn(w);
	wire_release(w);
	wire_assert_has(wire_all(w, held), "Connection: close\r\n");
	assert_int_equal(wire_status(w->text), 200);
	w->hold = false;
	wire_send(w, idle, post);
	wire_assert_has(wire_all(w, idle), "Connection: close\r\n");
	wire_until(w, http_is_idle(w->http));
	close(held);
	close(idle);
}

static void test_drained_server_accepts_nobody(void **state)
{
	struct wire *w = *state;
	int fd;

	http_drain(w->http);
	fd = wire_connect(w); /* the kernel's queue takes it */
	wire_send(w, fd, post);
	for (int i = 0; i < 20; i++)
		wire_turn(w);
	assert_int_equal(w->seen, 0);
	close(fd);
}

static void test_close_with_open_connections(void **state)
{
	struct wire *w = *state;
	int fd = wire_connect(w);

	wire_send(w, fd,
	    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000"
	    "\r\n\r\nnot all of it");
	wire_turn(w);
	close(fd);
	/* the teardown closes the server; the sanitizer counts the memory */
}

static void test_replies_refuse_what_http_does_not_allow(void **state)
{
	const struct http_header bad = {"X-A", "b\r\nSet-Cookie: c"};

	(void)state;
	assert_null(http_reply_new(200, "text/plain", "", &bad, 1));
	http_reply_free(NULL);
	http_close(NULL);
}

#define WITH_WIRE(test) \
	cmocka_unit_test_setup_teardown(test, wire_setup, wire_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_WIRE(test_request_is_seen_as_sent),
	    WITH_WIRE(test_query_is_absent_bad_or_long),
	    WITH_WIRE(test_body_comes_whole),
	    WITH_WIRE(test_large_body_comes_whole),
	    WITH_WIRE(test_chunked_body_comes_whole),
	    WITH_WIRE(test_connection_is_kept),
	    WITH_WIRE(test_pipelined_requests_are_answered_in_order),
	    WITH_WIRE(test_held_requests_are_answered_together),
	    WITH_WIRE(test_client_may_leave_while_held),
	    WITH_WIRE(test_half_closed_client_gets_its_answer),
	    WITH_WIRE(test_http_1_0_ends_its_connection),
	    WITH_WIRE(test_head_has_no_body),
	    WITH_WIRE(test_expect_continue),
	    WITH_WIRE(test_drain_ends_what_is_kept),
	    WITH_WIRE(test_drained_server_accepts_nobody),
	    WITH_WIRE(test_close_with_open_connections),
	    cmocka_unit_test(test_replies_refuse_what_http_does_not_allow),
	};

	return cmocka_run_group_tests_name("io_http", tests, NULL, NULL);
}
