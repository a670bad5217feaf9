/*
 * The token of a lane whose provider's key only buys one. It lives in memory
 * only, and is wiped when it changes and at the end.
 *
 *   none --token_ask--> asked --answer--> held --time to renew, or 401--> none
 *                         +---- no token ----------------------------------^
 */
#ifndef TRUEUP_IO_TOKEN_H
#define TRUEUP_IO_TOKEN_H

#include "clients/client.h"
#include "reconciler/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct err_text;
struct fetch_result;
struct health_event;
struct provider_settings;

enum {
	/* Renewed so long before it expires; a short one at half its life. */
	TOKEN_AHEAD_MS = 5 * 60 * 1000
};

struct token {
	const struct provider_settings *provider;
	struct arena arena; /* question, answer and text: wiped as a whole */
	struct client_request request; /* asked: the question */
	const char *text;	       /* NULL: there is none */
	uint64_t serial;	       /* of text; grows with each new one */
	int64_t renew_at_ms;	       /* wall clock; 0: when it is refused */
	bool asked;		       /* the question is under way */
};

/* token_init(token, provider), token_fini(token): its storage, once. */
void token_init(struct token *token, const struct provider_settings *provider);
void token_fini(struct token *token);

/* token_is_needed(token): this type sends one; false: never look at it. */
bool token_is_needed(const struct token *token);
/* token_is_good(token, now): may be sent; true where none is needed. */
bool token_is_good(const struct token *token, int64_t now_ms);

/*
 * token_ask(token, err): forget the old one and make the question for a new
 * one: token->request. 0, or negative when it cannot be asked for.
 */
int token_ask(struct token *token, struct err_text *err);

/*
 * token_answer(token, result, now, event): the question's answer. true: a token
 * is held. false: *event tells the provider's health why not (random and
 * key_stamp are left to the caller).
 */
bool token_answer(struct token *token, const struct fetch_result *result,
    int64_t now_ms, struct health_event *event);

/* token_refused(token, serial): forget it, unless it is a newer one by now. */
void token_refused(struct token *token, uint64_t serial);

#endif
