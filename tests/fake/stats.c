#include <stdlib.h>
#include <string.h>

#include "tests/fake/when.h"
#include "tests/fake/stats.h"

enum { MAX_OBJECTS = 1000000 };

void stats_init(struct stats *s)
{
	memset(s, 0, sizeof(*s));
	s->routes = json_object();
	s->objects = json_object();
	s->statuses = json_object();
	s->last = json_null();
	s->log = text_need(STATS_LOG * sizeof(*s->log));
}

void stats_fini(struct stats *s)
{
	json_decref(s->routes);
	json_decref(s->objects);
	json_decref(s->statuses);
	json_decref(s->last);
	free(s->log);
	memset(s, 0, sizeof(*s));
}

void stats_reset(struct stats *s)
{
	int64_t in_flight = s->in_flight;
	uint64_t log_len = s->log_len;

	stats_fini(s);
	stats_init(s);
	s->in_flight = s->in_flight_max = in_flight;
	s->log_from = s->log_len = log_len;
}

static void count(json_t *counts, const char *name)
{
	json_t *n = json_object_get(counts, name);

	if (n != NULL)
		json_integer_set(n, json_integer_value(n) + 1);
	else if (json_object_size(counts) < MAX_OBJECTS)
		json_object_set_new(counts, name, json_integer(1));
}

/* A second is the ten newest slots, so that no burst hides at an edge. */
static void count_rate(struct stats *s, int64_t now_ms)
{
	int64_t slot = now_ms / STATS_SLOT_MS;
	int64_t sum = 0;
	size_t i;

	if (slot - s->slot > STATS_SLOTS)
		s->slot = slot - STATS_SLOTS;
	while (s->slot < slot)
		s->slots[++s->slot % STATS_SLOTS] = 0;
	s->slots[slot % STATS_SLOTS]++;
	for (i = 0; i < STATS_SLOTS; i++)
		sum += s->slots[i];
	if (sum > s->per_second_max)
		s->per_second_max = sum;
}

uint64_t stats_begin(struct stats *s, const char *method, const char *path,
    const char *route, const char *kind, const char *id, json_t *headers)
{
	struct stats_line *line = &s->log[s->log_len % STATS_LOG];
	char name[256];

	s->total++;
	count(s->routes, route);
	if (kind != NULL) {
		text_print(name, sizeof(name), "%s/%s", kind, id);
		count(s->objects, name);
	}
	if (++s->in_flight > s->in_flight_max)
		s->in_flight_max = s->in_flight;
	count_rate(s, when_mono_ms());
	json_decref(s->last);
	s->last = json_pack("{s:s, s:s, s:o}", "method", method, "path", path,
	    "headers", headers);
	line->at_ms = when_now_ms();
	line->status = 0;
	text_print(line->method, sizeof(line->method), "%s", method);
	text_print(line->path, sizeof(line->path), "%s", path);
	return s->log_len++;
}

void stats_end(struct stats *s, uint64_t number, int status)
{
	char name[16];

	if (s->in_flight > 0)
		s->in_flight--;
	text_print(name, sizeof(name), "%d", status);
	count(s->statuses, status < 0 ? "closed" : name);
	if (number >= s->log_from && s->log_len - number <= STATS_LOG)
		s->log[number % STATS_LOG].status = status;
}

json_t *stats_json(const struct stats *s)
{
	return json_pack("{s:I, s:o, s:o, s:I, s:I, s:I, s:o}", "total",
	    s->total, "routes", json_deep_copy(s->routes), "statuses",
	    json_deep_copy(s->statuses), "in_flight", s->in_flight,
	    "in_flight_max", s->in_flight_max, "per_second_max",
	    s->per_second_max, "last", json_deep_copy(s->last));
}

void stats_lines(const struct stats *s, struct text *out)
{
	uint64_t i = s->log_from;

	if (s->log_len - i > STATS_LOG)
		i = s->log_len - STATS_LOG;
	for (; i < s->log_len; i++) {
		const struct stats_line *l = &s->log[i % STATS_LOG];
		json_t *line = json_pack("{s:I, s:I, s:s, s:s, s:i}", "seq",
		    (json_int_t)i, "at_ms", l->at_ms, "method", l->method,
		    "path", l->path, "status", l->status);
		char *dump = json_dumps(line, JSON_COMPACT);

		if (dump != NULL)
			text_addf(out, "%s\n", dump);
		free(dump);
		json_decref(line);
	}
}
