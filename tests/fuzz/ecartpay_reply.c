/*
 * Any bytes as Ecart Pay's answers: about each kind, as a page of each list, as
 * the second answer behind one that had nothing, and as the one to the question
 * for a token. The first two bytes are the arena's size, so that running out of
 * room is tried everywhere.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/ecartpay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ID "65b0565f7f9f32242108746a"

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
	must(obs->n_grants <= 1 && obs->n_effects <= 1);
	must(obs->account == NULL || name_account_is_valid(obs->account));
	must(obs->customer == NULL || name_id_is_valid(obs->customer));
	for (size_t i = 0; i < obs->n_facts; i++)
		must(strlen(obs->facts[i].value) <= NAME_ID_MAX);
	for (size_t i = 0; i < obs->n_grants; i++) {
		must(obs->grants[i].status[0] != '\0');
		must(obs->grants[i].product == NULL ||
		     name_id_is_valid(obs->grants[i].product));
	}
	for (size_t i = 0; i < obs->n_effects; i++)
		must(strcmp(obs->effects[i].target.id, ID) == 0);
}

static void check_next(const struct client_request *next)
{
	must(next->path != NULL);
	must(strncmp(next->path, "/api/", 5) == 0);
	must(strpbrk(next->path, "# \\\"<>\n\r") == NULL);
	must(strlen(next->path) < 4096);
}

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
	must(reading.verdict != VERDICT_BARRED);
	must(reading.verdict == VERDICT_TRUTH ||
	     reading.verdict == VERDICT_MORE || reading.cause != NULL);
	must(reading.cause == NULL || strlen(reading.cause) < 500);
	must(!reading.gone_for_sure ||
	     (reading.verdict == VERDICT_GONE &&
		 strcmp(object->kind, ECARTPAY_BILLING) == 0));
	if (reading.verdict == VERDICT_TRUTH)
		check_observation(&reading.observation);
	else
		must(!reading.parent_confirmed);
	if (reading.verdict == VERDICT_MORE)
		check_next(&reading.next);
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
	char *body;

	if (size < 2 || (body = malloc(size - 1)) == NULL)
		return 0;
	arena_max = (size_t)data[0] << 8 | data[1];
	memcpy(body, data + 2, size - 2);
	body[size - 2] = '\0';
	for (size_t i = 1; i < 3; i++)
		replies[i] = (struct client_reply){.status = 200,
		    .content_type = "application/json",
		    .body = body,
		    .len = size - 2};
	for (size_t i = 0; i < 6; i++) {
		read_as(&objects[i], &replies[1], 1, arena_max);
		read_as(&objects[i], replies, 2, arena_max);
		read_as(&objects[i], replies, 3, arena_max);
	}
	read_token(&replies[1], arena_max);
	free(body);
	return 0;
}
