/* t_ticks.c - calendar, and reading and writing datetime and timespan.
 *
 * Covers lang/base/ticks.c. */
#include "base/ticks.h"

#include "tests/unit/t.h"

static struct buf out;

static str shown(int64_t t)
{
    buf_release(&out);
    buf_init(&out, 100);
    ticks_format(&out, t);
    return buf_str(&out);
}

static str shown_span(int64_t t)
{
    buf_release(&out);
    buf_init(&out, 100);
    span_format(&out, t);
    return buf_str(&out);
}

/* What a text reads as, shown again; "-" when it does not fit. */
static str read_as(const char *text)
{
    int64_t t;
    return ticks_parse(str_of(text), &t) ? shown(t) : S("-");
}

static str span_read(const char *text)
{
    int64_t t;
    return span_parse(str_of(text), &t) ? shown_span(t) : S("-");
}

static bool iso(const char *text)
{
    int64_t t;
    return ticks_parse_iso(str_of(text), &t);
}

/* Every day of the calendar: the count and the date agree both ways. */
TEST(every_day)
{
    struct civil c = { .year = 1, .month = 1, .day = 1 };
    int64_t want = 0, got;
    size_t bad = 0;
    for (c.year = 1; c.year <= 9999; c.year++)
        for (c.month = 1; c.month <= 12; c.month++)
            for (c.day = 1; c.day <= 31; c.day++) {
                if (!ticks_from_civil(&c, &got))
                    continue;
                struct civil back;
                ticks_to_civil(got, &back);
                bad += got != want || back.year != c.year ||
                       back.month != c.month || back.day != c.day;
                want += TICKS_PER_DAY;
            }
    CHECK(bad == 0);
    CHECK(want == TICKS_MAX + 1);
}

TEST(limits)
{
    int64_t t;
    CHECK(!ticks_from_civil(&(struct civil){ 0, 1, 1, 0, 0, 0, 0 }, &t));
    CHECK(!ticks_from_civil(&(struct civil){ 10000, 1, 1, 0, 0, 0, 0 }, &t));
    CHECK(!ticks_from_civil(&(struct civil){ 2021, 2, 29, 0, 0, 0, 0 }, &t));
    CHECK(!ticks_from_civil(&(struct civil){ 1900, 2, 29, 0, 0, 0, 0 }, &t));
    CHECK(ticks_from_civil(&(struct civil){ 2000, 2, 29, 23, 59, 59, 9999999 },
                           &t));
    CHECK(!ticks_from_civil(&(struct civil){ 2000, 2, 28, 24, 0, 0, 0 }, &t));
    CHECK(!ticks_from_civil(&(struct civil){ 2000, 1, 1, 0, 0, 0, 10000000 },
                            &t));
    CHECK(ticks_from_civil(&(struct civil){ 1970, 1, 1, 0, 0, 0, 0 }, &t));
    CHECK(t == TICKS_UNIX_EPOCH);
    CHECK_STR(shown(-5), "0001-01-01T00:00:00.0000000Z");
    CHECK_STR(shown(INT64_MAX), "9999-12-31T23:59:59.9999999Z");
    CHECK(ticks_now() > 638000000000000000LL);
}

