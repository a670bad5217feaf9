#include <inttypes.h>
#include <string.h>

#include "cache/store.h"

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/page_frame.h"
#include "reconciler/io/page_html.h"
#include "reconciler/io/page_parked.h"
#include "reconciler/io/page_table.h"
#include "reconciler/io/status.h"

#include "reconciler/io/page_home.h"

enum { LATE_MS = 15 * 60 * 1000 };

/* What the page is made of, read before anything is written. */
struct facts {
	struct status status;
	struct page_parked parked;
	const struct change *changes; /* by seq */
	size_t n_changes;
};

static int read_changes(
    struct page_frame *frame, struct facts *facts, struct err_text *err)
{
	uint64_t newest = facts->status.store.changes;
	uint64_t since =
	    newest > PAGE_HOME_CHANGES ? newest - PAGE_HOME_CHANGES : 0;

	return store_view_changes(frame->view, since, PAGE_HOME_CHANGES,
	    frame->arena, &facts->changes, &facts->n_changes, err);
}

static int read_facts(
    struct page_frame *frame, struct facts *facts, struct err_text *err)
{
	int rc = status_collect(frame->view, frame->settings, frame->now_ms,
	    frame->arena, &facts->status, err);

	if (rc == 0)
		rc = page_parked_collect(frame->view, frame->settings,
		    frame->now_ms, frame->arena, &facts->parked, err);
	return rc == 0 ? read_changes(frame, facts, err) : rc;
}

/* ---- what is wrong ------------------------------------------------------ */

static uint64_t parked_deliveries(const struct status *status)
{
	uint64_t n = 0;

	for (size_t i = 0; i < status->n_targets; i++)
		n += status->targets[i].state->parked;
	return n;
}

static bool is_late(const struct page_frame *frame, const struct facts *facts)
{
	int64_t oldest_ms = facts->status.store.oldest_due_ms;

	return oldest_ms != 0 && frame->now_ms - oldest_ms > LATE_MS;
}

static void add_late(struct page_frame *frame, const struct facts *facts)
{
	if (!is_late(frame, facts))
		return;
	buf_adds(frame->out, "<div class=\"note\"><p>The oldest due job has "
			     "been due since ");
	page_html_time(
	    frame->out, facts->status.store.oldest_due_ms, frame->now_ms);
	buf_adds(frame->out,
	    ".</p><p>Is the worker running (<code>trueup work</code>)? If it "
	    "is, a provider is held up, or its budget is too small.</p>"
	    "</div>\n");
}

static void add_halted(struct page_frame *frame, const struct facts *facts)
{
	for (size_t i = 0; i < facts->status.n_targets; i++) {
		const struct target_status *t = &facts->status.targets[i];

		if (!t->state->halted)
			continue;
		buf_addf(frame->out,
		    "<div class=\"note\"><p>The target <strong>%s</strong> of "
		    "on_change wants no more changes (410).</p><p>To lift it: "
		    "<code>trueup queue retry on_change %s</code></p></div>\n",
		    t->name, t->name);
	}
}

static void add_troubles(struct page_frame *frame, const struct facts *facts)
{
	for (size_t i = 0; i < facts->status.n; i++)
		page_frame_health(frame, &facts->status.providers[i]);
	add_late(frame, facts);
	add_halted(frame, facts);
}

static void add_verdict(struct page_frame *frame, const struct facts *facts)
{
	struct buf *out = frame->out;
	uint64_t parked = facts->status.store.jobs[JOB_PARKED] +
			  parked_deliveries(&facts->status);
	bool barred = false;

	for (size_t i = 0; i < facts->status.n; i++)
		barred |=
		    facts->status.providers[i].health->state == HEALTH_BARRED ||
		    facts->status.providers[i].silent;
	if (parked == 0 && !barred && !is_late(frame, facts)) {
		buf_adds(out,
		    "<div class=\"verdict is-yes\"><p class=\"word\">"
		    "\xE2\x9C\x93 Nothing needs a person</p></div>\n");
		return;
	}
	buf_adds(out, "<div class=\"verdict is-no\"><p class=\"word\">! "
		      "Something needs a person</p>");
	if (parked > 0)
		buf_addf(out,
		    "<p>%" PRIu64 " parked: see <a href=\"#queue\">queue</a>"
		    "</p>",
		    parked);
	buf_adds(out, "</div>\n");
}

