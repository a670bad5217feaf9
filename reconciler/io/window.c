#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/text.h"

#include "reconciler/io/window.h"

static void parcel_free(struct parcel *parcel)
{
	if (parcel == NULL)
		return;
	free(parcel->account);
	free(parcel->line);
	free(parcel);
}

void window_fini(struct window *window)
{
	for (size_t i = 0; i < window->n; i++)
		parcel_free(window->items[i]);
	window->n = 0;
}

struct parcel *window_find(const struct window *window, uint64_t seq)
{
	for (size_t i = 0; i < window->n; i++) {
		if (window->items[i]->seq == seq)
			return window->items[i];
	}
	return NULL;
}

size_t window_count(const struct window *window, enum parcel_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < window->n; i++)
		n += window->items[i]->state == state;
	return n;
}

size_t window_count_kept(const struct window *window)
{
	size_t n = 0;

	for (size_t i = 0; i < window->n; i++)
		n += window->items[i]->kept;
	return n;
}

size_t window_holds(const struct window *window, const char *account)
{
	size_t n = 0;

	for (size_t i = 0; i < window->n; i++)
		n += strcmp(window->items[i]->account, account) == 0;
	return n;
}

/* ---- adding ------------------------------------------------------------- */

/* One of the account has to be kept: so has whatever comes after it. */
static bool has_behind(const struct window *window, const char *account)
{
	for (size_t i = 0; i < window->n; i++) {
		const struct parcel *p = window->items[i];

		if ((p->state == PARCEL_BEHIND || p->state == PARCEL_FAILED) &&
		    strcmp(p->account, account) == 0)
			return true;
	}
	return false;
}

/*
 * The same for every attempt and every process, another one for any other
 * change, even in a store that was restored and counts anew.
 */
static void name_parcel(struct parcel *parcel, const struct change *change)
{
	char text[512];
	int len = snprintf(text, sizeof(text), "%s %lld %lld %d",
	    change->account, (long long)change->recorded_at_ms,
	    (long long)change->at_ms, (int)change->entitled);

	if (len >= (int)sizeof(text))
		len = (int)sizeof(text) - 1;
	(void)snprintf(parcel->id, sizeof(parcel->id), "chg_%llu_%016llx",
	    (unsigned long long)change->seq,
	    (unsigned long long)text_hash(text, len < 0 ? 0 : (size_t)len));
}

static struct parcel *parcel_new(
    const struct delivery *delivery, char *line, bool kept)
{
	const struct change *change = &delivery->change;
	struct parcel *parcel = calloc(1, sizeof(*parcel));
	size_t len = strlen(line);
	char *ended = realloc(line, len + 2);

	if (parcel != NULL)
		parcel->account = strdup(change->account);
	if (parcel == NULL || ended == NULL || parcel->account == NULL) {
		free(ended == NULL ? line : ended);
		parcel_free(parcel);
		return NULL;
	}
	memcpy(ended + len, "\n", 2);
	parcel->line = ended;
	parcel->line_len = len;
	parcel->seq = change->seq;
	parcel->recorded_at_ms = change->recorded_at_ms;
	parcel->kept = kept;
	parcel->attempts = delivery->attempts;
	parcel->first_tried_ms = delivery->first_tried_ms;
	name_parcel(parcel, change);
	return parcel;
}

static void insert(struct window *window, struct parcel *parcel)
{
	size_t at = window->n;

	while (at > 0 && window->items[at - 1]->seq > parcel->seq) {
		window->items[at] = window->items[at - 1];
		at--;
	}
	window->items[at] = parcel;
	window->n++;
}

bool window_add(struct window *window, const struct delivery *delivery,
    char *line, bool kept, bool behind)
{
	const char *account = delivery->change.account;
	struct parcel *parcel;

	if (window->n == WINDOW_MAX) {
		free(line);
		return false;
	}
	parcel = parcel_new(delivery, line, kept);
	if (parcel == NULL)
		return false;
	if (behind || has_behind(window, account) ||
	    window_holds(window, account) >= WINDOW_ACCOUNT_MAX)
		parcel->state = PARCEL_BEHIND;
	insert(window, parcel);
	if (!kept && parcel->seq > window->taken)
		window->taken = parcel->seq;
	return true;
}

