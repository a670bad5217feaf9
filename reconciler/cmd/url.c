#include <string.h>

#include "reconciler/base/arena.h"

#include "reconciler/cmd/url.h"

const char *url_host(const char *rest, struct arena *arena)
{
	size_t len = strcspn(rest, "/?#");

	if (rest[0] == '[') {
		const char *end = memchr(rest, ']', len);

		return end == NULL
			   ? ""
			   : arena_bytes(arena, rest, (size_t)(end - rest) + 1);
	}
	return arena_bytes(arena, rest, strcspn(rest, ":/?#"));
}

bool url_host_is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 ||
	       strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}
