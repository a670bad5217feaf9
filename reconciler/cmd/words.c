#include <stddef.h>
#include <string.h>

#include "clients/client.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "reconciler/cmd/words.h"

/* One element as the file has it. */
struct raw_word {
	const char *kind;
	const char *word;
	const char *state;
};

static const struct config_key keys[] = {
    {.name = "kind",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct raw_word, kind),
	.required = true},
    {.name = "word",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct raw_word, word),
	.required = true},
    {.name = "state",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct raw_word, state),
	.required = true},
};

static const char *kinds_of(
    const struct provider_settings *provider, struct arena *arena)
{
	const char *text = "";
	size_t n;
	const struct client_kind *kinds = client_kinds(provider, &n);

	for (size_t i = 0; i < n && text != NULL; i++)
		text = arena_printf(arena, "%s %s", text, kinds[i].name);
	return text == NULL ? "" : text;
}

static const char *states(struct arena *arena)
{
	const char *text = "";

	for (int i = 0; i < STATE_COUNT && text != NULL; i++)
		text = arena_printf(
		    arena, "%s %s", text, state_name((enum state)i));
	return text == NULL ? "" : text;
}

static int check(const struct config_node *item, const struct raw_word *raw,
    const struct provider_settings *provider, struct arena *arena,
    struct err_text *err)
{
	size_t len = strlen(raw->word);

	if (client_kind_of(provider, raw->kind) == NULL)
		return config_complain(item, "kind", err,
		    "no such kind of %s, allowed%s, got \"%s\"",
		    provider->client->type, kinds_of(provider, arena),
		    raw->kind);
	if (len == 0 || len > OBSERVATION_WORD_MAX)
		return config_complain(item, "word", err,
		    "1 to %d bytes are allowed, got %zu", OBSERVATION_WORD_MAX,
		    len);
	return 0;
}

static int load_one(const struct config_node *item,
    const struct provider_settings *provider, struct arena *arena,
    struct word_meaning *out, struct err_text *err)
{
	struct raw_word raw = {NULL, NULL, NULL};
	int rc = config_fill(
	    item, keys, sizeof(keys) / sizeof(keys[0]), NULL, &raw, err);

	if (rc == 0)
		rc = check(item, &raw, provider, arena, err);
	if (rc != 0)
		return rc;
	if (state_parse(raw.state, &out->state) != 0)
		return config_complain(item, "state", err,
		    "no such state, allowed%s, got \"%s\"", states(arena),
		    raw.state);
	out->kind = raw.kind;
	out->word = raw.word;
	return 0;
}

int words_load(const struct config_node *node,
    const struct provider_settings *provider, struct arena *arena,
    struct words *out, struct err_text *err)
{
	size_t n = config_count(node, "words");
	struct word_meaning *items = arena_alloc(arena, n + 1, sizeof(*items));
	int rc = 0;

	if (items == NULL)
		return err_set(err, ERR_FAIL, "no memory for the settings");
	if (n > WORDS_MAX)
		return config_complain(node, "words", err,
		    "at most %d are allowed, got %zu", WORDS_MAX, n);
	out->items = items;
	for (out->n = 0; out->n < n && rc == 0; out->n++) {
		const struct config_node *item =
		    config_item(node, "words", out->n);
		struct word_meaning *word = &items[out->n];

		if (item == NULL)
			return config_complain(node, "words", err,
			    "each element must be a group "
			    "{ kind = …; word = …; state = …; }");
		rc = load_one(item, provider, arena, word, err);
		if (rc == 0 && words_find(out, word->kind, word->word) != NULL)
			rc = config_complain(item, "word", err,
			    "\"%s\" of %s is said twice", word->word,
			    word->kind);
	}
	return rc;
}
