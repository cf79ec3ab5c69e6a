# SPDX-License-Identifier: Apache-2.0
"""Profiles of one's own, imported by name: where they are looked for, what is listed, and that they go along with the template."""
import json
import os
import shutil
import subprocess
import zipfile

import pytest

from machine_bed import Machine, needs
from template_bed import PROG, ROOT, need_program

V2 = "tosca_definitions_version: tosca_2_0\n"
TILL = V2 + "profile: org.example.shop:1.0\nnode_types:\n  Till:\n    properties: {coins: {type: integer, default: 3}}\n"
USES = V2 + "imports:\n  - profile: org.example.shop:1.0\nservice_template:\n  node_templates:\n    till: {type: Till}\n"


class Bed:
    def __init__(self, folder):
        need_program()
        self.folder = folder
        self.env = {k: v for k, v in os.environ.items() if k not in ("SEDGE_PROFILES", "XDG_DATA_HOME")}
        self.env.update(HOME=str(folder / "home"), SEDGE_DATA=ROOT, NO_COLOR="1", SEDGE_OFFLINE="1", ASAN_OPTIONS="detect_leaks=1")
        self.write("a.yaml", USES)
        (folder / "home").mkdir()
        (folder / "data/sedge").mkdir(parents=True)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def sedge(self, *args, **env):
        return subprocess.run([PROG, *map(str, args)], capture_output=True, text=True, timeout=60, cwd=self.folder, env={**self.env, **env})

    def ok(self, *args, **env):
        done = self.sedge("validate", *args, **env)
        assert done.returncode == 0, done.stderr

    def error(self, *args, **env):
        done = self.sedge("validate", "-o", "json", *args, **env)
        errors = [f for f in json.loads(done.stdout)["templates"][0]["findings"] if f["level"] == "error" and f["code"] != "UNKNOWN_TYPE"]
        assert len(errors) == 1, errors
        return errors[0]

    def profiles(self, *args, **env):
        done = self.sedge("tosca", "profiles", "-o", "json", *args, **env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["profiles"]


@pytest.fixture
def bed(tmp_path):
    return Bed(tmp_path)


def test_where_they_are_looked_for(bed):
    bed.write("p/deep/er/shop.yaml", TILL)
    assert "no profile 'org.example.shop:1.0'" in bed.error("a.yaml")["text"]
    bed.ok("--profiles", "p", "a.yaml")
    bed.ok("a.yaml", SEDGE_PROFILES=f"{bed.folder}/home:{bed.folder}/p")
    shutil.move(bed.folder / "p", bed.folder / "data/sedge/profiles")
    bed.ok("a.yaml", XDG_DATA_HOME=str(bed.folder / "data"))
    (bed.folder / "home/.local/share").mkdir(parents=True)
    shutil.move(bed.folder / "data/sedge", bed.folder / "home/.local/share/sedge")
    bed.ok("a.yaml")
    for args in (["plan", "--offline"], ["tosca", "show"], ["tosca", "graph"]):
        assert bed.sedge(*args, "a.yaml").returncode == 0


def test_a_folder_that_is_not_there(bed):
    assert "'/no/such'" in bed.error("--profiles", "/no/such", "a.yaml")["text"]
    assert "'/no/such'" in bed.error("a.yaml", SEDGE_PROFILES="/no/such")["text"]
    bed.write("b.yaml", V2 + "imports: [{profile: dev.sedge:1.0}]\nservice_template: {node_templates: {}}\n")
    bed.ok("--profiles", "/no/such", "b.yaml")  # no own one is asked for


def test_did_you_mean(bed):
    bed.write("p/shop.yaml", TILL)
    bed.write("b.yaml", USES.replace("example.shop", "exmple.shop"))
    error = bed.error("--profiles", "p", "b.yaml")
    assert error["text"].endswith("did you mean 'org.example.shop:1.0'?") and error["line"] == 3
    bed.write("b.yaml", USES.replace("org.example.shop:1.0", "dev.sedg:1.0"))
    assert "did you mean 'dev.sedge:1.0'?" in bed.error("b.yaml")["text"]
    bed.write("b.yaml", USES.replace("org.example.shop:1.0", "something.else:9"))
    assert "'sedge tosca profiles' lists" in bed.error("b.yaml")["text"]


def test_findings_name_the_file(bed):
    path = bed.write("p/shop.yaml", TILL.replace("integer", "intger"))
    error = json.loads(bed.sedge("validate", "-o", "json", "--profiles", "p", "a.yaml").stdout)["templates"][0]["findings"][0]
    assert (error["file"], error["line"]) == (str(path), 5)
    assert "coins: {type: intger" in bed.sedge("validate", "--profiles", "p", "a.yaml").stderr


def test_what_a_profile_imports(bed):
    """Beside it, within its folder of profiles, and not beyond."""
    bed.write("p/shop/shop.yaml", TILL.replace("node_types:", "imports: [base.yaml, ../common/c.yaml, {profile: org.example.more:2}]\nnode_types:").replace("Till:", "Till:\n    derived_from: Base"))
    bed.write("p/shop/base.yaml", V2 + "imports: [../common/c.yaml]\nnode_types: {Base: {derived_from: Common}}\n")
    bed.write("p/common/c.yaml", V2 + "node_types: {Common: {}}\n")
    bed.write("q/more.yaml", V2 + "profile: org.example.more:2\nnode_types: {More: {}}\n")
    bed.write("base.yaml", "not the one\n")
    bed.ok("--profiles", "p", "--profiles", "q", "a.yaml")
    bed.write("outside.yaml", V2)
    bed.write("p/shop/base.yaml", V2 + "imports: [../../outside.yaml]\nnode_types: {Base: {}}\n")
    error = bed.error("--profiles", "p", "--profiles", "q", "a.yaml")
    assert "leads out of the profile's folder" in error["text"] and error["file"].endswith("p/shop/base.yaml")
    os.unlink(bed.folder / "p/shop/base.yaml")
    os.symlink(bed.folder / "outside.yaml", bed.folder / "p/shop/base.yaml")
    assert "base.yaml" in bed.error("--profiles", "p", "--profiles", "q", "a.yaml")["text"], "nor by a link"


def test_two_that_say_the_same(bed):
    bed.write("p/shop.yaml", TILL)
    bed.write("q/shop.yaml", TILL.replace("Till", "Other"))
    bed.ok("--profiles", "p", "--profiles", "q", "a.yaml")
    done = bed.sedge("validate", "--profiles", "q", "--profiles", "p", "a.yaml")
    assert done.returncode == 1 and "UNKNOWN_TYPE" in done.stderr, "the first folder counts"
    bed.ok("--profiles", "p", "a.yaml", SEDGE_PROFILES=str(bed.folder / "q"))
    bed.write("p/copy.yaml", TILL)
    error = bed.error("--profiles", "p", "a.yaml")
    assert "two files of" in error["text"] and "shop.yaml" in error["text"] and "copy.yaml" in error["text"]
    bed.write("p/index.yaml", "profiles: {'org.example.shop:1.0': copy.yaml}\n")
    bed.ok("--profiles", "p", "a.yaml")


def test_what_comes_with_sedge_is_not_replaced(bed):
    bed.write("p/mine.yaml", V2 + "profile: dev.sedge:1.0\nnode_types: {Mine: {}}\n")
    bed.write("b.yaml", V2 + "imports: [{profile: dev.sedge:1.0}]\nservice_template: {node_templates: {m: {type: Mine}}}\n")
    assert "UNKNOWN_TYPE" in bed.sedge("validate", "--profiles", "p", "b.yaml").stderr
    mine = [p for p in bed.profiles("--profiles", "p") if p["where"].endswith("mine.yaml")]
    assert "comes first" in mine[0]["note"]


def test_list(bed):
    bed.write("p/shop.yaml", TILL)
    bed.write("p/no-profile.yaml", V2 + "# profile: commented\ndescription: 'profile: text'\n")
    bed.write("p/broken.yaml", "profile: [\n")
    bed.write("p/.git/x.yaml", TILL)
    bed.write("q/shop.yaml", TILL)
    rows = bed.profiles("--profiles", "p", "--profiles", "q")
    assert {"name": "dev.sedge:1.0", "version": "1.0", "language": "tosca_2_0", "where": "<profile>/sedge-2.yaml"} in rows
    own = [r for r in rows if not r["where"].startswith("<")]
    assert [r["where"] for r in own] == [str(bed.folder / "p/shop.yaml"), str(bed.folder / "q/shop.yaml")]
    assert own[0]["version"] == "1.0" and "note" not in own[0] and "p/shop.yaml comes first" in own[1]["note"]
    text = bed.sedge("tosca", "profiles", "--profiles", "p").stdout
    assert "PROFILE" in text and "org.example.shop:1.0" in text
    assert "org.example.shop:1.0" in bed.sedge("tosca", "profiles", "--profiles", "p", "-o", "name").stdout.split()
    assert "'/no/such'" in bed.sedge("tosca", "profiles", "--profiles", "/no/such").stderr


def test_generations_do_not_mix(bed):
    bed.write("p/old.yaml", "tosca_definitions_version: tosca_simple_yaml_1_3\nprofile: org.example.shop:1.0\n")
    assert "TOSCA 1.x" in bed.error("--profiles", "p", "a.yaml")["text"]


def test_a_package_brings_them_along(bed):
    bed.write("p/shop/shop.yaml", TILL.replace("node_types:", "imports: [base.yaml]\nnode_types:"))
    bed.write("p/shop/base.yaml", V2 + "node_types: {Base: {}}\n")
    bed.write("p/unused.yaml", V2 + "profile: org.example.unused:1\n")
    for ending in ("csar", "tar.gz"):
        done = bed.sedge("tosca", "package", "a.yaml", "--profiles", "p", "--to", f"out.{ending}")
        assert done.returncode == 0, done.stderr
        bed.ok(f"out.{ending}")
    with zipfile.ZipFile(bed.folder / "out.csar") as z:
        assert sorted(z.namelist()) == ["TOSCA-Metadata/TOSCA.meta", "TOSCA-Profiles/0/shop/base.yaml", "TOSCA-Profiles/0/shop/shop.yaml", "TOSCA-Profiles/index.yaml", "a.yaml"]
        assert z.read("a.yaml").decode() == USES
        z.extractall(bed.folder / "unpacked")
    bed.ok("unpacked")
    bed.write("q/shop.yaml", TILL.replace("Till", "Other"))
    bed.ok("--profiles", "q", "out.csar")
    done = bed.sedge("tosca", "package", "out.csar", "--profiles", "q", "--to", "again.csar")
    assert done.returncode == 0 and sorted(zipfile.ZipFile(bed.folder / "again.csar").namelist()) == sorted(zipfile.ZipFile(bed.folder / "out.csar").namelist())


@pytest.mark.parametrize("path", ["../a.yaml", "/a.yaml", "a.yaml", "0", "x/../../a.yaml"])
def test_a_list_that_leads_elsewhere(bed, path):
    bed.write("TOSCA-Profiles/index.yaml", json.dumps({"profiles": {"org.example.shop:1.0": path}}))
    assert "names no path below" in bed.error("a.yaml")["text"]


RUNS = V2 + """profile: org.example.till:1.0
imports: [{profile: dev.sedge:1.0}]
node_types:
  Till:
    derived_from: sedge.nodes.Software
    interfaces:
      Standard:
        type: tosca.interfaces.node.lifecycle.Standard
        operations:
          create: {implementation: scripts/create.sh}
"""
HOSTED = V2 + """imports: [{profile: org.example.till:1.0}, {profile: dev.sedge:1.0}]
service_template:
  node_templates:
    till:
      type: Till
      requirements: [host: box]
    box:
      type: sedge.nodes.Container
      artifacts:
        image: {type: tosker.artifacts.Image.Service, file: "busybox:latest"}
      properties: {command: "sleep 100000"}
"""


@needs("busybox")
def test_deployed(bed):
    bed.write("p/till.yaml", RUNS)
    bed.write("p/scripts/create.sh", "#!/bin/sh\necho from the profile > /came\n").chmod(0o755)
    bed.write("till.yaml", HOSTED)
    with Machine(images=["busybox"]) as m:
        m.sedge("deploy", bed.folder / "till.yaml", "--profiles", bed.folder / "p")
        assert m.sedge("exec", "till/till", "cat", "/came").stdout == "from the profile\n"
        m.sedge("undeploy", "till")
