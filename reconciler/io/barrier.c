#include <poll.h>
#include <stdlib.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/stop.h"
#include "reconciler/base/text.h"
#include "reconciler/core/schedule.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/barrier_parts.h"

#include "reconciler/io/barrier.h"

enum {
	ARENA_MAX = 64 * 1024 * 1024,
	BATCH = 256,	 /* notices of one commit */
	TICK_TRIES = 50, /* milliseconds that a tick of the clock may take */
	/* A wish that seems to have got lost is repeated after this. */
	AGAIN_MS = 1500,
	SPACING_MS = SCHEDULE_SPACING_MS
};

int barrier_open_view(struct barrier *b)
{
	arena_reset(&b->scratch);
	return store_view_open(b->store, &b->view, &b->err);
}

void barrier_close_view(struct barrier *b)
{
	store_view_close(b->view);
	b->view = NULL;
}

/* ---- what is on record by now -------------------------------------------- */

/* A time that lies ahead is from before our clock stepped back. */
static bool is_since(const struct barrier *b, int64_t started_ms)
{
	return started_ms > b->since_ms && started_ms <= clock_wall_ms();
}

/* Who waits for an object waits for what it leads to. */
static int add_also(
    struct barrier *b, const struct object_ref *of, const struct look *look)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < look->n_also; i++) {
		const struct member *also = &look->also[i];
		struct awaited one = {
		    .ref = {of->provider, also->kind, also->id},
		    .parent_kind = also->parent_kind,
		    .parent_id = also->parent_id,
		    .trusted = true};

		rc = barrier_add(b, &one);
	}
	return rc;
}

static void end(struct barrier *b, struct awaited *a, enum awaited_state state,
    const char *cause)
{
	a->state = state;
	a->cause = cause != NULL ? arena_text(&b->arena, cause) : NULL;
	b->n_open--;
}
static int take_look(
    struct barrier *b, struct awaited *a, const struct look *look)
{
	if (look->parked || look->end == LOOK_GARBLED ||
	    look->end == LOOK_OTHER_MODE) {
		end(b, a, AWAITED_TROUBLE, look->cause);
	} else if (look->end == LOOK_GONE) {
		end(b, a,
		    a->guess && b->account != NULL ? AWAITED_NOBODY
						   : AWAITED_TROUBLE,
		    look->cause);
	} else if (look->end == LOOK_TRUE) {
		end(b, a, AWAITED_SEEN, NULL);
		return b->account != NULL ? add_also(b, &a->ref, look) : 0;
	} else if (!text_equal(a->cause, look->cause)) {
		a->cause = arena_text(&b->arena, look->cause);
	}
	return 0;
}

static int see(struct barrier *b, struct awaited *a)
{
	struct object object;
	struct look look;
	int rc;

	if (settings_provider(b->settings, a->ref.provider) == NULL) {
		end(b, a, AWAITED_TROUBLE, "its provider is not configured");
		return 0;
	}
	rc = store_view_look(b->view, &a->ref, &b->scratch, &look, &b->err);
	if (rc == 0 && is_since(b, look.started_ms))
		rc = take_look(b, a, &look);
	if ((rc != 0 && rc != ERR_ABSENT) || a->state != AWAITED_OPEN)
		return rc;
	rc = store_view_object(b->view, &a->ref, &b->scratch, &object, &b->err);
	if (rc == 0 && is_since(b, object.fetch_started_ms))
		end(b, a, AWAITED_SEEN, NULL);
	return rc == ERR_ABSENT ? 0 : rc;
}

/* ---- asking ---------------------------------------------------------------
 */

/*
 * There is nothing to ask for: somebody's wish is there already, or a look that
 * began after the call is under way. A wish of ours that is not, and nothing
 * shows that it was fulfilled, got lost.
 */
static bool is_asked(struct barrier *b, const struct awaited *a)
{
	int64_t now_ms = clock_wall_ms();
	struct err_text ignored;
	struct job job;

	if (a->asked_ms != 0 && clock_mono_ms() - a->asked_ms < AGAIN_MS)
		return true;
	if (store_view_job(
		b->view, &a->ref, now_ms, &b->scratch, &job, &ignored) != 0 ||
	    job.state == JOB_PARKED)
		return false;
	if (job.claimed)
		return a->asked_ms != 0 || is_since(b, job.claimed_ms);
	return job.cause == CAUSE_MANUAL &&
	       (a->asked_ms != 0 || job.due_ms <= now_ms + SPACING_MS);
}

