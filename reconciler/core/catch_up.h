/*
 * Catching up by a provider's log of what happened (struct listing_log): from
 * where it is read, whether it still tells everything, and what of it we know
 * already. Pure arithmetic.
 *
 * Positions are moments of the provider's clock; what is said about the window
 * goes by ours alone.
 */
#ifndef TRUEUP_CORE_CATCH_UP_H
#define TRUEUP_CORE_CATCH_UP_H

#include <stdbool.h>
#include <stdint.h>

struct listing_log;

enum {
	/* The key may not read it: whether it may by now is asked so often. */
	CATCH_UP_REFUSED_MS = 24 * 3600 * 1000,
	/* A reading that did not come to its end by then begins anew: its place
	 * may have left the window. */
	CATCH_UP_STALE_MS = 24 * 3600 * 1000
};

/* Whether what happened since the last whole reading is still in the log. */
enum catch_up_window {
	CATCH_UP_WHOLE = 0,
	CATCH_UP_CLOSING, /* in a sixth of the window it will not be */
	CATCH_UP_GAP,	  /* some of it is not: only a resync helps */
	CATCH_UP_WINDOWS
};

const char *catch_up_window_name(enum catch_up_window window);

/*
 * catch_up_window(log, read, now): of a log that was last read whole by a
 * reading that began at read.
 */
enum catch_up_window catch_up_window(
    const struct listing_log *log, int64_t read_ms, int64_t now_ms);

/*
 * catch_up_from(log, position, now): where a reading begins when the newest
 * entry of the one before was of position: the overlap before that, or before
 * now, if the position is of the future.
 */
int64_t catch_up_from(
    const struct listing_log *log, int64_t position_ms, int64_t now_ms);

/*
 * catch_up_shows(log, at, fetched, now): an answer about an object, asked for
 * at fetched (our clock; 0: never), shows what happened to it at at. One from
 * the future (our clock stepped back) shows nothing.
 */
bool catch_up_shows(const struct listing_log *log, int64_t at_ms,
    int64_t fetched_ms, int64_t now_ms);

/*
 * catch_up_next(began, every, refused, now): when the reading behind the one
 * that began at began is due.
 */
int64_t catch_up_next(
    int64_t began_ms, int64_t every_ms, bool refused, int64_t now_ms);

#endif
