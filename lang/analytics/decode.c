/* decode.c - what is hidden in a text, stage by stage.
 *
 * Called by: decode_frame.c, tests.
 * A piece that was found or unpacked is noted, then looked into: text for
 * further pieces, archives for members, until the depth is reached. What lies
 * deeper is named in the error of the last stage. */
#include "decode_int.h"

#include <stdlib.h>

enum {
    USUAL_DEPTH = 5,
    USUAL_BYTES = 64 << 20,
    USUAL_RATIO = 200,
    USUAL_MEMBERS = 1000,
};

struct decoder {
    struct decode_opts opts;
    const atomic_bool *cancel;
    struct digester *digests;
    /* of the text in work */
    struct arena *a;
    struct unpack_limits limits;
    LIST(struct decoded) list;
};

/* Where a piece was found. */
struct stage {
    struct decoder *d;
    size_t parent;           /* its number in the list; SIZE_MAX: the text */
    unsigned depth;
    str path, text;
    const char *how;
};

struct decoder *decoder_new(const struct decode_opts *o,
                            const atomic_bool *cancel)
{
    struct decoder *d = xcalloc(1, sizeof *d);
    d->opts = *o;
    d->opts.depth = o->depth ? o->depth : USUAL_DEPTH;
    d->opts.max_bytes = o->max_bytes ? o->max_bytes : USUAL_BYTES;
    d->opts.max_ratio = o->max_ratio ? o->max_ratio : USUAL_RATIO;
    d->opts.max_members = o->max_members ? o->max_members : USUAL_MEMBERS;
    d->cancel = cancel;
    d->digests = digester_new();
    return d;
}

void decoder_free(struct decoder *d)
{
    if (!d)
        return;
    digester_free(d->digests);
    free(d);
}

static void look_into(struct decoder *d, size_t i);

/* ---- noting a piece ---------------------------------------------------- */

static str join_path(struct arena *a, str path, const char *how)
{
    return path.n ? arena_fmt(a, "%.*s/%s", STRF(path), how) : str_of(how);
}

static void set_kind(struct decoder *d, struct decoded *p, bool nul)
{
    const char *kind = file_kind(p->bytes);
    enum text_kind t = kind ? NO_TEXT : text_kind(p->bytes, nul, false);
    p->type = kind ? kind : t != NO_TEXT ? "text" : "binary";
    p->is_text = t != NO_TEXT;
    p->text = p->bytes;
    if (t == TEXT_UTF16LE || t == TEXT_UTF16BE) {
        p->text = text_from_utf16(d->a, p->bytes, t == TEXT_UTF16LE);
        p->path = join_path(d->a, p->path, "utf16");
    }
}

static size_t note(struct decoder *d, struct decoded *p, bool nul)
{
    set_kind(d, p, nul);
    digest_of(d->digests, p->bytes, &p->digest);
    PUSH(d->a, d->list, *p);
    return d->list.n - 1;
}

static void add_error(struct decoder *d, size_t i, str error)
{
    struct decoded *p = &d->list.v[i];
    if (error.n)
        p->error = p->error.n ? arena_fmt(d->a, "%.*s; %.*s", STRF(p->error),
                                          STRF(error))
                              : error;
}

/* ---- pieces of a text -------------------------------------------------- */

static bool has_budget(struct decoder *d, size_t bytes)
{
    if (d->cancel && *d->cancel)
        return false;
    bool fits = bytes <= d->limits.bytes;
    d->limits.bytes = fits ? d->limits.bytes - bytes : 0;
    return fits;
}

static void on_piece(void *ctx, const struct piece *piece)
{
    struct stage *s = ctx;
    struct decoded p = {
        .depth = s->depth,
        .path = join_path(s->d->a, s->path, piece->how),
        .original = str_sub(s->text, piece->beg, piece->end),
        .bytes = piece->bytes,
    };
    bool fits = has_budget(s->d, p.bytes.n);
    if (!fits)
        p.bytes = STR_NONE;
    size_t i = note(s->d, &p, strcmp(piece->how, "base64") != 0);
    if (fits)
        look_into(s->d, i);
    else
        add_error(s->d, i, S("limit: bytes"));
}

static void look_into_text(struct decoder *d, size_t i)
{
    struct decoded p = d->list.v[i];
    struct stage s = { d, i, p.depth + 1, p.path, p.text, NULL };
    /* A text that is what it was decoded from would go round in circles. */
    if (str_eq(p.text, p.original))
        return;
    if (p.depth < d->opts.depth)
        find_pieces(d->a, p.text, false, on_piece, &s);
    else if (find_pieces(d->a, p.text, true, NULL, NULL))
        add_error(d, i, S("limit: depth"));
}

/* ---- members of an archive --------------------------------------------- */

static void on_member(void *ctx, str name, str bytes, str error)
{
    struct stage *s = ctx;
    struct decoded p = {
        .depth = s->depth,
        .path = join_path(s->d->a, s->path, s->how),
        .name = name,
        .bytes = bytes,
        .error = error,
    };
    size_t i = note(s->d, &p, false);
    if (!error.n)
        look_into(s->d, i);
}

static bool is_packed(const char *kind)
{
    static const char *const kinds[] = { "gzip", "zlib", "bzip2", "xz",
                                         "zstd", "zip", "tar" };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i]) == 0)
            return true;
    return false;
}

static void look_into_packed(struct decoder *d, size_t i)
{
    struct decoded p = d->list.v[i];
    struct stage s = { d, i, p.depth + 1, p.path, STR_NONE, p.type };
    if (p.depth >= d->opts.depth) {
        add_error(d, i, S("limit: depth"));
        return;
    }
    size_t before = d->list.n;
    struct members m = { on_member, &s };
    str error = unpack(d->a, p.type, p.bytes, &d->limits, &m);
    /* Two bytes are a weak sign: what zlib cannot read is just binary. */
    if (error.n && strcmp(p.type, "zlib") == 0 && d->list.n == before)
        d->list.v[i].type = "binary";
    else
        add_error(d, i, error);
}

static void look_into_binary(struct decoder *d, size_t i)
{
    struct decoded p = d->list.v[i];
    struct stage s = { d, i, p.depth + 1, p.path, STR_NONE, "deflate" };
    if (p.depth >= d->opts.depth || p.bytes.n < 8)
        return;
    str bytes = unpack_deflate(d->a, p.bytes, &d->limits);
    if (!bytes.n)
        return;
    d->list.v[i].type = "deflate";
    on_member(&s, STR_NONE, bytes, STR_NONE);
}

static void look_into(struct decoder *d, size_t i)
{
    const struct decoded *p = &d->list.v[i];
    if (d->cancel && *d->cancel)
        return;
    if (p->is_text)
        look_into_text(d, i);
    else if (is_packed(p->type))
        look_into_packed(d, i);
    else if (strcmp(p->type, "binary") == 0)
        look_into_binary(d, i);
}

size_t decode_text(struct decoder *d, struct arena *tmp, str text,
                   const struct decoded **out)
{
    struct stage s = { d, SIZE_MAX, 1, STR_NONE, text, NULL };
    d->a = tmp;
    d->list.v = NULL;
    d->list.n = d->list.cap = 0;
    d->limits = (struct unpack_limits){ d->opts.max_bytes, d->opts.max_ratio,
                                        d->opts.max_members, d->cancel };
    find_pieces(tmp, text, false, on_piece, &s);
    *out = d->list.v;
    return d->list.n;
}
