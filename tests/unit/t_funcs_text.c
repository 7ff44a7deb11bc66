/* t_funcs_text.c - rows that take text apart and encode it: URLs, paths, CSV,
 * command lines, XML, base64, compression, Punycode, splitting. */
#include "funcs/funcs.h"
#include "t.h"

static const struct func_family families[] = {
    { "url", funcs_url, &nfuncs_url },
    { "parse", funcs_parse, &nfuncs_parse },
    { "split", funcs_split, &nfuncs_split },
    { "xml", funcs_xml, &nfuncs_xml },
    { "base64", funcs_base64, &nfuncs_base64 },
    { "zip", funcs_zip, &nfuncs_zip },
    { "punycode", funcs_punycode, &nfuncs_punycode },
    { "user_agent", funcs_user_agent, &nfuncs_user_agent },
};

#include "fn_call.h"

TEST(urls_fall_into_parts)
{
    CHECK_STR(CALL("parse_url", T("scheme://user:pass@host:1234/a/b?k1=v1&k2="
                                  "v%202&k1=v3&=&x#frag")),
              "{\"Scheme\":\"scheme\",\"Host\":\"host\",\"Port\":\"1234\","
              "\"Path\":\"/a/b\",\"Username\":\"user\",\"Password\":\"pass\","
              "\"Query Parameters\":{\"k1\":\"v3\",\"k2\":\"v%202\","
              "\"x\":\"\"},"
              "\"Fragment\":\"frag\"}");
    CHECK_STR(CALL("parse_url", T("https://[2001:db8::1]:8443/")),
              "{\"Scheme\":\"https\",\"Host\":\"[2001:db8::1]\",\"Port\":"
              "\"8443\",\"Path\":\"/\",\"Username\":\"\",\"Password\":\"\","
              "\"Query Parameters\":{},\"Fragment\":\"\"}");
    CHECK_STR(CALL("parse_url", T("a@b@c.example/x")),
              "{\"Scheme\":\"\",\"Host\":\"\",\"Port\":\"\",\"Path\":"
              "\"a@b@c.example/x\",\"Username\":\"\",\"Password\":\"\","
              "\"Query Parameters\":{},\"Fragment\":\"\"}");
    CHECK_STR(CALL("parse_urlquery", T("?a=1&b")),
              "{\"Query Parameters\":{\"a\":\"1\",\"b\":\"\"}}");
    CHECK_STR(CALL("parse_urlquery", T("")), "{\"Query Parameters\":{}}");
}

TEST(percent_encoding)
{
    CHECK_STR(CALL("url_encode_component", T("https://a.b/c d/~'\xc3\xa9")),
              "https%3a%2f%2fa.b%2fc%20d%2f%7e%27%c3%a9");
    CHECK_STR(CALL("url_encode", T("c d")), "c+d");
    CHECK_STR(CALL("url_decode", T("a%20b+c%3A%2f%zz%4")), "a b c:/%zz%4");
    CHECK_STR(CALL("url_decode", T("%ffx")), "\xef\xbf\xbdx");
    CHECK(CALL("url_decode", T("a%00b")).n == 3);
}

static str path_part(const char *path, const char *part)
{
    str v = STR_NONE;
    json_get_key(CALL("parse_path", T(path)), str_of(part), &v);
    return v;
}

