#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/delivery.h"
#include "reconciler/core/signature.h"

#include "reconciler/cmd/settings.h"
#include "reconciler/cmd/url.h"

#include "reconciler/cmd/on_change.h"

#define SECOND 1000.0
#define DAY (24 * 3600 * SECOND)

/* As read. */
struct raw {
	struct config_texts command;
	const char *url;
	const char *secret_file;
	const char *from;
	bool allow_http;
	int64_t timeout_ms;
	int64_t give_up_ms;
	int64_t concurrency;
	struct config_durations retry;
};

#define AT(member) offsetof(struct raw, member)

static const struct config_key keys[] = {
    {.name = "command", .type = CONFIG_TEXTS, .offset = AT(command)},
    {.name = "url", .type = CONFIG_TEXT, .offset = AT(url)},
    {.name = "secret_file", .type = CONFIG_TEXT, .offset = AT(secret_file)},
    {.name = "allow_http", .type = CONFIG_BOOL, .offset = AT(allow_http)},
    {.name = "from",
	.type = CONFIG_TEXT,
	.offset = AT(from),
	.allowed = "now|start"},
    {.name = "timeout",
	.type = CONFIG_DURATION,
	.offset = AT(timeout_ms),
	.min = 0.1 * SECOND,
	.max = 3600 * SECOND},
    {.name = "give_up",
	.type = CONFIG_DURATION,
	.offset = AT(give_up_ms),
	.min = 0,
	.max = 366 * DAY},
    {.name = "concurrency",
	.type = CONFIG_INT,
	.offset = AT(concurrency),
	.min = 1,
	.max = 32},
    {.name = "retry",
	.type = CONFIG_DURATIONS,
	.offset = AT(retry),
	.min = 1,
	.max = DAY},
};

static const struct raw defaults = {
    .from = "now",
    .timeout_ms = 30 * 1000,
    .give_up_ms = 24 * 3600 * 1000,
    .concurrency = 4,
    .retry = {.ms = {5 * 1000, 30 * 1000, 5 * 60 * 1000, 30 * 60 * 1000,
		  2 * 3600 * 1000},
	.n = 5},
};

static int check_command(const struct config_node *node, const struct raw *raw,
    unsigned int secrets, struct err_text *err)
{
	const char *path = raw->command.items[0];
	struct stat st;

	if (path[0] != '/')
		return config_complain(node, "command", err,
		    "an absolute path is needed first, got \"%s\"", path);
	if ((secrets & SETTINGS_DELIVERY) == 0)
		return 0;
	if (stat(path, &st) != 0)
		return config_complain(
		    node, "command", err, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) || access(path, X_OK) != 0)
		return config_complain(
		    node, "command", err, "%s cannot be executed", path);
	return 0;
}

static int check_url(const struct config_node *node, const struct raw *raw,
    struct arena *arena, struct delivery_settings *out, struct err_text *err)
{
	const char *url = raw->url;
	bool tls = strncmp(url, "https://", 8) == 0;
	bool plain = strncmp(url, "http://", 7) == 0;
	const char *rest = url + (tls ? 8 : 7);
	const char *host;
	size_t len;

	if ((!tls && !plain) || strpbrk(url, "#@ \\") != NULL ||
	    strlen(url) > 2000 || text_has_control(url, strlen(url)))
		return config_complain(node, "url", err,
		    "https://HOST[:PORT][/PATH][?QUERY] is allowed (no user "
		    "or fragment), got \"%s\"",
		    url);
	host = url_host(rest, arena);
	if (host == NULL || host[0] == '\0')
		return config_complain(
		    node, "url", err, "the host is missing in \"%s\"", url);
	if (plain && !raw->allow_http && !url_host_is_loopback(host))
		return config_complain(node, "url", err,
		    "http:// would tell everyone on the way who is entitled; "
		    "use https://, a loopback host, or allow_http = true; "
		    "got \"%s\"",
		    url);
	len = strcspn(rest, "/?");
	out->origin = arena_bytes(arena, url, (size_t)(rest - url) + len);
	out->path = rest[len] == '/' ? rest + len
				     : arena_printf(arena, "/%s", rest + len);
	if (raw->secret_file == NULL)
		return config_complain(node, "secret_file", err,
		    "needed with url: without a signature the other side could "
		    "not tell us from anybody else");
	return 0;
}

