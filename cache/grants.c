#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "cache/carry.h"
#include "cache/effects.h"
#include "cache/record.h"
#include "cache/rows.h"
#include "cache/turn.h"
#include "cache/versions.h"

#include "cache/grants.h"

void grants_attribute(const struct settings *settings, struct held_grant *held)
{
	held->provider = settings_provider(settings, held->object.provider);
	held->policy = held->provider != NULL ? &held->provider->policy : NULL;
}

const char *grants_owner(const struct object_record *object)
{
	return object->shown.account != NULL ? object->shown.account : "";
}

void grants_key(
    struct key *key, const char *account, uint64_t number, size_t index)
{
	key_init(key);
	key_text(key, account);
	key_u64(key, number);
	key_u16(key, (uint16_t)index);
}

/*
 * affected: its object has open effects, to be looked up (cache/effects.h). For
 * *out see grants_decode.
 */
static int decode(struct span value, struct arena *arena,
    struct grants_row *row, struct held_grant *out, bool *affected)
{
	struct reader r;

	record_open(&r, value);
	out->verified_at_ms = reader_i64(&r);
	*affected = reader_bool(&r);
	grants_decode(&r, arena, row, &out->object, &out->grant);
	return record_end(&r, arena);
}

static void put(struct lmdb_txn *txn, const struct key *key,
    const struct held_grant *held, bool affected)
{
	struct record record;

	record_init(&record);
	writer_i64(&record.w, held->verified_at_ms);
	writer_bool(&record.w, affected);
	grants_encode(&record.w, &held->object, &held->grant);
	record_put(txn, TABLE_GRANTS, key, &record);
}

/* The row at key. false: there is none, or the transaction failed. */
static bool get(struct lmdb_txn *txn, const struct key *key,
    struct arena *arena, struct held_grant *out, bool *affected)
{
	struct grants_row row = {.names = {NULL, 0}};
	struct span value;

	memset(out, 0, sizeof(*out));
	if (lmdb_get(txn, TABLE_GRANTS, key_span(key), &value) != 0)
		return false;
	return record_result(txn, decode(value, arena, &row, out, affected),
		   "a grant's record does not decode") == 0;
}

/* What an account has, row by row. */
struct load {
	struct lmdb_txn *txn;
	const struct settings *settings;
	struct rows rows;
	struct grants_row row; /* of the row before */
};

/* All grants of one object are beside each other: it is looked up once. */
static int add_effects(struct load *load, struct held_grant *held)
{
	if (held->n_effects > 0)
		return 0;
	return effects_load(load->txn, &held->object, load->rows.arena,
	    &held->effects, &held->n_effects);
}

/*
 * The next row, which has much in common with the one before: texts, what the
 * configuration says, and of the same object the effects.
 */
static int read_row(struct load *load, struct span value)
{
	struct held_grant *held = rows_add(&load->rows);
	struct object_ref before;
	bool affected;
	int rc;

	if (held == NULL)
		return ERR_FULL;
	if (load->rows.n > 1)
		*held = held[-1];
	before = held->object;
	rc = decode(value, load->rows.arena, &load->row, held, &affected);
	if (rc != 0)
		return rc;
	if (held->object.provider != before.provider)
		grants_attribute(load->settings, held);
	if (!affected || !name_ref_same(&held->object, &before)) {
		held->effects = NULL;
		held->n_effects = 0;
	}
	return affected ? add_effects(load, held) : 0;
}

int grants_load(struct lmdb_txn *txn, const struct settings *settings,
    const char *account, struct arena *arena, struct held_grant **out,
    size_t *n)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_GRANTS);
	struct load load = {.txn = txn, .settings = settings};
	uint64_t all = lmdb_count(txn, TABLE_GRANTS);
	struct span key, value;
	struct key prefix;
	bool more;
	int rc = 0;

	rows_init(&load.rows, arena, sizeof(struct held_grant));
	rows_expect(&load.rows, *n < all ? *n : (size_t)all);
	key_init(&prefix);
	key_text(&prefix, account);
	for (more = lmdb_seek(cursor, key_span(&prefix), &key, &value);
	     more && rc == 0 && key_has_prefix(key, &prefix);
	     more = lmdb_next(cursor, &key, &value))
		rc = read_row(&load, value);
	lmdb_cursor_close(cursor);
	*out = load.rows.data;
	*n = load.rows.n;
	record_result(txn, rc, "a grant's record does not decode");
	return lmdb_error(txn);
}

