/*
 * What the query API answers with: problems (RFC 9457), and bodies with their
 * caching. Every answer is counted.
 */
#ifndef TRUEUP_IO_API_REPLY_H
#define TRUEUP_IO_API_REPLY_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct http_exchange;
struct http_header;
struct http_message;
struct http_reply;

enum api_outcome {
	API_SERVED = 0,	  /* 200, 303 */
	API_UNCHANGED,	  /* 304 */
	API_UNAUTHORIZED, /* 401 */
	API_REFUSED,	  /* any other 4xx */
	API_FAILED,	  /* 5xx */
	API_OUTCOMES
};

/* Of all threads together. */
struct api_counts {
	_Atomic uint64_t n[API_OUTCOMES];
};

/* One request under way, and where its outcome is counted. */
struct api_asker {
	struct http_exchange *exchange;
	struct api_counts *counts;
};

enum api_body_kind { API_BODY_JSON, API_BODY_LINES, API_BODY_METRICS };

struct api_body {
	const struct buf *text; /* with an error: 500, it is too large */
	enum api_body_kind kind;
	/* Seconds for which it may be kept; negative: no-store. */
	int64_t max_age_s;
	const char *if_none_match; /* of the request; NULL: none */
};

/* api_reply_body(asker, body): 200, or 304 when the client has it already. */
void api_reply_body(const struct api_asker *asker, const struct api_body *body);

/* api_reply_message(asker, message): any other answer, counted by its status.
 */
void api_reply_message(
    const struct api_asker *asker, const struct http_message *message);

/*
 * api_reply_problem(asker, status, detail): about:blank, with the title of the
 * status; a 401 asks for a bearer token, a 503 to come again.
 * api_reply_wrong_method: 405 with Allow. api_reply_gone: 410; first: the
 * oldest change that is kept.
 */
void api_reply_problem(
    const struct api_asker *asker, int status, const char *detail);
void api_reply_wrong_method(const struct api_asker *asker, const char *allow);
void api_reply_gone(
    const struct api_asker *asker, const char *detail, uint64_t first);

/*
 * api_reply_fixed(status, detail): a problem for the HTTP server itself to
 * give; NULL: no memory.
 */
struct http_reply *api_reply_fixed(int status, const char *detail);

#endif
