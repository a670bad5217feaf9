#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "reconciler/base/clock.h"
#include "reconciler/core/timeline.h"

#include "reconciler/io/print.h"

#include "reconciler/io/timeline_text.h"

enum { MS_PER_S = 1000, DAY_BYTES = 10, LABEL_BYTES = 512 };

static const char reset[] = "\033[0m";

/* What a piece is drawn with; the same letters in the legend. */
static const struct look {
	char fill;
	const char *colour;
} looks[] = {
    [TIMELINE_NONE] = {'.', "\033[31m"},
    [TIMELINE_PART] = {'~', "\033[33m"},
    [TIMELINE_FULL] = {'=', "\033[32m"},
    [TIMELINE_DARK] = {'?', "\033[35m"},
};

void timeline_text_of(FILE *out, struct timeline_text *text)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	struct winsize size = {.ws_col = 0};
	bool terminal = ioctl(fileno(out), TIOCGWINSZ, &size) == 0;

	text->columns = TIMELINE_TEXT_COLUMNS;
	if (terminal && size.ws_col > 0)
		text->columns = size.ws_col;
	if (text->columns < TIMELINE_TEXT_LEAST)
		text->columns = TIMELINE_TEXT_LEAST;
	if (text->columns > TIMELINE_TEXT_MOST)
		text->columns = TIMELINE_TEXT_MOST;
	text->colours = terminal && (no_color == NULL || *no_color == '\0') &&
			term != NULL && *term != '\0' &&
			strcmp(term, "dumb") != 0;
}

/* ---- one row ------------------------------------------------------------ */

/* A row as cells: what stands there, and whose colour it has. */
struct cells {
	char letters[TIMELINE_TEXT_MOST + 1];
	const char *colours[TIMELINE_TEXT_MOST + 1];
	int columns;
};

static int column_of(const struct timeline *t, int64_t ms, int columns)
{
	return timeline_place(t, ms) * columns / TIMELINE_SCALE;
}

static char letter_of(const struct timeline_piece *piece, int at)
{
	if (piece->certainty == TIMELINE_BETWEEN)
		return '/';
	if (piece->certainty == TIMELINE_FORESEEN && at % 2 == 1)
		return ' ';
	return looks[piece->tone].fill;
}

/* The word stands in its piece when that is long enough for it. */
static void put_piece(const struct timeline *t, struct cells *cells,
    const struct timeline_piece *piece)
{
	int begin = column_of(t, piece->begin_ms, cells->columns);
	int end = column_of(t, piece->end_ms, cells->columns);
	int len = (int)strlen(piece->word);

	if (begin >= cells->columns)
		begin = cells->columns - 1;
	if (end <= begin)
		end = begin + 1;
	for (int i = begin; i < end && i < cells->columns; i++) {
		cells->letters[i] = letter_of(piece, i - begin);
		cells->colours[i] = looks[piece->tone].colour;
	}
	cells->letters[begin] = '|';
	if (piece->certainty == TIMELINE_BETWEEN || end - begin < len + 3)
		return;
	memcpy(&cells->letters[begin + 2], piece->word, (size_t)len);
	if (piece->certainty == TIMELINE_FORESEEN)
		cells->letters[begin + 2 + len] = ' ';
}

static void put_cells(const struct cells *cells, bool colours, FILE *out)
{
	const char *colour = NULL;
	int last = cells->columns;

	while (last > 0 && cells->letters[last - 1] == ' ')
		last--;
	for (int i = 0; i < last; i++) {
		if (colours && cells->colours[i] != colour) {
			colour = cells->colours[i];
			fputs(colour != NULL ? colour : reset, out);
		}
		putc(cells->letters[i], out);
	}
	if (colour != NULL)
		fputs(reset, out);
	putc('\n', out);
}

static void cells_init(struct cells *cells, int columns)
{
	memset(cells, 0, sizeof(*cells));
	memset(cells->letters, ' ', (size_t)columns);
	cells->columns = columns;
}

static void put_label(const struct timeline_row *row, int columns, FILE *out)
{
	char label[LABEL_BYTES];

	(void)snprintf(label, sizeof(label), "%s %s %s", row->object.provider,
	    row->object.kind, row->object.id);
	print_cut(out, row->is_access ? "entitled" : label, (size_t)columns);
	putc('\n', out);
}

static void put_row(const struct timeline *t, const struct timeline_row *row,
    const struct timeline_text *text, FILE *out)
{
	struct cells cells;

	cells_init(&cells, text->columns);
	for (size_t i = 0; i < row->n; i++)
		put_piece(t, &cells, &row->pieces[i]);
	put_label(row, text->columns, out);
	put_cells(&cells, text->colours, out);
}

/* ---- the line below ----------------------------------------------------- */

/* Beside its mark, on the side that has room. */
static void put_now(
    const struct timeline *t, const struct timeline_text *text, FILE *out)
{
	static const char after[] = "^ now", before[] = "now ^";
	int at = column_of(t, t->now_ms, text->columns);
	int len = (int)sizeof(after) - 1;
	struct cells cells;

	cells_init(&cells, text->columns);
	if (at + len <= text->columns)
		memcpy(&cells.letters[at], after, (size_t)len);
	else if (at < text->columns)
		memcpy(&cells.letters[at + 1 - len], before, (size_t)len);
	else
		memcpy(
		    &cells.letters[text->columns - len], before, (size_t)len);
	put_cells(&cells, false, out);
}

static void put_ends(
    const struct timeline *t, const struct timeline_text *text, FILE *out)
{
	char begin[CLOCK_TEXT_MAX], end[CLOCK_TEXT_MAX];
	int room;

	clock_format(t->begin_ms / MS_PER_S * MS_PER_S, begin);
	clock_format(t->end_ms / MS_PER_S * MS_PER_S, end);
	/* Days only where both would run into one another. */
	if (text->columns < 2 * (int)strlen(end) + 2)
		begin[DAY_BYTES] = end[DAY_BYTES] = '\0';
	room = text->columns - (int)strlen(begin);
	fprintf(out, "%s%*s\n", begin, room, end);
}

/* As many to a line as have room. */
static void put_legend(
    const struct timeline *t, const struct timeline_text *text, FILE *out)
{
	static const char *const items[] = {"= access", "~ on its way",
	    ". none", "? unknown", "/ since some moment here", "= = foreseen",
	    "long times are shortened"};
	size_t used = 0;

	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++) {
		size_t len = strlen(items[i]);

		if (used > 0 && used + 2 + len > (size_t)text->columns) {
			putc('\n', out);
			used = 0;
		}
		used += (size_t)fprintf(
		    out, "%s%s", used > 0 ? "  " : "", items[i]);
	}
	putc('\n', out);
	if (t->hidden > 0)
		fprintf(out, "%zu more objects are not drawn\n", t->hidden);
	if (t->is_cut)
		fputs("what was before is not drawn\n", out);
}

void timeline_text_print(const struct timeline *timeline,
    const struct timeline_text *text, FILE *out)
{
	if (timeline->n == 0)
		return;
	for (size_t i = 0; i < timeline->n; i++)
		put_row(timeline, &timeline->rows[i], text, out);
	put_now(timeline, text, out);
	put_ends(timeline, text, out);
	put_legend(timeline, text, out);
}
