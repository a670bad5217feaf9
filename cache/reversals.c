#include <string.h>

#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/effects.h"
#include "cache/grants.h"
#include "cache/record.h"
#include "cache/rows.h"
#include "cache/touched.h"
#include "cache/turn.h"

#include "cache/reversals.h"

/* ---- one target of one look ------------------------------------------- */

struct sync {
	struct store_turn *turn;
	const struct reversals_look *look;
	struct object_ref target;
	struct effect_row *rows; /* of this source on this target */
	size_t n_rows;
};

static bool is_on(const struct effect *effect, const struct object_ref *target)
{
	return strcmp(effect->target.kind, target->kind) == 0 &&
	       strcmp(effect->target.id, target->id) == 0;
}

static bool is_said(const struct effect_row *row, const struct effect *effect)
{
	return effects_is_open(row) && row->said.kind == effect->kind &&
	       row->said.at_ms == effect->at_ms &&
	       row->said.until_ms == effect->until_ms;
}

/* An effect on this target that no row says yet. */
static bool is_new(const struct sync *s, const struct effect *effect)
{
	if (effect->kind == EFFECT_NONE || !is_on(effect, &s->target))
		return false;
	for (size_t i = 0; i < s->n_rows; i++) {
		if (is_said(&s->rows[i], effect))
			return false;
	}
	return true;
}

static bool still_holds(const struct sync *s, const struct effect_row *row)
{
	for (size_t i = 0; i < s->look->n_effects; i++) {
		if (is_on(&s->look->effects[i], &s->target) &&
		    is_said(row, &s->look->effects[i]))
			return true;
	}
	return false;
}

/* What is said instead: a new effect, else what lifts it; NULL: nothing. */
static const struct effect *find_successor(const struct sync *s)
{
	const struct effect *lifting = NULL;

	for (size_t i = 0; i < s->look->n_effects; i++) {
		if (is_new(s, &s->look->effects[i]))
			return &s->look->effects[i];
		if (s->look->effects[i].kind == EFFECT_NONE &&
		    is_on(&s->look->effects[i], &s->target))
			lifting = &s->look->effects[i];
	}
	return lifting;
}

/*
 * Since when a row does not hold any more. The same with other times is a
 * correction: then it never did. Else it ends when the other began, as far as
 * the provider says so in a way that can be.
 */
static int64_t end_of(const struct sync *s, const struct effect_row *row,
    const struct effect *successor)
{
	const int64_t moments[] = {successor != NULL ? successor->at_ms : 0,
	    s->look->happened_ms, s->look->started_ms};

	if (successor != NULL && successor->kind == row->said.kind)
		return row->said.at_ms;
	for (size_t i = 0; i < sizeof(moments) / sizeof(*moments); i++) {
		if (moments[i] > row->said.at_ms &&
		    moments[i] <= s->look->started_ms)
			return moments[i];
	}
	return row->said.at_ms;
}

static void end_rows(struct sync *s)
{
	const struct effect *successor = find_successor(s);

	for (size_t i = 0; i < s->n_rows; i++) {
		struct effect_row *row = &s->rows[i];

		if (!effects_is_open(row) || still_holds(s, row))
			continue;
		row->ended_at_ms = end_of(s, row, successor);
		row->ended_recorded_ms = s->turn->now_ms;
		effects_put(s->turn->txn, &s->target, row);
	}
}

static bool is_repeated(const struct sync *s, size_t at)
{
	const struct effect *effect = &s->look->effects[at];

	for (size_t i = 0; i < at; i++) {
		if (is_on(&s->look->effects[i], &s->target) &&
		    s->look->effects[i].kind == effect->kind &&
		    s->look->effects[i].at_ms == effect->at_ms &&
		    s->look->effects[i].until_ms == effect->until_ms)
			return true;
	}
	return false;
}

static void add_rows(struct sync *s)
{
	const struct object_record *source = s->look->source;
	struct effect_row row = {.source = source->number,
	    .seq = s->n_rows > 0 ? s->rows[s->n_rows - 1].seq + 1 : 0,
	    .recorded_at_ms = s->turn->now_ms};

	for (size_t i = 0; i < s->look->n_effects; i++) {
		const struct effect *effect = &s->look->effects[i];

		if (!is_new(s, effect) || is_repeated(s, i))
			continue;
		row.said = (struct held_effect){.kind = effect->kind,
		    .source = source->shown.ref,
		    .at_ms = effect->at_ms,
		    .until_ms = effect->until_ms};
		effects_put(s->turn->txn, &s->target, &row);
		row.seq++;
	}
}

