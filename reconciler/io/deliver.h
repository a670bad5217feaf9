/* Handing changes on: a courier for each target, each a thread of its own. */
#ifndef TRUEUP_IO_DELIVER_H
#define TRUEUP_IO_DELIVER_H

#include <stdbool.h>
#include <stdint.h>

struct err_text;
struct log;
struct settings;
struct store;

struct deliver_options {
	bool follow;	     /* stay */
	bool until_eof;	     /* stay as long as standard input is open */
	int64_t max_time_ms; /* start nothing after that long; 0: no limit */
};

/*
 * deliver_begin(settings, store, err): from now on every change is delivered to
 * every target that is configured: sets the cursors that are not set yet.
 */
int deliver_begin(
    const struct settings *settings, struct store *store, struct err_text *err);

/*
 * deliver_run(settings, store, options, log, err): the caller holds the
 * deliverer's lock. 0, or negative when a courier could not go on; nothing is
 * lost then.
 */
int deliver_run(const struct settings *settings, struct store *store,
    const struct deliver_options *options, const struct log *log,
    struct err_text *err);

/*
 * deliver_parked(settings, store, out, err): what waits for a person, over all
 * configured targets; one that is halted counts.
 */
int deliver_parked(const struct settings *settings, struct store *store,
    uint64_t *out, struct err_text *err);

#endif
