/*
 * One look at one object, from its claim to its outcome: ask, read, and ask on
 * while the client says MORE. No network here: the worker carries the requests.
 */
#ifndef TRUEUP_IO_FLIGHT_H
#define TRUEUP_IO_FLIGHT_H

#include "cache/store.h"
#include "clients/client.h"
#include "reconciler/base/arena.h"
#include "reconciler/io/lane.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fetch_result;
struct health_event;

enum flight_state {
	FLIGHT_FREE = 0,
	FLIGHT_HELD,  /* its question is still to be made */
	FLIGHT_READY, /* request is built and waits to be sent */
	FLIGHT_SENT,  /* waits for the answer */
	FLIGHT_ENDED  /* outcome is set and waits to be settled */
};

struct flight {
	enum flight_state state;
	struct lane *lane;
	struct errand errand;
	bool paid;  /* the lane's budget was charged for the next request */
	bool aside; /* READY, but its operation has no budget left just now */
	bool repeated;	       /* its question was asked with two tokens */
	uint64_t token_serial; /* of the token that its question carries */
	struct claim claim;
	struct arena arena; /* claim, request, answers, observation */
	struct client_request request;
	struct client_reply replies[CLIENT_STEPS_MAX];
	size_t n_replies;
	struct client_reading reading;
	struct client_page page; /* of a list, instead */
	struct outcome outcome;
	struct settled settled;
	int64_t took_ms; /* of all its requests */
};

/* flight_init(flight), flight_fini(flight): its storage, once. */
void flight_init(struct flight *flight);
void flight_fini(struct flight *flight);
/* flight_clear(flight): free for the next claim. */
void flight_clear(struct flight *flight);

/* flight_begin(flight, lane): claimed: HELD. */
void flight_begin(struct flight *flight, struct lane *lane);

/*
 * flight_ask(flight, now): HELD: make its next question, with the lane's token
 * where there is such a thing: READY, or ENDED if it cannot be asked.
 */
void flight_ask(struct flight *flight, int64_t now_ms);

/*
 * flight_fail(flight, verdict, cause): end it without an answer. The cause is
 * copied.
 */
void flight_fail(
    struct flight *flight, enum verdict verdict, const char *cause);

/*
 * flight_answer(flight, result, now, event): fold one answer in: READY again
 * for MORE, else ENDED; *event is what the provider's health learns from it
 * (random and key_stamp are left to the caller). false: the token was refused
 * and nothing is learnt: HELD, to be asked once more with a fresh one.
 */
bool flight_answer(struct flight *flight, const struct fetch_result *result,
    int64_t now_ms, struct health_event *event);

/*
 * flight_count(flight, now): it is settled: count how it ended, and of news
 * that a notice had told of how long it took until they were known. now: wall
 * clock.
 */
void flight_count(const struct flight *flight, int64_t now_ms);

#endif
