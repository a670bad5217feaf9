#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/random.h"
#include "reconciler/base/stop.h"
#include "reconciler/base/text.h"
#include "reconciler/core/listing.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/differ.h"
#include "reconciler/io/lanes.h"
#include "reconciler/io/requests.h"

#include "reconciler/io/verify.h"

enum {
	BATCH = 1000, /* names that are read at once */
	SAMPLE_MAX = 1000000,
	NAMES_BYTES = 512 * 1024 * 1024,
	LOOK_BYTES = 64 * 1024 * 1024,
	WAIT_MS = 1000
};

/*
 * Names to be looked at: of a sample all, else the next ones of a walk, at last
 * what a page of a list names and no record knows.
 */
struct names {
	struct object_ref *refs;
	const struct member *members; /* of a page: with their parents */
	size_t n;
	size_t next;
	struct arena arena;
};

struct verifier {
	const struct settings *settings;
	struct store *store;
	const struct verify_options *options;
	struct verify_report *report;
	struct random random;
	struct lane *lanes;
	size_t n_lanes;
	struct flight *flights;
	size_t n_flights;
	size_t active;
	struct requests requests;
	struct names names;
	size_t lane;		  /* whose objects are being walked */
	struct store_place place; /* how far */
	size_t list_lane;	  /* then whose lists */
	size_t list;		  /* which of them */
	char cursor[LISTING_CURSOR_MAX + 1]; /* "": its first page */
};

static bool is_meant(const struct verifier *v, const struct lane *lane)
{
	return v->options->provider == NULL ||
	       strcmp(v->options->provider, lane->provider->name) == 0;
}

/* ---- which objects ------------------------------------------------------ */

/* The next names of the walk; n 0: it is over. */
static int walk(struct verifier *v, struct err_text *err)
{
	struct store_view *view = NULL;
	int rc = 0;

	arena_reset(&v->names.arena);
	v->names.n = v->names.next = 0;
	v->names.members = NULL;
	while (rc == 0 && v->names.n == 0 && v->lane < v->n_lanes) {
		const struct lane *lane = &v->lanes[v->lane];

		v->place.provider = lane->provider->name;
		if (is_meant(v, lane)) {
			rc = store_view_open(v->store, &view, err);
			if (rc == 0)
				rc = store_view_refs(view, &v->place, BATCH,
				    &v->names.arena, &v->names.refs,
				    &v->names.n, err);
			store_view_close(view);
			view = NULL;
		}
		if (v->names.n == 0) {
			v->lane++;
			v->place.len = 0;
		}
	}
	return rc;
}

/* Each one has the same chance to be in it (reservoir sampling). */
static int put_in_sample(struct verifier *v, struct names *sample,
    const struct object_ref *ref, uint64_t seen)
{
	size_t at = sample->n;

	if (sample->n == v->options->sample)
		at = (size_t)(random_next(&v->random) % seen);
	if (at >= v->options->sample)
		return 0;
	sample->refs[at] = (struct object_ref){
	    .provider = arena_text(&sample->arena, ref->provider),
	    .kind = arena_text(&sample->arena, ref->kind),
	    .id = arena_text(&sample->arena, ref->id)};
	if (at == sample->n)
		sample->n++;
	return arena_failed(&sample->arena) ? ERR_FULL : 0;
}

static int take_sample(struct verifier *v, struct err_text *err)
{
	struct names sample = {.n = 0};
	uint64_t seen = 0;
	int rc;

	arena_init(&sample.arena, NAMES_BYTES);
	sample.refs = arena_alloc(
	    &sample.arena, (size_t)v->options->sample, sizeof(*sample.refs));
	rc = sample.refs == NULL ? ERR_FULL : walk(v, err);
	while (rc == 0 && v->names.n > 0) {
		for (size_t i = 0; rc == 0 && i < v->names.n; i++)
			rc = put_in_sample(
			    v, &sample, &v->names.refs[i], ++seen);
		if (rc == 0)
			rc = walk(v, err);
	}
	arena_fini(&v->names.arena);
	v->names = sample;
	return rc == ERR_FULL ? err_set(err, rc, "the sample is too large")
			      : rc;
}

static bool has_next(struct verifier *v, int *rc, struct err_text *err)
{
	if (v->names.next == v->names.n && v->options->sample == 0 &&
	    v->lane < v->n_lanes)
		*rc = walk(v, err);
	return *rc == 0 && v->names.next < v->names.n;
}

/* ---- asking ------------------------------------------------------------- */

