/*
 * The fields of a form that a browser sends (WHATWG URL,
 * application/x-www-form-urlencoded). Pure.
 */
#ifndef TRUEUP_IO_PAGE_FORM_H
#define TRUEUP_IO_PAGE_FORM_H

#include <stddef.h>

enum { PAGE_FORM_MAX = 16 * 1024 }; /* bytes of a form that are read */

/*
 * page_form_field(body, len, name, out, cap): the first field of that name,
 * decoded, NUL-terminated. 0; ERR_ABSENT; ERR_BAD: not decodable, or a NUL
 * byte; ERR_FULL: it does not fit.
 */
int page_form_field(
    const char *body, size_t len, const char *name, char *out, size_t cap);

/*
 * page_form_value(value, out, cap): the same of a value alone, as
 * http_each_query gives it: '+' has become a blank already.
 */
int page_form_value(const char *value, char *out, size_t cap);

#endif
