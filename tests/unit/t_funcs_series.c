/* t_funcs_series.c - rows of the series functions, called as the engine does:
 * spelling of numbers, what is missing, arguments that do not fit. */
#include "funcs/funcs.h"
#include "t.h"

static const struct func_family families[] = {
    { "series_decompose", funcs_series_decompose, &nfuncs_series_decompose },
    { "series_fill", funcs_series_fill, &nfuncs_series_fill },
    { "series_filter", funcs_series_filter, &nfuncs_series_filter },
    { "series_fit", funcs_series_fit, &nfuncs_series_fit },
    { "series_make", funcs_series_make, &nfuncs_series_make },
    { "series_math", funcs_series_math, &nfuncs_series_math },
    { "series_period", funcs_series_period, &nfuncs_series_period },
    { "series_stats", funcs_series_stats, &nfuncs_series_stats },
};

#include "fn_call.h"

TEST(integers_stay_integers)
{
    CHECK_STR(CALL("k_series_add", D("[1,2.5,4]"), D("[4,2,1]")),
              "[5,4.5,5]");
    CHECK_STR(CALL("k_series_multiply", D("[9223372036854775807,3]"),
                   D("[2,3]")),
              "[1.8446744073709552e+19,9]");
    CHECK_STR(CALL("k_series_divide", D("[1,-1,0]"), D("[0,0,0]")),
              "[\"Infinity\",\"-Infinity\",\"NaN\"]");
    CHECK_STR(CALL("series_abs", D("[-6,0,8.25,null,\"a\"]")),
              "[6.0,0.0,8.25,null,null]");
}

TEST(series_of_two_lengths)
{
    CHECK_STR(CALL("k_series_less", D("[1,2,3]"), D("[2,2]")),
              "[true,false,null]");
    CHECK_STR(CALL("k_series_greater_equals", D("[1,2,3]"), D("2")),
              "[false,true,true]");
    CHECK_STR(CALL("k_series_subtract", D("10"), D("[1,null]")), "[9,null]");
    CHECK_STR(CALL("k_series_add", D("1"), D("2")), "<null>");
    CHECK_STR(CALL("k_series_add", D("[]"), D("2")), "[]");
    CHECK_STR(CALL("k_series_add", D("[1]"), D("\"x\"")), "<null>");
    CHECK_STR(CALL("k_series_equals", D("[9007199254740993]"),
                   D("[9007199254740992]")),
              "[false]");
}

TEST(gaps_are_filled_in_kind)
{
    struct value x = D("[null,111,null,36,41,null,null,16,null]");
    struct value nil = NIL(TYPE_DYNAMIC);
    CHECK_STR(CALL("k_series_fill_const", x, D("0.0")),
              "[0.0,111,0.0,36,41,0.0,0.0,16,0.0]");
    CHECK_STR(CALL("k_series_fill_const", D("[1,-1]"), nil, D("-1")),
              "[1,null]");
    CHECK_STR(CALL("k_series_fill_forward", x),
              "[null,111,111,36,41,41,41,16,16]");
    CHECK_STR(CALL("k_series_fill_backward", x),
              "[111,111,36,36,41,16,16,16,null]");
    CHECK_STR(CALL("k_series_fill_linear", x),
              "[111,111,73,36,41,32,24,16,16]");
    CHECK_STR(CALL("k_series_fill_linear", D("[null,1.0,null,2.0]"), nil,
                   B(false)),
              "[null,1.0,1.5,2.0]");
    CHECK_STR(CALL("k_series_fill_linear", D("[0,4,0,0,7]"), D("0"), B(true)),
              "[4,4,5,6,7]");
    CHECK_STR(CALL("k_series_fill_linear", D("[null,null]")), "[0.0,0.0]");
    CHECK_STR(CALL("k_series_fill_linear", D("[null]"), nil, B(true), nil),
              "[null]");
    CHECK_STR(CALL("k_series_fill_linear", D("[]")), "[]");
    CHECK_STR(CALL("k_series_fill_forward", D("{}")), "<null>");
}

TEST(numbers_for_a_series)
{
    CHECK_STR(CALL("series_sum", D("[1,2.5]")), "3.5");
    CHECK_STR(CALL("series_sum", D("[1,null]")), "<null>");
    CHECK_STR(CALL("series_sum", D("[]")), "0.0");
    CHECK_STR(CALL("series_product", D("[2,3,4]")), "24.0");
    CHECK_STR(CALL("k_series_dot_product", D("[1,2,4]"), D("[4,2]")), "8.0");
    CHECK_STR(CALL("k_series_dot_product", D("[1,2,\"a\"]"), D("10")), "30.0");
    CHECK_STR(CALL("k_series_dot_product", D("[]"), D("[1]")), "<null>");
    CHECK_STR(CALL("series_magnitude", D("[3,4]")), "5.0");
    CHECK_STR(CALL("series_cosine_similarity", D("[1,0]"), D("[2,2]"), R(1),
                   R(4)),
              "0.5");
    CHECK_STR(CALL("series_pearson_correlation", D("[1,2]"), D("[1]")),
              "<null>");
}

