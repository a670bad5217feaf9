/* Any text as a configuration: refused with a place, or filled within bounds.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/config.h"
#include "reconciler/base/err.h"

struct sample {
	const char *mode, *path;
	bool on;
	int64_t count;
	double rate;
	int64_t wait_ms;
	uint64_t body;
	struct config_durations again;
};

static const struct config_key keys[] = {
    {"mode", CONFIG_TEXT, offsetof(struct sample, mode), 0, 0, "live|test",
	false},
    {"path", CONFIG_TEXT, offsetof(struct sample, path), 0, 0, NULL, false},
    {"on", CONFIG_BOOL, offsetof(struct sample, on), 0, 0, NULL, false},
    {"count", CONFIG_INT, offsetof(struct sample, count), 1, 64, NULL, false},
    {"rate", CONFIG_REAL, offsetof(struct sample, rate), 0.5, 100, NULL, false},
    {"wait", CONFIG_DURATION, offsetof(struct sample, wait_ms), 1000, 86400000,
	NULL, false},
    {"body", CONFIG_SIZE, offsetof(struct sample, body), 1024, 1048576, NULL,
	false},
    {"again", CONFIG_DURATIONS, offsetof(struct sample, again), 1000, 86400000,
	NULL, false},
};

static const char *const groups[] = {"policy", "items", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* The sanitizer looks for this very name.
 * NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 loses its text in hand on some syntax errors. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

static void hold(int promise)
{
	if (!promise)
		abort();
}

static int visit(void *cookie, const struct config_node *where, const char *key,
    const char *value, struct err_text *err)
{
	size_t *n = cookie;

	hold(where != NULL && key[0] != '\0' && err != NULL);
	*n += strlen(value);
	return 0;
}

static void check(const struct sample *s)
{
	hold(s->mode == NULL || strcmp(s->mode, "live") == 0 ||
	     strcmp(s->mode, "test") == 0);
	hold(s->count >= 1 && s->count <= 64);
	hold(s->rate >= 0.5 && s->rate <= 100);
	hold(s->wait_ms >= 1000 && s->wait_ms <= 86400000);
	hold(s->body >= 1024 && s->body <= 1048576);
	hold(s->again.n <= CONFIG_DURATIONS_MAX);
	hold(s->path == NULL || strpbrk(s->path, "\r\n\t\033") == NULL);
}

static int fill_once(const struct config_node *node, struct sample *out)
{
	struct err_text err = {""};
	int rc;

	*out = (struct sample){
	    .count = 1, .rate = 1, .wait_ms = 1000, .body = 1024};
	rc = config_fill(
	    node, keys, sizeof(keys) / sizeof(keys[0]), groups, out, &err);
	hold((rc == 0 && err.text[0] == '\0') ||
	     (rc == ERR_BAD && strncmp(err.text, "fuzz:", 5) == 0));
	return rc;
}

/* Reading changes nothing: the second time gives the same. */
static void fill(const struct config_node *node)
{
	struct sample first, second;

	hold(fill_once(node, &first) == fill_once(node, &second));
	hold(first.on == second.on && first.path == second.path);
	check(&first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct err_text err = {""};
	struct config *config;
	size_t i, n = 0;

	hold(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (config_open_text(text, "fuzz", &config, &err) == 0) {
		const struct config_node *root = config_root(config);

		fill(root);
		for (i = 0; i < config_count(root, "items"); i++) {
			if (config_item(root, "items", i) != NULL)
				fill(config_item(root, "items", i));
		}
		if (config_group(root, "policy") != NULL)
			(void)config_each(
			    config_group(root, "policy"), visit, &n, &err);
	} else {
		hold(config == NULL && strncmp(err.text, "fuzz:", 5) == 0);
	}
	config_close(config);
	free(text);
	return 0;
}
