/* fuzz_dyn_funcs.c - any bytes as arguments of the dynamic, IP, parsing and
 * encoding functions.
 *
 * The first two bytes pick the row; the rest, cut at newlines, are the
 * arguments: as they are where text is wanted, as stored JSON where a dynamic
 * value is. A dynamic answer must be stored JSON itself. */
#include <assert.h>

#include "base/json_text.h"
#include "base/utf8.h"
#include "funcs/funcs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct func_family families[] = {
    { "dynamic", funcs_dynamic, &nfuncs_dynamic },
    { "collect", funcs_collect, &nfuncs_collect },
    { "array", funcs_array, &nfuncs_array },
    { "set", funcs_set, &nfuncs_set },
    { "array_sort", funcs_array_sort, &nfuncs_array_sort },
    { "bag", funcs_bag, &nfuncs_bag },
    { "split", funcs_split, &nfuncs_split },
    { "json_path", funcs_json_path, &nfuncs_json_path },
    { "parse", funcs_parse, &nfuncs_parse },
    { "url", funcs_url, &nfuncs_url },
    { "xml", funcs_xml, &nfuncs_xml },
    { "base64", funcs_base64, &nfuncs_base64 },
    { "zip", funcs_zip, &nfuncs_zip },
    { "ip", funcs_ip, &nfuncs_ip },
    { "punycode", funcs_punycode, &nfuncs_punycode },
    { "ip6", funcs_ip6, &nfuncs_ip6 },
    { "ip_text", funcs_ip_text, &nfuncs_ip_text },
    { "sketch", funcs_sketch, &nfuncs_sketch },
};
enum { NFAMILIES = sizeof families / sizeof *families, MAX_ARGS = 8 };

/* The piece of `rest` up to the next newline, which is dropped. */
static str cut_line(str *rest)
{
    ptrdiff_t end = str_find_char(*rest, '\n');
    size_t n = end < 0 ? rest->n : (size_t)end;
    str line = str_sub(*rest, 0, n);
    *rest = str_sub(*rest, n + 1, rest->n);
    return line;
}

static struct value argument(struct arena *a, enum type t, str line)
{
    struct value v = { .type = t };
    struct buf b;
    buf_init(&b, 1u << 26);
    if (t == TYPE_DYNAMIC) {
        if (!json_compact(&b, line, JSON_MAX_DEPTH, NULL))
            json_text_str(&b, line);
        v.s = buf_take(&b, a);
        v.null = str_eqz(v.s, "null");
    } else if (type_is_text(t)) {
        utf8_repair(&b, line);
        v.s = buf_take(&b, a);
    } else {
        v.i = line.n ? (signed char)line.p[0] : 0;
        v.null = line.n == 0 && t != TYPE_BOOL;
    }
    buf_release(&b);
    return v;
}

static size_t arguments(struct arena *a, const char *params, str rest,
                        struct value in[MAX_ARGS])
{
    str spec = str_of(params);
    size_t n = 0;
    while (spec.n && n < MAX_ARGS) {
        ptrdiff_t comma = str_find_char(spec, ',');
        size_t end = comma < 0 ? spec.n : (size_t)comma;
        str word = str_trim(str_sub(spec, 0, end));
        char mark = word.p[word.n - 1];
        enum type t = TYPE_ERROR;
        if ((mark == '?' || mark == '*') && rest.n == 0)
            break;
        word.n -= mark == '?' || mark == '*';
        type_from_name(word, &t);
        in[n++] = argument(a, t, cut_line(&rest));
        if (mark != '*')
            spec = str_sub(spec, end + (comma >= 0), spec.n);
    }
    return n;
}

static void run(const struct lang_func *row, str rest)
{
    struct fn_ctx cx = { .tmp = arena_new(), .keep = arena_new() };
    struct value in[MAX_ARGS], out = { .type = (enum type)row->ret };
    size_t n = arguments(cx.tmp, row->params, rest, in);
    bool skip = false;
    out.null = out.type != TYPE_STRING;
    for (size_t i = 0; i < n; i++)
        skip |= in[i].null && !(row->flags & FN_NULLS);
    for (int twice = 0; twice < 2 && !skip; twice++)
        row->row(&cx, in, n, &out); /* the second time from its cache */
    if (out.type == TYPE_DYNAMIC && !out.null && !cx.error.n) {
        struct buf b;
        buf_init(&b, 1u << 28);
        if (out.s.n <= JSON_MAX_BYTES) {
            assert(json_compact(&b, out.s, JSON_MAX_DEPTH + 8, NULL));
            assert(str_eq(buf_str(&b), out.s));
        }
        buf_release(&b);
    }
    if (out.type == TYPE_STRING && !out.null)
        assert(utf8_valid(out.s));
    arena_free(cx.tmp);
    arena_free(cx.keep);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const struct func_family *f = &families[data[0] % NFAMILIES];
    const struct lang_func *row = &f->rows[data[1] % *f->n];
    if (row->row)
        run(row, (str){ (const char *)data + 2, size - 2 });
    return 0;
}
