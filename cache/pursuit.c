#include "reconciler/base/text.h"
#include "reconciler/core/schedule.h"

#include "cache/turn.h"

#include "cache/settlement.h"

static bool is_confirmed(
    const struct object_record *record, const struct object_ref *other)
{
	return text_equal(record->shown.parent_kind, other->kind) &&
	       text_equal(record->shown.parent_id, other->id);
}

static void want(struct settlement *s, const struct object_ref *other,
    const struct object_record *record, int64_t due_ms)
{
	jobs_want(s->turn, other, record->shown.parent_kind,
	    record->shown.parent_id, CAUSE_RECHECK, due_ms);
}

static bool is_in_flight(struct settlement *s, const struct object_ref *other)
{
	struct job_record job;

	return jobs_get(s->turn->txn, other, &s->turn->arena, &job) == 0 &&
	       job.claimed_ms != 0;
}

/*
 * The other one was looked at since and does not confirm this one: the pair in
 * the notification may be forged, or its list lags. One later look decides.
 */
static void want_once_more(struct settlement *s, const struct object_ref *other,
    const struct object_record *record)
{
	int64_t due_ms;

	if (s->job.claimed_notices > 0 &&
	    schedule_rung(s->turn->now_ms, 0, s->schedule, &due_ms))
		want(s, other, record, due_ms);
}

static void follow(struct settlement *s, const struct object_ref *other)
{
	struct object_record record = {0};
	struct lmdb_txn *txn = s->turn->txn;
	int64_t since_ms = s->job.first_notified_ms;

	(void)objects_get(txn, other, &s->turn->arena, &record);
	if (record.shown.fetch_started_ms != 0 &&
	    record.shown.fetch_started_ms >= since_ms) {
		want_once_more(s, other, &record);
		return;
	}
	if (is_in_flight(s, other))
		s->unpaired = true;
	else
		want(s, other, &record,
		    objects_spaced(txn, other, s->turn->now_ms));
}

void pursuit_follow(struct settlement *s, const struct object_record *record)
{
	struct object_ref other = {.provider = s->ref.provider};

	for (size_t i = 0; i < s->outcome->n_also; i++) {
		other.kind = s->outcome->also[i].kind;
		other.id = s->outcome->also[i].id;
		if (name_ref_is_valid(&other) &&
		    !name_ref_equal(&other, &s->ref) &&
		    !is_confirmed(record, &other))
			follow(s, &other);
	}
}
