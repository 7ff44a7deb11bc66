/* beacons.c - do the events of one pair come at regular times? */
#include "beacons.h"

#include <math.h>

#include "base/ticks.h"
#include "series_fft.h"
#include "series_stats.h"

static const double TWO_PI = 6.28318530717958647692;

/* The times of a pair, and what there is to know about them. */
struct train {
    size_t n;
    double *x;     /* seconds since the first */
    double *d;     /* n - 1 intervals, sorted */
    double length; /* of the whole, seconds */
    double unit;   /* differences below this mean nothing */
};

/* A period that a test proposes. */
struct finding {
    double period;
    double log_p; /* natural logarithm of the p-value */
};

static const struct finding NOTHING = { NAN, 0 };

/* ---- times -------------------------------------------------------------- */

/* The unit in which the times were written, one second at most: whole minutes
 * are rather a beat of minutes. */
static int64_t unit_of(size_t n, const int64_t *time)
{
    static const int64_t units[] = { TICKS_PER_SEC, TICKS_PER_MS,
                                     TICKS_PER_US };
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        size_t i = 0;
        while (i < n && time[i] % units[u] == 0)
            i++;
        if (i == n)
            return units[u];
    }
    return 1;
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

static void train_make(struct beacons *w, size_t n, const int64_t *time,
                       struct train *t)
{
    int64_t unit = unit_of(n, time), last = 0;
    t->x = arena_array(w->scratch, n, sizeof *t->x);
    t->d = arena_array(w->scratch, n, sizeof *t->d);
    t->n = 0;
    if (unit < w->opts.resolution)
        unit = w->opts.resolution;
    for (size_t i = 0; i < n; i++) {
        if (i &&
            (uint64_t)time[i] - (uint64_t)last < (uint64_t)w->opts.resolution)
            continue;
        last = time[i];
        t->x[t->n++] = (double)((uint64_t)last - (uint64_t)time[0]) /
                       (double)TICKS_PER_SEC;
    }
    t->unit = (double)unit / (double)TICKS_PER_SEC;
    t->length = t->n ? t->x[t->n - 1] : 0;
    for (size_t i = 1; i < t->n; i++)
        t->d[i - 1] = t->x[i] - t->x[i - 1];
    qsort(t->d, t->n ? t->n - 1 : 0, sizeof *t->d, by_value);
}

/* ---- intervals ---------------------------------------------------------- */

/* The largest share that chance can have between a and r a. */
static double most_by_chance(double r)
{
    return r < 1 + 1e-9 ? (r - 1) * exp(-1)
                        : pow(r, -1 / (r - 1)) * (1 - 1 / r);
}

/* log of at least k of m when one has probability q: -m KL(k/m, q). */
static double log_tail(double k, double m, double q)
{
    double s = k / m;
    if (s <= q)
        return 0;
    double kl = s * log(s / q);
    if (s < 1)
        kl += (1 - s) * log((1 - s) / (1 - q));
    return -m * kl;
}

static double mean_of(const double *d, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += d[i];
    return sum / (double)n;
}

/* Windows whose ends differ by a factor, so that 3 is a jitter of a half. */
static const double widths[] = { 1.02, 1.05, 1.1, 1.2, 1.5, 2, 3 };
enum { NWIDTHS = sizeof widths / sizeof *widths };

/* The window that is least likely is not centred on the beat; the intervals
 * half as far again around it are. */
static double centre(const struct train *t, double period, double width)
{
    double reach = 1.5 * (width - 1) / (width + 1);
    for (int pass = 0; pass < 3; pass++) {
        double sum = 0;
        size_t n = 0;
        for (size_t i = 0; i < t->n - 1; i++)
            if (fabs(t->d[i] - period) <= reach * period + t->unit / 2) {
                sum += t->d[i];
                n++;
            }
        period = n ? sum / (double)n : period;
    }
    return period;
}

/* Of windows of one width the one with the most intervals is least likely;
 * of two with as many, the narrower. Asking for its probability once is what
 * keeps this cheap. */
static struct finding try_width(const struct train *t, double width)
{
    struct finding best = NOTHING;
    size_t m = t->n - 1, end = 0, at = 0, count = 0;
    double ratio = INFINITY;
    for (size_t i = 0; i < m; i++) {
        while (end < m && t->d[end] <= t->d[i] * width)
            end++;
        double low = t->d[i] - t->unit, high = t->d[end - 1] + t->unit;
        if (low <= 0 || end - i < count ||
            (end - i == count && high >= ratio * low))
            continue;
        ratio = high / low;
        at = i;
        count = end - i;
    }
    if (!count)
        return NOTHING;
    best.log_p = log_tail((double)count, (double)m, most_by_chance(ratio));
    best.period = centre(t, mean_of(t->d + at, count), width);
    return best;
}

