#include <stdlib.h>
#include <string.h>

#include "tests/fake/when.h"
#include "tests/fake/job.h"

enum { MAX_TARGETS = 1000000 };

static void take(struct job *job, const char *id)
{
	struct object *o = state_find(&job->f->state, job->kind, id);

	if (o == NULL)
		job->error = "there is no object of that kind and id";
	else
		job->items[job->len++] = o;
}

static void take_value(struct job *job, const json_t *id)
{
	char text[STATE_ID_BYTES];

	if (json_is_integer(id)) {
		text_print(text, sizeof(text), "%lld",
		    (long long)json_integer_value(id));
		take(job, text);
	} else if (json_is_string(id)) {
		take(job, json_string_value(id));
	} else {
		job->error = "an id is a string or an integer";
	}
}

json_int_t job_number(const json_t *in, const char *name)
{
	const json_t *value = json_object_get(in, name);

	return json_is_string(value)
		   ? strtoll(json_string_value(value), NULL, 10)
		   : json_integer_value(value);
}

static void find_targets(struct job *job)
{
	const json_t *ids = json_object_get(job->in, "ids");
	const json_t *id = json_object_get(job->in, "id");
	json_int_t from = job_number(job->in, "from"),
		   to = job_number(job->in, "to");
	json_int_t many = to >= from && to > 0 ? to - from + 1 : 0;
	json_int_t i;

	if (many > MAX_TARGETS || json_array_size(ids) > MAX_TARGETS) {
		job->error = "too many objects for one call";
		return;
	}
	job->items = text_need(((size_t)many + json_array_size(ids) + 1) *
			       sizeof(struct object *));
	if (id != NULL)
		take_value(job, id);
	for (i = 0; i < (json_int_t)json_array_size(ids); i++)
		take_value(job, json_array_get(ids, (size_t)i));
	for (i = 0; i < many; i++) {
		char text[32];

		text_print(text, sizeof(text), "%lld", (long long)(from + i));
		take(job, text);
	}
	if (job->len == 0 && job->error == NULL)
		job->error = "the call names no object";
}

void job_init(struct job *job, struct fake *f, json_t *in)
{
	memset(job, 0, sizeof(*job));
	job->f = f;
	job->in = in;
	job->kind = provider_kind(
	    f->provider, json_string_value(json_object_get(in, "kind")));
	if (job->kind < 0)
		job->error = "there is no such kind";
}

void job_init_targets(struct job *job, struct fake *f, json_t *in)
{
	job_init(job, f, in);
	if (job->error == NULL)
		find_targets(job);
}

static json_int_t times_of(const struct job *job, const struct object *o,
    const json_t *change, json_int_t fallback)
{
	const json_t *notify = json_object_get(job->in, "notify");

	if (notify == NULL)
		return fallback;
	if (json_is_string(notify))
		return job->f->provider->is_notified(o, change) ? 1 : 0;
	return json_is_true(notify) ? 1 : json_integer_value(notify);
}

json_t *job_sign(const struct fake *f, int64_t at_ms, const struct text *body)
{
	if (f->provider->sign == NULL)
		return NULL;
	return f->provider->sign(f->secret, at_ms, body->bytes, body->len);
}

void job_notify(struct job *job, const struct object *o, const json_t *change,
    json_int_t fallback)
{
	json_int_t times = times_of(job, o, change, fallback);
	const char *url = job->f->hooks[o->kind];
	struct text text = {0};
	json_t *body, *headers;

	if (times <= 0)
		return;
	if (*url == '\0') {
		job->error = "no hook is configured for this kind";
		return;
	}
	body = job->f->provider->hook(
	    o, json_is_true(json_object_get(job->in, "as_integers")));
	if (json_is_string(body))
		text_adds(&text, json_string_value(body));
	else
		provider_render(body, &text);
	headers = job_sign(job->f, when_now_ms(), &text);
	while (times-- > 0)
		notify_send(job->f->notify, url, text.bytes, text.len, headers);
	text_fini(&text);
	json_decref(headers);
	json_decref(body);
}

json_t *job_error(const char *text)
{
	return json_pack("{s:s}", "error", text);
}

json_t *job_finish(struct job *job, json_t *answer)
{
	free(job->items);
	if (job->error == NULL && answer != NULL)
		return answer;
	json_decref(answer);
	if (job->error != NULL)
		return job_error(job->error);
	return json_pack("{s:I}", "objects", (json_int_t)job->len);
}
