# SPDX-License-Identifier: Apache-2.0
"""`sedge tosca package`: what it packs, what it refuses, and a package deployed where the template is not."""
import json
import pathlib
import shutil
import stat
import zipfile

import pytest

from machine_bed import ROOT, Machine, needs, wait_for
from template_bed import sedge

APPS = ROOT / "tests/integration/apps"


def package(path, to, code=0):
    done = sedge("tosca", "package", str(path), "--to", str(to))
    assert done.returncode == code, done.stderr
    return done


def members(path):
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None
        return {i.filename: (stat.S_IMODE(i.external_attr >> 16), z.read(i)) for i in z.infolist()}


@pytest.mark.parametrize("app, version", [("pair/pair.yaml", "1.1"), ("two/two.yaml", "2.0")])
def test_all_that_it_names_is_in_it(tmp_path, app, version):
    package(APPS / app, tmp_path / "a.csar")
    found = members(tmp_path / "a.csar")
    meta = found.pop("TOSCA-Metadata/TOSCA.meta")[1].decode()
    assert f"CSAR-Version: {version}\n" in meta and f"Entry-Definitions: {app.split('/')[1]}\n" in meta
    for name, (mode, text) in found.items():
        origin = (APPS / app).parent / name
        assert text == origin.read_bytes()
        assert mode == (0o755 if origin.stat().st_mode & 0o111 else 0o644)
    assert any(name.startswith("scripts/") for name in found)
    assert sedge("validate", str(tmp_path / "a.csar")).returncode == 0


def test_same_files_same_archive(tmp_path):
    package(APPS / "pair/pair.yaml", tmp_path / "a.csar")
    shutil.copytree(APPS / "pair", tmp_path / "copy")
    package(tmp_path / "copy", tmp_path / "b.csar")
    assert (tmp_path / "a.csar").read_bytes() == (tmp_path / "b.csar").read_bytes()
    done = sedge("tosca", "package", str(APPS / "pair/pair.yaml"), "--to", str(tmp_path / "a.csar"), "-o", "json")
    assert json.loads(done.stdout)["bytes"] == (tmp_path / "a.csar").stat().st_size


def test_what_is_not_whole_is_refused(tmp_path):
    shutil.copytree(APPS / "pair", tmp_path / "pair")
    script = next((tmp_path / "pair").rglob("*.sh"))
    script.unlink()
    done = package(tmp_path / "pair/pair.yaml", tmp_path / "a.csar", code=1)
    assert "ARTIFACT_MISSING" in done.stderr and script.name in done.stderr
    assert list(tmp_path.glob("a.csar*")) == []
    done = package(APPS / "pair/pair.yaml", tmp_path / "no/such/a.csar", code=1)
    assert "no/such/a.csar" in done.stderr


@needs("busybox")
def test_a_package_runs_elsewhere(tmp_path):
    shutil.copytree(APPS / "pair", tmp_path / "pair")
    package(tmp_path / "pair/pair.yaml", tmp_path / "pair.csar")
    shutil.rmtree(tmp_path / "pair")
    before = set(pathlib.Path("/tmp").glob("sedge-csar-*"))
    with Machine(images=["busybox"]) as m:
        m.sedge("deploy", tmp_path / "pair.csar")
        wait_for(lambda: m.get("http://127.0.0.1:8090/", check=False).stdout.strip() == "first")
        assert "nothing to change" in m.sedge("deploy", tmp_path / "pair.csar").stdout
        deploy = m.start("deploy", tmp_path / "pair.csar")
        deploy.kill()
        deploy.wait(30)
        assert set(pathlib.Path("/tmp").glob("sedge-csar-*")) == before, "a killed command leaves nothing"
        m.sedge("undeploy", "pair", "--volumes")
