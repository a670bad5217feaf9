#include <stdlib.h>
#include <string.h>

#include "tests/fake/control_objects.h"
#include "tests/fake/control_sink.h"
#include "tests/fake/job.h"
#include "tests/fake/spoil.h"
#include "tests/fake/control.h"

typedef json_t *call_fn(struct fake *f, json_t *in);

static json_t *done(void)
{
	return json_pack("{s:b}", "ok", 1);
}

static void set_text(
    char *to, size_t to_bytes, const json_t *in, const char *name)
{
	const char *value = json_string_value(json_object_get(in, name));

	if (value != NULL)
		text_print(to, to_bytes, "%s", value);
}

static json_t *configure(struct fake *f, json_t *in)
{
	json_t *hooks = json_object_get(in, "hooks");
	json_t *quirks = json_object_get(in, "quirks");
	const char *name;
	json_t *value;

	json_object_foreach(hooks, name, value)
	{
		int kind = provider_kind(f->provider, name);

		if (kind < 0 || !f->provider->kinds[kind].is_hooked)
			return job_error("no such hook");
		f->hooks[kind][0] = '\0';
		set_text(f->hooks[kind], FAKE_URL_BYTES, hooks, name);
	}
	set_text(f->key, FAKE_KEY_BYTES, in, "key");
	set_text(f->secret, FAKE_KEY_BYTES, in, "secret");
	set_text(f->base_url, FAKE_URL_BYTES, in, "base_url");
	if (json_is_object(quirks)) {
		json_decref(f->quirks);
		f->quirks = json_deep_copy(quirks);
	}
	return done();
}

static json_t *add_fault(struct fake *f, json_t *in)
{
	const char *kind_name = faults_string(in, "kind");
	const char *body = faults_string(in, "body");
	int kind = provider_kind(f->provider, kind_name);
	const char *error;

	if (kind_name != NULL && kind < 0)
		return job_error("there is no such kind");
	if (body != NULL && !spoil_is_known(body))
		return job_error("there is no such body");
	error = faults_add(&f->faults, in, kind);
	return error ? job_error(error) : done();
}

static json_t *clear_faults(struct fake *f, json_t *in)
{
	return json_pack(
	    "{s:I}", "cleared", (json_int_t)faults_clear(&f->faults, in));
}

static json_t *list_faults(struct fake *f, json_t *in)
{
	(void)in;
	return json_pack("{s:o}", "faults", faults_list(&f->faults));
}

/* A barrier is a fault that holds; its name is "KIND/ID" unless told. */
static json_t *barrier_spec(json_t *in)
{
	json_t *spec = json_copy(in);
	const char *kind = faults_string(in, "kind");
	const char *id = faults_string(in, "id");

	if (faults_string(in, "hold") == NULL)
		json_object_set_new(spec, "hold",
		    json_sprintf("%s/%s", kind ? kind : "", id ? id : ""));
	if (json_object_get(spec, "count") == NULL)
		json_object_set_new(spec, "count", json_integer(0));
	return spec;
}

static json_t *add_barrier(struct fake *f, json_t *in)
{
	json_t *spec = barrier_spec(in);
	json_t *answer = add_fault(f, spec);

	json_object_set(answer, "hold", json_object_get(spec, "hold"));
	json_decref(spec);
	return answer;
}

static json_t *list_barriers(struct fake *f, json_t *in)
{
	size_t parked;
	json_t *held = park_held(f->park, &parked);
	json_int_t all = 0;
	const char *name;
	json_t *value;

	(void)in;
	json_object_foreach(held, name, value)
	{
		all += json_integer_value(value);
	}
	return json_pack("{s:I, s:o, s:I}", "held", all, "barriers", held,
	    "parked", (json_int_t)parked);
}

