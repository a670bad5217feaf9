/* The options of a provider as a whole: its key, its notifications. */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"

#include "clients/generic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { VALUE_MAX = 256 };

/* ---- requests --------------------------------------------------------------
 */

static const struct config_key auth_keys[] = {
    GENERIC_TEXT(generic_options, "header", key_header),
    GENERIC_TEXT(generic_options, "prefix", key_prefix),
};

static const struct config_key header_keys[] = {
    GENERIC_NEED(client_header, "name", name),
    GENERIC_NEED(client_header, "value", value),
};

static int load_header(const struct config_node *node,
    struct generic_options *out, struct err_text *err)
{
	struct client_header *header = &out->headers[out->n_headers];
	int rc = config_fill(
	    node, header_keys, COUNT(header_keys), NULL, header, err);

	if (rc == 0)
		rc = generic_check_header(node, "name", header->name, err);
	if (rc != 0)
		return rc;
	if (strlen(header->value) > VALUE_MAX || header->value[0] == '\0')
		return config_complain(
		    node, "value", err, "1 to %d bytes are allowed", VALUE_MAX);
	if (strcasecmp(header->name, out->key_header) == 0)
		return config_complain(node, "name", err,
		    "%s is the header of the key", header->name);
	if (strcasecmp(header->name, "Accept") == 0)
		out->has_accept = true;
	out->n_headers++;
	return 0;
}

static int load_requests(const struct config_node *group,
    struct generic_options *out, struct err_text *err)
{
	const struct config_node *auth = config_group(group, "auth");
	size_t n;
	int rc = 0;

	out->key_header = "Authorization";
	out->key_prefix = "Bearer ";
	if (auth != NULL)
		rc = config_fill(
		    auth, auth_keys, COUNT(auth_keys), NULL, out, err);
	if (rc == 0 && auth != NULL)
		rc = generic_check_header(auth, "header", out->key_header, err);
	if (rc == 0)
		rc = generic_list(
		    group, "headers", GENERIC_HEADERS_MAX, &n, err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = load_header(config_item(group, "headers", i), out, err);
	return rc;
}

/* ---- notifications ---------------------------------------------------------
 */

struct raw_notification {
	struct generic_notification notification;
	const char *body;
};

static const struct config_key notification_keys[] = {
    GENERIC_WORD(raw_notification, "body", body, "json|form"),
    GENERIC_TEXT(raw_notification, "each", notification.each),
    GENERIC_TEXT(raw_notification, "delivery", notification.delivery),
    GENERIC_TEXT(
	raw_notification, "delivery_header", notification.delivery_header),
};

struct raw_rule {
	struct generic_rule rule;
	const char *kind;
};

static const struct config_key rule_keys[] = {
    GENERIC_NEED(raw_rule, "kind", kind),
    GENERIC_NEED(raw_rule, "id", rule.link.id),
    GENERIC_TEXT(raw_rule, "parent", rule.link.parent),
    {.name = "optional",
	.type = CONFIG_BOOL,
	.offset = offsetof(struct raw_rule, rule.optional)},
};

static int load_rule(const struct config_node *node, struct arena *arena,
    const struct generic_options *options, struct generic_rule *out,
    struct err_text *err)
{
	static const char *const groups[] = {"when", NULL};
	struct raw_rule raw = {.kind = NULL};
	int rc =
	    config_fill(node, rule_keys, COUNT(rule_keys), groups, &raw, err);

	if (rc == 0)
		rc = generic_set_link(
		    node, options, raw.kind, &raw.rule.link, err);
	if (rc == 0)
		rc = generic_load_tests(
		    node, "when", arena, &raw.rule.when, err);
	*out = raw.rule;
	return rc;
}

static int load_rules(const struct config_node *node, struct arena *arena,
    struct generic_options *out, struct err_text *err)
{
	struct generic_rule *rules;
	size_t n;
	int rc = generic_list(node, "rules", GENERIC_RULES_MAX, &n, err);

	if (rc != 0)
		return rc;
	if (n == 0)
		return config_complain(
		    node, "rules", err, "one at least is required");
	rules = arena_alloc(arena, n, sizeof(*rules));
	if (rules == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = load_rule(
		    config_item(node, "rules", i), arena, out, &rules[i], err);
	out->notification.rules = rules;
	out->notification.n_rules = n;
	return rc;
}

static int load_notification(const struct config_node *group,
    struct arena *arena, struct generic_options *out, struct err_text *err)
{
	static const char *const groups[] = {"rules", NULL};
	const struct config_node *node = config_group(group, "notification");
	struct raw_notification raw = {.body = "json"};
	int rc;

	if (node == NULL)
		return config_complain(group, "notification", err,
		    "required: where the ids are in what is sent");
	rc = config_fill(node, notification_keys, COUNT(notification_keys),
	    groups, &raw, err);
	if (rc == 0)
		rc = generic_check_pointers(node,
		    (const struct generic_named[]){
			{"each", raw.notification.each},
			{"delivery", raw.notification.delivery}},
		    2, err);
	if (rc == 0)
		rc = generic_check_header(node, "delivery_header",
		    raw.notification.delivery_header, err);
	if (rc != 0)
		return rc;
	out->notification = raw.notification;
	out->notification.is_form = strcmp(raw.body, "form") == 0;
	return load_rules(node, arena, out, err);
}

/* ---- all -------------------------------------------------------------------
 */

int generic_configure(const struct config_node *group, struct arena *arena,
    const void **out, struct err_text *err)
{
	static const char *const groups[] = {
	    "verify", "auth", "headers", "notification", "kinds", NULL};
	struct generic_options *options;
	int rc;

	if (group == NULL)
		return err_set(err, ERR_BAD,
		    "required: nothing is known of a generic provider but what "
		    "they say");
	options = arena_alloc(arena, 1, sizeof(*options));
	if (options == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	rc = config_fill(group, NULL, 0, groups, options, err);
	if (rc == 0)
		rc = generic_load_verify(group, &options->verify, err);
	if (rc == 0)
		rc = load_requests(group, options, err);
	if (rc == 0)
		rc = generic_load_kinds(group, arena, options, err);
	if (rc == 0)
		rc = load_notification(group, arena, options, err);
	if (rc == 0)
		*out = options;
	return rc;
}
