/* series_stl.c - season, trend and rest of a series by local regression. */
#include "series_stl.h"

#include <math.h>

#include "series_stats.h"

/* ---- loess -------------------------------------------------------------- */

/* Local lines through n values at 1, 2, … with a window of `length`. */
struct loess {
    size_t n, length;
    const double *y;
    const double *weight; /* of each value; NULL: all the same */
    double *factor;       /* room for n or length, whichever is less */
};

/* How much a value at distance r counts: the tricube of r / h, with ends cut
 * off where rounding would decide. */
static double tricube(double r, double h)
{
    if (r > 0.999 * h)
        return 0;
    if (r <= 0.001 * h)
        return 1;
    double q = r / h;
    q = 1 - q * q * q;
    return q * q * q;
}

/* Factors of the values left … right (from 1) for place x; false: they weigh
 * nothing. */
static bool factors_at(const struct loess *l, double x, size_t left,
                       size_t right)
{
    double h = fmax(x - (double)left, (double)right - x), sum = 0;
    double *w = l->factor;
    if (l->length > l->n)
        h += (double)((l->length - l->n) / 2);
    for (size_t j = left; j <= right; j++) {
        w[j - left] = tricube(fabs((double)j - x), h);
        if (l->weight)
            w[j - left] *= l->weight[j - 1];
        sum += w[j - left];
    }
    if (sum <= 0)
        return false;
    double mean = 0, spread = 0;
    for (size_t j = left; j <= right; j++) {
        w[j - left] /= sum;
        mean += w[j - left] * (double)j;
    }
    for (size_t j = left; j <= right; j++)
        spread += w[j - left] * ((double)j - mean) * ((double)j - mean);
    if (h <= 0 || sqrt(spread) <= 0.001 * (double)(l->n - 1))
        return true;
    double slope = (x - mean) / spread;
    for (size_t j = left; j <= right; j++)
        w[j - left] *= slope * ((double)j - mean) + 1;
    return true;
}

static double apply(const struct loess *l, size_t left, size_t right)
{
    const double *y = l->y + left - 1, *w = l->factor;
    double s[4] = { 0 };
    size_t n = right - left + 1, j = 0;
    for (; j + 4 <= n; j += 4)
        for (size_t k = 0; k < 4; k++)
            s[k] += w[j + k] * y[j + k];
    for (; j < n; j++)
        s[0] += w[j] * y[j];
    return (s[0] + s[1]) + (s[2] + s[3]);
}

/* The smooth at place x from the window left … right; the value itself where
 * nothing weighs anything. */
static double smooth_at(const struct loess *l, double x, size_t left,
                        size_t right, double or_else)
{
    return factors_at(l, x, left, right) ? apply(l, left, right) : or_else;
}

/* Where all windows are whole and values count the same, so do the factors. */
static size_t smooth_inside(const struct loess *l, double *out)
{
    size_t half = l->length / 2;
    if (l->weight || l->length >= l->n ||
        !factors_at(l, (double)(half + 1), 1, l->length))
        return half;
    for (size_t i = half; i + half < l->n; i++)
        out[i] = apply(l, i - half + 1, i + half + 1);
    return l->n - half;
}

static double smooth_place_at(const struct loess *l, size_t i)
{
    size_t n = l->n, half = l->length / 2, left = 1, right = n;
    if (l->length < n) {
        left = i < half ? 1 : i - half + 1;
        if (left > n - l->length + 1)
            left = n - l->length + 1;
        right = left + l->length - 1;
    }
    return smooth_at(l, (double)(i + 1), left, right, l->y[i]);
}

/* Large windows change little from place to place: some are worked out, the
 * others lie on the lines between them. */
static size_t jump_of(const struct loess *l)
{
    size_t most = l->weight ? 64 : 512;
    return l->length > most ? 4 * l->length / most : 1;
}

