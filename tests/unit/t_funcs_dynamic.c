/* t_funcs_dynamic.c - rows on dynamic values: paths, conversion, packing,
 * arrays, sets, bags, JSON paths, ends of aggregates. */
#include "funcs/funcs.h"
#include "t.h"

static const struct func_family families[] = {
    { "dynamic", funcs_dynamic, &nfuncs_dynamic },
    { "collect", funcs_collect, &nfuncs_collect },
    { "array", funcs_array, &nfuncs_array },
    { "array_sort", funcs_array_sort, &nfuncs_array_sort },
    { "range", funcs_range, &nfuncs_range },
    { "set", funcs_set, &nfuncs_set },
    { "bag", funcs_bag, &nfuncs_bag },
    { "json_path", funcs_json_path, &nfuncs_json_path },
};

#include "fn_call.h"

TEST(paths_that_miss_are_null)
{
    struct value d = D("{\"a\":1,\"n\":null,\"l\":[10,20]}");
    CHECK_STR(CALL("k_path_key", d, T("a")), "1");
    CHECK_STR(CALL("k_path_key", d, T("n")), "<null>");
    CHECK_STR(CALL("k_path_key", d, T("b")), "<null>");
    CHECK_STR(CALL("k_path_key", D("\"{}\""), T("a")), "<null>");
    CHECK_STR(CALL("k_path_key", D("[1]"), T("0")), "<null>");
    CHECK_STR(CALL("k_path_index", D("[10,20]"), L(-1)), "20");
    CHECK_STR(CALL("k_path_index", D("[10,20]"), L(2)), "<null>");
    CHECK_STR(CALL("k_path_index", D("{\"0\":1}"), L(0)), "<null>");
    CHECK_STR(CALL("k_path_any", d, D("\"l\"")), "[10,20]");
    CHECK_STR(CALL("k_path_any", D("[10,20]"), D("1")), "20");
    CHECK_STR(CALL("k_path_key", NIL(TYPE_DYNAMIC), T("a")), "<null>");
}

TEST(scalars_become_dynamic)
{
    struct value v = { .type = TYPE_DATETIME, .i = 0 };
    CHECK_STR(CALL("k_dyn", T("a\"b")), "\"a\\\"b\"");
    CHECK_STR(CALL("k_dyn", T("")), "\"\"");
    CHECK_STR(CALL("k_dyn", T("null")), "\"null\"");
    CHECK_STR(CALL("k_dyn", L(-7)), "-7");
    CHECK_STR(CALL("k_dyn", R(2)), "2.0");
    CHECK_STR(CALL("k_dyn", B(true)), "true");
    CHECK_STR(CALL("k_dyn", NIL(TYPE_LONG)), "<null>");
    CHECK_STR(CALL("k_dyn", v), "\"0001-01-01T00:00:00.0000000Z\"");
    v = (struct value){ .type = TYPE_DECIMAL, .s = S("1.50") };
    CHECK_STR(CALL("k_dyn", v), "\"1.50\"");
}

TEST(text_that_is_no_json_stays_text)
{
    CHECK_STR(CALL("parse_json", T("")), "<null>");
    CHECK_STR(CALL("parse_json", T("null")), "<null>");
    CHECK_STR(CALL("parse_json", T("{ \"a\" : [1, 2.0] }")),
              "{\"a\":[1,2.0]}");
    CHECK_STR(CALL("parse_json", T("abc")), "\"abc\"");
    CHECK_STR(CALL("parse_json", T("{\"a\":")), "\"{\\\"a\\\":\"");
    CHECK_STR(CALL("todynamic", T("  ")), "\"  \"");
}

TEST(text_and_type_of_values)
{
    CHECK_STR(CALL("k_dyn_text", D("\"a\\nb\"")), "a\nb");
    CHECK_STR(CALL("k_dyn_text", D("{\"a\":\"b\"}")), "{\"a\":\"b\"}");
    CHECK_STR(CALL("k_dyn_text", D("true")), "true");
    CHECK_STR(CALL("k_dyn_text", NIL(TYPE_DYNAMIC)), "");
    CHECK_STR(CALL("k_gettype", D("1")), "long");
    CHECK_STR(CALL("k_gettype", D("1.5")), "double");
    CHECK_STR(CALL("k_gettype", D("{}")), "dictionary");
    CHECK_STR(CALL("k_gettype", D("[]")), "array");
    CHECK_STR(CALL("k_gettype", NIL(TYPE_DYNAMIC)), "null");
}

