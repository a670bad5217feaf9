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
	bool has = reader_has_more(r);

	grant->was = has ? (enum state)record_enum(r, STATE_COUNT) : 0;
	grant->was_at_ms = has ? reader_i64(r) : 0;
	grant->unknown_at_ms = has ? reader_i64(r) : 0;
	grant->renews_ms = has ? reader_i64(r) : 0;
}

static void decode_state(struct reader *r, struct grant *grant)
{
	grant->state = (enum state)record_enum(r, STATE_COUNT);
	grant->since_ms = reader_i64(r);
	grant->until_ms = reader_i64(r);
	grant->state_at_ms = reader_i64(r);
}

/* true: they are those of the record before. */
static bool decode_names(struct reader *r, struct arena *arena,
    struct grants_row *row, struct object_ref *object)
{
	const uint8_t *start = r->data;

	if (reader_skip(r, row->names))
		return true;
	reader_keep(r, arena, &row->provider, &object->provider);
	reader_keep(r, arena, &row->kind, &object->kind);
	reader_keep(r, arena, &row->id, &object->id);
	if (row->provider.data == NULL || row->kind.data == NULL ||
	    row->id.data == NULL)
		r->failed = true;
	row->names = (struct span){start, (size_t)(r->data - start)};
	return false;
}

bool grants_skim(struct reader *r, struct grants_row *row, struct grant *grant)
{
	struct object_ref none;
	bool same = decode_names(r, NULL, row, &none);

	decode_state(r, grant);
	if (reader_span(r).data == NULL)
		r->failed = true;
	row->product = reader_span(r);
	row->label = reader_span(r);
	decode_past(r, grant);
	if (reader_has_more(r))
		(void)reader_span(r);
	return same;
}

void grants_decode(struct reader *r, struct arena *arena,
    struct grants_row *row, struct object_ref *object, struct grant *grant)
{
	(void)decode_names(r, arena, row, object);
	decode_state(r, grant);
	reader_keep(r, arena, &row->status, &grant->status);
	reader_keep(r, arena, &row->product, &grant->product);
	reader_keep(r, arena, &row->label, &grant->label);
	decode_past(r, grant);
	/* The row before may have told one. */
	grant->quantity = reader_has_more(r) ? reader_text(r, arena) : NULL;
	if (grant->status == NULL)
		r->failed = true;
}