/* ---- providers ---------------------------------------------------------- */

static void add_health(
    struct page_table *table, const struct provider_status *p)
{
	static const char *const classes[] = {
	    [HEALTH_OK] = "is-yes",
	    [HEALTH_WAITING] = "is-part",
	    [HEALTH_BARRED] = "is-no",
	};

	page_table_cell(table);
	buf_addf(table->out, "<span class=\"tag %s\">%s</span>",
	    classes[p->health->state], health_name(p->health->state));
	if (p->silent)
		buf_adds(
		    table->out, " <span class=\"tag is-no\">silent</span>");
}

static void add_providers(struct page_frame *frame, const struct facts *facts)
{
	static const char *const headers[] = {"Provider", "Type", "Health",
	    "Last answer", "Last notice", "Requests", "Errors", "News",
	    "Repairs", NULL};
	struct page_table table;

	buf_adds(frame->out, "<h2 id=\"providers\">Providers</h2>\n");
	page_table_begin(&table, frame->out,
	    "Repairs are news that nobody told of", headers);
	for (size_t i = 0; i < facts->status.n; i++) {
		const struct provider_status *p = &facts->status.providers[i];

		page_table_row(&table);
		page_table_word(&table, p->provider->name);
		page_table_word(&table, p->provider->type);
		add_health(&table, p);
		page_table_time(&table, p->health->last_ok_ms, frame->now_ms);
		page_table_time(
		    &table, p->tally->last_notice_ms, frame->now_ms);
		page_table_number(&table, p->health->fetches);
		page_table_number(&table, p->health->errors);
		page_table_number(&table, p->tally->news);
		page_table_number(&table, p->tally->repairs);
	}
	page_table_end(&table);
}

/* ---- the queue ---------------------------------------------------------- */

static void add_counts(struct page_frame *frame, const struct facts *facts)
{
	const struct store_stats *s = &facts->status.store;

	buf_addf(frame->out,
	    "<h2 id=\"queue\">Queue</h2>\n<dl>"
	    "<dt>Not yet taken up</dt><dd>%" PRIu64 "</dd>"
	    "<dt>Due</dt><dd>%" PRIu64,
	    s->inbox, s->jobs[JOB_DUE]);
	if (s->oldest_due_ms != 0) {
		buf_adds(frame->out, ", the oldest since ");
		page_html_time(frame->out, s->oldest_due_ms, frame->now_ms);
	}
	buf_addf(frame->out,
	    "</dd><dt>Waiting for their time</dt><dd>%" PRIu64 "</dd>"
	    "<dt>Parked until a person acts</dt><dd>%" PRIu64 "</dd></dl>\n",
	    s->jobs[JOB_WAITING], s->jobs[JOB_PARKED]);
}

static void add_group(
    struct page_table *table, int64_t now_ms, const struct page_parked_group *g)
{
	struct buf *out = table->out;

	page_table_row(table);
	page_table_text(table, g->error);
	page_table_number(table, g->n);
	page_table_word(table, g->first.provider);
	page_table_word(table, g->first.kind);
	page_table_text(table, g->first.id);
	page_table_time(table, g->since_ms, now_ms);
	page_table_cell(table);
	buf_adds(out, "<code>trueup queue retry ");
	page_html_quoted(out, g->first.provider);
	buf_adds(out, " ");
	page_html_quoted(out, g->first.kind);
	buf_adds(out, "</code>");
}

static void add_parked(struct page_frame *frame, const struct facts *facts)
{
	static const char *const headers[] = {"Why", "How many", "Provider",
	    "Kind", "For example", "Notified", "Once the cause is gone", NULL};
	const struct page_parked *parked = &facts->parked;
	struct page_table table;

	if (parked->n == 0)
		return;
	page_table_begin(&table, frame->out, "Parked, by reason", headers);
	for (size_t i = 0; i < parked->n; i++)
		add_group(&table, frame->now_ms, &parked->groups[i]);
	page_table_end(&table);
	if (parked->others > 0)
		buf_addf(frame->out,
		    "<p>%" PRIu64 " more have other reasons: "
		    "<code>trueup queue --state parked</code></p>\n",
		    parked->others);
}

static void add_target(
    struct page_table *table, int64_t now_ms, const struct target_status *t)
{
	const struct delivery_state *d = t->state;