static struct finding by_intervals(const struct train *t)
{
    struct finding best = NOTHING;
    for (size_t i = 0; i < NWIDTHS; i++) {
        struct finding f = try_width(t, widths[i]);
        if (f.log_p < best.log_p)
            best = f;
    }
    best.log_p += log((double)(t->n - 1) * NWIDTHS);
    return best.log_p < 0 ? best : NOTHING;
}

/* ---- phase -------------------------------------------------------------- */

/* |sum exp(2 pi i f t)|² / n: 1 by chance, n for a clock. */
static double power_at(const struct train *t, double f)
{
    /* Of very many events some are enough to place a peak. */
    size_t step = t->n / 100000 + 1, count = 0;
    double re = 0, im = 0;
    for (size_t i = 0; i < t->n; i += step, count++) {
        double turns = f * t->x[i], angle = TWO_PI * (turns - floor(turns));
        re += cos(angle);
        im += sin(angle);
    }
    return (re * re + im * im) / (double)count;
}

struct spectrum {
    size_t size;      /* of the transform, a power of two */
    size_t low, high; /* beats looked for: [low, high) */
    size_t end;       /* beyond, everything is there twice */
    double *power;    /* low … end, over the local level */
    double step;      /* Hz from one to the next */
};

/* Periods of less than this are not looked for: most intervals are longer. */
static double shortest(const struct train *t)
{
    double p = 0.8 * t->d[(t->n - 1) / 4];
    return p > 2 * t->unit ? p : 2 * t->unit;
}

/* Bins that are not whole units would beat with the unit itself: half a unit,
 * or some. */
static double bin_of(const struct train *t, double period, size_t size)
{
    double bin = period / 4, least = t->length * 1.0001 / (double)size;
    if (bin > least)
        bin = bin < t->unit ? t->unit / 2 : floor(bin / t->unit) * t->unit;
    return bin > least         ? bin
         : least < t->unit / 2 ? t->unit / 2
                               : ceil(least / t->unit) * t->unit;
}

/* Four bins in the shortest period, 32 for each event, at least 1024. */
static unsigned size_log2(const struct train *t, double period)
{
    double bins = 4 * t->length / period, most = 32 * (double)t->n;
    unsigned k = 10;
    if (bins > most)
        bins = most;
    while (k < BEACONS_MAX_LOG2 && (double)((size_t)1 << k) <= bins)
        k++;
    return k;
}

static double *roots_of(struct beacons *w, unsigned log2)
{
    if (!w->roots[log2])
        w->roots[log2] = series_fft_roots(w->a, (size_t)1 << log2);
    return w->roots[log2];
}

/* Power of real values whose even ones are in re, odd ones in im: a transform
 * of half the size, untangled (Sorensen et al. 1987). */
static void untangle(size_t half, const double *re, const double *im,
                     const double *root, double *power)
{
    for (size_t k = 0; k < half; k++) {
        size_t j = (half - k) % half;
        double er = (re[k] + re[j]) / 2, ei = (im[k] - im[j]) / 2;
        double or = (im[k] + im[j]) / 2, oi = (re[j] - re[k]) / 2;
        double c = root[2 * k], s = root[2 * k + 1];
        double xr = er + c * or -s * oi, xi = ei + c * oi + s * or ;
        power[k] = xr * xr + xi * xi;
    }
    power[half] = 0;
}

static void count_events(const struct train *t, double bin, size_t size,
                         double *re, double *im)
{
    for (size_t i = 0; i < t->n; i++) {
        size_t b = (size_t)(t->x[i] / bin);
        b = b < size ? b : size - 1;
        (b % 2 ? im : re)[b / 2] += 1;
    }
}

/* Days, shifts and breaks have harmonics up to here (four hours): slower beats
 * are left to the intervals. */
static const double SHIFT = 1 / (4 * 3600.0);

