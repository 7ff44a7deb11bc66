/* scale.c - from values to pixels, with round ticks.
 *
 * Called by: charts, timeline. */
#include "render/svg/scale.h"

#include <math.h>

#include "base/ticks.h"
#include "render/format.h"

static double nice_step(double range, size_t want)
{
    double raw = range / (double)(want ? want : 1);
    if (!(raw > 0) || !isfinite(raw))
        return 1;
    double p = pow(10, floor(log10(raw)));
    double m = raw / p;
    return (m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10) * p;
}

void scale_nice(struct scale *s, size_t want)
{
    if (s->kind == SCALE_LOG) {
        s->lo = pow(10, floor(log10(s->lo)));
        s->hi = pow(10, ceil(log10(s->hi)));
        if (!(s->hi > s->lo))
            s->hi = s->lo * 10;
        return;
    }
    if (!(s->hi > s->lo)) {
        double pad = fabs(s->lo) > 0 ? fabs(s->lo) * 0.1 : 1;
        s->lo -= s->kind == SCALE_TIME ? 5e6 : pad;
        s->hi += s->kind == SCALE_TIME ? 5e6 : pad;
    }
    if (s->kind == SCALE_TIME)
        return;
    double step = nice_step(s->hi - s->lo, want);
    s->lo = floor(s->lo / step) * step;
    s->hi = ceil(s->hi / step) * step;
}

double scale_px(const struct scale *s, double v)
{
    double lo = s->lo, hi = s->hi;
    if (s->kind == SCALE_LOG) {
        lo = log10(lo);
        hi = log10(hi);
        v = v > 0 ? log10(v) : lo;
    }
    /* Halves: the range of two doubles may be more than a double holds. */
    double part = hi > lo ? (v / 2 - lo / 2) / (hi / 2 - lo / 2) : 0.5;
    part = !(part > 0) ? 0 : part > 1 ? 1 : part;
    return s->from + part * (s->to - s->from);
}

int64_t scale_moment(const struct scale *s, double v)
{
    double at = (double)s->t0 + v;
    if (!(at > 0))
        return 0;
    return at >= (double)TICKS_MAX ? TICKS_MAX : s->t0 + (int64_t)v;
}

static void label_num(struct tick *t, double v)
{
    struct buf b = { .p = t->label, .cap = sizeof t->label,
                     .max = sizeof t->label - 1 };
    format_num(&b, v, true);
    t->label[b.n] = 0;
}

static size_t linear_ticks(const struct scale *s, size_t want,
                           struct tick *out)
{
    double step = nice_step(s->hi - s->lo, want);
    double first = ceil(s->lo / step - 1e-9);
    size_t n = 0;
    for (; n < TICKS_CAP; n++) {
        double v = (first + (double)n) * step;
        if (!(v <= s->hi + step * 1e-9))
            break;
        out[n].at = v;
        label_num(&out[n], fabs(v) < step * 1e-9 ? 0 : v);
    }
    return n;
}

static size_t log_ticks(const struct scale *s, size_t want, struct tick *out)
{
    double lo = floor(log10(s->lo) + 1e-9), hi = log10(s->hi) + 1e-9;
    double step = ceil((hi - lo) / (double)(want ? want : 1));
    size_t n = 0;
    if (!(step >= 1))
        step = 1;
    for (double e = lo; e <= hi && n < TICKS_CAP; e += step, n++) {
        out[n].at = pow(10, e);
        label_num(&out[n], out[n].at);
    }
    return n;
}

/* Steps of less than a month, in ticks. */
static const int64_t time_steps[] = {
    1, 10, 100, 1000, 5000,
    TICKS_PER_MS, 5 * TICKS_PER_MS, 10 * TICKS_PER_MS, 50 * TICKS_PER_MS,
    100 * TICKS_PER_MS, 200 * TICKS_PER_MS, 500 * TICKS_PER_MS,
    TICKS_PER_SEC, 2 * TICKS_PER_SEC, 5 * TICKS_PER_SEC, 10 * TICKS_PER_SEC,
    15 * TICKS_PER_SEC, 30 * TICKS_PER_SEC,
    TICKS_PER_MIN, 2 * TICKS_PER_MIN, 5 * TICKS_PER_MIN, 10 * TICKS_PER_MIN,
    15 * TICKS_PER_MIN, 30 * TICKS_PER_MIN,
    TICKS_PER_HOUR, 2 * TICKS_PER_HOUR, 3 * TICKS_PER_HOUR,
    6 * TICKS_PER_HOUR, 12 * TICKS_PER_HOUR,
    TICKS_PER_DAY, 2 * TICKS_PER_DAY, 7 * TICKS_PER_DAY, 14 * TICKS_PER_DAY,
};

