/* t_funcs_time.c - rows on datetime and timespan, and time zones. */
#include "base/ticks.h"
#include "base/tzfile.h"
#include "funcs/funcs.h"
#include "t.h"

static const struct func_family families[] = {
    { "totime", funcs_totime, &nfuncs_totime },
    { "datetime", funcs_datetime, &nfuncs_datetime },
    { "datetime_diff", funcs_datetime_diff, &nfuncs_datetime_diff },
    { "datetime_make", funcs_datetime_make, &nfuncs_datetime_make },
    { "format", funcs_format, &nfuncs_format },
    { "timezone", funcs_timezone, &nfuncs_timezone },
};

#include "fn_call.h"

static struct value W(const char *text)
{
    struct value v = { .type = TYPE_DATETIME };
    CHECK(ticks_parse(str_of(text), &v.i));
    return v;
}

static struct value P(const char *text)
{
    struct value v = { .type = TYPE_TIMESPAN };
    CHECK(span_parse(str_of(text), &v.i));
    return v;
}

TEST(conversions)
{
    CHECK_STR(CALL("todatetime", T("02/17/2016 08:40:01")),
              "2016-02-17T08:40:01.0000000Z");
    CHECK_STR(CALL("todatetime", T("2020-02-30")), "<null>");
    CHECK_STR(CALL("todatetime", L(1)), "0001-01-01T00:00:00.0000001Z");
    CHECK_STR(CALL("todatetime", R(1.5)), "0001-01-01T00:00:00.0000001Z");
    CHECK_STR(CALL("todatetime", L(-1)), "<null>");
    CHECK_STR(CALL("todatetime", L(TICKS_MAX + 1)), "<null>");
    CHECK_STR(CALL("todatetime", D("\"2024-05-01T10:00:00+02:00\"")),
              "2024-05-01T08:00:00.0000000Z");
    CHECK_STR(CALL("todatetime", D("[1]")), "<null>");
    CHECK_STR(CALL("totimespan", T("1.02:03:04.5")), "1.02:03:04.5000000");
    CHECK_STR(CALL("totimespan", T("1.5")), "<null>");
    CHECK_STR(CALL("totimespan", D("\"90s\"")), "00:01:30");
    CHECK_STR(CALL("totimespan", D("10000000")), "00:00:01");
}

TEST(borders)
{
    const char *t = "2020-06-15 13:45:00";
    CHECK_STR(CALL("startofweek", W(t)), "2020-06-14T00:00:00.0000000Z");
    CHECK_STR(CALL("startofweek", W(t), L(-2)),
              "2020-05-31T00:00:00.0000000Z");
    CHECK_STR(CALL("endofweek", W(t), L(2)), "2020-07-04T23:59:59.9999999Z");
    CHECK_STR(CALL("startofday", W(t), L(3)), "2020-06-18T00:00:00.0000000Z");
    CHECK_STR(CALL("endofday", W(t)), "2020-06-15T23:59:59.9999999Z");
    CHECK_STR(CALL("startofmonth", W(t), L(-1)),
              "2020-05-01T00:00:00.0000000Z");
    CHECK_STR(CALL("endofmonth", W("2020-01-31"), L(13)),
              "2021-02-28T23:59:59.9999999Z");
    CHECK_STR(CALL("startofyear", W(t), L(1)), "2021-01-01T00:00:00.0000000Z");
    CHECK_STR(CALL("endofyear", W("9999-12-31 23:59:59.9999999")),
              "9999-12-31T23:59:59.9999999Z");
    CHECK_STR(CALL("endofmonth", W("9999-12-31")),
              "9999-12-31T23:59:59.9999999Z");
    CHECK_STR(CALL("endofyear", W("9999-12-31"), L(1)), "<null>");
    CHECK_STR(CALL("startofweek", W("0001-01-01")), "<null>");
    CHECK_STR(CALL("startofyear", W("0001-01-01"), L(-1)), "<null>");
    CHECK_STR(CALL("startofmonth", W(t), L(INT64_MAX)), "<null>");
    CHECK_STR(CALL("endofmonth", W(t), L(INT64_MIN)), "<null>");
}

