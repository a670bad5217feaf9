/*
 * The lists of all types, in rows: what a page is asked for with, what is taken
 * of it, and where the next one begins; and that nothing else becomes of one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "clients/client.h"
#include "clients/page.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

enum { ARENA_MAX = 4 << 20 };

/* A list's questions: the first page, and the one at a cursor. */
struct question {
	const char *type;
	const char *list;
	const char *cursor;
	const char *path;
};

static const struct question questions[] = {
    {"ecurring", "subscriptions", NULL,
	"/subscriptions?page%5Bnumber%5D=1&page%5Bsize%5D=50"},
    {"ecurring", "subscriptions", "7",
	"/subscriptions?page%5Bnumber%5D=7&page%5Bsize%5D=50"},
    {"mollie", "subscriptions", NULL, "/v2/subscriptions?limit=250"},
    {"mollie", "subscriptions", "sub_rVKGtNd6s3",
	"/v2/subscriptions?limit=250&from=sub_rVKGtNd6s3"},
    {"mollie", "payments", NULL, "/v2/payments?limit=250"},
    {"mollie", "payments", "tr_1", "/v2/payments?limit=250&from=tr_1"},
    {"ecartpay", "subscriptions", NULL, "/api/subscriptions?limit=50&page=1"},
    {"ecartpay", "subscriptions", "7", "/api/subscriptions?limit=50&page=7"},
    {"ecartpay", "transactions", "10", "/api/transactions?limit=50&page=10"},
    {"ecartpay", "transactions",
	"next:a+b/c==", "/api/transactions?limit=50&next=a%2Bb%2Fc%3D%3D"},
    {"ecartpay", "billing", NULL, "/api/billings/clients?limit=50&page=1"},
};

/* An answer: status 0 is 200. */
struct row {
	const char *name;
	const char *type;
	const char *list;
	const char *cursor;
	int status;
	const char *body;
	const char *said; /* see tell() */
};

