#include <string.h>

#include "tests/fake/paddle.h"

static json_t *answer(json_t *data)
{
	return json_pack("{s:o, s:{s:s}}", "data", data, "meta", "request_id",
	    "b15ec92e-8688-40d4-a04d-f44cbec93355");
}

static json_t *answer_one(const struct ask *ask)
{
	json_t *seen = state_see(ask->object, &ask->view);

	return seen ? answer(json_incref(seen)) : NULL;
}

/* The adjustments of a transaction are there on request only. */
static json_t *answer_transaction(const struct ask *ask)
{
	json_t *seen = state_see(ask->object, &ask->view);
	const char *include = ask->query(ask->cookie, "include");
	const struct object *o = ask->object;
	json_t *document, *list;
	size_t i;

	if (seen == NULL)
		return NULL;
	document = json_copy(seen);
	if (include == NULL || strcmp(include, "adjustment") != 0)
		return answer(document);
	list = json_array();
	for (i = 0; i < o->children_len; i++) {
		json_t *child = state_see(o->children[i], &ask->view);

		if (child != NULL)
			json_array_append(list, child);
	}
	json_object_set_new(document, "adjustments", list);
	return answer(document);
}

const struct route paddle_api_routes[] = {
    {"/subscriptions/{id}", PADDLE_SUBSCRIPTION, answer_one, true},
    {"/transactions/{id}", PADDLE_TRANSACTION, answer_transaction, false},
    {"/customers/{id}", PADDLE_CUSTOMER, answer_one, true},
    {NULL, -1, NULL, false}};

json_t *paddle_api_error(int status, const char *detail)
{
	static const struct {
		int status;
		const char *code;
	} errors[] = {{401, "authentication_missing"}, {403, "forbidden"},
	    {404, "not_found"}, {429, "too_many_requests"}};
	const char *code = status >= 500 ? "internal_error" : "bad_request";
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].status == status)
			code = errors[i].code;
	}
	return json_pack("{s:{s:s, s:s, s:s}, s:{s:s}}", "error", "type",
	    status == 429 || status >= 500 ? "api_error" : "request_error",
	    "code", code, "detail", detail, "meta", "request_id",
	    "b15ec92e-8688-40d4-a04d-f44cbec93355");
}