static void smooth_some(const struct loess *l, size_t jump, double *out)
{
    size_t n = l->n, last = 0;
    out[0] = smooth_place_at(l, 0);
    while (last + 1 < n) {
        size_t next = last + jump < n ? last + jump : n - 1;
        out[next] = smooth_place_at(l, next);
        double step = (out[next] - out[last]) / (double)(next - last);
        for (size_t i = last + 1; i < next; i++)
            out[i] = out[last] + step * (double)(i - last);
        last = next;
    }
}

static void smooth(const struct loess *l, double *out)
{
    size_t n = l->n, half = l->length / 2, jump = jump_of(l);
    if (jump > 1 && jump < n) {
        smooth_some(l, jump, out);
        return;
    }
    size_t skip = smooth_inside(l, out);
    for (size_t i = 0; i < n; i++) {
        if (i == half && l->length < n)
            i = skip;
        if (i < n)
            out[i] = smooth_place_at(l, i);
    }
}

/* ---- one season --------------------------------------------------------- */

struct stl {
    size_t n, period, seasonal, trend, lowpass;
    const double *y;
    const double *weight;   /* robust; NULL in the first round */
    double *season, *level; /* n: the parts so far */
    double *cycles;         /* n + 2 period: smooth cycles */
    double *work, *sub, *sub_weight, *factor;
};

/* The values at one place of the period, smoothed, one period longer at both
 * ends. */
static void smooth_place(struct stl *s, size_t place)
{
    size_t k = (s->n - place - 1) / s->period + 1;
    for (size_t i = 0; i < k; i++) {
        size_t at = i * s->period + place;
        s->sub[i] = s->y[at] - s->level[at];
        if (s->weight)
            s->sub_weight[i] = s->weight[at];
    }
    double *out = s->sub + s->n + 1;
    struct loess l = { k, s->seasonal, s->sub, s->weight ? s->sub_weight : NULL,
                       s->factor };
    size_t right = s->seasonal < k ? s->seasonal : k;
    size_t left = s->seasonal < k ? k - s->seasonal + 1 : 1;
    smooth(&l, out + 1);
    out[0] = smooth_at(&l, 0, 1, right, out[1]);
    out[k + 1] = smooth_at(&l, (double)(k + 1), left, k, out[k]);
    for (size_t i = 0; i < k + 2; i++)
        s->cycles[i * s->period + place] = out[i];
}

/* n - length + 1 means of `length` values. */
static void moving_average(size_t n, size_t length, const double *x,
                           double *out)
{
    double sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += x[i];
    out[0] = sum / (double)length;
    for (size_t i = length; i < n; i++) {
        sum += x[i] - x[i - length];
        out[i - length + 1] = sum / (double)length;
    }
}

/* What of the cycles is no season: three running means and a loess. */
static void low_pass(struct stl *s, double *out)
{
    size_t n = s->n + 2 * s->period;
    double *a = s->work, *b = s->work + n;
    moving_average(n, s->period, s->cycles, a);
    moving_average(n - s->period + 1, s->period, a, b);
    moving_average(s->n + 2, 3, b, a);
    struct loess l = { s->n, s->lowpass, a, NULL, s->factor };
    smooth(&l, out);
}

static void turn(struct stl *s)
{
    for (size_t p = 0; p < s->period; p++)
        smooth_place(s, p);
    low_pass(s, s->season);
    for (size_t i = 0; i < s->n; i++) {
        s->season[i] = s->cycles[s->period + i] - s->season[i];
        s->work[i] = s->y[i] - s->season[i];
    }
    struct loess l = { s->n, s->trend, s->work, s->weight, s->factor };
    smooth(&l, s->level);
}

/* Bisquare of the rest over six times its median. */
static void weigh(struct stl *s, double *weight)
{
    for (size_t i = 0; i < s->n; i++)
        s->work[i] = weight[i] = fabs(s->y[i] - s->season[i] - s->level[i]);
    double six = 6 * series_quantile(s->n, s->work, 0.5);
    for (size_t i = 0; i < s->n; i++) {
        double q = weight[i] / six;
        weight[i] = weight[i] <= 0.001 * six ? 1
                  : weight[i] <= 0.999 * six ? (1 - q * q) * (1 - q * q)
                                             : 0;
    }
}

