#include "reconciler/base/text.h"
#include "reconciler/core/schedule.h"

#include "cache/turn.h"

#include "cache/settlement.h"

/* An object to look at, and what is known of it. */
struct other {
	struct object_ref ref;
	const struct member *named; /* as the answer names it */
	struct object_record record;
	bool known;
};

/* A parent that was confirmed without a look at it still needs that look. */
static bool is_confirmed(
    const struct object_record *record, const struct other *other)
{
	return other->known &&
	       text_equal(record->shown.parent_kind, other->ref.kind) &&
	       text_equal(record->shown.parent_id, other->ref.id);
}

/* With the parent that its own record confirms, else the one named with it. */
static void want(
    struct settlement *s, const struct other *other, int64_t due_ms)
{
	const struct object *shown = &other->record.shown;
	bool confirmed = shown->parent_id != NULL;
	/* Who waits for this object waits for what it leads to. */
	bool waited = s->has_job && s->job.cause == CAUSE_MANUAL;

	jobs_want(s->turn, &other->ref,
	    confirmed ? shown->parent_kind : other->named->parent_kind,
	    confirmed ? shown->parent_id : other->named->parent_id,
	    waited ? CAUSE_MANUAL : CAUSE_RECHECK, due_ms);
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
static void want_once_more(struct settlement *s, const struct other *other)
{
	int64_t due_ms;

	if (s->job.claimed_notices > 0 &&
	    schedule_rung(s->turn->now_ms, 0, s->schedule, &due_ms))
		want(s, other, due_ms);
}

static void follow(struct settlement *s, const struct other *other)
{
	int64_t fetched_ms = other->record.shown.fetch_started_ms;

	if (fetched_ms != 0 && fetched_ms >= s->job.first_notified_ms)
		want_once_more(s, other);
	else if (is_in_flight(s, &other->ref))
		s->unpaired = true;
	else
		want(s, other,
		    objects_spaced(s->turn->txn, &other->ref, s->turn->now_ms));
}

void pursuit_follow(struct settlement *s, const struct object_record *record)
{
	struct store_turn *turn = s->turn;

	for (size_t i = 0; i < s->outcome->n_also; i++) {
		const struct member *named = &s->outcome->also[i];
		struct other other = {.ref = {.provider = s->ref.provider,
					  .kind = named->kind,
					  .id = named->id},
		    .named = named};

		if (!name_ref_is_valid(&other.ref) ||
		    name_ref_equal(&other.ref, &s->ref))
			continue;
		other.known = objects_get(turn->txn, &other.ref, &turn->arena,
				  &other.record) == 0;
		if (!is_confirmed(record, &other))
			follow(s, &other);
	}
}
