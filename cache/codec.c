#include <string.h>

#include "reconciler/base/arena.h"

#include "cache/codec.h"

void writer_init(struct writer *w, void *data, size_t cap)
{
	*w = (struct writer){.data = data, .cap = cap};
}

static void write_bytes(struct writer *w, const void *data, size_t len)
{
	if (w->failed || len > w->cap - w->len) {
		w->failed = true;
		return;
	}
	if (len > 0)
		memcpy(w->data + w->len, data, len);
	w->len += len;
}

static void write_number(struct writer *w, uint64_t value, size_t len)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
	write_bytes(w, bytes, len);
}

void writer_u8(struct writer *w, uint8_t value)
{
	write_number(w, value, 1);
}

void writer_u16(struct writer *w, uint16_t value)
{
	write_number(w, value, 2);
}

void writer_u32(struct writer *w, uint32_t value)
{
	write_number(w, value, 4);
}

void writer_u64(struct writer *w, uint64_t value)
{
	write_number(w, value, 8);
}

void writer_i64(struct writer *w, int64_t value)
{
	write_number(w, (uint64_t)value, 8);
}

void writer_bool(struct writer *w, bool value)
{
	write_number(w, value ? 1 : 0, 1);
}

void writer_text(struct writer *w, const char *text)
{
	size_t len;

	if (text == NULL) {
		writer_u16(w, CODEC_NULL);
		return;
	}
	len = strlen(text);
	if (len >= CODEC_NULL) {
		w->failed = true;
		return;
	}
	writer_u16(w, (uint16_t)len);
	write_bytes(w, text, len);
}

struct span writer_span(const struct writer *w)
{
	return (struct span){
	    .data = w->data, .len = w->failed ? SIZE_MAX : w->len};
}

/* A text that holds a NUL byte would be cut silently: it is bad. */
static const char *copy(struct reader *r, struct arena *arena, struct span span)
{
	const char *text = NULL;

	if (span.data == NULL)
		return NULL;
	if (memchr(span.data, '\0', span.len) == NULL)
		text = arena_bytes(arena, span.data, span.len);
	if (text == NULL)
		r->failed = true;
	return text;
}

const char *reader_text(struct reader *r, struct arena *arena)
{
	return copy(r, arena, reader_span(r));
}

static bool is_same(struct span a, struct span b)
{
	return a.data != NULL && b.data != NULL && a.len == b.len &&
	       memcmp(a.data, b.data, a.len) == 0;
}

void reader_keep(
    struct reader *r, struct arena *arena, struct span *span, const char **text)
{
	struct span before = *span;

	*span = reader_span(r);
	if (arena != NULL && !is_same(*span, before))
		*text = copy(r, arena, *span);
}

const char *reader_key_text(struct reader *r, struct arena *arena)
{
	const uint8_t *end = NULL;
	struct span span;

	if (!r->failed && r->left > 0)
		end = memchr(r->data, '\0', r->left);
	if (end == NULL) {
		r->failed = true;
		return NULL;
	}
	span.len = (size_t)(end - r->data);
	span.data = reader_take(r, span.len + 1);
	return copy(r, arena, span);
}
