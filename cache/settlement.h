/*
 * Inside of the store: one settling in progress, shared by the files that do
 * its parts: ledger.c (the order of things), verdicts.c (what an answer that is
 * no truth means), truth.c (what is recorded of one), pursuit.c (who else is to
 * be looked at) and endings.c (what becomes of the job).
 */
#ifndef TRUEUP_CACHE_SETTLEMENT_H
#define TRUEUP_CACHE_SETTLEMENT_H

#include "cache/jobs.h"
#include "cache/ledger.h"
#include "cache/store.h"
#include "reconciler/core/history.h"
#include "reconciler/core/schedule.h"

#include <stdbool.h>
#include <stdint.h>

struct store_turn;

struct settlement {
	struct store_turn *turn;
	const struct outcome *outcome;
	const struct schedule *schedule;
	struct object_ref ref;
	bool has_job; /* false: an operator dropped it meanwhile */
	struct job_record job;
	bool known; /* there is a record */
	struct object_record object;
	bool notified; /* a notice asked for this look, or for its ladder */
	bool unpaired; /* its parent is being looked at: come back for it */
	const char *misfit; /* a TRUTH that cannot be recorded: why */
	struct tally tally;
	struct history_plan plan;
	struct settled *out;
};

/* ---- endings.c: what becomes of the job ------------------------------- */

/* endings_done(s): answered. Gone, or kept for the notices that came since. */
void endings_done(struct settlement *s);
/*
 * endings_climb(s): the answer is not to be trusted alone: look again a rung
 * later. Done when there is no rung left, or newer notices look anyway.
 */
void endings_climb(struct settlement *s);
/* endings_retry(s, job, due): keep it, as job says, until then. */
void endings_retry(
    struct settlement *s, const struct job_record *job, int64_t due_ms);
/* endings_park(s, job): keep it until a person acts. */
void endings_park(struct settlement *s, const struct job_record *job);

/* ---- the parts -------------------------------------------------------- */

/* truth_settle(s): TRUTH. verdicts_*: the others, the job's end included. */
void truth_settle(struct settlement *s);
void verdicts_gone(struct settlement *s);
void verdicts_garbled(struct settlement *s, const char *cause);
void verdicts_later(struct settlement *s);
void verdicts_barred(struct settlement *s);

/*
 * pursuit_follow(s, record): make jobs for the objects that the client wants
 * looked at as well, unless this object's record confirms them already.
 */
void pursuit_follow(struct settlement *s, const struct object_record *record);

/*
 * truth_plan_check(s, record, obs): set when the object is to be looked at next
 * unasked; obs NULL: nothing is known but its age.
 */
void truth_plan_check(struct settlement *s, struct object_record *record,
    const struct observation *obs);

#endif
