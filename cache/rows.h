/*
 * Inside of the store: an array that grows in an arena, for what a cursor finds
 * before one knows how much it is.
 */
#ifndef TRUEUP_CACHE_ROWS_H
#define TRUEUP_CACHE_ROWS_H

#include <stddef.h>

struct arena;

struct rows {
	struct arena *arena;
	void *data; /* n elements of size bytes each */
	size_t n;
	size_t cap;
	size_t size;
	size_t first; /* the first cap */
};

/*
 * rows_init(rows, arena, size): none yet. rows_expect(rows, n): before the
 * first, about how many there will be; then no half-full ones are left behind.
 */
void rows_init(struct rows *rows, struct arena *arena, size_t size);
void rows_expect(struct rows *rows, size_t n);
/*
 * rows_add(rows): one more, zeroed; valid until the next rows_add. NULL: the
 * arena is full.
 */
void *rows_add(struct rows *rows);

#endif
