/* params_file.c - the file that SHIKRA_PARAMS names.
 *
 * Called by: modules.c, before the environment and the command line, whose
 * values win. */
#include "kernel/params_file.h"

#include <errno.h>

#include "base/json_value.h"
#include "providers/config/yaml_doc.h"

/* A text without quotes that YAML and JSON read as the same number. */
static bool is_number(str s)
{
    size_t i = s.n && s.p[0] == '-', beg = i, dots = 0;
    for (; i < s.n; i++) {
        if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '.')
            return false;
        dots += s.p[i] == '.';
    }
    bool zero = s.n > beg + 1 && s.p[beg] == '0' && s.p[beg + 1] != '.';
    return i > beg && dots <= 1 && !zero && s.p[beg] != '.' &&
           s.p[i - 1] != '.';
}

static void add_scalar(struct buf *b, const struct yaml_node *n)
{
    bool yes;
    if (yaml_is_null(n))
        buf_adds(b, "null");
    else if (n->plain && yaml_bool(n, &yes))
        buf_adds(b, yes ? "true" : "false");
    else if (n->plain && is_number(n->text))
        buf_add(b, n->text);
    else
        json_text_str(b, n->text);
}

static void add_json(struct buf *b, const struct yaml_node *n)
{
    if (n->kind == YAML_TEXT) {
        add_scalar(b, n);
        return;
    }
    buf_addc(b, n->kind == YAML_MAP ? '{' : '[');
    for (size_t i = 0; i < n->n; i++) {
        if (i)
            buf_addc(b, ',');
        if (n->kind == YAML_MAP) {
            json_text_str(b, n->kids[i]->key);
            buf_addc(b, ':');
        }
        add_json(b, n->kids[i]); /* yaml_read() bounds the depth */
    }
    buf_addc(b, n->kind == YAML_MAP ? '}' : ']');
}

static void set_one(struct interp *in, const struct yaml_node *n)
{
    struct buf b;
    if (n->kind == YAML_TEXT) {
        in->set_param(in->lang, n->key, yaml_text(n), true);
        return;
    }
    buf_init(&b, YAML_MAX_BYTES * 8);
    add_json(&b, n);
    in->set_param(in->lang, n->key, buf_str(&b), true);
    buf_release(&b);
}

static bool read_text(struct buf *b, const char *path)
{
    char chunk[16 << 10];
    size_t n;
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(b, (str){ chunk, n });
    bool ok = !ferror(f);
    fclose(f);
    return ok;
}

static void read_doc(struct interp *in, struct arena *a, const char *path,
                     str text)
{
    struct yaml_doc doc;
    if (!yaml_read(a, text, 0, &doc)) {
        in->params_failed(in->lang,
                          arena_fmt(a, "%s (SHIKRA_PARAMS), line %u: %.*s",
                                    path, doc.error_line, STRF(doc.error)));
        return;
    }
    if (doc.root && doc.root->kind != YAML_MAP) {
        in->params_failed(in->lang,
                          arena_fmt(a, "%s (SHIKRA_PARAMS) is no mapping of "
                                       "names to values", path));
        return;
    }
    for (size_t i = 0; doc.root && i < doc.root->n; i++)
        set_one(in, doc.root->kids[i]);
}

void params_file_read(struct interp *in, const char *path)
{
    struct arena *a = arena_new();
    struct buf text;
    buf_init(&text, YAML_MAX_BYTES);
    if (!read_text(&text, path))
        in->params_failed(in->lang,
                          arena_fmt(a, "%s (SHIKRA_PARAMS): %s", path,
                                    strerror(errno)));
    else if (!buf_ok(&text))
        in->params_failed(in->lang,
                          arena_fmt(a, "%s (SHIKRA_PARAMS) is larger than "
                                       "1 MB", path));
    else
        read_doc(in, a, path, buf_str(&text));
    buf_release(&text);
    arena_free(a);
}
