#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "cache/steady.h"
#include "cache/store.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "reconciler/lib/trueup.h"

#include "reconciler/lib/slots.h"

enum {
	ARENA_BYTES = 64 * 1024 * 1024,
	KEEP_BYTES = 64 * 1024,
	LINE_BYTES = 64
};

struct slot {
	pthread_mutex_t lock; /* of the rest, for as long as it is taken */
	struct steady_view held;
	struct arena arena;
	/* cppcheck-suppress unusedStructMember */
	char apart[LINE_BYTES]; /* from the next, in the processor's cache */
};

struct slots {
	const struct settings *settings;
	struct steady *steady;
	struct slot items[SLOTS_MAX];
	size_t n; /* that have a lock */
};

struct slots *slots_new(const struct settings *settings)
{
	/* map_bytes 0: as large as its writers made it. */
	const struct store_options options = {
	    .path = settings->store.path, .read_only = true};
	struct slots *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->settings = settings;
	s->steady = steady_new(&options);
	while (s->steady != NULL && s->n < SLOTS_MAX &&
	       pthread_mutex_init(&s->items[s->n].lock, NULL) == 0) {
		arena_init(&s->items[s->n].arena, ARENA_BYTES);
		s->n++;
	}
	if (s->n == SLOTS_MAX)
		return s;
	slots_free(s);
	return NULL;
}

void slots_free(struct slots *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++) {
		steady_close(&s->items[i].held);
		arena_fini(&s->items[i].arena);
		pthread_mutex_destroy(&s->items[i].lock);
	}
	steady_free(s->steady);
	free(s);
}

/* Each thread begins with its own, which is free unless there are many. */
static size_t home_of_thread(void)
{
	uint64_t place = (uint64_t)(uintptr_t)&errno;

	return (size_t)((place >> 6) * UINT64_C(0x9e3779b97f4a7c15) >> 32) %
	       SLOTS_MAX;
}

static struct slot *lock_one(struct slots *s)
{
	size_t home = home_of_thread();

	for (size_t i = 0; i < SLOTS_MAX; i++) {
		struct slot *slot = &s->items[(home + i) % SLOTS_MAX];

		if (pthread_mutex_trylock(&slot->lock) == 0)
			return slot;
	}
	pthread_mutex_lock(&s->items[home].lock);
	return &s->items[home];
}

static int look(struct slots *s, struct slot *slot, struct err_text *err)
{
	return steady_look(s->steady, clock_coarse_ms(), &slot->held, err);
}

/*
 * What stands in the way may be this process itself: a store that has grown or
 * was replaced is followed when no snapshot of it is held here, and the reader
 * that is wanted may be one that rests. So all others are let go of; the order
 * of the locks is that of the slots.
 */
static struct slot *look_alone(struct slots *s, int *rc, struct err_text *err)
{
	struct slot *slot = &s->items[home_of_thread()];

	for (size_t i = 0; i < SLOTS_MAX; i++) {
		pthread_mutex_lock(&s->items[i].lock);
		steady_close(&s->items[i].held);
	}
	*rc = look(s, slot, err);
	for (size_t i = 0; i < SLOTS_MAX; i++) {
		if (&s->items[i] != slot)
			pthread_mutex_unlock(&s->items[i].lock);
	}
	return slot;
}

static int tell(struct slots *s, int rc, struct err_text *err)
{
	if (rc != ERR_ABSENT || !steady_was_open(s->steady))
		return rc;
	(void)err_set(err, ERR_ABSENT,
	    "store: what was read in %s has been moved or removed; what comes "
	    "there will be read",
	    s->settings->store.path);
	return TRUEUP_ERR_MOVED;
}

int slots_take(struct slots *s, struct slot **out, struct err_text *err)
{
	struct slot *slot = lock_one(s);
	int rc = look(s, slot, err);

	if (rc == ERR_AGAIN) {
		pthread_mutex_unlock(&slot->lock);
		slot = look_alone(s, &rc, err);
	}
	if (rc == 0) {
		*out = slot;
		return 0;
	}
	pthread_mutex_unlock(&slot->lock);
	return tell(s, rc, err);
}

void slots_give(struct slot *slot, int rc)
{
	/* One large answer must not make a small process a large one. */
	if (slot->arena.used > KEEP_BYTES)
		arena_fini(&slot->arena);
	else
		arena_reset(&slot->arena);
	if (rc == 0)
		store_view_rest(slot->held.view);
	else
		steady_close(&slot->held);
	pthread_mutex_unlock(&slot->lock);
}

struct store_view *slots_view(const struct slot *slot)
{
	return slot->held.view;
}

struct arena *slots_arena(struct slot *slot)
{
	return &slot->arena;
}
