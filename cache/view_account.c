#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/credits.h"
#include "cache/effects.h"
#include "cache/grants.h"
#include "cache/ledger.h"
#include "cache/record.h"
#include "cache/rows.h"
#include "cache/turn.h"
#include "cache/versions.h"

/* ---- what belongs to it ----------------------------------------------- */

/* What is the account's, one after the other. */
struct load {
	struct lmdb_txn *txn;
	struct rows objects;
	size_t pending; /* jobs that are not settled */
	size_t grants;	/* rows, of all of them */
	size_t credits;
};

static int read_object(struct load *load, struct span name)
{
	struct belonging *found = rows_add(&load->objects);
	struct object_record record;
	struct span value;
	int rc;

	if (found == NULL)
		return ERR_FULL;
	rc = lmdb_get(load->txn, TABLE_OBJECTS, name, &value);
	if (rc == 0)
		rc = objects_skim(name, value, load->objects.arena, &record);
	if (rc != 0)
		return rc == ERR_ABSENT ? ERR_BAD : rc;
	found->ref = record.shown.ref;
	found->verified_at_ms = record.shown.verified_at_ms;
	found->boundary_ms = record.shown.boundary_ms;
	load->grants += record.grants;
	load->credits += record.credits;
	if (lmdb_get(load->txn, TABLE_JOBS, name, &value) == 0)
		load->pending++;
	return 0;
}

static int load_objects(struct load *load, const char *account,
    struct arena *arena, struct account_view *out)
{
	struct lmdb_cursor *cursor =
	    lmdb_cursor_open(load->txn, TABLE_BELONGINGS);
	struct span key, name;
	struct key prefix;
	bool more;
	int rc = 0;

	rows_init(&load->objects, arena, sizeof(struct belonging));
	key_init(&prefix);
	key_text(&prefix, account);
	for (more = lmdb_seek(cursor, key_span(&prefix), &key, &name);
	     more && key_has_prefix(key, &prefix) && rc == 0;
	     more = lmdb_next(cursor, &key, &name))
		rc = read_object(load, name);
	lmdb_cursor_close(cursor);
	out->objects = load->objects.data;
	out->n_objects = load->objects.n;
	out->pending = load->pending;
	record_result(load->txn, rc, "an account's belonging does not decode");
	return lmdb_error(load->txn);
}

/* ---- what it has ------------------------------------------------------ */

static int64_t oldest_verified(const struct held_grant *grants, size_t n)
{
	int64_t oldest_ms = 0;

	for (size_t i = 0; i < n; i++) {
		if (oldest_ms == 0 || grants[i].verified_at_ms < oldest_ms)
			oldest_ms = grants[i].verified_at_ms;
	}
	return oldest_ms;
}

static int finish(struct store_view *view, struct err_text *err)
{
	if (lmdb_error(view->txn) != 0)
		lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}

static int check(const char *account, struct err_text *err)
{
	if (name_account_is_valid(account))
		return 0;
	return err_set(err, ERR_BAD,
	    "not an account reference (1 to %d bytes of UTF-8)",
	    NAME_ACCOUNT_MAX);
}

int store_view_account(struct store_view *view, const struct settings *settings,
    const char *account, int64_t now_ms, struct arena *arena,
    struct account_view *out, struct err_text *err)
{
	struct load load = {.txn = view->txn};
	int rc = check(account, err);

	(void)now_ms;
	*out = (struct account_view){0};
	if (rc != 0)
		return rc;
	rc = load_objects(&load, account, arena, out);
	if (rc == 0)
		rc = grants_load(view->txn, settings, account, arena,
		    &out->grants, &load.grants);
	if (rc == 0)
		out->n_grants = load.grants;
	/* Few accounts have any. */
	if (rc == 0 && load.credits > 0)
		(void)credits_load(
		    view->txn, account, arena, &out->credits, &out->n_credits);
	out->verified_at_ms = oldest_verified(out->grants, out->n_grants);
	return finish(view, err);
}

/* ---- what it had ------------------------------------------------------ */

/* The version of one grant that was in force; NULL: it was not held. */
static const struct version *in_force(const struct version *versions, size_t n,
    int64_t at_ms, int64_t known_at_ms)
{
	const struct version *found = NULL;

	for (size_t i = 0; i < n; i++) {
		if (versions[i].held_from_ms <= at_ms &&
		    (known_at_ms == 0 ||
			versions[i].recorded_at_ms <= known_at_ms))
			found = &versions[i];
	}
	return found != NULL && found->kind == VERSION_HELD ? found : NULL;
}

/* A question about the past: a moment, and by what was known when. */
struct past {
	struct lmdb_txn *txn;
	const struct settings *settings;
	int64_t at_ms;
	int64_t known_at_ms;
};

static int add_version(
    const struct past *past, const struct version *version, struct rows *out)
{
	struct held_grant *held = rows_add(out);

	if (held == NULL)
		return ERR_FULL;
	held->object = version->object;
	held->grant = version->grant;
	held->verified_at_ms = version->recorded_at_ms;
	grants_attribute(past->settings, held);
	return effects_load_past(past->txn, &held->object, past->known_at_ms,
	    out->arena, &held->effects, &held->n_effects);
}

static int replay(const struct past *past, const struct version *versions,
    size_t n, struct rows *out)
{
	const struct version *version;
	size_t len;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i += len) {
		len = versions_group(versions + i, n - i);
		version =
		    in_force(versions + i, len, past->at_ms, past->known_at_ms);
		if (version != NULL)
			rc = add_version(past, version, out);
	}
	return rc;
}

/* Two moments more than store_view_account has.
 * NOLINTNEXTLINE(readability-function-size) */
int store_view_account_at(struct store_view *view,
    const struct settings *settings, const char *account, int64_t at_ms,
    int64_t known_at_ms, struct arena *arena, struct account_view *out,
    struct err_text *err)
{
	struct past past = {.txn = view->txn,
	    .settings = settings,
	    .at_ms = at_ms,
	    .known_at_ms = known_at_ms};
	struct version *versions;
	struct rows grants;
	struct load load = {.txn = view->txn};
	size_t n;
	int rc = check(account, err);

	*out = (struct account_view){0};
	if (rc != 0)
		return rc;
	rows_init(&grants, arena, sizeof(struct held_grant));
	if (versions_load(view->txn, account, 0, arena, &versions, &n) == 0 &&
	    load_objects(&load, account, arena, out) == 0)
		record_result(view->txn, replay(&past, versions, n, &grants),
		    "an account's past: no memory");
	out->grants = grants.data;
	out->n_grants = grants.n;
	out->verified_at_ms = oldest_verified(out->grants, out->n_grants);
	return finish(view, err);
}
