/* metadata.c - one description of recordings: YAML to JSON.
 *
 * Called by: tree.c, clone.c. Every scalar becomes a text, so that a
 * sub-technique 001 stays one; nothing, ~ and null become null. */
#include "base/json_text.h"
#include "base/json_write.h"
#include "sd.h"

static void write_node(struct buf *b, const struct yaml_node *n);

static void write_kids(struct buf *b, const struct yaml_node *n, bool map)
{
    for (size_t i = 0; i < n->n; i++) {
        if (i)
            buf_addc(b, ',');
        if (map) {
            json_str(b, n->kids[i]->key);
            buf_addc(b, ':');
        }
        write_node(b, n->kids[i]);
    }
}

/* The depth is that of yaml_doc.h at most. */
static void write_node(struct buf *b, const struct yaml_node *n)
{
    bool map = n->kind == YAML_MAP;
    if (n->kind == YAML_TEXT && yaml_is_null(n)) {
        buf_adds(b, "null");
    } else if (n->kind == YAML_TEXT) {
        json_str(b, n->text);
    } else {
        buf_addc(b, map ? '{' : '[');
        write_kids(b, n, map);
        buf_addc(b, map ? '}' : ']');
    }
}

static str as_json(struct arena *a, const struct yaml_node *root, str *error)
{
    struct buf raw, json;
    str out = S("");
    buf_init(&raw, SD_MAX_TEXT);
    buf_init(&json, SD_MAX_TEXT);
    write_node(&raw, root);
    if (!buf_ok(&raw))
        *error = S("it is too large");
    else if (json_compact(&json, buf_str(&raw), JSON_MAX_DEPTH, error))
        out = buf_take(&json, a);
    buf_release(&raw);
    buf_release(&json);
    return out;
}

void sd_doc_read(struct arena *a, str yaml, struct sd_doc *doc)
{
    struct arena *tmp = arena_new();
    struct yaml_doc y = { 0 };
    str error = S("");
    doc->json = doc->error = S("");
    if (!yaml_read(tmp, yaml, 0, &y))
        error = y.error_line ? arena_fmt(tmp, "line %u: %.*s", y.error_line,
                                         STRF(y.error))
                             : y.error;
    else if (!y.root || y.root->kind != YAML_MAP)
        error = S("it is not a mapping of names to values");
    else
        doc->json = as_json(a, y.root, &error);
    if (!doc->json.n)
        doc->error = arena_str(a, error.n ? error : S("it cannot be read"));
    arena_free(tmp);
}
