#include <stdbool.h>
#include <string.h>

#include "reconciler/core/excerpt.h"

enum { DIGITS_MAX = 3, SECRET_MIN = 4, KEY_MAX = 32 };

static const char hidden[] = "***";

/* Where we are in the answer and in what is made of it. */
struct excerpt {
	const char *at;
	const char *end;
	const char *const *secrets;
	size_t n_secrets;
	char key[KEY_MAX]; /* the member that a value belongs to; cut */
	char *out;
	size_t n;
	bool full;
};

static void put(struct excerpt *e, const char *text, size_t len)
{
	if (e->full || len > EXCERPT_MAX - 3 - e->n) {
		e->full = true;
		return;
	}
	memcpy(e->out + e->n, text, len);
	e->n += len;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What a token, an address, an amount or an id is made of. */
static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80 ||
	       (c != '\0' && strchr("_-+/=.@%:~", c) != NULL);
}

/* How long a secret that begins here is; 0: none does. */
static size_t secret_at(
    const struct excerpt *e, const char *at, const char *end)
{
	for (size_t i = 0; i < e->n_secrets; i++) {
		size_t len = e->secrets[i] == NULL ? 0 : strlen(e->secrets[i]);

		if (len >= SECRET_MIN && len <= (size_t)(end - at) &&
		    memcmp(at, e->secrets[i], len) == 0)
			return len;
	}
	return 0;
}

static bool is_suspect(const char *word, size_t len)
{
	size_t digits = 0;

	if (len > EXCERPT_WORD_MAX)
		return true;
	for (size_t i = 0; i < len; i++) {
		digits += is_digit(word[i]);
		if (word[i] == '@')
			return true;
	}
	return digits > DIGITS_MAX;
}

static void put_char(struct excerpt *e, char c)
{
	if (is_blank(c)) {
		if (e->n > 0 && e->out[e->n - 1] != ' ')
			put(e, " ", 1);
	} else if (c < ' ' || c > '~') {
		put(e, "?", 1);
	} else {
		put(e, &c, 1);
	}
}

/* Text up to end, word by word. */
static void put_text(struct excerpt *e, const char *at, const char *end)
{
	while (at < end && !e->full) {
		size_t len = secret_at(e, at, end);

		if (len > 0) {
			put(e, hidden, sizeof(hidden) - 1);
			at += len;
			continue;
		}
		while (at + len < end && is_word(at[len]) &&
		       (len == 0 || secret_at(e, at + len, end) == 0))
			len++;
		if (len == 0) {
			put_char(e, *at++);
		} else if (is_suspect(at, len)) {
			put(e, hidden, sizeof(hidden) - 1);
			at += len;
		} else {
			for (; len > 0; len--)
				put_char(e, *at++);
		}
	}
}

/* ---- JSON --------------------------------------------------------------- */

/* Members that tell of an error and, as a rule, of nobody. */
static bool is_told(const struct excerpt *e)
{
	static const char *const keys[] = {"error", "errors", "message", "code",
	    "type", "title", "detail", "status", "reason", "error_code",
	    "error_description", "statusCode", "status_code"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(e->key, keys[i]) == 0)
			return true;
	}
	return false;
}

/* The end of a string that begins at `at`, behind its quote. */
static const char *string_end(const char *at, const char *end)
{
	while (at < end && *at != '"')
		at += *at == '\\' && at + 1 < end ? 2 : 1;
	return at < end ? at : end;
}

static bool is_key(const char *behind, const char *end)
{
	while (behind < end && is_blank(*behind))
		behind++;
	return behind < end && *behind == ':';
}

static void take_key(struct excerpt *e, const char *from, const char *to)
{
	size_t len = (size_t)(to - from);

	if (len >= KEY_MAX)
		len = KEY_MAX - 1;
	memcpy(e->key, from, len);
	e->key[len] = '\0';
}

static void put_string(struct excerpt *e)
{
	const char *from = e->at + 1;
	const char *to = string_end(from, e->end);
	const char *behind = to < e->end ? to + 1 : to;
	bool key = is_key(behind, e->end);

	if (key)
		take_key(e, from, to);
	put(e, "\"", 1);
	if (key || is_told(e))
		put_text(e, from, to);
	else if (from < to)
		put(e, "...", 3);
	put(e, "\"", 1);
	e->at = behind;
}

/* A number, or true, false, null, or what should not be there. */
static void put_bare(struct excerpt *e)
{
	const char *from = e->at;

	while (e->at < e->end && is_word(*e->at))
		e->at++;
	if (is_told(e) || !(is_digit(*from) || *from == '-'))
		put_text(e, from, e->at);
	else
		put(e, "0", 1);
}

static void put_json(struct excerpt *e)
{
	while (e->at < e->end && !e->full) {
		if (*e->at == '"')
			put_string(e);
		else if (is_word(*e->at) && *e->at != ':')
			put_bare(e);
		else
			put_char(e, *e->at++);
	}
}

void excerpt_make(const char *body, size_t len, const char *const *secrets,
    size_t n, char out[EXCERPT_MAX + 1])
{
	bool cut = len > EXCERPT_READ_MAX;
	struct excerpt e = {
	    .at = body, .secrets = secrets, .n_secrets = n, .out = out};

	e.end = body + (cut ? EXCERPT_READ_MAX : len);
	while (e.at < e.end && is_blank(*e.at))
		e.at++;
	if (e.at < e.end && (*e.at == '{' || *e.at == '[' || *e.at == '"'))
		put_json(&e);
	else
		put_text(&e, e.at, e.end);
	while (e.n > 0 && out[e.n - 1] == ' ')
		e.n--;
	if (e.full || cut) {
		memcpy(out + e.n, "...", 3);
		e.n += 3;
	}
	out[e.n] = '\0';
}
