/* ticks.c - the calendar and the texts of datetime.
 *
 * Called by: loaders (ticks_parse_iso, once per cell), literals, conversions,
 * datetime functions, writers. Everything is UTC; no use of the C library's
 * time zones. */
#include "ticks.h"

#include "ticks_int.h"

enum { DAYS_TO_YEAR_1 = 306 }; /* from 0000-03-01 to 0001-01-01 */

static bool is_leap(int y)
{
    return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

static int days_in_month(int y, int m)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30,
                                    31, 31, 30, 31, 30, 31 };
    return m == 2 && is_leap(y) ? 29 : days[m - 1];
}

/* Days since 0001-01-01. Years count from March, so that the leap day is the
 * last one of its year (Hinnant, "chrono-compatible low-level date
 * algorithms"). Year 1 … 9999 keeps everything positive. */
static int64_t days_from_civil(unsigned y, unsigned m, unsigned d)
{
    y -= m <= 2;
    unsigned month = m > 2 ? m - 3 : m + 9;
    unsigned days = 365 * y + y / 4 - y / 100 + y / 400 +
                    (153 * month + 2) / 5 + d - 1;
    return (int64_t)days - DAYS_TO_YEAR_1;
}

static void civil_from_days(int64_t days, struct civil *c)
{
    unsigned z = (unsigned)(days + DAYS_TO_YEAR_1);
    unsigned era = z / 146097, day = z % 146097;
    unsigned y = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    unsigned in_year = day - (365 * y + y / 4 - y / 100);
    unsigned month = (5 * in_year + 2) / 153;
    c->day = (int)(in_year - (153 * month + 2) / 5 + 1);
    c->month = (int)(month < 10 ? month + 3 : month - 9);
    c->year = (int)(y + era * 400) + (c->month <= 2);
}

bool ticks_from_civil(const struct civil *c, int64_t *t)
{
    if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 ||
        c->day < 1 || c->day > days_in_month(c->year, c->month))
        return false;
    if (c->hour < 0 || c->hour > 23 || c->minute < 0 || c->minute > 59 ||
        c->second < 0 || c->second > 59 || c->fraction < 0 ||
        c->fraction >= TICKS_PER_SEC)
        return false;
    int64_t days = days_from_civil((unsigned)c->year, (unsigned)c->month,
                                   (unsigned)c->day);
    int seconds = (c->hour * 60 + c->minute) * 60 + c->second;
    *t = days * TICKS_PER_DAY + seconds * TICKS_PER_SEC + c->fraction;
    return true;
}

/* Values outside the calendar show its first or last moment. */
void ticks_to_civil(int64_t t, struct civil *c)
{
    t = t < 0 ? 0 : t > TICKS_MAX ? TICKS_MAX : t;
    civil_from_days(t / TICKS_PER_DAY, c);
    int64_t rest = t % TICKS_PER_DAY;
    int seconds = (int)(rest / TICKS_PER_SEC);
    c->fraction = (int)(rest % TICKS_PER_SEC);
    c->hour = seconds / 3600;
    c->minute = seconds / 60 % 60;
    c->second = seconds % 60;
}

int64_t ticks_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return TICKS_UNIX_EPOCH + now.tv_sec * TICKS_PER_SEC + now.tv_nsec / 100;
}

/* Two digits; anything else sets *bad. */
static inline unsigned two(const char *p, unsigned *bad)
{
    unsigned a = (uint8_t)p[0] - '0', b = (uint8_t)p[1] - '0';
    *bad |= (a > 9) | (b > 9);
    return a * 10 + b;
}

/* Seven digits at once, the usual length, from the eight bytes ".1234567":
 * pairs, then fours, then all are joined by multiplication. */
static bool seven_digits(const char *p, int64_t *f)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t v;
    memcpy(&v, p, 8);
    v = (v & ~(uint64_t)0xFF) + '0' - 0x3030303030303030u;
    if (((v + 0x7676767676767676u) | v) & 0x8080808080808080u)
        return false;
    v = v * 10 + (v >> 8);
    v = (v & 0x000000FF000000FFu) * 0x000F424000000064u +
        (v >> 16 & 0x000000FF000000FFu) * 0x0000271000000001u;
    *f = (int64_t)(v >> 32);
    return true;
#else
    (void)p, (void)f;
    return false;
#endif
}

/* A zone in [p, end): nothing, Z, +hh, +hhmm, +hh:mm, as ticks to subtract. */
static bool zone_offset(const char *p, const char *end, int64_t *offset)
{
    *offset = 0;
    if (p == end || (end - p == 1 && (*p | 32) == 'z'))
        return true;
    if ((*p != '+' && *p != '-') || end - p < 3)
        return false;
    unsigned bad = 0, minutes = 0;
    unsigned hours = two(p + 1, &bad);
    const char *m = p + 3;
    if (m < end && *m == ':')
        m++;
    if (end - m == 2)
        minutes = two(m, &bad);
    else if (end != p + 3)
        return false;
    if (bad || hours > 14 || minutes > 59)
        return false;
    *offset = (hours * 60 + minutes) * TICKS_PER_MIN;
    if (*p == '-')
        *offset = -*offset;
    return true;
}

