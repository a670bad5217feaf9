/* What the options are made of: pointers, conditions, forms of ids, words. */
#include <stddef.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"

#include "clients/generic.h"

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	HEADER_NAME_MAX = 64,
	PREFIX_MAX = 32, /* of an id */
	TAIL_MAX = 128,	 /* of an id, behind its prefix */
	FACT_NAME_MAX = 32
};

int generic_check_pointers(const struct config_node *node,
    const struct generic_named *pointers, size_t n, struct err_text *err)
{
	for (size_t i = 0; i < n; i++) {
		const char *pointer = pointers[i].pointer;

		if (pointer != NULL && !field_pointer_is_valid(pointer))
			return config_complain(node, pointers[i].name, err,
			    "a JSON Pointer such as \"/data/id\" is allowed, "
			    "got \"%s\"",
			    pointer);
	}
	return 0;
}

int generic_check_header(const struct config_node *node, const char *key,
    const char *name, struct err_text *err)
{
	size_t len;

	if (name == NULL)
		return 0;
	len = strlen(name);
	if (len >= 1 && len <= HEADER_NAME_MAX &&
	    strspn(name, DIGITS LOWER UPPER "!#$%&'*+-.^_`|~") == len)
		return 0;
	return config_complain(node, key, err,
	    "the name of a header is allowed, got \"%s\"", name);
}

int generic_list(const struct config_node *node, const char *key, size_t max,
    size_t *n, struct err_text *err)
{
	*n = config_count(node, key);
	if (*n > max)
		return config_complain(node, key, err,
		    "at most %zu are allowed, got %zu", max, *n);
	for (size_t i = 0; i < *n; i++) {
		if (config_item(node, key, i) == NULL)
			return config_complain(node, key, err,
			    "a list of groups ( { }, { } ) is allowed, "
			    "element %zu is none",
			    i + 1);
	}
	return 0;
}

/* ---- conditions -----------------------------------------------------------
 */

struct raw_test {
	const char *pointer;
	const char *is;
	const char *isnt;
};

static const struct config_key test_keys[] = {
    {.name = "pointer",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct raw_test, pointer),
	.required = true},
    {.name = "is",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct raw_test, is)},
    {.name = "not",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct raw_test, isnt)},
};

static int load_test(const struct config_node *node, struct generic_test *out,
    struct err_text *err)
{
	struct raw_test raw = {NULL, NULL, NULL};
	const struct generic_named pointer = {"pointer", NULL};
	int rc =
	    config_fill(node, test_keys, COUNT(test_keys), NULL, &raw, err);

	if (rc != 0)
		return rc;
	if ((raw.is == NULL) == (raw.isnt == NULL))
		return config_complain(node, NULL, err,
		    "one of the keys is and not is allowed, got %s",
		    raw.is == NULL ? "none" : "both");
	*out = (struct generic_test){.pointer = raw.pointer,
	    .words = raw.is != NULL ? raw.is : raw.isnt,
	    .negated = raw.is == NULL};
	return generic_check_pointers(
	    node, &(struct generic_named){pointer.name, raw.pointer}, 1, err);
}

int generic_load_tests(const struct config_node *node, const char *key,
    struct arena *arena, struct generic_tests *out, struct err_text *err)
{
	struct generic_test *items;
	size_t n;
	int rc = generic_list(node, key, GENERIC_TESTS_MAX, &n, err);

	if (rc != 0)
		return rc;
	items = arena_alloc(arena, n + 1, sizeof(*items));
	if (items == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = load_test(config_item(node, key, i), &items[i], err);
	*out = (struct generic_tests){items, n};
	return rc;
}

/* ---- ids ------------------------------------------------------------------
 */

/* None of the characters has a meaning in a path or a query (RFC 3986). */
static const struct {
	const char *form;
	const char *characters;
} alphabets[] = {
    {"uuid", NULL},
    {"digits", DIGITS},
    {"hex", DIGITS "abcdefABCDEF"},
    {"alnum", DIGITS LOWER UPPER},
    {"token", DIGITS LOWER UPPER "_-"},
};

static const char *alphabet_of(const char *form)
{
	size_t i = 0;

	while (i + 1 < COUNT(alphabets) && strcmp(alphabets[i].form, form) != 0)
		i++;
	return alphabets[i].characters;
}

int generic_form_check(const struct config_node *node,
    struct generic_form *form, struct err_text *err)
{
	if (form->form == NULL)
		form->form = "token";
	if (form->prefix == NULL)
		form->prefix = "";
	if (strlen(form->prefix) > PREFIX_MAX ||
	    strspn(form->prefix, DIGITS LOWER UPPER "_-") !=
		strlen(form->prefix))
		return config_complain(node, "id_prefix", err,
		    "at most %d of A-Z a-z 0-9 _ - are allowed, got \"%s\"",
		    PREFIX_MAX, form->prefix);
	if (strcmp(form->form, "uuid") == 0 &&
	    (form->min != 0 || form->max != 0))
		return config_complain(node, NULL, err,
		    "a uuid has its own length: id_min and id_max do not go "
		    "with it");
	if (form->min == 0)
		form->min = 1;
	if (form->max == 0)
		form->max = TAIL_MAX;
	if (form->min > form->max)
		return config_complain(node, "id_min", err,
		    "at most id_max is allowed, got %d", (int)form->min);
	return 0;
}

bool generic_form_fits(const void *form, const char *id)
{
	const struct generic_form *f = form;
	size_t skip = strlen(f->prefix);
	const char *characters = alphabet_of(f->form);
	size_t n;

	if (strncmp(id, f->prefix, skip) != 0)
		return false;
	id += skip;
	if (characters == NULL)
		return client_uuid_is_valid(id);
	n = strspn(id, characters);
	return id[n] == '\0' && n >= (size_t)f->min && n <= (size_t)f->max;
}

const char *generic_id(
    const struct generic_form *form, const char *id, struct arena *arena)
{
	if (id != NULL && *form->prefix == '\0' &&
	    alphabet_of(form->form) == NULL)
		id = client_uuid(arena, id);
	return id != NULL && generic_form_fits(form, id) ? id : NULL;
}

/* ---- links ----------------------------------------------------------------
 */

int generic_set_link(const struct config_node *node,
    const struct generic_options *options, const char *kind,
    struct generic_link *out, struct err_text *err)
{
	const struct generic_named pointers[] = {
	    {"id", out->id}, {"parent", out->parent}};

