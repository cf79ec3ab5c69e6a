# SPDX-License-Identifier: Apache-2.0
"""Templates and archives made to exhaust who reads them: each ends in an error that says which limit, within stated time and memory.

The bounds are generous, for slow boards, busy machines and sanitizers, and far below what the inputs would cost without limits. The numbers in
docs/tosca-limits.md are held against the code."""
import gzip
import io
import json
import os
import pathlib
import re
import resource
import stat
import subprocess
import sys
import tarfile
import time
import zipfile

import pytest

from template_bed import PROG, ROOT, need_program

SECONDS, MEGABYTES = 20, 400  # for any one of them; docs/tosca-limits.md says so too
V = {"1.3": "tosca_definitions_version: tosca_simple_yaml_1_3\n", "2.0": "tosca_definitions_version: tosca_2_0\n"}
ROOM = {"1.3": "topology_template", "2.0": "service_template"}
GENERATIONS = list(V)
META = {"1.3": "TOSCA-Meta-File-Version: 1.1\nCSAR-Version: 1.1\nCreated-By: me\nEntry-Definitions: a.yaml\n",
        "2.0": "CSAR-Version: 2.0\nCreated-By: me\nEntry-Definitions: a.yaml\n"}
SANITIZED = b"__asan_init" in pathlib.Path(PROG).read_bytes() if os.path.exists(PROG) else False


class Run:
    """One `sedge validate` with what it took: wall seconds, and the peak of resident memory of it or any process that it started."""

    def __init__(self, path, env=None):
        code = ("import resource, subprocess, sys\n"
                "r = subprocess.run(sys.argv[1:], stdout=1, stderr=2)\n"
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
                "sys.exit(r.returncode if r.returncode >= 0 else 128 - r.returncode)\n")
        begun = time.monotonic()
        done = subprocess.run([sys.executable, "-c", code, PROG, "validate", "-o", "json", str(path)], capture_output=True, text=True, timeout=300,
                              env=dict(os.environ, SEDGE_DATA=ROOT, SEDGE_OFFLINE="1", NO_COLOR="1", ASAN_OPTIONS="detect_leaks=0", **(env or {})))
        self.seconds = time.monotonic() - begun
        self.megabytes = int(done.stderr.split()[-1]) / 1024
        assert done.returncode in (0, 1), f"status {done.returncode}: {done.stderr[-2000:]}"
        self.report = json.loads(done.stdout)["templates"][0]
        self.errors = [f for f in self.report["findings"] if f["level"] == "error"]
        assert self.seconds < SECONDS, f"{self.seconds:.1f} s"
        assert SANITIZED or self.megabytes < MEGABYTES, f"{self.megabytes:.0f} MB"

    def refused(self, *codes):
        assert not self.report["valid"] and self.errors
        assert {e["code"] for e in self.errors} <= set(codes), [(e["code"], e["text"]) for e in self.errors[:5]]
        assert all(e["text"] and e["line"] >= 1 for e in self.errors)
        return self.errors[0]["text"]


def put(path, members):
    """The members as a folder, a zip, or a tar packed by gzip, by what the path is called."""
    if path.suffix == ".csar":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            for name, data in members:
                z.writestr(name, data)
    elif path.suffix == ".tgz":
        with tarfile.open(path, "w:gz") as t:
            for name, data in members:
                data = data if isinstance(data, bytes) else data.encode()
                info = tarfile.TarInfo(name)
                info.size = len(data)
                t.addfile(info, io.BytesIO(data))
    else:
        for name, data in members:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.fixture(params=["folder", "app.csar", "app.tgz"])
def place(request, tmp_path):
    need_program()
    return tmp_path / request.param


@pytest.fixture(params=GENERATIONS)
def generation(request):
    return request.param


def app(place, generation, text, *more):
    return put(place, [("TOSCA-Metadata/TOSCA.meta", META[generation]), ("a.yaml", V[generation] + text), *more])


