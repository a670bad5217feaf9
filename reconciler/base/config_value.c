#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/base/config_value.h"

enum { WORD_MAX = 96, ALLOWED_MAX = 256 };

/* Saying what is allowed, and what came. */

static void size_word(double bytes, char out[WORD_MAX])
{
	static const char *const units[] = {"", "K", "M", "G", "T"};
	size_t i = 0;

	while (i + 1 < sizeof(units) / sizeof(units[0]) && bytes >= 1024 &&
	       bytes / 1024 <= 1e15 &&
	       (double)(int64_t)(bytes / 1024) * 1024 == bytes) {
		bytes /= 1024;
		i++;
	}
	(void)snprintf(out, WORD_MAX, "%.0f%s", bytes, units[i]);
}

static void limit_word(enum config_type type, double limit, char out[WORD_MAX])
{
	char text[CLOCK_TEXT_MAX];

	switch (type) {
	case CONFIG_DURATION:
	case CONFIG_DURATIONS:
		(void)text_copy(
		    out, WORD_MAX, clock_format_duration((int64_t)limit, text));
		break;
	case CONFIG_SIZE:
		size_word(limit, out);
		break;
	case CONFIG_REAL:
		(void)snprintf(out, WORD_MAX, "%g", limit);
		break;
	default:
		(void)snprintf(out, WORD_MAX, "%.0f", limit);
		break;
	}
}

static void say_allowed(const struct config_key *key, char out[ALLOWED_MAX])
{
	static const char *const nouns[] = {
	    [CONFIG_TEXT] = "text in quotes",
	    [CONFIG_BOOL] = "true or false",
	    [CONFIG_INT] = "a whole number",
	    [CONFIG_REAL] = "a number",
	    [CONFIG_DURATION] = "a duration in quotes",
	    [CONFIG_SIZE] = "a size in quotes",
	    [CONFIG_DURATIONS] = "at most 8 durations in quotes",
	    [CONFIG_TEXTS] = "1 to 32 texts in quotes",
	};
	char min[WORD_MAX], max[WORD_MAX];

	if (key->type == CONFIG_TEXT && key->allowed != NULL) {
		(void)snprintf(out, ALLOWED_MAX, "%s", key->allowed);
		return;
	}
	if (key->type == CONFIG_TEXT || key->type == CONFIG_BOOL ||
	    key->type == CONFIG_TEXTS) {
		(void)snprintf(out, ALLOWED_MAX, "%s", nouns[key->type]);
		return;
	}
	limit_word(key->type, key->min, min);
	limit_word(key->type, key->max, max);
	(void)snprintf(
	    out, ALLOWED_MAX, "%s %s..%s", nouns[key->type], min, max);
}

static void say_got(const struct config_value *value, char out[WORD_MAX])
{
	switch (value->is) {
	case CONFIG_IS_TEXT:
		(void)snprintf(
		    out, WORD_MAX, "\"%.*s\"", WORD_MAX / 2, value->text);
		break;
	case CONFIG_IS_BOOL:
		(void)snprintf(
		    out, WORD_MAX, "%s", value->number != 0 ? "true" : "false");
		break;
	case CONFIG_IS_INT:
		(void)snprintf(out, WORD_MAX, "%" PRId64, value->number);
		break;
	case CONFIG_IS_REAL:
		(void)snprintf(out, WORD_MAX, "%g", value->real);
		break;
	case CONFIG_IS_OTHER:
		(void)snprintf(out, WORD_MAX, "%s", value->text);
		break;
	}
}

/* One complaint for all: what is NULL when there is none. */
static int answer(const struct config_key *key,
    const struct config_value *value, const char *what, struct err_text *err)
{
	char allowed[ALLOWED_MAX], got[WORD_MAX];

	if (what == NULL)
		return 0;
	say_allowed(key, allowed);
	say_got(value, got);
	return err_set(
	    err, ERR_BAD, "%s, allowed %s, got %s", what, allowed, got);
}

/* Judges, one a type: NULL and *member written, or what is wrong. */

static const char wrong_type[] = "wrong type";
static const char out_of_range[] = "out of range";

/* Written so that a number that is none (NaN) is out of range too. */
static bool is_in_range(const struct config_key *key, double value)
{
	return value >= key->min && value <= key->max;
}

static bool is_word(const char *words, const char *text)
{
	size_t len = strlen(text);
	const char *at = words, *bar;

	if (len == 0 || strchr(text, '|') != NULL)
		return false;
	for (; at != NULL; at = bar != NULL ? bar + 1 : NULL) {
		bar = strchr(at, '|');
		if (strncmp(at, text, len) == 0 &&
		    (at[len] == '\0' || at[len] == '|'))
			return true;
	}
	return false;
}

