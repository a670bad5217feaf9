/* The options of a signature: what a scheme needs, and what is signed. */
#include <stddef.h>
#include <string.h>

#include "reconciler/base/config.h"
#include "reconciler/base/text.h"

#include "clients/generic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { TEMPLATE_MAX = 128, DAY_MS = 24 * 3600 * 1000 };

/* The group as it is written. */
struct raw_verify {
	const char *scheme;
	const char *header;
	const char *prefix;
	/* read through the table of keys: there is only one so far */
	/* cppcheck-suppress unusedStructMember */
	const char *algorithm;
	const char *encoding;
	const char *text;
	const char *timestamp_header;
	const char *id_header;
	const char *unit;
	const char *separator;
	const char *mac_name;
	const char *time_name;
	int64_t tolerance_ms;
};

static const struct config_key verify_keys[] = {
    {.name = "scheme",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct raw_verify, scheme),
	.allowed = "none|static|hmac|pairs|standard|stripe",
	.required = true},
    GENERIC_TEXT(raw_verify, "header", header),
    GENERIC_TEXT(raw_verify, "prefix", prefix),
    GENERIC_WORD(raw_verify, "algorithm", algorithm, "sha256"),
    GENERIC_WORD(raw_verify, "encoding", encoding, "hex|base64"),
    GENERIC_TEXT(raw_verify, "signed", text),
    GENERIC_TEXT(raw_verify, "timestamp_header", timestamp_header),
    GENERIC_TEXT(raw_verify, "id_header", id_header),
    GENERIC_WORD(raw_verify, "timestamp_unit", unit, "s|ms"),
    GENERIC_TEXT(raw_verify, "separator", separator),
    GENERIC_TEXT(raw_verify, "signature", mac_name),
    GENERIC_TEXT(raw_verify, "timestamp", time_name),
    {.name = "tolerance",
	.type = CONFIG_DURATION,
	.offset = offsetof(struct raw_verify, tolerance_ms),
	.min = 1000,
	.max = DAY_MS},
};

static const char *const schemes[GENERIC_SCHEMES] = {[GENERIC_NONE] = "none",
    [GENERIC_STATIC] = "static",
    [GENERIC_HMAC] = "hmac",
    [GENERIC_PAIRS] = "pairs",
    [GENERIC_STANDARD] = "standard",
    [GENERIC_STRIPE] = "stripe"};

#define IN(scheme) (1U << (scheme))

/* With which schemes a key has a meaning, and with which it has to be there. */
static const struct {
	const char *key;
	size_t offset;
	unsigned int with;
	unsigned int needed;
} meanings[] = {
    {"header", offsetof(struct raw_verify, header),
	IN(GENERIC_STATIC) | IN(GENERIC_HMAC) | IN(GENERIC_PAIRS) |
	    IN(GENERIC_STANDARD) | IN(GENERIC_STRIPE),
	IN(GENERIC_STATIC) | IN(GENERIC_HMAC) | IN(GENERIC_PAIRS)},
    {"prefix", offsetof(struct raw_verify, prefix),
	IN(GENERIC_STATIC) | IN(GENERIC_HMAC), 0},
    {"algorithm", offsetof(struct raw_verify, algorithm),
	IN(GENERIC_HMAC) | IN(GENERIC_PAIRS), 0},
    {"encoding", offsetof(struct raw_verify, encoding),
	IN(GENERIC_HMAC) | IN(GENERIC_PAIRS), 0},
    {"signed", offsetof(struct raw_verify, text),
	IN(GENERIC_HMAC) | IN(GENERIC_PAIRS), 0},
    {"timestamp_header", offsetof(struct raw_verify, timestamp_header),
	IN(GENERIC_HMAC), 0},
    {"id_header", offsetof(struct raw_verify, id_header), IN(GENERIC_HMAC), 0},
    {"timestamp_unit", offsetof(struct raw_verify, unit),
	IN(GENERIC_HMAC) | IN(GENERIC_PAIRS), 0},
    {"separator", offsetof(struct raw_verify, separator), IN(GENERIC_PAIRS), 0},
    {"signature", offsetof(struct raw_verify, mac_name), IN(GENERIC_PAIRS),
	IN(GENERIC_PAIRS)},
    {"timestamp", offsetof(struct raw_verify, time_name), IN(GENERIC_PAIRS), 0},
};

static int check_meanings(const struct config_node *node,
    const struct raw_verify *raw, enum generic_scheme scheme,
    struct err_text *err)
{
	for (size_t i = 0; i < COUNT(meanings); i++) {
		const char *text =
		    *(const char *const *)(const void *)((const char *)raw +
							 meanings[i].offset);

		if (text != NULL && (meanings[i].with & IN(scheme)) == 0)
			return config_complain(node, meanings[i].key, err,
			    "it has no meaning with the scheme \"%s\"",
			    schemes[scheme]);
		if (text == NULL && (meanings[i].needed & IN(scheme)) != 0)
			return config_complain(node, meanings[i].key, err,
			    "required with the scheme \"%s\"", schemes[scheme]);
	}
	return 0;
}

