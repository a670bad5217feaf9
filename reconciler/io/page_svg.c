#include <string.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/core/timeline.h"

#include "reconciler/io/page_html.h"
#include "reconciler/io/page_table.h"

#include "reconciler/io/page_svg.h"

/* In pixels; across it is per cent of whatever width there is. */
enum {
	TOP = 20, /* the word "now" */
	ROW = 52,
	BAR_AT = 20, /* in a row, below its label */
	BAR = 24,
	THIN = 5, /* of what gives nothing */
	HALF = 12,
	AXIS = 24,
	LETTER = 8, /* a letter is not wider */
	/* What the line has of a phone's width, and of a desk's. */
	PHONE = 320,
	DESK = 640,
	/* Nothing is too short to be seen. */
	LEAST = 40
};

static const struct look {
	const char *name; /* of its class */
	int height;
} looks[] = {
    [TIMELINE_NONE] = {"p-none", THIN},
    [TIMELINE_PART] = {"p-part", HALF},
    [TIMELINE_FULL] = {"p-full", BAR},
    [TIMELINE_DARK] = {"p-dark", BAR},
};

/* A place in hundredths of a per cent, as SVG wants it. */
static void add_percent(struct buf *out, const char *name, int place)
{
	buf_addf(out, " %s=\"%d.%02d%%\"", name, place / 100, place % 100);
}

/* In a drawing there are no elements of HTML. */
static void add_day(struct buf *out, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(ms, text);
	buf_addf(
	    out, "%.10s %.5s UTC", text, text[0] == '\0' ? text : text + 11);
}

static void add_end(struct buf *out, int64_t end_ms)
{
	if (end_ms == INT64_MAX)
		buf_adds(out, "no known end");
	else
		page_html_moment(out, end_ms);
}

/* ---- the drawing -------------------------------------------------------- */

static void add_tooltip(struct buf *out, const struct timeline_piece *piece)
{
	buf_addf(out, "<title>%s", piece->word);
	if (piece->status != NULL) {
		buf_adds(out, " (provider: ");
		page_html_plain(out, piece->status);
		buf_adds(out, ")");
	}
	buf_addf(out, ", %s</title>",
	    piece->certainty == TIMELINE_BETWEEN
		? "since some moment in between"
		: timeline_certainty_name(piece->certainty));
}

/* The word, if it has room on a desk, or even on a phone. */
static void add_word(
    struct buf *out, const struct timeline_piece *piece, int from, int width)
{
	int need = ((int)strlen(piece->word) + 1) * LETTER * TIMELINE_SCALE;

	if (piece->certainty == TIMELINE_BETWEEN || width * DESK < need)
		return;
	buf_addf(out, "<text dx=\"4\" y=\"%d\"%s",
	    looks[piece->tone].height == BAR ? BAR_AT + 16 : BAR_AT + 9,
	    width * PHONE < need ? " class=\"wide\"" : "");
	add_percent(out, "x", from);
	buf_addf(out, ">%s</text>", piece->word);
}

static void add_piece(struct buf *out, const struct timeline *t,
    const struct timeline_piece *piece)
{
	const struct look *look = &looks[piece->tone];
	int from = timeline_place(t, piece->begin_ms);
	int width = timeline_place(t, piece->end_ms) - from;
	int y = BAR_AT + BAR - look->height;

	if (width < LEAST)
		width = LEAST;
	if (from + width > TIMELINE_SCALE)
		from = TIMELINE_SCALE - width;
	buf_addf(out, "<g class=\"p %s%s\"><rect y=\"%d\" height=\"%d\"",
	    look->name, piece->certainty == TIMELINE_KNOWN ? "" : " p-foreseen",
	    y, look->height);
	add_percent(out, "x", from);
	add_percent(out, "width", width);
	buf_adds(out, ">");
	add_tooltip(out, piece);
	buf_adds(out, "</rect>");
	if (piece->certainty == TIMELINE_BETWEEN) {
		buf_addf(out,
		    "<rect y=\"%d\" height=\"%d\" fill=\"url(#between)\" "
		    "stroke=\"none\"",
		    BAR_AT, BAR);
		add_percent(out, "x", from);
		add_percent(out, "width", width);
		buf_adds(out, "/>");
	}
	buf_adds(out, "</g>");
	add_word(out, piece, from, width);
	buf_adds(out, "\n");
}

static void add_label(struct buf *out, const struct timeline_row *row)
{
	if (row->is_access) {
		buf_adds(out, "Entitled");
		return;
	}
	page_html_plain(out, row->object.provider);
	buf_adds(out, " ");
	page_html_plain(out, row->object.kind);
	buf_adds(out, " ");
	page_html_plain(out, row->object.id);
}

static void add_row(struct buf *out, const struct timeline *t, size_t i)
{
	const struct timeline_row *row = &t->rows[i];

	buf_addf(out, "<svg y=\"%d\" width=\"100%%\" height=\"%d\">",
	    TOP + (int)i * ROW, ROW);
	buf_addf(out, "<text x=\"0\" y=\"14\"%s>",
	    row->is_access ? " font-weight=\"bold\"" : "");
	add_label(out, row);
	buf_adds(out, "</text>\n");
	buf_addf(out,
	    "<line class=\"base\" x1=\"0\" x2=\"100%%\" y1=\"%d\" "
	    "y2=\"%d\"/>\n",
	    BAR_AT + BAR, BAR_AT + BAR);
	for (size_t k = 0; k < row->n; k++)
		add_piece(out, t, &row->pieces[k]);
	buf_adds(out, "</svg>\n");
}

