#include <string.h>

#include "tests/fake/when.h"
#include "tests/fake/ecurring_api.h"
#include "tests/fake/ecurring_script.h"

/* Edits the attributes of one object; the first error sticks. */
struct edit {
	struct world *world;
	json_t *attributes;
	const json_t *spec;
	const char *error;
};

static json_t *time_json(int64_t at_ms)
{
	char text[40];

	when_dutch(at_ms, text, sizeof(text));
	return json_string(text);
}

/* A time of the control call, null included; a text that is none is wrong. */
static json_t *edit_time(struct edit *e, const json_t *value)
{
	int64_t at_ms;

	if (json_is_null(value))
		return json_null();
	if (!when_read(value, e->world->now_ms, &at_ms)) {
		e->error = "a time is not readable";
		return json_null();
	}
	return time_json(at_ms);
}

/* Takes the member as a time, else FALLBACK (the reference is taken). */
static void put_time(struct edit *e, const char *name, json_t *fallback)
{
	const json_t *value = json_object_get(e->spec, name);

	if (value != NULL) {
		json_decref(fallback);
		fallback = edit_time(e, value);
	}
	json_object_set_new(e->attributes, name, fallback);
}

/* The same for any other member: it is taken as it is. */
static void put(struct edit *e, const char *name, json_t *fallback)
{
	json_t *value = json_object_get(e->spec, name);

	if (value == NULL) {
		json_object_set_new(e->attributes, name, fallback);
		return;
	}
	json_decref(fallback);
	json_object_set_new(e->attributes, name, json_deep_copy(value));
}

static const char *word_of(const json_t *spec, const char *fallback)
{
	const char *word = json_string_value(json_object_get(spec, "status"));

	return word != NULL ? word : fallback;
}

static void put_all(struct edit *e)
{
	const json_t *more = json_object_get(e->spec, "attributes");

	if (json_is_object(more)) {
		json_t *copy = json_deep_copy(more);

		json_object_update(e->attributes, copy);
		json_decref(copy);
	}
}

