/* decode_unpack.c - compressed data and archives, unpacked in memory.
 *
 * Called by: decode.c.
 * gzip, zlib and raw deflate go to zlib; bzip2, xz, zstd, zip and tar to
 * libarchive, with only those formats switched on. Every byte that comes out
 * is counted against the limits; what a header promises is not believed. */
#include "decode_int.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

enum { STEP = 64 << 10, FREE_OUTPUT = 1 << 20, MAX_NAME = 1024 };

struct unpacking {
    struct arena *a;
    struct unpack_limits *l;
    size_t packed;           /* bytes of the archive */
    size_t produced;         /* of all its members */
    str error;
};

static bool cancelled(const struct unpack_limits *l)
{
    return l->cancel && *l->cancel;
}

/* Whether `more` bytes may come; says why not. */
static bool may_grow(struct unpacking *u, size_t more)
{
    u->produced += more;
    if (more > u->l->bytes) {
        u->l->bytes = 0;
        u->error = S("limit: bytes");
        return false;
    }
    u->l->bytes -= more;
    if (u->produced > FREE_OUTPUT &&
        u->produced / u->l->ratio > u->packed) {
        u->error = S("limit: ratio");
        return false;
    }
    if (cancelled(u->l))
        u->error = S("interrupted");
    return u->error.n == 0;
}

static str take(struct unpacking *u, struct buf *b)
{
    str s = buf_take(b, u->a);
    buf_release(b);
    return s;
}

/* ---- zlib -------------------------------------------------------------- */

/* One stream; what follows it is ignored, as gzip's own tool does with zeros.
 * Gives zlib's last answer. */
static int inflate_stream(struct unpacking *u, z_stream *z, struct buf *b)
{
    int rc = Z_OK;
    while (rc == Z_OK && u->error.n == 0 && buf_reserve(b, STEP)) {
        z->next_out = (Bytef *)b->p + b->n;
        z->avail_out = STEP;
        rc = inflate(z, Z_NO_FLUSH);
        size_t got = STEP - z->avail_out;
        if (!may_grow(u, got))
            break;
        b->n += got;
        if (got == 0 && z->avail_in == 0)
            break;
    }
    return rc;
}

static str inflate_all(struct unpacking *u, str s, int window, bool *whole)
{
    z_stream z = { 0 };
    struct buf b;
    *whole = false;
    if (s.n > UINT32_MAX || inflateInit2(&z, window) != Z_OK)
        return STR_NONE;
    buf_init(&b, u->l->bytes + STEP);
    z.next_in = (Bytef *)(uintptr_t)s.p;
    z.avail_in = (uInt)s.n;
    int rc = inflate_stream(u, &z, &b);
    /* Further gzip members make one file (RFC 1952, 2.2). */
    while (rc == Z_STREAM_END && window > MAX_WBITS && z.avail_in > 2 &&
           z.next_in[0] == 0x1f && u->error.n == 0 && inflateReset(&z) == Z_OK)
        rc = inflate_stream(u, &z, &b);
    *whole = rc == Z_STREAM_END && (window > 0 || z.avail_in == 0);
    inflateEnd(&z);
    return take(u, &b);
}

str unpack_deflate(struct arena *a, str bytes, struct unpack_limits *l)
{
    struct unpack_limits trial = *l;
    struct unpacking u = { a, &trial, bytes.n, 0, STR_NONE };
    bool whole;
    str out = inflate_all(&u, bytes, -MAX_WBITS, &whole);
    if (!whole || out.n <= bytes.n / 2 ||
        (!file_kind(out) && text_kind(out, false, false) == NO_TEXT))
        return STR_NONE;
    l->bytes = trial.bytes;
    return out;
}

static str unpack_zlib(struct unpacking *u, const char *kind, str bytes,
                       const struct members *m)
{
    bool whole;
    int window = strcmp(kind, "gzip") == 0 ? MAX_WBITS + 16 : MAX_WBITS;
    str out = inflate_all(u, bytes, window, &whole);
    if (u->error.n == 0 && !whole)
        u->error = S("broken: the data ends early or is damaged");
    if (out.n)
        m->visit(m->ctx, STR_NONE, out, STR_NONE);
    return u->error;
}

