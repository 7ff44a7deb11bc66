/* t_yaml.c - settings files as trees: lines, aliases, ceilings, bad text. */
#include "t.h"

#include "providers/config/yaml_doc.h"

struct reading {
    struct arena *a;
    struct yaml_doc doc;
    bool ok;
};

static struct reading read_str(str text)
{
    struct reading r = { .a = arena_new() };
    r.ok = yaml_read(r.a, text, 0, &r.doc);
    return r;
}

static struct reading read_text(const char *text)
{
    return read_str(str_of(text));
}

static void done(struct reading *r)
{
    arena_free(r->a);
}

static void refuses(str text, const char *words)
{
    struct reading r = read_str(text);
    CHECK(!r.ok);
    if (str_find(r.doc.error, str_of(words)) < 0)
        printf("  said '%.*s', wanted '%s'\n", STRF(r.doc.error), words);
    CHECK(str_find(r.doc.error, str_of(words)) >= 0);
    done(&r);
}

TEST(every_value_knows_its_line)
{
    struct reading r = read_text("A:\n  b: 1\n  c:\n  - x\n  - 'y z'\n");
    CHECK(r.ok);
    CHECK(yaml_at(r.doc.root, "A.b")->line == 2);
    const struct yaml_node *c = yaml_at(r.doc.root, "A.c");
    CHECK(c->line == 3 && c->kind == YAML_LIST && c->n == 2);
    CHECK(c->kids[1]->line == 5 && !c->kids[1]->plain);
    CHECK_STR(yaml_text(c->kids[1]), "y z");
    struct buf b;
    buf_init(&b, 100);
    yaml_path(&b, c->kids[1]);
    CHECK_STR(buf_str(&b), "A.c[1]");
    buf_release(&b);
    done(&r);
}

TEST(plain_words_have_types)
{
    struct reading r = read_text("a: Yes\nb: 'yes'\nc: ~\nd: 12\ne: \"\"\n"
                                 "f: null\ng:\nh: off\n");
    bool v = false;
    int64_t n = 0;
    CHECK(yaml_bool(yaml_get(r.doc.root, "a"), &v) && v);
    CHECK(!yaml_bool(yaml_get(r.doc.root, "b"), &v));
    CHECK(yaml_bool(yaml_get(r.doc.root, "h"), &v) && !v);
    CHECK(yaml_is_null(yaml_get(r.doc.root, "c")));
    CHECK(yaml_is_null(yaml_get(r.doc.root, "f")));
    CHECK(yaml_is_null(yaml_get(r.doc.root, "g")));
    CHECK(!yaml_is_null(yaml_get(r.doc.root, "e")));
    CHECK(yaml_is_null(yaml_get(r.doc.root, "z")));
    CHECK(yaml_long(yaml_get(r.doc.root, "d"), &n) && n == 12);
    done(&r);
}

TEST(nothing_is_a_document_too)
{
    struct reading r = read_text("");
    CHECK(r.ok && !r.doc.root);
    done(&r);
    r = read_text("# only this\n");
    CHECK(r.ok);
    done(&r);
}

TEST(repeated_keys_are_noted_and_the_last_counts)
{
    struct reading r = read_text("a: 1\nb: 2\na: 3\n");
    CHECK(r.ok && r.doc.twice.n == 1);
    CHECK(r.doc.twice.v[0].first == 1 && r.doc.twice.v[0].again == 3);
    CHECK_STR(yaml_text(yaml_get(r.doc.root, "a")), "3");
    done(&r);
}

TEST(aliases_and_merges_work)
{
    struct reading r = read_text("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n"
                                 "  y: 3\nboth:\n  <<: [*b, {z: 9}]\n"
                                 "same: *b\n");
    CHECK(r.ok);
    CHECK_STR(yaml_text(yaml_at(r.doc.root, "use.x")), "1");
    CHECK_STR(yaml_text(yaml_at(r.doc.root, "use.y")), "3");
    CHECK_STR(yaml_text(yaml_at(r.doc.root, "both.z")), "9");
    CHECK_STR(yaml_text(yaml_at(r.doc.root, "same.y")), "2");
    CHECK_STR(yaml_text(yaml_at(r.doc.root, "base.y")), "2");
    CHECK(!yaml_at(r.doc.root, "use.<<"));
    done(&r);
}

TEST(alias_bombs_are_refused)
{
    struct buf b;
    buf_init(&b, 100000);
    buf_adds(&b, "a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (char c = 'b'; c < 'k'; c++)
        buf_addf(&b, "%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c,
                 c - 1, c - 1, c - 1, c - 1, c - 1, c - 1, c - 1, c - 1, c - 1);
    refuses(buf_str(&b), "aliases counted each time");
    buf_release(&b);
    refuses(S("a: &a [*a]\n"), "no finished value");
    refuses(S("a: &a {b: *a}\n"), "no finished value");
    refuses(S("a: *nothing\n"), "no finished value &nothing");
}

TEST(ceilings_hold)
{
    struct buf b;
    buf_init(&b, 4 << 20);
    buf_fill(&b, '[', 500000);
    refuses(buf_str(&b), "");
    buf_reset(&b);
    for (int i = 0; i < 70; i++)
        buf_adds(&b, "{a: ");
    refuses(buf_str(&b), "deeper than 64");
    buf_reset(&b);
    buf_adds(&b, "a: '");
    buf_fill(&b, 'x', 2 << 20);
    buf_adds(&b, "'");
    refuses(buf_str(&b), "longer than 1 MB");
    buf_reset(&b);
    buf_addc(&b, '[');
    for (int i = 0; i < 110000; i++)
        buf_adds(&b, "1,");
    buf_addc(&b, ']');
    refuses(buf_str(&b), "more than 100000 values");
    buf_reset(&b);
    for (int i = 0; i < 2500; i++)
        buf_addf(&b, "k%d: 1\n", i);
    refuses(buf_str(&b), "more than 2000 members");
    buf_release(&b);
}

TEST(what_is_no_yaml_is_told_with_its_line)
{
    struct reading r = read_text("a: 1\nb: [\nc: 2\n");
    CHECK(!r.ok && r.doc.error_line >= 2);
    done(&r);
    refuses(S("a: \xff\xfe\n"), "");
    refuses(S("a: b\n\tc: d\n"), "");
    refuses(S("? [a]\n: b\n"), "a key must be a text");
    refuses(S("<<: 5\n"), "<< takes a map");
    refuses((str){ "a: b\0c\n", 7 }, "");
}
