#include <string.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/io/api_query.h"

enum { VALUE_MAX = API_QUERY_TEXT_MAX, NAME_BYTES = 16 };

#define ON(what) (1U << (what))

static int take_text(const char *value, bool *has, char *out)
{
	size_t len = strlen(value);

	if (!text_is_utf8(value, len) || text_has_control(value, len))
		return ERR_BAD;
	*has = true;
	return text_copy(out, API_QUERY_TEXT_MAX + 1, value);
}

static int take_flag(const char *value, bool *out)
{
	*out = strcmp(value, "1") == 0;
	return *out || strcmp(value, "0") == 0 ? 0 : ERR_BAD;
}

static int take_product(struct api_query *q, const char *value)
{
	return take_text(value, &q->has_product, q->product);
}

static int take_label(struct api_query *q, const char *value)
{
	return take_text(value, &q->has_label, q->label);
}

static int take_at(struct api_query *q, const char *value)
{
	q->has_at = true;
	return clock_parse_loose(value, &q->at_ms);
}

static int take_known_at(struct api_query *q, const char *value)
{
	q->has_known_at = true;
	return clock_parse_loose(value, &q->known_at_ms);
}

static int take_explain(struct api_query *q, const char *value)
{
	return take_flag(value, &q->explain);
}

static int take_refresh(struct api_query *q, const char *value)
{
	return take_flag(value, &q->refresh);
}

static int take_since(struct api_query *q, const char *value)
{
	q->has_since = true;
	return text_int(value, 0, INT64_MAX, &q->since);
}

static int take_limit(struct api_query *q, const char *value)
{
	return text_int(value, 1, API_QUERY_CHANGES_MAX, &q->limit);
}

static int take_wait(struct api_query *q, const char *value)
{
	return text_int(value, 0, API_QUERY_WAIT_MAX_S, &q->wait_s);
}

static const struct argument {
	const char *name;
	unsigned int on; /* which paths */
	int (*take)(struct api_query *q, const char *value);
	const char *wanted;
} arguments[] = {
    {"product", ON(API_ACCOUNT), take_product, "UTF-8 of at most 1024 bytes"},
    {"label", ON(API_ACCOUNT), take_label, "UTF-8 of at most 1024 bytes"},
    {"at", ON(API_ACCOUNT), take_at,
	"an RFC 3339 time (a + written as %2B) or seconds since 1970"},
    {"known_at", ON(API_ACCOUNT), take_known_at,
	"an RFC 3339 time (a + written as %2B) or seconds since 1970"},
    {"explain", ON(API_ACCOUNT), take_explain, "0 or 1"},
    {"refresh", ON(API_ACCOUNT), take_refresh, "0 or 1"},
    {"since", ON(API_CHANGES), take_since, "a number that is not negative"},
    {"limit", ON(API_CHANGES), take_limit, "a number from 1 to 10000"},
    {"wait", ON(API_CHANGES), take_wait, "seconds from 0 to 60"},
};

enum { N_ARGUMENTS = sizeof(arguments) / sizeof(*arguments) };

void api_query_init(struct api_query *query)
{
	memset(query, 0, sizeof(*query));
	query->limit = API_QUERY_CHANGES;
}

/* NUL-terminated, decoded; what does not fit or has a NUL byte is refused. */
static bool decode(const char *value, char *out, size_t cap)
{
	size_t len;

	return text_unescape(value, strlen(value), out, cap, &len) == 0 &&
	       strlen(out) == len;
}

static const struct argument *find(const char *name, enum api_what what)
{
	char plain[NAME_BYTES];

	if (!decode(name, plain, sizeof(plain)))
		return NULL;
	for (size_t i = 0; i < N_ARGUMENTS; i++) {
		if (strcmp(arguments[i].name, plain) == 0)
			return (arguments[i].on & ON(what)) != 0 ? &arguments[i]
								 : NULL;
	}
	return NULL;
}

int api_query_add(struct api_query *query, enum api_what what, const char *name,
    const char *value, struct err_text *err)
{
	const struct argument *argument = find(name, what);
	char plain[VALUE_MAX + 1];
	unsigned int bit;

	if (argument == NULL)
		return err_set(
		    err, ERR_BAD, "the query has an argument unknown here");
	bit = 1U << (argument - arguments);
	if ((query->given & bit) != 0)
		return err_set(
		    err, ERR_BAD, "%s is given twice", argument->name);
	query->given |= bit;
	if (value == NULL || !decode(value, plain, sizeof(plain)) ||
	    argument->take(query, plain) != 0)
		return err_set(err, ERR_BAD, "%s: %s is wanted", argument->name,
		    argument->wanted);
	return 0;
}
