/* Where a notification is sent to: the path of the request. */
#ifndef TRUEUP_IO_HOOK_H
#define TRUEUP_IO_HOOK_H

#include "reconciler/core/name.h"

#include <stdbool.h>
#include <stddef.h>

enum { HOOK_TOKEN_MAX = 4096 }; /* as long as a secret may be */

/* /hooks/NAME or /hooks/NAME/TOKEN, percent-decoded. */
struct hook {
	char name[NAME_PROVIDER_MAX + 1];
	char token[HOOK_TOKEN_MAX + 1]; /* may be empty, may hold any byte */
	size_t token_len;
	bool has_token;
};

/*
 * hook_parse(path, out): the path as it was sent (RFC 3986, segments split
 * before they are decoded), without the query. 0, or ERR_ABSENT: no such path.
 */
int hook_parse(const char *path, struct hook *out);

#endif
