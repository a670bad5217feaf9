#ifndef FAKE_TOKEN_H
#define FAKE_TOKEN_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

/*
 * Tokens of a provider whose key only buys one. The last few that were sold
 * hold, each until it expires. Quirks: token_life_s (3600, as it says itself),
 * token_uses (a token holds for so many requests, whatever it says),
 * token_says_nothing (no exp in it), refuse_tokens (sold, and refused at once),
 * bearer (wanted in front of it). Not locked: the server's lock is held.
 */
enum { TOKEN_KEPT = 8, TOKEN_BYTES = 512 };

struct token {
	char text[TOKEN_BYTES]; /* empty: none */
	int64_t until_ms;
	int64_t uses_left; /* -1: any number */
};

struct tokens {
	struct token items[TOKEN_KEPT];
	uint64_t sold;
};

/* Whether AUTHORIZATION (or NULL) is Basic with KEY, "public:private". */
bool token_is_key(const char *key, const char *authorization);

/* Sells one; its text is the newest item's. */
const char *token_sell(struct tokens *t, const json_t *quirks, int64_t now_ms);

/* Whether AUTHORIZATION (or NULL) is a token that holds; uses it once. */
bool token_is_good(struct tokens *t, const json_t *quirks,
    const char *authorization, int64_t now_ms);

#endif
