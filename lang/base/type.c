/* type.c - names of the KQL types and the text of one value.
 *
 * Called by: binder, renderers, batch. */
#include "type.h"

#include "json_write.h"
#include "ticks.h"

static const char *const names[NTYPES] = {
    [TYPE_ERROR] = "unknown",       [TYPE_BOOL] = "bool",
    [TYPE_INT] = "int",             [TYPE_LONG] = "long",
    [TYPE_REAL] = "real",           [TYPE_DECIMAL] = "decimal",
    [TYPE_STRING] = "string",       [TYPE_DATETIME] = "datetime",
    [TYPE_TIMESPAN] = "timespan",   [TYPE_GUID] = "guid",
    [TYPE_DYNAMIC] = "dynamic",
};

static const struct {
    const char *name;
    enum type type;
} aliases[] = {
    { "boolean", TYPE_BOOL },    { "double", TYPE_REAL },
    { "date", TYPE_DATETIME },   { "time", TYPE_TIMESPAN },
    { "uuid", TYPE_GUID },       { "uniqueid", TYPE_GUID },
    { "int32", TYPE_INT },       { "int64", TYPE_LONG },
    { "float", TYPE_REAL },
};

const char *type_name(enum type t)
{
    return names[t];
}

bool type_from_name(str name, enum type *t)
{
    for (int i = TYPE_BOOL; i < NTYPES; i++)
        if (str_eqz(name, names[i])) {
            *t = (enum type)i;
            return true;
        }
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (str_eqz(name, aliases[i].name)) {
            *t = aliases[i].type;
            return true;
        }
    return false;
}

bool type_is_int(enum type t)
{
    return t == TYPE_INT || t == TYPE_LONG;
}

bool type_is_num(enum type t)
{
    return type_is_int(t) || t == TYPE_REAL || t == TYPE_DECIMAL;
}

bool type_is_text(enum type t)
{
    return t == TYPE_STRING || t == TYPE_GUID || t == TYPE_DECIMAL ||
           t == TYPE_DYNAMIC;
}

/* tostring(real): the words differ from JSON's only for infinities. */
static void real_text(struct buf *b, double d)
{
    if (d - d != 0 && d == d)
        buf_adds(b, d < 0 ? "-inf" : "inf");
    else
        buf_add_f64(b, d);
}

static void dynamic_text(struct buf *b, str json)
{
    if (json.n && json.p[0] == '"')
        json_unquote(b, json);
    else
        buf_add(b, json);
}

void value_text(struct buf *b, const struct value *v)
{
    if (v->null)
        return;
    switch (v->type) {
    case TYPE_BOOL: buf_adds(b, v->i ? "True" : "False"); break;
    case TYPE_INT:
    case TYPE_LONG: buf_add_i64(b, v->i); break;
    case TYPE_REAL: real_text(b, v->d); break;
    case TYPE_DATETIME: ticks_format(b, v->i); break;
    case TYPE_TIMESPAN: span_format(b, v->i); break;
    case TYPE_DYNAMIC: dynamic_text(b, v->s); break;
    default: buf_add(b, v->s); break;
    }
}

static void real_json(struct buf *b, double d)
{
    bool word = d - d != 0;
    if (word)
        buf_addc(b, '"');
    buf_add_f64(b, d);
    if (word)
        buf_addc(b, '"');
}

void value_json(struct buf *b, const struct value *v)
{
    if (v->null && v->type != TYPE_STRING) {
        buf_adds(b, "null");
        return;
    }
    switch (v->type) {
    case TYPE_BOOL: buf_adds(b, v->i ? "true" : "false"); break;
    case TYPE_INT:
    case TYPE_LONG: buf_add_i64(b, v->i); break;
    case TYPE_REAL: real_json(b, v->d); break;
    case TYPE_DYNAMIC: buf_add(b, v->s.n ? v->s : S("null")); break;
    case TYPE_DATETIME:
    case TYPE_TIMESPAN:
        buf_addc(b, '"');
        value_text(b, v);
        buf_addc(b, '"');
        break;
    default: json_str(b, v->s); break;
    }
}
