#include "reconciler/core/listing.h"
#include "reconciler/core/ms.h"

#include "reconciler/core/catch_up.h"

enum { CLOSING_PART = 6 };

const char *catch_up_window_name(enum catch_up_window window)
{
	static const char *const names[CATCH_UP_WINDOWS] = {
	    [CATCH_UP_WHOLE] = "whole",
	    [CATCH_UP_CLOSING] = "closing",
	    [CATCH_UP_GAP] = "gap",
	};

	return (unsigned int)window < CATCH_UP_WINDOWS ? names[window] : "gap";
}

/* What is read begins the overlap earlier, so that must be there as well. */
enum catch_up_window catch_up_window(
    const struct listing_log *log, int64_t read_ms, int64_t now_ms)
{
	int64_t kept_ms = log->window_ms - log->overlap_ms;
	int64_t age_ms = ms_between(read_ms, now_ms);

	if (age_ms > kept_ms)
		return CATCH_UP_GAP;
	return age_ms > kept_ms - log->window_ms / CLOSING_PART
		   ? CATCH_UP_CLOSING
		   : CATCH_UP_WHOLE;
}

int64_t catch_up_from(
    const struct listing_log *log, int64_t position_ms, int64_t now_ms)
{
	int64_t from_ms = position_ms < now_ms ? position_ms : now_ms;

	return from_ms > log->overlap_ms ? from_ms - log->overlap_ms : 0;
}

bool catch_up_shows(const struct listing_log *log, int64_t at_ms,
    int64_t fetched_ms, int64_t now_ms)
{
	return fetched_ms != 0 && fetched_ms <= now_ms &&
	       fetched_ms >= ms_add(at_ms, log->slack_ms);
}

int64_t catch_up_next(
    int64_t began_ms, int64_t every_ms, bool refused, int64_t now_ms)
{
	if (began_ms > now_ms)
		return now_ms; /* our clock stepped back */
	if (refused && every_ms < CATCH_UP_REFUSED_MS)
		every_ms = CATCH_UP_REFUSED_MS;
	return ms_add(began_ms, every_ms);
}
