/*
 * A few words of an answer that could not be used, for the person who looks at
 * the job: its shape and what it says of the error, and nothing that could be a
 * secret or somebody's data. Pure.
 */
#ifndef TRUEUP_CORE_EXCERPT_H
#define TRUEUP_CORE_EXCERPT_H

#include <stddef.h>

enum {
	EXCERPT_MAX = 200,	 /* bytes of it, without the NUL */
	EXCERPT_READ_MAX = 4096, /* bytes of the answer that are looked at */
	EXCERPT_WORD_MAX = 24	 /* a longer word may be a token */
};

/*
 * excerpt_make(body, len, secrets, n, out): printable ASCII, one line.
 * Of JSON all names are shown, of texts and numbers only those that tell of an
 * error (error, message, code, ...); else "..." or 0 stands for them. A word
 * that is long, or has four digits or an @, and the n secrets (NULL ones are
 * skipped) are shown as ***. Blanks are one blank, any other byte is "?".
 * Cut at EXCERPT_MAX, then it ends in "...".
 */
void excerpt_make(const char *body, size_t len, const char *const *secrets,
    size_t n, char out[EXCERPT_MAX + 1]);

#endif
