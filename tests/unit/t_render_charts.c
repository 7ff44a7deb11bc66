/* t_render_charts.c - charts: which column is what, options, limits, scales. */
#include "t.h"

#include <math.h>

#include "render/svg/scale.h"
#include "render/svg/svg.h"
#include "tests/render/forms.h"
#include "tests/render/hostile.h"

static const char *const kinds[] = { "timechart", "linechart", "areachart",
    "anomalychart", "columnchart", "barchart", "piechart", "scatterchart",
    "card" };
enum { NKINDS = sizeof kinds / sizeof *kinds };

static struct frame *small(void)
{
    return sample_frame("At:datetime Who:string N:long X:real",
        "2024-01-03 00:00:00|ana|3|1.5\n2024-01-01 00:00:00|ana|1|2.5\n"
        "2024-01-02 00:00:00|bo|null|-4\n2024-01-02 00:00:00|ana|7|0\n");
}

TEST(every_kind_draws_every_frame)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f[] = { small(), hostile_table(hostile, NHOSTILE),
        sample_empty("A:datetime N:long", 0), sample_empty("N:long", 1),
        sample_empty("S:string N:real", 3) };
    f[4]->cols[1].d[0] = NAN;
    f[4]->cols[1].d[1] = INFINITY;
    f[4]->cols[1].d[2] = 1e308;
    for (size_t i = 0; i < NKINDS; i++)
        for (size_t k = 0; k < 5; k++) {
            struct diags ds;
            struct sample_hint sh;
            diags_init(&ds, a);
            bundle_init(&b, a);
            sample_hint(&sh, kinds[i], "title=</title><script>x");
            if (render(f[k], &sh.h, &b, &ds) == ST_OK)
                draw_checked(a, f[k], kinds[i], "title=</title><script>x;"
                    "ytitle=\"><b>;xtitle=<i>;legend=visible", &b);
            else
                CHECK(ds.nerrors == 1 && k == 3);
        }
    for (size_t k = 0; k < 5; k++)
        frame_unref(f[k]);
    arena_free(a);
}

TEST(columns_are_found_as_kql_says)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = small();
    draw_checked(a, f, "timechart", "", &b);
    str text = bundle_find(&b, "text/plain");
    CHECK(has(text, "ana: N") && has(text, "ana: X") && has(text, "bo: X"));
    CHECK(has(text, "2024-01-01 00:00:00Z \u2026 2024-01-03 00:00:00Z"));
    draw_checked(a, f, "timechart", "ycolumns=N", &b);
    text = bundle_find(&b, "text/plain");
    CHECK(has(text, "ana ") && !has(text, "X"));
    draw_checked(a, f, "columnchart", "xcolumn=Who;ycolumns=N", &b);
    text = bundle_find(&b, "text/plain");
    CHECK(has(text, "ana ") && has(text, " 11\n"));
    draw_checked(a, f, "barchart", "", &b); /* days in their order */
    text = bundle_find(&b, "text/plain");
    CHECK(str_find(text, S("2024-01-01")) < str_find(text, S("2024-01-03")));
    CHECK(!has(text, "00:00:00"));
    frame_unref(f);
    arena_free(a);
}

TEST(wrong_columns_are_named)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct diags ds;
    struct sample_hint sh;
    struct frame *f = small();
    static const char *const wrong[] = { "ycolumns=Nn", "xcolumn=Att",
        "series=who", "ycolumns=Who" };
    for (size_t i = 0; i < 4; i++) {
        diags_init(&ds, a);
        bundle_init(&b, a);
        CHECK(render(f, sample_hint(&sh, "timechart", wrong[i]), &b, &ds) ==
              ST_USER);
        CHECK(ds.nerrors == 1 && b.n == 0);
    }
    frame_unref(f);
    arena_free(a);
}

