#include <string.h>

#include "reconciler/base/buf.h"

#include "reconciler/io/http.h"

#include "reconciler/io/http_text.h"

enum { HEAD_BYTES = 1024 };

char *http_text_new(const struct http_text *text)
{
	struct buf out;

	buf_init(&out, HEAD_BYTES + strlen(text->body));
	buf_addf(&out, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n", text->status,
	    text->reason, text->type);
	for (size_t i = 0; i < text->n_headers; i++)
		buf_addf(&out, "%s: %s\r\n", text->headers[i].name,
		    text->headers[i].value);
	buf_addf(&out, "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
	    strlen(text->body), text->body);
	if (out.error != 0) {
		buf_fini(&out);
		return NULL;
	}
	return out.data;
}
