# SPDX-License-Identifier: Apache-2.0
"""A node template of TOSCA 2.0 that stands for several nodes: shown, planned, run, and refused where it cannot be carried out."""
import json

import pytest

from machine_bed import ROOT, Machine, needs, wait_for

pytestmark = needs("busybox")
APP = ROOT / "tests/integration/apps/counted/counted.yaml"


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


def test_it_is_shown(machine):
    shown = json.loads(machine.sedge("tosca", "show", APP, "-o", "json", "-i", "n=3").stdout)
    nodes = shown.get("service_template", shown)["node_templates"]
    assert nodes["web"]["count"] == 3


def test_so_many_run_and_a_plan_tells_when_that_changes(machine):
    m = machine
    try:
        m.sedge("deploy", APP)
        before = m.ids("counted")
        assert len(before["web"]) == 2
        assert "No changes" in m.sedge("plan", APP).stdout
        plan = m.sedge("plan", APP, "-i", "n=3", "-i", "software=3").stdout
        assert "replicas" in plan and "2" in plan and "3" in plan, plan
        m.sedge("deploy", APP, "-i", "n=3", "-i", "software=3")
        after = m.ids("counted")
        assert len(after["web"]) == 3 and set(before["web"]) < set(after["web"]), "those that ran go on"
        m.sedge("deploy", APP, "-i", "n=0", "-i", "software=0")
        wait_for(lambda: "web" not in m.ids("counted"))
    finally:
        m.sedge("undeploy", "counted", "--volumes", check=False)


@pytest.mark.parametrize("inputs,said", [
    (["software=3"], "its count is 3, but it runs once in each of the containers that it is hosted on; give the count to 'web'"),
    (["disks=2"], "a count other than 1 cannot be carried out for volumes"),
    (["n=-1"], "count is a whole number from 0 to"),
])
def test_what_cannot_be_carried_out(machine, inputs, said):
    options = [word for i in inputs for word in ("-i", i)]
    assert said in machine.fails("deploy", APP, *options)
    assert machine.api("/apis/sedge.dev/v1/applications")["items"] == []