/* ---- replacing -------------------------------------------------------- */

static bool is_same_but_renewed(const struct grant *a, const struct grant *b)
{
	return a->state == b->state && a->since_ms == b->since_ms &&
	       a->until_ms == b->until_ms && a->state_at_ms == b->state_at_ms &&
	       a->was == b->was && a->was_at_ms == b->was_at_ms &&
	       a->unknown_at_ms == b->unknown_at_ms &&
	       text_equal(a->status, b->status) &&
	       text_equal(a->product, b->product) &&
	       text_equal(a->label, b->label) &&
	       text_equal(a->quantity, b->quantity);
}

static bool is_same(const struct grant *a, const struct grant *b)
{
	return a->renews_ms == b->renews_ms && is_same_but_renewed(a, b);
}

static int64_t first_held_from(
    const struct grant *grant, const struct grants_basis *basis)
{
	int64_t from_ms = basis->started_ms;

	if (basis->changed_at_ms > 0 && basis->changed_at_ms < from_ms)
		from_ms = basis->changed_at_ms;
	if (grant->since_ms > 0 && grant->since_ms < from_ms)
		from_ms = grant->since_ms;
	return from_ms;
}

static bool is_between(int64_t ms, int64_t after_ms, int64_t last_ms)
{
	return ms > after_ms && ms <= last_ms;
}

/*
 * The status' own time counts only when it is the status that changed; an end
 * that has passed already ended it then, and what was renewed was so when that
 * was due, whenever we heard of it.
 */
static int64_t next_held_from(const struct version *last,
    const struct grant *grant, const struct grants_basis *basis)
{
	if (!text_equal(last->grant.status, grant->status) &&
	    is_between(
		basis->changed_at_ms, last->held_from_ms, basis->started_ms))
		/* It may have said so only after its end. */
		return is_between(grant->until_ms, last->held_from_ms,
			   basis->changed_at_ms)
			   ? grant->until_ms
			   : basis->changed_at_ms;
	if (is_between(grant->until_ms, last->held_from_ms, basis->started_ms))
		return grant->until_ms;
	if (is_same_but_renewed(&last->grant, grant) &&
	    is_between(
		last->grant.renews_ms, last->held_from_ms, basis->started_ms))
		return last->grant.renews_ms;
	return basis->started_ms;
}

/* The next version of the index-th grant; grant NULL: it is withdrawn. */
static void add_version(struct store_turn *turn,
    const struct object_record *object, size_t index, const struct grant *grant,
    const struct grants_basis *basis)
{
	struct version last;
	struct version next = {
	    .number = object->number,
	    .index = (uint16_t)index,
	    .kind = grant != NULL ? VERSION_HELD : VERSION_WITHDRAWN,
	    .held_from_ms = basis->started_ms,
	    .recorded_at_ms = turn->now_ms,
	    .object = object->shown.ref,
	};
	bool first = !versions_last(turn->txn, grants_owner(object),
	    object->number, next.index, &turn->arena, &last);

	if (grant == NULL) {
		next.grant = last.grant;
	} else {
		next.grant = *grant;
		next.held_from_ms = first ? first_held_from(grant, basis)
					  : next_held_from(&last, grant, basis);
	}
	if (grant != NULL || !first)
		versions_append(
		    turn->txn, grants_owner(object), &next, &turn->arena);
}

/* The rows that an object has; fewer when the transaction failed. */
static size_t read_rows(struct store_turn *turn,
    const struct object_record *object, size_t n, struct held_grant *out)
{
	struct key key;
	bool affected;

	for (size_t i = 0; i < n; i++) {
		grants_key(&key, grants_owner(object), object->number, i);
		if (!get(turn->txn, &key, &turn->arena, &out[i], &affected))
			return i;
	}
	return n;
}

static void withdraw(struct store_turn *turn,
    const struct object_record *object, size_t index,
    const struct grants_basis *basis)
{
	struct key key;

	grants_key(&key, grants_owner(object), object->number, index);
	add_version(turn, object, index, NULL, basis);
	lmdb_delete(turn->txn, TABLE_GRANTS, key_span(&key));
}

