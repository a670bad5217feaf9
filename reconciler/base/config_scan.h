/*
 * A look over the configuration's text before libconfig reads it, for what
 * libconfig 1.5 takes in silence and we do not.
 */
#ifndef TRUEUP_BASE_CONFIG_SCAN_H
#define TRUEUP_BASE_CONFIG_SCAN_H

#include <stddef.h>

struct err_text;

/*
 * config_scan(text, len, name, err): text must end in a NUL at text[len].
 * ERR_BAD with "name:line: key: what" for an @include (it would be followed, to
 * any file), a whole number that does not fit (it would be cut to its low
 * bits), a NUL byte, as itself or as \x00 (text would end or close up there),
 * and bytes that are not UTF-8; else 0, which does not mean well-formed.
 */
int config_scan(
    const char *text, size_t len, const char *name, struct err_text *err);

#endif
