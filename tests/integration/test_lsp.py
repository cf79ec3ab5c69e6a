# SPDX-License-Identifier: Apache-2.0
"""`sedge tosca lsp` by its raw protocol: what editors ask, and what nobody should send."""
import json
import os
import shutil
import subprocess
import time

import pytest

from lsp_bed import Server, place, span, uri_of
from web_bed import Web
from template_bed import PROG, ROOT, need_program, validate

pytestmark = pytest.mark.usefixtures("program")

HEAD = """tosca_definitions_version: tosca_simple_yaml_1_3
imports:
  - sedge.yaml
topology_template:
  inputs:
    port: { type: integer, default: 80 }
  node_templates:
    box:
      type: sedge.nodes.Container
    app:
      type: sedge.nodes.Software
      requirements:
        - host: box
"""
LIBRARY = """tosca_definitions_version: tosca_simple_yaml_1_3
node_types:
  lib.Thing:
    derived_from: tosca.nodes.Root
    properties:
      size: {type: integer}
"""
USER = """tosca_definitions_version: tosca_simple_yaml_1_3
imports: [{file: lib/types.yaml, namespace_prefix: l}]
topology_template:
  node_templates:
    a:
      type: l:lib.Thing
      properties:
        size: 3
"""


@pytest.fixture(scope="module")
def program():
    need_program()


@pytest.fixture
def server():
    with Server() as s:
        yield s


@pytest.fixture
def ready(server):
    server.begin()
    return server


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return uri_of(path)


# ---- the protocol ----

def test_life(server):
    assert server.refused("textDocument/hover") == -32002
    capabilities = server.begin()
    assert capabilities["positionEncoding"] == "utf-16"
    assert capabilities["textDocumentSync"]["change"] == 2
    assert server.refused("initialize") == -32600
    assert server.refused("no/such") == -32601
    assert server.refused("$/unknown") == -32601
    server.tell("$/unknown", {})
    assert server.ask("shutdown") is None
    assert server.refused("textDocument/hover") == -32600
    server.tell("exit")
    assert server.process.wait(10) == 0


def test_exit_without_shutdown(ready):
    ready.tell("exit")
    assert ready.process.wait(10) == 1


def test_end_of_input(ready):
    ready.process.stdin.close()
    assert ready.process.wait(10) == 1


def test_wrong_messages(ready):
    for body, code in [(b"{", -32700), (b"", -32700), (b"[]", -32600), (b"{}", -32600), (b'{"id": {}, "method": "x"}', -32600), (b'{"id": 1.5, "method": 3}', -32600),
                       (b'\xff\xfe', -32700), (b'{"id": 1, "id": 2}', -32700), (b"[" * 100 + b"]" * 100, -32700)]:
        ready.send(body)
        answer = ready.take()
        assert answer["error"]["code"] == code and answer["id"] is None, (body, answer)
    assert ready.refused("textDocument/hover", {"textDocument": {"uri": "file:///none"}}) == -32602
    ready.tell("textDocument/didOpen", {"textDocument": {}})
    ready.tell("textDocument/didChange", None)
    ready.send({"jsonrpc": "2.0", "id": 77, "result": None})  # an answer that nobody waits for
    assert ready.end() == 0


@pytest.mark.parametrize("head", [b"Hello\r\n\r\n", b"Content-Length: -1\r\n\r\n", b"Content-Length: 1e3\r\n\r\n", b"X: y\r\n\r\n", b"\r\n\r\n", b"x" * 5000])
def test_no_head(ready, head):
    ready.bytes(head)
    assert ready.process.wait(10) == 1
    assert b"no head" in ready.process.stderr.read()


def test_heads_of_other_kinds(server):
    body = b'{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"capabilities":{}}}'
    head = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:%d\r\n\r\n" % len(body)
    for byte in head + body:  # a byte at a time
        server.bytes(bytes([byte]))
    assert server.answer("a")["result"]["serverInfo"]["name"] == "sedge"


