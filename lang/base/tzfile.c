/* tzfile.c - TZif files and the rules at their end.
 *
 * Called by: datetime_utc_to_local, datetime_local_to_utc. Damaged files give
 * no zone; nothing is read outside the buffer. */
#include "tzfile.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_FILE = 1 << 20, DAY = 86400 };

/* When a rule of the TZ string takes effect, in local time. */
struct change {
    char kind;          /* 'M' month.week.day, 'J' day without Feb 29, 'n' */
    int month, week, day;
    int32_t time;       /* seconds of the day, may be negative */
};

struct tz {
    size_t n;
    const int64_t *at;      /* moments at which the offset changes */
    const int32_t *offset;  /* from that moment on */
    int32_t first;          /* before the first */
    bool has_rule, has_dst;
    int32_t std, dst;       /* after the last */
    struct change to_dst, to_std;
};

struct reader {
    const uint8_t *p, *end;
    bool bad;
};

static const uint8_t *take(struct reader *r, size_t n)
{
    if (r->bad || (size_t)(r->end - r->p) < n) {
        r->bad = true;
        return NULL;
    }
    r->p += n;
    return r->p - n;
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

static int64_t be64(const uint8_t *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

struct header {
    int version;
    uint32_t isut, isstd, leap, times, types, chars;
};

static bool read_header(struct reader *r, struct header *h)
{
    const uint8_t *p = take(r, 44);
    if (!p || memcmp(p, "TZif", 4))
        return false;
    h->version = p[4] ? p[4] - '0' : 1;
    h->isut = be32(p + 20);
    h->isstd = be32(p + 24);
    h->leap = be32(p + 28);
    h->times = be32(p + 32);
    h->types = be32(p + 36);
    h->chars = be32(p + 40);
    return h->types > 0 && h->types <= 256 && h->times <= 100000 &&
           h->chars <= 10000 && h->leap <= 10000 && h->isut <= 256 &&
           h->isstd <= 256;
}

static size_t body_size(const struct header *h, size_t time_size)
{
    return h->times * (time_size + 1) + h->types * 6 + h->chars +
           h->leap * (time_size + 4) + h->isstd + h->isut;
}

static bool read_body(struct reader *r, const struct header *h,
                      size_t time_size, struct arena *a, struct tz *z)
{
    const uint8_t *body = take(r, body_size(h, time_size));
    if (!body)
        return false;
    const uint8_t *index = body + h->times * time_size;
    const uint8_t *types = index + h->times;
    int64_t *at = arena_array(a, h->times, sizeof *at);
    int32_t *offset = arena_array(a, h->times, sizeof *offset);
    for (uint32_t i = 0; i < h->times; i++) {
        const uint8_t *t = body + i * time_size;
        at[i] = time_size == 8 ? be64(t) : (int32_t)be32(t);
        if (index[i] >= h->types || (i && at[i] <= at[i - 1]))
            return false;
        offset[i] = (int32_t)be32(types + index[i] * 6);
    }
    z->n = h->times;
    z->at = at;
    z->offset = offset;
    z->first = (int32_t)be32(types);
    return true;
}

/* The TZ string: CET-1CEST,M3.5.0,M10.5.0/3 */
struct text {
    const char *p, *end;
};

static bool next_is(struct text *t, char c)
{
    if (t->p == t->end || *t->p != c)
        return false;
    t->p++;
    return true;
}

static bool take_int(struct text *t, int max, int *v)
{
    const char *from = t->p;
    for (*v = 0; t->p < t->end && *t->p >= '0' && *t->p <= '9'; t->p++)
        if ((*v = *v * 10 + (*t->p - '0')) > max)
            return false;
    return t->p > from;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(struct text *t, int32_t *seconds)
{
    int sign = next_is(t, '-') ? -1 : 1, h, m = 0, s = 0;
    if (sign > 0)
        next_is(t, '+');
    if (!take_int(t, 167, &h) ||
        (next_is(t, ':') && !take_int(t, 59, &m)) ||
        (next_is(t, ':') && !take_int(t, 59, &s)))
        return false;
    *seconds = sign * (h * 3600 + m * 60 + s);
    return true;
}

static bool skip_name(struct text *t)
{
    const char *from = t->p;
    if (next_is(t, '<')) {
        while (t->p < t->end && *t->p != '>')
            t->p++;
        return next_is(t, '>');
    }
    while (t->p < t->end && ((*t->p | 32) >= 'a' && (*t->p | 32) <= 'z'))
        t->p++;
    return t->p - from >= 3;
}

static bool take_change(struct text *t, struct change *c)
{
    c->time = 2 * 3600;
    c->kind = 'n';
    if (!next_is(t, ','))
        return false;
    if (next_is(t, 'M')) {
        c->kind = 'M';
        if (!take_int(t, 12, &c->month) || !next_is(t, '.') ||
            !take_int(t, 5, &c->week) || !next_is(t, '.') ||
            !take_int(t, 6, &c->day) || c->month < 1 || c->week < 1)
            return false;
    } else {
        if (next_is(t, 'J'))
            c->kind = 'J';
        if (!take_int(t, 365, &c->day))
            return false;
    }
    return !next_is(t, '/') || take_time(t, &c->time);
}

static bool read_rule(str s, struct tz *z)
{
    struct text t = { s.p, s.p + s.n };
    if (!skip_name(&t) || !take_time(&t, &z->std))
        return false;
    z->std = -z->std; /* the string counts westwards */
    z->has_rule = true;
    if (t.p == t.end)
        return true;
    z->has_dst = true;
    z->dst = z->std + 3600;
    if (!skip_name(&t))
        return false;
    if (t.p < t.end && *t.p != ',') {
        if (!take_time(&t, &z->dst))
            return false;
        z->dst = -z->dst;
    }
    return take_change(&t, &z->to_dst) && take_change(&t, &z->to_std) &&
           t.p == t.end;
}

struct tz *tz_parse(struct arena *a, str bytes)
{
    struct reader r = { (const uint8_t *)bytes.p,
                        (const uint8_t *)bytes.p + bytes.n, false };
    struct tz *z = NEW(a, struct tz);
    struct header h;
    if (bytes.n == 0 || !read_header(&r, &h))
        return NULL;
    if (h.version < 2)
        return read_body(&r, &h, 4, a, z) ? z : NULL;
    if (!take(&r, body_size(&h, 4)) || !read_header(&r, &h) ||
        !read_body(&r, &h, 8, a, z))
        return NULL;
    str rest = { (const char *)r.p, (size_t)(r.end - r.p) };
    if (rest.n < 2 || rest.p[0] != '\n')
        return NULL;
    rest = str_sub(rest, 1, rest.n);
    ptrdiff_t end = str_find_char(rest, '\n');
    if (end < 0 || (end > 0 && !read_rule(str_sub(rest, 0, (size_t)end), z)))
        return NULL;
    return z;
}

/* Days from 1970-01-01 to a date (Hinnant's days_from_civil). */
static int64_t days_to(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* The year of a day number. */
static int64_t year_of(int64_t day)
{
    int64_t y = 1970 + day / 365;
    while (days_to(y, 1, 1) > day)
        y--;
    while (days_to(y + 1, 1, 1) <= day)
        y++;
    return y;
}

/* Local seconds at which the rule takes effect in year y. */
static int64_t change_in(const struct change *c, int64_t y)
{
    int64_t day = days_to(y, 1, 1);
    bool leap = days_to(y, 3, 1) - days_to(y, 2, 28) == 2;
    if (c->kind == 'J') {
        day += c->day - 1 + (leap && c->day >= 60);
    } else if (c->kind == 'n') {
        day += c->day;
    } else {
        int64_t first = days_to(y, c->month, 1);
        int weekday = (int)((first + 4) % 7 + 7) % 7; /* day 0: a Thursday */
        day = first + (c->day - weekday + 7) % 7 + 7 * (c->week - 1);
        int64_t next = c->month == 12 ? days_to(y + 1, 1, 1)
                                      : days_to(y, c->month + 1, 1);
        while (day >= next) /* week 5 is the last one */
            day -= 7;
    }
    return day * DAY + c->time;
}

static int32_t rule_offset(const struct tz *z, int64_t utc)
{
    if (!z->has_dst)
        return z->std;
    int64_t local = utc + z->std;
    int64_t y = year_of(local / DAY - (local % DAY < 0));
    int64_t beg = change_in(&z->to_dst, y) - z->std;
    int64_t end = change_in(&z->to_std, y) - z->dst;
    bool summer = beg < end ? utc >= beg && utc < end
                            : utc >= beg || utc < end;
    return summer ? z->dst : z->std;
}

int32_t tz_offset(const struct tz *z, int64_t utc)
{
    size_t lo = 0, hi = z->n; /* how many changes are not later */
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (z->at[mid] <= utc)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == z->n && z->has_rule)
        return rule_offset(z, utc);
    return lo ? z->offset[lo - 1] : z->first;
}

/* No zone is more than 26 hours off, and no two changes are that close. */
int64_t tz_to_utc(const struct tz *z, int64_t local)
{
    int32_t before = tz_offset(z, local - 26 * 3600);
    int32_t after = tz_offset(z, local + 26 * 3600);
    int64_t late = local - after, early = local - before;
    if (tz_offset(z, late) == after)
        return late;
    if (tz_offset(z, early) == before)
        return early;
    return late;
}

static const char *windows_zone(str name)
{
    static const char *const zones[][2] = {
        { "UTC", "Etc/UTC" },
        { "GMT Standard Time", "Europe/London" },
        { "Greenwich Standard Time", "Atlantic/Reykjavik" },
        { "W. Europe Standard Time", "Europe/Berlin" },
        { "Central Europe Standard Time", "Europe/Budapest" },
        { "Central European Standard Time", "Europe/Warsaw" },
        { "Romance Standard Time", "Europe/Paris" },
        { "E. Europe Standard Time", "Europe/Chisinau" },
        { "FLE Standard Time", "Europe/Kiev" },
        { "GTB Standard Time", "Europe/Bucharest" },
        { "Turkey Standard Time", "Europe/Istanbul" },
        { "Israel Standard Time", "Asia/Jerusalem" },
        { "Russian Standard Time", "Europe/Moscow" },
        { "Arabian Standard Time", "Asia/Dubai" },
        { "India Standard Time", "Asia/Kolkata" },
        { "SE Asia Standard Time", "Asia/Bangkok" },
        { "China Standard Time", "Asia/Shanghai" },
        { "Singapore Standard Time", "Asia/Singapore" },
        { "Tokyo Standard Time", "Asia/Tokyo" },
        { "Korea Standard Time", "Asia/Seoul" },
        { "AUS Eastern Standard Time", "Australia/Sydney" },
        { "New Zealand Standard Time", "Pacific/Auckland" },
        { "South Africa Standard Time", "Africa/Johannesburg" },
        { "E. South America Standard Time", "America/Sao_Paulo" },
        { "Eastern Standard Time", "America/New_York" },
        { "Central Standard Time", "America/Chicago" },
        { "Mountain Standard Time", "America/Denver" },
        { "US Mountain Standard Time", "America/Phoenix" },
        { "Pacific Standard Time", "America/Los_Angeles" },
        { "Alaskan Standard Time", "America/Anchorage" },
        { "Hawaiian Standard Time", "Pacific/Honolulu" },
    };
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (str_ieqz(name, zones[i][0]))
            return zones[i][1];
    return NULL;
}

/* Only what zone names consist of, so that no name leaves the folder. */
static bool safe_name(str s)
{
    if (s.n == 0 || s.n > 100 || s.p[0] == '/')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') && (!c || !strchr("_+-/", c)))
            return false;
    }
    return true;
}

struct tz *tz_load(struct arena *a, str name)
{
    const char *windows = windows_zone(name);
    if (windows)
        name = str_of(windows);
    if (!safe_name(name))
        return NULL;
    const char *dir = getenv("TZDIR");
    str path = arena_fmt(a, "%s/%.*s%c", dir && *dir ? dir
                                                     : "/usr/share/zoneinfo",
                         STRF(name), 0);
    FILE *f = fopen(path.p, "rb");
    if (!f)
        return NULL;
    char *bytes = xmalloc(MAX_FILE);
    size_t n = fread(bytes, 1, MAX_FILE, f);
    fclose(f);
    struct tz *z = tz_parse(a, (str){ bytes, n });
    free(bytes);
    return z;
}
