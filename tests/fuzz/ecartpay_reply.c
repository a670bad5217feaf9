/*
 * Any bytes as Ecart Pay's answers: about each kind, as a page of each list, as
 * the second answer behind one that had nothing, and as the one to the question
 * for a token. The first two bytes are the arena's size, so that running out of
 * room is tried everywhere.
 */
#include "tests/fuzz/promises.h"

#include "clients/ecartpay.h"

#define ID "65b0565f7f9f32242108746a"

static void read_as(const struct client_object *object,
    const struct client_reply *replies, size_t n, size_t arena_max)
{
	const struct provider_settings provider = {.name = "shop",
	    .account_from = "/metadata/tenant",
	    .policy.rules[STATE_PAID].access = ACCESS_ALLOW};
	struct client_reading reading;
	struct arena arena;

	arena_init(&arena, arena_max);
	ecartpay_read(&provider, object, replies, n, 1, &arena, &reading);
	promises_reading(client_find("ecartpay"), &reading);
	must(!reading.gone_for_sure ||
	     (reading.verdict == VERDICT_GONE &&
		 strcmp(object->kind, ECARTPAY_BILLING) == 0));
	must(reading.verdict == VERDICT_TRUTH || !reading.parent_confirmed);
	arena_fini(&arena);
}

static void read_token(const struct client_reply *reply, size_t arena_max)
{
	const struct provider_settings provider = {.name = "shop"};
	struct client_token token;
	struct arena arena;

	arena_init(&arena, arena_max);
	ecartpay_read_token(&provider, reply, 1, &arena, &token);
	must((token.verdict == VERDICT_TRUTH) == (token.token != NULL));
	must((token.verdict == VERDICT_TRUTH) == (token.cause == NULL));
	must(token.expires_ms >= 0);
	for (const char *p = token.token; p != NULL && *p != '\0'; p++)
		must(*p > ' ' && *p <= '~');
	arena_fini(&arena);
}

/* A page of each list, the first one and one that a token led to. */
static void read_page(
    size_t i, const char *cursor, const struct client_reply *reply)
{
	const struct provider_settings provider = {.name = "shop"};
	const struct client_place place = {.cursor = cursor};
	struct client_page page;
	struct arena arena;

	arena_init(&arena, 1 << 20);
	ecartpay_lists[i].read(&provider, &place, reply, &arena, &page);
	must((page.verdict == VERDICT_TRUTH) == (page.cause == NULL));
	promises_members(
	    client_find("ecartpay"), page.listing.items, page.listing.n);
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct client_object objects[] = {
	    {.kind = "order", .id = ID},
	    {.kind = "subscription", .id = ID},
	    {.kind = "transaction", .id = ID},
	    {.kind = "transaction", .id = "TR0000016663"},
	    {.kind = "billing", .id = ID},
	    {.kind = "billing",
		.id = ID,
		.parent_kind = "user",
		.parent_id = "1849"},
	};
	struct client_reply replies[3] = {
	    {.status = 404, .content_type = "application/json", .body = ""}};
	size_t arena_max;
	size_t len;
	char *body = promises_body(data, size, &len, &arena_max);

	if (body == NULL)
		return 0;
	for (size_t i = 1; i < 3; i++)
		replies[i] = (struct client_reply){.status = 200,
		    .content_type = "application/json",
		    .body = body,
		    .len = len};
	for (size_t i = 0; i < 6; i++) {
		read_as(&objects[i], &replies[1], 1, arena_max);
		read_as(&objects[i], replies, 2, arena_max);
		read_as(&objects[i], replies, 3, arena_max);
	}
	for (size_t i = 0; i < ECARTPAY_LISTS; i++) {
		read_page(i, NULL, &replies[1]);
		read_page(i, "next:t", &replies[1]);
	}
	read_token(&replies[1], arena_max);
	free(body);
	return 0;
}