static struct lane *lane_of(struct verifier *v, const struct object_ref *ref)
{
	for (size_t i = 0; i < v->n_lanes; i++) {
		if (strcmp(v->lanes[i].provider->name, ref->provider) == 0)
			return &v->lanes[i];
	}
	return NULL;
}

static struct flight *free_flight(struct verifier *v)
{
	for (size_t i = 0; v->active < v->n_flights && i < v->n_flights; i++) {
		if (v->flights[i].state == FLIGHT_FREE)
			return &v->flights[i];
	}
	return NULL;
}

static void begin(struct verifier *v, struct lane *lane, struct flight *f)
{
	f->claim.cause = CAUSE_MANUAL;
	flight_begin(f, lane);
	v->active++;
	lane->in_flight++;
	pace_take(&lane->pace, 1);
	f->paid = true;
}

/* As a list named it. */
static void claim_member(
    struct verifier *v, struct flight *f, const struct member *member)
{
	const struct object_ref *ref = &v->names.refs[v->names.next];
	struct arena *a = &f->arena;

	f->claim = (struct claim){
	    .ref = {arena_text(a, ref->provider), arena_text(a, member->kind),
		arena_text(a, member->id)},
	    .parent_kind = arena_text(a, member->parent_kind),
	    .parent_id = arena_text(a, member->parent_id)};
}

/* What is asked for is what is on record, with the parent that it knows. */
static int claim_known(struct verifier *v, struct flight *f,
    const struct object_ref *ref, struct err_text *err)
{
	struct store_view *view = NULL;
	struct object object;
	int rc = store_view_open(v->store, &view, err);

	if (rc == 0)
		rc = store_view_object(view, ref, &f->arena, &object, err);
	store_view_close(view);
	if (rc == 0)
		f->claim = (struct claim){.ref = object.ref,
		    .parent_kind = object.parent_kind,
		    .parent_id = object.parent_id};
	return rc;
}

static int depart(struct verifier *v, struct lane *lane, struct flight *f,
    struct err_text *err)
{
	size_t at = v->names.next;
	int rc = 0;

	if (v->names.members != NULL)
		claim_member(v, f, &v->names.members[at]);
	else
		rc = claim_known(v, f, &v->names.refs[at], err);
	v->names.next++;
	if (rc != 0)
		return rc == ERR_ABSENT ? 0 : rc;
	begin(v, lane, f);
	return 0;
}

static void count_unread(struct verifier *v, const char *why)
{
	v->report->unread++;
	(void)text_copy(v->report->text, sizeof(v->report->text),
	    why == NULL ? "no answer" : why);
	v->report->why = v->report->text;
}

/* As many as their lanes have room for; a closed provider's are not read. */
static int depart_all(struct verifier *v, struct err_text *err)
{
	int rc = 0;

	while (!stop_requested() && has_next(v, &rc, err)) {
		const struct object_ref *ref = &v->names.refs[v->names.next];
		struct lane *lane = lane_of(v, ref);
		struct flight *f = free_flight(v);

		if (lane != NULL && !lane_is_allowed(lane, lane_now_is())) {
			count_unread(v, lane->health.reason);
			v->names.next++;
			continue;
		}
		if (lane == NULL || f == NULL ||
		    lane_room(lane, lane_now_is()) == 0)
			break;
		rc = depart(v, lane, f, err);
	}
	return rc;
}

/* ---- lists: what is there and not here ----------------------------------- */

static void next_list(struct verifier *v)
{
	v->cursor[0] = '\0';
	v->list++;
}

/* The list whose page comes next; NULL: all were read, or none is to be. */
static const struct client_list *list_of(struct verifier *v)
{
	if (v->options->sample > 0)
		return NULL;
	while (v->list_lane < v->n_lanes) {
		struct lane *lane = &v->lanes[v->list_lane];

		if (is_meant(v, lane) &&
		    v->list < lane->provider->client->n_lists)
			return &lane->provider->client->lists[v->list];
		v->list_lane++;
		v->list = 0;
	}
	return NULL;
}

/* Pages one by one, each when all that the one before named is compared. */
static bool is_time_for_a_page(const struct verifier *v)
{
	return v->active == 0 && v->names.next == v->names.n;
}

static void depart_page(struct verifier *v)
{
	const struct client_list *list;
	struct lane *lane;
	struct flight *f = free_flight(v);

	while (is_time_for_a_page(v) && !stop_requested() &&
	       (list = list_of(v)) != NULL) {
		lane = &v->lanes[v->list_lane];
		if (!lane_is_allowed(lane, lane_now_is())) {
			count_unread(v, lane->health.reason);
			next_list(v);
			continue;
		}
		if (lane_room(lane, lane_now_is()) == 0)
			return;
		f->claim = (struct claim){
		    .ref = {lane->provider->name, listing_kind, list->name},
		    .cursor = v->cursor[0] == '\0'
				  ? NULL
				  : arena_text(&f->arena, v->cursor)};
		begin(v, lane, f);
	}
}

