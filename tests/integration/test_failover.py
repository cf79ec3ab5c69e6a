# SPDX-License-Identifier: Apache-2.0
"""Boards that lose their power or their cable: what they ran is made elsewhere, and what was only out of sight goes on."""
import pathlib
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))
from lab import Lab  # noqa: E402
from machine_bed import needs, wait_for  # noqa: E402

pytestmark = needs()

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 1
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 1
              podAffinityTerm: { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: web } } }
      nodeSelector: { site: field }
      containers:
        - { name: web, image: busybox, command: [ sh, -c, "mkdir /w; hostname > /w/index.html; exec httpd -f -p 80 -h /w" ], ports: [ { containerPort: 80 } ] }
"""


@pytest.fixture(scope="module")
def lab():
    with Lab(4, images=("busybox",)) as made:
        for name in ("h2", "h3", "h4"):
            made.head.api(f"/api/v1/nodes/{name}", "PATCH", {"metadata": {"labels": {"site": "field"}}})
        apply(made, "/apis/apps/v1/namespaces/default/deployments", WEB)
        apply(made, "/api/v1/namespaces/default/services",
              "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}")
        wait_for(lambda: count(made) == 2, 60)
        yield made


def apply(lab, path, text):
    import json
    import yaml
    answer = lab.head.api(path, "POST", yaml.safe_load(text))
    assert answer.get("kind") != "Status", json.dumps(answer)


def running(lab):
    """node -> container ids of the web's pods that are ready."""
    found = {}
    for p in lab.head.pods():
        ready = [c for c in p.get("status", {}).get("conditions", []) if c["type"] == "Ready" and c["status"] == "True"]
        if p["metadata"].get("labels", {}).get("app") == "web" and ready and "deletionTimestamp" not in p["metadata"]:
            found.setdefault(p["spec"]["nodeName"], []).extend(c["containerID"] for c in p["status"]["containerStatuses"])
    return found


def count(lab):
    return sum(len(ids) for ids in running(lab).values())


def settled(lab, without=None, seconds=60):
    """Both are ready, on boards that may have them."""
    try:
        wait_for(lambda: without not in running(lab) and count(lab) == 2, seconds)
    except AssertionError as e:
        raise AssertionError(f"{e}\n{lab.head.sedge('node', 'ls', '-o', 'wide').stdout}{lab.head.sedge('ps', '-a', '-o', 'wide').stdout}") from None


def address(lab):
    return lab.head.api("/api/v1/namespaces/default/services/web")["spec"]["clusterIP"]


def answers(lab):
    """Does the service answer, asked on the head's machine?"""
    return lab.head.inside("curl", "-fsS", "--max-time", "1", f"http://{address(lab)}/", check=False).returncode == 0


def containers_on(host):
    return {d.name for d in (host.state_dir / "containers").iterdir()} if (host.state_dir / "containers").exists() else set()


def host_of(lab, name):
    return lab[int(name[1:])]


def test_a_board_without_power_is_replaced(lab):
    before = running(lab)
    victim = sorted(before)[0]
    kept = {n: ids for n, ids in before.items() if n != victim}
    wait_for(lambda: answers(lab))
    began = time.monotonic()
    host_of(lab, victim).off()
    settled(lab, victim)
    print(f"\nfrom power cut to a replacement that is ready: {time.monotonic() - began:.1f} s")
    assert all(set(ids) <= set(running(lab)[n]) for n, ids in kept.items())  # what was well was not touched
    assert all(answers(lab) for _ in range(20))
    host_of(lab, victim).on()
    wait_for(lambda: not containers_on(host_of(lab, victim)), 60)  # what was made elsewhere is stopped on the board that came back
    assert count(lab) == 2


def test_a_cable_that_is_pulled_for_a_moment_restarts_nothing(lab):
    settled(lab)
    before = running(lab)
    victim = host_of(lab, sorted(before)[0])
    victim.cut()
    time.sleep(1)
    victim.mend()
    time.sleep(3)
    assert running(lab) == before


def test_a_board_that_is_cut_off_goes_on_and_gives_up_only_what_was_moved(lab):
    settled(lab)
    before = running(lab)
    name = sorted(before)[0]
    victim = host_of(lab, name)
    own = containers_on(victim)
    victim.cut()
    settled(lab, name)
    assert containers_on(victim) == own
    victim.mend()
    wait_for(lambda: not containers_on(victim), 60)
    assert count(lab) == 2


def test_services_leave_a_lost_board_out_before_its_pods_move(lab):
    settled(lab)
    name = sorted(running(lab))[0]
    host_of(lab, name).cut()
    try:
        wait_for(lambda: name not in {p["spec"].get("nodeName") for p in lab.head.pods() if ready(p)}, 10)
        wait_for(lambda: all(answers(lab) for _ in range(10)), 10)
    finally:
        host_of(lab, name).mend()
    settled(lab)


def ready(pod):
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod.get("status", {}).get("conditions", []))


def test_when_the_head_is_cut_off_nothing_is_made_anew(lab):
    settled(lab)
    before = running(lab)
    lab.head.cut()
    time.sleep(8)
    lab.head.mend()
    wait_for(lambda: running(lab) == before, 60)


def test_pods_of_a_removed_board_are_made_elsewhere(lab):
    settled(lab)
    name = sorted(running(lab))[0]
    lab.head.sedge("node", "rm", name)
    settled(lab, name)
    wait_for(lambda: name not in lab.head.sedge("node", "ls").stdout)
