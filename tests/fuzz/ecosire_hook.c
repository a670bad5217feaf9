/*
 * Any bytes as the body of an ECOSIRE notification, genuinely signed; all that
 * is taken must be a name that may touch a path. Signed wrongly it is refused
 * whatever it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/signature.h"

#include "clients/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise must stop the fuzzer, with assertions compiled out too. */
static void must(bool holds)
{
	if (!holds)
		abort();
}

static const char *header(void *cookie, const char *name)
{
	return strcmp(name, "X-Ecosire-Signature") == 0 ? cookie : NULL;
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
	must(notice->delivery_id == NULL ||
	     name_id_is_valid(notice->delivery_id));
	must(client->ask(provider, &object, arena, &request, &err) == 0);
	must(strpbrk(request.path, "?#% ") == NULL);
}

static void identify(const struct provider_settings *provider,
    const struct client_hook *hook, bool is_genuine)
{
	const struct client *client = client_find("ecosire");
	struct client_notices notices;
	struct err_text err = {""};
	struct arena arena;
	int rc;

	arena_init(&arena, 1 << 16);
	rc = client->identify(provider, hook, &arena, &notices, &err);
	must(rc == 0 || rc == ERR_BAD || rc == ERR_FULL || rc == ERR_DENIED);
	must((rc == ERR_DENIED) == !is_genuine);
	must(rc != 0 || (notices.n > 0) == (notices.ignored == NULL));
	must(rc == 0 || (notices.n == 0 && err.text[0] != '\0'));
	for (size_t i = 0; rc == 0 && i < notices.n; i++)
		check_notice(client, provider, &arena, &notices.items[i]);
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct provider_settings provider = {
	    .hook_secrets = {"secret"}, .n_hook_secrets = 1};
	const struct signature_part part = {(const char *)data, size};
	char mac[SIGNATURE_HEX_MAX];
	struct client_hook hook = {.header = header,
	    .body = (const char *)data,
	    .len = size,
	    .cookie = mac};

	must(signature_hmac_hex("secret", &part, 1, mac) == 0);
	identify(&provider, &hook, true);
	mac[0] = mac[0] == '0' ? '1' : '0';
	identify(&provider, &hook, false);
	return 0;
}
