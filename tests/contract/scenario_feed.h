/*
 * The feed, a history and a record as they are expected:
 *
 *   feed usr_1:
 *       2026-01-01 10:00  yes  notified
 *   history shop subscription s1:
 *       2026-01-01 10:00  active  observed
 */
#ifndef TRUEUP_TESTS_CONTRACT_SCENARIO_FEED_H
#define TRUEUP_TESTS_CONTRACT_SCENARIO_FEED_H

#include "tests/contract/scenario_ask.h"

enum { FEED_MAX = 1000 };

struct feed {
	const struct change *changes;
	size_t n;
};

static inline struct feed feed_read(struct scene *s)
{
	struct store_view *view = ask_view(s);
	struct feed feed;

	if (store_view_changes(view, 0, FEED_MAX, &s->f->arena, &feed.changes,
		&feed.n, &s->f->err) != 0)
		fail_msg("%s", s->f->err.text);
	store_view_close(view);
	return feed;
}

/* The next change of an account, from *at on; NULL: there is none. */
static inline const struct change *feed_next(
    const struct feed *feed, const char *account, size_t *at)
{
	while (*at < feed->n) {
		const struct change *change = &feed->changes[(*at)++];

		if (strcmp(change->account, account) == 0)
			return change;
	}
	return NULL;
}

/* TIME ANSWER CAUSE [state S] [by ID] [recorded TIME] */
static inline void feed_compare(
    struct scene *s, struct phrase *w, const struct change *change)
{
	int64_t at_ms = phrase_time(w);

	if (change == NULL)
		line_fail(w->line, "this is not in the feed");
	ask_compare(
	    w->line, "the answer", phrase_next(w), ask_words[change->entitled]);
	ask_compare_time(s, w->line, "its moment", at_ms, change->at_ms);
	ask_compare(
	    w->line, "the cause", phrase_next(w), cause_name(change->cause));
	if (phrase_take(w, "state"))
		ask_compare(w->line, "the state", phrase_next(w),
		    state_name(change->state));
	if (phrase_take(w, "by"))
		ask_compare(w->line, "what decides", phrase_next(w),
		    change->has_grant ? change->object.id : "nothing");
	if (phrase_take(w, "recorded"))
		ask_compare_time(s, w->line, "recorded", phrase_time(w),
		    change->recorded_at_ms);
	phrase_done(w);
}

/* As it is read now, with a worker that runs. */
static inline void feed_expect(struct scene *s, struct phrase *w)
{
	const struct line *line = w->line;
	const char *account = phrase_next(w);
	const struct change *change;
	struct phrase part;
	struct feed feed;
	size_t at = 0;

	(void)phrase_take(w, "nothing");
	phrase_done(w);
	scene_advance(s);
	feed = feed_read(s);
	while (scene_next_part(s, &part))
		feed_compare(s, &part, feed_next(&feed, account, &at));
	change = feed_next(&feed, account, &at);
	if (change != NULL)
		line_fail(line, "there is more in the feed: %s %s (%s)",
		    ask_moment(s, change->at_ms, "-"),
		    ask_words[change->entitled], cause_name(change->cause));
}

/* ---- what every feed must hold to --------------------------------------- */

static inline void feed_check_change(
    struct scene *s, const struct feed *feed, size_t i)
{
	const struct change *change = &feed->changes[i], *before = NULL;
	size_t at = 0;

	ask_compare_number(s->lines, "the number of a change", (int64_t)i + 1,
	    (int64_t)change->seq);
	while (at < i) {
		if (strcmp(feed->changes[at].account, change->account) == 0)
			before = &feed->changes[at];
		at++;
	}
	if (change->was != (before != NULL ? before->entitled : ENTITLED_NO))
		line_fail(s->lines, "change %zu does not follow", i + 1);
	if (change->entitled == change->was)
		line_fail(s->lines, "change %zu changes nothing", i + 1);
	if (change->at_ms > change->recorded_at_ms)
		line_fail(s->lines, "change %zu is to come", i + 1);
}

