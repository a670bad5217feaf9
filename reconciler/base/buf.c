#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/err.h"

#include "reconciler/base/buf.h"

enum { CAP_FIRST = 64 };

void buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf){.max = max < SIZE_MAX ? max : SIZE_MAX - 1};
}

void buf_fini(struct buf *buf)
{
	size_t max;

	if (buf == NULL)
		return;
	max = buf->max;
	free(buf->data);
	*buf = (struct buf){.max = max};
}

void buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->error = 0;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

/* Doubling, but never beyond max. */
static bool grow(struct buf *buf, size_t len)
{
	size_t need, cap;
	char *data;

	if (len > buf->max - buf->len) {
		buf->error = ERR_FULL;
		return false;
	}
	need = buf->len + len + 1;
	cap = buf->cap > 0 ? buf->cap : CAP_FIRST;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap > buf->max + 1)
		cap = buf->max + 1;
	data = realloc(buf->data, cap);
	if (data == NULL) {
		buf->error = ERR_FAIL;
		return false;
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

/* Room for len more bytes and the NUL. A cap is never more than max and one. */
static bool reserve(struct buf *buf, size_t len)
{
	if (buf->error != 0)
		return false;
	return len < buf->cap - buf->len || grow(buf, len);
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
	if (!reserve(buf, len))
		return;
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_adds(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_addf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		if (buf->error == 0)
			buf->error = ERR_FAIL;
		return;
	}
	if (!reserve(buf, (size_t)len))
		return;
	va_start(args, format);
	(void)vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

char *buf_room(struct buf *buf, size_t len)
{
	return reserve(buf, len) ? buf->data + buf->len : NULL;
}

void buf_grown(struct buf *buf, size_t len)
{
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_repeat(struct buf *buf, size_t at, size_t len)
{
	char *to = buf_room(buf, len);

	if (to == NULL)
		return;
	memcpy(to, buf->data + at, len);
	buf_grown(buf, len);
}

char *buf_take(struct buf *buf)
{
	char *text = NULL;

	if (buf->error == 0) {
		text = buf->data;
		buf->data = NULL;
	}
	buf_fini(buf);
	return text;
}

const char *buf_text(const struct buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}
