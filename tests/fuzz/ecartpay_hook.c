/*
 * Any bytes as the body of an Ecart Pay notification. Its `data`, where the
 * scanner finds it, is signed genuinely; what is then taken must be names that
 * may touch a path. Signed wrongly, or without `data` to be signed, it is
 * refused whatever it is. What the scanner takes must be what a parser sees.
 */
#include <jansson.h>

#include "reconciler/core/signature.h"
#include "tests/fuzz/promises.h"

#include "clients/slice.h"

static const char stamp[] = "1738793508210";
static const char hook_id[] = "hook_1";

static const char *header(void *cookie, const char *name)
{
	if (strcmp(name, "X-Pay-Signature") == 0)
		return cookie;
	return strcmp(name, "X-Pay-Timestamp") == 0 ? stamp : hook_id;
}

static void identify(const struct provider_settings *provider,
    const struct client_hook *hook, bool is_genuine)
{
	struct client_notices notices;
	struct arena arena;
	int rc;

	arena_init(&arena, 1 << 20);
	rc = promises_hook(client_find("ecartpay"), provider, hook, "# \\;\"",
	    &arena, &notices);
	must(rc != 0 || (notices.n > 0) == (notices.ignored == NULL));
	must((rc == ERR_DENIED) == !is_genuine || rc == ERR_FULL);
	arena_fini(&arena);
}

/* The same member, of the same value, as a parser has it. */
static void check_slice(
    const char *text, size_t len, const struct slice *slice, int rc)
{
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	json_t *seen = json_object_get(root, "data");
	json_t *taken = NULL;

	if (rc == 0) {
		must(slice->data >= text && slice->len > 0);
		must(slice->data + slice->len <= text + len);
		taken =
		    json_loadb(slice->data, slice->len, JSON_DECODE_ANY, NULL);
	}
	/* a key with an escape is refused, so there may be none */
	if (rc == 0 && json_is_object(root))
		must(seen != NULL && taken != NULL && json_equal(seen, taken));
	if (rc == ERR_ABSENT)
		must(seen == NULL);
	json_decref(taken);
	json_decref(root);
}

static void check_compact(const struct slice *slice)
{
	char *text = malloc(slice->len + 1);
	struct slice again;
	size_t n;

	must(text != NULL);
	n = slice_compact(slice, text);
	must(n <= slice->len);
	again = (struct slice){text, n};
	must(slice_compact(&again, text) == n);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct provider_settings provider = {
	    .hook_secrets = {"secret"}, .n_hook_secrets = 1};
	const char *body = (const char *)data;
	struct slice slice;
	int rc = slice_member(body, size, "data", &slice);
	const struct signature_part parts[] = {{stamp, sizeof(stamp) - 1},
	    {".", 1}, {hook_id, sizeof(hook_id) - 1}, {".", 1},
	    {rc == 0 ? slice.data : "", slice.len}};
	char text[SIGNATURE_HEX_MAX + 8] = "SHA256=";
	struct client_hook hook = {.header = header,
	    .body = body,
	    .len = size,
	    .cookie = text,
	    .now_ms = INT64_C(1738793508210)};

	check_slice(body, size, &slice, rc);
	if (rc == 0)
		check_compact(&slice);
	must(signature_hmac_hex("secret", parts, 5, text + 7) == 0);
	identify(&provider, &hook, rc == 0);
	text[7] = text[7] == '0' ? '1' : '0';
	identify(&provider, &hook, false);
	return 0;
}