static bool in_calendar(int64_t t)
{
    return t >= 0 && t <= TICKS_MAX;
}

bool ticks_parse_iso(str s, int64_t *t)
{
    const char *p = s.p;
    if (s.n < 19 || p[4] != '-' || p[7] != '-' || p[13] != ':' ||
        p[16] != ':' || (p[10] != 'T' && p[10] != ' ' && p[10] != 't'))
        return false;
    unsigned bad = 0;
    unsigned year = two(p, &bad) * 100 + two(p + 2, &bad);
    unsigned month = two(p + 5, &bad), day = two(p + 8, &bad);
    unsigned hour = two(p + 11, &bad), minute = two(p + 14, &bad);
    unsigned second = two(p + 17, &bad);
    if (bad | (hour > 23) | (minute > 59) | (second > 59) | (year == 0) |
        (month - 1 > 11) | (day - 1 > 30))
        return false;
    if (day > 28 && (int)day > days_in_month((int)year, (int)month))
        return false;
    int64_t ticks = days_from_civil(year, month, day) * TICKS_PER_DAY +
                    ((hour * 60 + minute) * 60 + second) * TICKS_PER_SEC;
    const char *end = p + s.n;
    p += 19;
    int64_t part = 0, offset = 0;
    if (end - p > 1 && (*p == '.' || *p == ',') && is_digit(p[1])) {
        if (end - p == 9 && seven_digits(p, &part))
            p += 8;
        else
            p++, part = fraction(&p, end);
    }
    if (!(end - p == 1 && *p == 'Z') && !zone_offset(p, end, &offset))
        return false;
    *t = ticks + part - offset;
    return in_calendar(*t);
}

/* The other spellings are read piece by piece. */
static str take_word(struct cursor *c)
{
    const char *from = c->p;
    while (!at_end(c) && is_letter(*c->p))
        c->p++;
    return (str){ from, (size_t)(c->p - from) };
}

/* hh:mm[:ss[.fffffff]] */
static bool take_clock(struct cursor *c, struct civil *out)
{
    if (!take_number(c, 1, 2, &out->hour) || !take(c, ':') ||
        !take_number(c, 2, 2, &out->minute))
        return false;
    if (!take(c, ':'))
        return true;
    if (!take_number(c, 2, 2, &out->second))
        return false;
    if (c->end - c->p > 1 && *c->p == '.' && is_digit(c->p[1])) {
        c->p++;
        out->fraction = (int)fraction(&c->p, c->end);
    }
    return true;
}

static bool finish(const struct civil *civil, int64_t offset, int64_t *t)
{
    if (!ticks_from_civil(civil, t))
        return false;
    *t -= offset;
    return in_calendar(*t);
}

/* Zone names of RFC 822, section 5.1, besides the numeric forms. */
static bool named_zone(str word, int64_t *offset)
{
    static const struct {
        const char *name;
        int hours;
    } zones[] = {
        { "gmt", 0 },  { "ut", 0 },   { "utc", 0 },  { "z", 0 },
        { "est", -5 }, { "edt", -4 }, { "cst", -6 }, { "cdt", -5 },
        { "mst", -7 }, { "mdt", -6 }, { "pst", -8 }, { "pdt", -7 },
    };
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (str_ieqz(word, zones[i].name)) {
            *offset = zones[i].hours * TICKS_PER_HOUR;
            return true;
        }
    return false;
}

/* What is left is a zone, named or numeric, or nothing. */
static bool last_zone(const struct cursor *c, int64_t *offset)
{
    return named_zone((str){ c->p, (size_t)(c->end - c->p) }, offset) ||
           zone_offset(c->p, c->end, offset);
}

/* Formatters of queries put blanks around the dashes of datetime(2024 - 1 - 2).
 */
static bool take_dash(struct cursor *c, char sep)
{
    take_blanks(c);
    bool there = take(c, sep);
    take_blanks(c);
    return there;
}

