#include <stddef.h>
#include <string.h>

#include "clients/client.h"
#include "clients/field.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/delivery.h"
#include "reconciler/core/name.h"
#include "reconciler/core/signature.h"
#include "reconciler/core/stranger.h"

#include "reconciler/cmd/settings.h"
#include "reconciler/cmd/url.h"
#include "reconciler/cmd/words.h"

#include "reconciler/cmd/provider.h"

#define SECOND 1000.0
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

/* As read; then checked and copied into the immutable struct. */
struct raw_provider {
	const char *name;
	const char *type;
	const char *base_url;
	const char *api_key_file;
	const char *hook_secret_file;
	const char *hook_token_file;
	const char *mode;
	const char *account_from;
	bool allow_http;
	double rate;
	double stranger_rate; /* 0: by rate */
	int64_t burst;
	int64_t concurrency;
	int64_t timeout_ms;
	int64_t resync_ms;
	int64_t resync_ended_ms; /* 0: as resync_ms */
	int64_t silence_ms;
	int64_t missing_window_ms;
	int64_t catch_up_ms;
	struct config_durations recheck;
};

#define AT(member) offsetof(struct raw_provider, member)
#define TEXT(key, member) \
	{ \
		.name = (key), .type = CONFIG_TEXT, .offset = AT(member) \
	}
#define RANGE(key, kind, member, low, high) \
	{ \
		.name = (key), .type = (kind), .offset = AT(member), \
		.min = (low), .max = (high) \
	}

static const struct config_key keys[] = {
    TEXT("name", name),
    {.name = "type", .type = CONFIG_TEXT, .offset = AT(type), .required = true},
    TEXT("base_url", base_url),
    {.name = "api_key_file",
	.type = CONFIG_TEXT,
	.offset = AT(api_key_file),
	.required = true},
    TEXT("hook_secret_file", hook_secret_file),
    TEXT("hook_token_file", hook_token_file),
    {.name = "mode",
	.type = CONFIG_TEXT,
	.offset = AT(mode),
	.allowed = "live|test"},
    TEXT("account_from", account_from),
    {.name = "allow_http", .type = CONFIG_BOOL, .offset = AT(allow_http)},
    RANGE("rate", CONFIG_REAL, rate, 0.001, 1e6),
    RANGE("stranger_rate", CONFIG_REAL, stranger_rate, 0.001, 1e6),
    RANGE("burst", CONFIG_INT, burst, 1, 1e6),
    RANGE("concurrency", CONFIG_INT, concurrency, 1, 1024),
    RANGE("timeout", CONFIG_DURATION, timeout_ms, 0.1 * SECOND, 300 * SECOND),
    RANGE("resync", CONFIG_DURATION, resync_ms, SECOND, 366 * DAY),
    RANGE("resync_ended", CONFIG_DURATION, resync_ended_ms, SECOND, 366 * DAY),
    RANGE("silence", CONFIG_DURATION, silence_ms, SECOND, 366 * DAY),
    RANGE("missing_window", CONFIG_DURATION, missing_window_ms, 0, 7 * DAY),
    RANGE("catch_up", CONFIG_DURATION, catch_up_ms, 0, 7 * DAY),
    RANGE("recheck", CONFIG_DURATIONS, recheck, 0.1 * SECOND, 7 * DAY),
};

static void raw_defaults(const struct client *client, struct raw_provider *raw)
{
	const struct client_defaults *d = &client->defaults;

	raw->name = client->type;
	raw->base_url = d->base_url;
	raw->mode = "live";
	raw->rate = d->rate;
	raw->burst = d->burst;
	raw->concurrency = d->concurrency;
	raw->timeout_ms = d->timeout_ms;
	raw->resync_ms = d->resync_ms;
	raw->missing_window_ms = d->missing_window_ms;
	raw->catch_up_ms = d->catch_up_ms;
}

/* The type has to be known before the rest: it gives the defaults. */
static int find_client(const struct config_node *node, struct arena *arena,
    const struct client **out, struct err_text *err)
{
	static const char *const groups[] = {
	    "policy", "options", "words", NULL};
	struct raw_provider raw;
	const char *allowed = "";
	int rc;

	memset(&raw, 0, sizeof(raw));
	rc = config_fill(
	    node, keys, sizeof(keys) / sizeof(keys[0]), groups, &raw, err);
	if (rc != 0)
		return rc;
	*out = client_find(raw.type);
	if (*out != NULL)
		return 0;
	for (size_t i = 0; client_at(i) != NULL; i++)
		allowed =
		    arena_printf(arena, "%s %s", allowed, client_at(i)->type);
	return config_complain(node, "type", err,
	    "no such provider type, allowed%s, got \"%s\"",
	    allowed == NULL ? "" : allowed, raw.type);
}

static int check_url(const struct config_node *node,
    const struct raw_provider *raw, struct arena *arena, const char **out,
    struct err_text *err)
{
	const char *url = raw->base_url;
	bool tls;
	bool plain;
	const char *host;
	size_t len;

