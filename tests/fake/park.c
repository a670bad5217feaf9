#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <microhttpd.h>

#include "tests/fake/text.h"
#include "tests/fake/when.h"
#include "tests/fake/park.h"

struct park {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	struct parked *first;
	bool is_closed;
	bool is_ending;
};

enum { IDLE_MS = 60000 };

/* Resumes what is due at NOW; returns when the next one is. */
static int64_t resume_due(struct park *p, int64_t now_ms)
{
	int64_t next_ms = now_ms + IDLE_MS;
	struct parked **at = &p->first;

	while (*at != NULL) {
		struct parked *one = *at;

		if (one->until_mono_ms == 0 || one->until_mono_ms > now_ms) {
			if (one->until_mono_ms != 0 &&
			    one->until_mono_ms < next_ms)
				next_ms = one->until_mono_ms;
			at = &one->next;
			continue;
		}
		*at = one->next;
		MHD_resume_connection(one->connection);
	}
	return next_ms;
}

static void *run(void *cookie)
{
	struct park *p = cookie;

	pthread_mutex_lock(&p->lock);
	while (!p->is_ending) {
		int64_t next_ms = resume_due(p, when_mono_ms());
		struct timespec until = {
		    next_ms / 1000, next_ms % 1000 * 1000000};

		pthread_cond_timedwait(&p->changed, &p->lock, &until);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct park *park_new(void)
{
	struct park *p = text_need(sizeof(*p));
	pthread_condattr_t attributes;

	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&p->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&p->thread, NULL, run, p) != 0)
		abort();
	return p;
}

void park_free(struct park *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->is_ending = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

bool park_add(struct park *p, struct parked *one)
{
	bool is_taken;

	pthread_mutex_lock(&p->lock);
	is_taken = !p->is_closed;
	if (is_taken) {
		one->next = p->first;
		p->first = one;
		pthread_cond_signal(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
	return is_taken;
}

static bool is_held(const struct parked *one, const char *hold)
{
	if (hold == NULL)
		return true;
	return one->hold != NULL &&
	       (*hold == '\0' || strcmp(one->hold, hold) == 0);
}

static size_t release(struct park *p, const char *hold)
{
	struct parked **at = &p->first;
	size_t n = 0;

	while (*at != NULL) {
		struct parked *one = *at;

		if (!is_held(one, hold)) {
			at = &one->next;
			continue;
		}
		*at = one->next;
		MHD_resume_connection(one->connection);
		n++;
	}
	return n;
}

size_t park_release(struct park *p, const char *hold)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = release(p, hold);
	pthread_mutex_unlock(&p->lock);
	return n;
}

void park_close(struct park *p)
{
	pthread_mutex_lock(&p->lock);
	p->is_closed = true;
	release(p, NULL);
	pthread_mutex_unlock(&p->lock);
}

json_t *park_held(struct park *p, size_t *total)
{
	json_t *held = json_object();
	const struct parked *one;

	*total = 0;
	pthread_mutex_lock(&p->lock);
	for (one = p->first; one != NULL; one = one->next) {
		(*total)++;
		if (one->hold == NULL)
			continue;
		json_object_set_new(held, one->hold,
		    json_integer(1 + json_integer_value(
					 json_object_get(held, one->hold))));
	}
	pthread_mutex_unlock(&p->lock);
	return held;
}
