/* fn_datetime.c - parts of a moment, and where days, weeks, … begin and end.
 *
 * Called by: the engine, once per row. Weeks begin on Sunday, except that the
 * week of the year is that of ISO 8601. */
#include "time_int.h"

enum { MAX_OFFSET = 4000000 }; /* more days than the calendar has */

static int64_t first_of_month(int64_t months)
{
    struct civil c = { .year = (int)(months / 12),
                       .month = (int)(months % 12) + 1, .day = 1 };
    int64_t t = -1;
    if (months == 10000 * 12)
        return TICKS_MAX + 1;
    if (months > 0 && !ticks_from_civil(&c, &t))
        return -1;
    return t;
}

bool unit_start(enum time_unit unit, int64_t t, int64_t offset, int64_t *out)
{
    struct civil c;
    int64_t day = t / TICKS_PER_DAY;
    if (t < 0 || t > TICKS_MAX || offset > MAX_OFFSET || offset < -MAX_OFFSET)
        return false;
    ticks_to_civil(t, &c);
    switch (unit) {
    case UNIT_DAY:
        *out = (day + offset) * TICKS_PER_DAY;
        break;
    case UNIT_WEEK: /* 0001-01-01, day 0, was a Monday */
        *out = (day - (day + 1) % 7 + 7 * offset) * TICKS_PER_DAY;
        break;
    case UNIT_MONTH:
        *out = first_of_month(c.year * 12LL + c.month - 1 + offset);
        break;
    default:
        *out = first_of_month((c.year + offset) * 12);
        break;
    }
    return *out >= 0 && *out <= TICKS_MAX + 1;
}

static int64_t year_start(int year)
{
    return first_of_month(year * 12LL);
}

int64_t day_of_year(int64_t t)
{
    struct civil c;
    ticks_to_civil(t, &c);
    return (t - year_start(c.year)) / TICKS_PER_DAY + 1;
}

/* The week belongs to the year of its Thursday. */
int64_t iso_week(int64_t t)
{
    int64_t day = t / TICKS_PER_DAY;
    int64_t thursday = (day - day % 7 + 3) * TICKS_PER_DAY;
    return (day_of_year(thursday) - 1) / 7 + 1;
}

static void start_of(enum time_unit unit, const struct value *in, size_t n,
                     struct value *out)
{
    int64_t t;
    if (unit_start(unit, in[0].i, n > 1 ? in[1].i : 0, &t) && t <= TICKS_MAX)
        dyn_set_long(out, t);
}

static void end_of(enum time_unit unit, const struct value *in, size_t n,
                   struct value *out)
{
    int64_t t, offset = n > 1 ? in[1].i : 0;
    if (offset < MAX_OFFSET && unit_start(unit, in[0].i, offset + 1, &t) &&
        t > 0)
        dyn_set_long(out, t - 1);
}

#define BORDERS(name, unit)                                                  \
    static void row_startof##name(struct fn_ctx *cx, const struct value *in, \
                                  size_t n, struct value *out)               \
    {                                                                        \
        (void)cx;                                                            \
        start_of(unit, in, n, out);                                          \
    }                                                                        \
    static void row_endof##name(struct fn_ctx *cx, const struct value *in,   \
                                size_t n, struct value *out)                 \
    {                                                                        \
        (void)cx;                                                            \
        end_of(unit, in, n, out);                                            \
    }

BORDERS(day, UNIT_DAY)
BORDERS(week, UNIT_WEEK)
BORDERS(month, UNIT_MONTH)
BORDERS(year, UNIT_YEAR)

#define PART(name, expression)                                               \
    static void row_##name(struct fn_ctx *cx, const struct value *in,        \
                           size_t n, struct value *out)                      \
    {                                                                        \
        int64_t t = in[0].i;                                                 \
        struct civil c;                                                      \
        (void)cx, (void)n;                                                   \
        if (t < 0 || t > TICKS_MAX)                                          \
            return;                                                          \
        ticks_to_civil(t, &c);                                               \
        dyn_set_long(out, expression);                                       \
    }

PART(year, c.year)
PART(month, c.month)
PART(day, c.day)
PART(dayofyear, day_of_year(t))
PART(week, iso_week(t))

