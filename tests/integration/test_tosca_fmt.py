# SPDX-License-Identifier: Apache-2.0
"""`sedge tosca fmt`: what it writes and says, and that templates in use keep their meaning and their comments.

The corpus stands in ../shared/tosca-corpus beside the checkout, or where SEDGE_TOSCA_CORPUS says."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from template_bed import PROG, ROOT, need_program, sedge, shared

pytestmark = pytest.mark.usefixtures("program")
UNTIDY = "a:    1 # one\nb:\n- c\n"
TIDY = "a: 1  # one\nb:\n  - c\n"
BATCH = 100


@pytest.fixture(scope="module")
def program():
    need_program()


def fmt(*args, **more):
    return sedge("tosca", "fmt", *args, **more)


@pytest.fixture
def folder(tmp_path):
    """A tidy file, two that are not, one that is no YAML, and what is to be passed over."""
    for name, text in {"tidy.yaml": TIDY, "deep/untidy.yml": UNTIDY, "top.yaml": UNTIDY, "deep/bad.yaml": "a: [\n",
                       ".hidden/x.yaml": UNTIDY, "notes.txt": UNTIDY}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "loop").symlink_to(".")
    return tmp_path


def test_writes_in_place(folder):
    os.chmod(folder / "top.yaml", 0o640)
    before = os.stat(folder / "tidy.yaml")
    done = fmt(".", cwd=str(folder))
    assert done.returncode == 1 and done.stdout == "deep/untidy.yml\ntop.yaml\n"
    assert done.stderr.startswith("deep/bad.yaml:2:1: error: ") and "[YAML_SYNTAX]" in done.stderr
    assert (folder / "top.yaml").read_text() == (folder / "deep/untidy.yml").read_text() == TIDY
    assert os.stat(folder / "top.yaml").st_mode & 0o777 == 0o640
    after = os.stat(folder / "tidy.yaml")
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert (folder / ".hidden/x.yaml").read_text() == (folder / "notes.txt").read_text() == UNTIDY
    assert sorted(os.listdir(folder)) == [".hidden", "deep", "loop", "notes.txt", "tidy.yaml", "top.yaml"]
    again = fmt("top.yaml", "deep/untidy.yml", cwd=str(folder))
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_check(folder):
    done = fmt("--check", "top.yaml", "tidy.yaml", cwd=str(folder))
    assert done.returncode == 1 and done.stdout == "top.yaml\n" and "1 file is not tidy" in done.stderr
    assert (folder / "top.yaml").read_text() == UNTIDY
    done = fmt("--check", "tidy.yaml", cwd=str(folder))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_diff_is_a_patch(folder):
    done = fmt("--diff", "top.yaml", "tidy.yaml", cwd=str(folder))
    assert done.returncode == 0 and done.stdout == (
        "--- top.yaml\n+++ top.yaml\n@@ -1,3 +1,3 @@\n-a:    1 # one\n+a: 1  # one\n b:\n-- c\n+  - c\n")
    assert (folder / "top.yaml").read_text() == UNTIDY
    assert fmt("--diff", "--check", "top.yaml", cwd=str(folder)).returncode == 1


def test_standard_input(folder):
    done = fmt("-", stdin=UNTIDY)
    assert (done.returncode, done.stdout) == (0, TIDY)
    done = fmt("--check", "-", stdin=UNTIDY)
    assert (done.returncode, done.stdout) == (1, "<standard input>\n")
    done = fmt("-", stdin="a: [\n")
    assert done.returncode == 1 and done.stdout == "" and done.stderr.startswith("<standard input>:2:1: error: ")


def test_json(folder):
    done = fmt("-o", "json", "--diff", "top.yaml", "tidy.yaml", "deep/bad.yaml", cwd=str(folder))
    top, tidy, bad = json.loads(done.stdout)["files"]
    assert done.returncode == 1 and done.stderr == ""
    assert (top["path"], top["changed"], top["written"], top["findings"]) == ("top.yaml", True, False, [])
    assert "+  - c\n" in top["diff"] and "diff" not in tidy and not tidy["changed"]
    assert [(f["code"], f["line"], f["column"]) for f in bad["findings"]] == [("YAML_SYNTAX", 2, 1)]
    assert json.loads(fmt("-o", "json", "-", stdin=UNTIDY).stdout)["files"][0]["text"] == TIDY
    assert json.loads(fmt("-o", "json", "top.yaml", cwd=str(folder)).stdout)["files"][0]["written"]


def test_what_is_refused(folder):
    for name, data, words in (("x.csar", b"PK\x03\x04....", "unpack it"), ("utf16.yaml", "a: 1\n".encode("utf-16"), "UTF-8"),
                              ("line.yaml", "a: \"x\u2028y\"\n".encode(), "U+2028"), ("two.yaml", b"a: 1\n---\nb: 2\n", "second document")):
        (folder / name).write_bytes(data)
        done = fmt(name, cwd=str(folder))
        assert done.returncode == 1 and words in done.stderr and done.stdout == "", name
        assert (folder / name).read_bytes() == data
    os.mkfifo(folder / "pipe.yaml")
    assert "no regular file" in fmt("pipe.yaml", cwd=str(folder)).stderr
    assert "No such file" in fmt("none.yaml", cwd=str(folder)).stderr
    assert fmt(cwd=str(folder)).returncode == 2


def test_a_file_that_cannot_be_replaced_stays(folder):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv, to become someone else")
    os.chmod(folder / "deep/untidy.yml", 0o666)
    os.chmod(folder / "deep", 0o777)
    for above in (folder, *folder.parents[:3]):
        os.chmod(above, os.stat(above).st_mode | 0o111)
    done = subprocess.run(["setpriv", "--reuid=4321", "--regid=4321", "--clear-groups", os.path.abspath(PROG), "tosca", "fmt",
                           str(folder / "deep/untidy.yml")], capture_output=True, text=True, env=dict(os.environ, SEDGE_DATA=ROOT))
    if "Permission denied" in done.stderr and "untidy" not in done.stderr:
        pytest.skip("another user cannot run the program where it stands")
    assert done.returncode == 1 and "keep the owner of" in done.stderr
    assert (folder / "deep/untidy.yml").read_text() == UNTIDY
    assert sorted(os.listdir(folder / "deep")) == ["bad.yaml", "untidy.yml"]


# ---- templates in use ----

def loaded(yaml, text):
    """What PyYAML reads, by its own resolver: dates, octals and yes and no, too; unknown tags by name."""
    class Loader(yaml.SafeLoader):
        pass

    def unknown(loader, suffix, node):
        build = {"scalar": loader.construct_scalar, "sequence": loader.construct_sequence, "mapping": loader.construct_mapping}[node.id]
        return (node.tag, build(node, *([True] if node.id != "scalar" else [])))

    Loader.add_multi_constructor("", unknown)
    Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))
    try:
        return repr(yaml.load(text, Loader))
    except (yaml.YAMLError, ValueError, TypeError) as fault:
        return type(fault).__name__


def comments(yaml, text):
    """Comments, as what PyYAML's scanner passes over between its tokens."""
    found, at = [], 0
    for token in yaml.scan(text):
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            head = text[token.start_mark.index:].split("\n", 1)[0]
            gap = text[at:token.start_mark.index] + "\n" + (head[head.index("#"):] if "#" in head else "")
            at = token.end_mark.index
        else:
            gap, at = text[at:max(at, token.start_mark.index)], max(at, token.end_mark.index)
        found += [line[line.index("#"):].rstrip() for line in gap.splitlines() if "#" in line]
    return found


