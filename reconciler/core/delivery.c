#include "reconciler/core/ms.h"

#include "reconciler/core/delivery.h"

const char *delivery_target_name(enum delivery_target target)
{
	return target == DELIVERY_COMMAND ? "command" : "url";
}

bool delivery_is_wanted(
    const struct delivery_settings *settings, enum delivery_target target)
{
	return target == DELIVERY_COMMAND ? settings->command != NULL
					  : settings->url != NULL;
}

int64_t delivery_retry(const struct delivery_settings *settings, int64_t now_ms,
    uint32_t attempts, uint64_t random)
{
	size_t step = attempts == 0 ? 0 : attempts - 1;
	int64_t most_ms;

	if (settings->n_steps == 0)
		return now_ms;
	if (step >= settings->n_steps)
		step = settings->n_steps - 1;
	most_ms = settings->steps_ms[step];
	if (most_ms < 1)
		most_ms = 1;
	return ms_add(now_ms, 1 + (int64_t)(random % (uint64_t)most_ms));
}

bool delivery_is_over(const struct delivery_settings *settings, int64_t now_ms,
    int64_t first_tried_ms)
{
	return ms_between(first_tried_ms, now_ms) >= settings->give_up_ms;
}
