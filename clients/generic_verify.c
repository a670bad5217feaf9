/*
 * Whether a notification is genuine, by the configured scheme: over the bytes
 * as received, against every secret, in constant time. What is needed and
 * missing is a failure.
 */
#include <stdio.h>
#include <string.h>

#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/signature.h"
#include "reconciler/core/signature_text.h"

#include "clients/generic.h"

enum {
	PARTS_MAX = 8, /* of a template: three holes, and what is around */
	MACS_MAX = 16, /* in one header */
	MAC_TEXT_MAX = 128,
	ID_MAX = 200,
	NAME_MAX_BYTES = 80
};

/* A notification while it is checked. */
struct check {
	const struct generic_verify *v;
	const struct client_hook *hook;
	struct signature_secrets secrets;
	const char *header; /* the value of v->header; never NULL */
};

static const char *header_of(const struct client_hook *hook, const char *name)
{
	if (hook->header == NULL || name == NULL)
		return NULL;
	return hook->header(hook->cookie, name);
}

static struct signature_part part_of(const char *text)
{
	return (struct signature_part){text, strlen(text)};
}

/* Within the tolerance, either way; false for what is no number. */
static bool is_fresh(const struct check *c, const struct signature_part *text)
{
	const int64_t unit_ms = c->v->millis ? 1 : 1000;
	int64_t sent, apart;

	if (!signature_text_seconds(text, &sent) ||
	    sent > INT64_MAX / 2 / unit_ms)
		return false;
	apart = c->hook->now_ms - sent * unit_ms;
	return apart >= -c->v->tolerance_ms && apart <= c->v->tolerance_ms;
}

/* The template cut at its holes, with what goes into them. */
static size_t fill_template(const struct check *c,
    const struct signature_part *stamp, const struct signature_part *id,
    struct signature_part parts[PARTS_MAX])
{
	const struct signature_part body = {c->hook->body, c->hook->len};
	const struct {
		const char *hole;
		const struct signature_part *part;
	} holes[] = {{"{timestamp}", stamp}, {"{id}", id}, {"{body}", &body}};
	const char *at = c->v->text;
	size_t n = 0;

	while (*at != '\0' && n + 1 < PARTS_MAX) {
		size_t len = strcspn(at, "{");

		if (len > 0)
			parts[n++] = (struct signature_part){at, len};
		at += len;
		for (size_t i = 0; i < 3; i++) {
			size_t hole = strlen(holes[i].hole);

			if (strncmp(at, holes[i].hole, hole) != 0)
				continue;
			parts[n++] = *holes[i].part;
			at += hole;
			break;
		}
	}
	return n;
}

/* ---- the schemes ---------------------------------------------------------
 */

static bool check_static(const struct check *c)
{
	const char *prefix = c->v->prefix != NULL ? c->v->prefix : "";
	size_t skip = strlen(prefix);
	bool found = false;

	if (strncmp(c->header, prefix, skip) != 0)
		return false;
	for (size_t i = 0; i < c->secrets.n; i++) {
		if (signature_token_equal(c->secrets.items[i], c->header + skip,
			strlen(c->header + skip)))
			found = true;
	}
	return found;
}

/* Nothing in it could be taken for what stands behind it in the template. */
static bool is_id(const char *id)
{
	size_t n = strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-");

	return n >= 1 && n <= ID_MAX && id[n] == '\0';
}

static bool check_hmac(const struct check *c)
{
	const struct signature_plain scheme = {
	    .encoding = c->v->encoding, .prefix = c->v->prefix};
	struct signature_part parts[PARTS_MAX];
	struct signature_part stamp = {"", 0};
	struct signature_part id = {"", 0};

	if (c->v->timestamp_header != NULL) {
		const char *text = header_of(c->hook, c->v->timestamp_header);

		if (text == NULL)
			return false;
		stamp = part_of(text);
		if (!is_fresh(c, &stamp))
			return false;
	}
	if (c->v->id_header != NULL) {
		const char *text = header_of(c->hook, c->v->id_header);

		if (text == NULL || !is_id(text))
			return false;
		id = part_of(text);
	}
	return signature_hmac(&c->secrets, &scheme, c->header, parts,
	    fill_template(c, &stamp, &id, parts));
}

