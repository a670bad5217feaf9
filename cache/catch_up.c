#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/catch_up.h"
#include "reconciler/core/listing.h"

#include "cache/discover.h"
#include "cache/jobs.h"
#include "cache/lists.h"
#include "cache/turn.h"
#include "cache/walk.h"

/* Nothing was missed before we knew of the provider. */
static void begin_at_now(struct store_turn *turn, const struct object_ref *ref,
    struct list_progress *list)
{
	list->started_ms = turn->now_ms;
	list->finished_ms = turn->now_ms;
	list->position_ms = turn->now_ms;
	list->read_ms = turn->now_ms;
	lists_put(turn->txn, ref, list);
}

static bool is_under_way(
    struct store_turn *turn, const struct list_progress *list)
{
	return list->finished_ms == 0 && list->started_ms != 0 &&
	       turn->now_ms - list->started_ms <= CATCH_UP_STALE_MS;
}

/* A person has to act, and nobody does that in their place. */
static bool is_parked(struct store_turn *turn, const struct object_ref *ref)
{
	struct job_record job;

	return jobs_get(turn->txn, ref, &turn->arena, &job) == 0 && job.parked;
}

static void begin_if_due(struct store_turn *turn, const struct object_ref *ref,
    const struct catch_up *catch_up, struct list_progress *list,
    struct catch_up_news *out)
{
	const struct list_wish wish = {.provider = catch_up->provider,
	    .name = catch_up->name,
	    .log = catch_up->log};
	bool goes_on;

	if (catch_up->every_ms == 0 || is_under_way(turn, list))
		return;
	if (list->started_ms == 0)
		begin_at_now(turn, ref, list);
	out->next_ms = catch_up_next(list->started_ms, catch_up->every_ms,
	    list->refused_ms != 0, turn->now_ms);
	if (out->next_ms > turn->now_ms)
		return;
	out->next_ms = 0;
	if (is_parked(turn, ref))
		return;
	lists_begin(turn, ref, &wish, &goes_on);
	(void)lists_get(turn->txn, ref, &turn->arena, list);
	out->began = true;
}

static void read_all_lists(
    struct store_turn *turn, const struct catch_up *catch_up)
{
	bool goes_on;

	for (size_t i = 0; i < catch_up->n_lists; i++) {
		const struct object_ref ref = {.provider = catch_up->provider,
		    .kind = listing_kind,
		    .id = catch_up->lists[i]};
		const struct list_wish wish = {
		    .provider = ref.provider, .name = ref.id, .restart = true};

		lists_begin(turn, &ref, &wish, &goes_on);
	}
}

static void mend(struct store_turn *turn, const struct object_ref *ref,
    struct catch_up *catch_up, size_t max, struct list_progress *list)
{
	catch_up->place.provider = catch_up->provider;
	if (walk_want(turn, &catch_up->place, max) > 0)
		return;
	read_all_lists(turn, catch_up);
	catch_up->place.len = 0;
	list->gap_ms = 0;
	lists_put(turn->txn, ref, list);
}

void store_turn_catch_up(struct store_turn *turn, struct catch_up *catch_up,
    size_t max, struct catch_up_news *out)
{
	const struct object_ref ref = {.provider = catch_up->provider,
	    .kind = listing_kind,
	    .id = catch_up->name};
	struct list_progress list;
	bool gap;

	memset(out, 0, sizeof(*out));
	if (lists_get(turn->txn, &ref, &turn->arena, &list) != 0)
		return;
	begin_if_due(turn, &ref, catch_up, &list, out);
	gap = list.gap_ms != 0;
	if (gap)
		mend(turn, &ref, catch_up, max, &list);
	out->more = list.gap_ms != 0;
	out->mended = gap && !out->more;
	out->read_ms = list.read_ms;
	out->refused = list.refused_ms != 0;
}
