/*
 * How it is asked for: the arguments of a request to the query API. Strict: an
 * argument that is mistyped, not known here or given twice is refused, because
 * to leave it out would answer another question. Pure.
 */
#ifndef TRUEUP_IO_API_QUERY_H
#define TRUEUP_IO_API_QUERY_H

#include "reconciler/io/api_path.h"

#include <stdbool.h>
#include <stdint.h>

struct err_text;

enum {
	API_QUERY_TEXT_MAX = 1024, /* bytes of a product or label */
	API_QUERY_CHANGES = 1000,  /* the limit of changes, unless given */
	API_QUERY_CHANGES_MAX = 10000,
	API_QUERY_WAIT_MAX_S = 60
};

/* Zeroed, but for limit: nothing was said. */
struct api_query {
	unsigned int given; /* internal: one bit for each argument */
	bool has_product;
	bool has_label;
	bool has_at;
	bool has_known_at;
	bool has_since;
	bool explain;
	bool refresh;
	int64_t at_ms;
	int64_t known_at_ms;
	int64_t since;
	int64_t limit;
	int64_t wait_s;
	char product[API_QUERY_TEXT_MAX + 1];
	char label[API_QUERY_TEXT_MAX + 1];
};

void api_query_init(struct api_query *query);

/*
 * api_query_add(query, what, name, value, err): one argument as http_each_query
 * gives it. 0, or ERR_BAD with a text for who asks; it quotes no value.
 */
int api_query_add(struct api_query *query, enum api_what what, const char *name,
    const char *value, struct err_text *err);

#endif
