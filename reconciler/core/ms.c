#include "reconciler/core/ms.h"

int64_t ms_add(int64_t at_ms, int64_t delta_ms)
{
	if (delta_ms > 0 && at_ms > INT64_MAX - delta_ms)
		return INT64_MAX;
	if (delta_ms < 0 && at_ms < INT64_MIN - delta_ms)
		return INT64_MIN;
	return at_ms + delta_ms;
}

int64_t ms_between(int64_t from_ms, int64_t to_ms)
{
	if (from_ms < 0 && to_ms > INT64_MAX + from_ms)
		return INT64_MAX;
	if (from_ms > 0 && to_ms < INT64_MIN + from_ms)
		return INT64_MIN;
	return to_ms - from_ms;
}
