# SPDX-License-Identifier: Apache-2.0
"""The head's API: objects, errors, watches, rights, bundles, links and streams, by curl and by a made-up node."""
import hashlib
import json
import os
import signal
import socket
import struct
import subprocess
import time

import pytest

from head_bed import CLOSE, CREDIT, DATA, DATA_ERR, EOF, MESSAGE, PART, PROG, STATUS, WINDOW, Head, Node, Stream, needs, pod, running, wait_for

pytestmark = needs("curl")
PODS = "/api/v1/namespaces/default/pods"


@pytest.fixture
def head():
    with Head() as h:
        yield h


def unplaced(name, **spec):
    return pod(name, "nowhere", **spec)  # a node that is not there: nothing happens to it


def put_pod(head, name, **spec):
    answer = head.post(PODS, unplaced(name, **spec))
    assert answer.status == 201, answer.text
    return answer.json


# ---- objects ----

def test_create_get_list_delete(head):
    made = put_pod(head, "a")
    assert made["metadata"]["uid"] and made["spec"]["restartPolicy"] == "Always" and made["status"]["phase"] == "Pending"
    assert head.get(f"{PODS}/a").json == made
    listed = head.get(PODS).json
    assert listed["kind"] == "PodList" and listed["items"] == [made]
    assert head.get("/api/v1/pods").json["items"] == [made]
    gone = head.ask("DELETE", f"{PODS}/a", {"gracePeriodSeconds": 0, "propagationPolicy": "Background"})
    assert gone.status == 200 and gone.json["status"] == "Success" and gone.json["details"]["uid"] == made["metadata"]["uid"]
    assert head.get(f"{PODS}/a").json["reason"] == "NotFound"


def test_replace_and_patch(head):
    made = put_pod(head, "a")
    made["metadata"]["labels"]["app"] = "db"
    replaced = head.ask("PUT", f"{PODS}/a", made)
    assert replaced.status == 200 and replaced.json["metadata"]["labels"] == {"app": "db"}
    assert head.ask("PUT", f"{PODS}/a", made).json["reason"] == "Conflict"
    assert head.ask("PUT", f"{PODS}/b", unplaced("b")).status == 404
    patched = head.patch(f"{PODS}/a", {"metadata": {"labels": {"app": None, "tier": "back"}}})
    assert patched.json["metadata"]["labels"] == {"tier": "back"}
    patched = head.patch(f"{PODS}/a", {"spec": {"containers": [{"name": "main", "image": "web:2"}, {"name": "more", "image": "x"}]}},
                         "application/strategic-merge-patch+json")
    assert [c["image"] for c in patched.json["spec"]["containers"]] == ["web:2", "x"]
    assert patched.json["metadata"]["generation"] == 2
    status = head.patch(f"{PODS}/a/status", {"status": {"phase": "Running"}, "spec": None})
    assert status.json["status"]["phase"] == "Running" and status.json["spec"]
    assert head.patch(f"{PODS}/a", "[]", "application/json-patch+json").status == 415
    assert head.patch(f"{PODS}/a", "a: b", "application/apply-patch+yaml").status == 415


