/*
 * Requests to the receiving desk, with a client type of our own and a real
 * store: every row of the table of answers, and what is on disk afterwards.
 */
#include "tests/unit/io_http_wire.h"

#include "cache/store.h"
#include "clients/client.h"
#include "reconciler/base/arena.h"
#include "reconciler/base/log.h"
#include "reconciler/base/random.h"
#include "reconciler/core/settings.h"
#include "reconciler/io/committer.h"
#include "reconciler/io/desk.h"
#include "reconciler/io/replies.h"

enum { PATH_BYTES = 256, IDS_MAX = 256 };

struct desk_test {
	struct wire wire; /* its handler is not used */
	char path[PATH_BYTES];
	struct provider_settings providers[2];
	struct settings settings;
	struct store *store;
	struct committer *committer;
	struct replies *replies;
	struct desk *desk;
	struct err_text err;
};

/* ---- a client type ---------------------------------------------------------
 */

/*
 * The body says what is to happen: "id X", "many N", "nothing", "bad",
 * "forged", "invalid", "greedy".
 */
static int identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	const char *body = arena_bytes(arena, hook->body, hook->len);
	const char *delivery = hook->header(hook->cookie, "X-Delivery");
	size_t n = 1;

	assert_string_equal(provider->type, "test");
	assert_true(hook->now_ms > 1500000000000);
	if (strcmp(body, "bad") == 0)
		return err_set(err, ERR_BAD, "not of the \"form\"");
	if (strcmp(body, "forged") == 0)
		return err_set(err, ERR_DENIED, "bad signature");
	if (strcmp(body, "greedy") == 0 &&
	    arena_alloc(arena, 1, 1024 * 1024 * 1024) == NULL)
		return ERR_BAD;
	if (strcmp(body, "nothing") == 0) {
		out->ignored = "not ours";
		return 0;
	}
	if (strncmp(body, "many ", 5) == 0)
		n = strtoul(body + 5, NULL, 10);
	for (out->n = 0; out->n < n; out->n++) {
		out->items[out->n] = (struct client_notice){
		    .kind = "thing",
		    .id = n > 1 ? arena_printf(arena, "%s/%zu", body, out->n)
				: body + 3,
		    .parent_kind = "whole",
		    .parent_id = "w1",
		    .delivery_id = arena_text(arena, delivery),
		};
	}
	if (strcmp(body, "invalid") == 0)
		out->items[0].id = "";
	return 0;
}

static const struct client test_client = {.type = "test", .identify = identify};

/* ---- the desk in its server
 * -------------------------------------------------- */

static void start(struct desk_test *t, const struct store_options *options)
{
	static const struct log silent = {.fd = -1, .level = LOG_ERR};

	assert_int_equal(store_open(options, &t->store, &t->err), 0);
	assert_int_equal(
	    committer_open(t->store, &silent, &t->committer, &t->err), 0);
	t->replies = replies_new();
	assert_non_null(t->replies);
	t->desk = desk_new(&t->settings, t->replies, t->committer, &t->err);
	assert_non_null(t->desk);
	t->wire.now_ms = WIRE_START_MS;
	assert_int_equal(
	    listen_open("127.0.0.1:0", &t->wire.listen_fd, &t->err), 0);
	t->wire.options = (struct http_options){
	    .listen_fd = t->wire.listen_fd,
	    .max_connections = 2048,
	    .max_head_bytes = 8192,
	    .max_body_bytes = 4096,
	    .max_bodies_bytes = 65536,
	    .timeout_ms = WIRE_TIMEOUT_MS,
	    .too_large = t->replies->too_large,
	    .crowded = t->replies->unavailable,
	    .malformed = t->replies->malformed,
	    .handle = desk_serve,
	    .cookie = t->desk,
	};
	assert_int_equal(
	    http_open(&t->wire.options, &t->wire.http, &t->err), 0);
}

static int setup_with(void **state, uint64_t map_bytes)
{
	struct desk_test *t = calloc(1, sizeof(*t));
	const char *tmp = getenv("TMPDIR");
	struct store_options options = {
	    .map_bytes = map_bytes, .high_water = 80};

	assert_non_null(t);
	snprintf(t->path, sizeof(t->path), "%s/trueup-desk-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(t->path));
	options.path = t->path;
	for (size_t i = 0; i < 2; i++) {
		t->providers[i].name = i == 0 ? "open" : "kept";
		t->providers[i].type = "test";
		t->providers[i].client = &test_client;
	}
	t->providers[1].hook_token = "s3cret";
	t->settings.providers = t->providers;
	t->settings.n_providers = 2;
	start(t, &options);
	*state = t;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, 64 * 1024 * 1024);
}

