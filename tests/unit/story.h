/*
 * Stories of looks at one object, told in a small notation, and the history
 * that must come of them. For the programs that test core/history.
 *
 * A list:    "A@1 B@2#3!why/AM04"  status@time, #attempt, !reason/code
 * An answer: SEQ FROM>STATUS@TIME, then o observed (~ after), c collapsed,
 *            x retracted, ! reason / code; entries are joined by " | ".
 * Look i (from 1) starts at 1000 i and is recorded at 1000 i + 1.
 */
#ifndef TRUEUP_TESTS_UNIT_STORY_H
#define TRUEUP_TESTS_UNIT_STORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/history.h"
#include "reconciler/core/observation.h"

enum { STEPS_MAX = 5, ENTRIES_MAX = 64, TEXT_MAX = 4096 };

enum { NOTIFIED = 1, OLDER_OK = 2, TIE = 4 };

struct step {
	const char *status; /* NULL: no more steps */
	const char *list;   /* NULL: this provider lists no history */
	enum history_news news;
	unsigned int flags;
	int64_t version_ms;
	int64_t changed_at_ms;
	const char *facts; /* "name=value;name=value", or NULL */
	const char *customer;
	const char *account;
};

struct story {
	const char *name;
	const char *history;
	struct step steps[STEPS_MAX];
};

/* What a store would keep. */
struct record {
	struct transition entries[ENTRIES_MAX];
	struct history_before before;
	struct arena arena;
};

static const char *cut_word(
    struct arena *arena, const char **at, const char *stops)
{
	size_t len = strcspn(*at, stops);
	const char *word = arena_bytes(arena, *at, len);

	*at += len;
	return word;
}

static inline int64_t cut_number(const char **at)
{
	char *end;
	int64_t number = strtoll(*at, &end, 10);

	*at = end;
	return number;
}

static inline void read_list(
    struct arena *arena, const char *at, struct observation *obs)
{
	struct listed *list = arena_alloc(arena, ENTRIES_MAX, sizeof(*list));
	struct listed *entry;

	while (*at != '\0') {
		entry = &list[obs->n_listed++];
		entry->status = cut_word(arena, &at, "@");
		at++;
		entry->at_ms = cut_number(&at);
		if (*at == '#') {
			at++;
			entry->attempt = cut_number(&at);
		}
		if (*at == '!') {
			at++;
			entry->reason = cut_word(arena, &at, "/ ");
		}
		if (*at == '/') {
			at++;
			entry->reason_code = cut_word(arena, &at, " ");
		}
		at += *at == ' ';
	}
	obs->listed = list;
}

static inline void read_facts(
    struct arena *arena, const char *at, struct observation *obs)
{
	struct fact *facts =
	    arena_alloc(arena, OBSERVATION_FACTS_MAX, sizeof(*facts));

	while (at != NULL && *at != '\0') {
		facts[obs->n_facts].name = cut_word(arena, &at, "=");
		at++;
		facts[obs->n_facts++].value = cut_word(arena, &at, ";");
		at += *at == ';';
	}
	obs->facts = facts;
}

static inline void read_step(
    struct arena *arena, const struct step *step, struct observation *out)
{
	*out = (struct observation){
	    .status = step->status,
	    .changed_at_ms = step->changed_at_ms,
	    .changed_at_text = step->changed_at_ms != 0 ? "theirs" : NULL,
	    .version_ms = step->version_ms,
	    .lists_history = step->list != NULL,
	    .customer = step->customer,
	    .account = step->account,
	};
	if (step->list != NULL)
		read_list(arena, step->list, out);
	read_facts(arena, step->facts, out);
}

