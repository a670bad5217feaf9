#include <stdbool.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"

#include "reconciler/io/print.h"

enum { FIELD_WIDTH = 17, WIDEST = 60, CUT_BYTES = 1024 };

/* Columns on a terminal: bytes that begin a UTF-8 character. */
static size_t shown_width(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

/* U+0080 to U+009F are controls too: terminals obey them. */
static bool is_second_control(const char *text)
{
	return (unsigned char)text[0] == 0xC2 &&
	       (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xA0;
}

static void put_safe(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (is_second_control(text)) {
			putc('?', out);
			text++;
		} else {
			putc(c < 0x20 || c == 0x7F ? '?' : c, out);
		}
	}
}

void print_cut(FILE *out, const char *text, size_t columns)
{
	char part[CUT_BYTES + 1];
	size_t n = 0, len = 0;

	for (; len < CUT_BYTES && text[len] != '\0'; len++) {
		n += ((unsigned char)text[len] & 0xC0) != 0x80;
		if (n > columns)
			break;
	}
	memcpy(part, text, len);
	part[len] = '\0';
	put_safe(out, part);
}

void print_table_init(
    struct print_table *table, struct arena *arena, const char *const *headers)
{
	memset(table, 0, sizeof(*table));
	table->arena = arena;
	while (headers[table->n_columns] != NULL &&
	       table->n_columns < PRINT_COLUMNS_MAX) {
		table->headers[table->n_columns] = headers[table->n_columns];
		table->n_columns++;
	}
}

int print_table_row(struct print_table *table, const char *const *cells)
{
	size_t n = table->n_columns;

	if (table->n_rows == table->cap_rows) {
		size_t cap = table->cap_rows == 0 ? 16 : 2 * table->cap_rows;
		const char **grown =
		    arena_alloc(table->arena, cap * n, sizeof(*grown));

		if (grown == NULL)
			return ERR_FULL;
		if (table->n_rows > 0)
			memcpy(grown, table->cells,
			    table->n_rows * n * sizeof(*grown));
		table->cells = grown;
		table->cap_rows = cap;
	}
	for (size_t i = 0; i < n; i++)
		table->cells[table->n_rows * n + i] =
		    cells[i] == NULL || cells[i][0] == '\0' ? "-" : cells[i];
	table->n_rows++;
	return 0;
}

static void measure(const struct print_table *table, size_t *widths)
{
	for (size_t c = 0; c < table->n_columns; c++) {
		widths[c] = shown_width(table->headers[c]);
		for (size_t r = 0; r < table->n_rows; r++) {
			size_t w =
			    shown_width(table->cells[r * table->n_columns + c]);

			if (w > widths[c])
				widths[c] = w;
		}
		if (widths[c] > WIDEST)
			widths[c] = WIDEST;
	}
}

static void put_row(const struct print_table *table, const char *const *cells,
    const size_t *widths, FILE *out)
{
	for (size_t c = 0; c < table->n_columns; c++) {
		size_t w = shown_width(cells[c]);

		put_safe(out, cells[c]);
		if (c + 1 == table->n_columns)
			break;
		for (; w < widths[c] + 2; w++)
			putc(' ', out);
		if (shown_width(cells[c]) >= widths[c] + 2)
			putc(' ', out);
	}
	putc('\n', out);
}

void print_table_out(const struct print_table *table, FILE *out)
{
	size_t widths[PRINT_COLUMNS_MAX] = {0};

	measure(table, widths);
	put_row(table, table->headers, widths, out);
	for (size_t r = 0; r < table->n_rows; r++)
		put_row(
		    table, &table->cells[r * table->n_columns], widths, out);
}

void print_field(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%-*s", FIELD_WIDTH, name);
	put_safe(out, value == NULL || value[0] == '\0' ? "-" : value);
	putc('\n', out);
}

int print_line(struct buf *line)
{
	bool good = line->error == 0 && puts(buf_text(line)) >= 0;

	buf_fini(line);
	return good ? 0 : ERR_FAIL;
}

const char *print_time(struct arena *arena, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	return ms == 0 ? NULL : arena_text(arena, clock_format(ms, text));
}