TEST(canonical_json_sorts_members)
{
    CHECK_STR(CALL("dynamic_to_json",
                   D("{\"b\":[{\"d\":1,\"c\":{\"z\":0,\"y\":\"}\"}}],"
                     "\"a\":2}")),
              "{\"a\":2,\"b\":[{\"c\":{\"y\":\"}\",\"z\":0},\"d\":1}]}");
    CHECK_STR(CALL("dynamic_to_json", D("{\"a1\":1,\"a\":2,\"a!\":3}")),
              "{\"a\":2,\"a!\":3,\"a1\":1}");
    CHECK_STR(CALL("dynamic_to_json", D("\"x\"")), "x");
    CHECK_STR(CALL("dynamic_to_json", D("[]")), "[]");
}

TEST(packing)
{
    CHECK_STR(CALL("k_pack_array", D("1"), NIL(TYPE_DYNAMIC), D("\"a\"")),
              "[1,null,\"a\"]");
    CHECK_STR(CALL("k_bag", D("\"a\""), D("1"), D("\"b\""),
                   NIL(TYPE_DYNAMIC), D("\"a\""), D("3")),
              "{\"a\":3,\"b\":null}");
    CHECK_STR(CALL("k_bag", D("5"), D("1")), "{\"5\":1}");
    CHECK(CALL("k_bag", D("\"a\"")).p[0] == '!');
    CHECK_STR(CALL("k_bag_nonempty", D("\"a\""), D("\"\""), D("\"b\""),
                   NIL(TYPE_DYNAMIC), D("\"c\""), D("0")),
              "{\"c\":0}");
}

TEST(big_bags_find_their_keys)
{
    struct value in[200];
    char text[100][16];
    for (int i = 0; i < 100; i++) {
        snprintf(text[i], sizeof text[i], "\"k%d\"", i % 70);
        in[2 * i] = D(text[i]);
        in[2 * i + 1] = D(i < 70 ? "1" : "2");
    }
    str s = call_row("k_bag", 200, in), v;
    CHECK(json_count(s) == 70);
    CHECK(json_get_key(s, S("k29"), &v) && str_eqz(v, "2"));
    CHECK(json_get_key(s, S("k30"), &v) && str_eqz(v, "1"));
}

TEST(ends_of_lists)
{
    CHECK_STR(CALL("k_list_cap", D("[1,2,3]"), L(2)), "[1,2]");
    CHECK_STR(CALL("k_list_cap", D("[1,2,3]"), L(-1)), "[]");
    CHECK_STR(CALL("k_list_cap", NIL(TYPE_DYNAMIC), L(9)), "[]");
    CHECK_STR(CALL("k_expand", D("{\"a\":1,\"b\":[2]}")),
              "[{\"a\":1},{\"b\":[2]}]");
    CHECK_STR(CALL("k_expand_array", D("{\"a\":1}")), "[[\"a\",1]]");
    CHECK_STR(CALL("k_expand", NIL(TYPE_DYNAMIC)), "[null]");
    CHECK_STR(CALL("k_expand", D("{}")), "[]");
    CHECK_STR(CALL("k_expand", D("5")), "[5]");
}

TEST(array_basics)
{
    CHECK_STR(CALL("array_length", D("[1,[2,3],{}]")), "3");
    CHECK_STR(CALL("array_length", D("{\"a\":1}")), "<null>");
    CHECK_STR(CALL("array_concat", D("[1]"), NIL(TYPE_DYNAMIC), D("[]"),
                   D("7"), D("[2,3]")), "[1,2,3]");
    CHECK_STR(CALL("array_reverse", D("[1,\"b\",[3]]")), "[[3],\"b\",1]");
    CHECK_STR(CALL("array_sum", D("[1,2.5,null]")), "3.5");
    CHECK_STR(CALL("array_sum", D("[1,\"2\"]")), "<null>");
    CHECK_STR(CALL("array_sum", D("[]")), "0.0");
    CHECK_STR(CALL("strcat_array", D("[1,null,\"\",\"b\",true]"), T("|")),
              "1|||b|true");
    CHECK_STR(CALL("strcat_array", D("[]"), T("|")), "");
    CHECK_STR(CALL("zip", D("[1,2]"), D("[\"a\"]"), D("3")),
              "[[1,\"a\",null],[2,null,null]]");
}

