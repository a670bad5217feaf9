#include <string.h>

#include "reconciler/base/arena.h"

#include "cache/codec.h"

/* The length that stands for NULL. */
enum { TEXT_NULL = 0xffff };

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
		writer_u16(w, TEXT_NULL);
		return;
	}
	len = strlen(text);
	if (len >= TEXT_NULL) {
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

void reader_init(struct reader *r, struct span span)
{
	*r = (struct reader){.data = span.data, .left = span.len};
}

/* The next len bytes, or NULL once anything failed. */
static const uint8_t *take(struct reader *r, size_t len)
{
	const uint8_t *at = r->data;

	if (r->failed || len > r->left) {
		r->failed = true;
		return NULL;
	}
	r->data += len;
	r->left -= len;
	return at;
}

static uint64_t read_number(struct reader *r, size_t len)
{
	const uint8_t *at = take(r, len);
	uint64_t value = 0;

	for (size_t i = 0; at != NULL && i < len; i++)
		value = value << 8 | at[i];
	return value;
}

uint8_t reader_u8(struct reader *r)
{
	const uint8_t *at = take(r, 1);

	return at != NULL ? *at : 0;
}

uint16_t reader_u16(struct reader *r)
{
	const uint8_t *at = take(r, 2);

	return at != NULL ? (uint16_t)(at[0] << 8 | at[1]) : 0;
}

uint32_t reader_u32(struct reader *r)
{
	return (uint32_t)read_number(r, 4);
}

/* Most of what a record holds, and most of the time that it takes: written out,
 * it is one instruction. */
uint64_t reader_u64(struct reader *r)
{
	const uint8_t *at = take(r, 8);

	if (at == NULL)
		return 0;
	return (uint64_t)at[0] << 56 | (uint64_t)at[1] << 48 |
	       (uint64_t)at[2] << 40 | (uint64_t)at[3] << 32 |
	       (uint64_t)at[4] << 24 | (uint64_t)at[5] << 16 |
	       (uint64_t)at[6] << 8 | (uint64_t)at[7];
}

int64_t reader_i64(struct reader *r)
{
	uint64_t value = reader_u64(r);

	/* The bytes of the two's complement number that was written. */
	if (value <= INT64_MAX)
		return (int64_t)value;
	return -(int64_t)(UINT64_MAX - value) - 1;
}

bool reader_bool(struct reader *r)
{
	uint8_t value = reader_u8(r);

	if (value > 1)
		r->failed = true;
	return value == 1;
}

/* A copy; a text that holds a NUL byte would be cut silently: it is bad. */
static const char *copy_text(
    struct reader *r, const uint8_t *at, size_t len, struct arena *arena)
{
	const char *text = NULL;

	if (memchr(at, '\0', len) == NULL)
		text = arena_bytes(arena, at, len);
	if (text == NULL)
		r->failed = true;
	return text;
}

struct span reader_span(struct reader *r)
{
	uint16_t len = reader_u16(r);
	struct span span = {NULL, 0};

	if (r->failed || len == TEXT_NULL)
		return span;
	span.data = take(r, len);
	span.len = span.data != NULL ? len : 0;
	return span;
}

const char *reader_text(struct reader *r, struct arena *arena)
{
	uint16_t len = reader_u16(r);
	const uint8_t *at;

	if (r->failed || len == TEXT_NULL)
		return NULL;
	at = take(r, len);
	return at != NULL ? copy_text(r, at, len, arena) : NULL;
}

bool reader_has_more(const struct reader *r)
{
	return !r->failed && r->left > 0;
}

bool reader_is_ok(const struct reader *r)
{
	return !r->failed;
}

const char *reader_key_text(struct reader *r, struct arena *arena)
{
	const uint8_t *end = NULL;
	const uint8_t *at;
	size_t len;

	if (!r->failed && r->left > 0)
		end = memchr(r->data, '\0', r->left);
	if (end == NULL) {
		r->failed = true;
		return NULL;
	}
	len = (size_t)(end - r->data);
	at = take(r, len + 1);
	return at != NULL ? copy_text(r, at, len, arena) : NULL;
}
