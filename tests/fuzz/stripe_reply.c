/*
 * Any bytes as Stripe's answers to questions about every kind. The first two
 * bytes are the arena's size; NUL bytes part the answers of one look.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/settings.h"

#include "clients/client.h"

enum { REPLIES_MAX = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_members(
    const struct client *client, const struct member *members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		must(client_kind_find(client, members[i].kind)
			 ->id_is_valid(members[i].id));
}

static void check_observation(
    const struct client *client, const struct observation *obs)
{
	must(obs->status[0] != '\0');
	must(strlen(obs->status) <= OBSERVATION_WORD_MAX);
	must(obs->n_facts <= OBSERVATION_FACTS_MAX);
	must(obs->n_boundaries <= OBSERVATION_BOUNDARIES_MAX);
	must(obs->n_grants <= OBSERVATION_GRANTS_MAX);
	must(obs->customer == NULL || name_id_is_valid(obs->customer));
	must(obs->account == NULL || name_account_is_valid(obs->account));
	for (size_t i = 0; i < obs->n_facts; i++)
		must(obs->facts[i].value != NULL);
	for (size_t i = 0; i < obs->n_grants; i++)
		must(obs->grants[i].product == NULL ||
		     name_id_is_valid(obs->grants[i].product));
	for (size_t i = 0; i < obs->n_effects; i++)
		check_members(client, &obs->effects[i].target, 1);
	check_members(client, obs->members, obs->n_members);
}

/* A path of ours that a stranger's answer helped to make. */
static void check_path(const char *path)
{
	must(strncmp(path, "/v1/", 4) == 0);
	must(strstr(path, "..") == NULL && strpbrk(path, " \r\n#") == NULL);
}

static void read_as(const struct client *client,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, size_t arena_max)
{
	const struct provider_settings provider = {.name = "shop"};
	struct client_reading reading;
	struct arena arena;

	arena_init(&arena, arena_max);
	client->read(&provider, object, replies, n, 1, &arena, &reading);
	must(reading.verdict == VERDICT_TRUTH ||
	     reading.verdict == VERDICT_GARBLED ||
	     reading.verdict == VERDICT_MORE);
	if (reading.verdict == VERDICT_MORE)
		check_path(reading.next.path);
	else
		must((reading.verdict == VERDICT_TRUTH) ==
		     (reading.cause == NULL));
	if (reading.verdict == VERDICT_TRUTH)
		check_observation(client, &reading.observation);
	check_members(client, reading.also, reading.n_also);
	arena_fini(&arena);
}

static size_t cut(char *body, size_t len, struct client_reply *replies)
{
	size_t n = 0;

	for (size_t at = 0; n < REPLIES_MAX && at <= len; n++) {
		replies[n] = (struct client_reply){.status = 200,
		    .content_type = "application/json",
		    .body = body + at,
		    .len = strlen(body + at)};
		at += replies[n].len + 1;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct client_object objects[] = {
	    {.kind = "subscription", .id = "sub_1Nabc"},
	    {.kind = "checkout_session", .id = "cs_live_a1B2c3"},
	    {.kind = "charge", .id = "ch_3Chg"},
	    {.kind = "invoice", .id = "in_1Inv"},
	    {.kind = "payment_intent", .id = "pi_3Pay"},
	    {.kind = "refund", .id = "re_3Ref"},
	    {.kind = "customer", .id = "cus_9xyz"}};
	struct client_reply replies[REPLIES_MAX];
	size_t n;
	char *body;

	if (size < 2)
		return 0;
	body = malloc(size - 1);
	if (body == NULL)
		return 0;
	memcpy(body, data + 2, size - 2);
	body[size - 2] = '\0';
	n = cut(body, size - 2, replies);
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		read_as(client_find("stripe"), &objects[i], replies, n,
		    (size_t)data[0] << 8 | data[1]);
	free(body);
	return 0;
}
