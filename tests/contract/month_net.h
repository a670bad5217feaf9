/*
 * The network of the month in the place of reconciler/io/fetch.c: requests are
 * counted against what the providers allow, answers come when their time has
 * come, and a wait is what makes time go by.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MONTH_NET_H
#define TRUEUP_TESTS_CONTRACT_MONTH_NET_H

#include <poll.h>
#include <time.h>

#include "reconciler/io/fetch.h"

#include "tests/contract/month_meter.h"

enum {
	NET_IDLE_MAX = 20000, /* waits without a moment passing: it spins */
	NET_PATH_MAX = 256,
	NET_LAG_MS = 20 * 1000, /* of a replica; shorter than the ladder */
	NET_FDS_MAX = 4
};

/* How a request will end. */
enum fate_of_request {
	NET_ANSWER,
	NET_REFUSED, /* connection */
	NET_TIMEOUT,
	NET_UNAVAILABLE,
	NET_BUSY,
	NET_BUSY_SECONDS,
	NET_BUSY_DATE,
	NET_DENIED
};

struct request {
	bool busy, ended;
	enum fate_of_request fate;
	enum place place;
	void *cookie;
	int64_t began_ms;
	int64_t due_ms;
	int64_t seen_ms;     /* the moment that the answer shows */
	struct thing *thing; /* or NULL */
	char path[NET_PATH_MAX];
	char retry_after[40];
	struct answer answer;
};

struct fetch {
	struct request *requests;
	size_t n;
	size_t n_busy;
	struct request *reading;
};

/* ---- what becomes of it ------------------------------------------------- */

static inline enum fate_of_request fate_in(
    struct month *m, const struct trouble *t)
{
	static const enum fate_of_request storm[] = {
	    NET_ANSWER, NET_BUSY, NET_BUSY, NET_BUSY_SECONDS, NET_BUSY_DATE};
	static const enum fate_of_request outage[] = {
	    NET_REFUSED, NET_UNAVAILABLE, NET_TIMEOUT};
	int64_t third_ms = (t->until_ms - t->from_ms) / 3 + 1;

	switch (t->kind) {
	case TROUBLE_OUTAGE:
		return outage[(m->true_ms - t->from_ms) / third_ms];
	case TROUBLE_STORM:
		return storm[pick(&m->random, 5)];
	default:
		return NET_DENIED;
	}
}

static inline enum fate_of_request fate_of(struct month *m, enum place place)
{
	const struct trouble *t = trouble_of(m, place);

	if (t != NULL)
		return fate_in(m, t);
	if (chance(&m->random, 4))
		return NET_REFUSED + (enum fate_of_request)pick(&m->random, 3);
	return NET_ANSWER;
}

static inline int64_t net_takes(
    struct month *m, enum fate_of_request fate, int64_t timeout_ms)
{
	if (fate == NET_REFUSED)
		return 2;
	if (fate == NET_TIMEOUT)
		return timeout_ms;
	if (chance(&m->random, 10))
		return 1000 + (int64_t)pick(&m->random, 3000);
	return 20 + (int64_t)pick(&m->random, 200);
}

/* As the provider writes it: seconds, or a date in whole ones. */
static inline void ask_for_silence(struct month *m, struct request *r)
{
	int64_t at_ms =
	    m->true_ms + (5 + (int64_t)pick(&m->random, 90)) * MONTH_SECOND;
	time_t at_s;
	struct tm tm;

	if (r->fate == NET_BUSY_SECONDS) {
		snprintf(r->retry_after, sizeof(r->retry_after), "%lld",
		    (long long)((at_ms - m->true_ms) / 1000));
	} else {
		at_s = at_ms / 1000;
		at_ms = (int64_t)at_s * 1000;
		(void)gmtime_r(&at_s, &tm);
		(void)strftime(r->retry_after, sizeof(r->retry_after),
		    "%a, %d %b %Y %H:%M:%S GMT", &tm);
	}
	if (at_ms > m->silent_ms[r->place])
		m->silent_ms[r->place] = at_ms;
}

