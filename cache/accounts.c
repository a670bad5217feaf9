#include <stdbool.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/entitle.h"
#include "reconciler/core/revoke.h"

#include "cache/changes.h"
#include "cache/grants.h"
#include "cache/record.h"
#include "cache/turn.h"

#include "cache/accounts.h"

/*
 * Edges of one account that are emitted one by one; a store that was left alone
 * for so long that there are more of them gets the last one only.
 */
enum { CATCH_UP_MAX = 10000 };

/* What was announced last. */
struct account_record {
	bool known;
	enum entitled entitled;
	enum state state;
	int64_t evaluated_at_ms; /* when that was worked out */
	int64_t next_edge_ms;	 /* when time alone changes it; 0: never */
	int64_t changed_at_ms;	 /* what its last change said; 0: none did */
};

/* An account's grants, for as many questions as come up. */
struct holding {
	struct arena arena;
	struct arena scratch;
	struct held_grant *grants;
	size_t n;
};

static void holding_open(
    struct store_turn *turn, const char *account, struct holding *holding)
{
	arena_init(&holding->arena, TURN_ARENA_MAX);
	arena_init(&holding->scratch, TURN_ARENA_MAX);
	holding->n = 0;
	(void)grants_load(turn->txn, turn->settings, account, &holding->arena,
	    &holding->grants, &holding->n);
}

static void holding_close(struct holding *holding)
{
	arena_fini(&holding->scratch);
	arena_fini(&holding->arena);
}

static void get(
    struct lmdb_txn *txn, const char *account, struct account_record *out)
{
	struct span value;
	struct reader r;
	struct key key;

	memset(out, 0, sizeof(*out));
	key_init(&key);
	key_text(&key, account);
	if (lmdb_get(txn, TABLE_ACCOUNTS, key_span(&key), &value) != 0)
		return;
	record_open(&r, value);
	out->known = true;
	out->entitled = (enum entitled)record_enum(&r, ENTITLED_UNKNOWN + 1);
	out->state = (enum state)record_enum(&r, STATE_COUNT);
	out->evaluated_at_ms = reader_i64(&r);
	out->next_edge_ms = reader_i64(&r);
	if (reader_has_more(&r))
		out->changed_at_ms = reader_i64(&r);
	record_result(
	    txn, record_end(&r, NULL), "an account's record does not decode");
}

static void key_of_edge(struct key *key, const char *account, int64_t at_ms)
{
	key_init(key);
	key_time(key, at_ms);
	key_text(key, account);
}

int accounts_edge(
    struct span key, struct arena *arena, int64_t *at_ms, const char **account)
{
	struct reader r;

	reader_init(&r, key);
	*at_ms = (int64_t)reader_u64(&r);
	*account = reader_key_text(&r, arena);
	return record_end(&r, arena);
}

static void move_edge(
    struct lmdb_txn *txn, const char *account, int64_t from_ms, int64_t to_ms)
{
	struct key key;

	if (from_ms == to_ms)
		return;
	if (from_ms != 0) {
		key_of_edge(&key, account, from_ms);
		lmdb_delete(txn, TABLE_EDGES, key_span(&key));
	}
	if (to_ms != 0) {
		key_of_edge(&key, account, to_ms);
		lmdb_put(
		    txn, TABLE_EDGES, key_span(&key), (struct span){"", 0});
	}
}

static bool is_same(
    const struct account_record *a, const struct account_record *b)
{
	return a->known == b->known && a->entitled == b->entitled &&
	       a->state == b->state && a->next_edge_ms == b->next_edge_ms;
}

static void put(struct lmdb_txn *txn, const char *account,
    const struct account_record *before, struct account_record *after)
{
	struct record record;
	struct key key;

	after->known = true;
	if (is_same(before, after))
		return;
	move_edge(txn, account, before->next_edge_ms, after->next_edge_ms);
	key_init(&key);
	key_text(&key, account);
	record_init(&record);
	writer_u8(&record.w, (uint8_t)after->entitled);
	writer_u8(&record.w, (uint8_t)after->state);
	writer_i64(&record.w, after->evaluated_at_ms);
	writer_i64(&record.w, after->next_edge_ms);
	writer_i64(&record.w, after->changed_at_ms);
	record_put(txn, TABLE_ACCOUNTS, &key, &record);
}

static bool decides(const struct entitlement *answer)
{
	return answer->deciding != (size_t)-1;
}

/* Since when this event's object revokes the grant now; else at_ms. */
static int64_t revoked_since(const struct held_grant *held,
    const struct accounts_event *event, int64_t now_ms, int64_t at_ms)
{
	const struct held_effect *effect = revoke_at(held, now_ms);

	if (effect == NULL || effect->at_ms <= 0 || effect->at_ms > at_ms ||
	    !name_ref_equal(&effect->source, event->about))
		return at_ms;
	return effect->at_ms;
}

/* The end of all that this event's object gave, if that is over; else 0. */
static int64_t own_end(const struct holding *holding,
    const struct accounts_event *event, int64_t now_ms)
{
	int64_t last_ms = 0;

	for (size_t i = 0; i < holding->n; i++) {
		const struct held_grant *held = &holding->grants[i];

		if (!name_ref_equal(&held->object, event->about))
			continue;
		if (held->grant.until_ms <= 0 || held->grant.until_ms > now_ms)
			return 0;
		if (held->grant.until_ms > last_ms)
			last_ms = held->grant.until_ms;
	}
	return last_ms;
}

