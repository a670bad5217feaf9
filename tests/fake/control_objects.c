#include <string.h>

#include "tests/fake/job.h"
#include "tests/fake/pointer.h"
#include "tests/fake/when.h"
#include "tests/fake/control_objects.h"

enum { MAX_OBJECTS = 1000000, MAX_IDS_SHOWN = 1000 };

static void create_one(struct job *job, json_t *spec, json_t *ids)
{
	struct world world = {&job->f->state, job->f->provider, when_now_ms()};
	struct object *o = NULL;
	const char *error = job->f->provider->make(&world, job->kind, spec, &o);

	if (error != NULL) {
		job->error = error;
		return;
	}
	job->len++;
	if (json_array_size(ids) < MAX_IDS_SHOWN)
		json_array_append_new(ids, json_string(o->id));
	job_notify(job, o, spec, 0);
}

/* COUNT objects from one SPEC; a decimal id counts up. */
static void create_many(struct job *job, json_t *ids)
{
	json_int_t count = job_number(job->in, "count");
	json_int_t first = job_number(job->in, "id");
	json_int_t i;

	if (count > MAX_OBJECTS) {
		job->error = "too many objects for one call";
		return;
	}
	for (i = 0; i < count && job->error == NULL; i++) {
		json_t *spec = json_copy(job->in);

		if (first > 0)
			json_object_set_new(spec, "id",
			    json_sprintf("%lld", (long long)(first + i)));
		create_one(job, spec, ids);
		json_decref(spec);
	}
}

json_t *control_objects_create(struct fake *f, json_t *in)
{
	json_t *items = json_object_get(in, "items");
	json_t *ids = json_array();
	json_t *answer;
	struct job job;
	size_t i;

	job_init(&job, f, in);
	if (job.error != NULL) {
		json_decref(ids);
		return job_finish(&job, NULL);
	}
	for (i = 0; i < json_array_size(items) && job.error == NULL; i++)
		create_one(&job, json_array_get(items, i), ids);
	if (items == NULL && json_object_get(in, "count") != NULL)
		create_many(&job, ids);
	else if (items == NULL)
		create_one(&job, in, ids);
	answer = json_pack("{s:I, s:O, s:o}", "count", (json_int_t)job.len,
	    "id", json_array_get(ids, 0), "ids", ids);
	return job_finish(&job, answer);
}

/* Each change becomes a version of its own; one notice follows them all. */
static void change_one(struct job *job, struct object *o, json_t *changes)
{
	struct world world = {&job->f->state, job->f->provider, when_now_ms()};
	json_t *change = NULL;
	size_t i;

	json_array_foreach(changes, i, change)
	{
		json_t *document = json_deep_copy(state_newest(o));
		const char *error =
		    job->f->provider->change(&world, o, document, change);

		if (error != NULL) {
			json_decref(document);
			job->error = error;
			return;
		}
		state_commit(&job->f->state, o, document);
	}
	job_notify(job, o, change, 0);
}

json_t *control_objects_transition(struct fake *f, json_t *in)
{
	json_t *told = json_object_get(in, "changes");
	json_t *changes = told ? json_incref(told) : json_pack("[O]", in);
	struct job job;
	size_t i;

	job_init_targets(&job, f, in);
	if (!json_is_array(changes))
		job.error = "changes is no array";
	for (i = 0; i < job.len && job.error == NULL; i++)
		change_one(&job, job.items[i], changes);
	json_decref(changes);
	return job_finish(&job, NULL);
}

static json_t *attributes_of(const struct fake *f, json_t *document)
{
	return f->provider->attributes
		   ? json_object_get(document, f->provider->attributes)
		   : document;
}

/* The provider's object as it was, under another name or in another place. */
static int rename_member(
    json_t *document, json_t *attributes, const char *from, const char *to)
{
	json_t *value = pointer_get(document, attributes, from);
	int status;

	if (value == NULL)
		return -1;
	json_incref(value);
	status = pointer_remove(document, attributes, from);
	if (status == 0)
		status = pointer_set(document, attributes, to, value);
	json_decref(value);
	return status;
}

static const char *edit_document(struct fake *f, json_t *document, json_t *in)
{
	json_t *attributes = attributes_of(f, document);
	json_t *path = NULL;
	const char *name;
	json_t *value;
	size_t i;

	json_object_foreach(json_object_get(in, "set"), name, value)
	{
		if (pointer_set(document, attributes, name, value) != 0)
			return "set: there is no such place";
	}
	json_object_foreach(json_object_get(in, "rename"), name, value)
	{
		if (!json_is_string(value) ||
		    rename_member(document, attributes, name,
			json_string_value(value)) != 0)
			return "rename: there is no such place";
	}
	json_array_foreach(json_object_get(in, "remove"), i, path)
	{
		if (!json_is_string(path) ||
		    pointer_remove(
			document, attributes, json_string_value(path)) != 0)
			return "remove: there is no such place";
	}
	return NULL;
}