TEST(parts)
{
    CHECK_STR(CALL("dayofweek", W("1947-11-30 10:00:05")), "00:00:00");
    CHECK_STR(CALL("dayofweek", W("1970-05-11")), "1.00:00:00");
    CHECK_STR(CALL("dayofweek", W("0001-01-01")), "1.00:00:00");
    CHECK_STR(CALL("dayofweek", W("9999-12-31")), "<null>");
    CHECK_STR(CALL("week_of_year", W("2016-01-01")), "53");
    CHECK_STR(CALL("week_of_year", W("2017-01-01")), "52");
    CHECK_STR(CALL("week_of_year", W("2007-01-01")), "1");
    CHECK_STR(CALL("week_of_year", W("2020-12-31")), "53");
    CHECK_STR(CALL("week_of_year", W("2021-12-26")), "51");
    CHECK_STR(CALL("week_of_year", W("9999-12-31")), "52");
    CHECK_STR(CALL("dayofyear", W("2020-12-31")), "366");
    CHECK_STR(CALL("dayofmonth", W("2020-12-31")), "31");
    CHECK_STR(CALL("getyear", W("2020-12-31")), "2020");
    const char *t = "2017-10-30 01:02:03.7654321";
    CHECK_STR(CALL("datetime_part", T("quarter"), W(t)), "4");
    CHECK_STR(CALL("datetime_part", T("week_of_year"), W(t)), "44");
    CHECK_STR(CALL("datetime_part", T("dayOfYear"), W(t)), "303");
    CHECK_STR(CALL("datetime_part", T("Millisecond"), W(t)), "765");
    CHECK_STR(CALL("datetime_part", T("microsecond"), W(t)), "765432");
    CHECK_STR(CALL("datetime_part", T("nanosecond"), W(t)), "765432100");
    CHECK_STR(CALL("datetime_part", T("fortnight"), W(t)),
              "!no unit of time is called 'fortnight'");
}

TEST(adding)
{
    CHECK_STR(CALL("datetime_add", T("month"), L(1), W("2020-01-31")),
              "2020-02-29T00:00:00.0000000Z");
    CHECK_STR(CALL("datetime_add", T("month"), L(-1),
                   W("2020-03-31 00:00:00.0000001")),
              "2020-02-29T00:00:00.0000001Z");
    CHECK_STR(CALL("datetime_add", T("year"), L(1), W("2020-02-29")),
              "2021-02-28T00:00:00.0000000Z");
    CHECK_STR(CALL("datetime_add", T("quarter"), L(-5), W("2020-05-31")),
              "2019-02-28T00:00:00.0000000Z");
    CHECK_STR(CALL("datetime_add", T("week"), L(-53), W("2021-03-15 12:00")),
              "2020-03-09T12:00:00.0000000Z");
    CHECK_STR(CALL("datetime_add", T("day"), L(400), W("2020-01-01")),
              "2021-02-04T00:00:00.0000000Z");
    CHECK_STR(CALL("datetime_add", T("nanosecond"), L(250), W("2020-01-01")),
              "2020-01-01T00:00:00.0000002Z");
    CHECK_STR(CALL("datetime_add", T("year"), L(9000), W("2020-01-01")),
              "<null>");
    CHECK_STR(CALL("datetime_add", T("week"), L(INT64_MAX), W("2020-01-01")),
              "<null>");
    CHECK_STR(CALL("datetime_add", T("year"), L(INT64_MIN), W("2020-01-01")),
              "<null>");
}

static str diff(const char *unit, const char *a, const char *b)
{
    return CALL("k_datetime_diff", T(unit), W(a), W(b));
}

TEST(differences)
{
    CHECK_STR(diff("year", "2017-01-01", "2000-12-31"), "17");
    CHECK_STR(diff("quarter", "2017-07-01", "2017-03-30"), "2");
    CHECK_STR(diff("quarter", "2024-03-31", "2020-04-01"), "15");
    CHECK_STR(diff("month", "2017-01-01", "2015-12-30"), "13");
    CHECK_STR(diff("month", "2020-01-31", "2020-02-01"), "-1");
    CHECK_STR(diff("week", "2017-10-29", "2017-09-30 23:59"), "5");
    CHECK_STR(diff("week", "2020-12-31", "2020-01-01"), "52");
    CHECK_STR(diff("day", "2017-10-29", "2017-09-30 23:59"), "29");
    CHECK_STR(diff("hour", "2017-10-31 01:00", "2017-10-30 23:59"), "2");
    CHECK_STR(diff("second", "2020-01-01 00:00:01.9999999",
                   "2020-01-01 00:00:00.0000001"), "1");
    CHECK_STR(diff("microsecond", "2020-01-01 00:00:00.0000020",
                   "2020-01-01 00:00:00.0000005"), "2");
    CHECK_STR(diff("nanosecond", "2020-01-01 00:00:00.0000002",
                   "2020-01-01"), "200");
    CHECK_STR(diff("nanosecond", "9999-01-01", "0001-01-01"), "<null>");
}

