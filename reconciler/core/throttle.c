#include <stdio.h>
#include <string.h>

#include "reconciler/core/ms.h"

#include "reconciler/core/throttle.h"

/* Recent over usual: from here on slow, and down to here quick. */
static const double SLOW = 2.5;
static const double QUICK = 1.5;
/* What one answer counts in what answers took of late. */
static const double WEIGHT = 1.0 / 12;

void throttle_init(struct throttle *t, uint32_t most)
{
	memset(t, 0, sizeof(*t));
	t->most = most > 0 ? most : 1;
	t->limit = t->most;
}

bool throttle_is_slow(const struct throttle *t)
{
	return t->limit < t->most;
}

void throttle_resume(struct throttle *t, const struct throttle *kept)
{
	uint32_t most = t->most;
	bool slow = throttle_is_slow(kept);

	*t = *kept;
	t->most = most;
	if (!slow || t->limit > most)
		t->limit = most;
	if (t->limit == 0)
		t->limit = 1;
}

/* ---- what is usual ------------------------------------------------------ */

static struct throttle_kind *kind_of(struct throttle *t, const char *name)
{
	struct throttle_kind *kind;

	for (size_t i = 0; i < t->n_kinds; i++) {
		if (strcmp(t->kinds[i].name, name) == 0)
			return &t->kinds[i];
	}
	if (t->n_kinds == THROTTLE_KINDS_MAX)
		return &t->kinds[THROTTLE_KINDS_MAX - 1];
	kind = &t->kinds[t->n_kinds++];
	snprintf(kind->name, sizeof(kind->name), "%s", name);
	return kind;
}

static bool is_known(const struct throttle_kind *kind)
{
	return kind->answers >= THROTTLE_JUDGE_ANSWERS;
}

/* How much of an answer its kind learns: by the time that has passed. */
static double weight_of(const struct throttle *t,
    const struct throttle_kind *kind, int64_t passed_ms)
{
	/* While we are slowed down, slow answers must not become usual soon. */
	if (!is_known(kind) ||
	    (kind->answers < THROTTLE_LEARN_ANSWERS && !throttle_is_slow(t)))
		return 1.0 / kind->answers;
	if (passed_ms < 0)
		passed_ms = 0;
	if (passed_ms > THROTTLE_PAUSE_MS)
		passed_ms = THROTTLE_PAUSE_MS;
	return (double)passed_ms / THROTTLE_USUAL_MS;
}

static void learn(const struct throttle *t, struct throttle_kind *kind,
    const struct throttle_sample *sample)
{
	int64_t passed_ms = ms_between(kind->last_ms, sample->now_ms);
	double took_ms = (double)sample->took_ms;

	/* What takes for ever is no lesson: by twice as much at a time. */
	if (is_known(kind) && took_ms > 2 * kind->usual_ms)
		took_ms = 2 * kind->usual_ms;
	if (kind->answers < THROTTLE_LEARN_ANSWERS)
		kind->answers++;
	kind->usual_ms +=
	    (took_ms - kind->usual_ms) * weight_of(t, kind, passed_ms);
	/* So that what took no time at all can grow again. */
	if (kind->usual_ms < 1)
		kind->usual_ms = 1;
	kind->last_ms = sample->now_ms;
}

/* ---- what it takes now -------------------------------------------------- */

static double with_floor(double ms)
{
	return ms > THROTTLE_FLOOR_MS ? ms : THROTTLE_FLOOR_MS;
}

static void smooth(double *ms, double value)
{
	*ms = *ms > 0 ? *ms + (value - *ms) * WEIGHT : value;
}

static void note(struct throttle *t, const struct throttle_kind *kind,
    const struct throttle_sample *sample)
{
	double took_ms = (double)sample->took_ms;
	double usual_ms = is_known(kind) ? kind->usual_ms : t->usual_ms;
	double worst_ms;

	/* A kind that is not known yet is as quick as it is. */
	if (!is_known(kind) && sample->end == THROTTLE_ANSWERED)
		usual_ms = took_ms;
	worst_ms = THROTTLE_WORST * with_floor(usual_ms);
	if (sample->end == THROTTLE_TIMED_OUT || took_ms > worst_ms)
		took_ms = worst_ms;
	if (sample->end == THROTTLE_FAILED && took_ms < t->recent_ms)
		return;
	smooth(&t->recent_ms, took_ms);
	smooth(&t->usual_ms, usual_ms);
	if (t->answers < UINT32_MAX)
		t->answers++;
}

static void step(struct throttle *t)
{
	double usual_ms = with_floor(t->usual_ms);

	if (t->answers < THROTTLE_STEP_ANSWERS || t->answers < t->limit)
		return;
	if (t->recent_ms >= SLOW * usual_ms && t->limit > 1) {
		t->limit /= 2;
		t->answers = 0;
	} else if (t->recent_ms <= QUICK * usual_ms && throttle_is_slow(t)) {
		t->limit += t->limit < 4 ? 1 : t->limit / 4;
		t->answers = 0;
	}
	if (t->limit > t->most)
		t->limit = t->most;
}

bool throttle_after(struct throttle *t, const struct throttle_sample *sample)
{
	struct throttle_sample s = *sample;
	struct throttle_kind *kind = kind_of(t, s.kind);
	bool was_slow = throttle_is_slow(t);

	if (s.took_ms < 0)
		s.took_ms = 0;
	if (s.took_ms > THROTTLE_LONGEST_MS)
		s.took_ms = THROTTLE_LONGEST_MS;
	if (s.end == THROTTLE_ANSWERED)
		learn(t, kind, &s);
	note(t, kind, &s);
	step(t);
	return throttle_is_slow(t) != was_slow;
}
