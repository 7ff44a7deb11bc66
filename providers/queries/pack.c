/* pack.c - reads a file of queries. */
#include "pack.h"

struct reading {
    struct arena *a;
    struct pack *pack;
    struct diags *ds;
    const struct yaml_node *root;
};

static void warn(struct reading *r, const struct yaml_node *at,
                 const char *what, str which)
{
    diag_warn(r->ds, DIAG_CONFIG, NO_SPAN, "%.*s, line %u: %s%s%.*s",
              STRF(r->pack->name), at ? at->line : 1, what,
              which.n ? ": " : "", STRF(which));
}

/* ---- words of the layout ---- */

static str provider_of(struct arena *a, str environment)
{
    static const struct {
        const char *environment, *provider;
    } known[] = {
        { "MSSentinel", "sentinel" },    { "AzureSentinel", "sentinel" },
        { "LogAnalytics", "sentinel" },  { "MSSentinel_New", "sentinel" },
        { "Kusto", "kusto" },            { "Kusto_New", "kusto" },
        { "AzureDataExplorer", "kusto" }, { "MDE", "defender" },
        { "MDATP", "defender" },         { "M365D", "defender" },
        { "M365DGraph", "defender" },    { "LocalData", "local" },
        { "PostgreSQL", "postgresql" },
    };
    struct buf b;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_ieqz(environment, known[i].environment))
            return str_of(known[i].provider);
    buf_init(&b, 200);
    for (size_t i = 0; i < environment.n && i < 100; i++) {
        char c = environment.p[i];
        buf_addc(&b, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
    }
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static enum stored_type type_of(str word)
{
    static const struct {
        const char *word;
        enum stored_type type;
    } words[] = {
        { "str", STORED_TEXT },        { "string", STORED_TEXT },
        { "int", STORED_LONG },        { "integer", STORED_LONG },
        { "long", STORED_LONG },       { "float", STORED_REAL },
        { "real", STORED_REAL },       { "bool", STORED_BOOL },
        { "datetime", STORED_DATETIME }, { "timespan", STORED_TIMESPAN },
        { "list", STORED_LIST },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_ieqz(word, words[i].word))
            return words[i].type;
    return STORED_TEXT;
}

/* ---- values ---- */

/* A list of texts, or one text. */
static str *texts(struct reading *r, const struct yaml_node *n, size_t *count)
{
    size_t room = n && n->kind == YAML_LIST ? n->n : 1;
    str *v = arena_array(r->a, room, sizeof *v);
    *count = 0;
    if (n && n->kind == YAML_TEXT && !yaml_is_null(n))
        v[(*count)++] = n->text;
    for (size_t i = 0; n && n->kind == YAML_LIST && i < n->n; i++)
        if (n->kids[i]->kind == YAML_TEXT)
            v[(*count)++] = n->kids[i]->text;
    return v;
}

/* A default: a text as it is, a list as texts with commas. */
static str fallback_of(struct reading *r, const struct yaml_node *n)
{
    struct buf b;
    if (n->kind == YAML_TEXT)
        return yaml_is_null(n) ? S("") : n->text;
    buf_init(&b, PACK_MAX_TEXT);
    for (size_t i = 0; n->kind == YAML_LIST && i < n->n; i++) {
        buf_adds(&b, i ? "," : "");
        buf_add(&b, yaml_text(n->kids[i]));
    }
    str s = buf_take(&b, r->a);
    buf_release(&b);
    return s;
}

/* A member of the source, else of the defaults. */
static const struct yaml_node *inherited(const struct reading *r,
                                         const struct yaml_node *source,
                                         const char *path)
{
    const struct yaml_node *n = yaml_at(source, path);
    if (!n)
        n = yaml_at(yaml_get(r->root, "defaults"), path);
    return n;
}

/* ---- parameters ---- */

static void read_param(struct reading *r, const struct yaml_node *n,
                       struct stored_param *p)
{
    const struct yaml_node *fallback = yaml_get(n, "default");
    *p = (struct stored_param){
        .name = n->key,
        .summary = yaml_text(yaml_get(n, "description")),
        .type = type_of(yaml_text(yaml_get(n, "type"))),
        .needed = !fallback,
        .fallback = fallback ? fallback_of(r, fallback) : S(""),
        .format = yaml_text(yaml_get(n, "format")),
    };
    p->aliases = texts(r, yaml_get(n, "aliases"), &p->naliases);
}

/* Those of the source, then those of the defaults that it has not. */
static void read_params(struct reading *r, const struct yaml_node *source,
                        struct stored_query *q)
{
    const struct yaml_node *lists[] = {
        yaml_get(source, "parameters"),
        yaml_at(yaml_get(r->root, "defaults"), "parameters"),
    };
    struct stored_param *v =
        arena_array(r->a, PACK_MAX_PARAMS, sizeof *v);
    q->params = v;
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; lists[l] && lists[l]->kind == YAML_MAP &&
                           i < lists[l]->n && q->nparams < PACK_MAX_PARAMS;
             i++)
            if (!stored_param(q, lists[l]->kids[i]->key))
                read_param(r, lists[l]->kids[i], &v[q->nparams++]);
}