static int check(const struct config_node *node, const struct raw *raw,
    unsigned int secrets, struct arena *arena, struct delivery_settings *out,
    struct err_text *err)
{
	int rc = 0;

	if (raw->command.n == 0 && raw->url == NULL)
		return config_complain(
		    node, NULL, err, "command or url is needed");
	if (raw->url == NULL && raw->secret_file != NULL)
		return config_complain(node, "secret_file", err,
		    "only what goes to a url is signed");
	if (raw->command.n > 0)
		rc = check_command(node, raw, secrets, err);
	if (rc == 0 && raw->url != NULL)
		rc = check_url(node, raw, arena, out, err);
	return rc;
}

static int copy_command(const struct config_texts *texts, struct arena *arena,
    struct delivery_settings *out, struct err_text *err)
{
	const char **argv = arena_alloc(arena, texts->n + 1, sizeof(*argv));

	if (argv == NULL)
		return err_set(err, ERR_FAIL, "no memory for the settings");
	for (size_t i = 0; i < texts->n; i++)
		argv[i] = texts->items[i];
	out->command = texts->n > 0 ? argv : NULL;
	return 0;
}

/* A secret that signs nothing, or that all can guess, must not look like one.
 */
static int read_secrets(const struct config_node *node, const char *path,
    struct secret *held, struct delivery_settings *out, struct err_text *err)
{
	struct err_text why;
	int rc = secret_read(path, DELIVERY_SECRETS_MAX, held, &why);

	if (rc != 0) {
		(void)config_complain(node, "secret_file", err, "%s", why.text);
		return rc;
	}
	for (size_t i = 0; i < held->n; i++) {
		const char *problem =
		    signature_secret_problem("standard", held->lines[i]);

		if (problem == NULL &&
		    strncmp(held->lines[i], "whsec_", 6) != 0)
			problem = "not of the form whsec_BASE64";
		if (problem != NULL)
			return config_complain(node, "secret_file", err,
			    "secret %zu in it is %s", i + 1, problem);
		out->secrets[i] = held->lines[i];
	}
	out->n_secrets = held->n;
	return 0;
}

int on_change_load(const struct config_node *node, unsigned int secrets,
    struct arena *arena, struct delivery_settings *out, struct secret *held,
    struct err_text *err)
{
	struct raw raw = defaults;
	int rc;

	if (node == NULL)
		return 0;
	rc = config_fill(
	    node, keys, sizeof(keys) / sizeof(keys[0]), NULL, &raw, err);
	if (rc == 0 && raw.retry.n == 0)
		rc = config_complain(
		    node, "retry", err, "at least one duration is needed");
	if (rc == 0)
		rc = check(node, &raw, secrets, arena, out, err);
	if (rc == 0)
		rc = copy_command(&raw.command, arena, out, err);
	if (rc != 0)
		return rc;
	out->url = raw.url;
	out->secret_file = raw.secret_file;
	out->timeout_ms = raw.timeout_ms;
	out->give_up_ms = raw.give_up_ms;
	out->concurrency = raw.concurrency;
	out->from_start = strcmp(raw.from, "start") == 0;
	out->n_steps = raw.retry.n;
	memcpy(out->steps_ms, raw.retry.ms, sizeof(out->steps_ms));
	if (raw.url == NULL || (secrets & SETTINGS_DELIVERY) == 0)
		return 0;
	return read_secrets(node, raw.secret_file, held, out, err);
}
