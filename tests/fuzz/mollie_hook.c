/*
 * Any bytes as the body of a Mollie notification. Whatever is taken must be a
 * name that may touch a path; the first byte picks the Content-Type and whether
 * a secret is configured, with which nothing here is genuine.
 */
#include "tests/fuzz/promises.h"

#include "clients/mollie.h"

/* The body again, as a header: never a signature of itself. */
static const char *header(void *cookie, const char *name)
{
	must(strcmp(name, "X-Mollie-Signature") == 0);
	return cookie;
}

static void check_notice(const struct client_notice *notice)
{
	must(
	    notice->parent_id == NULL || mollie_is_customer(notice->parent_id));
	must(notice->delivery_id == NULL || mollie_is_id(notice->delivery_id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {"application/x-www-form-urlencoded",
	    "application/json", NULL, "application/hal+json"};
	const struct client *client = client_find("mollie");
	struct provider_settings provider = {.api_key = "live_key"};
	struct client_hook hook = {.header = header};
	struct client_notices notices;
	struct arena arena;
	char *body;
	int rc;

	if (size < 1 || (body = malloc(size)) == NULL)
		return 0;
	memcpy(body, data + 1, size - 1);
	body[size - 1] = '\0';
	hook.content_type = types[data[0] % 4];
	hook.body = body;
	hook.len = size - 1;
	hook.cookie = body;
	if (data[0] >= 0x80)
		provider.hook_secrets[provider.n_hook_secrets++] = "secret";
	arena_init(&arena, 1 << 16);
	rc = promises_hook(client, &provider, &hook, "?#% ", &arena, &notices);
	must(rc != 0 || (notices.n > 0) == (notices.ignored == NULL));
	must((rc == ERR_DENIED) == (provider.n_hook_secrets > 0));
	must(notices.n <= 1);
	for (size_t i = 0; i < notices.n; i++)
		check_notice(&notices.items[i]);
	arena_fini(&arena);
	free(body);
	return 0;
}
