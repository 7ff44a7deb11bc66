/* yaml_doc.h - a YAML document as a tree in which every node knows its line.
 *
 * Called by: config.c; fit for any settings-like file. Hostile files are
 * normal: depth, size and the number of nodes have ceilings, an alias is a copy
 * and counts like one, and a key that stands twice is reported. */
#ifndef CONFIG_YAML_DOC_H
#define CONFIG_YAML_DOC_H

#include "base/buf.h"

enum yaml_kind { YAML_TEXT, YAML_MAP, YAML_LIST };

struct yaml_node {
    enum yaml_kind kind;
    unsigned line;     /* 1-based; of its key when it has one */
    unsigned file;     /* which file: the reader's number */
    bool plain;        /* a text without quotes: may be null, true, 5 */
    str text;          /* YAML_TEXT */
    str key;           /* in a map; "" elsewhere */
    struct yaml_node *parent; /* NULL at the top */
    size_t n;          /* members or elements */
    struct yaml_node **kids;
    size_t weight;     /* nodes below and itself */
    unsigned height;   /* levels below */
};

enum {
    YAML_MAX_BYTES = 1 << 20,
    YAML_MAX_DEPTH = 64,
    YAML_MAX_NODES = 100000,
    YAML_MAX_TWICE = 100, /* repeated keys that are kept for the report */
};

struct yaml_twice {
    str key;
    unsigned first, again; /* lines */
};

struct yaml_doc {
    struct yaml_node *root; /* NULL: an empty document */
    str error;              /* "" or a sentence */
    unsigned error_line;
    LIST(struct yaml_twice) twice; /* the later one counts, as in PyYAML */
};

/* Reads one document; everything lives in `a`. False: error is set. Merge keys
 * (<<) are applied. */
bool yaml_read(struct arena *a, str text, unsigned file, struct yaml_doc *out);

/* ---- looking ---- */

/* A member by name; NULL when there is none or `n` is no map. NULL is fine. */
const struct yaml_node *yaml_get(const struct yaml_node *n, const char *name);
const struct yaml_node *yaml_get_str(const struct yaml_node *n, str name);
/* By a path: "Workspaces.Default.Args". */
const struct yaml_node *yaml_at(const struct yaml_node *n, const char *path);
/* Nothing, ~ or null. NULL is null. */
bool yaml_is_null(const struct yaml_node *n);
/* true, false, yes, no, on, off in any case (YAML 1.1). */
bool yaml_bool(const struct yaml_node *n, bool *out);
bool yaml_long(const struct yaml_node *n, int64_t *out);
/* The text; "" for NULL, null, maps and lists. */
str yaml_text(const struct yaml_node *n);
/* "TIProviders.OTX.Args.AuthKey": keys from the top; list elements by [0]. */
void yaml_path(struct buf *b, const struct yaml_node *n);

#endif
