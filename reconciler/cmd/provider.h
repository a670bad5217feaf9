/* One element of `providers` in the configuration. See cmd/settings.h. */
#ifndef TRUEUP_CMD_PROVIDER_H
#define TRUEUP_CMD_PROVIDER_H

#include "reconciler/base/secret.h"

struct arena;
struct client;
struct config_node;
struct err_text;
struct policy;
struct provider_settings;

/* What was read from the provider's secret files. */
struct provider_secrets {
	struct secret api_key;
	struct secret hook_token;
	struct secret hook_secrets;
};

/*
 * provider_load(node, secrets, arena, out, held, err): check and fill one
 * provider; which files are read is said by secrets (SETTINGS_API_KEYS, …).
 * out borrows from the file, the arena and held.
 */
int provider_load(const struct config_node *node, unsigned int secrets,
    struct arena *arena, struct provider_settings *out,
    struct provider_secrets *held, struct err_text *err);
/* provider_policy(client, out): what holds for a type unless it is set. */
void provider_policy(const struct client *client, struct policy *out);
void provider_secrets_fini(struct provider_secrets *held);

#endif
