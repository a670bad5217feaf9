/*
 * Any bytes as the body of an ecom9 notification. Whatever is taken must be
 * a name that may touch a path.
 */
#include "tests/fuzz/promises.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct client *client = client_find("ecom9");
	const struct provider_settings provider = {.api_key = "key"};
	const struct client_hook hook = {
	    .body = (const char *)data, .len = size};
	struct client_notices notices;
	struct arena arena;
	int rc;

	arena_init(&arena, 1 << 16);
	rc = promises_hook(client, &provider, &hook, " #", &arena, &notices);
	must(rc != ERR_DENIED);
	must(rc != 0 || (notices.n >= 1 && notices.n <= 2));
	arena_fini(&arena);
	return 0;
}
