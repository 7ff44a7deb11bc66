/* t_render_ptree.c - process trees: shape, broken links, size. */
#include "t.h"

#include "tests/render/forms.h"
#include "tests/render/hostile.h"

static const char cols[] = "ProcessKey:string ParentKey:string name:string "
                           "pid:long cmdline:string";

static str text_of(struct arena *a, struct frame *f, const char *props)
{
    struct bundle b;
    draw_checked(a, f, "processtree", props, &b);
    return bundle_find(&b, "text/plain");
}

TEST(children_stand_below_their_parent)
{
    struct arena *a = arena_new();
    struct frame *f = sample_frame(cols,
        "c|b|C:\\x\\c.exe|3|c -x\na||/sbin/a|1|a\nb|a|b|2|b\nd|a|d|4|d\n"
        "e|c|e|5|\n");
    CHECK_STR(text_of(a, f, ""),
        "a (1)  a\n"
        "\u251c\u2500 b (2)  b\n"
        "\u2502  \u2514\u2500 c.exe (3)  c -x\n"
        "\u2502     \u2514\u2500 e (5)  \n"
        "\u2514\u2500 d (4)  d\n"
        "(5 rows, 5 columns; 5 processes)\n");
    frame_unref(f);
    arena_free(a);
}

TEST(missing_parents_gather_their_children)
{
    struct arena *a = arena_new();
    struct frame *f = sample_frame(cols,
        "a|x|a|1|\nb|x|b|2|\n|x|no key|9|\n");
    CHECK_STR(text_of(a, f, ""),
        "x (not among the rows)\n"
        "\u251c\u2500 a (1)  \n"
        "\u2514\u2500 b (2)  \n"
        "(3 rows, 5 columns; 3 processes; 1 parent is not among the rows; "
        "1 row starts no process)\n");
    frame_unref(f);
    arena_free(a);
}

TEST(circles_are_cut)
{
    struct arena *a = arena_new();
    struct frame *f = sample_frame(cols,
        "a|c|a|1|\nb|a|b|2|\nc|b|c|3|\ns|s|self|4|\nb|a|again|5|\n");
    CHECK_STR(text_of(a, f, ""),
        "self (4) [circle cut here]  \n"
        "a (1) [circle cut here]  \n"
        "\u251c\u2500 b (2)  \n"
        "\u2502  \u2514\u2500 c (3)  \n"
        "\u2514\u2500 again (5)  \n"
        "(5 rows, 5 columns; 5 processes; 1 row repeats a key; "
        "2 circles of parents are cut)\n");
    frame_unref(f);
    arena_free(a);
}

TEST(other_columns_by_option)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_frame("P:long Up:long What:string When:datetime",
        "7|1|late|2024-01-01 10:00:00\n5|1|early|2024-01-01 09:00:00\n"
        "1|0|root|2024-01-01 08:00:00\n");
    CHECK(sample_draw(a, f, "processtree", "", &b) == ST_USER);
    CHECK(sample_draw(a, f, "processtree", "id=P;parent=Nope", &b) == ST_USER);
    str text = text_of(a, f, "id=P;parent=Up;name=What;time=When;color=What");
    CHECK(has(text, "\u2514\u2500 root"));
    CHECK(str_find(text, S("early")) < str_find(text, S("late")));
    frame_unref(f);
    arena_free(a);
}

TEST(colors_by_name_value_and_number)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty("ProcessKey:string ParentKey:string "
                                   "name:string score:real", 30);
    for (size_t r = 0; r < 30; r++) {
        f->cols[0].s[r] = arena_fmt(f->arena, "k%zu", r);
        f->cols[2].s[r] = r ? S("many") : S("once");
        f->cols[3].d[r] = (double)r;
    }
    draw_checked(a, f, "processtree", "", &b);
    CHECK(has(bundle_find(&b, "text/html"), "name seen once <small>1<"));
    draw_checked(a, f, "processtree", "color=score", &b);
    CHECK(has(bundle_find(&b, "text/html"), "23.2 \u2026 29 <small>6<"));
    draw_checked(a, f, "processtree", "color=name", &b);
    CHECK(has(bundle_find(&b, "text/html"), "many <small>29<"));
    frame_unref(f);
    arena_free(a);
}

TEST(hostile_names)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty(cols, NHOSTILE);
    for (size_t r = 0; r < NHOSTILE; r++) {
        f->cols[0].s[r] = hostile[r];
        f->cols[1].s[r] = r ? hostile[r / 2] : S("</script>");
        f->cols[2].s[r] = hostile[(r + 1) % NHOSTILE];
        f->cols[4].s[r] = hostile[(r + 2) % NHOSTILE];
    }
    draw_checked(a, f, "processtree", "title=</div><script>;color=cmdline", &b);
    CHECK(count_of(bundle_find(&b, "text/html"), "<script") == 2);
    frame_unref(f);
    arena_free(a);
}

/* A chain of 30,000, a star of 30,000, long command lines: no deep stack, no
 * quadratic time, no page above two megabytes. */
TEST(large_trees_stay_bounded)
{
    struct arena *a = arena_new();
    struct bundle b;
    struct frame *f = sample_empty(cols, 30000);
    char *z = arena_alloc(a, 3000);
    memset(z, '<', 3000);
    for (int star = 0; star < 2; star++) {
        for (size_t r = 0; r < f->nrows; r++) {
            f->cols[0].s[r] = arena_fmt(a, "%zu", r);
            f->cols[1].s[r] = r == 0 ? S("")
                              : arena_fmt(a, "%zu", star ? 0 : r - 1);
            f->cols[2].s[r] = S("p");
            f->cols[4].s[r] = (str){ z, 3000 - r % 1000 };
        }
        CHECK(sample_draw(a, f, "processtree", "", &b) == ST_OK);
        check_forms(&b);
        CHECK(has(bundle_find(&b, "text/html"), "do not fit into the page"));
        CHECK(has(bundle_find(&b, "text/plain"), "and 29800 more processes"));
    }
    frame_unref(f);
    arena_free(a);
}
