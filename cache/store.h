/*
 * The store's contract, in the words of the domain: notices, jobs, outcomes,
 * objects, accounts, changes. No type of any database appears here; another
 * store could stand behind the same contract.
 *
 * Ownership, once for all: what goes in is borrowed for the call; what comes
 * out lives in the arena that was given and stays valid after the view or turn
 * ends. Handles are closed by their closer; closers take NULL.
 *
 * Threads: a store may be used by several threads; a turn or a view by one at a
 * time. Never use a store across fork. One process may hold a store open once.
 *
 * Errors: ERR_FULL (map or disk), ERR_AGAIN (readers or locks), ERR_DENIED,
 * ERR_BAD (a record that does not decode), ERR_FORMAT (another version made it,
 * or made it over while it was open), ERR_ABSENT, ERR_FAIL.
 */
#ifndef TRUEUP_CACHE_STORE_H
#define TRUEUP_CACHE_STORE_H

#include "reconciler/core/entitle.h"
#include "reconciler/core/health.h"
#include "reconciler/core/history.h"
#include "reconciler/core/name.h"
#include "reconciler/core/observation.h"
#include "reconciler/core/schedule.h"
#include "reconciler/core/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err_text;
struct random;
struct settings;
struct store;
struct store_turn;
struct store_view;

/* ---- opening ---------------------------------------------------------- */

struct store_options {
	const char *path;	/* a directory; made (0750) when absent */
	uint64_t map_bytes;	/* most it may grow to */
	uint64_t reserve_bytes; /* disk to keep free for finishing work */
	int64_t high_water;	/* per cent of map_bytes for new notices */
	bool read_only;		/* ERR_ABSENT when there is no store yet */
};

/*
 * store_open(options, out, err): open or make. Refuses network file systems and
 * another format version (it never purges), clears readers that died.
 */
int store_open(const struct store_options *options, struct store **out,
    struct err_text *err);
void store_close(struct store *store);

/*
 * store_is_in_place(store): its path still leads to the file that it has open.
 * false: that was moved, replaced or removed, and is not what others use.
 */
bool store_is_in_place(const struct store *store);

/*
 * store_lock_worker(store, err): become its one worker, until the process ends
 * or store_close. ERR_AGAIN: another process is.
 */
int store_lock_worker(struct store *store, struct err_text *err);
/* store_has_worker(store): another process is; false too when unknown. */
bool store_has_worker(const struct store *store);
/* store_unlock_worker(store): be it no longer, before store_close. */
void store_unlock_worker(struct store *store);

/*
 * store_wake_fd(store, err): a descriptor that becomes readable when notices
 * were appended by any process; owned by the store. Negative enum err on
 * failure. store_wake_drain(store): make it quiet again.
 */
int store_wake_fd(struct store *store, struct err_text *err);
void store_wake_drain(struct store *store);

/* ---- receiving -------------------------------------------------------- */

/* All that ever crosses from a notification into the store. */
struct notice {
	struct object_ref ref;
	const char *parent_kind; /* a hint, or NULL */
	const char *parent_id;
	const char *delivery_id; /* or NULL; cut at NAME_ID_MAX bytes */
	int64_t arrived_ms;
	enum cause cause; /* CAUSE_NOTIFIED, or why else it is wanted */
	bool trusted;	  /* not from outside: its id is not made up */
	/*
	 * Nobody said that there is such an object; a caller only asks whether
	 * there is: the first "no such object" is believed.
	 */
	bool guess;
};

/*
 * store_append(store, notices, n, err): make them durable in ONE commit, in
 * order; on return 0 they are on disk. Wakes the worker. ERR_FULL: above the
 * high-water mark, or no room: nothing was stored.
 */
int store_append(struct store *store, const struct notice *notices, size_t n,
    struct err_text *err);

/*
 * store_probe(store, write, err): would store_append take a notice now? 0, or
 * what it would fail with. With write, an empty commit is really made, which
 * is how a disk that failed shows that it works again.
 */
int store_probe(struct store *store, bool write, struct err_text *err);

/* ---- the worker's turn: one write transaction ------------------------- */

/*
 * store_turn_begin(store, settings, now, random, out, err): start one. Errors
 * inside a turn are sticky: call on in a straight line, look at commit.
 * settings and random are borrowed until the turn ends.
 */
