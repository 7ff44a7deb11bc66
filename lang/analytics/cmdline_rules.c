/* cmdline_rules.c - what is risky, odd or worth a look in a command line.
 *
 * Called by: cmdline.c. The weights and rules are described in cmdline.h and
 * cmdline_rules.def. */
#include "cmdline.h"

enum { LONG_RUN = 40, MIN_CASE_WORD = 6 };

/* ---- obfuscation ------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z' && (unsigned char)c < 0x80;
}

static bool is_base64(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '=';
}

struct signs {
    size_t inside;           /* ^ and ` between letters */
    size_t joints;           /* '+' */
    size_t special;
    size_t run, longest;     /* of base64 */
    bool mixed_run;          /* it has upper, lower case and digits */
    bool upper, lower, digit;
};

static void end_run(struct signs *g)
{
    if (g->run > g->longest) {
        g->longest = g->run;
        g->mixed_run = g->upper && g->lower;
    }
    g->run = 0;
    g->upper = g->lower = g->digit = false;
}

static void count_signs(str s, struct signs *g)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i], before = i ? s.p[i - 1] : '\0';
        char after = i + 1 < s.n ? s.p[i + 1] : '\0';
        g->inside += (c == '^' || c == '`') && is_letter(before) &&
                     is_letter(after);
        g->joints += c == '+' && (before == '\'' || before == '"' ||
                                  before == ' ') &&
                     (after == '\'' || after == '"' || after == ' ');
        g->special += c && strchr("^`'\"+$%{}()[];,|&!~*", c) != NULL;
        if (!is_base64(c)) {
            end_run(g);
            continue;
        }
        g->run++;
        g->upper = g->upper || (c >= 'A' && c <= 'Z');
        g->lower = g->lower || (c >= 'a' && c <= 'z');
    }
    end_run(g);
}

/* A word, letters only, that changes case at two of five places or more. */
static bool has_random_case(str s)
{
    size_t n = 0, changes = 0;
    bool letters = true;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && is_base64(s.p[i])) {
            letters = letters && is_letter(s.p[i]);
            changes += n > 0 && ((s.p[i] ^ s.p[i - 1]) & 32);
            n++;
            continue;
        }
        if (letters && n >= MIN_CASE_WORD && n < LONG_RUN &&
            changes * 5 >= n * 2)
            return true;
        n = changes = 0;
        letters = true;
    }
    return false;
}

/* ASCII without case. */
static bool holds(str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++)
        if ((s.p[i] | 32) == (word[0] | 32) &&
            str_ieqz(str_sub(s, i, i + n), word))
            return true;
    return false;
}

double cmdline_obfuscation(str s)
{
    static const char *const decoders[] = { "[char]", "-bxor", "-join",
                                            "frombase64string", "{1}{0}",
                                            "{0}{1}", "tochararray",
                                            "[array]::reverse", "-replace" };
    struct signs g = { 0 };
    double score = 0;
    count_signs(s, &g);
    score += g.inside >= 2 ? 0.3 : 0;
    score += g.joints >= 2 ? 0.2 : 0;
    score += holds(s, ":~") ? 0.25 : 0;
    score += has_random_case(s) ? 0.2 : 0;
    score += g.longest >= LONG_RUN && g.mixed_run ? 0.25 : 0;
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++)
        if (holds(s, decoders[i])) {
            score += 0.25;
            break;
        }
    double share = s.n ? (double)g.special / (double)s.n : 0;
    if (s.n >= 20 && share > 0.2)
        score += share > 0.35 ? 0.3 : (share - 0.2) * 2;
    return score > 1 ? 1 : score;
}

/* ---- rules ------------------------------------------------------------- */

static const struct cmdline_rule rules[] = {
#define RULE(name, technique, programs, terms)                               \
    { name, technique, programs, terms },
#include "cmdline_rules.def"
#undef RULE
};

