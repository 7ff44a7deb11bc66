/* kinds.c - what a type's text means.
 *
 * Called by: catalog.c, open.c. A type that no KQL type holds without loss is
 * text: integers of 128 and 256 bits, wide decimals, enums, addresses, …;
 * DateTime64 is a datetime, whose last digit is 100 ns. */
#include "kinds.h"

static const struct {
    const char *name;
    enum ch_kind kind;
} names[] = {
    { "Bool", CH_BOOL },       { "Int8", CH_INT },
    { "Int16", CH_INT },       { "Int32", CH_INT },
    { "UInt8", CH_INT },       { "UInt16", CH_INT },
    { "Int64", CH_LONG },      { "UInt32", CH_LONG },
    { "UInt64", CH_UINT64 },   { "Float32", CH_REAL },
    { "Float64", CH_REAL },    { "String", CH_STRING },
    { "UUID", CH_UUID },       { "DateTime", CH_DATETIME },
    { "Date", CH_DATE },       { "Date32", CH_DATE },
    { "Array", CH_JSON },      { "Map", CH_JSON },
    { "Tuple", CH_JSON },      { "Nested", CH_JSON },
    { "JSON", CH_JSON },       { "Object", CH_JSON },
    { "Variant", CH_JSON },    { "Dynamic", CH_JSON },
    { "AggregateFunction", CH_STATE },
};

/* "Name(rest)": the name, and what stands in the brackets. */
static str head_of(str text, str *inside)
{
    ptrdiff_t open = str_find_char(text, '(');
    *inside = S("");
    if (open < 0)
        return text;
    *inside = str_trim(str_sub(text, (size_t)open + 1, text.n - 1));
    return str_sub(text, 0, (size_t)open);
}

static unsigned number(str *s)
{
    unsigned n = 0;
    size_t i = 0;
    for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++)
        n = n < 1000 ? n * 10 + (unsigned)(s->p[i] - '0') : n;
    while (i < s->n && (s->p[i] == ',' || s->p[i] == ' '))
        i++;
    *s = str_sub(*s, i, s->n);
    return n;
}

/* Decimals here have 28 digits before the point and 10 after it. */
static enum ch_kind decimal_kind(str inside)
{
    unsigned precision = number(&inside), scale = number(&inside);
    return scale <= 10 && precision <= 28 + scale ? CH_DECIMAL : CH_TEXT;
}

static unsigned kind_of(str text, bool has_json)
{
    str inside, head = head_of(text, &inside);
    if (str_eqz(head, "Decimal"))
        return decimal_kind(inside);
    if (str_eqz(head, "DateTime64")) {
        unsigned digits = number(&inside);
        return digits <= 9 ? CH_TIME64 + digits : CH_TEXT;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eqz(head, names[i].name))
            return names[i].kind == CH_JSON && !has_json ? CH_TEXT
                                                         : names[i].kind;
    return CH_TEXT;
}

struct ch_type ch_type_of(str text, bool has_json)
{
    struct ch_type t = { CH_TEXT, false };
    for (;;) {
        str inside, head = head_of(text, &inside);
        if (str_eqz(head, "SimpleAggregateFunction")) {
            ptrdiff_t comma = str_find_char(inside, ',');
            if (comma < 0)
                break;
            inside = str_trim(str_sub(inside, (size_t)comma + 1, inside.n));
        } else if (str_eqz(head, "Nullable")) {
            t.nullable = true;
        } else if (!str_eqz(head, "LowCardinality")) {
            break;
        }
        text = inside;
    }
    t.kind = kind_of(text, has_json);
    /* These may hold null without saying so. */
    if (str_starts(text, S("Variant")) || str_starts(text, S("Dynamic")) ||
        str_eqz(text, "Nothing"))
        t.nullable = true;
    return t;
}

enum type ch_kind_type(unsigned kind)
{
    switch (kind) {
    case CH_BOOL: return TYPE_BOOL;
    case CH_INT: return TYPE_INT;
    case CH_LONG: return TYPE_LONG;
    case CH_UINT64:
    case CH_DECIMAL: return TYPE_DECIMAL;
    case CH_REAL: return TYPE_REAL;
    case CH_UUID: return TYPE_GUID;
    case CH_DATETIME:
    case CH_DATE: return TYPE_DATETIME;
    case CH_JSON: return TYPE_DYNAMIC;
    default: return kind >= CH_TIME64 ? TYPE_DATETIME : TYPE_STRING;
    }
}