void grants_replace(struct store_turn *turn, const struct object_record *object,
    size_t n_before, const struct grant *grants, size_t n,
    const struct grants_basis *basis)
{
	bool affected =
	    n > 0 && effects_has_open(turn->txn, &object->shown.ref);
	struct held_grant *old =
	    arena_alloc(&turn->arena, n_before + 1, sizeof(*old));
	struct carry carry = {.old = old,
	    .started_ms = basis->started_ms,
	    .interrupted = basis->interrupted};
	struct key key;

	if (old == NULL)
		return; /* the turn fails at its commit */
	carry.n = read_rows(turn, object, n_before, old);
	for (size_t i = 0; i < n; i++) {
		struct held_grant held = {.object = object->shown.ref,
		    .grant = grants[i],
		    .verified_at_ms = object->shown.verified_at_ms};

		carry_over(&carry, i, &held.grant);
		if (i >= carry.n || !is_same(&old[i].grant, &held.grant))
			add_version(turn, object, i, &held.grant, basis);
		grants_key(&key, grants_owner(object), object->number, i);
		put(turn->txn, &key, &held, affected);
	}
	for (size_t i = n; i < n_before; i++)
		withdraw(turn, object, i, basis);
}

/* ---- moving ----------------------------------------------------------- */

/* An account's name that was learnt late was always its name. */
static bool past_goes_along(
    const struct object_record *before, const struct object_record *after)
{
	return before->shown.account == NULL ||
	       text_equal(before->shown.customer, after->shown.customer);
}

/* The versions since the grant last came to this account. */
static size_t last_stay(const struct version *versions, size_t n)
{
	size_t start = n;

	while (start > 0 && versions[start - 1].kind != VERSION_MOVED)
		start--;
	return start;
}

static void move_versions(struct store_turn *turn, const char *from,
    const char *to, const struct version *versions, size_t n, bool past,
    int64_t at_ms)
{
	size_t start = last_stay(versions, n);
	struct version gone;

	if (start == n)
		return;
	gone = versions[n - 1];
	for (size_t i = past ? start : n - 1; i < n; i++) {
		struct version version = versions[i];

		if (!past && version.kind != VERSION_HELD)
			continue;
		version.recorded_at_ms = turn->now_ms;
		if (!past)
			version.held_from_ms = at_ms;
		versions_append(turn->txn, to, &version, &turn->arena);
	}
	gone.kind = VERSION_MOVED;
	gone.held_from_ms = at_ms;
	gone.recorded_at_ms = turn->now_ms;
	versions_append(turn->txn, from, &gone, &turn->arena);
}

static void move_rows(struct store_turn *turn, const char *from, const char *to,
    const struct object_record *object)
{
	struct held_grant held;
	struct key key;
	bool affected;

	for (size_t i = 0; i < object->grants; i++) {
		grants_key(&key, from, object->number, i);
		if (!get(turn->txn, &key, &turn->arena, &held, &affected))
			continue;
		lmdb_delete(turn->txn, TABLE_GRANTS, key_span(&key));
		grants_key(&key, to, object->number, i);
		put(turn->txn, &key, &held, affected);
	}
}

void grants_move(struct store_turn *turn, const struct object_record *before,
    const struct object_record *after, int64_t at_ms)
{
	const char *from = grants_owner(before), *to = grants_owner(after);
	bool past = past_goes_along(before, after);
	struct version *versions;
	size_t n, len;

	if (strcmp(from, to) == 0 ||
	    versions_load(turn->txn, from, before->number, &turn->arena,
		&versions, &n) != 0)
		return;
	for (size_t i = 0; i < n; i += len) {
		len = versions_group(versions + i, n - i);
		move_versions(turn, from, to, versions + i, len, past, at_ms);
	}
	move_rows(turn, from, to, before);
}

void grants_mark(
    struct store_turn *turn, const struct object_record *object, bool affected)
{
	struct held_grant held;
	struct key key;
	bool was;

	for (size_t i = 0; i < object->grants; i++) {
		grants_key(&key, grants_owner(object), object->number, i);
		if (get(turn->txn, &key, &turn->arena, &held, &was) &&
		    was != affected)
			put(turn->txn, &key, &held, affected);
	}
}