static size_t times_in(const char *text, const char *hole)
{
	const char *at = strstr(text, hole);

	if (at == NULL)
		return 0;
	return strstr(at + 1, hole) == NULL ? 1 : 2;
}

/*
 * The body has to be signed, and a time that is not signed with it would
 * protect nothing: whoever repeats the call could write any.
 */
static const char *template_problem(const struct generic_verify *v)
{
	bool has_time = v->timestamp_header != NULL || v->time_name != NULL;
	size_t bodies = times_in(v->text, "{body}");
	size_t stamps = times_in(v->text, "{timestamp}");
	size_t ids = times_in(v->text, "{id}");
	size_t braces = 0;

	for (const char *p = v->text; *p != '\0'; p++)
		braces += *p == '{' || *p == '}';
	if (bodies != 1)
		return "{body} has to be in it once";
	if (stamps != (has_time ? 1 : 0))
		return has_time ? "{timestamp} has to be in it once"
				: "{timestamp} needs to be told where it is";
	if (ids != (v->id_header != NULL ? 1 : 0))
		return v->id_header != NULL ? "{id} has to be in it once"
					    : "{id} needs id_header";
	if (braces != 2 * (bodies + stamps + ids))
		return "only {timestamp}, {id} and {body} are filled in";
	return strlen(v->text) > TEMPLATE_MAX ? "it is too long" : NULL;
}

static int check_template(const struct config_node *node,
    const struct generic_verify *v, struct err_text *err)
{
	const char *problem;

	if (v->scheme != GENERIC_HMAC && v->scheme != GENERIC_PAIRS)
		return 0;
	problem = template_problem(v);
	if (problem != NULL)
		return config_complain(node, "signed", err,
		    "a text such as \"{timestamp}.{body}\" is allowed, got "
		    "\"%s\": %s",
		    v->text, problem);
	return 0;
}

static int check_headers(const struct config_node *node,
    const struct generic_verify *v, struct err_text *err)
{
	int rc = generic_check_header(node, "header", v->header, err);

	if (rc == 0)
		rc = generic_check_header(
		    node, "timestamp_header", v->timestamp_header, err);
	return rc == 0
		   ? generic_check_header(node, "id_header", v->id_header, err)
		   : rc;
}

/* One character that neither a name, nor a number, nor a MAC is made of. */
static int check_separator(const struct config_node *node,
    const struct raw_verify *raw, struct generic_verify *out,
    struct err_text *err)
{
	const char *text = raw->separator != NULL ? raw->separator : ",";

	if (strlen(text) != 1 || strchr(",;&| ", text[0]) == NULL)
		return config_complain(node, "separator", err,
		    "one of , ; & | or a blank is allowed, got \"%s\"", text);
	out->separator = text[0];
	return 0;
}

static enum generic_scheme scheme_of(const char *name)
{
	size_t i = 0;

	while (i + 1 < COUNT(schemes) && strcmp(schemes[i], name) != 0)
		i++;
	return (enum generic_scheme)i;
}

int generic_load_verify(const struct config_node *group,
    struct generic_verify *out, struct err_text *err)
{
	const struct config_node *node = config_group(group, "verify");
	struct raw_verify raw = {.scheme = "none"};
	int rc;

	if (node == NULL)
		return config_complain(group, "verify", err,
		    "required, such as { scheme = \"none\"; }");
	raw.tolerance_ms = SIGNATURE_TOLERANCE_MS;
	rc =
	    config_fill(node, verify_keys, COUNT(verify_keys), NULL, &raw, err);
	if (rc != 0)
		return rc;
	*out = (struct generic_verify){.scheme = scheme_of(raw.scheme),
	    .header = raw.header,
	    .prefix = raw.prefix,
	    .encoding = text_equal(raw.encoding, "base64") ? SIGNATURE_BASE64
							   : SIGNATURE_HEX,
	    .text = raw.text != NULL ? raw.text : "{body}",
	    .timestamp_header = raw.timestamp_header,
	    .id_header = raw.id_header,
	    .millis = text_equal(raw.unit, "ms"),
	    .tolerance_ms = raw.tolerance_ms,
	    .mac_name = raw.mac_name,
	    .time_name = raw.time_name};
	if (out->scheme == GENERIC_STRIPE && out->header == NULL)
		out->header = "Stripe-Signature";
	rc = check_meanings(node, &raw, out->scheme, err);
	if (rc == 0)
		rc = check_headers(node, out, err);
	if (rc == 0)
		rc = check_separator(node, &raw, out, err);
	return rc == 0 ? check_template(node, out, err) : rc;
}
