#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "cache/effects.h"
#include "cache/grants.h"
#include "cache/record.h"
#include "cache/turn.h"

/* One question, and what is often the same from row to row. */
struct question {
	struct lmdb_txn *txn;
	const struct settings *settings;
	struct arena *arena;
	const struct entitled_question *asked;
	struct entitle_text product; /* that is asked about */
	struct entitle_text label;
	struct grants_row row;
	const struct policy *policy;
};

static bool is_named(const struct provider_settings *provider, struct span name)
{
	return strncmp(provider->name, name.data, name.len) == 0 &&
	       provider->name[name.len] == '\0';
}

static const struct policy *policy_of(
    const struct settings *settings, struct span name)
{
	for (size_t i = 0; i < settings->n_providers; i++) {
		if (is_named(&settings->providers[i], name))
			return &settings->providers[i].policy;
	}
	return NULL;
}

/* The one thing that is not in the row, and is copied. */
static int add_effects(struct question *q, struct held_grant *held)
{
	const struct grants_row *row = &q->row;
	struct object_ref *ref = &held->object;

	ref->provider =
	    arena_bytes(q->arena, row->provider.data, row->provider.len);
	ref->kind = arena_bytes(q->arena, row->kind.data, row->kind.len);
	ref->id = arena_bytes(q->arena, row->id.data, row->id.len);
	if (arena_failed(q->arena))
		return ERR_FULL;
	return effects_load(
	    q->txn, ref, q->arena, &held->effects, &held->n_effects);
}

static struct entitle_text text_of(struct span span)
{
	return (struct entitle_text){.data = span.data, .len = span.len};
}

static struct entitle_text wanted(const char *text)
{
	return (struct entitle_text){
	    .data = text, .len = text != NULL ? strlen(text) : 0};
}

/* What one row says. */
static int ask_row(struct question *q, struct span value, enum entitled *out)
{
	struct held_grant held = {.noun = NULL};
	struct reader r;
	bool affected, same;
	int rc;

	record_open(&r, value);
	held.verified_at_ms = reader_i64(&r);
	affected = reader_bool(&r);
	same = grants_skim(&r, &q->row, &held.grant);
	rc = record_end(&r, NULL);
	if (rc != 0)
		return rc;
	if (!same)
		q->policy = policy_of(q->settings, q->row.provider);
	held.policy = q->policy;
	*out = ENTITLED_NO;
	if (!entitle_is_meant(held.grant.state, text_of(q->row.product),
		text_of(q->row.label), q->product, q->label))
		return 0;
	if (affected)
		rc = add_effects(q, &held);
	*out = entitle_grant(&held, q->asked->now_ms);
	return rc;
}

static int ask(struct question *q, enum entitled *out)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(q->txn, TABLE_GRANTS);
	enum entitled says = ENTITLED_NO;
	struct span key, value;
	struct key prefix;
	bool more;
	int rc = 0;

	key_init(&prefix);
	key_text(&prefix, q->asked->account);
	more = lmdb_seek(cursor, key_span(&prefix), &key, &value);
	while (more && key_has_prefix(key, &prefix)) {
		rc = ask_row(q, value, &says);
		if (says != ENTITLED_NO)
			*out = says;
		/* A yes needs no further row, not even to be found. */
		more = rc == 0 && *out != ENTITLED_YES &&
		       lmdb_next(cursor, &key, &value);
	}
	lmdb_cursor_close(cursor);
	return record_result(q->txn, rc, "a grant's record does not decode");
}

int store_view_entitled(struct store_view *view,
    const struct settings *settings, const struct entitled_question *asked,
    struct arena *arena, enum entitled *out, struct err_text *err)
{
	struct question question = {.txn = view->txn,
	    .settings = settings,
	    .arena = arena,
	    .asked = asked,
	    .product = wanted(asked->product),
	    .label = wanted(asked->label)};

	*out = ENTITLED_NO;
	if (!name_account_is_valid(asked->account))
		return err_set(err, ERR_BAD,
		    "not an account reference (1 to %d bytes of UTF-8)",
		    NAME_ACCOUNT_MAX);
	(void)ask(&question, out);
	if (lmdb_error(view->txn) == 0)
		return 0;
	*out = ENTITLED_UNKNOWN;
	lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}
