/* The options of the kinds: what each is called, asked for and read like. */
#include <stddef.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"

#include "clients/generic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FORMS "uuid|digits|hex|alnum|token"

enum { PATH_MAX_BYTES = 512, LENGTH_MAX = 128 };

#define LENGTH(of, key, member) \
	{ \
		.name = (key), .type = CONFIG_INT, \
		.offset = offsetof(struct of, member), .min = 1, \
		.max = LENGTH_MAX \
	}

/* ---- the kind itself -------------------------------------------------------
 */

struct raw_kind {
	struct generic_kind kind;
	const char *time;
};

static const struct config_key kind_keys[] = {
    GENERIC_NEED(raw_kind, "name", kind.name),
    GENERIC_NEED(raw_kind, "path", kind.path),
    {.name = "id_form",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct raw_kind, kind.form.form),
	.allowed = FORMS},
    GENERIC_TEXT(raw_kind, "id_prefix", kind.form.prefix),
    LENGTH(raw_kind, "id_min", kind.form.min),
    LENGTH(raw_kind, "id_max", kind.form.max),
    {.name = "time",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct raw_kind, time),
	.allowed = "rfc3339|date|epoch_s|epoch_ms"},
    GENERIC_TEXT(raw_kind, "object", kind.object),
    GENERIC_TEXT(raw_kind, "id", kind.id),
    GENERIC_NEED(raw_kind, "status", kind.status),
    GENERIC_TEXT(raw_kind, "account", kind.account),
    GENERIC_TEXT(raw_kind, "customer", kind.customer),
    GENERIC_TEXT(raw_kind, "version", kind.version),
    GENERIC_TEXT(raw_kind, "noun", kind.noun),
};

static const char *const kind_groups[] = {"parent", "words", "facts",
    "rechecks", "changed_at", "grant", "history", "effects", "also",
    "test_when", NULL};

static enum generic_time time_form(const char *text)
{
	static const char *const names[] = {[GENERIC_RFC3339] = "rfc3339",
	    [GENERIC_DATE] = "date",
	    [GENERIC_EPOCH_S] = "epoch_s",
	    [GENERIC_EPOCH_MS] = "epoch_ms"};
	size_t i = 0;

	while (i + 1 < COUNT(names) && strcmp(names[i], text) != 0)
		i++;
	return (enum generic_time)i;
}

static const struct config_key parent_keys[] = {
    GENERIC_NEED(generic_kind, "kind", parent),
    {.name = "id_form",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct generic_kind, parent_form.form),
	.allowed = FORMS},
    GENERIC_TEXT(generic_kind, "id_prefix", parent_form.prefix),
    LENGTH(generic_kind, "id_min", parent_form.min),
    LENGTH(generic_kind, "id_max", parent_form.max),
};

static int load_parent(const struct generic_loading *l)
{
	const struct config_node *group = config_group(l->node, "parent");
	int rc;

	if (group == NULL)
		return 0;
	rc = config_fill(
	    group, parent_keys, COUNT(parent_keys), NULL, l->out, l->err);
	if (rc != 0)
		return rc;
	if (!name_kind_is_valid(l->out->parent))
		return config_complain(group, "kind", l->err,
		    "1 to %d of a-z 0-9 _ - are allowed, got \"%s\"",
		    NAME_KIND_MAX, l->out->parent);
	return generic_form_check(group, &l->out->parent_form, l->err);
}

/* How often the text stands in a template. */
static size_t count_of(const char *template, const char *text)
{
	size_t n = 0;

	for (const char *p = strstr(template, text); p != NULL;
	     p = strstr(p + 1, text))
		n++;
	return n;
}

/*
 * What is not one of the holes is sent as it is: only characters that a path
 * and a query may hold (RFC 3986), and nothing that is taken out of a path on
 * its way.
 */
static const char *path_problem(const struct generic_kind *kind)
{
	const char *path = kind->path;
	size_t ids = count_of(path, "{id}");
	size_t parents = count_of(path, "{parent}");
	size_t braces = count_of(path, "{") + count_of(path, "}");

	if (path[0] != '/' || strlen(path) > PATH_MAX_BYTES)
		return "it has to begin with / and be short";
	if (ids == 0)
		return "{id} is not in it";
	if ((parents > 0) != (kind->parent != NULL))
		return kind->parent != NULL ? "{parent} is not in it"
					    : "{parent} needs the group parent";
	if (braces != 2 * (ids + parents))
		return "only {id} and {parent} are filled in";
	for (const char *p = path; *p != '\0'; p++) {
		if (*p <= ' ' || *p >= 0x7f || strchr("\"#<>\\^`|", *p) != NULL)
			return "a character that no path has";
	}
	if (strstr(path, "/../") != NULL || strstr(path, "/./") != NULL ||
	    strstr(path, "//") != NULL)
		return "an empty segment, or a dot for one";
	return NULL;
}