/* ---- libarchive -------------------------------------------------------- */

static struct archive *open_archive(const char *kind, str bytes)
{
    struct archive *r = archive_read_new();
    if (!r)
        return NULL;
    if (strcmp(kind, "zip") == 0)
        archive_read_support_format_zip(r);
    else if (strcmp(kind, "tar") == 0)
        archive_read_support_format_tar(r);
    else
        archive_read_support_format_raw(r);
    if (strcmp(kind, "bzip2") == 0)
        archive_read_support_filter_bzip2(r);
    if (strcmp(kind, "xz") == 0)
        archive_read_support_filter_xz(r);
    if (strcmp(kind, "zstd") == 0)
        archive_read_support_filter_zstd(r);
    if (archive_read_open_memory(r, bytes.p, bytes.n) != ARCHIVE_OK) {
        archive_read_free(r);
        return NULL;
    }
    return r;
}

/* The data of one member; *whole says whether all of it came. */
static str member_bytes(struct unpacking *u, struct archive *r, bool *whole)
{
    struct buf b;
    la_ssize_t n = 0;
    buf_init(&b, u->l->bytes + STEP);
    while (buf_reserve(&b, STEP)) {
        n = archive_read_data(r, b.p + b.n, STEP);
        if (n <= 0 || !may_grow(u, (size_t)n))
            break;
        b.n += (size_t)n;
    }
    *whole = n == 0;
    return take(u, &b);
}

static str member_name(struct unpacking *u, struct archive_entry *e)
{
    const char *z = archive_entry_pathname_utf8(e);
    if (!z)
        z = archive_entry_pathname(e);
    str name = str_sub(str_of(z), 0, MAX_NAME);
    return arena_str(u->a, name);
}

static void visit_member(struct unpacking *u, struct archive *r,
                         struct archive_entry *e, const struct members *m)
{
    bool whole;
    if (archive_entry_filetype(e) == AE_IFDIR)
        return;
    str name = member_name(u, e);
    if (archive_entry_is_encrypted(e)) {
        m->visit(m->ctx, name, STR_NONE, S("encrypted"));
        return;
    }
    str bytes = member_bytes(u, r, &whole);
    if (u->error.n)
        m->visit(m->ctx, name, bytes, u->error);
    else
        m->visit(m->ctx, name, bytes,
          whole ? STR_NONE : S("broken: the member is damaged"));
}

static str unpack_archive(struct unpacking *u, const char *kind, str bytes,
                          const struct members *m)
{
    struct archive_entry *e;
    struct archive *r = open_archive(kind, bytes);
    bool many = strcmp(kind, "zip") == 0 || strcmp(kind, "tar") == 0;
    int rc = r ? ARCHIVE_OK : ARCHIVE_FATAL;
    while (r && u->error.n == 0 &&
           (rc = archive_read_next_header(r, &e)) >= ARCHIVE_WARN &&
           rc != ARCHIVE_EOF) {
        if (many && u->l->members-- == 0) {
            u->l->members = 0;
            u->error = S("limit: members");
            break;
        }
        if (cancelled(u->l))
            break;
        visit_member(u, r, e, m);
    }
    if (r)
        archive_read_free(r);
    if (u->error.n == 0 && rc < ARCHIVE_WARN)
        u->error = S("broken: the archive is damaged");
    return u->error;
}

str unpack(struct arena *a, const char *kind, str bytes,
           struct unpack_limits *l, const struct members *m)
{
    static const char *const archives[] = { "zip", "tar", "bzip2", "xz",
                                            "zstd" };
    struct unpacking u = { a, l, bytes.n, 0, STR_NONE };
    if (strcmp(kind, "gzip") == 0 || strcmp(kind, "zlib") == 0)
        return unpack_zlib(&u, kind, bytes, m);
    for (size_t i = 0; i < sizeof archives / sizeof *archives; i++)
        if (strcmp(kind, archives[i]) == 0)
            return unpack_archive(&u, kind, bytes, m);
    return STR_NONE;
}
