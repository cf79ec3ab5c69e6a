#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The list of what is supported: a row without a remark shows, a remark without a row or without a status is told.

usage: test_support_page.py PROGRAM REMARKS PROFILES"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM, REMARKS, PROFILES = sys.argv[1:4]


def page(change=lambda text: text):
    with tempfile.TemporaryDirectory() as folder:
        remarks = pathlib.Path(folder) / "remarks.yaml"
        remarks.write_text(change(pathlib.Path(REMARKS).read_text()))
        return subprocess.run([PROGRAM, str(remarks), PROFILES], capture_output=True, text=True)


class SupportPage(unittest.TestCase):
    def test_as_it_is(self):
        done = page()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("| `node_templates` | `node_templates` (must) | yes |", done.stdout)
        self.assertIn("| `occurrences` | `count_range` |", done.stdout)

    def test_a_row_without_a_remark_shows(self):
        done = page(lambda text: re.sub(r"^  timeout: .*\n", "", text, flags=re.M))
        self.assertEqual(done.returncode, 0)
        self.assertIn("| `timeout` | `timeout` | **no remark yet** |", done.stdout)
        self.assertIn("1 rows have no remark yet", done.stdout)

    def test_what_is_not_carried_out_stands_first(self):
        row = "| implementation | `timeout` | **kept** | nobody looks |"
        done = page(lambda text: re.sub(r"^  timeout: .*\n", "  timeout: kept. nobody looks\n", text, flags=re.M))
        self.assertIn(row, done.stdout.split("## Versions")[0])
        self.assertNotIn("| implementation | `timeout` |", page().stdout.split("## Versions")[0])

    def test_a_remark_about_nothing_is_told(self):
        done = page(lambda text: text.replace("artifact:\n", "artifact:\n  fiel: done\n", 1))
        self.assertEqual(done.returncode, 1)
        self.assertIn("/fiel is about nothing in the tables", done.stderr)

    def test_a_remark_without_a_status_is_told(self):
        done = page(lambda text: re.sub(r"^  timeout: ", "  timeout: well. ", text, flags=re.M))
        self.assertIn("implementation/timeout must begin with done", done.stderr)

    def test_files_that_are_none(self):
        for change in (lambda text: "- a\n", lambda text: "texts: {\n", lambda text: "a: b\n"):
            self.assertEqual(page(change).returncode, 1)


unittest.main(argv=sys.argv[:1])
