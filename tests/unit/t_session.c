/* t_session.c - history queries, glob patterns, cursor positions. */
#include "t.h"

#include "kernel/cursor.h"
#include "kernel/session.h"

static void check_query(struct session *s, struct history_query q,
                        const char *want)
{
    struct buf b;
    buf_init(&b, 100 << 20);
    session_query(s, &q, &b);
    CHECK_STR(buf_str(&b), want);
    buf_release(&b);
}

static struct session *filled(void)
{
    struct session *s = session_new();
    session_add(s, 1, S("print 1"), S("1"));
    session_add(s, 2, S("T | take 5"), S(""));
    session_add(s, 3, S("print 1"), S("one \"1\""));
    session_add(s, 4, S("print 2"), S("2"));
    return s;
}

TEST(tail)
{
    struct session *s = filled();
    check_query(s, (struct history_query){ .access = HISTORY_TAIL, .n = 2 },
                "[[1,3,\"print 1\"],[1,4,\"print 2\"]]");
    check_query(s, (struct history_query){ .access = HISTORY_TAIL, .n = 0 },
                "[]");
    check_query(s, (struct history_query){ .access = HISTORY_TAIL, .n = 1,
                                           .output = true },
                "[[1,4,[\"print 2\",\"2\"]]]");
    session_free(s);
}

TEST(range)
{
    struct session *s = filled();
    check_query(s, (struct history_query){ .access = HISTORY_RANGE,
                                           .start = 2, .stop = 4, .n = 1 },
                "[[1,2,\"T | take 5\"],[1,3,\"print 1\"]]");
    check_query(s, (struct history_query){ .access = HISTORY_RANGE,
                                           .start = 4, .stop = -1 },
                "[[1,4,\"print 2\"]]");
    check_query(s, (struct history_query){ .access = HISTORY_RANGE,
                                           .session = 7, .stop = -1 },
                "[]");
    session_free(s);
}

TEST(search)
{
    struct session *s = filled();
    struct history_query q = { .access = HISTORY_SEARCH, .n = -1,
                               .pattern = S("print*") };
    check_query(s, q, "[[1,1,\"print 1\"],[1,3,\"print 1\"],"
                      "[1,4,\"print 2\"]]");
    q.unique = true;
    check_query(s, q, "[[1,3,\"print 1\"],[1,4,\"print 2\"]]");
    q.n = 1;
    check_query(s, q, "[[1,4,\"print 2\"]]");
    q.pattern = S("*5");
    q.output = true;
    check_query(s, q, "[[1,2,[\"T | take 5\",null]]]");
    session_free(s);
}

TEST(the_oldest_go_first)
{
    struct session *s = session_new();
    struct buf big;
    buf_init(&big, 2 << 20);
    buf_fill(&big, 'x', 1 << 20);
    for (int i = 1; i <= 20; i++)
        session_add(s, i, buf_str(&big), S(""));
    session_add(s, 21, S("small"), S(""));
    struct buf b;
    buf_init(&b, 100 << 20);
    session_query(s, &(struct history_query){ .access = HISTORY_TAIL,
                                              .n = -1 }, &b);
    CHECK(b.n <= HISTORY_BYTES + 1000);
    CHECK(str_ends(buf_str(&b), S(",[1,21,\"small\"]]")));
    buf_release(&b);
    buf_release(&big);
    for (int i = 0; i < HISTORY_KEPT + 10; i++)
        session_add(s, i, S("y"), S("z"));
    check_query(s, (struct history_query){ .access = HISTORY_RANGE,
                                           .stop = 11 }, "[[1,10,\"y\"]]");
    session_free(s);
}

static uint32_t to_bytes(const char *code, int64_t pos, bool utf16)
{
    struct cursor_units u;
    uint32_t at = cursor_to_bytes(str_of(code), pos, &u);
    CHECK(u.utf16 == utf16);
    CHECK(cursor_from_bytes(str_of(code), at, &u) == (pos < 0 ? 0 : pos) ||
          pos > (int64_t)strlen(code));
    return at;
}

TEST(cursor_positions)
{
    static const char code[] = "\xf0\x9f\x98\x80\xc3\xa9x"; /* 3 characters */
    CHECK(to_bytes("abc", 2, false) == 2);
    CHECK(to_bytes("abc", -5, false) == 0);
    CHECK(to_bytes("abc", 99, true) == 3);
    CHECK(to_bytes(code, 1, false) == 4);
    CHECK(to_bytes(code, 2, false) == 6);
    CHECK(to_bytes(code, 3, false) == 7);
    CHECK(to_bytes(code, 4, true) == 7); /* as UTF-16 the end is 4 */
    CHECK(to_bytes("", 0, false) == 0);
}