TEST(array_places)
{
    struct value a = D("[1,2,3,4,5]");
    CHECK_STR(CALL("array_slice", a, L(1), L(3)), "[2,3,4]");
    CHECK_STR(CALL("array_slice", a, L(-3), L(-2)), "[3,4]");
    CHECK_STR(CALL("array_slice", a, L(2), L(100)), "[3,4,5]");
    CHECK_STR(CALL("array_slice", a, L(-100), L(0)), "[1]");
    CHECK_STR(CALL("array_slice", a, L(3), L(1)), "[]");
    CHECK_STR(CALL("array_slice", a, L(INT64_MIN), L(INT64_MAX)),
              "[1,2,3,4,5]");
    CHECK_STR(CALL("array_slice", a, L(INT64_MAX), L(INT64_MIN)), "[]");
    CHECK_STR(CALL("array_slice", D("[]"), L(0), L(0)), "[]");
    CHECK_STR(CALL("array_split", a, L(2)), "[[1,2],[3,4,5]]");
    CHECK_STR(CALL("array_split", a, L(-1)), "[[1,2,3,4],[5]]");
    CHECK_STR(CALL("array_split", a, D("[1,3]")), "[[1],[2,3],[4,5]]");
    CHECK_STR(CALL("array_split", a, D("[4,2,\"x\"]")),
              "[[1,2,3,4],[],[3,4,5]]");
}

TEST(array_moves)
{
    struct value a = D("[1,2,3,4,5]");
    CHECK_STR(CALL("k_array_shift_left", a, L(2)), "[3,4,5,null,null]");
    CHECK_STR(CALL("k_array_shift_left", a, L(-2), D("-1")), "[-1,-1,1,2,3]");
    CHECK_STR(CALL("k_array_shift_right", a, L(-2), D("-1")),
              "[3,4,5,-1,-1]");
    CHECK_STR(CALL("k_array_shift_right", D("[\"a\",\"b\"]"), L(1)),
              "[\"\",\"a\"]");
    CHECK_STR(CALL("k_array_shift_left", D("[1]"), L(INT64_MIN)), "[null]");
    CHECK_STR(CALL("k_array_shift_right", D("[1]"), L(INT64_MIN)), "[null]");
    CHECK_STR(CALL("array_rotate_left", a, L(2)), "[3,4,5,1,2]");
    CHECK_STR(CALL("array_rotate_right", a, L(2)), "[4,5,1,2,3]");
    CHECK_STR(CALL("array_rotate_right", a, L(-12)), "[3,4,5,1,2]");
    CHECK_STR(CALL("array_rotate_right", D("[1,2,3]"), L(INT64_MIN)),
              "[3,1,2]");
    CHECK_STR(CALL("array_rotate_left", D("[]"), L(3)), "[]");
}

TEST(array_search)
{
    struct value a = D("[\"this\",\"is\",\"an\",\"example\",\"an\","
                       "\"example\"]");
    struct value an = D("\"an\"");
    CHECK_STR(CALL("k_array_index_of", a, an), "2");
    CHECK_STR(CALL("k_array_index_of", a, D("\"example\""), L(1), L(3)), "3");
    CHECK_STR(CALL("k_array_index_of", a, D("\"example\""), L(1), L(2)), "-1");
    CHECK_STR(CALL("k_array_index_of", a, an, L(1), L(-1), L(2)), "4");
    CHECK_STR(CALL("k_array_index_of", a, an, L(1), L(-1), L(3)), "-1");
    CHECK_STR(CALL("k_array_index_of", a, an, L(-3)), "4");
    CHECK_STR(CALL("k_array_index_of", a, an, L(0), L(-2)), "<null>");
    CHECK_STR(CALL("k_array_index_of", a, an, L(0), L(-1), L(-1)), "<null>");
    CHECK_STR(CALL("k_array_index_of", D("[5,15]"), D("15.0")), "1");
    CHECK_STR(CALL("k_array_iff", D("[true,0,2.5,\"x\",null]"), D("[1,2]"),
                   D("\"no\"")), "[1,\"no\",null,null,null]");
}

