/* t_cmdline.c - command lines: words, switches, rules, hostile text. */
#include "analytics/cmdline.h"

#include <time.h>

#include "base/buf.h"
#include "t.h"

static str words(struct arena *a, str text, enum cmdline_os os)
{
    struct cmdline c;
    struct buf b;
    cmdline_parse(a, text, os, &c);
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < c.tokens.n; i++) {
        buf_addc(&b, '<');
        buf_add(&b, c.tokens.v[i]);
        buf_addc(&b, '>');
    }
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

#define WORDS(text, os, want)                                                \
    do {                                                                     \
        struct arena *t_a = arena_new();                                     \
        CHECK_STR(words(t_a, S(text), CMDLINE_##os), want);                  \
        arena_free(t_a);                                                     \
    } while (0)

TEST(splitting)
{
    WORDS("\"C:\\a b\\c.exe\" -x \"d e\" f\"g h\"i", WINDOWS,
          "<C:\\a b\\c.exe><-x><d e><fg hi>");
    WORDS("a.exe \"b\\\\\" c\\\"d \"e\"\"f\" g\\h", WINDOWS,
          "<a.exe><b\\><c\"d><e\"f g\\h>");
    WORDS("a 'b \"c' \"d $x \\\"e\" f\\ g|h;i && j", POSIX,
          "<a><b \"c><d $x \"e><f g><|><h><;><i><&&><j>");
    WORDS("a \"unclosed b", WINDOWS, "<a><unclosed b>");
    WORDS("a 'unclosed b", POSIX, "<a><unclosed b>");
    WORDS("a\\", POSIX, "<a\\>");
    WORDS("  ", WINDOWS, "");
    WORDS("a b\\", WINDOWS, "<a><b\\>");
}

static bool has_rule(const struct cmdline *c, const char *name)
{
    for (size_t i = 0; i < c->rules.n; i++)
        if (strcmp(c->rules.v[i]->name, name) == 0)
            return true;
    return false;
}

static void check_rule(const char *text, const char *rule)
{
    struct arena *a = arena_new();
    struct cmdline c;
    cmdline_parse(a, str_of(text), CMDLINE_AUTO, &c);
    if (!has_rule(&c, rule))
        printf("'%s' lacks %s\n", text, rule);
    CHECK(has_rule(&c, rule));
    arena_free(a);
}

TEST(rules_see_through_carets_and_quotes)
{
    check_rule("po^wersh^ell -e^nc AAAA", "powershell_encoded");
    check_rule("\"C:\\Windows\\System32\\net.exe\"  us\"\"er x /ad\"\"d",
               "account_add");
    check_rule("cmd /c n^et u^ser x /add & ping y", "account_add");
    check_rule("curl http://x|sh", "pipe_to_shell");
    check_rule("rundll32 C:\\windows\\System32\\comsvcs.dll MiniDump 628 x",
               "lsass_dump");
    check_rule("reg save HKLM\\SAM C:\\x", "hive_save");
    check_rule("mv /home/u /dev/null", "move_to_null");
    check_rule(":(){:|:&};:", "fork_bomb");
    check_rule("cat ~/.ssh/authorized_keys", "authorized_keys");
    check_rule("vssadmin.exe Delete Shadows /all", "shadow_delete");
}

TEST(quiet_lines_have_no_rule)
{
    static const char *const lines[] = {
        "notepad.exe C:\\a.txt", "/usr/bin/ls -la", "svchost.exe -k netsvcs",
        "net user", "powershell.exe", "", "curl http://x -o shell.txt",
    };
    struct arena *a = arena_new();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct cmdline c;
        cmdline_parse(a, str_of(lines[i]), CMDLINE_AUTO, &c);
        CHECK(c.rules.n == 0);
        CHECK(c.obfuscation < 0.05);
    }
    arena_free(a);
}

TEST(obfuscation)
{
    CHECK(cmdline_obfuscation(S("n^et u^se^r")) > 0.25);
    CHECK(cmdline_obfuscation(S("pOwErShElL -x")) > 0.15);
    CHECK(cmdline_obfuscation(S("('Do'+'wn'+'load')")) > 0.15);
    CHECK(cmdline_obfuscation(S("cmd /c %a:~3,1%%b:~1,1%")) > 0.2);
    CHECK(cmdline_obfuscation(S("")) == 0);
    CHECK(cmdline_obfuscation(S("^`^`'+'+'+'{1}{0}:~[char]pOwErShElL"
                                "$$$%%%&&&;;;(((")) <= 1);
}

TEST(no_input_is_slow)
{
    static const char *const pieces[] = { "a ", "\"", "'", "\\", "\\\"", "|",
                                          "-a=b ", "/a:b ", "^", "a", "A=b " };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct arena *a = arena_new();
        struct cmdline c;
        struct timespec from, to;
        size_t n = strlen(pieces[i]);
        char *p = arena_alloc(a, 1 << 20);
        for (size_t k = 0; k < 1 << 20; k++)
            p[k] = pieces[i][k % n];
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
        cmdline_parse(a, (str){ p, 1 << 20 }, CMDLINE_AUTO, &c);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
        CHECK(to.tv_sec - from.tv_sec < 4);
        arena_free(a);
    }
}