static const struct row rows[] = {
    /* eCurring: where the end is, is told in several ways. */
    {"a page with one behind it", "ecurring", "subscriptions", NULL, 0,
	"{\"data\":[{\"type\":\"subscription\",\"id\":\"1\"},"
	"{\"type\":\"subscription\",\"id\":\"2\"}],"
	"\"links\":{\"next\":\"https://evil.example/x?page[number]=99\"}}",
	"subscription 1, subscription 2, next 2"},
    {"its next link is null", "ecurring", "subscriptions", "2", 0,
	"{\"data\":[{\"type\":\"subscription\",\"id\":\"3\"}],"
	"\"links\":{\"next\":null,\"last\":\"x?page[number]=85\"}}",
	"subscription 3"},
    {"no links at all: on, until a page is empty", "ecurring", "subscriptions",
	"2", 0, "{\"data\":[{\"type\":\"subscription\",\"id\":3}]}",
	"subscription 3, next 3"},
    {"an empty page is the end, whatever it links to", "ecurring",
	"subscriptions", "3", 0,
	"{\"data\":[],\"links\":{\"next\":\"x\"},\"meta\":{\"total\":2}}", ""},
    {"something else in it", "ecurring", "subscriptions", NULL, 0,
	"{\"data\":[{\"type\":\"customer\",\"id\":\"1\"}]}",
	"garbled: data.type: not a subscription"},
    {"no list", "ecurring", "subscriptions", NULL, 0, "{}",
	"garbled: data: missing"},
    {"an id that leads elsewhere", "ecurring", "subscriptions", NULL, 0,
	"{\"data\":[{\"type\":\"subscription\",\"id\":\"../customers/1\"}]}",
	"garbled: subscription: not an id"},

    /* Mollie: of its link to the next page nothing counts but the id. */
    {"subscriptions come with their customer", "mollie", "subscriptions", NULL,
	0,
	"{\"count\":1,\"_embedded\":{\"subscriptions\":[{\"id\":\"sub_1\","
	"\"customerId\":\"cst_1\"}]},\"_links\":{\"next\":{\"href\":"
	"\"https://api.mollie.com/v2/subscriptions?limit=250&from=sub_2\"}}}",
	"subscription sub_1 of customer cst_1, next sub_2"},
    {"the last page", "mollie", "subscriptions", "sub_2", 0,
	"{\"count\":0,\"_embedded\":{\"subscriptions\":[]},"
	"\"_links\":{\"next\":null}}",
	""},
    {"a link to another place", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[{\"id\":\"tr_1\"}]},\"_links\":"
	"{\"next\":{\"href\":\"https://evil.example/?from=tr_2&x=1\"}}}",
	"payment tr_1, next tr_2"},
    {"a link that says nothing", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[]},\"_links\":"
	"{\"next\":{\"href\":\"https://api.mollie.com/v2/payments\"}}}",
	"garbled: _links.next.href: it does not say where the next page "
	"begins"},
    {"a link that leads out of the path", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[]},\"_links\":"
	"{\"next\":{\"href\":\"/v2/payments?from=tr_1%2F..%2Fx\"}}}",
	"garbled: _links.next.href: it does not say where the next page "
	"begins"},
    {"a subscription without its customer", "mollie", "subscriptions", NULL, 0,
	"{\"_embedded\":{\"subscriptions\":[{\"id\":\"sub_1\"}]}}",
	"garbled: customerId: missing"},
    /* Ecart Pay: by numbers to the tenth page, then by what it names. */
    {"a count that is not reached", "ecartpay", "subscriptions", "2", 0,
	"{\"count\":101,\"docs\":[{\"id\":\"65B0565F7F9F32242108746A\"}]}",
	"subscription 65b0565f7f9f32242108746a, next 3"},
    {"a count that is", "ecartpay", "subscriptions", "2", 0,
	"{\"count\":100,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}]}",
	"subscription 65b0565f7f9f32242108746a"},
    {"an empty page is the end", "ecartpay", "subscriptions", "2", 0,
	"{\"count\":500,\"docs\":[]}", ""},
    {"a page that is not full is it too", "ecartpay", "subscriptions", NULL, 0,
	"{\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}]}",
	"subscription 65b0565f7f9f32242108746a"},
    {"a path as id", "ecartpay", "subscriptions", NULL, 0,
	"{\"count\":1,\"docs\":[{\"id\":\"../customers/1\"}]}",
	"garbled: subscription: not an id"},
    {"an array where none is documented", "ecartpay", "transactions", NULL, 0,
	"[{\"id\":\"65b0565f7f9f32242108746a\"}]",
	"garbled: docs: its parent is not an object"},
    {"before the tenth page its token is not needed", "ecartpay",
	"transactions", "9", 0,
	"{\"count\":501,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}],"
	"\"next_token\":\"x\"}",
	"transaction 65b0565f7f9f32242108746a, next 10"},
    {"the tenth page", "ecartpay", "transactions", "10", 0,
	"{\"count\":501,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}],"
	"\"token_page\":10,\"next_token\":\"a+b/c==\"}",
	"transaction 65b0565f7f9f32242108746a, next next:a+b/c=="},
    {"the tenth page without a way on", "ecartpay", "transactions", "10", 0,
	"{\"count\":501,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}]}",
	"garbled: next_token: missing where it is needed"},
    {"the tenth page as the last one", "ecartpay", "transactions", "10", 0,
	"{\"count\":500,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}]}",
	"transaction 65b0565f7f9f32242108746a"},
    {"behind a token the next token", "ecartpay", "transactions", "next:a", 0,
	"{\"count\":900,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}],"
	"\"next_token\":\"b\"}",
	"transaction 65b0565f7f9f32242108746a, next next:b"},
    {"no token is the end", "ecartpay", "transactions", "next:a", 0,
	"{\"count\":900,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}],"
	"\"next_token\":null}",
	"transaction 65b0565f7f9f32242108746a"},
    {"billing information with its user", "ecartpay", "billing", NULL, 0,
	"{\"count\":1,\"docs\":[{\"id\":\"67a3be71c388eff4563a0aa8\","
	"\"user_id\":\"1849\",\"provider_id\":\"62ab6f2172362c74e1328109\"}]}",
	"billing 67a3be71c388eff4563a0aa8 of user "
	"1849/62ab6f2172362c74e1328109"},
    {"billing information as an array", "ecartpay", "billing", NULL, 0,
	"[{\"id\":\"67a3be71c388eff4563a0aa8\",\"user_id\":\"../x\"}]",
	"billing 67a3be71c388eff4563a0aa8"},
    {"billing information as one object", "ecartpay", "billing", NULL, 0,
	"{\"id\":\"67a3be71c388eff4563a0aa8\",\"user_id\":1849}",
	"billing 67a3be71c388eff4563a0aa8 of user 1849"},
    {"no billing information at all", "ecartpay", "billing", NULL, 0, "[]", ""},

    {"another thing's id", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[{\"id\":\"sub_1\"}]}}",
	"garbled: payment: not an id"},
};

static const struct client_list *find(const char *type, const char *name)
{
	const struct client *client = client_find(type);
	const struct client_list *list =
	    client == NULL ? NULL : client_list_find(client, name);

	if (list == NULL)
		fail_msg("%s has no list of %s", type, name);
	return list;
}

static struct provider_settings settings_of(const struct client *client)
{
	return (struct provider_settings){.name = client->type,
	    .type = client->type,
	    .client = client,
	    .base_url = "https://api.example",
	    .api_key = "key"};
}

/* "KIND ID of PARENTKIND PARENTID, …, next CURSOR", or "VERDICT: cause". */
static const char *tell(struct buf *out, const struct client_page *page)
{
	const struct listing *listing = &page->listing;

	buf_init(out, 65536);
	if (page->verdict != VERDICT_TRUTH) {
		buf_addf(
		    out, "%s: %s", verdict_name(page->verdict), page->cause);
		return buf_text(out);
	}
	for (size_t i = 0; i < listing->n; i++) {
		const struct member *item = &listing->items[i];

		buf_addf(
		    out, "%s%s %s", i > 0 ? ", " : "", item->kind, item->id);
		if (item->parent_id != NULL)
			buf_addf(out, " of %s %s", item->parent_kind,
			    item->parent_id);
	}
	if (listing->next != NULL)
		buf_addf(out, "%snext %s", listing->n > 0 ? ", " : "",
		    listing->next);
	return buf_text(out);
}

static void read_page(const char *type, const struct client_list *list,
    const char *cursor, const struct client_reply *reply, struct arena *arena,
    struct client_page *out)
{
	const struct client *client = client_find(type);
	const struct provider_settings provider = settings_of(client);
	const struct client_place place = {.cursor = cursor, .token = "token"};

	list->read(&provider, &place, reply, arena, out);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct client_reply reply = {
		    .status = row->status != 0 ? row->status : 200,
		    .content_type = "application/json",
		    .body = row->body,
		    .len = strlen(row->body)};
		struct client_page page;
		struct arena arena;
		struct buf said;

		arena_init(&arena, ARENA_MAX);
		read_page(row->type, find(row->type, row->list), row->cursor,
		    &reply, &arena, &page);
		if (strcmp(tell(&said, &page), row->said) != 0)
			fail_msg("%s: %s\n got: %s\n not: %s", row->type,
			    row->name, buf_text(&said), row->said);
		buf_fini(&said);
		arena_fini(&arena);
	}
}

static void test_questions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		const struct question *q = &questions[i];
		const struct provider_settings provider =
		    settings_of(client_find(q->type));
		const struct client_place place = {
		    .cursor = q->cursor, .token = "token"};
		struct client_request request;
		struct arena arena;
		struct err_text err;

		arena_init(&arena, ARENA_MAX);
		assert_int_equal(
		    find(q->type, q->list)
			->ask(&provider, &place, &arena, &request, &err),
		    0);
		assert_string_equal(request.path, q->path);
		assert_non_null(request.operation);
		arena_fini(&arena);
	}
}

