#include <stdint.h>
#include <strings.h>

#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/io/framing.h"

void framing_see(struct framing *framing, const char *name, const char *value)
{
	if (strcasecmp(name, "Content-Length") == 0) {
		framing->lengths++;
		framing->length = value;
	} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
		framing->encodings++;
		framing->encoding = value;
	}
}

int framing_judge(const struct framing *framing, size_t max_bytes)
{
	int64_t length;

	if (framing->lengths + framing->encodings > 1)
		return ERR_BAD;
	if (framing->encodings > 0) {
		return framing->encoding != NULL &&
			       strcasecmp(framing->encoding, "chunked") == 0
			   ? 0
			   : ERR_BAD;
	}
	if (framing->lengths == 0)
		return 0;
	if (!text_is_digits(framing->length, 1, SIZE_MAX))
		return ERR_BAD;
	/* More digits than a number can have is a long body as well. */
	if (text_int(framing->length, 0, INT64_MAX, &length) != 0 ||
	    (uint64_t)length > max_bytes)
		return ERR_FULL;
	return 0;
}
