# SPDX-License-Identifier: Apache-2.0
"""CSARs that are tars, plain and packed by gzip: what zips may hold they may, and the same is refused with the same words."""
import gzip
import io
import os
import pathlib
import stat
import subprocess
import tarfile

import pytest

from machine_bed import Machine, needs
from template_bed import PROG, ROOT, findings, need_program, sedge, told, validate
from test_templates import BAD_ARCHIVES, ENTRY, GOOD_ARCHIVES, META, META_FILE, NAMED

APPS = pathlib.Path(ROOT) / "tests/integration/apps"
PACKINGS = ["app.tar", "app.tar.gz", "app.tgz", "app.csar", "app.bin"]
TYPES = {stat.S_IFLNK: tarfile.SYMTYPE, stat.S_IFCHR: tarfile.CHRTYPE}


def tar_bytes(members, format=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as t:
        for name, text in members:
            info = tarfile.TarInfo(name)
            if isinstance(text, tarfile.TarInfo):
                text.name = name
                t.addfile(text)
                continue
            if isinstance(text, tuple):
                info.type, info.linkname = TYPES[text[0]], text[1]
                t.addfile(info)
                continue
            data = text if isinstance(text, bytes) else text.encode()
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def pack(folder, members, packing="app.tar.gz", **how):
    need_program()
    data = tar_bytes(members, **how)
    path = folder / packing
    path.write_bytes(data if packing in ("app.tar", "app.csar") else gzip.compress(data))
    return str(path)


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("name", GOOD_ARCHIVES)
def test_taken(tmp_path, name, packing):
    (report,), status = validate(pack(tmp_path, GOOD_ARCHIVES[name], packing))
    assert status == 0 and report["components"] == 1, told(report)


@pytest.mark.parametrize("name", BAD_ARCHIVES)
def test_refused_as_a_zip_is(tmp_path, name):
    members, code, text = BAD_ARCHIVES[name]
    (report,), status = validate(pack(tmp_path, members))
    errors = findings(report, "error")
    assert status == 1 and [e["code"] for e in errors] == [code] and text in errors[0]["text"], told(report)


def hard_link():
    info = tarfile.TarInfo()
    info.type, info.linkname = tarfile.LNKTYPE, "a.yaml"
    return info


def of_type(kind):
    info = tarfile.TarInfo()
    info.type = kind
    return info


@pytest.mark.parametrize("member, words", [(hard_link(), "links are not taken"), (of_type(tarfile.FIFOTYPE), "neither a file"), (of_type(tarfile.BLKTYPE), "neither a file")])
def test_what_only_tars_have(tmp_path, member, words):
    (report,), _ = validate(pack(tmp_path, [("a.yaml", NAMED), ("b", member)]))
    (error,) = findings(report, "error")
    assert error["code"] == "CSAR" and words in error["text"]


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_forms_of_names(tmp_path, format):
    long = "/".join(["a-folder-with-a-long-name"] * 7) + "/t.yaml"
    entry = ENTRY + f"imports: ['{long}', 'd\u00e4/\u00e4.yaml']\n"
    members = [("./", of_type(tarfile.DIRTYPE)), ("./" + META_FILE, META % "a.yaml"), ("./a.yaml", entry), ("./d\u00e4", of_type(tarfile.DIRTYPE)),
               (long, ENTRY.split("topology")[0]), (".//d\u00e4/\u00e4.yaml", ENTRY.split("topology")[0])]
    (report,), status = validate(pack(tmp_path, members, format=format))
    assert status == 0, told(report)


def test_names_that_are_no_text(tmp_path):
    data = tar_bytes([("a.yaml", NAMED), ("b-bXc", "x")], format=tarfile.USTAR_FORMAT)
    block = bytearray(data)
    at = data.index(b"b-bXc")
    block[at + 3] = 0xff
    block[at + 148:at + 156] = b" " * 8
    block[at + 148:at + 156] = b"%06o\0 " % sum(block[at:at + 512])
    (tmp_path / "app.tar").write_bytes(bytes(block))
    (report,), _ = validate(str(tmp_path / "app.tar"))
    (error,) = findings(report, "error")
    assert "plain UTF-8" in error["text"]


@pytest.mark.parametrize("packing", ["app.tar", "app.tar.gz"])
def test_cut_off_and_garbled(tmp_path, packing):
    path = pathlib.Path(pack(tmp_path, [(META_FILE, META % "a.yaml"), ("a.yaml", ENTRY), ("x", os.urandom(100_000))], packing))
    whole = path.read_bytes()
    cuts = [whole[:n] for n in (0, 1, 10, 300, 1000, len(whole) // 2)] + [b"\x1f\x8b" + os.urandom(1000), gzip.compress(b"no tar, but long enough for one" * 100), os.urandom(3000)]
    for data in cuts:
        path.write_bytes(data)
        (report,), status = validate(str(path))
        assert status == 1 and {e["code"] for e in findings(report, "error")} == {"CSAR"}, told(report)


def test_too_many_members(tmp_path):
    (report,), _ = validate(pack(tmp_path, [("a.yaml", NAMED)] + [(f"f{i}", "") for i in range(10_001)]))
    (error,) = findings(report, "error")
    assert "more than 10000 members" in error["text"]


def test_sizes_that_lie(tmp_path):
    """A header of eight exabytes, and a sparse file of a terabyte, are refused before a byte of them is unpacked."""
    header = tarfile.TarInfo("zeros")
    header.size = 1 << 62
    sparse = tarfile.TarInfo("holes")
    sparse.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(1 << 40), "GNU.sparse.name": "holes"}
    body = (b"1\n%d\n512\n" % ((1 << 40) - 512)).ljust(512, b"\0") + b"x" * 512
    sparse.size = len(body)
    for data in (tar_bytes([("a.yaml", NAMED)]).rstrip(b"\0") + b"\0" * 512 + header.tobuf(tarfile.GNU_FORMAT), tar_bytes([]) and sparse.tobuf(tarfile.PAX_FORMAT) + body + b"\0" * 1024):
        (tmp_path / "app.tar.gz").write_bytes(gzip.compress(data))
        (report,), status = validate(str(tmp_path / "app.tar.gz"))
        assert status == 1 and {e["code"] for e in findings(report, "error")} == {"CSAR"}, told(report)


def test_it_leaves_nothing(tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    validate(pack(tmp_path, GOOD_ARCHIVES["script"]))
    validate(pack(tmp_path, BAD_ARCHIVES["link"][0]))
    assert os.listdir(scratch) == []


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "tgz"])
def test_packages(tmp_path, ending):
    """The same members as in a zip, with the same bytes each time."""
    need_program()
    paths = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for path in paths:
        done = sedge("tosca", "package", str(APPS / "pair/pair.yaml"), "--to", str(path))
        assert done.returncode == 0, done.stderr
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with tarfile.open(paths[0]) as t:
        assert "TOSCA-Metadata/TOSCA.meta" in t.getnames()
        for member in t.getmembers():
            origin = APPS / "pair" / member.name
            assert (member.mtime, member.uid, member.gid) == (0, 0, 0)
            if origin.exists():
                assert t.extractfile(member).read() == origin.read_bytes() and member.mode == (0o755 if origin.stat().st_mode & 0o111 else 0o644)
    for args in (["validate"], ["plan", "--offline"], ["tosca", "show"], ["tosca", "graph"]):
        done = sedge(*args, str(paths[0]))
        assert done.returncode == 0, done.stderr
    done = sedge("tosca", "package", str(APPS / "pair/pair.yaml"), "--to", str(tmp_path / f"no/such/a.{ending}"))
    assert done.returncode == 1 and "no/such/a." in done.stderr


def test_the_reader_has_no_rights(tmp_path):
    """What reads the archive opens nothing after it gave its rights away."""
    path = pack(tmp_path, GOOD_ARCHIVES["script"])
    try:
        traced = subprocess.run(["strace", "-f", "-o", str(tmp_path / "trace"), PROG, "validate", path], capture_output=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("needs strace")
    lines = (tmp_path / "trace").read_text().splitlines()
    assert traced.returncode == 0
    begun = next(i for i, line in enumerate(lines) if "PR_SET_SECCOMP" in line)
    pid = lines[begun].split()[0]
    after = [line for line in lines[begun + 1:] if line.startswith(pid) and any(call in line for call in ("open", "socket(", "execve", "connect"))]
    assert after == []


@needs("busybox")
def test_one_is_deployed(tmp_path):
    sedge("tosca", "package", str(APPS / "pair/pair.yaml"), "--to", str(tmp_path / "pair.tar.gz"))
    with Machine(images=["busybox"]) as m:
        m.sedge("deploy", tmp_path / "pair.tar.gz")
        assert m.get("http://127.0.0.1:8090/").stdout.strip() == "first"
        m.sedge("undeploy", "pair", "--volumes")
