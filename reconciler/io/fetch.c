#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "clients/client.h"

#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/health.h"

#include "reconciler/io/fetch.h"

#ifndef TRUEUP_VERSION
#define TRUEUP_VERSION "unversioned"
#endif

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
	CURLcode code;
};

struct fetch {
	CURLM *multi;
	struct slot *slots;
	size_t n_slots;
	size_t n_ended;
	struct slot *reading; /* given out by fetch_next, freed by the next */
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

int fetch_open(size_t max_in_flight, size_t max_reply, struct fetch **out,
    struct err_text *err)
{
	struct fetch *f = calloc(1, sizeof(*f));

	*out = NULL;
	if (f == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(f);
		return err_set(err, ERR_FAIL, "libcurl could not start");
	}
	f->slots = calloc(max_in_flight, sizeof(*f->slots));
	f->multi = curl_multi_init();
	if (f->slots == NULL || f->multi == NULL) {
		fetch_close(f);
		return err_set(err, ERR_FAIL, "no memory for transfers");
	}
	f->n_slots = max_in_flight;
	for (size_t i = 0; i < max_in_flight; i++)
		buf_init(&f->slots[i].body, max_reply);
	curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)max_in_flight);
	*out = f;
	return 0;
}

static void slot_free(struct fetch *f, struct slot *slot)
{
	if (slot->easy != NULL) {
		if (slot->busy && !slot->ended)
			curl_multi_remove_handle(f->multi, slot->easy);
		curl_easy_cleanup(slot->easy);
	}
	curl_slist_free_all(slot->headers);
	buf_fini(&slot->body);
}

void fetch_close(struct fetch *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n_slots; i++)
		slot_free(f, &f->slots[i]);
	free(f->slots);
	if (f->multi != NULL)
		curl_multi_cleanup(f->multi);
	curl_global_cleanup();
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

static int add_headers(struct slot *slot, const struct client_request *request)
{
	char line[HEADER_MAX];

	for (size_t i = 0; i < request->n_headers; i++) {
		int len = snprintf(line, sizeof(line), "%s: %s",
		    request->headers[i].name, request->headers[i].value);
		struct curl_slist *grown;

		if (len < 0 || (size_t)len >= sizeof(line))
			return ERR_FULL;
		grown = curl_slist_append(slot->headers, line);
		if (grown == NULL)
			return ERR_FAIL;
		slot->headers = grown;
	}
	return 0;
}

static void set_limits(CURL *easy, const struct fetch_target *target)
{
	bool plain = strncmp(target->base_url, "http://", 7) == 0;

	/* Only the scheme that is configured, here and everywhere. */
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
	if (plain) /* a proxy would read the key */
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
	    plain ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(
	    easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)target->timeout_ms);
	curl_easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_S);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "trueup/" TRUEUP_VERSION);
}

static int set_request(
    struct slot *slot, const struct fetch_target *target, struct err_text *err)
{
	const struct client_request *r = target->request;
	char url[URL_MAX];
	int len = snprintf(url, sizeof(url), "%s%s", target->base_url, r->path);

	if (len < 0 || (size_t)len >= sizeof(url) || r->path[0] != '/')
		return err_set(err, ERR_BAD, "the URL cannot be built");
	curl_easy_reset(slot->easy);
	set_limits(slot->easy, target);
	if (add_headers(slot, r) != 0)
		return err_set(err, ERR_BAD, "a header is too long");
	curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->headers);
	if (r->body != NULL) {
		curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)r->body_len);
		curl_easy_setopt(slot->easy, CURLOPT_COPYPOSTFIELDS, r->body);
	}
	if (r->method != NULL)
		curl_easy_setopt(slot->easy, CURLOPT_CUSTOMREQUEST, r->method);
	curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
	curl_easy_setopt(slot->easy, CURLOPT_ERRORBUFFER, slot->error);
	curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
	if (curl_easy_setopt(slot->easy, CURLOPT_URL, url) != CURLE_OK)
		return err_set(err, ERR_FAIL, "no memory for the request");
	return 0;
}