/* It has come: what it says is made now, of what was true then. */
static inline void come(struct month *m, struct request *r)
{
	static const int status[] = {
	    [NET_UNAVAILABLE] = 503,
	    [NET_BUSY] = 429,
	    [NET_BUSY_SECONDS] = 429,
	    [NET_BUSY_DATE] = 429,
	    [NET_DENIED] = 401,
	};

	r->ended = true;
	m->in_flight[r->place]--;
	if (r->thing != NULL)
		r->thing->in_flight = false;
	if (r->fate == NET_ANSWER) {
		say(m, r->place, r->path, r->seen_ms, &r->answer);
		return;
	}
	r->answer.status =
	    r->fate < sizeof(status) / sizeof(status[0]) ? status[r->fate] : 0;
	if (r->fate == NET_BUSY_SECONDS || r->fate == NET_BUSY_DATE)
		ask_for_silence(m, r);
}

/* The worker knows it now. */
static inline void is_told(struct month *m, const struct request *r)
{
	bool final = r->answer.status == 200 || r->answer.status == 404 ||
		     r->answer.status == 410;

	if (r->answer.thing != NULL)
		is_seen(m, &r->answer);
	if (r->thing != NULL && final && r->began_ms >= r->thing->notified_ms)
		r->thing->notified_ms = 0;
	if (r->place != PLACE_ECURRING)
		return;
	if (r->fate == NET_ANSWER)
		m->barred_ms = 0;
	if (r->fate != NET_DENIED || m->barred_ms != 0)
		return;
	m->barred_ms = m->probed_ms = m->true_ms;
	m->gap_ms = MONTH_MINUTE;
}

/* ---- the seam ----------------------------------------------------------- */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __wrap_fetch_open(size_t max_in_flight, size_t max_reply,
    struct fetch **out, struct err_text *err);
void __wrap_fetch_close(struct fetch *f);
int __wrap_fetch_start(struct fetch *f, const struct fetch_target *target,
    void *cookie, struct err_text *err);
int __wrap_fetch_wait(struct fetch *f, const int *fds, size_t n,
    int64_t timeout_ms, struct err_text *err);
bool __wrap_fetch_next(struct fetch *f, struct fetch_result *out);

int __wrap_fetch_open(size_t max_in_flight, size_t max_reply,
    struct fetch **out, struct err_text *err)
{
	struct fetch *f = calloc(1, sizeof(*f));

	*out = NULL;
	if (f != NULL)
		f->requests = calloc(max_in_flight, sizeof(*f->requests));
	if (f == NULL || f->requests == NULL) {
		free(f);
		return err_set(err, ERR_FAIL, "no memory");
	}
	f->n = max_in_flight;
	for (size_t i = 0; i < f->n; i++)
		buf_init(&f->requests[i].answer.body, max_reply);
	*out = month_is->fetch = f;
	return 0;
}

void __wrap_fetch_close(struct fetch *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++) {
		struct request *r = &f->requests[i];

		if (r->busy && !r->ended) {
			month_is->in_flight[r->place]--;
			if (r->thing != NULL)
				r->thing->in_flight = false;
		}
		buf_fini(&r->answer.body);
	}
	month_is->fetch = NULL;
	free(f->requests);
	free(f);
}

static void begin(struct month *m, struct request *r,
    const struct fetch_target *target, void *cookie)
{
	bool stripe = strstr(target->base_url, "stripe") != NULL;
	struct buf body = r->answer.body;

	buf_reset(&body);
	memset(r, 0, sizeof(*r));
	r->answer.body = body;
	r->busy = true;
	r->cookie = cookie;
	r->place = stripe ? PLACE_STRIPE : PLACE_ECURRING;
	snprintf(r->path, sizeof(r->path), "%s", target->request->path);
	count_request(m, r->place, r->path);
	r->thing = thing_of_path(m, r->place, r->path);
	if (r->thing != NULL)
		count_thing(m, r->thing);
	r->began_ms = m->true_ms;
	r->fate = fate_of(m, r->place);
	r->due_ms = m->true_ms + net_takes(m, r->fate, target->timeout_ms);
	r->seen_ms = (r->began_ms + r->due_ms) / 2;
	if (chance(&m->random, 100)) /* of a replica that is behind */
		r->seen_ms -= (int64_t)pick(&m->random, NET_LAG_MS);
}

