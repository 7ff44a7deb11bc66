/* kinds.c - which kind a type of the catalogue is.
 *
 * Called by: catalog.c, open.c, read.c. A type that no KQL type holds without
 * loss is text: numeric without limits, interval (months have no length), time
 * with a zone, ranges, bit strings, … */
#include "kinds.h"

enum { OID_NUMERIC = 1700, OID_RECORD = 2249 };

static const struct {
    enum type type;
    uint32_t oid, sent;
} kinds[NPG_KINDS] = {
#define PG_KIND(kind, type, oid, sent) [PG_##kind] = { TYPE_##type, oid, sent },
#include "kinds.def"
#undef PG_KIND
};

/* A modifier is (precision << 16 | scale) + 4; decimals here have 28 digits
 * before the point and 10 after it. */
static bool fits_decimal(int32_t mod)
{
    int precision = (mod - 4) >> 16, scale = (mod - 4) & 0x7ff;
    return mod >= 4 && scale <= 10 && precision - scale <= 28;
}

enum pg_kind pg_kind_of(const struct pg_type *t)
{
    for (int k = PG_PLAIN + 1; k < NPG_KINDS; k++)
        if (kinds[k].oid && kinds[k].oid == t->oid)
            return (enum pg_kind)k;
    if (t->oid == OID_NUMERIC && fits_decimal(t->mod))
        return PG_NUMERIC;
    if (t->category == 'A' || t->typtype == 'c' || t->oid == OID_RECORD)
        return PG_TO_JSON;
    return PG_AS_TEXT;
}

enum type pg_kind_type(enum pg_kind k)
{
    return kinds[k].type;
}

static uint32_t plain_oid(enum type t)
{
    switch (t) {
    case TYPE_BOOL: return 16;
    case TYPE_REAL: return 701;
    case TYPE_STRING:
    case TYPE_GUID: return 25;
    default: return 20;
    }
}

uint32_t pg_sent_oid(const struct sql_col *c)
{
    return c->kind == PG_PLAIN ? plain_oid(c->type) : kinds[c->kind].sent;
}
