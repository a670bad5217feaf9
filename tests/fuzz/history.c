/*
 * core/history fed with random answers about one object: whatever a provider
 * says, in whatever order, the record must stay a record.
 *
 * One look is a byte of flags, one of version and facts, one of status and
 * length, then a byte for each listed entry; alphabets are tiny, so that
 * entries often look alike.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/history.h"
#include "reconciler/core/observation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LOOKS_MAX = 40, ENTRIES_MAX = 1024, LISTED_MAX = 15 };

struct input {
	const uint8_t *data;
	size_t size;
};

struct record {
	struct transition entries[ENTRIES_MAX];
	struct history_before before;
	struct arena arena;
	int64_t now_ms;
};

static const char *const words[] = {"a", "b", "c", "d"};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static uint8_t next_byte(struct input *in)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return *in->data++;
}

static void read_listed(struct input *in, struct listed *out, size_t n)
{
	uint8_t byte;
	size_t i;

	for (i = 0; i < n; i++) {
		byte = next_byte(in);
		out[i] = (struct listed){
		    .status = words[byte & 3],
		    .at_ms = byte >> 2 & 7,
		    .attempt = byte >> 5 & 1,
		    .reason = byte & 0x40 ? "why" : NULL,
		    .reason_code = byte & 0x80 ? "AM04" : NULL,
		};
	}
}

static void read_answer(struct input *in, struct record *record,
    struct history_look *look, struct observation *obs)
{
	static const struct fact facts[] = {
	    {"due", "1"}, {"due", "2"}, {"end", "3\n"}};
	struct listed *listed =
	    arena_alloc(&record->arena, LISTED_MAX, sizeof(*listed));
	uint8_t flags = next_byte(in), version = next_byte(in);
	uint8_t status = next_byte(in);

	must(listed != NULL);
	*look = (struct history_look){
	    .cause = CAUSE_NOTIFIED,
	    .notified = (flags & 1) != 0,
	    .accept_older = (flags & 2) != 0,
	    .started_ms = record->now_ms,
	    .now_ms = record->now_ms + 1,
	};
	record->now_ms += flags & 4 ? 2 : 0;
	*obs = (struct observation){
	    .status = words[status & 3],
	    .changed_at_ms = flags >> 4,
	    .version_ms = version & 3,
	    .lists_history = (flags & 8) != 0,
	    .listed = listed,
	    .n_listed = status >> 4,
	    .facts = &facts[version >> 2 & 1],
	    .n_facts = version >> 3 & 1 ? 1 + (version >> 4 & 1) : 0,
	};
	read_listed(in, listed, obs->n_listed);
}

static void check_plan(const struct record *record,
    const struct history_look *look, const struct history_plan *plan)
{
	const struct history_mark *mark;
	size_t i;

	must((plan->n_append > 0 || plan->n_marks > 0) ==
	     (plan->news == HISTORY_NEWS));
	must(plan->news != HISTORY_STALE ||
	     (!look->accept_older && record->before.known));
	must(!plan->tie || plan->news == HISTORY_NEWS);
	for (i = 0; i < plan->n_marks; i++) {
		mark = &plan->marks[i];
		must(mark->index < record->before.n);
		must(i == 0 || mark[-1].index < mark->index);
		must(mark->reason != NULL || mark->reason_code != NULL ||
		     mark->retracted_at_ms !=
			 record->entries[mark->index].retracted_at_ms);
	}
	for (i = 0; i < plan->n_append; i++) {
		must(plan->append[i].seq == record->before.n + i + 1);
		must(plan->append[i].collapsed ==
		     (i + 1 < plan->n_append || !look->notified));
		must(plan->append[i].after_ms == 0 ||
		     plan->append[i].after_ms < plan->append[i].at_ms);
	}
}

static void keep(struct record *record, const struct history_plan *plan)
{
	struct transition *entry;
	size_t i;

	for (i = 0; i < plan->n_marks; i++) {
		entry = &record->entries[plan->marks[i].index];
		entry->retracted_at_ms = plan->marks[i].retracted_at_ms;
		if (plan->marks[i].reason != NULL)
			entry->reason = plan->marks[i].reason;
		if (plan->marks[i].reason_code != NULL)
			entry->reason_code = plan->marks[i].reason_code;
	}
	for (i = 0; i < plan->n_append; i++)
		record->entries[record->before.n++] = plan->append[i];
	record->before.facts = plan->facts;
}

/* The record after an answer that was taken. */
static void check_record(
    const struct record *record, const struct observation *obs)
{
	size_t listed = 0, shown = 0, i;

	for (i = 0; i < record->before.n; i++) {
		if (record->entries[i].retracted_at_ms != 0)
			continue;
		listed += record->entries[i].source == SOURCE_PROVIDER;
		shown += strcmp(record->entries[i].status, obs->status) == 0;
	}
	must(shown > 0);
	must(!obs->lists_history || listed == obs->n_listed);
}

static void look_at(struct record *record, struct history_look *look,
    const struct observation *obs)
{
	struct history_plan plan;

	must(history_merge(&record->before, obs, look, &record->arena, &plan) ==
	     0);
	check_plan(record, look, &plan);
	if (plan.news == HISTORY_STALE)
		return;
	keep(record, &plan);
	record->before.known = true;
	record->before.version_ms = obs->version_ms;
	record->before.verified_at_ms = look->started_ms;
	check_record(record, obs);
	/* Once more the same: nothing, whether older answers are taken or not.
	 */
	must(history_merge(&record->before, obs, look, &record->arena, &plan) ==
	     0);
	must(plan.news == HISTORY_SAME);
	look->accept_older = !look->accept_older;
	must(history_merge(&record->before, obs, look, &record->arena, &plan) ==
	     0);
	must(plan.news == HISTORY_SAME);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct record *record = calloc(1, sizeof(*record));
	struct history_look look;
	struct observation obs;
	size_t i;

	if (record == NULL)
		return 0;
	arena_init(&record->arena, (size_t)16 << 20);
	record->before.entries = record->entries;
	record->now_ms = 5;
	for (i = 0; i < LOOKS_MAX && in.size > 0; i++) {
		read_answer(&in, record, &look, &obs);
		look_at(record, &look, &obs);
	}
	arena_fini(&record->arena);
	free(record);
	return 0;
}