static size_t odd_from(double x)
{
    size_t n = (size_t)ceil(x);
    return n + (n % 2 == 0);
}

static size_t trend_window(size_t period, size_t seasonal)
{
    return odd_from(1.5 * (double)period / (1 - 1.5 / (double)seasonal));
}

enum { TURNS = 5, ROBUST_ROUNDS = 15, ROBUST_TURNS = 2 };

static void rounds(struct stl *s, bool robust, double *weight)
{
    memset(s->level, 0, s->n * sizeof *s->level);
    s->weight = NULL;
    for (int round = 0; round <= (robust ? ROBUST_ROUNDS : 0); round++) {
        for (int i = 0; i < (robust ? ROBUST_TURNS : TURNS); i++)
            turn(s);
        if (robust && round < ROBUST_ROUNDS) {
            weigh(s, weight);
            s->weight = weight;
        }
    }
}

/* ---- the face ----------------------------------------------------------- */

static void stl_init(struct arena *a, struct stl *s, size_t n, size_t longest)
{
    size_t most = n + 2 * longest;
    s->n = n;
    s->cycles = arena_array(a, most + longest, sizeof *s->cycles);
    s->work = arena_array(a, 2 * most + 2, sizeof *s->work);
    s->sub = arena_array(a, 2 * n + 4, sizeof *s->sub);
    s->sub_weight = arena_array(a, n, sizeof *s->sub_weight);
    s->factor = arena_array(a, n, sizeof *s->factor);
    s->season = arena_array(a, n, sizeof *s->season);
}

static void split(struct stl *s, const struct stl_opts *o, size_t season,
                  double *weight)
{
    s->period = o->period[season];
    s->seasonal = o->seasonal + (o->nperiods > 1 ? 4 * (season + 1) : 0);
    s->lowpass = s->period + 1 + s->period % 2;
    s->trend = o->trend ? o->trend : trend_window(s->period, s->seasonal);
    rounds(s, o->robust, weight);
}

static void remainder_of(size_t n, const double *x, const struct stl_opts *o,
                         struct stl_parts *p)
{
    for (size_t i = 0; i < n; i++) {
        p->residual[i] = x[i] - p->trend[i];
        for (size_t k = 0; k < o->nperiods; k++)
            p->residual[i] -= p->seasonal[k][i];
    }
}

bool stl_run(struct arena *a, size_t n, const double *x,
             const struct stl_opts *o, struct stl_parts *out)
{
    struct stl s = { .n = n };
    double *y = arena_array(a, n + 1, sizeof *y);
    double *rest = arena_array(a, n + 1, sizeof *rest);
    memcpy(y, x, n * sizeof *y);
    if (!series_bridge(n, y))
        return false;
    stl_init(a, &s, n, o->period[o->nperiods - 1]);
    out->trend = s.level = arena_array(a, n, sizeof *s.level);
    out->residual = arena_array(a, n, sizeof *out->residual);
    out->weight = arena_array(a, n, sizeof *out->weight);
    for (size_t i = 0; i < n; i++)
        out->weight[i] = 1;
    for (size_t k = 0; k < o->nperiods; k++)
        out->seasonal[k] = arena_zalloc(a, n * sizeof(double));
    memcpy(rest, y, n * sizeof *rest);
    for (int pass = 0; pass < (o->nperiods > 1 ? 2 : 1); pass++)
        for (size_t k = 0; k < o->nperiods; k++) {
            for (size_t i = 0; i < n; i++)
                rest[i] += out->seasonal[k][i];
            s.y = rest;
            split(&s, o, k, out->weight);
            memcpy(out->seasonal[k], s.season, n * sizeof *s.season);
            for (size_t i = 0; i < n; i++)
                rest[i] -= out->seasonal[k][i];
        }
    remainder_of(n, x, o, out);
    return true;
}