TEST(paths_fall_into_parts)
{
    CHECK_STR(CALL("parse_path", T("C:\\temp\\file.txt")),
              "{\"Scheme\":\"\",\"RootPath\":\"C:\\\\\",\"DirectoryPath\":"
              "\"C:\\\\temp\",\"DirectoryName\":\"temp\",\"Filename\":"
              "\"file.txt\",\"Extension\":\"txt\","
              "\"AlternateDataStreamName\":\"\"}");
    CHECK_STR(CALL("parse_path", T("file://C:/temp/file.txt:some.exe")),
              "{\"Scheme\":\"file\",\"RootPath\":\"C:/\",\"DirectoryPath\":"
              "\"C:/temp\",\"DirectoryName\":\"temp\",\"Filename\":"
              "\"file.txt\",\"Extension\":\"txt\","
              "\"AlternateDataStreamName\":\"some.exe\"}");
    CHECK_STR(path_part("\\\\shared\\users\\temp\\file.txt.gz",
                        "DirectoryPath"),
              "\"\\\\\\\\shared\\\\users\\\\temp\"");
    CHECK_STR(path_part("\\\\shared\\users\\f.gz", "RootPath"), "\"\"");
    CHECK_STR(path_part("\\\\?\\C:\\x\\y", "RootPath"), "\"C:\\\\\"");
    CHECK_STR(path_part("/usr/lib/file", "DirectoryPath"), "\"/usr/lib\"");
    CHECK_STR(path_part("/usr/lib/file", "Extension"), "\"\"");
    CHECK_STR(path_part("/file", "DirectoryPath"), "\"/\"");
    CHECK_STR(path_part("C:\\", "Filename"), "\"\"");
    CHECK_STR(path_part("C:file.txt", "Filename"), "\"file.txt\"");
    CHECK_STR(path_part("temp\\", "DirectoryName"), "\"temp\"");
    CHECK_STR(path_part("", "Filename"), "\"\"");
}

TEST(csv_records)
{
    CHECK_STR(CALL("parse_csv", T("aa,\"b,b\",,\"x \"\"y\"\"\",\"l1\nl2\"")),
              "[\"aa\",\"b,b\",\"\",\"x \\\"y\\\"\",\"l1\\nl2\"]");
    CHECK_STR(CALL("parse_csv", T("a,b\r\nc,d")), "[\"a\",\"b\"]");
    CHECK_STR(CALL("parse_csv", T("a,")), "[\"a\",\"\"]");
    CHECK_STR(CALL("parse_csv", T("")), "[\"\"]");
    CHECK_STR(CALL("parse_csv", T("\"a")), "[\"a\"]");
}

TEST(command_lines)
{
    struct value w = T("windows");
    CHECK_STR(CALL("parse_command_line", T("echo \"hello world!\""), w),
              "[\"echo\",\"hello world!\"]");
    CHECK_STR(CALL("parse_command_line", T("\"C:\\a b\\c.exe\" -x  y"), w),
              "[\"C:\\\\a b\\\\c.exe\",\"-x\",\"y\"]");
    CHECK_STR(CALL("parse_command_line", T("p a\\\\b \"c\\\\\" d\\\"e"), w),
              "[\"p\",\"a\\\\\\\\b\",\"c\\\\\",\"d\\\"e\"]");
    CHECK_STR(CALL("parse_command_line", T("p \"a\"\"b c \"\" d"), w),
              "[\"p\",\"a\\\"b\",\"c\",\"\",\"d\"]");
    CHECK_STR(CALL("parse_command_line", T("  "), w), "[]");
    CHECK_STR(CALL("parse_command_line", T("p \"open"), w),
              "[\"p\",\"open\"]");
    CHECK(CALL("parse_command_line", T("x"), T("unix")).p[0] == '!');
}

TEST(xml_values)
{
    CHECK_STR(CALL("parse_xml", T("<e/>")), "{\"e\":null}");
    CHECK_STR(CALL("parse_xml", T("<e>text</e>")), "{\"e\":\"text\"}");
    CHECK_STR(CALL("parse_xml", T("<e name='value' />")),
              "{\"e\":{\"@name\":\"value\"}}");
    CHECK_STR(CALL("parse_xml", T("<e name=\"value\">text</e>")),
              "{\"e\":{\"@name\":\"value\",\"#text\":\"text\"}}");
    CHECK_STR(CALL("parse_xml", T("<e> <a>x</a> <b>y</b> <a>z</a></e>")),
              "{\"e\":{\"a\":[\"x\",\"z\"],\"b\":\"y\"}}");
    CHECK_STR(CALL("parse_xml", T("<e> text <a>x</a> </e>")),
              "{\"e\":{\"#text\":\"text\",\"a\":\"x\"}}");
    CHECK_STR(CALL("parse_xml", T("<?xml version='1.0'?><!-- c --><n:e>&lt;"
                                  "&#65;&#x42;&amp;<![CDATA[<&>]]></n:e>\n")),
              "{\"n:e\":{\"#text\":[\"<AB&\",\"<&>\"]}}");
}

