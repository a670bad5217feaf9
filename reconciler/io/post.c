#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/client.h"

#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/delivery.h"
#include "reconciler/core/signature.h"

#include "reconciler/io/carrier.h"
#include "reconciler/io/fetch.h"
#include "reconciler/io/window.h"

#include "reconciler/io/post.h"

enum {
	REPLY_MAX_BYTES = 64 * 1024, /* and it is not read */
	BODY_MAX_BYTES = 1024 * 1024,
	SIGNATURES_MAX = DELIVERY_SECRETS_MAX * (SIGNATURE_STANDARD_MAX + 1),
	OTHER_FDS_MAX = 2,
	HTTP_GONE = 410
};

struct post {
	const struct delivery_settings *settings;
	struct fetch *fetch; /* NULL: nothing was sent yet */
};

/* One for each secret: while one is rotated, the other side may have either. */
static int sign(const struct delivery_settings *settings,
    const struct parcel *parcel, const char *timestamp, const struct buf *body,
    char out[SIGNATURES_MAX])
{
	const struct signature_part part = {buf_text(body), body->len};
	size_t len = 0;

	for (size_t i = 0; i < settings->n_secrets; i++) {
		if (i > 0)
			out[len++] = ' ';
		if (signature_standard_sign(settings->secrets[i], parcel->id,
			timestamp, part, out + len) != 0)
			return ERR_BAD;
		len += strlen(out + len);
	}
	return len == 0 ? ERR_BAD : 0;
}

static void write_body(const struct parcel *parcel, struct buf *body)
{
	char at[CLOCK_TEXT_MAX];

	buf_adds(body, "{\"type\":\"entitlement.changed\",\"timestamp\":\"");
	buf_adds(body, clock_format(parcel->recorded_at_ms, at));
	buf_adds(body, "\",\"data\":");
	buf_add(body, parcel->line, parcel->line_len);
	buf_adds(body, "}");
}

static int send_signed(struct post *p, struct parcel *parcel,
    const struct buf *body, struct err_text *err)
{
	char timestamp[24], signatures[SIGNATURES_MAX];
	struct client_request request = {
	    .method = "POST",
	    .path = p->settings->path,
	    .headers = {{"Content-Type", "application/json"},
		{"webhook-id", parcel->id}, {"webhook-timestamp", timestamp},
		{"webhook-signature", signatures}},
	    .n_headers = 4,
	    .body = buf_text(body),
	    .body_len = body->len,
	};
	const struct fetch_target target = {
	    .base_url = p->settings->origin,
	    .request = &request,
	    .timeout_ms = p->settings->timeout_ms,
	};

	(void)snprintf(timestamp, sizeof(timestamp), "%lld",
	    (long long)(clock_wall_ms() / 1000));
	if (sign(p->settings, parcel, timestamp, body, signatures) != 0)
		return err_set(err, ERR_BAD, "it cannot be signed");
	return fetch_start(p->fetch, &target, parcel, err);
}

static int start(void *self, struct parcel *parcel, struct err_text *err)
{
	struct post *p = self;
	struct buf body;
	int rc = 0;

	if (p->fetch == NULL)
		rc = fetch_open((size_t)p->settings->concurrency,
		    REPLY_MAX_BYTES, &p->fetch, err);
	if (rc != 0)
		return rc;
	buf_init(&body, BODY_MAX_BYTES);
	write_body(parcel, &body);
	if (body.error != 0)
		rc = err_set(err, body.error, "no memory for the message");
	else
		rc = send_signed(p, parcel, &body, err);
	buf_fini(&body);
	return rc;
}

static int wait_for(void *self, const int *fds, size_t n, int64_t timeout_ms,
    struct err_text *err)
{
	struct post *p = self;
	struct pollfd poll_fds[OTHER_FDS_MAX];

	if (p->fetch != NULL)
		return fetch_wait(p->fetch, fds, n, timeout_ms, err);
	for (size_t i = 0; i < n && i < OTHER_FDS_MAX; i++)
		poll_fds[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	(void)poll(poll_fds, (nfds_t)n, timeout_ms > 0 ? (int)timeout_ms : 0);
	return 0;
}

static void describe(const struct fetch_result *result, struct carried *out)
{
	char text[ERR_TEXT_MAX];

	out->http_status = result->status;
	out->ok = result->status >= 200 && result->status < 300;
	out->gone = result->status == HTTP_GONE;
	if (out->ok)
		return;
	if (result->error != NULL)
		(void)snprintf(text, sizeof(text), "%s", result->error);
	else if (result->status >= 300 && result->status < 400)
		(void)snprintf(text, sizeof(text),
		    "HTTP %d: redirects are not followed", result->status);
	else
		(void)snprintf(text, sizeof(text), "HTTP %d", result->status);
	carrier_say(out, text);
}

static bool next(void *self, struct carried *out)
{
	struct post *p = self;
	struct fetch_result result;

	memset(out, 0, sizeof(*out));
	if (p->fetch == NULL || !fetch_next(p->fetch, &result))
		return false;
	out->parcel = result.cookie;
	out->took_ms = result.took_ms;
	out->retry_after_ms = fetch_retry_after_ms(&result, clock_wall_ms());
	describe(&result, out);
	return true;
}

static void close_post(void *self)
{
	struct post *p = self;

	if (p == NULL)
		return;
	fetch_close(p->fetch);
	free(p);
}

int post_open(const struct delivery_settings *settings, struct carrier *out,
    struct err_text *err)
{
	struct post *p = calloc(1, sizeof(*p));

	*out = (struct carrier){.self = p,
	    .start = start,
	    .wait = wait_for,
	    .next = next,
	    .close = close_post};
	if (p == NULL)
		return err_set(err, ERR_FAIL, "no memory for messages");
	p->settings = settings;
	return 0;
}
