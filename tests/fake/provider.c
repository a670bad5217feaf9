#include <stdlib.h>
#include <string.h>

#include "tests/fake/ecurring.h"
#include "tests/fake/mollie.h"
#include "tests/fake/provider.h"

/* The one place that knows which providers there are. */
static const struct provider *const rows[] = {
    &ecurring_provider, &mollie_provider};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

const struct provider *provider_find(const char *name)
{
	size_t i;

	for (i = 0; i < ROWS; i++) {
		if (strcmp(rows[i]->name, name) == 0)
			return rows[i];
	}
	return NULL;
}

void provider_names(struct text *out)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		text_addf(out, "%s%s", i ? " " : "", rows[i]->name);
}

int provider_kind(const struct provider *p, const char *name)
{
	int i;

	for (i = 0; name != NULL && p->kinds[i].name != NULL; i++) {
		if (strcmp(p->kinds[i].name, name) == 0)
			return i;
	}
	return -1;
}

static bool matches(
    const char *pattern, const char *path, char *id, size_t id_bytes)
{
	static const char hole[] = "{id}";
	size_t len;

	while (*pattern != '\0') {
		if (strncmp(pattern, hole, sizeof(hole) - 1) != 0) {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		len = strcspn(path, "/");
		if (len == 0 || len >= id_bytes)
			return false;
		memcpy(id, path, len);
		id[len] = '\0';
		path += len;
		pattern += sizeof(hole) - 1;
	}
	return *path == '\0';
}

const struct route *provider_route(
    const struct provider *p, const char *path, char *id, size_t id_bytes)
{
	const struct route *r;

	for (r = p->routes; r->pattern != NULL; r++) {
		id[0] = '\0';
		if (matches(r->pattern, path, id, id_bytes))
			return r;
	}
	id[0] = '\0';
	return NULL;
}

void provider_render(const json_t *document, struct text *out)
{
	static const char mark[] = "\"\\u0001";
	char *dump = json_dumps(
	    document, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	const char *from = dump;
	const char *at;

	if (dump == NULL)
		return;
	while ((at = strstr(from, mark)) != NULL) {
		const char *digits = at + sizeof(mark) - 1;
		size_t len = strcspn(digits, "\"");

		text_add(out, from, (size_t)(at - from));
		text_add(out, digits, len);
		from = digits + len + (digits[len] == '"');
	}
	text_adds(out, from);
	free(dump);
}