static void each_list(
    void (*try)(const char *type, const struct client_list *list))
{
	size_t n = 0;

	for (size_t i = 0; client_at(i) != NULL; i++) {
		const struct client *client = client_at(i);

		for (size_t k = 0; k < client->n_lists; k++, n++)
			try(client->type, &client->lists[k]);
	}
	assert_true(n >= 3);
}

/* Every list is asked for in a row of its own, and has an answer in one. */
static void is_in_the_rows(const char *type, const struct client_list *list)
{
	bool asked = false, answered = false;

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		asked |= strcmp(questions[i].type, type) == 0 &&
			 strcmp(questions[i].list, list->name) == 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		answered |= strcmp(rows[i].type, type) == 0 &&
			    strcmp(rows[i].list, list->name) == 0;
	if (!asked || !answered)
		fail_msg("no row about the %s of %s", list->name, type);
	assert_true(name_kind_is_valid(list->name));
}

static void refuses_cursors(const char *type, const struct client_list *list)
{
	static const char *const bad[] = {"", "../x", "%2e%2e", "x y", "-1",
	    "1&limit=1", "sub_1/../x", "\x01"};
	const struct provider_settings provider =
	    settings_of(client_find(type));

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct client_place place = {
		    .cursor = bad[i], .token = "token"};
		struct client_request request;
		struct arena arena;
		struct err_text err;

		arena_init(&arena, ARENA_MAX);
		assert_int_equal(
		    list->ask(&provider, &place, &arena, &request, &err),
		    ERR_BAD);
		arena_fini(&arena);
	}
}