static int setup_tiny(void **state)
{
	return setup_with(state, 512 * 1024);
}

static void turn(struct desk_test *t)
{
	struct pollfd fds[] = {
	    {.fd = desk_fd(t->desk), .events = POLLIN},
	    {.fd = http_fd(t->wire.http), .events = POLLIN},
	};

	(void)poll(fds, 2, 2);
	desk_take_back(t->desk);
	(void)http_run(t->wire.http, t->wire.now_ms);
	desk_give(t->desk);
}

static int teardown(void **state)
{
	struct desk_test *t = *state;
	static const char *const files[] = {
	    "data.mdb", "lock.mdb", "wake", "worker.lock", "lock"};
	char file[PATH_BYTES + 16];

	while (desk_is_busy(t->desk))
		turn(t);
	http_close(t->wire.http);
	desk_free(t->desk);
	committer_close(t->committer);
	replies_free(t->replies);
	store_close(t->store);
	close(t->wire.listen_fd);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(file, sizeof(file), "%s/%s", t->path, files[i]);
		unlink(file);
	}
	rmdir(t->path);
	free(t);
	return 0;
}

/* ---- one request, one answer
 * ------------------------------------------------- */

static bool is_complete(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n");
	const char *length = strstr(text, "Content-Length: ");

	return end != NULL && length != NULL &&
	       strlen(end + 4) == strtoul(length + 16, NULL, 10);
}

static int ask(struct desk_test *t, const char *method, const char *path,
    const char *body, const char *headers)
{
	int64_t end_ms = clock_mono_ms() + WIRE_PATIENCE_MS;
	int fd = wire_connect(&t->wire);
	char text[8192];
	int n = snprintf(text, sizeof(text),
	    "%s %s HTTP/1.1\r\nHost: h\r\n%sContent-Length: %zu\r\n\r\n%s",
	    method, path, headers, strlen(body), body);

	assert_in_range(n, 1, sizeof(text) - 1);
	assert_int_equal(send(fd, text, (size_t)n, MSG_NOSIGNAL), n);
	wire_forget(&t->wire);
	while (wire_receive(&t->wire, fd) && !is_complete(t->wire.text)) {
		assert_true(clock_mono_ms() < end_ms);
		turn(t);
	}
	close(fd);
	return wire_status(t->wire.text);
}

static int post(struct desk_test *t, const char *path, const char *body)
{
	return ask(t, "POST", path, body, "");
}

static uint64_t counted(
    const struct desk_test *t, size_t provider, enum desk_outcome outcome)
{
	return desk_count(t->desk, provider, outcome);
}

/* ---- what is on disk
 * ----------------------------------------------------------- */

struct found {
	size_t n;
	char ids[IDS_MAX][64];
};

static int note(void *cookie, const struct job *job)
{
	struct found *found = cookie;

	assert_true(found->n < IDS_MAX);
	snprintf(found->ids[found->n++], sizeof(found->ids[0]), "%s/%s/%s*%d",
	    job->ref.provider, job->ref.kind, job->ref.id, (int)job->notices);
	return 0;
}

static void look(struct desk_test *t, struct found *found)
{
	const struct job_filter all = {.state = -1};
	struct store_turn *work;
	struct store_view *view;
	struct random random;
	int64_t now_ms = clock_wall_ms();

	random_seed_with(&random, 1);
	assert_int_equal(store_turn_begin(t->store, &t->settings, now_ms,
			     &random, &work, &t->err),
	    0);
	store_turn_collect(work, 100000);
	assert_int_equal(store_turn_commit(work, &t->err), 0);
	assert_int_equal(store_view_open(t->store, &view, &t->err), 0);
	found->n = 0;
	assert_int_equal(
	    store_view_jobs(view, &all, now_ms, note, found, &t->err), 0);
	store_view_close(view);
}

/* ---- the tests
 * --------------------------------------------------------------- */