static void slot_clear(struct slot *slot)
{
	curl_slist_free_all(slot->headers);
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
		slot->easy = curl_easy_init();
	if (slot->easy == NULL)
		return err_set(err, ERR_FAIL, "no memory for a transfer");
	slot_clear(slot);
	rc = set_request(slot, target, err);
	if (rc == 0 && curl_multi_add_handle(f->multi, slot->easy) != CURLM_OK)
		rc = err_set(err, ERR_FAIL, "libcurl refused a transfer");
	if (rc != 0) {
		slot_clear(slot);
		return rc;
	}
	slot->busy = true;
	slot->cookie = cookie;
	return 0;
}

/* Take what libcurl says has ended off its hands. */
static void gather(struct fetch *f)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(f->multi, &left)) != NULL) {
		char *private = NULL;
		struct slot *slot;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, &private);
		slot = (struct slot *)(void *)private;
		slot->code = message->data.result;
		curl_multi_remove_handle(f->multi, slot->easy);
		slot->ended = true;
		f->n_ended++;
	}
}

static int perform(struct fetch *f, struct err_text *err)
{
	int running;
	CURLMcode code = curl_multi_perform(f->multi, &running);

	if (code != CURLM_OK)
		return err_set(
		    err, ERR_FAIL, "libcurl: %s", curl_multi_strerror(code));
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
	int64_t until_ms = clock_mono_ms() + timeout_ms;
	int64_t left_ms = timeout_ms;
	int rc = perform(f, err);

	for (size_t i = 0; i < n && i < FDS_MAX; i++) {
		wait[i].fd = fds[i];
		wait[i].events = CURL_WAIT_POLLIN;
		wait[i].revents = 0;
	}
	while (rc == 0 && f->n_ended == 0 && left_ms > 0) {
		int most = left_ms < POLL_MAX_MS ? (int)left_ms : POLL_MAX_MS;
		CURLMcode code = curl_multi_poll(
		    f->multi, wait, (unsigned int)n, most, NULL);

		if (code != CURLM_OK)
			return err_set(err, ERR_FAIL, "libcurl: %s",
			    curl_multi_strerror(code));
		rc = perform(f, err);
		if (any_readable(wait, n))
			break;
		left_ms = until_ms - clock_mono_ms();
	}
	return rc;
}

static void describe(struct slot *slot, struct fetch_result *out)
{
	struct curl_header *header = NULL;
	long status = 0;
	curl_off_t took_us = 0;
	char *type = NULL;

	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(slot->easy, CURLINFO_TOTAL_TIME_T, &took_us);
	curl_easy_getinfo(slot->easy, CURLINFO_CONTENT_TYPE, &type);
	out->cookie = slot->cookie;
	out->too_large = slot->too_large;
	out->took_ms = took_us / 1000;
	out->content_type = type;
	out->body = buf_text(&slot->body);
	out->len = slot->body.len;
	if (slot->code == CURLE_OK || slot->too_large)
		out->status = (int)status;
	else
		out->error = slot->error[0] != '\0'
				 ? slot->error
				 : curl_easy_strerror(slot->code);
	if (curl_easy_header(slot->easy, "Retry-After", 0, CURLH_HEADER, -1,
		&header) == CURLHE_OK)
		out->retry_after = header->value;
}

bool fetch_next(struct fetch *f, struct fetch_result *out)
{
	memset(out, 0, sizeof(*out));
	if (f->reading != NULL) {
		slot_clear(f->reading);
		f->reading = NULL;
	}
	for (size_t i = 0; f->n_ended > 0 && i < f->n_slots; i++) {
		if (!f->slots[i].busy || !f->slots[i].ended)
			continue;
		f->n_ended--;
		f->reading = &f->slots[i];
		describe(f->reading, out);
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