static void spectrum_make(struct beacons *w, const struct train *t,
                          struct spectrum *s)
{
    double period = shortest(t);
    unsigned log2 = size_log2(t, period);
    size_t size = (size_t)1 << log2, half = size / 2;
    double bin = bin_of(t, period, size);
    double *re = arena_zalloc(w->scratch, half * sizeof *re),
           *im = arena_zalloc(w->scratch, half * sizeof *im);
    count_events(t, bin, size, re, im);
    series_fft_with(half, re, im, roots_of(w, log2 - 1));
    s->power = arena_array(w->scratch, half + 1, sizeof *s->power);
    untangle(half, re, im, roots_of(w, log2), s->power);
    s->size = size;
    s->step = 1 / (bin * (double)size);
    /* At least ten periods in the whole, and two units in a period. */
    double slowest = 10 / t->length;
    s->low = (size_t)ceil((slowest > SHIFT ? slowest : SHIFT) / s->step);
    s->end = (size_t)floor(1 / (2 * t->unit) / s->step);
    if (s->end > half)
        s->end = half;
    s->high = (size_t)floor(1 / (4 * bin) / s->step) + 1;
    if (s->high > s->end)
        s->high = s->end;
}

/* Divides by the level of the neighbourhood, so that bursts, which raise all
 * frequencies, and days, which raise the low ones, do not look like a beat. */
enum { LEAST = 32 }; /* values that a median is taken of */

static void level(struct beacons *w, const struct train *t, struct spectrum *s)
{
    double *copy = arena_array(w->scratch, s->size / 2 + 1, sizeof *copy);
    for (size_t k = s->low, end; k < s->end; k = end) {
        end = k < 4 * LEAST ? k + LEAST : k + k / 4;
        if (end > s->end || s->end - end < LEAST)
            end = s->end;
        memcpy(copy, s->power + k, (end - k) * sizeof *copy);
        double usual = series_quantile(end - k, copy, 0.5) / log(2);
        if (!(usual > (double)t->n))
            usual = (double)t->n;
        for (size_t i = k; i < end; i++)
            s->power[i] /= usual;
    }
}

static size_t largest(const struct spectrum *s, size_t low, size_t high)
{
    size_t best = low;
    for (size_t k = low; k < high; k++)
        if (s->power[k] > s->power[best])
            best = k;
    return best;
}

enum { HARMONICS = 12 };

/* A comb has the same power at all multiples of its beat. */
static size_t lowest_of_comb(const struct spectrum *s, size_t top)
{
    for (size_t m = HARMONICS; m > 1; m--) {
        size_t k = top / m;
        if (k < s->low + 1 || k + 2 >= s->high)
            continue;
        size_t near = largest(s, k - 1, k + 3);
        if (s->power[near] > 0.3 * s->power[top] && s->power[near] > 7)
            return near;
    }
    return top;
}

/* The frequency between two bins where the power is highest: a coarse look,
 * then golden sections (Kiefer 1953). */
static double refine(const struct train *t, double f, double step)
{
    enum { LOOKS = 4, SECTIONS = 14 };
    static const double GOLDEN = 0.61803398874989484820;
    double best = f, most = power_at(t, f);
    for (int i = -LOOKS; i <= LOOKS; i++) {
        double g = f + step * i / LOOKS, p = power_at(t, g);
        if (p > most) {
            most = p;
            best = g;
        }
    }
    double low = best - step / LOOKS, high = best + step / LOOKS;
    for (int i = 0; i < SECTIONS; i++) {
        double a = high - GOLDEN * (high - low),
               b = low + GOLDEN * (high - low);
        if (power_at(t, a) > power_at(t, b))
            high = b;
        else
            low = a;
    }
    return (low + high) / 2;
}

/* log(1 - (1 - q)^m) for a small q whose logarithm is given: of m tries. */
static double log_any(double log_q, double m)
{
    return log_q < -30 ? log(m) + log_q : log(-expm1(m * log1p(-exp(log_q))));
}

/* A pulse is narrow: its harmonics are as strong as the beat. The sum of four
 * has a gamma distribution by chance. */
enum { SUMMED = 4, OFFSETS = 4 };

static double log_gamma_tail(double z)
{
    return -z + log(1 + z + z * z / 2 + z * z * z / 6);
}

static double sum_at(const struct spectrum *s, double at)
{
    double sum = 0;
    for (int j = 1; j <= SUMMED; j++)
        sum += s->power[(size_t)(j * at + 0.5)];
    return sum;
}

/* As lowest_of_comb, for sums: every multiple of the beat has the same one, and
 * half of the beat has half of it. */
static double lowest_sum(const struct spectrum *s, double top, double most)
{
    for (int m = HARMONICS; m > 1; m--) {
        double best = 0, at = 0, reach = 0.5;
        for (double k = top / m - reach; k <= top / m + reach; k += 0.125) {
            double sum = k < (double)s->low ? 0 : sum_at(s, k);
            if (sum > best) {
                best = sum;
                at = k;
            }
        }
        if (best > 0.75 * most)
            return at;
    }
    return top;
}

