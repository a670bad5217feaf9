#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "reconciler/base/err.h"

#include "clients/slice.h"

/* The text that is still to be read. */
struct scan {
	const char *at;
	const char *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct scan *s)
{
	while (s->at < s->end && is_blank(*s->at))
		s->at++;
}

static bool take(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

/* A string from its quote to behind its other one. */
static int skip_string(struct scan *s)
{
	if (!take(s, '"'))
		return ERR_BAD;
	for (; s->at < s->end && *s->at != '"'; s->at++) {
		if ((unsigned char)*s->at < ' ')
			return ERR_BAD;
		/* what is behind a backslash ends nothing */
		if (*s->at == '\\' && ++s->at == s->end)
			return ERR_BAD;
	}
	return take(s, '"') ? 0 : ERR_BAD;
}

/* A number, true, false or null: up to what may stand behind it. */
static int skip_word(struct scan *s)
{
	static const char marks[] = {',', ':', ']', '}', '[', '{', '"'};
	const char *from = s->at;

	while (s->at < s->end && !is_blank(*s->at) &&
	       memchr(marks, *s->at, sizeof(marks)) == NULL)
		s->at++;
	return s->at > from ? 0 : ERR_BAD;
}

/* The brackets that are open, innermost in the lowest bit: 1 is an object. */
struct nest {
	uint64_t kinds;
	size_t depth;
};

static int open_one(struct nest *nest, bool is_object)
{
	if (nest->depth == SLICE_DEPTH_MAX)
		return ERR_BAD;
	nest->kinds = nest->kinds << 1 | is_object;
	nest->depth++;
	return 0;
}

static int close_one(struct nest *nest, bool is_object)
{
	if (nest->depth == 0 || (nest->kinds & 1) != is_object)
		return ERR_BAD;
	nest->kinds >>= 1;
	nest->depth--;
	return 0;
}

/* One bracket, string, word or separator inside of a value. */
static int step(struct scan *s, struct nest *nest)
{
	char c = *s->at;

	if (c == '"')
		return skip_string(s);
	if (c == '{' || c == '[') {
		s->at++;
		return open_one(nest, c == '{');
	}
	if (c == '}' || c == ']') {
		s->at++;
		return close_one(nest, c == '}');
	}
	if (c == ',' || c == ':') {
		s->at++;
		return nest->depth > 0 ? 0 : ERR_BAD;
	}
	return skip_word(s);
}

static int skip_value(struct scan *s)
{
	struct nest nest = {0, 0};
	int rc;

	do {
		skip_blanks(s);
		rc = s->at < s->end ? step(s, &nest) : ERR_BAD;
	} while (rc == 0 && nest.depth > 0);
	return rc;
}

/* The text between the quotes of a key; one with an escape is refused. */
static int take_key(struct scan *s, struct slice *out)
{
	const char *from = s->at + 1;
	int rc = skip_string(s);

	if (rc != 0)
		return rc;
	*out = (struct slice){from, (size_t)(s->at - 1 - from)};
	return memchr(out->data, '\\', out->len) == NULL ? 0 : ERR_BAD;
}

static int take_member(struct scan *s, struct slice *key, struct slice *value)
{
	int rc;

	skip_blanks(s);
	rc = take_key(s, key);
	if (rc != 0)
		return rc;
	skip_blanks(s);
	if (!take(s, ':'))
		return ERR_BAD;
	skip_blanks(s);
	value->data = s->at;
	rc = skip_value(s);
	value->len = (size_t)(s->at - value->data);
	skip_blanks(s);
	return rc;
}

static bool is_name(const struct slice *key, const char *name)
{
	return key->len == strlen(name) &&
	       memcmp(key->data, name, key->len) == 0;
}

/* All members, from behind the opening bracket to behind the closing one. */
static int scan_members(struct scan *s, const char *name, struct slice *out)
{
	struct slice key, value;
	int rc;

	do {
		rc = take_member(s, &key, &value);
		if (rc != 0)
			return rc;
		if (!is_name(&key, name))
			continue;
		if (out->data != NULL)
			return ERR_BAD;
		*out = value;
	} while (take(s, ','));
	return take(s, '}') ? 0 : ERR_BAD;
}

int slice_member(
    const char *text, size_t len, const char *name, struct slice *out)
{
	struct scan s = {text, text + len};
	int rc = 0;

	*out = (struct slice){NULL, 0};
	skip_blanks(&s);
	if (!take(&s, '{'))
		return ERR_BAD;
	skip_blanks(&s);
	if (!take(&s, '}'))
		rc = scan_members(&s, name, out);
	skip_blanks(&s);
	if (rc == 0 && s.at != s.end)
		rc = ERR_BAD;
	if (rc == 0 && out->data == NULL)
		rc = ERR_ABSENT;
	if (rc != 0)
		*out = (struct slice){NULL, 0};
	return rc;
}

size_t slice_compact(const struct slice *from, char *out)
{
	bool in_text = false;
	size_t n = 0;

	for (size_t i = 0; i < from->len; i++) {
		char c = from->data[i];

		if (!in_text && is_blank(c))
			continue;
		out[n++] = c;
		if (c == '"')
			in_text = !in_text;
		else if (c == '\\' && in_text && i + 1 < from->len)
			out[n++] = from->data[++i];
	}
	return n;
}
