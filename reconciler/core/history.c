#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/core/facts.h"
#include "reconciler/core/match.h"
#include "reconciler/core/observation.h"

#include "reconciler/core/history.h"

/* The work of one merge. */
struct merge {
	const struct history_before *before;
	const struct observation *obs;
	const struct history_look *look;
	struct match match;
	const char *difference; /* of owner and facts, or NULL */
	struct transition *append;
	size_t n_append;
	struct history_mark *marks;
	size_t n_marks;
};

const char *history_facts(const struct observation *obs, struct arena *arena)
{
	return facts_text(obs, arena);
}

static bool is_empty(const char *text)
{
	return text == NULL || *text == '\0';
}

static bool is_older(const struct merge *m)
{
	int64_t held = m->before->version_ms, got = m->obs->version_ms;

	if (!m->before->known)
		return false;
	if (held != 0 && got != 0 && held != got)
		return got < held;
	return m->obs->lists_history && match_is_outrun(&m->match);
}

static struct transition *append_entry(struct merge *m, const char *from)
{
	struct transition *entry = &m->append[m->n_append];
	const struct history_before *before = m->before;

	entry->seq =
	    before->n == 0 ? 1 : before->entries[before->n - 1].seq + 1;
	entry->seq += m->n_append++;
	entry->from = from;
	entry->recorded_at_ms = m->look->now_ms;
	entry->cause = m->look->cause;
	entry->collapsed = true;
	return entry;
}

static void append_listed(struct merge *m)
{
	const struct listed *listed;
	struct transition *entry;
	size_t i;

	for (i = 0; i < m->match.n_list; i++) {
		if (m->match.stored_of[i] != MATCH_NONE)
			continue;
		listed = m->match.list[i];
		entry = append_entry(
		    m, i == 0 ? NULL : m->match.list[i - 1]->status);
		entry->status = listed->status;
		entry->state = listed->state;
		entry->at_ms = listed->at_ms;
		entry->at_text = listed->at_text;
		entry->source = SOURCE_PROVIDER;
		entry->attempt = listed->attempt;
		entry->reason = listed->reason;
		entry->reason_code = listed->reason_code;
	}
}

/* What we saw ourselves; own is the provider's own time of it, if usable. */
static struct transition *append_observed(
    struct merge *m, const char *from, bool own)
{
	struct transition *entry = append_entry(m, from);

	entry->status = m->obs->status;
	entry->state = m->obs->state;
	entry->source = SOURCE_OBSERVED;
	entry->at_ms = own ? m->obs->changed_at_ms : m->look->started_ms;
	entry->at_text = own ? m->obs->changed_at_text : NULL;
	/* (after, at] must not be empty, whatever the two clocks did. */
	if (m->before->verified_at_ms < entry->at_ms)
		entry->after_ms = m->before->verified_at_ms;
	entry->reason = m->difference;
	return entry;
}

static void mark(struct merge *m, size_t index, int64_t retracted_at_ms)
{
	struct history_mark *out = &m->marks[m->n_marks++];

	*out = (struct history_mark){
	    .index = index, .retracted_at_ms = retracted_at_ms};
}

/* The entry is listed: it is no longer retracted, and may have a reason now. */
static void mark_listed(struct merge *m, size_t index)
{
	const struct transition *entry = &m->before->entries[index];
	const struct listed *listed = m->match.list[m->match.listed_of[index]];
	bool reason = is_empty(entry->reason) && !is_empty(listed->reason);
	bool code =
	    is_empty(entry->reason_code) && !is_empty(listed->reason_code);

	if (entry->retracted_at_ms == 0 && !reason && !code)
		return;
	mark(m, index, 0);
	m->marks[m->n_marks - 1].reason = reason ? listed->reason : NULL;
	m->marks[m->n_marks - 1].reason_code =
	    code ? listed->reason_code : NULL;
}

static void mark_stored(struct merge *m)
{
	const struct transition *entry;
	size_t i;

	for (i = 0; i < m->before->n; i++) {
		entry = &m->before->entries[i];
		if (entry->source == SOURCE_PROVIDER &&
		    m->match.listed_of[i] != MATCH_NONE)
			mark_listed(m, i);
		else if (match_is_listed(entry) ||
			 m->match.listed_of[i] != MATCH_NONE)
			mark(m, i, m->look->now_ms);
	}
}

