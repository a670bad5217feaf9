#include <stdio.h>
#include <string.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/io/wire_line.h"

enum { NUMBER_TEXT = 32, ESCAPE_TEXT = 8 };

/* ---- tokens -------------------------------------------------------------- */

/* Behind a bracket that opens there is nothing to be parted from. */
static bool is_first(const struct buf *out)
{
	return out->len > 0 && (out->data[out->len - 1] == '{' ||
				   out->data[out->len - 1] == '[');
}

/* Returns what is behind it. */
static char *append(char *at, const char *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

/*
 * The member's name and a value that needs no escaping, in one piece: answers
 * have tens of thousands of them.
 */
static void put(struct buf *out, const char *key, const char *value, size_t len,
    bool quoted)
{
	size_t key_len = strlen(key);
	bool first = is_first(out);
	char *at = buf_room(out, key_len + len + 6);
	const char *start = at;

	if (at == NULL)
		return;
	if (!first)
		*at++ = ',';
	*at++ = '"';
	at = append(at, key, key_len);
	*at++ = '"';
	*at++ = ':';
	if (quoted)
		*at++ = '"';
	at = append(at, value, len);
	if (quoted)
		*at++ = '"';
	buf_grown(out, (size_t)(at - start));
}

static void put_word(struct buf *out, const char *key, const char *word)
{
	put(out, key, word, strlen(word), false);
}

/* ---- texts --------------------------------------------------------------- */

static const uint64_t ones = UINT64_C(0x0101010101010101);

/*
 * Of eight bytes: has one to be escaped, or is one beyond ASCII? It may say so
 * wrongly, of a byte above one that has.
 */
static bool may_be_special(uint64_t bytes)
{
	uint64_t low = bytes - ones * 0x20;
	uint64_t quote = (bytes ^ ones * '"') - ones;
	uint64_t slash = (bytes ^ ones * '\\') - ones;

	return ((bytes | low | quote | slash) & ones * 0x80) != 0;
}

static bool is_plain(const char *text, size_t len)
{
	uint64_t bytes;

	for (; len >= sizeof(bytes); len -= sizeof(bytes)) {
		memcpy(&bytes, text, sizeof(bytes));
		if (may_be_special(bytes))
			return false;
		text += sizeof(bytes);
	}
	bytes = ones * ' ';
	memcpy(&bytes, text, len);
	return !may_be_special(bytes);
}

/* NULL: the byte stands for itself. */
static const char *escape_of(char c, char out[ESCAPE_TEXT])
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (size_t i = 0; i < sizeof(letters) - 1; i += 2) {
		if (letters[i] != c)
			continue;
		out[0] = '\\';
		out[1] = letters[i + 1];
		out[2] = '\0';
		return out;
	}
	if ((unsigned char)c >= 0x20)
		return NULL;
	(void)snprintf(out, ESCAPE_TEXT, "\\u%04X", (unsigned int)c);
	return out;
}

static void put_escaped(
    struct buf *out, const char *key, const char *text, size_t len)
{
	char escape[ESCAPE_TEXT];
	const char *escaped;

	put(out, key, "\"", 1, false);
	for (size_t i = 0; i < len; i++) {
		escaped = escape_of(text[i], escape);
		if (escaped != NULL)
			buf_adds(out, escaped);
		else
			buf_add(out, &text[i], 1);
	}
	buf_add(out, "\"", 1);
}

void wire_line_text(struct buf *out, const char *key, const char *text)
{
	size_t len;

	if (text == NULL) {
		wire_line_null(out, key);
		return;
	}
	len = strlen(text);
	if (is_plain(text, len))
		put(out, key, text, len, true);
	else if (text_is_utf8(text, len))
		put_escaped(out, key, text, len);
	else if (out->error == 0)
		out->error = ERR_BAD;
}

/* ---- objects and arrays -------------------------------------------------- */

void wire_line_begin(struct buf *out)
{
	buf_add(out, "{", 1);
}

void wire_line_inner(struct buf *out, const char *key)
{
	put(out, key, "{", 1, false);
}

void wire_line_element(struct buf *out)
{
	buf_adds(out, is_first(out) ? "{" : ",{");
}

void wire_line_end(struct buf *out)
{
	buf_add(out, "}", 1);
}

void wire_line_list(struct buf *out, const char *key)
{
	put(out, key, "[", 1, false);
}

void wire_line_end_list(struct buf *out)
{
	buf_add(out, "]", 1);
}

/* ---- other members ------------------------------------------------------- */

void wire_line_null(struct buf *out, const char *key)
{
	put_word(out, key, "null");
}

void wire_line_time(struct buf *out, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms == 0) {
		wire_line_null(out, key);
		return;
	}
	clock_format(ms, text);
	put(out, key, text, strlen(text), true);
}

static void put_integer(struct buf *out, const char *key, int64_t value)
{
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char text[NUMBER_TEXT];
	char *at = text + sizeof(text);

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		*--at = '-';
	put(out, key, at, (size_t)(text + sizeof(text) - at), false);
}

void wire_line_number(struct buf *out, const char *key, uint64_t value)
{
	put_integer(out, key, (int64_t)value);
}

void wire_line_number_or_null(struct buf *out, const char *key, int64_t value)
{
	if (value == 0)
		wire_line_null(out, key);
	else
		put_integer(out, key, value);
}

void wire_line_real(struct buf *out, const char *key, double value)
{
	char text[NUMBER_TEXT];
	size_t len = (size_t)snprintf(text, sizeof(text), "%.17g", value);

	if (strcspn(text, ".e") == len)
		(void)snprintf(text + len, sizeof(text) - len, ".0");
	put_word(out, key, text);
}

void wire_line_bool(struct buf *out, const char *key, bool value)
{
	put_word(out, key, value ? "true" : "false");
}

void wire_line_entitled(
    struct buf *out, const char *key, enum entitled entitled)
{
	put_word(out, key, entitled_name(entitled));
}

void wire_line_ref(struct buf *out, const struct object_ref *ref)
{
	wire_line_text(out, "provider", ref->provider);
	wire_line_text(out, "kind", ref->kind);
	wire_line_text(out, "id", ref->id);
}
