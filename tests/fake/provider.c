#include <stdlib.h>
#include <string.h>

#include "tests/fake/ecartpay.h"
#include "tests/fake/ecom9.h"
#include "tests/fake/ecosire.h"
#include "tests/fake/ecurring.h"
#include "tests/fake/flexprice.h"
#include "tests/fake/mollie.h"
#include "tests/fake/paddle.h"
#include "tests/fake/stripe.h"
#include "tests/fake/provider.h"

/* The one place that knows which providers there are. */
static const struct provider *const rows[] = {
    &ecurring_provider,
    &ecartpay_provider,
    &ecom9_provider,
    &ecosire_provider,
    &flexprice_provider,
    &mollie_provider,
    &paddle_provider,
    &stripe_provider,
};

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

bool provider_is_verb(const char *name)
{
	static const char *const verbs[] = {"kind", "id", "ids", "from", "to",
	    "count", "items", "notify", "as_integers", "changes"};
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i], name) == 0)
			return true;
	}
	return false;
}

static int hex_of(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)((at - digits) % 16) : -1;
}

/* One segment of a path without its escapes; false when it does not fit. */
static bool take_id(const char *path, size_t len, char *id, size_t id_bytes)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < len && n + 1 < id_bytes; i++) {
		bool is_escape = path[i] == '%' && len - i > 2 &&
				 hex_of(path[i + 1]) >= 0 &&
				 hex_of(path[i + 2]) >= 0;

		id[n++] =
		    is_escape
			? (char)(hex_of(path[i + 1]) * 16 + hex_of(path[i + 2]))
			: path[i];
		i += is_escape ? 2 : 0;
	}
	id[n] = '\0';
	return i == len && n > 0;
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
		if (!take_id(path, len, id, id_bytes))
			return false;
		path += len;
		pattern += sizeof(hole) - 1;
	}
	return *path == '\0';
}

static const struct route *find_route(
    const struct route *r, const char *path, char *id, size_t id_bytes)
{
	for (; r != NULL && r->pattern != NULL; r++) {
		id[0] = '\0';
		if (matches(r->pattern, path, id, id_bytes))
			return r;
	}
	id[0] = '\0';
	return NULL;
}

bool provider_is_search(const struct provider *p, const struct route *route)
{
	const struct route *r = p->searches;

	while (r != NULL && r->pattern != NULL && r != route)
		r++;
	return r != NULL && r->pattern != NULL;
}

/* A search comes first: its last word is no id. */
const struct route *provider_route(
    const struct provider *p, const char *path, char *id, size_t id_bytes)
{
	const struct route *r = find_route(p->searches, path, id, id_bytes);

	return r != NULL ? r : find_route(p->routes, path, id, id_bytes);
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