static void take_list(struct merge *m)
{
	const struct transition *ahead = match_ahead(&m->match);
	const struct listed *end = NULL;
	const char *current = NULL;
	int64_t current_at_ms = 0;

	if (m->match.n_list > 0)
		end = m->match.list[m->match.n_list - 1];
	if (ahead != NULL) {
		current = ahead->status;
		current_at_ms = ahead->at_ms;
	} else if (end != NULL) {
		current = end->status;
		current_at_ms = end->at_ms;
	}
	mark_stored(m);
	append_listed(m);
	if (!text_equal(current, m->obs->status))
		append_observed(
		    m, current, m->obs->changed_at_ms > current_at_ms);
	else if (m->difference != NULL && m->n_append == 0)
		append_observed(m, current, false);
}

static const struct transition *last_live(const struct history_before *before)
{
	size_t i;

	for (i = before->n; i > 0; i--) {
		if (before->entries[i - 1].retracted_at_ms == 0)
			return &before->entries[i - 1];
	}
	return NULL;
}

static void take_status(struct merge *m)
{
	const struct transition *last = last_live(m->before);
	struct transition *entry;
	bool own;

	if (last != NULL && m->difference == NULL &&
	    text_equal(last->status, m->obs->status))
		return;
	own = m->obs->changed_at_ms > (last == NULL ? 0 : last->at_ms);
	entry = append_observed(m, last == NULL ? NULL : last->status, own);
	if (own) {
		entry->source = SOURCE_PROVIDER;
		entry->after_ms = 0;
	}
}

static void take(struct merge *m, struct history_plan *out)
{
	if (m->obs->lists_history)
		take_list(m);
	else
		take_status(m);
	if (m->n_append > 0 && m->look->notified)
		m->append[m->n_append - 1].collapsed = false;
	out->append = m->append;
	out->n_append = m->n_append;
	out->marks = m->marks;
	out->n_marks = m->n_marks;
	if (m->n_append > 0 || m->n_marks > 0)
		out->news = HISTORY_NEWS;
	out->tie = out->news == HISTORY_NEWS && m->before->known &&
		   m->obs->version_ms != 0 &&
		   m->obs->version_ms == m->before->version_ms;
}

static int merge_init(struct merge *m, struct arena *arena)
{
	size_t n_list = m->obs->lists_history ? m->obs->n_listed : 0;

	m->append = arena_alloc(arena, n_list + 1, sizeof(*m->append));
	m->marks = arena_alloc(arena, m->before->n + 1, sizeof(*m->marks));
	if (m->append == NULL || m->marks == NULL)
		return ERR_FULL;
	return match_make(m->before, m->obs, arena, &m->match);
}

/* What differs beside the status. */
static int tell_difference(
    struct merge *m, const char *facts, struct arena *arena)
{
	const struct history_before *before = m->before;
	int rc = 0;

	if (before->facts != NULL)
		rc = facts_difference(
		    before->facts, facts, arena, &m->difference);
	if (rc == 0)
		rc = facts_handover("account", before->account, m->obs->account,
		    arena, &m->difference);
	if (rc == 0)
		rc = facts_handover("customer", before->customer,
		    m->obs->customer, arena, &m->difference);
	return rc;
}

int history_merge(const struct history_before *before,
    const struct observation *obs, const struct history_look *look,
    struct arena *arena, struct history_plan *out)
{
	struct merge m = {.before = before, .obs = obs, .look = look};
	const char *facts;

	*out = (struct history_plan){.news = HISTORY_SAME};
	if (merge_init(&m, arena) != 0)
		return ERR_FULL;
	facts = facts_text(obs, arena);
	if (facts == NULL)
		return ERR_FULL;
	if (!look->accept_older && is_older(&m)) {
		out->news = HISTORY_STALE;
		out->facts = before->facts;
		return 0;
	}
	if (tell_difference(&m, facts, arena) != 0)
		return ERR_FULL;
	out->facts = facts;
	take(&m, out);
	return 0;
}
