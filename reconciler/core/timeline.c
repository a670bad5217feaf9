#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/core/history.h"
#include "reconciler/core/ms.h"

#include "reconciler/core/timeline.h"

enum { HOUR_MS = 3600 * 1000, PAD_PART = 12 };

/* Beyond the calendar nothing is drawn. */
static const int64_t last_ms = INT64_C(253402300799999);

enum timeline_tone timeline_tone(enum state state)
{
	static const enum timeline_tone tones[STATE_COUNT] = {
	    [STATE_UNKNOWN] = TIMELINE_DARK,
	    [STATE_PENDING] = TIMELINE_PART,
	    [STATE_TRIALING] = TIMELINE_FULL,
	    [STATE_ACTIVE] = TIMELINE_FULL,
	    [STATE_PAST_DUE] = TIMELINE_PART,
	    [STATE_PAUSED] = TIMELINE_PART,
	    [STATE_ENDED] = TIMELINE_NONE,
	    [STATE_PAID] = TIMELINE_FULL,
	    [STATE_FAILED] = TIMELINE_NONE,
	    [STATE_REFUNDED] = TIMELINE_NONE,
	    [STATE_REVERSED] = TIMELINE_NONE,
	};

	return (unsigned int)state < STATE_COUNT ? tones[state] : TIMELINE_DARK;
}

const char *timeline_certainty_name(enum timeline_certainty certainty)
{
	static const char *const names[] = {
	    [TIMELINE_KNOWN] = "known",
	    [TIMELINE_BETWEEN] = "between",
	    [TIMELINE_FORESEEN] = "foreseen",
	};

	return names[certainty];
}

/* ---- pieces of a row ---------------------------------------------------- */

/* Pieces under construction; there is room for all that may come. */
struct maker {
	struct timeline_piece *pieces;
	size_t n;
	int64_t now_ms;
};

static struct timeline_piece *last_of(struct maker *m)
{
	return m->n > 0 ? &m->pieces[m->n - 1] : NULL;
}

static void add(struct maker *m, const struct timeline_piece *piece)
{
	m->pieces[m->n++] = *piece;
}

static bool is_same(const struct timeline_piece *a, const struct transition *t)
{
	return strcmp(a->word, state_name(t->state)) == 0 &&
	       text_equal(a->status, t->status);
}

/* The state before ends at the latest moment at which it was still known. */
static void end_last(struct maker *m, const struct transition *t)
{
	struct timeline_piece *last = last_of(m);
	int64_t known_ms = t->at_ms;

	if (last == NULL)
		return;
	if (t->source == SOURCE_OBSERVED && t->after_ms != 0 &&
	    t->after_ms < t->at_ms)
		known_ms = t->after_ms;
	if (known_ms < last->begin_ms)
		known_ms = last->begin_ms;
	last->end_ms = known_ms;
	if (known_ms < t->at_ms)
		add(m, &(struct timeline_piece){.begin_ms = known_ms,
			   .end_ms = t->at_ms,
			   .tone = timeline_tone(t->state),
			   .certainty = TIMELINE_BETWEEN,
			   .word = state_name(t->state),
			   .status = t->status});
}

static void add_entry(struct maker *m, const struct transition *t)
{
	struct timeline_piece *last = last_of(m);

	if (t->retracted_at_ms != 0 || (last != NULL && is_same(last, t)))
		return;
	end_last(m, t);
	add(m, &(struct timeline_piece){.begin_ms = t->at_ms,
		   .end_ms = INT64_MAX,
		   .tone = timeline_tone(t->state),
		   .word = state_name(t->state),
		   .status = t->status});
}

