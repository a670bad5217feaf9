#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "cache/accounts.h"
#include "cache/credits.h"
#include "cache/entries.h"
#include "cache/grants.h"
#include "cache/members.h"
#include "cache/owners.h"
#include "cache/record.h"
#include "cache/reversals.h"
#include "cache/screen.h"
#include "cache/touched.h"
#include "cache/turn.h"

#include "cache/settlement.h"

/*
 * A record from the future means that the clock stepped back: then the times
 * say nothing, and the newer answer is the one that came now.
 */
static bool is_superseded(const struct settlement *s)
{
	int64_t held_ms = s->object.shown.fetch_started_ms;

	return s->known && held_ms > s->outcome->started_ms &&
	       held_ms <= s->turn->now_ms;
}

/* ---- the record ------------------------------------------------------- */

/*
 * When it last changed, as far as that is known: what was there at the first
 * look may be old, unless the provider says when that began.
 */
static int64_t changed_at(
    const struct object *shown, const struct observation *obs)
{
	return shown->changed_at_ms != shown->first_seen_ms
		   ? shown->changed_at_ms
		   : obs->changed_at_ms;
}

/* It gives something that is not over: that it says so has to stay fresh. */
static bool still_grants(
    const struct object_record *record, const struct observation *obs)
{
	if (obs == NULL)
		return record->grants > 0;
	for (size_t i = 0; i < obs->n_grants; i++) {
		if (obs->grants[i].state != STATE_ENDED)
			return true;
	}
	return false;
}

void truth_plan_check(struct settlement *s, struct object_record *record,
    const struct observation *obs)
{
	static const struct observation nothing;
	struct object *shown = &record->shown;
	struct schedule_turn turn = {.phase = objects_phase(&shown->ref)};
	struct schedule_age age = {
	    .state = still_grants(record, obs) ? STATE_ACTIVE : shown->state,
	    .seen_ms = shown->first_seen_ms};
	bool boundary = false;

	if (obs == NULL)
		obs = &nothing;
	age.changed_ms = changed_at(shown, obs);
	age.reversible_until_ms = obs->reversible_until_ms;
	turn.tier = schedule_tier(s->schedule, &age, s->turn->now_ms);
	shown->tier = turn.tier;
	shown->next_check_ms = schedule_next_check(
	    obs, s->turn->now_ms, s->schedule, &turn, &boundary);
	record->check_cause = boundary ? CAUSE_RECHECK : CAUSE_RESYNC;
}

/* A pause was to end just now, and the provider has not got round to it. */
static bool is_pause_overdue(const struct settlement *s)
{
	return s->plan.news == HISTORY_SAME && s->object.boundary_ms != 0 &&
	       s->object.shown.state == STATE_PAUSED;
}

/* It was to be renewed by then, and the provider still names that moment. */
static int64_t renewal_overdue(const struct settlement *s)
{
	return schedule_overdue(
	    s->outcome->observation, s->outcome->started_ms);
}

/* The moment that was to bring something, and has not yet; 0: there is none. */
static int64_t overdue_since(const struct settlement *s)
{
	return is_pause_overdue(s) ? s->object.boundary_ms : renewal_overdue(s);
}

/*
 * Does the ladder have to be climbed for it? For a renewal once only: who
 * looked behind it knows by now that this one takes longer.
 */
static bool is_just_overdue(const struct settlement *s)
{
	int64_t renewal_ms = renewal_overdue(s);

	if (is_pause_overdue(s))
		return true;
	return renewal_ms != 0 && s->known &&
	       (s->object.shown.verified_at_ms <= renewal_ms ||
		   s->job.laddered);
}

/* What the answer says of the object itself. */
static void compose(struct settlement *s, struct object_record *record)
{
	const struct observation *obs = s->outcome->observation;
	struct object *shown = &record->shown;

	*record = s->object;
	shown->ref = s->ref;
	shown->status = obs->status;
	shown->state = obs->state;
	shown->facts = s->plan.facts;
	shown->version_ms = obs->version_ms;
	shown->fetch_started_ms = s->outcome->started_ms;
	shown->verified_at_ms = s->outcome->started_ms;
	shown->missing_since_ms = 0;
	shown->entries += s->plan.n_append;
	if (!s->known)
		shown->first_seen_ms = s->turn->now_ms;
	if (s->plan.n_append > 0)
		shown->changed_at_ms = s->turn->now_ms;
	record->grants = (uint16_t)obs->n_grants;
	record->credits = (uint16_t)obs->n_credits;
	record->effects = reversals_any(obs->effects, obs->n_effects);
	record->boundary_ms = overdue_since(s);
	truth_plan_check(s, record, obs);
}