TEST(xml_that_is_not_well_formed_is_null)
{
    static const char *const bad[] = {
        "", "x", "<", "<e", "<e>", "</e>", "<e></f>", "<e/><f/>", "<e a/>",
        "<e a=1/>", "<e a='1/>", "<e>&x;</e>", "<e>&#xD800000;</e>", "<e>&</e>",
        "<!DOCTYPE e [<!ENTITY a 'b'>]><e>&a;</e>", "<e/>x", "<e><!-- </e>",
        "<e><![CDATA[x</e>", "<e>&#;</e>", "<e>&#x;</e>", "< e/>",
        "<e a='1'b='2>",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_STR(CALL("parse_xml", T(bad[i])), "<null>");
        if (!str_eqz(CALL("parse_xml", T(bad[i])), "<null>"))
            printf("accepted: %s\n", bad[i]);
    }
}

TEST(xml_depth_and_length_have_limits)
{
    struct buf b;
    struct value v = { .type = TYPE_STRING };
    buf_init(&b, 8u << 20);
    for (int i = 0; i < 100000; i++)
        buf_adds(&b, "<a>");
    v.s = buf_str(&b);
    CHECK_STR(CALL("parse_xml", v), "<null>");
    buf_reset(&b);
    for (int i = 0; i < 250; i++)
        buf_adds(&b, "<a>");
    for (int i = 0; i < 250; i++)
        buf_adds(&b, "</a>");
    v.s = buf_str(&b);
    CHECK(CALL("parse_xml", v).p[0] == '{');
    buf_reset(&b);
    buf_adds(&b, "<a>");
    buf_fill(&b, 'x', 1u << 20);
    buf_adds(&b, "</a>");
    v.s = buf_str(&b);
    CHECK_STR(CALL("parse_xml", v), "<null>");
    buf_reset(&b);
    buf_adds(&b, "<a>");
    for (int i = 0; i < 100000; i++)
        buf_addf(&b, "<b%d/>", i % 50000);
    buf_adds(&b, "</a>");
    v.s = buf_str(&b);
    CHECK(CALL("parse_xml", v).p[0] == '{');
    buf_release(&b);
}

