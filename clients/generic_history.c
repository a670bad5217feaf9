/* The history that the provider itself lists in its answer. */
#include <stdlib.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"

#include "clients/generic.h"

enum { ATTEMPT_MAX = 1000000, CODE_MAX = 64, REASON_TEXT_MAX = 4096 };

struct entry {
	struct listed listed;
	size_t place; /* in the list, oldest first */
};

static int64_t read_attempt(struct generic_reader *r,
    const struct generic_spot *at, const char *pointer)
{
	const char *text = generic_text(&r->fields, at, pointer, 20);
	int64_t attempt = 0;

	if (text != NULL && text_int(text, 0, ATTEMPT_MAX, &attempt) != 0)
		generic_complain(&r->fields, at, pointer, "not a number");
	return attempt;
}

/* Of a long reason the beginning is kept. */
static const char *read_reason(struct generic_reader *r,
    const struct generic_spot *at, const char *pointer)
{
	const char *text =
	    generic_text(&r->fields, at, pointer, REASON_TEXT_MAX);

	if (text == NULL)
		return NULL;
	return arena_bytes(
	    r->arena, text, observation_cut(text, OBSERVATION_REASON_MAX));
}

static void read_entry(
    struct generic_reader *r, const struct generic_spot *at, struct listed *out)
{
	const struct generic_history *from = r->kind->history;
	struct generic_stamp when =
	    generic_stamp(&r->fields, at, from->at, r->kind->time);

	out->status = generic_word(r, at, from->status);
	if (out->status != NULL)
		out->state = generic_state(r->kind, out->status);
	if (when.ms == 0)
		generic_complain(&r->fields, at, from->at, "missing");
	out->at_ms = when.ms;
	out->at_text = when.text;
	out->attempt = read_attempt(r, at, from->attempt);
	out->reason = read_reason(r, at, from->reason);
	out->reason_code =
	    generic_text(&r->fields, at, from->reason_code, CODE_MAX);
}

static int by_time(const void *left, const void *right)
{
	const struct entry *a = left;
	const struct entry *b = right;

	if (a->listed.at_ms != b->listed.at_ms)
		return a->listed.at_ms < b->listed.at_ms ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/*
 * Oldest first. Entries may share a second, so a list that runs newest first is
 * turned round as a whole; ties keep the order of the list.
 */
static void sort(struct entry *entries, size_t n)
{
	size_t up = 0;
	size_t down = 0;

	for (size_t i = 1; i < n; i++) {
		up += entries[i].listed.at_ms > entries[i - 1].listed.at_ms;
		down += entries[i].listed.at_ms < entries[i - 1].listed.at_ms;
	}
	for (size_t i = 0; i < n; i++)
		entries[i].place = down > 0 && up == 0 ? n - 1 - i : i;
	qsort(entries, n, sizeof(*entries), by_time);
}

/*
 * An answer without the list is not one with an empty list, which would retract
 * all that is recorded.
 */
void generic_history(struct generic_reader *r)
{
	const struct generic_history *from = r->kind->history;
	const field_value *list;
	const char *where;
	size_t n;
	struct entry *entries;
	struct listed *listed;

	if (from == NULL)
		return;
	list = generic_array(
	    &r->fields, &r->root, from->list, OBSERVATION_LISTED_MAX);
	n = field_count(list);
	where = generic_place(&r->fields, &r->root, from->list);
	entries = arena_alloc(r->arena, n + 1, sizeof(*entries));
	listed = arena_alloc(r->arena, n + 1, sizeof(*listed));
	if (entries == NULL || listed == NULL)
		return;
	for (size_t i = 0; i < n && r->fields.error == NULL; i++) {
		const struct generic_spot at = generic_element(list, where, i);

		read_entry(r, &at, &entries[i].listed);
	}
	sort(entries, n);
	for (size_t i = 0; i < n; i++)
		listed[i] = entries[i].listed;
	r->out->lists_history = true;
	r->out->listed = listed;
	r->out->n_listed = n;
}