static void edit_one(struct job *job, struct object *o)
{
	json_t *whole = json_object_get(job->in, "replace");
	json_t *document = json_deep_copy(whole ? whole : state_newest(o));
	const char *error = edit_document(job->f, document, job->in);

	if (error != NULL) {
		json_decref(document);
		job->error = error;
		return;
	}
	state_commit(&job->f->state, o, document);
	job_notify(job, o, NULL, 0);
}

json_t *control_objects_edit(struct fake *f, json_t *in)
{
	struct job job;
	size_t i;

	job_init_targets(&job, f, in);
	for (i = 0; i < job.len && job.error == NULL; i++)
		edit_one(&job, job.items[i]);
	return job_finish(&job, NULL);
}

json_t *control_objects_delete(struct fake *f, json_t *in)
{
	struct job job;
	size_t i;

	job_init_targets(&job, f, in);
	for (i = 0; i < job.len && job.error == NULL; i++) {
		job.items[i]->is_deleted = true;
		state_touch(job.items[i]);
		job_notify(&job, job.items[i], NULL, 0);
	}
	return job_finish(&job, NULL);
}

json_t *control_objects_hide(struct fake *f, json_t *in)
{
	json_int_t ms = job_number(in, "ms");
	struct job job;
	size_t i;

	job_init_targets(&job, f, in);
	f->state.is_hiding = true;
	for (i = 0; i < job.len && job.error == NULL; i++) {
		struct object *o = job.items[i];

		o->hidden_until_mono_ms = ms > 0 ? when_mono_ms() + ms : 0;
		o->hidden_requests = job_number(in, "requests");
		state_touch(o);
		job_notify(&job, o, NULL, 0);
	}
	return job_finish(&job, NULL);
}

/*
 * The headers of a raw notice: those that it gives, and with "sign" those of a
 * genuine one, made now or "at" another time. NULL and *ERROR: a wrong time.
 */
static json_t *raw_headers(
    struct fake *f, json_t *in, const struct text *body, const char **error)
{
	const json_t *given = json_object_get(in, "headers");
	const json_t *at = json_object_get(in, "at");
	int64_t at_ms = when_now_ms();
	json_t *headers = NULL;

	if (at != NULL && !when_read(at, at_ms, &at_ms))
		*error = "at is no time";
	if (json_is_true(json_object_get(in, "sign")))
		headers = job_sign(f, at_ms, body);
	if (headers == NULL)
		return given != NULL ? json_deep_copy(given) : NULL;
	if (given != NULL)
		json_object_update(headers, json_object_get(in, "headers"));
	return headers;
}

/* The headers that a genuine notification of a body would have. */
json_t *control_objects_sign(struct fake *f, json_t *in)
{
	const char *secret = json_string_value(json_object_get(in, "secret"));
	const json_t *at = json_object_get(in, "at");
	const json_t *body = json_object_get(in, "body");
	int64_t at_ms = when_now_ms();

	if (f->provider->sign == NULL || !json_is_string(body))
		return job_error("it signs texts, if at all");
	if (at != NULL && !when_read(at, at_ms, &at_ms))
		return job_error("at is no time");
	return f->provider->sign(secret ? secret : f->secret, at_ms,
	    json_string_value(body), json_string_length(body));
}

/* A raw body, forged or not, to a URL or to the hook of a kind. */
static json_t *notify_raw(struct fake *f, json_t *in)
{
	const json_t *body = json_object_get(in, "body");
	const json_t *times = json_object_get(in, "notify");
	const char *url = json_string_value(json_object_get(in, "url"));
	int kind = provider_kind(
	    f->provider, json_string_value(json_object_get(in, "kind")));
	json_int_t left = times ? json_integer_value(times) : 1;
	json_int_t sent = 0;
	struct text text = {0};
	const char *error = NULL;
	json_t *headers;

	if (url == NULL && kind >= 0)
		url = f->hooks[kind];
	if (url == NULL || *url == '\0')
		return job_error("a raw notice wants a url, or a kind with "
				 "a hook");
	if (json_is_string(body))
		text_add(
		    &text, json_string_value(body), json_string_length(body));
	else
		provider_render(body, &text);
	headers = raw_headers(f, in, &text, &error);
	for (; sent < left && error == NULL; sent++)
		notify_send(f->notify, url, text.bytes, text.len, headers);
	json_decref(headers);
	text_fini(&text);
	return error ? job_error(error) : json_pack("{s:I}", "sent", sent);
}

json_t *control_objects_notify(struct fake *f, json_t *in)
{
	struct job job;
	size_t i;

	if (json_object_get(in, "body") != NULL)
		return notify_raw(f, in);
	job_init_targets(&job, f, in);
	for (i = 0; i < job.len && job.error == NULL; i++)
		job_notify(&job, job.items[i], NULL, 1);
	return job_finish(&job, NULL);
}
