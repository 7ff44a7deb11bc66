/* render_pages.c - writes one HTML page per picture for the browser test.
 *
 * Called by: browser_test.py and by people who want to look:
 *            render_pages DIR [NAME]
 * Gives:     DIR/NAME.html (a page around text/html), DIR/NAME.svg, .txt. */
#include <time.h>

#include "base/json_write.h"
#include "base/utf8.h"
#include "hostile.h"
#include "sample.h"

static void save(const char *dir, const char *name, const char *ext, str s)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.%s", dir, name, ext);
    FILE *fp = fopen(path, "wb");
    if (!fp || fwrite(s.p, 1, s.n, fp) != s.n || fclose(fp)) {
        fprintf(stderr, "cannot write %s\n", path);
        exit(1);
    }
}

static void save_page(const char *dir, const char *name, str html)
{
    struct buf b;
    buf_init(&b, 100 << 20);
    buf_adds(&b, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"/>"
                 "<meta name=\"color-scheme\" content=\"light dark\"/>"
                 "<title>page</title></head><body>\n");
    buf_add(&b, html);
    buf_adds(&b, "</body></html>\n");
    save(dir, name, "html", buf_str(&b));
    buf_release(&b);
}

static double seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void page(const char *dir, const char *name, struct frame *f,
                 const char *kind, const char *props)
{
    struct arena *a = arena_new();
    struct bundle out;
    double t0 = seconds();
    if (sample_draw(a, f, kind, props, &out) != ST_OK) {
        fprintf(stderr, "%s: render failed\n", name);
        exit(1);
    }
    double t1 = seconds();
    str html = bundle_find(&out, "text/html");
    str svg = bundle_find(&out, "image/svg+xml");
    str text = bundle_find(&out, "text/plain");
    printf("%-22s %8zu rows %7.1f ms  html %8zu  svg %7zu  text %6zu\n", name,
           f->nrows, (t1 - t0) * 1e3, html.n, svg.n, text.n);
    save_page(dir, name, html);
    if (svg.n)
        save(dir, name, "svg", svg);
    save(dir, name, "txt", text);
    arena_free(a);
    frame_unref(f);
}