/* ---- the text ---- */

/* $<name>$ stands for the value of a macro; macros are not looked through. */
static str with_macros(struct reading *r, str text)
{
    const struct yaml_node *macros = yaml_get(r->root, "query_macros");
    struct buf b;
    buf_init(&b, PACK_MAX_TEXT);
    while (text.n) {
        ptrdiff_t at = str_find(text, S("$<"));
        ptrdiff_t end = at < 0 ? -1
                               : str_find(str_sub(text, (size_t)at, text.n),
                                          S(">$"));
        if (end < 0)
            break;
        str name = str_sub(text, (size_t)at + 2, (size_t)(at + end));
        const struct yaml_node *m = yaml_get_str(macros, name);
        buf_add(&b, str_sub(text, 0, (size_t)at));
        if (!m)
            warn(r, macros, "no such macro", name);
        buf_add(&b, yaml_text(m && m->kind == YAML_MAP ? yaml_get(m, "value")
                                                       : m));
        text = str_sub(text, (size_t)(at + end) + 2, text.n);
    }
    buf_add(&b, text);
    str s = buf_take(&b, r->a);
    buf_release(&b);
    return s;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_';
}

/* Every {hole} is a parameter. */
static bool holes_are_known(struct reading *r, const struct yaml_node *at,
                            const struct stored_query *q)
{
    str t = q->text;
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] == '{' && i + 1 < t.n && t.p[i + 1] == '{') {
            i++;
            continue;
        }
        if (t.p[i] != '{')
            continue;
        size_t end = i + 1;
        while (end < t.n && is_name_char(t.p[end]))
            end++;
        str name = str_sub(t, i + 1, end);
        if (end == t.n || t.p[end] != '}' || !stored_param(q, name)) {
            warn(r, at, "a hole that is no parameter, the query is left out",
                 name);
            return false;
        }
        i = end;
    }
    return true;
}

/* ---- queries ---- */

static str joined(struct reading *r, const struct yaml_node *n)
{
    size_t count;
    str *v = texts(r, n, &count);
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < count; i++) {
        buf_adds(&b, i ? ", " : "");
        buf_add(&b, v[i]);
    }
    str s = buf_take(&b, r->a);
    buf_release(&b);
    return s;
}

static void read_providers(struct reading *r, struct stored_query *q,
                           const struct yaml_node *environments)
{
    size_t n;
    str *names = texts(r, environments, &n);
    str *v = arena_array(r->a, n, sizeof *v);
    for (size_t i = 0; i < n; i++) {
        str p = provider_of(r->a, names[i]);
        if (!stored_is_for(q, p))
            v[q->nproviders++] = p;
        q->providers = v;
    }
}

static const struct yaml_node *meta(const struct reading *r,
                                    const struct yaml_node *source,
                                    const char *name)
{
    const struct yaml_node *n = yaml_get(yaml_get(source, "metadata"), name);
    if (!n)
        n = yaml_get(yaml_at(yaml_get(r->root, "defaults"), "metadata"), name);
    return n ? n : yaml_get(yaml_get(r->root, "metadata"), name);
}

static void read_query(struct reading *r, const struct yaml_node *source)
{
    struct stored_query q = { .name = source->key };
    const struct yaml_node *text = inherited(r, source, "args.query");
    if (r->pack->queries.n == PACK_MAX_QUERIES || !text ||
        text->kind != YAML_TEXT) {
        warn(r, source, "a query without text", q.name);
        return;
    }
    q.summary = yaml_text(yaml_get(source, "description"));
    q.family = joined(r, meta(r, source, "data_families"));
    q.pack = arena_fmt(r->a, "%.*s, line %u", STRF(r->pack->name),
                       source->line);
    q.tags = texts(r, meta(r, source, "tags"), &q.ntags);
    read_params(r, source, &q);
    read_providers(r, &q, meta(r, source, "data_environments"));
    q.text = with_macros(r, text->text);
    const struct stored_param *table = stored_param(&q, S("table"));
    q.table = table ? table->fallback : S("");
    if (q.nproviders == 0)
        warn(r, source, "a query for no data environment", q.name);
    else if (holes_are_known(r, source, &q))
        PUSH(r->a, r->pack->queries, q);
}

bool pack_read(struct arena *a, str name, str text, struct pack *out,
               struct diags *ds)
{
    struct yaml_doc doc;
    struct reading r = { a, out, ds, NULL };
    *out = (struct pack){ .name = name };
    if (!yaml_read(a, text, 0, &doc)) {
        diag_warn(ds, DIAG_CONFIG, NO_SPAN, "%.*s, line %u: %.*s", STRF(name),
                  doc.error_line, STRF(doc.error));
        return false;
    }
    r.root = doc.root;
    const struct yaml_node *sources = yaml_get(doc.root, "sources");
    if (!sources || sources->kind != YAML_MAP ||
        !yaml_get(doc.root, "metadata")) {
        warn(&r, doc.root, "no pack of queries: metadata and sources are "
                           "missing", S(""));
        return false;
    }
    for (size_t i = 0; i < sources->n; i++)
        read_query(&r, sources->kids[i]);
    return true;
}
