#include "reconciler/base/random.h"

#include "cache/strangers.h"
#include "cache/turn.h"

#include "cache/settlement.h"

enum { GUESS_TRIES = 5 };

/* The job after one more failed attempt. */
static struct job_record failed(const struct settlement *s)
{
	struct job_record job = s->job;

	job.attempts++;
	job.tried_ms = s->outcome->started_ms;
	job.last_error = s->outcome->cause;
	job.excerpt = s->outcome->excerpt;
	return job;
}

static int64_t retry_at(const struct settlement *s, uint32_t attempts)
{
	return schedule_retry(
	    s->turn->now_ms, attempts, random_next(s->turn->random));
}

/*
 * Nobody said that there is such an object: it is not worth a retry when nobody
 * waits any more, nor a person's attention.
 */
static bool is_mere_guess(const struct settlement *s)
{
	return !s->known && s->has_job && s->job.guess;
}

/* ---- gone ------------------------------------------------------------- */

/* A record that is marked already, and that nobody asked about again. */
static bool is_old_news(const struct settlement *s)
{
	return s->known && s->object.shown.missing_since_ms != 0 &&
	       !s->notified && s->job.missing_since_ms == 0;
}

/* When to look again; false: it is not there. */
static bool next_look(
    const struct settlement *s, const struct job_record *job, int64_t *due_ms)
{
	bool briefly = job->stranger && job->remembered;

	return (briefly ? strangers_missing : schedule_missing)(s->turn->now_ms,
	    job->missing_since_ms, job->attempts, s->schedule, due_ms);
}

static bool wait_for_it(struct settlement *s)
{
	struct job_record job = failed(s);
	int64_t due_ms;

	if (s->outcome->gone_for_sure || is_old_news(s) || !s->has_job)
		return false;
	if (is_mere_guess(s))
		return false;
	if (job.missing_since_ms == 0) {
		job.missing_since_ms = s->turn->now_ms;
		job.attempts = 1;
	}
	if (!next_look(s, &job, &due_ms))
		return false;
	job.garbled = 0;
	endings_retry(s, &job, due_ms);
	return true;
}

/* Its last state and grants stay: absence is no status. */
static void mark_missing(struct settlement *s)
{
	struct object_record after = s->object;

	if (after.shown.missing_since_ms == 0) {
		s->tally.gone++;
		after.shown.missing_since_ms = s->job.missing_since_ms != 0
						   ? s->job.missing_since_ms
						   : s->turn->now_ms;
	}
	after.boundary_ms = 0;
	truth_plan_check(s, &after, NULL);
	objects_put(s->turn->txn, &s->object, &after);
}

void verdicts_gone(struct settlement *s)
{
	bool stranger = !s->known && s->has_job && s->job.stranger;

	if (stranger)
		strangers_missed(&s->tally.strangers);
	if (wait_for_it(s))
		return;
	s->out->gone = true;
	if (s->known)
		mark_missing(s);
	else
		s->tally.gone++;
	if (stranger)
		strangers_remember(s->turn, &s->ref);
	endings_done(s);
}

/* ---- the rest --------------------------------------------------------- */

void verdicts_garbled(struct settlement *s, const char *cause)
{
	struct job_record job = failed(s);

	if (is_mere_guess(s)) {
		endings_done(s);
		return;
	}
	job.last_error = cause;
	job.garbled++;
	if (s->outcome->hopeless || job.garbled >= SCHEDULE_GARBLED_MAX)
		endings_park(s, &job);
	else
		endings_retry(s, &job, retry_at(s, job.attempts));
}

void verdicts_later(struct settlement *s)
{
	struct job_record job = failed(s);
	int64_t due_ms = retry_at(s, job.attempts);

	if (is_mere_guess(s) && job.attempts >= GUESS_TRIES) {
		endings_done(s);
		return;
	}
	if (s->outcome->retry_at_ms > due_ms)
		due_ms = s->outcome->retry_at_ms;
	endings_retry(s, &job, due_ms);
}

void verdicts_barred(struct settlement *s)
{
	struct job_record job = s->job;

	job.last_error = s->outcome->cause;
	job.excerpt = s->outcome->excerpt;
	endings_retry(s, &job, s->turn->now_ms);
}
