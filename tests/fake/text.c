#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/text.h"

enum { MAX_BYTES = 1 << 30 };

static void die(const char *what)
{
	fprintf(stderr, "fake-provider: %s\n", what);
	abort();
}

void *text_need(size_t len)
{
	void *bytes = calloc(1, len ? len : 1);

	if (bytes == NULL)
		die("out of memory");
	return bytes;
}

char *text_copy(const char *s)
{
	size_t len = strlen(s) + 1;

	return memcpy(text_need(len), s, len);
}

static void reserve(struct text *t, size_t more)
{
	size_t cap = t->cap ? t->cap : 64;
	char *bytes;

	if (more > MAX_BYTES || t->len > MAX_BYTES - more)
		die("a text grows beyond a gigabyte");
	while (cap <= t->len + more)
		cap *= 2;
	if (cap == t->cap)
		return;
	bytes = realloc(t->bytes, cap);
	if (bytes == NULL)
		die("out of memory");
	t->bytes = bytes;
	t->cap = cap;
}

void text_add(struct text *t, const void *bytes, size_t len)
{
	reserve(t, len);
	if (len > 0)
		memcpy(t->bytes + t->len, bytes, len);
	t->len += len;
	t->bytes[t->len] = '\0';
}

void text_adds(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_fill(struct text *t, int c, size_t len)
{
	reserve(t, len);
	memset(t->bytes + t->len, c, len);
	t->len += len;
	t->bytes[t->len] = '\0';
}

void text_addf(struct text *t, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		die("a format fails");
	reserve(t, (size_t)len);
	va_start(args, format);
	len = vsnprintf(t->bytes + t->len, (size_t)len + 1, format, args);
	va_end(args);
	t->len += (size_t)len;
}

void text_print(char *out, size_t out_bytes, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vsnprintf(out, out_bytes, format, args) < 0)
		die("a format fails");
	va_end(args);
}

void text_insert(struct text *t, size_t at, const void *insert, size_t len)
{
	if (at > t->len)
		at = t->len;
	reserve(t, len);
	memmove(t->bytes + at + len, t->bytes + at, t->len - at);
	memcpy(t->bytes + at, insert, len);
	t->len += len;
	t->bytes[t->len] = '\0';
}

size_t text_find(const struct text *t, const char *needle)
{
	const char *at = t->bytes ? strstr(t->bytes, needle) : NULL;

	return at ? (size_t)(at - t->bytes) : (size_t)-1;
}

void text_fini(struct text *t)
{
	free(t->bytes);
	t->bytes = NULL;
	t->len = t->cap = 0;
}