def test_huge_message(ready):
    text = b'{"jsonrpc":"2.0","id":5,"method":"x","params":"' + b"x" * (8 << 20) + b'"}'
    ready.send(text)
    assert ready.take()["error"]["code"] == -32600
    assert ready.take()["method"] == "window/showMessage"
    assert ready.refused("no/such") == -32601  # it goes on
    memory = int(next(line for line in open(f"/proc/{ready.process.pid}/status") if line.startswith("VmHWM")).split()[1])
    assert memory < 64 << 10, "it kept what it passed over"


def test_cancelled(ready):
    ready.open("untitled:a", HEAD)
    requests = [{"jsonrpc": "2.0", "id": f"r{i}", "method": "textDocument/documentSymbol", "params": {"textDocument": {"uri": "untitled:a"}}} for i in (3, 1, 2)]
    bodies = [json.dumps(m).encode() for m in [*requests, {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "r2"}},
                                               {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "never"}}]]
    ready.bytes(b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(b), b) for b in bodies))
    assert "result" in ready.answer("r3")
    assert "result" in ready.answer("r1")
    assert ready.answer("r2")["error"]["code"] == -32800


# ---- documents ----

def test_same_as_validate(ready, tmp_path):
    """Every template of the tests that has faults, as an editor would show it."""
    folder = os.path.join(ROOT, "tests", "templates", "invalid")
    names = sorted(n for n in os.listdir(folder) if n.endswith(".yaml"))[::4]
    for name in names:
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            text = f.read()
        if "\udc80" <= max(text) <= "\udcff":
            continue
        (report,), _ = validate(path)
        ready.open(uri_of(path), text)
        told = ready.found(uri_of(path))
        ours = sorted((d["code"], d["range"]["start"]["line"] + 1, {1: "error", 2: "warning"}[d["severity"]]) for d in told)
        here = [f for f in report["findings"] if os.path.realpath(f["file"]) == os.path.realpath(path)]
        assert ours == sorted((f["code"], f["line"], f["level"]) for f in here), name
        assert all(d["codeDescription"]["href"].endswith(f"docs/errors/{d['code']}.md") for d in told)
        ready.tell("textDocument/didClose", {"textDocument": {"uri": uri_of(path)}})
        if told:
            assert ready.found(uri_of(path)) == [], "closed, and still told of"


