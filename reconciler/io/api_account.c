/* Is this account entitled? The same answer as `account REF --json`. */
#include <string.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"

#include "reconciler/io/barrier.h"
#include "reconciler/io/explain.h"
#include "reconciler/io/http.h"
#include "reconciler/io/query.h"
#include "reconciler/io/wire.h"
#include "reconciler/io/wire_explain.h"

#include "reconciler/io/api_call.h"
#include "reconciler/io/api_tag.h"

static struct account_question question_of(const struct api_call *call)
{
	const struct api_query *query = &call->query;

	return (struct account_question){
	    .account = call->path.account,
	    .product = query->has_product ? query->product : NULL,
	    .label = query->has_label ? query->label : NULL,
	    .has_at = query->has_at,
	    .at_ms = query->at_ms,
	    .has_known_at = query->has_known_at,
	    .known_at_ms = query->known_at_ms,
	    .now_ms = call->now_ms,
	};
}

/* One line more for each object that has a say. */
static int add_why(struct api_call *call, const struct account_answer *answer)
{
	struct explanation why = {.n_objects = 0};
	int rc = explain_account(
	    call->view, answer, call->now_ms, call->arena, &why, NULL);

	for (size_t i = 0; rc == 0 && i < why.n_objects; i++) {
		wire_explain(call->settings, &why.objects[i], call->out);
		buf_adds(call->out, "\n");
	}
	return rc;
}

static void give(
    const struct api_call *call, const struct account_answer *answer)
{
	bool timeless = call->query.has_at || call->query.has_known_at;
	const struct api_body body = {
	    .text = call->out,
	    .kind = call->query.explain ? API_BODY_LINES : API_BODY_JSON,
	    /* Who asks for a look now wants no copy of an older one. */
	    .max_age_s =
		call->barrier != NULL ? -1 : api_tag_max_age(answer, timeless),
	    .if_none_match = call->if_none_match,
	};

	api_reply_body(&call->asker, &body);
}

void api_account_answer(struct api_call *call)
{
	struct account_question question = question_of(call);
	struct account_answer answer;
	int rc;

	if (question.has_known_at && question.known_at_ms > call->now_ms) {
		api_call_wrong(call,
		    "known_at is in the future; at alone asks about that");
		return;
	}
	rc = query_account(
	    call->view, call->settings, &question, call->arena, &answer, NULL);
	if (call->barrier != NULL)
		answer.fresh = barrier_is_fresh(call->barrier);
	if (rc == 0) {
		wire_account(&answer, call->out);
		buf_adds(call->out, "\n");
	}
	if (rc == 0 && call->query.explain)
		rc = add_why(call, &answer);
	if (rc != 0)
		api_call_fail(call, rc);
	else
		give(call, &answer);
}

/* ---- many at once ------------------------------------------------------- */

/* As the request says it; the texts belong to its JSON. */
struct batch {
	json_t *accounts;
	const char *product;
	const char *label;
};

static bool take_text(const json_t *value, const char **out)
{
	if (!json_is_string(value) && !json_is_null(value))
		return false;
	*out = json_string_value(value);
	return true;
}

/* NULL, or what is wrong with it. */
static const char *read_batch(json_t *root, struct batch *batch)
{
	const char *key;
	json_t *value;

	if (!json_is_object(root))
		return "a JSON object is wanted, no member of it twice";
	json_object_foreach(root, key, value)
	{
		bool good = false;

		if (strcmp(key, "accounts") == 0)
			good = json_is_array(batch->accounts = value);
		else if (strcmp(key, "product") == 0)
			good = take_text(value, &batch->product);
		else if (strcmp(key, "label") == 0)
			good = take_text(value, &batch->label);
		if (!good)
			return "accounts (a list), product and label (texts) "
			       "are known here, and nothing else";
	}
	if (batch->accounts == NULL || json_array_size(batch->accounts) == 0 ||
	    json_array_size(batch->accounts) > API_BATCH_MAX)
		return "accounts: a list of 1 to 1000 is wanted";
	for (size_t i = 0; i < json_array_size(batch->accounts); i++) {
		const char *account =
		    json_string_value(json_array_get(batch->accounts, i));

		if (account == NULL || !name_account_is_valid(account))
			return "accounts: each is a text of 1 to 240 bytes "
			       "without control characters";
	}
	return NULL;
}

static int add_answer(
    struct api_call *call, const struct batch *batch, size_t i)
{
	const struct account_question question = {
	    .account = json_string_value(json_array_get(batch->accounts, i)),
	    .product = batch->product,
	    .label = batch->label,
	    .now_ms = call->now_ms,
	};
	struct account_answer answer;
	int rc;

	arena_reset(call->arena);
	rc = query_account(
	    call->view, call->settings, &question, call->arena, &answer, NULL);
	if (rc == 0)
		wire_account(&answer, call->out);
	return rc;
}

static void answer_batch(struct api_call *call, const struct batch *batch)
{
	size_t n = json_array_size(batch->accounts);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		buf_adds(call->out, i == 0 ? "[" : ",");
		rc = add_answer(call, batch, i);
	}
	buf_adds(call->out, "]\n");
	if (rc != 0)
		api_call_fail(call, rc);
	else
		api_call_json(call, -1);
}

void api_batch_answer(struct api_call *call)
{
	struct batch batch = {.accounts = NULL};
	size_t len;
	const char *body = http_body(call->asker.exchange, &len);
	json_t *root =
	    body == NULL ? NULL
			 : json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	const char *wrong = read_batch(root, &batch);

	if (wrong != NULL)
		api_call_wrong(call, wrong);
	else
		answer_batch(call, &batch);
	json_decref(root);
}
