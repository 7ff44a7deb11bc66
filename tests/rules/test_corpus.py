#!/usr/bin/env python3
"""test_corpus.py - tests/corpus.py finds queries and says why they fail.

Called by: tests/all.sh, with SHIKRA_RELEASE in the environment.
"""
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(HERE, "..", "corpus.py")
sys.path.insert(0, os.path.join(HERE, ".."))
import corpus  # noqa: E402


class Extraction(unittest.TestCase):
    def test_block_scalar_keeps_its_lines(self):
        found = list(corpus.yaml_queries(
            "a: 1\nquery: |-\n  T\n\n  | take 1\nb: 2\n"))
        self.assertEqual(found, [(3, "T\n\n| take 1")])

    def test_folded_scalar(self):
        found = list(corpus.yaml_queries("query: >\n  T\n  | take 1\n"))
        self.assertEqual(found, [(2, "T | take 1")])

    def test_quoted_scalars(self):
        found = list(corpus.yaml_queries(
            "- query: 'T | where a == ''x'''\n"
            "- query: \"T | where a == \\\"x\\\"\"\n"))
        self.assertEqual([q for _, q in found],
                         ["T | where a == 'x'", 'T | where a == "x"'])

    def test_plain_scalar_over_lines(self):
        found = list(corpus.yaml_queries("query: T\n  | take 1\nnext: 1\n"))
        self.assertEqual([q for _, q in found], ["T | take 1"])

    def test_a_list_item_ends_at_the_next(self):
        found = list(corpus.yaml_queries(
            "- query: |\n    T | count\n- name: x\n  query: |\n    U\n"))
        self.assertEqual([q for _, q in found], ["T | count", "U"])

    def test_fences(self):
        found = list(corpus.fences(
            "```kql\nT\n```\n```python\nx\n```\n~~~kusto\nU\n~~~\n"))
        self.assertEqual(found, [(2, "T"), (8, "U")])

    def test_json_at_any_depth(self):
        found = list(corpus.json_queries(
            {"a": [{"Query": "T"}, {"b": {"kql": "U"}}], "query": 5}))
        self.assertEqual(sorted(q for _, q in found), ["T", "U"])

    def test_file_of_several(self):
        parts = list(corpus.kql_parts("A\n\nB\n\nbad\n\nC\n",
                                      lambda t: "bad" not in t))
        self.assertEqual(parts, [(1, "A\n\nB"), (5, "bad"), (7, "C")])

    def test_comments_are_no_query(self):
        self.assertEqual(list(corpus.kql_parts("// a\n\n//b\n",
                                               lambda t: True)), [])


class Types(unittest.TestCase):
    def check(self, name, text, kind):
        self.assertEqual(corpus.guess_type(name, text), kind)

    def test_by_use(self):
        self.check("EventID", "T | where EventID == 4688", "long")
        self.check("A", "T | where A has_any (x)", "string")
        self.check("A", "T | where A > ago(1d)", "datetime")
        self.check("A", "T | extend b = A.x", "dynamic")
        self.check("A", "T | where A in ('x', 'y')", "string")
        self.check("A", "T | where A == true", "bool")
        self.check("A", "T | where A > 0.5", "real")
        self.check("A", "T | mv-expand A", "dynamic")
        self.check("A", "T | make-series count() on A step 1h", "datetime")
        self.check("A", "T | make-series count() on A step 5", "long")

    def test_by_name(self):
        self.check("TimeGenerated", "T | project TimeGenerated", "datetime")
        self.check("Other", "T | project Other", "string")


class Whole(unittest.TestCase):
    def run_tool(self, *args):
        run = subprocess.run(
            [sys.executable, TOOL, "--shikra",
             os.environ.get("SHIKRA_RELEASE", "build/shikra"), *args],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            universal_newlines=True)
        return run.returncode, run.stdout

    def test_rules(self):
        status, out = self.run_tool("--list", os.path.join(HERE, "rules"))
        self.assertEqual(status, 0, out)
        self.assertIn("12 queries in 5 files", out)
        self.assertRegex(out, r"parse +10 ")
        self.assertRegex(out, r"bind +9 ")
        self.assertRegex(out, r"run +9 ")
        self.assertIn("hunts.kql:8: parse: E0101", out)
        self.assertRegex(out, r"page\.md:19: parse: E0102 .*wheer")
        self.assertRegex(out, r"workbook\.json:1: bind: E0210 .*python")

    def test_strict(self):
        status, _ = self.run_tool("--strict", os.path.join(HERE, "rules"))
        self.assertEqual(status, 1)

    def test_known_tables(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "tables.json")
            with open(path, "w") as file:
                file.write('{"T": {"n": "long"}}')
            query = os.path.join(folder, "a.kql")
            with open(query, "w") as file:
                file.write("T | where strlen(n) > 1")
            _, out = self.run_tool(query)
            self.assertRegex(out, r"run +1 ")
            _, out = self.run_tool("--tables", path, query)
            self.assertRegex(out, r"run +0 ")
            self.assertIn("E0204 strlen", out)

    def test_nothing_found(self):
        with tempfile.TemporaryDirectory() as folder:
            status, out = self.run_tool(folder)
            self.assertEqual(status, 2, out)


if __name__ == "__main__":
    unittest.main()
