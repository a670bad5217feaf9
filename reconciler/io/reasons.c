#include <stdio.h>

#include "cache/store.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"

#include "reconciler/io/print.h"

#include "reconciler/io/reasons.h"

static const char others[] = "other reasons: see queue list --state parked";

static struct reason_group *find(
    struct reasons *reasons, const char *provider, const char *reason)
{
	for (size_t i = 0; i < reasons->n; i++) {
		struct reason_group *group = &reasons->groups[i];

		if (text_equal(group->provider, provider) &&
		    text_equal(group->reason, reason))
			return group;
	}
	return NULL;
}

static struct reason_group *begin(
    struct reasons *reasons, const char *provider, const char *reason)
{
	struct reason_group *group = &reasons->groups[reasons->n++];

	*group = (struct reason_group){.provider = provider, .reason = reason};
	return group;
}

/* The last group is kept for those that fit nowhere. */
static struct reason_group *group_of(
    struct reasons *reasons, struct arena *arena, const struct job *job)
{
	const char *provider = job->ref.provider;
	struct reason_group *group = find(reasons, provider, job->last_error);

	if (group != NULL)
		return group;
	if (reasons->n < REASONS_MAX - 1) {
		group = begin(reasons, arena_text(arena, provider),
		    arena_text(arena, job->last_error));
		group->example =
		    arena_printf(arena, "%s %s", job->ref.kind, job->ref.id);
		return group;
	}
	group = find(reasons, NULL, others);
	return group != NULL ? group : begin(reasons, NULL, others);
}

void reasons_add(
    struct reasons *reasons, struct arena *arena, const struct job *job)
{
	struct reason_group *group = group_of(reasons, arena, job);

	group->jobs++;
	reasons->jobs++;
	if (job->first_notified_ms != 0 &&
	    (group->oldest_ms == 0 ||
		job->first_notified_ms < group->oldest_ms))
		group->oldest_ms = job->first_notified_ms;
}

void reasons_add_others(struct reasons *reasons, uint64_t total)
{
	struct reason_group *group;

	if (total <= reasons->jobs)
		return;
	group = find(reasons, NULL, others);
	if (group == NULL && reasons->n < REASONS_MAX)
		group = begin(reasons, NULL, others);
	if (group == NULL)
		return;
	group->jobs += total - reasons->jobs;
	reasons->jobs = total;
}

void reasons_print(const struct reasons *reasons, struct arena *arena)
{
	static const char *const headers[] = {
	    "PARKED", "JOBS", "OLDEST", "FOR INSTANCE", "REASON", NULL};
	struct print_table table;

	if (reasons->n == 0)
		return;
	putchar('\n');
	print_table_init(&table, arena, headers);
	for (size_t i = 0; i < reasons->n; i++) {
		const struct reason_group *group = &reasons->groups[i];
		const char *cells[] = {group->provider,
		    arena_printf(
			arena, "%llu", (unsigned long long)group->jobs),
		    print_time(arena, group->oldest_ms), group->example,
		    group->reason};

		print_table_row(&table, cells);
	}
	print_table_out(&table, stdout);
}