@pytest.mark.parametrize("body, status, reason, field, says", [
    ({"metadata": {"name": "x"}, "spec": {"containers": [{"name": "a"}]}}, 422, "Invalid", "spec.containers[0].image", "required"),
    ({"metadata": {"name": "x"}, "spec": {"containers": [{"name": "a", "image": "i", "imgae": 1}]}}, 422, "Invalid", "spec.containers[0].imgae", "unknown field"),
    ({"metadata": {"name": "X"}, "spec": {"containers": [{"name": "a", "image": "i"}]}}, 422, "Invalid", "metadata.name", "'X'"),
    ({"kind": "Deployment", "metadata": {"name": "x"}}, 422, "Invalid", "kind", "'Deployment'"),
    ([], 422, "Invalid", "object", "must be an object"),
    ("{", 400, "BadRequest", None, "no JSON"),
    ("", 400, "BadRequest", None, "no JSON"),
    ('{"a": 1, "a": 2}', 400, "BadRequest", None, "no JSON"),
    ("[" * 100, 400, "BadRequest", None, "nested"),
])
def test_invalid_bodies(head, body, status, reason, field, says):
    answer = head.post(PODS, body)
    assert (answer.status, answer.json["reason"]) == (status, reason), answer.text
    assert answer.json["kind"] == "Status" and answer.json["code"] == status and says in answer.json["message"]
    if field:
        assert answer.json["details"]["causes"][0]["field"] == field
    assert head.get(PODS).json["items"] == []


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/nothing", 404), ("GET", "/api/v1/things", 404), ("GET", "/api/v1/namespaces/default/nodes/x", 404), ("GET", "/apis/none", 404),
    ("POST", f"{PODS}/x", 405), ("PUT", PODS, 405), ("GET", "/sedge/v1/credentials", 405), ("POST", "/version", 405),
    ("GET", f"{PODS}?limit=x", 400), ("GET", f"{PODS}?watch=1&sendInitialEvents=true", 422), ("GET", f"{PODS}?labelSelector=a+b", 400), ("GET", f"{PODS}?fieldSelector=x%3D1", 400),
    ("GET", f"{PODS}/x", 404), ("GET", f"{PODS}/x/log", 404), ("DELETE", f"{PODS}/x", 404), ("DELETE", "/api/v1/namespaces/default", 409),
    ("POST", "/api/v1/namespaces/none/pods", 404), ("GET", "/sedge/v1/blobs/x", 400), ("GET", "/sedge/v1/bundles/sha256:" + "0" * 64, 404),
    ("POST", "/sedge/v1/nodes/none/stream", 400), ("POST", "/sedge/v1/nodes/UPPER/link", 400),
])
def test_refusals(head, method, path, status):
    body = pod("x") if "namespaces/none" in path else {} if method in ("POST", "PUT") else None
    answer = head.ask(method, path, body)
    assert answer.status == status and answer.json["kind"] == "Status" and answer.json["message"], answer.text


def test_types_that_are_not_served(head):
    assert head.get(PODS, "-H", "Accept: application/vnd.kubernetes.protobuf").status == 406
    assert head.ask("POST", PODS, "x", "application/vnd.kubernetes.protobuf").status == 400
    big = head.dir / "big"
    big.write_text(json.dumps({"metadata": {"name": "x", "annotations": {"a": "b" * (4 << 20)}}}))
    assert head.ask("POST", PODS, f"@{big}").status == 413


def test_selectors_and_pages(head):
    for name, labels in (("a", {"app": "web"}), ("b", {"app": "db", "tier": "back"}), ("c", {"app": "web", "tier": "back"})):
        assert head.post(PODS, dict(unplaced(name), metadata={"name": name, "labels": labels})).status == 201

    def names(query):
        return [p["metadata"]["name"] for p in head.get(f"{PODS}?{query}").json["items"]]
    assert names("labelSelector=app%3Dweb") == ["a", "c"]
    assert names("labelSelector=app+in+(web),!tier") == ["a"]
    assert names("labelSelector=tier&fieldSelector=metadata.name%21%3Db") == ["c"]
    assert names("fieldSelector=spec.nodeName%3Dnowhere,status.phase%3DPending") == ["a", "b", "c"]
    first = head.get(f"{PODS}?limit=2").json
    assert [p["metadata"]["name"] for p in first["items"]] == ["a", "b"] and first["metadata"]["remainingItemCount"] == 1
    assert names(f"limit=2&continue={first['metadata']['continue']}") == ["c"]
    assert head.ask("DELETE", f"{PODS}?labelSelector=app%3Dweb&gracePeriodSeconds=0").status == 200
    assert names("") == ["b"]


