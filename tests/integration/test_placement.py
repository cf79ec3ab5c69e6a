# SPDX-License-Identifier: Apache-2.0
"""Where pods go, over made-up boards: labels, taints, cordon, drain by the command line, and what `sedge explain` says of it."""
import json
import os
import subprocess
import threading
import time

import pytest

from head_bed import PROG, Head, Node, needs, running, wait_for

pytestmark = needs("curl")
SEDGE = PROG.parents[3] / "sedge"
PODS = "/api/v1/namespaces/default/pods"


class Board(Node):
    """Runs what it is told to, in name: pods are ready after a moment, and gone at once."""

    def __init__(self, head, name, slow=0.0):
        self.slow, self.told, self.up = slow, set(), True
        super().__init__(head, name)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        try:
            while self.up and not self.ended:
                for m in list(self.messages):
                    self.answer(m)
                time.sleep(0.02)
        except OSError:
            pass  # the test is over

    def answer(self, m):
        pod = m.get("object") or m.get("pod") or {}
        meta = pod.get("metadata", {})
        key = (m["type"], meta.get("uid"), bool(meta.get("deletionTimestamp")))
        if not meta.get("uid") or key in self.told:
            return
        self.told.add(key)
        at = {"namespace": meta["namespace"], "name": meta["name"], "uid": meta["uid"]}
        if meta.get("deletionTimestamp"):
            self.tell(type="pod-gone", **at)
        else:
            time.sleep(self.slow)
            self.tell(type="pod-status", status=running(pod), **at)

    def close(self):
        self.up = False
        super().close()


@pytest.fixture
def head():
    with Head() as h:
        yield h


@pytest.fixture
def boards(head):
    made = [Board(head, "b1"), Board(head, "b2", slow=0.2)]
    yield made
    for board in made:
        board.close()


def sedge(head, *argv, code=0):
    env = dict(os.environ, SEDGE_RUN=str(head.run), SEDGE_STATE=str(head.state), NO_COLOR="1", LANG="C.UTF-8")
    p = subprocess.run([SEDGE, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, env=env, stdin=subprocess.DEVNULL)
    assert p.returncode == code, p.stdout + p.stderr
    return p.stdout + p.stderr


def put_pod(head, name, **spec):
    answer = head.post(PODS, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [{"name": "main", "image": "web:1"}], **spec}})
    assert answer.status == 201, answer.text


def node_of(head, name):
    return head.get(f"{PODS}/{name}").json["spec"].get("nodeName")


def placed(head, name):
    return wait_for(lambda: node_of(head, name))


def test_labels_taints_and_why(head, boards):
    shown = json.loads(sedge(head, "node", "label", "b2", "disk=ssd", "-o", "json"))
    assert shown["metadata"]["labels"]["disk"] == "ssd"
    sedge(head, "node", "taint", "b1", "camera=yes:NoSchedule")
    put_pod(head, "plain")
    assert placed(head, "plain") == "b2"
    put_pod(head, "tape", nodeSelector={"disk": "tape"})
    wait_for(lambda: head.get(f"{PODS}/tape").json.get("status", {}).get("conditions"))
    told = sedge(head, "explain", "pod/tape")
    assert "pod tape: has no node yet" in told and "has no label disk=tape" in told
    said = json.loads(sedge(head, "explain", "pod/plain", "-o", "json"))["placements"][0]
    nodes = {n["node"]: n for n in said["nodes"]}
    assert said["on"] == said["best"] == "b2" and nodes["b2"]["fits"]
    assert nodes["b1"]["why"] == "has the taint camera=yes:NoSchedule, which the pod does not tolerate"
    sedge(head, "node", "label", "b1", "disk=tape")
    sedge(head, "node", "taint", "b1", "camera-")
    assert placed(head, "tape") == "b1"
    assert "no taint 'camera'" in sedge(head, "node", "taint", "b1", "camera-", code=1)
    assert "write KEY=VALUE:EFFECT" in sedge(head, "node", "taint", "b1", "camera", code=1)


def test_taint_drives_out(head, boards):
    put_pod(head, "one", nodeName="b1")
    put_pod(head, "other", nodeName="b1", tolerations=[{"key": "broken", "operator": "Exists"}])
    wait_for(lambda: len(head.get(PODS).json["items"]) == 2)
    sedge(head, "node", "taint", "b1", "broken:NoExecute")
    wait_for(lambda: head.get(f"{PODS}/one").status == 404)
    assert head.get(f"{PODS}/other").status == 200


