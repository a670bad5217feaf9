#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "cache/effects.h"
#include "cache/grants.h"
#include "cache/record.h"
#include "cache/turn.h"

/* One question, and what is the same from row to row. */
struct question {
	struct lmdb_txn *txn;
	const struct settings *settings;
	struct arena *arena;
	int64_t now_ms;
	const struct provider_settings *provider; /* of the row before */
};

static bool is_named(const struct provider_settings *provider, struct span name)
{
	return strncmp(provider->name, name.data, name.len) == 0 &&
	       provider->name[name.len] == '\0';
}

static const struct policy *policy_of(struct question *q, struct span name)
{
	if (q->provider != NULL && is_named(q->provider, name))
		return &q->provider->policy;
	for (size_t i = 0; i < q->settings->n_providers; i++) {
		if (!is_named(&q->settings->providers[i], name))
			continue;
		q->provider = &q->settings->providers[i];
		return &q->provider->policy;
	}
	return NULL;
}

/* The one thing that is not in the row, and is copied. */
static int add_effects(struct question *q, const struct grants_names *names,
    struct held_grant *held)
{
	struct object_ref *ref = &held->object;

	ref->provider =
	    arena_bytes(q->arena, names->provider.data, names->provider.len);
	ref->kind = arena_bytes(q->arena, names->kind.data, names->kind.len);
	ref->id = arena_bytes(q->arena, names->id.data, names->id.len);
	if (arena_failed(q->arena))
		return ERR_FULL;
	return effects_load(
	    q->txn, ref, q->arena, &held->effects, &held->n_effects);
}

/* What one row says. */
static int ask_row(struct question *q, struct span value, enum entitled *out)
{
	struct grants_names names;
	struct held_grant held = {.noun = NULL};
	struct reader r;
	bool affected;
	int rc;

	record_open(&r, value);
	held.verified_at_ms = reader_i64(&r);
	affected = reader_bool(&r);
	grants_skim(&r, &names, &held.grant);
	rc = record_end(&r, NULL);
	if (rc != 0)
		return rc;
	held.policy = policy_of(q, names.provider);
	if (affected)
		rc = add_effects(q, &names, &held);
	*out = entitle_grant(&held, q->now_ms);
	return rc;
}

static int ask(struct question *q, const char *account, enum entitled *out)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(q->txn, TABLE_GRANTS);
	enum entitled says = ENTITLED_NO;
	struct span key, value;
	struct key prefix;
	bool more;
	int rc = 0;

	key_init(&prefix);
	key_text(&prefix, account);
	for (more = lmdb_seek(cursor, key_span(&prefix), &key, &value);
	     more && rc == 0 && *out != ENTITLED_YES &&
	     key_has_prefix(key, &prefix);
	     more = lmdb_next(cursor, &key, &value)) {
		rc = ask_row(q, value, &says);
		if (says != ENTITLED_NO)
			*out = says;
	}
	lmdb_cursor_close(cursor);
	return record_result(q->txn, rc, "a grant's record does not decode");
}

/* NOLINTNEXTLINE(readability-function-size) as the other questions */
int store_view_entitled(struct store_view *view,
    const struct settings *settings, const char *account, int64_t now_ms,
    struct arena *arena, enum entitled *out, struct err_text *err)
{
	struct question question = {.txn = view->txn,
	    .settings = settings,
	    .arena = arena,
	    .now_ms = now_ms};

	*out = ENTITLED_NO;
	if (!name_account_is_valid(account))
		return err_set(err, ERR_BAD,
		    "not an account reference (1 to %d bytes of UTF-8)",
		    NAME_ACCOUNT_MAX);
	(void)ask(&question, account, out);
	if (lmdb_error(view->txn) == 0)
		return 0;
	*out = ENTITLED_UNKNOWN;
	lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}
