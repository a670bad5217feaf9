#include <string.h>

#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/io/hook.h"

static const char prefix[] = "/hooks/";

int hook_parse(const char *path, struct hook *out)
{
	const char *name = path + sizeof(prefix) - 1;
	const char *token;
	size_t len;

	out->has_token = false;
	out->token_len = 0;
	out->token[0] = '\0';
	if (strncmp(path, prefix, sizeof(prefix) - 1) != 0)
		return ERR_ABSENT;
	token = strchr(name, '/');
	len = token != NULL ? (size_t)(token - name) : strlen(name);
	if (text_unescape(name, len, out->name, sizeof(out->name), &len) != 0 ||
	    strlen(out->name) != len || !name_provider_is_valid(out->name))
		return ERR_ABSENT;
	if (token == NULL)
		return 0;
	token++;
	if (strchr(token, '/') != NULL ||
	    text_unescape(token, strlen(token), out->token, sizeof(out->token),
		&out->token_len) != 0)
		return ERR_ABSENT;
	out->has_token = true;
	return 0;
}