static inline void keep(struct record *record, const struct history_plan *plan)
{
	struct transition *entry;
	size_t i;

	for (i = 0; i < plan->n_marks; i++) {
		entry = &record->entries[plan->marks[i].index];
		entry->retracted_at_ms = plan->marks[i].retracted_at_ms;
		if (plan->marks[i].reason != NULL)
			entry->reason = plan->marks[i].reason;
		if (plan->marks[i].reason_code != NULL)
			entry->reason_code = plan->marks[i].reason_code;
	}
	for (i = 0; i < plan->n_append; i++) {
		assert_true(record->before.n < ENTRIES_MAX);
		entry = &record->entries[record->before.n++];
		*entry = plan->append[i];
		assert_int_equal(entry->seq, record->before.n);
	}
	record->before.facts = plan->facts;
}

static inline struct history_plan look_at(
    struct record *record, const struct step *step, int64_t started_ms)
{
	struct history_look look = {
	    .cause = step->flags & NOTIFIED ? CAUSE_NOTIFIED : CAUSE_RESYNC,
	    .notified = (step->flags & NOTIFIED) != 0,
	    .accept_older = (step->flags & OLDER_OK) != 0,
	    .started_ms = started_ms,
	    .now_ms = started_ms + 1,
	};
	struct history_plan plan;
	struct observation obs;

	read_step(&record->arena, step, &obs);
	assert_int_equal(
	    history_merge(&record->before, &obs, &look, &record->arena, &plan),
	    0);
	keep(record, &plan);
	if (plan.news != HISTORY_STALE) {
		record->before.version_ms = obs.version_ms;
		record->before.verified_at_ms = started_ms;
		record->before.customer = obs.customer;
		record->before.account = obs.account;
	}
	record->before.known = true;
	return plan;
}

static inline void record_init(struct record *record)
{
	memset(record, 0, sizeof(*record));
	arena_init(&record->arena, 1 << 20);
	record->before.entries = record->entries;
}

static inline void tell(const struct transition *entry, char *out, size_t cap)
{
	char after[32] = "";

	if (entry->after_ms != 0)
		(void)snprintf(
		    after, sizeof(after), "~%lld", (long long)entry->after_ms);
	(void)snprintf(out, cap, "%llu %s>%s@%lld%s%s%s%s%s%s%s%s",
	    (unsigned long long)entry->seq,
	    entry->from == NULL ? "" : entry->from, entry->status,
	    (long long)entry->at_ms,
	    entry->source == SOURCE_OBSERVED ? "o" : "", after,
	    entry->collapsed ? "c" : "", entry->retracted_at_ms ? "x" : "",
	    entry->reason == NULL ? "" : "!",
	    entry->reason == NULL ? "" : entry->reason,
	    entry->reason_code == NULL ? "" : "/",
	    entry->reason_code == NULL ? "" : entry->reason_code);
}

static inline void tell_all(const struct record *record, char *out)
{
	size_t len = 0, i;

	out[0] = '\0';
	for (i = 0; i < record->before.n; i++) {
		if (i > 0)
			len +=
			    (size_t)snprintf(out + len, TEXT_MAX - len, " | ");
		tell(&record->entries[i], out + len, TEXT_MAX - len);
		len += strlen(out + len);
	}
}

static inline void tell_story(const struct story *story)
{
	static const char *const news[] = {"same", "news", "stale"};
	char got[TEXT_MAX];
	struct record record;
	struct history_plan plan;
	size_t i;

	record_init(&record);
	for (i = 0; i < STEPS_MAX && story->steps[i].status != NULL; i++) {
		plan =
		    look_at(&record, &story->steps[i], (int64_t)(i + 1) * 1000);
		if (plan.news != story->steps[i].news)
			fail_msg("%s: look %zu is %s", story->name, i + 1,
			    news[plan.news]);
		if (plan.tie != ((story->steps[i].flags & TIE) != 0))
			fail_msg("%s: look %zu: tie %d", story->name, i + 1,
			    plan.tie);
	}
	tell_all(&record, got);
	if (strcmp(got, story->history) != 0)
		fail_msg("%s:\n got  %s\n want %s", story->name, got,
		    story->history);
	arena_fini(&record.arena);
}

#endif
