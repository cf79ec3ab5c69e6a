# SPDX-License-Identifier: Apache-2.0
"""An application written in TOSCA 2.0, from its template to its containers and back."""
import pytest

from machine_bed import ROOT, Machine, needs, wait_for

pytestmark = needs("busybox")
TWO = ROOT / "tests/integration/apps/two/two.yaml"


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


def test_a_template_of_two_runs(machine):
    machine.sedge("deploy", TWO, "--name", "two")
    wait_for(lambda: machine.get("http://127.0.0.1:8095/", check=False).stdout.strip() == "two")
    assert "made with hello!" in machine.sedge("logs", "two/soft").stdout
    assert ":8095" in machine.sedge("outputs", "two").stdout
    before = machine.ids("two")
    assert "nothing to change" in machine.sedge("deploy", TWO, "--name", "two").stdout
    machine.sedge("deploy", TWO, "--name", "two", "-i", "word=bye")
    assert "made with bye!" in machine.sedge("logs", "two/soft").stdout
    assert machine.ids("two")["web"] == before["web"]
    refused = machine.sedge("deploy", TWO, "--name", "two", "-i", "port=80", check=False)
    assert refused.returncode == 1 and "1023" in refused.stderr
    machine.sedge("undeploy", "two", "--volumes")
    assert machine.pods("two") == []
