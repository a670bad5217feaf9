#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "clients/client.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/secret.h"
#include "reconciler/base/text.h"

#include "reconciler/io/listen.h"

#include "reconciler/cmd/on_change.h"
#include "reconciler/cmd/provider.h"

#include "reconciler/cmd/settings.h"

#define DEFAULT_FILE "/etc/trueup/trueup.conf"
#define KIB 1024.0
#define MIB (1024.0 * KIB)
#define GIB (1024.0 * MIB)
#define TIB (1024.0 * GIB)

enum { SETTINGS_ARENA_MAX = 4 * 1024 * 1024 };

struct loaded_settings {
	struct settings settings;
	struct config *config; /* owns the texts */
	struct arena arena;
	struct provider_secrets *secrets; /* one for each provider */
	size_t n_secrets;
	struct secret on_change; /* its secrets */
	struct secret tokens;	 /* of the API */
};

#define AT(member) offsetof(struct settings, member)

static const struct config_key store_keys[] = {
    {.name = "path", .type = CONFIG_TEXT, .offset = AT(store.path)},
    {.name = "map_size",
	.type = CONFIG_SIZE,
	.offset = AT(store.map_bytes),
	.min = MIB,
	.max = 64 * TIB},
    {.name = "reserve",
	.type = CONFIG_SIZE,
	.offset = AT(store.reserve_bytes),
	.min = 0,
	.max = TIB},
    {.name = "high_water",
	.type = CONFIG_INT,
	.offset = AT(store.high_water),
	.min = 10,
	.max = 99},
    {.name = "keep_changes",
	.type = CONFIG_DURATION,
	.offset = AT(store.keep_changes_ms),
	.min = 1000,
	.max = (int64_t)36600 * 24 * 3600 * 1000},
};

static const struct config_key receiver_keys[] = {
    {.name = "listen", .type = CONFIG_TEXT, .offset = AT(receiver.listen)},
    {.name = "max_body",
	.type = CONFIG_SIZE,
	.offset = AT(receiver.max_body),
	.min = KIB,
	.max = 64 * MIB},
    {.name = "max_connections",
	.type = CONFIG_INT,
	.offset = AT(receiver.max_connections),
	.min = 1,
	.max = 60000},
    {.name = "timeout",
	.type = CONFIG_DURATION,
	.offset = AT(receiver.timeout_ms),
	.min = 1000,
	.max = 300 * 1000},
};

static const struct config_key api_keys[] = {
    {.name = "listen", .type = CONFIG_TEXT, .offset = AT(api.listen)},
    {.name = "token_file", .type = CONFIG_TEXT, .offset = AT(api.token_file)},
};

static const struct config_key worker_keys[] = {
    {.name = "concurrency",
	.type = CONFIG_INT,
	.offset = AT(worker.concurrency),
	.min = 1,
	.max = 1024},
    {.name = "max_reply",
	.type = CONFIG_SIZE,
	.offset = AT(worker.max_reply),
	.min = KIB,
	.max = 256 * MIB},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct section {
	const char *name;
	const struct config_key *keys;
	size_t n;
} sections[] = {
    {"store", store_keys, COUNT(store_keys)},
    {"receiver", receiver_keys, COUNT(receiver_keys)},
    {"api", api_keys, COUNT(api_keys)},
    {"worker", worker_keys, COUNT(worker_keys)},
};

static void set_defaults(struct settings *s)
{
	s->store.path = "/var/lib/trueup";
	s->store.map_bytes = (uint64_t)(64 * GIB);
	s->store.reserve_bytes = (uint64_t)(64 * MIB);
	s->store.high_water = 90;
	s->receiver.listen = "127.0.0.1:8480";
	s->receiver.max_body = (uint64_t)MIB;
	s->receiver.max_connections = 4096;
	s->receiver.timeout_ms = 15 * 1000;
	s->api.listen = "127.0.0.1:8481";
	s->api.token_file = "";
	s->worker.concurrency = 64;
	s->worker.max_reply = (uint64_t)(4 * MIB);
}

static int fill_sections(struct loaded_settings *l, struct err_text *err)
{
	static const char *const groups[] = {"store", "receiver", "api",
	    "worker", "on_change", "providers", NULL};
	const struct config_node *root = config_root(l->config);
	int rc = config_fill(root, NULL, 0, groups, &l->settings, err);

	for (size_t i = 0; rc == 0 && i < COUNT(sections); i++) {
		const struct section *s = &sections[i];
		const struct config_node *group = config_group(root, s->name);

		if (group != NULL)
			rc = config_fill(
			    group, s->keys, s->n, NULL, &l->settings, err);
	}
	return rc;
}

static int read_tokens(
    struct loaded_settings *l, const char *path, struct err_text *err)
{
	const struct config_node *group =
	    config_group(config_root(l->config), "api");
	struct err_text why;

	if (secret_read(path, SETTINGS_SECRETS_MAX, &l->tokens, &why) != 0)
		return config_complain(
		    group, "token_file", err, "%s", why.text);
	for (size_t i = 0; i < l->tokens.n; i++)
		l->settings.api.tokens[i] = l->tokens.lines[i];
	l->settings.api.n_tokens = l->tokens.n;
	return 0;
}

/* Without a token, whoever reaches it may ask: then nobody else reaches it. */
static int fill_api(
    struct loaded_settings *l, unsigned int secrets, struct err_text *err)
{
	const struct config_node *group =
	    config_group(config_root(l->config), "api");
	const char *token_file = l->settings.api.token_file;

	if ((secrets & SETTINGS_API_TOKENS) == 0)
		return 0;
	if (token_file[0] != '\0')
		return read_tokens(l, token_file, err);
	if (listen_is_loopback(l->settings.api.listen))
		return 0;
	return config_complain(group, "listen", err,
	    "without a token_file only a loopback address is allowed (as in "
	    "127.0.0.1:8481), got \"%s\"",
	    l->settings.api.listen);
}

static int check_names(const struct config_node *root,
    const struct provider_settings *providers, size_t n, struct err_text *err)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (strcmp(providers[i].name, providers[k].name) != 0)
				continue;
			return config_complain(
			    config_item(root, "providers", i), "name", err,
			    "two providers are called \"%s\"; give each its "
			    "own name",
			    providers[i].name);
		}
	}
	return 0;
}

