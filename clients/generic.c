/*
 * A provider of which nothing is known but what the configuration says: how it
 * signs, where ids and answers have what matters, what its words mean.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "clients/types.h"

#include "clients/generic.h"

enum { PATH_MAX_BYTES = 2048 };

const struct generic_kind *generic_kind_of(
    const struct generic_options *options, const char *name)
{
	for (size_t i = 0; options != NULL && i < options->n_kinds; i++) {
		if (strcmp(options->rows[i].name, name) == 0)
			return &options->rows[i];
	}
	return NULL;
}

static const struct client_kind *kinds_of(const void *options, size_t *n)
{
	const struct generic_options *o = options;

	*n = o != NULL ? o->n_kinds : 0;
	return o != NULL ? o->kinds : NULL;
}

static enum client_signing signing_of(const void *options)
{
	const struct generic_options *o = options;

	return o != NULL && o->verify.scheme != GENERIC_NONE ? CLIENT_SIGNED
							     : CLIENT_UNSIGNED;
}

/* A secret of Standard Webhooks is a key in base64, all others are text. */
static const char *secret_scheme(const void *options)
{
	const struct generic_options *o = options;

	return o != NULL && o->verify.scheme == GENERIC_STANDARD ? "standard"
								 : "";
}

/* ---- questions --------------------------------------------------------- */

/* A template with its holes filled in, each escaped as one segment. */
static const char *fill_path(const struct generic_kind *kind,
    const struct client_object *object, struct arena *arena)
{
	static const char id[] = "{id}";
	static const char parent[] = "{parent}";
	const char *at = kind->path;
	const char *copy = NULL;
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	while (*at != '\0') {
		size_t n = strcspn(at, "{");

		buf_add(&path, at, n);
		at += n;
		if (strncmp(at, id, sizeof(id) - 1) == 0) {
			text_escape_path(&path, object->id);
			at += sizeof(id) - 1;
		} else if (strncmp(at, parent, sizeof(parent) - 1) == 0) {
			text_escape_path(&path, object->parent_id);
			at += sizeof(parent) - 1;
		}
	}
	if (path.error == 0)
		copy = arena_text(arena, buf_text(&path));
	buf_fini(&path);
	return copy;
}

static void add_header(
    struct client_request *out, const char *name, const char *value)
{
	out->headers[out->n_headers++] =
	    (struct client_header){.name = name, .value = value};
}

/* Without a key the provider refuses, which bars it as a bad one does. */
static int add_headers(const struct provider_settings *provider,
    const struct generic_options *options, struct arena *arena,
    struct client_request *out)
{
	const char *key;

	if (!options->has_accept)
		add_header(out, "Accept", "application/json");
	for (size_t i = 0; i < options->n_headers; i++)
		add_header(
		    out, options->headers[i].name, options->headers[i].value);
	if (provider->api_key == NULL)
		return 0;
	key =
	    arena_printf(arena, "%s%s", options->key_prefix, provider->api_key);
	add_header(out, options->key_header, key);
	return key != NULL ? 0 : ERR_FULL;
}

static const char *object_problem(
    const struct generic_kind *kind, const struct client_object *object)
{
	if (kind == NULL)
		return "there is no such kind";
	if (!generic_form_fits(&kind->form, object->id))
		return "not an id of the configured form";
	if (kind->parent == NULL)
		return NULL;
	if (!text_equal(object->parent_kind, kind->parent) ||
	    object->parent_id == NULL)
		return "it cannot be asked for without its parent";
	if (!generic_form_fits(&kind->parent_form, object->parent_id))
		return "its parent's id is not of the configured form";
	return NULL;
}

static int ask(const struct provider_settings *provider,
    const struct client_object *object, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const struct generic_options *options = provider->options;
	const struct generic_kind *kind =
	    generic_kind_of(options, object->kind);
	const char *problem = object_problem(kind, object);

	memset(out, 0, sizeof(*out));
	if (problem != NULL)
		return err_set(err, ERR_BAD, "%s", problem);
	out->operation = kind->name;
	out->path = fill_path(kind, object, arena);
	if (out->path == NULL ||
	    add_headers(provider, options, arena, out) != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

const struct client generic_client = {
    .type = "generic",
    .defaults =
	{
	    .rate = 2.0,
	    .burst = 5,
	    .concurrency = 2,
	    .timeout_ms = 10 * 1000,
	    .resync_ms = 24 * 3600 * 1000,
	    .missing_window_ms = 30 * 60 * 1000,
	    .rungs_ms = {5 * 1000, 30 * 1000, 5 * 60 * 1000},
	    .n_rungs = 3,
	},
    .configure = generic_configure,
    .kinds_of = kinds_of,
    .signing_of = signing_of,
    .secret_scheme = secret_scheme,
    .identify = generic_identify,
    .ask = ask,
    .read = generic_read,
};
