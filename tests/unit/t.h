/* t.h - the whole unit test framework: TEST(name) { CHECK(cond); }
 *
 * Tests register themselves; the program prints one line per failure and a
 * last line "unit/NAME: N passed, M failed". */
#ifndef UNIT_T_H
#define UNIT_T_H

#include <stdio.h>
#include <string.h>

typedef void test_fn(void);
static struct { const char *name; test_fn *fn; } t_all[512];
static int t_count, t_failed_checks;

#define TEST(test)                                                           \
    static void test(void);                                                  \
    __attribute__((constructor)) static void register_##test(void)           \
    {                                                                        \
        t_all[t_count].name = #test;                                         \
        t_all[t_count++].fn = test;                                          \
    }                                                                        \
    static void test(void)

#define CHECK(cond)                                                          \
    do {                                                                     \
        if (!(cond)) {                                                       \
            printf("%s:%d: CHECK failed: %s\n", __FILE__, __LINE__, #cond);  \
            t_failed_checks++;                                               \
        }                                                                    \
    } while (0)

/* Compares a str with a C text and shows both. */
#define CHECK_STR(got, want)                                                 \
    do {                                                                     \
        str t_got = (got);                                                   \
        if (!str_eq(t_got, str_of(want))) {                                  \
            printf("%s:%d: got '%.*s', want '%s'\n", __FILE__, __LINE__,     \
                   (int)t_got.n, t_got.p ? t_got.p : "", want);              \
            t_failed_checks++;                                               \
        }                                                                    \
    } while (0)

int main(void)
{
    int failed = 0;
    for (int i = 0; i < t_count; i++) {
        int before = t_failed_checks;
        t_all[i].fn();
        failed += t_failed_checks != before;
    }
    const char *file = strrchr(__BASE_FILE__, '/');
    printf("unit/%s: %d passed, %d failed\n", file ? file + 1 : __BASE_FILE__,
           t_count - failed, failed);
    return failed != 0;
}

#endif
