/*
 * What the answers about a transaction mean. ecom9 documents no question about
 * a single one: it is found in the list of its account, page by page.
 */
#include <strings.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"

#include "clients/reading.h"
#include "clients/types.h"

#include "clients/ecom9.h"

enum { CURRENCY_MAX = 16 /* bytes */ };

static enum state state_of(const char *word)
{
	const struct client_kind *kind =
	    client_kind_find(&ecom9_client, ECOM9_TRANSACTION);

	return state_of_word(kind->words, kind->n_words, word);
}

/* Granted only where a single product is sold so (ecom9 options). */
static void read_grant(struct ecom9_reader *r, int64_t created_ms)
{
	struct grant *grant;

	if (!r->options->transactions_grant)
		return;
	grant = arena_alloc(r->arena, 1, sizeof(*grant));
	if (grant == NULL)
		return;
	grant->status = r->out->status;
	grant->state = r->out->state;
	grant->since_ms = created_ms;
	grant->state_at_ms = r->out->changed_at_ms;
	r->out->grants = grant;
	r->out->n_grants = 1;
}

static void read_item(struct ecom9_reader *r, const field_value *item)
{
	struct fact *facts =
	    arena_alloc(r->arena, OBSERVATION_FACTS_MAX, sizeof(*facts));
	struct observation *out = r->out;
	int64_t created_ms;

	ecom9_read_owner(r, item, r->object->parent_id);
	out->status = reading_word(&r->fields, item, "status");
	created_ms = field_time(&r->fields, item, "created_at", NULL);
	out->changed_at_ms =
	    field_time(&r->fields, item, "updated_at", &out->changed_at_text);
	out->version_ms = out->changed_at_ms;
	if (facts == NULL || out->status == NULL)
		return;
	out->state = state_of(out->status);
	reading_fact(
	    out, facts, "amount", reading_amount(&r->fields, item, "amount"));
	reading_fact(out, facts, "currency",
	    field_text(&r->fields, item, "currency", CURRENCY_MAX));
	out->facts = facts;
	read_grant(r, created_ms);
}

/* As client_uuid: either letter case names the same. */
static bool is_named(const json_t *id, const char *uuid)
{
	return strcasecmp(json_string_value(id), uuid) == 0;
}

/* The element, or NULL. What cannot be read may be it: a complaint. */
static const field_value *find_item(
    struct ecom9_reader *r, const field_value *results)
{
	size_t n_unreadable = 0;

	for (size_t i = 0; i < field_count(results); i++) {
		const field_value *item = field_at(results, i);
		const json_t *id = json_object_get(item, "transaction_uuid");

		if (!json_is_string(id))
			n_unreadable++;
		else if (is_named(id, r->object->id))
			return item;
	}
	if (n_unreadable > 0)
		field_complain(&r->fields, "results",
		    "an element without transaction_uuid");
	return NULL;
}

/*
 * Pages are counted by us: `next` only tells that there is one more, since its
 * address is the provider's and may lead anywhere.
 */
static bool has_next(struct ecom9_reader *r, const field_value *root)
{
	const json_t *next = json_object_get(root, "next");

	if (next == NULL || !(json_is_null(next) || json_is_string(next)))
		field_complain(&r->fields, "next",
		    next == NULL ? "missing" : "neither text nor null");
	return json_is_string(next);
}

static void read_page(struct ecom9_reader *r, const field_value *root)
{
	const struct ecom9_question more = {.endpoint = ECOM9_TRANSACTIONS,
	    .account = r->object->parent_id,
	    .page = r->n + 1};
	const field_value *results = field_array(&r->fields, root, "results");
	const field_value *item;
	bool next;

	if (results == NULL) {
		field_complain(&r->fields, "results", "missing");
		return;
	}
	item = find_item(r, results);
	if (item != NULL) {
		read_item(r, item);
		return;
	}
	next = has_next(r, root);
	if (r->fields.error != NULL)
		return;
	if (!next)
		reading_refuse(r->reading, VERDICT_GONE,
		    "the account's list of transactions does not have it");
	else if (r->n < CLIENT_STEPS_MAX)
		ecom9_read_more(r, &more);
	else
		field_complain(&r->fields, "next",
		    "more pages of transactions than are ever read");
}

void ecom9_transaction(struct ecom9_reader *r)
{
	const struct client_reply *reply = &r->replies[r->n - 1];
	field_value *root;

	if (r->object->parent_id == NULL) {
		reading_refuse(
		    r->reading, VERDICT_GARBLED, "its account is not known");
		return;
	}
	if (!client_read_status(reply, r->arena, r->reading)) {
		/* a page that was announced, and is gone: the list moved */
		if (r->n > 1 && r->reading->verdict == VERDICT_GONE)
			reading_refuse(r->reading, VERDICT_LATER,
			    "the list changed while it was read");
		return;
	}
	root = reading_document(reply, r->arena, r->reading);
	if (root != NULL)
		read_page(r, root);
	field_free(root);
}