# ---- the text ----

def test_laughs(place, generation):
    """Aliases of aliases: a thousand million nodes in a few lines."""
    lines = "dsl_definitions:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    lines += "".join(f"  a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10))
    assert "nodes" in Run(app(place, generation, lines)).refused("LIMIT")


def test_laughs_of_merge_keys(place, generation):
    lines = "dsl_definitions:\n  m0: &m0 {" + ", ".join(f"k{i}: v" for i in range(100)) + "}\n"
    lines += "".join(f"  m{i}: &m{i} {{{', '.join(f'k{i}_{j}: {{<<: *m{i - 1}}}' for j in range(10))}}}\n" for i in range(1, 9))
    assert "nodes" in Run(app(place, generation, lines)).refused("LIMIT")


def test_a_scalar_of_10_megabytes(place, generation):
    Run(app(place, generation, "description: " + "x" * 10_000_000 + "\n")).refused("LIMIT")


def test_a_scalar_of_7_megabytes_is_taken(place, generation):
    text = "description: " + "x" * 7_000_000 + f"\n{ROOM[generation]}:\n  node_templates: {{}}\n"
    run = Run(app(place, generation, text))
    assert run.report["valid"] or {e["code"] for e in run.errors} == {"EMPTY_SECTION"}, run.errors


@pytest.mark.parametrize("shape", ["[", "{a: ", "- "])
def test_nesting_of_100_000(place, generation, shape):
    end = {"[": "]", "{a: ": "}", "- ": ""}[shape]
    text = "dsl_definitions:\n  a: " + ("\n   " if shape == "- " else "") + shape * 100_000 + "x" + end * 100_000 + "\n"
    assert "deep" in Run(app(place, generation, text)).refused("LIMIT", "YAML_SYNTAX")


def test_a_million_keys(place, generation):
    text = "dsl_definitions:\n" + "".join(f"  k{i}:\n" for i in range(700_000))
    Run(app(place, generation, text)).refused("LIMIT", "EMPTY_SECTION", "TOO_MANY")


def test_a_million_faults(place, generation):
    """Not a million findings."""
    text = "node_types:\n" + "".join(f"  T{i}: {{derived_from: None{i}}}\n" for i in range(30_000))
    run = Run(app(place, generation, text))
    run.refused("UNKNOWN_TYPE", "TOO_MANY", "LIMIT")
    assert len(run.report["findings"]) <= 500


def test_bytes_that_are_no_text(place, generation):
    put(place, [("TOSCA-Metadata/TOSCA.meta", META[generation]), ("a.yaml", V[generation].encode() + bytes(range(1, 256)) * 4000)])
    Run(place).refused("YAML_SYNTAX")


# ---- types and values ----

def test_types_in_a_circle(place, generation):
    text = "node_types:\n" + "".join(f"  T{i}: {{derived_from: T{(i + 1) % 2000}}}\n" for i in range(2000))
    Run(app(place, generation, text)).refused("CYCLE", "LIMIT", "TOO_MANY")


def test_a_long_line_of_types(place, generation):
    """Each derives from the one before: what each inherits is not copied without end."""
    text = "node_types:\n  T0: {properties: {" + ", ".join(f"p{i}: {{type: string, required: false}}" for i in range(200)) + "}}\n"
    text += "".join(f"  T{i}: {{derived_from: T{i - 1}}}\n" for i in range(1, 3000))
    text += f"{ROOM[generation]}:\n  node_templates:\n" + "".join(f"    n{i}: {{type: T2999}}\n" for i in range(300))
    run = Run(app(place, generation, text))
    assert run.report["valid"] or {e["code"] for e in run.errors} <= {"LIMIT", "CYCLE", "TOO_MANY"}, run.errors[:3]


