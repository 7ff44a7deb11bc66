/* t_beacons.c - beats of known shapes are found, chance is not. */
#include "analytics/beacons.h"

#include <math.h>
#include <stdlib.h>

#include "base/ticks.h"
#include "t.h"

struct source {
    uint64_t state;
};

/* xorshift64* (Vigna 2016): 0 … 1, both ends out. */
static double chance(struct source *s)
{
    s->state ^= s->state >> 12;
    s->state ^= s->state << 25;
    s->state ^= s->state >> 27;
    uint64_t x = s->state * 0x2545f4914f6cdd1du;
    return ((double)(x >> 11) + 0.5) / 9007199254740992.0;
}

static int by_ticks(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

struct rig {
    struct arena *a, *scratch;
    struct beacons w;
    int64_t time[5000];
    size_t n;
    struct beacon found;
};

static void rig_init(struct rig *r)
{
    memset(r, 0, sizeof *r);
    r->a = arena_new();
    r->scratch = arena_new();
    r->w = (struct beacons){ .a = r->a, .scratch = r->scratch,
                             .opts = { TICKS_PER_SEC, 10 } };
}

static void rig_release(struct rig *r)
{
    arena_free(r->a);
    arena_free(r->scratch);
}

static void add(struct rig *r, double seconds)
{
    r->time[r->n++] = TICKS_UNIX_EPOCH + (int64_t)(seconds * 1e7);
}

static const struct beacon *look(struct rig *r)
{
    qsort(r->time, r->n, sizeof *r->time, by_ticks);
    beacon_find(&r->w, r->n, r->time, &r->found);
    r->n = 0;
    return &r->found;
}

TEST(a_clock_with_noise_of_its_own)
{
    struct rig *r = malloc(sizeof *r);
    struct source s = { 88172645463325252u };
    rig_init(r);
    for (int i = 0; i < 300; i++)
        add(r, 45.0 * i + 4 * chance(&s));
    const struct beacon *b = look(r);
    CHECK(fabs(b->period - 45) < 0.1);
    CHECK(b->pvalue < 1e-20 && b->jitter < 0.05 && b->coverage > 0.99);
    rig_release(r);
    free(r);
}

TEST(a_wait_that_wanders_loses_its_phase_but_not_its_intervals)
{
    struct rig *r = malloc(sizeof *r);
    struct source s = { 7 };
    double t = 0;
    rig_init(r);
    for (int i = 0; i < 500; i++) {
        add(r, t);
        t += 60 * (0.7 + 0.6 * chance(&s));
    }
    const struct beacon *b = look(r);
    CHECK(!b->phase && b->pvalue < 1e-20);
    CHECK(fabs(b->period - 60) < 3);
    rig_release(r);
    free(r);
}

TEST(a_beat_under_four_times_as_much_chance)
{
    struct rig *r = malloc(sizeof *r);
    struct source s = { 99 };
    rig_init(r);
    for (int i = 0; i < 400; i++)
        add(r, 120.0 * i);
    for (int i = 0; i < 1600; i++)
        add(r, 48000 * chance(&s));
    const struct beacon *b = look(r);
    CHECK(b->phase && b->pvalue < 1e-9);
    CHECK(fabs(b->period - 120) < 0.5);
    rig_release(r);
    free(r);
}

/* What people do: bursts at odd times, more of them by day than by night. */
static void add_bursts(struct rig *r, struct source *s)
{
    for (int i = 0; i < 40; i++) {
        double day = floor(10 * chance(s)), hour = 8 + 9 * chance(s);
        double t = 86400 * day + 3600 * hour;
        for (int k = 0; k < 12; k++) {
            add(r, t);
            t -= 6 * log(chance(s));
        }
    }
}

static void add_chance(struct rig *r, struct source *s)
{
    for (int i = 0; i < 300; i++)
        add(r, 40000 * chance(s));
}

static int false_alarms(void (*fill)(struct rig *, struct source *), int tries)
{
    struct rig *r = malloc(sizeof *r);
    struct source s = { 4242 };
    int alarms = 0;
    rig_init(r);
    for (int i = 0; i < tries; i++) {
        fill(r, &s);
        alarms += look(r)->pvalue < 0.01;
    }
    rig_release(r);
    free(r);
    return alarms;
}

TEST(chance_and_people_are_no_beacons)
{
    /* The threshold promises 1 %; what is random may be twice that. */
    CHECK(false_alarms(add_chance, 500) <= 10);
    CHECK(false_alarms(add_bursts, 500) <= 10);
}

TEST(few_or_equal_times_say_nothing)
{
    struct rig *r = malloc(sizeof *r);
    rig_init(r);
    const struct beacon *b = look(r);
    CHECK(b->events == 0 && b->pvalue == 1 && isnan(b->period));
    for (int i = 0; i < 5000; i++)
        r->time[r->n++] = INT64_MIN;
    b = look(r);
    CHECK(b->events == 1 && b->pvalue == 1);
    for (int i = 0; i < 20; i++) {
        r->time[r->n++] = i % 2 ? INT64_MAX - i : INT64_MIN + i;
    }
    b = look(r);
    CHECK(b->pvalue <= 1 && b->pvalue >= 0);
    rig_release(r);
    free(r);
}
