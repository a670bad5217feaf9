/*
 * Drift: asks the providers about what is on record, compares, and writes
 * nothing. What it asks is beside the worker's budget, at most as fast as that.
 */
#ifndef TRUEUP_IO_VERIFY_H
#define TRUEUP_IO_VERIFY_H

#include "cache/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err_text;
struct log;
struct settings;

/* One thing in which record and provider differ. Borrowed for the call. */
struct drift {
	const struct object_ref *ref;
	const char *account; /* whose it is on record, or NULL */
	/*
	 * "status", "grant", "end", "quantity", "owner", or "missing": there,
	 * when there is something here; else here.
	 */
	const char *what;
	const char *here;  /* on record; or NULL */
	const char *there; /* at the provider; or NULL */
	bool access;	   /* the object's own say on access differs now */
	bool pending;	   /* it is to be looked at anyway: no drift, a delay */
};

struct verify_options {
	const char *provider; /* NULL: each one */
	uint64_t sample;      /* so many objects, taken at random; 0: all */
	/* found(cookie, drift): called for each difference. */
	void (*found)(void *cookie, const struct drift *drift);
	void *cookie;
};

struct verify_report {
	uint64_t checked; /* objects that were compared */
	uint64_t drifted; /* of these, with drift that no job will mend */
	uint64_t pending; /* with drift that a job will mend */
	uint64_t unread;  /* objects that could not be read */
	const char *why;  /* of the last one of them; lives in `text` */
	char text[200];
};

/*
 * Without a sample the provider's lists are read as well, where it has any, and
 * what they name and no record knows is looked at.
 *
 * verify_run(settings, store, options, log, report, err): 0, also when there is
 * drift; negative when it could not go on. Ends early when stop_requested().
 */
int verify_run(const struct settings *settings, struct store *store,
    const struct verify_options *options, const struct log *log,
    struct verify_report *report, struct err_text *err);

#endif
