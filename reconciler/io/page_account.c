#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/balance.h"
#include "reconciler/io/explain.h"
#include "reconciler/io/page_frame.h"
#include "reconciler/io/page_html.h"
#include "reconciler/io/page_past.h"
#include "reconciler/io/page_svg.h"
#include "reconciler/io/page_table.h"
#include "reconciler/io/quantities.h"
#include "reconciler/io/query.h"
#include "reconciler/io/status.h"
#include "reconciler/io/timeline_rows.h"

#include "reconciler/io/page_account.h"

enum { TITLE_BYTES = 300 };

/* What the page is made of, read before anything is written. */
struct facts {
	struct account_answer answer;
	struct explanation why;
	struct history_lines past;
	struct timeline timeline;
	struct status status;
};

static int read_facts(struct page_frame *frame, const char *account,
    struct facts *facts, struct err_text *err)
{
	const struct account_question question = {
	    .account = account, .now_ms = frame->now_ms};
	const struct timeline_rows drawn = {.settings = frame->settings,
	    .answer = &facts->answer,
	    .lines = &facts->past,
	    .now_ms = frame->now_ms};
	int rc = query_account(frame->view, frame->settings, &question,
	    frame->arena, &facts->answer, err);

	if (rc == 0)
		rc = explain_account(frame->view, &facts->answer, frame->now_ms,
		    frame->arena, &facts->why, err);
	if (rc == 0)
		rc = query_account_history(frame->view, frame->settings,
		    &question, frame->arena, &facts->past, err);
	if (rc == 0)
		rc = timeline_rows_make(
		    frame->view, &drawn, frame->arena, &facts->timeline, err);
	if (rc == 0)
		rc = status_providers(frame->view, frame->settings,
		    frame->now_ms, frame->arena, &facts->status, err);
	return rc;
}

/* ---- the answer --------------------------------------------------------- */

static const struct saying {
	const char *class;
	const char *mark;
	const char *word;
	const char *title;
} verdicts[] = {
    [ENTITLED_NO] = {"is-no", "\xE2\x9C\x97", "Not entitled", "not entitled"},
    [ENTITLED_YES] = {"is-yes", "\xE2\x9C\x93", "Entitled", "entitled"},
    [ENTITLED_UNKNOWN] = {"is-unknown", "?", "Unknown: neither yes nor no",
	"unknown"},
};

static void add_freshness(
    struct page_frame *frame, const struct account_answer *a)
{
	struct buf *out = frame->out;

	buf_adds(out, "<dt>Fresh</dt><dd>");
	if (a->fresh)
		buf_adds(out, "yes: nothing newer is known to wait");
	else if (a->pending > 0)
		buf_addf(out,
		    "no: <a href=\"#pending\">%zu pending</a>, which may "
		    "change it",
		    a->pending);
	else if (a->n_grants == 0)
		buf_adds(out, "no: there is nothing that was looked at");
	else
		buf_adds(out, "no: a look is overdue (is the worker running?)");
	buf_adds(out, "</dd>");
}

static void add_verdict(
    struct page_frame *frame, const struct account_answer *a)
{
	const struct entitlement *e = &a->entitlement;
	const struct saying *verdict = &verdicts[e->entitled];
	struct buf *out = frame->out;

	buf_addf(out,
	    "<div class=\"verdict %s\"><p class=\"word\">%s %s</p>\n<p>",
	    verdict->class, verdict->mark, verdict->word);
	page_html_text(out, e->reason);
	buf_adds(out, "</p></div>\n<dl><dt>State</dt><dd>");
	page_html_text(out, state_name(e->state));
	buf_adds(out, "</dd><dt>Verified</dt><dd>");
	page_html_time(out, a->verified_at_ms, frame->now_ms);
	buf_adds(out, "</dd><dt>Changes by itself</dt><dd>");
	if (e->valid_until_ms != 0)
		page_html_time(out, e->valid_until_ms, frame->now_ms);
	else
		buf_adds(out, "not as far as is known");
	buf_adds(out, "</dd>");
	add_freshness(frame, a);
	buf_adds(out, "</dl>\n");
}

static bool concerns(
    const struct account_answer *a, const struct provider_status *p)
{
	for (size_t i = 0; i < a->n_objects; i++) {
		if (strcmp(a->objects[i].ref.provider, p->provider->name) == 0)
			return true;
	}
	/* Of an account that nobody told of, each may be why. */
	return a->n_objects == 0;
}

