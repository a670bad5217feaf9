/*
 * A provider's lane in the worker: how much may be asked of it now. One lane's
 * trouble costs another nothing: budgets, health and slots are its own.
 */
#ifndef TRUEUP_IO_LANE_H
#define TRUEUP_IO_LANE_H

#include "cache/counts.h"
#include "cache/store.h"
#include "reconciler/core/health.h"
#include "reconciler/core/pace.h"
#include "reconciler/core/throttle.h"
#include "reconciler/io/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err_text;
struct flight;
struct log;
struct provider_settings;

/* Whose request it is: the cookie of each fetch. */
struct errand {
	struct lane *lane;
	struct flight *flight; /* NULL: the one for the lane's token */
};

struct lane {
	const struct provider_settings *provider;
	struct health health;
	bool health_dirty; /* to be written with the next turn */
	struct look_counts counts;
	bool counts_dirty; /* the same */
	struct pace pace;
	/* Beside it, as the type's defaults.operations; owned. */
	struct pace *operations;
	struct token token;
	struct errand errand;	  /* for the token */
	struct throttle throttle; /* most requests in flight, in force */
	size_t slots;		  /* most flights, those set aside included */
	size_t in_flight;
	size_t aside; /* flights that wait for their operation's budget */
	int64_t next_due_ms; /* its next unclaimed job; 0: none */
	bool flood;	     /* strangers keep to a budget of their own */
	struct pace strangers;
	int64_t next_stranger_ms; /* in a flood: as next_due_ms */
	bool more; /* of a kind that was passed over, one may be claimed now */
	bool next_spaced; /* a notice waits only for its spacing */
	bool spent;	  /* or measured, since the purse was kept last */
	bool silent;	  /* the silence alarm rings */
	uint64_t claims;  /* taken up by this worker */
};

/* Both times that a decision needs: wall for the record, mono for waits. */
struct lane_now {
	int64_t wall_ms;
	int64_t mono_ms;
};

/* lane_now_is(): by both clocks. */
struct lane_now lane_now_is(void);

/*
 * lane_open(lane, provider, limit, slots, mono, err): with full budgets, for
 * limit requests in flight at most and slots flights; its health is the
 * caller's to fill in. 0 or ERR_FAIL. lane_close(lane): wipes the
 * token; also of a zeroed one.
 */
int lane_open(struct lane *lane, const struct provider_settings *provider,
    size_t limit, size_t slots, int64_t mono_ms, struct err_text *err);
void lane_close(struct lane *lane);

/*
 * lane_spend(lane): one request's worth of its budget. lane_spend_of(lane,
 * operation): and of that operation's.
 */
void lane_spend(struct lane *lane);
void lane_spend_of(struct lane *lane, struct pace *operation);
/* lane_unspend(lane): give back one that was spent on nothing. */
void lane_unspend(struct lane *lane);

/*
 * lane_spend_unseen(lane, n, now): a worker that was killed may have sent up to
 * n requests since it last wrote down what it had left.
 */
void lane_spend_unseen(struct lane *lane, size_t n, struct lane_now now);

/* lane_operation(lane, name): the budget of this operation; NULL: none. */
struct pace *lane_operation(struct lane *lane, const char *name);
/* lane_is_allowed(lane, now): its health lets something be asked. */
bool lane_is_allowed(const struct lane *lane, struct lane_now now);
/* lane_has_slot(lane, now): one more request may be in flight. */
bool lane_has_slot(const struct lane *lane, struct lane_now now);

/* lane_takes_strangers(lane, now): one of them may be taken up. */
bool lane_takes_strangers(struct lane *lane, struct lane_now now);
/*
 * lane_first(lane): what comes first at its next claim. A flood of notices
 * leaves a sixteenth of the budget to re-checks, resync and discovery, in turn;
 * a flood of callers who wait leaves as much to notices, strangers' in turn.
 */
enum claim_first lane_first(const struct lane *lane);
/* lane_room(lane, now): how many jobs it may take up now. */
size_t lane_room(struct lane *lane, struct lane_now now);

/*
 * lane_wait_ms(lane, now): how long until it could take up its next job;
 * INT64_MAX: only an answer or a notice can change that.
 */
int64_t lane_wait_ms(struct lane *lane, struct lane_now now);

/*
 * lane_is_drained(lane, now): nothing that is due can be asked now, nor within
 * the spacing of one object. What waits longer for the strangers' budget is
 * left to the next run: a flood must not keep this one for ever.
 */
bool lane_is_drained(struct lane *lane, struct lane_now now);

/*
 * lane_count_fetch(lane, took): a request was answered, or not.
 * lane_count_end(lane, verdict): a look has ended. lane_count_notice(lane,
 * took): news were recorded that a notice had told of so long before.
 */
void lane_count_fetch(struct lane *lane, int64_t took_ms);
void lane_count_end(struct lane *lane, enum verdict verdict);
void lane_count_notice(struct lane *lane, int64_t took_ms);

/* lane_fold(lane, event, log): one request ended; log a change of health. */
void lane_fold(
    struct lane *lane, const struct health_event *event, const struct log *log);

#endif
