/*
 * The text side of webhook signatures: headers taken apart, hex and base64 to
 * bytes. Pure, no allocation; what comes in is from a stranger, and no function
 * reads beyond the length that it is given.
 */
#ifndef TRUEUP_CORE_SIGNATURE_TEXT_H
#define TRUEUP_CORE_SIGNATURE_TEXT_H

#include "reconciler/core/signature.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * signature_text_next(rest, separator, out): the next element of a list in the
 * text that *rest covers, and move *rest behind it. An empty text has one
 * element, an empty one. false: there are no more (rest->data is NULL then).
 */
bool signature_text_next(
    struct signature_part *rest, char separator, struct signature_part *out);

/*
 * signature_text_split(element, separator, name, value): at the first
 * separator; false when there is none.
 */
bool signature_text_split(const struct signature_part *element, char separator,
    struct signature_part *name, struct signature_part *value);

/* signature_text_is(part, text): the same bytes. Not for secrets. */
bool signature_text_is(const struct signature_part *part, const char *text);

/*
 * signature_text_stripe(header, out): the time of a Stripe-Signature as it is
 * written there. false for a header that is not of the form: an element without
 * exactly one '=', no t, more than one (which of them would be signed?), or a t
 * that is not 1 to 19 digits.
 */
bool signature_text_stripe(const char *header, struct signature_part *out);

/*
 * signature_text_seconds(text, out): 1 to 19 digits as a number; false for
 * anything else and for what int64_t cannot hold.
 */
bool signature_text_seconds(const struct signature_part *text, int64_t *out);

/*
 * signature_text_hex(text, out, cap): bytes from hex of either case.
 * signature_text_base64(text, out, cap): from base64 as RFC 4648 section 4 has
 * it: padded, nothing between the characters, and the bits left over are zero,
 * so that there is one spelling. Both: the number of bytes, 0 when the text is
 * empty, not of the form, or more than cap.
 */
size_t signature_text_hex(
    const struct signature_part *text, unsigned char *out, size_t cap);
size_t signature_text_base64(
    const struct signature_part *text, unsigned char *out, size_t cap);
/*
 * signature_text_to_base64(data, len, out): the other way; out has room for
 * 4 * ((len + 2) / 3) bytes and a NUL.
 */
void signature_text_to_base64(const unsigned char *data, size_t len, char *out);

#endif
