#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "cache/codec.h"
#include "cache/record.h"
#include "cache/settlement.h"
#include "cache/turn.h"

#include "cache/looks.h"

/* More names than a client may give are never written. */
enum { ALSO_MAX = 32 };

static void key_of(
    const struct object_ref *ref, struct key *name, struct key *place)
{
	key_init(name);
	key_object(name, ref);
	key_init(place);
	key_u16(place, key_place(name, LOOKS_PLACES));
}

/* ---- writing ------------------------------------------------------------ */

static enum look_end end_of(const struct settlement *s)
{
	static const enum look_end ends[VERDICT_COUNT] = {
	    [VERDICT_TRUTH] = LOOK_TRUE,
	    [VERDICT_MORE] = LOOK_GARBLED,
	    [VERDICT_GONE] = LOOK_GONE,
	    [VERDICT_GARBLED] = LOOK_GARBLED,
	    [VERDICT_LATER] = LOOK_LATER,
	    [VERDICT_BARRED] = LOOK_BARRED,
	};

	if (s->outcome->verdict != VERDICT_TRUTH)
		return ends[s->outcome->verdict];
	if (s->outcome->observation->other_mode)
		return LOOK_OTHER_MODE;
	if (s->misfit != NULL)
		return LOOK_GARBLED;
	if (s->out->superseded || s->plan.news == HISTORY_STALE)
		return LOOK_OLDER;
	return LOOK_TRUE;
}

static const char *cause_of(const struct settlement *s, enum look_end end)
{
	switch (end) {
	case LOOK_TRUE:
		return NULL;
	case LOOK_OLDER:
		return "the answer is older than what is on record";
	case LOOK_OTHER_MODE:
		return "it is of the other mode (live or test)";
	case LOOK_GONE:
	case LOOK_GARBLED:
	case LOOK_LATER:
	case LOOK_BARRED:
	case LOOK_END_COUNT:
	default:
		return s->misfit != NULL ? s->misfit : s->outcome->cause;
	}
}

static bool is_name(const struct member *member, const char *provider)
{
	struct object_ref ref = {
	    .provider = provider, .kind = member->kind, .id = member->id};

	return name_ref_is_valid(&ref);
}

static void put_also(
    struct writer *w, const struct settlement *s, enum look_end end)
{
	const struct member *also = s->outcome->also;
	size_t most = end == LOOK_TRUE ? s->outcome->n_also : 0;
	size_t n = 0;

	for (size_t i = 0; i < most && i < ALSO_MAX; i++)
		n += is_name(&also[i], s->ref.provider);
	writer_u16(w, (uint16_t)n);
	for (size_t i = 0; i < most && i < ALSO_MAX; i++) {
		if (!is_name(&also[i], s->ref.provider))
			continue;
		writer_text(w, also[i].kind);
		writer_text(w, also[i].id);
		writer_text(w, also[i].parent_kind);
		writer_text(w, also[i].parent_id);
	}
}

static const char *cut(const char *text, char out[LOOKS_CAUSE_MAX + 1])
{
	size_t len;

	if (text == NULL)
		return NULL;
	len = observation_cut(text, LOOKS_CAUSE_MAX);
	memcpy(out, text, len);
	out[len] = '\0';
	return out;
}

void looks_note(struct settlement *s)
{
	enum look_end end;
	bool waited = s->has_job && s->job.cause == CAUSE_MANUAL;
	int64_t started_ms = s->outcome->started_ms;
	char text[LOOKS_CAUSE_MAX + 1];
	struct record record;
	struct key name;
	struct key place;

	/* What a list says is nobody's answer. */
	if (s->outcome->verdict == VERDICT_TRUTH &&
	    s->outcome->observation == NULL)
		return;
	end = end_of(s);
	if (!waited && (end != LOOK_TRUE || s->outcome->n_also == 0))
		return;
	key_of(&s->ref, &name, &place);
	record_init(&record);
	writer_text(&record.w, s->ref.provider);
	writer_text(&record.w, s->ref.kind);
	writer_text(&record.w, s->ref.id);
	/* What cannot be asked for was not asked for just now. */
	writer_i64(&record.w, started_ms != 0 ? started_ms : s->turn->now_ms);
	writer_u8(&record.w, (uint8_t)end);
	writer_bool(&record.w, s->out->fate == FATE_PARKED);
	writer_text(&record.w, cut(cause_of(s, end), text));
	put_also(&record.w, s, end);
	record_put(s->turn->txn, TABLE_LOOKS, &place, &record);
}

/* ---- reading ------------------------------------------------------------ */

/* A reader behind the names; false: the place is empty or another's. */
static bool open_record(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct reader *out)
{
	struct object_ref held;
	struct span value;
	struct key name;
	struct key place;

	key_of(ref, &name, &place);
	if (lmdb_get(txn, TABLE_LOOKS, key_span(&place), &value) != 0)
		return false;
	record_open(out, value);
	held.provider = reader_text(out, arena);
	held.kind = reader_text(out, arena);
	held.id = reader_text(out, arena);
	if (held.provider == NULL || held.kind == NULL || held.id == NULL)
		out->failed = true;
	if (record_result(
		txn, record_end(out, arena), "table looks: a bad record") != 0)
		return false;
	return name_ref_equal(&held, ref);
}

static void get_also(struct reader *r, struct arena *arena, struct look *out)
{
	struct member *also;
	size_t n = reader_u16(r);

	if (n > ALSO_MAX)
		r->failed = true;
	if (r->failed || n == 0)
		return;
	also = arena_alloc(arena, n, sizeof(*also));
	for (size_t i = 0; also != NULL && i < n; i++) {
		also[i].kind = reader_text(r, arena);
		also[i].id = reader_text(r, arena);
		also[i].parent_kind = reader_text(r, arena);
		also[i].parent_id = reader_text(r, arena);
		if (also[i].kind == NULL || also[i].id == NULL)
			r->failed = true;
	}
	out->also = also;
	out->n_also = n;
}

int looks_get(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct look *out)
{
	struct reader r;

	memset(out, 0, sizeof(*out));
	if (!open_record(txn, ref, arena, &r))
		return lmdb_error(txn) != 0 ? lmdb_error(txn) : ERR_ABSENT;
	out->started_ms = reader_i64(&r);
	out->end = (enum look_end)record_enum(&r, LOOK_END_COUNT);
	out->parked = reader_bool(&r);
	out->cause = reader_text(&r, arena);
	get_also(&r, arena, out);
	return record_result(
	    txn, record_end(&r, arena), "table looks: a bad record");
}

int64_t looks_started(struct lmdb_txn *txn, const struct object_ref *ref)
{
	struct arena arena;
	struct reader r;
	int64_t started_ms = 0;

	arena_init(&arena, RECORD_MAX);
	if (open_record(txn, ref, &arena, &r))
		started_ms = reader_i64(&r);
	arena_fini(&arena);
	return started_ms;
}