/* The parent that the provider confirmed by answering under it. */
static bool asked_under(const struct settlement *s, struct object_ref *out)
{
	const struct claim *claim = s->outcome->claim;

	*out = (struct object_ref){.provider = s->ref.provider,
	    .kind = claim->parent_kind,
	    .id = claim->parent_id};
	return s->outcome->under_parent && out->kind != NULL && out->id != NULL;
}

/* Whose it is: by its own data, or by that of the object that listed it. */
static void find_owner(struct settlement *s, struct object_record *record)
{
	struct store_turn *turn = s->turn;
	struct object_record parent;
	struct object_ref ref;
	bool has_parent = false;

	if (members_parent(turn->txn, &s->ref, &turn->arena, &ref) ||
	    asked_under(s, &ref)) {
		record->shown.parent_kind = ref.kind;
		record->shown.parent_id = ref.id;
		has_parent =
		    objects_get(turn->txn, &ref, &turn->arena, &parent) == 0;
	}
	owners_decide(
	    turn, s->outcome->observation, has_parent ? &parent : NULL, record);
}

static void put(
    struct settlement *s, struct touched *touched, struct object_record *record)
{
	struct store_turn *turn = s->turn;

	if (s->known) {
		owners_move(
		    turn, touched, &s->object, record, s->outcome->started_ms);
		return;
	}
	touched_add(turn, touched, record->shown.account);
	objects_put(turn->txn, NULL, record);
}

static bool is_another(const char *before, const char *after)
{
	return before != NULL && after != NULL && strcmp(before, after) != 0;
}

/* The provider gave it to somebody else: that is told, not only done. */
static void tell_handover(
    struct settlement *s, const struct object_record *after)
{
	const struct object_record *before = &s->object;
	const char *from = before->shown.account;
	const char *to = after->shown.account;

	if (before->inherited || !is_another(from, to) ||
	    (!is_another(before->shown.customer, after->shown.customer) &&
		!is_another(before->observed_account, after->observed_account)))
		return;
	s->out->from_account = arena_text(&s->turn->arena, from);
	s->out->to_account = arena_text(&s->turn->arena, to);
	s->tally.handovers++;
}

/* When what this look found became true, as far as history tells. */
static int64_t happened_at(const struct settlement *s)
{
	if (s->plan.n_append == 0)
		return s->outcome->started_ms;
	return s->plan.append[s->plan.n_append - 1].at_ms;
}

/* The provider's list tells that it has been in another state since. */
static bool was_interrupted(const struct settlement *s)
{
	for (size_t i = 0; i < s->plan.n_append; i++) {
		const struct transition *entry = &s->plan.append[i];

		if (entry->source == SOURCE_PROVIDER &&
		    entry->state != s->outcome->observation->state)
			return true;
	}
	return false;
}

/* What it did to what it had paid for. */
static void reverse(struct settlement *s, struct touched *touched,
    const struct object_record *after)
{
	const struct observation *obs = s->outcome->observation;
	struct reversals_look look = {.source = after,
	    .had_effects = s->object.effects,
	    .effects = obs->effects,
	    .n_effects = obs->n_effects,
	    .happened_ms = happened_at(s),
	    .started_ms = s->outcome->started_ms};

	reversals_replace(s->turn, touched, &look);
}

static void record(struct settlement *s, const struct transition *entries)
{
	const struct observation *obs = s->outcome->observation;
	struct grants_basis basis = {.changed_at_ms = obs->changed_at_ms,
	    .started_ms = s->outcome->started_ms,
	    .interrupted = was_interrupted(s)};
	struct accounts_event event = {.cause = s->outcome->claim->cause,
	    .at_ms = happened_at(s),
	    .about = &s->ref};
	struct object_record after;
	struct touched touched = {0};

	compose(s, &after);
	find_owner(s, &after);
	put(s, &touched, &after);
	tell_handover(s, &after);
	entries_apply(s->turn->txn, after.number, entries, &s->plan);
	grants_replace(s->turn, &after, s->object.grants, obs->grants,
	    obs->n_grants, &basis);
	credits_replace(s->turn, &after, s->object.credits, obs->credits);
	members_bind(s->turn, &touched, s->known ? &s->object : NULL, &after,
	    obs, s->outcome->started_ms);
	reverse(s, &touched, &after);
	pursuit_follow(s, &after);
	touched_announce(s->turn, &touched, &event);
	s->out->changes = touched.changes;
	s->out->added = s->plan.n_append;
}