TEST(options_change_the_picture)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_frame("K:string N:long M:long",
                                   "a|1|3\nb|10|30\nc|100|300\n");
    draw_checked(a, f, "columnchart", "yaxis=log;title=T;ytitle=Y", &b);
    str svg = bundle_find(&b, "image/svg+xml");
    CHECK(has(svg, ">T</text>") && has(svg, ">Y</text>"));
    CHECK(has(svg, ">1000</text>") && has(svg, ">10</text>"));
    draw_checked(a, f, "columnchart", "legend=hidden;kind=stacked", &b);
    svg = bundle_find(&b, "image/svg+xml");
    CHECK(!has(svg, "shk-key") && has(svg, ">400</text>"));
    draw_checked(a, f, "columnchart", "kind=stacked100", &b);
    CHECK(has(bundle_find(&b, "image/svg+xml"), "N: 25 %"));
    draw_checked(a, f, "linechart", "accumulate=true;ycolumns=N", &b);
    CHECK(has(bundle_find(&b, "image/svg+xml"), "N: 111"));
    draw_checked(a, f, "linechart", "ymin=-50;ymax=900", &b);
    CHECK(has(bundle_find(&b, "image/svg+xml"), ">800</text>"));
    frame_unref(f);
    arena_free(a);
}

TEST(series_arrays_are_taken_apart)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_frame("Host:string At:dynamic N:dynamic "
                                   "Flag:dynamic",
        "ws1|[\"2024-01-01T00:00:00.0000000Z\",\"2024-01-01T01:00:00.0000000Z"
        "\",\"2024-01-01T02:00:00.0000000Z\"]|[5,null,90]|[0,0,1]\n");
    draw_checked(a, f, "anomalychart", "anomalycolumns=Flag", &b);
    str svg = bundle_find(&b, "image/svg+xml");
    CHECK(count_of(svg, "shk-mark") == 1);
    CHECK(has(svg, "ws1: N: 90"));
    CHECK(has(bundle_find(&b, "text/plain"), "2024-01-01 02:00:00Z"));
    frame_unref(f);
    arena_free(a);
}

TEST(arrays_are_split_by_keys_of_any_type)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_frame("Port:long N:dynamic At:dynamic",
        "443|[5,90]|[\"2024-01-01T00:00:00.0000000Z\","
        "\"2024-01-01T01:00:00.0000000Z\"]\n"
        "22|[7,8]|[\"2024-01-01T00:00:00.0000000Z\","
        "\"2024-01-01T01:00:00.0000000Z\"]\n");
    draw_checked(a, f, "timechart", "", &b);
    str svg = bundle_find(&b, "image/svg+xml");
    CHECK(has(svg, "443: 90") && has(svg, "22: 8"));
    frame_unref(f);
    arena_free(a);
}

/* A spike between hundreds of thousands of points must be in the picture. */
TEST(thinning_keeps_the_spike)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty("At:datetime N:long", 200000);
    for (size_t r = 0; r < f->nrows; r++) {
        f->cols[0].i[r] = 638400096000000000LL + (int64_t)r * TICKS_PER_SEC;
        f->cols[1].i[r] = r == 123457 ? 1000 : (int64_t)(r % 7);
    }
    draw_checked(a, f, "timechart", "", &b);
    str svg = bundle_find(&b, "image/svg+xml");
    CHECK(svg.n < 200000);
    CHECK(has(svg, ">1000</text>"));
    CHECK(has(svg, "\u2026 1000</title>"));
    frame_unref(f);
    arena_free(a);
}

TEST(many_series_and_categories_are_cut_and_said)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty("K:string N:long", 50000);
    for (size_t r = 0; r < f->nrows; r++) {
        f->cols[0].s[r] = arena_fmt(f->arena, "k%zu", r);
        f->cols[1].i[r] = (int64_t)r;
    }
    draw_checked(a, f, "barchart", "", &b);
    CHECK(has(bundle_find(&b, "text/html"),
              "49,940 further categories are not drawn"));
    draw_checked(a, f, "columnchart", "", &b);
    draw_checked(a, f, "piechart", "", &b);
    CHECK(has(bundle_find(&b, "image/svg+xml"), "others)"));
    draw_checked(a, f, "scatterchart", "xcolumn=N;ycolumns=N;series=K", &b);
    CHECK(has(bundle_find(&b, "text/html"),
              "49,980 smaller series are not drawn"));
    frame_unref(f);
    arena_free(a);
}

TEST(scatter_stays_below_the_ceiling_of_marks)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty("X:real Y:real", 300000);
    for (size_t r = 0; r < f->nrows; r++) {
        f->cols[0].d[r] = (double)(r % 1009);
        f->cols[1].d[r] = (double)(r * 31 % 997);
    }
    draw_checked(a, f, "scatterchart", "", &b);
    CHECK(count_of(bundle_find(&b, "image/svg+xml"), "<circle") <= 4000);
    CHECK(has(bundle_find(&b, "text/html"), "one for each place"));
    frame_unref(f);
    arena_free(a);
}

