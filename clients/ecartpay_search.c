/*
 * What cannot be had by its id alone. Billing information has no question of
 * its own (Ecart Pay documents none): it is in a list, and absence from a list
 * that is complete without any doubt is how a deletion shows. A transaction's
 * number (TR…) is asked for as if it were an id and then looked for in the
 * list.
 *
 *   narrow question --found--> truth
 *        | not there
 *   the whole list, page after page --found--> truth
 *        | not there, and complete: gone; any doubt: garbled
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"

#include "clients/ecartpay.h"
#include "clients/reading.h"

enum {
	TOKEN_BYTES_MAX = 1000,
	LISTED_MAX = 10000 /* elements of one list */
};

/*
 * Ask on; the list is complete and does not have it; the question was the wrong
 * one; the reading is made.
 */
enum step { STEP_NEXT = 0, STEP_ABSENT, STEP_UNKNOWN, STEP_SETTLED };

/* The answers so far, one after the other. */
struct search {
	struct ecartpay_reader *r;
	struct ecartpay_place at;
	size_t listed;	/* elements of this list so far */
	int64_t count;	/* as the list tells, -1: it does not */
	uint64_t *seen; /* hashes of their ids */
};

/* ---- one page -------------------------------------------------------------
 */

static enum step refuse(
    struct search *s, enum verdict verdict, const char *cause)
{
	reading_refuse(s->r->reading, verdict, cause);
	return STEP_SETTLED;
}

static enum step doubt(struct search *s, const char *path, const char *what)
{
	field_complain(&s->r->fields, path, what);
	return STEP_SETTLED;
}

/* An ObjectId is the same in either case. */
static bool is_asked(const struct search *s, const char *id)
{
	const char *asked = s->r->object->id;

	return ecartpay_is_number(asked) ? strcmp(id, asked) == 0
					 : strcasecmp(id, asked) == 0;
}

/* Where the answer lists what, and what it says of the rest. */
struct page {
	const field_value *docs;
	int64_t count;	   /* of all elements; -1: it does not say */
	const char *token; /* of the next page, or NULL */
};

/* {count, docs}, or an array. */
static void read_page(
    struct search *s, const field_value *root, struct page *out)
{
	struct fields *fields = &s->r->fields;

	*out = (struct page){.docs = ecartpay_docs(fields, root), .count = -1};
	if (json_is_array(root))
		return;
	out->count = field_int(fields, root, "count", 0, INT64_MAX);
	out->token = field_text(fields, root, "next_token", TOKEN_BYTES_MAX);
	if (out->docs == NULL)
		field_complain(fields, "docs", "missing");
	else if (!field_has(root, "count"))
		field_complain(fields, "count", "missing");
}

/* Room for the ids of one more page. */
static bool make_room(struct search *s, size_t n)
{
	uint64_t *seen;

	if (s->listed + n > LISTED_MAX) {
		field_complain(&s->r->fields, "docs", "too many");
		return false;
	}
	seen = arena_alloc(s->r->arena, s->listed + n, sizeof(*seen));
	if (seen == NULL)
		return false;
	if (s->listed > 0)
		memcpy(seen, s->seen, s->listed * sizeof(*seen));
	s->seen = seen;
	return true;
}

/* The element, or NULL. What does not say its id may be it: a complaint. */
static const field_value *find(struct search *s, const field_value *docs)
{
	const char *name =
	    ecartpay_is_number(s->r->object->id) ? "transaction_id" : "id";
	const field_value *found = NULL;
	size_t n_found = 0, n_unreadable = 0, n = field_count(docs);

	if (n == 0 || !make_room(s, n))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const field_value *item = field_at(docs, i);
		const char *id = json_string_value(json_object_get(item, name));

		if (id == NULL) {
			n_unreadable++;
			continue;
		}
		s->seen[s->listed++] = text_hash(id, strlen(id));
		if (is_asked(s, id)) {
			found = item;
			n_found++;
		}
	}
	if (n_found > 1)
		field_complain(&s->r->fields, "docs", "it is there twice");
	if (n_found == 0 && n_unreadable > 0)
		field_complain(&s->r->fields, "docs",
		    "an element that does not say its id");
	return found;
}

static int by_hash(const void *a, const void *b)
{
	const uint64_t *left = a;
	const uint64_t *right = b;

	return *left < *right ? -1 : *left > *right;
}

/*
 * Of several pages: none of them shows what another one has shown. An element
 * that moved from one to the other may have hidden ours, and a provider that
 * minds no page numbers gives the first page again.
 */
static bool is_distinct(struct search *s)
{
	if (s->listed == 0)
		return true;
	qsort(s->seen, s->listed, sizeof(*s->seen), by_hash);
	for (size_t i = 1; i < s->listed; i++) {
		if (s->seen[i] == s->seen[i - 1])
			return false;
	}
	return true;
}

/* The page behind this one; those of billing information have numbers only. */
static enum step turn(struct search *s, const struct page *page)
{
	bool needs_token = !ecartpay_is_billing(s->r->object) &&
			   s->at.page >= ECARTPAY_NUMBERED_PAGES;

	if (needs_token && page->token == NULL)
		return doubt(s, "next_token", "missing where it is needed");
	s->at.page++;
	s->at.token = needs_token ? page->token : NULL;
	return STEP_NEXT;
}

/* Not on this page: is there another one, or was that all? */
static enum step judge_rest(struct search *s, const struct page *page)
{
	size_t size = ecartpay_page_size(s->r->object, s->r->options);
	size_t n = field_count(page->docs);

