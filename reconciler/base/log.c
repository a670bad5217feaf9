#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/base/log.h"

enum { LINE_MAX_BYTES = 4096 };

static const char *const level_words[] = {"err", "warn", "info", "debug"};

/* A line under construction; what does not fit is dropped from there on. */
struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
	bool full;
};

/* The last byte is kept for the newline. */
static void put(struct line *line, const char *text, size_t len)
{
	if (line->full || len > sizeof(line->text) - 1 - line->len) {
		line->full = true;
		return;
	}
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

/* A long piece is cut, not dropped. */
static void put_plain(struct line *line, const char *text)
{
	size_t len = strlen(text), room = sizeof(line->text) - 1 - line->len;

	if (!line->full && len > room) {
		put(line, text, room);
		line->full = true;
	}
	put(line, text, len);
}

static bool is_plain(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && !text_has_control(text, len) &&
	       strpbrk(text, " \"") == NULL && text_is_utf8(text, len);
}

static void put_escaped(struct line *line, unsigned char byte, bool utf8)
{
	static const char shorts[] = "\"\"\\\\\nn\rr\tt";
	char piece[8] = {(char)byte};
	size_t i;

	for (i = 0; i + 1 < sizeof(shorts); i += 2) {
		if ((char)byte == shorts[i]) {
			piece[0] = '\\';
			piece[1] = shorts[i + 1];
			put(line, piece, 2);
			return;
		}
	}
	if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
		(void)snprintf(piece, sizeof(piece), "\\u%04x", byte);
		put(line, piece, 6);
		return;
	}
	put(line, piece, 1);
}

static void put_value(struct line *line, const char *text)
{
	bool utf8;

	if (is_plain(text)) {
		put_plain(line, text);
		return;
	}
	utf8 = text_is_utf8(text, strlen(text));
	put(line, "\"", 1);
	for (; *text != '\0' && !line->full; text++)
		put_escaped(line, (unsigned char)*text, utf8);
	put(line, "\"", 1);
}

static void put_pair(struct line *line, const struct log_pair *pair)
{
	const char *value = pair->text != NULL ? pair->text : pair->number;

	if (pair->text == NULL && pair->number[0] == '\0')
		return;
	put(line, " ", 1);
	put_plain(line, pair->key);
	put(line, "=", 1);
	put_value(line, value);
}

void log_event(const struct log *log, enum log_level level, const char *event,
    const struct log_pair *pairs, unsigned int n)
{
	int saved = errno;
	struct line line;
	unsigned int i;
	ssize_t done;

	if (log == NULL || level > log->level || level > LOG_DEBUG)
		return;
	line.len = 0;
	line.full = false;
	put_plain(&line, level_words[level]);
	put(&line, " ", 1);
	put_plain(&line, event);
	for (i = 0; i < n; i++)
		put_pair(&line, &pairs[i]);
	line.text[line.len++] = '\n';
	do
		done = write(log->fd, line.text, line.len);
	while (done < 0 && errno == EINTR);
	errno = saved;
}

struct log_pair log_text(const char *key, const char *text)
{
	return (struct log_pair){.key = key, .text = text};
}

struct log_pair log_number(const char *key, int64_t value)
{
	struct log_pair pair = {.key = key};

	(void)snprintf(pair.number, sizeof(pair.number), "%" PRId64, value);
	return pair;
}

int log_level_parse(const char *word, enum log_level *out)
{
	unsigned int i;

	for (i = 0; i < sizeof(level_words) / sizeof(level_words[0]); i++) {
		if (text_equal(word, level_words[i])) {
			*out = (enum log_level)i;
			return 0;
		}
	}
	return ERR_BAD;
}
