/*
 * A bump allocator with a maximum: many small things that die together (the
 * parts of one answer, of one query). Memory is zeroed and aligned for any
 * type. NULL means the maximum or the machine's memory is reached; the arena
 * remembers it (arena_failed), so that a builder may check once at its end.
 */
#ifndef TRUEUP_BASE_ARENA_H
#define TRUEUP_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used; /* bytes handed out */
	size_t max;
	bool failed;
};

void arena_init(struct arena *arena, size_t max);
/* arena_fini(arena): free everything; NULL-safe; the arena may be inited again.
 */
void arena_fini(struct arena *arena);
/* arena_reset(arena): forget everything, keep one block for reuse. */
void arena_reset(struct arena *arena);
/* arena_wipe(arena): arena_fini, with every byte zeroed first. For secrets. */
void arena_wipe(struct arena *arena);
/* arena_alloc(arena, n, size): n * size bytes, overflow checked. */
void *arena_alloc(struct arena *arena, size_t n, size_t size);
/* arena_room(arena, n, size): the same, not zeroed. */
void *arena_room(struct arena *arena, size_t n, size_t size);
/* arena_text(arena, text): a copy of a C string; NULL for NULL. */
const char *arena_text(struct arena *arena, const char *text);
/* arena_bytes(arena, data, len): a copy with a NUL byte behind it. */
const char *arena_bytes(struct arena *arena, const void *data, size_t len);
/* arena_printf(arena, format, ...): formatted text. */
const char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool arena_failed(const struct arena *arena);

#endif