def test_dry_run_changes_nothing(head):
    assert head.post(f"{PODS}?dryRun=All", unplaced("a")).status == 201
    assert head.get(PODS).json["items"] == []
    made = put_pod(head, "a")
    assert head.post(f"{PODS}?dryRun=All", unplaced("a")).json["reason"] == "AlreadyExists"
    assert head.ask("PATCH", f"{PODS}/a?dryRun=All", {"metadata": {"labels": {"x": "y"}}}, "application/merge-patch+json").json["metadata"]["labels"]["x"] == "y"
    assert head.ask("DELETE", f"{PODS}/a?dryRun=All&gracePeriodSeconds=0").status == 200
    assert head.get(f"{PODS}/a").json == made


def test_tables_and_partial_objects(head):
    put_pod(head, "a")
    table = head.get(PODS, "-H", "Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json").json
    assert table["kind"] == "Table" and [c["name"] for c in table["columnDefinitions"]][:3] == ["Name", "Ready", "Status"]
    assert table["rows"][0]["cells"][:4] == ["a", "0/1", "Pending", "0"]
    assert table["rows"][0]["object"]["metadata"]["name"] == "a" and table["metadata"]["resourceVersion"]
    part = head.get(f"{PODS}/a", "-H", "Accept: application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io").json
    assert part["kind"] == "PartialObjectMetadata" and "spec" not in part


def test_names_that_would_be_paths(head):
    put_pod(head, "a")
    for name in ("%2F", "..%2Fa", "a%2Fb", "%00"):
        assert head.get(f"{PODS}/{name}").status in (400, 404)


# ---- watches ----

def test_watch(head):
    before = head.get(PODS).json["metadata"]["resourceVersion"]
    put_pod(head, "a")
    events = head.watch(f"{PODS}?watch=1&resourceVersion={before}&allowWatchBookmarks=true")
    first = next(events)
    assert first["type"] == "ADDED" and first["object"]["metadata"]["name"] == "a"
    head.patch(f"{PODS}/a", {"metadata": {"labels": {"app": "db"}}})
    assert next(events)["type"] == "MODIFIED"
    head.ask("DELETE", f"{PODS}/a?gracePeriodSeconds=0")
    last = next(events)
    assert last["type"] == "DELETED" and int(last["object"]["metadata"]["resourceVersion"]) > int(first["object"]["metadata"]["resourceVersion"])


def test_watch_from_nothing_with_a_selector(head):
    put_pod(head, "a")
    put_pod(head, "b")
    events = head.watch(f"{PODS}?watch=true&labelSelector=app%3Dweb")
    assert [next(events)["object"]["metadata"]["name"] for _ in range(2)] == ["a", "b"]
    head.patch(f"{PODS}/a", {"metadata": {"labels": {"app": "db"}}})
    left = next(events)
    assert (left["type"], left["object"]["metadata"]["name"]) == ("DELETED", "a")
    head.patch(f"{PODS}/a", {"metadata": {"labels": {"app": "web"}}})
    assert next(events)["type"] == "ADDED"


def test_watch_of_much_that_stands(head):
    path = head.dir / "pod"
    for i in range(8):
        path.write_text(json.dumps({**unplaced(f"p{i}"), "metadata": {"name": f"p{i}", "annotations": {"n": "x" * 1_000_000}}}))
        assert head.ask("POST", PODS, f"@{path}").status == 201
    events = head.watch(f"{PODS}?watch=1")
    assert [next(events)["object"]["metadata"]["name"] for _ in range(8)] == [f"p{i}" for i in range(8)]
    put_pod(head, "last")
    assert next(events)["object"]["metadata"]["name"] == "last"


def test_watcher_that_does_not_read_is_let_go(head):
    path = head.dir / "pod"
    for i in range(8):
        path.write_text(json.dumps({**unplaced(f"p{i}"), "metadata": {"name": f"p{i}", "annotations": {"n": "x" * 1_000_000}}}))
        assert head.ask("POST", PODS, f"@{path}").status == 201
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(head.run / "api.sock"))
        client.sendall(f"GET {PODS}?watch=1 HTTP/1.1\r\nHost: head\r\n\r\n".encode())
        assert client.recv(12) == b"HTTP/1.1 200"  # it stands; from here on nothing is read
        for i in range(8):
            assert head.patch(f"{PODS}/p0", {"metadata": {"labels": {"n": str(i)}}}).status == 200
        tail = b""
        while not tail.endswith(b"\r\n0\r\n\r\n"):  # the last chunk: nothing will follow
            more = client.recv(1 << 20)
            if not more:
                break
            tail = (tail + more)[-64:]
    assert head.get("/readyz").status == 200