static void add_troubles(struct page_frame *frame, const struct facts *facts)
{
	for (size_t i = 0; i < facts->status.n; i++) {
		const struct provider_status *p = &facts->status.providers[i];

		if (concerns(&facts->answer, p))
			page_frame_health(frame, p);
	}
}

static void add_nobody(struct page_frame *frame, const struct facts *facts)
{
	if (facts->answer.n_objects > 0 || facts->answer.n_grants > 0)
		return;
	buf_adds(frame->out,
	    "<div class=\"note\"><p>Nothing at all is on record under this "
	    "name.</p><ul><li>Is it spelt as the application spells it? Case "
	    "and blanks count.</li><li>A customer who is not linked is called "
	    "<code>PROVIDER/CUSTOMER</code>: see <code>trueup link</code>."
	    "</li><li>It may only not have been told of: ask the provider, "
	    "as below.</li></ul></div>\n");
}

/* ---- what is pending ---------------------------------------------------- */

static void add_job(
    struct page_table *table, int64_t now_ms, const struct job *job)
{
	struct buf *out = table->out;

	page_table_row(table);
	page_table_cell(table);
	page_html_object(out, &job->ref);
	page_table_cell(table);
	buf_addf(out, "<span class=\"tag %s\">%s</span>",
	    job->state == JOB_PARKED ? "is-no" : "is-part",
	    job->claimed ? "in flight" : job_state_name(job->state));
	page_table_time(table, job->due_ms, now_ms);
	page_table_word(table, cause_name(job->cause));
	page_table_number(table, job->attempts);
	page_table_text(table, job->last_error);
	page_table_cell(table);
	buf_adds(out, "<code>trueup queue retry ");
	page_html_quoted(out, job->ref.provider);
	buf_adds(out, " ");
	page_html_quoted(out, job->ref.kind);
	buf_adds(out, " ");
	page_html_quoted(out, job->ref.id);
	buf_adds(out, "</code>");
}

static void add_pending(struct page_frame *frame, const struct facts *facts)
{
	static const char *const headers[] = {"Object", "State", "Due", "Why",
	    "Failed tries", "Last error", "To hurry it", NULL};
	struct page_table table;

	if (facts->answer.pending == 0)
		return;
	buf_adds(frame->out, "<h2 id=\"pending\">Pending</h2>\n");
	page_table_begin(
	    &table, frame->out, "Looks that may change the answer", headers);
	for (size_t i = 0; i < facts->why.n_objects; i++) {
		const struct job *job = facts->why.objects[i].job;

		if (job != NULL)
			add_job(&table, frame->now_ms, job);
	}
	page_table_end(&table);
}

/* ---- grants ------------------------------------------------------------- */

static void add_effects(
    struct buf *out, const struct held_grant *held, int64_t now_ms)
{
	for (size_t i = 0; i < held->n_effects; i++) {
		const struct held_effect *e = &held->effects[i];
		bool revokes =
		    held->policy != NULL && held->policy->revokes[e->kind];

		buf_addf(out, "<br/>%s by ", effect_name(e->kind));
		page_html_object(out, &e->source);
		buf_adds(out, " ");
		page_html_time(out, e->at_ms, now_ms);
		buf_adds(out, revokes ? ": revokes" : ": kept by policy");
	}
}

static void add_grant(struct page_table *table, int64_t now_ms,
    const struct explained_grant *grant)
{
	const struct held_grant *held = grant->held;
	const struct saying *v = &verdicts[grant->alone.entitled];
	struct buf *out = table->out;

	page_table_row(table);
	page_table_cell(table);
	page_html_object(out, &held->object);
	if (grant->decides)
		buf_adds(out, " <span class=\"tag\">decides</span>");
	page_table_cell(table);
	buf_addf(out, "<span class=\"tag %s\">%s %s</span>", v->class, v->mark,
	    v->title);
	page_table_text(table, held->grant.product);
	page_table_text(table, held->grant.label);
	page_table_text(table, held->grant.quantity);
	page_table_text(table, held->grant.status);
	page_table_time(table, held->grant.since_ms, now_ms);
	page_table_time(table, held->grant.until_ms, now_ms);
	page_table_cell(table);
	page_html_text(out, grant->alone.reason);
	add_effects(out, held, now_ms);
	page_table_word(table, grant->rule);
}