int store_turn_begin(struct store *store, const struct settings *settings,
    int64_t now_ms, struct random *random, struct store_turn **out,
    struct err_text *err);
/* Both end and free the turn. On an error nothing of the turn happened. */
int store_turn_commit(struct store_turn *turn, struct err_text *err);
void store_turn_abort(struct store_turn *turn);
/* store_turn_is_idle(turn): nothing was written; abort it, save the fsync. */
bool store_turn_is_idle(const struct store_turn *turn);

/*
 * store_turn_recover(turn): once, at a worker's start: claims that a killed
 * worker left become due again, each with one more failed attempt (so that an
 * answer that kills the worker is parked at last). Returns how many.
 */
size_t store_turn_recover(struct store_turn *turn);

/*
 * store_turn_reclock(turn, max): at a worker's start, and when the wall clock
 * stepped back: jobs that would wait longer than anything of theirs may
 * (schedule_longest_wait) are due now, and checks that are farther away than
 * any resync get their turn anew: both were written by a clock that was ahead.
 * Returns how many; 0: no more.
 */
size_t store_turn_reclock(struct store_turn *turn, size_t max);

/*
 * store_turn_collect(turn, max): move up to max notices from the inbox into
 * jobs, one job per object: N waiting notices cost one look; a notice for an
 * object in flight marks it dirty; a due time is only ever pulled forward, but
 * never below SCHEDULE_SPACING_MS after the object's last fetch began.
 * Notices of providers that are no longer configured are parked jobs ("provider
 * not configured"). Returns how many were moved.
 */
size_t store_turn_collect(struct store_turn *turn, size_t max);

/*
 * store_turn_checks(turn, max): scheduled checks that are due become jobs.
 * Returns how many were due; 0: nothing more to do now.
 */
size_t store_turn_checks(struct store_turn *turn, size_t max);

/*
 * store_turn_advance(turn, max): edges that time alone made: accounts whose
 * next known moment has passed get their change with its true time. Returns how
 * many accounts were brought up to now; 0: nothing more to do now.
 */
size_t store_turn_advance(struct store_turn *turn, size_t max);

/*
 * store_turn_prune(turn, max): take up to max changes out of the feed that are
 * older than the settings keep them, and that on_change does not need any
 * more. Returns how many.
 */
size_t store_turn_prune(struct store_turn *turn, size_t max);

/*
 * store_turn_rejudge(turn, max): when the policies in the settings are not
 * those that everyone was judged by, judge up to max accounts anew and announce
 * what that changes (cause manual, now). true: all are done.
 */
bool store_turn_rejudge(struct store_turn *turn, size_t max);

/* A job in this worker's hands. */
struct claim {
	struct object_ref ref;
	const char *parent_kind; /* a hint, else the record's; or NULL */
	const char *parent_id;
	enum cause cause;
	uint32_t attempts; /* failed so far */
	uint64_t notices;  /* that this look answers for; 0: nobody asked */
	int64_t first_notified_ms;
	bool stranger; /* see core/stranger.h */
	/* Of a list (core/listing.h): where its next page begins, or NULL. */
	const char *cursor;
	int64_t since_ms; /* of a log: where the reading began */
};

/*
 * store_turn_claim(turn, provider, max, arena, out): take up to max due jobs of
 * one provider, most urgent first, marked as in flight. Returns how many.
 */
size_t store_turn_claim(struct store_turn *turn, const char *provider,
    size_t max, struct arena *arena, struct claim *out);

enum { CLAIM_KINDS_MAX = 16 };

/* Work that is not the most urgent, and must not wait for ever either. */
enum claim_first {
	CLAIM_URGENT = 0, /* none of it: the order of urgency */
	CLAIM_NOTIFIED,
	CLAIM_STRANGERS,
	CLAIM_RECHECKS,
	CLAIM_RESYNCS,
	CLAIM_DISCOVERIES,
	CLAIM_FIRST_COUNT
};

/* Which due jobs are not to be taken just now. Zeroed: all may. */
struct claim_limits {
	enum claim_first first; /* of these, before what is more urgent */
	const char *kinds[CLAIM_KINDS_MAX]; /* none of these */
	size_t n_kinds;
	bool no_strangers;
	bool only_strangers;
	bool only_waited_for; /* those of cause manual, and nothing else */
};

