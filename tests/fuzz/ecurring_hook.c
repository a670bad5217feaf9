/*
 * Any bytes as the body of an eCurring notification. Whatever is taken must be
 * a name that may touch a path; the first byte picks the Content-Type.
 */
#include "tests/fuzz/promises.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {
	    NULL, "application/json", "application/x-www-form-urlencoded"};
	const struct client *client = client_find("ecurring");
	const struct provider_settings provider = {.api_key = "key"};
	struct client_hook hook = {.body = (const char *)data, .len = size};
	struct client_notices notices;
	struct arena arena;
	int rc;

	if (size > 0)
		hook.content_type = types[data[0] % 3];
	arena_init(&arena, 1 << 16);
	rc = promises_hook(client, &provider, &hook, " #", &arena, &notices);
	must(rc != ERR_DENIED);
	must(rc != 0 || notices.n == 1);
	arena_fini(&arena);
	return 0;
}
