#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/fake/pointer.h"
#include "tests/fake/when.h"
#include "tests/fake/paddle.h"

static const struct kind kinds[] = {
    [PADDLE_SUBSCRIPTION] = {"subscription", true},
    [PADDLE_TRANSACTION] = {"transaction", true},
    [PADDLE_ADJUSTMENT] = {"adjustment", true},
    [PADDLE_CUSTOMER] = {"customer", true},
    {NULL, false}};

/* How the objects of each kind begin their life. */
static const struct {
	const char *prefix;
	const char *document;
} births[] = {
    [PADDLE_SUBSCRIPTION] = {"sub_",
	"{\"status\":\"active\",\"customer_id\":\"ctm_1\","
	"\"currency_code\":\"EUR\",\"next_billed_at\":null,"
	"\"paused_at\":null,\"canceled_at\":null,"
	"\"collection_mode\":\"automatic\",\"current_billing_period\":null,"
	"\"scheduled_change\":null,\"custom_data\":{},"
	"\"management_urls\":{\"cancel\":\"https://SECRET-portal.example/\"},"
	"\"items\":[{\"status\":\"active\",\"quantity\":1,\"price\":"
	"{\"id\":\"pri_1\",\"product_id\":\"pro_1\",\"name\":\"Pro\"}}]}"},
    [PADDLE_TRANSACTION] = {"txn_",
	"{\"status\":\"completed\",\"customer_id\":\"ctm_1\","
	"\"subscription_id\":null,\"currency_code\":\"EUR\","
	"\"billing_period\":null,\"custom_data\":null,"
	"\"details\":{\"totals\":{\"grand_total\":\"3500\"}}}"},
    [PADDLE_ADJUSTMENT] = {"adj_",
	"{\"action\":\"refund\",\"type\":\"full\",\"status\":\"approved\","
	"\"transaction_id\":null,\"subscription_id\":null}"},
    [PADDLE_CUSTOMER] = {"ctm_", "{\"status\":\"active\"}"},
};

/* Words of control calls: where they go, and whether they are times. */
static const struct {
	const char *word;
	const char *place;
	bool is_time;
} words[] = {
    {"customer", "/customer_id", false},
    {"subscription", "/subscription_id", false},
    {"transaction", "/transaction_id", false},
    {"account", "/custom_data/account", false},
    {"product", "/items/0/price/product_id", false},
    {"created_at", "/created_at", true},
    {"updated_at", "/updated_at", true},
    {"next_billed_at", "/next_billed_at", true},
    {"canceled_at", "/canceled_at", true},
    {"paused_at", "/paused_at", true},
};

enum { WORDS = sizeof(words) / sizeof(words[0]) };

static json_t *stamp(int64_t at_ms)
{
	time_t at_s = (time_t)(at_ms / 1000);
	char text[40];
	struct tm tm;

	gmtime_r(&at_s, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.000000Z", &tm);
	return json_string(text);
}

/* A group whose members of these names are times, as a control call has it. */
static json_t *with_times(struct world *w, const json_t *value)
{
	static const char *const times[] = {
	    "effective_at", "resume_at", "starts_at", "ends_at", NULL};
	json_t *copy = json_deep_copy(value);
	int64_t at_ms;
	size_t i;

	for (i = 0; json_is_object(copy) && times[i] != NULL; i++) {
		const json_t *told = json_object_get(value, times[i]);

		if (told != NULL && when_read(told, w->now_ms, &at_ms))
			json_object_set_new(copy, times[i], stamp(at_ms));
	}
	return copy;
}

/* One member of a control call, put where it belongs. */
static const char *put(
    struct world *w, json_t *document, const char *name, const json_t *value)
{
	const char *place = name;
	bool is_time = false;
	json_t *copy;
	int64_t at_ms;
	int status;
	size_t i;

	for (i = 0; i < WORDS; i++) {
		if (strcmp(words[i].word, name) != 0)
			continue;
		is_time = words[i].is_time;
		place = words[i].place;
	}
	if (is_time && !json_is_null(value)) {
		if (!when_read(value, w->now_ms, &at_ms))
			return "a time is not readable";
		copy = stamp(at_ms);
	} else {
		copy = with_times(w, value);
	}
	status = pointer_set(document, document, place, copy);
	json_decref(copy);
	return status == 0 ? NULL : "this kind has no such member";
}

static const char *put_all(
    struct world *w, json_t *document, const json_t *told)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)told, name, value)
	{
		const char *error = NULL;

		if (!provider_is_verb(name))
			error = put(w, document, name, value);
		if (error != NULL)
			return error;
	}
	return NULL;
}

