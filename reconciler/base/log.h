/*
 * One line per event to a file descriptor: `level event key=value ...`.
 * A value with a blank, a quote or a control character is written in double
 * quotes with JSON-like escapes, so that a line stays one line. Never pass a
 * secret or a body.
 */
#ifndef TRUEUP_BASE_LOG_H
#define TRUEUP_BASE_LOG_H

#include <stdint.h>

/* By consequence: someone must act; it will heal; a state changed; off. */
enum log_level { LOG_ERR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log {
	int fd;		      /* borrowed, usually 2 */
	enum log_level level; /* lines above it are dropped */
};

/* One key and its value. A NULL text is left out. */
struct log_pair {
	const char *key;
	const char *text;
	char number[24]; /* storage of log_number */
};

/*
 * log_event(log, level, event, pairs, n): write one line with a single
 * write(2). log may be NULL (nothing happens). Lines are cut at 4096 bytes.
 * Safe to call from several threads.
 */
void log_event(const struct log *log, enum log_level level, const char *event,
    const struct log_pair *pairs, unsigned int n);

/*
 * log_text(key, text), log_number(key, value): build a pair; text is borrowed
 * until the line is written.
 */
struct log_pair log_text(const char *key, const char *text);
struct log_pair log_number(const char *key, int64_t value);

/* log_level_parse(word, out): "err" "warn" "info" "debug"; 0 or ERR_BAD. */
int log_level_parse(const char *word, enum log_level *out);

#endif
