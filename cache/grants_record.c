#include "cache/record.h"

#include "cache/grants.h"

void grants_encode(struct writer *w, const struct object_ref *object,
    const struct grant *grant)
{
	writer_text(w, object->provider);
	writer_text(w, object->kind);
	writer_text(w, object->id);
	writer_u8(w, (uint8_t)grant->state);
	writer_i64(w, grant->since_ms);
	writer_i64(w, grant->until_ms);
	writer_i64(w, grant->state_at_ms);
	writer_text(w, grant->status);
	writer_text(w, grant->product);
	writer_text(w, grant->label);
	writer_u8(w, (uint8_t)grant->was);
	writer_i64(w, grant->was_at_ms);
	writer_i64(w, grant->unknown_at_ms);
	writer_i64(w, grant->renews_ms);
	/* The last one, and only where it is told: what follows it some day
	 * has to write it always. */
	if (grant->quantity != NULL)
		writer_text(w, grant->quantity);
}

/* Absent where an older program wrote the record: none is known. */
static void decode_past(struct reader *r, struct grant *grant)
{
	if (!reader_has_more(r))
		return;
	grant->was = (enum state)record_enum(r, STATE_COUNT);
	grant->was_at_ms = reader_i64(r);
	grant->unknown_at_ms = reader_i64(r);
	grant->renews_ms = reader_i64(r);
}

void grants_skim(
    struct reader *r, struct grants_names *names, struct grant *grant)
{
	names->provider = reader_span(r);
	names->kind = reader_span(r);
	names->id = reader_span(r);
	grant->state = (enum state)record_enum(r, STATE_COUNT);
	grant->since_ms = reader_i64(r);
	grant->until_ms = reader_i64(r);
	grant->state_at_ms = reader_i64(r);
	if (reader_span(r).data == NULL || names->provider.data == NULL ||
	    names->kind.data == NULL || names->id.data == NULL)
		r->failed = true;
	(void)reader_span(r);
	(void)reader_span(r);
	decode_past(r, grant);
	if (reader_has_more(r))
		(void)reader_span(r);
}

void grants_decode(struct reader *r, struct arena *arena,
    struct object_ref *object, struct grant *grant)
{
	object->provider = reader_text(r, arena);
	object->kind = reader_text(r, arena);
	object->id = reader_text(r, arena);
	grant->state = (enum state)record_enum(r, STATE_COUNT);
	grant->since_ms = reader_i64(r);
	grant->until_ms = reader_i64(r);
	grant->state_at_ms = reader_i64(r);
	grant->status = reader_text(r, arena);
	grant->product = reader_text(r, arena);
	grant->label = reader_text(r, arena);
	decode_past(r, grant);
	if (reader_has_more(r))
		grant->quantity = reader_text(r, arena);
	if (object->provider == NULL || object->kind == NULL ||
	    object->id == NULL || grant->status == NULL)
		r->failed = true;
}