def test_watch_ends_in_time(head):
    assert list(head.watch(f"{PODS}?watch=1&timeoutSeconds=1")) == []


def test_watch_of_a_revision_that_is_not_there(head):
    answer = head.get(f"{PODS}?watch=1&resourceVersion=999999999")
    assert answer.status == 410 and answer.json["reason"] == "Expired"


# ---- rights ----

def test_tls_by_certificate_and_token(head):
    c = head.credentials(kind="certificate")
    cert, key = head.dir / "c.crt", head.dir / "c.key"
    cert.write_text(c["certificate"])
    key.write_text(c["key"])
    nodes = f"{c['server']}/api/v1/nodes"
    assert c["server"] == f"https://127.0.0.1:{head.port}"
    assert head.curl("--cert", cert, "--key", key, nodes, tls=True).json["kind"] == "NodeList"
    token = head.credentials(kind="token")["token"]
    assert head.curl("-H", f"Authorization: Bearer {token}", nodes, tls=True).status == 200
    assert head.curl("-H", f"Authorization: Bearer {token}x", nodes, tls=True).json["reason"] == "Unauthorized"
    assert head.curl(nodes, tls=True).status == 401
    assert head.curl(f"{c['server']}/nothing", tls=True).status == 401
    assert head.curl(f"{c['server']}/healthz", tls=True).text == "ok"
    answer = head.curl("-X", "POST", "-H", f"Authorization: Bearer {token}", "-d", "{}", f"{c['server']}/sedge/v1/credentials", tls=True)
    assert answer.status == 403
    kept = [p.name for p in (head.state / "head/pki/tokens").iterdir()]
    assert kept == [hashlib.sha256(token.encode()).hexdigest()]


def test_certificate_of_another_ca_is_nobody(head, tmp_path):
    with Head() as other:
        c = other.credentials()
    (tmp_path / "crt").write_text(c["certificate"])
    (tmp_path / "key").write_text(c["key"])
    answer = head.curl("--cert", tmp_path / "crt", "--key", tmp_path / "key", f"https://127.0.0.1:{head.port}/api/v1/nodes", tls=True)
    assert answer.status in (0, 401)


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "system:node:x"}, {"kind": "password"}, {"ttlSeconds": 1}])
def test_credentials_that_are_refused(head, body):
    assert head.post("/sedge/v1/credentials", {"name": "x", **body}).status == 400


# ---- bundles ----

def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def put_file(head, kind, data, name=None):
    path = head.dir / "upload"
    path.write_bytes(data)
    return head.curl("-X", "PUT", "--data-binary", f"@{path}", f"http://localhost/sedge/v1/{kind}/{name or digest(data)}")


def test_bundles(head):
    script = b"#!/bin/sh\n" + os.urandom(100_000)
    manifest = json.dumps({"files": {"start.sh": {"digest": digest(script), "mode": 0o755, "size": len(script)}}}, separators=(",", ":"), sort_keys=True).encode()
    missing = put_file(head, "bundles", manifest)
    assert missing.status == 409 and missing.json["missing"] == [digest(script)]
    assert put_file(head, "blobs", script, digest(b"other")).status == 400
    assert put_file(head, "blobs", script).status == 201
    assert put_file(head, "bundles", b"{}").status in (400, 422)
    assert put_file(head, "bundles", manifest).status == 201
    got = subprocess.run(["curl", "-s", "--unix-socket", head.run / "api.sock", f"http://localhost/sedge/v1/blobs/{digest(script)}"], stdout=subprocess.PIPE)
    assert got.stdout == script
    assert head.get(f"/sedge/v1/bundles/{digest(manifest)}").text == manifest.decode()
    assert head.get(f"/sedge/v1/bundles/{digest(manifest)}", "-I").status == 200
    assert head.get(f"/sedge/v1/blobs/{digest(b'none')}", "-I").status == 404
    assert list((head.state / "head/spool").iterdir()) == []


