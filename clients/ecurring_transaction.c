/* What an answer about a transaction means. */
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"

#include "clients/reading.h"

#include "clients/ecurring.h"

/*
 * A SEPA debit can be charged back for 56 days after collection (eCurring help
 * centre, charge-backs); a week on top for the bank's and eCurring's delays.
 */
#define REVERSIBLE_MS (INT64_C(63) * 24 * 3600 * 1000)

enum {
	ATTEMPT_MAX = 1000000,
	CODE_MAX = 64, /* reason_code, bytes */
	CENTS = 2      /* amounts are Euro */
};

/* A listed entry with its place, to sort without losing the order of ties. */
struct entry {
	struct listed listed;
	size_t place;
};

/* A reschedule without a reason says at least to when. */
static const char *entry_reason(
    struct ecurring_reader *r, const field_value *item)
{
	const char *reason =
	    field_cut(&r->fields, item, "reason", OBSERVATION_REASON_MAX);
	const char *due = NULL;

	field_time(&r->fields, item, "new_due_date", &due);
	if (reason != NULL || due == NULL)
		return reason;
	return arena_printf(r->arena, "new due date %s", due);
}

static void read_entry(
    struct ecurring_reader *r, const field_value *item, struct listed *out)
{
	out->status = reading_word(&r->fields, item, "status");
	out->state = ecurring_read_state(r, out->status);
	out->at_ms = field_time(&r->fields, item, "recorded_on", &out->at_text);
	if (out->at_ms == 0)
		field_complain(&r->fields, "recorded_on", "missing");
	out->attempt = field_int(&r->fields, item, "attempt", 0, ATTEMPT_MAX);
	if (text_equal(out->status, "rescheduled"))
		out->reason = entry_reason(r, item);
	else
		out->reason = field_cut(
		    &r->fields, item, "reason", OBSERVATION_REASON_MAX);
	out->reason_code =
	    field_text(&r->fields, item, "reason_code", CODE_MAX);
}

static void read_entries(struct ecurring_reader *r, const field_value *history,
    struct entry *entries)
{
	size_t n = field_count(history);

	for (size_t i = 0; i < n; i++) {
		const char *error;

		entries[i].place = i;
		read_entry(r, field_at(history, i), &entries[i].listed);
		if (r->fields.error == NULL)
			continue;
		error = arena_printf(r->arena,
		    "data.attributes.history[%zu].%s", i, r->fields.error);
		if (error != NULL)
			r->fields.error = error;
		return;
	}
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
 * The order of the list is not promised. Entries may share a second, so a list
 * that runs newest first is turned round as a whole before it is sorted; ties
 * keep the order of the list.
 */
static void sort_entries(struct entry *entries, size_t n)
{
	size_t up = 0;
	size_t down = 0;

	for (size_t i = 1; i < n; i++) {
		up += entries[i].listed.at_ms > entries[i - 1].listed.at_ms;
		down += entries[i].listed.at_ms < entries[i - 1].listed.at_ms;
	}
	if (down > 0 && up == 0) {
		for (size_t i = 0; i < n; i++)
			entries[i].place = n - 1 - i;
	}
	qsort(entries, n, sizeof(*entries), by_time);
}

/*
 * An answer without the list is not one with an empty list, which would retract
 * all that is recorded.
 */
static void read_history(struct ecurring_reader *r)
{
	const char *path = "data.attributes.history";
	const field_value *history = field_array(&r->fields, r->root, path);
	size_t n = field_count(history);
	struct entry *entries;
	struct listed *listed;

	r->out->lists_history = true;
	if (history == NULL)
		field_complain(&r->fields, path, "missing");
	if (n > OBSERVATION_LISTED_MAX)
		field_complain(&r->fields, path, "too many");
	if (r->fields.error != NULL || n == 0)
		return;
	entries = arena_alloc(r->arena, n, sizeof(*entries));
	listed = arena_alloc(r->arena, n, sizeof(*listed));
	if (entries == NULL || listed == NULL)
		return;
	read_entries(r, history, entries);
	if (r->fields.error != NULL)
		return;
	sort_entries(entries, n);
	for (size_t i = 0; i < n; i++)
		listed[i] = entries[i].listed;
	r->out->listed = listed;
	r->out->n_listed = n;
	r->out->version_ms = listed[n - 1].at_ms;
}

/* The attribute table spells it with two l's, the samples with one. */
static void read_cancelled(struct ecurring_reader *r)
{
	struct ecurring_stamp at =
	    ecurring_read_stamp(r, "data.attributes.canceled_on");

	if (at.ms == 0)
		at = ecurring_read_stamp(r, "data.attributes.cancelled_on");
	if (!text_equal(r->out->status, "cancelled"))
		return;
	r->out->changed_at_ms = at.ms;
	r->out->changed_at_text = at.text;
}

/* Until when a paid transaction may be charged back; 0: it is not paid. */
static int64_t reversible_until(const struct observation *out, int64_t due_ms)
{
	if (out->state != STATE_PAID)
		return 0;
	for (size_t i = out->n_listed; i > 0; i--) {
		if (out->listed[i - 1].state == STATE_PAID)
			return out->listed[i - 1].at_ms + REVERSIBLE_MS;
	}
	return due_ms != 0 ? due_ms + REVERSIBLE_MS : 0;
}

/*
 * A transaction names neither its subscription nor its customer. The hint of
 * the notification is only followed: the subscription's own list confirms it.
 */
static void follow_parent(struct ecurring_reader *r)
{
	const char *id = r->object->parent_id;

	if (id == NULL ||
	    !text_equal(r->object->parent_kind, ECURRING_SUBSCRIPTION) ||
	    !ecurring_is_number(id))
		return;
	id = arena_text(r->arena, id);
	if (id != NULL)
		r->reading->also[r->reading->n_also++] =
		    (struct member){.kind = ECURRING_SUBSCRIPTION, .id = id};
}

void ecurring_transaction(struct ecurring_reader *r)
{
	struct ecurring_stamp due =
	    ecurring_read_stamp(r, "data.attributes.due_date");
	struct fact *facts =
	    arena_alloc(r->arena, OBSERVATION_FACTS_MAX, sizeof(*facts));

	read_history(r);
	read_cancelled(r);
	if (facts != NULL)
		reading_fact(r->out, facts, "amount",
		    field_amount(
			&r->fields, r->root, "data.attributes.amount", CENTS));
	r->out->facts = facts;
	reading_boundary(r->out, due.ms);
	r->out->reversible_until_ms = reversible_until(r->out, due.ms);
	follow_parent(r);
}
