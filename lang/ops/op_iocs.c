/* op_iocs.c - `T | iocs Columns`: the indicators in texts, one a row.
 *
 * A native step; lang/analytics/ioc.h scans. */
#include "analytics/ioc_frame.h"
#include "base/json_write.h"
#include "base/json_walk.h"
#include "hunt_text.h"

/* iocs [column, …] [by column, …] [with (types = "…" | dynamic(["…"]), …)] */
static void iocs_parse(struct parser *p, struct ast *op)
{
    hunt_parse_texts(p, op);
    parse_with(p, op);
}

static bool bad_type(struct binder *b, const struct ast *op, str name)
{
    struct buf list;
    const struct ast *with = ast_clause(op, "with");
    struct diag *d = bind_error(b, DIAG_OPTION, with ? with->span : op->span,
                                "iocs knows no type '%.*s'", STRF(name));
    buf_init(&list, 1000);
    for (unsigned t = 0; t < NIOCS; t++)
        buf_addf(&list, "%s%s", t ? ", " : "",
                 ioc_type_name((enum ioc_type)t));
    diag_hint(b->ds, d, "%.*s; ip, hash, path take several",
              STRF(buf_str(&list)));
    buf_release(&list);
    return false;
}

static bool add_type(struct binder *b, const struct ast *op, str name,
                     unsigned *types)
{
    unsigned bits = str_ieqz(name, "all") ? (1u << NIOCS) - 1
                                          : ioc_types_from_name(name);
    *types |= bits;
    return bits || bad_type(b, op, name);
}

static bool read_types(struct binder *b, const struct ast *op,
                       const struct value *v, unsigned *types)
{
    struct json_iter it;
    str item;
    if (v->type == TYPE_STRING)
        return add_type(b, op, v->s, types);
    if (json_kind(v->s) != JSON_ARRAY || !json_iter_init(&it, v->s))
        return bad_type(b, op, v->s);
    bool ok = true;
    while (ok && json_next(&it, NULL, &item)) {
        struct buf name;
        buf_init(&name, 100);
        if (json_kind(item) == JSON_STRING)
            json_unquote(&name, item);
        ok = add_type(b, op, buf_str(&name), types);
        buf_release(&name);
    }
    return ok;
}

static struct node *iocs_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    struct ioc_frame_opts *o = NEW(b->arena, struct ioc_frame_opts);
    struct value types = { .type = TYPE_ERROR };
    o->span = op->span;
    const struct hunt_option options[] = {
        { "types", HUNT_TEXTS, &types, 0, 0 },
        { "any_tld", HUNT_BOOL, &o->ioc.any_tld, 0, 0 },
        { "repeats", HUNT_BOOL, &o->ioc.repeats, 0, 0 },
    };
    bool ok = hunt_options(b, op, options, 3);
    if (ok && types.type != TYPE_ERROR)
        ok = read_types(b, op, &types, &o->ioc.types);
    struct node *texts = hunt_texts(b, op, &o->ntexts);
    if (!ok || !texts)
        return hunt_fail(b, op, in);
    struct node *n = hunt_step(b, op, texts, o);
    hunt_own(b, n, o->ntexts, ioc_columns, IOC_NCOLS);
    return n;
}

static enum status iocs_step(const struct frame *in, const void *args,
                             struct frame **out, const atomic_bool *cancel,
                             struct diags *ds)
{
    return ioc_frame_run(in, args, out, ds, cancel);
}

const struct lang_op op_iocs = {
    .name = "iocs",
    .flags = OP_HUNTING,
    .usage = "T | iocs [Column, …] [by Column, …] "
             "[with (types = dynamic([\"ipv4\", \"url\", …]), "
             "any_tld = false, repeats = false)]",
    .summary =
        "The indicators in texts, one a row, defanged ones too: IocType, "
        "Observable (plain form), Original, SourceColumn, SourceRow (from 1), "
        "Offset, and the columns of `by`. Paths, mac and user_agent only "
        "when `types` asks for them.",
    .example = "print s = \"GET hxxp://evil[.]com/a from 10.1.2.3\" | iocs s",
    .parse = iocs_parse,
    .bind = iocs_bind,
    .run = iocs_step,
};
