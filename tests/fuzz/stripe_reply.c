/*
 * Any bytes as Stripe's answers to questions about every kind. The first two
 * bytes are the arena's size; NUL bytes part the answers of one look.
 */
#include "tests/fuzz/promises.h"

static const struct client_object objects[] = {
    {.kind = "subscription", .id = "sub_1Nabc"},
    {.kind = "checkout_session", .id = "cs_live_a1B2c3"},
    {.kind = "charge", .id = "ch_3Chg"},
    {.kind = "invoice", .id = "in_1Inv"},
    {.kind = "payment_intent", .id = "pi_3Pay"},
    {.kind = "refund", .id = "re_3Ref"},
    {.kind = "customer", .id = "cus_9xyz"},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t arena_max;
	size_t len;
	char *body = promises_body(data, size, &len, &arena_max);

	if (body == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		promises_look(
		    client_find("stripe"), &objects[i], body, len, arena_max);
	free(body);
	return 0;
}