static uint32_t roll(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static const int64_t START = 638400096000000000LL; /* 2024-01-05 */

/* Processes as an analyst meets them: many columns, long command lines. */
static struct frame *processes(size_t n)
{
    static const char *const names[] = { "svchost.exe", "powershell.exe",
        "cmd.exe", "chrome.exe", "rundll32.exe", "explorer.exe" };
    static const char *const users[] = { "CORP\\ana", "CORP\\bo", "SYSTEM",
        "" };
    struct frame *f = sample_empty("TimeGenerated:datetime Computer:string "
        "EventID:int Account:string NewProcessName:string CommandLine:string "
        "ProcessId:long Elevated:bool Score:real Took:timespan Props:dynamic",
        n);
    uint32_t seed = 7;
    for (size_t r = 0; r < n; r++) {
        uint32_t k = roll(&seed) % 6, pid = 400 + roll(&seed) % 9000;
        str name = arena_fmt(f->arena, "C:\\Windows\\System32\\%s", names[k]);
        f->cols[0].i[r] = START + (int64_t)r * 37 * TICKS_PER_SEC +
                          roll(&seed) % 10000000;
        f->cols[1].s[r] = arena_fmt(f->arena, "WS%02u", roll(&seed) % 12);
        f->cols[2].i[r] = 4688;
        f->cols[3].s[r] = str_of(users[roll(&seed) % 4]);
        f->cols[4].s[r] = name;
        f->cols[5].s[r] = k == 1
            ? arena_fmt(f->arena, "powershell.exe -NoP -W Hidden -Enc "
                "SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBi"
                "AEMAbABpAGUAbgB0ACkALgBEAG8AdwBuAGwAbwBhAGQA%u", pid)
            : arena_fmt(f->arena, "%s -k netsvcs -p %u", names[k], pid);
        f->cols[6].i[r] = pid;
        f->cols[7].i[r] = roll(&seed) % 2;
        f->cols[8].d[r] = roll(&seed) % 10000 / 100.0;
        f->cols[9].i[r] = (int64_t)(roll(&seed) % 100000) * TICKS_PER_MS;
        f->cols[10].s[r] = r % 5 ? S("{\"zone\":3}") : arena_fmt(f->arena,
            "{\"hash\":\"%08x%08x\",\"signer\":{\"name\":\"Microsoft Windows\","
            "\"valid\":true},\"tags\":[\"lolbin\",\"signed\",\"system\"],"
            "\"size\":%u}", roll(&seed), roll(&seed), pid);
        if (r % 7 == 3)
            frame_nulls(f, 8)[r] = frame_nulls(f, 6)[r] = true;
    }
    return f;
}

static struct frame *hostile_frame(void)
{
    struct frame *f = frame_new(NHOSTILE + 2);
    frame_set_col(f, 0, S("At"), TYPE_DATETIME);
    frame_set_col(f, 1, S("Value"), TYPE_STRING);
    for (size_t c = 0; c < NHOSTILE; c++)
        frame_set_col(f, c + 2, hostile[c], c % 2 ? TYPE_STRING : TYPE_LONG);
    frame_set_rows(f, NHOSTILE);
    for (size_t r = 0; r < NHOSTILE; r++) {
        f->cols[0].i[r] = START + (int64_t)r * TICKS_PER_MIN;
        f->cols[1].s[r] = hostile[r];
        for (size_t c = 0; c < NHOSTILE; c++)
            if (c % 2)
                f->cols[c + 2].s[r] = hostile[(r + c) % NHOSTILE];
            else
                f->cols[c + 2].i[r] = (int64_t)(r * c);
    }
    return f;
}

static void tables(const char *dir)
{
    struct frame *f = processes(1500);
    f->total = 52310;
    f->completeness = TRUNCATED;
    frame_note(f, "sentinel: slice 3 of 8 (2024-01-06) timed out");
    page(dir, "table", f, "table", "title=Processes on the edge");
    page(dir, "table_small", processes(3), "", "");
    page(dir, "table_none", processes(0), "", "");
    page(dir, "table_hostile", hostile_frame(), "table",
         "title=<script>alert(1)</script>");
}

/* Hourly counts with a daily rhythm and a spike, per log-on result. */
static struct frame *hourly(size_t hours)
{
    static const char *const results[] = { "Success", "Failure", "Locked" };
    struct frame *f = sample_empty("TimeGenerated:datetime Result:string "
                                   "Logons:long", hours * 3);
    uint32_t seed = 3;
    for (size_t r = 0; r < hours * 3; r++) {
        size_t h = r / 3, k = r % 3;
        int64_t day = (int64_t)(h % 24), base = day > 7 && day < 19 ? 90 : 25;
        f->cols[0].i[r] = START + (int64_t)h * TICKS_PER_HOUR;
        f->cols[1].s[r] = str_of(results[k]);
        f->cols[2].i[r] = base / (int64_t)(1 + 3 * k) + roll(&seed) % 12 +
                          (k == 1 && h == 100 ? 210 : 0);
    }
    return f;
}

static struct frame *by_process(size_t n)
{
    static const char *const names[] = { "svchost.exe", "powershell.exe",
        "cmd.exe", "chrome.exe", "rundll32.exe", "explorer.exe", "lsass.exe",
        "wmiprvse.exe", "a rather long process name (x86) updater.exe",
        "msedge.exe", "teams.exe", "conhost.exe" };
    struct frame *f = sample_empty("Process:string Count:long Hosts:long", n);
    uint32_t seed = 5;
    for (size_t r = 0; r < n; r++) {
        f->cols[0].s[r] = r < 12 ? str_of(names[r])
                                 : arena_fmt(f->arena, "proc%zu.exe", r);
        f->cols[1].i[r] = 20 + roll(&seed) % 1500;
        f->cols[2].i[r] = 5 + roll(&seed) % 400;
    }
    return f;
}

static struct frame *make_series(void)
{
    struct frame *f = frame_new(4);
    struct buf t, v, g;
    frame_set_col(f, 0, S("Host"), TYPE_STRING);
    frame_set_col(f, 1, S("At"), TYPE_DYNAMIC);
    frame_set_col(f, 2, S("Events"), TYPE_DYNAMIC);
    frame_set_col(f, 3, S("Anomaly"), TYPE_DYNAMIC);
    frame_set_rows(f, 1);
    buf_init(&t, 1 << 20);
    buf_init(&v, 1 << 20);
    buf_init(&g, 1 << 20);
    for (int i = 0; i < 96; i++) {
        buf_adds(&t, i ? ",\"" : "[\"");
        ticks_format(&t, START + i * 15 * TICKS_PER_MIN);
        buf_adds(&t, "\"");
        buf_addf(&v, "%c%d", i ? ',' : '[', i == 60 ? 95 : 20 + i * 7 % 11);
        buf_addf(&g, "%c%d", i ? ',' : '[', i == 60);
    }
    buf_addc(&t, ']');
    buf_addc(&v, ']');
    buf_addc(&g, ']');
    f->cols[0].s[0] = S("WS01");
    f->cols[1].s[0] = buf_take(&t, f->arena);
    f->cols[2].s[0] = buf_take(&v, f->arena);
    f->cols[3].s[0] = buf_take(&g, f->arena);
    buf_release(&t);
    buf_release(&v);
    buf_release(&g);
    return f;
}

static struct frame *points(size_t n)
{
    struct frame *f = sample_empty("BytesSent:real Duration:real Kind:string",
                                   n);
    uint32_t seed = 11;
    for (size_t r = 0; r < n; r++) {
        double x = roll(&seed) % 1000 / 10.0, k = roll(&seed) % 3;
        f->cols[0].d[r] = x * (1 + k) + roll(&seed) % 100 / 7.0;
        f->cols[1].d[r] = 20 * k + x / 3 + roll(&seed) % 100 / 5.0;
        f->cols[2].s[r] = k < 1 ? S("dns") : k < 2 ? S("http") : S("tls");
    }
    return f;
}

/* Hostile text wherever a chart shows one. */
static struct frame *hostile_series(void)
{
    struct frame *f = frame_new(3);
    frame_set_col(f, 0, hostile[6], TYPE_DATETIME);
    frame_set_col(f, 1, hostile[1], TYPE_STRING);
    frame_set_col(f, 2, hostile[2], TYPE_LONG);
    frame_set_rows(f, NHOSTILE * 3);
    for (size_t r = 0; r < f->nrows; r++) {
        f->cols[0].i[r] = START + (int64_t)(r % 3) * TICKS_PER_HOUR;
        f->cols[1].s[r] = hostile[r / 3];
        f->cols[2].i[r] = (int64_t)(r * 7 % 31);
    }
    frame_note(f, "%s", "<script>alert('note')</script>");
    return f;
}

#define HOSTILE_TITLES "title=</title><script>alert(1)</script>;" \
    "ytitle=\"><img src=x onerror=alert(2)>;xtitle=<svg onload=alert(3)>"

static void charts(const char *dir)
{
    static const char *const kinds[] = { "timechart", "areachart", "barchart",
        "columnchart", "piechart", "scatterchart", "linechart" };
    page(dir, "timechart", hourly(168), "timechart",
         "title=Log-ons per hour;ytitle=log-ons");
    page(dir, "areachart", hourly(168), "areachart",
         "title=Log-ons per hour;kind=stacked");
    page(dir, "columnchart", hourly(72), "columnchart",
         "title=Log-ons;kind=stacked");
    page(dir, "columns_few", by_process(12), "columnchart",
         "title=Processes;ycolumns=Count,Hosts");
    page(dir, "barchart", by_process(12), "barchart",
         "title=Processes;ycolumns=Count");
    page(dir, "piechart", by_process(30), "piechart",
         "title=Share of processes;ycolumns=Count");
    page(dir, "anomalychart", make_series(), "anomalychart",
         "title=Events on WS01;anomalycolumns=Anomaly");
    page(dir, "scatterchart", points(900), "scatterchart", "title=Sessions");
    page(dir, "scatter_many", points(200000), "scatterchart", "");
    page(dir, "timechart_many", hourly(100000), "timechart", "");
    page(dir, "card", sample_frame("Hosts:long Failed:long Worst:string",
         "128|4512|WS07.corp.example\n"), "card", "title=Last night");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s_hostile", kinds[i]);
        page(dir, name, hostile_series(), kinds[i], HOSTILE_TITLES);
    }
    page(dir, "card_hostile", hostile_frame(), "card", HOSTILE_TITLES);
}

