#include "reconciler/base/civil.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from the first of the year to the month's first; 13: to the next. */
static int days_to_month(bool leap, int month)
{
	static const int days[] = {
	    0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

	return days[month - 1] + (month > 2 && leap ? 1 : 0);
}

static int month_days(int year, int month)
{
	bool leap = is_leap(year);

	return days_to_month(leap, month + 1) - days_to_month(leap, month);
}

/* Days from the first of the year 1 to the year's first. */
static int days_before(int year)
{
	int past = year - 1;

	return past * 365 + past / 4 - past / 100 + past / 400;
}

bool civil_is_real(const struct civil *c)
{
	return c->year >= 1 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= month_days(c->year, c->month) && c->hour <= 23 &&
	       c->minute <= 59 && c->second <= 60;
}

int64_t civil_ms(const struct civil *c)
{
	int days = days_before(c->year) - days_before(1970) +
		   days_to_month(is_leap(c->year), c->month) + c->day - 1;
	int64_t s = (int64_t)days * DAY_S + (int64_t)c->hour * HOUR_S +
		    (int64_t)c->minute * MINUTE_S + c->second;
	return s * 1000 + c->ms;
}

void civil_from_ms(int64_t ms, struct civil *out)
{
	int days = (int)(ms / ((int64_t)DAY_S * 1000));
	int rest_ms = (int)(ms % ((int64_t)DAY_S * 1000));
	int s = rest_ms / 1000;
	int year = 1970 + days / 366, month;
	bool leap = is_leap(year);

	/* The guesses are never late: early by the leap days left out, and by
	 * the days that a month has fewer than 32. */
	days += days_before(1970) - days_before(year);
	while (days >= days_to_month(leap, 13)) {
		days -= days_to_month(leap, 13);
		leap = is_leap(++year);
	}
	month = 1 + days / 32;
	while (month < 12 && days >= days_to_month(leap, month + 1))
		month++;
	days -= days_to_month(leap, month);
	*out = (struct civil){
	    .year = year,
	    .month = month,
	    .day = days + 1,
	    .hour = s / HOUR_S,
	    .minute = s / MINUTE_S % 60,
	    .second = s % MINUTE_S,
	    .ms = rest_ms % 1000,
	};
}