TEST(base64_texts)
{
    struct value guid = { .type = TYPE_GUID,
                          .s = S("ae3133f2-6e22-49ae-b06a-16e6a9b212eb") };
    CHECK_STR(CALL("base64_encode_tostring", T("Kusto")), "S3VzdG8=");
    CHECK_STR(CALL("base64_encode_tostring", T("")), "");
    CHECK_STR(CALL("base64_encode_tostring", T("abcdef")), "YWJjZGVm");
    CHECK_STR(CALL("base64_decode_tostring", T("S3VzdG8=")), "Kusto");
    CHECK_STR(CALL("base64_decode_tostring", T("S3Vz\r\ndG8= ")), "Kusto");
    CHECK_STR(CALL("base64_decode_tostring",
                   T("U3RyaW5n0KHR0tGA0L7Rh9C60LA=")), "");
    static const char *const bad[] = { "S3VzdG8", "S3Vzd===", "S3Vz====",
        "=", "S3VzdG8=x", "S3Vz-G8=", "a", "S=VzdG8=", "S3VzdG8=S3VzdG8=" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_STR(CALL("base64_decode_toarray", T(bad[i])), "<null>");
    CHECK_STR(CALL("base64_decode_toarray", T("S3VzdG8=")),
              "[75,117,115,116,111]");
    CHECK_STR(CALL("base64_decode_toarray", T("")), "[]");
    CHECK_STR(CALL("base64_encode_fromarray", D("[75,117,115,116,111]")),
              "S3VzdG8=");
    CHECK_STR(CALL("base64_encode_fromarray", D("[256]")), "");
    CHECK_STR(CALL("base64_encode_fromarray", NIL(TYPE_DYNAMIC)), "");
    CHECK_STR(CALL("base64_decode_toguid", T("JpbpECu8dUy7Pv5gbeJXAA==")),
              "10e99626-bc2b-4c75-bb3e-fe606de25700");
    CHECK_STR(CALL("base64_decode_toguid", T("JpbpEA==")), "<null>");
    CHECK_STR(CALL("base64_encode_fromguid", guid),
              "8jMxriJurkmwahbmqbIS6w==");
}

TEST(compression)
{
    CHECK_STR(CALL("gzip_compress_to_base64_string",
                   T("1234567890qwertyuiop")),
              "H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA==");
    CHECK_STR(CALL("gzip_decompress_from_base64_string", T("x0x0x0")), "");
    CHECK_STR(CALL("zlib_decompress_from_base64_string", T("")), "");
    struct buf b;
    buf_init(&b, 1u << 20);
    for (int i = 0; i < 20000; i++)
        buf_addf(&b, "line %d\n", i * 7 % 1000);
    struct value v = { .type = TYPE_STRING, .s = buf_str(&b) }, packed = v;
    packed.s = CALL("zlib_compress_to_base64_string", v);
    CHECK(packed.s.n < v.s.n / 2);
    CHECK(str_eq(CALL("zlib_decompress_from_base64_string", packed), v.s));
    CHECK_STR(CALL("gzip_decompress_from_base64_string", packed), "");
    packed.s = CALL("gzip_compress_to_base64_string", v);
    CHECK(str_eq(CALL("gzip_decompress_from_base64_string", packed), v.s));
    packed.s.n -= 8;
    CHECK_STR(CALL("gzip_decompress_from_base64_string", packed), "");
    packed.s = CALL("zlib_compress_to_base64_string", T(""));
    CHECK_STR(CALL("zlib_decompress_from_base64_string", packed), "");
    buf_release(&b);
}

TEST(a_decompression_bomb_fails)
{
    struct buf b;
    buf_init(&b, 40u << 20);
    buf_fill(&b, 'x', 8u << 20);
    struct value v = { .type = TYPE_STRING, .s = buf_str(&b) }, packed = v;
    packed.s = CALL("gzip_compress_to_base64_string", v);
    CHECK(packed.s.n > 100 && packed.s.n < 20000);
    CHECK(CALL("gzip_decompress_from_base64_string", packed).p[0] == '!');
    v.s.n = 1u << 20;
    packed.s = CALL("gzip_compress_to_base64_string", v);
    CHECK(CALL("gzip_decompress_from_base64_string", packed).n == 1u << 20);
    v.s.n = 8u << 20;
    buf_fill(&b, 'y', 25u << 20);
    v.s = buf_str(&b);
    CHECK(CALL("zlib_compress_to_base64_string", v).p[0] == '!');
    buf_release(&b);
}

TEST(punycode)
{
    static const char *const pairs[][2] = {
        { "acad\xc3\xa9mie-fran\xc3\xa7" "aise", "acadmie-franaise-npb1a" },
        { "\xe8\x89\xba\xe6\x9c\xaf", "cqv902d" },
        { "b\xc3\xbc" "cher", "bcher-kva" },
        { "abc", "abc-" },
        { "", "" },
        { "\xf0\x9f\x98\x80", "e28h" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        CHECK_STR(CALL("punycode_from_string", T(pairs[i][0])), pairs[i][1]);
        CHECK_STR(CALL("punycode_to_string", T(pairs[i][1])), pairs[i][0]);
    }
    CHECK_STR(CALL("punycode_domain_from_string",
                   T("xn--Ge-mia.Bulg.edu")), "G\xc3\xa1" "e.Bulg.edu");
    CHECK_STR(CALL("punycode_domain_to_string",
                   T("b\xc3\xbc" "cher.example")), "xn--bcher-kva.example");
    CHECK_STR(CALL("punycode_to_string", T("99999999")), "");
    CHECK_STR(CALL("punycode_to_string", T("a-!")), "");
    CHECK_STR(CALL("punycode_domain_from_string", T("xn--\xff.a")), "");
}

TEST(splitting)
{
    CHECK_STR(CALL("split", T("aa_bb"), T("_")), "[\"aa\",\"bb\"]");
    CHECK_STR(CALL("split", T("a__b_"), T("_")), "[\"a\",\"\",\"b\",\"\"]");
    CHECK_STR(CALL("split", T(""), T(",")), "[\"\"]");
    CHECK_STR(CALL("split", T("aabbcc"), T("bb")), "[\"aa\",\"cc\"]");
    CHECK_STR(CALL("split", T("abc"), T("")), "[\"abc\"]");
    CHECK_STR(CALL("split", T("aaa_bbb_ccc"), T("_"), L(1)), "[\"bbb\"]");
    CHECK_STR(CALL("split", T("a_b"), T("_"), L(2)), "[]");
    CHECK_STR(CALL("split", T("a_b"), T("_"), L(-1)), "[]");
}

TEST(replacing_many_strings)
{
    struct value t = T("This is an example of using it");
    CHECK_STR(CALL("replace_strings", T("a cat into a dog"),
                   D("[\"cat\",\"dog\"]"), D("[\"dog\",\"pigeon\"]")),
              "a dog into a pigeon");
    CHECK_STR(CALL("replace_strings", t, D("[\"This\",\"is\"]"),
                   D("[\"This\",\"was\"]")), "This was an example of using it");
    CHECK_STR(CALL("replace_strings", t, D("[\"is\",\"This\"]"),
                   D("[\"was\",\"This\"]")),
              "Thwas was an example of using it");
    CHECK_STR(CALL("replace_strings", t, D("[\"This\",\"is\",7]"),
                   D("[12345,\"was\"]")), "This was an example of using it");
    CHECK_STR(CALL("replace_strings", t, D("[\"This is\",\"\"]"),
                   D("[\"\",\"x\"]")), " an example of using it");
    CHECK_STR(CALL("replace_strings", T("aaaa"), D("[\"aa\",\"a\"]"),
                   D("[\"b\",\"c\"]")), "bb");
    CHECK_STR(CALL("replace_strings", T("x"), D("1"), D("[]")), "x");
}

TEST(user_agents)
{
    CHECK_STR(CALL("parse_user_agent",
                   T("Mozilla/5.0 (Windows; U; en-US) AppleWebKit/531.9 "
                     "(KHTML, like Gecko) AdobeAIR/2.5.1"), T("browser")),
              "{\"Browser\":{\"Family\":\"AdobeAIR\",\"MajorVersion\":\"2\","
              "\"MinorVersion\":\"5\",\"Patch\":\"1\"}}");
    CHECK_STR(CALL("parse_user_agent",
                   T("Mozilla/5.0 (Windows NT 6.1) Chrome/120.0.1.2 "
                     "Safari/537.36 Edg/120.0"), D("[\"os\",\"x\",\"os\"]")),
              "{\"OperatingSystem\":{\"Family\":\"Windows\","
              "\"MajorVersion\":\"7\",\"MinorVersion\":\"\",\"Patch\":\"\","
              "\"PatchMinor\":\"\"}}");
    CHECK_STR(CALL("parse_user_agent",
                   T("Mozilla/5.0 (Linux; Android 13; SM-G991B Build/T) "
                     "Chrome/112.0.0.0 Mobile Safari/537.36"),
                   D("[\"device\",\"browser\"]")),
              "{\"Device\":{\"Family\":\"SM-G991B\",\"Brand\":"
              "\"Generic_Android\",\"Model\":\"SM-G991B\"},\"Browser\":"
              "{\"Family\":\"Chrome Mobile\",\"MajorVersion\":\"112\","
              "\"MinorVersion\":\"0\",\"Patch\":\"0\"}}");
    CHECK_STR(CALL("parse_user_agent", T("x"), T("device")),
              "{\"Device\":{\"Family\":\"Other\",\"Brand\":\"\","
              "\"Model\":\"\"}}");
    CHECK_STR(CALL("parse_user_agent", T("x"), T("y")), "<null>");
}

TEST(any_text_may_come)
{
    CHECK(call_everything() > 5000);
    call_end();
}
