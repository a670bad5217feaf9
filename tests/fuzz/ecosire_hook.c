/*
 * Any bytes as the body of an ECOSIRE notification, genuinely signed; all that
 * is taken must be a name that may touch a path. Signed wrongly it is refused
 * whatever it is.
 */
#include "reconciler/core/signature.h"
#include "tests/fuzz/promises.h"

static const char *header(void *cookie, const char *name)
{
	return strcmp(name, "X-Ecosire-Signature") == 0 ? cookie : NULL;
}

static void identify(const struct provider_settings *provider,
    const struct client_hook *hook, bool is_genuine)
{
	struct client_notices notices;
	struct arena arena;
	int rc;

	arena_init(&arena, 1 << 16);
	rc = promises_hook(
	    client_find("ecosire"), provider, hook, "?#% ", &arena, &notices);
	must(rc != 0 || (notices.n > 0) == (notices.ignored == NULL));
	must((rc == ERR_DENIED) == !is_genuine);
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