static void add_grants(struct page_frame *frame, const struct facts *facts)
{
	static const char *const headers[] = {"Object", "By itself", "Product",
	    "Label", "Quantity", "Provider&#39;s word", "Since", "Until",
	    "Because", "Rule", NULL};
	struct page_table table;
	size_t n = 0;

	if (facts->answer.n_grants == 0)
		return;
	buf_adds(frame->out, "<h2 id=\"grants\">Grants</h2>\n");
	page_table_begin(
	    &table, frame->out, "The best survivor decides", headers);
	for (size_t i = 0; i < facts->why.n_objects; i++) {
		const struct explained_object *o = &facts->why.objects[i];

		for (size_t k = 0; k < o->n_grants; k++, n++) {
			if (n < PAGE_ACCOUNT_GRANTS)
				add_grant(&table, frame->now_ms, &o->grants[k]);
		}
	}
	page_table_end(&table);
	if (n > PAGE_ACCOUNT_GRANTS)
		buf_addf(frame->out, "<p>%zu more are not shown.</p>\n",
		    n - PAGE_ACCOUNT_GRANTS);
}

static void add_credits(
    struct page_frame *frame, const struct account_answer *a)
{
	static const char *const headers[] = {
	    "Product", "Provider", "Amount", "Unit", NULL};
	struct page_table table;

	if (a->n_credits == 0)
		return;
	buf_adds(frame->out, "<h2>Credits</h2>\n");
	page_table_begin(&table, frame->out,
	    "Balances; they entitle to nothing by themselves", headers);
	for (size_t i = 0; i < a->n_credits; i++) {
		page_table_row(&table);
		page_table_text(&table, a->credits[i].product);
		page_table_text(&table, a->credits[i].provider);
		page_table_text(&table, a->credits[i].amount);
		page_table_text(&table, a->credits[i].unit);
	}
	page_table_end(&table);
}

static void add_quantities(
    struct page_frame *frame, const struct account_answer *a)
{
	static const char *const headers[] = {
	    "Product", "Provider", "Quantity", "Complete", NULL};
	struct page_table table;

	if (a->n_quantities == 0)
		return;
	buf_adds(frame->out, "<h2>Quantities</h2>\n");
	page_table_begin(&table, frame->out,
	    "How many of each product may be used now", headers);
	for (size_t i = 0; i < a->n_quantities; i++) {
		const struct quantity *q = &a->quantities[i];

		page_table_row(&table);
		page_table_text(&table, q->product);
		page_table_word(&table, q->provider);
		page_table_text(&table, q->sum);
		page_table_word(&table,
		    q->partial ? "no: one grant does not tell its" : "yes");
	}
	page_table_end(&table);
}

/* ---- what can be done --------------------------------------------------- */

static void add_command(
    struct buf *out, const char *says, const char *command, const char *account)
{
	buf_addf(out, "<p>%s</p><pre tabindex=\"0\">%s", says, command);
	page_html_quoted(out, account);
	buf_adds(out, "</pre>\n");
}

static void add_steps(struct page_frame *frame, const char *account)
{
	struct buf *out = frame->out;

	buf_adds(out, "<h2>On the command line</h2>\n");
	add_command(out, "Ask the provider now, then answer:",
	    "trueup account --refresh -- ", account);
	add_command(out, "What was the answer at another moment?",
	    "trueup account --at 2026-01-31T12:00:00Z -- ", account);
	add_command(
	    out, "All of its history:", "trueup history --account ", account);
}

int page_account_write(
    struct page_frame *frame, const char *account, struct err_text *err)
{
	char title[TITLE_BYTES];
	struct facts facts;
	int rc;

	memset(&facts, 0, sizeof(facts));
	rc = read_facts(frame, account, &facts, err);
	if (rc != 0)
		return rc;
	(void)snprintf(title, sizeof(title), "%s: %s",
	    verdicts[facts.answer.entitlement.entitled].title, account);
	page_frame_begin(frame, title, account);
	buf_adds(frame->out, "<h1>Account ");
	page_html_text(frame->out, account);
	buf_adds(frame->out, "</h1>\n");
	add_verdict(frame, &facts.answer);
	add_troubles(frame, &facts);
	add_nobody(frame, &facts);
	add_pending(frame, &facts);
	if (facts.timeline.n > 0)
		buf_adds(frame->out, "<h2 id=\"timeline\">Timeline</h2>\n");
	page_svg_timeline(frame->out, &facts.timeline);
	add_grants(frame, &facts);
	add_quantities(frame, &facts.answer);
	add_credits(frame, &facts.answer);
	page_past_write(frame, &facts.past, PAGE_ACCOUNT_ENTRIES);
	add_steps(frame, account);
	page_frame_end(frame);
	return 0;
}