/* ---- trying ------------------------------------------------------------- */

/* Nothing older of its account is left. */
static bool is_first(const struct window *window, size_t at)
{
	const struct parcel *parcel = window->items[at];

	for (size_t i = 0; i < at; i++) {
		const struct parcel *older = window->items[i];

		if (older->state != PARCEL_DELIVERED &&
		    strcmp(older->account, parcel->account) == 0)
			return false;
	}
	return true;
}

struct parcel *window_pick(
    const struct window *window, bool kept_first, bool retries)
{
	struct parcel *other = NULL;

	for (size_t i = 0; i < window->n; i++) {
		struct parcel *p = window->items[i];

		if (p->state != PARCEL_READY || (!retries && p->attempts > 0) ||
		    (other != NULL && p->kept != kept_first) ||
		    !is_first(window, i))
			continue;
		if (p->kept == kept_first)
			return p;
		other = p;
	}
	return other;
}

void window_fail(struct window *window, struct parcel *parcel)
{
	parcel->state = PARCEL_FAILED;
	for (size_t i = 0; i < window->n; i++) {
		struct parcel *p = window->items[i];

		if (p->state == PARCEL_READY &&
		    strcmp(p->account, parcel->account) == 0)
			p->state = PARCEL_BEHIND;
	}
}

/* ---- writing ------------------------------------------------------------ */

static bool has_ended(const struct parcel *parcel)
{
	return parcel->state >= PARCEL_DELIVERED;
}

static uint64_t cursor_of(const struct window *window)
{
	uint64_t cursor = 0;

	for (size_t i = 0; i < window->n; i++) {
		const struct parcel *p = window->items[i];

		if (!p->kept && has_ended(p))
			cursor = p->seq;
	}
	return cursor;
}

static enum delivery_fate fate_of(const struct parcel *parcel)
{
	if (parcel->state == PARCEL_DELIVERED)
		return DELIVERY_DONE;
	if (parcel->state != PARCEL_FAILED)
		return DELIVERY_UNTRIED;
	return parcel->parked ? DELIVERY_PARKED : DELIVERY_AGAIN;
}

size_t window_ends(
    const struct window *window, struct delivery_end *out, uint64_t *cursor)
{
	size_t n = 0;

	*cursor = cursor_of(window);
	for (size_t i = 0; i < window->n; i++) {
		const struct parcel *p = window->items[i];
		bool failed = p->state == PARCEL_FAILED;

		if (!has_ended(p) && (p->kept || p->seq > *cursor))
			continue;
		out[n++] = (struct delivery_end){
		    .seq = p->seq,
		    .account = p->account,
		    .kept = p->kept,
		    .fate = fate_of(p),
		    .attempts = p->attempts,
		    .first_tried_ms = p->first_tried_ms,
		    .due_ms = failed ? p->due_ms : 0,
		    .http_status = failed ? p->http_status : 0,
		    .error = failed ? p->error : NULL,
		};
	}
	return n;
}

void window_written(struct window *window, uint64_t cursor)
{
	size_t n = 0;

	for (size_t i = 0; i < window->n; i++) {
		struct parcel *p = window->items[i];

		if (has_ended(p)) {
			parcel_free(p);
			continue;
		}
		if (p->seq <= cursor)
			p->kept = true;
		window->items[n++] = p;
	}
	window->n = n;
}

void window_forget_ready(struct window *window, uint64_t taken)
{
	size_t n = 0;

	for (size_t i = 0; i < window->n; i++) {
		struct parcel *p = window->items[i];

		if (p->state == PARCEL_READY)
			parcel_free(p);
		else
			window->items[n++] = p;
	}
	window->n = n;
	window->taken = taken;
}