/* Events of several hosts: a working day each, and a burst on one host. */
static struct frame *events(size_t n, unsigned nhosts)
{
    static const char *const kinds[] = { "logon", "process", "network",
        "file", "alert" };
    struct frame *f = sample_empty("TimeGenerated:datetime Computer:string "
        "Kind:string Account:string Detail:string", n);
    uint32_t seed = 21;
    for (size_t r = 0; r < n; r++) {
        uint32_t host = roll(&seed) % (nhosts * 3);
        bool burst = r % 9 == 0;
        int64_t at = START + (int64_t)(roll(&seed) % 300000) * TICKS_PER_SEC +
                     roll(&seed) % 10000000;
        host = host < nhosts ? host : host % (nhosts / 2 + 1);
        if (burst)
            at = START + 150000 * TICKS_PER_SEC +
                 (int64_t)(roll(&seed) % 2400000) * TICKS_PER_MS;
        f->cols[0].i[r] = at;
        f->cols[1].s[r] = arena_fmt(f->arena, "WS%02u.corp.example",
                                    burst ? 3 : host);
        f->cols[2].s[r] = str_of(kinds[burst ? 4 - r % 2 : roll(&seed) % 3]);
        f->cols[3].s[r] = arena_fmt(f->arena, "CORP\\user%u",
                                    roll(&seed) % 30);
        f->cols[4].s[r] = arena_fmt(f->arena, "event %zu of the sample", r);
    }
    return f;
}