static void put_customer(struct edit *e, const char *id)
{
	static const char *const empty[] = {"gender", "middle_name",
	    "company_name", "vat_number", "postalcode", "city", "telephone",
	    "birthday"};
	char mail[STATE_ID_BYTES + 32];
	size_t i;

	text_print(mail, sizeof(mail), "customer-%s@example.org", id);
	put(e, "first_name", json_string("Fake"));
	put(e, "last_name", json_string("Customer"));
	put(e, "email", json_string(mail));
	put(e, "payment_method", json_string("directdebit"));
	put(e, "language", json_string("nl"));
	for (i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		put(e, empty[i], json_null());
	put_time(e, "created_at", time_json(e->world->now_ms));
	put_time(e, "updated_at", time_json(e->world->now_ms));
}

static void put_subscription(struct edit *e, const char *id)
{
	json_t *now = time_json(e->world->now_ms);

	put(e, "mandate_code", json_sprintf("ECUR-%s", id));
	put(e, "mandate_accepted", json_true());
	put_time(e, "mandate_accepted_date", json_incref(now));
	put_time(e, "start_date", json_incref(now));
	put(e, "status", json_string("active"));
	put_time(e, "cancel_date",
	    strcmp(word_of(e->attributes, ""), "cancelled") == 0
		? json_incref(now)
		: json_null());
	put_time(e, "resume_date", json_null());
	put(e, "confirmation_page",
	    json_sprintf(
		"https://app.ecurring.com/mandate/accept/%s/ECUR-%s", id, id));
	put(e, "confirmation_sent", json_false());
	put(e, "subscription_webhook_url", json_null());
	put(e, "transaction_webhook_url", json_null());
	put(e, "success_redirect_url", json_null());
	put(e, "metadata", json_object());
	put(e, "archived", json_false());
	put_time(e, "created_at", json_incref(now));
	put_time(e, "updated_at", now);
}

/* One more per reschedule before it. */
static json_int_t attempt_of(const json_t *history)
{
	json_int_t attempt = 1;
	const json_t *entry;
	size_t i;

	json_array_foreach(history, i, entry)
	{
		if (strcmp(word_of(entry, ""), "rescheduled") == 0)
			attempt++;
	}
	return attempt;
}

/* An attempt is one payment at Mollie, named when it is handed over. */
static json_t *payment_of(struct edit *e, const json_t *history,
    json_int_t attempt, const char *status)
{
	static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	const json_t *last =
	    json_array_get(history, json_array_size(history) - 1);
	json_t *known = json_object_get(last, "external_payment_id");
	char id[14] = "tr_";
	size_t i;

	if (strcmp(status, "rescheduled") == 0 ||
	    strcmp(status, "scheduled") == 0)
		return json_null();
	if (json_is_string(known) &&
	    json_integer_value(json_object_get(last, "attempt")) == attempt)
		return json_incref(known);
	for (i = 3; i < sizeof(id) - 1; i++)
		id[i] = letters[state_random(e->world->state) % 32];
	return json_string(id);
}

static json_t *value_or(const json_t *spec, const char *name, json_t *fallback)
{
	json_t *value = json_object_get(spec, name);

	if (value == NULL)
		return fallback;
	json_decref(fallback);
	return json_deep_copy(value);
}

/* When a charge-back is tried again: three days on, unless told. */
static json_t *next_due(struct edit *e, const char *status)
{
	const json_t *value = json_object_get(e->spec, "new_due_date");

	if (value != NULL)
		return edit_time(e, value);
	if (strcmp(status, "rescheduled") != 0)
		return json_null();
	return time_json(when_dutch_midnight(e->world->now_ms, 3));
}

/* Appends what e->spec tells and sets the attributes that follow from it. */
static void transact(struct edit *e, const char *status)
{
	json_t *history = json_object_get(e->attributes, "history");
	json_int_t attempt = attempt_of(history);
	const json_t *at = json_object_get(e->spec, "at");
	json_t *when = at ? edit_time(e, at) : time_json(e->world->now_ms);
	json_t *due = next_due(e, status);

	json_object_set_new(e->attributes, "status", json_string(status));
	if (strcmp(status, "rescheduled") == 0 && !json_is_null(due))
		json_object_set(e->attributes, "due_date", due);
	if (strcmp(status, "cancelled") == 0)
		json_object_set(e->attributes, "canceled_on", when);
	if (json_is_array(history) &&
	    !json_is_false(json_object_get(e->spec, "history"))) {
		json_t *entry = json_pack("{s:o, s:o, s:o, s:o, s:O, s:s, s:O}",
		    "attempt",
		    value_or(e->spec, "attempt", json_integer(attempt)),
		    "external_payment_id",
		    value_or(e->spec, "external_payment_id",
			payment_of(e, history, attempt, status)),
		    "reason", value_or(e->spec, "reason", json_null()),
		    "reason_code",
		    value_or(e->spec, "reason_code", json_null()),
		    "recorded_on", when, "status", status, "new_due_date", due);

		json_array_append_new(history, entry);
	}
	json_decref(when);
	json_decref(due);
}

/* The history as told, one entry after the other, or the shortest one. */
static void put_history(struct edit *e)
{
	const json_t *told = json_object_get(e->spec, "history");
	const char *status = word_of(e->spec, "scheduled");
	const json_t *spec = e->spec;
	const json_t *entry;
	size_t i;

	if (json_is_array(told)) {
		json_array_foreach(told, i, entry)
		{
			e->spec = entry;
			transact(e, word_of(entry, "scheduled"));
		}
		e->spec = spec;
		return;
	}
	e->spec = NULL;
	if (strcmp(status, "queued") != 0)
		transact(e, "scheduled");
	if (strcmp(status, "scheduled") != 0 && strcmp(status, "queued") != 0)
		transact(e, status);
	e->spec = spec;
}

/* A string as the amount is a number with just these digits. */
static void put_amount(struct edit *e)
{
	const json_t *amount = json_object_get(e->spec, "amount");

	if (json_is_string(amount))
		json_object_set_new(e->attributes, "amount",
		    json_sprintf("\001%s", json_string_value(amount)));
	else
		put(e, "amount", json_real(50.6));
}

static void put_transaction(struct edit *e, const char *id)
{
	const int64_t now_ms = e->world->now_ms;

	(void)id;
	json_object_set_new(e->attributes, "status", json_string("queued"));
	put_time(e, "scheduled_on", time_json(now_ms));
	put_time(e, "due_date", time_json(when_dutch_midnight(now_ms, 5)));
	put_amount(e);
	put_time(e, "canceled_on", json_null());
	put(e, "webhook_url", json_null());
	put(e, "payment_method", json_string("directdebit"));
	json_object_set_new(e->attributes, "history", json_array());
	put_history(e);
	if (json_object_get(e->spec, "status") != NULL)
		put(e, "status", NULL);
	if (strcmp(word_of(e->attributes, ""), "queued") == 0)
		put_time(e, "scheduled_on", json_null());
}

json_t *ecurring_script_make(struct world *world, int kind, const char *id,
    const json_t *spec, const char **error)
{
	static void (*const put_kind[])(struct edit *, const char *) = {
	    [ECURRING_CUSTOMER] = put_customer,
	    [ECURRING_SUBSCRIPTION] = put_subscription,
	    [ECURRING_TRANSACTION] = put_transaction};
	struct edit e = {world, json_object(), spec, NULL};

	put_kind[kind](&e, id);
	put_all(&e);
	*error = e.error;
	return e.attributes;
}

/* The hook is called "resumed"; what is stored then reads "active". */
static void put_status(struct edit *e)
{
	const char *status = word_of(e->spec, NULL);
	const json_t *at = json_object_get(e->spec, "at");
	json_t *when = at ? edit_time(e, at) : time_json(e->world->now_ms);
	bool is_back = status != NULL && (strcmp(status, "resumed") == 0 ||
					     strcmp(status, "active") == 0);

	if (status != NULL)
		json_object_set_new(e->attributes, "status",
		    json_string(is_back ? "active" : status));
	if (is_back)
		json_object_set_new(e->attributes, "resume_date", json_null());
	if (status != NULL && strcmp(status, "cancelled") == 0)
		json_object_set(e->attributes, "cancel_date", when);
	json_object_set_new(e->attributes, "updated_at", when);
}

static void change_subscription(struct edit *e)
{
	static const char *const times[] = {
	    "start_date", "cancel_date", "resume_date", "updated_at"};
	size_t i;

	put_status(e);
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (json_object_get(e->spec, times[i]) != NULL)
			put_time(e, times[i], NULL);
	}
	if (json_object_get(e->spec, "metadata") != NULL)
		put(e, "metadata", NULL);
	if (json_object_get(e->spec, "archived") != NULL)
		put(e, "archived", NULL);
}

static void change_transaction(struct edit *e)
{
	const char *status = word_of(e->spec, NULL);

	if (status != NULL)
		transact(e, status);
	if (json_object_get(e->spec, "due_date") != NULL)
		put_time(e, "due_date", NULL);
	if (json_object_get(e->spec, "amount") != NULL)
		put_amount(e);
	if (json_object_get(e->spec, "payment_method") != NULL)
		put(e, "payment_method", NULL);
}

const char *ecurring_script_change(
    struct world *world, int kind, json_t *attributes, const json_t *change)
{
	struct edit e = {world, attributes, change, NULL};

	if (kind == ECURRING_SUBSCRIPTION)
		change_subscription(&e);
	else if (kind == ECURRING_TRANSACTION)
		change_transaction(&e);
	put_all(&e);
	return e.error;
}