/* Days since Sunday as a timespan. KQL has none where the week would end after
 * the calendar does. */
static void row_dayofweek(struct fn_ctx *cx, const struct value *in, size_t n,
                          struct value *out)
{
    int64_t sunday, next, day = in[0].i / TICKS_PER_DAY;
    (void)cx, (void)n;
    if (!unit_start(UNIT_WEEK, in[0].i, 1, &next))
        return;
    sunday = next / TICKS_PER_DAY - 7;
    dyn_set_long(out, (day - sunday) * TICKS_PER_DAY);
}

#define STARTOF(unit)                                                        \
    { .name = "startof" #unit, .params = "datetime, long?",                  \
      .ret = TYPE_DATETIME, .row = row_startof##unit, .flags = FN_MAYNULL,   \
      .usage = "startof" #unit "(datetime [, offset])",                      \
      .summary = "First moment of the " #unit ", offset " #unit "s on.",     \
      .example = "print startof" #unit "(datetime(2024-05-17 10:30))" }
#define ENDOF(unit)                                                          \
    { .name = "endof" #unit, .params = "datetime, long?",                    \
      .ret = TYPE_DATETIME, .row = row_endof##unit, .flags = FN_MAYNULL,     \
      .usage = "endof" #unit "(datetime [, offset])",                        \
      .summary = "Last tick of the " #unit ", offset " #unit "s on.",        \
      .example = "print endof" #unit "(datetime(2024-05-17 10:30))" }
#define PART_ROW(fn, c, does, more)                                          \
    { .name = fn, .params = "datetime", .ret = TYPE_LONG, .row = row_##c,    \
      .flags = FN_MAYNULL | more, .usage = fn "(datetime)",                  \
      .summary = does, .example = "print " fn "(datetime(2024-05-17))" }

const struct lang_func funcs_datetime[] = {
    /* Days need no calendar. */
    { .name = "startofday", .params = "datetime", .ret = TYPE_DATETIME,
      .sql = "(($1 // 864000000000) * 864000000000)",
      .usage = "startofday(datetime [, offset])",
      .summary = "First moment of the day, offset days on.",
      .example = "print startofday(datetime(2024-05-17 10:30))" },
    { .name = "startofday", .params = "datetime, long", .ret = TYPE_DATETIME,
      .row = row_startofday, .flags = FN_MAYNULL | FN_HIDDEN,
      .usage = "startofday(datetime, offset)",
      .summary = "First moment of the day, offset days on.",
      .example = "print startofday(datetime(2024-05-17 10:30), 1)" },
    STARTOF(week), STARTOF(month), STARTOF(year),
    ENDOF(day), ENDOF(week), ENDOF(month), ENDOF(year),
    { .name = "hourofday", .params = "datetime", .ret = TYPE_LONG,
      .sql = "(($1 // 36000000000) % 24)", .usage = "hourofday(datetime)",
      .summary = "Hour of the day, 0 to 23.",
      .example = "print hourofday(datetime(2024-05-17 22:15))" },
    { .name = "dayofweek", .params = "datetime", .ret = TYPE_TIMESPAN,
      .row = row_dayofweek, .flags = FN_MAYNULL,
      .usage = "dayofweek(datetime)",
      .summary = "Days since Sunday, as a timespan: 0d to 6d.",
      .example = "print dayofweek(datetime(2024-05-17)) == 5d" },
    PART_ROW("dayofmonth", day, "Day of the month, 1 to 31.", 0),
    { .name = "dayofyear", .params = "datetime", .ret = TYPE_INT,
      .row = row_dayofyear, .flags = FN_MAYNULL,
      .usage = "dayofyear(datetime)",
      .summary = "Day of the year, 1 to 366.",
      .example = "print dayofyear(datetime(2024-05-17))" },
    PART_ROW("monthofyear", month, "Month, 1 to 12.", 0),
    PART_ROW("getmonth", month, "Month, 1 to 12.", 0),
    PART_ROW("getyear", year, "The year.", 0),
    PART_ROW("week_of_year", week, "Week of the year by ISO 8601.", 0),
    PART_ROW("weekofyear", week, "Week of the year by ISO 8601.", FN_HIDDEN),
};
const size_t nfuncs_datetime = ROWS(funcs_datetime);
