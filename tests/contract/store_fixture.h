/*
 * What the contract programs over store.h share: a store in a directory of its
 * own, two configured providers, a clock that only the test moves, and the
 * steps of a worker as one call each.
 */
#ifndef TRUEUP_TESTS_CONTRACT_STORE_FIXTURE_H
#define TRUEUP_TESTS_CONTRACT_STORE_FIXTURE_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cache/store.h"
#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/random.h"
#include "reconciler/core/settings.h"

enum { FIXTURE_START_MS = 1000000, FIXTURE_PATH_MAX = 256 };

struct fixture {
	char path[FIXTURE_PATH_MAX];
	struct store_options options;
	struct store *store; /* NULL: not open */
	struct provider_settings providers[2];
	struct settings settings;
	struct random random;
	struct arena arena;
	struct err_text err;
	int64_t now_ms;
};

static inline void fixture_open(struct fixture *f)
{
	int rc = store_open(&f->options, &f->store, &f->err);

	if (rc == 0 && f->store != NULL)
		return;
	fail_msg("%s", f->err.text);
	abort(); /* not reached, which analyzers do not know */
}

static inline void fixture_close(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
}

/* fixture_setup: the directory's name only; the store is not made yet. */
static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	assert_non_null(f);
	snprintf(f->path, sizeof(f->path), "%s/trueup-store-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->path));
	strncat(f->path, "/s", sizeof(f->path) - strlen(f->path) - 1);
	f->options = (struct store_options){
	    .path = f->path,
	    .map_bytes = 64 * 1024 * 1024,
	    .reserve_bytes = 0,
	    .high_water = 80,
	};
	for (size_t i = 0; i < 2; i++) {
		f->providers[i].name = i == 0 ? "shop" : "mint";
		f->providers[i].schedule = (struct schedule){
		    .rungs_ms = {5000, 30000},
		    .n_rungs = 2,
		    .resync_ms = 86400000,
		    .missing_window_ms = 600000,
		};
		policy_default(&f->providers[i].policy);
	}
	f->settings.providers = f->providers;
	f->settings.n_providers = 2;
	f->now_ms = FIXTURE_START_MS;
	random_seed_with(&f->random, 42);
	arena_init(&f->arena, 16 * 1024 * 1024);
	*state = f;
	return 0;
}

static inline int fixture_setup_open(void **state)
{
	int rc = fixture_setup(state);

	fixture_open(*state);
	return rc;
}

static inline void fixture_empty(const char *path)
{
	char file[2 * FIXTURE_PATH_MAX + 300];
	struct dirent *entry;
	DIR *dir = opendir(path);

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(file);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	fixture_empty(f->path);
	*strrchr(f->path, '/') = '\0';
	rmdir(f->path);
	arena_fini(&f->arena);
	free(f);
	return 0;
}

/* ---- steps ------------------------------------------------------------ */

static inline struct object_ref fixture_ref(
    const char *provider, const char *id)
{
	return (struct object_ref){
	    .provider = provider, .kind = "subscription", .id = id};
}

static inline int fixture_append(
    struct fixture *f, const char *provider, const char *id, enum cause cause)
{
	struct notice notice = {
	    .ref = fixture_ref(provider, id),
	    .arrived_ms = f->now_ms,
	    .cause = cause,
	};

	return store_append(f->store, &notice, 1, &f->err);
}

static inline struct store_turn *fixture_begin(struct fixture *f)
{
	struct store_turn *turn = NULL;
	int rc = store_turn_begin(
	    f->store, &f->settings, f->now_ms, &f->random, &turn, &f->err);

	if (rc != 0)
		fail_msg("%s", f->err.text);
	return turn;
}

static inline void fixture_commit(struct fixture *f, struct store_turn *turn)
{
	if (store_turn_commit(turn, &f->err) != 0)
		fail_msg("%s", f->err.text);
}

static inline size_t fixture_collect(struct fixture *f)
{
	struct store_turn *turn = fixture_begin(f);
	size_t n = store_turn_collect(turn, 1000000);

	fixture_commit(f, turn);
	return n;
}

/* A notice that has become part of a job. */
static inline void fixture_want(
    struct fixture *f, const char *provider, const char *id, enum cause cause)
{
	assert_int_equal(fixture_append(f, provider, id, cause), 0);
	assert_int_equal(fixture_collect(f), 1);
}

static inline size_t fixture_claim(
    struct fixture *f, const char *provider, size_t max, struct claim *out)
{
	struct store_turn *turn = fixture_begin(f);
	size_t n = store_turn_claim(turn, provider, max, &f->arena, out);

	fixture_commit(f, turn);
	return n;
}

static inline size_t fixture_recover(struct fixture *f)
{
	struct store_turn *turn = fixture_begin(f);
	size_t n = store_turn_recover(turn);

	fixture_commit(f, turn);
	return n;
}

/* How a look ended; for what is no TRUTH. */
static inline struct settled fixture_settle(struct fixture *f,
    const struct claim *claim, enum verdict verdict, int64_t retry_at_ms)
{
	struct outcome outcome = {
	    .claim = claim,
	    .verdict = verdict,
	    .cause = "it said so",
	    .retry_at_ms = retry_at_ms,
	    .started_ms = f->now_ms,
	};
	struct settled settled = {.fate = FATE_DONE};
	struct store_turn *turn = fixture_begin(f);

	store_turn_settle(turn, &outcome, &settled);
	fixture_commit(f, turn);
	/* They were the turn's. */
	settled.status = settled.from_account = settled.to_account = NULL;
	return settled;
}

/* A look that was answered: the object is active. */
static inline struct settled fixture_settle_truth(
    struct fixture *f, const struct claim *claim)
{
	struct observation seen = {
	    .status = "active",
	    .state = STATE_ACTIVE,
	    .version_ms = f->now_ms,
	};
	struct outcome outcome = {
	    .claim = claim,
	    .verdict = VERDICT_TRUTH,
	    .http_status = 200,
	    .started_ms = f->now_ms,
	    .observation = &seen,
	};
	struct settled settled = {.fate = FATE_DONE};
	struct store_turn *turn = fixture_begin(f);

	store_turn_settle(turn, &outcome, &settled);
	fixture_commit(f, turn);
	settled.status = settled.from_account = settled.to_account = NULL;
	return settled;
}

/* 0 or ERR_ABSENT; the job lives in the fixture's arena. */
static inline int fixture_job(
    struct fixture *f, const char *provider, const char *id, struct job *out)
{
	struct object_ref ref = fixture_ref(provider, id);
	struct store_view *view = NULL;
	int rc;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	rc = store_view_job(view, &ref, f->now_ms, &f->arena, out, &f->err);
	store_view_close(view);
	return rc;
}

static inline struct store_stats fixture_stats(struct fixture *f)
{
	struct store_view *view = NULL;
	struct store_stats stats;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_stats(view, f->now_ms, &stats, &f->err), 0);
	store_view_close(view);
	return stats;
}

#endif
