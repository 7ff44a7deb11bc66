/* parquet_footer.c - looks at a Parquet file's schema before DuckDB does.
 *
 * Called by: parquet_file.c, for every file.
 *
 * DuckDB 1.5 walks the schema with one stack frame per level, and a file of a
 * few kilobytes can have any number of levels: that would end the process. So
 * the footer (Parquet format, "File format"; Thrift compact protocol) is read
 * here first, without recursion into the schema, and a schema that is too deep
 * is refused. All else that may be wrong with a file is DuckDB's to find. */
#include "parquet_int.h"

#include <unistd.h>

enum {
    MAX_SCHEMA_DEPTH = 256,
    MAX_THRIFT_DEPTH = 32,
    MAX_FOOTER = 256 << 20,
    TAIL_BYTES = 8,         /* length of the footer, "PAR1" */
};

/* Thrift's compact types. */
enum {
    T_STOP, T_TRUE, T_FALSE, T_BYTE, T_I16, T_I32, T_I64, T_DOUBLE, T_BINARY,
    T_LIST, T_SET, T_MAP, T_STRUCT,
};
enum { FIELD_SCHEMA = 2, FIELD_NUM_CHILDREN = 5 };

struct thrift {
    str s;
    size_t i;
    bool bad;               /* ran out of bytes, or is no Thrift */
};

static uint8_t take_byte(struct thrift *t)
{
    if (t->i < t->s.n)
        return (uint8_t)t->s.p[t->i++];
    t->bad = true;
    return 0;
}

static uint64_t take_varint(struct thrift *t)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t b = take_byte(t);
        v |= (uint64_t)(b & 127) << shift;
        if (!(b & 128))
            return v;
    }
    t->bad = true;
    return 0;
}

static int64_t take_int(struct thrift *t)
{
    uint64_t v = take_varint(t);
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static void skip_bytes(struct thrift *t, uint64_t n)
{
    if (n > t->s.n - t->i) {
        t->bad = true;
        n = 0;
    }
    t->i += n;
}

/* The next field of a struct; false at its end. */
static bool next_field(struct thrift *t, int64_t *id, unsigned *type)
{
    uint8_t head = take_byte(t);
    *type = head & 15;
    if (t->bad || *type == T_STOP)
        return false;
    if (head >> 4)
        *id += head >> 4;
    else
        *id = take_int(t);
    return !t->bad;
}

/* A list has its size and its elements' type in front. */
static uint64_t take_list(struct thrift *t, unsigned *type)
{
    uint8_t head = take_byte(t);
    *type = head & 15;
    return head >> 4 == 15 ? take_varint(t) : head >> 4;
}

static void skip_value(struct thrift *t, unsigned type, int depth);

static void skip_many(struct thrift *t, uint64_t n, unsigned type, int depth)
{
    for (; n && !t->bad; n--) {
        if (type == T_TRUE || type == T_FALSE)
            take_byte(t); /* in a container a bool has a byte of its own */
        else
            skip_value(t, type, depth);
    }
}

static void skip_map(struct thrift *t, int depth)
{
    uint64_t n = take_varint(t);
    uint8_t types = n ? take_byte(t) : 0;
    for (; n && !t->bad; n--) {
        skip_many(t, 1, types >> 4, depth);
        skip_many(t, 1, types & 15, depth);
    }
}

static void skip_value(struct thrift *t, unsigned type, int depth)
{
    int64_t id = 0;
    unsigned inner;
    uint64_t n;
    if (depth > MAX_THRIFT_DEPTH)
        t->bad = true;
    if (t->bad)
        return;
    switch (type) {
    case T_TRUE:
    case T_FALSE: break;
    case T_BYTE: take_byte(t); break;
    case T_I16:
    case T_I32:
    case T_I64: take_varint(t); break;
    case T_DOUBLE: skip_bytes(t, 8); break;
    case T_BINARY: skip_bytes(t, take_varint(t)); break;
    case T_LIST:
    case T_SET:
        n = take_list(t, &inner);
        skip_many(t, n, inner, depth + 1);
        break;
    case T_MAP: skip_map(t, depth + 1); break;
    case T_STRUCT:
        while (next_field(t, &id, &inner))
            skip_value(t, inner, depth + 1);
        break;
    default: t->bad = true; break;
    }
}

/* One SchemaElement: how many of those that follow are its children. */
static int64_t take_children(struct thrift *t)
{
    int64_t id = 0, children = 0;
    unsigned type;
    while (next_field(t, &id, &type)) {
        if (id == FIELD_NUM_CHILDREN && type == T_I32)
            children = take_int(t);
        else
            skip_value(t, type, 1);
    }
    return children;
}

/* The schema is a tree in preorder. `open` counts, per level, the children
 * that are still to come. */
static bool too_deep(struct thrift *t, uint64_t n)
{
    int64_t open[MAX_SCHEMA_DEPTH + 1] = { 1 };
    unsigned level = 0;
    for (; n && !t->bad; n--) {
        int64_t children = take_children(t);
        open[level]--;
        if (children > 0) {
            if (level == MAX_SCHEMA_DEPTH)
                return true;
            open[++level] = children;
        }
        while (level && open[level] <= 0)
            level--;
    }
    return false;
}

static const char *check_footer(str footer)
{
    struct thrift t = { .s = footer };
    int64_t id = 0;
    unsigned type, inner;
    while (next_field(&t, &id, &type)) {
        if (id != FIELD_SCHEMA || type != T_LIST) {
            skip_value(&t, type, 0);
            continue;
        }
        uint64_t n = take_list(&t, &inner);
        if (inner != T_STRUCT)
            return "its schema is no schema";
        if (too_deep(&t, n))
            return "its schema is nested too deeply";
    }
    return t.bad ? "its footer is damaged" : NULL;
}

static bool read_at(int fd, char *to, size_t n, uint64_t at)
{
    while (n) {
        ssize_t got = pread(fd, to, n, (off_t)at);
        if (got <= 0)
            return false;
        to += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return true;
}

const char *parquet_refusal(int fd, uint64_t bytes)
{
    char tail[TAIL_BYTES];
    if (bytes < TAIL_BYTES + 4 ||
        !read_at(fd, tail, TAIL_BYTES, bytes - TAIL_BYTES) ||
        memcmp(tail + 4, "PAR1", 4) != 0)
        return "it does not end like one";
    const uint8_t *u = (const uint8_t *)tail;
    size_t n = u[0] | (size_t)u[1] << 8 | (size_t)u[2] << 16 |
               (size_t)u[3] << 24;
    if (n > bytes - TAIL_BYTES)
        return "it was cut short";
    if (n > MAX_FOOTER)
        return "its footer is longer than 256 MB";
    char *footer = xmalloc(n);
    const char *why = read_at(fd, footer, n, bytes - TAIL_BYTES - n)
                          ? check_footer((str){ footer, n })
                          : "it cannot be read";
    free(footer);
    return why;
}