TEST(sorting)
{
    CHECK_STR(CALL("k_array_sort_asc", B(true),
                   D("[3,null,1.5,\"b\",2,\"a\"]")),
              "[1.5,2,3,\"a\",\"b\",null]");
    CHECK_STR(CALL("k_array_sort_desc", B(true), D("[3,null,1,2]")),
              "[3,2,1,null]");
    CHECK_STR(CALL("k_array_sort_desc", B(false), D("[3,null,1]")),
              "[null,3,1]");
    CHECK_STR(CALL("k_array_sort_asc", B(true), D("[1,3,2]"),
                   D("[\"a\",\"b\",\"c\"]"), D("[1]"), NIL(TYPE_DYNAMIC)),
              "[[1,2,3],[\"a\",\"c\",\"b\"],null,null]");
    CHECK_STR(CALL("k_array_sort_asc", B(true),
                   D("[\"1.00:00:00\",\"10:00:00\",\"02:00:00\"]")),
              "[\"02:00:00\",\"10:00:00\",\"1.00:00:00\"]");
    CHECK_STR(CALL("k_array_sort_asc", B(true),
                   D("[9007199254740993,9007199254740992,9007199254740992.0]")),
              "[9007199254740992,9007199254740992.0,9007199254740993]");
    CHECK_STR(CALL("k_array_sort_asc", B(true), D("{\"a\":1}")), "<null>");
}

TEST(ranges)
{
    struct value day = { .type = TYPE_TIMESPAN, .i = 864000000000 };
    struct value t = { .type = TYPE_DATETIME, .i = 0 }, u = t;
    u.i = 2 * day.i;
    CHECK_STR(CALL("range", L(1), L(8), L(3)), "[1,4,7]");
    CHECK_STR(CALL("range", L(3), L(1)), "[]");
    CHECK_STR(CALL("range", L(3), L(1), L(-1)), "[3,2,1]");
    CHECK_STR(CALL("range", L(1), L(3), L(0)), "<null>");
    CHECK_STR(CALL("range", L(INT64_MAX - 1), L(INT64_MAX)),
              "[9223372036854775806,9223372036854775807]");
    CHECK_STR(CALL("range", L(INT64_MIN), L(INT64_MAX), L(INT64_MAX)),
              "[-9223372036854775808,-1,9223372036854775806]");
    CHECK_STR(CALL("range", R(0), R(1), R(0.25)), "[0.0,0.25,0.5,0.75,1.0]");
    CHECK_STR(CALL("range", R(0), R(0.0 / 0.0)), "<null>");
    CHECK_STR(CALL("range", t, u, day),
              "[\"0001-01-01T00:00:00.0000000Z\","
              "\"0001-01-02T00:00:00.0000000Z\","
              "\"0001-01-03T00:00:00.0000000Z\"]");
    CHECK(json_count(CALL("range", L(1), L(1000000000))) == 1048576);
    CHECK_STR(CALL("k_repeat", D("\"x\""), L(2)), "[\"x\",\"x\"]");
    CHECK_STR(CALL("k_repeat", D("1"), L(-1)), "<null>");
    CHECK_STR(CALL("k_repeat", NIL(TYPE_DYNAMIC), L(1)), "[null]");
    CHECK(CALL("k_repeat", D("1"), L(2000000)).p[0] == '!');
}

