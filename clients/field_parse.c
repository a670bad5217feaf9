/* The whole text as one document, or a complaint that quotes none of it. */
#include <string.h>

#include <jansson.h>

#include "reconciler/base/err.h"

#include "clients/field.h"

/*
 * The parser recurses once per level, up to 2048 of its own; so the depth is
 * measured first, by a flat walk over brackets outside of text. On malformed
 * input the count may be off, but only behind the point where parsing stops.
 */
static int check_depth(
    const char *body, size_t len, size_t max_depth, struct err_text *err)
{
	size_t depth = 0;
	bool in_text = false;

	for (size_t i = 0; i < len; i++) {
		char c = body[i];

		if (c == '\0')
			return err_set(err, ERR_BAD, "not JSON: a NUL byte");
		if (c == '\\' && in_text && i + 1 < len && body[i + 1] != '\0')
			i++;
		else if (c == '"')
			in_text = !in_text;
		else if (!in_text && (c == '{' || c == '['))
			depth++;
		else if (!in_text && (c == '}' || c == ']') && depth > 0)
			depth--;
		if (depth > max_depth)
			return err_set(err, ERR_BAD,
			    "more than %zu levels deep", max_depth);
	}
	return 0;
}

/*
 * jansson's own texts quote what stands near the error; bodies hold capability
 * URLs, so only its code and place are passed on.
 */
static int parse_error(const json_error_t *error, struct err_text *err)
{
	const char *what = "not JSON";
	enum json_error_code code = json_error_code(error);

	/* without memory it mostly says nothing, and now and then "syntax" */
	if (code == json_error_out_of_memory || code == json_error_unknown)
		return err_set(err, ERR_FAIL, "out of memory");
	if (code == json_error_duplicate_key)
		what = "a key is given twice";
	else if (code == json_error_invalid_utf8)
		what = "not UTF-8";
	else if (code == json_error_numeric_overflow)
		what = "a number is too large";
	else if (code == json_error_premature_end_of_input)
		what = "JSON that ends too early";
	return err_set(err, ERR_BAD, "%s: line %d, column %d", what,
	    error->line, error->column);
}

int field_parse(const char *body, size_t len, size_t max_depth,
    field_value **out, struct err_text *err)
{
	json_error_t error;
	int rc;

	*out = NULL;
	if (len == 0)
		return err_set(err, ERR_BAD, "empty");
	rc = check_depth(body, len, max_depth, err);
	if (rc != 0)
		return rc;
	/* the code is left as it is where memory runs out */
	memset(&error, 0, sizeof(error));
	*out = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
	return *out != NULL ? 0 : parse_error(&error, err);
}
