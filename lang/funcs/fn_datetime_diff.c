/* fn_datetime_diff.c - datetime_part, datetime_add and datetime_diff: the unit
 * is a text.
 *
 * Called by: the engine, once per row; the binder for datetime_diff, whose
 * type depends on the unit. */
#include "bind/bind.h"
#include "time_int.h"

static const struct {
    const char *name;
    enum time_unit unit;
    int64_t ticks; /* 0: not of one length */
} units[] = {
    { "year", UNIT_YEAR, 0 },
    { "quarter", UNIT_QUARTER, 0 },
    { "month", UNIT_MONTH, 0 },
    { "week", UNIT_WEEK, 7 * TICKS_PER_DAY },
    { "day", UNIT_DAY, TICKS_PER_DAY },
    { "hour", UNIT_HOUR, TICKS_PER_HOUR },
    { "minute", UNIT_MINUTE, TICKS_PER_MIN },
    { "second", UNIT_SECOND, TICKS_PER_SEC },
    { "millisecond", UNIT_MILLISECOND, TICKS_PER_MS },
    { "microsecond", UNIT_MICROSECOND, TICKS_PER_US },
    { "nanosecond", UNIT_NANOSECOND, 0 },
    { "dayofyear", UNIT_DAY_OF_YEAR, 0 },
    { "week_of_year", UNIT_WEEK_OF_YEAR, 0 },
    { "weekofyear", UNIT_WEEK_OF_YEAR, 0 },
};

static int64_t unit_ticks(enum time_unit unit)
{
    for (size_t i = 0; i < ROWS(units); i++)
        if (units[i].unit == unit)
            return units[i].ticks;
    return 0;
}

enum time_unit unit_from_name(str name)
{
    for (size_t i = 0; i < ROWS(units); i++)
        if (str_ieqz(name, units[i].name))
            return units[i].unit;
    return UNIT_NONE;
}

static enum time_unit get_unit(struct fn_ctx *cx, str name, bool parts)
{
    enum time_unit u = unit_from_name(name);
    if (u == UNIT_NONE || (!parts && u >= UNIT_DAY_OF_YEAR)) {
        fn_fail(cx, "no unit of time is called '%.*s'", STRF(name));
        u = UNIT_NONE;
    }
    return u;
}

static int64_t part_of(enum time_unit unit, int64_t t)
{
    struct civil c;
    ticks_to_civil(t, &c);
    switch (unit) {
    case UNIT_YEAR: return c.year;
    case UNIT_QUARTER: return (c.month + 2) / 3;
    case UNIT_MONTH: return c.month;
    case UNIT_WEEK:
    case UNIT_WEEK_OF_YEAR: return iso_week(t);
    case UNIT_DAY: return c.day;
    case UNIT_DAY_OF_YEAR: return day_of_year(t);
    case UNIT_HOUR: return c.hour;
    case UNIT_MINUTE: return c.minute;
    case UNIT_SECOND: return c.second;
    case UNIT_MILLISECOND: return c.fraction / TICKS_PER_MS;
    case UNIT_MICROSECOND: return c.fraction / TICKS_PER_US;
    default: return c.fraction * 100LL;
    }
}

static void row_part(struct fn_ctx *cx, const struct value *in, size_t n,
                     struct value *out)
{
    enum time_unit unit = get_unit(cx, in[0].s, true);
    (void)n;
    if (unit != UNIT_NONE && in[1].i >= 0 && in[1].i <= TICKS_MAX)
        dyn_set_long(out, part_of(unit, in[1].i));
}

bool add_months(int64_t t, int64_t months, int64_t *out)
{
    struct civil c;
    int64_t rest = t % TICKS_PER_DAY;
    ticks_to_civil(t, &c);
    if (months > 120000 || months < -120000)
        return false;
    months += c.year * 12 + c.month - 1;
    if (months < 12 || months >= 120000)
        return false;
    struct civil d = { .year = (int)(months / 12),
                       .month = (int)(months % 12) + 1, .day = c.day };
    while (!ticks_from_civil(&d, out))
        d.day--;
    *out += rest;
    return true;
}

/* datetime_add(unit, amount, datetime) */
static void row_add(struct fn_ctx *cx, const struct value *in, size_t n,
                    struct value *out)
{
    enum time_unit unit = get_unit(cx, in[0].s, false);
    int64_t amount = in[1].i, t = in[2].i, more;
    bool ok;
    (void)n;
    if (unit == UNIT_NONE || t < 0 || t > TICKS_MAX)
        return;
    if (unit == UNIT_YEAR || unit == UNIT_QUARTER || unit == UNIT_MONTH) {
        int64_t each = unit == UNIT_YEAR ? 12 : unit == UNIT_QUARTER ? 3 : 1;
        ok = !__builtin_mul_overflow(amount, each, &more) &&
             add_months(t, more, &t);
    } else if (unit == UNIT_NANOSECOND) {
        ok = !__builtin_add_overflow(t, amount / 100, &t);
    } else {
        ok = !__builtin_mul_overflow(amount, unit_ticks(unit), &more) &&
             !__builtin_add_overflow(t, more, &t);
    }
    if (ok && t >= 0 && t <= TICKS_MAX)
        dyn_set_long(out, t);
}