static int fill_providers(
    struct loaded_settings *l, unsigned int secrets, struct err_text *err)
{
	const struct config_node *root = config_root(l->config);
	size_t n = config_count(root, "providers");
	struct provider_settings *providers;
	int rc;

	if (n == 0 || n > SETTINGS_PROVIDERS_MAX)
		return config_complain(root, "providers", err,
		    "a list of 1 to %d groups is needed, got %zu",
		    SETTINGS_PROVIDERS_MAX, n);
	providers = arena_alloc(&l->arena, n, sizeof(*providers));
	l->secrets = arena_alloc(&l->arena, n, sizeof(*l->secrets));
	if (providers == NULL || l->secrets == NULL)
		return err_set(err, ERR_FAIL, "no memory for the settings");
	l->n_secrets = n;
	for (size_t i = 0; i < n; i++) {
		const struct config_node *node =
		    config_item(root, "providers", i);

		if (node == NULL)
			return config_complain(root, "providers", err,
			    "each element must be a group { … }");
		rc = provider_load(node, secrets, &l->arena, &providers[i],
		    &l->secrets[i], err);
		if (rc != 0)
			return rc;
	}
	l->settings.providers = providers;
	l->settings.n_providers = n;
	return check_names(root, providers, n, err);
}

static int load(const char *path, unsigned int secrets,
    struct loaded_settings *l, struct err_text *err)
{
	int rc = config_open(path, &l->config, err);

	if (rc != 0)
		return rc;
	set_defaults(&l->settings);
	l->settings.file = arena_text(&l->arena, path);
	rc = fill_sections(l, err);
	if (rc == 0 && l->settings.store.path[0] != '/')
		rc = config_complain(
		    config_group(config_root(l->config), "store"), "path", err,
		    "an absolute path is needed, got \"%s\"",
		    l->settings.store.path);
	if (rc == 0)
		rc = fill_api(l, secrets, err);
	if (rc == 0)
		rc = fill_providers(l, secrets, err);
	if (rc == 0)
		rc = on_change_load(
		    config_group(config_root(l->config), "on_change"), secrets,
		    &l->arena, &l->settings.on_change, &l->on_change, err);
	return rc;
}

int settings_load(const char *path, unsigned int secrets,
    struct loaded_settings **out, struct err_text *err)
{
	struct loaded_settings *l = calloc(1, sizeof(*l));
	int rc;

	*out = NULL;
	if (l == NULL)
		return err_set(err, ERR_FAIL, "no memory for the settings");
	arena_init(&l->arena, SETTINGS_ARENA_MAX);
	if (path == NULL)
		path = getenv("TRUEUP_CONFIG");
	if (path == NULL || path[0] == '\0')
		path = DEFAULT_FILE;
	rc = load(path, secrets, l, err);
	if (rc != 0) {
		settings_unload(l);
		return rc;
	}
	*out = l;
	return 0;
}

void settings_unload(struct loaded_settings *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n_secrets; i++)
		provider_secrets_fini(&l->secrets[i]);
	secret_fini(&l->on_change);
	secret_fini(&l->tokens);
	config_close(l->config);
	arena_fini(&l->arena);
	free(l);
}

const struct settings *settings_of(const struct loaded_settings *loaded)
{
	return &loaded->settings;
}
