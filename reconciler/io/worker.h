/*
 * The worker: collect, claim, fetch, read, settle; one write transaction a
 * turn. This file is the story of the program.
 */
#ifndef TRUEUP_IO_WORKER_H
#define TRUEUP_IO_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err_text;
struct log;
struct settings;
struct store;

struct worker_options {
	bool follow;	     /* stay, and react to new notices */
	int64_t max_time_ms; /* stop claiming after that long; 0: no limit */
	/*
	 * Not NULL: work only for those who wait (jobs of cause manual) until
	 * enough(cookie) says so, which is asked after each turn, and when
	 * max_time_ms is over. What is under way then is given back at once.
	 * It may append to the store.
	 */
	bool (*enough)(void *cookie);
	void *cookie;
};

/* What one run did, for the last line and the exit status. */
struct worker_report {
	uint64_t fetches;
	uint64_t settled;
	uint64_t news;
	uint64_t changes;
	uint64_t parked; /* jobs that wait for a person, now */
	size_t barred;	 /* providers that refuse our key, now */
	size_t silent;	 /* providers whose silence alarm rings, now */
	/* A refused key's file was replaced: read the settings and run anew. */
	bool reload;
};

/*
 * worker_run(settings, store, options, log, report, err): drain all that is due
 * and return, or follow until stop_requested(). The caller holds the worker
 * lock. 0, or negative when it could not go on (the store failed); nothing is
 * lost then.
 */
int worker_run(const struct settings *settings, struct store *store,
    const struct worker_options *options, const struct log *log,
    struct worker_report *report, struct err_text *err);

#endif