/*
 * store_turn_claim_within(turn, provider, limits, max, arena, out): the same,
 * but for those that limits leave out. Looks past a thousand of these at most.
 */
size_t store_turn_claim_within(struct store_turn *turn, const char *provider,
    const struct claim_limits *limits, size_t max, struct arena *arena,
    struct claim *out);

/* store_turn_release(turn, claim): give it back untried, due at once. */
void store_turn_release(struct store_turn *turn, const struct claim *claim);
/*
 * store_turn_abandon(turn, claim, started): the same of one that was asked for
 * at started and whose answer was not awaited: due after the spacing.
 */
void store_turn_abandon(
    struct store_turn *turn, const struct claim *claim, int64_t started_ms);

/*
 * store_turn_forget(turn, provider): guesses that have been due for a minute
 * are dropped, some hundreds at once: whoever waited has gone.
 */
void store_turn_forget(struct store_turn *turn, const char *provider);

/* How a look ended. */
struct outcome {
	const struct claim *claim;
	enum verdict verdict; /* not MORE */
	bool gone_for_sure;
	bool hopeless;	     /* GARBLED: asking again cannot help */
	const char *cause;   /* not TRUTH: text for people */
	const char *excerpt; /* of the answer, redacted; or NULL */
	int http_status;     /* 0: none */
	int64_t retry_at_ms; /* LATER: not before; 0: our own back-off */
	int64_t started_ms;  /* wall clock, when its first request began */
	const struct observation *observation; /* TRUTH */
	const struct listing *listing;	       /* TRUTH, of a list instead */
	/*
	 * TRUTH: it was asked for under the claim's parent, and the answer
	 * confirms that one.
	 */
	bool under_parent;
	const struct member *also; /* TRUTH: to be looked at */
	size_t n_also;
};

enum fate {
	FATE_DONE = 0, /* the job is gone */
	FATE_AGAIN,    /* the job stays, due at due_ms */
	FATE_PARKED    /* the job stays until a person acts */
};

/* What settling did, for the log and the counters. */
struct settled {
	enum fate fate;
	int64_t due_ms;		/* FATE_AGAIN */
	enum history_news news; /* TRUTH */
	size_t added;		/* history entries */
	size_t changes;		/* edges announced */
	bool repair;		/* news that no notice told us of */
	bool gone;		/* believed gone with this look */
	bool superseded;	/* an answer begun earlier: not applied */
	bool list_refused;	/* a log: the key may not read it, since now */
	bool list_allowed;	/* … it may again */
	/* … what happened since then is not whole any more; or 0 */
	int64_t gap_ms;
	/* These are in the turn's memory, until it ends. */
	const char *status;
	const char *from_account; /* it was this account's before; or NULL */
	const char *to_account;	  /* set together with that */
};

/*
 * store_turn_settle(turn, outcome, out): object, history, grants, change feed
 * and the end of the job, together:
 * - TRUTH begun before the record's own last fetch began is not applied.
 * - TRUTH settles the notices counted at the claim; newer ones keep the job,
 *   due after the spacing. STALE, a tie, or nothing new for a notice that no
 *   recent change explains, climb the re-check ladder first.
 * - GONE: retried while the missing window is open; then the record is marked,
 *   its last state kept, and the job ends. A stranger is remembered then: when
 *   it is notified of again soon, one look and one at the end of the window.
 * - GARBLED: retried SCHEDULE_GARBLED_MAX times, then parked; at once when it
 *   is hopeless.
 * - LATER: retried for ever with back-off. BARRED: due again, attempts kept.
 */
void store_turn_settle(struct store_turn *turn, const struct outcome *outcome,
    struct settled *out);

/*
 * store_turn_next(turn, provider, spaced): when this provider's next unclaimed
 * job is due; 0: there is none. *spaced (may be NULL): some notice only
 * waits for the spacing of its object. store_turn_next_other(turn): the next
 * scheduled check or time edge; 0: none.
 */
int64_t store_turn_next(
    struct store_turn *turn, const char *provider, bool *spaced);