static struct frame *hostile_events(void)
{
    struct frame *f = frame_new(4);
    frame_set_col(f, 0, hostile[0], TYPE_DATETIME);
    frame_set_col(f, 1, hostile[1], TYPE_STRING);
    frame_set_col(f, 2, hostile[2], TYPE_STRING);
    frame_set_col(f, 3, hostile[6], TYPE_STRING);
    frame_set_rows(f, NHOSTILE * 2);
    for (size_t r = 0; r < f->nrows; r++) {
        f->cols[0].i[r] = START + (int64_t)r * TICKS_PER_MIN;
        f->cols[1].s[r] = hostile[r % NHOSTILE];
        f->cols[2].s[r] = hostile[(r + 5) % NHOSTILE];
        f->cols[3].s[r] = hostile[(r + 9) % NHOSTILE];
    }
    return f;
}

static void timelines(const char *dir)
{
    page(dir, "timeline", events(600, 7), "timeline", "group=Computer;"
         "color=Kind;columns=Account,Detail;ref=2024-01-06 17:40:00;"
         "ref_label=first alert;title=Events on the edge");
    page(dir, "timeline_plain", events(300, 7), "timeline", "");
    page(dir, "timeline_mid", events(20000, 12), "timeline",
         "group=Computer;color=Kind;title=Twenty thousand events");
    page(dir, "timeline_million", events(1000000, 12), "timeline",
         "group=Computer;color=Kind;title=A million events");
    page(dir, "timeline_hostile", hostile_events(), "timeline",
         "group=\"><svg/onload=alert(2)>;ref=2024-01-05 00:20:00;"
         "color=</td></table><script>alert(3)</script>;"
         "ref_label=</title><script>alert(1)</script>;"
         "title=</title><script>alert(2)</script>");
}