static int check_kind(const struct generic_loading *l)
{
	struct generic_kind *kind = l->out;
	const struct generic_named pointers[] = {{"object", kind->object},
	    {"id", kind->id}, {"status", kind->status},
	    {"account", kind->account}, {"customer", kind->customer},
	    {"version", kind->version}};
	const char *problem;
	int rc;

	if (!name_kind_is_valid(kind->name))
		return config_complain(l->node, "name", l->err,
		    "1 to %d of a-z 0-9 _ - are allowed, got \"%s\"",
		    NAME_KIND_MAX, kind->name);
	if (generic_kind_of(l->options, kind->name) != kind)
		return config_complain(l->node, "name", l->err,
		    "each kind once is allowed, got \"%s\" again", kind->name);
	rc = generic_form_check(l->node, &kind->form, l->err);
	if (rc == 0)
		rc = load_parent(l);
	if (rc != 0)
		return rc;
	problem = path_problem(kind);
	if (problem != NULL)
		return config_complain(l->node, "path", l->err,
		    "a path such as \"/things/{id}\" is allowed, got \"%s\": "
		    "%s",
		    kind->path, problem);
	return generic_check_pointers(
	    l->node, pointers, COUNT(pointers), l->err);
}

static int load_kind(const struct generic_loading *l)
{
	struct raw_kind raw = {.time = "rfc3339"};
	int rc;

	raw.kind.object = "";
	rc = config_fill(
	    l->node, kind_keys, COUNT(kind_keys), kind_groups, &raw, l->err);
	if (rc != 0)
		return rc;
	raw.kind.time = time_form(raw.time);
	*l->out = raw.kind;
	return check_kind(l);
}

/* ---- all of them ----------------------------------------------------------
 */

/* What may name other kinds, once all of them have their names. */
static int load_rest(const struct generic_loading *l)
{
	struct generic_kind *kind = l->out;
	int rc = generic_load_words(l->node, l->arena, kind, l->err);

	if (rc == 0)
		rc = generic_load_named(l->node, "facts", OBSERVATION_FACTS_MAX,
		    kind->facts, &kind->n_facts, l->err);
	if (rc == 0)
		rc = generic_load_named(l->node, "rechecks",
		    COUNT(kind->rechecks), kind->rechecks, &kind->n_rechecks,
		    l->err);
	if (rc == 0)
		rc = generic_load_changed(l->node, kind, l->err);
	if (rc == 0)
		rc = generic_load_tests(
		    l->node, "test_when", l->arena, &kind->test_when, l->err);
	return rc == 0 ? generic_load_within(l) : rc;
}

/* As the engine knows it. */
static void show_kind(const struct generic_kind *kind, struct client_kind *out)
{
	*out = (struct client_kind){.name = kind->name,
	    .id_is_of_form = generic_form_fits,
	    .form = &kind->form,
	    .noun = kind->noun,
	    .needs_parent = kind->parent != NULL,
	    .words = kind->words,
	    .n_words = kind->n_words};
}

int generic_load_kinds(const struct config_node *group, struct arena *arena,
    struct generic_options *out, struct err_text *err)
{
	struct generic_kind *rows;
	struct client_kind *kinds;
	size_t n;
	int rc = generic_list(group, "kinds", GENERIC_KINDS_MAX, &n, err);

	if (rc != 0)
		return rc;
	if (n == 0)
		return config_complain(
		    group, "kinds", err, "one at least is required");
	rows = arena_alloc(arena, n, sizeof(*rows));
	kinds = arena_alloc(arena, n, sizeof(*kinds));
	if (rows == NULL || kinds == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	out->rows = rows;
	out->kinds = kinds;
	for (size_t i = 0; i < 2 * n && rc == 0; i++) {
		const struct generic_loading l = {
		    config_item(group, "kinds", i % n), arena, out,
		    &rows[i % n], err};

		if (i < n)
			out->n_kinds = i + 1;
		rc = i < n ? load_kind(&l) : load_rest(&l);
		show_kind(&rows[i % n], &kinds[i % n]);
	}
	return rc;
}
