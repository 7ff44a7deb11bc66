/* t_render_table.c - tables: forms, limits, what is said about them. */
#include "t.h"

#include "tests/render/forms.h"
#include "tests/render/hostile.h"

static const char cols[] = "At:datetime Who:string N:long X:real Took:timespan "
                           "Ok:bool Bag:dynamic";

TEST(a_small_table)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_frame(cols,
        "2024-01-02 03:04:05.5|ana|-3|1.5|36000000000|true|{\"a\":1}\n"
        "2024-01-02 03:04:06|| null|null|null|null|null\n"
        "null|\xE6\x97\xA5\xE6\x9C\xAC|9|0.1|1|false|[]\n");
    frame_nulls(f, 2)[1] = true;
    frame_nulls(f, 6)[1] = true;
    draw_checked(a, f, "", "", &b);
    CHECK_STR(bundle_find(&b, "text/plain"),
"At                        Who    N    X              Took  Ok     Bag\n"
"\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500"
"\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500  "
"\u2500\u2500\u2500\u2500  \u2500\u2500  \u2500\u2500\u2500  "
"\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500"
"\u2500\u2500\u2500\u2500  \u2500\u2500\u2500\u2500\u2500  "
"\u2500\u2500\u2500\u2500\u2500\u2500\u2500\n"
"2024-01-02 03:04:05.500Z  ana   -3  1.5  01:00:00.0000000  true   {\"a\":1}\n"
"2024-01-02 03:04:06.000Z         \u2205    \u2205                 \u2205  "
"\u2205      \u2205\n"
"\u2205                         \u65e5\u672c   9  0.1  00:00:00.0000001  "
"false  []\n"
"(3 rows, 7 columns)\n");
    str html = bundle_find(&b, "text/html");
    CHECK(count_of(html, "<tr>") == 4);
    CHECK(has(html, "data-t=\"timespan\""));
    CHECK(has(html, "<td class=\"shk-e\"></td>"));
    CHECK(has(html, "<td class=\"shk-m shk-z\" title=\"null\""));
    CHECK(has(html, "<td class=\"shk-r shk-z\" title=\"null\""));
    CHECK(has(html, ">3 rows, 7 columns</div>"));
    frame_unref(f);
    arena_free(a);
}

TEST(hostile_values_and_names)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = hostile_table(hostile, NHOSTILE);
    draw_checked(a, f, "table", "title=<script>alert(1)</script>", &b);
    str html = bundle_find(&b, "text/html");
    CHECK(count_of(html, "<script>") == 1);
    CHECK(!has(html, "<img"));
    CHECK(!has(html, "<a "));
    /* Dollar and backslash stand in <code>. */
    CHECK(has(html, "<code>$\\href{javascript:alert(18)}{x}$"));
    frame_unref(f);
    arena_free(a);
}

/* The text that a reader sees is the defanged value. */
TEST(content_reads_back_as_the_value)
{
    struct arena *a = arena_new();
    for (size_t i = 0; i < NHOSTILE; i++) {
        struct bundle b;
        struct buf want;
        struct xml x;
        struct frame *f = sample_empty("Value:string", 1);
        f->cols[0].s[0] = hostile[i];
        CHECK(sample_draw(a, f, "", "", &b) == ST_OK);
        xml_read(&x, bundle_find(&b, "text/html"));
        buf_init(&want, 10000);
        utf8_printable_keep(&want, hostile[i], "\n\t");
        if (i != 24) /* noncharacters are spelled out as well */
            CHECK(str_find(buf_str(&x.text), buf_str(&want)) >= 0);
        buf_release(&want);
        buf_release(&x.text);
        frame_unref(f);
    }
    arena_free(a);
}

TEST(limits_are_said)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty("A:string", 1200);
    for (size_t r = 0; r < f->nrows; r++)
        f->cols[0].s[r] = S("x");
    f->total = 5000000;
    f->completeness = TRUNCATED;
    draw_checked(a, f, "", "", &b);
    str html = bundle_find(&b, "text/html"), text = bundle_find(&b,
                                                               "text/plain");
    CHECK(count_of(html, "<tr>") == 1001);
    CHECK(has(html, "1,000 of 5,000,000 rows"));
    CHECK(has(html, "shk-warn\">truncated"));
    CHECK(has(text, "(50 of 5,000,000 rows, 1 column; truncated)"));
    CHECK(sample_draw(a, f, "table", "rows=7", &b) == ST_OK);
    CHECK(count_of(bundle_find(&b, "text/html"), "<tr>") == 8);
    CHECK(has(bundle_find(&b, "text/plain"), "(7 of "));
    f->completeness = PARTIAL;
    CHECK(sample_draw(a, f, "", "rows=-5", &b) == ST_OK);
    CHECK(has(bundle_find(&b, "text/html"), "partial result"));
    frame_unref(f);
    arena_free(a);
}