TEST(sets)
{
    CHECK_STR(CALL("set_union", D("[1,2,1]"), D("[2.0,\"2\"]")),
              "[1,2,\"2\"]");
    CHECK_STR(CALL("set_union", NIL(TYPE_DYNAMIC), D("[1]")), "[1]");
    CHECK_STR(CALL("set_union", D("1"), D("2")), "<null>");
    CHECK_STR(CALL("set_intersect", D("[1,2,3,2]"), D("[3,2]"), D("[2]")),
              "[2]");
    CHECK_STR(CALL("set_difference", D("[null,1,null,2]"), D("[null]")),
              "[1,2]");
    CHECK_STR(CALL("set_difference", D("[[1],{\"a\":1}]"), D("[[1]]")),
              "[{\"a\":1}]");
    CHECK_STR(CALL("jaccard_index", D("[1,2,3,4]"), D("[1,2,3]")), "0.75");
    CHECK_STR(CALL("jaccard_index", D("[]"), D("[]")), "NaN");
}

TEST(membership)
{
    struct buf b;
    buf_init(&b, 1u << 20);
    for (int i = 0; i < 1000; i++)
        buf_addf(&b, "%c\"10.0.0.%d\"", i ? ',' : '[', i);
    buf_addc(&b, ']');
    struct value list = { .type = TYPE_DYNAMIC, .s = buf_str(&b) };
    CHECK_STR(CALL("k_set_has_element", D("[1,2]"), D("2.0")), "True");
    CHECK_STR(CALL("k_set_has_element", D("[1,2]"), D("\"2\"")), "False");
    CHECK_STR(CALL("k_set_has_element", D("5"), D("5")), "<null>");
    CHECK_STR(CALL("k_set_has_element", list, D("\"10.0.0.999\"")), "True");
    CHECK_STR(CALL("k_set_has_element", list, D("\"10.0.1.1\"")), "False");
    CHECK_STR(CALL("k_in_array", D("\"10.0.0.5\""), list), "True");
    CHECK_STR(CALL("k_in_array", D("1"), D("1")), "True");
    CHECK_STR(CALL("k_in_array", D("1"), NIL(TYPE_DYNAMIC)), "False");
    CHECK_STR(CALL("k_in_array", NIL(TYPE_DYNAMIC), D("[1,null]")), "<null>");
    CHECK_STR(CALL("k_in_array", NIL(TYPE_DYNAMIC), D("[1]")), "False");
    /* One call site, lists that change: the remembered one must not answer. */
    const struct value in[] = { list, D("\"10.0.0.7\"") };
    const struct lang_func *f = call_find("k_set_has_element", in, 2);
    struct value out = { .type = TYPE_BOOL, .null = true };
    f->row(&call_cx, in, 2, &out);
    CHECK(out.i == 1 && call_cx.cache);
    b.p[9] = 'x'; /* 10.0.0.0 is not in it any more */
    f->row(&call_cx, (struct value[]){ list, D("\"10.0.0.0\"") }, 2, &out);
    CHECK(out.i == 0);
    buf_release(&b);
}

TEST(bags)
{
    struct value d = D("{\"key1\":123,\"key2\":{\"p1\":\"abc\",\"p2\":\"x\"},"
                       "\"key3\":[1]}");
    CHECK_STR(CALL("bag_keys", d), "[\"key1\",\"key2\",\"key3\"]");
    CHECK_STR(CALL("bag_keys", D("{}")), "[]");
    CHECK_STR(CALL("bag_keys", D("[]")), "<null>");
    CHECK_STR(CALL("bag_merge", D("{\"a\":1}"), NIL(TYPE_DYNAMIC),
                   D("{\"a\":9,\"b\":2}"), D("3")), "{\"a\":1,\"b\":2}");
    CHECK_STR(CALL("bag_has_key", d, T("key2")), "True");
    CHECK_STR(CALL("bag_has_key", d, T("$.key2.p1")), "True");
    CHECK_STR(CALL("bag_has_key", d, T("$.key3[0]")), "False");
    CHECK_STR(CALL("bag_has_key", D("[1]"), T("a")), "False");
    CHECK_STR(CALL("bag_remove_keys", d, D("[\"$.key2.p1\",\"key3\",5]")),
              "{\"key1\":123,\"key2\":{\"p2\":\"x\"}}");
    CHECK_STR(CALL("bag_remove_keys", d, D("[\"key1\",\"key2\",\"key3\"]")),
              "{}");
    CHECK_STR(CALL("bag_remove_keys", D("{\"a\":{\"b\":{\"c\":1,\"d\":2}}}"),
                   D("[\"$.a.b.c\",\"$.a.b.d\",\"$.a.x\"]")),
              "{\"a\":{\"b\":{}}}");
    CHECK_STR(CALL("bag_zip", D("[\"a\",8,\"b\",\"c\"]"), D("[1,\"2\",2.5]")),
              "{\"a\":1,\"b\":2.5,\"c\":null}");
}

