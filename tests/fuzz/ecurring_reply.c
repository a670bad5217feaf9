/*
 * Any bytes as eCurring's answer to both questions. The first two bytes are the
 * arena's size, so that running out of room is tried everywhere.
 */
#include "tests/fuzz/promises.h"

static void check_listed(const struct observation *obs)
{
	for (size_t i = 0; i < obs->n_listed; i++) {
		must(obs->listed[i].status[0] != '\0');
		must(obs->listed[i].at_ms != 0);
		must(
		    i == 0 || obs->listed[i].at_ms >= obs->listed[i - 1].at_ms);
		must(obs->listed[i].reason == NULL ||
		     strlen(obs->listed[i].reason) <= OBSERVATION_REASON_MAX);
	}
}

static void read_as(const struct client_object *object,
    const struct client_reply *reply, size_t arena_max)
{
	const struct client *client = client_find("ecurring");
	const struct provider_settings provider = {
	    .name = "shop", .account_from = "/attributes/metadata/tenant"};
	struct client_reading reading;
	struct arena arena;

	arena_init(&arena, arena_max);
	client->read(&provider, object, reply, 1, 1, &arena, &reading);
	must(reading.verdict == VERDICT_TRUTH ||
	     reading.verdict == VERDICT_GARBLED);
	promises_reading(client, &reading);
	if (reading.verdict == VERDICT_TRUTH) {
		const struct observation *obs = &reading.observation;

		must(obs->n_grants <= 1);
		must(obs->n_grants == 0 || obs->grants[0].product != NULL);
		must(obs->n_grants == 0 || obs->customer != NULL);
		check_listed(obs);
	}
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct client_object objects[] = {
	    {.kind = "subscription", .id = "1"},
	    {.kind = "transaction",
		.id = "ffa38848-6abc-4d22-b6b0-63fe1780969c",
		.parent_kind = "subscription",
		.parent_id = "1"}};
	struct client_reply reply = {
	    .status = 200, .content_type = "application/json"};
	size_t arena_max;
	char *body = promises_body(data, size, &reply.len, &arena_max);

	if (body == NULL)
		return 0;
	reply.body = body;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		read_as(&objects[i], &reply, arena_max);
	free(body);
	return 0;
}
