#include <stdlib.h>
#include <string.h>

#include "tests/fake/pointer.h"

enum { NAME_BYTES = 256 };

/* One token with ~1 and ~0 read; returns what follows it, or NULL. */
static const char *token(const char *path, char *out)
{
	size_t len = 0;

	for (; *path != '\0' && *path != '/'; path++) {
		if (len + 1 == NAME_BYTES)
			return NULL;
		out[len++] = *path;
		if (*path == '~' && (path[1] == '0' || path[1] == '1'))
			out[len - 1] = *++path == '1' ? '/' : '~';
	}
	out[len] = '\0';
	return path;
}

static json_t *step(json_t *at, const char *name)
{
	if (json_is_array(at))
		return json_array_get(at, strtoul(name, NULL, 10));
	return json_object_get(at, name);
}

/* The container of the place, whose last token goes to NAME. */
static json_t *parent_of(
    json_t *document, json_t *attributes, const char *path, char *name)
{
	json_t *at = *path == '/' ? document : attributes;

	if (*path == '/')
		path++;
	for (;;) {
		path = token(path, name);
		if (path == NULL || *path == '\0')
			return path ? at : NULL;
		at = step(at, name);
		path++;
	}
}

json_t *pointer_get(json_t *document, json_t *attributes, const char *path)
{
	char name[NAME_BYTES];

	return step(parent_of(document, attributes, path, name), name);
}

int pointer_set(
    json_t *document, json_t *attributes, const char *path, json_t *value)
{
	char name[NAME_BYTES];
	json_t *parent = parent_of(document, attributes, path, name);

	if (json_is_object(parent))
		return json_object_set(parent, name, value);
	if (json_is_array(parent) && strcmp(name, "-") == 0)
		return json_array_append(parent, value);
	if (json_is_array(parent))
		return json_array_set(parent, strtoul(name, NULL, 10), value);
	return -1;
}

int pointer_remove(json_t *document, json_t *attributes, const char *path)
{
	char name[NAME_BYTES];
	json_t *parent = parent_of(document, attributes, path, name);

	if (json_is_object(parent))
		return json_object_del(parent, name);
	if (json_is_array(parent))
		return json_array_remove(parent, strtoul(name, NULL, 10));
	return -1;
}
