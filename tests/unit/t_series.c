/* t_series.c - analysis of series: statistics, fits, filters, transforms,
 * periods, decomposition, outliers.
 *
 * Where the numbers come from: those marked [numpy] were computed by numpy 1.24
 * (polyfit, quantile, corrcoef, and a search over all splits) in double
 * precision; [direct] by the defining sum in this file; [published] are
 * answers of a KQL engine that its documentation or its makers show. */
#include <math.h>
#include <stdlib.h>

#include "analytics/series_decompose.h"
#include "analytics/series_fft.h"
#include "analytics/series_filter.h"
#include "analytics/series_fit.h"
#include "analytics/series_period.h"
#include "analytics/series_stats.h"
#include "t.h"

enum { BIG = 1000000 };

static const double PI_SERIES[] = { 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7,
                                    9 };
enum { NPI = sizeof PI_SERIES / sizeof *PI_SERIES };

static bool near(double got, double want)
{
    double room = 1e-9 * (fabs(want) > 1 ? fabs(want) : 1);
    bool ok = fabs(got - want) <= room || (isnan(got) && isnan(want)) ||
              (isinf(got) && got == want);
    if (!ok)
        printf("got %.17g, want %.17g\n", got, want);
    return ok;
}
#define NEAR(got, want) CHECK(near(got, want))

/* Uniform in 0 … 1, the same on every machine. */
static double noise(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0;
}

/* --- statistics -------------------------------------------------------- */

TEST(statistics_of_a_series)
{
    struct series_stats s = series_stats(NPI, PI_SERIES);
    CHECK(s.count == 15 && s.min_at == 1 && s.max_at == 5);
    NEAR(s.min, 1);
    NEAR(s.max, 9);
    NEAR(s.sum, 77);
    NEAR(s.mean, 5.133333333333334);      /* [numpy] */
    NEAR(s.variance, 7.98095238095238);
}

TEST(the_variance_keeps_its_digits)
{
    double x[] = { 1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16 };
    NEAR(series_stats(4, x).variance, 30);
}

TEST(statistics_of_next_to_nothing)
{
    double gaps[] = { NAN, NAN }, one[] = { NAN, 7 };
    CHECK(series_stats(0, NULL).count == 0);
    CHECK(isnan(series_stats(2, gaps).mean));
    struct series_stats s = series_stats(2, one);
    CHECK(s.count == 1 && s.min_at == 1 && s.max_at == 1);
    NEAR(s.variance, 0);
}

