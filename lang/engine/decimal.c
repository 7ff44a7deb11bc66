/* decimal.c - decimals as the engine keeps them, and its own as text.
 *
 * Called by: cells.c; udf.c registers the two conversions. */
#include "decimal.h"

size_t scaled_text(int128 v, unsigned scale, char out[DECIMAL_TEXT])
{
    uint128 u = v < 0 ? -(uint128)v : (uint128)v;
    while (scale > 0 && u % 10 == 0) {
        u /= 10;
        scale--;
    }
    char rev[DECIMAL_TEXT];
    size_t n = 0, len = 0;
    for (unsigned digit = 0; u || digit <= scale; digit++) {
        if (digit && digit == scale)
            rev[n++] = '.';
        rev[n++] = (char)('0' + (int)(u % 10));
        u /= 10;
    }
    if (v < 0)
        rev[n++] = '-';
    while (n)
        out[len++] = rev[--n];
    return len;
}

/* What is no decimal becomes null when it is written. */
static void row_dec(struct fn_ctx *cx, const struct value *in, size_t n,
                    struct value *out)
{
    (void)cx, (void)n;
    out->null = false;
    out->s = in[0].s;
}

enum status decimals_register(struct engine *e, struct duck_connection *con,
                              struct arena *a, struct diags *ds)
{
    static const struct lang_func from = {
        .name = "k_dec", .params = "string", .ret = TYPE_DECIMAL,
        .row = row_dec, .flags = FN_MAYNULL,
    };
    static const struct lang_func to = {
        .name = "k_dec_text", .params = "decimal", .ret = TYPE_STRING,
        .row = row_dec,
    };
    const struct registration rows[] = { { "k_dec", &from },
                                         { "k_dec_text", &to } };
    enum status st = ST_OK;
    for (size_t i = 0; i < 2 && st == ST_OK; i++)
        st = function_register(e, con, a, &rows[i], ds);
    return st;
}
