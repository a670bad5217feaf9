/*
 * Any text as the options of the type generic: refused with its place, or made
 * into something that can be asked, told and read with.
 */
#include "reconciler/base/config.h"
#include "tests/fuzz/promises.h"

#include "clients/types.h"

#include "clients/generic.h"

/* The sanitizer looks for this very name.
 * NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 loses its text in hand on some syntax errors. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

static const char *header(void *cookie, const char *name)
{
	(void)cookie;
	must(name[0] != '\0');
	return "x";
}

/* Whatever is configured, an id that leaves the path is never asked for. */
static void check_kind(
    const struct provider_settings *provider, const struct client_kind *kind)
{
	static const char *const ids[] = {"1", "a", "../x", "..", "%2e", "a/b",
	    "ffa38848-6abc-4d22-b6b0-63fe1780969c"};
	static const struct client_reply reply = {
	    200, "application/json", "{\"status\":\"on\",\"data\":{}}", 28};
	struct client_request request;
	struct client_reading reading;
	struct err_text err;
	struct arena arena;

	must(name_kind_is_valid(kind->name) && kind->n_words > 0);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const struct client_object object = {.kind = kind->name,
		    .id = ids[i],
		    .parent_kind = "customer",
		    .parent_id = ids[i]};

		arena_init(&arena, 1 << 16);
		if (generic_client.ask(
			provider, &object, &arena, &request, &err) == 0) {
			must(request.path[0] == '/');
			must(client_id_is_valid(kind, ids[i]));
			must(strpbrk(ids[i], "./%") == NULL);
		}
		generic_read(
		    provider, &object, &reply, 1, 1000, &arena, &reading);
		arena_fini(&arena);
	}
}

static void use(const void *options)
{
	const struct provider_settings provider = {.client = &generic_client,
	    .options = options,
	    .hook_secrets = {"s"},
	    .n_hook_secrets = 1};
	const struct client_hook hook = {
	    .header = header, .body = "{\"id\":\"1\"}", .len = 10};
	struct client_notices notices;
	struct err_text err;
	struct arena arena;
	size_t n;
	const struct client_kind *kinds = generic_client.kinds_of(options, &n);

	must(n >= 1 && n <= GENERIC_KINDS_MAX);
	for (size_t i = 0; i < n; i++)
		check_kind(&provider, &kinds[i]);
	arena_init(&arena, 1 << 16);
	generic_identify(&provider, &hook, &arena, &notices, &err);
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct err_text err = {""};
	struct config *config = NULL;
	const void *options = NULL;
	struct arena arena;
	int rc;

	must(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	arena_init(&arena, 1 << 18);
	if (config_open_text(text, "fuzz", &config, &err) == 0) {
		rc = generic_configure(
		    config_root(config), &arena, &options, &err);
		must((rc == 0) == (options != NULL));
		must(rc == 0 || rc == ERR_FULL ||
		     (rc == ERR_BAD && strncmp(err.text, "fuzz:", 5) == 0));
		if (rc == 0)
			use(options);
	}
	arena_fini(&arena);
	config_close(config);
	free(text);
	return 0;
}
