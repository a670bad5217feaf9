/* The list `words` of a provider in the configuration. See core/words.h. */
#ifndef TRUEUP_CMD_WORDS_H
#define TRUEUP_CMD_WORDS_H

struct arena;
struct config_node;
struct err_text;
struct provider_settings;
struct words;

/*
 * words_load(node, provider, arena, out, err): check and fill it; of the
 * provider client and options are looked at. out borrows from the file and the
 * arena. 0, or ERR_BAD with the place and what is allowed.
 */
int words_load(const struct config_node *node,
    const struct provider_settings *provider, struct arena *arena,
    struct words *out, struct err_text *err);

#endif