/* What the grant says of the time to come; of others nothing is said. */
static void add_future(struct maker *m, const struct timeline_object *object)
{
	struct timeline_piece *last = last_of(m);
	struct timeline_piece next;

	if (last == NULL || last->begin_ms > m->now_ms)
		return;
	last->end_ms = m->now_ms;
	if (!object->has_grant)
		return;
	next = *last;
	next.begin_ms = m->now_ms;
	next.end_ms = INT64_MAX;
	next.certainty = TIMELINE_FORESEEN;
	if (object->until_ms <= m->now_ms || next.tone == TIMELINE_NONE) {
		if (object->until_ms == 0)
			add(m, &next);
		return;
	}
	next.end_ms = object->until_ms;
	add(m, &next);
	add(m, &(struct timeline_piece){.begin_ms = object->until_ms,
		   .end_ms = INT64_MAX,
		   .tone = TIMELINE_NONE,
		   .certainty = TIMELINE_FORESEEN,
		   .word = state_name(STATE_ENDED)});
}

static void foresee(struct maker *m)
{
	for (size_t i = 0; i < m->n; i++) {
		if (m->pieces[i].begin_ms > m->now_ms)
			m->pieces[i].certainty = TIMELINE_FORESEEN;
	}
}

int timeline_object(const struct timeline_object *object, int64_t now_ms,
    struct arena *arena, struct timeline_row *out)
{
	struct maker m = {.now_ms = now_ms};

	*out = (struct timeline_row){.object = object->object};
	m.pieces = arena_alloc(arena, 2 * object->n + 2, sizeof(*m.pieces));
	if (m.pieces == NULL)
		return ERR_FULL;
	for (size_t i = 0; i < object->n; i++)
		add_entry(&m, object->entries[i]);
	add_future(&m, object);
	foresee(&m);
	out->pieces = m.pieces;
	out->n = m.n;
	return 0;
}

static struct timeline_piece piece_of(enum entitled entitled)
{
	static const struct timeline_piece pieces[] = {
	    [ENTITLED_NO] = {.tone = TIMELINE_NONE, .word = "no"},
	    [ENTITLED_YES] = {.tone = TIMELINE_FULL, .word = "yes"},
	    [ENTITLED_UNKNOWN] = {.tone = TIMELINE_DARK, .word = "unknown"},
	};

	return pieces[entitled];
}

/* From one point until the next, in two pieces where now lies between. */
static void add_point(
    struct maker *m, const struct timeline_point *point, int64_t end_ms)
{
	struct timeline_piece piece = piece_of(point->entitled);
	struct timeline_piece *last = last_of(m);

	piece.begin_ms = point->at_ms;
	piece.end_ms = end_ms;
	if (piece.begin_ms < m->now_ms && piece.end_ms > m->now_ms)
		piece.end_ms = m->now_ms;
	if (piece.begin_ms >= m->now_ms)
		piece.certainty = TIMELINE_FORESEEN;
	if (last != NULL && last->word == piece.word &&
	    last->certainty == piece.certainty)
		last->end_ms = piece.end_ms;
	else
		add(m, &piece);
	if (piece.end_ms == end_ms)
		return;
	piece.begin_ms = m->now_ms;
	piece.end_ms = end_ms;
	piece.certainty = TIMELINE_FORESEEN;
	add(m, &piece);
}

int timeline_access(const struct timeline_point *points, size_t n,
    int64_t now_ms, struct arena *arena, struct timeline_row *out)
{
	struct maker m = {.now_ms = now_ms};

	*out = (struct timeline_row){.is_access = true};
	m.pieces = arena_alloc(arena, 2 * n + 1, sizeof(*m.pieces));
	if (m.pieces == NULL)
		return ERR_FULL;
	for (size_t i = 0; i < n; i++)
		add_point(&m, &points[i],
		    i + 1 < n ? points[i + 1].at_ms : INT64_MAX);
	out->pieces = m.pieces;
	out->n = m.n;
	return 0;
}

/* ---- the line ----------------------------------------------------------- */

