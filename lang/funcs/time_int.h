/* time_int.h - units of time by name, and the borders of calendar units.
 *
 * Moments are ticks since 0001-01-01; anything outside the years 1 to 9999 is
 * no moment, and the functions say false. */
#ifndef FUNCS_TIME_INT_H
#define FUNCS_TIME_INT_H

#include "base/ticks.h"
#include "text_int.h"

enum time_unit {
    UNIT_NONE, UNIT_YEAR, UNIT_QUARTER, UNIT_MONTH, UNIT_WEEK, UNIT_DAY,
    UNIT_HOUR, UNIT_MINUTE, UNIT_SECOND, UNIT_MILLISECOND, UNIT_MICROSECOND,
    UNIT_NANOSECOND, UNIT_DAY_OF_YEAR, UNIT_WEEK_OF_YEAR,
};

/* Case does not matter. */
enum time_unit unit_from_name(str name);

/* First moment of the unit that t is in, `offset` units on. One tick past the
 * calendar's end is a border too, so that the last unit has an end. */
bool unit_start(enum time_unit unit, int64_t t, int64_t offset, int64_t *out);

int64_t iso_week(int64_t t);     /* 1 … 53 */
int64_t day_of_year(int64_t t);  /* 1 … 366 */

/* `years` and `months` on, the day cut to the length of the month. */
bool add_months(int64_t t, int64_t months, int64_t *out);

#endif
