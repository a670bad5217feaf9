/*
 * The only door to providers: many requests at once over one libcurl multi
 * handle, connections kept and reused. TLS is verified, redirects are not
 * followed, sizes and times are bounded, and a request goes to the configured
 * base URL and nowhere else.
 */
#ifndef TRUEUP_IO_FETCH_H
#define TRUEUP_IO_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client_request;
struct err_text;
struct fetch;

struct fetch_target {
	const char *base_url;
	const struct client_request *request;
	int64_t timeout_ms;
};

/* How a request ended. Borrowed texts live until the next fetch_ call. */
struct fetch_result {
	void *cookie;
	int status;		  /* HTTP status; 0: no answer */
	const char *error;	  /* no answer: why; else NULL */
	bool timed_out;		  /* that is why */
	bool too_large;		  /* the answer was cut off: not to be read */
	const char *content_type; /* or NULL */
	const char *retry_after;  /* the header's text, or NULL */
	const char *body;	  /* NUL-terminated */
	size_t len;
	int64_t took_ms;
	/* Of that, without the time in which nobody looked for answers. */
	int64_t waited_ms;
};

/*
 * fetch_open(max_in_flight, max_reply, out, err): max_reply in bytes, of one
 * body. fetch_close(fetch): abandons what is in flight; NULL-safe.
 */
int fetch_open(size_t max_in_flight, size_t max_reply, struct fetch **out,
    struct err_text *err);
void fetch_close(struct fetch *fetch);

/*
 * fetch_start(fetch, target, cookie, err): begin one request; everything is
 * copied. ERR_FULL: max_in_flight are under way.
 */
int fetch_start(struct fetch *fetch, const struct fetch_target *target,
    void *cookie, struct err_text *err);

/*
 * fetch_wait(fetch, fds, n, timeout): drive the transfers until one has ended,
 * one of the n (at most 4) descriptors is readable, or timeout_ms passed. 0, or
 * ERR_FAIL.
 */
int fetch_wait(struct fetch *fetch, const int *fds, size_t n,
    int64_t timeout_ms, struct err_text *err);

/* fetch_next(fetch, out): the next ended request; false: none just now. */
bool fetch_next(struct fetch *fetch, struct fetch_result *out);

/*
 * fetch_retry_after_ms(result, now): how long an answer that is no success asks
 * us to stay away, at most HEALTH_RETRY_AFTER_MAX_MS; 0: it does not.
 */
int64_t fetch_retry_after_ms(const struct fetch_result *result, int64_t now_ms);

#endif