TEST(iso_forms)
{
    CHECK_STR(read_as("2020-06-15T13:45:09.1234567Z"),
              "2020-06-15T13:45:09.1234567Z");
    CHECK_STR(read_as("2020-06-15 13:45:09"), "2020-06-15T13:45:09.0000000Z");
    CHECK_STR(read_as("1969-07-20"), "1969-07-20T00:00:00.0000000Z");
    CHECK_STR(read_as("2024-01-01 10:00"), "2024-01-01T10:00:00.0000000Z");
    CHECK_STR(read_as("2024-01-01T10:00:00+02:00"),
              "2024-01-01T08:00:00.0000000Z");
    CHECK_STR(read_as("2024-01-01T10:00:00.5-0530"),
              "2024-01-01T15:30:00.5000000Z");
    CHECK_STR(read_as("2024-01-01T10:00:00+02"),
              "2024-01-01T08:00:00.0000000Z");
    CHECK_STR(read_as("2015-12-31 23:59:59.9"),
              "2015-12-31T23:59:59.9000000Z");
    CHECK_STR(read_as("2024-01-01T10:00:00.123456789Z"),
              "2024-01-01T10:00:00.1234567Z");
    CHECK_STR(read_as("2024-1-5 7:08"), "2024-01-05T07:08:00.0000000Z");
    CHECK_STR(read_as("2024-01-01T10:00:00.12345678"),
              "2024-01-01T10:00:00.1234567Z");
    CHECK_STR(read_as("2024-01-01T10:00:00.12+00:00"),
              "2024-01-01T10:00:00.1200000Z");
    CHECK_STR(read_as("2024-01-01T10:00:00.123456xZ"), "-");
    CHECK_STR(read_as("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00.0000000Z");
    CHECK_STR(read_as("0001-01-01T00:00:00+01:00"), "-");
    CHECK_STR(read_as("9999-12-31T23:59:59-01:00"), "-");
    CHECK_STR(read_as("2020-13-01"), "-");
    CHECK_STR(read_as("2020-02-30"), "-");
    CHECK_STR(read_as("not-a-date"), "-");
    CHECK_STR(read_as(""), "-");
    CHECK_STR(read_as("2020-01-01T10:00:00Zjunk"), "-");
    CHECK_STR(read_as("2020-01-01T10:00:00."), "-");
    CHECK_STR(read_as("2020-01-01T24:00:00"), "-");
    buf_release(&out);
}

TEST(iso_only)
{
    CHECK(iso("2020-01-01T10:00:00") && iso("2020-01-01 10:00:00.1Z"));
    CHECK(!iso("2020-01-01") && !iso("2020-01-01T10:00"));
    CHECK(!iso("02/17/2016 08:40:01 AM") && !iso("2020-01-01x10:00:00"));
    CHECK(!iso("2020-01-01T1a:00:00") && !iso("2020-00-01T10:00:00"));
    CHECK(!iso("2020-01-00T10:00:00") && !iso("0000-01-01T10:00:00"));
    CHECK(!iso("2021-02-29T10:00:00") && iso("2020-02-29T10:00:00"));
    CHECK(!iso("2020-04-31T10:00:00") && !iso("2020-01-01T10:00:60"));
    CHECK(!iso("2020-01-01T10:00:00+25:00") && !iso("2020-01-01T10:00:00+1"));
    int64_t t;
    CHECK(!ticks_parse_iso(STR_NONE, &t));
    CHECK(!ticks_parse_iso(S("2020-01-01T10:00:00\0"), &t));
}

TEST(other_forms)
{
    CHECK_STR(read_as("02/17/2016 08:40:01"), "2016-02-17T08:40:01.0000000Z");
    CHECK_STR(read_as("1/2/2020"), "2020-01-02T00:00:00.0000000Z");
    CHECK_STR(read_as("1/2/2020 12:05 AM"), "2020-01-02T00:05:00.0000000Z");
    CHECK_STR(read_as("1/2/2020 1:05:07 pm"), "2020-01-02T13:05:07.0000000Z");
    CHECK_STR(read_as("1/2/2020 13:05 PM"), "-");
    CHECK_STR(read_as("13/2/2020"), "-");
    CHECK_STR(read_as("Mon, 15 Jun 2020 10:00:00 GMT"),
              "2020-06-15T10:00:00.0000000Z");
    CHECK_STR(read_as("15 Jun 2020 10:00 EST"),
              "2020-06-15T15:00:00.0000000Z");
    CHECK_STR(read_as("15 June 20 10:00:00 +0200"),
              "2020-06-15T08:00:00.0000000Z");
    CHECK_STR(read_as("Monday, 15-Jun-98 10:00:00 UTC"),
              "1998-06-15T10:00:00.0000000Z");
    CHECK_STR(read_as("Foo, 15 Jun 2020 10:00:00 GMT"), "-");
    CHECK_STR(read_as("15 Jux 2020"), "-");
    CHECK_STR(read_as("15 Jun 202"), "-");
    buf_release(&out);
}

TEST(spans)
{
    CHECK_STR(span_read("1.02:03:04.5"), "1.02:03:04.5000000");
    CHECK_STR(span_read("-00:30:00"), "-00:30:00");
    CHECK_STR(span_read("13:00"), "13:00:00");
    CHECK_STR(span_read("0:0:0.001"), "00:00:00.0010000");
    CHECK_STR(span_read("100.00:00:00"), "100.00:00:00");
    CHECK_STR(span_read("1.02:03"), "1.02:03:00");
    CHECK_STR(span_read("2"), "2.00:00:00");
    CHECK_STR(span_read("1d"), "1.00:00:00");
    CHECK_STR(span_read("-1d"), "-1.00:00:00");
    CHECK_STR(span_read("90s"), "00:01:30");
    CHECK_STR(span_read("1.5h"), "01:30:00");
    CHECK_STR(span_read("1.5"), "-");
    CHECK_STR(span_read("abc"), "-");
    CHECK_STR(span_read(""), "-");
    CHECK_STR(span_read("25:00:00"), "-");
    CHECK_STR(span_read("00:61:00"), "-");
    CHECK_STR(span_read("1 d"), "-");
    CHECK_STR(span_read("99999999d"), "-");
    CHECK_STR(shown_span(INT64_MIN), "-10675199.02:48:05.4775808");
    CHECK_STR(shown_span(INT64_MAX), "10675199.02:48:05.4775807");
    CHECK_STR(shown_span(0), "00:00:00");
    buf_release(&out);
}

TEST(literals)
{
    static const struct { const char *text; int64_t ticks; } ok[] = {
        { "1d", TICKS_PER_DAY }, { "2days", 2 * TICKS_PER_DAY },
        { "2hours", 2 * TICKS_PER_HOUR }, { "5min", 5 * TICKS_PER_MIN },
        { "7sec", 7 * TICKS_PER_SEC }, { "0.1s", 1000000 },
        { "100ms", 1000000 }, { "10microsecond", 100 }, { "1tick", 1 },
        { "150nanoseconds", 1 }, { "1.5d", 1296000000000 },
        { "0.123456789d", 106666665696 }, { ".5s", 5000000 },
        { "0.9999999999999999999s", 9999999 },
    };
    for (size_t i = 0; i < sizeof ok / sizeof *ok; i++) {
        int64_t t = -1;
        CHECK(span_parse_literal(str_of(ok[i].text), &t));
        CHECK(t == ok[i].ticks);
    }
    static const char *const bad[] = {
        "", "d", "1", "1x", "1 d", "1d2h", ".d", "1dd", "1.5",
        "99999999999999999999d", "1day days",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t t;
        CHECK(!span_parse_literal(str_of(bad[i]), &t));
    }
}
