#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "reconciler/base/err.h"

static void one_line(char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < 0x20 || byte == 0x7f)
			*text = '?';
	}
}

/* A local copy first, as the old text may be among the arguments. */
int err_set(struct err_text *err, int code, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;

	if (err == NULL)
		return code;
	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	one_line(text);
	memcpy(err->text, text, strlen(text) + 1);
	return code;
}

void err_prefix(struct err_text *err, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	size_t len, room;
	va_list args;

	if (err == NULL)
		return;
	va_start(args, format);
	if (vsnprintf(text, sizeof(text) - 2, format, args) < 0)
		text[0] = '\0';
	va_end(args);
	len = strlen(text);
	memcpy(text + len, ": ", 3);
	len += 2;
	room = sizeof(text) - 1 - len;
	if (strlen(err->text) < room)
		room = strlen(err->text);
	memcpy(text + len, err->text, room);
	text[len + room] = '\0';
	one_line(text);
	memcpy(err->text, text, len + room + 1);
}

const char *err_name(int code)
{
	static const char *const names[] = {"ok", "absent", "bad", "again",
	    "denied", "full", "fail", "format", "twice"};

	if (code > 0 || code < ERR_TWICE)
		return "unknown";
	return names[-code];
}
