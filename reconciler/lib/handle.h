/*
 * Inside of libtrueup: what a handle is made of, and how every question begins
 * and fails.
 */
#ifndef TRUEUP_LIB_HANDLE_H
#define TRUEUP_LIB_HANDLE_H

#include "reconciler/lib/trueup.h"

struct buf;
struct err_text;
struct loaded_settings;
struct parent;
struct settings;
struct slot;
struct slots;

struct trueup {
	struct parent *parent; /* the process that it belongs to */
	struct loaded_settings *loaded;
	const struct settings *settings;
	struct slots *slots;
};

/*
 * handle_enter(t, out, err): a question begins: 0 and a slot with a snapshot of
 * now, to be given back by slots_give; or enum trueup_err with the text.
 */
int handle_enter(struct trueup *t, struct slot **out, struct err_text *err);
enum { HANDLE_JSON_MAX = 64 * 1024 * 1024 };
/*
 * handle_take(text, out, err): what was written becomes the caller's. 0, or
 * enum trueup_err and *out is NULL.
 */
int handle_take(struct buf *text, char **out, struct err_text *err);
/* handle_tell(rc, why, err): into the caller's error, if wanted. Returns rc. */
int handle_tell(int rc, const struct err_text *why, struct trueup_error *err);

#endif
