/*
 * The lists of all types, in rows: what a page is asked for with, what is taken
 * of it, and where the next one begins; and that nothing else becomes of one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/client.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "tests/contract/clients_lists_rows.h"

enum { ARENA_MAX = 4 << 20 };

#define SINCE_MS INT64_C(1700000000999)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct client_list *find(const char *type, const char *name)
{
	const struct client *client = client_find(type);
	const struct client_list *list =
	    client == NULL ? NULL : client_list_find(client, name);

	if (list == NULL) {
		print_error("%s has no list of %s\n", type, name);
		abort();
	}
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

/*
 * "KIND ID of PARENTKIND PARENTID @SECONDS, …, next CURSOR", or "VERDICT:
 * cause".
 */
static const char *tell(struct buf *out, const struct client_page *page)
{
	const struct listing *listing = &page->listing;

	buf_init(out, 65536);
	if (page->verdict != VERDICT_TRUTH) {
		buf_addf(out, "%s%s: %s", verdict_name(page->verdict),
		    page->refused ? ", and so for this key" : "", page->cause);
		return buf_text(out);
	}
	for (size_t i = 0; i < listing->n; i++) {
		const struct member *item = &listing->items[i];

		buf_addf(
		    out, "%s%s %s", i > 0 ? ", " : "", item->kind, item->id);
		if (item->parent_id != NULL)
			buf_addf(out, " of %s %s", item->parent_kind,
			    item->parent_id);
		if (listing->log != NULL)
			buf_addf(out, " @%lld",
			    (long long)(listing->at_ms[i] / 1000));
	}
	if (listing->next != NULL)
		buf_addf(out, "%snext %s", listing->n > 0 ? ", " : "",
		    listing->next);
	if (listing->other_mode > 0)
		buf_addf(out, ", %zu of the other mode", listing->other_mode);
	return buf_text(out);
}

/* The page at the cursor, of a provider of that mode. */
static void read_page(const struct row *row, const struct client_reply *reply,
    enum settings_mode mode, struct arena *arena, struct client_page *out)
{
	const struct client_list *list = find(row->type, row->list);
	const struct client_place place = {
	    .list = list, .cursor = row->cursor, .token = "token"};
	struct provider_settings provider = settings_of(client_find(row->type));

	provider.mode = mode;
	list->read(&provider, &place, reply, arena, out);
}

static void read_row(const struct row *row, enum settings_mode mode,
    struct arena *arena, struct client_page *out)
{
	const struct client_reply reply = {
	    .status = row->status != 0 ? row->status : 200,
	    .content_type = "application/json",
	    .body = row->body,
	    .len = strlen(row->body)};

	read_page(row, &reply, mode, arena, out);
}

static void check_rows(
    const struct row *list, size_t n, enum settings_mode mode)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &list[i];
		struct client_page page;
		struct arena arena;
		struct buf said;

		arena_init(&arena, ARENA_MAX);
		read_row(row, mode, &arena, &page);
		if (strcmp(tell(&said, &page), row->said) != 0)
			fail_msg("%s: %s\n got: %s\n not: %s", row->type,
			    row->name, buf_text(&said), row->said);
		buf_fini(&said);
		arena_fini(&arena);
	}
}

static void test_rows(void **state)
{
	(void)state;
	check_rows(rows, COUNT(rows), MODE_ANY);
}

static void test_other_mode(void **state)
{
	(void)state;
	check_rows(live_rows, COUNT(live_rows), MODE_LIVE);
}

/* A list is asked for with the key, or what it bought; a body goes with a POST
 * and its type. */
static void check_request(const struct question *q, const char *body,
    const struct client_request *request)
{
	bool has_type = false, has_key = false;

	assert_string_equal(request->path, q->path);
	assert_non_null(request->operation);
	for (size_t i = 0; i < request->n_headers; i++) {
		const struct client_header *header = &request->headers[i];

		has_type |= strcmp(header->name, "Content-Type") == 0 &&
			    strcmp(header->value, "application/json") == 0;
		has_key |= strstr(header->value, "key") != NULL ||
			   strstr(header->value, "token") != NULL;
	}
	assert_true(has_key);
	assert_int_equal(has_type, body != NULL);
	if (body == NULL) {
		assert_null(request->method);
		assert_null(request->body);
		return;
	}
	assert_string_equal(request->method, "POST");
	assert_string_equal(request->body, body);
	assert_int_equal(request->body_len, strlen(body));
}

static void check_question(const struct question *q, const char *body)
{
	const struct provider_settings provider =
	    settings_of(client_find(q->type));
	const struct client_place place = {.list = find(q->type, q->list),
	    .cursor = q->cursor,
	    .since_ms = SINCE_MS,
	    .token = "token"};
	struct client_request request;
	struct arena arena;
	struct err_text err;

	arena_init(&arena, ARENA_MAX);
	assert_int_equal(
	    place.list->ask(&provider, &place, &arena, &request, &err), 0);
	check_request(q, body, &request);
	arena_fini(&arena);
	/* what there is no room for is no request */
	arena_init(&arena, 1);
	assert_int_equal(
	    place.list->ask(&provider, &place, &arena, &request, &err),
	    ERR_FULL);
	arena_fini(&arena);
}

