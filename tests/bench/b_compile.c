/* b_compile.c - what it costs to turn a query into SQL.
 *
 * Prints processor time per query for a detection rule of usual size, and for
 * texts that grow to hundreds of operators: reading characters, reading the
 * grammar, and all of it up to the SQL text. No engine is loaded. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lang.h"
#include "session.h"
#include "syntax/lex.h"

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

#define EVENTS                                                              \
    "datatable(TimeGenerated:datetime, Computer:string, Account:string, "   \
    "EventID:long, IpAddress:string, Details:dynamic) ["                    \
    "datetime(2024-05-01), 'ws1', 'ana', 4625, '10.0.0.7', "                \
    "dynamic({\"k\": 1})]\n"

static const char usual[] =
    "let Events = " EVENTS ";\n"
    "let window = 1h;\n"
    "// Many failed logons, then one that succeeds, from the same address.\n"
    "Events\n"
    "| where EventID in (4624, 4625) and TimeGenerated > ago(30d)\n"
    "| where isnotempty(IpAddress) and Account !endswith \"$\"\n"
    "| extend Kind = iff(EventID == 4625, \"failure\", \"success\"),\n"
    "    Reason = tostring(Details.k)\n"
    "| summarize Failures = countif(Kind == \"failure\"), "
    "Successes = countif(Kind == \"success\"),\n"
    "    Hosts = make_set(Computer, 10), First = min(TimeGenerated)\n"
    "    by Account, IpAddress, bin(TimeGenerated, window)\n"
    "| where Failures >= 5 and Successes > 0\n"
    "| project First, Account, IpAddress, Failures, Hosts\n"
    "| top 50 by Failures desc";

/* `n` operators of five kinds; columns pile up. */
static void write_large(struct buf *b, unsigned n)
{
    buf_adds(b, EVENTS);
    for (unsigned i = 0; i < n; i++) {
        switch (i % 5) {
        case 0:
            buf_addf(b, "| extend longer_name_of_column_%u = strcat(Account, "
                     "'-', tostring(EventID + %u), '-suffix'),\n"
                     "    size_%u = EventID * %u + strlen(Computer) %% 7\n",
                     i, i, i, i);
            break;
        case 1:
            buf_addf(b, "| where EventID > %u or Computer has 'name-%u' or "
                     "Details.k == %u or TimeGenerated > "
                     "datetime(2020-01-01) or Account contains 'needle-%u'\n",
                     i, i, i, i);
            break;
        case 2:
            buf_addf(b, "| project-away size_%u // not needed after step %u\n",
                     i - 2, i);
            break;
        case 3:
            buf_addf(b, "| extend short_%u = replace_string(Computer, "
                     "'prefix-%u-', ''), hour_%u = bin(TimeGenerated, %uh), "
                     "kept_%u = iff(EventID between (%u .. %u), 'in', "
                     "strcat('out of ', tostring(EventID)))\n",
                     i, i, i, i, i, i, i + 9);
            break;
        default:
            buf_addf(b, "| sort by EventID desc, longer_name_of_column_%u asc "
                     "| where isnotempty(Account) and EventID in "
                     "(1, 2, 3, 4, 5, %u, 4624, 4625, 4688, 4720)\n", i - 4, i);
        }
    }
}

static double time_lex(str code, int rounds)
{
    double from = cpu_ms();
    for (int i = 0; i < rounds; i++) {
        struct arena *a = arena_new();
        struct diags ds;
        struct tokens ts;
        diags_init(&ds, a);
        lex(a, code, &ts, &ds);
        arena_free(a);
    }
    return (cpu_ms() - from) / rounds;
}

static double time_parse(struct lang *l, str code, int rounds)
{
    double from = cpu_ms();
    for (int i = 0; i < rounds; i++) {
        struct arena *a = arena_new();
        struct diags ds;
        diags_init(&ds, a);
        (void)parse_cell(a, &l->reg, code, &ds);
        arena_free(a);
    }
    return (cpu_ms() - from) / rounds;
}

static double time_sql(struct lang *l, str code, int rounds, size_t *bytes)
{
    double from = cpu_ms();
    for (int i = 0; i < rounds; i++) {
        struct arena *a = arena_new();
        struct diags ds;
        struct buf out;
        diags_init(&ds, a);
        buf_init(&out, 64 << 20);
        if (lang_print_stage(l, S("sql"), code, &out, &ds) != ST_OK) {
            if (ds.list.n)
                printf("%.*s\n", STRF(ds.list.v[0].message));
            exit(1);
        }
        *bytes = out.n;
        buf_release(&out);
        arena_free(a);
    }
    return (cpu_ms() - from) / rounds;
}

static void measure(struct lang *l, const char *what, str code, int rounds)
{
    size_t bytes = 0;
    double lexed = time_lex(code, rounds);
    double parsed = time_parse(l, code, rounds);
    double all = time_sql(l, code, rounds, &bytes);
    printf("compile %-14s %7zu bytes: lex %7.3f, + parse %7.3f, all to %zu "
           "bytes of SQL %8.3f ms\n",
           what, code.n, lexed, parsed, bytes, all);
}

int main(void)
{
    static const unsigned sizes[] = { 75, 150, 300 };
    struct lang *l = lang_new(NULL);
    measure(l, "a usual rule", str_of(usual), 500);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct buf b;
        char what[32];
        buf_init(&b, 1 << 20);
        write_large(&b, sizes[i]);
        snprintf(what, sizeof what, "%u operators", sizes[i]);
        measure(l, what, buf_str(&b), sizes[i] > 200 ? 3 : 10);
        buf_release(&b);
    }
    lang_free(l);
    return 0;
}
