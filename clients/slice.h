/*
 * The bytes of one member of a JSON object, as they were sent: for signatures
 * that cover a member and not the whole text. A flat scanner of its own, since
 * a signature is checked before anything is parsed. No allocation, no
 * recursion; nothing is read beyond the length that is given.
 */
#ifndef TRUEUP_CLIENTS_SLICE_H
#define TRUEUP_CLIENTS_SLICE_H

#include <stddef.h>

enum { SLICE_DEPTH_MAX = 64 }; /* deeper text is refused */

struct slice {
	const char *data; /* borrowed from the text */
	size_t len;
};

/*
 * slice_member(text, len, name, out): the value of the member `name` of the
 * object that the whole text is (RFC 8259), without the whitespace around it.
 * 0. ERR_ABSENT: there is none. ERR_BAD: the text is no object, or the member
 * is there twice, or a key of the outermost object is written with an escape,
 * so that it could be the name in disguise. What is taken is bounded correctly
 * in every text that is JSON; a text that is none may be found out by a parser
 * only (its strings, numbers and words are not judged).
 */
int slice_member(
    const char *text, size_t len, const char *name, struct slice *out);

/*
 * slice_compact(from, out): copy without the whitespace outside of strings, as
 * JSON.stringify (ECMA-262) writes it; out has room for from->len bytes. The
 * number of bytes written.
 */
size_t slice_compact(const struct slice *from, char *out);

#endif
