/* The group `on_change` of the configuration. See cmd/settings.h. */
#ifndef TRUEUP_CMD_ON_CHANGE_H
#define TRUEUP_CMD_ON_CHANGE_H

#include "reconciler/base/secret.h"

struct arena;
struct config_node;
struct delivery_settings;
struct err_text;

/*
 * on_change_load(node, secrets, arena, out, held, err): check and fill it; node
 * NULL: there is none, nothing is delivered. The secrets are read, and the
 * command is looked for, with SETTINGS_DELIVERY only. out borrows from the
 * file, the arena and held.
 */
int on_change_load(const struct config_node *node, unsigned int secrets,
    struct arena *arena, struct delivery_settings *out, struct secret *held,
    struct err_text *err);

#endif
