/* decimal.h - decimals as the engine keeps them, and its own as text.
 *
 * KQL's decimal is stored as a DECIMAL(38,0) that holds the packed form of
 * base/decimal.h: it sorts, groups and joins as the number does, and is never
 * calculated with in SQL. DuckDB's own decimals come from Parquet files and
 * from constants in templates. */
#ifndef ENGINE_DECIMAL_H
#define ENGINE_DECIMAL_H

#include "base/decimal.h"
#include "udf.h"

enum { PACKED_WIDTH = 38, PACKED_SCALE = 0 };

/* value / 10^scale as plain digits without zeros at the end; the length. */
size_t scaled_text(int128 v, unsigned scale, char out[DECIMAL_TEXT]);

/* k_dec(text) and k_dec_text(decimal), for SQL that makes decimals of its own
 * types and back. */
enum status decimals_register(struct engine *e, struct duck_connection *con,
                              struct arena *a, struct diags *ds);

#endif
