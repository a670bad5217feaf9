/*
 * Who has a provider's log read by itself (core/catch_up.h), and tells how that
 * goes. One for each lane.
 */
#ifndef TRUEUP_IO_CATCHER_H
#define TRUEUP_IO_CATCHER_H

#include "cache/discover.h"

#include <stdbool.h>
#include <stdint.h>

struct log;
struct provider_settings;
struct store_turn;

enum { CATCHER_LISTS_MAX = 16 };

struct catcher {
	struct catch_up catch_up; /* log NULL: its type has none */
	const char *lists[CATCHER_LISTS_MAX];
	struct catch_up_news news; /* of the last turn */
	bool once;	 /* a drain must come to its end: one reading */
	int64_t told_ms; /* when the window was spoken of; monotonic, or 0 */
};

/* catcher_init(catcher, provider, once): once: one reading at most. */
void catcher_init(struct catcher *catcher,
    const struct provider_settings *provider, bool once);
/* catcher_turn(catcher, turn): its part of a turn. */
void catcher_turn(struct catcher *catcher, struct store_turn *turn);
/* catcher_tell(catcher, log): after the commit. */
void catcher_tell(struct catcher *catcher, const struct log *log);
/* catcher_wait_ms(catcher, wall): until its next part; INT64_MAX: none. */
int64_t catcher_wait_ms(const struct catcher *catcher, int64_t wall_ms);

#endif