/* store_turn_next_within: the same among those that limits do not leave out. */
int64_t store_turn_next_within(struct store_turn *turn, const char *provider,
    const struct claim_limits *limits, bool *spaced);
int64_t store_turn_next_other(struct store_turn *turn);
/*
 * store_turn_flood(turn, provider): strangers have to keep to the budget of
 * their own just now.
 */
bool store_turn_flood(struct store_turn *turn, const char *provider);
/* store_turn_parked(turn): how many jobs wait for a person. */
uint64_t store_turn_parked(struct store_turn *turn);

/* ---- operators -------------------------------------------------------- */

/*
 * store_link(store, settings, provider, customer, account, now, err): bind a
 * provider's customer to an account; account NULL takes the link back. Moves
 * what the customer has, with both accounts' changes, in one commit.
 */
int store_link(struct store *store, const struct settings *settings,
    const char *provider, const char *customer, const char *account,
    int64_t now_ms, struct err_text *err);

enum job_state { JOB_DUE = 0, JOB_WAITING, JOB_PARKED, JOB_STATE_COUNT };

const char *job_state_name(enum job_state state);

/* Which jobs are meant; NULL or -1 mean any. */
struct job_filter {
	const char *provider;
	const char *kind;
	const char *id;
	int state; /* enum job_state or -1 */
};

/*
 * store_jobs_retry: matching jobs become due now, attempts start afresh.
 * store_jobs_drop: they are removed. *n: how many (would be, with dry_run).
 */
int store_jobs_retry(struct store *store, const struct job_filter *filter,
    bool dry_run, int64_t now_ms, size_t *n, struct err_text *err);
int store_jobs_drop(struct store *store, const struct job_filter *filter,
    bool dry_run, int64_t now_ms, size_t *n, struct err_text *err);

/* ---- reading: one snapshot -------------------------------------------- */

int store_view_open(
    struct store *store, struct store_view **out, struct err_text *err);
void store_view_close(struct store_view *view);
/*
 * store_view_rest(view): let go of what it sees, so that nothing is kept for
 * it; it can only be renewed or closed then.
 */
void store_view_rest(struct store_view *view);
/*
 * store_view_renew(view, err): the same view of what is there now, for much
 * less than a new one. On an error it can only be closed.
 */
int store_view_renew(struct store_view *view, struct err_text *err);

struct job {
	struct object_ref ref;
	const char *parent_kind;
	const char *parent_id;
	enum job_state state;
	bool claimed;	    /* in flight; its state is JOB_DUE */
	int64_t claimed_ms; /* since when; its requests begin after that */
	enum cause cause;
	int64_t due_ms;
	uint32_t attempts;
	uint64_t notices; /* not yet settled */
	int64_t first_notified_ms;
	int64_t last_notified_ms;
	int64_t missing_since_ms; /* first "no such object" of this job */
	uint32_t rung;		  /* of the re-check ladder */
	int http_status;	  /* of the last attempt */
	int64_t tried_ms;	  /* when that began; 0: none failed */
	const char *last_error;	  /* or NULL */
	const char *excerpt;	  /* of the answer to it, redacted; or NULL */
};

/* The record of one object. */
struct object {
	struct object_ref ref;
	const char *status;
	enum state state;
	const char *customer;	 /* or NULL */
	const char *account;	 /* or NULL: nobody's yet */
	const char *parent_kind; /* confirmed by the provider, or NULL */
	const char *parent_id;
	const char *facts;
	int64_t version_ms;
	int64_t fetch_started_ms; /* of the answer that is recorded */
	int64_t verified_at_ms;	  /* last answer that agreed or changed it */
	int64_t first_seen_ms;
	int64_t changed_at_ms;	  /* when its newest entry was recorded */
	int64_t missing_since_ms; /* the provider says there is none; 0 */
	int64_t next_check_ms;
	/*
	 * A known moment at which it may change: the one that the next check is
	 * for, or one that has passed and that brought nothing yet; 0: none.
	 */
	int64_t boundary_ms;
	enum schedule_tier tier; /* how often it is re-read */
	uint64_t entries;	 /* of history */
};

/* 0 and *out, or ERR_ABSENT. */
int store_view_object(struct store_view *view, const struct object_ref *ref,
    struct arena *arena, struct object *out, struct err_text *err);