def test_strangers_fill_no_disk(head):
    path = head.dir / "big"
    path.write_bytes(bytes(5 << 20))
    answer = head.curl("-X", "PUT", "-T", path, f"https://127.0.0.1:{head.port}/sedge/v1/blobs/{digest(path.read_bytes())}", tls=True)
    assert answer.status in (401, 413)
    assert put_file(head, "blobs", path.read_bytes()).status == 201


# ---- links ----

def ready(head, name="board"):
    node = head.get(f"/api/v1/nodes/{name}").json
    return next((c["status"] for c in node.get("status", {}).get("conditions", []) if c["type"] == "Ready"), None)


def test_node_comes_and_goes(head):
    node = Node(head)
    assert ready(head) == "True"
    made = head.get("/api/v1/nodes/board").json
    assert made["status"]["capacity"]["cpu"] == "4" and made["metadata"]["labels"]["kubernetes.io/arch"] == "arm64"
    before = made["metadata"]["resourceVersion"]
    node.tell(type="node-status", status=STATUS)
    node.tell(type="event", object={"involvedObject": {"kind": "Node"}, "reason": "Hello", "message": "here", "type": "Normal"})
    wait_for(lambda: head.get("/api/v1/events").json["items"])
    assert head.get("/api/v1/nodes/board").json["metadata"]["resourceVersion"] == before
    node.close()
    wait_for(lambda: ready(head) == "False")
    again = Node(head)
    assert ready(head) == "True"
    again.close()


def test_pod_on_a_node(head):
    node = Node(head)
    head.post(PODS, pod("a", "board"))
    mine = node.pod("a")
    node.report(mine, **running(mine))
    wait_for(lambda: head.get(f"{PODS}/a").json["status"]["phase"] == "Running")
    assert sum(m["type"] == "pod" for m in node.messages) == 1, "a status is not told to the node that reported it"
    answer = head.ask("DELETE", f"{PODS}/a")
    assert answer.json["metadata"]["deletionTimestamp"] and answer.json["metadata"]["deletionGracePeriodSeconds"] == 10
    node.heard("pod", lambda m: m["object"]["metadata"].get("deletionTimestamp"))
    node.gone(mine)
    wait_for(lambda: head.get(f"{PODS}/a").status == 404)
    node.heard("gone", lambda m: m["uid"] == mine["metadata"]["uid"])
    node.close()


def test_first_all_then_synced(head):
    head.post(PODS, pod("a", "board"))
    head.post(PODS, pod("b", "other"))
    head.post("/apis/sedge.dev/v1/namespaces/default/volumes", {"metadata": {"name": "v"}, "spec": {"nodeName": "board"}})
    head.post("/api/v1/namespaces/default/services", {"metadata": {"name": "s"}, "spec": {"selector": {"app": "web"}}})
    node = Node(head)
    told = [(m["type"], m.get("object", {}).get("metadata", {}).get("name")) for m in node.messages]
    assert told[:5] == [("time", None), ("volume", "v"), ("service", "s"), ("pod", "a"), ("synced", None)]
    node.close()


def test_what_a_node_may_not_say(head):
    node, other = Node(head), Node(head, "other")
    head.post(PODS, pod("a", "board"))
    mine = node.pod("a")
    other.report(mine, phase="Failed")
    other.gone(mine)
    node.tell(type="pod-status", namespace="default", name="a", uid="another", status={"phase": "Failed"})
    node.heard("gone", lambda m: m["uid"] == "another")
    node.tell(type="pod-status", namespace="default", name="a", uid=mine["metadata"]["uid"], status={"fase": 1})
    node.tell(type="what")
    node.tell(type="event", object={"involvedObject": {"kind": "Namespace", "name": "default"}, "reason": "x"})
    node.report(mine, **running(mine))
    wait_for(lambda: head.get(f"{PODS}/a").json["status"]["phase"] == "Running")
    assert "unknown type 'what'" in head.log() and "not on this node" in head.log() and "status.fase" in head.log()
    node.close()
    other.close()


