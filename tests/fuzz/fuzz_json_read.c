/* fuzz_json_read.c - any bytes as JSON Lines and as a JSON document.
 *
 * Holds that the bulk reader and json_compact agree on what JSON is, that
 * records do not depend on how the bytes arrive, and that what is stored is
 * valid. */
#include "records_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One value and nothing else. */
static bool reader_takes(struct json_reader *r, const char *p, const char *end)
{
    while (is_blank(*p))
        p++;
    if (json_record(r, p, end) != JSON_DONE)
        return false;
    p = r->next;
    while (is_blank(*p))
        p++;
    return p == end;
}

static bool has_long_key(const struct json_reader *r)
{
    return r->error && strcmp(r->error, "a key of more than 1,024 bytes") == 0;
}

static void check_agreement(str bytes)
{
    struct arena *a = arena_new();
    struct field_names names;
    struct json_reader r;
    struct buf b;
    char *copy = xcalloc(bytes.n + JSON_PAD, 1);
    if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    field_names_init(&names, a);
    json_reader_init(&r, &names);
    buf_init(&b, 64u << 20);
    bool mine = reader_takes(&r, copy, copy + bytes.n);
    bool base = json_compact(&b, bytes, JSON_MAX_DEPTH, NULL);
    if (!str_starts(bytes, S("\xEF\xBB\xBF")) && !has_long_key(&r))
        assert(mine == base);
    buf_release(&b);
    json_reader_release(&r);
    free(copy);
    arena_free(a);
}

static void check_format(str bytes, enum file_format format)
{
    struct checked x;
    checked_init(&x, bytes);
    x.memory.format = x.file.format = format;
    check_records(&x);
    checked_release(&x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str bytes = { (const char *)data, size };
    check_agreement(bytes);
    check_format(bytes, FORMAT_JSON_LINES);
    check_format(bytes, FORMAT_JSON_DOC);
    return 0;
}
