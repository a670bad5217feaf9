/*
 * The changes that one target is busy with, in memory: which may be tried now,
 * and what is to be written of them. Of one account only the oldest is tried.
 * No store and no clock here.
 */
#ifndef TRUEUP_IO_WINDOW_H
#define TRUEUP_IO_WINDOW_H

#include "cache/deliveries.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WINDOW_MAX = 128,
	/* More of one account would only stand in the way of others. */
	WINDOW_ACCOUNT_MAX = 8,
	/* Of those that were kept, so that new ones always find room. */
	WINDOW_KEPT_MAX = 64,
	PARCEL_ID_MAX = 48
};

enum parcel_state {
	PARCEL_READY = 0, /* may be tried when it is the first of its account */
	PARCEL_OUT,	  /* under way */
	PARCEL_DELIVERED, /* this and the next two: to be written down */
	PARCEL_FAILED,
	PARCEL_BEHIND /* not for now: it is to be kept */
};

struct parcel {
	enum parcel_state state;
	uint64_t seq;
	char *account;
	char *line;		/* as `changes` prints it, with its newline */
	size_t line_len;	/* without it */
	char id[PARCEL_ID_MAX]; /* the same whenever it is tried */
	int64_t recorded_at_ms;
	bool kept; /* it is in the store's keeping */
	uint32_t attempts;
	int64_t first_tried_ms;
	/* FAILED */
	bool parked;
	int64_t due_ms;
	int http_status;
	char error[DELIVERY_ERROR_MAX];
};

struct window {
	struct parcel *items[WINDOW_MAX]; /* by seq */
	size_t n;
	uint64_t taken; /* the newest change that was taken from the feed */
};

void window_fini(struct window *window);

/* window_find(window, seq): NULL: it is not here. */
struct parcel *window_find(const struct window *window, uint64_t seq);
/* window_count(window, state); window_count_kept(window). */
size_t window_count(const struct window *window, enum parcel_state state);
size_t window_count_kept(const struct window *window);
/* window_holds(window, account): how many of an account are here. */
size_t window_holds(const struct window *window, const char *account);

/*
 * window_add(window, delivery, line, kept, behind): one more; line is taken
 * over (freed with free). behind: the account has an older one in the store.
 * false: no room, or no memory; line is freed.
 */
bool window_add(struct window *window, const struct delivery *delivery,
    char *line, bool kept, bool behind);

/*
 * window_pick(window, kept_first, retries): the next to be tried, or NULL: the
 * oldest of those that were kept, or else of the new ones, or the other way
 * round. retries false: none that has failed before.
 */
struct parcel *window_pick(
    const struct window *window, bool kept_first, bool retries);

/* window_fail(window, parcel): FAILED; its account's others have to wait. */
void window_fail(struct window *window, struct parcel *parcel);

/*
 * window_ends(window, out, cursor): what is to be written, by seq, and how far
 * the cursor moves (0: it does not). Returns how many; out has WINDOW_MAX.
 */
size_t window_ends(
    const struct window *window, struct delivery_end *out, uint64_t *cursor);
/*
 * window_written(window, cursor): it is written: forget what has ended. What is
 * still under way or ready up to the cursor is in the store's keeping now.
 */
void window_written(struct window *window, uint64_t cursor);
/* window_forget_ready(window, taken): and take from the feed again from there.
 */
void window_forget_ready(struct window *window, uint64_t taken);

#endif
