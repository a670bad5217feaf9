#include <string.h>

#include "reconciler/core/observation.h"

static const char *const verdict_names[VERDICT_COUNT] = {
    [VERDICT_TRUTH] = "truth",
    [VERDICT_MORE] = "more",
    [VERDICT_GONE] = "gone",
    [VERDICT_GARBLED] = "garbled",
    [VERDICT_LATER] = "later",
    [VERDICT_BARRED] = "barred",
};

const char *verdict_name(enum verdict verdict)
{
	if ((unsigned int)verdict >= VERDICT_COUNT)
		return "unknown";
	return verdict_names[verdict];
}

static const char *const effect_names[EFFECT_COUNT] = {
    [EFFECT_NONE] = "none",
    [EFFECT_PARTIAL_REFUND] = "partial_refund",
    [EFFECT_REFUND] = "refund",
    [EFFECT_CHARGEBACK] = "chargeback",
};

const char *effect_name(enum effect_kind kind)
{
	if ((unsigned int)kind >= EFFECT_COUNT)
		return "unknown";
	return effect_names[kind];
}

size_t observation_cut(const char *text, size_t max)
{
	size_t len = strnlen(text, max);

	if (len < max || text[len] == '\0')
		return len;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}
