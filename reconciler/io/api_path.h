/* What is asked for: the path of a request to the query API. Pure. */
#ifndef TRUEUP_IO_API_PATH_H
#define TRUEUP_IO_API_PATH_H

#include "reconciler/core/name.h"

#include <stdbool.h>
#include <stddef.h>

enum api_what {
	API_ACCOUNT = 0,
	API_ACCOUNT_HISTORY,
	API_OBJECT,
	API_OBJECT_HISTORY,
	API_CHANGES,
	API_STATS,
	API_BATCH,
	API_METRICS,
	API_HEALTH,
	API_READY,
	API_WHATS
};

/* The names that stand in a path, decoded; "" where there is none. */
struct api_path {
	enum api_what what;
	char account[NAME_ACCOUNT_MAX + 1];
	char provider[NAME_PROVIDER_MAX + 1];
	char kind[NAME_KIND_MAX + 1];
	char id[NAME_ID_MAX + 1];
};

/*
 * api_path_parse(path, out): the path as it was sent (RFC 3986: segments are
 * split before they are decoded), without the query. 0; ERR_ABSENT: no such
 * path; ERR_BAD: out->what is set, but a name in it is not of its form (ill
 * percent-encoding, no UTF-8, control characters, too long).
 */
int api_path_parse(const char *path, struct api_path *out);

/* api_path_template(what): as in "/v1/accounts/{account}/history". */
const char *api_path_template(enum api_what what);
/* api_path_methods(what): as in the header Allow. */
const char *api_path_methods(enum api_what what);
/* api_path_takes(what, method): HTTP methods are case-sensitive. */
bool api_path_takes(enum api_what what, const char *method);
/* api_path_is_open(what): whoever asks, with a token or without. */
bool api_path_is_open(enum api_what what);

#endif
