#include <inttypes.h>

#include "reconciler/base/buf.h"
#include "reconciler/core/history.h"

#include "reconciler/io/page_frame.h"
#include "reconciler/io/page_html.h"
#include "reconciler/io/page_table.h"
#include "reconciler/io/query.h"

#include "reconciler/io/page_past.h"

static void add_status(struct page_table *table, const struct transition *t)
{
	struct buf *out = table->out;

	page_table_cell(table);
	if (t->retracted_at_ms != 0)
		buf_adds(out, "<span class=\"retracted\">");
	if (t->from != NULL) {
		page_html_text(out, t->from);
		buf_adds(out, " \xE2\x86\x92 ");
	}
	page_html_text(out, t->status);
	if (t->retracted_at_ms != 0)
		buf_adds(out, "</span>");
}

/* What a reader has to know beside the status. */
static void add_notes(struct page_table *table, const struct transition *t)
{
	struct buf *out = table->out;

	page_table_cell(table);
	if (t->collapsed)
		buf_adds(out, "<span class=\"tag\">collapsed</span> ");
	if (t->retracted_at_ms != 0) {
		buf_adds(out, "<span class=\"tag is-no\">retracted</span> ");
		page_html_moment(out, t->retracted_at_ms);
		buf_adds(out, " ");
	}
	if (t->source == SOURCE_OBSERVED) {
		buf_adds(out, "<span class=\"tag\">observed</span> ");
		if (t->after_ms != 0) {
			buf_adds(out, "after ");
			page_html_moment(out, t->after_ms);
			buf_adds(out, " ");
		}
	}
	if (t->attempt != 0)
		buf_addf(out, "attempt %" PRId64 " ", t->attempt);
	if (t->attempt != 0 && t->reason != NULL)
		buf_adds(out, "\xC2\xB7 ");
	if (t->reason_code != NULL) {
		page_html_text(out, t->reason_code);
		buf_adds(out, " ");
	}
	if (t->reason != NULL)
		page_html_text(out, t->reason);
}

static void add_entry(
    struct page_table *table, int64_t now_ms, const struct history_line *line)
{
	const struct transition *t = line->entry;

	page_table_row(table);
	page_table_time(table, t->at_ms, now_ms);
	page_table_cell(table);
	page_html_object(table->out, &line->object);
	add_status(table, t);
	page_table_word(table, state_name(t->state));
	page_table_word(table, cause_name(t->cause));
	add_notes(table, t);
}

void page_past_write(
    struct page_frame *frame, const struct history_lines *past, size_t max)
{
	static const char *const headers[] = {"When", "Object",
	    "Provider&#39;s word", "State", "Why looked at", "Notes", NULL};
	size_t n = past->n < max ? past->n : max;
	struct page_table table;

	if (past->n == 0)
		return;
	buf_adds(frame->out, "<h2 id=\"history\">History</h2>\n");
	page_table_begin(&table, frame->out,
	    "The newest first. Collapsed: no notification of its own. "
	    "Retracted: the provider lists it no more. Observed: seen to "
	    "differ, not told.",
	    headers);
	for (size_t i = 0; i < n; i++)
		add_entry(&table, frame->now_ms, &past->lines[past->n - 1 - i]);
	page_table_end(&table);
	if (past->n > n)
		buf_addf(frame->out, "<p>%zu older ones are not shown.</p>\n",
		    past->n - n);
}