static bool is_unknown(
    struct store_view *view, const struct object_ref *ref, struct arena *arena)
{
	struct object object;
	struct err_text ignored;

	return name_ref_is_valid(ref) && !listing_is(ref) &&
	       store_view_object(view, ref, arena, &object, &ignored) ==
		   ERR_ABSENT;
}

/* Those that no record knows are looked at next, before the page after. */
static int take_unknown(struct verifier *v, const struct flight *f,
    struct store_view *view, struct err_text *err)
{
	const struct listing *listing = f->outcome.listing;
	struct names *names = &v->names;
	struct member *members;

	arena_reset(&names->arena);
	names->n = names->next = 0;
	names->refs =
	    arena_alloc(&names->arena, listing->n + 1, sizeof(*names->refs));
	members = arena_alloc(&names->arena, listing->n + 1, sizeof(*members));
	names->members = members;
	if (names->refs == NULL || members == NULL)
		return err_set(err, ERR_FULL, "a page is too large");
	for (size_t i = 0; i < listing->n; i++) {
		const struct member *m = &listing->items[i];
		struct arena *a = &names->arena;
		struct object_ref ref = {f->lane->provider->name,
		    arena_text(a, m->kind), arena_text(a, m->id)};

		if (arena_failed(a) || !is_unknown(view, &ref, a))
			continue;
		members[names->n] = (struct member){.kind = ref.kind,
		    .id = ref.id,
		    .parent_kind = arena_text(a, m->parent_kind),
		    .parent_id = arena_text(a, m->parent_id)};
		names->refs[names->n++] = ref;
	}
	return arena_failed(&names->arena)
		   ? err_set(err, ERR_FULL, "a page is too large")
		   : 0;
}

static int conclude_page(
    struct verifier *v, const struct flight *f, struct err_text *err)
{
	const struct listing *listing = f->outcome.listing;
	const char *problem = f->outcome.cause;
	struct store_view *view = NULL;
	int rc;

	if (f->outcome.verdict == VERDICT_TRUTH)
		problem = listing_problem(listing, f->claim.cursor);
	if (f->outcome.verdict != VERDICT_TRUTH || problem != NULL) {
		count_unread(v, problem);
		next_list(v);
		return 0;
	}
	rc = store_view_open(v->store, &view, err);
	if (rc == 0)
		rc = take_unknown(v, f, view, err);
	store_view_close(view);
	if (listing->next == NULL)
		next_list(v);
	else
		(void)text_copy(v->cursor, sizeof(v->cursor), listing->next);
	return rc;
}

/* ---- comparing ---------------------------------------------------------- */

static bool is_pending(struct store_view *view, const struct object_ref *ref,
    struct arena *arena, int64_t now_ms)
{
	struct err_text err;
	struct job job;

	return store_view_job(view, ref, now_ms, arena, &job, &err) == 0;
}

/* The worker may have been faster: then the record is newer than the answer. */
static int compare(struct verifier *v, const struct flight *f,
    struct store_view *view, struct arena *arena, struct err_text *err)
{
	struct comparison c = {.view = view,
	    .settings = v->settings,
	    .outcome = &f->outcome,
	    .now_ms = clock_wall_ms(),
	    .arena = arena,
	    .found = v->options->found,
	    .cookie = v->options->cookie};
	struct object record;
	int rc = store_view_object(view, &f->claim.ref, arena, &record, err);

	if (rc == ERR_ABSENT && f->outcome.verdict == VERDICT_GONE)
		return 0;
	if (rc != 0 && rc != ERR_ABSENT)
		return rc;
	v->report->checked++;
	if (rc == 0 && record.fetch_started_ms > f->outcome.started_ms)
		return 0;
	if (rc == ERR_ABSENT)
		record = (struct object){.ref = f->claim.ref};
	c.unknown = rc == ERR_ABSENT;
	c.record = &record;
	c.pending = is_pending(view, &f->claim.ref, arena, c.now_ms);
	rc = differ_tell(&c, err);
	if (rc <= 0)
		return rc;
	if (c.pending)
		v->report->pending++;
	else
		v->report->drifted++;
	return 0;
}