static const int month_steps[] = { 1, 2, 3, 6, 12, 24, 60, 120, 240, 600,
                                   1200, 2400, 12000 };

static void label_time(struct tick *t, int64_t at, int64_t step)
{
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
        "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct civil c;
    ticks_to_civil(at, &c);
    bool day_start = at % TICKS_PER_DAY == 0;
    if (step >= 365 * TICKS_PER_DAY)
        snprintf(t->label, sizeof t->label, "%d", c.year);
    else if (step >= 28 * TICKS_PER_DAY)
        snprintf(t->label, sizeof t->label, "%s %d", months[c.month - 1],
                 c.year);
    else if (step >= TICKS_PER_DAY || day_start)
        snprintf(t->label, sizeof t->label, "%s %d", months[c.month - 1],
                 c.day);
    else if (step >= TICKS_PER_MIN)
        snprintf(t->label, sizeof t->label, "%02d:%02d", c.hour, c.minute);
    else if (step >= TICKS_PER_SEC)
        snprintf(t->label, sizeof t->label, "%02d:%02d:%02d", c.hour, c.minute,
                 c.second);
    else if (step >= TICKS_PER_MS)
        snprintf(t->label, sizeof t->label, "%02d:%02d.%03d", c.minute,
                 c.second, c.fraction / 10000);
    else
        snprintf(t->label, sizeof t->label, "%02d.%07d", c.second, c.fraction);
}

static size_t step_ticks(const struct scale *s, int64_t step, struct tick *out)
{
    int64_t lo = scale_moment(s, s->lo), hi = scale_moment(s, s->hi);
    int64_t at = lo / step * step;
    size_t n = 0;
    for (; at <= hi && n < TICKS_CAP; at += step)
        if (at >= lo) {
            out[n].at = (double)(at - s->t0);
            label_time(&out[n++], at, step);
        }
    return n;
}

static size_t month_ticks(const struct scale *s, int step, struct tick *out)
{
    struct civil c;
    size_t n = 0;
    int64_t lo = scale_moment(s, s->lo), hi = scale_moment(s, s->hi), at;
    ticks_to_civil(lo, &c);
    int month = (c.year * 12 + c.month - 1) / step * step;
    for (; n < TICKS_CAP; month += step) {
        struct civil m = { .year = month / 12, .month = month % 12 + 1,
                           .day = 1 };
        if (m.year < 1)
            continue;
        if (!ticks_from_civil(&m, &at) || at > hi)
            break;
        if (at < lo)
            continue;
        out[n].at = (double)(at - s->t0);
        label_time(&out[n++], at, step * 30 * TICKS_PER_DAY);
    }
    return n;
}

static size_t time_ticks(const struct scale *s, size_t want, struct tick *out)
{
    double raw = (s->hi - s->lo) / (double)(want ? want : 1);
    for (size_t i = 0; i < sizeof time_steps / sizeof *time_steps; i++)
        if ((double)time_steps[i] >= raw)
            return step_ticks(s, time_steps[i], out);
    for (size_t i = 0; i < sizeof month_steps / sizeof *month_steps; i++)
        if (month_steps[i] * 30.4 * (double)TICKS_PER_DAY >= raw)
            return month_ticks(s, month_steps[i], out);
    return 0;
}

size_t scale_ticks(const struct scale *s, size_t want,
                   struct tick out[TICKS_CAP])
{
    if (s->kind == SCALE_LOG)
        return log_ticks(s, want, out);
    return s->kind == SCALE_TIME ? time_ticks(s, want, out)
                                 : linear_ticks(s, want, out);
}
