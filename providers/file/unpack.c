/* unpack.c - libarchive behind limits that count what comes out.
 *
 * Called by: file.c for every file whose first bytes say so. Sizes, names and
 * counts in the archive are claims: only produced bytes count. What was
 * produced before an archive breaks off is kept, and the loss is told. */
#include "unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <unistd.h>

#include "base/utf8.h"
#include "format.h"
#include "json_read.h"
#include "providers/limits.h"
#include "spill.h"

enum { PIECE = 256 << 10 };

bool unpack_wanted(const struct member *m)
{
    static const struct { size_t at; str bytes; } MAGIC[] = {
        { 0, { "\x1f\x8b", 2 } },
        { 0, { "\x28\xb5\x2f\xfd", 4 } },
        { 0, { "BZh", 3 } },
        { 0, { "\xfd" "7zXZ\0", 6 } },
        { 0, { "PK\3\4", 4 } },
        { 0, { "PK\5\6", 4 } },
        { 0, { "7z\xbc\xaf\x27\x1c", 6 } },
        { 257, { "ustar", 5 } },
    };
    char head[264 + JSON_PAD];
    size_t n = member_head(m, head, 264);
    for (size_t i = 0; i < sizeof MAGIC / sizeof MAGIC[0]; i++)
        if (n >= MAGIC[i].at + MAGIC[i].bytes.n &&
            memcmp(head + MAGIC[i].at, MAGIC[i].bytes.p,
                   MAGIC[i].bytes.n) == 0)
            return true;
    return false;
}

/* One archive while it is read. */
struct reading {
    struct unpack *u;
    struct archive *a;
    struct member *from;
    struct member_file file;
    uint64_t at;             /* of the next byte for libarchive */
    char *input;
    uint64_t produced;
    unsigned level, entries, members;
    char *piece;
};

static enum status over(struct reading *r, const char *what)
{
    struct diag *d = diag_error(r->u->ds, DIAG_LIMIT, r->u->span,
                                "%.*s unpacks to %s", STRF(r->from->name),
                                what);
    diag_hint(r->u->ds, d, "unpack it by hand if you trust it");
    return ST_ENV;
}

static enum status check_limits(struct reading *r)
{
    uint64_t size = r->from->size ? r->from->size : 1;
    if (r->u->produced > UNPACK_MAX)
        return over(r, "more than 64 GB");
    if (r->produced > UNPACK_FREE && r->produced / size > UNPACK_RATIO)
        return over(r, "more than 200 times its size");
    if (r->entries > UNPACK_ENTRIES)
        return over(r, "more than 1,000,000 entries");
    if (r->members > UNPACK_MEMBERS)
        return over(r, "more than 10,000 data files");
    if (r->u->cancel && atomic_load(r->u->cancel))
        return ST_CANCELLED;
    return ST_OK;
}

static str error_text(struct reading *r)
{
    const char *z = archive_error_string(r->a);
    return arena_fmt(r->u->out->arena, "the archive is damaged: %s",
                     z ? z : "unknown reason");
}

/* The bytes of the current entry. Damage ends the entry, not the file. */
static enum status read_entry(struct reading *r, struct spill *s, str *damage)
{
    for (;;) {
        la_ssize_t n = archive_read_data(r->a, r->piece, PIECE);
        if (n <= 0) {
            if (n < 0)
                *damage = error_text(r);
            return ST_OK;
        }
        r->produced += (uint64_t)n;
        r->u->produced += (uint64_t)n;
        enum status st = check_limits(r);
        if (st != ST_OK)
            return st;
        if (!spill_add(s, r->piece, (size_t)n)) {
            diag_error(r->u->ds, DIAG_FILE, r->u->span,
                       "cannot keep what %.*s unpacks to: %s",
                       STRF(r->from->name), strerrordesc_np(s->error));
            return ST_ENV;
        }
    }
}

static enum status read_archive(struct unpack *u, struct member *from,
                                unsigned level);

