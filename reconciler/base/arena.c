#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/secret.h"

#include "reconciler/base/arena.h"

enum {
	ALIGN = alignof(max_align_t),
	BLOCK_FIRST = 1024,
	BLOCK_MAX = 65536,
};

struct arena_block {
	struct arena_block *next;
	size_t cap;
	size_t used;
	max_align_t data[];
};

void arena_init(struct arena *arena, size_t max)
{
	*arena = (struct arena){.max = max};
}

static void free_chain(struct arena_block *block)
{
	while (block != NULL) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void arena_fini(struct arena *arena)
{
	if (arena == NULL)
		return;
	free_chain(arena->head);
	arena_init(arena, arena->max);
}

void arena_wipe(struct arena *arena)
{
	struct arena_block *block = arena->head;

	for (; block != NULL; block = block->next)
		secret_wipe(block->data, block->cap);
	arena_fini(arena);
}

void arena_reset(struct arena *arena)
{
	if (arena->head != NULL) {
		free_chain(arena->head->next);
		arena->head->next = NULL;
		arena->head->used = 0;
	}
	arena->used = 0;
	arena->failed = false;
}

/* A new head with room for need bytes; blocks double up to a limit. */
static struct arena_block *grow(struct arena *arena, size_t need)
{
	size_t cap = BLOCK_FIRST;
	struct arena_block *block;

	if (arena->head != NULL && arena->head->cap < BLOCK_MAX / 2)
		cap = arena->head->cap * 2;
	else if (arena->head != NULL)
		cap = BLOCK_MAX;
	if (cap < need)
		cap = need;
	block = malloc(sizeof(*block) + cap);
	if (block == NULL)
		return NULL;
	block->next = arena->head;
	block->cap = cap;
	block->used = 0;
	arena->head = block;
	return block;
}

/*
 * Every piece counts as whole units of alignment, one at least: so
 * no number of empty pieces escapes the maximum.
 */
static void *take(struct arena *arena, size_t bytes)
{
	struct arena_block *block = arena->head;
	size_t need;
	char *out;

	if (arena->failed || bytes > SIZE_MAX / 2)
		return NULL;
	need = bytes > 0 ? (bytes + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
	if (need > arena->max - arena->used)
		return NULL;
	if (block == NULL || need > block->cap - block->used)
		block = grow(arena, need);
	if (block == NULL)
		return NULL;
	out = (char *)block->data + block->used;
	block->used += need;
	arena->used += need;
	return out;
}

void *arena_room(struct arena *arena, size_t n, size_t size)
{
	void *out = NULL;

	if (size == 0 || n <= SIZE_MAX / size)
		out = take(arena, n * size);
	if (out == NULL)
		arena->failed = true;
	return out;
}

void *arena_alloc(struct arena *arena, size_t n, size_t size)
{
	void *out = arena_room(arena, n, size);

	return out != NULL ? memset(out, 0, n * size) : NULL;
}

const char *arena_text(struct arena *arena, const char *text)
{
	if (text == NULL)
		return NULL;
	return arena_bytes(arena, text, strlen(text));
}

const char *arena_bytes(struct arena *arena, const void *data, size_t len)
{
	char *out = arena_room(arena, len == SIZE_MAX ? len : len + 1, 1);

	if (out == NULL)
		return NULL;
	if (len > 0)
		memcpy(out, data, len);
	out[len] = '\0';
	return out;
}

const char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *out;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		arena->failed = true;
		return NULL;
	}
	out = arena_alloc(arena, (size_t)len + 1, 1);
	if (out == NULL)
		return NULL;
	va_start(args, format);
	(void)vsnprintf(out, (size_t)len + 1, format, args);
	va_end(args);
	return out;
}

bool arena_failed(const struct arena *arena)
{
	return arena->failed;
}
