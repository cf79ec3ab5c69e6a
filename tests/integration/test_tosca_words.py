# SPDX-License-Identifier: Apache-2.0
"""`sedge tosca show` and `sedge tosca graph`: the resolved topology as text and as drawings."""
import json
import os
import re
import xml.etree.ElementTree

import pytest

from template_bed import ROOT, need_program, sedge

pytestmark = pytest.mark.usefixtures("program")
GUESTBOOK = os.path.join(ROOT, "examples/guestbook/guestbook.yaml")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def program():
    need_program()


def told(*args, **more):
    done = sedge("tosca", *args, **more)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def test_words():
    assert re.search(r"^  show .*\n  graph ", told(), re.M)
    done = sedge("tosca", "shwo", "x")
    assert done.returncode == 2 and "did you mean 'show'" in done.stderr
    assert "Usage: sedge tosca show" in told("show", "--help")


def test_show():
    nodes = json.loads(told("show", GUESTBOOK, "-o", "json"))["topology_template"]["node_templates"]
    assert list(nodes) == ["site", "web", "api", "runtime", "store", "entries"]
    host, connection = nodes["site"]["requirements"]
    assert host == {"host": {"node": "web", "capability": "host", "relationship": {"type": "tosca.relationships.HostedOn"}}}
    endpoint = nodes["site"]["capabilities"]["endpoint"]
    assert endpoint["properties"]["protocol"] == "tcp"
    assert re.fullmatch(r"the default of capability type 'tosca.capabilities.Endpoint', <profile>/simple-capabilities.yaml:\d+:\d+", endpoint["origins"]["protocol"])
    assert nodes["site"]["interfaces"]["Standard"]["operations"]["create"]["implementation"]["primary"] == "scripts/site/create.sh"
    assert nodes["web"]["properties"]["ports"] == {"80": 9000} or re.match(r"the template, guestbook.yaml:\d+", nodes["web"]["origins"]["ports"])
    text = told("show", GUESTBOOK)
    assert "origins" not in text and "node_templates:" in text


def test_show_is_a_template(tmp_path):
    """What show prints is valid TOSCA again, and resolves to the same."""
    (tmp_path / "t.yaml").write_text(
        "tosca_definitions_version: tosca_simple_yaml_1_3\ntopology_template:\n  node_templates:\n"
        "    disk: {type: tosca.nodes.Storage.BlockStorage, properties: {size: 1 GB}}\n"
        "    board:\n      type: tosca.nodes.Compute\n      capabilities: {host: {properties: {num_cpus: 4}}}\n"
        "      requirements:\n        - local_storage: {node: disk, relationship: {type: AttachesTo, properties: {location: /data}}}\n"
        "    app:\n      type: tosca.nodes.SoftwareComponent\n      requirements: [ host: board ]\n"
        "  outputs:\n    address: {value: {get_attribute: [board, private_address]}}\n")
    text = told("show", "t.yaml", cwd=str(tmp_path))
    (tmp_path / "again.yaml").write_text(text)
    assert "get_attribute:" in text and "$" not in text
    assert told("show", "again.yaml", cwd=str(tmp_path)) == text


def test_faulty_ones_are_not_shown(tmp_path):
    (tmp_path / "t.yaml").write_text("tosca_definitions_version: tosca_simple_yaml_1_3\ntopology_template: {node_templates: {a: {type: none}}}\n")
    for word in ("show", "graph"):
        done = sedge("tosca", word, "t.yaml", cwd=str(tmp_path))
        assert done.returncode == 1 and done.stdout == "" and "[UNKNOWN_TYPE]" in done.stderr


def test_dot():
    text = told("graph", GUESTBOOK)
    assert text.startswith('digraph "guestbook" {\n') and text.endswith("}\n")
    assert text.count("{") == text.count("}")
    assert '"api" -> "store" [label="connection", style=solid];' in text
    assert '"api" -> "runtime"' not in text  # it stands in it
    assert re.search(r'subgraph cluster_\d+ {\nlabel="runtime";\n"runtime" .*\n"api" .*\n}', text)


def boxes(svg):
    """name: (x, y, width, height)"""
    found = {}
    for g in xml.etree.ElementTree.fromstring(svg).iter(SVG + "g"):
        rect = g.find(SVG + "rect")
        found[g.find(SVG + "title").text.split(": ")[0]] = tuple(float(rect.get(k)) for k in ("x", "y", "width", "height"))
    return found


def inside(a, b):
    return b[0] < a[0] and b[1] < a[1] and a[0] + a[2] < b[0] + b[2] and a[1] + a[3] < b[1] + b[3]


def apart(a, b):
    return a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]


def test_svg():
    svg = told("graph", GUESTBOOK, "--svg")
    assert svg == told("graph", GUESTBOOK, "-o", "svg")
    at = boxes(svg)
    assert inside(at["site"], at["web"]) and inside(at["api"], at["runtime"])
    rooms = [at[n] for n in ("web", "runtime", "store", "entries")]
    assert all(apart(a, b) for i, a in enumerate(rooms) for b in rooms[:i])
    assert at["web"][1] < at["runtime"][1] < at["store"][1] < at["entries"][1]  # who needs stands above


def test_svg_escapes(tmp_path):
    (tmp_path / "t.yaml").write_text('tosca_definitions_version: tosca_simple_yaml_1_3\ntopology_template: {node_templates: {"a<&\\"\\u0007>日本": {type: tosca.nodes.Root}}}\n', encoding="utf-8")
    svg = told("graph", "t.yaml", "--svg", cwd=str(tmp_path))
    assert list(boxes(svg)) == ['a<&" >日本']
    dot = told("graph", "t.yaml", cwd=str(tmp_path))
    assert '"a<&\\" >日本" [' in dot


@pytest.mark.parametrize("shape", ["flat", "tree", "chain", "rooms"])
def test_many(tmp_path, shape):
    """Ten thousand nodes; boxes stay apart, and the picture does not become a line."""
    lines = ["tosca_definitions_version: tosca_simple_yaml_1_3", "topology_template:", "  node_templates:"]
    for i in range(10000):
        need = {"flat": None, "tree": (i - 1) // 3, "chain": i - 1 if i % 50 else None, "rooms": i - i % 10 if i % 10 else None}[shape]
        kind = "tosca.nodes.SoftwareComponent" if shape == "rooms" and i % 10 else "tosca.nodes.Compute" if shape == "rooms" else "tosca.nodes.Root"
        lines.append(f"    n{i}:\n      type: {kind}")
        if i and need is not None:
            lines.append(f"      requirements: [ {'host' if shape == 'rooms' else 'dependency'}: n{need} ]")
    (tmp_path / "t.yaml").write_text("\n".join(lines) + "\n")
    svg = told("graph", "t.yaml", "--svg", cwd=str(tmp_path))
    at = boxes(svg)
    root = xml.etree.ElementTree.fromstring(svg)
    width, height = float(root.get("width")), float(root.get("height"))
    assert len(at) == 10000 and max(width, height) < 40 * min(width, height)
    outer = [b for n, b in at.items() if shape != "rooms" or int(n[1:]) % 10 == 0]
    rows = sorted(outer, key=lambda b: (b[1], b[0]))
    assert all(apart(a, b) for a, b in zip(rows, rows[1:]))
    assert told("graph", "t.yaml", cwd=str(tmp_path)).count("{") == (1001 if shape == "rooms" else 1)