	page_table_row(table);
	page_table_word(table, t->name);
	page_table_word(
	    table, d->halted ? "halted" : health_name(d->health.state));
	page_table_number(table, d->waiting);
	page_table_number(table, d->parked);
	page_table_time(table, d->oldest_ms, now_ms);
	page_table_number(table, d->delivered);
	page_table_text(
	    table, d->health.last_error_ms == 0 ? NULL : d->health.reason);
}

static void add_targets(struct page_frame *frame, const struct facts *facts)
{
	static const char *const headers[] = {"Target", "Health", "Waiting",
	    "Parked", "Oldest", "Delivered", "Last error", NULL};
	struct page_table table;

	if (facts->status.n_targets == 0)
		return;
	buf_adds(frame->out, "<h2>Handing changes on</h2>\n");
	page_table_begin(&table, frame->out, "Targets of on_change", headers);
	for (size_t i = 0; i < facts->status.n_targets; i++)
		add_target(&table, frame->now_ms, &facts->status.targets[i]);
	page_table_end(&table);
}

/* ---- changes ------------------------------------------------------------ */

static const char *word_of(enum entitled entitled)
{
	static const char *const words[] = {[ENTITLED_NO] = "no",
	    [ENTITLED_YES] = "yes",
	    [ENTITLED_UNKNOWN] = "unknown"};

	return words[entitled];
}

static void add_change(
    struct page_table *table, int64_t now_ms, const struct change *change)
{
	page_table_row(table);
	page_table_cell(table);
	page_html_account(table->out, change->account);
	page_table_cell(table);
	buf_addf(table->out, "%s \xE2\x86\x92 <strong>%s</strong>",
	    word_of(change->was), word_of(change->entitled));
	page_table_word(table, state_name(change->state));
	page_table_time(table, change->at_ms, now_ms);
	page_table_word(table, cause_name(change->cause));
	page_table_cell(table);
	if (change->has_grant)
		page_html_object(table->out, &change->object);
	else
		page_html_text(table->out, NULL);
}

static void add_changes(struct page_frame *frame, const struct facts *facts)
{
	static const char *const headers[] = {"Account", "Entitled", "State",
	    "When", "Why looked at", "By", NULL};
	struct page_table table;

	buf_adds(frame->out, "<h2 id=\"changes\">Recent changes</h2>\n");
	if (facts->n_changes == 0) {
		buf_adds(frame->out, "<p>None is kept.</p>\n");
		return;
	}
	page_table_begin(
	    &table, frame->out, "Of access, the newest first", headers);
	for (size_t i = facts->n_changes; i > 0; i--)
		add_change(&table, frame->now_ms, &facts->changes[i - 1]);
	page_table_end(&table);
}

static void add_store(struct page_frame *frame, const struct facts *facts)
{
	const struct store_stats *s = &facts->status.store;

	buf_addf(frame->out,
	    "<h2>On record</h2>\n<dl>"
	    "<dt>Accounts</dt><dd>%" PRIu64 "</dd>"
	    "<dt>Objects</dt><dd>%" PRIu64 "</dd>"
	    "<dt>Entries of history</dt><dd>%" PRIu64 "</dd>"
	    "<dt>Store</dt><dd>%" PRIu64 " of %" PRIu64 " MiB</dd></dl>\n",
	    s->accounts, s->objects, s->transitions, s->map_used_bytes >> 20,
	    s->map_bytes >> 20);
}

int page_home_write(
    struct page_frame *frame, const char *wrong, struct err_text *err)
{
	struct facts facts;
	int rc;

	memset(&facts, 0, sizeof(facts));
	rc = read_facts(frame, &facts, err);
	if (rc != 0)
		return rc;
	page_frame_begin(frame, "Status", NULL);
	buf_adds(frame->out, "<h1>Status</h1>\n");
	if (wrong != NULL)
		buf_addf(frame->out,
		    "<p class=\"note\" role=\"alert\">%s</p>\n", wrong);
	add_verdict(frame, &facts);
	add_troubles(frame, &facts);
	add_counts(frame, &facts);
	add_parked(frame, &facts);
	add_providers(frame, &facts);
	add_targets(frame, &facts);
	add_changes(frame, &facts);
	add_store(frame, &facts);
	page_frame_end(frame);
	return 0;
}