/* What a header of pairs says. */
struct pairs {
	struct signature_part macs[MACS_MAX];
	size_t n_macs;
	struct signature_part stamp;
	size_t n_stamps;
};

/* Other names are passed by: a sender may try a new scheme beside this one. */
static bool take_pairs(const struct check *c, struct pairs *out)
{
	struct signature_part rest = part_of(c->header);
	struct signature_part element, name, value;

	while (signature_text_next(&rest, c->v->separator, &element)) {
		while (element.len > 0 && element.data[0] == ' ') {
			element.data++;
			element.len--;
		}
		if (!signature_text_split(&element, '=', &name, &value))
			return false;
		if (c->v->time_name != NULL &&
		    signature_text_is(&name, c->v->time_name)) {
			out->stamp = value;
			out->n_stamps++;
		}
		if (!signature_text_is(&name, c->v->mac_name))
			continue;
		if (out->n_macs == MACS_MAX)
			return false;
		out->macs[out->n_macs++] = value;
	}
	return true;
}

/* Every one is compared, as several are sent while a secret is rotated. */
static bool check_pairs(const struct check *c)
{
	const struct signature_plain scheme = {.encoding = c->v->encoding};
	const struct signature_part none = {"", 0};
	struct signature_part parts[PARTS_MAX];
	struct pairs pairs = {.n_macs = 0};
	char text[MAC_TEXT_MAX];
	bool found = false;
	size_t n;

	if (!take_pairs(c, &pairs))
		return false;
	if (c->v->time_name != NULL &&
	    (pairs.n_stamps != 1 || !is_fresh(c, &pairs.stamp)))
		return false;
	n = fill_template(c, &pairs.stamp, &none, parts);
	for (size_t i = 0; i < pairs.n_macs; i++) {
		if (pairs.macs[i].len >= sizeof(text))
			continue;
		memcpy(text, pairs.macs[i].data, pairs.macs[i].len);
		text[pairs.macs[i].len] = '\0';
		if (signature_hmac(&c->secrets, &scheme, text, parts, n))
			found = true;
	}
	return found;
}

static bool check_stripe(const struct check *c)
{
	return signature_stripe(&c->secrets, c->header,
	    (struct signature_part){c->hook->body, c->hook->len},
	    c->hook->now_ms);
}

/* ---- Standard Webhooks ---------------------------------------------------
 */

/* "PREFIX-NAME", of which `header` in the settings is the prefix. */
static const char *standard_header(
    const struct client_hook *hook, const char *prefix, const char *name)
{
	char full[NAME_MAX_BYTES];
	int n = snprintf(full, sizeof(full), "%s-%s", prefix, name);

	if (n < 0 || (size_t)n >= sizeof(full))
		return NULL;
	return header_of(hook, full);
}

static bool check_standard(const struct generic_verify *v,
    const struct client_hook *hook, const struct signature_secrets *secrets)
{
	const char *prefix = v->header;

	if (prefix == NULL)
		prefix = standard_header(hook, "svix", "signature") != NULL
			     ? "svix"
			     : "webhook";
	return signature_standard(secrets, standard_header(hook, prefix, "id"),
	    standard_header(hook, prefix, "timestamp"),
	    standard_header(hook, prefix, "signature"),
	    (struct signature_part){hook->body, hook->len}, hook->now_ms);
}

bool generic_verify(const struct provider_settings *provider,
    const struct generic_verify *verify, const struct client_hook *hook)
{
	static bool (*const checks[GENERIC_SCHEMES])(const struct check *) = {
	    [GENERIC_STATIC] = check_static,
	    [GENERIC_HMAC] = check_hmac,
	    [GENERIC_PAIRS] = check_pairs,
	    [GENERIC_STRIPE] = check_stripe};
	struct check c = {verify, hook,
	    {provider->hook_secrets, provider->n_hook_secrets}, NULL};

	if (verify->scheme == GENERIC_NONE)
		return true;
	if (verify->scheme == GENERIC_STANDARD)
		return check_standard(verify, hook, &c.secrets);
	c.header = header_of(hook, verify->header);
	return c.header != NULL && checks[verify->scheme](&c);
}
