/* t_agg_collect.c - make_list, make_set and make_bag by hand. */
#include <stdlib.h>

#include "t.h"

#include "funcs/aggfns.h"
#include "funcs/dyn_int.h"

enum { LIST, SET, BAG };

/* One group: a state and what a call needs. */
struct group {
    const struct lang_aggfn *f;
    struct fn_ctx cx;
    void *state;
};

static struct group group_new(int kind)
{
    struct group g = { .f = &aggfns_collect[kind] };
    g.cx.tmp = g.cx.keep = arena_new();
    g.state = xcalloc(1, g.f->state_size);
    return g;
}

static void group_free(struct group *g)
{
    g->f->release(g->state);
    free(g->state);
    arena_free(g->cx.tmp);
}

static size_t held(const struct group *g)
{
    return ((struct agg_state *)g->state)->held;
}

static void put(struct group *g, const char *json, int64_t max,
                const char *key)
{
    struct value in[3] = {
        { .type = TYPE_DYNAMIC, .s = str_of(json) },
        { .type = TYPE_LONG, .i = max },
        { .type = TYPE_STRING, .s = str_of(key ? key : "") },
    };
    g->f->step(&g->cx, g->state, in, key ? 3 : 2);
}

static str result(struct group *g)
{
    struct value out = { .type = TYPE_DYNAMIC, .null = true };
    g->f->finish(&g->cx, g->state, &out);
    return out.null ? S("null") : out.s;
}

TEST(first_seen_order_and_equal_numbers)
{
    struct group g = group_new(SET);
    CHECK_STR(result(&g), "[]");
    static const char *const values[] = { "\"b\"", "1", "\"a\"", "1.0", "\"b\"",
                                          "\"1\"", "[2,[3],2]", "[]", "2.0" };
    for (size_t i = 0; i < ROWS(values); i++)
        put(&g, values[i], 100, NULL);
    CHECK_STR(result(&g), "[\"b\",1,\"a\",\"1\",2,[3]]");
    put(&g, "true", 100, NULL);
    CHECK_STR(result(&g), "[\"b\",1,\"a\",\"1\",2,[3],true]");
    group_free(&g);
}

TEST(lists_keep_everything_up_to_the_limit)
{
    struct group g = group_new(LIST), none = group_new(LIST);
    for (int i = 0; i < 5; i++)
        put(&g, i % 2 ? "[1]" : "null", 3, NULL);
    CHECK_STR(result(&g), "[null,1,null]");
    put(&none, "1", 0, NULL);
    put(&none, "1", -5, NULL);
    CHECK_STR(result(&none), "[]");
    group_free(&g);
    group_free(&none);
}

TEST(bags_keep_the_first_of_a_name)
{
    struct group g = group_new(BAG);
    CHECK_STR(result(&g), "{}");
    put(&g, "{\"a\":1,\"b\":[1,2]}", 3, NULL);
    put(&g, "[1]", 3, NULL);
    put(&g, "{}", 3, NULL);
    put(&g, "{\"b\":3,\"c\":{\"d\":4},\"e\":5}", 3, NULL);
    CHECK_STR(result(&g), "{\"a\":1,\"b\":[1,2],\"c\":{\"d\":4}}");
    group_free(&g);
}

TEST(a_sort_key_goes_before_arrival)
{
    struct group list = group_new(LIST), set = group_new(SET),
                 bag = group_new(BAG);
    put(&list, "1", 2, "c");
    put(&list, "2", 2, "a");
    put(&list, "3", 2, "b");
    put(&list, "4", 2, "a");
    CHECK_STR(result(&list), "[2,4]");
    put(&set, "1", 9, "c");
    put(&set, "2", 9, "b");
    put(&set, "1", 9, "aaaa");
    put(&set, "2", 9, "d");
    CHECK_STR(result(&set), "[1,2]");
    put(&bag, "{\"x\":1}", 9, "m");
    put(&bag, "{\"y\":2}", 9, "l");
    put(&bag, "{\"x\":\"longer than before\"}", 9, "k");
    put(&bag, "{\"y\":3}", 9, "z");
    CHECK_STR(result(&bag), "{\"x\":\"longer than before\",\"y\":2}");
    group_free(&list);
    group_free(&set);
    group_free(&bag);
}

/* A limit under an order keeps the smallest keys, whatever the arrival, in
 * memory that does not grow with the rows. */
TEST(pruning_keeps_the_first)
{
    struct group g = group_new(SET);
    char value[32], key[32];
    for (int i = 0; i < 200000; i++) {
        int k = (int)((int64_t)i * 7919 % 200003);
        snprintf(value, sizeof value, "%d", k % 1000);
        snprintf(key, sizeof key, "%08d", k);
        put(&g, value, 5, key);
    }
    CHECK_STR(result(&g), "[0,1,2,3,4]");
    CHECK(held(&g) < 200000);
    group_free(&g);
}

TEST(replaced_members_do_not_pile_up)
{
    struct group g = group_new(BAG);
    char bag[128], key[64];
    for (int i = 0; i < 100000; i++) {
        snprintf(bag, sizeof bag, "{\"x\":\"%0*d\"}", 1 + i % 60, i);
        snprintf(key, sizeof key, "%08d", 100000 - i);
        put(&g, bag, 5, key);
    }
    CHECK(str_find(result(&g), S("99999")) > 0);
    CHECK(held(&g) < 400000);
    group_free(&g);
}

static void fill(struct group *g, int from, int to, const char *key)
{
    char value[32];
    for (int i = from; i < to; i++) {
        snprintf(value, sizeof value, g->f == &aggfns_collect[BAG]
                                          ? "{\"%d\":1}" : "%d", i);
        put(g, value, 1000, key);
    }
}

TEST(states_combine_in_order)
{
    for (int kind = LIST; kind <= BAG; kind++) {
        struct group a = group_new(kind), b = group_new(kind);
        fill(&a, 0, 600, NULL);
        fill(&b, 300, 1500, NULL);
        a.f->combine(&a.cx, a.state, b.state);
        str s = result(&a), v;
        CHECK(json_count(s) == 1000);
        if (kind == LIST)
            CHECK(json_get_index(s, 600, &v) && str_eqz(v, "300"));
        else if (kind == SET)
            CHECK(json_get_index(s, 999, &v) && str_eqz(v, "999"));
        else
            CHECK(json_get_key(s, S("999"), &v));
        group_free(&a);
        group_free(&b);
    }
    struct group a = group_new(LIST), b = group_new(LIST);
    put(&a, "1", 9, "b");
    put(&b, "2", 9, "a");
    put(&b, "3", 9, "c");
    a.f->combine(&a.cx, a.state, b.state);
    CHECK_STR(result(&a), "[2,1,3]");
    group_free(&a);
    group_free(&b);
}

TEST(too_much_is_an_error)
{
    struct group g = group_new(LIST);
    struct buf b;
    buf_init(&b, 2 << 20);
    buf_addc(&b, '"');
    buf_fill(&b, 'x', 1 << 20);
    buf_adds(&b, "\"");
    buf_addc(&b, 0);
    for (int i = 0; i < 63; i++)
        put(&g, b.p, 1000, NULL);
    CHECK(g.cx.error.n == 0);
    put(&g, b.p, 1000, NULL);
    CHECK_STR(g.cx.error, "the values of a group take more than 64 MB");
    buf_release(&b);
    group_free(&g);
}