/* What is no page never names anything, and its cause is said. */
static void takes_no_nonsense(const char *type, const struct client_list *list)
{
	static const struct {
		int status;
		const char *body;
		enum verdict verdict;
	} answers[] = {
	    {200, "", VERDICT_GARBLED},
	    {200, "<html>", VERDICT_GARBLED},
	    {200, "null", VERDICT_GARBLED},
	    {200, "[]", VERDICT_GARBLED},
	    {200, "{\"data\":7,\"_embedded\":7}", VERDICT_GARBLED},
	    {200, "{\"data\":[7]}", VERDICT_GARBLED},
	    {200, "{\"data\":[", VERDICT_GARBLED},
	    {302, "{}", VERDICT_GARBLED},
	    {401, "{}", VERDICT_BARRED},
	    {403, "{}", VERDICT_BARRED},
	    {404, "{}", VERDICT_GONE},
	    {429, "{}", VERDICT_LATER},
	    {503, "{}", VERDICT_LATER},
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct client_reply reply = {.status = answers[i].status,
		    .content_type = "application/json",
		    .body = answers[i].body,
		    .len = strlen(answers[i].body)};
		struct client_page page;
		struct arena arena;

		/* an array is one of the forms that it may have */
		if (strcmp(list->name, "billing") == 0 &&
		    strcmp(answers[i].body, "[]") == 0)
			continue;
		arena_init(&arena, ARENA_MAX);
		read_page(type, list, NULL, &reply, &arena, &page);
		if (page.verdict != answers[i].verdict)
			fail_msg("%s %s: %d %s is %s", type, list->name,
			    answers[i].status, answers[i].body,
			    verdict_name(page.verdict));
		assert_non_null(page.cause);
		arena_fini(&arena);
	}
}

static void test_all_are_in_the_rows(void **state)
{
	(void)state;
	each_list(is_in_the_rows);
}

static void test_cursors_of_another_form(void **state)
{
	(void)state;
	each_list(refuses_cursors);
}

static void test_nonsense(void **state)
{
	(void)state;
	each_list(takes_no_nonsense);
}

static void test_link_values(void **state)
{
	static const struct {
		const char *link;
		const char *value;
	} links[] = {
	    {"https://x/y?from=a", "a"},
	    {"https://x/y?a=1&from=b%20c&d=2", "b c"},
	    {"?xfrom=1&from=2#from=3", "2"},
	    {"?from=%zz%4", "%zz%4"},
	    {"?from=", ""},
	    {"?From=1", NULL},
	    {"https://x/from=1", NULL},
	    {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct arena arena;
		const char *value;

		arena_init(&arena, 4096);
		value = page_link_value(&arena, links[i].link, "from");
		if (links[i].value == NULL)
			assert_null(value);
		else
			assert_string_equal(value, links[i].value);
		arena_fini(&arena);
	}
	assert_int_equal(page_number(NULL), 1);
	assert_int_equal(page_number("2"), 2);
	assert_int_equal(page_number("1"), 0); /* that is no cursor's */
	assert_int_equal(page_number("x"), 0);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test(test_questions),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_all_are_in_the_rows),
	    cmocka_unit_test(test_cursors_of_another_form),
	    cmocka_unit_test(test_nonsense),
	    cmocka_unit_test(test_link_values),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
