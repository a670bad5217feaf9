/*
 * The desk of one receiving thread: what comes in is authenticated, its ids are
 * taken and gathered into batches for the committer; who sent them is answered
 * when they are on disk.
 */
#ifndef TRUEUP_IO_DESK_H
#define TRUEUP_IO_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct committer;
struct desk;
struct err_text;
struct http_exchange;
struct replies;
struct settings;

/* How a notification ended. */
enum desk_outcome {
	DESK_STORED = 0,
	DESK_IGNORED,	  /* genuine, nothing in it that we track */
	DESK_MALFORMED,	  /* 400 */
	DESK_UNSIGNED,	  /* 401 */
	DESK_WRONG_TOKEN, /* 404 */
	DESK_UNAVAILABLE, /* 503 */
	DESK_OUTCOMES
};

/*
 * desk_new(settings, replies, committer, err): all three are borrowed; NULL on
 * an error. desk_free(desk): nothing is under way any more; NULL-safe.
 */
struct desk *desk_new(const struct settings *settings,
    const struct replies *replies, struct committer *committer,
    struct err_text *err);
void desk_free(struct desk *desk);

/* desk_serve(desk, exchange): answer a request, now or when it is stored. */
void desk_serve(void *desk, struct http_exchange *exchange);
/* desk_close(desk): from now on everything new is told to come again later. */
void desk_close(struct desk *desk);

/*
 * desk_give(desk): hand what was gathered to the committer. desk_take_back:
 * answer what it is done with. desk_fd: readable when there is such.
 * desk_is_busy(desk): some is under way.
 */
void desk_give(struct desk *desk);
void desk_take_back(struct desk *desk);
int desk_fd(const struct desk *desk);
bool desk_is_busy(const struct desk *desk);

/*
 * desk_count(desk, provider, outcome): so far; provider is the index in the
 * settings. From any thread.
 */
uint64_t desk_count(
    const struct desk *desk, size_t provider, enum desk_outcome outcome);

#endif
