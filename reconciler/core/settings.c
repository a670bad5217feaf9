#include <string.h>

#include "reconciler/core/settings.h"

const struct provider_settings *settings_provider(
    const struct settings *settings, const char *name)
{
	size_t i;

	for (i = 0; i < settings->n_providers; i++) {
		if (strcmp(settings->providers[i].name, name) == 0)
			return &settings->providers[i];
	}
	return NULL;
}
