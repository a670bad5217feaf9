#include "reconciler/base/buf.h"

#include "reconciler/io/page_html.h"

#include "reconciler/io/page_table.h"

void page_table_begin(struct page_table *table, struct buf *out,
    const char *caption, const char *const *headers)
{
	*table = (struct page_table){.out = out, .headers = headers};
	/* A table that is shown as a list has to say that it is one. */
	buf_addf(out,
	    "<table role=\"table\"><caption>%s</caption>\n"
	    "<thead><tr role=\"row\">",
	    caption);
	for (size_t i = 0; headers[i] != NULL; i++)
		buf_addf(out, "<th scope=\"col\" role=\"columnheader\">%s</th>",
		    headers[i]);
	buf_adds(out, "</tr></thead>\n<tbody>\n");
}

static void end_cell(struct page_table *table)
{
	if (table->at > 0)
		buf_adds(table->out, table->at == 1 ? "</th>" : "</td>");
}

static void end_row(struct page_table *table)
{
	end_cell(table);
	if (table->in_row)
		buf_adds(table->out, "</tr>\n");
	table->in_row = false;
	table->at = 0;
}

void page_table_end(struct page_table *table)
{
	end_row(table);
	buf_adds(table->out, "</tbody></table>\n");
}

void page_table_row(struct page_table *table)
{
	end_row(table);
	table->in_row = true;
	buf_adds(table->out, "<tr role=\"row\">");
}

void page_table_cell(struct page_table *table)
{
	const char *header = table->headers[table->at];

	end_cell(table);
	if (table->at++ == 0)
		buf_addf(table->out,
		    "<th scope=\"row\" role=\"rowheader\" data-th=\"%s\">",
		    header);
	else
		buf_addf(
		    table->out, "<td role=\"cell\" data-th=\"%s\">", header);
}

void page_table_word(struct page_table *table, const char *word)
{
	page_table_cell(table);
	page_html_plain(table->out, word);
}

void page_table_text(struct page_table *table, const char *text)
{
	page_table_cell(table);
	page_html_text(table->out, text);
}

void page_table_number(struct page_table *table, uint64_t n)
{
	page_table_cell(table);
	page_html_number(table->out, n);
}

void page_table_time(struct page_table *table, int64_t ms, int64_t now_ms)
{
	page_table_cell(table);
	page_html_time(table->out, ms, now_ms);
}
