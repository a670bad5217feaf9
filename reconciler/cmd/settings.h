/*
 * From the configuration file to one immutable struct settings: every value
 * checked, every default applied, secrets read from their files. Complaints are
 * `file:line: key: what, allowed, got`.
 */
#ifndef TRUEUP_CMD_SETTINGS_H
#define TRUEUP_CMD_SETTINGS_H

#include "reconciler/core/settings.h"

struct err_text;
struct loaded_settings;

/* Which secrets a process may hold: the trust domains of DESIGN.md. */
enum {
	SETTINGS_NO_SECRETS = 0,
	SETTINGS_HOOK_SECRETS = 1, /* receive: hook tokens and secrets */
	SETTINGS_API_KEYS = 2,	   /* work: provider keys */
	SETTINGS_DELIVERY = 4,	   /* deliver: the secrets of on_change */
	SETTINGS_API_TOKENS = 8,   /* serve: who may ask */
	SETTINGS_ALL_SECRETS = 15  /* check-config */
};

/*
 * settings_load(path, secrets, out, err): path NULL: $TRUEUP_CONFIG, else
 * /etc/trueup/trueup.conf. Freed by settings_unload, which wipes the secrets.
 * 0, ERR_ABSENT, ERR_DENIED or ERR_BAD.
 */
int settings_load(const char *path, unsigned int secrets,
    struct loaded_settings **out, struct err_text *err);
void settings_unload(struct loaded_settings *loaded);
/* settings_of(loaded): lives as long as loaded. */
const struct settings *settings_of(const struct loaded_settings *loaded);

#endif
