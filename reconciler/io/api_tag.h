/*
 * How long an answer may be kept: entity tags (RFC 9110 section 8.8) and
 * max-age (RFC 9111). Pure.
 */
#ifndef TRUEUP_IO_API_TAG_H
#define TRUEUP_IO_API_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account_answer;

enum { API_TAG_MAX = 72, API_TAG_AGE_MAX_S = 60 };

/*
 * api_tag_make(body, out): a strong tag: the hash of the body but for the
 * moments in `as_of`, then that moment. Returns out.
 */
const char *api_tag_make(const char *body, char out[API_TAG_MAX]);

/*
 * api_tag_match(header, tag): does If-None-Match (NULL: was not sent) name this
 * tag, or one that differs from it by the moment alone? What the client keeps
 * is then still the answer, as of that moment: tag becomes the one that it has,
 * for the 304.
 */
bool api_tag_match(const char *header, char tag[API_TAG_MAX]);

/*
 * api_tag_max_age(answer, timeless): seconds for which an answer may be kept:
 * until time alone changes it, at most API_TAG_AGE_MAX_S; timeless: it is about
 * a moment of its own, so that time does not. Negative: not at all (unknown, or
 * not fresh).
 */
int64_t api_tag_max_age(const struct account_answer *answer, bool timeless);

#endif
