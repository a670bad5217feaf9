/*
 * What answers are made of, out of arbitrary bytes: times, names and grants
 * such as no provider would send. For wire_compare.h. When the bytes are used
 * up all is 0 or empty.
 */
#ifndef TRUEUP_TESTS_FUZZ_WIRE_SOURCE_H
#define TRUEUP_TESTS_FUZZ_WIRE_SOURCE_H

#include "cache/store.h"
#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/core/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_source {
	const uint8_t *data;
	size_t size;
	struct arena arena;
	struct provider_settings providers[2];
	struct settings settings;
};

static inline uint8_t wire_byte(struct wire_source *s)
{
	if (s->size == 0)
		return 0;
	s->size--;
	return *s->data++;
}

static inline int64_t wire_int(struct wire_source *s)
{
	uint64_t value = 0;
	int n = wire_byte(s) % 9;

	for (int i = 0; i < n; i++)
		value = value << 8 | wire_byte(s);
	return (int64_t)value;
}

/* Often none or a usual one, now and then one that no clock shows. */
static inline int64_t wire_ms(struct wire_source *s)
{
	uint8_t kind = wire_byte(s) % 8;

	if (kind == 0)
		return 0;
	if (kind == 1)
		return wire_int(s);
	return (INT64_C(1700000000000) + wire_int(s) % INT64_C(100000000000)) /
	       (kind < 5 ? 1 : 1000) * (kind < 5 ? 1 : 1000);
}

/* Any bytes but NUL, or pieces of which most are well-formed. */
static inline const char *wire_text(struct wire_source *s)
{
	static const char *const pieces[] = {"a", "subscription", "\"", "\\",
	    "/", "\b\f\n\r\t", "\x01", "\x1f", "\x7f", "é", "€", "😀",
	    "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf", "{", "[", "}],:", " ",
	    "0123456", "01234567"};
	struct buf buf;
	const char *text;
	uint8_t kind = wire_byte(s);

	if (kind % 8 == 0)
		return NULL;
	buf_init(&buf, 4096);
	for (int n = kind / 8; n > 0 && s->size > 0; n--) {
		uint8_t byte = wire_byte(s);

		if (kind == 255 && byte != 0)
			buf_add(&buf, &byte, 1);
		else if (kind != 255)
			buf_adds(&buf,
			    pieces[byte % (sizeof(pieces) / sizeof(*pieces))]);
	}
	text = arena_text(&s->arena, buf_text(&buf));
	buf_fini(&buf);
	return text;
}

static inline const char *wire_word(struct wire_source *s)
{
	const char *text = wire_text(s);

	return text != NULL ? text : "";
}

static inline struct object_ref wire_ref(struct wire_source *s)
{
	return (struct object_ref){
	    wire_byte(s) % 4 == 0 ? wire_word(s) : s->providers[0].name,
	    wire_word(s), wire_word(s)};
}

static inline struct grant wire_grant(struct wire_source *s)
{
	return (struct grant){.product = wire_text(s),
	    .label = wire_text(s),
	    .quantity = wire_text(s),
	    .status = wire_text(s),
	    .state = (enum state)(wire_byte(s) % STATE_COUNT),
	    .since_ms = wire_ms(s),
	    .until_ms = wire_ms(s)};
}

#endif