/* Without a name all barriers fall. */
static json_t *release(struct fake *f, json_t *in)
{
	bool all = json_object_size(in) == 0;
	json_t *spec = barrier_spec(in);
	const char *hold = all ? "" : faults_string(spec, "hold");
	json_t *which = all ? json_pack("{s:b}", "hold", 1)
			    : json_pack("{s:s}", "hold", hold);
	size_t released;

	faults_clear(&f->faults, which);
	released = park_release(f->park, hold);
	json_decref(which);
	json_decref(spec);
	return json_pack("{s:I}", "released", (json_int_t)released);
}

static json_t *get_config(struct fake *f, json_t *in)
{
	json_t *hooks = json_object();
	int i;

	(void)in;
	for (i = 0; f->provider->kinds[i].name != NULL; i++) {
		if (f->hooks[i][0] != '\0')
			json_object_set_new(hooks, f->provider->kinds[i].name,
			    json_string(f->hooks[i]));
	}
	return json_pack("{s:s, s:s, s:o, s:O}", "provider", f->provider->name,
	    "base_url", f->base_url, "hooks", hooks, "quirks", f->quirks);
}

static json_t *get_stats(struct fake *f, json_t *in)
{
	json_t *all = stats_json(&f->stats);
	size_t parked;

	json_object_set_new(
	    all, "objects", json_integer((json_int_t)f->state.objects));
	json_object_set_new(all, "notifications", notify_json(f->notify));
	json_object_set_new(all, "held", park_held(f->park, &parked));
	json_object_set_new(all, "parked", json_integer((json_int_t)parked));
	(void)in;
	return all;
}

static json_t *get_object_stats(struct fake *f, json_t *in)
{
	(void)in;
	return json_deep_copy(f->stats.objects);
}

static json_t *reset_stats(struct fake *f, json_t *in)
{
	(void)in;
	stats_reset(&f->stats);
	notify_reset(f->notify);
	return done();
}

/* All but the key, the hooks and the base URL. */
static json_t *reset(struct fake *f, json_t *in)
{
	uint64_t seed = f->state.seed;

	faults_fini(&f->faults);
	park_release(f->park, NULL);
	state_fini(&f->state);
	state_init(&f->state, seed);
	json_object_clear(f->quirks);
	control_sink_reset(f);
	return reset_stats(f, in);
}

static void tell_truth(const struct fake *f, int kind, struct text *out)
{
	const struct list *list = &f->state.kinds[kind];
	size_t i;

	for (i = 0; i < list->len; i++) {
		const struct object *o = list->items[i];
		json_t *line = json_pack("{s:s, s:s, s:b}", "kind",
		    f->provider->kinds[kind].name, "id", o->id, "deleted",
		    o->is_deleted ? 1 : 0);
		json_t *more = f->provider->truth(o);

		json_object_update(line, more);
		provider_render(line, out);
		text_adds(out, "\n");
		json_decref(more);
		json_decref(line);
	}
}

static void get_truth(struct fake *f, struct text *out)
{
	int kind;

	for (kind = 0; f->provider->kinds[kind].name != NULL; kind++)
		tell_truth(f, kind, out);
}

static void get_log(struct fake *f, struct text *out)
{
	stats_lines(&f->stats, out);
}

/*
 * Every control call.  "words" are the members that its body may have, so
 * that a slip of the pen is an error; NULL where the call checks them, "" for
 * none; "*" stands for the words of the provider.
 */
