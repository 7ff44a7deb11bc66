/* t_h3.c - the H3 grid, and the order of hash sets.
 *
 * Cells and places that the H3 documentation uses as examples, and what holds
 * for all cells. */
#include <math.h>

#include "analytics/h3_region.h"
#include "analytics/hash_order.h"
#include "t.h"

static uint64_t cell(const char *token)
{
    uint64_t c = 0;
    return h3_parse(str_of(token), &c) ? c : 0;
}

static struct vec3 at(double lon, double lat)
{
    return sphere_point((struct geo_point){ lon, lat });
}

static uint64_t seed = 42;

static double chance(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 0x1p53;
}

static struct vec3 anywhere(void)
{
    double z = 2 * chance() - 1, t = chance() * 6.283185307179586;
    double r = sqrt(1 - z * z);
    return (struct vec3){ r * cos(t), r * sin(t), z };
}

TEST(known_cells)
{
    CHECK(h3_cell_at(at(-122.0553238, 37.3615593), 7) ==
          cell("87283472bffffff"));
    CHECK(h3_cell_at(at(-122.418307270836, 37.775236), 0) ==
          cell("8029fffffffffff"));
    CHECK(h3_is_pentagon(cell("8009fffffffffff")));
    CHECK(!h3_is_pentagon(cell("8029fffffffffff")));
}

/* A cell holds its middle, its parent is around it, and its neighbours know
 * it; the middle is the same on both ways of computing it. */
TEST(all_over_the_globe)
{
    for (int i = 0; i < 4000; i++) {
        int res = i % (H3_MAX_RES + 1);
        uint64_t c = h3_cell_at(anywhere(), res), near[6], back[6];
        CHECK(h3_valid(c) && h3_res(c) == res);
        CHECK(h3_cell_at(h3_center(c), res) == c);
        size_t n = h3_neighbors(c, near);
        CHECK(n == (h3_is_pentagon(c) ? 5u : 6u));
        for (size_t k = 0; k < n; k++) {
            size_t m = h3_neighbors(near[k], back), found = 0;
            for (size_t j = 0; j < m; j++)
                found += back[j] == c;
            CHECK(found == 1 && h3_valid(near[k]));
        }
        CHECK(res == 0 || h3_child(h3_parent(c, res - 1),
                                   (int)(c >> 3 * (15 - res) & 7)) == c);
    }
}

/* The borders of the base cells divide the globe. */
TEST(base_cells_cover_the_globe)
{
    double area = 0;
    int pentagons = 0;
    for (unsigned base = 0; base < 122; base++) {
        uint64_t c = 1ull << 59 | (uint64_t)base << 45 | ((1ull << 45) - 1);
        struct vec3 border[H3_MAX_CORNERS];
        CHECK(h3_valid(c));
        area += geo_ring_area(border, h3_border(c, border));
        pentagons += h3_is_pentagon(c);
    }
    CHECK(fabs(area - 12.566370614359172) < 1e-9 && pentagons == 12);
}

TEST(rings_do_not_overlap)
{
    static const char *const starts[] = { "8009fffffffffff",
                                          "830800fffffffff",
                                          "861f8894fffffff" };
    for (int s = 0; s < 3; s++) {
        struct arena *a = arena_new();
        struct h3_cells cells = { { NULL, 0, 0 } };
        size_t ends[H3_MAX_RING + 1];
        h3_rings(a, cell(starts[s]), 4, &cells, ends);
        for (size_t i = 0; i < cells.list.n; i++)
            for (size_t k = 0; k < i; k++)
                CHECK(cells.list.v[i] != cells.list.v[k]);
        CHECK(ends[0] == 1 && ends[4] == cells.list.n);
        arena_free(a);
    }
}

TEST(tokens)
{
    uint64_t c;
    char text[H3_TOKEN_MAX];
    CHECK(cell("862a1072fffffff") == 0x862a1072fffffffu);
    CHECK(h3_token(0x862a1072fffffffu, text) == 15 && text[0] == '8');
    CHECK(!h3_parse(S(""), &c) && !h3_parse(S("00862a1072fffffff"), &c));
    CHECK(!h3_parse(S("862a1072ffffff\0"), &c));
    /* Base cell 122, a digit 7 too early, direction 1 of a pentagon. */
    CHECK(!h3_parse(S("80f5fffffffffff"), &c));
    CHECK(!h3_parse(S("8f2a1072b59f641"), &c));
    CHECK(!h3_parse(S("81087ffffffffff"), &c));
}

/* What GNU's std::unordered_set gives for texts put in one by one, with room
 * for all: of the words one to eight, and with a repetition. */
TEST(order_of_a_hash_set)
{
    str few[] = { S("sunpj"), S("sunpn"), S("sunpp"), S("sunnz"),
                  S("sunnx"), S("sunnw"), S("sunnt"), S("sunnv") };
    static const char *const want[] = { "sunnv", "sunnt", "sunnw", "sunnx",
                                        "sunpp", "sunnz", "sunpn", "sunpj" };
    str twice[] = { S("a"), S("b"), S("a") };
    CHECK(hash_order(few, 8) == 8);
    for (int i = 0; i < 8; i++)
        CHECK(str_eqz(few[i], want[i]));
    CHECK(hash_order(twice, 3) == 2);
    CHECK(hash_order(NULL, 0) == 0);
}
