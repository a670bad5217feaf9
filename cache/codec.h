/*
 * Bytes of keys and records. Big-endian throughout, so that keys sort as their
 * numbers do. Writers and readers are sticky: a writer that is full and a
 * reader that ran out keep saying so, and a failed read gives zeros; check once
 * at the end. The disk is never trusted: lengths are checked before use.
 */
#ifndef TRUEUP_CACHE_CODEC_H
#define TRUEUP_CACHE_CODEC_H

#include "cache/lmdb.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;
struct object_ref;

enum { CODEC_NULL = 0xffff }; /* the length that stands for NULL */

struct writer {
	uint8_t *data; /* borrowed */
	size_t cap;
	size_t len;
	bool failed;
};

void writer_init(struct writer *w, void *data, size_t cap);
void writer_u8(struct writer *w, uint8_t value);
void writer_u16(struct writer *w, uint16_t value);
void writer_u32(struct writer *w, uint32_t value);
void writer_u64(struct writer *w, uint64_t value);
void writer_i64(struct writer *w, int64_t value);
void writer_bool(struct writer *w, bool value);
/* writer_text(w, text): length and bytes; NULL is kept apart from "". */
void writer_text(struct writer *w, const char *text);
/* writer_span(w): what was written; of a failed writer a span that no table
 * takes (storing it fails the transaction with ERR_BAD). */
struct span writer_span(const struct writer *w);

/*
 * Reading is inline: of an account with ten thousand grants it is what takes
 * the time.
 */
struct reader {
	const uint8_t *data;
	size_t left;
	bool failed;
};

static inline void reader_init(struct reader *r, struct span span)
{
	*r = (struct reader){.data = span.data, .left = span.len};
}

/* reader_take(r, len): the next len bytes; NULL once anything failed. */
static inline const uint8_t *reader_take(struct reader *r, size_t len)
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

static inline uint8_t reader_u8(struct reader *r)
{
	const uint8_t *at = reader_take(r, 1);

	return at != NULL ? *at : 0;
}

static inline uint16_t reader_u16(struct reader *r)
{
	const uint8_t *at = reader_take(r, 2);

	return at != NULL ? (uint16_t)(at[0] << 8 | at[1]) : 0;
}

static inline uint32_t reader_u32(struct reader *r)
{
	const uint8_t *at = reader_take(r, 4);

	if (at == NULL)
		return 0;
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | (uint32_t)at[3];
}

static inline uint64_t reader_u64(struct reader *r)
{
	const uint8_t *at = reader_take(r, 8);

	if (at == NULL)
		return 0;
	return (uint64_t)at[0] << 56 | (uint64_t)at[1] << 48 |
	       (uint64_t)at[2] << 40 | (uint64_t)at[3] << 32 |
	       (uint64_t)at[4] << 24 | (uint64_t)at[5] << 16 |
	       (uint64_t)at[6] << 8 | (uint64_t)at[7];
}

static inline int64_t reader_i64(struct reader *r)
{
	uint64_t value = reader_u64(r);

	/* The bytes of the two's complement number that was written. */
	if (value <= INT64_MAX)
		return (int64_t)value;
	return -(int64_t)(UINT64_MAX - value) - 1;
}

static inline bool reader_bool(struct reader *r)
{
	uint8_t value = reader_u8(r);

	if (value > 1)
		r->failed = true;
	return value == 1;
}

/*
 * reader_span(r): a text where it lies, not copied, good for as long as the
 * record is; data NULL where NULL was written or on failure.
 */
static inline struct span reader_span(struct reader *r)
{
	uint16_t len = reader_u16(r);
	struct span span = {NULL, 0};

	if (r->failed || len == CODEC_NULL)
		return span;
	span.data = reader_take(r, len);
	span.len = span.data != NULL ? len : 0;
	return span;
}

/*
 * reader_skip(r, same): true: the next bytes are these, and are passed over.
 * false: they are not, or same is empty.
 */
static inline bool reader_skip(struct reader *r, struct span same)
{
	if (r->failed || same.len == 0 || same.len > r->left ||
	    memcmp(r->data, same.data, same.len) != 0)
		return false;
	r->data += same.len;
	r->left -= same.len;
	return true;
}

/*
 * reader_has_more(r): nothing failed and bytes are left: a field that an older
 * program did not write is there.
 */
static inline bool reader_has_more(const struct reader *r)
{
	return !r->failed && r->left > 0;
}

/* reader_is_ok(r): nothing failed (more bytes may follow: a newer minor). */
static inline bool reader_is_ok(const struct reader *r)
{
	return !r->failed;
}

/* reader_text(r, arena): a copy; NULL where NULL was written or on failure. */
const char *reader_text(struct reader *r, struct arena *arena);
/*
 * reader_keep(r, arena, span, text): reader_text, for the same field of one
 * record after the other in the same arena: *span is where the text of the
 * record before lies, and becomes that of this one; if they are the same *text
 * stays. arena NULL: there is no copy.
 */
void reader_keep(struct reader *r, struct arena *arena, struct span *span,
    const char **text);

/*
 * A key under construction: texts end in a NUL (none contains one), numbers are
 * eight bytes. Sticky like a writer.
 */
struct key {
	uint8_t data[LMDB_KEY_MAX];
	size_t len;
	bool failed;
};

void key_init(struct key *key);
void key_text(struct key *key, const char *text);
void key_u8(struct key *key, uint8_t value);
void key_u16(struct key *key, uint16_t value);
void key_u64(struct key *key, uint64_t value);
/* key_time(key, ms): sorts by time; negative never occurs (clamped to 0). */
void key_time(struct key *key, int64_t ms);
/* key_span(key): the key; empty, which no table takes, when it failed. */
struct span key_span(const struct key *key);
/* key_object(key, ref): provider, kind, id: the object key. */
void key_object(struct key *key, const struct object_ref *ref);
/* key_place(key, places): one of so many places, by a hash of the key. */
uint16_t key_place(const struct key *key, uint16_t places);
/* key_has_prefix(span, key): the span begins with what is in key. */
bool key_has_prefix(struct span span, const struct key *key);

/* Reading a key back: as a reader, texts up to their NUL. */
const char *reader_key_text(struct reader *r, struct arena *arena);
/* reader_ref(r, arena, out): an object key. */
void reader_ref(struct reader *r, struct arena *arena, struct object_ref *out);

#endif