static void test_table_of_answers(void **state)
{
	static const struct {
		const char *method, *path, *body;
		int status;
		const char *answer, *header;
	} rows[] = {
	    {"POST", "/hooks/open", "id 1", 200, "{\"received\":true}", ""},
	    {"POST", "/hooks/open?a=b", "id 1", 200, "{\"received\":true}", ""},
	    {"POST", "/hooks/kept/s3cret", "id 2", 200, "{\"received\":true}",
		""},
	    {"POST", "/hooks/kept/s3%63ret", "id 2", 200, "{\"received\":true}",
		""},
	    {"POST", "/hooks/open", "nothing", 200,
		"{\"received\":true,\"ignored\":\"not ours\"}", ""},
	    {"POST", "/hooks/open", "bad", 400,
		"{\"error\":\"not of the \\\"form\\\"\"}", ""},
	    {"POST", "/hooks/open", "invalid", 400,
		"{\"error\":\"no valid id\"}", ""},
	    {"POST", "/hooks/open", "forged", 401,
		"{\"error\":\"bad signature\"}", ""},
	    {"POST", "/hooks/kept", "id 3", 404, "{\"error\":\"not found\"}",
		""},
	    {"POST", "/hooks/kept/", "id 3", 404, "{\"error\":\"not found\"}",
		""},
	    {"POST", "/hooks/kept/s3cre", "id 3", 404,
		"{\"error\":\"not found\"}", ""},
	    {"POST", "/hooks/kept/s3cret%00", "id 3", 404,
		"{\"error\":\"not found\"}", ""},
	    {"GET", "/hooks/kept", "", 404, "{\"error\":\"not found\"}", ""},
	    {"POST", "/hooks/open/", "id 3", 404, "{\"error\":\"not found\"}",
		""},
	    {"POST", "/hooks/open/s3cret", "id 3", 404,
		"{\"error\":\"not found\"}", ""},
	    {"POST", "/hooks/none", "id 3", 404, "{\"error\":\"not found\"}",
		""},
	    {"POST", "/", "id 3", 404, "{\"error\":\"not found\"}", ""},
	    {"GET", "/healthz/", "", 404, "{\"error\":\"not found\"}", ""},
	    {"GET", "/hooks/open", "", 405,
		"{\"error\":\"method not allowed\"}", "Allow: POST\r\n"},
	    {"PUT", "/hooks/kept/s3cret", "id 3", 405,
		"{\"error\":\"method not allowed\"}", "Allow: POST\r\n"},
	    {"POST", "/healthz", "", 405, "{\"error\":\"method not allowed\"}",
		"Allow: GET, HEAD\r\n"},
	    {"GET", "/healthz", "", 200, "{\"healthy\":true}", ""},
	    {"POST", "/hooks/open", "greedy", 503,
		"{\"error\":\"cannot store now, try again later\"}",
		"Retry-After: 5\r\n"},
	    {"POST", "/hooks/open", "id 1", 200, "{\"received\":true}", ""},
	};
	struct desk_test *t = *state;
	struct found found;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int status = ask(t, rows[i].method, rows[i].path, rows[i].body,
		    "Content-Type: text/plain\r\n");

		if (status != rows[i].status)
			fail_msg("row %zu: %d", i, status);
		wire_assert_has(t->wire.text, rows[i].header);
		wire_assert_has(
		    t->wire.text, "Content-Type: application/json\r\n");
		assert_string_equal(
		    strstr(t->wire.text, "\r\n\r\n") + 4, rows[i].answer);
	}
	look(t, &found);
	assert_int_equal(found.n, 2);
	assert_string_equal(found.ids[0], "kept/thing/2*2");
	assert_string_equal(found.ids[1], "open/thing/1*3");
	assert_int_equal(counted(t, 0, DESK_STORED), 3);
	assert_int_equal(counted(t, 1, DESK_STORED), 2);
	assert_int_equal(counted(t, 0, DESK_IGNORED), 1);
	assert_int_equal(counted(t, 0, DESK_MALFORMED), 2);
	assert_int_equal(counted(t, 0, DESK_UNSIGNED), 1);
	assert_int_equal(counted(t, 0, DESK_WRONG_TOKEN), 2);
	assert_int_equal(counted(t, 1, DESK_WRONG_TOKEN), 5);
	assert_int_equal(counted(t, 0, DESK_UNAVAILABLE), 1);
}

static void test_server_answers_are_json_too(void **state)
{
	struct desk_test *t = *state;
	char body[4098];

	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	assert_int_equal(
	    ask(t, "POST", "/hooks/open", "", "Transfer-Encoding: deflate\r\n"),
	    400);
	wire_assert_has(t->wire.text, "{\"error\":\"malformed request\"}");
	assert_int_equal(ask(t, "POST", "/hooks/open", body, ""), 413);
	wire_assert_has(t->wire.text, "{\"error\":\"body too large\"}");
	assert_int_equal(counted(t, 0, DESK_STORED), 0);
}

static void test_one_request_may_name_many(void **state)
{
	struct desk_test *t = *state;
	struct found found;
	char body[32];

	snprintf(body, sizeof(body), "many %d", CLIENT_NOTICES_MAX);
	assert_int_equal(post(t, "/hooks/open", body), 200);
	look(t, &found);
	assert_int_equal(found.n, CLIENT_NOTICES_MAX);
	assert_int_equal(counted(t, 0, DESK_STORED), 1);
}