TEST(making)
{
    CHECK_STR(CALL("make_datetime", L(2017), L(10), L(1), L(12), L(10)),
              "2017-10-01T12:10:00.0000000Z");
    CHECK_STR(CALL("make_datetime", L(2017), L(10), L(1), L(12), L(10),
                   R(11.1234567)), "2017-10-01T12:10:11.1234567Z");
    CHECK_STR(CALL("make_datetime", L(2017), L(2), L(29)), "<null>");
    CHECK_STR(CALL("make_datetime", L(1LL << 40), L(2), L(1)), "<null>");
    CHECK_STR(CALL("make_timespan", L(1), L(12), L(30), R(55.123)),
              "1.12:30:55.1230000");
    CHECK_STR(CALL("make_timespan", L(1), L(2), R(3)), "01:02:03");
    CHECK_STR(CALL("make_timespan", L(0), L(25), L(61), R(61.5)), "<null>");
    CHECK_STR(CALL("make_timespan", L(-1), L(-2)), "<null>");
    CHECK_STR(CALL("make_timespan", L(0), L(0), L(0), R(0.0000001)),
              "00:00:00.0000001");
    CHECK_STR(CALL("unixtime_seconds_todatetime", L(1546300800)),
              "2019-01-01T00:00:00.0000000Z");
    CHECK_STR(CALL("unixtime_seconds_todatetime", R(1546300800.5)),
              "2019-01-01T00:00:00.5000000Z");
    CHECK_STR(CALL("unixtime_nanoseconds_todatetime",
                   L(1546300800000000100)), "2019-01-01T00:00:00.0000001Z");
    CHECK_STR(CALL("unixtime_seconds_todatetime", L(INT64_MAX)), "<null>");
    CHECK_STR(CALL("unixtime_seconds_todatetime", L(-62135596801)), "<null>");
}

static str form(const char *t, const char *format)
{
    return CALL("format_datetime", W(t), T(format));
}

TEST(formats_of_moments)
{
    const char *t = "2017-01-29 09:00:05";
    CHECK_STR(form(t, "yy-MM-dd [HH:mm:ss]"), "17-01-29 [09:00:05]");
    CHECK_STR(form(t, "yyyy-M-dd [H:mm:ss]"), "2017-1-29 [9:00:05]");
    CHECK_STR(form(t, "yy-MM-dd [hh:mm:ss tt]"), "17-01-29 [09:00:05 AM]");
    CHECK_STR(form("2007-01-02 00:30", "h:mm tt"), "12:30 AM");
    CHECK_STR(form("2007-03-09", "dddd, MMMM d, yyyy"), "0909, 0303 9, 2007");
    CHECK_STR(form("2007-03-09", "ddd MMM"), "099 033");
    CHECK_STR(form("2020-06-15 13:45:09.0000007", "FFFFFFF"), "0000007");
    CHECK_STR(form("2020-06-15 13:45:09", "FFFFFFF"), "");
    CHECK_STR(form("2020-06-15 13:45:09.1234567", "ffffff"), "123456");
    CHECK_STR(form("2020-06-15 13:45:09", "y"), "20");
    CHECK_STR(form("2020-06-15 09:05:03.007", "M/d/yy H:m:s"),
              "6/15/20 9:5:3");
    CHECK_STR(form("2020-12-09 23:45:59", "yyyyMMddHHmmss"), "20201209234559");
    CHECK(str_starts(form(t, "yyyy-MM-ddTHH:mm"), S("!'yyyy")));
    CHECK(str_starts(form(t, "zzz"), S("!")));
    CHECK(str_starts(form(t, "h t"), S("!")));
}

static str span_form(const char *t, const char *format)
{
    return CALL("format_timespan", P(t), T(format));
}