/* ---- the judgement ---------------------------------------------------- */

/* What a known boundary announced came about: nobody had to tell us. */
static bool was_foreseen(const struct settlement *s)
{
	if (s->object.boundary_ms == 0)
		return false;
	for (size_t i = 0; i < s->plan.n_append; i++) {
		if (s->plan.append[i].source == SOURCE_PROVIDER &&
		    s->plan.append[i].at_ms < s->object.boundary_ms)
			return false;
	}
	return true;
}

static bool is_repair(const struct settlement *s)
{
	return s->plan.news == HISTORY_NEWS && s->known && !s->notified &&
	       s->outcome->claim->cause != CAUSE_MANUAL && !was_foreseen(s);
}

static void count(struct settlement *s)
{
	s->out->news = s->plan.news;
	s->out->status =
	    arena_text(&s->turn->arena, s->outcome->observation->status);
	if (s->plan.news == HISTORY_NEWS)
		s->tally.news++;
	if (s->plan.news == HISTORY_NEWS && s->notified)
		s->tally.told++;
	if (!is_repair(s))
		return;
	/* One that came when the clock was ahead came by now, if not before. */
	if (s->tally.last_notice_ms > s->turn->now_ms)
		s->tally.last_notice_ms = s->turn->now_ms;
	s->out->repair = true;
	s->tally.repairs++;
	/* A list leads to what is not known only; a log, to what is as well. */
	s->tally.caught_up += s->outcome->claim->cause == CAUSE_DISCOVER;
	s->tally.last_repair_ms = s->turn->now_ms;
	(void)meta_add(s->turn->txn, META_REPAIRS, 1);
}

static int judge(struct settlement *s, struct transition **entries)
{
	const struct object *shown = &s->object.shown;
	bool own = !s->object.inherited;
	struct history_before before = {.facts = shown->facts,
	    .customer = own ? shown->customer : NULL,
	    .account = own ? s->object.observed_account : NULL,
	    .version_ms = shown->version_ms,
	    .verified_at_ms = shown->verified_at_ms,
	    .known = s->known};
	struct history_look look = {.cause = s->outcome->claim->cause,
	    .notified = s->notified,
	    .started_ms = s->outcome->started_ms,
	    .now_ms = s->turn->now_ms};
	int64_t due_ms;
	int rc =
	    entries_load(s->turn->txn, &s->object, &s->turn->arena, entries);

	if (rc != 0)
		return rc;
	before.entries = *entries;
	before.n = shown->entries;
	/* With no rung left to climb, the older answer is the answer. */
	look.accept_older =
	    !schedule_rung(s->turn->now_ms, s->job.rung, s->schedule, &due_ms);
	rc = history_merge(
	    &before, s->outcome->observation, &look, &s->turn->arena, &s->plan);
	return record_result(s->turn->txn, rc, "history: no memory");
}

/* A notice that shows nothing is explained by what we recorded just before. */
static bool is_explained(const struct settlement *s)
{
	return s->object.shown.changed_at_ms >=
	       s->job.first_notified_ms - SCHEDULE_EXPLAINED_MS;
}

static bool needs_another_look(const struct settlement *s)
{
	if (s->plan.news == HISTORY_STALE || s->plan.tie || s->unpaired ||
	    is_just_overdue(s))
		return true;
	return s->plan.news == HISTORY_SAME && s->notified && !is_explained(s);
}

static void apply(struct settlement *s)
{
	struct transition *entries;

	if (judge(s, &entries) != 0)
		return;
	count(s);
	if (s->plan.news != HISTORY_STALE)
		record(s, entries);
	if (needs_another_look(s))
		endings_climb(s);
	else
		endings_done(s);
}

/* An answer that is of no object of its own, but names some. */
static void lead_on(struct settlement *s)
{
	static const struct object_record nothing;

	pursuit_follow(s, &nothing);
	endings_done(s);
}

void truth_settle(struct settlement *s)
{
	if (!s->known && s->has_job && s->job.stranger)
		strangers_found(&s->tally.strangers,
		    s->job.missing_since_ms != 0 ? s->job.attempts : 0);
	if (is_superseded(s)) {
		s->out->superseded = true;
		endings_done(s);
		return;
	}
	if (s->outcome->observation->other_mode) {
		s->tally.other_mode++;
		endings_done(s);
		return;
	}
	if (s->outcome->observation->pointer) {
		lead_on(s);
		return;
	}
	s->misfit = screen_problem(s->outcome->observation);
	if (s->misfit != NULL)
		verdicts_garbled(s, s->misfit);
	else
		apply(s);
}
