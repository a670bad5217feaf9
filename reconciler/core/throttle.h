/*
 * Slowing down when a provider's answers take much longer than usual: fewer
 * requests at once, and more again when answers are quick. Pure.
 *
 * Usual is what the answers about this kind of object took in about the last
 * half hour. What answers take now (smoothed over about twelve) is set against
 * the usual times of the same answers: from two and a half times that on the
 * requests at once are halved, at one and a half times or less a quarter comes
 * back; in between nothing changes, nor before twelve answers (or as many as
 * there may be at once) have shown what the last step did.
 */
#ifndef TRUEUP_CORE_THROTTLE_H
#define TRUEUP_CORE_THROTTLE_H

#include "reconciler/core/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	THROTTLE_KINDS_MAX = 16, /* further ones share the last place */
	/* A usual time below counts as this: less is never slow. */
	THROTTLE_FLOOR_MS = 100,
	THROTTLE_STEP_ANSWERS = 12,
	/* A kind is judged from so many answers on, and learnt quickly until
	 * there are so many. */
	THROTTLE_JUDGE_ANSWERS = 32,
	THROTTLE_LEARN_ANSWERS = 128,
	/* Later the usual time is the mean of about so long. */
	THROTTLE_USUAL_MS = 30 * 60 * 1000,
	/* A pause teaches no more than this. */
	THROTTLE_PAUSE_MS = 60 * 1000,
	/* Longer than this is not told apart. */
	THROTTLE_LONGEST_MS = 60 * 60 * 1000,
	/* One answer counts as so many times its usual time at most. */
	THROTTLE_WORST = 4
};

struct throttle_kind {
	char name[NAME_KIND_MAX + 1];
	double usual_ms;
	uint32_t answers; /* until there are enough to know it */
	int64_t last_ms;  /* wall clock */
};

struct throttle {
	uint32_t most;	/* requests at once, when nothing is slow; at least 1 */
	uint32_t limit; /* in force: 1..most */
	uint32_t answers; /* since the limit was changed last */
	double recent_ms; /* what answers took of late; 0: none yet */
	double usual_ms;  /* what these usually take */
	size_t n_kinds;
	struct throttle_kind kinds[THROTTLE_KINDS_MAX];
};

enum throttle_end {
	THROTTLE_ANSWERED = 0, /* an answer that is worth its time */
	/* An answer, but what it took says little about others: no such
	 * object, nonsense. */
	THROTTLE_ASIDE,
	/* No answer about the object: counts when it was slow, only. */
	THROTTLE_FAILED,
	THROTTLE_TIMED_OUT /* slow, however long was waited */
};

struct throttle_sample {
	const char *kind; /* of the object, as the client names it */
	enum throttle_end end;
	int64_t took_ms;
	int64_t now_ms; /* wall clock; a step of it teaches nothing */
};

/* throttle_init(throttle, most): nothing is known yet, nothing slowed. */
void throttle_init(struct throttle *throttle, uint32_t most);
/*
 * throttle_resume(throttle, kept): go on with what an earlier worker knew; its
 * most may have been another one.
 */
void throttle_resume(struct throttle *throttle, const struct throttle *kept);
/*
 * throttle_after(throttle, sample): fold one ended request in. Returns true
 * when slowing down began or ended with it (worth a log line).
 */
bool throttle_after(
    struct throttle *throttle, const struct throttle_sample *sample);
/* throttle_is_slow(throttle): fewer are in force than there might be. */
bool throttle_is_slow(const struct throttle *throttle);

#endif
