#include "reconciler/base/random.h"
#include "reconciler/core/schedule.h"

#include "cache/turn.h"

#include "cache/settlement.h"

static uint64_t newer_notices(const struct job_record *job)
{
	return job->notices > job->claimed_notices
		   ? job->notices - job->claimed_notices
		   : 0;
}

static void keep(struct settlement *s, struct job_record *after)
{
	after->http_status = s->outcome->http_status;
	jobs_land(s->turn, after);
	jobs_put(s->turn->txn, &s->job, after);
	s->out->fate = after->parked ? FATE_PARKED : FATE_AGAIN;
	s->out->due_ms = after->parked ? 0 : after->due_ms;
}

/* The job as it is for notices that nobody has looked for yet. */
static struct job_record afresh(const struct settlement *s)
{
	struct job_record job = s->job;

	job.notices = newer_notices(&s->job);
	job.first_notified_ms = s->job.last_notified_ms;
	job.tried_ms = s->outcome->started_ms;
	job.due_ms = jobs_spaced(s->turn, &job);
	job.attempts = 0;
	job.garbled = 0;
	job.rung = 0;
	job.laddered = false;
	job.rung_at_ms = 0;
	job.missing_since_ms = 0;
	job.stranger = s->job.stranger && s->outcome->verdict == VERDICT_GONE;
	job.last_error = NULL;
	job.excerpt = NULL;
	return job;
}

void endings_done(struct settlement *s)
{
	struct job_record job;

	s->out->fate = FATE_DONE;
	if (!s->has_job)
		return;
	if (newer_notices(&s->job) > 0 || s->job.again) {
		job = afresh(s);
		keep(s, &job);
	} else {
		jobs_remove(s->turn->txn, &s->job);
	}
}

/* A look that answers for a notice begins the ladder; others climb on. */
static uint32_t rung_of(const struct settlement *s)
{
	bool begins =
	    s->job.claimed_notices > 0 && s->plan.news != HISTORY_STALE;

	return begins ? 0 : s->job.rung;
}

/*
 * A look that a person asked for in between shows nothing that the ladder is
 * not to find out in its time: else who asks often would use it up at once.
 */
static bool is_in_between(const struct settlement *s)
{
	return s->job.laddered && s->job.claimed_notices == 0 &&
	       s->job.rung_at_ms > s->turn->now_ms;
}

static void stay(struct settlement *s)
{
	struct job_record job = s->job;

	job.cause = CAUSE_RECHECK;
	job.due_ms = s->job.rung_at_ms;
	job.rung_at_ms = 0;
	job.tried_ms = s->outcome->started_ms;
	keep(s, &job);
}

void endings_climb(struct settlement *s)
{
	uint32_t rung = rung_of(s);
	struct job_record job;
	int64_t due_ms;

	if (s->has_job && is_in_between(s) && newer_notices(&s->job) == 0) {
		stay(s);
		return;
	}
	if (!s->has_job || newer_notices(&s->job) > 0 ||
	    !schedule_rung(s->turn->now_ms, rung, s->schedule, &due_ms)) {
		endings_done(s);
		return;
	}
	job = afresh(s);
	job.first_notified_ms = s->job.first_notified_ms;
	job.cause = CAUSE_RECHECK;
	job.laddered = true;
	job.rung = rung + 1;
	job.due_ms = due_ms;
	keep(s, &job);
}

void endings_retry(
    struct settlement *s, const struct job_record *job, int64_t due_ms)
{
	struct job_record after = *job;

	if (!s->has_job)
		return;
	after.due_ms = due_ms;
	keep(s, &after);
}

void endings_park(struct settlement *s, const struct job_record *job)
{
	struct job_record after = *job;

	if (!s->has_job)
		return;
	after.parked = true;
	keep(s, &after);
}
