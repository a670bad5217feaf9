/*
 * Any bytes as eCurring's answer to both questions. The first two bytes are the
 * arena's size, so that running out of room is tried everywhere.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "clients/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

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

static void check_observation(const struct observation *obs)
{
	must(obs->status[0] != '\0');
	must(strlen(obs->status) <= OBSERVATION_WORD_MAX);
	must(obs->n_facts <= OBSERVATION_FACTS_MAX);
	must(obs->n_boundaries <= OBSERVATION_BOUNDARIES_MAX);
	must(obs->n_grants <= 1);
	must(obs->n_grants == 0 || name_id_is_valid(obs->grants[0].product));
	must(obs->n_grants == 0 || name_id_is_valid(obs->customer));
	must(obs->account == NULL || name_account_is_valid(obs->account));
	for (size_t i = 0; i < obs->n_facts; i++)
		must(obs->facts[i].value != NULL);
	for (size_t i = 0; i < obs->n_members; i++)
		must(text_is_uuid(obs->members[i].id));
	check_listed(obs);
}

static void read_as(const struct client_object *object,
    const struct client_reply *reply, size_t arena_max)
{
	const struct provider_settings provider = {
	    .name = "shop", .account_from = "/attributes/metadata/tenant"};
	struct client_reading reading;
	struct arena arena;

	arena_init(&arena, arena_max);
	client_find("ecurring")
	    ->read(&provider, object, reply, 1, 1, &arena, &reading);
	must(reading.verdict == VERDICT_TRUTH ||
	     reading.verdict == VERDICT_GARBLED);
	must((reading.verdict == VERDICT_TRUTH) == (reading.cause == NULL));
	if (reading.verdict == VERDICT_TRUTH)
		check_observation(&reading.observation);
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
	char *body;

	if (size < 2)
		return 0;
	arena_max = (size_t)data[0] << 8 | data[1];
	body = malloc(size - 1);
	if (body == NULL)
		return 0;
	memcpy(body, data + 2, size - 2);
	body[size - 2] = '\0';
	reply.body = body;
	reply.len = size - 2;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		read_as(&objects[i], &reply, arena_max);
	free(body);
	return 0;
}
