/* decode_frame.c - what is encoded in the texts of a table, one piece a row.
 *
 * Called by: the operator `decode`. */
#include "decode_frame.h"

#include "base/utf8.h"

/* Of all results together: a table of bombs must not fill the memory. */
enum { MAX_RESULT = 1 << 30 };

const struct extract_col decode_columns[DECODE_NCOLS] = {
    { "Depth", TYPE_LONG },         { "Path", TYPE_STRING },
    { "Decoded", TYPE_STRING },     { "ContentType", TYPE_STRING },
    { "Size", TYPE_LONG },          { "Name", TYPE_STRING },
    { "Original", TYPE_STRING },    { "MD5", TYPE_STRING },
    { "SHA1", TYPE_STRING },        { "SHA256", TYPE_STRING },
    { "Error", TYPE_STRING },       { "SourceColumn", TYPE_STRING },
    { "SourceRow", TYPE_LONG },
};

struct job {
    const struct frame *in;
    struct frame *out;
    struct arena *list, *tmp;
    struct decoder *decoder;
    LIST(struct decoded) pieces; /* texts in the result's arena */
    LIST(str) shown;
    LIST(struct extract_place) places;
    uint64_t bytes;
};

static str hex(struct arena *a, str s)
{
    static const char digits[] = "0123456789abcdef";
    char *p = arena_alloc(a, 2 * s.n);
    for (size_t i = 0; i < s.n; i++) {
        p[2 * i] = digits[(unsigned char)s.p[i] >> 4];
        p[2 * i + 1] = digits[(unsigned char)s.p[i] & 15];
    }
    return (str){ p, 2 * s.n };
}

/* Names come out of archives: any bytes. */
static str clean(struct arena *a, str s)
{
    struct buf b;
    if (utf8_valid(s))
        return arena_str(a, s);
    buf_init(&b, 3 * s.n + 4);
    utf8_repair(&b, s);
    s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static void keep(struct job *j, struct decoded p, str source,
                 struct extract_place at)
{
    struct arena *a = j->out->arena;
    bool view = p.original.p >= source.p &&
                p.original.p < source.p + source.n;
    str shown = p.is_text ? arena_str(a, p.text) : hex(a, p.bytes);
    p.path = arena_str(a, p.path);
    p.original = view ? p.original : arena_str(a, p.original);
    p.name = clean(a, p.name);
    p.error = arena_str(a, p.error);
    j->bytes += shown.n;
    PUSH(j->list, j->pieces, p);
    PUSH(j->list, j->shown, shown);
    PUSH(j->list, j->places, at);
}

static void decode_cell(struct job *j, size_t row, size_t col)
{
    const struct decoded *found;
    str text = j->in->cols[col].s[row];
    struct extract_place at = { (uint32_t)row, (uint32_t)col };
    size_t n = decode_text(j->decoder, j->tmp, text, &found);
    for (size_t i = 0; i < n; i++)
        keep(j, found[i], text, at);
    arena_reset(j->tmp);
}

static void fill(struct job *j)
{
    struct column *c = j->out->cols;
    struct arena *a = j->out->arena;
    for (size_t i = 0; i < j->pieces.n; i++) {
        const struct decoded *p = &j->pieces.v[i];
        const struct digest *d = &p->digest;
        c[0].i[i] = p->depth;
        c[1].s[i] = p->path;
        c[2].s[i] = j->shown.v[i];
        c[3].s[i] = str_of(p->type);
        c[4].i[i] = (int64_t)p->bytes.n;
        c[5].s[i] = p->name;
        c[6].s[i] = p->original;
        c[7].s[i] = arena_str(a, (str){ d->md5, d->has_md5 ? 32 : 0 });
        c[8].s[i] = arena_str(a, (str){ d->sha1, 40 });
        c[9].s[i] = arena_str(a, (str){ d->sha256, 64 });
        c[10].s[i] = p->error;
        c[11].s[i] = j->in->cols[j->places.v[i].col].name;
        c[12].i[i] = j->places.v[i].row + (int64_t)1;
    }
}

static enum status too_much(const struct decode_frame_opts *o,
                            struct diags *ds)
{
    struct diag *d = diag_error(ds, DIAG_LIMIT, o->span,
                                "decode gives more than %d MB from these rows",
                                MAX_RESULT >> 20);
    diag_hint(ds, d, "filter the rows before it, or lower max_bytes");
    return ST_USER;
}

static enum status decode_rows(struct job *j,
                               const struct decode_frame_opts *o,
                               struct diags *ds, const atomic_bool *cancel)
{
    for (size_t row = 0; row < j->in->nrows; row++) {
        for (size_t col = 0; col < o->ntexts; col++)
            decode_cell(j, row, col);
        if (cancel && *cancel)
            return ST_CANCELLED;
        if (j->bytes > MAX_RESULT)
            return too_much(o, ds);
    }
    return extract_check(j->pieces.n, "decode", o->span, ds);
}

enum status decode_frame_run(const struct frame *in,
                             const struct decode_frame_opts *o,
                             struct frame **out, struct diags *ds,
                             const atomic_bool *cancel)
{
    struct job j = { .in = in, .list = arena_new(), .tmp = arena_new() };
    j.out = extract_frame(in, o->ntexts, decode_columns, DECODE_NCOLS);
    j.decoder = decoder_new(&o->decode, cancel);
    enum status st = decode_rows(&j, o, ds, cancel);
    if (st == ST_OK) {
        extract_rows(j.out, in, o->ntexts, j.places.v, j.places.n);
        fill(&j);
        *out = j.out;
    } else {
        frame_unref(j.out);
    }
    decoder_free(j.decoder);
    arena_free(j.tmp);
    arena_free(j.list);
    return st;
}