	if (url == NULL)
		return config_complain(node, "base_url", err,
		    "required, %s has no address of its own", raw->type);
	tls = strncmp(url, "https://", 8) == 0;
	plain = strncmp(url, "http://", 7) == 0;
	len = strlen(url);
	if ((!tls && !plain) || strpbrk(url, "?#@ \\") != NULL ||
	    text_has_control(url, len))
		return config_complain(node, "base_url", err,
		    "https://HOST[:PORT][/PATH] is allowed (no user, query or "
		    "fragment), got \"%s\"",
		    url);
	host = url_host(url + (tls ? 8 : 7), arena);
	if (host == NULL || host[0] == '\0')
		return config_complain(node, "base_url", err,
		    "the host is missing in \"%s\"", url);
	if (plain && !raw->allow_http && !url_host_is_loopback(host))
		return config_complain(node, "base_url", err,
		    "http:// would send the key in the clear; use https://, a "
		    "loopback host, or allow_http = true; got \"%s\"",
		    url);
	while (len > 0 && url[len - 1] == '/')
		len--;
	*out = arena_bytes(arena, url, len);
	return 0;
}

static int set_rule(void *cookie, const struct config_node *where,
    const char *key, const char *value, struct err_text *err)
{
	struct err_text why;

	if (policy_set(cookie, key, value, &why) == 0)
		return 0;
	return config_complain(where, key, err, "%s", why.text);
}

/* What the type's own documents say, before the settings have their say. */
void provider_policy(const struct client *client, struct policy *out)
{
	const char *const *line = client->defaults.policy;

	policy_default(out);
	for (; line != NULL && line[0] != NULL; line += 2)
		policy_set(out, line[0], line[1], NULL);
}

static int load_policy(const struct config_node *node,
    const struct client *client, struct policy *policy, struct err_text *err)
{
	const struct config_node *group = config_group(node, "policy");

	provider_policy(client, policy);
	return group == NULL ? 0 : config_each(group, set_rule, policy, err);
}

static int load_options(const struct config_node *node,
    const struct client *client, struct arena *arena, const void **out,
    struct err_text *err)
{
	const struct config_node *group = config_group(node, "options");
	struct err_text why = {""};

	if (client->configure != NULL && group != NULL)
		return client->configure(group, arena, out, err);
	if (client->configure != NULL &&
	    client->configure(NULL, arena, out, &why) != 0)
		return config_complain(node, "options", err, "%s", why.text);
	if (group == NULL)
		return 0;
	return config_complain(
	    node, "options", err, "%s has none", client->type);
}

static void copy_schedule(const struct client *client,
    const struct raw_provider *raw, struct schedule *schedule)
{
	const struct client_defaults *d = &client->defaults;
	const int64_t *rungs = raw->recheck.set ? raw->recheck.ms : d->rungs_ms;
	size_t n = raw->recheck.set ? raw->recheck.n : d->n_rungs;

	for (size_t i = 0; i < n && i < SCHEDULE_RUNGS_MAX; i++)
		schedule->rungs_ms[schedule->n_rungs++] = rungs[i];
	schedule->resync_ms = raw->resync_ms;
	schedule->resync_ended_ms =
	    raw->resync_ended_ms != 0 ? raw->resync_ended_ms : raw->resync_ms;
	schedule->missing_window_ms = raw->missing_window_ms;
}

static int read_one(const struct config_node *node, const char *key,
    const char *path, size_t max_lines, struct secret *out,
    struct err_text *err)
{
	struct err_text why;
	int rc = secret_read(path, max_lines, out, &why);

	if (rc == 0)
		return 0;
	config_complain(node, key, err, "%s", why.text);
	return rc;
}

/* What is no key must not look like one: it would be tried on every call. */
static int check_secrets(const struct config_node *node,
    const struct provider_settings *p, const struct secret *secrets,
    struct err_text *err)
{
	const char *scheme = "";

	if (p->client->secret_scheme != NULL)
		scheme = p->client->secret_scheme(p->options);
	for (size_t i = 0; i < secrets->n; i++) {
		const char *problem =
		    signature_secret_problem(scheme, secrets->lines[i]);

		if (problem != NULL)
			return config_complain(node, "hook_secret_file", err,
			    "secret %zu in it is %s", i + 1, problem);
	}
	return 0;
}

static int read_secrets(const struct config_node *node, unsigned int wanted,
    struct provider_settings *p, struct provider_secrets *held,
    struct err_text *err)
{
	int rc = 0;

