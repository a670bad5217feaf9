/*
 * Any bytes as one of Mollie's answers: the first, or one to what the answers
 * before it made the client ask. The first two bytes are the arena's size, so
 * that running out of room is tried everywhere.
 */
#include "tests/fuzz/promises.h"

#include "clients/mollie.h"
#include "clients/types.h"

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

static void check_observation(const struct observation *obs)
{
	must(obs->customer == NULL || mollie_is_customer(obs->customer));
	must(obs->n_grants <= 1);
	must(obs->n_grants == 0 || obs->grants[0].since_ms != 0);
	must(obs->n_effects <= 1);
	must(obs->n_effects == 0 ||
	     mollie_is_subscription(obs->effects[0].target.id));
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
	promises_reading(&mollie_client, &reading);
	if (reading.verdict == VERDICT_TRUTH)
		check_observation(&reading.observation);
	/* the key never leaves its origin: a path of the same interface */
	if (reading.verdict == VERDICT_MORE)
		must(strncmp(reading.next.path, "/v2/", 4) == 0);
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t arena_max;
	size_t len;
	char *body = promises_body(data, size, &len, &arena_max);

	if (body == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		read_scene(&scenes[i], body, len, arena_max);
	free(body);
	return 0;
}
