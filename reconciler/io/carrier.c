#include <string.h>

#include "reconciler/core/observation.h"

#include "reconciler/io/carrier.h"

void carrier_say(struct carried *carried, const char *text)
{
	size_t len = observation_cut(text, sizeof(carried->error) - 1);

	memcpy(carried->error, text, len);
	carried->error[len] = '\0';
}
