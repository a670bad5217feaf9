#ifndef FAKE_STATS_H
#define FAKE_STATS_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "tests/fake/text.h"

/*
 * What the provider saw of its callers.  Not locked: the server's lock is
 * held around every call.  Control calls are not counted.
 */
enum { STATS_SLOTS = 10, STATS_SLOT_MS = 100, STATS_LOG = 8192 };

struct stats_line {
	int64_t at_ms; /* wall clock of the arrival */
	char method[8];
	char path[120];
	int status; /* 0: not answered yet, -1: closed without an answer */
};

struct stats {
	int64_t total;
	json_t *routes;	  /* pattern -> requests */
	json_t *objects;  /* "kind/id" -> requests */
	json_t *statuses; /* status -> answers */
	int64_t in_flight, in_flight_max;
	int64_t slots[STATS_SLOTS]; /* requests per tenth of a second */
	int64_t slot;		    /* number of the newest of them */
	int64_t per_second_max;	    /* over sliding seconds */
	json_t *last;		    /* method, path, headers of the last one */
	struct stats_line *log;	    /* ring of the last STATS_LOG */
	uint64_t log_from;	    /* the first one since the reset */
	uint64_t log_len;
};

void stats_init(struct stats *s);
void stats_fini(struct stats *s);

/* Forgets all but the requests in flight. */
void stats_reset(struct stats *s);

/*
 * A request arrived: METHOD and PATH as they came, ROUTE the pattern (or
 * "other"), KIND the name of the kind or NULL, HEADERS (reference taken).
 * Returns the number that stats_end wants.
 */
uint64_t stats_begin(struct stats *s, const char *method, const char *path,
    const char *route, const char *kind, const char *id, json_t *headers);

/* Its answer; STATUS -1 for none. */
void stats_end(struct stats *s, uint64_t number, int status);

/* The figures, as a new object. */
json_t *stats_json(const struct stats *s);

/* The last requests as JSON lines, oldest first. */
void stats_lines(const struct stats *s, struct text *out);

#endif
