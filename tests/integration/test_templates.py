# SPDX-License-Identifier: Apache-2.0
"""The project's own templates through `sedge validate`: right ones pass in silence, wrong ones get one error at its place.

A template's second line says what is expected: "# expect: 3 components", or "# expect: CODE line text" (line may be
file:line for an imported file)."""
import glob
import json
import os
import re
import stat
import zipfile

import pytest

from template_bed import ROOT, TEMPLATES, findings, need_program, sedge, told, validate

pytestmark = pytest.mark.usefixtures("program")


@pytest.fixture
def program():
    need_program()


def templates(folder):
    return sorted(os.path.basename(p) for p in glob.glob(os.path.join(TEMPLATES, folder, "*.yaml")))


def expectation(path):
    with open(path, encoding="utf-8") as f:
        line = f.read().split("\n")[1]
    assert line.startswith("# expect: "), f"{path}: the second line says what is expected"
    return line[len("# expect: "):]


@pytest.mark.parametrize("name", templates("valid"))
def test_valid(name):
    path = os.path.join(TEMPLATES, "valid", name)
    components, warnings = re.fullmatch(r"(\d+) components(?:, (\d+) warnings?)?", expectation(path)).groups()
    (report,), status = validate(path)
    assert status == 0 and report["valid"], told(report)
    assert report["components"] == int(components)
    assert len(report["findings"]) == int(warnings or 0), told(report)


@pytest.mark.parametrize("name", templates("invalid"))
def test_invalid(name):
    path = os.path.join(TEMPLATES, "invalid", name)
    code, place, text = expectation(path).split(" ", 2)
    file, _, line = place.rpartition(":")
    (report,), status = validate(path)
    assert status == 1 and not report["valid"]
    errors = findings(report, "error")
    assert {e["code"] for e in errors} == {code}, told(report)  # a circle is told by each who is in it
    assert errors[0]["file"] == os.path.join(TEMPLATES, "invalid", file or name)
    assert errors[0]["line"] == int(line), told(report)
    assert text.lower() in errors[0]["text"].lower(), told(report)


def test_there_are_enough():
    assert len(templates("valid")) >= 25
    assert len(templates("invalid")) >= 60


# ---- the built-in types ----

PROFILES = sorted(glob.glob(os.path.join(ROOT, "profiles", "*.yaml")))


@pytest.mark.parametrize("path", [p for p in PROFILES if not p.endswith("index.yaml")], ids=os.path.basename)
def test_profile_is_valid(path):
    (report,), _ = validate(path)
    second = path.endswith("-2.yaml")  # what only the built-in types of 2.0 may use is told here, where they are the user's
    others = [f for f in report["findings"] if not (second and re.search("data type '(any|scalar-unit)", f["text"]))]
    assert others == [], told(report)


def type_names(second):
    """(kind, name) of every standard type in each of its spellings."""
    for path in PROFILES:
        name = os.path.basename(path)
        if not name.startswith("simple") or (name == "simple-2.yaml") != second:
            continue
        kind = None
        for line in open(path, encoding="utf-8"):
            if section := re.fullmatch(r"(\w+_types):\n", line):
                kind = section[1]
            elif name := re.fullmatch(r"  (tosca\.[\w.]+):\n", line):
                yield kind, name[1]
            elif names := re.fullmatch(r"    metadata: {shorthand: ([\w.]+)(?:, alias: ([\w.]+))?}\n", line):
                for short in filter(None, names.groups()):
                    yield kind, short
                    yield kind, "tosca:" + short


@pytest.mark.parametrize("head", ["tosca_definitions_version: tosca_simple_yaml_1_3\n",
                                  "tosca_definitions_version: tosca_2_0\nimports: [{profile: 'org.oasis-open.simple:2.0'}]\n"],
                         ids=["1.x", "2.0"])
def test_every_type_by_every_name(tmp_path, head):
    """A type derives from each: the name is known."""
    names = list(type_names("2_0" in head))
    assert len(names) > 200
    text = head
    for kind in sorted({k for k, _ in names}):
        text += f"{kind}:\n"
        text += "".join(f"  my.T{i}: {{derived_from: '{n}'}}\n" for i, (k, n) in enumerate(names) if k == kind)
    (tmp_path / "t.yaml").write_text(text)
    (report,), status = validate(str(tmp_path / "t.yaml"))
    assert status == 0 and report["findings"] == [], told(report)


# ---- archives ----