def test_values_that_double(place, generation):
    """Each value holds the one before twice."""
    call = {"1.3": "{{concat: [{{get_property: [n{0}, v]}}, {{get_property: [n{0}, v]}}]}}", "2.0": "{{$concat: [{{$get_property: [n{0}, v]}}, {{$get_property: [n{0}, v]}}]}}"}[generation]
    text = "node_types:\n  T: {properties: {v: {type: string}}}\n" + f"{ROOM[generation]}:\n  node_templates:\n    n0: {{type: T, properties: {{v: xxxxxxxxxx}}}}\n"
    text += "".join(f"    n{i}: {{type: T, properties: {{v: {call.format(i - 1)}}}}}\n" for i in range(1, 60))
    Run(app(place, generation, text)).refused("LIMIT", "VALUE_TYPE", "FUNCTION_ARGS", "TOO_MANY")


# ---- imports ----

def test_import_loops(place, generation):
    """Circles end: told, and each file is read once."""
    more = [(f"i{i}.yaml", V[generation] + f"imports: [i{(i + 1) % 50}.yaml, a.yaml]\n") for i in range(50)]
    run = Run(app(place, generation, f"imports: [i0.yaml]\n{ROOM[generation]}: {{node_templates: {{}}}}\n", *more))
    assert "CYCLE" in {f["code"] for f in run.report["findings"]}


def test_a_chain_of_imports(place, generation):
    more = [(f"i{i}.yaml", V[generation] + f"imports: [i{i + 1}.yaml]\n") for i in range(300)]
    assert "deep an import chain" in Run(app(place, generation, "imports: [i0.yaml]\n", *more)).refused("LIMIT")


def test_a_wide_tree_of_imports(place, generation):
    more = [(f"i{i}.yaml", V[generation] + "node_types: {}\n".replace("{}", f"{{T{i}: {{}}}}")) for i in range(1000)]
    run = Run(app(place, generation, "imports: [" + ", ".join(f"i{i}.yaml" for i in range(1000)) + "]\n", *more))
    assert "too many files" in run.refused("LIMIT", "TOO_MANY")


def test_much_text_in_imports(place, generation):
    more = [(f"i{i}.yaml", V[generation] + "#" + os.urandom(1_500_000).hex()) for i in range(20)]
    run = Run(app(place, generation, "imports: [" + ", ".join(f"i{i}.yaml" for i in range(20)) + "]\n", *more))
    assert "too much text" in run.refused("LIMIT", "TOO_MANY")


# ---- archives ----

def zeros(path, size):
    """A member of that many zeros, made without holding them."""
    block = b"\0" * (1 << 20)
    if path.suffix == ".csar":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("a.yaml", V["1.3"])
            with z.open("zeros", "w", force_zip64=True) as f:
                for _ in range(size >> 20):
                    f.write(block)
    else:
        info = tarfile.TarInfo("zeros")
        info.size = size
        with gzip.open(path, "wb", compresslevel=1) as f:
            f.write(info.tobuf(tarfile.GNU_FORMAT))
            for _ in range(size >> 20):
                f.write(block)
            f.write(b"\0" * 1024)


@pytest.mark.parametrize("name", ["bomb.csar", "bomb.tgz"])
@pytest.mark.parametrize("size", [64 << 20, 1 << 30])
def test_bombs(tmp_path, name, size):
    need_program()
    zeros(tmp_path / name, size)
    text = Run(tmp_path / name).refused("CSAR")
    assert "unfolds to more than" in text


def test_a_zip_that_lies_about_sizes(tmp_path):
    """Its directory says little, the member unpacks to much: what is read ends where the directory says."""
    need_program()
    path = tmp_path / "a.csar"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("TOSCA-Metadata/TOSCA.meta", META["1.3"])
        z.writestr("a.yaml", V["1.3"] + "#" * (100 << 20))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"a.yaml"))
    data[at + 24:at + 28] = (100).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    assert "damaged" in Run(path).errors[0]["text"]