/* The index by source: does this one have an effect on this target? */
static void index_target(const struct sync *s)
{
	bool open = false;
	struct key key;

	for (size_t i = 0; i < s->look->n_effects; i++)
		open = open || (s->look->effects[i].kind != EFFECT_NONE &&
				   is_on(&s->look->effects[i], &s->target));
	key_init(&key);
	key_u64(&key, s->look->source->number);
	key_text(&key, s->target.kind);
	key_text(&key, s->target.id);
	if (open)
		lmdb_put(s->turn->txn, TABLE_TARGETS, key_span(&key),
		    (struct span){"", 0});
	else
		lmdb_delete(s->turn->txn, TABLE_TARGETS, key_span(&key));
}

/* Nothing to add and nothing to end. */
static bool is_settled(const struct sync *s)
{
	for (size_t i = 0; i < s->look->n_effects; i++) {
		if (is_new(s, &s->look->effects[i]))
			return false;
	}
	for (size_t i = 0; i < s->n_rows; i++) {
		if (effects_is_open(&s->rows[i]) &&
		    !still_holds(s, &s->rows[i]))
			return false;
	}
	return true;
}

static void sync_target(struct store_turn *turn, struct touched *touched,
    const struct reversals_look *look, const struct object_ref *target)
{
	struct sync s = {.turn = turn, .look = look, .target = *target};
	struct object_record record;
	bool known;

	if (effects_rows(turn->txn, target, look->source->number, &turn->arena,
		&s.rows, &s.n_rows) != 0 ||
	    is_settled(&s))
		return;
	known = objects_get(turn->txn, target, &turn->arena, &record) == 0;
	if (known)
		touched_add(turn, touched, record.shown.account);
	end_rows(&s);
	add_rows(&s);
	index_target(&s);
	if (known)
		grants_mark(turn, &record, effects_has_open(turn->txn, target));
}

/* ---- all of them ------------------------------------------------------ */

static bool has(const struct rows *targets, const struct object_ref *target)
{
	const struct object_ref *known = targets->data;

	for (size_t i = 0; i < targets->n; i++) {
		if (name_ref_equal(&known[i], target))
			return true;
	}
	return false;
}

static void add(
    struct store_turn *turn, struct rows *targets, struct object_ref target)
{
	struct object_ref *row;

	if (has(targets, &target))
		return;
	row = rows_add(targets);
	if (row == NULL)
		lmdb_fail(turn->txn, ERR_FULL, "effects: no memory");
	else
		*row = target;
}

/* On which objects it had an effect before. */
static void find_before(struct store_turn *turn,
    const struct object_record *source, struct rows *targets)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(turn->txn, TABLE_TARGETS);
	struct key prefix;
	struct span key, value;
	bool more;

	key_init(&prefix);
	key_u64(&prefix, source->number);
	for (more = lmdb_seek(cursor, key_span(&prefix), &key, &value);
	     more && key_has_prefix(key, &prefix);
	     more = lmdb_next(cursor, &key, &value)) {
		struct object_ref target = {
		    .provider = source->shown.ref.provider};
		struct reader r;

		reader_init(&r, key);
		(void)reader_u64(&r);
		target.kind = reader_key_text(&r, &turn->arena);
		target.id = reader_key_text(&r, &turn->arena);
		if (record_result(turn->txn, record_end(&r, &turn->arena),
			"a target's record does not decode") != 0)
			break;
		add(turn, targets, target);
	}
	lmdb_cursor_close(cursor);
}

bool reversals_any(const struct effect *effects, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (effects[i].kind != EFFECT_NONE)
			return true;
	}
	return false;
}

void reversals_replace(struct store_turn *turn, struct touched *touched,
    const struct reversals_look *look)
{
	const struct object_ref *known;
	struct rows targets;

	if (!look->had_effects &&
	    !reversals_any(look->effects, look->n_effects))
		return;
	rows_init(&targets, &turn->arena, sizeof(struct object_ref));
	if (look->had_effects)
		find_before(turn, look->source, &targets);
	for (size_t i = 0; i < look->n_effects; i++) {
		struct object_ref target = {
		    .provider = look->source->shown.ref.provider,
		    .kind = look->effects[i].target.kind,
		    .id = look->effects[i].target.id};

		add(turn, &targets, target);
	}
	known = targets.data;
	for (size_t i = 0; i < targets.n; i++)
		sync_target(turn, touched, look, &known[i]);
}