static const struct row {
	const char *method;
	const char *path;
	const char *words;
	call_fn *run;
	void (*lines)(struct fake *f, struct text *out);
} rows[] = {
    {"POST", "config", "key secret hooks base_url quirks", configure, NULL},
    {"GET", "config", "", get_config, NULL},
    {"POST", "create", "* kind count items notify as_integers",
	control_objects_create, NULL},
    {"POST", "transition", "* kind ids from to changes notify as_integers",
	control_objects_transition, NULL},
    {"POST", "edit",
	"kind id ids from to set remove rename replace notify as_integers",
	control_objects_edit, NULL},
    {"POST", "delete", "kind id ids from to notify as_integers",
	control_objects_delete, NULL},
    {"POST", "hide", "kind id ids from to ms requests notify as_integers",
	control_objects_hide, NULL},
    {"POST", "notify",
	"kind id ids from to notify as_integers body url headers sign at",
	control_objects_notify, NULL},
    {"POST", "fault", NULL, add_fault, NULL},
    {"POST", "fault/clear", NULL, clear_faults, NULL},
    {"GET", "fault", "", list_faults, NULL},
    {"POST", "barrier", NULL, add_barrier, NULL},
    {"POST", "barrier/release", "kind id hold", release, NULL},
    {"GET", "barrier", "", list_barriers, NULL},
    {"GET", "stats", "", get_stats, NULL},
    {"GET", "stats/objects", "", get_object_stats, NULL},
    {"POST", "stats/reset", "", reset_stats, NULL},
    {"POST", "sign", "body at secret", control_objects_sign, NULL},
    {"POST", "sink", NULL, control_sink_take, NULL},
    {"POST", "sink/fail", "status count skip", control_sink_fail, NULL},
    {"GET", "sink", "", NULL, control_sink_lines},
    {"GET", "log", "", NULL, get_log},
    {"GET", "truth", "", NULL, get_truth},
    {"POST", "reset", "", reset, NULL},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	while (words != NULL && *words != '\0') {
		size_t next = strcspn(words, " ");

		if (next == len && strncmp(words, word, len) == 0)
			return true;
		words += next + strspn(words + next, " ");
	}
	return false;
}

/* The first member that the call does not know, or NULL. */
static const char *stranger(
    const struct fake *f, const struct row *row, json_t *in)
{
	const char *name;
	json_t *value;

	json_object_foreach(in, name, value)
	{
		if (has_word(row->words, name))
			continue;
		if (!has_word(row->words, "*") ||
		    !has_word(f->provider->words, name))
			return name;
	}
	return NULL;
}

static json_t *run_row(
    struct fake *f, const struct row *row, json_t *in, struct text *lines)
{
	const char *name = row->words ? stranger(f, row, in) : NULL;
	json_t *answer = NULL;

	if (name != NULL)
		return json_pack("{s:o}", "error",
		    json_sprintf("no member \"%s\" here", name));
	pthread_mutex_lock(&f->lock);
	if (row->run != NULL)
		answer = row->run(f, in);
	else
		row->lines(f, lines);
	pthread_mutex_unlock(&f->lock);
	return answer;
}

static json_t *read_body(const struct call *call)
{
	if (call->body_bytes == 0)
		return json_object();
	return json_loadb(call->body, call->body_bytes, JSON_ALLOW_NUL, NULL);
}

static const struct row *find_row(const struct call *call)
{
	size_t i;

	for (i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].path, call->path) == 0 &&
		    strcmp(rows[i].method, call->method) == 0)
			return &rows[i];
	}
	return NULL;
}

void control_run(struct fake *f, const struct call *call, struct answer *answer)
{
	const struct row *row = find_row(call);
	json_t *in = read_body(call);
	json_t *out = NULL;

	answer->content_type = "application/json";
	answer->status = 200;
	if (row == NULL) {
		answer->status = 404;
		out = job_error("no such control call");
	} else if (!json_is_object(in)) {
		answer->status = 400;
		out = job_error("the body is no JSON object");
	} else {
		out = run_row(f, row, in, &answer->body);
		if (json_object_get(out, "error") != NULL)
			answer->status = 400;
	}
	if (json_object_get(out, "http_status") != NULL)
		answer->status = (int)job_number(out, "http_status");
	if (out != NULL) {
		provider_render(out, &answer->body);
		text_adds(&answer->body, "\n");
	}
	pthread_mutex_lock(&f->lock);
	json_decref(in);
	json_decref(out);
	pthread_mutex_unlock(&f->lock);
}