def verdicts(root, names):
    """Per file: is it valid, and by which codes not; from a tree of files, since they import each other."""
    got = {}
    for i in range(0, len(names), BATCH):
        done = sedge("validate", "-o", "json", *names[i:i + BATCH], cwd=str(root))
        for report in json.loads(done.stdout)["templates"]:
            got[report["path"]] = (report["valid"], report["components"], sorted(f["code"] for f in report["findings"]))
    return got


def format_all(root):
    """{path: what JSON says of it} after one call over the tree."""
    done = fmt("-o", "json", ".", cwd=str(root))
    assert done.returncode in (0, 1) and done.stderr == "", done.stderr
    return {f["path"]: f for f in json.loads(done.stdout)["files"]}


def check_tree(root, before_valid):
    """Formats a tree of files; gives how many were formatted."""
    yaml = pytest.importorskip("yaml", reason="needs python3-yaml")
    names = sorted(str(p.relative_to(root)) for p in root.rglob("*.y*ml") if p.suffix in (".yaml", ".yml") and p.is_file() and not p.is_symlink()
                   and not any(part.startswith(".") for part in p.relative_to(root).parts))
    before = {n: (root / n).read_bytes() for n in names}
    was = verdicts(root, names) if before_valid else {}
    files = format_all(root)
    assert sorted(files) == names
    refused = {n for n, f in files.items() if f["findings"]}
    for n in refused:
        assert (root / n).read_bytes() == before[n]
        assert {f["code"] for f in files[n]["findings"]} <= {"YAML_SYNTAX", "LIMIT"}, files[n]
    for n in sorted(set(names) - refused):
        old, new = before[n].decode("utf-8-sig").replace("\r\n", "\n"), (root / n).read_text()
        assert loaded(yaml, new) == loaded(yaml, old), n
        assert comments(yaml, new) == comments(yaml, old), n
        assert "\t\n" not in new and not new.startswith("\n") and (not new or new.endswith("\n")), n
    again = format_all(root)
    assert not [n for n, f in again.items() if f["changed"]]
    assert verdicts(root, names) == was or not before_valid
    return len(names) - len(refused), sorted(refused)


def test_corpus(tmp_path):
    corpus = shared("SEDGE_TOSCA_CORPUS", "tosca-corpus")
    if not corpus:
        pytest.skip("the corpus is not there: set SEDGE_TOSCA_CORPUS to the folder that holds manifest.tsv")
    shutil.copytree(corpus, tmp_path / "corpus", symlinks=True)
    done, refused = check_tree(tmp_path / "corpus", True)
    print(f"{done} formatted, no YAML: {refused}")
    assert done > 400 and len(refused) < 20


@pytest.mark.parametrize("folder", ["examples", "profiles", "tests/templates", "tests/integration", "tests/unit"])
def test_own_templates(tmp_path, folder):
    shutil.copytree(pathlib.Path(ROOT) / folder, tmp_path / "copy", symlinks=True, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    done, refused = check_tree(tmp_path / "copy", folder in ("examples", "tests/templates"))
    print(f"{done} formatted, no YAML: {refused}")
    assert done > 0


def test_examples_are_tidy():
    done = fmt("--check", os.path.join(ROOT, "examples"))
    assert (done.returncode, done.stdout) == (0, "")
