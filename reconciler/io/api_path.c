#include <string.h>

#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/io/api_path.h"

static const char reading[] = "GET, HEAD";

static const struct {
	const char *template;
	const char *methods;
	bool open;
} paths[API_WHATS] = {
    [API_ACCOUNT] = {"/v1/accounts/{account}", reading, false},
    [API_ACCOUNT_HISTORY] = {"/v1/accounts/{account}/history", reading, false},
    [API_OBJECT] = {"/v1/objects/{provider}/{kind}/{id}", reading, false},
    [API_OBJECT_HISTORY] = {"/v1/objects/{provider}/{kind}/{id}/history",
	reading, false},
    [API_CHANGES] = {"/v1/changes", reading, false},
    [API_STATS] = {"/v1/stats", reading, false},
    [API_BATCH] = {"/v1/accounts:batch", "POST", false},
    [API_METRICS] = {"/metrics", reading, false},
    [API_HEALTH] = {"/healthz", reading, true},
    [API_READY] = {"/readyz", reading, true},
};

const char *api_path_template(enum api_what what)
{
	return paths[what].template;
}

const char *api_path_methods(enum api_what what)
{
	return paths[what].methods;
}

bool api_path_takes(enum api_what what, const char *method)
{
	if (paths[what].methods != reading)
		return strcmp(method, paths[what].methods) == 0;
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

bool api_path_is_open(enum api_what what)
{
	return paths[what].open;
}

/* Both stand behind a slash; a segment in braces matches all but an empty one.
 */
static bool matches(const char *template, const char *path)
{
	while (*template == '/' && *path == '/') {
		size_t want = strcspn(++template, "/");
		size_t got = strcspn(++path, "/");
		bool any = *template == '{';

		if (any ? got == 0
			: got != want || memcmp(template, path, got) != 0)
			return false;
		template += want;
		path += got;
	}
	return *template == '\0' && *path == '\0';
}

/* The n-th segment, from 0, decoded; bytes that a name cannot have are seen by
 * its own judge, but for a NUL, which would end it. */
static bool take(const char *path, size_t n, char *out, size_t cap)
{
	size_t len;

	for (path++; n > 0; n--)
		path += strcspn(path, "/") + 1;
	return text_unescape(path, strcspn(path, "/"), out, cap, &len) == 0 &&
	       strlen(out) == len;
}

static bool take_account(const char *path, struct api_path *out)
{
	return take(path, 2, out->account, sizeof(out->account)) &&
	       name_account_is_valid(out->account);
}

static bool take_object(const char *path, struct api_path *out)
{
	const struct object_ref ref = {out->provider, out->kind, out->id};

	return take(path, 2, out->provider, sizeof(out->provider)) &&
	       take(path, 3, out->kind, sizeof(out->kind)) &&
	       take(path, 4, out->id, sizeof(out->id)) &&
	       name_ref_is_valid(&ref);
}

int api_path_parse(const char *path, struct api_path *out)
{
	bool good = true;
	int what = 0;

	memset(out, 0, sizeof(*out));
	while (what < API_WHATS && !matches(paths[what].template, path))
		what++;
	if (what == API_WHATS)
		return ERR_ABSENT;
	out->what = (enum api_what)what;
	if (strstr(paths[what].template, "{account}") != NULL)
		good = take_account(path, out);
	else if (strstr(paths[what].template, "{provider}") != NULL)
		good = take_object(path, out);
	return good ? 0 : ERR_BAD;
}
