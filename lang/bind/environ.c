/* environ.c - what hunting content expects of a service that is not connected.
 *
 * Called by: bind_table.c, bind_call.c where a name is nothing of ours; a let
 *            or a connection of that name was found before.
 * Gives:     a report that names the service and a way without it. */
#include "bind_int.h"

static const struct service_call {
    const char *name, *service, *gives, *hint;
} calls[] = {
#define SERVICE_CALL(name, service, gives, hint) { name, service, gives, hint },
#define SERVICE_TABLE(name, service)
#include "environ.def"
#undef SERVICE_CALL
#undef SERVICE_TABLE
};

static const struct {
    const char *name, *service;
} tables[] = {
#define SERVICE_CALL(name, service, gives, hint)
#define SERVICE_TABLE(name, service) { name, service },
#include "environ.def"
#undef SERVICE_CALL
#undef SERVICE_TABLE
};

static bool fits(str name, const char *pattern)
{
    str p = str_of(pattern);
    if (!str_ends(p, S("*")))
        return str_eq(name, p);
    p.n--; /* a further word follows, or nothing: no Eventful for Event* */
    return str_starts(name, p) &&
           (name.n == p.n || name.p[p.n] < 'a' || name.p[p.n] > 'z');
}

const char *service_of_table(str name)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (fits(name, tables[i].name))
            return tables[i].service;
    return NULL;
}

/* NAME in a hint is the name that was asked for. */
static void hint_with_name(struct binder *b, struct diag *d, const char *hint,
                           str name)
{
    str s = str_of(hint);
    ptrdiff_t at = str_find(s, S("NAME"));
    if (at < 0) {
        diag_hint(b->ds, d, "%s", hint);
        return;
    }
    str before = str_sub(s, 0, (size_t)at), after = str_sub(s, (size_t)at + 4,
                                                           s.n);
    diag_hint(b->ds, d, "%.*s%.*s%.*s", STRF(before), STRF(name),
              STRF(after));
}

bool report_service_name(struct binder *b, str name, struct span at)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const struct service_call *c = &calls[i];
        if (!fits(name, c->name))
            continue;
        struct diag *d = bind_error(b, DIAG_NEEDS_PROVIDER, at,
                                    "'%.*s' is of %s, which is not connected: "
                                    "%s", STRF(name), c->service, c->gives);
        hint_with_name(b, d, c->hint, name);
        return true;
    }
    return false;
}

/* workspace("w").T and the like: whose names these are. */
const char *service_of_scope(str word)
{
    static const struct {
        const char *word, *what;
    } scopes[] = {
        { "workspace", "a Log Analytics workspace" },
        { "app", "an Application Insights resource" },
        { "resource", "an Azure resource" },
        { "adx", "an Azure Data Explorer cluster" },
        { "arg", "Azure Resource Graph" },
        { "cluster", "a Kusto cluster" },
        { "database", "a database of a Kusto cluster" },
    };
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        if (str_eqz(word, scopes[i].word))
            return scopes[i].what;
    return NULL;
}
