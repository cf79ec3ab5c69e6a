# SPDX-License-Identifier: Apache-2.0
"""The real kubectl against the head, with a made-up node: what its users do every day."""
import json
import subprocess

import pytest

from head_bed import CLOSE, CREDIT, DATA, EOF, Head, Node, needs, pod, running, wait_for

pytestmark = needs("kubectl", "curl")


def deployment(replicas=2, image="web:1", **spec):
    container = {"name": "main", "image": image, "ports": [{"containerPort": 80}], "env": [{"name": "A", "value": "1"}]}
    return json.dumps({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, **spec,
                 "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}}})


class Obedient(Node):
    """A node whose pods run as soon as they come, and are gone as soon as that is wished."""

    def take(self, kind, stream, payload):
        seen = len(self.messages)
        super().take(kind, stream, payload)
        for m in self.messages[seen:]:
            if m["type"] != "pod":
                continue
            if "deletionTimestamp" in m["object"]["metadata"]:
                self.gone(m["object"])
            else:
                self.report(m["object"], **running(m["object"]))


@pytest.fixture
def head():
    with Head() as h:
        h.node = Obedient(h)
        yield h
        h.node.close()


@pytest.fixture
def web(head):
    assert "created" in head.kubectl("apply", "-f", "-", input=deployment()).stdout
    wait_for(lambda: head.kubectl("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}").stdout == "2")
    return head


def names(head):
    return head.kubectl("get", "pods", "-o", "jsonpath={.items[*].metadata.name}").stdout.split()


def test_get(web):
    lines = web.kubectl("get", "pods").stdout.splitlines()
    assert lines[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert len(lines) == 3 and all(line.split()[1:4] == ["1/1", "Running", "0"] for line in lines[1:])
    wide = web.kubectl("get", "pods", "-o", "wide").stdout
    assert "NOMINATED NODE" in wide and "10.88.0.2" in wide and "board" in wide
    assert web.kubectl("get", "nodes").stdout.splitlines()[1].split()[:2] == ["board", "Ready"]
    assert web.kubectl("get", "deploy").stdout.splitlines()[1].split()[1:4] == ["2/2", "2", "2"]
    assert "deployment.apps/web" in web.kubectl("get", "all").stdout
    assert web.kubectl("get", "pods", "-o", "name").stdout.splitlines() == [f"pod/{n}" for n in names(web)]
    assert web.kubectl("get", "pods", "--sort-by=.metadata.name", "-l", "app=web").stdout.count("Running") == 2
    assert "No resources found" in web.kubectl("get", "pods", "-l", "app!=web").stderr
    assert web.kubectl("get", "pod", "none", check=False).stderr.startswith("Error from server (NotFound)")


def test_yaml_can_be_applied_again(web):
    text = web.kubectl("get", "deployment", "web", "-o", "yaml").stdout
    assert "uid:" in text and "image: web:1" in text
    assert web.kubectl("apply", "--validate=false", "-f", "-", input=text).returncode == 0
    assert web.kubectl("get", "deployment", "web", "-o", "jsonpath={.metadata.generation}").stdout == "1"


def test_describe(web):
    first = names(web)[0]
    shown = web.kubectl("describe", "pod", first).stdout
    assert "board/192.0.2.7" in shown and "Controlled By:  Deployment/web" in shown and "Scheduled" in shown
    shown = web.kubectl("describe", "node", "board").stdout
    assert "NodeConnected" in shown and first in shown
    assert "2 desired" in web.kubectl("describe", "deployment", "web").stdout


def test_apply_changes_what_differs(web):
    assert "unchanged" in web.kubectl("apply", "-f", "-", input=deployment()).stdout
    assert "configured" in web.kubectl("apply", "-f", "-", input=deployment(image="web:2")).stdout
    spec = json.loads(web.kubectl("get", "deployment", "web", "-o", "json").stdout)["spec"]["template"]["spec"]["containers"][0]
    assert spec["image"] == "web:2" and spec["ports"][0]["containerPort"] == 80
    refused = web.kubectl("apply", "-f", "-", check=False, input=deployment(replicsa=3))
    assert refused.returncode == 1 and "spec.replicsa" in refused.stderr


def test_scale_patch_label(web):
    web.kubectl("scale", "deployment/web", "--replicas=3")
    wait_for(lambda: len(names(web)) == 3)
    web.kubectl("patch", "deployment", "web", "-p", '{"spec": {"replicas": 1}}')
    wait_for(lambda: len(names(web)) == 1)
    web.kubectl("label", "pod", names(web)[0], "tier=front")
    assert len(web.kubectl("get", "pods", "-l", "tier in (front)", "-o", "name").stdout.splitlines()) == 1


def test_delete_pod_waits_until_it_is_gone(web):
    first = names(web)[0]
    assert "deleted" in web.kubectl("delete", "pod", first).stdout
    assert first not in names(web)
    wait_for(lambda: len(names(web)) == 2)  # the deployment makes another


def test_delete_deployment(web):
    web.kubectl("delete", "deployment", "web")
    wait_for(lambda: names(web) == [])


def test_watch(web):
    p = subprocess.Popen(["kubectl", "--kubeconfig", web.config, "get", "pods", "-w", "--no-headers"], stdout=subprocess.PIPE, text=True,
                         env={"PATH": "/usr/bin:/bin", "HOME": str(web.dir)})
    web.children.append(p)
    before = {p.stdout.readline().split()[0] for _ in range(2)}
    assert before == set(names(web))
    web.kubectl("scale", "deployment/web", "--replicas=3")
    while True:
        line = p.stdout.readline().split()
        if line[0] not in before and line[2] == "Running":
            break
    web.kubectl("delete", "pod", line[0], "--wait=false")
    while "Terminating" not in p.stdout.readline():
        pass


def test_wait(head):
    head.kubectl("wait", "--for=condition=Ready", "node/board", "--timeout=20s")
    head.kubectl("create", "-f", "-", input=json.dumps(pod("a")))
    head.kubectl("wait", "--for=condition=Ready", "pod/a", "--timeout=20s")
    head.kubectl("delete", "pod", "a", "--force", "--grace-period=0")
    head.kubectl("wait", "--for=delete", "pod/a", "--timeout=20s")


def test_logs(web):
    first = names(web)[0]
    p = subprocess.Popen(["kubectl", "--kubeconfig", web.config, "logs", "-f", "--tail=3", first], stdout=subprocess.PIPE, text=True,
                         env={"PATH": "/usr/bin:/bin", "HOME": str(web.dir)})
    web.children.append(p)
    stream, request = web.node.asked("logs")
    assert request["follow"] is True and request["tailLines"] == 3
    web.node.send(DATA, stream, b"first\n")
    assert p.stdout.readline() == "first\n"
    web.node.send(DATA, stream, b"second\n")
    assert p.stdout.readline() == "second\n"
    web.node.send(CLOSE, stream, {"code": 0})
    assert p.wait(20) == 0
    refused = web.kubectl("logs", "-p", first, check=False)
    assert refused.returncode == 1 and "previous" in refused.stderr


def test_exec_is_refused_with_a_hint(web):
    refused = web.kubectl("exec", names(web)[0], "--", "true", check=False)
    assert refused.returncode == 1 and "sedge exec" in refused.stderr


def test_token(head):
    config = head.kubeconfig("token")
    p = subprocess.run(["kubectl", "--kubeconfig", config, "get", "nodes"], stdout=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin", "HOME": str(head.dir)})
    assert "board" in p.stdout


def test_what_the_api_has(head):
    shown = head.kubectl("api-resources").stdout
    for kind in ("Namespace", "Node", "Pod", "Service", "Event", "Deployment", "Application", "Volume"):
        assert kind in shown
    assert "Server Version: v1." in head.kubectl("version").stdout
    assert "image reference" in head.kubectl("explain", "deployment.spec.template.spec.containers.image").stdout


def test_namespaces_and_other_kinds(head):
    for kind, name in (("Namespace", "shop"), ("Service", "db")):
        spec = {"spec": {"selector": {"app": "db"}}} if kind == "Service" else {}
        head.kubectl("apply", "-f", "-", input=json.dumps({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **spec}))
    assert "Active" in head.kubectl("get", "ns", "shop").stdout
    assert "ClusterIP" in head.kubectl("get", "svc").stdout
    head.kubectl("delete", "ns", "shop")
    refused = head.kubectl("delete", "ns", "default", check=False)
    assert refused.returncode == 1 and "default" in refused.stderr
