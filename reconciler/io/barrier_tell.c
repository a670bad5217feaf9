#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/health.h"

#include "reconciler/io/barrier_parts.h"

#include "reconciler/io/barrier.h"

enum { TOLD_MAX = 8 /* lines about single objects */ };

bool barrier_is_fresh(const struct barrier *b)
{
	if (b->rc != 0 || b->n == 0 || b->n_open > 0)
		return false;
	for (size_t i = 0; i < b->n; i++) {
		if (b->awaited[i].state == AWAITED_TROUBLE)
			return false;
	}
	return true;
}

static const char *name_of(struct barrier *b, const struct awaited *a)
{
	const char *text = arena_printf(
	    &b->scratch, "%s %s %s", a->ref.provider, a->ref.kind, a->ref.id);

	return text != NULL ? text : a->ref.id;
}

/* What keeps it from being looked at, as far as is known. */
static const char *reason_of(struct barrier *b, const struct awaited *a)
{
	struct err_text ignored;
	struct health health;
	struct tally tally;

	if (store_view_provider(
		b->view, a->ref.provider, &health, &tally, &ignored) == 0 &&
	    health.state != HEALTH_OK)
		return arena_printf(&b->scratch, "%s is %s: %s",
		    a->ref.provider, health_name(health.state), health.reason);
	return a->cause != NULL ? a->cause : "no answer yet";
}

static const char *open_line(struct barrier *b)
{
	const struct awaited *a = b->awaited;
	char limit[CLOCK_TEXT_MAX];

	while (a->state != AWAITED_OPEN)
		a++;
	return arena_printf(&b->scratch,
	    "not fresh: %zu of %zu not looked at %s%s: %s (%s)", b->n_open,
	    b->n, stop_requested() ? "when it was to stop" : "within ",
	    stop_requested() ? "" : clock_format_duration(b->timeout_ms, limit),
	    name_of(b, a), reason_of(b, a));
}

static size_t tell_trouble(struct barrier *b,
    void (*say)(void *cookie, const char *line), void *cookie)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct awaited *a = &b->awaited[i];
		const char *line;

		if (a->state != AWAITED_TROUBLE || ++n > TOLD_MAX)
			continue;
		line = arena_printf(&b->scratch, "%s %s: %s",
		    b->account != NULL ? "not fresh:" : "not on record:",
		    name_of(b, a), a->cause != NULL ? a->cause : "no reason");
		say(cookie, line != NULL ? line : name_of(b, a));
	}
	return n;
}

void barrier_tell(struct barrier *b,
    void (*say)(void *cookie, const char *line), void *cookie)
{
	const char *line = NULL;
	size_t n;

	if (b->rc == 0)
		b->rc = barrier_open_view(b);
	if (b->rc != 0) {
		say(cookie, b->err.text);
		return;
	}
	n = tell_trouble(b, say, cookie);
	if (n > TOLD_MAX)
		line = arena_printf(
		    &b->scratch, "not fresh: %zu more", n - TOLD_MAX);
	if (line != NULL)
		say(cookie, line);
	if (b->n == 0)
		say(cookie, "not fresh: nothing is on record of it, and no "
			    "provider can be asked for it by this name");
	line = b->n_open > 0 ? open_line(b) : NULL;
	if (line != NULL)
		say(cookie, line);
	barrier_close_view(b);
}
