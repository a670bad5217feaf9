#include <string.h>

#include "cache/codec.h"
#include "cache/grants.h"
#include "cache/record.h"
#include "cache/turn.h"

#include "cache/changes.h"

void changes_append(struct lmdb_txn *txn, struct change *change)
{
	struct record record;
	struct writer *w = &record.w;
	struct key key;

	change->seq = meta_add(txn, META_CHANGE_SEQ, 1);
	key_init(&key);
	key_u64(&key, change->seq);
	record_init(&record);
	writer_u8(w, (uint8_t)change->entitled);
	writer_u8(w, (uint8_t)change->was);
	writer_u8(w, (uint8_t)change->state);
	writer_u8(w, (uint8_t)change->cause);
	writer_i64(w, change->at_ms);
	writer_i64(w, change->recorded_at_ms);
	writer_text(w, change->account);
	writer_bool(w, change->has_grant);
	if (change->has_grant)
		grants_encode(w, &change->object, &change->grant);
	lmdb_append(txn, TABLE_CHANGES, key_span(&key), writer_span(w));
}

int changes_decode(
    struct span key, struct span value, struct arena *arena, struct change *out)
{
	struct reader r;
	int rc;

	memset(out, 0, sizeof(*out));
	reader_init(&r, key);
	out->seq = reader_u64(&r);
	rc = record_end(&r, arena);
	if (rc != 0)
		return rc;
	record_open(&r, value);
	out->entitled = (enum entitled)record_enum(&r, ENTITLED_UNKNOWN + 1);
	out->was = (enum entitled)record_enum(&r, ENTITLED_UNKNOWN + 1);
	out->state = (enum state)record_enum(&r, STATE_COUNT);
	out->cause = (enum cause)record_enum(&r, CAUSE_COUNT);
	out->at_ms = reader_i64(&r);
	out->recorded_at_ms = reader_i64(&r);
	out->account = reader_text(&r, arena);
	out->has_grant = reader_bool(&r);
	if (out->has_grant)
		grants_decode(&r, arena, &out->object, &out->grant);
	return record_end(&r, arena);
}