static const char *judge_text(const struct config_key *key,
    const struct config_value *value, void *member)
{
	const char **out = member;

	if (value->is != CONFIG_IS_TEXT)
		return wrong_type;
	if (text_has_control(value->text, strlen(value->text)))
		return "a control character in it";
	if (!text_is_utf8(value->text, strlen(value->text)))
		return "not UTF-8";
	if (key->allowed != NULL && !is_word(key->allowed, value->text))
		return "not one of the words";
	*out = value->text;
	return NULL;
}

static const char *judge_bool(const struct config_key *key,
    const struct config_value *value, void *member)
{
	bool *out = member;

	(void)key;
	if (value->is != CONFIG_IS_BOOL)
		return wrong_type;
	*out = value->number != 0;
	return NULL;
}

static const char *judge_int(const struct config_key *key,
    const struct config_value *value, void *member)
{
	int64_t *out = member;

	if (value->is != CONFIG_IS_INT)
		return wrong_type;
	if (!is_in_range(key, (double)value->number))
		return out_of_range;
	*out = value->number;
	return NULL;
}

static const char *judge_real(const struct config_key *key,
    const struct config_value *value, void *member)
{
	double *out = member, real = value->real;

	if (value->is == CONFIG_IS_INT)
		real = (double)value->number;
	else if (value->is != CONFIG_IS_REAL)
		return wrong_type;
	if (!is_in_range(key, real))
		return out_of_range;
	*out = real;
	return NULL;
}

static const char *judge_duration(const struct config_key *key,
    const struct config_value *value, void *member)
{
	int64_t *out = member, ms;

	if (value->is != CONFIG_IS_TEXT)
		return wrong_type;
	if (clock_parse_duration(value->text, &ms) != 0)
		return "not a duration (250ms, 30s, 5m, 24h, 7d, 2w)";
	if (!is_in_range(key, (double)ms))
		return out_of_range;
	*out = ms;
	return NULL;
}

static const char *judge_size(const struct config_key *key,
    const struct config_value *value, void *member)
{
	uint64_t *out = member, bytes;

	if (value->is == CONFIG_IS_INT && value->number >= 0)
		bytes = (uint64_t)value->number;
	else if (value->is != CONFIG_IS_TEXT)
		return wrong_type;
	else if (text_size(value->text, &bytes) != 0)
		return "not a size (4096, 64K, 1M, 2G)";
	if (!is_in_range(key, (double)bytes))
		return out_of_range;
	*out = bytes;
	return NULL;
}

static int fill_durations(const struct config_key *key,
    const struct config_value *values, size_t n, void *member,
    struct err_text *err)
{
	struct config_durations all = {.n = n, .set = true};
	static const struct config_value more = {.text = "more"};
	size_t i;
	int rc;

	if (n > CONFIG_DURATIONS_MAX)
		return answer(key, &more, "too many", err);
	for (i = 0; i < n; i++) {
		rc = answer(key, &values[i],
		    judge_duration(key, &values[i], &all.ms[i]), err);
		if (rc != 0)
			return rc;
	}
	memcpy(member, &all, sizeof(all));
	return 0;
}

static int fill_texts(const struct config_key *key,
    const struct config_value *values, size_t n, void *member,
    struct err_text *err)
{
	struct config_texts all = {.n = n};
	static const struct config_value none = {.text = "none"};
	static const struct config_value more = {.text = "more"};
	int rc = 0;

	if (n == 0 || n > CONFIG_TEXTS_MAX)
		return answer(key, n == 0 ? &none : &more,
		    n == 0 ? "empty" : "too many", err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = answer(key, &values[i],
		    judge_text(key, &values[i], &all.items[i]), err);
	if (rc == 0)
		memcpy(member, &all, sizeof(all));
	return rc;
}

int config_value_fill(const struct config_key *key,
    const struct config_value *values, size_t n, void *member,
    struct err_text *err)
{
	static const char *(*const judges[])(const struct config_key *key,
	    const struct config_value *value, void *member) = {
	    [CONFIG_TEXT] = judge_text,
	    [CONFIG_BOOL] = judge_bool,
	    [CONFIG_INT] = judge_int,
	    [CONFIG_REAL] = judge_real,
	    [CONFIG_DURATION] = judge_duration,
	    [CONFIG_SIZE] = judge_size,
	};

	if (key->type == CONFIG_DURATIONS)
		return fill_durations(key, values, n, member, err);
	if (key->type == CONFIG_TEXTS)
		return fill_texts(key, values, n, member, err);
	return answer(
	    key, &values[0], judges[key->type](key, &values[0], member), err);
}

int config_value_unknown(const struct config_key *keys, size_t n,
    const char *const *groups, struct err_text *err)
{
	struct buf names;
	size_t i;

	buf_init(&names, ERR_TEXT_MAX);
	for (i = 0; i < n; i++)
		buf_addf(&names, " %s", keys[i].name);
	for (; groups != NULL && *groups != NULL; groups++)
		buf_addf(&names, " %s", *groups);
	(void)err_set(err, ERR_BAD, "unknown key, allowed%s", buf_text(&names));
	buf_fini(&names);
	return ERR_BAD;
}
