/* How long a payment of a subscription lasts. */
#include <string.h>

#include "reconciler/base/civil.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "clients/mollie.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

enum { DIGITS_MAX = 4, YEAR_MAX = 9999 };

struct unit {
	const char *one;
	const char *many;
	int months;
	int days;
};

static const struct unit units[] = {
    {"day", "days", 0, 1},
    {"week", "weeks", 0, 7},
    {"month", "months", 1, 0},
};

static const struct unit *find_unit(const char *word)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(units[i].one, word) == 0 ||
		    strcmp(units[i].many, word) == 0)
			return &units[i];
	}
	return NULL;
}

/* The same day so many months on, or the last one that month has. */
static int add_months(int64_t from_ms, int64_t months, int64_t *out_ms)
{
	struct civil at;

	civil_from_ms(from_ms, &at);
	months += at.month - 1;
	if (at.year + months / 12 > YEAR_MAX)
		return ERR_BAD;
	at.year += (int)(months / 12);
	at.month = (int)(months % 12) + 1;
	while (!civil_is_real(&at) && at.day > 1)
		at.day--;
	*out_ms = civil_ms(&at);
	return 0;
}

int mollie_interval_end(const char *interval, int64_t from_ms, int64_t *out_ms)
{
	size_t n = strspn(interval, "0123456789");
	const struct unit *unit;
	char digits[DIGITS_MAX + 1];
	int64_t count = 0;

	if (n == 0 || n > DIGITS_MAX || interval[n] != ' ')
		return ERR_BAD;
	memcpy(digits, interval, n);
	digits[n] = '\0';
	unit = find_unit(interval + n + 1);
	if (unit == NULL || text_int(digits, 1, INT64_MAX, &count) != 0)
		return ERR_BAD;
	if (unit->months != 0)
		return add_months(from_ms, count * unit->months, out_ms);
	*out_ms = from_ms + count * unit->days * DAY_MS;
	return 0;
}