static enum status keep(struct reading *r, struct member *m)
{
    r->members++;
    if (unpack_wanted(m)) {
        if (r->level + 1 < UNPACK_LEVELS)
            return read_archive(r->u, m, r->level + 1);
        diag_error(r->u->ds, DIAG_LIMIT, r->u->span,
                   "%.*s: archives inside each other, more than %u deep",
                   STRF(m->name), UNPACK_LEVELS);
        PUSH(r->u->out->arena, r->u->out->list, *m);
        return ST_ENV;
    }
    if (m->damage.n)
        diag_warn(r->u->ds, DIAG_FILE, r->u->span,
                  "%.*s: %.*s; what came before that is kept",
                  STRF(m->name), STRF(m->damage));
    PUSH(r->u->out->arena, r->u->out->list, *m);
    return ST_OK;
}

/* Names are for people: repaired, and nothing else is done with them. */
static str entry_name(struct reading *r, struct archive_entry *e)
{
    struct arena *a = r->u->out->arena;
    const char *z = archive_entry_pathname_utf8(e);
    if (!z)
        z = archive_entry_pathname(e);
    if (archive_format(r->a) == ARCHIVE_FORMAT_RAW)
        return STR_NONE;
    if (!z)
        return arena_fmt(a, "entry %u", r->entries);
    struct buf b;
    buf_init(&b, 1 << 20);
    utf8_repair(&b, str_of(z));
    str name = arena_str(a, buf_str(&b));
    buf_release(&b);
    return name;
}

static str base_name(str path)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '/')
        n--;
    return str_sub(path, n, path.n);
}

static bool is_wanted(struct reading *r, str name, bool encrypted)
{
    const struct file_choice *choice = r->u->choice;
    str base = base_name(name);
    if (choice)
        return choice->wants(choice->ctx, name, encrypted);
    bool data = !str_starts(base, S(".")) && format_is_data_name(base) &&
                str_find(name, S("__MACOSX/")) < 0;
    if (!data && base.n) {
        r->u->skipped = name;
        r->u->nskipped++;
    }
    return data;
}

static enum status take_entry(struct reading *r, struct archive_entry *e)
{
    struct arena *a = r->u->out->arena;
    str name = entry_name(r, e);
    struct member m = { .name = r->from->name, .path = r->from->path,
                        .fd = -1, .damage = S("") };
    struct spill s;
    if (archive_entry_filetype(e) != AE_IFREG)
        return ST_OK;
    bool encrypted = archive_entry_is_encrypted(e);
    if (name.n && !is_wanted(r, name, encrypted))
        return ST_OK;
    if (name.n)
        m.name = arena_fmt(a, "%.*s: %.*s", STRF(r->from->name), STRF(name));
    if (encrypted) {
        struct diag *d = diag_error(r->u->ds, DIAG_FILE, r->u->span,
                                    "%.*s is encrypted", STRF(m.name));
        diag_hint(r->u->ds, d, "decrypt it first");
        return ST_ENV;
    }
    spill_init(&s, r->u->out);
    enum status st = read_entry(r, &s, &m.damage);
    if (st == ST_OK) {
        spill_give(&s, &m);
        st = keep(r, &m);
    }
    spill_release(&s);
    return st;
}

static enum status broken(struct reading *r)
{
    str why = error_text(r);
    if (r->members == 0) {
        diag_error(r->u->ds, DIAG_FILE, r->u->span, "cannot unpack %.*s: %.*s",
                   STRF(r->from->name), STRF(why));
        return ST_ENV;
    }
    diag_warn(r->u->ds, DIAG_FILE, r->u->span,
              "%.*s: %.*s; what came before that is kept",
              STRF(r->from->name), STRF(why));
    r->u->out->list.v[r->u->out->list.n - 1].damage = why;
    return ST_OK;
}

