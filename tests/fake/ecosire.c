#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/fake/pointer.h"
#include "tests/fake/when.h"
#include "tests/fake/ecosire.h"

static const struct kind kinds[] = {[ECOSIRE_ORDER] = {"order", true},
    [ECOSIRE_SUBSCRIPTION] = {"subscription", true},
    [ECOSIRE_INVOICE] = {"invoice", true},
    [ECOSIRE_LICENSE] = {"license", true},
    {NULL, false}};

/* How the objects of each kind begin their life; "_" is not served. */
static const struct {
	const char *prefix; /* NULL: a UUID */
	const char *document;
} births[] = {
    [ECOSIRE_ORDER] = {NULL,
	"{\"reference\":\"ORD-1\",\"status\":\"confirmed\",\"contact\":"
	"{\"id\":\"contact-1\",\"name\":\"Jane\",\"email\":"
	"\"jane@example.com\"},\"lineItems\":[{\"productId\":\"prod-1\","
	"\"quantity\":1,\"unitAmount\":4900}],\"total\":4900,"
	"\"currency\":\"eur\"}"},
    [ECOSIRE_SUBSCRIPTION] = {"sub_",
	"{\"status\":\"active\",\"cancelAtPeriodEnd\":false,\"items\":["
	"{\"productId\":\"prod-1\",\"productName\":\"Connector\"}]}"},
    [ECOSIRE_INVOICE] = {"inv_",
	"{\"status\":\"paid\",\"amount\":2900,\"currency\":\"eur\","
	"\"subscriptionId\":null}"},
    [ECOSIRE_LICENSE] = {NULL,
	"{\"status\":\"active\",\"productId\":\"prod-1\","
	"\"activationsCount\":0,\"activationsLimit\":3,"
	"\"expiresAt\":null}"},
};

/* Words whose place is not the member of that name; and those that are times.
 */
static const struct {
	const char *word;
	const char *place; /* NULL: the member itself */
	bool is_time;
} words[] = {
    {"contact", "/contact/id", false},
    {"product", "/items/0/productId", false},
    {"event", "/_event", false},
    {"by_key", "/_by_key", false},
    {"expiresAt", NULL, true},
    {"createdAt", NULL, true},
    {"currentPeriodStart", NULL, true},
    {"currentPeriodEnd", NULL, true},
};

enum { WORDS = sizeof(words) / sizeof(words[0]) };

json_t *ecosire_time(int64_t at_ms, bool with_ms)
{
	time_t at = (time_t)(at_ms / 1000);
	struct tm parts;
	char text[40] = "";

	if (gmtime_r(&at, &parts) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
	if (!with_ms)
		return json_sprintf("%sZ", text);
	return json_sprintf("%s.%03dZ", text, (int)(at_ms % 1000));
}

/* One member of a control call, put where it belongs. */
static const char *put(
    struct world *w, json_t *document, const char *name, const json_t *value)
{
	const char *place = name;
	json_t *copy = json_deep_copy(value);
	bool is_time = false;
	int64_t at_ms;
	int status;
	size_t i;

	for (i = 0; i < WORDS; i++) {
		if (strcmp(words[i].word, name) != 0)
			continue;
		is_time = words[i].is_time;
		if (words[i].place != NULL)
			place = words[i].place;
	}
	if (is_time && !json_is_null(value)) {
		json_decref(copy);
		if (!when_read(value, w->now_ms, &at_ms))
			return "a time is not readable";
		copy = ecosire_time(at_ms, false);
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
		const char *error = provider_is_verb(name)
					? NULL
					: put(w, document, name, value);

		if (error != NULL)
			return error;
	}
	return NULL;
}

/* The key of a licence, as it stands in lists and events. */
static json_t *key_of(const char *id)
{
	return json_sprintf(
	    "ECOS-%.4s-%.4s-%.4s-%.4s", id + 9, id + 14, id + 19, id + 24);
}

static json_t *born(struct world *w, int kind, const char *id)
{
	const int64_t day_ms = INT64_C(86400000);
	json_t *document = json_loads(births[kind].document, 0, NULL);

	json_object_set_new(document, "id", json_string(id));
	json_object_set_new(
	    document, "createdAt", ecosire_time(w->now_ms - day_ms, true));
	if (kind == ECOSIRE_ORDER)
		json_object_set_new(
		    document, "updatedAt", ecosire_time(w->now_ms, true));
	if (kind == ECOSIRE_LICENSE && strlen(id) > 28)
		json_object_set_new(document, "key", key_of(id));
	if (kind != ECOSIRE_SUBSCRIPTION)
		return document;
	json_object_set_new(document, "currentPeriodStart",
	    ecosire_time(w->now_ms - 2 * day_ms, false));
	json_object_set_new(document, "currentPeriodEnd",
	    ecosire_time(w->now_ms + 28 * day_ms, false));
	return document;
}

static void next_id(struct world *w, int kind, char *out, size_t out_bytes)
{
	char number[STATE_ID_BYTES];

	if (births[kind].prefix == NULL) {
		state_next_uuid(w->state, out, out_bytes);
		return;
	}
	state_next_id(w->state, kind, number, sizeof(number));
	text_print(out, out_bytes, "%s%s", births[kind].prefix, number);
}

static const char *make(
    struct world *w, int kind, const json_t *spec, struct object **out)
{
	const char *told = json_string_value(json_object_get(spec, "id"));
	char id[STATE_ID_BYTES];
	json_t *document;
	const char *error;

	if (told != NULL)
		text_print(id, sizeof(id), "%s", told);
	else
		next_id(w, kind, id, sizeof(id));
	document = born(w, kind, id);
	error = put_all(w, document, spec);
	*out = error ? NULL : state_add(w->state, kind, id, NULL);
	if (*out == NULL) {
		json_decref(document);
		return error ? error : "this id is taken or too long";
	}
	state_commit(w->state, *out, document);
	return NULL;
}

static const char *change(struct world *w, const struct object *o,
    json_t *document, const json_t *told)
{
	if (o->kind == ECOSIRE_ORDER)
		json_object_set_new(
		    document, "updatedAt", ecosire_time(w->now_ms, true));
	json_object_del(document, "_event");
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
	const json_t *status = json_object_get(state_newest(o), "status");

	return json_pack(
	    "{s:o}", "status", status ? json_deep_copy(status) : json_null());
}

const struct provider ecosire_provider = {
    .name = "ecosire",
    .content_type = "application/json; charset=utf-8",
    .key_header = "Authorization",
    .key_prefix = "Bearer ",
    .attributes = NULL,
    .kinds = kinds,
    .routes = ecosire_api_routes,
    .words = "id status contact product event by_key reference productId "
	     "expiresAt createdAt currentPeriodStart currentPeriodEnd "
	     "cancelAtPeriodEnd subscriptionId items metadata amount",
    .make = make,
    .change = change,
    .is_notified = is_notified,
    .hook = ecosire_hook,
    .sign = ecosire_sign,
    .truth = truth,
    .error = ecosire_api_error,
};
