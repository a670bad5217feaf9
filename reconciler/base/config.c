#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <libconfig.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/config_scan.h"
#include "reconciler/base/config_value.h"
#include "reconciler/base/err.h"

#include "reconciler/base/config.h"

enum {
	FILE_MAX_BYTES = 1024 * 1024,
	VALUES_MAX = CONFIG_TEXTS_MAX + 1 /* of one list: more than any takes */
};

/* libconfig's part comes first: every setting points back at it. */
struct config {
	config_t lib;
	char *name;
};

/* A node is libconfig's setting under a name of our own. */
static const config_setting_t *setting_of(const struct config_node *node)
{
	return (const config_setting_t *)node;
}

static const struct config_node *node_of(const config_setting_t *setting)
{
	return (const struct config_node *)setting;
}

/* Where: "FILE:LINE: KEY: ", the outermost group being at line 1. */
static void say_place(
    const config_setting_t *setting, const char *key, struct err_text *err)
{
	const struct config *config = (const struct config *)setting->config;
	unsigned int line = setting->line > 0 ? setting->line : 1;

	if (key != NULL)
		err_prefix(err, "%s:%u: %s", config->name, line, key);
	else
		err_prefix(err, "%s:%u", config->name, line);
}

int config_complain(const struct config_node *node, const char *key,
    struct err_text *err, const char *format, ...)
{
	const config_setting_t *setting = setting_of(node), *member = NULL;
	char text[ERR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	if (err == NULL)
		return ERR_BAD;
	if (key != NULL)
		member = config_setting_get_member(setting, key);
	(void)err_set(err, ERR_BAD, "%s", text);
	say_place(member != NULL ? member : setting, key, err);
	return ERR_BAD;
}

/* Opening. */

static const char *error_words(const config_t *lib)
{
	const char *text = config_error_text(lib);

	if (text == NULL)
		return "cannot be read";
	if (strcmp(text, "duplicate setting name") == 0)
		return "a key is given twice in one group";
	return text;
}

static int parse(const char *text, size_t len, const char *name,
    struct config **out, struct err_text *err)
{
	struct config *config;
	int rc;

	*out = NULL;
	if (len > FILE_MAX_BYTES)
		return err_set(err, ERR_BAD, "%s: larger than 1 MiB", name);
	rc = config_scan(text, len, name, err);
	if (rc != 0)
		return rc;
	config = calloc(1, sizeof(*config));
	if (config == NULL)
		return err_set(err, ERR_FAIL, "%s: no memory", name);
	config_init(&config->lib);
	config->name = strdup(name);
	if (config->name == NULL)
		rc = err_set(err, ERR_FAIL, "%s: no memory", name);
	else if (config_read_string(&config->lib, text) != CONFIG_TRUE)
		rc = err_set(err, ERR_BAD, "%s:%d: %s", name,
		    config_error_line(&config->lib), error_words(&config->lib));
	if (rc == 0)
		*out = config;
	else
		config_close(config);
	return rc;
}

static int errno_error(const char *path, struct err_text *err)
{
	int cause = errno, code = ERR_FAIL;

	if (cause == ENOENT || cause == ENOTDIR)
		code = ERR_ABSENT;
	else if (cause == EACCES || cause == EPERM)
		code = ERR_DENIED;
	else if (cause == EISDIR)
		code = ERR_BAD;
	return err_set(err, code, "%s: %s", path, strerror(cause));
}

/* More than the maximum is read, so that parse() sees it is too much. */
static int read_file(const char *path, struct buf *out, struct err_text *err)
{
	char chunk[4096];
	ssize_t got;
	int fd, rc = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return errno_error(path, err);
	while (out->len <= FILE_MAX_BYTES && out->error == 0) {
		got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			rc = errno_error(path, err);
		if (got <= 0)
			break;
		buf_add(out, chunk, (size_t)got);
	}
	(void)close(fd);
	if (out->error != 0)
		rc = err_set(err, ERR_FAIL, "%s: no memory", path);
	return rc;
}

int config_open(const char *path, struct config **out, struct err_text *err)
{
	struct buf text;
	int rc;

	*out = NULL;
	buf_init(&text, FILE_MAX_BYTES + 4096);
	rc = read_file(path, &text, err);
	if (rc == 0)
		rc = parse(buf_text(&text), text.len, path, out, err);
	buf_fini(&text);
	return rc;
}

int config_open_text(const char *text, const char *name, struct config **out,
    struct err_text *err)
{
	return parse(text, strlen(text), name, out, err);
}

void config_close(struct config *config)
{
	if (config == NULL)
		return;
	config_destroy(&config->lib);
	free(config->name);
	free(config);
}

/* Going around. */

const struct config_node *config_root(const struct config *config)
{
	return node_of(config_root_setting(&config->lib));
}

/* Whatever has the name: config_fill tells when it is not a group. */
const struct config_node *config_group(
    const struct config_node *node, const char *name)
{
	return node_of(config_setting_get_member(setting_of(node), name));
}

static bool is_list(const config_setting_t *setting)
{
	return config_setting_is_list(setting) ||
	       config_setting_is_array(setting);
}

/* One group in the place of a list is a list of one, not nothing. */
size_t config_count(const struct config_node *node, const char *name)
{
	const config_setting_t *list =
	    config_setting_get_member(setting_of(node), name);

	if (list == NULL)
		return 0;
	return is_list(list) ? (size_t)config_setting_length(list) : 1;
}

const struct config_node *config_item(
    const struct config_node *node, const char *name, size_t i)
{
	const config_setting_t *item =
	    config_setting_get_member(setting_of(node), name);

	if (item == NULL || i >= config_count(node, name))
		return NULL;
	if (is_list(item))
		item = config_setting_get_elem(item, (unsigned int)i);
	return config_setting_is_group(item) ? node_of(item) : NULL;
}

/* Filling. */

static struct config_value value_of(const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		return (struct config_value){.is = CONFIG_IS_TEXT,
		    .text = config_setting_get_string(setting)};
	case CONFIG_TYPE_BOOL:
		return (struct config_value){.is = CONFIG_IS_BOOL,
		    .number = config_setting_get_bool(setting)};
	case CONFIG_TYPE_INT:
		return (struct config_value){.is = CONFIG_IS_INT,
		    .number = config_setting_get_int(setting)};
	case CONFIG_TYPE_INT64:
		return (struct config_value){.is = CONFIG_IS_INT,
		    .number = config_setting_get_int64(setting)};
	case CONFIG_TYPE_FLOAT:
		return (struct config_value){.is = CONFIG_IS_REAL,
		    .real = config_setting_get_float(setting)};
	case CONFIG_TYPE_GROUP:
		return (struct config_value){.text = "a group"};
	default:
		return (struct config_value){.text = "a list"};
	}
}