static void test_questions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(questions); i++)
		check_question(&questions[i], NULL);
	for (size_t i = 0; i < COUNT(searches); i++)
		check_question(&searches[i].question, searches[i].body);
}

/* A list of the type with n items, in its envelope. */
static void many(struct buf *out, const char *type, size_t n)
{
	bool flexprice = strcmp(type, "flexprice") == 0;

	buf_init(out, 1024 * 1024);
	buf_addf(out, "{\"%s\":[", flexprice ? "items" : "data");
	for (size_t i = 0; i < n; i++) {
		buf_adds(out, i > 0 ? ",{\"id\":\"" : "{\"id\":\"");
		if (flexprice)
			buf_addf(out, "inv_01JX%022zu\"}", i);
		else
			buf_addf(out, "018f3c2a-9999-7c3d-9a4b-%012zu\"}", i);
	}
	buf_adds(out, "]}");
	assert_int_equal(out->error, 0);
}

static void check_full(const struct full *full)
{
	struct row row = {
	    .type = full->type, .list = full->list, .cursor = full->cursor};
	struct client_page page;
	struct arena arena;
	struct buf body;

	arena_init(&arena, ARENA_MAX);
	many(&body, full->type, full->n);
	row.body = buf_text(&body);
	read_row(&row, MODE_ANY, &arena, &page);
	if (full->taken < 0) {
		assert_int_equal(page.verdict, VERDICT_GARBLED);
	} else {
		assert_int_equal(page.verdict, VERDICT_TRUTH);
		assert_int_equal(page.listing.n, full->taken);
		if (full->next == NULL)
			assert_null(page.listing.next);
		else
			assert_string_equal(page.listing.next, full->next);
	}
	buf_fini(&body);
	arena_fini(&arena);
}

static void test_full_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(fulls); i++)
		check_full(&fulls[i]);
}

/* Stripe allows so many of each operation: lists have a budget by name. */
static void test_stripes_lists_are_operations(void **state)
{
	const struct client *client = client_find("stripe");

	(void)state;
	for (size_t i = 0; i < client->n_lists; i++) {
		bool found = false;

		for (size_t k = 0; k < client->defaults.n_operations; k++)
			found |= strcmp(client->defaults.operations[k].name,
				     client->lists[i].name) == 0;
		assert_true(found);
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
	assert_true(n >= 18);
}

static bool is_about(
    const struct question *q, const char *type, const struct client_list *list)
{
	return strcmp(q->type, type) == 0 && strcmp(q->list, list->name) == 0;
}

/* Every list is asked for in a row of its own, and has an answer in one. */
static void is_in_the_rows(const char *type, const struct client_list *list)
{
	bool asked = false, answered = false;

	for (size_t i = 0; i < COUNT(questions); i++)
		asked |= is_about(&questions[i], type, list);
	for (size_t i = 0; i < COUNT(searches); i++)
		asked |= is_about(&searches[i].question, type, list);
	for (size_t i = 0; i < COUNT(rows); i++)
		answered |= strcmp(rows[i].type, type) == 0 &&
			    strcmp(rows[i].list, list->name) == 0;
	if (!asked || !answered)
		fail_msg("no row about the %s of %s", list->name, type);
	assert_true(name_kind_is_valid(list->name));
}

static void refuses_cursors(const char *type, const struct client_list *list)
{
	static const char *const bad[] = {"", "../x", "%2e%2e", "x y", "-1",
	    "1&limit=1", "sub_1/../x", "\x01", "0", "cus_1", "1.5",
	    "1000000001", "https://evil.example/"};
	const struct provider_settings provider =
	    settings_of(client_find(type));

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct client_place place = {
		    .list = list, .cursor = bad[i], .token = "token"};
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
	    {200, "{}", VERDICT_GARBLED},
	    {200, "[7]", VERDICT_GARBLED},
	    {200, "{\"data\":7,\"_embedded\":7}", VERDICT_GARBLED},
	    {200, "{\"data\":[7],\"items\":[7]}", VERDICT_GARBLED},
	    {200, "{\"data\":[[]],\"items\":[[]]}", VERDICT_GARBLED},
	    {200, "{\"data\":[", VERDICT_GARBLED},
	    {302, "{}", VERDICT_GARBLED},
	    {401, "{}", VERDICT_BARRED},
	    {403, "{}", VERDICT_BARRED},
	    {404, "{}", VERDICT_GONE},
	    {429, "{}", VERDICT_LATER},
	    {503, "{}", VERDICT_LATER},
	};
	const struct row row = {.type = type, .list = list->name};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct client_reply reply = {.status = answers[i].status,
		    .content_type = "application/json",
		    .body = answers[i].body,
		    .len = strlen(answers[i].body)};
		struct client_page page;
		struct arena arena;

		arena_init(&arena, ARENA_MAX);
		read_page(&row, &reply, MODE_ANY, &arena, &page);
		/* Of a log that refuses the key see the rows. */
		if (page.verdict != answers[i].verdict &&
		    !(page.refused && reply.status == 403))
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

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test(test_questions),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_other_mode),
	    cmocka_unit_test(test_full_pages),
	    cmocka_unit_test(test_stripes_lists_are_operations),
	    cmocka_unit_test(test_all_are_in_the_rows),
	    cmocka_unit_test(test_cursors_of_another_form),
	    cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