	if ((wanted & SETTINGS_API_KEYS) != 0) {
		rc = read_one(node, "api_key_file", p->api_key_file, 1,
		    &held->api_key, err);
		p->api_key = held->api_key.lines[0];
		p->key_stamp = secret_stamp(p->api_key_file);
	}
	if ((wanted & SETTINGS_HOOK_SECRETS) == 0 || rc != 0)
		return rc;
	if (p->hook_token_file != NULL) {
		rc = read_one(node, "hook_token_file", p->hook_token_file, 1,
		    &held->hook_token, err);
		p->hook_token = held->hook_token.lines[0];
	}
	if (rc == 0 && p->hook_secret_file != NULL) {
		rc = read_one(node, "hook_secret_file", p->hook_secret_file,
		    SETTINGS_SECRETS_MAX, &held->hook_secrets, err);
		if (rc == 0)
			rc = check_secrets(node, p, &held->hook_secrets, err);
		for (size_t i = 0; i < held->hook_secrets.n; i++)
			p->hook_secrets[i] = held->hook_secrets.lines[i];
		p->n_hook_secrets = held->hook_secrets.n;
	}
	return rc;
}

/* Never silently unsigned, and no secret that nothing is checked with. */
static int check_signing(const struct config_node *node,
    const struct raw_provider *raw, enum client_signing signing,
    struct err_text *err)
{
	if (signing == CLIENT_SIGNED && raw->hook_secret_file == NULL)
		return config_complain(node, "hook_secret_file", err,
		    "%s signs its notifications; without a secret they could "
		    "not be told from forged ones",
		    raw->type);
	if (signing == CLIENT_UNSIGNED && raw->hook_secret_file != NULL)
		return config_complain(node, "hook_secret_file", err,
		    "%s does not sign its notifications; use hook_token_file",
		    raw->type);
	return 0;
}

static int check_rest(const struct config_node *node,
    const struct raw_provider *raw, const struct client *client,
    struct err_text *err)
{
	if (raw->catch_up_ms != 0 && client_log(client) == NULL)
		return config_complain(node, "catch_up", err,
		    "%s has no log of events to catch up by", raw->type);
	if (!name_provider_is_valid(raw->name))
		return config_complain(node, "name", err,
		    "1 to %d of a-z 0-9 _ - are allowed, got \"%s\"",
		    NAME_PROVIDER_MAX, raw->name);
	if (strcmp(raw->name, DELIVERY_PROVIDER) == 0)
		return config_complain(node, "name", err,
		    "\"%s\" is what deliveries are called in the queue; "
		    "use another name",
		    raw->name);
	if (raw->resync_ended_ms != 0 && raw->resync_ended_ms < raw->resync_ms)
		return config_complain(node, "resync_ended", err,
		    "what has ended is read as often as all else or more "
		    "rarely: resync (%lld s) or more is allowed, got %lld s",
		    (long long)raw->resync_ms / 1000,
		    (long long)raw->resync_ended_ms / 1000);
	if (raw->account_from != NULL &&
	    !field_pointer_is_valid(raw->account_from))
		return config_complain(node, "account_from", err,
		    "a JSON Pointer such as \"/metadata/tenant\" is allowed, "
		    "got \"%s\"",
		    raw->account_from);
	return 0;
}

int provider_load(const struct config_node *node, unsigned int secrets,
    struct arena *arena, struct provider_settings *out,
    struct provider_secrets *held, struct err_text *err)
{
	static const char *const groups[] = {
	    "policy", "options", "words", NULL};
	struct raw_provider raw;
	const struct client *client = NULL;
	int rc = find_client(node, arena, &client, err);

	if (rc != 0)
		return rc;
	memset(&raw, 0, sizeof(raw));
	raw_defaults(client, &raw);
	out->client = client;
	rc = config_fill(
	    node, keys, sizeof(keys) / sizeof(keys[0]), groups, &raw, err);
	if (rc == 0)
		rc = check_rest(node, &raw, client, err);
	if (rc == 0)
		rc = check_url(node, &raw, arena, &out->base_url, err);
	if (rc == 0)
		rc = load_policy(node, client, &out->policy, err);
	if (rc == 0)
		rc = load_options(node, client, arena, &out->options, err);
	if (rc == 0)
		rc = words_load(node, out, arena, &out->words, err);
	if (rc == 0)
		rc = check_signing(
		    node, &raw, client_signs(client, out->options), err);
	if (rc != 0)
		return rc;
	out->name = raw.name;
	out->type = client->type;
	out->mode = strcmp(raw.mode, "test") == 0 ? MODE_TEST : MODE_LIVE;
	out->api_key_file = raw.api_key_file;
	out->hook_token_file = raw.hook_token_file;
	out->hook_secret_file = raw.hook_secret_file;
	out->rate = raw.rate;
	out->stranger_rate = raw.stranger_rate > 0 ? raw.stranger_rate
						   : strangers_rate(raw.rate);
	out->burst = raw.burst;
	out->concurrency = raw.concurrency;
	out->timeout_ms = raw.timeout_ms;
	out->silence_ms = raw.silence_ms;
	out->catch_up_ms = raw.catch_up_ms;
	out->account_from = raw.account_from;
	out->allow_http = raw.allow_http;
	copy_schedule(client, &raw, &out->schedule);
	return read_secrets(node, secrets, out, held, err);
}

void provider_secrets_fini(struct provider_secrets *held)
{
	secret_fini(&held->api_key);
	secret_fini(&held->hook_token);
	secret_fini(&held->hook_secrets);
}