/* y-M-d or y/M/d with a year of four digits, alone or with a clock. */
static bool parse_year_first(struct cursor c, int64_t *t)
{
    struct civil out = { 0 };
    if (!take_number(&c, 4, 4, &out.year) || at_end(&c))
        return false;
    char sep = *c.p == '/' ? '/' : '-';
    if (!take_dash(&c, sep) || !take_number(&c, 1, 2, &out.month) ||
        !take_dash(&c, sep) || !take_number(&c, 1, 2, &out.day))
        return false;
    if (at_end(&c))
        return finish(&out, 0, t);
    if (!take(&c, 'T') && !take(&c, 't') && !take_blanks(&c))
        return false;
    if (!take_clock(&c, &out))
        return false;
    take_blanks(&c);
    int64_t offset;
    return last_zone(&c, &offset) && finish(&out, offset, t);
}

/* Twelve-hour clock: false when `word` is neither AM nor PM. */
static bool apply_half(struct civil *c, str word)
{
    bool pm = str_ieqz(word, "pm");
    if ((!pm && !str_ieqz(word, "am")) || c->hour < 1 || c->hour > 12)
        return false;
    c->hour = c->hour % 12 + (pm ? 12 : 0);
    return true;
}

/* M/d/yyyy or M-d-yyyy [h:mm[:ss] [AM|PM]] */
static bool parse_month_first(struct cursor c, int64_t *t)
{
    struct civil out = { 0 };
    if (!take_number(&c, 1, 2, &out.month) || at_end(&c))
        return false;
    char sep = *c.p == '/' ? '/' : '-';
    if (!take(&c, sep) || !take_number(&c, 1, 2, &out.day) ||
        !take(&c, sep) || !take_number(&c, 4, 4, &out.year))
        return false;
    if (at_end(&c))
        return finish(&out, 0, t);
    if (!take_blanks(&c) || !take_clock(&c, &out))
        return false;
    take_blanks(&c);
    struct cursor before = c;
    str word = take_word(&c);
    if (word.n == 2) {
        if (!apply_half(&out, word))
            return false;
        take_blanks(&c);
    } else {
        c = before;
    }
    int64_t offset;
    return last_zone(&c, &offset) && finish(&out, offset, t);
}

/* Months first, then weekdays. */
static const char *const date_words[] = {
    "january", "february", "march", "april", "may", "june", "july", "august",
    "september", "october", "november", "december", "monday", "tuesday",
    "wednesday", "thursday", "friday", "saturday", "sunday",
};

/* 1 … 12 for a month, 13 … 19 for a weekday, by its full name or its first
 * three letters; 0 for anything else. */
static int date_word(str word)
{
    for (int i = 0; i < 19; i++)
        if (str_ieqz(word, date_words[i]) ||
            (word.n == 3 && str_ieq(word, (str){ date_words[i], 3 })))
            return i + 1;
    return 0;
}

/* Two digits as RFC 2822 reads them: 00 … 49 are 2000 … 2049. */
static bool take_year(struct cursor *c, int *year)
{
    const char *from = c->p;
    if (!take_number(c, 2, 4, year) || c->p - from == 3)
        return false;
    if (c->p - from == 2)
        *year += *year < 50 ? 2000 : 1900;
    return true;
}

/* [Mon, ]15 Jun 2020 10:00[:00] [GMT] and Monday, 15-Jun-20 10:00:00 GMT */
static bool parse_rfc(struct cursor c, int64_t *t)
{
    struct civil out = { 0 };
    str word = take_word(&c);
    if (word.n) {
        if (date_word(word) <= 12)
            return false;
        take(&c, ',');
        take_blanks(&c);
    }
    if (!take_number(&c, 1, 2, &out.day))
        return false;
    if (!take(&c, '-') && !take_blanks(&c))
        return false;
    out.month = date_word(take_word(&c));
    if (!take(&c, '-') && !take_blanks(&c))
        return false;
    if (!take_year(&c, &out.year))
        return false;
    if (at_end(&c))
        return finish(&out, 0, t);
    if (!take_blanks(&c) || !take_clock(&c, &out))
        return false;
    take_blanks(&c);
    int64_t offset = 0;
    return last_zone(&c, &offset) && finish(&out, offset, t);
}

bool ticks_parse(str s, int64_t *t)
{
    s = str_trim(s);
    if (s.n == 0)
        return false;
    if (ticks_parse_iso(s, t))
        return true;
    struct cursor c = { s.p, s.p + s.n };
    return parse_year_first(c, t) || parse_month_first(c, t) ||
           parse_rfc(c, t);
}

void ticks_format(struct buf *b, int64_t t)
{
    struct civil c;
    char text[32], *p = text;
    ticks_to_civil(t, &c);
    p = put(p, (unsigned)c.year, 4);
    *p++ = '-';
    p = put(p, (unsigned)c.month, 2);
    *p++ = '-';
    p = put(p, (unsigned)c.day, 2);
    *p++ = 'T';
    p = put_clock(p, &c);
    *p++ = '.';
    p = put(p, (unsigned)c.fraction, 7);
    *p++ = 'Z';
    buf_add(b, (str){ text, (size_t)(p - text) });
}
