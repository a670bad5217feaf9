/*
 * What the month came to: its figures, and what they must not exceed.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MONTH_TELL_H
#define TRUEUP_TESTS_CONTRACT_MONTH_TELL_H

#include "tests/contract/month_check.h"

static inline void print_ms(const char *what, int64_t ms)
{
	printf(" %s %lld:%02lld:%02lld", what, (long long)(ms / MONTH_HOUR),
	    (long long)(ms / MONTH_MINUTE % 60),
	    (long long)(ms / MONTH_SECOND % 60));
}

static inline struct tally tally_of(struct month *m, enum place place)
{
	struct store_view *view = month_view(m);
	struct health health;
	struct tally tally;

	assert_int_equal(store_view_provider(view, place_name(place), &health,
			     &tally, &m->f->err),
	    0);
	store_view_close(view);
	return tally;
}

static inline void print_stale(
    const struct month *m, const char *what, enum stale_kind kind)
{
	const struct staleness *stale = &m->stale[kind];

	print_ms(what, stale->worst_ms);
	printf(" (%llu, %.1f %% within two minutes)",
	    (unsigned long long)stale->n,
	    stale->n == 0 ? 100.0
			  : 100.0 * (double)stale->soon / (double)stale->n);
}

static inline void print_month(struct month *m)
{
	const struct tally_of_month *t = &m->tally;
	uint64_t repairs = tally_of(m, PLACE_ECURRING).repairs +
			   tally_of(m, PLACE_STRIPE).repairs;

	printf("notice: %s, MONTH_SEED=%llu: %zu objects, %lld days, %llu "
	       "changes, %llu of %llu notices lost, %llu arrived, %llu "
	       "requests, %llu runs, %llu kills\n",
	    m->cron ? "cron" : "follow", (unsigned long long)m->seed,
	    m->world.n, (long long)m->days, (unsigned long long)t->changes,
	    (unsigned long long)t->lost, (unsigned long long)t->sent,
	    (unsigned long long)t->arrived, (unsigned long long)t->requests,
	    (unsigned long long)t->runs, (unsigned long long)t->kills);
	printf("notice:   %.2f fetches per notification, %llu repairs, at most "
	       "%zu requests a second;",
	    (double)t->requests / (double)t->arrived,
	    (unsigned long long)repairs, t->most_a_second);
	print_ms("oldest job", t->oldest_ms);
	print_ms("(in calm times", t->oldest_calm_ms);
	printf(")\nnotice:  ");
	print_stale(m, "worst staleness: calm", STALE_CALM);
	print_stale(m, ", clock set", STALE_CLOCK);
	print_stale(m, ", provider away", STALE_HARD);
	print_stale(m, ", not yet found", STALE_FOUND);
	print_stale(m, ", notified", STALE_TOLD);
	printf("\n");
}

static inline void check_budgets(struct month *m)
{
	const struct tally_of_month *t = &m->tally;
	uint64_t over = m->operation.over;

	for (size_t p = 0; p < PLACE_COUNT; p++)
		over += m->meters[p].over;
	if (over != 0)
		month_fail(m,
		    "%llu requests over budget: %.3f of %.0f, %.3f "
		    "of %.0f, %.3f of %.0f",
		    (unsigned long long)over, m->meters[0].highest,
		    m->meters[0].burst, m->meters[1].highest,
		    m->meters[1].burst, m->operation.highest,
		    m->operation.burst);
	if (t->twice + t->hot != 0)
		month_fail(m,
		    "%llu times two flights of one object, %llu "
		    "times again within a second",
		    (unsigned long long)t->twice, (unsigned long long)t->hot);
	if (t->crowded + t->in_silence + t->hasty != 0)
		month_fail(m,
		    "%llu requests beyond the concurrency, %llu "
		    "while asked to be silent, %llu probes too early",
		    (unsigned long long)t->crowded,
		    (unsigned long long)t->in_silence,
		    (unsigned long long)t->hasty);
}

static inline void check_stale(
    struct month *m, const char *what, enum stale_kind kind, int64_t most_ms)
{
	if (m->stale[kind].worst_ms > most_ms)
		month_fail(m, "a change was stale for %lld s, %s",
		    (long long)(m->stale[kind].worst_ms / MONTH_SECOND), what);
}

/* Within `resync`, and for as long as nobody could be asked. */
static inline void check_times(struct month *m)
{
	int64_t resync_ms = m->settings->providers[0].schedule.resync_ms;

	check_stale(m, "in calm times", STALE_CALM, resync_ms + MONTH_HOUR / 2);
	check_stale(m, "when the clock had been set", STALE_CLOCK,
	    resync_ms + 6 * MONTH_HOUR);
	check_stale(m, "when its provider had been away", STALE_HARD,
	    resync_ms + MONTH_DAY + 6 * MONTH_HOUR);
	if (m->stale[STALE_TOLD].soon * 10 < m->stale[STALE_TOLD].n * 9)
		month_fail(m, "of %llu notified changes %llu were seen soon",
		    (unsigned long long)m->stale[STALE_TOLD].n,
		    (unsigned long long)m->stale[STALE_TOLD].soon);
	if (m->tally.oldest_calm_ms > MONTH_HOUR / 2)
		month_fail(m, "a job waited for %lld s in calm times",
		    (long long)(m->tally.oldest_calm_ms / MONTH_SECOND));
}

#endif
