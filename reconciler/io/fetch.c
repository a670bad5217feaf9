#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "clients/client.h"

#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/library.h"
#include "reconciler/core/health.h"

#include "reconciler/io/fetch.h"

#ifndef TRUEUP_VERSION
#define TRUEUP_VERSION "unversioned"
#endif

/* Its interface, not its version: the same as long as it is "4". */
static const char LIBCURL[] = "libcurl.so.4";

enum {
	CONNECT_TIMEOUT_MS = 10 * 1000,
	LOW_SPEED_BYTES = 1, /* a second, for LOW_SPEED_S: a dead transfer */
	LOW_SPEED_S = 30,
	URL_MAX = 4096,
	HEADER_MAX = 4096 + 128, /* a secret and its name */
	FDS_MAX = 4,
	POLL_MAX_MS = 60 * 1000,
	BODY_KEEP_BYTES = 64 * 1024 /* a larger buffer is given back */
};

/*
 * What is used of libcurl; loaded with the first request, so that a run with
 * nothing to ask does not pay for it.
 */
struct curl {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_global_cleanup) *global_cleanup;
	__typeof__(curl_multi_init) *multi_init;
	__typeof__(curl_multi_cleanup) *multi_cleanup;
	__typeof__(curl_multi_setopt) *multi_setopt;
	__typeof__(curl_multi_add_handle) *multi_add_handle;
	__typeof__(curl_multi_remove_handle) *multi_remove_handle;
	__typeof__(curl_multi_perform) *multi_perform;
	__typeof__(curl_multi_poll) *multi_poll;
	__typeof__(curl_multi_info_read) *multi_info_read;
	__typeof__(curl_multi_strerror) *multi_strerror;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_reset) *easy_reset;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_easy_header) *easy_header;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
};

static const struct library_call curl_calls[] = {
    {"curl_global_init", offsetof(struct curl, global_init)},
    {"curl_global_cleanup", offsetof(struct curl, global_cleanup)},
    {"curl_multi_init", offsetof(struct curl, multi_init)},
    {"curl_multi_cleanup", offsetof(struct curl, multi_cleanup)},
    {"curl_multi_setopt", offsetof(struct curl, multi_setopt)},
    {"curl_multi_add_handle", offsetof(struct curl, multi_add_handle)},
    {"curl_multi_remove_handle", offsetof(struct curl, multi_remove_handle)},
    {"curl_multi_perform", offsetof(struct curl, multi_perform)},
    {"curl_multi_poll", offsetof(struct curl, multi_poll)},
    {"curl_multi_info_read", offsetof(struct curl, multi_info_read)},
    {"curl_multi_strerror", offsetof(struct curl, multi_strerror)},
    {"curl_easy_init", offsetof(struct curl, easy_init)},
    {"curl_easy_cleanup", offsetof(struct curl, easy_cleanup)},
    {"curl_easy_reset", offsetof(struct curl, easy_reset)},
    {"curl_easy_setopt", offsetof(struct curl, easy_setopt)},
    {"curl_easy_getinfo", offsetof(struct curl, easy_getinfo)},
    {"curl_easy_strerror", offsetof(struct curl, easy_strerror)},
    {"curl_easy_header", offsetof(struct curl, easy_header)},
    {"curl_slist_append", offsetof(struct curl, slist_append)},
    {"curl_slist_free_all", offsetof(struct curl, slist_free_all)},
};

/*
 * A slot is free (busy false), in flight (busy, not ended), or ended and
 * waiting to be read (ended). The handle is made once and reused.
 */
struct slot {
	CURL *easy;
	struct curl_slist *headers;
	struct buf body;
	char error[CURL_ERROR_SIZE];
	void *cookie;
	bool busy;
	bool ended;
	bool too_large;
	int64_t away_ms; /* of the fetch, when it began */
	CURLcode code;
};

