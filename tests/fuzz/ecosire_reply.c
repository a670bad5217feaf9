/*
 * Any bytes as ECOSIRE's answer to each of its questions, and as its error. The
 * first two bytes are the arena's size, so that running out of room is tried
 * everywhere.
 */
#include "tests/fuzz/promises.h"

#define UUID "018f3c2a-7b1e-7c3d-9a4b-1c2d3e4f5a6b"

/* Past its end nothing is active. */
static void check_ends(const struct observation *obs)
{
	for (size_t i = 0; i < obs->n_grants; i++) {
		const struct grant *grant = &obs->grants[i];

		must(grant->state != STATE_ACTIVE || grant->until_ms == 0 ||
		     grant->until_ms > 1 || obs->n_boundaries > 0);
	}
}

static void read_as(const struct client_object *object, int status,
    const char *body, size_t len, size_t arena_max)
{
	const struct client *client = client_find("ecosire");
	const struct provider_settings provider = {
	    .name = "shop", .account_from = "/metadata/tenant"};
	const struct client_reply reply = {.status = status,
	    .content_type = "application/json",
	    .body = body,
	    .len = len};
	struct client_reading reading;
	struct arena arena;

	arena_init(&arena, arena_max);
	client->read(&provider, object, &reply, 1, 1, &arena, &reading);
	must(reading.verdict != VERDICT_MORE);
	must(status == 200 || reading.verdict == VERDICT_LATER);
	promises_reading(client, &reading);
	if (reading.verdict == VERDICT_TRUTH)
		check_ends(&reading.observation);
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct client_object objects[] = {
	    {.kind = "order", .id = UUID},
	    {.kind = "subscription", .id = "sub_1Nabc"},
	    {.kind = "invoice", .id = "inv_7Xyz"},
	    {.kind = "license", .id = UUID},
	};
	size_t arena_max;
	size_t len;
	char *body = promises_body(data, size, &len, &arena_max);

	if (body == NULL)
		return 0;
	for (size_t i = 0; i < 4; i++)
		read_as(&objects[i], 200, body, len, arena_max);
	read_as(&objects[0], 429, body, len, arena_max);
	free(body);
	return 0;
}
