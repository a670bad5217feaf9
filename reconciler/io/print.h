/* Short aligned tables for people. Control characters are never passed on. */
#ifndef TRUEUP_IO_PRINT_H
#define TRUEUP_IO_PRINT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct arena;
struct buf;

enum { PRINT_COLUMNS_MAX = 16 };

/* Rows of cells, all borrowed until printed. NULL cells are shown as "-". */
struct print_table {
	const char *headers[PRINT_COLUMNS_MAX];
	size_t n_columns;
	const char **cells; /* n_rows * n_columns */
	size_t n_rows;
	size_t cap_rows;
	struct arena *arena;
};

/* print_table_init(table, arena, headers): headers end with a NULL. */
void print_table_init(
    struct print_table *table, struct arena *arena, const char *const *headers);
/* print_table_row(table, cells): n_columns cells; 0, or ERR_FULL (arena). */
int print_table_row(struct print_table *table, const char *const *cells);
/* print_table_out(table, out): headers and rows, columns two blanks apart. */
void print_table_out(const struct print_table *table, FILE *out);

/* print_field(out, name, value): one "name  value" line of a form. */
void print_field(FILE *out, const char *name, const char *value);
/* print_cut(out, text, columns): as much of it as has room. */
void print_cut(FILE *out, const char *text, size_t columns);
/*
 * print_line(line): the content and a newline to standard output; the buffer is
 * as after buf_fini. 0, or ERR_FAIL: it has an error, or that failed.
 */
int print_line(struct buf *line);
/* print_time(arena, ms): RFC 3339 text, NULL for none. */
const char *print_time(struct arena *arena, int64_t ms);

#endif
