/*
 * Any bytes as the body of a genuinely signed notification of Flexprice.
 * Whatever is taken must be a name that may touch a path.
 */
#include "tests/contract/clients_sign.h"
#include "tests/fuzz/promises.h"

static void check_notice(const struct client_notice *notice)
{
	must(notice->parent_id == NULL);
	must(notice->delivery_id != NULL &&
	     strncmp(notice->delivery_id, "msg_", 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct client *client = client_find("flexprice");
	struct provider_settings provider = {
	    .type = "flexprice", .api_key = "key"};
	struct sign_headers headers = {0};
	struct client_hook hook = {.body = (const char *)data,
	    .len = size,
	    .header = sign_header,
	    .cookie = &headers,
	    .now_ms = 1510000000000};
	struct client_notices notices;
	struct arena arena;
	int rc;

	sign_secrets(&provider);
	sign_standard(&headers, size % 2 == 0 ? "svix" : "webhook", &hook);
	arena_init(&arena, 1 << 16);
	rc = promises_hook(client, &provider, &hook, " #", &arena, &notices);
	must(rc != ERR_DENIED);
	must(notices.n <= 1);
	for (size_t i = 0; i < notices.n; i++)
		check_notice(&notices.items[i]);
	arena_fini(&arena);
	return 0;
}
