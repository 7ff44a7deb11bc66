/* t_push.c - which steps of a pipeline are handed to a connection.
 *
 * The connection of this test has one table and says of each kind of stage
 * whether it takes it, as a setting tells it; its text is what it took. So what
 * is offered, in which order, and what stays here can be seen with .explain for
 * answers that no real service gives in this mixture. */
#include "lang.h"
#include "t.h"

/* ---- a connection that takes what it is told to ---- */

struct taker {
    struct remote remote;
    /* w where, W where with more rows, p s d o t; P all of them but w given
     * proof, and rows of a projection by themselves. */
    str takes;
};

static const struct remote_setting settings[] = {
    { "takes", TYPE_STRING, "kinds of stages" },
    { NULL, TYPE_ERROR, NULL },
};

static enum status take_connect(struct remote_services *s,
                                const struct remote_setup *setup,
                                struct remote **out,
                                const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct taker *t = NEW(a, struct taker);
    (void)s, (void)call;
    t->remote = (struct remote){ .arena = a, .where = S("memory"), .impl = t };
    if (setup->noptions)
        t->takes = arena_str(a, setup->options[0].value.s);
    *out = &t->remote;
    return ST_OK;
}

static void take_close(struct remote *r)
{
    arena_free(r->arena);
}

static enum status take_tables(struct remote *r, struct arena *a,
                               struct remote_tables *out,
                               const struct remote_call *call)
{
    static const struct remote_table table = { { "T", 1 }, { "", 0 } };
    (void)r, (void)a, (void)call;
    *out = (struct remote_tables){ 1, &table };
    return ST_OK;
}

static enum status take_columns(struct remote *r, str table, struct arena *a,
                                struct remote_schema *out,
                                const struct remote_call *call)
{
    static const struct source_col cols[] = { { { "a", 1 }, TYPE_LONG },
                                              { { "s", 1 }, TYPE_STRING },
                                              { { "r", 1 }, TYPE_REAL } };
    (void)r, (void)a, (void)call;
    *out = (struct remote_schema){ 3, cols };
    return str_eqz(table, "T") ? ST_OK : ST_USER;
}

static bool names(const struct remote_expr *e, const char *call)
{
    bool found = e->kind == REMOTE_CALL && str_eqz(e->name, call);
    for (size_t i = 0; i < e->nargs && !found; i++)
        found = names(e->args[i], call);
    return found;
}

static bool names_call(const struct remote_stage *s)
{
    for (size_t i = 0; i < s->nassigns; i++)
        if (s->assigns[i].e->kind == REMOTE_CALL)
            return true;
    return false;
}

/* `tolower` is what it never knows. */
static enum remote_push take_push(struct remote *r,
                                  const struct remote_query *q,
                                  const struct remote_stage *next)
{
    static const char kinds[] = { [REMOTE_WHERE] = 'w', [REMOTE_PROJECT] = 'p',
                                  [REMOTE_SUMMARIZE] = 's',
                                  [REMOTE_DISTINCT] = 'd',
                                  [REMOTE_SORT] = 'o', [REMOTE_TAKE] = 't' };
    str takes = ((struct taker *)r->impl)->takes;
    (void)q;
    if (next->cond && names(next->cond, "tolower"))
        return PUSH_NO;
    if (next->kind == REMOTE_WHERE && str_find_char(takes, 'W') >= 0)
        return PUSH_WIDER;
    if (str_find_char(takes, 'P') >= 0)
        return next->kind == REMOTE_PROJECT && !names_call(next)
                   ? PUSH_EXACT
                   : PUSH_PROVABLE;
    return str_find_char(takes, kinds[next->kind]) >= 0 ? PUSH_EXACT : PUSH_NO;
}

static void print_expr(struct buf *b, const struct remote_expr *e)
{
    if (e->kind == REMOTE_LITERAL)
        value_text(b, &e->value);
    else
        buf_add(b, e->name);
    for (size_t i = 0; i < e->nargs; i++) {
        buf_addc(b, i ? ' ' : '(');
        print_expr(b, e->args[i]);
    }
    buf_adds(b, e->nargs ? ")" : "");
}

static void print_assigns(struct buf *b, const struct remote_assign *v,
                          size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_addf(b, " %.*s=", STRF(v[i].name));
        print_expr(b, v[i].e);
    }
}

static void print_stage(struct buf *b, const struct remote_stage *s)
{
    static const char *const words[] = { "where", "project", "summarize",
                                         "distinct", "sort", "take" };
    buf_addf(b, "|%s", words[s->kind]);
    if (s->cond) {
        buf_addc(b, ' ');
        print_expr(b, s->cond);
    }
    print_assigns(b, s->keys, s->nkeys);
    buf_adds(b, s->kind == REMOTE_SUMMARIZE ? " :" : "");
    print_assigns(b, s->assigns, s->nassigns);
    for (size_t i = 0; i < s->norders; i++) {
        buf_adds(b, s->orders[i].desc ? " -" : " +");
        print_expr(b, s->orders[i].e);
    }
    if (s->kind == REMOTE_TAKE)
        buf_addf(b, " %llu", (unsigned long long)s->count);
}

static enum status take_text(struct remote *r, const struct remote_query *q,
                             struct buf *out, const struct remote_call *call)
{
    (void)r, (void)call;
    buf_addf(out, "[T");
    for (size_t i = 0; i < q->nstages; i++)
        print_stage(out, &q->stages[i]);
    buf_addc(out, ']');
    return ST_OK;
}

static enum status take_open(struct remote *r, const struct remote_query *q,
                             struct source **out,
                             const struct remote_call *call)
{
    (void)r, (void)q, (void)out;
    diag_error(call->ds, DIAG_UNSUPPORTED, call->span, "nothing is read here");
    return ST_USER;
}