def test_overlapping_members_of_a_zip(tmp_path):
    """Many names for one run of packed bytes: what each unfolds to counts."""
    need_program()
    path = tmp_path / "a.csar"
    kernel = io.BytesIO()
    with zipfile.ZipFile(kernel, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("f00000", b"\0" * (10 << 20))
    data = kernel.getvalue()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    local, entry = data[:start], data[start:end]
    directory = b"".join(entry.replace(b"f00000", b"f%05d" % i) for i in range(500))
    tail = b"PK\x05\x06" + bytes(4) + (500).to_bytes(2, "little") * 2 + len(directory).to_bytes(4, "little") + len(local).to_bytes(4, "little") + bytes(2)
    path.write_bytes(local + directory + tail)
    assert "unfolds to more than" in Run(path).refused("CSAR")


@pytest.mark.parametrize("name", ["a.csar", "a.tgz"])
@pytest.mark.parametrize("member", ["../up", "a/../../up", "/etc/absolute", "a/./b", "C:\\windows", "x" * 5000])
def test_names_that_lead_out(tmp_path, name, member):
    need_program()
    text = Run(put(tmp_path / name, [("a.yaml", V["1.3"]), (member, "x")])).refused("CSAR")
    assert "name" in text


@pytest.mark.parametrize("name", ["a.csar", "a.tgz"])
def test_many_members(tmp_path, name):
    need_program()
    assert "more than 10000 members" in Run(put(tmp_path / name, [(f"f{i}", "") for i in range(60_000)])).refused("CSAR")


def test_a_folder_that_leads_out(tmp_path, generation):
    """Neither a path nor a link does."""
    need_program()
    (tmp_path / "secret.yaml").write_text(V[generation] + "node_types: {Secret: {}}\n")
    folder = put(tmp_path / "a/b/c/d/e/folder", [("a.yaml", V[generation] + "imports: [link.yaml, ../../../../../../../../../../../../../../etc/passwd]\n")])
    os.symlink(tmp_path / "secret.yaml", folder / "link.yaml")
    run = Run(folder)
    run.refused("IMPORT")
    text = " ".join(e["text"] for e in run.errors)
    assert "leads out of" in text and "link.yaml" in text


def test_an_import_that_is_no_file(tmp_path, generation):
    """A pipe that nobody writes to (it is empty), a device without end, a folder."""
    need_program()
    for make in (lambda p: os.mkfifo(p), lambda p: os.symlink("/dev/zero", p), lambda p: p.mkdir()):
        folder = put(tmp_path / f"f{time.monotonic_ns()}", [("a.yaml", V[generation] + "imports: [odd.yaml]\n")])
        make(folder / "odd.yaml")
        Run(folder / "a.yaml").refused("IMPORT", "VERSION_MISSING")


# ---- the page ----

def value_in(path, name):
    text = (pathlib.Path(ROOT) / path).read_text()
    macro = re.search(rf"#define\s+{name}\s+(.+?)\s*(?:/\*.*)?$", text, re.M)
    value = macro[1] if macro else re.search(rf"{name} = {{([^}}]*)}}", text)[1]
    value = re.sub(r"\.\w+ = ", "", value)
    value = re.sub(r"\b(\d+)(?:U|L|LL|UL)\b", r"\1", value).replace("US_PER_S", "1")
    return eval(value, {"__builtins__": {}})  # an expression of numbers


def test_the_page_says_what_the_code_does():
    page = (pathlib.Path(ROOT) / "docs/tosca-limits.md").read_text()
    rows = re.findall(r"^\| .*? \| ([\d, ]+) \| `(\w+)` in (\S+) \|$", page, re.M)
    assert len(rows) >= 20
    for said, name, path in rows:
        value = value_in(path, name)
        numbers = [int(n) for n in said.split(",")]
        assert numbers == (list(value) if isinstance(value, tuple) else [value]), f"{name}: the page says {said}, {path} says {value}"
    assert f"{SECONDS} seconds" in page and f"{MEGABYTES} MB" in page