static json_t *born(struct world *w, int kind, const char *id)
{
	json_t *document = json_loads(births[kind].document, 0, NULL);
	const int64_t day_ms = INT64_C(86400000);
	bool is_news = kind == PADDLE_ADJUSTMENT;

	json_object_set_new(document, "id", json_string(id));
	json_object_set_new(document, "created_at",
	    stamp(is_news ? w->now_ms : w->now_ms - 2 * day_ms));
	json_object_set_new(document, "updated_at", stamp(w->now_ms));
	return document;
}

/* An adjustment is found below its transaction. */
static struct object *parent_of(
    struct world *w, int kind, const json_t *spec, const char **error)
{
	const char *id =
	    json_string_value(json_object_get(spec, "transaction"));
	struct object *o = NULL;

	if (kind != PADDLE_ADJUSTMENT)
		return NULL;
	if (id != NULL)
		o = state_find(w->state, PADDLE_TRANSACTION, id);
	if (o == NULL)
		*error = "an adjustment wants a transaction";
	return o;
}

static const char *make(
    struct world *w, int kind, const json_t *spec, struct object **out)
{
	const char *told = json_string_value(json_object_get(spec, "id"));
	char id[STATE_ID_BYTES], number[STATE_ID_BYTES];
	const char *error = NULL;
	struct object *parent = parent_of(w, kind, spec, &error);
	json_t *document;

	state_next_id(w->state, kind, number, sizeof(number));
	if (told != NULL)
		text_print(id, sizeof(id), "%s", told);
	else
		text_print(id, sizeof(id), "%s%026lld", births[kind].prefix,
		    strtoll(number, NULL, 10));
	document = born(w, kind, id);
	if (error == NULL)
		error = put_all(w, document, spec);
	*out = error ? NULL : state_add(w->state, kind, id, parent);
	if (*out == NULL) {
		json_decref(document);
		return error ? error : "this id is taken or too long";
	}
	state_commit(w->state, *out, document);
	return NULL;
}

/* What follows from a status, unless the call says it itself. */
static const char *change(struct world *w, const struct object *o,
    json_t *document, const json_t *told)
{
	const char *status = json_string_value(json_object_get(told, "status"));

	json_object_set_new(document, "updated_at", stamp(w->now_ms));
	if (o->kind == PADDLE_SUBSCRIPTION && status != NULL) {
		bool is_paused = strcmp(status, "paused") == 0;
		bool is_over = strcmp(status, "canceled") == 0;

		json_object_set_new(document, "paused_at",
		    is_paused ? stamp(w->now_ms) : json_null());
		if (is_over)
			json_object_set_new(
			    document, "canceled_at", stamp(w->now_ms));
		if (is_paused || is_over)
			json_object_set_new(
			    document, "scheduled_change", json_null());
	}
	return put_all(w, document, told);
}

static bool is_notified(const struct object *o, const json_t *told)
{
	(void)o;
	(void)told;
	return true;
}

static json_t *truth(const struct object *o)
{
	static const char *const names[] = {
	    "status", "customer_id", "subscription_id"};
	const json_t *document = state_newest(o);
	json_t *line = json_object();
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const json_t *value = json_object_get(document, names[i]);

		json_object_set_new(line, names[i],
		    value ? json_deep_copy(value) : json_null());
	}
	return line;
}

const struct provider paddle_provider = {
    .name = "paddle",
    .content_type = "application/json",
    .key_header = "Authorization",
    .key_prefix = "Bearer ",
    .attributes = NULL,
    .kinds = kinds,
    .routes = paddle_api_routes,
    .words = "id status customer subscription transaction account product "
	     "items created_at updated_at next_billed_at canceled_at paused_at "
	     "scheduled_change current_billing_period billing_period "
	     "collection_mode custom_data action type",
    .make = make,
    .change = change,
    .is_notified = is_notified,
    .hook = paddle_hook,
    .sign = paddle_sign,
    .truth = truth,
    .error = paddle_api_error,
};
