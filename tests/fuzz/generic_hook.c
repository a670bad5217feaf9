/*
 * Any bytes as a notification to a provider of the type generic. The first byte
 * picks the configuration: JSON or a form, one event or a list, and each scheme
 * of signatures, with which nothing here is genuine but what is not signed.
 */
#include <stdio.h>

#include "reconciler/base/config.h"
#include "tests/fuzz/promises.h"

#include "clients/types.h"

#include "clients/generic.h"

#define RULES \
	" rules = (" \
	" { kind = \"thing\"; id = \"/id\"; when = (" \
	" { pointer = \"/type\"; is = \"thing.*|x\"; } ); }," \
	" { kind = \"part\"; id = \"/data/0/id\"; parent = \"/data/thing\";" \
	" optional = true; }," \
	" { kind = \"uuid\"; id = \"/a~1b\"; optional = true; when = (" \
	" { pointer = \"/n\"; not = \"7\"; } ); } );"
#define KINDS \
	"kinds = ( { name = \"thing\"; path = \"/things/{id}\";" \
	" id_form = \"token\"; status = \"/s\"; words = { active = \"a\"; };" \
	" }, { name = \"part\"; path = \"/things/{parent}/parts/{id}\";" \
	" id_prefix = \"p\"; id_form = \"digits\"; parent = { kind =" \
	" \"thing\"; }; status = \"/s\"; words = { active = \"a\"; }; }," \
	" { name = \"uuid\"; path = \"/u?id={id}\"; id_form = \"uuid\";" \
	" status = \"/s\"; words = { active = \"a\"; }; } );"

static const char *const schemes[] = {"none\"", "static\"; header = \"X\"",
    "hmac\"; header = \"X\"; signed = \"{id}.{timestamp}.{body}\";"
    " timestamp_header = \"X\"; id_header = \"X\"",
    "pairs\"; header = \"X\"; signature = \"h1\"; timestamp = \"ts\";"
    " separator = \";\"; signed = \"{timestamp}:{body}\"",
    "pairs\"; header = \"X\"; signature = \"s\"; encoding = \"base64\"",
    "standard\"", "stripe\""};
static const char *const bodies[] = {"", "body = \"form\";",
    "each = \"/events\"; delivery = \"/type\";", "delivery_header = \"X\";"};

enum {
	SCHEMES = sizeof(schemes) / sizeof(schemes[0]),
	BODIES = sizeof(bodies) / sizeof(bodies[0]),
	CASES = SCHEMES * BODIES
};

/* One configuration, made when it is first picked. */
static const void *options_of(size_t which)
{
	static const void *options[CASES];
	static struct config *configs[CASES];
	static struct arena arenas[CASES];
	struct err_text err = {""};
	char text[4096];

	if (options[which] != NULL)
		return options[which];
	snprintf(text, sizeof(text),
	    "verify = { scheme = \"%s; };\nnotification = { %s %s };\n%s",
	    schemes[which / BODIES], bodies[which % BODIES], RULES, KINDS);
	arena_init(&arenas[which], 1 << 16);
	must(config_open_text(text, "fuzz", &configs[which], &err) == 0);
	must(generic_configure(config_root(configs[which]), &arenas[which],
		 &options[which], &err) == 0);
	return options[which];
}

/* The body again, as each header that is asked for. */
static const char *header(void *cookie, const char *name)
{
	must(name[0] != '\0');
	return cookie;
}

static void check_notice(const struct provider_settings *provider,
    struct arena *arena, const struct client_notice *notice)
{
	const struct client_object object = {.kind = notice->kind,
	    .id = notice->id,
	    .parent_kind = notice->parent_kind,
	    .parent_id = notice->parent_id};
	struct client_request request;
	struct err_text err;

	must(client_id_is_valid(
	    client_kind_of(provider, notice->kind), notice->id));
	must((notice->parent_id != NULL) ==
	     client_kind_of(provider, notice->kind)->needs_parent);
	must(notice->delivery_id == NULL ||
	     name_id_is_valid(notice->delivery_id));
	must(provider->client->ask(provider, &object, arena, &request, &err) ==
	     0);
	must(strpbrk(request.path, "#% .") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t which = size > 0 ? data[0] % CASES : 0;
	struct provider_settings provider = {
	    .client = &generic_client, .options = options_of(which)};
	struct client_hook hook = {.header = header, .now_ms = 1000};
	struct client_notices notices;
	struct err_text err = {""};
	struct arena arena;
	char *body;
	int rc;

	if (size < 1 || (body = malloc(size)) == NULL)
		return 0;
	memcpy(body, data + 1, size - 1);
	body[size - 1] = '\0';
	hook.body = body;
	hook.len = size - 1;
	hook.cookie = body;
	provider.hook_secrets[provider.n_hook_secrets++] = "\x01secret";
	arena_init(&arena, 1 << 16);
	rc = generic_identify(&provider, &hook, &arena, &notices, &err);
	must(rc == 0 || rc == ERR_BAD || rc == ERR_FULL || rc == ERR_DENIED);
	must(rc != 0 || (notices.n == 0) == (notices.ignored != NULL));
	must(rc == 0 || (notices.n == 0 && err.text[0] != '\0'));
	/* whoever sends the secret itself is believed with the scheme static */
	must(which / BODIES == 1 || (rc == ERR_DENIED) == (which / BODIES > 0));
	for (size_t i = 0; rc == 0 && i < notices.n; i++)
		check_notice(&provider, &arena, &notices.items[i]);
	arena_fini(&arena);
	free(body);
	return 0;
}
