/* parquet_map.c - which KQL type a column of a Parquet file becomes, and how.
 *
 * Called by: parquet_file.c, for each column of a file.
 *
 *   file                            KQL        how
 *   BOOLEAN                         bool
 *   integers that fit 32 bits       int
 *   wider integers                  long
 *   UBIGINT                         decimal    exact
 *   HUGEINT, DECIMAL beyond 34 digits real
 *   DECIMAL up to 34 digits         decimal
 *   TIMESTAMP…, DATE                datetime   100 ns; null outside 0001 … 9999
 *   TIME…, INTERVAL                 timespan   a month counts 30 days
 *   UUID                            guid
 *   BLOB                            string     base64
 *   LIST, STRUCT, MAP, …            dynamic    the stored spelling of JSON
 *   JSON text, ENUM, the rest       string     unchecked, so not dynamic */
#include "base/decimal.h"
#include "parquet_int.h"

#define IN_RANGE(low, high) "CASE WHEN $ BETWEEN " low " AND " high " THEN "
#define MICROS                                                               \
    IN_RANGE("TIMESTAMP '0001-01-01'", "TIMESTAMP '9999-12-31 23:59:59.999999'")
#define TO_TICKS "621355968000000000 + epoch_us($) * 10 END"
/* Rounded down, before 1970 too. */
#define NANO_TICKS                                                           \
    "621355968000000000 + (epoch_ns($) - ((epoch_ns($) % 100) + 100) % 100)" \
    " // 100"
#define JSON "spell_json(to_json($)::VARCHAR)"
#define PART(name) "date_part('" name "', $)::HUGEINT"

static const struct mapping mappings[] = {
    { DUCK_BOOLEAN, TYPE_BOOL, "$" },
    { DUCK_TINYINT, TYPE_INT, "$::INTEGER" },
    { DUCK_SMALLINT, TYPE_INT, "$::INTEGER" },
    { DUCK_INTEGER, TYPE_INT, "$" },
    { DUCK_BIGINT, TYPE_LONG, "$" },
    { DUCK_UTINYINT, TYPE_INT, "$::INTEGER" },
    { DUCK_USMALLINT, TYPE_INT, "$::INTEGER" },
    { DUCK_UINTEGER, TYPE_LONG, "$::BIGINT" },
    { DUCK_UBIGINT, TYPE_DECIMAL, "k_dec($::VARCHAR)" },
    { DUCK_HUGEINT, TYPE_REAL, "$::DOUBLE" },
    { DUCK_UHUGEINT, TYPE_REAL, "$::DOUBLE" },
    { DUCK_FLOAT, TYPE_REAL, "$::DOUBLE" },
    { DUCK_DOUBLE, TYPE_REAL, "$" },
    { DUCK_TIMESTAMP, TYPE_DATETIME, MICROS TO_TICKS },
    { DUCK_TIMESTAMP_S, TYPE_DATETIME, MICROS TO_TICKS },
    { DUCK_TIMESTAMP_MS, TYPE_DATETIME, MICROS TO_TICKS },
    { DUCK_TIMESTAMP_TZ, TYPE_DATETIME,
      IN_RANGE("TIMESTAMPTZ '0001-01-01 00:00:00+00'",
               "TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'") TO_TICKS },
    { DUCK_TIMESTAMP_NS, TYPE_DATETIME,
      "CASE WHEN isfinite($) THEN " NANO_TICKS " END" },
    { DUCK_DATE, TYPE_DATETIME,
      IN_RANGE("DATE '0001-01-01'", "DATE '9999-12-31'")
      "621355968000000000 + ($ - DATE '1970-01-01') * 864000000000 END" },
    { DUCK_TIME, TYPE_TIMESPAN, "epoch_us($) * 10" },
    { DUCK_TIME_NS, TYPE_TIMESPAN, "epoch_ns($) // 100" },
    { DUCK_TIME_TZ, TYPE_TIMESPAN, "epoch_us($) * 10" },
    { DUCK_INTERVAL, TYPE_TIMESPAN,
      "TRY_CAST(((" PART("year") " * 12 + " PART("month") ") * 30 + "
      PART("day") ") * 864000000000 + (" PART("hour") " * 3600 + "
      PART("minute") " * 60) * 10000000 + " PART("microsecond")
      " * 10 AS BIGINT)" },
    { DUCK_UUID, TYPE_GUID, "$::VARCHAR" },
    { DUCK_VARCHAR, TYPE_STRING, "coalesce($::VARCHAR, '')" },
    { DUCK_BLOB, TYPE_STRING, "coalesce(to_base64($), '')" },
    { DUCK_LIST, TYPE_DYNAMIC, JSON },
    { DUCK_ARRAY, TYPE_DYNAMIC, JSON },
    { DUCK_STRUCT, TYPE_DYNAMIC, JSON },
    { DUCK_MAP, TYPE_DYNAMIC, JSON },
    { DUCK_UNION, TYPE_DYNAMIC, JSON },
    { DUCK_VARIANT, TYPE_DYNAMIC, JSON },
};
static const struct mapping small_decimal = {
    DUCK_DECIMAL, TYPE_DECIMAL, "k_dec($::VARCHAR)"
};
static const struct mapping big_decimal = {
    DUCK_DECIMAL, TYPE_REAL, "$::DOUBLE"
};
static const struct mapping as_text = {
    DUCK_ANY, TYPE_STRING, "coalesce($::VARCHAR, '')"
};

const struct mapping *mapping_find(const struct duck *d, struct duck_type *t)
{
    int id = d->get_type_id(t);
    if (id == DUCK_DECIMAL) {
        return d->decimal_width(t) <= DECIMAL_DIGITS ? &small_decimal
                                                     : &big_decimal;
    }
    for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++)
        if (mappings[i].id == id)
            return &mappings[i];
    return &as_text;
}

/* Child `i` of a nested type, which the caller destroys; NULL: no more. The
 * keys of a map are not looked into: a key is rarely nested, and counts then
 * as one level. */
static struct duck_type *child_type(const struct duck *d, struct duck_type *t,
                                    uint64_t i)
{
    switch (d->get_type_id(t)) {
    case DUCK_LIST: return i ? NULL : d->list_type_child_type(t);
    case DUCK_ARRAY: return i ? NULL : d->array_type_child_type(t);
    case DUCK_MAP: return i ? NULL : d->map_type_value_type(t);
    case DUCK_STRUCT:
        return i < d->struct_type_child_count(t)
                   ? d->struct_type_child_type(t, i)
                   : NULL;
    default: return NULL;
    }
}

unsigned type_nesting(const struct duck *d, struct duck_type *t, unsigned limit)
{
    unsigned deepest = 0;
    struct duck_type *child;
    for (uint64_t i = 0; limit && (child = child_type(d, t, i)); i++) {
        unsigned n = 1 + type_nesting(d, child, limit - 1);
        deepest = n > deepest ? n : deepest;
        d->destroy_logical_type(&child);
    }
    return deepest;
}