static enum status read_entries(struct reading *r)
{
    struct archive_entry *e;
    enum status st = ST_OK;
    while (st == ST_OK) {
        int got = archive_read_next_header(r->a, &e);
        if (got == ARCHIVE_EOF)
            break;
        if (got != ARCHIVE_OK && got != ARCHIVE_WARN)
            return broken(r);
        r->entries++;
        st = check_limits(r);
        if (st == ST_OK)
            st = take_entry(r, e);
    }
    return st;
}

static struct archive *new_archive(void)
{
    struct archive *a = archive_read_new();
    if (!a)
        BUG("libarchive gives no reader");
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_format_zip(a);
    archive_read_support_format_7zip(a);
    archive_read_support_format_tar(a);
    archive_read_support_format_raw(a);
    archive_read_support_format_empty(a);
    return a;
}

/* ---- the bytes of the archive itself ------------------------------------- */

static la_ssize_t give_bytes(struct archive *a, void *ctx, const void **p)
{
    struct reading *r = ctx;
    uint64_t left = r->from->size - r->at;
    size_t n = left < PIECE ? (size_t)left : PIECE;
    if (n == 0)
        return 0;
    size_t got = member_read(r->from, &r->file, r->input, n, r->at);
    if (r->file.error) {
        archive_set_error(a, EIO, "%s", member_error_text(r->file.error));
        return -1;
    }
    r->at += got;
    *p = r->input;
    return (la_ssize_t)got;
}

static la_int64_t move_to(struct archive *a, void *ctx, la_int64_t offset,
                          int whence)
{
    struct reading *r = ctx;
    int64_t from = whence == SEEK_SET   ? 0
                   : whence == SEEK_CUR ? (int64_t)r->at
                                        : (int64_t)r->from->size;
    (void)a;
    int64_t to = from + offset;
    if (to < 0)
        to = 0;
    if (to > (int64_t)r->from->size)
        to = (int64_t)r->from->size;
    r->at = (uint64_t)to;
    return to;
}

static la_int64_t move_on(struct archive *a, void *ctx, la_int64_t n)
{
    struct reading *r = ctx;
    int64_t left = (int64_t)(r->from->size - r->at);
    (void)a;
    if (n > left)
        n = left;
    r->at += (uint64_t)n;
    return n;
}

static int open_archive(struct reading *r)
{
    archive_read_set_callback_data(r->a, r);
    archive_read_set_read_callback(r->a, give_bytes);
    archive_read_set_seek_callback(r->a, move_to);
    archive_read_set_skip_callback(r->a, move_on);
    return archive_read_open1(r->a);
}

/* Takes `from`. */
static enum status read_packed(struct unpack *u, struct member *from,
                               unsigned level)
{
    struct reading r = { .u = u, .from = from, .level = level };
    enum status st;
    bool ok = member_open(from, &r.file);
    r.a = new_archive();
    r.piece = xmalloc(PIECE);
    r.input = xmalloc(PIECE);
    if (!ok) {
        diag_error(u->ds, DIAG_FILE, u->span, "cannot read %.*s: %s",
                   STRF(from->name), member_error_text(r.file.error));
        st = ST_ENV;
    } else {
        st = open_archive(&r) == ARCHIVE_OK ? read_entries(&r) : broken(&r);
    }
    archive_read_free(r.a);
    free(r.piece);
    free(r.input);
    member_close(&r.file);
    if (from->mem)
        u->out->in_memory -= from->size;
    free(from->mem);
    from->mem = NULL;
    return st;
}

/* libarchive converts names to the charset of the locale, and gives none when
 * that cannot hold them: this thread speaks UTF-8 meanwhile. */
static enum status read_archive(struct unpack *u, struct member *from,
                                unsigned level)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = uselocale(utf8);
    enum status st = read_packed(u, from, level);
    uselocale(before);
    if (utf8 != (locale_t)0)
        freelocale(utf8);
    return st;
}

enum status unpack_member(struct unpack *u, struct member *m)
{
    return read_archive(u, m, 0);
}