static int by_time(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static bool is_drawn(int64_t ms)
{
	return ms > 0 && ms <= last_ms;
}

static size_t count_pieces(const struct timeline_row *rows, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += rows[i].n;
	return count;
}

/* All beginnings and ends, sorted, each once. */
static size_t gather(
    const struct timeline_row *rows, size_t n, int64_t now_ms, int64_t *moments)
{
	size_t count = 0, kept = 1;

	moments[count++] = now_ms;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < rows[i].n; k++) {
			const struct timeline_piece *p = &rows[i].pieces[k];

			if (is_drawn(p->begin_ms))
				moments[count++] = p->begin_ms;
			if (is_drawn(p->end_ms))
				moments[count++] = p->end_ms;
		}
	}
	qsort(moments, count, sizeof(moments[0]), by_time);
	for (size_t i = 1; i < count; i++) {
		if (moments[i] != moments[kept - 1])
			moments[kept++] = moments[i];
	}
	return kept;
}

/* Now is always on it, however much is foreseen. */
static void keep_latest(struct timeline *t)
{
	size_t drop;

	if (t->n_moments <= TIMELINE_MOMENTS_MAX)
		return;
	drop = t->n_moments - TIMELINE_MOMENTS_MAX;
	while (drop > 0 && t->moments[drop] > t->now_ms)
		drop--;
	t->moments += drop;
	t->n_moments -= drop;
	t->is_cut = true;
	if (t->n_moments > TIMELINE_MOMENTS_MAX)
		t->n_moments = TIMELINE_MOMENTS_MAX;
}

static bool is_foreseen(const struct timeline_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].n > 0 && rows[i].pieces[rows[i].n - 1].certainty ==
					 TIMELINE_FORESEEN)
			return true;
	}
	return false;
}

/* Room at the end for what goes on without one. */
static void pad(struct timeline *t)
{
	int64_t last = t->moments[t->n_moments - 1];
	int64_t pad_ms = (last - t->moments[0]) / PAD_PART;

	if (!is_foreseen(t->rows, t->n) && t->n_moments > 1)
		return;
	t->moments[t->n_moments++] =
	    ms_add(last, pad_ms > HOUR_MS ? pad_ms : HOUR_MS);
}

static void set_places(struct timeline *t)
{
	int64_t span_ms = t->end_ms - t->begin_ms;
	size_t gaps = t->n_moments - 1;
	int by_clock, by_rank;

	for (size_t i = 0; i < t->n_moments; i++) {
		by_clock = (int)((t->moments[i] - t->begin_ms) *
				 TIMELINE_SCALE / span_ms);
		by_rank = (int)(i * TIMELINE_SCALE / gaps);
		t->places[i] = (by_clock + by_rank) / 2;
		t->is_scaled |= gaps > 1;
	}
}

/* The pieces that end before the line begins are dropped. */
static void cut_row(struct timeline_row *row, int64_t begin_ms)
{
	while (row->n > 0 && row->pieces->end_ms <= begin_ms &&
	       row->pieces->begin_ms < begin_ms) {
		row->pieces++;
		row->n--;
	}
}

int timeline_make(struct timeline_row *rows, size_t n, int64_t now_ms,
    struct arena *arena, struct timeline *out)
{
	size_t room = 2 * count_pieces(rows, n) + 2;

	*out = (struct timeline){.rows = rows, .n = n, .now_ms = now_ms};
	out->moments = arena_alloc(arena, room, sizeof(*out->moments));
	out->places = arena_alloc(arena, room, sizeof(*out->places));
	if (out->moments == NULL || out->places == NULL)
		return ERR_FULL;
	out->n_moments = gather(rows, n, now_ms, out->moments);
	keep_latest(out);
	pad(out);
	out->begin_ms = out->moments[0];
	out->end_ms = out->moments[out->n_moments - 1];
	set_places(out);
	for (size_t i = 0; i < n; i++)
		cut_row(&rows[i], out->begin_ms);
	return 0;
}

int timeline_place(const struct timeline *timeline, int64_t at_ms)
{
	const int64_t *moments = timeline->moments;
	const int *places = timeline->places;
	size_t low = 0, high = timeline->n_moments - 1;

	if (at_ms <= moments[low])
		return places[low];
	if (at_ms >= moments[high])
		return places[high];
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (moments[middle] <= at_ms)
			low = middle;
		else
			high = middle;
	}
	return places[low] +
	       (int)((at_ms - moments[low]) * (places[high] - places[low]) /
		     (moments[high] - moments[low]));
}
