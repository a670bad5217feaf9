#include <string.h>

#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/stranger.h"

#include "cache/codec.h"
#include "cache/ledger.h"
#include "cache/members.h"
#include "cache/turn.h"

#include "cache/strangers.h"

enum { VERSION = 1, VALUE_BYTES = 16 + LMDB_KEY_MAX };

bool strangers_is_trusted(
    const struct store_turn *turn, const struct notice *notice)
{
	const struct provider_settings *provider =
	    settings_provider(turn->settings, notice->ref.provider);

	if (notice->trusted || notice->guess)
		return notice->trusted;
	return notice->cause != CAUSE_NOTIFIED ||
	       (provider != NULL && provider->hook_secret_file != NULL);
}

bool strangers_is_one(struct store_turn *turn, const struct object_ref *ref)
{
	struct object_ref parent;

	return !objects_is_known(turn->txn, ref) &&
	       !members_parent(turn->txn, ref, &turn->arena, &parent);
}

static void find(
    const struct object_ref *ref, struct key *name, struct key *place)
{
	key_init(name);
	key_object(name, ref);
	key_init(place);
	key_u16(place, key_place(name, STRANGERS_PLACES));
}

void strangers_remember(struct store_turn *turn, const struct object_ref *ref)
{
	uint8_t data[VALUE_BYTES];
	struct writer w;
	struct key name;
	struct key place;

	find(ref, &name, &place);
	writer_init(&w, data, sizeof(data));
	writer_u8(&w, VERSION);
	writer_i64(&w, turn->now_ms);
	writer_text(&w, ref->provider);
	writer_text(&w, ref->kind);
	writer_text(&w, ref->id);
	lmdb_put(turn->txn, TABLE_STRANGERS, key_span(&place), writer_span(&w));
}

bool strangers_remembered(struct store_turn *turn, const struct object_ref *ref)
{
	struct object_ref held;
	struct span value;
	struct reader r;
	struct key name;
	struct key place;
	int64_t at_ms;

	find(ref, &name, &place);
	if (lmdb_get(turn->txn, TABLE_STRANGERS, key_span(&place), &value) != 0)
		return false;
	reader_init(&r, value);
	if (reader_u8(&r) != VERSION)
		r.failed = true;
	at_ms = reader_i64(&r);
	held.provider = reader_text(&r, &turn->arena);
	held.kind = reader_text(&r, &turn->arena);
	held.id = reader_text(&r, &turn->arena);
	if (!reader_is_ok(&r) || held.id == NULL) {
		lmdb_fail(turn->txn, ERR_BAD, "table strangers: a bad record");
		return false;
	}
	return name_ref_equal(&held, ref) && at_ms <= turn->now_ms &&
	       turn->now_ms - at_ms < STRANGER_MEMORY_MS;
}