/* A forest: every process has a parent among the last few dozen. */
static struct frame *tree(size_t n, size_t depth)
{
    static const char *const names[] = { "explorer.exe", "chrome.exe",
        "svchost.exe", "cmd.exe", "powershell.exe", "conhost.exe",
        "wmiprvse.exe", "msedge.exe" };
    struct frame *f = sample_empty("ProcessKey:string ParentKey:string "
        "TimeGenerated:datetime Computer:string Account:string "
        "NewProcessName:string NewProcessId:string CommandLine:string "
        "Integrity:string", n);
    uint32_t seed = 77;
    for (size_t r = 0; r < n; r++) {
        size_t up = r ? 1 + roll(&seed) % depth : 0;
        uint32_t k = roll(&seed) % 40;
        const char *name = r == 0 ? "wininit.exe"
                           : k < 36 ? names[k * k % 8]
                           : k == 36 ? "mimikatz.exe" : "rundll32.exe";
        f->cols[0].s[r] = arena_fmt(f->arena, "ws01|%zu", r);
        f->cols[1].s[r] = r == 0 ? S("") : r % 97 == 5 ? S("ws01|gone|1")
            : arena_fmt(f->arena, "ws01|%zu", up > r ? 0 : r - up);
        f->cols[2].i[r] = START + (int64_t)r * 3 * TICKS_PER_SEC;
        f->cols[3].s[r] = S("WS01");
        f->cols[4].s[r] = r % 3 ? S("CORP\\ana") : S("SYSTEM");
        f->cols[5].s[r] = arena_fmt(f->arena, "C:\\Windows\\%s", name);
        f->cols[6].s[r] = arena_fmt(f->arena, "0x%x", roll(&seed) % 65000);
        f->cols[7].s[r] = arena_fmt(f->arena, "\"C:\\Windows\\%s\" -p %u "
            "--type=renderer --field-trial-handle=%u", name,
            roll(&seed) % 100, roll(&seed));
        f->cols[8].s[r] = r % 5 ? S("Medium") : S("System");
    }
    return f;
}

static struct frame *hostile_tree(void)
{
    struct frame *f = sample_empty("ProcessKey:string ParentKey:string "
        "Image:string CommandLine:string User:string", NHOSTILE);
    for (size_t r = 0; r < NHOSTILE; r++) {
        f->cols[0].s[r] = arena_fmt(f->arena, "k%zu", r);
        f->cols[1].s[r] = r % 11 == 3 ? hostile[r]
            : r ? arena_fmt(f->arena, "k%zu", r / 2) : S("");
        f->cols[2].s[r] = hostile[r];
        f->cols[3].s[r] = hostile[(r + 1) % NHOSTILE];
        f->cols[4].s[r] = hostile[(r + 2) % NHOSTILE];
    }
    f->cols[1].s[1] = S("k2"); /* a circle: k1 under k2, k2 under k1 */
    return f;
}

static void trees(const char *dir)
{
    page(dir, "ptree", tree(60, 6), "processtree",
         "title=What ran on WS01");
    page(dir, "ptree_color", tree(200, 30), "processtree",
         "color=Integrity;columns=Integrity");
    page(dir, "ptree_10000", tree(10000, 60), "processtree", "");
    page(dir, "ptree_deep", tree(10000, 1), "processtree", "");
    page(dir, "ptree_hostile", hostile_tree(), "processtree",
         "color=User;title=</title><script>alert(2)</script>");
}

/* What a reader must see of each hostile text, as a JSON array. */
static void expected(const char *dir)
{
    struct buf b, seen;
    buf_init(&b, 1 << 20);
    buf_init(&seen, 1 << 20);
    for (size_t i = 0; i < NHOSTILE; i++) {
        buf_reset(&seen);
        utf8_printable_keep(&seen, hostile[i], "\n\t");
        buf_adds(&b, i ? "," : "[");
        json_str(&b, buf_str(&seen));
    }
    buf_adds(&b, "]");
    save(dir, "hostile", "json", buf_str(&b));
    buf_release(&b);
    buf_release(&seen);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: render_pages DIR\n");
        return 2;
    }
    expected(argv[1]);
    tables(argv[1]);
    charts(argv[1]);
    timelines(argv[1]);
    trees(argv[1]);
    return 0;
}