static struct finding by_sum(const struct spectrum *s)
{
    double most = 0, best = NAN;
    for (size_t k = s->low; k < s->high && SUMMED * (k + 1) < s->end; k++)
        for (int o = 0; o < OFFSETS; o++) {
            double at = (double)k + (o + 0.5) / OFFSETS - 0.5;
            double sum = at < (double)s->low ? 0 : sum_at(s, at);
            if (sum > most) {
                most = sum;
                best = at;
            }
        }
    return (struct finding){ lowest_sum(s, best, most), log_gamma_tail(most) };
}

/* Where it could well be chance (5 %) no period is worked out. */
static const double WORTH = -3;

static struct finding by_phase(struct beacons *w, const struct train *t)
{
    struct spectrum s;
    spectrum_make(w, t, &s);
    if (s.low + 8 > s.high)
        return NOTHING;
    level(w, t, &s);
    size_t top = largest(&s, s.low, s.high);
    /* Padding looks at each frequency more than once: count them once. */
    double independent = (double)(s.high - s.low) * s.step * t->length;
    independent = independent < 1 ? 1 : independent;
    struct finding f = { (double)top, log_any(-s.power[top], independent) };
    struct finding sum = by_sum(&s);
    sum.log_p = log_any(sum.log_p, independent * OFFSETS);
    if (sum.log_p < f.log_p)
        f = sum;
    else
        f.period = (double)lowest_of_comb(&s, top);
    f.log_p += log(2);
    f.period = f.log_p < WORTH ? 1 / refine(t, f.period * s.step, s.step) : NAN;
    return f;
}

/* ---- what is told ------------------------------------------------------- */

static double distance(double turns)
{
    return fabs(turns - round(turns));
}

/* Where in the period the events lie, as a mean direction. */
static double mean_phase(const struct train *t, double period)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < t->n; i++) {
        double turns = t->x[i] / period;
        re += cos(TWO_PI * (turns - floor(turns)));
        im += sin(TWO_PI * (turns - floor(turns)));
    }
    return atan2(im, re) / TWO_PI;
}

static double jitter_of(struct beacons *w, const struct train *t,
                        const struct beacon *b)
{
    double *e = arena_array(w->scratch, t->n, sizeof *e);
    double phase = b->phase ? mean_phase(t, b->period) : 0;
    size_t n = b->phase ? t->n : t->n - 1;
    for (size_t i = 0; i < n; i++)
        e[i] = distance(b->phase ? t->x[i] / b->period - phase
                                 : t->d[i] / b->period);
    return series_quantile(n, e, 0.5);
}

static double coverage_of(const struct train *t, double period)
{
    size_t seen = 0;
    double last = -1;
    for (size_t i = 0; i < t->n; i++) {
        double cycle = floor(t->x[i] / period + 0.5);
        seen += cycle > last;
        last = cycle;
    }
    double share = (double)seen / (floor(t->length / period + 0.5) + 1);
    return share < 1 ? share : 1;
}

static void describe(struct beacons *w, const struct train *t, struct beacon *b)
{
    b->jitter = jitter_of(w, t, b);
    b->coverage = coverage_of(t, b->period);
    double regular = 1 - 4 * b->jitter;
    b->score = regular > 0 ? regular * (1 + b->coverage) / 2 : 0;
}

void beacon_find(struct beacons *w, size_t n, const int64_t *time,
                 struct beacon *out)
{
    /* So sure that the other test need not be asked. */
    static const double SURE = -20;
    struct train t;
    struct finding f, phase = NOTHING;
    arena_reset(w->scratch);
    if (n > BEACONS_MAX_EVENTS)
        n = BEACONS_MAX_EVENTS;
    train_make(w, n, time, &t);
    *out = (struct beacon){ .events = (int64_t)t.n,
                            .period = NAN,
                            .jitter = NAN,
                            .coverage = NAN,
                            .pvalue = 1 };
    if (t.n < BEACONS_MIN_EVENTS || (int64_t)t.n < w->opts.min_events)
        return;
    f = by_intervals(&t);
    if (f.log_p > SURE)
        phase = by_phase(w, &t);
    if (phase.log_p < f.log_p) {
        f = phase;
        out->phase = true;
    }
    if (isnan(f.period))
        return;
    out->period = f.period;
    out->pvalue = f.log_p < -log(2) ? 2 * exp(f.log_p) : 1;
    describe(w, &t, out);
}