ENTRY = "tosca_definitions_version: tosca_simple_yaml_1_3\ntopology_template:\n  node_templates:\n    machine: {type: tosca.nodes.Compute}\n"
NAMED = ENTRY + "metadata: {template_name: a, template_version: 1.0}\n"
META = "TOSCA-Meta-File-Version: 1.1\nCSAR-Version: 1.1\nCreated-By: me\nEntry-Definitions: %s\n"
META_FILE = "TOSCA-Metadata/TOSCA.meta"
IMPORTING = ENTRY + "imports: [%s]\n"
RUNNING = """tosca_definitions_version: tosca_simple_yaml_1_3
topology_template:
  node_templates:
    machine:
      type: tosca.nodes.Compute
      interfaces:
        Standard:
          operations:
            start: %s
"""


def pack(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            if isinstance(text, tuple):
                info.external_attr = (text[0] | 0o777) << 16
                text = text[1]
            z.writestr(info, text)
    return str(path)


GOOD_ARCHIVES = {
    "by-meta": [(META_FILE, META % "defs/a.yaml"), ("defs/a.yaml", ENTRY)],
    "old-meta": [(META_FILE, (META % "a.yaml").replace("1.1", "1.0")), ("a.yaml", ENTRY)],
    "alone": [("a.yaml", NAMED), ("defs/other.yaml", ENTRY)],
    "import-from-root": [(META_FILE, META % "defs/a.yaml"), ("defs/a.yaml", IMPORTING % "/types/t.yaml"), ("types/t.yaml", ENTRY)],
    "import-beside": [(META_FILE, META % "defs/a.yaml"), ("defs/a.yaml", IMPORTING % "../types/t.yaml"), ("types/t.yaml", ENTRY)],
    "script": [(META_FILE, META % "a.yaml"), ("a.yaml", RUNNING % "s/start.sh"), ("s/start.sh", "#!/bin/sh\n")],
}


@pytest.mark.parametrize("name", GOOD_ARCHIVES)
def test_archive(name, tmp_path):
    path = pack(tmp_path / "app.csar", GOOD_ARCHIVES[name])
    (report,), status = validate(path)
    assert status == 0, told(report)
    assert report["components"] == 1 and not findings(report, "error")


BAD_ARCHIVES = {
    "empty": ([], "CSAR", "empty"),
    "no-entry": ([("readme.txt", "x")], "CSAR", "no template"),
    "two-entries": ([("a.yaml", NAMED), ("b.yaml", NAMED)], "CSAR", "several templates"),
    "unnamed": ([("a.yaml", ENTRY)], "CSAR", "template_name"),
    "entry-missing": ([(META_FILE, META % "b.yaml"), ("a.yaml", ENTRY)], "CSAR", "'b.yaml'"),
    "entry-outside": ([(META_FILE, META % "../a.yaml"), ("a.yaml", ENTRY)], "CSAR", "'../a.yaml'"),
    "no-entry-key": ([(META_FILE, "CSAR-Version: 1.1\n"), ("a.yaml", ENTRY)], "CSAR", "Entry-Definitions"),
    "meta-garbage": ([(META_FILE, "Entry-Definitions, a.yaml\n"), ("a.yaml", ENTRY)], "CSAR", "Name: value"),
    "meta-version": ([(META_FILE, (META % "a.yaml").replace("CSAR-Version: 1.1", "CSAR-Version: 3.0")), ("a.yaml", ENTRY)], "CSAR", "CSAR-Version"),
    "up": ([("../a.yaml", NAMED)], "CSAR", "'../a.yaml'"),
    "absolute": ([("/etc/a.yaml", NAMED)], "CSAR", "'/etc/a.yaml'"),
    "link": ([("a.yaml", NAMED), ("b.yaml", (stat.S_IFLNK, "/etc/passwd"))], "CSAR", "links are not taken"),
    "device": ([("a.yaml", NAMED), ("null", (stat.S_IFCHR, ""))], "CSAR", "neither a file nor a folder"),
    "twice": ([("a.yaml", NAMED), ("a.yaml", NAMED)], "CSAR", "twice"),
    "file-and-folder": ([("a", "x"), ("a/b", "x")], "CSAR", "folder of others"),
    "bomb": ([("a.yaml", NAMED), ("zeros", b"\0" * (64 << 20))], "CSAR", "times its size"),
    "import-missing": ([(META_FILE, META % "a.yaml"), ("a.yaml", IMPORTING % "b.yaml")], "IMPORT", "b.yaml"),
    "script-missing": ([(META_FILE, META % "a.yaml"), ("a.yaml", RUNNING % "s/start.sh")], "ARTIFACT_MISSING", "s/start.sh"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", BAD_ARCHIVES)
def test_bad_archive(name, tmp_path):
    members, code, text = BAD_ARCHIVES[name]
    path = pack(tmp_path / "app.csar", members)
    (report,), status = validate(path)
    assert status == 1
    errors = findings(report, "error")
    assert [e["code"] for e in errors] == [code], told(report)
    assert text in errors[0]["text"], told(report)


def test_archive_cut_off(tmp_path):
    path = pack(tmp_path / "app.csar", GOOD_ARCHIVES["script"])
    whole = open(path, "rb").read()
    for size in (0, 1, 10, len(whole) // 2):
        with open(path, "wb") as f:
            f.write(whole[:size])
        (report,), status = validate(path)
        assert status == 1
        assert {e["code"] for e in findings(report, "error")} == {"CSAR"}, told(report)


def test_archive_leaves_nothing(tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    for name, members in (("good", GOOD_ARCHIVES["script"]), ("bad", BAD_ARCHIVES["link"][0])):
        validate(pack(tmp_path / f"{name}.csar", members))
    assert os.listdir(scratch) == []


# ---- folders, and what is neither ----

def test_folders(tmp_path):
    (tmp_path / "a.yaml").write_text(ENTRY)
    (report,), status = validate(str(tmp_path))
    assert status == 0, told(report)
    (tmp_path / "types.yaml").write_text("tosca_definitions_version: tosca_simple_yaml_1_3\n")
    (report,), status = validate(str(tmp_path))
    assert status == 0, told(report)
    (tmp_path / "b.yaml").write_text(ENTRY)
    (report,), status = validate(str(tmp_path))
    assert status == 1 and "several templates (a.yaml, b.yaml" in findings(report, "error")[0]["text"]
    (tmp_path / "TOSCA-Metadata").mkdir()
    (tmp_path / "TOSCA-Metadata" / "TOSCA.meta").write_text(META % "b.yaml")
    (report,), status = validate(str(tmp_path))
    assert status == 0, told(report)


def test_files_above_the_template(tmp_path):
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "start.sh").write_text("#!/bin/sh\n")
    (deep / "t.yaml").write_text(RUNNING % "../../start.sh")
    (report,), status = validate("t.yaml", cwd=str(deep))
    assert status == 0, told(report)
    (deep / "t.yaml").write_text((RUNNING % "../../start.sh").replace("Compute", "Computer"))
    (report,), status = validate("t.yaml", cwd=str(deep))
    assert status == 1
    assert [e["file"] for e in findings(report, "error")] == ["t.yaml"]


@pytest.mark.parametrize("what,text", [("none.yaml", "there is no such file"), ("fifo", "neither a file nor a folder"), ("empty", "no template")])
def test_no_template(what, text, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "empty").mkdir()
    (report,), status = validate(str(tmp_path / what))
    assert status == 1
    errors = findings(report, "error")
    assert len(errors) == 1 and text in errors[0]["text"], told(report)


# ---- inputs ----

WANTS = """tosca_definitions_version: tosca_simple_yaml_1_3
topology_template:
  inputs:
    port: {type: integer, constraints: [in_range: [1, 100]]}
    release: {type: version, default: 1.0}
    name: {type: string, default: x}
    tags: {type: list, entry_schema: {type: integer}, default: []}
"""


@pytest.mark.parametrize("args,code", [
    ([], None),
    (["-i", "port=80"], None),
    (["-i", "port=80", "-i", "release=1.10", "-i", "name=007", "-i", "tags=[1, 2]"], None),
    (["-i", "port=many"], "VALUE_TYPE"),
    (["-i", "port=101"], "CONSTRAINT"),
    (["-i", "port=1", "-i", "tags=[a]"], "VALUE_TYPE"),
    (["-i", "prot=1"], "UNDECLARED_NAME"),
    (["-i", "port"], "INPUT"),
    (["--inputs", "in.yaml"], None),
    (["--inputs", "in.json"], None),
    (["--inputs", "in.json", "-i", "port=101"], "CONSTRAINT"),
    (["--inputs", "bad.yaml"], "INPUT"),
    (["--inputs", "list.yaml"], "INPUT"),
    (["--inputs", "none.yaml"], "INPUT"),
    (["--deploy"], "MISSING_KEY"),
])
def test_inputs(args, code, tmp_path):
    (tmp_path / "t.yaml").write_text(WANTS)
    (tmp_path / "in.yaml").write_text("port: 80\nrelease: 1.10\nname: 007\n")
    (tmp_path / "in.json").write_text('{"port": 80}')
    (tmp_path / "bad.yaml").write_text("port: [\n")
    (tmp_path / "list.yaml").write_text("- 1\n")
    (report,), status = validate("t.yaml", *args, cwd=str(tmp_path))
    assert [e["code"] for e in findings(report, "error")] == ([code] if code else []), told(report)
    assert status == (1 if code else 0)


def test_deploy_refuses_what_does_not_run():
    path = os.path.join(TEMPLATES, "valid", "1-0-hello.yaml")
    (report,), status = validate("--deploy", path)
    assert status == 1
    error, = findings(report, "error")
    assert error["code"] == "DEPLOY" and error["line"] > 1, told(report)


CIRCLE = """tosca_definitions_version: tosca_simple_yaml_1_3
imports: [sedge.yaml]
topology_template:
  node_templates:
    one: {type: sedge.nodes.Container, artifacts: &a {image: {type: sedge.artifacts.Image, file: busybox}}, requirements: [{dependency: two}]}
    two: {type: sedge.nodes.Container, artifacts: *a, requirements: [{dependency: one}]}
"""


def test_deploy_refuses_circles(tmp_path):
    (tmp_path / "t.yaml").write_text(CIRCLE)
    (report,), status = validate("--deploy", "t.yaml", cwd=str(tmp_path))
    assert status == 1
    error, = findings(report, "error")
    assert error["code"] == "DEPLOY" and "one" in error["text"] and "two" in error["text"], told(report)


# ---- what people see ----

def test_text_with_mark():
    done = sedge("validate", "unknown-key-template.yaml", cwd=os.path.join(TEMPLATES, "invalid"))
    assert done.returncode == 1 and done.stdout == ""
    first, source, mark, more, count = done.stderr.splitlines()
    assert first.startswith("unknown-key-template.yaml:8:7: error: ") and first.endswith(" [UNKNOWN_KEY]")
    assert source == "    8 |       requirments: []"
    assert mark == "      |       ^~~~~~~~~~~"
    assert more.endswith("sedge explain UNKNOWN_KEY")
    assert count == "unknown-key-template.yaml: 1 error"


def test_strict(tmp_path):
    (tmp_path / "t.yaml").write_text("description: x\ntosca_definitions_version: tosca_simple_yaml_1_3\n")
    (report,), status = validate("t.yaml", cwd=str(tmp_path))
    assert status == 0 and [f["code"] for f in findings(report, "warning")] == ["VERSION_POSITION"]
    (report,), status = validate("--strict", "t.yaml", cwd=str(tmp_path))
    assert status == 1 and [f["code"] for f in findings(report, "error")] == ["VERSION_POSITION"]


MANY = """\
tosca_definitions_version: tosca_simple_yaml_1_3
topology_template:
  inputs:
  node_templates:
    "日本": {type: tosca.nodes.Computer}
    board:
      type: tosca.nodes.Compute
      capabilities: {host: {properties: {num_cpus: "four"}}}
"""


def test_sarif(tmp_path):
    """The fields that SARIF 2.1.0 requires, and what ours say."""
    (tmp_path / "t.yaml").write_text(MANY, encoding="utf-8")
    done = sedge("validate", "-o", "sarif", "t.yaml", cwd=str(tmp_path))
    log = json.loads(done.stdout)
    assert done.returncode == 1 and log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    run, = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "sedge" and run["columnKind"] == "unicodeCodePoints"
    assert all(r["id"] and r["shortDescription"]["text"] and r["fullDescription"]["text"] and r["help"]["text"] for r in rules)
    for r in run["results"]:
        assert rules[r["ruleIndex"]]["id"] == r["ruleId"] and r["message"]["text"] and r["level"] in ("error", "warning")
        for place in r["locations"] + r.get("relatedLocations", []):
            where = place["physicalLocation"]
            assert where["artifactLocation"]["uri"] and where["region"]["endColumn"] > where["region"]["startColumn"] >= 1
        for fix in r.get("fixes", []):
            for change in fix["artifactChanges"]:
                assert change["artifactLocation"]["uri"] and all(x["deletedRegion"] and x["insertedContent"]["text"] for x in change["replacements"])
    empty, kind, value = run["results"]
    assert (empty["ruleId"], empty["level"]) == ("EMPTY_SECTION", "warning")
    replaced, = kind["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replaced == {"deletedRegion": {"startLine": 5, "startColumn": 18, "endColumn": 38}, "insertedContent": {"text": "tosca.nodes.Compute"}}
    related, = value["relatedLocations"]
    assert value["ruleId"] == "VALUE_TYPE" and related["physicalLocation"]["artifactLocation"]["uri"].startswith("sedge-profile:")


def test_text_of_valid_ones():
    done = sedge("validate", "1-0-hello.yaml", "1-0-short-names.yaml", cwd=os.path.join(TEMPLATES, "valid"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "1-0-hello.yaml: valid, 1 component\n1-0-short-names.yaml: valid, 2 components\n"


def test_control_characters_stay_away(tmp_path):
    (tmp_path / "t.yaml").write_text('tosca_definitions_version: tosca_simple_yaml_1_3\n"a\\e[2Jb": "\\x9b"\n')
    done = sedge("validate", "t.yaml", cwd=str(tmp_path))
    assert done.returncode == 1
    assert "\x1b" not in done.stderr and "\x9b" not in done.stderr


@pytest.mark.parametrize("args", [[], ["--no-such-option", "x"], ["-o", "xml", "x"]])
def test_wrong_usage(args):
    assert sedge("validate", *args).returncode == 2