	out->to = generic_kind_of(options, kind);
	if (out->to == NULL)
		return config_complain(node, "kind", err,
		    "the name of one of the kinds is allowed, got \"%s\"",
		    kind);
	if (out->to->parent != NULL && out->parent == NULL)
		return config_complain(node, "parent", err,
		    "required, a %s cannot be asked for without its %s", kind,
		    out->to->parent);
	if (out->to->parent == NULL && out->parent != NULL)
		return config_complain(
		    node, "parent", err, "a %s has no parent", kind);
	return generic_check_pointers(node, pointers, COUNT(pointers), err);
}

/* ---- free-form groups ------------------------------------------------------
 */

struct word_list {
	struct arena *arena;
	struct state_word *words;
	size_t n;
};

static int add_word(struct word_list *list, const struct config_node *where,
    const char *key, enum state state, const char *text, size_t len,
    struct err_text *err)
{
	const char *word = arena_bytes(list->arena, text, len);

	if (word == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	if (len < 1 || len > OBSERVATION_WORD_MAX)
		return config_complain(where, key, err,
		    "words of 1 to %d bytes, parted by |, are allowed, got "
		    "\"%s\"",
		    OBSERVATION_WORD_MAX, word);
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->words[i].word, word) == 0)
			return config_complain(where, key, err,
			    "each word once is allowed, got \"%s\" again",
			    word);
	}
	if (list->n == GENERIC_WORDS_MAX)
		return config_complain(where, key, err,
		    "at most %d words are allowed", GENERIC_WORDS_MAX);
	list->words[list->n++] = (struct state_word){word, state};
	return 0;
}

/* A line `our_state = "their word|another one";`. */
static int add_words(void *cookie, const struct config_node *where,
    const char *key, const char *value, struct err_text *err)
{
	enum state state;
	int rc = 0;

	if (state_parse(key, &state) != 0 || state == STATE_UNKNOWN)
		return config_complain(where, key, err,
		    "a state is allowed (pending trialing active past_due "
		    "paused ended paid failed refunded reversed)");
	while (rc == 0 && value != NULL) {
		size_t n = strcspn(value, "|");

		rc = add_word(cookie, where, key, state, value, n, err);
		value = value[n] == '|' ? value + n + 1 : NULL;
	}
	return rc;
}

int generic_load_words(const struct config_node *node, struct arena *arena,
    struct generic_kind *out, struct err_text *err)
{
	const struct config_node *group = config_group(node, "words");
	struct word_list list = {.arena = arena};
	int rc;

	if (group == NULL)
		return config_complain(node, "words", err,
		    "required, such as { active = \"running|trial\"; }");
	list.words = arena_alloc(arena, GENERIC_WORDS_MAX, sizeof(*list.words));
	if (list.words == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	rc = config_each(group, add_words, &list, err);
	if (rc == 0 && list.n == 0)
		return config_complain(
		    node, "words", err, "one at least is required");
	out->words = list.words;
	out->n_words = list.n;
	return rc;
}

struct named_list {
	struct generic_named *items;
	size_t n;
	size_t max;
};

static int add_named(void *cookie, const struct config_node *where,
    const char *key, const char *value, struct err_text *err)
{
	struct named_list *list = cookie;

	if (list->n == list->max)
		return config_complain(
		    where, key, err, "at most %zu are allowed", list->max);
	if (strlen(key) > FACT_NAME_MAX)
		return config_complain(where, key, err,
		    "a name of at most %d characters is allowed",
		    FACT_NAME_MAX);
	list->items[list->n] = (struct generic_named){key, value};
	return generic_check_pointers(where, &list->items[list->n++], 1, err);
}

int generic_load_named(const struct config_node *node, const char *key,
    size_t max, struct generic_named *out, size_t *n, struct err_text *err)
{
	const struct config_node *group = config_group(node, key);
	struct named_list list = {.items = out, .max = max};
	int rc = group == NULL ? 0 : config_each(group, add_named, &list, err);

	*n = list.n;
	return rc;
}

static int add_changed(void *cookie, const struct config_node *where,
    const char *key, const char *value, struct err_text *err)
{
	struct generic_kind *kind = cookie;
	enum state state;
	size_t at = STATE_COUNT;

	if (state_parse(key, &state) == 0)
		at = (size_t)state;
	else if (strcmp(key, "other") != 0)
		return config_complain(where, key, err,
		    "a state (such as active, paused or ended) or other is "
		    "allowed");
	kind->changed_at[at] = value;
	return generic_check_pointers(
	    where, &(struct generic_named){key, value}, 1, err);
}

int generic_load_changed(const struct config_node *node,
    struct generic_kind *out, struct err_text *err)
{
	const struct config_node *group = config_group(node, "changed_at");

	return group == NULL ? 0 : config_each(group, add_changed, out, err);
}
