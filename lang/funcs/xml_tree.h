/* xml_tree.h - a small XML reader for parse_xml().
 *
 * Elements, attributes and text only. Comments, processing instructions and
 * the XML declaration are skipped; a document type makes the text unreadable
 * (no external or user-defined entities, ever). The five predefined entities
 * and character references are decoded. Names are taken as they stand, with
 * their prefixes. */
#ifndef FUNCS_XML_TREE_H
#define FUNCS_XML_TREE_H

#include "base/arena.h"

enum { XML_MAX_DEPTH = 256, XML_MAX_BYTES = 1 << 20 };

/* An element, or with an empty name a run of text. All in the arena. */
struct xml_node {
    str name;
    str text;                        /* of a text node: decoded, trimmed */
    struct xml_attr {
        str name, value;
        struct xml_attr *next;
    } *attrs;
    struct xml_node *kids, *last_kid; /* in document order */
    struct xml_node *next;
};

/* The root element, or NULL when the text is not well-formed. */
struct xml_node *xml_parse(struct arena *a, str text);

#endif