struct fetch {
	struct curl curl;
	CURLM *multi;
	struct slot *slots;
	size_t n_slots;
	size_t n_ended;
	struct slot *reading; /* given out by fetch_next, freed by the next */
	int64_t away_ms;      /* spent outside of fetch_wait, so far */
	int64_t left_ms;      /* monotonic: fetch_wait returned last */
};

static size_t on_body(char *data, size_t size, size_t n, void *cookie)
{
	struct slot *slot = cookie;

	buf_add(&slot->body, data, size * n);
	if (slot->body.error == 0)
		return size * n;
	slot->too_large = true;
	return 0; /* ends the transfer */
}

/* Without libcurl there is nothing to close either. */
static struct fetch *new_fetch(struct err_text *err)
{
	struct fetch *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		(void)err_set(err, ERR_FAIL, "no memory for transfers");
		return NULL;
	}
	if (library_load(LIBCURL, curl_calls,
		sizeof(curl_calls) / sizeof(curl_calls[0]), &f->curl,
		err) != 0) {
		free(f);
		return NULL;
	}
	if (f->curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		(void)err_set(err, ERR_FAIL, "libcurl could not start");
		free(f);
		return NULL;
	}
	return f;
}

int fetch_open(size_t max_in_flight, size_t max_reply, struct fetch **out,
    struct err_text *err)
{
	struct fetch *f = new_fetch(err);

	*out = NULL;
	if (f == NULL)
		return ERR_FAIL;
	f->slots = calloc(max_in_flight, sizeof(*f->slots));
	f->multi = f->curl.multi_init();
	if (f->slots == NULL || f->multi == NULL) {
		fetch_close(f);
		return err_set(err, ERR_FAIL, "no memory for transfers");
	}
	f->n_slots = max_in_flight;
	for (size_t i = 0; i < max_in_flight; i++)
		buf_init(&f->slots[i].body, max_reply);
	f->curl.multi_setopt(
	    f->multi, CURLMOPT_MAXCONNECTS, (long)max_in_flight);
	f->left_ms = clock_mono_ms();
	*out = f;
	return 0;
}

static void slot_free(struct fetch *f, struct slot *slot)
{
	if (slot->easy != NULL) {
		if (slot->busy && !slot->ended)
			f->curl.multi_remove_handle(f->multi, slot->easy);
		f->curl.easy_cleanup(slot->easy);
	}
	f->curl.slist_free_all(slot->headers);
	buf_fini(&slot->body);
}

void fetch_close(struct fetch *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; f->slots != NULL && i < f->n_slots; i++)
		slot_free(f, &f->slots[i]);
	free(f->slots);
	if (f->multi != NULL)
		f->curl.multi_cleanup(f->multi);
	f->curl.global_cleanup();
	free(f);
}

static struct slot *free_slot(struct fetch *f)
{
	for (size_t i = 0; i < f->n_slots; i++) {
		if (!f->slots[i].busy)
			return &f->slots[i];
	}
	return NULL;
}

static int add_headers(
    struct fetch *f, struct slot *slot, const struct client_request *request)
{
	char line[HEADER_MAX];

	for (size_t i = 0; i < request->n_headers; i++) {
		int len = snprintf(line, sizeof(line), "%s: %s",
		    request->headers[i].name, request->headers[i].value);
		struct curl_slist *grown;

		if (len < 0 || (size_t)len >= sizeof(line))
			return ERR_FULL;
		grown = f->curl.slist_append(slot->headers, line);
		if (grown == NULL)
			return ERR_FAIL;
		slot->headers = grown;
	}
	return 0;
}

static void set_limits(
    struct fetch *f, CURL *easy, const struct fetch_target *target)
{
	bool plain = strncmp(target->base_url, "http://", 7) == 0;

