#include <stdbool.h>
#include <string.h>

#include "reconciler/base/text.h"

#include "reconciler/core/chain.h"
#include "reconciler/core/outline.h"
#include "reconciler/core/reason.h"
#include "reconciler/core/revoke.h"

#include "reconciler/core/entitle.h"

enum entitled entitle_grant(const struct held_grant *held, int64_t now_ms)
{
	const struct piece *piece;
	struct outline outline;

	outline_make(held, &outline);
	piece = outline_at(&outline, held, now_ms);
	return piece != NULL ? piece->says : ENTITLED_NO;
}

static bool is_same(struct entitle_text a, struct entitle_text b)
{
	return a.data != NULL && a.len == b.len &&
	       memcmp(a.data, b.data, a.len) == 0;
}

bool entitle_is_meant(enum state state, struct entitle_text product,
    struct entitle_text label, struct entitle_text of_product,
    struct entitle_text of_label)
{
	if (state == STATE_UNKNOWN && product.data == NULL &&
	    label.data == NULL)
		return true;
	return (of_product.data == NULL || is_same(product, of_product)) &&
	       (of_label.data == NULL || is_same(label, of_label));
}

/* How much an answer weighs: one yes outweighs all, an unknown any no. */
static int weight(enum entitled entitled)
{
	static const int weights[] = {
	    [ENTITLED_NO] = 0, [ENTITLED_UNKNOWN] = 1, [ENTITLED_YES] = 2};

	return weights[entitled];
}

/* It says no at that moment, and at any later one. */
static bool has_ended(const struct held_grant *held, int64_t now_ms)
{
	return held->grant.until_ms != 0 && held->grant.until_ms <= now_ms;
}

/* When a piece in force ends, or an effect that begins later ends it early. */
static int64_t end_of(
    const struct piece *piece, const struct held_grant *held, int64_t now_ms)
{
	int64_t cut_ms = revoke_start(held, now_ms);

	return cut_ms < piece->end_ms ? cut_ms : piece->end_ms;
}

/* The first moment after now at which a piece begins, or comes back. */
static int64_t piece_start(
    const struct held_grant *held, const struct piece *piece, int64_t now_ms)
{
	int64_t start_ms = piece->start_ms > now_ms ? piece->start_ms : now_ms;

	start_ms = revoke_end(held, start_ms);
	return start_ms > now_ms && start_ms < piece->end_ms ? start_ms
							     : INT64_MAX;
}

/* The next moment after now at which a grant begins to say more than that. */
static int64_t next_start(const struct held_grant *grants, size_t n,
    enum entitled entitled, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX, start_ms;
	struct outline outline;

	for (size_t i = 0; i < n; i++) {
		if (has_ended(&grants[i], now_ms))
			continue;
		outline_make(&grants[i], &outline);
		for (size_t k = 0; k < outline.n; k++) {
			if (weight(outline.pieces[k].says) <= weight(entitled))
				continue;
			start_ms =
			    piece_start(&grants[i], &outline.pieces[k], now_ms);
			if (start_ms < next_ms)
				next_ms = start_ms;
		}
	}
	return next_ms;
}

/* said_until: when the one that decides says so no more. */
static int64_t valid_until(const struct held_grant *grants, size_t n,
    enum entitled entitled, int64_t now_ms, int64_t said_until_ms,
    struct arena *scratch)
{
	int64_t until_ms = INT64_MAX, start_ms;

	if (entitled != ENTITLED_NO)
		until_ms =
		    chain_end(grants, n, entitled, said_until_ms, scratch);
	if (entitled != ENTITLED_YES) {
		start_ms = next_start(grants, n, entitled, now_ms);
		until_ms = start_ms < until_ms ? start_ms : until_ms;
	}
	return until_ms == INT64_MAX ? 0 : until_ms;
}

enum entitled entitle_answer(
    const struct held_grant *grants, size_t n, int64_t now_ms)
{
	enum entitled answer = ENTITLED_NO, says;

	for (size_t i = 0; i < n && answer != ENTITLED_YES; i++) {
		says = entitle_grant(&grants[i], now_ms);
		if (weight(says) > weight(answer))
			answer = says;
	}
	return answer;
}

/* One grant's say in the answer, and how long it lasts. */
struct vote {
	enum entitled says;
	int64_t end_ms; /* of what it says; of a no, of the grant */
};

static struct vote vote_of(const struct held_grant *held, int64_t now_ms)
{
	struct vote vote = {.says = ENTITLED_NO};
	const struct piece *piece;
	struct outline outline;

	outline_make(held, &outline);
	piece = outline_at(&outline, held, now_ms);
	vote.end_ms = outline.end_ms;
	if (piece != NULL) {
		vote.says = piece->says;
		vote.end_ms = end_of(piece, held, now_ms);
	}
	return vote;
}

static bool outvotes(const struct vote *vote, const struct vote *best)
{
	if (vote->says != best->says)
		return weight(vote->says) > weight(best->says);
	return vote->end_ms > best->end_ms;
}

void entitle_account(const struct held_grant *grants, size_t n, int64_t now_ms,
    struct entitlement *out)
{
	entitle_account_with(grants, n, now_ms, NULL, out);
}

void entitle_account_with(const struct held_grant *grants, size_t n,
    int64_t now_ms, struct arena *scratch, struct entitlement *out)
{
	struct vote vote, best = {.says = ENTITLED_NO};
	struct outline outline;

	*out = (struct entitlement){
	    .entitled = ENTITLED_NO, .deciding = (size_t)-1};
	for (size_t i = 0; i < n; i++) {
		/* Most that an account ever had ended long ago. */
		if (best.says == ENTITLED_YES &&
		    (best.end_ms == INT64_MAX ||
			has_ended(&grants[i], best.end_ms)))
			continue;
		vote = vote_of(&grants[i], now_ms);
		if (out->deciding != (size_t)-1 && !outvotes(&vote, &best))
			continue;
		out->deciding = i;
		best = vote;
	}
	if (out->deciding == (size_t)-1) {
		(void)text_copy(out->reason, sizeof(out->reason),
		    "no grant is on record for this account");
		return;
	}
	out->entitled = best.says;
	out->state = outline_state(&grants[out->deciding]);
	out->valid_until_ms =
	    valid_until(grants, n, out->entitled, now_ms, best.end_ms, scratch);
	outline_make(&grants[out->deciding], &outline);
	reason_write(&grants[out->deciding], &outline, now_ms, out->reason,
	    sizeof(out->reason));
}

const char *entitled_name(enum entitled entitled)
{
	switch (entitled) {
	case ENTITLED_YES:
		return "true";
	case ENTITLED_NO:
		return "false";
	default:
		return "null";
	}
}
