/* t_render_timeline.c - timelines: lanes, bins, data for the script. */
#include "t.h"

#include "tests/render/forms.h"
#include "tests/render/hostile.h"

static const int64_t start = 638400096000000000LL; /* 2024-01-05 */

static struct frame *events(size_t n)
{
    struct frame *f = sample_empty("At:datetime Host:string Kind:string", n);
    for (size_t r = 0; r < n; r++) {
        f->cols[0].i[r] = start + (int64_t)(r * 7919 % n) * TICKS_PER_SEC;
        f->cols[1].s[r] = arena_fmt(f->arena, "h%zu", r % 60);
        f->cols[2].s[r] = arena_fmt(f->arena, "k%zu", r % 15);
    }
    return f;
}

TEST(one_mark_per_event_while_there_are_few)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_frame("At:datetime Host:string Note:string",
        "2024-01-05 10:00:00|a|first\n2024-01-05 11:00:00|b|second\n"
        "null|a|none\n2024-01-05 09:00:00.25|a|zeroth\n");
    draw_checked(a, f, "timeline", "group=Host;ref=2024-01-05 12:00:00;"
                                   "ref_label=alarm", &b);
    str svg = bundle_find(&b, "image/svg+xml"), html = bundle_find(&b,
                                                              "text/html");
    CHECK(count_of(svg, "class=\"shk-b\"") == 3);
    CHECK(has(svg, "Note: zeroth") && has(svg, "09:00:00.250Z"));
    CHECK(has(svg, "alarm"));
    CHECK(has(html, "1 rows without a time are not drawn"));
    CHECK(has(bundle_find(&b, "text/plain"), "alarm: 2024-01-05 12:00"));
    frame_unref(f);
    arena_free(a);
}

TEST(many_events_become_bars)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = events(20000);
    draw_checked(a, f, "timeline", "group=Host;color=Kind", &b);
    str svg = bundle_find(&b, "image/svg+xml"), html = bundle_find(&b,
                                                              "text/html");
    CHECK(svg.n < 400000);
    CHECK(has(svg, "(21 others)")); /* 39 lanes of their own */
    CHECK(has(svg, "(7 others)"));  /* 8 colours */
    CHECK(has(html, "each bar counts the events of"));
    CHECK(has(html, "\"ev\":["));
    frame_unref(f);
    arena_free(a);
}

/* Sums the counts in "bin":[key,step,count,…]. */
static uint64_t sum_bins(str html)
{
    ptrdiff_t at = str_find(html, S("\"bin\":["));
    uint64_t sum = 0, v = 0;
    int field = 0;
    CHECK(at > 0);
    for (size_t i = (size_t)at + 7; i < html.n; i++) {
        char c = html.p[i];
        if (c >= '0' && c <= '9') {
            v = v * 10 + (uint64_t)(c - '0');
            continue;
        }
        sum += field == 2 ? v : 0;
        field = (field + 1) % 3;
        v = 0;
        if (c == ']')
            break;
    }
    return sum;
}

TEST(a_million_events_fit_and_none_is_lost)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = events(1000000);
    CHECK(sample_draw(a, f, "timeline", "group=Host;color=Kind", &b) == ST_OK);
    check_forms(&b);
    str html = bundle_find(&b, "text/html");
    CHECK(html.n < 2000000);
    CHECK(has(html, "zoom shows counts"));
    CHECK(sum_bins(html) == 1000000);
    frame_unref(f);
    arena_free(a);
}

TEST(hostile_lanes_colors_and_labels)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct sample_hint sh;
    struct diags ds;
    struct frame *f = hostile_table(hostile, NHOSTILE);
    diags_init(&ds, a);
    bundle_init(&b, a);
    sample_hint(&sh, "timeline", "title=</title><script>1;ref=2024-01-05;"
                                 "ref_label=\"><script>2");
    sh.h.props.v[sh.h.props.n++] = (struct hint_prop){ S("group"),
        { .type = TYPE_STRING, .s = hostile[2] } };
    sh.h.props.v[sh.h.props.n++] = (struct hint_prop){ S("color"),
        { .type = TYPE_STRING, .s = hostile[14] } };
    CHECK(render(f, &sh.h, &b, &ds) == ST_OK);
    check_forms(&b);
    CHECK(count_of(bundle_find(&b, "text/html"), "<script") == 2);
    frame_unref(f);
    arena_free(a);
}

TEST(odd_times)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty("At:datetime", 6);
    f->cols[0].i[0] = INT64_MIN;
    f->cols[0].i[1] = INT64_MAX;
    f->cols[0].i[2] = 0;
    f->cols[0].i[3] = TICKS_MAX;
    draw_checked(a, f, "timeline", "", &b);
    CHECK(has(bundle_find(&b, "text/html"), "2 rows without a time"));
    frame_unref(f);
    f = sample_frame("At:datetime", "2024-01-01 00:00:00\n");
    draw_checked(a, f, "timeline", "", &b);
    frame_unref(f);
    f = sample_empty("At:datetime", 0);
    draw_checked(a, f, "timeline", "", &b);
    frame_unref(f);
    arena_free(a);
}

TEST(what_is_missing_is_said)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_frame("Host:string N:long", "a|1\n");
    CHECK(sample_draw(a, f, "timeline", "", &b) == ST_USER);
    CHECK(sample_draw(a, f, "timeline", "time=N", &b) == ST_USER);
    CHECK(sample_draw(a, f, "timeline", "time=Nope", &b) == ST_USER);
    frame_unref(f);
    f = sample_frame("At:datetime", "2024-01-01 00:00:00\n");
    CHECK(sample_draw(a, f, "timeline", "ref=soon", &b) == ST_USER);
    CHECK(sample_draw(a, f, "timeline", "columns=Nope", &b) == ST_USER);
    frame_unref(f);
    arena_free(a);
}
