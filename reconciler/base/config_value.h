/*
 * One value of a configuration file against one line of the caller's table:
 * the judgement of config.c, without libconfig and without a place.
 */
#ifndef TRUEUP_BASE_CONFIG_VALUE_H
#define TRUEUP_BASE_CONFIG_VALUE_H

#include <stddef.h>
#include <stdint.h>

struct config_key;
struct err_text;

enum config_is {
	CONFIG_IS_OTHER, /* a group or a list; text names it ("a list") */
	CONFIG_IS_TEXT,
	CONFIG_IS_BOOL, /* number is 0 or 1 */
	CONFIG_IS_INT,
	CONFIG_IS_REAL,
};

struct config_value {
	enum config_is is;
	const char *text; /* borrowed */
	int64_t number;
	double real;
};

/*
 * config_value_fill(key, values, n, member, err): check and write into member,
 * which is of the type that the key's type names. n is 1, except for
 * CONFIG_DURATIONS and CONFIG_TEXTS (0 too, and more than their maximum is a
 * mistake of the file).
 * 0, or ERR_BAD with "what, allowed X, got Y" and nothing written.
 */
int config_value_fill(const struct config_key *key,
    const struct config_value *values, size_t n, void *member,
    struct err_text *err);

/* config_value_unknown(keys, n, groups, err): ERR_BAD, naming what exists. */
int config_value_unknown(const struct config_key *keys, size_t n,
    const char *const *groups, struct err_text *err);

#endif
