/*
 * Any bytes as Flexprice's answers to questions about every kind. The first two
 * bytes are the arena's size; NUL bytes part the answers of one look.
 */
#include "tests/fuzz/promises.h"

static const struct client_object objects[] = {
    {.kind = "subscription", .id = "subs_01JX0000000000000000000001"},
    {.kind = "invoice", .id = "inv_01JX0000000000000000000002"},
    {.kind = "wallet", .id = "wallet_01JX0000000000000000000003"},
    {.kind = "customer", .id = "cust_01JX0000000000000000000004"},
    {.kind = "payment", .id = "pay_01JX0000000000000000000005"},
    {.kind = "credit_note", .id = "cn_01JX0000000000000000000006"},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t arena_max;
	size_t len;
	char *body = promises_body(data, size, &len, &arena_max);

	if (body == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		promises_look(client_find("flexprice"), &objects[i], body, len,
		    arena_max);
	free(body);
	return 0;
}
