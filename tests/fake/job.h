#ifndef FAKE_JOB_H
#define FAKE_JOB_H

#include "tests/fake/fake.h"

/* A control call on some objects; the first error sticks. */
struct job {
	struct fake *f;
	json_t *in; /* the body of the call, borrowed */
	int kind;
	struct object **items;
	size_t len;
	const char *error; /* a constant, or NULL */
};

/* Reads the kind of the call. */
void job_init(struct job *job, struct fake *f, json_t *in);

/*
 * Also finds the objects it names: "id", "ids" (array), or "from" and "to"
 * (decimal ids, both included).
 */
void job_init_targets(struct job *job, struct fake *f, json_t *in);

/* An integer of the call, which may stand as a string; 0 when absent. */
json_int_t job_number(const json_t *in, const char *name);

/*
 * Sends what "notify" of the call says: true is once, a number so often,
 * "auto" when the provider would for CHANGE; absent is FALLBACK times.
 */
void job_notify(struct job *job, const struct object *o, const json_t *change,
    json_int_t fallback);

/*
 * The headers that sign a notification's body at that moment, as a new object;
 * NULL when the provider does not sign.
 */
json_t *job_sign(const struct fake *f, int64_t at_ms, const struct text *body);

/* The object {"error": TEXT}. */
json_t *job_error(const char *text);

/*
 * Ends the job: ANSWER (reference taken) or, for NULL, the number of its
 * objects; the error instead if there was one.
 */
json_t *job_finish(struct job *job, json_t *answer);

#endif
