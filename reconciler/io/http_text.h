/* An answer as bytes of HTTP/1.1, for when libmicrohttpd cannot be asked to. */
#ifndef TRUEUP_IO_HTTP_TEXT_H
#define TRUEUP_IO_HTTP_TEXT_H

#include <stddef.h>

struct http_header;

/* All borrowed. */
struct http_text {
	int status;
	const char *reason; /* of the status */
	const char *type;   /* Content-Type */
	const char *body;
	const struct http_header *headers;
	size_t n_headers;
};

/*
 * http_text_new(text): the whole answer, after which the connection ends; to be
 * freed. NULL: no memory.
 */
char *http_text_new(const struct http_text *text);

#endif