@pytest.mark.parametrize("bytes", [b"GET / HTTP/1.1\r\n\r\n", bytes([MESSAGE, 0, 0, 0]) + struct.pack(">II", 0, 3) + b"{x}",
                                   bytes([DATA, 0, 0, 0]) + struct.pack(">II", 0, 0), bytes([MESSAGE, 0, 0, 0]) + struct.pack(">II", 3, 2) + b"{}"])
def test_nonsense_ends_the_link(head, bytes):
    node = Node(head)
    node.socket.sendall(bytes)
    wait_for(lambda: node.ended)
    assert head.get("/readyz").status == 200


def test_first_word_must_be_hello(head):
    node = Node(head, status=None)
    node.tell(type="node-status", status=STATUS)
    wait_for(lambda: node.ended)
    assert head.get("/api/v1/nodes/board").status == 404


def test_node_with_much_to_run_is_told_all_of_it(head):
    path = head.dir / "pod"
    for i in range(20):
        path.write_text(json.dumps({**pod(f"p{i}", "board"), "metadata": {"name": f"p{i}", "annotations": {"n": "x" * 1_000_000}}}))
        assert head.ask("POST", PODS, f"@{path}").status == 201
    node = Node(head)
    assert sum(m["type"] == "pod" for m in node.messages) == 20 and ready(head) == "True"
    node.close()


def test_newest_link_counts(head):
    old = Node(head)
    new = Node(head)
    wait_for(lambda: old.ended)
    assert ready(head) == "True" and not new.ended
    new.close()


def test_node_that_does_not_read_is_cut(head):
    node = Node(head, status=None)
    node.take = lambda *_: time.sleep(1000)  # its thread is stuck from here on
    node.tell(type="hello", status=STATUS)
    wait_for(lambda: ready(head) == "True")
    for i in range(40):
        note = {"metadata": {"name": f"p{i}", "annotations": {"n": "x" * 1_000_000}}}
        path = head.dir / "pod"
        path.write_text(json.dumps({**pod(f"p{i}", "board"), **note}))
        assert head.ask("POST", PODS, f"@{path}").status == 201
        if ready(head) == "False":
            break
    wait_for(lambda: ready(head) == "False")
    node.close()


# ---- streams ----

@pytest.fixture
def placed(head):
    node = Node(head)
    head.post(PODS, pod("a", "board"))
    mine = node.pod("a")
    node.report(mine, **running(mine))
    wait_for(lambda: head.get(f"{PODS}/a").json["status"]["phase"] == "Running")
    yield head, node, mine
    node.close()


STREAM = "/sedge/v1/namespaces/default/pods/a/stream"


def test_exec_passes_both_ways(placed):
    head, node, mine = placed
    client = Stream(head, STREAM, {"op": "exec", "command": ["cat"], "stdin": True})
    stream, request = node.asked("exec")
    assert request["pod"] == mine["metadata"]["uid"] and request["container"] == "main" and stream % 2 == 0
    node.send(MESSAGE, stream, {"started": True})
    assert json.loads(client.wait(MESSAGE)[1]) == {"started": True}
    client.send(DATA, 1, b"in")
    client.send(EOF, 1)
    assert node.wait(DATA) == (stream, b"in") and node.wait(EOF)[0] == stream
    client.send(PART, 1, b'{"rows": 24, ')
    client.send(MESSAGE, 1, b'"columns": 80}')
    assert json.loads(node.wait(MESSAGE, lambda p: b"rows" in p)[1]) == {"rows": 24, "columns": 80}
    node.send(DATA, stream, b"out")
    node.send(DATA_ERR, stream, b"err")
    assert struct.unpack(">I", node.wait(CREDIT)[1]) == (3,)
    node.send(CLOSE, stream, {"code": 7})
    assert json.loads(client.wait(CLOSE)[1]) == {"code": 7}
    assert client.bytes() == b"out" and client.bytes(DATA_ERR) == b"err"
    wait_for(lambda: client.ended)