/* Borders of the unit between two moments, first minus second. */
static int64_t count_units(enum time_unit unit, int64_t a, int64_t b)
{
    struct civil x, y;
    ticks_to_civil(a, &x);
    ticks_to_civil(b, &y);
    int64_t months = (x.year - y.year) * 12LL + x.month - y.month;
    int64_t week = unit_ticks(UNIT_WEEK), ticks = unit_ticks(unit);
    switch (unit) {
    case UNIT_YEAR: return x.year - y.year;
    case UNIT_MONTH: return months;
    case UNIT_QUARTER:
        return (x.year - y.year) * 4 + (x.month + 2) / 3 - (y.month + 2) / 3;
    case UNIT_WEEK: /* from Sunday to Sunday; day 0 was a Monday */
        return (a + TICKS_PER_DAY) / week - (b + TICKS_PER_DAY) / week;
    case UNIT_NANOSECOND:
        return __builtin_mul_overflow(a - b, 100, &ticks) ? INT64_MIN : ticks;
    default: return a / ticks - b / ticks;
    }
}

static void row_diff(struct fn_ctx *cx, const struct value *in, size_t n,
                     struct value *out)
{
    enum time_unit unit = get_unit(cx, in[0].s, false);
    int64_t a = in[1].i, b = in[2].i;
    (void)n;
    if (unit == UNIT_NONE || a < 0 || b < 0 || a > TICKS_MAX || b > TICKS_MAX)
        return;
    int64_t count = count_units(unit, a, b);
    if (count != INT64_MIN)
        dyn_set_long(out, count);
}

/* Weeks are real numbers in KQL, all other units long. */
static struct expr *bind_diff(struct binder *b, const struct ast *call,
                              struct expr **args, size_t n)
{
    struct expr *e = ex_func(b, "k_datetime_diff",
                             call ? call->span : NO_SPAN,
                             coerce(b, args[0], TYPE_STRING),
                             coerce(b, args[1], TYPE_DATETIME),
                             coerce(b, args[2], TYPE_DATETIME), NULL);
    (void)n;
    bool week = args[0]->kind == EX_LITERAL &&
                args[0]->type == TYPE_STRING &&
                unit_from_name(args[0]->value.s) == UNIT_WEEK;
    if (!week || e->kind == EX_ERROR)
        return e;
    return ex_call(b, TYPE_REAL, "CAST($1 AS DOUBLE)", e, NULL);
}

#define PART_ROW(fn, more)                                                   \
    { .name = fn, .params = "string, datetime", .ret = TYPE_LONG,            \
      .row = row_part, .flags = FN_WORDS | FN_MAYNULL | more,                \
      .usage = fn "(part, datetime)",                                        \
      .summary = "A part of a moment: year, quarter, month, week_of_year, "  \
                 "day, dayOfYear, hour, minute, second, millisecond, "       \
                 "microsecond, nanosecond.",                                 \
      .example = "print " fn "(\"hour\", datetime(2024-05-17 22:15))" }

const struct lang_func funcs_datetime_diff[] = {
    PART_ROW("datetime_part", 0), PART_ROW("datepart", FN_HIDDEN),
    { .name = "datetime_add", .params = "string, long, datetime",
      .ret = TYPE_DATETIME, .row = row_add, .flags = FN_WORDS | FN_MAYNULL,
      .usage = "datetime_add(unit, amount, datetime)",
      .summary = "A moment a number of units later, or earlier when negative.",
      .example = "print datetime_add(\"month\", -1, datetime(2024-03-31))" },
    { .name = "datetime_diff", .params = "string, datetime, datetime",
      .ret = TYPE_LONG, .bind = bind_diff,
      .usage = "datetime_diff(unit, later, earlier)",
      .summary = "How many borders of the unit lie between two moments.",
      .example = "print datetime_diff(\"day\", datetime(2024-05-17), "
                 "datetime(2024-05-01))" },
    { .name = "k_datetime_diff", .params = "string, datetime, datetime",
      .ret = TYPE_LONG, .row = row_diff,
      .flags = FN_WORDS | FN_MAYNULL | FN_HIDDEN,
      .usage = "k_datetime_diff(unit, later, earlier)",
      .summary = "How many borders of the unit lie between two moments.",
      .example = "print datetime_diff(\"hour\", now(), ago(1d))" },
};
const size_t nfuncs_datetime_diff = ROWS(funcs_datetime_diff);
