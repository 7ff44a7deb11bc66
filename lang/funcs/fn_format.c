/* fn_format.c - datetime, timespan and byte counts as text of a wanted form.
 *
 * Called by: the engine, once per row. A specifier is a run of one letter; a
 * longer run than KQL knows is read as several. Whatever KQL does not know
 * stops the query. */
#include <math.h>

#include "time_int.h"

/* A specifier: its letter and the longest run of it. */
struct specifier {
    char letter;
    size_t longest;
};

static const struct specifier datetime_specifiers[] = {
    { 'd', 2 }, { 'f', 7 }, { 'F', 7 }, { 'h', 2 }, { 'H', 2 }, { 'm', 2 },
    { 'M', 2 }, { 's', 2 }, { 't', 2 }, { 'y', 4 }, { 0, 0 },
};
static const struct specifier timespan_specifiers[] = {
    { 'd', 8 }, { 'f', 7 }, { 'F', 7 }, { 'h', 2 }, { 'H', 2 }, { 'm', 2 },
    { 's', 2 }, { 0, 0 },
};

static size_t run_length(str s, size_t i)
{
    size_t n = 1;
    while (i + n < s.n && s.p[i + n] == s.p[i])
        n++;
    return n;
}

static size_t longest_run(const struct specifier *known, char letter)
{
    while (known->letter && known->letter != letter)
        known++;
    return known->longest;
}

static void put_number(struct buf *b, int64_t v, size_t width)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%0*lld", (int)width,
                     (long long)v);
    buf_add(b, (str){ digits, (size_t)n });
}

/* The first n of seven digits; `trim`: without zeros at the end. */
static void put_fraction(struct buf *b, int fraction, size_t n, bool trim)
{
    char digits[8];
    snprintf(digits, sizeof digits, "%07d", fraction);
    while (trim && n && digits[n - 1] == '0')
        n--;
    buf_add(b, (str){ digits, n });
}

/* The parts that both kinds of value have; days are those of a timespan. */
static void put_part(struct buf *b, const struct civil *c, int64_t days,
                     char letter, size_t n)
{
    switch (letter) {
    case 'd': put_number(b, days, n); break;
    case 'h':
    case 'H': put_number(b, c->hour, n); break;
    case 'm': put_number(b, c->minute, n); break;
    case 's': put_number(b, c->second, n); break;
    default: put_fraction(b, c->fraction, n, letter == 'F'); break;
    }
}

static void put_date_part(struct buf *b, const struct civil *c, char letter,
                          size_t n)
{
    if (letter == 'y')
        put_number(b, n < 3 ? c->year % 100 : c->year, n);
    else if (letter == 'M')
        put_number(b, c->month, n);
    else if (letter == 'h')
        put_number(b, (c->hour + 11) % 12 + 1, n);
    else if (letter == 't')
        buf_adds(b, c->hour < 12 ? "AM" : "PM");
    else
        put_part(b, c, c->day, letter, n);
}

/* Whether the run can be cut into specifiers; one t and three y cannot. */
static bool known_run(char letter, size_t n, size_t longest)
{
    return longest && (letter != 't' || n == 2) && (letter != 'y' || n != 3);
}

static void format_value(struct fn_ctx *cx, struct buf *b, str format,
                         const struct civil *c, int64_t days)
{
    bool date = days < 0;
    for (size_t i = 0; i < format.n && buf_ok(b);) {
        char letter = format.p[i];
        size_t n = run_length(format, i);
        size_t longest = longest_run(date ? datetime_specifiers
                                          : timespan_specifiers, letter);
        if (longest && n > longest)
            n = longest;
        if (letter && strchr(" /-:,._[]", letter)) {
            buf_fill(b, letter, n);
        } else if (!known_run(letter, n, longest)) {
            fn_fail(cx, "'%.*s' is no format of KQL: unknown '%.*s'",
                    STRF(format), STRF(str_sub(format, i, i + 1)));
            return;
        } else if (date) {
            put_date_part(b, c, letter, n);
        } else {
            put_part(b, c, days, letter, n);
        }
        i += n;
    }
}