@pytest.mark.parametrize("spec, path", [
    ({"topologySpreadConstraints": [{"maxSkew": 0, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"a": "b"}}}]}, "spec.topologySpreadConstraints[0].maxSkew"),
    ({"topologySpreadConstraints": [{"maxSkew": 1, "minDomains": 2, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"a": "b"}}}]}, "minDomains"),
    ({"tolerations": [{"value": "x"}]}, "spec.tolerations[0].key"),
    ({"tolerations": [{"key": "x", "effect": "Never"}]}, "spec.tolerations[0].effect"),
    ({"tolerations": [{"key": "x", "tolerationSeconds": 3}]}, "tolerationSeconds"),
    ({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "x", "operator": "Gt", "values": ["many"]}]}]}}}},
     "nodeSelectorTerms[0].matchExpressions[0].values"),
    ({"affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {"matchFields": []}}]}}}, "matchFields"),
])
def test_what_is_refused(head, spec, path):
    answer = head.post(PODS, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"name": "main", "image": "web:1"}], **spec}})
    assert answer.status in (400, 422) and path in answer.text, answer.text


def test_drain_keeps_serving(head, boards):
    sedge(head, "node", "cordon", "b2")
    answer = head.post("/apis/apps/v1/namespaces/default/deployments", {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}},
                 "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "main", "image": "web:1"}]}}}})
    assert answer.status == 201, answer.text

    def ready():
        items = head.get(PODS).json["items"]
        return sum(any(c["type"] == "Ready" and c["status"] == "True" for c in p.get("status", {}).get("conditions", [])) and "deletionTimestamp" not in p["metadata"]
                   for p in items)
    wait_for(lambda: ready() == 3)
    put_pod(head, "alone", nodeName="b1")
    assert "alone: nobody makes it anew elsewhere" in sedge(head, "node", "drain", "b1", code=1)
    assert "unschedulable" not in head.get("/api/v1/nodes/b1").text, "a refused drain changes nothing"
    head.ask("DELETE", f"{PODS}/alone")
    wait_for(lambda: head.get(f"{PODS}/alone").status == 404)
    sedge(head, "node", "uncordon", "b2")
    seen, over = [], threading.Event()

    def watch():
        while not over.is_set():
            seen.append(ready())
    watcher = threading.Thread(target=watch)
    watcher.start()
    told = sedge(head, "node", "drain", "b1", "--timeout", "40s")
    over.set()
    watcher.join()
    assert told.count(" goes") == 3 and "node b1 is empty" in told
    assert min(seen) >= 2, seen
    wait_for(lambda: ready() == 3)
    assert {p["spec"]["nodeName"] for p in head.get(PODS).json["items"]} == {"b2"}
    assert "Cordoned" in sedge(head, "node", "ls")


SPREAD_WEB = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
    "replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}}, "spec": {
        "containers": [{"name": "main", "image": "web:1"}], "tolerations": [{"key": "camera", "operator": "Exists", "effect": "NoSchedule"}],
        "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "web"}}}],
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]}]}]}}}}}}}


@needs("curl", "kubectl")
def test_kubectl(head, boards):
    head.kubectl("taint", "nodes", "b1", "camera=yes:NoSchedule")
    head.kubectl("apply", "-f", "-", input=json.dumps(SPREAD_WEB))
    wait_for(lambda: sorted(p["spec"].get("nodeName", "") for p in head.get(PODS).json["items"]) == ["b1", "b2"])
    assert "unchanged" in head.kubectl("apply", "-f", "-", input=json.dumps(SPREAD_WEB)).stdout
    assert "camera=yes:NoSchedule" in head.kubectl("describe", "node", "b1").stdout
    head.kubectl("cordon", "b1")
    assert "SchedulingDisabled" in head.kubectl("get", "nodes").stdout
    head.kubectl("taint", "nodes", "b1", "camera-")
    assert "camera" not in head.get("/api/v1/nodes/b1").text


def test_drain_is_late(head, boards):
    sedge(head, "node", "cordon", "b2")
    put_pod(head, "one", nodeName="b1")
    boards[0].up = False
    time.sleep(0.1)
    assert "one: still there" in sedge(head, "node", "drain", "b1", "--unowned", "--timeout", "1s", code=1)