def test_client_vanishes(placed):
    head, node, _ = placed
    client = Stream(head, STREAM, {"op": "exec", "command": ["cat"]})
    stream, _ = node.asked("exec")
    client.close()
    assert node.wait(CLOSE)[0] == stream
    node.send(DATA, stream, b"late")  # under way when it was cancelled: no fault
    node.tell(type="node-status", status=STATUS)
    assert ready(head) == "True"


def test_node_vanishes(placed):
    head, node, _ = placed
    client = Stream(head, STREAM, {"op": "exec", "command": ["cat"]})
    node.asked("exec")
    node.close()
    end = json.loads(client.wait(CLOSE)[1])
    assert end["code"] == 1 and "link" in end["error"]
    refused = Stream(head, STREAM, {"op": "exec", "command": ["cat"]})
    assert refused.status == 503


def test_data_waits_for_credit(placed):
    head, node, _ = placed
    client = Stream(head, STREAM, {"op": "logs"}, credit=False)
    stream, _ = node.asked("logs")
    for _ in range(WINDOW // 32768):
        node.send(DATA, stream, b"x" * 32768)
    wait_for(lambda: len(client.bytes()) == WINDOW)
    assert not [f for f in node.frames if f[0] == CREDIT]
    client.send(CREDIT, 1, struct.pack(">I", 32768))
    assert node.wait(CREDIT) == (stream, struct.pack(">I", 32768))
    client.close()
    client = Stream(head, STREAM, {"op": "logs", "again": 1}, credit=False)
    stream = wait_for(lambda: next((s for s, r in node.requests.items() if r.get("again")), None))
    for _ in range(WINDOW // 32768 + 1):  # more than was asked for: the node breaks the rules
        node.send(DATA, stream, b"x" * 32768)
    wait_for(lambda: node.ended)
    assert json.loads(client.wait(CLOSE)[1])["code"] == 1


def test_node_operations(head):
    node = Node(head)
    client = Stream(head, "/sedge/v1/nodes/board/stream", {"op": "images"})
    stream, _ = node.asked("images")
    long = {"items": [{"id": "x" * 100_000}]}
    text = json.dumps(long).encode()
    node.send(PART, stream, text[:60_000])
    node.send(MESSAGE, stream, text[60_000:])
    node.send(CLOSE, stream, {"code": 0})
    client.wait(CLOSE)
    assert json.loads(client.bytes(PART) + client.bytes(MESSAGE)) == long
    assert Stream(head, "/sedge/v1/nodes/board/stream", {"op": "exec"}).status == 400
    assert Stream(head, "/sedge/v1/nodes/none/stream", {"op": "images"}).status == 503
    assert Stream(head, STREAM, {"op": "images"}).status == 400
    node.close()


def test_log(placed):
    head, node, mine = placed
    out = head.dir / "out"
    got = subprocess.Popen(["curl", "-s", "-o", out, "--unix-socket", head.run / "api.sock",
                            f"http://localhost{PODS}/a/log?tailLines=5&timestamps=true&sinceTime=2026-01-01T00:00:00Z"])
    stream, request = node.asked("logs")
    assert (request["tailLines"], request["timestamps"], request["follow"], request["container"]) == (5, True, False, "main")
    size = 40 * 32768  # several windows: credit must come
    sent = 0
    while sent < size:
        wait_for(lambda: sent - sum(struct.unpack(">I", p)[0] for k, s, p in list(node.frames) if k == CREDIT) <= WINDOW - 32768)
        node.send(DATA, stream, b"y" * 32768)
        sent += 32768
    node.send(CLOSE, stream, {"code": 0})
    assert got.wait(20) == 0 and out.read_bytes() == b"y" * size
    for query, says in (("previous=true", "previous"), ("tailLines=x", "tailLines"), ("container=none", "none"), ("sinceTime=x", "sinceTime")):
        answer = head.get(f"{PODS}/a/log?{query}")
        assert answer.status == 400 and says in answer.json["message"]
    node.requests.clear()
    got = subprocess.Popen(["curl", "-s", "--unix-socket", head.run / "api.sock", f"http://localhost{PODS}/a/log"], stdout=subprocess.PIPE)
    stream, _ = node.asked("logs")
    node.send(CLOSE, stream, {"code": 1, "error": "the container is not there"})
    assert "the container is not there" in json.loads(got.communicate(timeout=20)[0])["message"]


# ---- the daemon ----

def test_one_head_at_a_time(head):
    second = subprocess.run([PROG, "--run", head.run, "--state", head.state], stderr=subprocess.PIPE, text=True)
    assert second.returncode == 1 and "another head runs" in second.stderr
    assert int((head.run / "head.pid").read_text()) == head.process.pid
    assert head.get("/readyz").status == 200


def test_address_that_is_taken(head, tmp_path):
    (tmp_path / "machine.json").write_text((head.state / "machine.json").read_text())
    p = subprocess.run([PROG, "--run", tmp_path / "run", "--state", tmp_path], stderr=subprocess.PIPE, text=True)
    assert p.returncode == 1 and f"port {head.port}" in p.stderr and "another process has it" in p.stderr


@pytest.mark.parametrize("text, says", [("{", "line 1"), ('{"name": "X"}', "name: 'X'"), ('{"name": "a", "what": 1}', "what: unknown field")])
def test_machine_that_makes_no_sense(tmp_path, text, says):
    (tmp_path / "machine.json").write_text(text)
    p = subprocess.run([PROG, "--run", tmp_path / "run", "--state", tmp_path], stderr=subprocess.PIPE, text=True)
    assert p.returncode == 1 and "machine.json" in p.stderr and says in p.stderr


def test_no_machine(tmp_path):
    p = subprocess.run([PROG, "--run", tmp_path / "run", "--state", tmp_path], stderr=subprocess.PIPE, text=True)
    assert p.returncode == 1 and "sedge up" in p.stderr
    assert subprocess.run([PROG, "--what"], stderr=subprocess.PIPE).returncode == 2


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_everything_is_there_after_a_restart(head, end):
    made = put_pod(head, "a")
    ca = head.ca().read_text()
    node = Node(head)
    client = head.watch(f"{PODS}?watch=1")
    assert next(client)["type"] == "ADDED"
    if end == signal.SIGTERM:
        assert head.stop() == 0
        assert not (head.run / "api.sock").exists()
    else:
        head.kill()
    wait_for(lambda: node.ended)
    assert list(client) == []
    head.start()
    assert head.get(f"{PODS}/a").json == made
    assert head.ca().read_text() == ca
    wait_for(lambda: ready(head) == "False")  # it did not come back


def test_stop_amid_everything(placed):
    head, node, _ = placed
    client = Stream(head, STREAM, {"op": "exec", "command": ["cat"]})
    node.asked("exec")
    follow = subprocess.Popen(["curl", "-sN", "--unix-socket", head.run / "api.sock", f"http://localhost{PODS}/a/log?follow=true"], stdout=subprocess.PIPE)
    head.children.append(follow)
    node.asked("logs")
    watches = [head.watch(f"{PODS}?watch=1&timeoutSeconds={n}") for n in (0, 500)]
    assert all(next(w)["type"] == "ADDED" for w in watches)
    assert head.stop() == 0
    wait_for(lambda: client.ended and node.ended)
    assert json.loads(client.wait(CLOSE)[1])["error"] == "the head stops"
    assert follow.communicate(timeout=20)[0] == b"" and all(list(w) == [] for w in watches)
    head.start()


def test_modes_of_what_is_kept(head):
    for path in (head.run / "api.sock", head.state / "head/pki/ca.key", head.state / "head/pki/server.key"):
        assert path.stat().st_mode & 0o777 == 0o600, path
    assert (head.state / "head").stat().st_mode & 0o777 == 0o700
