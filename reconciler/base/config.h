/*
 * The configuration file as text with places: a libconfig file read into
 * groups, lists and settings, every access typed, every complaint
 * `file:line: what, allowed, got`. It knows nothing of what the keys mean;
 * that is the caller's table of struct config_key.
 */
#ifndef TRUEUP_BASE_CONFIG_H
#define TRUEUP_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err_text;

struct config;	    /* one parsed file; owns all text it hands out */
struct config_node; /* one group in it; lives as long as the file */

enum config_type {
	CONFIG_TEXT,	 /* const char * (borrowed from the file) */
	CONFIG_BOOL,	 /* bool */
	CONFIG_INT,	 /* int64_t, min..max */
	CONFIG_REAL,	 /* double, min..max (an integer is accepted) */
	CONFIG_DURATION, /* int64_t ms, min..max; written "24h" */
	CONFIG_SIZE,	 /* uint64_t bytes, min..max; written "1M" or 1048576 */
	CONFIG_DURATIONS, /* struct config_durations; ("5s", "30s") or "5s" */
	CONFIG_TEXTS,	  /* struct config_texts; ["a", "b"] or "a" */
};

enum { CONFIG_DURATIONS_MAX = 8, CONFIG_TEXTS_MAX = 32 };

struct config_durations {
	int64_t ms[CONFIG_DURATIONS_MAX];
	size_t n;
	bool set; /* the file named it (an empty list is a setting too) */
};

struct config_texts {
	const char *items[CONFIG_TEXTS_MAX]; /* borrowed from the file */
	size_t n;			     /* 0: the file named none */
};

/* One key of a group: where its value goes, and what is allowed. */
struct config_key {
	const char *name;
	enum config_type type;
	size_t offset; /* of the member in the caller's struct */
	double min;    /* numbers, durations (ms), sizes (bytes) */
	double max;
	const char *allowed; /* text only: words separated by '|', or NULL */
	bool required;
};

/*
 * config_open(path, out, err): parse the file, at most 1 MiB of UTF-8. @include
 * and numbers that do not fit are refused. 0; ERR_ABSENT, ERR_DENIED, ERR_BAD
 * (syntax, a key given twice; with the line), ERR_FAIL.
 */
int config_open(const char *path, struct config **out, struct err_text *err);
/* config_open_text(text, name, out, err): the same from memory, for tests. */
int config_open_text(const char *text, const char *name, struct config **out,
    struct err_text *err);
void config_close(struct config *config);

/* config_root(config): the outermost group. */
const struct config_node *config_root(const struct config *config);
/*
 * config_group(node, name): a group inside, or NULL when the file has none.
 * What has the name but is no group is handed out too: config_fill and
 * config_each refuse it with its place.
 */
const struct config_node *config_group(
    const struct config_node *node, const char *name);
/*
 * config_count(node, name): elements of a list of groups; 0 when absent. One
 * group (or anything else) in the place of a list counts as a list of one.
 */
size_t config_count(const struct config_node *node, const char *name);
/* config_item(node, name, i): its i-th group; NULL when it is not a group. */
const struct config_node *config_item(
    const struct config_node *node, const char *name, size_t i);

/*
 * config_fill(node, keys, n, out, err): for every key that the group has,
 * check and write the value into out at key->offset; members of absent keys
 * are left as the caller set them (its defaults). A key that is not in the
 * table, a key given twice, a wrong type or a value out of range is ERR_BAD.
 * Keys whose value is a group or list of groups are named in `groups`
 * (NULL-terminated) so that they are not "unknown".
 */
int config_fill(const struct config_node *node, const struct config_key *keys,
    size_t n, const char *const *groups, void *out, struct err_text *err);

/*
 * config_each(node, visit, cookie, err): call visit for every text setting of
 * a free-form group (`policy = { past_due = "grace 7d"; }`), in file order;
 * stops at and returns the first non-zero. A non-text value is ERR_BAD.
 */
int config_each(const struct config_node *node,
    int (*visit)(void *cookie, const struct config_node *where, const char *key,
	const char *value, struct err_text *err),
    void *cookie, struct err_text *err);

/*
 * config_complain(node, key, err, format, ...): ERR_BAD with the text
 * `file:line: key: …` for the key's own line (or the group's when key is NULL
 * or absent). For checks that only the caller can make.
 */
int config_complain(const struct config_node *node, const char *key,
    struct err_text *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
