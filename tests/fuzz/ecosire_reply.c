/*
 * Any bytes as ECOSIRE's answer to each of its questions, and as its error. The
 * first two bytes are the arena's size, so that running out of room is tried
 * everywhere.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define UUID "018f3c2a-7b1e-7c3d-9a4b-1c2d3e4f5a6b"

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_observation(const struct observation *obs)
{
	must(obs->status[0] != '\0');
	must(strlen(obs->status) <= OBSERVATION_WORD_MAX);
	must(obs->n_facts <= OBSERVATION_FACTS_MAX);
	must(obs->n_grants <= OBSERVATION_GRANTS_MAX);
	must(obs->n_boundaries <= OBSERVATION_BOUNDARIES_MAX);
	must(obs->account == NULL || name_account_is_valid(obs->account));
	must(obs->customer == NULL || name_id_is_valid(obs->customer));
	for (size_t i = 0; i < obs->n_facts; i++)
		must(strlen(obs->facts[i].value) <= 1000);
	for (size_t i = 0; i < obs->n_grants; i++) {
		const struct grant *grant = &obs->grants[i];

		must(grant->status[0] != '\0');
		must(
		    grant->product == NULL || name_id_is_valid(grant->product));
		must(grant->label == NULL || name_id_is_valid(grant->label));
		/* past its end nothing is active */
		must(grant->state != STATE_ACTIVE || grant->until_ms == 0 ||
		     grant->until_ms > 1 || obs->n_boundaries > 0);
	}
}

static void read_as(const struct client_object *object, int status,
    const char *body, size_t len, size_t arena_max)
{
	const struct provider_settings provider = {
	    .name = "shop", .account_from = "/metadata/tenant"};
	const struct client_reply reply = {.status = status,
	    .content_type = "application/json",
	    .body = body,
	    .len = len};
	struct client_reading reading;
	struct arena arena;

	arena_init(&arena, arena_max);
	client_find("ecosire")->read(
	    &provider, object, &reply, 1, 1, &arena, &reading);
	must(reading.verdict != VERDICT_BARRED);
	must(reading.verdict != VERDICT_MORE);
	must(reading.verdict == VERDICT_TRUTH || reading.cause != NULL);
	must(reading.cause == NULL || strlen(reading.cause) < 500);
	must(status == 200 || reading.verdict == VERDICT_LATER);
	if (reading.verdict == VERDICT_TRUTH)
		check_observation(&reading.observation);
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
	char *body;

	if (size < 2 || (body = malloc(size - 1)) == NULL)
		return 0;
	arena_max = (size_t)data[0] << 8 | data[1];
	memcpy(body, data + 2, size - 2);
	body[size - 2] = '\0';
	for (size_t i = 0; i < 4; i++)
		read_as(&objects[i], 200, body, size - 2, arena_max);
	read_as(&objects[0], 429, body, size - 2, arena_max);
	free(body);
	return 0;
}