TEST(quantiles_are_interpolated)
{
    static const double x[] = { 2.5, 0.1, 7, 3.3, -4, 8.8, 1e3, 2.2, 5, 5, 5 };
    static const double p[] = { 0, 0.1, 0.25, 0.5, 0.9, 1 };
    static const double want[] = { -4, 0.1, 2.35, 5, 8.8, 1000 }; /* [numpy] */
    for (size_t i = 0; i < 6; i++) {
        double v[11];
        memcpy(v, x, sizeof v);
        NEAR(series_quantile(11, v, p[i]), want[i]);
    }
    CHECK(isnan(series_quantile(0, NULL, 0.5)));
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

TEST(quantiles_agree_with_sorting)
{
    uint64_t seed = 7;
    double v[257], sorted[257];
    for (int round = 0; round < 200; round++) {
        size_t n = 1 + (size_t)(noise(&seed) * 256);
        for (size_t i = 0; i < n; i++)
            v[i] = sorted[i] = floor(noise(&seed) * (round % 2 ? 5 : 1e6));
        qsort(sorted, n, sizeof *sorted, by_value);
        size_t k = (size_t)(noise(&seed) * (double)n);
        double p = n > 1 ? (double)k / (double)(n - 1) : 0;
        if (k < n)
            NEAR(series_quantile(n, v, p), sorted[k]);
    }
}

TEST(gaps_are_bridged)
{
    double x[] = { NAN, 2, NAN, NAN, 8, NAN }, none[] = { NAN, NAN };
    CHECK(series_bridge(6, x));
    NEAR(x[0], 2);
    NEAR(x[2], 4);
    NEAR(x[3], 6);
    NEAR(x[5], 8);
    CHECK(!series_bridge(2, none) && isnan(none[0]));
    CHECK(!series_bridge(0, NULL));
}

TEST(correlation_of_two_series)
{
    double x[] = { 1, -2, 3.5, 0, 2 }, y[] = { 2, 7, 1, 8, 2.5 };
    double flat[] = { 1, 1, 1, 1, 1 }, gap[] = { 1, NAN, 3, 4, 5 };
    NEAR(series_correlation(5, x, y), -0.8347516277284951); /* [numpy] */
    NEAR(series_correlation(5, x, x), 1);
    CHECK(isnan(series_correlation(5, x, flat)));
    CHECK(isnan(series_correlation(5, x, gap)));
    CHECK(isnan(series_correlation(0, x, y)));
}

/* --- fits -------------------------------------------------------------- */

TEST(a_line_through_a_series)
{
    struct series_line l = series_fit_line(NPI, PI_SERIES); /* [numpy] */
    NEAR(l.slope, 0.4357142857142857);
    NEAR(l.interception, 1.6476190476190486);
    NEAR(l.variance, 7.98095238095238);
    NEAR(l.rvariance, 4.184013605442177);
    NEAR(l.rsquare, 0.4757500852369586);
}

TEST(a_line_as_documented)
{
    static const double y[] = { 2, 5, 6, 8, 11, 15, 17, 18, 25, 26, 30, 30 };
    struct series_line l = series_fit_line(12, y); /* [published], 3 digits */
    double fit[12];
    CHECK(fabs(l.rsquare - 0.982) < 1e-3 && fabs(l.slope - 2.730) < 1e-3);
    CHECK(fabs(l.variance - 98.628) < 1e-3);
    CHECK(fabs(l.rvariance - 1.686) < 1e-3);
    CHECK(fabs(l.interception + 1.666) < 1e-3);
    series_line_values(&l, 12, fit);
    CHECK(fabs(fit[0] - 1.064) < 1e-3 && fabs(fit[11] - 31.102) < 1e-3);
}

TEST(a_line_over_gaps_and_next_to_nothing)
{
    double y[] = { 1, NAN, 5, NAN, 9 }, one[] = { NAN, 4 }, no[] = { NAN };
    struct series_line l = series_fit_line(5, y);
    NEAR(l.slope, 2);
    NEAR(l.interception, -1);
    NEAR(l.rsquare, 1);
    l = series_fit_line(2, one);
    NEAR(l.slope, 0);
    NEAR(l.interception, 4);
    CHECK(isnan(series_fit_line(1, no).slope));
    CHECK(isnan(series_fit_line(0, NULL).slope));
}

TEST(two_lines_through_a_series)
{
    struct series_2lines l; /* [numpy], all splits tried */
    CHECK(series_fit_2lines(NPI, PI_SERIES, &l));
    CHECK(l.split == 6);
    NEAR(l.rvariance, 2.917006802721088);
    NEAR(l.rsquare, 0.6345039209001022);
    NEAR(l.left.slope, 1.1142857142857139);
    NEAR(l.left.interception, -0.06666666666666286);
    NEAR(l.right.slope, 0.7333333333333333);
    NEAR(l.right.interception, 2.333333333333332);
    CHECK(!series_fit_2lines(3, PI_SERIES, &l));
}

TEST(two_lines_around_a_jump)
{
    double y[40];
    struct series_2lines l;
    for (size_t i = 0; i < 40; i++)
        y[i] = i < 17 ? 1e6 + (double)i : 2e6 - 3 * (double)i;
    CHECK(series_fit_2lines(40, y, &l) && l.split == 17);
    NEAR(l.left.slope, 1);
    NEAR(l.right.slope, -3);
    NEAR(l.rsquare, 1);
}

TEST(a_polynomial_through_points)
{
    double x[] = { -2, -1.5, 0, 0.5, 1, 2, 3, 4.5 };
    double y[] = { 5, 2.2, 1, 1.4, 2, 5.1, 9.9, 22 };
    static const double want[] = { 0.8974129358751961, 0.08259835670041665,
                                   0.9701724239268575, 0.010931456852003387 };
    struct arena *a = arena_new();
    struct series_points at = { 8, x, y };
    struct series_poly p;
    double fit[8];
    CHECK(series_fit_poly(a, &at, 3, &p, fit)); /* [numpy] */
    for (size_t k = 0; k < 4; k++)
        NEAR(p.coef[k], want[k]);
    NEAR(p.rvariance, 0.12696973451291424);
    NEAR(p.rsquare, 0.9974575180101827);
    NEAR(fit[2], want[0]);
    arena_free(a);
}

TEST(a_polynomial_finds_itself_far_from_zero)
{
    enum { N = 200 };
    double y[N], fit[N];
    struct arena *a = arena_new();
    struct series_points at = { N, NULL, y };
    struct series_poly p;
    for (size_t i = 0; i < N; i++) {
        double x = (double)(i + 1);
        y[i] = 1e3 + 2 * x - 0.03 * x * x + 1e-4 * x * x * x;
    }
    CHECK(series_fit_poly(a, &at, 3, &p, fit));
    NEAR(p.coef[0], 1e3);
    NEAR(p.coef[1], 2);
    NEAR(p.coef[2], -0.03);
    NEAR(p.coef[3], 1e-4);
    NEAR(fit[N - 1], y[N - 1]);
    arena_free(a);
}

TEST(a_polynomial_of_too_few_points)
{
    double x[] = { 2, 2, 2 }, y[] = { 1, 2, 6 }, fit[3];
    struct arena *a = arena_new();
    struct series_poly p;
    struct series_points same = { 3, x, y }, two = { 2, NULL, y };
    CHECK(series_fit_poly(a, &same, 5, &p, fit));
    NEAR(fit[0], 3);
    CHECK(series_fit_poly(a, &two, 5, &p, fit));
    NEAR(fit[1], 2);
    two.n = 0;
    CHECK(!series_fit_poly(a, &two, 5, &p, fit));
    arena_free(a);
}

/* --- filters and transforms -------------------------------------------- */

TEST(filters_look_back)
{
    static const double x[] = { 1, 2, 3, 4, 5 }, third[] = { 1. / 3, 1. / 3,
                                                             1. / 3 };
    static const double b[] = { 0.5, 0.25 }, d[] = { 2, -1, 0.5 };
    static const double iir[] = { 0.25, 0.75, 1.3125, 1.84375, 2.34375 };
    struct arena *a = arena_new();
    struct series_kernel f = { third, 3, false };
    struct series_kernel up = { b, 2, false }, down = { d, 3, false };
    double y[5];
    series_fir(a, 5, x, &f, y); /* [numpy] convolve */
    NEAR(y[0], 1. / 3);
    NEAR(y[4], 4);
    f.center = true;
    series_fir(a, 5, x, &f, y);
    NEAR(y[0], 1);
    NEAR(y[4], 3);
    series_iir(5, x, &up, &down, y); /* the recursion, by hand in fractions */
    for (size_t i = 0; i < 5; i++)
        NEAR(y[i], iir[i]);
    arena_free(a);
}

TEST(a_long_filter_is_the_same_filter)
{
    enum { N = 5000, M = 3001 };
    struct arena *a = arena_new();
    uint64_t seed = 3;
    double *x = arena_array(a, N, sizeof *x), *f = arena_array(a, M, sizeof *f),
           *y = arena_array(a, N, sizeof *y);
    for (size_t i = 0; i < N; i++)
        x[i] = noise(&seed) - 0.5;
    for (size_t i = 0; i < M; i++)
        f[i] = noise(&seed);
    struct series_kernel k = { f, M, false };
    series_fir(a, N, x, &k, y);
    for (size_t i = 0; i < N; i += 499) { /* [direct] */
        double sum = 0;
        for (size_t j = 0; j < M && j <= i; j++)
            sum += f[j] * x[i - j];
        CHECK(fabs(y[i] - sum) < 1e-9);
    }
    arena_free(a);
}

/* The sum that defines the transform, at frequency k. */
static void dft(size_t n, const double *re, const double *im, size_t k,
                double out[2])
{
    out[0] = out[1] = 0;
    for (size_t i = 0; i < n; i++) {
        double angle = -2 * 3.14159265358979323846 * (double)(k * i % n) /
                       (double)n;
        out[0] += re[i] * cos(angle) - im[i] * sin(angle);
        out[1] += re[i] * sin(angle) + im[i] * cos(angle);
    }
}

TEST(transforms_of_every_length)
{
    struct arena *a = arena_new();
    uint64_t seed = 11;
    double re[131], im[131], r[131], i2[131];
    for (size_t n = 1; n <= 131; n++) {
        double worst = 0, want[2];
        for (size_t i = 0; i < n; i++) {
            re[i] = r[i] = noise(&seed) - 0.5;
            im[i] = i2[i] = noise(&seed) - 0.5;
        }
        series_fft(a, n, r, i2, false);
        for (size_t k = 0; k < n; k++) { /* [direct] */
            dft(n, re, im, k, want);
            worst = fmax(worst, fabs(r[k] - want[0]) + fabs(i2[k] - want[1]));
        }
        CHECK(worst < 1e-11);
        series_fft(a, n, r, i2, true);
        for (size_t k = 0; k < n; k++)
            worst = fmax(worst, fabs(r[k] - re[k]) + fabs(i2[k] - im[k]));
        CHECK(worst < 1e-11);
        arena_reset(a);
    }
    series_fft(a, 0, r, i2, false);
    arena_free(a);
}

/* --- periods ----------------------------------------------------------- */

/* A month of traffic, two values a day: the example of KQL's documentation. */
static const double TRAFFIC[] = {
    80,  139, 87,  110, 68,  54,  50,  51,  53,  133, 86,  141, 97,  156, 94,
    149, 95,  140, 77,  61,  50,  54,  47,  133, 72,  152, 94,  148, 105, 162,
    101, 160, 87,  63,  53,  55,  54,  151, 103, 189, 108, 183, 113, 175, 113,
    178, 90,  71,  62,  62,  65,  165, 109, 181, 115, 182, 121, 178, 114, 170
};

TEST(the_period_of_a_month_of_traffic)
{
    struct arena *a = arena_new();
    struct series_spectrum s;
    struct series_period p[4];
    CHECK(series_spectrum(a, 60, TRAFFIC, &s));
    CHECK(series_periods(a, &s, &(struct series_search){ 0, 50, 4 }, p) == 1);
    NEAR(p[0].period, 14);
    NEAR(p[0].score, 0.8405558794091443); /* [published] */
    NEAR(series_period_score(&s, 14), 0.8405558794091443);
    NEAR(series_period_score(&s, 10), 0);
    NEAR(series_period_score(&s, 3), 0);
    NEAR(series_period_score(&s, 31), 0);
    NEAR(series_period_score(&s, NAN), 0);
    CHECK(series_periods(a, &s, &(struct series_search){ 15, 50, 4 }, p) == 0);
    arena_free(a);
}

TEST(day_and_week_are_both_found)
{
    enum { N = 24 * 7 * 6 };
    struct arena *a = arena_new();
    struct series_spectrum s;
    struct series_period p[8];
    uint64_t seed = 1;
    double x[N];
    for (size_t i = 0; i < N; i++) {
        double hour = (double)(i % 24), day = (double)(i / 24 % 7);
        x[i] = (hour > 7 && hour < 19 ? 30 : 5) * (day < 5 ? 1 : 0.4) +
               4 * noise(&seed);
    }
    CHECK(series_spectrum(a, N, x, &s));
    size_t n = series_periods(a, &s, &(struct series_search){ 0, N, 8 }, p);
    CHECK(n >= 2 && p[0].period == 168);
    bool day = false;
    for (size_t i = 1; i < n; i++)
        day |= p[i].period == 24;
    CHECK(day);
    arena_free(a);
}

TEST(noise_has_no_period)
{
    enum { N = 400 };
    struct arena *a = arena_new();
    struct series_spectrum s;
    struct series_period p[8];
    size_t found = 0;
    uint64_t seed = 5;
    double x[N];
    for (int round = 0; round < 100; round++) {
        for (size_t i = 0; i < N; i++)
            x[i] = noise(&seed);
        CHECK(series_spectrum(a, N, x, &s));
        found += series_periods(a, &s, &(struct series_search){ 0, N, 8 }, p);
        arena_reset(a);
    }
    CHECK(found <= 10); /* at most one in twenty is expected by chance */
    arena_free(a);
}

TEST(no_period_in_next_to_nothing)
{
    double gaps[20], same[20], far[20];
    struct arena *a = arena_new();
    struct series_spectrum s;
    struct series_period p[2];
    for (size_t i = 0; i < 20; i++) {
        gaps[i] = NAN;
        same[i] = 0.1;
        far[i] = i % 5 == 0 ? 1e308 : -1e308;
    }
    CHECK(!series_spectrum(a, 0, NULL, &s));
    CHECK(!series_spectrum(a, 20, gaps, &s));
    CHECK(!series_spectrum(a, 20, same, &s));
    CHECK(!series_spectrum(a, 7, TRAFFIC, &s));
    if (series_spectrum(a, 20, far, &s))
        CHECK(series_periods(a, &s, &(struct series_search){ 0, 10, 2 }, p) <=
              2);
    far[3] = INFINITY;
    CHECK(!series_spectrum(a, 20, far, &s));
    arena_free(a);
}

/* --- decomposition ----------------------------------------------------- */

static void check_seasonal(const double *x, size_t n, int64_t period,
                           const double *want, size_t nwant)
{
    struct arena *a = arena_new();
    struct series_split how = { period, 0.7, SERIES_TREND_NONE, 0 };
    double *got = arena_array(a, n, sizeof *got);
    series_seasonal(a, n, x, &how, got);
    for (size_t i = 0; i < n; i++)
        NEAR(got[i], want[i % nwant]);
    arena_free(a);
}

TEST(the_seasonal_part_is_the_median)
{
    static const double six[] = { 2, 5, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1,
                                  2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1 };
    static const double five[] = { 8,  12, 14, 12, 10, 10, 12, 14, 12, 10,
                                   10, 12, 14, 12, 10, 10, 12, 14, 12, 10 };
    static const double brief[] = { 1, 3, 5, 2, 4, 6, 1, 3, 5, 2, 4, 6 };
    static const double want6[] = { 1, 2, 3, 4, 3, 2 }, zero[] = { 0 };
    static const double want5[] = { 10, 12, 14, 12, 10 };
    static const double want3[] = { 1.5, 3.5, 5.5 };
    check_seasonal(six, 25, SERIES_AUTO, want6, 6); /* [published] */
    check_seasonal(five, 20, SERIES_AUTO, want5, 5);
    check_seasonal(brief, 12, SERIES_AUTO, zero, 1);
    check_seasonal(brief, 12, 3, want3, 3);
    check_seasonal(brief, 12, 0, zero, 1);
    check_seasonal(brief, 12, -7, zero, 1);
    check_seasonal(brief, 12, 13, zero, 1);
}

TEST(season_and_trend_add_up)
{
    enum { N = 60, AHEAD = 12 };
    static const double season[] = { 0, 5, -5, 2 };
    struct arena *a = arena_new();
    struct series_split how = { 4, 0.6, SERIES_TREND_LINE, AHEAD };
    struct series_parts p;
    double x[N];
    for (size_t i = 0; i < N; i++)
        x[i] = i < N - AHEAD ? season[i % 4] + 100 : NAN;
    x[9] = NAN;
    x[20] += 50;
    series_decompose(a, N, x, &how, &p);
    for (size_t i = 0; i < N; i++) {
        NEAR(p.seasonal[i], season[i % 4] + 100);
        NEAR(p.baseline[i], p.seasonal[i] + p.trend[i]);
        if (!isnan(x[i]))
            NEAR(p.residual[i], x[i] - p.baseline[i]);
    }
    CHECK(isnan(p.residual[9]));
    arena_free(a);
}

TEST(a_trend_goes_on)
{
    double x[] = { 1, 3, 5, 7, 100, 100 };
    struct arena *a = arena_new();
    struct series_split how = { 0, 0.6, SERIES_TREND_LINE, 2 };
    struct series_parts p;
    series_decompose(a, 6, x, &how, &p);
    NEAR(p.baseline[5], 11);
    how.trend = SERIES_TREND_AVG;
    series_decompose(a, 6, x, &how, &p);
    NEAR(p.baseline[5], 4);
    how.trend = SERIES_TREND_NONE;
    series_decompose(a, 6, x, &how, &p);
    NEAR(p.residual[5], 100);
    how.test_points = 99;
    how.trend = SERIES_TREND_LINE;
    series_decompose(a, 6, x, &how, &p);
    NEAR(p.baseline[0], 0);
    series_decompose(a, 0, NULL, &how, &p);
    arena_free(a);
}

/* --- outliers ---------------------------------------------------------- */

TEST(scores_as_published)
{
    static const double x[] = { -3,  2.4, 15, 3.9, 5, 6, 4.5, 5.2,
                                3,   4,   5,  16,  7, 5, 5,   4 };
    struct arena *a = arena_new();
    struct series_fence f = { 0.1, 0.9, true, 0 };
    double s[16];
    series_outliers(a, 16, x, &f, s); /* [published] by its makers */
    NEAR(s[0], -1.9040785483608571);
    NEAR(s[1], -0.10021466044004519);
    NEAR(s[2], 1.3361954725339347);
    NEAR(s[3], 0);
    NEAR(s[11], 1.6702443406674186);
    f.low = 0.25, f.high = 0.75;
    series_outliers(a, 16, x, &f, s); /* scaling leaves the quartiles alone */
    double scaled = s[2];
    f.scaled = false;
    series_outliers(a, 16, x, &f, s);
    NEAR(s[2], scaled);
    NEAR(s[2], (15 - 5.4) / (5.4 - 3.975)); /* quartiles by hand */
    arena_free(a);
}

TEST(scores_without_a_range)
{
    double x[] = { 3, 3, 3, 3, 3, 3, 3, 9, 3, 3, 3, 3, -1, NAN, 3, 3 };
    double none[] = { NAN, NAN }, s[16];
    struct arena *a = arena_new();
    struct series_fence f = { 0.1, 0.9, true, 0 };
    series_outliers(a, 16, x, &f, s);
    CHECK(s[0] == 0 && s[13] == 0);
    CHECK(isinf(s[7]) && s[7] > 0 && isinf(s[12]) && s[12] < 0);
    series_outliers(a, 2, none, &f, s);
    CHECK(s[0] == 0 && s[1] == 0);
    series_outliers(a, 0, NULL, &f, s);
    f.test_points = 16;
    series_outliers(a, 16, x, &f, s);
    CHECK(s[7] == 0);
    arena_free(a);
}

/* --- size -------------------------------------------------------------- */

TEST(a_million_values)
{
    struct arena *a = arena_new();
    struct series_split how = { SERIES_AUTO, 0.6, SERIES_TREND_LINE, 0 };
    struct series_fence f = { 0.1, 0.9, true, 0 };
    struct series_parts p;
    struct series_2lines l;
    uint64_t seed = 9;
    double *x = arena_array(a, BIG, sizeof *x),
           *s = arena_array(a, BIG, sizeof *s);
    for (size_t i = 0; i < BIG; i++)
        x[i] = (i % 288 < 96 ? 40 : 10) + noise(&seed);
    x[777777] = 1000;
    series_decompose(a, BIG, x, &how, &p);
    series_outliers(a, BIG, p.residual, &f, s);
    CHECK(s[777777] > 100 && s[777776] < 3);
    CHECK(p.seasonal[0] > 40 && p.seasonal[287] < 11);
    CHECK(series_fit_2lines(BIG, x, &l));
    for (size_t i = 0; i < BIG; i++)
        x[i] = 5;
    NEAR(series_quantile(BIG, x, 0.9), 5); /* equal values: no square */
    arena_free(a);
}