static void add_now(struct buf *out, const struct timeline *t, int bottom)
{
	int place = timeline_place(t, t->now_ms);
	const char *anchor = "middle";

	if (place > TIMELINE_SCALE * 9 / 10)
		anchor = "end";
	else if (place < TIMELINE_SCALE / 10)
		anchor = "start";
	buf_adds(out, "<line class=\"now\"");
	add_percent(out, "x1", place);
	add_percent(out, "x2", place);
	buf_addf(out, " y1=\"%d\" y2=\"%d\"/><text y=\"13\"", TOP - 4, bottom);
	add_percent(out, "x", place);
	buf_addf(out, " text-anchor=\"%s\">now</text>\n", anchor);
}

/* Where the line bends, and the days on which it begins and ends. */
static void add_axis(struct buf *out, const struct timeline *t, int bottom)
{
	for (size_t i = 0; i < t->n_moments; i++) {
		buf_adds(out, "<line class=\"tick\"");
		add_percent(out, "x1", t->places[i]);
		add_percent(out, "x2", t->places[i]);
		buf_addf(out, " y1=\"%d\" y2=\"%d\"/>", bottom, bottom + 5);
	}
	buf_addf(out, "\n<text class=\"quiet\" x=\"0\" y=\"%d\">", bottom + 19);
	add_day(out, t->begin_ms);
	buf_addf(out,
	    "</text><text class=\"quiet\" x=\"100%%\" y=\"%d\" "
	    "text-anchor=\"end\">",
	    bottom + 19);
	add_day(out, t->end_ms);
	buf_adds(out, "</text>\n");
}

static void add_drawing(struct buf *out, const struct timeline *t)
{
	int bottom = TOP + (int)t->n * ROW;

	buf_addf(out,
	    "<svg class=\"line\" role=\"img\" height=\"%d\" "
	    "aria-labelledby=\"line-title line-desc\" "
	    "xmlns=\"http://www.w3.org/2000/svg\">"
	    "<title id=\"line-title\">Timeline</title>"
	    "<desc id=\"line-desc\">States over time, a row each for the "
	    "account and its objects; the table below says the same.</desc>\n"
	    "<defs><pattern id=\"between\" width=\"6\" height=\"6\" "
	    "patternUnits=\"userSpaceOnUse\" "
	    "patternTransform=\"rotate(45)\"><line class=\"hatch\" "
	    "x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/></pattern></defs>\n",
	    bottom + AXIS);
	for (size_t i = 0; i < t->n; i++)
		add_row(out, t, i);
	add_axis(out, t, bottom);
	add_now(out, t, bottom);
	buf_adds(out, "</svg>\n");
}

/* ---- what it means ------------------------------------------------------ */

static void add_sample(struct buf *out, const char *class, int height,
    const char *fill, const char *says)
{
	buf_addf(out,
	    "<li><svg width=\"24\" height=\"16\" aria-hidden=\"true\">"
	    "<rect class=\"p %s\" x=\"1\" y=\"%d\" width=\"22\" "
	    "height=\"%d\"%s/></svg>%s</li>\n",
	    class, 15 - height, height, fill, says);
}

static void add_legend(struct buf *out, const struct timeline *t)
{
	buf_adds(out, "<ul class=\"legend\">\n");
	add_sample(out, "p-full", 14, "", "full: gives access");
	add_sample(out, "p-part", 8, "", "half: on its way, or held up");
	add_sample(out, "p-none", 4, "", "thin: gives nothing");
	add_sample(out, "p-dark", 14, "", "hollow: nobody knows");
	add_sample(out, "p-full p-foreseen", 14, "", "dashed: foreseen");
	add_sample(out, "p-between", 14, " fill=\"url(#between)\"",
	    "hatched: since some moment in it");
	buf_adds(out, "</ul>\n<p class=\"legend\">");
	if (t->is_scaled)
		buf_adds(out, "Long times are shortened. ");
	if (t->hidden > 0)
		buf_addf(out, "%zu more objects are not drawn. ", t->hidden);
	if (t->is_cut)
		buf_adds(out, "What was before is not drawn.");
	buf_adds(out, "</p>\n");
}

static void add_table_row(struct page_table *table,
    const struct timeline_row *row, const struct timeline_piece *piece)
{
	struct buf *out = table->out;

	page_table_row(table);
	page_table_cell(table);
	buf_adds(out, "<bdi>");
	add_label(out, row);
	buf_adds(out, "</bdi>");
	page_table_word(table, piece->word);
	page_table_text(table, piece->status);
	page_table_cell(table);
	page_html_moment(out, piece->begin_ms);
	page_table_cell(table);
	add_end(out, piece->end_ms);
	page_table_word(table, timeline_certainty_name(piece->certainty));
}

static void add_table(struct buf *out, const struct timeline *t)
{
	static const char *const headers[] = {"What", "State",
	    "Provider&#39;s word", "From", "Until", "Certainty", NULL};
	struct page_table table;

	buf_adds(out, "<details><summary>The timeline as a table</summary>\n");
	page_table_begin(&table, out, "States over time", headers);
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < t->rows[i].n; k++)
			add_table_row(
			    &table, &t->rows[i], &t->rows[i].pieces[k]);
	}
	page_table_end(&table);
	buf_adds(out, "</details>\n");
}

void page_svg_timeline(struct buf *out, const struct timeline *timeline)
{
	if (timeline->n == 0)
		return;
	buf_adds(out, "<figure>\n");
	add_drawing(out, timeline);
	buf_adds(out, "<figcaption>\n");
	add_legend(out, timeline);
	buf_adds(out, "</figcaption></figure>\n");
	add_table(out, timeline);
}