static int conclude(struct verifier *v, struct flight *f, struct err_text *err)
{
	const struct outcome *o = &f->outcome;
	struct store_view *view = NULL;
	struct arena arena;
	int rc;

	if (listing_is(&f->claim.ref))
		return conclude_page(v, f, err);
	if (o->verdict != VERDICT_TRUTH && o->verdict != VERDICT_GONE) {
		count_unread(v, o->cause);
		return 0;
	}
	if (o->verdict == VERDICT_TRUTH &&
	    (o->observation->other_mode || o->observation->pointer))
		return 0;
	arena_init(&arena, LOOK_BYTES);
	rc = store_view_open(v->store, &view, err);
	if (rc == 0)
		rc = compare(v, f, view, &arena, err);
	store_view_close(view);
	arena_fini(&arena);
	return rc;
}

static int arrive_all(struct verifier *v, struct err_text *err)
{
	int rc = 0;

	for (size_t i = 0; v->active > 0 && i < v->n_flights; i++) {
		struct flight *f = &v->flights[i];

		if (f->state != FLIGHT_ENDED)
			continue;
		if (rc == 0)
			rc = conclude(v, f, err);
		flight_clear(f);
		v->active--;
	}
	return rc;
}

/* ---- the run ------------------------------------------------------------ */

static int open_verifier(
    struct verifier *v, const struct log *log, struct err_text *err)
{
	size_t limit = (size_t)v->settings->worker.concurrency;

	v->n_lanes = v->settings->n_providers;
	v->n_flights = limit > v->n_lanes ? limit : v->n_lanes;
	v->lanes = calloc(v->n_lanes, sizeof(*v->lanes));
	v->flights = calloc(v->n_flights, sizeof(*v->flights));
	arena_init(&v->names.arena, NAMES_BYTES);
	if (v->lanes == NULL || v->flights == NULL)
		return err_set(err, ERR_FAIL, "no memory to verify");
	for (size_t i = 0; i < v->n_flights; i++)
		flight_init(&v->flights[i]);
	random_seed(&v->random);
	v->requests = (struct requests){.lanes = v->lanes,
	    .n_lanes = v->n_lanes,
	    .flights = v->flights,
	    .n_flights = v->n_flights,
	    .random = &v->random,
	    .log = log,
	    .max_reply = (size_t)v->settings->worker.max_reply};
	return lanes_open(v->lanes, v->settings, v->store, v->n_flights, err);
}

static void close_verifier(struct verifier *v)
{
	requests_close(&v->requests);
	lanes_close(v->lanes, v->n_lanes);
	for (size_t i = 0; v->flights != NULL && i < v->n_flights; i++)
		flight_fini(&v->flights[i]);
	arena_fini(&v->names.arena);
	free(v->flights);
	free(v->lanes);
}

static int64_t wait_ms(struct verifier *v)
{
	struct lane_now now = lane_now_is();
	int64_t least_ms = requests_wait_ms(&v->requests, now);

	for (size_t i = 0; i < v->n_lanes; i++) {
		int64_t ms = pace_wait_ms(&v->lanes[i].pace, now.mono_ms);

		if (ms > 0 && ms < least_ms)
			least_ms = ms;
	}
	return least_ms < WAIT_MS ? least_ms : WAIT_MS;
}

static int loop(struct verifier *v, struct err_text *err)
{
	int stop = stop_fd();
	int rc = depart_all(v, err);

	depart_page(v);
	while (rc == 0 && !stop_requested() &&
	       (v->active > 0 || v->names.next < v->names.n ||
		   list_of(v) != NULL)) {
		rc = requests_send(&v->requests, err);
		if (rc == 0)
			rc = requests_wait(
			    &v->requests, &stop, 1, wait_ms(v), err);
		requests_take(&v->requests);
		if (rc == 0)
			rc = arrive_all(v, err);
		if (rc == 0)
			rc = depart_all(v, err);
		if (rc == 0)
			depart_page(v);
	}
	return rc;
}

int verify_run(const struct settings *settings, struct store *store,
    const struct verify_options *options, const struct log *log,
    struct verify_report *report, struct err_text *err)
{
	struct verifier v = {.settings = settings,
	    .store = store,
	    .options = options,
	    .report = report};
	int rc;

	memset(report, 0, sizeof(*report));
	if (options->sample > SAMPLE_MAX)
		return err_set(err, ERR_BAD,
		    "a sample of at most %d is taken; without one, all are",
		    SAMPLE_MAX);
	rc = open_verifier(&v, log, err);
	if (rc == 0 && options->sample > 0)
		rc = take_sample(&v, err);
	if (rc == 0)
		rc = loop(&v, err);
	close_verifier(&v);
	return rc;
}
