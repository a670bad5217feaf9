#include <string.h>

#include "reconciler/base/arena.h"

#include "cache/rows.h"

enum { ROWS_FIRST = 8 };

void rows_init(struct rows *rows, struct arena *arena, size_t size)
{
	*rows =
	    (struct rows){.arena = arena, .size = size, .first = ROWS_FIRST};
}

void rows_expect(struct rows *rows, size_t n)
{
	if (n > 0)
		rows->first = n;
}

static bool grow(struct rows *rows)
{
	size_t cap = rows->cap == 0 ? rows->first : rows->cap * 2;
	void *data = arena_room(rows->arena, cap, rows->size);

	if (data == NULL)
		return false;
	if (rows->n > 0)
		memcpy(data, rows->data, rows->n * rows->size);
	rows->data = data;
	rows->cap = cap;
	return true;
}

void *rows_add(struct rows *rows)
{
	if (rows->n == rows->cap && !grow(rows))
		return NULL;
	return memset(
	    (char *)rows->data + rows->size * rows->n++, 0, rows->size);
}