TEST(formats_of_spans)
{
    CHECK_STR(span_form("29.09:00:05.12345", "dd.hh:mm:ss:FF"),
              "29.09:00:05:12");
    CHECK_STR(span_form("29.09:00:05.12345", "ddd.h:mm:ss [fffffff]"),
              "029.9:00:05 [1234500]");
    CHECK_STR(span_form("-1.02:30:00", "d.hh:mm:ss"), "-1.02:30:00");
    CHECK_STR(span_form("-00:01:30", "mm:ss"), "-01:30");
    CHECK_STR(span_form("1.02:01:00", "hh:mm"), "02:01");
    CHECK_STR(span_form("1.00:00:00", "dddd"), "0001");
    CHECK(str_starts(span_form("00:00:01", "yyyy"), S("!")));
}

TEST(formats_of_bytes)
{
    CHECK_STR(CALL("format_bytes", R(564)), "564 Bytes");
    CHECK_STR(CALL("format_bytes", R(10332), L(1)), "10.1 KB");
    CHECK_STR(CALL("format_bytes", R(20010332)), "19 MB");
    CHECK_STR(CALL("format_bytes", R(20010332), L(2)), "19.08 MB");
    CHECK_STR(CALL("format_bytes", R(20010332), L(0), T("KB")), "19541 KB");
    CHECK(str_starts(CALL("format_bytes", R(1), L(0), T("Kb/s")), S("!")));
    CHECK_STR(CALL("format_bytes", R(0)), "0 Bytes");
}

/* A zone made here, so that the test needs no database: version 1 block empty,
 * version 2 with one change, rules of central Europe at the end. */
static const char zone_file[] =
    "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
    "\0\0\0\0\0\0UTC\0"
    "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\2\0\0\0\10"
    "\0\0\0\0\0\0\0\0\1"
    "\0\0\0\0\0\0\0\0\16\20\0\4LMT\0CET\0"
    "\nCET-1CEST,M3.5.0,M10.5.0/3\n";

static int64_t unix_of(const char *text)
{
    int64_t t;
    CHECK(ticks_parse(str_of(text), &t));
    return (t - TICKS_UNIX_EPOCH) / TICKS_PER_SEC;
}

TEST(zones)
{
    struct arena *a = arena_new();
    str file = { zone_file, sizeof zone_file - 1 };
    struct tz *z = tz_parse(a, file);
    CHECK(z != NULL);
    if (!z)
        return;
    CHECK(tz_offset(z, -1) == 0 && tz_offset(z, 0) == 3600);
    CHECK(tz_offset(z, unix_of("2022-03-27 00:59:59")) == 3600);
    CHECK(tz_offset(z, unix_of("2022-03-27 01:00:00")) == 7200);
    CHECK(tz_offset(z, unix_of("2022-10-30 00:59:59")) == 7200);
    CHECK(tz_offset(z, unix_of("2022-10-30 01:00:00")) == 3600);
    CHECK(tz_offset(z, unix_of("2500-07-01")) == 7200);
    CHECK(tz_to_utc(z, unix_of("2022-07-01 12:00")) ==
          unix_of("2022-07-01 10:00"));
    CHECK(tz_to_utc(z, unix_of("2022-03-27 02:00")) ==
          unix_of("2022-03-27 00:00"));       /* skipped */
    CHECK(tz_to_utc(z, unix_of("2022-03-27 03:00")) ==
          unix_of("2022-03-27 01:00"));
    CHECK(tz_to_utc(z, unix_of("2022-10-30 02:30")) ==
          unix_of("2022-10-30 01:30"));       /* twice */
    for (size_t n = 0; n < file.n; n++) /* every cut is survived */
        CHECK(tz_parse(a, (str){ file.p, n }) == NULL);
    char damaged[sizeof zone_file];
    for (size_t i = 0; i < file.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(damaged, zone_file, sizeof damaged);
            damaged[i] = (char)(damaged[i] ^ 1 << bit);
            struct tz *d = tz_parse(a, (str){ damaged, file.n });
            if (d)
                tz_to_utc(d, unix_of("2022-03-27 02:00"));
        }
    CHECK(tz_load(a, S("../../etc/passwd")) == NULL);
    CHECK(tz_load(a, S("/etc/passwd")) == NULL);
    CHECK(tz_load(a, S("No/Such_Zone")) == NULL);
    arena_free(a);
}

TEST(anything)
{
    CHECK(call_everything() > 10000);
    call_end();
}
