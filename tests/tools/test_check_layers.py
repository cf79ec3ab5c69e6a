#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants wrong includes in temporary trees and sees tools/check-layers find each one, and nothing where all is well."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOOL = ROOT / "tools" / "check-layers"


class CheckLayers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="check-layers-")
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.write("tools/layers.txt", "# comment\nbase:\nio: base\nnet: base io\nmain: base io\n")
        self.write("src/base/err.h", "#pragma once\n")
        self.write("src/io/loop.h", '#include "base/err.h"\n')
        self.write("src/net/link.c", '#include <net/if.h>\n#include "net/link.h"\n  #  include "io/loop.h"\n')
        self.write("src/net/link.h", "")
        self.write("src/main.c", '#include "io/loop.h"\n')

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def check(self, root=None):
        done = subprocess.run([TOOL, root or self.root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def assert_fault(self, status, *parts):
        got, said = self.check()
        self.assertEqual(got, status, said)
        for part in parts:
            self.assertIn(part, said)

    def test_a_good_tree_passes(self):
        self.assertEqual(self.check(), (0, ""))

    def test_an_include_upwards_fails(self):
        self.write("src/base/err.c", '// first line\n#include "io/loop.h"\n')
        self.assert_fault(1, "src/base/err.c:2: room 'base' may not include \"io/loop.h\" (it may include: nothing)")

    def test_angle_brackets_hide_nothing(self):
        self.write("src/base/err.c", "#include <io/loop.h>\n")
        self.assert_fault(1, "src/base/err.c:1: room 'base' may not include")

    def test_main_is_a_room(self):
        self.write("src/main.c", '#include "net/link.h"\n')
        self.assert_fault(1, "src/main.c:1: room 'main' may not include \"net/link.h\" (it may include: base io)")

    def test_an_unlisted_room_fails(self):
        self.write("src/attic/old.c", '#include "base/err.h"\n')
        self.assert_fault(1, "src/attic/old.c:1: room 'attic' is not listed")

    def test_a_path_not_from_the_root_fails(self):
        self.write("src/net/link.c", '#include "link.h"\n')
        self.assert_fault(1, "src/net/link.c:1:", "write the path from src/")

    def test_a_generated_header_is_of_the_room_that_makes_it(self):
        self.write("src/net/link.c", '#include "made.h"\n')
        self.write("src/net/meson.build", "custom_target('made', output: 'made.h', command: ['x'])\n")
        self.assertEqual(self.check(), (0, ""))
        self.write("src/io/loop.c", '#include "made.h"\n')
        self.assert_fault(1, "src/io/loop.c:1:", "write the path from src/")

    def test_a_circle_of_files_fails(self):
        self.write("src/io/a.h", '#include "io/b.h"\n')
        self.write("src/io/b.h", '#include "io/c.h"\n')
        self.write("src/io/c.h", '#include "io/a.h"\n')
        self.assert_fault(1, "a circle of includes: ", "io/a.h", "io/b.h", "io/c.h")

    def test_a_circle_of_rooms_fails(self):
        self.write("tools/layers.txt", "base: io\nio: base\nnet: base io\nmain: base io\n")
        self.assert_fault(1, "a circle of rooms: ")

    def test_a_use_of_an_unlisted_room_fails(self):
        self.write("tools/layers.txt", "base: \nio: base ether\nnet: base io\nmain: base io\n")
        self.assert_fault(1, "room 'io' uses 'ether', which is not listed")

    def test_a_bad_table_or_root_is_told_apart(self):
        self.write("tools/layers.txt", "base\n")
        self.assert_fault(2, "layers.txt:1: expected")
        self.write("tools/layers.txt", "base:\nbase:\n")
        self.assert_fault(2, "layers.txt:2: expected")
        self.assertEqual(self.check(self.root / "nowhere")[0], 2)

    def test_a_wrong_include_planted_in_the_real_ground_floor_fails(self):
        shutil.rmtree(self.root / "src")
        shutil.copytree(ROOT / "src" / "base", self.root / "src" / "base")
        shutil.copy(ROOT / "tools" / "layers.txt", self.root / "tools")
        self.assertEqual(self.check(), (0, ""))
        path = self.root / "src" / "base" / "map.c"
        path.write_text(path.read_text() + '#include "head/head.h"\n')
        self.assert_fault(1, "src/base/map.c:", "room 'base' may not include \"head/head.h\"")


if __name__ == "__main__":
    unittest.main()