static const struct remote_provider taker = {
    .name = "taker",
    .usage = ".connect taker",
    .summary = "Takes what it is told to.",
    .language = REMOTE_STAGES,
    .native = "stages",
    .settings = settings,
    .connect = take_connect,
    .close = take_close,
    .tables = take_tables,
    .columns = take_columns,
    .push = take_push,
    .text = take_text,
    .open = take_open,
};

/* ---- what .explain says ---- */

struct explained {
    struct arena *arena;
    str text;
};

static void keep_text(void *ctx, const struct result *r)
{
    struct explained *e = ctx;
    e->text = arena_str(e->arena, r->text);
}

static struct explained explain(const char *takes, const char *query)
{
    static const struct remote_provider *const all[] = { &taker };
    struct lang_modules m = { .remotes = all, .nremotes = 1 };
    struct lang *l = lang_new(&m);
    struct explained e = { .arena = arena_new() };
    struct lang_sink sink = { .ctx = &e, .result = keep_text };
    struct diags ds;
    diags_init(&ds, e.arena);
    str code = arena_fmt(e.arena,
                         ".connect taker as e with (takes = \"%s\")\n"
                         ".explain %s",
                         takes, query);
    CHECK(lang_run(l, code, NULL, &sink, &ds) == ST_OK);
    lang_free(l);
    return e;
}

static bool between(str text, const char *from, const char *to, str *out)
{
    ptrdiff_t i = str_find(text, str_of(from));
    if (i < 0)
        return false;
    text = str_sub(text, (size_t)i + strlen(from), text.n);
    i = str_find(text, str_of(to));
    *out = i < 0 ? text : str_sub(text, 0, (size_t)i);
    return i >= 0;
}

/* Sent: the stages; kept: the first word of the plan, the last step here. */
static void check(const char *takes, const char *query, const char *sent,
                  const char *kept)
{
    struct explained e = explain(takes, query);
    str text = S("");
    CHECK(between(e.text, "[T", "]\n", &text));
    CHECK_STR(text, sent);
    CHECK(between(e.text, "\nplan\n", " ", &text));
    CHECK_STR(text, kept);
    arena_free(e.arena);
}

/* ---- the tests ---- */

TEST(everything_there)
{
    check("wpsdot", "e.T | where a == 5 and s has 'x' | distinct s",
          "|where ==(a 5)|where has(s x)|project s=s|distinct s=s", "fetch");
    check("wpsdot", "e.T | count", "|summarize : Count=count", "fetch");
    check("wpsdot", "e.T | where a in (1, 2) | summarize n = sum(a) by s",
          "|where in(a 1 2)|summarize s=s : column_5=sum(a)"
          "|project s=s n=column_5", "fetch");
}

TEST(a_wider_filter_stays)
{
    check("Wps", "e.T | where a == 5 | count", "|where ==(a 5)|project a=a",
          "aggregate");
    check("W", "e.T | where a == 5 | take 3", "|where ==(a 5)", "limit");
}

TEST(a_part_of_a_filter)
{
    check("ws", "e.T | where tolower(s) == 'x' and a > 1 | count",
          "|where >(a 1)", "aggregate");
    check("w", "e.T | where tolower(s) == 'x' | where a > 1",
          "|where >(a 1)", "filter");
}

TEST(an_order_needs_its_number)
{
    check("ot", "e.T | top 2 by a", "|sort -a|take 2", "limit");
    check("t", "e.T | top 2 by a", "", "limit");
    check("o", "e.T | top 2 by a", "", "limit");
    check("ot", "e.T | sort by a asc", "", "sort");
    check("ot", "e.T | take 5 | take 2", "|take 5", "limit");
}

TEST(nothing_passes_what_was_refused)
{
    check("wsdot", "e.T | extend b = a + 1 | where b > 3 | count", "",
          "aggregate");
    check("wot", "e.T | summarize n = count() by s | where n > 1 | take 1", "",
          "limit");
}

TEST(proof_is_for_few_rows)
{
    check("P", "e.T | where a > 1", "|where >(a 1)", "filter");
    check("P", "e.T | where a > 1 | project x = a + 1",
          "|where >(a 1)|project a=a", "project");
    check("P", "e.T | where a > 1 | count",
          "|where >(a 1)|summarize : Count=count", "fetch");
    check("P", "e.T | where a > 1 | extend x = a + 1 | where x < 9 | take 3",
          "|where >(a 1)|project a=a s=s r=r x=+(a 1)|where <(x 9)|take 3",
          "limit");
    check("P", "e.T | where a > 1 | project x = a + 1 | distinct x",
          "|where >(a 1)|project x=+(a 1)|project x=x|distinct x=x", "fetch");
    check("P", "e.T | where tolower(s) == 'x' | count", "|project s=s",
          "aggregate");
    check("P", "e.T | where a > 1 and tolower(s) == 'x' | summarize by s",
          "|where >(a 1)|project a=a s=s", "project");
}

TEST(only_columns_that_are_used)
{
    check("p", "e.T | where tolower(s) == 'x' | project a",
          "|project a=a s=s", "project");
    check("wp", "e.T | where r > 1.5 | where tolower(s) == 'x'",
          "|where >(r 1.5)", "filter"); /* all columns are shown */
}

TEST(names_of_aggregates_without_one)
{
    check("s", "e.T | summarize x = 1.0 * sum(a) / count() by column_5 = s",
          "|summarize column_5=s : column_5_=sum(a) column_6=count",
          "project");
}

TEST(volatile_and_windows_stay)
{
    check("wp", "e.T | where a > rand(10)", "", "filter");
    check("w", "e.T | serialize | where prev(a) == 1", "", "project");
}
