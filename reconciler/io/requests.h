/*
 * The worker's requests: sends what is ready as soon as the budgets let it, and
 * hands each answer to the flight or token that it belongs to. A request needs
 * a token of its lane's bucket, and one of its operation's where that has a
 * budget of its own; one that only lacks the latter is set aside, so that
 * requests of other operations pass it by.
 */
#ifndef TRUEUP_IO_REQUESTS_H
#define TRUEUP_IO_REQUESTS_H

#include "reconciler/io/flight.h"
#include "reconciler/io/lane.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err_text;
struct fetch;
struct log;
struct random;

struct requests {
	/* The worker's, borrowed. */
	struct lane *lanes;
	size_t n_lanes;
	struct flight *flights;
	size_t n_flights;
	struct random *random;
	const struct log *log;
	size_t max_reply; /* bytes of one answer */

	struct fetch *fetch; /* opened when first needed */
	uint64_t sent;
};

/* requests_close(requests): abandons what is in flight. */
void requests_close(struct requests *requests);

/*
 * requests_send(requests, err): make and send all that may go now. 0, or
 * negative when libcurl cannot be used at all.
 */
int requests_send(struct requests *requests, struct err_text *err);

/* requests_take(requests): take in every answer that has come. */
void requests_take(struct requests *requests);

/*
 * requests_wait_ms(requests, now): how long until a budget lets something go;
 * INT64_MAX: nothing waits for that.
 */
int64_t requests_wait_ms(struct requests *requests, struct lane_now now);

/*
 * requests_wait(requests, fds, n, timeout, err): until an answer has come, one
 * of the n descriptors is readable or timeout_ms have passed; as fetch_wait.
 */
int requests_wait(struct requests *requests, const int *fds, size_t n,
    int64_t timeout_ms, struct err_text *err);

#endif
