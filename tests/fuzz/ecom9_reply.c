/*
 * Any bytes as ecom9's answer to each of its questions. The first two bytes are
 * the arena's size, so that running out of room is tried everywhere.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/settings.h"

#include "clients/ecom9.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char status[] = "{\"account_ref_id\":\"a\",\"is_active\":true}";

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
	must(name_account_is_valid(obs->account));
	for (size_t i = 0; i < obs->n_facts; i++)
		must(strlen(obs->facts[i].value) <= 1000);
	for (size_t i = 0; i < obs->n_grants; i++) {
		must(obs->grants[i].status[0] != '\0');
		must(obs->grants[i].product == NULL ||
		     name_id_is_valid(obs->grants[i].product));
		must(obs->grants[i].label == NULL ||
		     name_id_is_valid(obs->grants[i].label));
	}
	must(obs->n_credits <= 1);
	must(obs->n_credits == 0 || obs->credits[0].amount[0] != '\0');
}

static void read_as(const struct client_object *object,
    const struct ecom9_options *options, const struct client_reply *replies,
    size_t n, size_t arena_max)
{
	const struct provider_settings provider = {
	    .name = "shop", .account_from = "/tenant", .options = options};
	struct client_reading reading;
	struct arena arena;

	arena_init(&arena, arena_max);
	client_find("ecom9")->read(
	    &provider, object, replies, n, 1, &arena, &reading);
	must(reading.verdict != VERDICT_BARRED);
	must(reading.verdict == VERDICT_TRUTH ||
	     reading.verdict == VERDICT_MORE || reading.cause != NULL);
	must(reading.verdict != VERDICT_MORE || reading.next.path[0] == '/');
	if (reading.verdict == VERDICT_TRUTH)
		check_observation(&reading.observation);
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
	char *body;

	if (size < 2)
		return 0;
	arena_max = (size_t)data[0] << 8 | data[1];
	body = malloc(size - 1);
	if (body == NULL)
		return 0;
	memcpy(body, data + 2, size - 2);
	body[size - 2] = '\0';
	read_all(body, size - 2, arena_max);
	free(body);
	return 0;
}
