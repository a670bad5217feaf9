/*
 * Any bytes as the body of a genuinely signed Stripe event. Whatever is taken
 * must be a name that may touch a path.
 */
#include <stdint.h>
#include <stdlib.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"
#include "tests/contract/clients_sign.h"

#include "clients/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_notice(const struct client *client,
    const struct provider_settings *provider, struct arena *arena,
    const struct client_notice *notice)
{
	const struct client_object object = {
	    .kind = notice->kind, .id = notice->id};
	struct client_request request;
	struct err_text err;

	must(client_kind_find(client, notice->kind)->id_is_valid(notice->id));
	must(notice->parent_id == NULL);
	must(notice->delivery_id != NULL &&
	     strncmp(notice->delivery_id, "evt_", 4) == 0);
	must(client->ask(provider, &object, arena, &request, &err) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct client *client = client_find("stripe");
	struct provider_settings provider = {.api_key = "key"};
	struct sign_headers headers = {0};
	struct client_hook hook = {.body = (const char *)data,
	    .len = size,
	    .header = sign_header,
	    .cookie = &headers,
	    .now_ms = 1510000000000};
	struct client_notices notices;
	struct err_text err = {""};
	struct arena arena;
	int rc;

	sign_secrets(&provider);
	sign_stripe(&headers, &hook);
	provider.mode = size % 3 == 0	? MODE_ANY
			: size % 3 == 1 ? MODE_LIVE
					: MODE_TEST;
	arena_init(&arena, 1 << 16);
	rc = client->identify(&provider, &hook, &arena, &notices, &err);
	must(rc == 0 || rc == ERR_BAD || rc == ERR_FULL);
	must(rc == 0 ? notices.n == 1 || notices.ignored != NULL
		     : err.text[0] != '\0' && notices.n == 0);
	for (size_t i = 0; rc == 0 && i < notices.n; i++)
		check_notice(client, &provider, &arena, &notices.items[i]);
	arena_fini(&arena);
	return 0;
}