int __wrap_fetch_start(struct fetch *f, const struct fetch_target *target,
    void *cookie, struct err_text *err)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->requests[i].busy)
			continue;
		begin(month_is, &f->requests[i], target, cookie);
		f->n_busy++;
		return 0;
	}
	return err_set(err, ERR_FULL, "too many requests in flight");
}

static bool is_readable(const int *fds, size_t n)
{
	struct pollfd polled[NET_FDS_MAX];

	for (size_t i = 0; i < n; i++)
		polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	return poll(polled, n, 0) > 0;
}

/* What has come by now; and the moment at which the next one will. */
static bool take_what_comes(struct month *m, struct fetch *f, int64_t *next_ms)
{
	bool any = false;

	*next_ms = MONTH_NEVER;
	for (size_t i = 0; f->n_busy > 0 && i < f->n; i++) {
		struct request *r = &f->requests[i];

		if (!r->busy)
			continue;
		if (!r->ended && r->due_ms <= m->true_ms)
			come(m, r);
		any = any || r->ended;
		if (!r->ended && r->due_ms < *next_ms)
			*next_ms = r->due_ms;
	}
	return any;
}

/* A worker that waits again and again while no time goes by does harm. */
static void notice_spinning(struct month *m)
{
	m->idle = m->idle_ms == m->true_ms ? m->idle + 1 : 0;
	m->idle_ms = m->true_ms;
	if (m->idle > NET_IDLE_MAX)
		month_fail(m, "the worker spins at %lld",
		    (long long)(m->true_ms - MONTH_START));
}

int __wrap_fetch_wait(struct fetch *f, const int *fds, size_t n,
    int64_t timeout_ms, struct err_text *err)
{
	struct month *m = month_is;
	int64_t until_ms = m->true_ms + timeout_ms, next_ms;

	notice_spinning(m);
	while (!m->killed && !take_what_comes(m, f, &next_ms) &&
	       !is_readable(fds, n) && m->true_ms < until_ms) {
		if (m->n_events > 0 && m->events[0].at_ms < next_ms)
			next_ms = m->events[0].at_ms;
		pass(m, next_ms < until_ms ? next_ms : until_ms);
		m->stopped = m->true_ms >= m->end_ms;
	}
	return m->killed ? err_set(err, ERR_FAIL, "killed") : 0;
}

static void describe(const struct request *r, struct fetch_result *out)
{
	out->cookie = r->cookie;
	out->took_ms = r->due_ms - r->began_ms;
	out->status = r->answer.status;
	out->content_type = r->answer.content_type;
	out->body = buf_text(&r->answer.body);
	out->len = r->answer.body.len;
	if (r->retry_after[0] != '\0')
		out->retry_after = r->retry_after;
	if (r->fate == NET_REFUSED)
		out->error = "connection refused";
	else if (r->fate == NET_TIMEOUT)
		out->error = "timeout";
}

bool __wrap_fetch_next(struct fetch *f, struct fetch_result *out)
{
	memset(out, 0, sizeof(*out));
	if (f->reading != NULL) {
		f->reading->busy = false;
		f->reading = NULL;
		f->n_busy--;
	}
	for (size_t i = 0; f->n_busy > 0 && i < f->n; i++) {
		if (!f->requests[i].busy || !f->requests[i].ended)
			continue;
		f->reading = &f->requests[i];
		is_told(month_is, f->reading);
		describe(f->reading, out);
		return true;
	}
	return false;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

#endif
