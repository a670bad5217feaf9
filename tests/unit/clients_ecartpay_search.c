/* Lists of Ecart Pay that no fixture holds: many pages, tokens, no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/core/settings.h"

#include "clients/ecartpay.h"

enum { ARENA_MAX = 64 << 20, BODY_MAX = 1 << 20, PAGE = 50, PAGES_MAX = 50 };

/* A list of n transactions; the one with the number of TRWANTED is in it. */
struct list {
	size_t n;
	size_t wanted;	   /* its place; n: it is not there */
	const char *token; /* that pages from the tenth on name; NULL: none */
};

static void add_item(struct buf *out, const struct list *list, size_t i)
{
	buf_addf(out,
	    "%s{\"id\":\"%024zx\",\"transaction_id\":\"TR%zu\","
	    "\"status\":\"paid\",\"amount\":1}",
	    i % PAGE > 0 ? "," : "", i, i == list->wanted ? 777777 : i);
}

static void add_page(struct buf *out, const struct list *list, size_t page)
{
	buf_addf(out, "{\"count\":%zu,\"docs\":[", list->n);
	for (size_t i = (page - 1) * PAGE; i < page * PAGE && i < list->n; i++)
		add_item(out, list, i);
	buf_adds(out, "]");
	if (list->token != NULL && page >= 10)
		buf_addf(out, ",\"token_page\":%zu,\"next_token\":\"%s\"", page,
		    list->token);
	buf_adds(out, "}");
}

struct look {
	struct buf bodies[PAGES_MAX + 1];
	struct client_reply replies[PAGES_MAX + 1];
	size_t n;
	struct arena arena;
	struct client_reading reading;
};

static void answer(struct look *look, int status)
{
	struct client_reply *reply = &look->replies[look->n];

	reply->status = status;
	reply->content_type = "application/json";
	reply->body = buf_text(&look->bodies[look->n]);
	reply->len = look->bodies[look->n].len;
	look->n++;
}

/* Until it asks for nothing more; the questions are in *asked. */
static void run(struct look *look, const struct list *list, struct buf *asked)
{
	const struct provider_settings provider = {.name = "ecartpay"};
	const struct client_object object = {
	    .kind = "transaction", .id = "TR777777"};

	memset(look, 0, sizeof(*look));
	buf_init(asked, BODY_MAX);
	buf_init(&look->bodies[0], BODY_MAX);
	buf_adds(&look->bodies[0], "{}");
	answer(look, 404);
	for (;;) {
		arena_init(&look->arena, ARENA_MAX);
		ecartpay_read(&provider, &object, look->replies, look->n, 1,
		    &look->arena, &look->reading);
		if (look->reading.verdict != VERDICT_MORE)
			break;
		buf_addf(asked, "%s ", look->reading.next.path);
		arena_fini(&look->arena);
		assert_true(look->n < PAGES_MAX);
		buf_init(&look->bodies[look->n], BODY_MAX);
		add_page(&look->bodies[look->n], list, look->n);
		answer(look, 200);
	}
}

static void end(struct look *look, struct buf *asked)
{
	arena_fini(&look->arena);
	for (size_t i = 0; i < look->n; i++)
		buf_fini(&look->bodies[i]);
	buf_fini(asked);
}

/* Page 11 wants the token of page 10, and the token wants to be escaped. */
static void test_token_pages(void **state)
{
	const struct list list = {.n = 601, .wanted = 600, .token = "a+b/c=="};
	struct look look;
	struct buf asked;

	(void)state;
	run(&look, &list, &asked);
	assert_int_equal(look.reading.verdict, VERDICT_TRUTH);
	assert_int_equal(look.n, 14);
	assert_non_null(strstr(asked.data, "?limit=50&page=10 "));
	assert_null(strstr(asked.data, "page=11"));
	assert_non_null(strstr(asked.data,
	    "page=10 /api/transactions?limit=50&next=a%2Bb%2Fc%3D%3D "
	    "/api/transactions?limit=50&next=a%2Bb%2Fc%3D%3D "));
	assert_string_equal(look.reading.observation.status, "paid");
	end(&look, &asked);
}

