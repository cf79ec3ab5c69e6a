# SPDX-License-Identifier: Apache-2.0
"""Policies with real containers: how many run, on which nodes, what runs together, and what an event sets off."""
import pytest

from machine_bed import ROOT, Machine, needs

pytestmark = needs("busybox")
APP = ROOT / "tests/integration/apps/policies/policies.yaml"


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


@pytest.fixture
def app(machine):
    machine.sedge("deploy", APP)
    yield machine
    machine.sedge("undeploy", "policies", "--volumes", check=False)


def pods_of(m, component):
    return [p for p in m.pods("policies") if p["metadata"]["labels"]["sedge.dev/component"] == component]


def test_plan_shows_them(machine):
    plan = machine.sedge("plan", APP).stdout
    assert "#   grow (sedge.policies.Scaling) on web" in plan
    assert "web runs 3 times" in plan
    assert "scaling by load, from 2 to 4 (kept, not carried out yet)" in plan
    assert "only on nodes with the label kubernetes.io/os=linux" in plan
    assert "pair (tosker.groups.DeploymentUnit) on left, right" in plan


def test_they_are_carried_out(app):
    assert len(pods_of(app, "web")) == 3
    spec = pods_of(app, "web")[0]["spec"]
    assert spec["nodeSelector"] == {"kubernetes.io/os": "linux"}
    assert "podAntiAffinity" in spec["affinity"]
    left, right = pods_of(app, "left")[0], pods_of(app, "right")[0]
    label = "unit.sedge.dev/pair"
    assert left["metadata"]["labels"][label] == right["metadata"]["labels"][label] == "policies"
    assert left["spec"]["nodeName"] == right["spec"]["nodeName"]
    assert "podAffinity" in right["spec"]["affinity"]
    shown = app.sedge("describe", "app", "policies").stdout
    assert "Policies\n  grow (sedge.policies.Scaling) on web\n      web runs 3 times\n" in shown


def test_scaling_policy_is_kept_for_the_day(app):
    grow = app.application("policies")["status"]["policies"][0]
    assert grow["autoscaler"]["minReplicas"] == 2 and grow["autoscaler"]["maxReplicas"] == 4


def test_no_node_has_the_label(machine):
    done = machine.sedge("deploy", APP, "-i", "os=plan9", check=False)
    try:
        assert done.returncode == 1
        assert "has no label kubernetes.io/os=plan9" in done.stdout + done.stderr
    finally:
        machine.sedge("undeploy", "policies", "--volumes", check=False)


def test_notify(app):
    clerk = "policies/left"
    app.sedge("exec", clerk, "touch", "/done")
    app.sedge("notify", "policies", "load.high", "-i", "load=50")
    assert app.sedge("exec", clerk, "cat", "/done").stdout == "", "the condition does not hold"
    app.sedge("notify", "policies", "load.high", "-i", "load=90")
    assert app.sedge("exec", clerk, "cat", "/done").stdout == "helped\n"


def test_notify_of_nothing(app):
    done = app.sedge("notify", "policies", "load.low", check=False)
    assert done.returncode == 1
    assert "no trigger of its policies waits for 'load.low'" in done.stderr and "load.high" in done.stderr
