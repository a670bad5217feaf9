/*
 * Any bytes as the body of an eCurring notification. Whatever is taken must be
 * a name that may touch a path; the first byte picks the Content-Type.
 */
#include <stdint.h>
#include <stdlib.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "clients/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise must stop the fuzzer, with assertions compiled out too. */
static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_notice(const struct client *client,
    const struct provider_settings *provider, struct arena *arena,
    const struct client_notice *notice)
{
	const struct client_object object = {.kind = notice->kind,
	    .id = notice->id,
	    .parent_kind = notice->parent_kind,
	    .parent_id = notice->parent_id};
	struct client_request request;
	struct err_text err;

	must(client_kind_find(client, notice->kind)->id_is_valid(notice->id));
	must(notice->parent_id == NULL ||
	     client_kind_find(client, notice->parent_kind)
		 ->id_is_valid(notice->parent_id));
	must(client->ask(provider, &object, arena, &request, &err) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {
	    NULL, "application/json", "application/x-www-form-urlencoded"};
	const struct client *client = client_find("ecurring");
	const struct provider_settings provider = {.api_key = "key"};
	struct client_hook hook = {.body = (const char *)data, .len = size};
	struct client_notices notices;
	struct err_text err = {""};
	struct arena arena;
	int rc;

	if (size > 0)
		hook.content_type = types[data[0] % 3];
	arena_init(&arena, 1 << 16);
	rc = client->identify(&provider, &hook, &arena, &notices, &err);
	must(rc == 0 || rc == ERR_BAD || rc == ERR_FULL);
	must(rc == 0 ? notices.n == 1 : err.text[0] != '\0');
	for (size_t i = 0; rc == 0 && i < notices.n; i++)
		check_notice(client, &provider, &arena, &notices.items[i]);
	arena_fini(&arena);
	return 0;
}
