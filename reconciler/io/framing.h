/* How long a request's body is, told in one way only. */
#ifndef TRUEUP_IO_FRAMING_H
#define TRUEUP_IO_FRAMING_H

#include <stddef.h>

struct framing {
	size_t lengths;	  /* Content-Length, how often */
	size_t encodings; /* Transfer-Encoding, how often */
	const char *length;
	const char *encoding;
};

/* framing_see(framing, name, value): one header of the request; borrowed. */
void framing_see(struct framing *framing, const char *name, const char *value);

/*
 * framing_judge(framing, max): 0: read on (chunked bodies are counted as they
 * come); ERR_FULL: longer than max; ERR_BAD: it can be read in two ways, or in
 * none (RFC 9112 section 6.3), and might smuggle another request past a proxy.
 */
int framing_judge(const struct framing *framing, size_t max_bytes);

#endif