/* The setting's value, or a list's elements: more than fits tells it. */
static size_t values_of(const config_setting_t *setting,
    const struct config_key *key, struct config_value out[VALUES_MAX])
{
	size_t i, n;
	bool many = key->type == CONFIG_DURATIONS || key->type == CONFIG_TEXTS;

	if (!many || !is_list(setting)) {
		out[0] = value_of(setting);
		return 1;
	}
	n = (size_t)config_setting_length(setting);
	if (n > VALUES_MAX)
		n = VALUES_MAX;
	for (i = 0; i < n; i++)
		out[i] =
		    value_of(config_setting_get_elem(setting, (unsigned int)i));
	return n;
}

static int fill_one(const config_setting_t *setting,
    const struct config_key *key, void *out, struct err_text *err)
{
	struct config_value values[VALUES_MAX];
	size_t n = values_of(setting, key, values);
	int rc;

	rc = config_value_fill(key, values, n, (char *)out + key->offset, err);
	if (rc != 0)
		say_place(setting, key->name, err);
	return rc;
}

static int fill_setting(const config_setting_t *setting,
    const struct config_key *keys, size_t n, const char *const *groups,
    void *out, struct err_text *err)
{
	const char *name = config_setting_name(setting);
	const char *const *group;
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(keys[i].name, name) == 0)
			return fill_one(setting, &keys[i], out, err);
	}
	for (group = groups; group != NULL && *group != NULL; group++) {
		if (strcmp(*group, name) != 0)
			continue;
		if (config_setting_is_aggregate(setting))
			return 0;
		(void)err_set(err, ERR_BAD,
		    "wrong type, allowed a group { } or a list of groups");
		say_place(setting, name, err);
		return ERR_BAD;
	}
	(void)config_value_unknown(keys, n, groups, err);
	say_place(setting, name, err);
	return ERR_BAD;
}

static int check_group(const config_setting_t *setting, struct err_text *err)
{
	if (config_setting_is_group(setting))
		return 0;
	(void)err_set(err, ERR_BAD, "wrong type, allowed a group { }");
	say_place(setting, config_setting_name(setting), err);
	return ERR_BAD;
}

int config_fill(const struct config_node *node, const struct config_key *keys,
    size_t n, const char *const *groups, void *out, struct err_text *err)
{
	const config_setting_t *group = setting_of(node);
	int rc = check_group(group, err), i;
	size_t k;

	for (i = 0; rc == 0 && i < config_setting_length(group); i++)
		rc = fill_setting(
		    config_setting_get_elem(group, (unsigned int)i), keys, n,
		    groups, out, err);
	for (k = 0; rc == 0 && k < n; k++) {
		if (keys[k].required &&
		    config_setting_get_member(group, keys[k].name) == NULL)
			rc = config_complain(
			    node, keys[k].name, err, "required, not there");
	}
	return rc;
}

int config_each(const struct config_node *node,
    int (*visit)(void *cookie, const struct config_node *where, const char *key,
	const char *value, struct err_text *err),
    void *cookie, struct err_text *err)
{
	static const struct config_key any = {.type = CONFIG_TEXT};
	const config_setting_t *group = setting_of(node);
	int rc = check_group(group, err), i;

	for (i = 0; rc == 0 && i < config_setting_length(group); i++) {
		const config_setting_t *setting =
		    config_setting_get_elem(group, (unsigned int)i);
		struct config_value value = value_of(setting);
		const char *text = NULL;

		rc = config_value_fill(&any, &value, 1, &text, err);
		if (rc != 0)
			say_place(setting, config_setting_name(setting), err);
		else
			rc = visit(cookie, node, config_setting_name(setting),
			    text, err);
	}
	return rc;
}