	if (s->at.page > 1 && (page->count != s->count || !is_distinct(s)))
		return doubt(s, "docs", "it changed while it was read");
	s->count = page->count;
	if (page->count < 0) /* an array tells of its end by being short */
		return size > 0 && n == size ? turn(s, page) : STEP_ABSENT;
	if ((uint64_t)page->count == s->listed)
		return STEP_ABSENT;
	if ((uint64_t)page->count < s->listed)
		return doubt(s, "count", "less than there is");
	if (size == 0 || n != size)
		return doubt(s, "docs", "less than count says");
	return turn(s, page);
}

/* ---- one answer -----------------------------------------------------------
 */

/*
 * What was found under a filter is its user's only if it says so itself: the
 * filter may be one that the provider does not know.
 */
static bool confirms(const struct search *s, const field_value *thing)
{
	struct ecartpay_owner owner;
	struct fields probe;
	const char *user;

	fields_init(&probe, s->r->arena);
	user = field_id(&probe, thing, "user_id", NAME_ID_MAX);
	return ecartpay_is_billing(s->r->object) && s->at.is_narrow &&
	       user != NULL && ecartpay_owner(s->r->object, &owner) &&
	       strcmp(user, owner.user) == 0 &&
	       (owner.provider == NULL ||
		   text_equal(
		       field_id(&probe, thing, "provider_id", NAME_ID_MAX),
		       owner.provider));
}

static enum step take_found(struct search *s, const field_value *thing)
{
	ecartpay_thing(s->r, thing);
	s->r->reading->parent_confirmed = confirms(s, thing);
	return STEP_SETTLED;
}

/*
 * One object instead of a list. Another one than ours says nothing about ours:
 * under a filter the whole list is asked, else it is in doubt.
 */
static enum step take_single(struct search *s, const field_value *thing)
{
	const char *id = json_string_value(json_object_get(thing, "id"));

	if (!ecartpay_is_billing(s->r->object) ||
	    (id != NULL && is_asked(s, id)))
		return take_found(s, thing);
	if (s->at.is_narrow)
		return STEP_UNKNOWN;
	return doubt(s, "id", "the answer is about another object");
}

static bool is_single(const struct search *s, const field_value *root)
{
	if (!ecartpay_is_billing(s->r->object))
		return s->at.is_narrow;
	return json_is_object(root) && field_has_key(root, "id") &&
	       !field_has_key(root, "docs");
}

static enum step take_document(struct search *s, const field_value *root)
{
	const field_value *found;
	struct page page;

	if (is_single(s, root))
		return take_single(s, root);
	read_page(s, root, &page);
	found = find(s, page.docs);
	if (s->r->fields.error != NULL || arena_failed(s->r->arena))
		return STEP_SETTLED;
	if (found != NULL)
		return take_found(s, found);
	return judge_rest(s, &page);
}

/* Not found, or the question is one that the provider does not understand. */
static bool is_no_such(int status)
{
	return status == 400 || status == 404 || status == 410 || status == 422;
}

/* A list that is not there is not an empty one. */
static enum step refuse_list(struct search *s, int status)
{
	const char *cause = arena_printf(s->r->arena,
	    "the provider does not give the list (HTTP %d)", status);

	return refuse(s, VERDICT_GARBLED,
	    cause != NULL ? cause : "the provider does not give the list");
}

static enum step take_answer(struct search *s, size_t i)
{
	int status = s->r->replies[i].status;
	field_value *root;
	enum step step;

	if (is_no_such(status))
		return s->at.is_narrow ? STEP_UNKNOWN : refuse_list(s, status);
	root = ecartpay_open(s->r, i);
	if (root == NULL)
		return STEP_SETTLED;
	step = take_document(s, root);
	field_free(root);
	return step;
}

/* ---- all of them ----------------------------------------------------------
 */

static enum step gone(struct search *s)
{
	if (!ecartpay_is_billing(s->r->object))
		return refuse(s, VERDICT_GONE,
		    "neither the provider nor its list knows the number");
	refuse(s, VERDICT_GONE,
	    "the provider's complete list does not have it any more");
	s->r->reading->gone_for_sure = true;
	return STEP_SETTLED;
}

/*
 * A filter comes from a notification, which is no evidence: unless the settings
 * trust it, the whole list has to confirm that something is not there.
 */
static enum step conclude(struct search *s, enum step step)
{
	bool is_trusted = ecartpay_is_billing(s->r->object) &&
			  s->r->options->filter == ECARTPAY_TRUST;

	if (step != STEP_ABSENT && step != STEP_UNKNOWN)
		return step;
	if (!s->at.is_narrow || (step == STEP_ABSENT && is_trusted))
		return gone(s);
	s->at = (struct ecartpay_place){.page = 1};
	s->listed = 0;
	s->count = -1;
	return STEP_NEXT;
}

static void ask_on(struct search *s)
{
	const struct client_object *object = s->r->object;

	if (s->r->n >= CLIENT_STEPS_MAX) {
		doubt(s, "docs", "more pages than are ever read");
		return;
	}
	s->r->reading->verdict = VERDICT_MORE;
	/* a full arena is seen by all who read */
	(void)ecartpay_request(s->r->provider, object,
	    ecartpay_place_path(object, s->r->options, &s->at, s->r->arena),
	    s->r->arena, &s->r->reading->next);
}

void ecartpay_search(struct ecartpay_reader *r)
{
	struct search s = {.r = r,
	    .at = ecartpay_place_first(r->object, r->options),
	    .count = -1};
	enum step step = STEP_NEXT;

	for (size_t i = 0; i < r->n && step == STEP_NEXT; i++)
		step = conclude(&s, take_answer(&s, i));
	if (step == STEP_NEXT)
		ask_on(&s);
}
