/* cmd_connect.c - `.connect PROVIDER[.INSTANCE] [as ALIAS] [with (…)]`. */
#include "commands.h"
#include "connections.h"
#include "session.h"
#include "syntax/canon.h"

static void connect_parse(struct parser *p, struct ast *cmd)
{
    struct ast *to = clause(p, cmd, "to");
    if (at_end_of_operator(p)) /* connect_run lists what there is */
        return;
    ast_add(to, parse_name(p));
    if (accept_punct(p, "."))
        ast_add(to, parse_name(p));
    if (accept_word(p, "as"))
        ast_add(clause(p, cmd, "as"), parse_name(p));
    parse_with(p, cmd);
}

/* The alias: as it says, else the instance, else the provider. */
static str connect_alias(const struct ast *cmd)
{
    const struct ast *as = ast_clause(cmd, "as"), *to = ast_clause(cmd, "to");
    if (as && as->kid)
        return as->kid->text;
    return to && to->kid ? to->last->text : S("");
}

const struct remote_provider *connect_provider(struct lang *l,
                                               const struct ast *name,
                                               struct diags *ds)
{
    const struct remote_provider *p = reg_remote(&l->reg, name->text);
    if (p)
        return p;
    str *names = arena_array(l->cell, l->reg.nremotes + 1, sizeof *names);
    struct buf all;
    buf_init(&all, 4000);
    for (size_t i = 0; i < l->reg.nremotes; i++) {
        names[i] = str_of(l->reg.remotes[i]->name);
        buf_addf(&all, "%s%.*s", i ? ", " : "", STRF(names[i]));
    }
    struct diag *d =
        name->text.n ? diag_error(ds, DIAG_NO_PROVIDER, name->span,
                                  "no provider '%.*s' to connect to",
                                  STRF(name->text))
                     : diag_error(ds, DIAG_NO_PROVIDER, name->span,
                                  "connect to which provider?");
    str near = diag_nearest(name->text, names, l->reg.nremotes);
    if (near.n)
        diag_hint(ds, d, "did you mean '%.*s'?", STRF(near));
    else
        diag_hint(ds, d, "there are: %.*s", STRF(buf_str(&all)));
    buf_release(&all);
    return NULL;
}

static const struct remote_setting *setting_of(const struct remote_provider *p,
                                               str name)
{
    const struct remote_setting *s = p->settings;
    while (s && s->name && !str_eqz(name, s->name))
        s++;
    return s && s->name ? s : NULL;
}

static bool unknown_setting(const struct remote_provider *p,
                            const struct ast *option, struct diags *ds)
{
    str names[64];
    size_t n = 0;
    for (const struct remote_setting *s = p->settings; s && s->name && n < 64;
         s++)
        names[n++] = str_of(s->name);
    struct diag *d = diag_error(ds, DIAG_OPTION, option->span,
                                "%s has no setting '%.*s'", p->name,
                                STRF(option->text));
    str near = diag_nearest(option->text, names, n);
    if (near.n)
        diag_hint(ds, d, "did you mean '%.*s'?", STRF(near));
    else
        diag_hint(ds, d, "usage: %s", p->usage);
    return false;
}

/* A bare word after `=` is a name to the parser, true and false too. */
static bool read_word(const struct ast *word, enum type type,
                      struct value *out)
{
    bool yes = str_ieqz(word->text, "true"),
         no = str_ieqz(word->text, "false");
    *out = (struct value){ .type = type };
    if (type == TYPE_STRING)
        out->s = word->text;
    else
        out->i = yes;
    return type == TYPE_STRING || (type == TYPE_BOOL && (yes || no));
}

static bool read_setting(struct binder *b, const struct remote_provider *p,
                         const struct ast *option, struct source_option *out)
{
    const struct remote_setting *s = setting_of(p, option->text);
    if (!s)
        return unknown_setting(p, option, b->ds);
    out->name = option->text;
    if (option->kid && option->kid->kind == AST_NAME &&
        read_word(option->kid, s->type, &out->value))
        return true;
    if (!option->kid || !bind_value(b, option->kid, &out->value))
        return false;
    if (out->value.type == s->type && !out->value.null)
        return true;
    struct diag *d = bind_error(b, DIAG_TYPE, option->span,
                                "%s is a %s, this is a %s", s->name,
                                type_name(s->type),
                                type_name(out->value.type));
    diag_hint(b->ds, d, "%s", s->summary);
    return false;
}

static bool read_settings(struct lang *l, const struct ast *cmd,
                          const struct remote_provider *p,
                          struct remote_setup *setup, struct diags *ds)
{
    struct binder b = session_binder(l, ds, NULL);
    const struct ast *with = ast_clause(cmd, "with");
    size_t n = with ? ast_nkids(with) : 0;
    struct source_option *options = arena_array(l->cell, n, sizeof *options);
    bool ok = true;
    for (const struct ast *k = with ? with->kid : NULL; k; k = k->next)
        ok &= read_setting(&b, p, k, &options[setup->noptions++]);
    setup->options = options;
    return ok;
}

static enum status connect_run(struct lang *l, const struct ast *cmd,
                               struct command_out *out, struct diags *ds)
{
    const struct ast *to = ast_clause(cmd, "to");
    struct remote_setup setup = { .alias = connect_alias(cmd) };
    const struct ast nothing = { .kind = AST_NAME, .span = cmd->span };
    const struct remote_provider *p =
        connect_provider(l, to && to->kid ? to->kid : &nothing, ds);
    if (!p || !read_settings(l, cmd, p, &setup, ds))
        return ST_USER;
    setup.instance = to->kid->next ? to->kid->next->text : S("");
    enum status st = connection_open(l, p, &setup, cmd->span, ds);
    if (st != ST_OK)
        return st;
    const struct remote *r = connection_find(l, setup.alias);
    out->text = arena_fmt(out->arena, "%.*s: connected to %.*s",
                          STRF(setup.alias), STRF(r->where));
    return ST_OK;
}

static void connect_print(struct canon *c, const struct ast *cmd)
{
    const struct ast *to = ast_clause(cmd, "to"), *as = ast_clause(cmd, "as");
    buf_addc(c->b, ' ');
    for (const struct ast *k = to ? to->kid : NULL; k; k = k->next) {
        canon_name(c, k->text);
        buf_adds(c->b, k->next ? "." : "");
    }
    if (as && as->kid) {
        buf_adds(c->b, " as ");
        canon_name(c, as->kid->text);
    }
    canon_with(c, cmd);
}

const struct lang_command cmd_connect = {
    .name = "connect",
    .usage = ".connect PROVIDER[.INSTANCE] [as ALIAS] [with (SETTING = value, "
             "…)]",
    .summary = "Connects to a service that answers queries. INSTANCE is an "
               "entry of the configuration file, settings come before it. "
               "From then on ALIAS.Table is a table, ALIAS.query(\"…\") a "
               "query in the service's own language.",
    .example = ".connect postgresql as pg with (host = \"db.example\", "
               "database = \"logs\")",
    .parse = connect_parse,
    .run = connect_run,
    .makes = connect_alias,
    .print = connect_print,
};