TEST(setting_members)
{
    CHECK_STR(CALL("k_bag_set_key", D("{\"a\":1,\"b\":2}"), T("a"), D("3")),
              "{\"a\":3,\"b\":2}");
    CHECK_STR(CALL("k_bag_set_key", D("{}"), T("a\"b"), NIL(TYPE_DYNAMIC)),
              "{\"a\\\"b\":null}");
    CHECK_STR(CALL("k_bag_set_key", D("{\"k\":1}"), T("$.x.y"), D("\"v\"")),
              "{\"k\":1,\"x\":{\"y\":\"v\"}}");
    CHECK_STR(CALL("k_bag_set_key", D("{\"x\":{\"y\":1,\"z\":2}}"),
                   T("$.x.y"), D("[0]")), "{\"x\":{\"y\":[0],\"z\":2}}");
    CHECK_STR(CALL("k_bag_set_key", D("[1]"), T("a"), D("1")), "<null>");
    CHECK_STR(CALL("k_bag_set_key", D("{}"), T("$.a[0]"), D("1")), "<null>");
}

TEST(json_paths)
{
    struct value t = T("{\"a\": {\"b c\": [1, {\"d\": \"x\"}]}, \"e.f\": 2}");
    CHECK_STR(CALL("extract_json", T("$.a['b c'][1].d"), t), "x");
    CHECK_STR(CALL("extract_json", T("$.a[\"b c\"][0]"), t), "1");
    CHECK_STR(CALL("extract_json", T("$['e.f']"), t), "2");
    CHECK_STR(CALL("extract_json", T("$.a['b c'][-1]"), t), "{\"d\":\"x\"}");
    CHECK_STR(CALL("extract_json", T("$"), T("[1, 2]")), "[1,2]");
    CHECK_STR(CALL("extract_json", T("a"), t), "");
    CHECK_STR(CALL("extract_json", T("$.x"), t), "");
    CHECK_STR(CALL("extract_json", T("$.a"), T("{\"a\":")), "");
    CHECK_STR(CALL("k_extract_json", T("$.a"), T("{\"a\": 5}")), "5");
    CHECK_STR(CALL("extract_json", T("$.a"), D("{\"a\":\"y\"}")), "y");
    static const char *const bad[] = { "", ".", "$.", "$[", "$['", "$['a'",
        "$[]", "$[a]", "$[1", "$..a", "$.*", "$a", "$['a\\",
        "$[99999999999999999]" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_STR(CALL("extract_json", T(bad[i]), T("{\"a\":1}")), "");
}

TEST(tree_paths)
{
    CHECK_STR(CALL("treepath", D("{\"a\":\"b\",\"c\":123}")),
              "[\"['a']\",\"['c']\"]");
    CHECK_STR(CALL("treepath",
                   D("{\"p\":[100,\"abcde\",{\"x\":\"y\"},{\"x\":1}]}")),
              "[\"['p']\",\"['p'][0]\",\"['p'][0]['x']\"]");
    CHECK_STR(CALL("treepath", D("{\"a\":{\"b\":{\"c\":1}},\"x\":{\"y\":2}}")),
              "[\"['a']\",\"['a']['b']\",\"['a']['b']['c']\",\"['x']\","
              "\"['x']['y']\"]");
    CHECK_STR(CALL("treepath", D("[[1],[2]]")), "[\"[0]\",\"[0][0]\"]");
    CHECK_STR(CALL("treepath", D("{}")), "[]");
    CHECK_STR(CALL("treepath", D("5")), "<null>");
}

TEST(any_value_may_come)
{
    CHECK(call_everything() > 10000);
    call_end();
}
