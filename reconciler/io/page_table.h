/*
 * A table of a page: header cells with their scope, and in each cell the name
 * of its column, so that a narrow screen can show a row as a list. Pure.
 */
#ifndef TRUEUP_IO_PAGE_TABLE_H
#define TRUEUP_IO_PAGE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

struct page_table {
	struct buf *out;
	const char *const *headers; /* borrowed; ends with a NULL */
	size_t at;		    /* the next cell of the row */
	bool in_row;
};

/*
 * page_table_begin(table, out, caption, headers), page_table_end(table): both
 * texts are ours and are written as they are.
 */
void page_table_begin(struct page_table *table, struct buf *out,
    const char *caption, const char *const *headers);
void page_table_end(struct page_table *table);
/*
 * page_table_row(table): a new row. page_table_cell(table): its next cell,
 * which the caller then writes; the first one is the header of the row.
 */
void page_table_row(struct page_table *table);
void page_table_cell(struct page_table *table);

/* A cell and what is in it; a text comes from outside, a word is ours. */
void page_table_word(struct page_table *table, const char *word);
void page_table_text(struct page_table *table, const char *text);
void page_table_number(struct page_table *table, uint64_t n);
void page_table_time(struct page_table *table, int64_t ms, int64_t now_ms);

#endif
