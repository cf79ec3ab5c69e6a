# SPDX-License-Identifier: Apache-2.0
"""The real kubectl as a client, over TLS, with a certificate and with a token."""
import json
import subprocess

import pytest

from machine_bed import Machine, needs, run, wait_for

pytestmark = needs("busybox", "kubectl")

DEPLOYMENT = {
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "pause"},
    "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "pause"}},
             "template": {"metadata": {"labels": {"app": "pause"}},
                          "spec": {"terminationGracePeriodSeconds": 1,
                                   "containers": [{"name": "main", "image": "busybox:latest", "command": ["sh", "-c", "echo here; exec sleep 1000"]}]}}},
}


@pytest.fixture(scope="module", params=["certificate", "token"])
def cluster(request, tmp_path_factory):
    with Machine(images=["busybox"]) as m:
        config = tmp_path_factory.mktemp("kube") / "config"
        config.write_text(m.sedge("kubeconfig", *(["--token"] if request.param == "token" else [])).stdout)

        def kubectl(*argv, **kw):
            return m.inside("kubectl", "--kubeconfig", config, *argv, env=dict(m.env, HOME=str(config.parent)), **kw)
        m.kubectl, m.config = kubectl, config
        kubectl("create", "--validate=false", "-f", "-", input=json.dumps(DEPLOYMENT))
        wait_for(lambda: kubectl("get", "deployment", "pause", "-o", "jsonpath={.status.readyReplicas}").stdout == "2")
        yield m


def names(m):
    return m.kubectl("get", "pods", "-o", "jsonpath={.items[*].metadata.name}").stdout.split()


def test_get_pods(cluster):
    lines = cluster.kubectl("get", "pods").stdout.splitlines()
    assert lines[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert len(lines) == 3 and all(line.split()[1:3] == ["1/1", "Running"] for line in lines[1:])
    wide = cluster.kubectl("get", "pods", "-o", "wide").stdout
    assert "NODE" in wide and "board" in wide


def test_get_nodes(cluster):
    line = cluster.kubectl("get", "nodes").stdout.splitlines()[1].split()
    assert line[:2] == ["board", "Ready"]


def test_get_deployments_as_yaml(cluster):
    text = cluster.kubectl("get", "deployments", "-o", "yaml").stdout
    assert "readyReplicas: 2" in text and "image: busybox:latest" in text
    assert "2/2" in cluster.kubectl("get", "deployments").stdout


def test_describe_pod(cluster):
    text = cluster.kubectl("describe", "pod", names(cluster)[0]).stdout
    assert "Status:" in text and "busybox:latest" in text and "Ready" in text and "Events:" in text


def test_delete_and_watch(cluster):
    victim = names(cluster)[0]
    w = subprocess.Popen(["nsenter", f"--net=/run/netns/{cluster.ns}", "kubectl", "--kubeconfig", str(cluster.config), "get", "pods", "-w", "--no-headers"],
                         stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    cluster.started.append(w)
    assert [w.stdout.readline().split()[0] for _ in range(2)]
    cluster.kubectl("delete", "pod", victim, timeout=60)
    assert victim not in names(cluster)
    wait_for(lambda: len(names(cluster)) == 2)
    wait_for(lambda: cluster.kubectl("get", "deployment", "pause", "-o", "jsonpath={.status.readyReplicas}").stdout == "2")
    w.kill()
    seen = w.stdout.read()
    assert victim in seen and any(name in seen for name in names(cluster) if name != victim)


def test_logs_and_scale(cluster):
    assert cluster.kubectl("logs", names(cluster)[0]).stdout.strip() == "here"
    cluster.kubectl("scale", "deployment", "pause", "--replicas=1")
    wait_for(lambda: len(names(cluster)) == 1)
    cluster.kubectl("scale", "deployment", "pause", "--replicas=2")
    wait_for(lambda: cluster.kubectl("get", "deployment", "pause", "-o", "jsonpath={.status.readyReplicas}").stdout == "2")


def test_errors_name_the_field(cluster):
    bad = json.loads(json.dumps(DEPLOYMENT))
    bad["metadata"]["name"] = "bad"
    bad["spec"]["template"]["spec"]["containers"][0]["imagee"] = "x"
    p = cluster.kubectl("create", "--validate=false", "-f", "-", input=json.dumps(bad), check=False)
    assert p.returncode == 1 and "spec.template.spec.containers[0].imagee" in p.stderr


def test_strangers_are_refused(cluster):
    p = cluster.inside("curl", "-sk", "https://127.0.0.1:6443/api/v1/pods")
    assert json.loads(p.stdout)["code"] == 401
    p = cluster.inside("curl", "-sk", "-H", "Authorization: Bearer nonsense", "https://127.0.0.1:6443/api/v1/pods")
    assert json.loads(p.stdout)["code"] == 401