TEST(statistics_of_odd_series)
{
    CHECK_STR(CALL("series_stats", D("[4]")), "[4.0,0,4.0,0,4.0,0.0,0.0]");
    CHECK_STR(CALL("series_stats", D("[4,null]")), "<null>");
    CHECK_STR(CALL("series_stats", D("[4,null,\"Infinity\"]"), B(true)),
              "[4.0,0,4.0,0,4.0,0.0,0.0]");
    CHECK_STR(CALL("series_stats", D("[]")), "<null>");
    CHECK_STR(CALL("series_stats_dynamic", D("[10,20]")),
              "{\"min\":10.0,\"min_idx\":0,\"max\":20.0,\"max_idx\":1,"
              "\"avg\":15.0,\"stdev\":7.0710678118654755,\"variance\":50.0,"
              "\"sum\":30.0,\"len\":2}");
}

TEST(filters_and_their_arguments)
{
    struct value x = D("[5,15,10,20]");
    CHECK_STR(CALL("series_fir", x, D("[1,-1]"), B(false), B(false)),
              "[5.0,10.0,-5.0,10.0]");
    CHECK_STR(CALL("series_fir", x, D("[1,-1]")), "[5.0,10.0,-5.0,10.0]");
    CHECK_STR(CALL("series_fir", x, D("[1,-1]"), B(true)), "<null>");
    CHECK_STR(CALL("series_fir", x, D("[1,1]")), "[2.5,10.0,12.5,15.0]");
    CHECK_STR(CALL("series_fir", x, D("[1,1,1]"), B(false), B(true)),
              "[20.0,30.0,45.0,30.0]");
    CHECK_STR(CALL("series_fir", D("[1,null]"), D("[1]")), "<null>");
    CHECK_STR(CALL("series_iir", D("[1,2,3]"), D("[1]"), D("[1,-1]")),
              "[1.0,3.0,6.0]");
    CHECK_STR(CALL("series_iir", D("[1,2,3]"), D("[1]"), D("[0,1]")),
              "<null>");
    CHECK_STR(CALL("series_fft", D("[1,1,1,1]")),
              "[[4.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0]]");
    CHECK_STR(CALL("series_ifft", D("[4,0,0,0]"), D("[0,0,0]")), "<null>");
}

TEST(arguments_that_do_not_fit)
{
    struct value x = D("[1,2,3]");
    CHECK_STR(CALL("series_decompose", x, L(-1), T("up")),
              "!a trend is 'avg', 'linefit' or 'none', not 'up'");
    CHECK_STR(CALL("series_outliers", x, T("grubbs")),
              "!a kind of outliers is 'ctukey' or 'tukey', not 'grubbs'");
    CHECK_STR(CALL("series_outliers", x, T("ctukey"), NIL(TYPE_REAL), R(90),
                   R(10)),
              "!the percentiles of series_outliers() go from 2 to 98, the "
              "lower one first");
    CHECK_STR(CALL("series_fit_poly", x, NIL(TYPE_DYNAMIC), L(17)),
              "!series_fit_poly() takes a degree from 0 to 16");
    CHECK_STR(CALL("series_periods_detect", x, R(0), R(9), L(1001)),
              "!series_periods_detect() finds up to 1000 periods");
    CHECK_STR(CALL("series_periods_detect", x, R(0), R(9), L(2)),
              "[[0.0,0.0],[0.0,0.0]]");
    CHECK_STR(CALL("series_outliers", D("[1,1,1,null,50]"), T("tukey"), R(50)),
              "[0.0,0.0,0.0,0.0,0.0]");
}

TEST(bins_find_their_place)
{
    CHECK_STR(CALL("k_series_values", D("[3,\"x\",1,2.5,9,7]"), L(1), L(4),
                   D("0")),
              "[2.5,0,\"x\",0]");
    CHECK_STR(CALL("k_series_values", NIL(TYPE_DYNAMIC), L(1), L(2),
                   NIL(TYPE_DYNAMIC)),
              "[null,null]");
    CHECK_STR(CALL("k_series_values", D("[]"), L(5), L(4), D("0")), "[]");
    CHECK_STR(CALL("k_series_values", D("[]"), L(INT64_MIN), L(INT64_MAX),
                   D("0")),
              "!make-series would make more than 1048576 bins: take a larger "
              "step, or 'from' and 'to' nearer to each other");
    CHECK_STR(CALL("k_series_axis", L(-1), L(1), L(1), L(3)), "[-2,1,4]");
    CHECK_STR(CALL("k_series_axis", L(0), L(2), R(0.5), R(0.25)),
              "[0.5,0.75,1.0]");
    CHECK_STR(CALL("k_series_axis", L(INT64_MAX), L(INT64_MAX), L(0), L(3)),
              "[null]");
}

TEST(no_row_makes_what_is_no_json)
{
    CHECK(call_everything() > 1000);
    call_end();
}