static void test_hook_headers_reach_the_client(void **state)
{
	struct desk_test *t = *state;

	assert_int_equal(
	    ask(t, "POST", "/hooks/open", "id 1", "x-DELIVERY: d1\r\n"), 200);
}

/* Requests that come together are answered together, each with its own. */
static void test_many_at_once(void **state)
{
	enum { CLIENTS = 200 };
	struct desk_test *t = *state;
	int64_t end_ms = clock_mono_ms() + WIRE_PATIENCE_MS;
	struct found found;
	int fds[CLIENTS];
	char text[256];

	for (int i = 0; i < CLIENTS; i++) {
		int n = snprintf(text, sizeof(text),
		    "POST /hooks/open HTTP/1.1\r\nHost: h\r\n"
		    "Content-Length: 6\r\n\r\nid %03d",
		    i);

		fds[i] = wire_connect(&t->wire);
		assert_int_equal(send(fds[i], text, (size_t)n, 0), n);
	}
	for (int i = 0; i < CLIENTS; i++) {
		wire_forget(&t->wire);
		while (!is_complete(t->wire.text)) {
			assert_true(clock_mono_ms() < end_ms);
			turn(t);
			assert_true(wire_receive(&t->wire, fds[i]));
		}
		assert_int_equal(wire_status(t->wire.text), 200);
		close(fds[i]);
	}
	look(t, &found);
	assert_int_equal(found.n, CLIENTS);
	for (int i = 0; i < CLIENTS; i++) {
		snprintf(text, sizeof(text), "open/thing/%03d*1", i);
		assert_string_equal(found.ids[i], text);
	}
}

/* Above the high-water mark: 503, and health says so; nothing half stored. */
static void test_full_store(void **state)
{
	struct desk_test *t = *state;
	struct store_stats stats;
	struct store_view *view;
	uint64_t stored = 0;
	char body[64];
	int status = 200;

	for (int i = 0; status == 200 && i < 5000; i++) {
		snprintf(body, sizeof(body), "many 60 %d", i);
		status = post(t, "/hooks/open", body);
		stored += status == 200;
	}
	assert_int_equal(status, 503);
	assert_true(stored > 0);
	wire_assert_has(t->wire.text, "Retry-After: 5\r\n");
	assert_int_equal(ask(t, "GET", "/healthz", "", ""), 503);
	wire_assert_has(t->wire.text, "Retry-After: 5\r\n");
	assert_int_equal(counted(t, 0, DESK_STORED), stored);
	assert_int_equal(counted(t, 0, DESK_UNAVAILABLE), 1);
	assert_int_equal(store_view_open(t->store, &view, &t->err), 0);
	assert_int_equal(store_view_stats(view, 1, &stats, &t->err), 0);
	store_view_close(view);
	assert_int_equal(stats.inbox, stored * 60);
}

static void test_draining(void **state)
{
	struct desk_test *t = *state;
	int fd = wire_connect(&t->wire);
	static const char request[] = "POST /hooks/open HTTP/1.1\r\nHost: h\r\n"
				      "Content-Length: 4\r\n\r\nid 7";
	int64_t end_ms = clock_mono_ms() + WIRE_PATIENCE_MS;
	struct found found;

	turn(t);
	desk_close(t->desk);
	http_drain(t->wire.http);
	assert_int_equal(
	    send(fd, request, sizeof(request) - 1, 0), sizeof(request) - 1);
	wire_forget(&t->wire);
	while (wire_receive(&t->wire, fd)) {
		assert_true(clock_mono_ms() < end_ms);
		turn(t);
	}
	assert_int_equal(wire_status(t->wire.text), 503);
	wire_assert_has(t->wire.text, "Connection: close\r\n");
	wire_assert_has(t->wire.text, "Retry-After: 5\r\n");
	look(t, &found);
	assert_int_equal(found.n, 0);
	close(fd);
}

#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_DESK(test_table_of_answers),
	    WITH_DESK(test_server_answers_are_json_too),
	    WITH_DESK(test_one_request_may_name_many),
	    WITH_DESK(test_hook_headers_reach_the_client),
	    WITH_DESK(test_many_at_once),
	    cmocka_unit_test_setup_teardown(
		test_full_store, setup_tiny, teardown),
	    WITH_DESK(test_draining),
	};

	return cmocka_run_group_tests_name("io_http_desk", tests, NULL, NULL);
}