static struct notice notice_of(const struct barrier *b, const struct awaited *a)
{
	return (struct notice){.ref = a->ref,
	    .parent_kind = a->parent_kind,
	    .parent_id = a->parent_id,
	    /* Within the lane by time: what grants goes first. */
	    .arrived_ms = b->since_ms + (a->grants ? 1 : 2),
	    .cause = CAUSE_MANUAL,
	    .trusted = a->trusted,
	    .guess = a->guess};
}

/* Those that are still to be made due; in the scratch arena. */
static int gather(struct barrier *b, struct notice **out, size_t *n)
{
	struct notice *notices =
	    arena_alloc(&b->scratch, b->n_open, sizeof(*notices));

	if (notices == NULL)
		return err_set(&b->err, ERR_FAIL, "no memory");
	for (size_t i = 0; i < b->n; i++) {
		struct awaited *a = &b->awaited[i];

		if (a->state != AWAITED_OPEN || is_asked(b, a))
			continue;
		a->asked_ms = clock_mono_ms();
		notices[(*n)++] = notice_of(b, a);
	}
	*out = notices;
	return 0;
}

/* ---- the step --------------------------------------------------------------
 */

static int see_all(struct barrier *b)
{
	int rc = 0;

	/* What an answer leads to is added behind. */
	for (size_t i = 0; rc == 0 && i < b->n; i++) {
		if (b->awaited[i].state == AWAITED_OPEN)
			rc = see(b, &b->awaited[i]);
	}
	return rc;
}

/* Answers may have made more objects the account's. */
static int see_more(struct barrier *b)
{
	size_t before = b->n;
	int rc = barrier_add_recorded(b);

	return rc == 0 && b->n > before ? see_all(b) : rc;
}

static int step(struct barrier *b)
{
	struct notice *notices = NULL;
	size_t n = 0;
	int rc = barrier_open_view(b);

	if (rc == 0)
		rc = see_all(b);
	if (rc == 0 && b->n_open == 0 && b->account != NULL)
		rc = see_more(b);
	if (rc == 0 && b->n_open > 0)
		rc = gather(b, &notices, &n);
	barrier_close_view(b);
	for (size_t i = 0; rc == 0 && i < n; i += BATCH)
		rc = store_append(b->store, notices + i,
		    n - i < BATCH ? n - i : BATCH, &b->err);
	return rc;
}

int64_t barrier_left_ms(const struct barrier *b)
{
	int64_t left_ms = b->until_ms - clock_mono_ms();

	return left_ms > 0 ? left_ms : 0;
}

bool barrier_step(struct barrier *b)
{
	if (b->rc == 0)
		b->rc = step(b);
	return b->rc != 0 || b->n_open == 0 || barrier_left_ms(b) == 0 ||
	       stop_requested();
}
/* ---- opening ----------------------------------------------------------------
 */

/*
 * Times are whole milliseconds: nothing that this call asks for may begin in
 * the one in which others may have begun before it.
 */
static int64_t next_tick(void)
{
	int64_t since_ms = clock_wall_ms();

	for (int i = 0; i < TICK_TRIES && clock_wall_ms() <= since_ms; i++)
		(void)poll(NULL, 0, 1);
	return since_ms;
}

int barrier_open(struct store *store, const struct settings *settings,
    int64_t timeout_ms, struct barrier **out, struct err_text *err)
{
	struct barrier *b = calloc(1, sizeof(*b));

	*out = NULL;
	if (b == NULL)
		return err_set(err, ERR_FAIL, "no memory");
	b->store = store;
	b->settings = settings;
	b->timeout_ms = timeout_ms;
	b->until_ms = clock_mono_ms() + timeout_ms;
	arena_init(&b->arena, ARENA_MAX);
	arena_init(&b->scratch, ARENA_MAX);
	b->awaited = calloc(BARRIER_OBJECTS_MAX, sizeof(*b->awaited));
	if (b->awaited == NULL) {
		barrier_close(b);
		return err_set(err, ERR_FAIL, "no memory");
	}
	b->since_ms = next_tick();
	*out = b;
	return 0;
}

void barrier_close(struct barrier *b)
{
	if (b == NULL)
		return;
	barrier_close_view(b);
	arena_fini(&b->scratch);
	arena_fini(&b->arena);
	free(b->awaited);
	free(b);
}
