#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files that the documentation names in code quotes, and pages that it links to, are there; what it shows of a file is what stands in it."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
ROOMS = [p.name for p in (ROOT / "src").iterdir() if p.is_dir()]
NAME = re.compile(r"`((?:%s|src|profiles|tests|tools|examples)/[\w./*-]+\.[a-z]+)`" % "|".join(ROOMS))
BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def named():
    return [(page, name) for page in PAGES for name in NAME.findall(page.read_text())]


def linked():
    return [(page, link) for page in PAGES for link in LINK.findall(page.read_text())]


class DocNames(unittest.TestCase):
    def test_files_that_are_named(self):
        self.assertGreater(len(named()), 100)
        gone = [f"{page.relative_to(ROOT)}: {name}" for page, name in named() if not any(list(top.glob(name)) for top in (ROOT / "src", ROOT))]
        self.assertEqual(gone, [])

    def test_pages_that_are_linked(self):
        self.assertGreater(len(linked()), 20)
        gone = [f"{page.relative_to(ROOT)}: {link}" for page, link in linked() if not (page.parent / link).exists()]
        self.assertEqual(gone, [])

    def test_files_that_are_shown(self):
        """A block with a file's name is that file of the example, in one piece or in several with an empty line between them."""
        shown = {}
        for name, text in BLOCK.findall((ROOT / "docs/from-compose.md").read_text()):
            shown.setdefault(name, []).append(text)
        self.assertEqual(set(shown), {"compose.yaml", "notes.yaml", "scripts/api/start.sh"})
        for name, texts in shown.items():
            self.assertEqual("\n".join(texts), (ROOT / "examples/from-compose" / name).read_text(), f"docs/from-compose.md does not show {name} as it is")


if __name__ == "__main__":
    unittest.main()
