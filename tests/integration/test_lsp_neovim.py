# SPDX-License-Identifier: Apache-2.0
"""A real editor: neovim's own LSP client, headless, against `sedge tosca lsp`, for both generations of TOSCA."""
import json
import os
import shutil
import subprocess

import pytest

from lsp_bed import place
from template_bed import HERE, PROG, ROOT, need_program

ONE = """tosca_definitions_version: tosca_simple_yaml_1_3
imports:
  - sedge.yaml
  - lib.yaml
topology_template:
  inputs:
    port: { type: integer, default: 80, description: where it answers }
  node_templates:
    box:
      type: sedge.nodes.Container
      properties:
        memory: 64 MB
    app:
      type: lib.App
      requirements:
        - host: box
      interfaces:
        Standard:
          operations:
            create: run.sh
"""
LIB = """tosca_definitions_version: tosca_simple_yaml_1_3
node_types:
  lib.App:
    derived_from: sedge.nodes.Software
    description: An app of ours.
"""
TWO = """tosca_definitions_version: tosca_2_0
imports:
  - profile: dev.sedge:1.0
    namespace: sg
  - lib.yaml
service_template:
  inputs:
    port: { type: integer, default: 80, description: where it answers }
  node_templates:
    box:
      type: sg:sedge.nodes.Container
      properties:
        memory: 64 MB
    app:
      type: lib.App
      requirements:
        - host: box
      interfaces:
        Standard:
          operations:
            create: run.sh
"""
LIB_2 = """tosca_definitions_version: tosca_2_0
imports:
  - profile: dev.sedge:1.0
node_types:
  lib.App:
    derived_from: sedge.nodes.Software
    description: An app of ours.
"""
GENERATIONS = {"1.3": (ONE, LIB), "2.0": (TWO, LIB_2)}


@pytest.fixture(params=sorted(GENERATIONS))
def template(request, tmp_path):
    need_program()
    if not shutil.which("nvim"):
        pytest.skip("neovim is not installed")
    app, lib = GENERATIONS[request.param]
    (tmp_path / "app.yaml").write_text(app)
    (tmp_path / "lib.yaml").write_text(lib)
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    return tmp_path, app, request.param


def neovim(folder, *asks):
    """What the editor got for each ask, and the server's capabilities."""
    out = folder / "answers.json"
    env = dict(os.environ, SEDGE_DATA=ROOT, LSP_FILE=str(folder / "app.yaml"), LSP_PROG=PROG, LSP_ASKS=json.dumps(asks), LSP_OUT=str(out),
               XDG_STATE_HOME=str(folder / "state"), XDG_CACHE_HOME=str(folder / "cache"), XDG_DATA_HOME=str(folder / "data"), XDG_CONFIG_HOME=str(folder / "config"))
    done = subprocess.run(["nvim", "--headless", "-n", "-u", "NONE", "-i", "NONE", "-c", f"luafile {HERE}/neovim_lsp.lua"], env=env, capture_output=True, text=True, timeout=120)
    assert out.exists(), done.stderr
    answers = json.loads(out.read_text())
    assert "error" not in answers, answers["error"] + done.stderr
    return [answers[str(i + 1)] for i in range(len(asks))], answers["capabilities"]


def at(text, mark):
    """Line and character of "|" in a part of the text."""
    before, _, after = mark.partition("|")
    i = text.index(before + after) + len(before)
    return place(text[:i] + "|" + text[i:], "|")[1:]


def labels(completion):
    return [item["label"] for item in completion["items"]]


def test_hover(template):
    folder, text, generation = template
    asks = [["hover", *at(text, mark)] for mark in ("sedge.nodes.Con|tainer", "mem|ory:", "ho|st: box", "host: b|ox", "node_temp|lates", "lib.|App", "defa|ult:")]
    told, capabilities = neovim(folder, *asks)
    texts = [answer["contents"]["value"] for answer in told]
    for text_, part in zip(texts, ("A container with limits", "scalar-unit.size" if generation == "1.3" else "**memory**", "requirement of node type", "sedge.nodes.Container",
                                   "the parts of the application", "An app of ours.", "the value where none is given")):
        assert part in text_
    assert "derived from `tosker.nodes.Container`" in texts[0] and "- `cpus`: float" in texts[0]
    assert capabilities["hoverProvider"] is True


def test_typing(template):
    """A line is typed bit by bit: names are offered while it is broken, faults are told when it stands, and go with it."""
    folder, text, generation = template
    line, character = at(text, "host: box|\n")
    wanted = "private_address"
    call = "get_attribute" if generation == "1.3" else "$get_attribute"
    out = f"\n  outputs:\n    x:\n      value: {{ {call}: [ box, "
    end = text.count("\n") - 1
    last = text.rstrip("\n").rsplit("\n", 1)[-1]
    told, _ = neovim(folder, ["diagnostics", 0], ["type", line, character, "\n        - conn"], ["completion", line + 1, 14],
                     ["type", line + 1, 14, "ection: nobody"], ["told", "UNKNOWN_REF"], ["erase", line, character, line + 1, 28], ["diagnostics", 0],
                     ["type", end, len(last), out], ["completion", end + 3, len(out.rsplit("\n", 1)[-1])], ["type", end + 3, len(out.rsplit("\n", 1)[-1]), "none ] }"],
                     ["told", "UNKNOWN_REF"])
    assert "connection" in labels(told[2])
    (fault,) = told[4]
    assert fault["line"] == line + 1 and "nobody" in fault["message"]
    assert told[6] == []
    assert wanted in labels(told[8])
    assert told[10][0]["line"] == end + 3


def test_completion(template):
    folder, text, generation = template
    prefix = "" if generation == "1.3" else "sg:"
    asks = [["completion", *at(text, mark)] for mark in ("type: |" + prefix + "sedge.nodes.C", "|memory:", "host: |box", "|requirements:")]
    (types, properties, targets, keys), _ = neovim(folder, *asks)
    assert prefix + "sedge.nodes.Volume" in labels(types) and "lib.App" in labels(types)
    assert "restart" in labels(properties) and "port" not in labels(properties)
    assert labels(targets) == ["box"]
    assert "artifacts" in labels(keys) and "type" not in labels(keys)


def test_jumps(template):
    folder, text, generation = template
    asks = [["jump", *at(text, mark)] for mark in ("host: b|ox", "lib.|App", "sedge.nodes.Con|tainer", "run|.sh", "- lib|.yaml", "ho|st: box")]
    (box, app, container, script, lib, host), _ = neovim(folder, *asks)
    assert box[0].endswith("app.yaml") and box[2] == "    box:"
    assert app[0] == str(folder / "lib.yaml") and app[2] == "  lib.App:"
    assert os.path.basename(container[0]) in ("sedge.yaml", "sedge-2.yaml") and container[2] == "  sedge.nodes.Container:"
    assert script[0] == str(folder / "run.sh") and lib[0] == str(folder / "lib.yaml")
    assert os.path.basename(host[0]) in ("tosker.yaml", "tosker-2.yaml") and host[2].strip() == "- host:"


def test_format_and_outline(template):
    folder, text, generation = template
    (typed, lines, symbols), capabilities = neovim(folder, ["type", *at(text, "  - |lib.yaml"), "     "], ["format"], ["documentSymbol", 0, 0])
    assert "\n".join(lines) + "\n" == text
    top = {symbol["name"]: symbol for symbol in symbols}
    inside = top["topology_template" if generation == "1.3" else "service_template"]["children"]
    assert [node["name"] for node in next(s for s in inside if s["name"] == "node_templates")["children"]] == ["box", "app"]
    assert capabilities["documentFormattingProvider"] is True
