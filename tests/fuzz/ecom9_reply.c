/*
 * Any bytes as ecom9's answer to each of its questions. The first two bytes are
 * the arena's size, so that running out of room is tried everywhere.
 */
#include "tests/fuzz/promises.h"

#include "clients/ecom9.h"

static const char status[] = "{\"account_ref_id\":\"a\",\"is_active\":true}";

static void read_as(const struct client_object *object,
    const struct ecom9_options *options, const struct client_reply *replies,
    size_t n, size_t arena_max)
{
	const struct client *client = client_find("ecom9");
	const struct provider_settings provider = {
	    .name = "shop", .account_from = "/tenant", .options = options};
	struct client_reading reading;
	struct arena arena;

	arena_init(&arena, arena_max);
	client->read(&provider, object, replies, n, 1, &arena, &reading);
	promises_reading(client, &reading);
	if (reading.verdict == VERDICT_TRUTH) {
		must(reading.observation.account != NULL);
		must(reading.observation.n_credits <= 1);
	}
	arena_fini(&arena);
}

static void read_all(const char *body, size_t len, size_t arena_max)
{
	static const struct ecom9_options plain = {.auth = "bearer"};
	static const struct ecom9_options granting = {
	    .auth = "bearer", .transactions_grant = true};
	static const struct ecom9_options credited = {
	    .auth = "bearer", .credits = true};
	static const struct client_object account = {
	    .kind = "account", .id = "a"};
	static const struct client_object transaction = {.kind = "transaction",
	    .id = "123e4567-e89b-12d3-a456-426614174000",
	    .parent_kind = "account",
	    .parent_id = "a"};
	const struct client_reply replies[] = {
	    {.status = 200, .body = status, .len = sizeof(status) - 1},
	    {.status = 200, .body = body, .len = len}};

	read_as(&account, &plain, &replies[1], 1, arena_max);
	read_as(&account, &credited, replies, 2, arena_max);
	read_as(&transaction, &granting, &replies[1], 1, arena_max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t arena_max;
	size_t len;
	char *body = promises_body(data, size, &len, &arena_max);

	if (body == NULL)
		return 0;
	read_all(body, len, arena_max);
	free(body);
	return 0;
}