/* The feed replayed from its beginning is what would be answered now. */
static inline void feed_check(struct scene *s)
{
	struct feed feed;

	scene_advance(s);
	feed = feed_read(s);
	for (size_t i = 0; i < feed.n; i++) {
		struct account_question q = {
		    .account = feed.changes[i].account, .now_ms = s->f->now_ms};
		size_t later = i + 1;

		feed_check_change(s, &feed, i);
		if (feed_next(&feed, q.account, &later) == NULL)
			ask_compare(s->lines, "the end of the feed",
			    ask_words[ask_query(s, &q).entitlement.entitled],
			    ask_words[feed.changes[i].entitled]);
	}
}

/* ---- history and record ------------------------------------------------- */

/* TIME STATUS [from S] [observed] [collapsed] [retracted] [CAUSE] [after TIME]
 * [because "…"] */
static inline void history_compare(
    struct scene *s, struct phrase *w, const struct transition *e)
{
	const struct line *line = w->line;
	const char *text = NULL;

	if (strchr(phrase_peek(w), 'T') != NULL)
		text = phrase_peek(w);
	ask_compare_time(s, line, "its moment", phrase_time(w), e->at_ms);
	if (text != NULL)
		ask_compare(line, "as written", text,
		    e->at_text != NULL ? e->at_text : "(nothing)");
	ask_compare(line, "the status", phrase_next(w), e->status);
	if (phrase_take(w, "from"))
		ask_compare(line, "the status before", phrase_next(w),
		    e->from != NULL ? e->from : "nothing");
	ask_compare_number(line, "observed", phrase_take(w, "observed"),
	    e->source == SOURCE_OBSERVED);
	ask_compare_number(
	    line, "collapsed", phrase_take(w, "collapsed"), e->collapsed);
	ask_compare_number(line, "retracted", phrase_take(w, "retracted"),
	    e->retracted_at_ms != 0);
	if (phrase_take(w, cause_name(e->cause)) && phrase_take(w, "after"))
		ask_compare_time(s, line, "after", phrase_time(w), e->after_ms);
	if (phrase_take(w, "because"))
		ask_compare(line, "the reason", phrase_next(w),
		    e->reason != NULL ? e->reason : "(none)");
	phrase_done(w);
}

static inline void history_expect(struct scene *s, struct phrase *w)
{
	const char *provider = scene_provider(s, w)->name;
	struct object_ref ref = scene_object(s, w, provider);
	struct store_view *view = ask_view(s);
	struct history_lines history;
	struct phrase part;
	size_t n = 0;

	phrase_done(w);
	if (query_history(view, &ref, &s->f->arena, &history, &s->f->err) != 0)
		fail_msg("%s", s->f->err.text);
	store_view_close(view);
	while (scene_next_part(s, &part)) {
		if (n == history.n)
			line_fail(part.line, "this is not in the history");
		history_compare(s, &part, history.lines[n++].entry);
	}
	if (n != history.n)
		line_fail(w->line, "there is more in the history: %s %s",
		    ask_moment(s, history.lines[n].entry->at_ms, "-"),
		    history.lines[n].entry->status);
}

/* PROVIDER KIND ID: unknown; or is STATUS, account A, missing */
static inline void record_expect(struct scene *s, struct phrase *w)
{
	const char *provider = scene_provider(s, w)->name;
	struct object_ref ref = scene_object(s, w, provider);
	struct store_view *view = ask_view(s);
	struct object object;
	int rc =
	    store_view_object(view, &ref, &s->f->arena, &object, &s->f->err);

	store_view_close(view);
	if (phrase_take(w, "unheard-of")) {
		ask_compare(w->line, "the record", "absent", err_name(rc));
		return;
	}
	ask_compare_number(w->line, "the record", 0, rc);
	phrase_need(w, "is");
	ask_compare(w->line, "the status", phrase_next(w), object.status);
	if (phrase_take(w, "account"))
		ask_compare(w->line, "the account", phrase_next(w),
		    object.account != NULL ? object.account : "nobody");
	if (phrase_take(w, "state"))
		ask_compare(w->line, "the state", phrase_next(w),
		    state_name(object.state));
	ask_compare_number(w->line, "missing", phrase_take(w, "missing"),
	    object.missing_since_ms != 0);
	phrase_done(w);
}

static inline void repairs_expect(struct scene *s, struct phrase *w)
{
	ask_compare_number(w->line, "repairs", phrase_number(w),
	    (int64_t)fixture_stats(s->f).repairs);
	phrase_done(w);
}

#endif
