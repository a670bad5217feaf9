/*
 * The courier of one target: takes changes from the feed in order, has them
 * carried, repeats what failed, and writes down what became of each. At least
 * once, in order for each account; whoever is slow or broken delays no account
 * but its own. A thread of its own; it shares the store, never a transaction.
 */
#ifndef TRUEUP_IO_COURIER_H
#define TRUEUP_IO_COURIER_H

#include "reconciler/core/delivery.h"
#include "reconciler/io/carrier.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct err_text;
struct log;
struct settings;
struct store;

struct courier_options {
	const struct settings *settings;
	struct store *store;
	const struct log *log;
	enum delivery_target target;
	const atomic_bool *follow; /* false: leave when nothing can be done */
	int wake_fd;		   /* readable when follow has changed */
	int64_t stop_at_ms;	   /* monotonic; 0: no limit */
};

/*
 * courier_run(options, carrier, err): until a stop is requested, the time is
 * over, or there is nothing to do and nothing to wait for. Closes the carrier.
 * 0, or negative when the store failed; nothing is lost then.
 */
int courier_run(const struct courier_options *options, struct carrier *carrier,
    struct err_text *err);

#endif
