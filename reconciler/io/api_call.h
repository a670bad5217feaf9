/*
 * One question to the query API on its way to an answer, and the answers by
 * theme: each gives exactly one. Inside of api*.c.
 */
#ifndef TRUEUP_IO_API_CALL_H
#define TRUEUP_IO_API_CALL_H

#include "reconciler/io/api_path.h"
#include "reconciler/io/api_query.h"
#include "reconciler/io/api_reply.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct barrier;
struct buf;
struct err_text;
struct settings;
struct store_view;

enum {
	API_ANSWER_MAX = 16 * 1024 * 1024,
	API_ARENA_MAX = 64 * 1024 * 1024,
	API_BATCH_MAX = 1000
};

struct api_call {
	const struct settings *settings;
	struct api_asker asker;
	struct api_path path;
	struct api_query query;
	struct store_view *view; /* of now; NULL where none is needed */
	int view_error;		 /* why there is none; 0 */
	struct arena *arena;	 /* empty; for this call */
	struct buf *out;	 /* empty; for the body */
	int64_t now_ms;
	const char *if_none_match; /* of the request; NULL: none */
	bool may_wait; /* a question about changes: for what is to come */
	bool waits;    /* set by it: nothing yet, and nothing was answered */
	/* A refresh that is over; NULL: none was asked for. */
	const struct barrier *barrier;
};

/* api_call_fail(call, rc): the store did not answer: 503, or 500. */
void api_call_fail(const struct api_call *call, int rc);
/*
 * api_call_json(call, max_age): what is in call->out. api_call_wrong(call,
 * detail): 400.
 */
void api_call_json(const struct api_call *call, int64_t max_age_s);
void api_call_wrong(const struct api_call *call, const char *detail);

void api_account_answer(struct api_call *call);
void api_account_history(struct api_call *call);
void api_batch_answer(struct api_call *call);
void api_object_answer(struct api_call *call);
void api_object_history(struct api_call *call);
void api_feed_answer(struct api_call *call);
void api_state_stats(struct api_call *call);
void api_state_metrics(struct api_call *call);
void api_state_health(struct api_call *call);
void api_state_ready(struct api_call *call);

#endif