	/* Only the scheme that is configured, here and everywhere. */
	f->curl.easy_setopt(
	    easy, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
	if (plain) /* a proxy would read the key */
		f->curl.easy_setopt(easy, CURLOPT_PROXY, "");
	f->curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	f->curl.easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	f->curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Who gives up must not wait for a resolver that hangs: all would. */
	f->curl.easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	f->curl.easy_setopt(easy, CURLOPT_HTTP_VERSION,
	    plain ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS);
	f->curl.easy_setopt(
	    easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	f->curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)target->timeout_ms);
	f->curl.easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	f->curl.easy_setopt(
	    easy, CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES);
	f->curl.easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_S);
	f->curl.easy_setopt(easy, CURLOPT_USERAGENT, "trueup/" TRUEUP_VERSION);
}

static int set_request(struct fetch *f, struct slot *slot,
    const struct fetch_target *target, struct err_text *err)
{
	const struct client_request *r = target->request;
	char url[URL_MAX];
	int len = snprintf(url, sizeof(url), "%s%s", target->base_url, r->path);

	if (len < 0 || (size_t)len >= sizeof(url) || r->path[0] != '/')
		return err_set(err, ERR_BAD, "the URL cannot be built");
	f->curl.easy_reset(slot->easy);
	set_limits(f, slot->easy, target);
	if (add_headers(f, slot, r) != 0)
		return err_set(err, ERR_BAD, "a header is too long");
	f->curl.easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->headers);
	if (r->body != NULL) {
		f->curl.easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)r->body_len);
		f->curl.easy_setopt(
		    slot->easy, CURLOPT_COPYPOSTFIELDS, r->body);
	}
	if (r->method != NULL)
		f->curl.easy_setopt(
		    slot->easy, CURLOPT_CUSTOMREQUEST, r->method);
	f->curl.easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, on_body);
	f->curl.easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
	f->curl.easy_setopt(slot->easy, CURLOPT_ERRORBUFFER, slot->error);
	f->curl.easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
	if (f->curl.easy_setopt(slot->easy, CURLOPT_URL, url) != CURLE_OK)
		return err_set(err, ERR_FAIL, "no memory for the request");
	return 0;
}

static void slot_clear(struct fetch *f, struct slot *slot)
{
	f->curl.slist_free_all(slot->headers);
	slot->headers = NULL;
	if (slot->body.cap > BODY_KEEP_BYTES) {
		size_t max = slot->body.max;

		buf_fini(&slot->body);
		buf_init(&slot->body, max);
	}
	buf_reset(&slot->body);
	slot->error[0] = '\0';
	slot->busy = false;
	slot->ended = false;
	slot->too_large = false;
}

int fetch_start(struct fetch *f, const struct fetch_target *target,
    void *cookie, struct err_text *err)
{
	struct slot *slot = free_slot(f);
	int rc;

	if (slot == NULL)
		return err_set(err, ERR_FULL, "too many requests in flight");
	if (slot->easy == NULL)
		slot->easy = f->curl.easy_init();
	if (slot->easy == NULL)
		return err_set(err, ERR_FAIL, "no memory for a transfer");
	slot_clear(f, slot);
	rc = set_request(f, slot, target, err);
	if (rc == 0 &&
	    f->curl.multi_add_handle(f->multi, slot->easy) != CURLM_OK)
		rc = err_set(err, ERR_FAIL, "libcurl refused a transfer");
	if (rc != 0) {
		slot_clear(f, slot);
		return rc;
	}
	slot->busy = true;
	slot->away_ms = f->away_ms + clock_mono_ms() - f->left_ms;
	slot->cookie = cookie;
	return 0;
}

/* Take what libcurl says has ended off its hands. */
static void gather(struct fetch *f)
{
	CURLMsg *message;
	int left;

	while ((message = f->curl.multi_info_read(f->multi, &left)) != NULL) {
		char *private = NULL;
		struct slot *slot;

		if (message->msg != CURLMSG_DONE)
			continue;
		f->curl.easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, &private);
		slot = (struct slot *)(void *)private;
		slot->code = message->data.result;
		f->curl.multi_remove_handle(f->multi, slot->easy);
		slot->ended = true;
		f->n_ended++;
	}
}