static void test_the_tenth_page_may_be_the_last(void **state)
{
	const struct list list = {.n = 500, .wanted = 500};
	struct look look;
	struct buf asked;

	(void)state;
	run(&look, &list, &asked);
	assert_int_equal(look.reading.verdict, VERDICT_GONE);
	assert_false(look.reading.gone_for_sure);
	assert_int_equal(look.n, 11);
	end(&look, &asked);
}

/* There is more, and no way to it: that is no absence. */
static void test_no_token_is_doubt(void **state)
{
	const struct list list = {.n = 501, .wanted = 501};
	struct look look;
	struct buf asked;

	(void)state;
	run(&look, &list, &asked);
	assert_int_equal(look.reading.verdict, VERDICT_GARBLED);
	assert_string_equal(
	    look.reading.cause, "next_token: missing where it is needed");
	end(&look, &asked);
}

static void test_pages_have_an_end(void **state)
{
	const struct list list = {.n = 9999, .wanted = 9999, .token = "t"};
	struct look look;
	struct buf asked;

	(void)state;
	run(&look, &list, &asked);
	assert_int_equal(look.reading.verdict, VERDICT_GARBLED);
	assert_string_equal(
	    look.reading.cause, "docs: more pages than are ever read");
	assert_int_equal(look.n, CLIENT_STEPS_MAX);
	end(&look, &asked);
}

/* A parent is confirmed only by what the object itself says. */
static bool confirmed(const char *parent, const char *body)
{
	const struct provider_settings provider = {.name = "ecartpay"};
	const struct client_object object = {.kind = "billing",
	    .id = "67a3be71c388eff4563a0aa8",
	    .parent_kind = "user",
	    .parent_id = parent};
	const struct client_reply reply = {.status = 200,
	    .content_type = "application/json",
	    .body = body,
	    .len = strlen(body)};
	struct client_reading reading;
	struct arena arena;
	bool is;

	arena_init(&arena, ARENA_MAX);
	ecartpay_read(&provider, &object, &reply, 1, 1, &arena, &reading);
	assert_int_equal(reading.verdict, VERDICT_TRUTH);
	is = reading.parent_confirmed;
	arena_fini(&arena);
	return is;
}

#define BILLING(user) \
	"[{\"id\":\"67a3be71c388eff4563a0aa8\",\"active\":true" user "}]"
#define PROVIDER "62ab6f2172362c74e1328109"

static void test_parents(void **state)
{
	(void)state;
	assert_true(confirmed("1849", BILLING(",\"user_id\":\"1849\"")));
	assert_true(confirmed("1849", BILLING(",\"user_id\":1849")));
	assert_true(confirmed("1849/" PROVIDER,
	    BILLING(",\"user_id\":\"1849\",\"provider_id\":\"" PROVIDER "\"")));
	assert_false(
	    confirmed("1849/" PROVIDER, BILLING(",\"user_id\":\"1849\"")));
	assert_false(confirmed("1850", BILLING(",\"user_id\":\"1849\"")));
	assert_false(confirmed("1849", BILLING("")));
	assert_false(confirmed("a&b", BILLING(",\"user_id\":\"a&b\"")));
	assert_false(confirmed("1849/x", BILLING(",\"user_id\":\"1849\"")));
}

/* Whatever the room is, nothing is taken for absent that is there. */
static void test_little_room(void **state)
{
	static const char body[] = BILLING("");
	const struct provider_settings provider = {.name = "ecartpay"};
	const struct client_object object = {
	    .kind = "billing", .id = "67a3be71c388eff4563a0aa8"};
	const struct client_reply reply = {.status = 200,
	    .content_type = "application/json",
	    .body = body,
	    .len = sizeof(body) - 1};

	(void)state;
	for (size_t room = 0; room < 4000; room++) {
		struct client_reading reading;
		struct arena arena;

		arena_init(&arena, room);
		ecartpay_read(
		    &provider, &object, &reply, 1, 1, &arena, &reading);
		assert_true(reading.verdict == VERDICT_GARBLED ||
			    reading.verdict == VERDICT_TRUTH);
		arena_fini(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_token_pages),
	    cmocka_unit_test(test_the_tenth_page_may_be_the_last),
	    cmocka_unit_test(test_no_token_is_doubt),
	    cmocka_unit_test(test_pages_have_an_end),
	    cmocka_unit_test(test_parents),
	    cmocka_unit_test(test_little_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