TEST(long_cells_are_cut_and_counted)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty("A:string", 2);
    char *z = arena_alloc(a, 5000);
    memset(z, 'q', 5000);
    f->cols[0].s[0] = (str){ z, 5000 };
    f->cols[0].s[1] = (str){ z, 2000 };
    draw_checked(a, f, "", "", &b);
    str html = bundle_find(&b, "text/html");
    CHECK(has(html, "\u2026 3,000 more characters</i>"));
    CHECK(has(html, "1 long cell is cut at 2000 characters"));
    CHECK(count_of(html, "class=\"shk-w\"") == 2);
    frame_unref(f);
    arena_free(a);
}

/* 5,000 columns, and cells that would be fifteen gigabytes. */
TEST(huge_frames_stay_small)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = frame_new(5000);
    char *z = arena_alloc(a, 100000);
    memset(z, 1, 100000); /* each byte is spelled out */
    for (size_t c = 0; c < f->ncols; c++)
        frame_set_col(f, c, S("A"), TYPE_STRING);
    frame_set_rows(f, 30);
    for (size_t c = 0; c < f->ncols; c++)
        for (size_t r = 0; r < 30; r++)
            f->cols[c].s[r] = (str){ z, 100000 };
    draw_checked(a, f, "", "", &b);
    str html = bundle_find(&b, "text/html");
    CHECK(html.n <= 2000000);
    CHECK(has(html, "60 of 5,000 columns"));
    CHECK(has(html, "very wide rows"));
    CHECK(has(bundle_find(&b, "text/plain"), "not shown here: "));
    frame_unref(f);
    arena_free(a);
}

TEST(bytes_end_the_rows_before_the_count_does)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty("A:string B:string", 100000);
    char *z = arena_alloc(a, 1000);
    memset(z, '&', 1000);
    for (size_t r = 0; r < f->nrows; r++)
        f->cols[0].s[r] = f->cols[1].s[r] = (str){ z, 1000 };
    draw_checked(a, f, "", "rows=100000", &b);
    str html = bundle_find(&b, "text/html");
    size_t rows = count_of(html, "<tr>");
    CHECK(rows > 150 && rows < 250);
    CHECK(has(html, " of 100,000 rows"));
    CHECK(bundle_find(&b, "text/plain").n < 1100000);
    CHECK(has(bundle_find(&b, "text/plain"), " of 100,000 rows"));
    frame_unref(f);
    arena_free(a);
}

TEST(no_rows_and_no_columns)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty("A:string B:long", 0);
    draw_checked(a, f, "", "", &b);
    CHECK(has(bundle_find(&b, "text/plain"), "(0 rows, 2 columns)"));
    frame_unref(f);
    f = frame_new(0);
    frame_set_rows(f, 0);
    draw_checked(a, f, "", "", &b);
    CHECK(has(bundle_find(&b, "text/plain"), "(0 rows, 0 columns)"));
    frame_unref(f);
    arena_free(a);
}

TEST(garbage_times_do_no_harm)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty("A:datetime B:timespan", 4);
    f->cols[0].i[0] = INT64_MIN;
    f->cols[0].i[1] = INT64_MAX;
    f->cols[1].i[0] = INT64_MIN;
    f->cols[1].i[1] = INT64_MAX;
    draw_checked(a, f, "", "", &b);
    CHECK(has(bundle_find(&b, "text/plain"), "-9223372036854775808 ticks"));
    CHECK(has(bundle_find(&b, "text/plain"), "-10675199.02:48:05.4775808"));
    frame_unref(f);
    arena_free(a);
}

TEST(unknown_kinds_get_a_suggestion)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct diags ds;
    struct sample_hint sh;
    struct frame *f = sample_empty("A:string", 1);
    diags_init(&ds, a);
    bundle_init(&b, a);
    CHECK(render(f, sample_hint(&sh, "timechrat", ""), &b, &ds) == ST_USER);
    CHECK(ds.nerrors == 1);
    CHECK_STR(ds.list.v[0].hint, "did you mean 'timechart'?");
    CHECK(renderer_find(S("TimeChart")) == renderer_find(S("timeseries")));
    CHECK_STR(str_of(renderer_find(S(""))->name), "table");
    frame_unref(f);
    arena_free(a);
}

TEST(every_row_has_its_words)
{
    size_t n;
    const struct renderer *const *all = renderer_all(&n);
    CHECK(n >= 12);
    for (size_t i = 0; i < n; i++) {
        CHECK(all[i]->name && all[i]->usage && all[i]->summary &&
              all[i]->example && all[i]->draw);
        CHECK(renderer_find(str_of(all[i]->name)) == all[i]);
        CHECK(has(str_of(all[i]->usage), all[i]->name));
        CHECK(has(str_of(all[i]->example), all[i]->name));
    }
}
