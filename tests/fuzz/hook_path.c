/* Any path: a hook with a valid name and a bounded token, or none. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/err.h"
#include "reconciler/io/hook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(int promise)
{
	if (!promise)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *path = malloc(size + 1);
	struct hook hook;
	int rc;

	hold(path != NULL);
	if (size > 0)
		memcpy(path, data, size);
	path[size] = '\0';
	memset(&hook, 0xa5, sizeof(hook));
	rc = hook_parse(path, &hook);
	hold(rc == 0 || rc == ERR_ABSENT);
	if (rc == 0) {
		hold(strncmp(path, "/hooks/", 7) == 0);
		hold(name_provider_is_valid(hook.name));
		hold(hook.token_len <= HOOK_TOKEN_MAX);
		hold(hook.token[hook.token_len] == '\0');
		hold(hook.has_token || hook.token_len == 0);
	}
	free(path);
	return 0;
}