static int perform(struct fetch *f, struct err_text *err)
{
	int running;
	CURLMcode code = f->curl.multi_perform(f->multi, &running);

	if (code != CURLM_OK)
		return err_set(
		    err, ERR_FAIL, "libcurl: %s", f->curl.multi_strerror(code));
	gather(f);
	return 0;
}

static bool any_readable(const struct curl_waitfd *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fds[i].revents != 0)
			return true;
	}
	return false;
}

int fetch_wait(struct fetch *f, const int *fds, size_t n, int64_t timeout_ms,
    struct err_text *err)
{
	struct curl_waitfd wait[FDS_MAX];
	int64_t now_ms = clock_mono_ms();
	int64_t until_ms = now_ms + timeout_ms;
	int64_t left_ms = timeout_ms;
	int rc = perform(f, err);

	f->away_ms += now_ms - f->left_ms;
	for (size_t i = 0; i < n && i < FDS_MAX; i++) {
		wait[i].fd = fds[i];
		wait[i].events = CURL_WAIT_POLLIN;
		wait[i].revents = 0;
	}
	while (rc == 0 && f->n_ended == 0 && left_ms > 0) {
		int most = left_ms < POLL_MAX_MS ? (int)left_ms : POLL_MAX_MS;
		CURLMcode code = f->curl.multi_poll(
		    f->multi, wait, (unsigned int)n, most, NULL);

		if (code != CURLM_OK)
			return err_set(err, ERR_FAIL, "libcurl: %s",
			    f->curl.multi_strerror(code));
		rc = perform(f, err);
		if (any_readable(wait, n))
			break;
		left_ms = until_ms - clock_mono_ms();
	}
	f->left_ms = clock_mono_ms();
	return rc;
}

static void describe(
    struct fetch *f, struct slot *slot, struct fetch_result *out)
{
	struct curl_header *header = NULL;
	long status = 0;
	curl_off_t took_us = 0;
	char *type = NULL;

	f->curl.easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
	f->curl.easy_getinfo(slot->easy, CURLINFO_TOTAL_TIME_T, &took_us);
	f->curl.easy_getinfo(slot->easy, CURLINFO_CONTENT_TYPE, &type);
	out->cookie = slot->cookie;
	out->too_large = slot->too_large;
	out->took_ms = took_us / 1000;
	out->waited_ms = out->took_ms - (f->away_ms - slot->away_ms);
	if (out->waited_ms < 0)
		out->waited_ms = 0;
	out->timed_out = slot->code == CURLE_OPERATION_TIMEDOUT;
	out->content_type = type;
	out->body = buf_text(&slot->body);
	out->len = slot->body.len;
	if (slot->code == CURLE_OK || slot->too_large)
		out->status = (int)status;
	else
		out->error = slot->error[0] != '\0'
				 ? slot->error
				 : f->curl.easy_strerror(slot->code);
	if (f->curl.easy_header(slot->easy, "Retry-After", 0, CURLH_HEADER, -1,
		&header) == CURLHE_OK)
		out->retry_after = header->value;
}

bool fetch_next(struct fetch *f, struct fetch_result *out)
{
	memset(out, 0, sizeof(*out));
	if (f->reading != NULL) {
		slot_clear(f, f->reading);
		f->reading = NULL;
	}
	for (size_t i = 0; f->n_ended > 0 && i < f->n_slots; i++) {
		if (!f->slots[i].busy || !f->slots[i].ended)
			continue;
		f->n_ended--;
		f->reading = &f->slots[i];
		describe(f, f->reading, out);
		return true;
	}
	return false;
}

int64_t fetch_retry_after_ms(const struct fetch_result *result, int64_t now_ms)
{
	int64_t wait_ms = 0;

	if (result->retry_after == NULL || result->status < 400 ||
	    clock_parse_http(result->retry_after, now_ms, &wait_ms) != 0)
		return 0;
	return wait_ms < HEALTH_RETRY_AFTER_MAX_MS ? wait_ms
						   : HEALTH_RETRY_AFTER_MAX_MS;
}