/* When this event's own object made the answer what it is. */
static int64_t own_moment(const struct entitlement *answer,
    const struct holding *holding, const struct accounts_event *event,
    int64_t now_ms)
{
	const struct held_grant *held = &holding->grants[answer->deciding];
	int64_t at_ms = event->at_ms, end_ms;

	if (answer->entitled == ENTITLED_YES && held->grant.since_ms > at_ms)
		at_ms = held->grant.since_ms;
	if (answer->entitled == ENTITLED_NO) {
		end_ms = own_end(holding, event, now_ms);
		if (end_ms != 0 && end_ms < at_ms)
			at_ms = end_ms;
	}
	return revoked_since(held, event, now_ms, at_ms);
}

/* Until when somebody else said yes, of what is over; 0: nobody did. */
static int64_t others_end(const struct holding *holding, int64_t now_ms)
{
	int64_t last_ms = 0;

	for (size_t i = 0; i < holding->n; i++) {
		const struct held_grant *held = &holding->grants[i];
		int64_t until_ms = held->grant.until_ms;

		if (until_ms > last_ms && until_ms <= now_ms &&
		    entitle_grant(held, until_ms - 1) == ENTITLED_YES)
			last_ms = until_ms;
	}
	return last_ms;
}

/*
 * When the answer became true. Access begins with its grant, an end that has
 * passed is the end (of several the last one), and what a payment revokes is
 * revoked since the money went back, whenever we heard of any. What was
 * announced stays announced: a change is never dated before the last one.
 */
static int64_t effective(const struct entitlement *answer,
    const struct holding *holding, const struct accounts_event *event,
    int64_t floor_ms, int64_t now_ms)
{
	int64_t at_ms = event->at_ms;

	if (decides(answer) && event->about != NULL) {
		at_ms = own_moment(answer, holding, event, now_ms);
		if (answer->entitled == ENTITLED_NO) {
			int64_t end_ms = others_end(holding, now_ms);

			at_ms = at_ms > end_ms ? at_ms : end_ms;
		}
	}
	at_ms = at_ms > floor_ms ? at_ms : floor_ms;
	return at_ms < now_ms ? at_ms : now_ms;
}

/*
 * The answer at a moment against what was announced. true: an edge, which was
 * appended.
 */
static bool weigh(struct store_turn *turn, const char *account,
    struct holding *holding, int64_t moment_ms,
    const struct accounts_event *event, struct account_record *record)
{
	struct entitlement answer;
	struct change change;
	bool edge;

	arena_reset(&holding->scratch);
	entitle_account_with(
	    holding->grants, holding->n, moment_ms, &holding->scratch, &answer);
	edge = answer.entitled != record->entitled;
	if (edge) {
		change = (struct change){.account = account,
		    .entitled = answer.entitled,
		    .was = record->entitled,
		    .state = answer.state,
		    .has_grant = decides(&answer),
		    .at_ms = effective(&answer, holding, event,
			record->changed_at_ms, turn->now_ms),
		    .recorded_at_ms = turn->now_ms,
		    .cause = event->cause};
		if (change.has_grant) {
			change.object = holding->grants[answer.deciding].object;
			change.grant = holding->grants[answer.deciding].grant;
		}
		changes_append(turn->txn, &change);
		record->changed_at_ms = change.at_ms;
	}
	record->entitled = answer.entitled;
	record->state = answer.state;
	record->evaluated_at_ms = moment_ms;
	record->next_edge_ms =
	    answer.valid_until_ms > moment_ms ? answer.valid_until_ms : 0;
	return edge;
}

static bool has_edge_by(const struct account_record *record, int64_t now_ms)
{
	return record->next_edge_ms != 0 && record->next_edge_ms <= now_ms;
}

size_t accounts_catch_up(struct store_turn *turn, const char *account)
{
	struct accounts_event event = {.cause = CAUSE_TIME};
	struct account_record before, after;
	struct holding holding;
	size_t changes = 0, steps = 0;

	get(turn->txn, account, &before);
	if (!has_edge_by(&before, turn->now_ms))
		return 0;
	after = before;
	holding_open(turn, account, &holding);
	while (has_edge_by(&after, turn->now_ms)) {
		event.at_ms = after.next_edge_ms;
		if (++steps > CATCH_UP_MAX)
			event.at_ms = turn->now_ms;
		changes +=
		    weigh(turn, account, &holding, event.at_ms, &event, &after);
	}
	holding_close(&holding);
	put(turn->txn, account, &before, &after);
	return changes;
}

size_t accounts_announce(struct store_turn *turn, const char *account,
    const struct accounts_event *event)
{
	struct account_record before, after;
	struct holding holding;
	bool edge;

	get(turn->txn, account, &before);
	after = before;
	holding_open(turn, account, &holding);
	edge = weigh(turn, account, &holding, turn->now_ms, event, &after);
	holding_close(&holding);
	put(turn->txn, account, &before, &after);
	return edge ? 1 : 0;
}
