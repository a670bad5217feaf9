#include <string.h>

#include "reconciler/base/err.h"
#include "reconciler/core/health.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/fetch.h"

#include "reconciler/io/token.h"

enum { TOKEN_BYTES = 1024 * 1024 /* of memory for one question */ };

void token_init(struct token *token, const struct provider_settings *provider)
{
	memset(token, 0, sizeof(*token));
	token->provider = provider;
	arena_init(&token->arena, TOKEN_BYTES);
}

static void forget(struct token *token)
{
	token->text = NULL;
	memset(&token->request, 0, sizeof(token->request));
	arena_wipe(&token->arena);
}

void token_fini(struct token *token)
{
	forget(token);
}

bool token_is_needed(const struct token *token)
{
	return token->provider->client->ask_token != NULL;
}

bool token_is_good(const struct token *token, int64_t now_ms)
{
	if (!token_is_needed(token))
		return true;
	return token->text != NULL &&
	       (token->renew_at_ms == 0 || now_ms < token->renew_at_ms);
}

int token_ask(struct token *token, struct err_text *err)
{
	forget(token);
	return token->provider->client->ask_token(
	    token->provider, &token->arena, &token->request, err);
}

/* What claims to have expired already tells nothing: its clock is another. */
static int64_t renew_at(int64_t expires_ms, int64_t now_ms)
{
	int64_t life_ms = expires_ms - now_ms;

	if (expires_ms == 0 || life_ms <= 0)
		return 0;
	return expires_ms -
	       (life_ms / 2 < TOKEN_AHEAD_MS ? life_ms / 2 : TOKEN_AHEAD_MS);
}

static void read_answer(struct token *token, const struct fetch_result *result,
    int64_t now_ms, struct client_token *out)
{
	struct client_reply reply = {
	    .status = result->status,
	    .content_type = result->content_type,
	    .body = result->body,
	    .len = result->len,
	};

	out->verdict = VERDICT_LATER;
	if (result->error != NULL)
		out->cause = result->error;
	else if (result->too_large)
		out->cause = "the answer is larger than worker.max_reply";
	else
		token->provider->client->read_token(
		    token->provider, &reply, now_ms, &token->arena, out);
	if (out->verdict == VERDICT_TRUTH &&
	    (out->token == NULL || out->token[0] == '\0')) {
		out->verdict = VERDICT_GARBLED;
		out->cause = "no token";
	}
}

/* Whatever it is, without a token nothing can be asked: the provider waits. */
static void tell_health(const struct client_token *read,
    const struct fetch_result *result, int64_t now_ms,
    struct health_event *event)
{
	memset(event, 0, sizeof(*event));
	event->verdict =
	    read->verdict == VERDICT_BARRED ? VERDICT_BARRED : VERDICT_LATER;
	event->stops_all = true;
	event->http_status = result->status;
	event->retry_after_ms = fetch_retry_after_ms(result, now_ms);
	event->cause = read->cause != NULL ? read->cause : "no token";
	event->now_ms = now_ms;
}

bool token_answer(struct token *token, const struct fetch_result *result,
    int64_t now_ms, struct health_event *event)
{
	struct client_token read = {.cause = NULL};

	token->asked = false;
	read_answer(token, result, now_ms, &read);
	if (read.verdict != VERDICT_TRUTH) {
		tell_health(&read, result, now_ms, event);
		return false;
	}
	token->text = read.token;
	token->serial++;
	token->renew_at_ms = renew_at(read.expires_ms, now_ms);
	return true;
}

void token_refused(struct token *token, uint64_t serial)
{
	if (token->text != NULL && token->serial == serial)
		forget(token);
}