static void row_datetime(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    struct civil c;
    struct buf b;
    (void)n;
    if (in[0].i < 0 || in[0].i > TICKS_MAX)
        return;
    ticks_to_civil(in[0].i, &c);
    dyn_begin(&b);
    format_value(cx, &b, in[1].s, &c, -1);
    dyn_end(cx, &b, out);
}

static void row_timespan(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    int64_t t = in[0].i;
    uint64_t u = t < 0 ? 0 - (uint64_t)t : (uint64_t)t;
    int64_t seconds = (int64_t)(u % TICKS_PER_DAY / TICKS_PER_SEC);
    struct civil c = { .hour = (int)(seconds / 3600),
                       .minute = (int)(seconds / 60 % 60),
                       .second = (int)(seconds % 60),
                       .fraction = (int)(u % TICKS_PER_SEC) };
    struct buf b;
    (void)n;
    dyn_begin(&b);
    if (t < 0)
        buf_addc(&b, '-');
    format_value(cx, &b, in[1].s, &c, (int64_t)(u / TICKS_PER_DAY));
    dyn_end(cx, &b, out);
}

static const char *const byte_units[] = { "Bytes", "KB", "MB", "GB", "TB",
                                          "PB", "EB" };

/* Which unit: the one named, or the largest that leaves 1 or more. */
static int byte_unit(double size, str wanted)
{
    int unit = 0;
    for (int i = 0; i < (int)ROWS(byte_units); i++)
        if (str_ieqz(wanted, byte_units[i]))
            return i;
    if (wanted.n)
        return -1;
    for (double left = fabs(size); left >= 1024 && unit < 6; left /= 1024)
        unit++;
    return unit;
}

/* format_bytes(size [, precision [, units]]) */
static void row_bytes(struct fn_ctx *cx, const struct value *in, size_t n,
                      struct value *out)
{
    int64_t precision = n > 1 ? in[1].i : 0;
    int unit = byte_unit(in[0].d, n > 2 ? in[2].s : S(""));
    struct buf b;
    if (unit < 0) {
        fn_fail(cx, "format_bytes() has the units Bytes, KB, MB, GB, TB, PB, "
                "EB");
        return;
    }
    precision = precision < 0 ? 0 : precision > 15 ? 15 : precision;
    double scale = pow(10, (double)precision);
    double v = round(in[0].d / pow(1024, unit) * scale) / scale;
    dyn_begin(&b);
    if (v == rint(v) && fabs(v) < 1e15)
        buf_add_i64(&b, (int64_t)v);
    else
        buf_add_f64(&b, v);
    buf_addf(&b, " %s", byte_units[unit]);
    dyn_end(cx, &b, out);
}

const struct lang_func funcs_format[] = {
    { .name = "format_datetime", .params = "datetime, string",
      .ret = TYPE_STRING, .row = row_datetime, .flags = FN_WORDS,
      .usage = "format_datetime(datetime, format)",
      .summary = "A moment as text: d dd f F h hh H HH m mm M MM s ss y yy "
                 "yyyy tt and the characters / - : , . _ [ ] and blank.",
      .example = "print format_datetime(datetime(2024-05-17 09:05), "
                 "\"yyyy-MM-dd [HH:mm]\")" },
    { .name = "format_timespan", .params = "timespan, string",
      .ret = TYPE_STRING, .row = row_timespan, .flags = FN_WORDS,
      .usage = "format_timespan(timespan, format)",
      .summary = "A length of time as text: d … dddddddd, hh, mm, ss, f … "
                 "fffffff and the characters / - : , . _ [ ] and blank.",
      .example = "print format_timespan(29h, \"d.hh:mm\")" },
    { .name = "format_bytes", .params = "real, long?, string?",
      .ret = TYPE_STRING, .row = row_bytes,
      .usage = "format_bytes(size [, precision [, units]])",
      .summary = "A number of bytes as text with the fitting unit.",
      .example = "print format_bytes(20010332, 2)" },
};
const size_t nfuncs_format = ROWS(funcs_format);
