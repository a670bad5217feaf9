#include "reconciler/base/civil.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from the first of the year 1 to the year's first. */
static int64_t days_before(int year)
{
	int64_t past = year - 1;

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
	int64_t days = days_before(c->year) - days_before(1970) + c->day - 1;
	int64_t s;
	int month;

	for (month = 1; month < c->month; month++)
		days += month_days(c->year, month);
	s = days * DAY_S + (int64_t)c->hour * HOUR_S +
	    (int64_t)c->minute * MINUTE_S + c->second;
	return s * 1000 + c->ms;
}

void civil_from_ms(int64_t ms, struct civil *out)
{
	int64_t s = ms / 1000, days = s / DAY_S;
	int year = 1970 + (int)(days / 366), month = 1;

	/* The guess is never late, and early by the leap days left out. */
	days += days_before(1970);
	while (days_before(year + 1) <= days)
		year++;
	days -= days_before(year);
	while (days >= month_days(year, month))
		days -= month_days(year, month++);
	s %= DAY_S;
	*out = (struct civil){
	    .year = year,
	    .month = month,
	    .day = (int)days + 1,
	    .hour = (int)(s / HOUR_S),
	    .minute = (int)(s / MINUTE_S % 60),
	    .second = (int)(s % MINUTE_S),
	    .ms = (int)(ms % 1000),
	};
}