int store_view_job(struct store_view *view, const struct object_ref *ref,
    int64_t now_ms, struct arena *arena, struct job *out, struct err_text *err);

/* All entries of one object by seq. 0, ERR_ABSENT: no such object. */
int store_view_history(struct store_view *view, const struct object_ref *ref,
    struct arena *arena, const struct transition **out, size_t *n,
    struct err_text *err);

/* A balance of an account, and of which object it was read. */
struct held_credit {
	struct object_ref object;
	struct credit credit;
};

/* An object of an account, but for what store_view_object shows of it. */
struct belonging {
	struct object_ref ref;
	int64_t verified_at_ms;
	int64_t boundary_ms; /* as in struct object */
};

/*
 * What an account has: its grants, its objects, and what is pending. The grants
 * are the caller's to change.
 */
struct account_view {
	struct held_grant *grants; /* provider and policy from settings */
	size_t n_grants;
	const struct held_credit *credits;
	size_t n_credits;
	const struct belonging *objects;
	size_t n_objects;
	size_t pending; /* jobs of its objects that are not yet settled */
	int64_t verified_at_ms; /* oldest among its granting objects; 0 */
};

/*
 * store_view_account(view, settings, account, now, arena, out, err): as it is.
 * An account that nothing is known of is an empty answer, not an error.
 */
int store_view_account(struct store_view *view, const struct settings *settings,
    const char *account, int64_t now_ms, struct arena *arena,
    struct account_view *out, struct err_text *err);

/*
 * store_view_account_at(…, at, known_at, …): its grants as they held at a past
 * moment: of each grant the version recorded last (not after known_at, 0: now)
 * among those that began to hold by then, with the effects recorded by then,
 * each until it was lifted. No credits: what a balance was is
 * told by the history of its object.
 */
int store_view_account_at(struct store_view *view,
    const struct settings *settings, const char *account, int64_t at_ms,
    int64_t known_at_ms, struct arena *arena, struct account_view *out,
    struct err_text *err);

/* One edge in an account's entitlement. */
struct change {
	uint64_t seq; /* from 1 */
	const char *account;
	enum entitled entitled;
	enum entitled was;
	enum state state;
	bool has_grant;
	struct object_ref object; /* the deciding grant, when has_grant */
	struct grant grant;
	int64_t at_ms; /* when it became true */
	int64_t recorded_at_ms;
	enum cause cause;
};

/*
 * store_view_changes(view, since, max, arena, out, n, err): up to max changes
 * with seq > since, in order.
 */
int store_view_changes(struct store_view *view, uint64_t since, size_t max,
    struct arena *arena, const struct change **out, size_t *n,
    struct err_text *err);

/*
 * store_view_changes_from(view, first, err): the seq of the oldest change that
 * is still kept; without any, the next one that will be given.
 */
int store_view_changes_from(
    struct store_view *view, uint64_t *first, struct err_text *err);

/*
 * store_view_jobs(view, filter, now, visit, cookie, err): every matching job,
 * by provider, kind, id; the job lives for the call of visit only. Stops at the
 * first non-zero and returns it.
 */
int store_view_jobs(struct store_view *view, const struct job_filter *filter,
    int64_t now_ms, int (*visit)(void *cookie, const struct job *job),
    void *cookie, struct err_text *err);

/* store_view_link(view, provider, customer, arena, out): ERR_ABSENT: none. */
int store_view_link(struct store_view *view, const char *provider,
    const char *customer, struct arena *arena, const char **account,
    struct err_text *err);

struct store_stats {
	uint64_t inbox;
	uint64_t jobs[JOB_STATE_COUNT];
	int64_t oldest_due_ms; /* when the oldest due job became due; 0 */
	uint64_t objects;
	uint64_t accounts;
	uint64_t transitions;
	uint64_t changes;
	uint64_t repairs;
	uint64_t map_bytes;
	uint64_t map_used_bytes;
};

int store_view_stats(struct store_view *view, int64_t now_ms,
    struct store_stats *out, struct err_text *err);

#include "cache/discover.h"
#include "cache/entitled.h"
#include "cache/population.h"
#include "cache/providers.h"
#include "cache/waited.h"

#endif
