#include <stdio.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/history.h"

#include "reconciler/io/explain.h"
#include "reconciler/io/print.h"

#include "reconciler/cmd/account_why.h"

static const char *or_none(const char *text)
{
	return text == NULL ? "none" : text;
}

static void print_effects(struct arena *a, const struct held_grant *held)
{
	for (size_t i = 0; i < held->n_effects; i++) {
		const struct held_effect *e = &held->effects[i];
		bool revokes =
		    held->policy != NULL && held->policy->revokes[e->kind];

		print_field(stdout, "    effect",
		    arena_printf(a, "%s by %s %s, from %s until %s: %s",
			effect_name(e->kind), e->source.kind, e->source.id,
			or_none(print_time(a, e->at_ms)),
			or_none(print_time(a, e->until_ms)),
			revokes ? "revokes" : "kept"));
	}
}

static void print_grant(struct arena *a, const struct explained_grant *grant)
{
	const struct grant *g = &grant->held->grant;
	const char *name = grant->decides ? "* grant" : "  grant";

	print_field(stdout, name,
	    arena_printf(a, "product %s, label %s, from %s until %s",
		or_none(g->product), or_none(g->label),
		or_none(print_time(a, g->since_ms)),
		or_none(print_time(a, g->until_ms))));
	if (g->quantity != NULL)
		print_field(stdout, "    quantity", g->quantity);
	print_field(stdout, "    rule", grant->rule);
	print_field(stdout, "    so", grant->alone.reason);
	print_effects(a, grant->held);
}

static void print_record(struct arena *a, const struct object *record)
{
	if (record == NULL) {
		print_field(stdout, "  record", "none under this account now");
		return;
	}
	print_field(stdout, "  record",
	    arena_printf(a, "\"%s\" (%s), verified %s, next look %s",
		record->status, state_name(record->state),
		or_none(print_time(a, record->verified_at_ms)),
		or_none(print_time(a, record->next_check_ms))));
	if (record->missing_since_ms != 0)
		print_field(stdout, "  missing since",
		    print_time(a, record->missing_since_ms));
}

static void print_job(struct arena *a, const struct job *job)
{
	if (job == NULL)
		return;
	print_field(stdout, "  pending",
	    arena_printf(a, "%s (%s), due %s, %u attempts%s%s",
		job->claimed ? "in flight" : job_state_name(job->state),
		cause_name(job->cause), or_none(print_time(a, job->due_ms)),
		job->attempts, job->last_error == NULL ? "" : ", ",
		job->last_error == NULL ? "" : job->last_error));
}

static void print_tail(struct arena *a, const struct explained_object *object)
{
	const char *name = "  history";

	if (object->entries > object->n_tail) {
		print_field(stdout, name,
		    arena_printf(a, "%llu entries, the newest:",
			(unsigned long long)object->entries));
		name = "";
	}
	for (size_t i = 0; i < object->n_tail; i++, name = "") {
		const struct transition *t = &object->tail[i];

		print_field(stdout, name,
		    arena_printf(a, "%s  %s -> %s  %s%s%s%s%s",
			print_time(a, t->at_ms), t->from == NULL ? "" : t->from,
			t->status, cause_name(t->cause),
			t->collapsed ? ", collapsed" : "",
			t->retracted_at_ms != 0 ? ", retracted" : "",
			t->reason == NULL ? "" : ", ",
			t->reason == NULL ? "" : t->reason));
	}
}

void account_why_print(struct arena *arena, const struct explanation *why)
{
	for (size_t i = 0; i < why->n_objects; i++) {
		const struct explained_object *o = &why->objects[i];

		putchar('\n');
		print_field(stdout, "because of",
		    arena_printf(arena, "%s %s %s", o->ref.provider,
			o->ref.kind, o->ref.id));
		for (size_t k = 0; k < o->n_grants; k++)
			print_grant(arena, &o->grants[k]);
		print_record(arena, o->record);
		print_job(arena, o->job);
		print_tail(arena, o);
	}
	if (why->n_others > 0)
		printf("\n%zu more of its objects grant nothing, and nothing "
		       "of them is pending\n",
		    why->n_others);
}
