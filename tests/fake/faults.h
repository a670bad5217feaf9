#ifndef FAKE_FAULTS_H
#define FAKE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

/*
 * What is to go wrong.  A fault matches requests by kind, id and route (any
 * of them left out matches all), lets the first "skip" of them pass, works
 * for the next "count" (1 unless told, 0 until cleared), and says what
 * happens in up to three parts:
 *
 *   wait    hold (name of a barrier), delay_ms, hang, late
 *   view    stale_back, stale_ms
 *   answer  status, headers, body, text, bytes, depth, members,
 *           content_type, truncate, close
 *
 * Of several matching faults the oldest decides each part and is the only
 * one used up by it, so that faults of one part queue and others combine.
 */
struct fault {
	json_t *spec;
	int kind; /* or -1 */
	const char *id, *route;
	int64_t skip;
	int64_t left; /* or -1: until cleared */
	unsigned parts;
};

struct faults {
	struct fault *items;
	size_t len, cap;
};

/* The parts that hit one request: references, or NULL. */
struct effect {
	json_t *wait;
	json_t *view;
	json_t *answer;
};

void faults_fini(struct faults *f);

/*
 * Adds the fault that SPEC tells (a reference is kept); KIND is its kind or
 * -1.  NULL, or what is wrong with it: a member that means nothing is.
 */
const char *faults_add(struct faults *f, json_t *spec, int kind);

/*
 * Removes the faults that have the members of SPEC (all, when it is empty);
 * "true" stands for any value.  Returns how many.
 */
size_t faults_clear(struct faults *f, json_t *spec);

/* Uses up what hits a request; ID may be "".  Free OUT with _drop. */
void faults_pick(struct faults *f, int kind, const char *id, const char *route,
    struct effect *out);
void faults_drop(struct effect *e);

/* The faults still in force, as an array. */
json_t *faults_list(const struct faults *f);

/* A member of a part, where the part may be NULL. */
int64_t faults_number(const json_t *part, const char *name, int64_t fallback);
const char *faults_string(const json_t *part, const char *name);
bool faults_is_true(const json_t *part, const char *name);

#endif