TEST(ticks_are_round)
{
    struct tick t[TICKS_CAP];
    struct scale s = { .kind = SCALE_LINEAR, .lo = 3, .hi = 97, .to = 100 };
    scale_nice(&s, 5);
    CHECK(s.lo == 0 && s.hi == 100);
    size_t n = scale_ticks(&s, 5, t);
    CHECK(n == 6 && t[1].at == 20);
    CHECK_STR(str_of(t[5].label), "100");
    s = (struct scale){ .kind = SCALE_LOG, .lo = 3, .hi = 5000, .to = 100 };
    scale_nice(&s, 5);
    CHECK(s.lo == 1 && s.hi == 10000);
    CHECK(fabs(scale_px(&s, 100) - 50) < 1e-9);
    s = (struct scale){ .kind = SCALE_LINEAR, .lo = 5, .hi = 5 };
    scale_nice(&s, 5);
    CHECK(s.lo < 5 && s.hi > 5);
}

static size_t time_ticks_of(struct tick *t, double hours)
{
    struct scale s = { .kind = SCALE_TIME, .hi = hours * TICKS_PER_HOUR,
                       .to = 900, .t0 = 638400096000000000LL };
    return scale_ticks(&s, 8, t);
}

TEST(time_ticks_fall_on_the_calendar)
{
    struct tick t[TICKS_CAP];
    CHECK(time_ticks_of(t, 24) == 9);
    CHECK_STR(str_of(t[0].label), "Jan 5");
    CHECK_STR(str_of(t[1].label), "03:00");
    CHECK(time_ticks_of(t, 24 * 365) >= 4);
    CHECK_STR(str_of(t[0].label), "Mar 2024");
    CHECK(time_ticks_of(t, 24 * 365 * 40) >= 4);
    CHECK_STR(str_of(t[0].label), "2030");
    CHECK(time_ticks_of(t, 1e-6) >= 4);
    for (double h = 1e-11; h < 7e7; h *= 3)
        CHECK(time_ticks_of(t, h) <= TICKS_CAP);
}

TEST(coordinates_have_one_decimal)
{
    struct buf b;
    buf_init(&b, 1000);
    svg_num(&b, 1.25);
    buf_addc(&b, ' ');
    svg_num(&b, -0.04);
    buf_addc(&b, ' ');
    svg_num(&b, -3.0);
    buf_addc(&b, ' ');
    svg_num(&b, NAN);
    buf_addc(&b, ' ');
    svg_num(&b, 1e300);
    CHECK_STR(buf_str(&b), "1.3 0 -3 0 0");
    buf_release(&b);
    CHECK(text_width(S("mmmm"), 11) > text_width(S("iiii"), 11));
    CHECK(text_width(S("\xE2\x80\xAE"), 10) > 30); /* spelled out */
}

/* Names, titles and values of a megabyte each. */
TEST(huge_texts_are_cut_everywhere)
{
    static const char *const all[] = { "", "timeline", "processtree",
        "timechart", "columnchart", "barchart", "piechart", "areachart",
        "scatterchart", "card" };
    struct arena *a = arena_new();
    struct frame *f = frame_new(4);
    char *z = arena_alloc(a, 1000000);
    str big = { z, 1000000 };
    memset(z, '&', 1000000);
    memcpy(z + 1000, "\xC3\xA4\xC3\xA4", 4);
    frame_set_col(f, 0, big, TYPE_DATETIME);
    frame_set_col(f, 1, big, TYPE_LONG);
    frame_set_col(f, 2, S("ProcessKey"), TYPE_STRING);
    frame_set_col(f, 3, S("ParentKey"), TYPE_STRING);
    frame_set_rows(f, 2);
    f->cols[2].s[0] = f->cols[3].s[1] = f->cols[2].s[1] = big;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct sample_hint sh;
        struct bundle b;
        struct diags ds;
        diags_init(&ds, a);
        bundle_init(&b, a);
        sample_hint(&sh, all[i], "ref=2024-01-05");
        static const char *const props[] = { "title", "xtitle", "ytitle",
                                             "ref_label" };
        for (size_t k = 0; k < 4; k++)
            sh.h.props.v[sh.h.props.n++] = (struct hint_prop){
                str_of(props[k]), { .type = TYPE_STRING, .s = big } };
        CHECK(render(f, &sh.h, &b, &ds) == ST_OK);
        check_forms(&b);
    }
    frame_unref(f);
    arena_free(a);
}