def test_other_yaml(ready):
    """An editor sends whatever is YAML: what is no template is left alone."""
    ready.open("untitled:k", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: [x\n")
    assert ready.found("untitled:k") == []
    assert ready.labels("untitled:k", 3, 0) == [] and ready.at("hover", "untitled:k", 2, 3) is None
    ready.open("untitled:new", "")
    assert ready.found("untitled:new") == []
    assert "tosca_definitions_version" in ready.labels("untitled:new", 0, 0)
    ready.change("untitled:k", 2, {"text": "toplogy_template: {}\n"})
    assert {d["code"] for d in ready.found("untitled:k", 2)} >= {"UNKNOWN_KEY"}


def test_typing(ready):
    uri = "untitled:x"
    ready.open(uri, HEAD)
    assert ready.found(uri, 1) == []
    ready.change(uri, 2, {"range": span(12, 16, 19), "text": "bix"})
    (told,) = ready.found(uri, 2)
    assert told["code"] == "UNKNOWN_REF" and told["range"] == span(12, 16, 19) and "did you mean 'box'?" in told["message"]
    (action,) = ready.ask("textDocument/codeAction", {"textDocument": {"uri": uri}, "range": span(12, 16, 16), "context": {"diagnostics": []}})
    assert action["edit"]["changes"][uri] == [{"range": span(12, 16, 19), "newText": "box"}]
    ready.change(uri, 3, {"range": span(12, 16, 19), "text": "b"}, {"range": span(12, 17, 17), "text": "ox"})
    assert ready.found(uri, 3) == []
    ready.change(uri, 4, {"text": HEAD.replace("imports:\n  - sedge.yaml\n", "")})
    assert {d["code"] for d in ready.found(uri, 4)} == {"UNKNOWN_TYPE"}


def test_related_and_imported(ready, tmp_path):
    """Faults in an import stand under its own name; unsaved texts lie over what is on disk."""
    lib, app = write(tmp_path, "lib/types.yaml", LIBRARY), write(tmp_path, "app.yaml", USER.replace("size: 3", "sizze: 3"))
    ready.open(app, (tmp_path / "app.yaml").read_text())
    told = ready.found(app)
    undeclared = next(d for d in told if d["code"] == "UNDECLARED_NAME")
    (related,) = undeclared["relatedInformation"]
    assert related["location"] == {"uri": lib, "range": span(2, 2, 11)}
    ready.change(app, 2, {"text": USER})
    assert ready.found(app, 2) == []
    ready.open(lib, LIBRARY.replace("type: integer", "type: nonsense"))
    assert ready.found(lib)[0]["code"] == "UNKNOWN_TYPE"
    ready.change(lib, 2, {"text": LIBRARY.replace("integer", "string")})
    assert ready.found(lib, 2) == []
    (app_too,) = ready.found(app)
    assert app_too["code"] == "VALUE_TYPE"
    ready.tell("textDocument/didClose", {"textDocument": {"uri": lib}})  # what is on disk counts again
    assert ready.found(app) == []


def test_import_that_is_not_open(ready, tmp_path):
    lib, app = write(tmp_path, "lib/types.yaml", LIBRARY.replace("integer", "nonsense")), write(tmp_path, "app.yaml", USER)
    ready.open(app, USER)
    assert ready.found(lib)[0]["code"] == "UNKNOWN_TYPE"
    write(tmp_path, "lib/types.yaml", LIBRARY)
    ready.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": lib, "type": 2}]})
    assert ready.found(lib) == []


def test_files_above(ready, tmp_path):
    """A template in a folder of its own names scripts beside it, as validate takes it."""
    write(tmp_path, "scripts/run.sh", "#!/bin/sh\n")
    text = HEAD + "      interfaces:\n        Standard: {create: ../scripts/run.sh}\n"
    uri = write(tmp_path, "templates/app.yaml", text)
    ready.open(uri, text)
    assert ready.found(uri) == []
    target = ready.at("definition", uri, 14, 40)
    assert target["uri"] == uri_of(tmp_path / "scripts/run.sh")


# ---- positions ----

def test_utf16(ready):
    text, line, character = place("\n".join([
        "tosca_definitions_version: tosca_simple_yaml_1_3", "topology_template:", "  inputs:", "    grüße_😀: {type: string, default: a}", "  outputs:",
        "    x: {description: \"😀😀\", value: {get_input: grü|ße_😀}}", ""]))
    ready.open("untitled:u", text)
    assert ready.found("untitled:u") == []
    hover = ready.at("hover", "untitled:u", line, character)
    assert hover["range"] == span(5, 48, 56) and "grüße_😀" in hover["contents"]["value"]
    assert ready.at("definition", "untitled:u", line, character)["range"] == span(3, 4, 12)
    (item,) = ready.at("completion", "untitled:u", line, character)["items"]
    assert item["textEdit"]["range"] == span(5, 48, 56)
    ready.change("untitled:u", 2, {"range": span(5, 55, 56), "text": "x"})  # inside of the emoji: its begin counts
    (told,) = [d for d in ready.found("untitled:u", 2) if d["code"] == "UNKNOWN_REF"]
    assert told["range"]["start"] == {"line": 5, "character": 37}  # the function's name


def test_utf8(server):
    capabilities = server.begin(general={"positionEncodings": ["utf-16", "utf-8"]})
    assert capabilities["positionEncoding"] == "utf-8"
    text = "tosca_definitions_version: tosca_simple_yaml_1_3\ntopology_template:\n  inputs: {a: {type: string, default: b, description: \"😀\", nonsense: 1}}\n"
    server.open("untitled:u", text)
    (told,) = server.found("untitled:u")
    first = text.split("\n")[2].encode().index(b"nonsense")
    assert told["range"] == span(2, first, first + 8)


def test_line_ends(ready):
    text = HEAD.replace("\n", "\r\n").replace("host: box", "host: bix")
    ready.open("untitled:u", text)
    (told,) = ready.found("untitled:u")
    assert told["range"] == span(12, 16, 19)
    ready.change("untitled:u", 2, {"range": span(11, 99, 0, 12), "text": "\r\n"})
    (told,) = ready.found("untitled:u", 2)
    assert told["range"]["start"]["line"] == 12


# ---- half-typed documents ----

HALF = [
    ("      |", "interfaces"),
    ("      prop|\n", "properties"),
    ("      properties:\n        |\n", "tosca_never"),
    ("        - |", "connection"),
    ("        - connection: |", "box"),
    ("        - connection: { node: |", "box"),
    ("        - connection:\n            no|\n", "node"),
    ("    late:\n      type: |", "sedge.nodes.Volume"),
    ("    late:\n      type: sedge.nodes.V|\n  outputs:\n", "sedge.nodes.Volume"),
    ("    late:\n      type: \"sedge.|", "sedge.nodes.Volume"),
    ("  outputs:\n    x: {value: { get_input: |", "port"),
    ("  outputs:\n    x:\n      value: { get_attribute: [ box, |\n", "private_address"),
    ("  outputs:\n    x:\n      value: { get_attribute: [ |\n    y: {value: 1}\n", "SELF"),
    ("}}}\n    late:\n      type: |", "sedge.nodes.Volume"),
    ("\t\n    late: ]\n      type: |", "sedge.nodes.Volume"),
    ("  |", "outputs"),
    ("|", "node_types"),
]


@pytest.mark.parametrize("tail, wanted", HALF)
def test_half_typed(ready, tail, wanted):
    """Typed on from a good document, and opened as it is."""
    text, line, character = place(HEAD + tail)
    for uri, first in (("untitled:on", HEAD), ("untitled:new", text)):
        ready.open(uri, first)
        ready.change(uri, 2, {"text": text})
        labels = ready.labels(uri, line, character)
        assert (wanted in labels) == (wanted != "tosca_never"), labels


def test_every_prefix(ready):
    """A template typed letter by letter: an answer comes for each."""
    with open(os.path.join(ROOT, "examples", "guestbook", "guestbook.yaml"), encoding="utf-8") as f:
        text = f.read()[:2500]
    ready.open("untitled:t", "")
    for i in range(0, len(text), 7):
        part = text[:i]
        ready.change("untitled:t", i, {"text": part})
        line, character = part.count("\n"), len(part) - part.rfind("\n") - 1
        for method in ("completion", "hover", "definition"):
            ready.at(method, "untitled:t", line, character)
        ready.ask("textDocument/documentSymbol", {"textDocument": {"uri": "untitled:t"}})
    assert ready.end() == 0


# ---- the rest ----

def test_definition_in_copied_profiles(tmp_path):
    """Where the built-in types are in no file, a copy that nobody can write to is made."""
    program = tmp_path / "bin" / "deep" / "sedge"  # beside no profiles
    program.parent.mkdir(parents=True)
    shutil.copy(PROG, program)
    if os.path.exists("/usr/local/share/sedge/profiles"):
        pytest.skip("sedge is installed: its files are taken")
    env = {key: value for key, value in os.environ.items() if key != "SEDGE_DATA"}
    with Server(str(program), env=dict(env, XDG_CACHE_HOME=str(tmp_path / "cache"))) as s:
        s.begin()
        s.open("untitled:a", HEAD)
        target = s.at("definition", "untitled:a", 8, 15)
    path = target["uri"].removeprefix("file://")
    assert path.startswith(str(tmp_path / "cache")) and os.stat(path).st_mode & 0o222 == 0
    with open(path, encoding="utf-8") as f:
        line = f.read().split("\n")[target["range"]["start"]["line"]]
    assert line == "  sedge.nodes.Container:"


def test_fetched_import(tmp_path):
    """While one types nothing is fetched: what `sedge validate` brought into the cache is taken."""
    env = dict(os.environ, SEDGE_DATA=ROOT, SEDGE_CACHE=str(tmp_path / "fetched"), XDG_CACHE_HOME=str(tmp_path / "cache"))
    env = {key: value for key, value in env.items() if not key.lower().endswith("_proxy")}
    with Web() as web:
        web.put("/types.yaml", LIBRARY + "      other: {type: nonsense, required: false}\n")
        text = USER.replace("lib/types.yaml", web.url + "/types.yaml")
        uri = write(tmp_path, "app.yaml", text)
        with Server(env=env) as s:
            s.begin()
            s.open(uri, text)
            assert {d["code"] for d in s.found(uri)} >= {"IMPORT"} and web.count("/types.yaml") == 0
        subprocess.run([PROG, "validate", str(tmp_path / "app.yaml")], env=env, capture_output=True, timeout=60)
        fetched = web.count("/types.yaml")
        with Server(env=env) as s:
            s.begin()
            s.open(uri, text)
            (told,) = [d for d in s.found(uri) if d["severity"] == 1]
            assert told["code"] == "UNKNOWN_TYPE" and f"{web.url}/types.yaml:7:" in told["message"] and told["range"]["start"]["line"] == 0
            target = s.at("definition", uri, 5, 16)
            assert target["uri"].startswith(uri_of(tmp_path / "cache")) and target["range"] == span(2, 2, 11)
        assert fetched == 1 and web.count("/types.yaml") == 1


def test_formatting(ready):
    text = HEAD.replace("  - sedge.yaml", "    -   sedge.yaml")
    ready.open("untitled:f", text)
    (edit,) = ready.ask("textDocument/formatting", {"textDocument": {"uri": "untitled:f"}, "options": {"tabSize": 2, "insertSpaces": True}})
    assert edit == {"range": span(2, 0, 0, 3), "newText": "  - sedge.yaml\n"}
    ready.change("untitled:f", 2, {"range": edit["range"], "text": edit["newText"]})
    assert ready.ask("textDocument/formatting", {"textDocument": {"uri": "untitled:f"}, "options": {}}) == []
    ready.change("untitled:f", 3, {"text": "a: ["})
    assert ready.refused("textDocument/formatting", {"textDocument": {"uri": "untitled:f"}, "options": {}}) == -32803


def test_symbols(server):
    server.begin(textDocument={"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}})
    server.open("untitled:s", HEAD)
    (top,) = server.ask("textDocument/documentSymbol", {"textDocument": {"uri": "untitled:s"}})
    assert [s["name"] for s in top["children"]] == ["inputs", "node_templates"]
    box, app = top["children"][1]["children"]
    assert (box["name"], box["detail"]) == ("box", "sedge.nodes.Container")
    assert app["children"][0]["name"] == "host" and app["selectionRange"] == span(9, 4, 7)


def test_watches(server):
    server.begin(workspace={"didChangeWatchedFiles": {"dynamicRegistration": True}})
    request = server.take()
    assert request["method"] == "client/registerCapability"
    server.send({"jsonrpc": "2.0", "id": request["id"], "result": None})
    assert server.end() == 0


def test_large_template_stays_interactive(ready):
    """A thousand node templates: the answer to a key stroke comes while one still types. The bound is far above what is
    usual (see docs/editor.md), so that a busy machine passes; what grows with the square of the nodes does not."""
    text = HEAD + "".join(f"    box{i}:\n      type: sedge.nodes.Container\n      properties:\n        memory: 64 MB\n    app{i}:\n"
                          f"      type: sedge.nodes.Software\n      requirements:\n        - host: box{i}\n" for i in range(500))
    ready.open("untitled:big", text)
    last = text.count("\n") - 1
    began = time.monotonic()
    for i in range(10):
        ready.change("untitled:big", i + 2, {"range": span(last, 20, 20), "text": "x"})
        assert "box7" in ready.labels("untitled:big", last, 17)
    each = (time.monotonic() - began) / 10
    print(f"completion after a key stroke: {each * 1000:.0f} ms")
    assert each < 1