static const char lolbins[] =
    " "
    "at atbroker bash bitsadmin certoc certreq certutil cmd cmdkey cmdl32 "
    "cmstp conhost control csc cscript desktopimgdownldr dfsvc diantz "
    "diskshadow dnscmd esentutl eventvwr expand extexport extrac32 findstr "
    "finger fltmc forfiles ftp gpscript hh ie4uinit ieexec ilasm "
    "infdefaultinstall installutil jsc ldifde makecab mavinject "
    "microsoft.workflow.compiler mmc mpcmdrun msbuild msconfig msdt mshta "
    "msiexec netsh ntdsutil odbcconf offlinescannershell pcalua pcwrun "
    "pktmon pnputil powershell presentationhost print psr pwsh rasautou reg "
    "regasm regedit regini register-cimprovider regsvcs regsvr32 replace "
    "rpcping rundll32 runonce runscripthelper sc schtasks scriptrunner "
    "setres settingsynchost sqldumper stordiag syncappvpublishingserver "
    "ttdinject tttracer vbc verclsid wab wbadmin winget wmic workfolders "
    "wscript wsreset wuauclt xwizard awk base64 busybox curl dd ed find gdb "
    "git make mawk nc ncat netcat nmap openssl perl php pip python python3 "
    "rsync ruby scp screen sed socat ssh tar tcpdump tee tmux vi vim wget "
    "xargs ";

/* `word`, of n bytes, in a list that begins and ends with a blank. */
static bool listed(const char *list, str word)
{
    for (const char *p = list; *p; p++) {
        size_t n = strcspn(p, " ");
        if (n && n == word.n && str_ieq((str){ p, n }, word))
            return true;
        p += n;
        if (!*p)
            break;
    }
    return false;
}

/* Lower case without carets, backticks and quotes; each run of blanks one; a
 * blank at both ends. */
static str plain_line(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 2), *q = p;
    *q++ = ' ';
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '^' || c == '`' || c == '"' || c == '\'')
            continue;
        if (c == '\t' || c == '\n' || c == '\r')
            c = ' ';
        if (c == ' ' && q[-1] == ' ')
            continue;
        *q++ = (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
    }
    if (q[-1] != ' ')
        *q++ = ' ';
    return (str){ p, (size_t)(q - p) };
}

/* One term of a rule, whose ~ are blanks. */
static bool has_term(str line, const char *term, size_t n)
{
    char text[64];
    if (n > sizeof text)
        return false;
    for (size_t i = 0; i < n; i++)
        text[i] = (char)(term[i] == '~' ? ' ' : term[i]);
    return str_find(line, (str){ text, n }) >= 0;
}

static bool has_terms(str line, const char *terms)
{
    while (*terms) {
        size_t group = strcspn(terms, " ");
        bool hit = false;
        for (size_t i = 0; i < group;) {
            size_t n = 0;
            while (i + n < group && terms[i + n] != ',')
                n++;
            hit = hit || has_term(line, terms + i, n);
            i += n + 1;
        }
        if (!hit)
            return false;
        terms += group + (terms[group] == ' ');
    }
    return true;
}

static const char shells[] = " cmd powershell pwsh bash sh dash zsh sudo ";

/* Whether the line, as plain_line makes it, runs one of the programs inside a
 * shell's command: " net ", " net.exe ". */
static bool runs_inside(str line, const char *programs)
{
    while (*programs) {
        char text[80];
        size_t n = strcspn(programs, " ");
        text[0] = ' ';
        if (n + 6 < sizeof text) {
            memcpy(text + 1, programs, n);
            memcpy(text + 1 + n, ".exe ", 5);
            if (str_find(line, (str){ text, n + 6 }) >= 0)
                return true;
            text[1 + n] = ' ';
            if (str_find(line, (str){ text, n + 2 }) >= 0)
                return true;
        }
        programs += n + (programs[n] == ' ');
    }
    return false;
}

void cmdline_match(struct arena *a, str text, struct cmdline *c)
{
    str line = plain_line(a, text), name = plain_line(a, c->program);
    name = str_trim(name);
    if (str_ends(name, S(".exe")))
        name.n -= 4;
    c->lolbin = listed(lolbins, name);
    bool shell = listed(shells, name);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const char *programs = rules[i].programs;
        bool fits = !*programs || listed(programs, name) ||
                    (shell && runs_inside(line, programs));
        if (fits && has_terms(line, rules[i].terms))
            PUSH(a, c->rules, &rules[i]);
    }
}
