#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/verify.h"

#include "reconciler/io/differ.h"

/* The grants of one object, as recorded and as answered. */
struct sides {
	const struct held_grant *here;
	size_t n_here;
	struct held_grant *there;
	size_t n_there;
	bool access; /* what they say of access now is not the same */
};

static void tell(const struct comparison *c, const struct sides *sides,
    const char *what, const char *here, const char *there)
{
	struct drift drift = {.ref = &c->record->ref,
	    .account = c->record->account,
	    .what = what,
	    .here = here,
	    .there = there,
	    .access = sides->access,
	    .pending = c->pending};

	c->found(c->cookie, &drift);
}

/* The recorded grants of an account are by object, and those in their order. */
static int load_here(
    const struct comparison *c, struct sides *sides, struct err_text *err)
{
	struct account_view seen;
	const struct held_grant *held;
	int rc;

	if (c->record->account == NULL)
		return 0;
	rc = store_view_account(c->view, c->settings, c->record->account,
	    c->now_ms, c->arena, &seen, err);
	if (rc != 0)
		return rc;
	held = seen.grants; /* in the arena */
	for (size_t i = 0; i < seen.n_grants; i++, held++) {
		if (!name_ref_equal(&held->object, &c->record->ref))
			continue;
		if (sides->n_here++ == 0)
			sides->here = held;
	}
	return 0;
}

static int load_there(
    const struct comparison *c, struct sides *sides, struct err_text *err)
{
	const struct observation *obs = c->outcome->observation;
	const struct provider_settings *p =
	    settings_provider(c->settings, c->record->ref.provider);

	if (obs == NULL)
		return 0;
	sides->there =
	    arena_alloc(c->arena, obs->n_grants + 1, sizeof(*sides->there));
	if (sides->there == NULL)
		return err_set(err, ERR_FULL, "the answer is too large");
	for (size_t i = 0; i < obs->n_grants; i++) {
		struct held_grant *held = &sides->there[i];

		held->object = c->record->ref;
		held->grant = obs->grants[i];
		held->policy = p == NULL ? NULL : &p->policy;
		/* What payments did to it is no part of its own answer. */
		if (sides->n_here > 0) {
			held->effects = sides->here[0].effects;
			held->n_effects = sides->here[0].n_effects;
		}
	}
	sides->n_there = obs->n_grants;
	return 0;
}

static const char *moment(const struct comparison *c, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	return ms == 0 ? "none" : arena_text(c->arena, clock_format(ms, text));
}

static const char *name_of(const struct comparison *c, const struct grant *g)
{
	return arena_printf(c->arena, "%s/%s %s",
	    g->product == NULL ? "-" : g->product,
	    g->label == NULL ? "-" : g->label, state_name(g->state));
}

static bool is_same_kind(const struct grant *a, const struct grant *b)
{
	return a->state == b->state && text_equal(a->product, b->product) &&
	       text_equal(a->label, b->label);
}

/* One grant on both sides; NULL: it is not there. Returns what differs. */
static int tell_grant(const struct comparison *c, const struct sides *sides,
    const struct grant *here, const struct grant *there)
{
	int n = 0;

	if (here == NULL || there == NULL || !is_same_kind(here, there)) {
		tell(c, sides, "grant", here == NULL ? NULL : name_of(c, here),
		    there == NULL ? NULL : name_of(c, there));
		return 1;
	}
	if (here->until_ms != there->until_ms) {
		tell(c, sides, "end", moment(c, here->until_ms),
		    moment(c, there->until_ms));
		n++;
	}
	if (!text_equal(here->quantity, there->quantity)) {
		tell(c, sides, "quantity", here->quantity, there->quantity);
		n++;
	}
	return n;
}

static int tell_grants(const struct comparison *c, const struct sides *sides)
{
	size_t most =
	    sides->n_here > sides->n_there ? sides->n_here : sides->n_there;
	int n = 0;

	for (size_t i = 0; i < most; i++)
		n += tell_grant(c, sides,
		    i < sides->n_here ? &sides->here[i].grant : NULL,
		    i < sides->n_there ? &sides->there[i].grant : NULL);
	return n;
}

/* A link is ours: only what the provider itself says is compared. */
static bool is_another_owner(const struct comparison *c)
{
	const char *here = c->record->customer;
	const char *there = c->outcome->observation->customer;

	return here != NULL && there != NULL && strcmp(here, there) != 0;
}

static int tell_answer(const struct comparison *c, const struct sides *sides)
{
	const struct observation *obs = c->outcome->observation;
	int n = 0;

	if (!text_equal(c->record->status, obs->status)) {
		tell(c, sides, "status", c->record->status, obs->status);
		n++;
	}
	n += tell_grants(c, sides);
	if (is_another_owner(c)) {
		tell(c, sides, "owner", c->record->customer, obs->customer);
		n++;
	}
	return n;
}

int differ_tell(const struct comparison *c, struct err_text *err)
{
	struct sides sides = {.n_here = 0};
	int rc = load_here(c, &sides, err);

	if (rc == 0)
		rc = load_there(c, &sides, err);
	if (rc != 0)
		return rc;
	if (c->outcome->verdict == VERDICT_TRUTH) {
		sides.access =
		    entitle_answer(sides.here, sides.n_here, c->now_ms) !=
		    entitle_answer(sides.there, sides.n_there, c->now_ms);
		if (!c->unknown)
			return tell_answer(c, &sides);
		tell(c, &sides, "missing", NULL,
		    c->outcome->observation->status);
		return 1;
	}
	/* Its last state is kept on purpose: access is as it was. */
	if (c->record->missing_since_ms != 0)
		return 0;
	tell(c, &sides, "missing", c->record->status, NULL);
	return 1;
}
