/*
 * Any request target: a path that is known with names of their form, or none;
 * and arguments that are in range, or refused.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/io/api_path.h"
#include "reconciler/io/api_query.h"
#include "reconciler/io/api_tag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(int promise)
{
	if (!promise)
		abort();
}

/* The names are those that the path stands for, whatever its escapes. */
static void check_path(const struct api_path *path)
{
	const struct object_ref ref = {path->provider, path->kind, path->id};
	bool account =
	    path->what == API_ACCOUNT || path->what == API_ACCOUNT_HISTORY;
	bool object =
	    path->what == API_OBJECT || path->what == API_OBJECT_HISTORY;

	hold(path->what < API_WHATS);
	hold(account ? name_account_is_valid(path->account)
		     : path->account[0] == '\0');
	hold(object ? name_ref_is_valid(&ref) : path->id[0] == '\0');
}

static void check_query(const struct api_query *q)
{
	hold(text_is_utf8(q->product, strlen(q->product)));
	hold(text_is_utf8(q->label, strlen(q->label)));
	hold(q->limit >= 1 && q->limit <= API_QUERY_CHANGES_MAX);
	hold(q->wait_s >= 0 && q->wait_s <= API_QUERY_WAIT_MAX_S);
	hold(q->since >= 0);
}

static void try_arguments(char *at, enum api_what what)
{
	struct api_query query;
	struct err_text err;

	api_query_init(&query);
	while (at != NULL && *at != '\0') {
		char *next = strchr(at, '&');
		char *value;
		int rc;

		if (next != NULL)
			*next++ = '\0';
		value = strchr(at, '=');
		if (value != NULL)
			*value++ = '\0';
		err.text[0] = '\0';
		rc = api_query_add(&query, what, at, value, &err);
		hold(rc == 0 || (rc == ERR_BAD && err.text[0] != '\0'));
		if (rc == 0)
			check_query(&query);
		at = next;
	}
}

static void try_tag(const char *header)
{
	char tag[API_TAG_MAX];

	api_tag_make(header, tag);
	hold(strlen(tag) < API_TAG_MAX);
	(void)api_tag_match(header, tag);
	hold(strlen(tag) < API_TAG_MAX && tag[0] == '"');
	hold(api_tag_match(tag, tag));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct api_path path;
	char *query;
	int rc;

	hold(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	try_tag(text);
	query = strchr(text, '?');
	if (query != NULL)
		*query++ = '\0';
	memset(&path, 0xa5, sizeof(path));
	rc = api_path_parse(text, &path);
	hold(rc == 0 || rc == ERR_ABSENT || rc == ERR_BAD);
	if (rc == 0)
		check_path(&path);
	if (rc != ERR_ABSENT)
		try_arguments(query, path.what);
	free(text);
	return 0;
}
