#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "reconciler/base/err.h"
#include "reconciler/base/secret.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/api_gate.h"

int api_gate_judge(const struct settings *settings, const char *authorization)
{
	static const char scheme[] = "Bearer ";
	const char *token = authorization;
	bool found = false;

	if (settings->api.n_tokens == 0)
		return 0;
	if (token == NULL ||
	    strncasecmp(token, scheme, sizeof(scheme) - 1) != 0)
		return ERR_ABSENT;
	token += sizeof(scheme) - 1;
	token += strspn(token, " ");
	/* All of them, whichever it is. */
	for (size_t i = 0; i < settings->api.n_tokens; i++)
		found |= secret_equal(settings->api.tokens[i], token);
	return found ? 0 : ERR_DENIED;
}
