#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/core/history.h"
#include "reconciler/core/observation.h"

#include "reconciler/core/match.h"

/* One entry's identity. Equal ones are told apart by their place alone. */
struct key {
	const char *status;
	int64_t attempt;
	int64_t at_ms;
	size_t index;
};

bool match_is_listed(const struct transition *entry)
{
	return entry->source == SOURCE_PROVIDER && entry->retracted_at_ms == 0;
}

/* Learnt from the status alone; an entry about facts repeats its status. */
static bool is_status_live(const struct transition *entry)
{
	return entry->source == SOURCE_OBSERVED &&
	       entry->retracted_at_ms == 0 &&
	       !text_equal(entry->from, entry->status);
}

static int order_of(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int key_compare(const struct key *a, const struct key *b)
{
	int order = strcmp(a->status, b->status);

	if (order == 0)
		order = order_of(a->attempt, b->attempt);
	if (order == 0)
		order = order_of(a->at_ms, b->at_ms);
	return order;
}

static int key_sort(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	int order = key_compare(a, b);

	if (order == 0)
		order = (a->index > b->index) - (a->index < b->index);
	return order;
}

/*
 * Entries of one moment have no order but the provider's mood: the one that
 * carries the present status is the end of the list.
 */
static void settle_end(const struct listed **list, size_t n, const char *status)
{
	const struct listed *end;
	size_t i = n;

	if (n == 0 || list[n - 1]->at_ms == 0)
		return;
	while (i > 0 && list[i - 1]->at_ms == list[n - 1]->at_ms &&
	       list[i - 1]->attempt == list[n - 1]->attempt) {
		i--;
		if (!text_equal(list[i]->status, status))
			continue;
		end = list[i];
		memmove(&list[i], &list[i + 1], (n - 1 - i) * sizeof(*list));
		list[n - 1] = end;
		return;
	}
}

static int lay_out(struct match *m, struct arena *arena)
{
	size_t n = m->obs->lists_history ? m->obs->n_listed : 0;
	size_t i;

	m->list = arena_alloc(arena, n + 1, sizeof(*m->list));
	m->stored_of = arena_alloc(arena, n + 1, sizeof(*m->stored_of));
	m->listed_of =
	    arena_alloc(arena, m->before->n + 1, sizeof(*m->listed_of));
	if (m->list == NULL || m->stored_of == NULL || m->listed_of == NULL)
		return ERR_FULL;
	for (i = 0; i < n; i++) {
		m->list[i] = &m->obs->listed[i];
		m->stored_of[i] = MATCH_NONE;
	}
	for (i = 0; i < m->before->n; i++)
		m->listed_of[i] = MATCH_NONE;
	m->n_list = n;
	settle_end(m->list, n, m->obs->status);
	return 0;
}

static size_t stored_keys(const struct match *m, struct key *out)
{
	const struct transition *entry;
	size_t n = 0, i;

	for (i = 0; i < m->before->n; i++) {
		entry = &m->before->entries[i];
		if (entry->source != SOURCE_PROVIDER)
			continue;
		out[n++] = (struct key){
		    entry->status, entry->attempt, entry->at_ms, i};
	}
	qsort(out, n, sizeof(*out), key_sort);
	return n;
}

static void listed_keys(const struct match *m, struct key *out)
{
	size_t i;

	for (i = 0; i < m->n_list; i++) {
		out[i] = (struct key){m->list[i]->status, m->list[i]->attempt,
		    m->list[i]->at_ms, i};
	}
	qsort(out, m->n_list, sizeof(*out), key_sort);
}

/*
 * The k-th listed entry of some identity is the k-th stored one of the same:
 * both sorted, that is one walk along the two.
 */
static int pair_entries(struct match *m, struct arena *arena)
{
	struct key *stored, *listed;
	size_t n_stored, s = 0, l = 0;
	int order;

	stored = arena_alloc(arena, m->before->n + 1, sizeof(*stored));
	listed = arena_alloc(arena, m->n_list + 1, sizeof(*listed));
	if (stored == NULL || listed == NULL)
		return ERR_FULL;
	n_stored = stored_keys(m, stored);
	listed_keys(m, listed);
	while (s < n_stored && l < m->n_list) {
		order = key_compare(&stored[s], &listed[l]);
		if (order == 0) {
			m->listed_of[stored[s].index] = listed[l].index;
			m->stored_of[listed[l].index] = stored[s].index;
		}
		s += order <= 0;
		l += order >= 0;
	}
	return 0;
}

/* New to the record, or back after it was retracted. */
static bool is_appearing(const struct match *m, size_t listed)
{
	size_t stored = m->stored_of[listed];

	return stored == MATCH_NONE ||
	       m->before->entries[stored].retracted_at_ms != 0;
}

/* What was observed ahead of the list gives way to what the list now says. */
static int supersede(struct match *m, struct arena *arena)
{
	const struct transition *entry;
	bool *taken;
	size_t i, l;

	taken = arena_alloc(arena, m->n_list + 1, sizeof(*taken));
	if (taken == NULL)
		return ERR_FULL;
	for (l = 0; l < m->n_list; l++) {
		taken[l] = !is_appearing(m, l);
		m->n_appearing += !taken[l];
	}
	for (i = 0; i < m->before->n && m->n_appearing > 0; i++) {
		entry = &m->before->entries[i];
		if (!is_status_live(entry))
			continue;
		for (l = 0; l < m->n_list; l++) {
			if (!taken[l] &&
			    text_equal(entry->status, m->list[l]->status))
				break;
		}
		if (l == m->n_list)
			continue;
		taken[l] = true;
		m->listed_of[i] = l;
	}
	return 0;
}

const struct transition *match_ahead(const struct match *match)
{
	const struct transition *entries = match->before->entries;
	size_t floor = 0, i;

	if (match->n_list > 0) {
		if (match->stored_of[match->n_list - 1] == MATCH_NONE)
			return NULL;
		floor = match->stored_of[match->n_list - 1] + 1;
	}
	for (i = match->before->n; i > floor; i--) {
		if (match->listed_of[i - 1] != MATCH_NONE)
			continue;
		/* The list had gone beyond it, even if it took that back. */
		if (entries[i - 1].source == SOURCE_PROVIDER)
			return NULL;
		if (is_status_live(&entries[i - 1]))
			return &entries[i - 1];
	}
	return NULL;
}

/*
 * Are the entries that the list no longer has the last ones of the record, by
 * their place or by their time? Then this is what an older list looks like.
 */
static bool is_end_lost(const struct match *m)
{
	const struct transition *entry;
	size_t first_missing = MATCH_NONE, last_kept = 0, i;
	int64_t kept_at_ms = INT64_MIN, missing_at_ms = INT64_MAX;

	for (i = 0; i < m->before->n; i++) {
		entry = &m->before->entries[i];
		if (!match_is_listed(entry))
			continue;
		if (m->listed_of[i] != MATCH_NONE) {
			last_kept = i;
			if (entry->at_ms > kept_at_ms)
				kept_at_ms = entry->at_ms;
			continue;
		}
		if (first_missing == MATCH_NONE)
			first_missing = i;
		if (entry->at_ms < missing_at_ms)
			missing_at_ms = entry->at_ms;
	}
	if (first_missing == MATCH_NONE)
		return false;
	return first_missing > last_kept || m->n_list == 0 ||
	       (missing_at_ms >= kept_at_ms && missing_at_ms != 0);
}

/* Back at the end of an unchanged list, from a status seen beyond it. */
static bool is_turned_back(const struct match *m)
{
	const struct transition *ahead = match_ahead(m);

	return ahead != NULL && m->n_list > 0 &&
	       !text_equal(ahead->status, m->obs->status) &&
	       text_equal(m->list[m->n_list - 1]->status, m->obs->status);
}

bool match_is_outrun(const struct match *match)
{
	return match->n_appearing == 0 &&
	       (is_end_lost(match) || is_turned_back(match));
}

int match_make(const struct history_before *before,
    const struct observation *obs, struct arena *arena, struct match *out)
{
	*out = (struct match){.before = before, .obs = obs};
	if (lay_out(out, arena) != 0)
		return ERR_FULL;
	if (!obs->lists_history)
		return 0;
	if (pair_entries(out, arena) != 0)
		return ERR_FULL;
	return supersede(out, arena);
}
