/*
 * What a worker holds, and one turn of it. A turn is one write transaction: it
 * takes in what was notified, records how the ended looks came out, and marks
 * what is looked at next. The requests of the newly marked are sent only after
 * it has committed, so the mark always exists before the provider is asked.
 */
#ifndef TRUEUP_IO_WORKER_TURN_H
#define TRUEUP_IO_WORKER_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reconciler/base/random.h"
#include "reconciler/core/latency.h"

#include "reconciler/io/requests.h"

struct catcher;
struct err_text;
struct flight;
struct lane;
struct log;
struct settings;
struct store;
struct worker_options;
struct worker_report;

struct worker {
	const struct settings *settings;
	struct store *store;
	const struct worker_options *options;
	const struct log *log;
	struct worker_report *report;
	struct random random;
	struct requests requests;
	struct lane *lanes;
	struct catcher *catchers; /* one for each lane */
	size_t n_lanes;
	struct flight *flights;
	size_t n_flights;
	size_t active;		/* flights that are not free */
	size_t turns;		/* to begin with another lane each time */
	bool recovered;		/* claims of a killed worker were taken back */
	bool reclocked;		/* nothing waits for a clock that was ahead */
	int64_t ahead_ms;	/* of the wall clock before the monotonic one */
	bool all_judged;	/* by the policies in force */
	bool more_inbox;	/* the last turn did not collect everything */
	bool idle;		/* the last turn wrote nothing */
	bool stopping;		/* no new claims */
	int64_t stop_by_ms;	/* monotonic; 0: no limit */
	int64_t next_other_ms;	/* next check or time edge; 0: none */
	int64_t listen_ms;	/* monotonic: next look at who is silent */
	struct latency commits; /* of turns, that are not on record yet */
};

/*
 * worker_turn_take(w, err): the turn, and what became of it in log and report.
 * 0, or the error of the store: then nothing of it has happened.
 */
int worker_turn_take(struct worker *w, struct err_text *err);
/*
 * worker_turn_give_back(w, err): what has ended is recorded, what is still in
 * flight goes back to the store, due and untried. 0, or the store's error.
 */
int worker_turn_give_back(struct worker *w, struct err_text *err);

#endif
