/*
 * Any bytes as one of Mollie's answers: the first, or one to what the answers
 * before it made the client ask. The first two bytes are the arena's size, so
 * that running out of room is tried everywhere.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "clients/mollie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

#define AMOUNT "\"amount\":{\"value\":\"10.00\",\"currency\":\"EUR\"}"
#define BACK \
	"{\"resource\":\"payment\",\"id\":\"tr_1\",\"status\":\"paid\"," \
	"\"createdAt\":\"2017-10-12T11:51:35+00:00\"," \
	"\"amountChargedBack\":{\"value\":\"10.00\",\"currency\":\"EUR\"}," \
	"\"customerId\":\"cst_1\",\"subscriptionId\":\"sub_1\"," AMOUNT "}"
#define ENDED \
	"{\"resource\":\"subscription\",\"id\":\"sub_1\"," \
	"\"status\":\"canceled\",\"interval\":\"1 month\"," \
	"\"startDate\":\"2017-09-12\",\"customerId\":\"cst_1\"," AMOUNT "}"

/* What was answered before the bytes. */
struct scene {
	struct client_object object;
	const char *before[2];
};

static const struct scene scenes[] = {
    {{.kind = "payment", .id = "tr_1"}, {NULL}},
    {{.kind = "payment", .id = "tr_1"}, {BACK, NULL}},
    {{.kind = "payment", .id = "tr_1"}, {BACK, BACK}},
    {{.kind = "subscription",
	 .id = "sub_1",
	 .parent_kind = "customer",
	 .parent_id = "cst_1"},
	{NULL}},
    {{.kind = "subscription",
	 .id = "sub_1",
	 .parent_kind = "customer",
	 .parent_id = "cst_1"},
	{ENDED, NULL}},
};

static void check_grants(const struct observation *obs)
{
	must(obs->n_grants <= 1);
	for (size_t i = 0; i < obs->n_grants; i++) {
		const struct grant *grant = &obs->grants[i];

		must(grant->since_ms != 0);
		must(
		    grant->product == NULL || name_id_is_valid(grant->product));
	}
	must(obs->n_effects <= 1);
	for (size_t i = 0; i < obs->n_effects; i++) {
		must(obs->effects[i].kind < EFFECT_COUNT);
		must(mollie_is_subscription(obs->effects[i].target.id));
	}
}

static void check_observation(const struct observation *obs)
{
	must(obs->status[0] != '\0');
	must(strlen(obs->status) <= OBSERVATION_WORD_MAX);
	must(obs->n_facts <= OBSERVATION_FACTS_MAX);
	must(obs->n_boundaries <= OBSERVATION_BOUNDARIES_MAX);
	must(obs->customer == NULL || mollie_is_customer(obs->customer));
	must(obs->account == NULL || name_account_is_valid(obs->account));
	for (size_t i = 0; i < obs->n_facts; i++)
		must(obs->facts[i].value != NULL);
	check_grants(obs);
}

/* The key never leaves its origin: what is asked further is a path of it. */
static void check_next(const struct client_request *next)
{
	must(strncmp(next->path, "/v2/", 4) == 0);
	must(strpbrk(next->path, " #\\\r\n") == NULL);
}

static void read_scene(
    const struct scene *scene, const char *body, size_t len, size_t arena_max)
{
	const struct mollie_options options = {
	    .product_from = "/metadata/product", .paid_through = true};
	const struct provider_settings provider = {.name = "shop",
	    .base_url = "https://api.mollie.com",
	    .account_from = "/metadata/tenant",
	    .options = &options};
	struct client_reply replies[3];
	struct client_reading reading;
	struct arena arena;
	size_t n = 0;

	for (; n < 2 && scene->before[n] != NULL; n++)
		replies[n] = (struct client_reply){200, "application/hal+json",
		    scene->before[n], strlen(scene->before[n])};
	replies[n++] =
	    (struct client_reply){200, "application/hal+json", body, len};
	arena_init(&arena, arena_max);
	mollie_read(&provider, &scene->object, replies, n,
	    INT64_C(1510000000000), &arena, &reading);
	must(reading.verdict == VERDICT_TRUTH ||
	     reading.verdict == VERDICT_MORE ||
	     reading.verdict == VERDICT_GARBLED);
	must((reading.verdict == VERDICT_GARBLED) == (reading.cause != NULL));
	if (reading.verdict == VERDICT_TRUTH)
		check_observation(&reading.observation);
	if (reading.verdict == VERDICT_MORE)
		check_next(&reading.next);
	arena_fini(&arena);
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
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		read_scene(&scenes[i], body, size - 2, arena_max);
	free(body);
	return 0;
}
