# SPDX-License-Identifier: Apache-2.0
"""docs/from-compose.md, carried out: its commands are run in their order and answer as it says.

That its blocks are the files in examples/from-compose is looked at by tests/tools/test_doc_names.py.

In an answer a line `...` stands for any lines, `...` inside a line for any text, and blanks may be more or fewer."""
import json
import os
import re
import shutil

import pytest

from machine_bed import ROOT, SEDGE, Machine, needs, run

pytestmark = needs()
PAGE = ROOT / "docs/from-compose.md"
EXAMPLE = ROOT / "examples/from-compose"
FILES = ("compose.yaml", "notes.yaml", "scripts/api/start.sh")
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.M | re.S)


def blocks():
    """(language, file, text) of each block of the page."""
    return BLOCK.findall(PAGE.read_text())


def commands(text):
    """(command, answer) of each `$ command` of a console block."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.M)
    assert parts[0] == "", "a console block begins with a command"
    return list(zip(parts[1::2], parts[2::2]))


def pattern(answer):
    """The answer that the page shows as an expression for the one that came."""
    made = ""
    for line in answer.strip("\n").split("\n"):
        if line.strip() == "...":
            made += r"(?:[^\n]*\n)*"
        else:
            words = [re.escape(part).replace(r"\.\.\.", r"[^\n]*") for part in line.split()]
            made += r"[ \t]*" + r"[ \t]+".join(words) + r"[ \t]*\n"
    return made


def fits(answer, came):
    if not answer.strip():
        return came.strip() == ""
    return re.fullmatch(pattern(answer), came.strip("\n") + "\n") is not None


def test_the_rule_for_answers_can_fail():
    assert fits("a\n...\nb\n", "a\nb\n") and fits("a\n...\nb\n", "a\nx\ny\nb\n") and fits('{"x": "..."}\n', '{"x": "1.2"}\n')
    assert not fits("a\nb\n", "a\nx\nb\n") and not fits("a\n", "a\nb\n") and not fits("", "a\n") and not fits("a  b\n", "ab\n")
    assert not fits('{"x": "...", "y": 1}\n', '{"x": "1.2", "y": 2}\n')


def test_every_block_is_looked_at():
    assert {(lang, file in FILES) for lang, file, _ in blocks()} == {("yaml", True), ("sh", True), ("console", False)}


def resolved():
    """The template's node templates, as sedge understands them."""
    return json.loads(run(SEDGE, "tosca", "show", EXAMPLE / "notes.yaml", "-o", "json").stdout)["topology_template"]["node_templates"]


def test_compose_file_and_template_say_the_same():
    yaml = pytest.importorskip("yaml")
    compose = yaml.safe_load((EXAMPLE / "compose.yaml").read_text())
    nodes = resolved()
    default = {r"${TITLE:-Notes}": "Notes", r"${PORT:-8086}:80": "8086:80"}
    for name, service in compose["services"].items():
        node, limits = nodes[name], service["deploy"]["resources"]["limits"]
        properties = node["properties"]
        assert node["artifacts"]["image"]["file"] == service["image"]
        assert {k: default.get(v, v) for k, v in service.get("environment", {}).items()} == properties.get("env_variable", {})
        assert [f"{outside}:{inside}" for inside, outside in properties.get("ports", {}).items()] == [default[p] for p in service.get("ports", [])]
        assert str(properties["memory"]).replace(" MiB", "M") == limits["memory"]
        assert str(properties.get("cpus")) == limits.get("cpus", "None")
        assert properties.get("replicas", 1) == service["deploy"].get("replicas", 1)
        if name == "db":
            assert properties["command"] == service["command"] and properties["restart"] == service["restart"]
            storage = next(r["storage"] for r in node["requirements"] if "storage" in r)
            assert service["volumes"] == [f"{storage['node']}:{storage['relationship']['properties']['location']}"]
    assert [name for name in compose["volumes"]] == [name for name, node in nodes.items() if node["type"] == "sedge.nodes.Volume"]


@pytest.fixture
def folder(tmp_path):
    """A checkout's examples, without the template that the page writes."""
    for name in ("from-compose", "images"):
        shutil.copytree(ROOT / "examples" / name, tmp_path / name)
    (tmp_path / "from-compose/notes.yaml").unlink()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sedge").symlink_to(SEDGE)
    return tmp_path / "from-compose"


class Reader:
    """Somebody who does what the page says."""

    def __init__(self, machine, folder):
        self.m, self.folder = machine, folder
        self.env = dict(machine.env, PATH=f"{folder.parent / 'bin'}:{os.environ['PATH']}")
        self.done = []

    def do(self, command, answer):
        # What goes to standard error is progress on the way.
        p = self.m.inside("sh", "-c", command, cwd=self.folder, env=self.env, check=False, timeout=900)
        assert p.returncode == 0, f"$ {command}\n{p.stdout}{p.stderr}"
        assert fits(answer, p.stdout), f"$ {command}\nthe page has:\n{answer}\nwhat came:\n{p.stdout}"
        self.done.append((command, p.stdout))

    def read(self, lang, file, text):
        if file == "notes.yaml":
            notes = self.folder / file
            notes.write_text((notes.read_text() + "\n" if notes.exists() else "") + text)
            self.do("sedge validate --strict notes.yaml >/dev/null", "")
        for command, answer in commands(text) if lang == "console" else []:
            self.before(command)
            self.do(command, answer)
            self.after(command)

    def before(self, command):
        self.ids = self.m.ids("notes") if command.startswith("sedge deploy") else None

    def after(self, command):
        """What the page says about a deployment beside its answers: what is not part of the plan goes on running."""
        if not command.startswith("sedge deploy"):
            return
        now = self.m.ids("notes")
        if "db" in self.ids:
            assert now["db"] == self.ids["db"], f"$ {command}: the database was touched"
        if "title=" in command:
            assert now["web"] == self.ids["web"] and now["api"] != self.ids["api"]


def test_the_page_carried_out(folder):
    with Machine(up=False) as machine:
        reader = Reader(machine, folder)
        for block in blocks():
            reader.read(*block)
        answers = [out for command, out in reader.done if command.startswith("curl")]
        assert len(answers) == 5 and machine.leftovers() == []
