#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "reconciler/base/err.h"

#include "cache/place.h"
#include "cache/store.h"
#include "cache/twice.h"

#include "cache/steady.h"

enum { LOOK_MS = 100 };

/* One that is, or was, open. */
struct steady_store {
	struct steady *owner;
	struct store *store;
	bool writable;
	unsigned int users; /* views and holds */
};

struct steady {
	struct store_options options;
	pthread_mutex_t lock; /* of all below, but to read what is atomic */
	_Atomic(struct steady_store *) now; /* NULL: none is open */
	/*
	 * What was let go of while somebody used it. LMDB must not have the
	 * same lock file open twice in one process, and it may be the same one:
	 * nothing is opened before this is closed.
	 */
	struct steady_store *old;
	atomic_bool was_open;
	int failed;	      /* 0, or how the last attempt did */
	struct err_text why;  /* failed != 0 */
	int64_t again_ms;     /* when the next attempt is made */
	atomic_llong look_ms; /* when it is seen next whether it is in place */
};

struct steady *steady_new(const struct store_options *options)
{
	struct steady *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	if (pthread_mutex_init(&s->lock, NULL) != 0) {
		free(s);
		return NULL;
	}
	s->options = *options;
	atomic_init(&s->now, NULL);
	atomic_init(&s->was_open, false);
	atomic_init(&s->look_ms, 0);
	return s;
}

static void end(struct steady_store *of)
{
	if (of == NULL)
		return;
	store_close(of->store);
	free(of);
}

void steady_free(struct steady *s)
{
	if (s == NULL)
		return;
	end(atomic_load(&s->now));
	end(s->old);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Locked: who comes from now on gets another one. */
static void retire(struct steady *s, struct steady_store *of)
{
	if (of == NULL || atomic_load(&s->now) != of)
		return;
	atomic_store(&s->now, NULL);
	s->again_ms = 0;
	s->old = of;
}

/* Locked: what nobody uses any more is closed. */
static void tidy(struct steady *s)
{
	if (s->old == NULL || s->old->users > 0)
		return;
	end(s->old);
	s->old = NULL;
}

/* lost: the store of the view is not ours any more. */
static void let_go(struct steady_view *view, bool lost)
{
	struct steady_store *of = view->of;
	struct steady *s;

	if (of == NULL)
		return;
	store_view_close(view->view);
	*view = (struct steady_view){0};
	s = of->owner;
	pthread_mutex_lock(&s->lock);
	of->users--;
	if (lost)
		retire(s, of);
	tidy(s);
	pthread_mutex_unlock(&s->lock);
}

void steady_close(struct steady_view *view)
{
	let_go(view, false);
}

/* Now and then, by whoever comes: a look at the directory is not free. */
static void check_place(struct steady *s, int64_t now_ms)
{
	struct steady_store *of;

	if (now_ms < atomic_load(&s->look_ms))
		return;
	pthread_mutex_lock(&s->lock);
	atomic_store(&s->look_ms, now_ms + LOOK_MS);
	of = atomic_load(&s->now);
	if (of != NULL && !store_is_in_place(of->store))
		retire(s, of);
	tidy(s);
	pthread_mutex_unlock(&s->lock);
}

/* ---- opening ---------------------------------------------------------- */

static int open_store(
    struct steady *s, struct steady_store *of, struct err_text *err)
{
	struct store_options options = s->options;

	/* A second opening would take the locks from the first. */
	if (twice_is_open(options.path))
		return err_set(err, ERR_TWICE,
		    "store: this process has %s open already; share that"
		    " handle, or close it first",
		    options.path);
	/* What may not be written may be read; and it is never made here. */
	if (!options.read_only)
		options.read_only = !place_is_writable(options.path);
	of->owner = s;
	of->writable = !options.read_only;
	return store_open(&options, &of->store, err);
}

/* Locked. */
static void try_to_open(struct steady *s, int64_t now_ms)
{
	struct steady_store *of = calloc(1, sizeof(*of));

	if (of == NULL)
		s->failed = err_set(&s->why, ERR_FAIL, "store: out of memory");
	else
		s->failed = open_store(s, of, &s->why);
	s->again_ms = now_ms + LOOK_MS;
	if (s->failed != 0) {
		free(of);
		return;
	}
	atomic_store(&s->was_open, true);
	atomic_store(&s->look_ms, now_ms + LOOK_MS);
	atomic_store(&s->now, of);
}

/* Locked: the store that is there, with one user more. */
static int get(struct steady *s, int64_t now_ms, struct steady_store **out,
    struct err_text *err)
{
	struct steady_store *of = atomic_load(&s->now);

	if (s->old != NULL)
		return err_set(err, ERR_AGAIN,
		    "store: %s was replaced, and the one before it is still "
		    "being read",
		    s->options.path);
	if (of == NULL && now_ms >= s->again_ms)
		try_to_open(s, now_ms);
	of = atomic_load(&s->now);
	if (of == NULL) {
		if (err != NULL)
			*err = s->why;
		return s->failed;
	}
	of->users++;
	*out = of;
	return 0;
}

static int take(struct steady *s, int64_t now_ms, struct steady_view *view,
    struct err_text *err)
{
	int rc;

	pthread_mutex_lock(&s->lock);
	rc = get(s, now_ms, &view->of, err);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* ---- looking ---------------------------------------------------------- */

int steady_look(struct steady *s, int64_t now_ms, struct steady_view *view,
    struct err_text *err)
{
	int rc;

	check_place(s, now_ms);
	if (view->view != NULL && steady_is_of(s, view) &&
	    store_view_renew(view->view, err) == 0)
		return 0;
	steady_close(view);
	rc = take(s, now_ms, view, err);
	if (rc != 0)
		return rc;
	rc = store_view_open(view->of->store, &view->view, err);
	/* One that was made over is another version's from now on. */
	if (rc != 0)
		let_go(view, rc == ERR_FORMAT);
	return rc;
}

int steady_hold(struct steady *s, int64_t now_ms, struct steady_view *view,
    struct err_text *err)
{
	int rc;

	check_place(s, now_ms);
	steady_close(view);
	rc = take(s, now_ms, view, err);
	if (rc != 0 || view->of->writable)
		return rc;
	steady_close(view);
	return err_set(err, ERR_DENIED, "store: %s may only be read here",
	    s->options.path);
}

struct store *steady_store_of(const struct steady_view *view)
{
	return view->of != NULL ? view->of->store : NULL;
}

bool steady_is_of(struct steady *s, const struct steady_view *view)
{
	return view->of != NULL && view->of == atomic_load(&s->now);
}

bool steady_is_open(struct steady *s)
{
	return atomic_load(&s->now) != NULL;
}

bool steady_was_open(struct steady *s)
{
	return atomic_load(&s->was_open);
}
