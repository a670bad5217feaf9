#include <string.h>

#include "reconciler/core/name.h"

#include "cache/codec.h"

void key_init(struct key *key)
{
	key->len = 0;
	key->failed = false;
}

static void add(struct key *key, const void *data, size_t len)
{
	if (key->failed || len > sizeof(key->data) - key->len) {
		key->failed = true;
		return;
	}
	memcpy(key->data + key->len, data, len);
	key->len += len;
}

static void add_number(struct key *key, uint64_t value, size_t len)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
	add(key, bytes, len);
}

void key_text(struct key *key, const char *text)
{
	add(key, text, strlen(text) + 1);
}

void key_u8(struct key *key, uint8_t value)
{
	add_number(key, value, 1);
}

void key_u16(struct key *key, uint16_t value)
{
	add_number(key, value, 2);
}

void key_u64(struct key *key, uint64_t value)
{
	add_number(key, value, 8);
}

void key_time(struct key *key, int64_t ms)
{
	add_number(key, ms > 0 ? (uint64_t)ms : 0, 8);
}

struct span key_span(const struct key *key)
{
	return (struct span){
	    .data = key->data, .len = key->failed ? 0 : key->len};
}

void key_object(struct key *key, const struct object_ref *ref)
{
	key_text(key, ref->provider);
	key_text(key, ref->kind);
	key_text(key, ref->id);
}

/* FNV-1a: somebody who makes two names meet only makes us forget one. */
uint16_t key_place(const struct key *key, uint16_t places)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < key->len; i++)
		hash = (hash ^ key->data[i]) * 16777619U;
	return (uint16_t)((hash ^ hash >> 16) % places);
}

bool key_has_prefix(struct span span, const struct key *key)
{
	return !key->failed && span.len >= key->len &&
	       memcmp(span.data, key->data, key->len) == 0;
}

void reader_ref(struct reader *r, struct arena *arena, struct object_ref *out)
{
	out->provider = reader_key_text(r, arena);
	out->kind = reader_key_text(r, arena);
	out->id = reader_key_text(r, arena);
}
