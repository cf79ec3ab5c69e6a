# SPDX-License-Identifier: Apache-2.0
"""One application's whole life on one machine, by the command line alone: deploy, patch, fail, scale, stop, and daemons killed under it."""
import json
import os
import signal
import time

import pytest

from machine_bed import HOST_IP, ROOT, Machine, needs, wait_for

pytestmark = needs("busybox")
PAIR = ROOT / "tests/integration/apps/pair/pair.yaml"


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


@pytest.fixture
def app(machine):
    """The pair, fresh; gone afterwards."""
    machine.sedge("deploy", PAIR)
    yield machine
    machine.wait_ready()
    machine.sedge("undeploy", "pair", "--volumes", check=False)


def page(m, port=8090, **kw):
    return m.get(f"http://127.0.0.1:{port}/", **kw).stdout.strip()


def starts_of_data(m):
    return m.sedge("exec", "pair/data", "cat", "/keep/starts").stdout.split()


def test_it_answers_on_every_address(app):
    assert page(app) == "first"
    assert app.get(f"http://{HOST_IP}:8090/").stdout.strip() == "first"
    assert app.get(f"http://{HOST_IP}:8090/", where="other").stdout.strip() == "first"
    assert app.sedge("outputs", "pair", "url").stdout.strip() == f"http://{HOST_IP}:8090"
    assert app.get("http://127.0.0.1:8090/history").stdout.split() == ["created", "hello"]


def test_deploying_again_changes_nothing_and_says_so(app):
    before = app.ids("pair")
    assert set(before) == {"server", "data", "lonely"}
    assert "nothing to change" in app.sedge("deploy", PAIR).stdout
    assert app.ids("pair") == before
    assert app.get("http://127.0.0.1:8090/history").stdout.split() == ["created", "hello"]


def test_a_script_input_replaces_just_its_component(app):
    before = app.ids("pair")
    app.sedge("deploy", PAIR, "-i", "text=second")
    assert page(app) == "second"
    assert app.ids("pair") == before, "the containers stay: only the software was made anew"


def test_an_environment_value_replaces_its_container_and_what_follows(app):
    before = app.ids("pair")
    app.sedge("deploy", PAIR, "-i", "mood=merry")
    after = app.ids("pair")
    assert after["data"] != before["data"] and after["lonely"] == before["lonely"] and after["server"] == before["server"]
    assert app.sedge("exec", "pair/data", "printenv", "MOOD").stdout.strip() == "merry"
    assert len(starts_of_data(app)) == 2, "the volume stayed"
    assert page(app) == "first"
    assert app.get("http://127.0.0.1:8090/history").stdout.split() == ["created", "hello", "hello"], "the page was stopped before and started after"


def test_another_port(app):
    app.sedge("deploy", PAIR, "-i", "port=8091")
    assert page(app, 8091) == "first"
    assert app.get("http://127.0.0.1:8090/", check=False).returncode != 0


def test_half_failed_then_mended(machine):
    said = machine.fails("deploy", PAIR, "-i", "break_it=yes")
    assert "page" in said and "configure" in said and "this went wrong on purpose" in said
    ids = machine.ids("pair")
    assert machine.application("pair")["status"]["phase"] == "Failed"
    assert "this went wrong on purpose" in machine.fails("deploy", PAIR, "-i", "break_it=yes"), "tried again, fails again"
    machine.sedge("deploy", PAIR)
    assert page(machine) == "first"
    assert machine.ids("pair")["lonely"] == ids["lonely"]
    machine.sedge("undeploy", "pair", "--volumes")
    assert machine.pods("pair") == []


def test_half_failed_then_undone(machine):
    machine.fails("deploy", PAIR, "-i", "break_it=yes")
    machine.sedge("undeploy", "pair", "--volumes")
    assert machine.pods("pair") == [] and machine.api("/apis/sedge.dev/v1/volumes")["items"] == []


def test_stop_start_and_one_component(app):
    app.sedge("stop", "pair")
    assert app.ids("pair") == {}
    assert app.get("http://127.0.0.1:8090/", check=False).returncode != 0
    app.sedge("start", "pair")
    assert page(app) == "first"
    assert app.get("http://127.0.0.1:8090/history").stdout.split() == ["created", "hello", "hello"], "created once, started twice"
    app.sedge("stop", "pair/lonely")
    assert set(app.ids("pair")) == {"server", "data"}
    app.sedge("start", "pair/lonely")
    assert set(app.ids("pair")) == {"server", "data", "lonely"}


def test_scale(app):
    before = app.ids("pair")
    app.sedge("scale", "pair/lonely", "3")
    after = app.ids("pair")
    assert len(after["lonely"]) == 3 and set(before["lonely"]) <= set(after["lonely"])
    assert "lonely speaks" in app.sedge("logs", "pair/lonely").stdout
    app.sedge("scale", "pair/lonely", "1")
    wait_for(lambda: len(app.ids("pair")["lonely"]) == 1)
    assert {k: v for k, v in app.ids("pair").items() if k != "lonely"} == {k: v for k, v in before.items() if k != "lonely"}


def test_undeploy_keeps_the_volume_unless_told(machine):
    machine.sedge("deploy", PAIR)
    machine.sedge("undeploy", "pair")
    assert machine.pods("pair") == []
    machine.sedge("deploy", PAIR)
    assert len(starts_of_data(machine)) == 2
    machine.sedge("undeploy", "pair", "--volumes")
    machine.sedge("deploy", PAIR)
    assert len(starts_of_data(machine)) == 1
    machine.sedge("undeploy", "pair", "--volumes")


@pytest.mark.parametrize("victim", ["head", "node", "keeper"])
def test_a_killed_daemon_stops_nothing(app, victim):
    before = app.ids("pair")
    app.kill(victim)
    assert page(app) == "first"
    app.wait_ready()
    assert page(app) == "first"
    assert app.ids("pair") == before
    assert "nothing to change" in app.sedge("deploy", PAIR).stdout
    assert app.ids("pair") == before


@pytest.mark.parametrize("victim", ["head", "node", "keeper", "deploy"])
@pytest.mark.parametrize("after_ms", [5, 60, 200])
def test_killed_under_way(machine, victim, after_ms):
    deploy = machine.start("deploy", PAIR)
    time.sleep(after_ms / 1000)
    if victim == "deploy":
        deploy.kill()
    else:
        machine.kill(victim)
    deploy.wait(60)
    machine.wait_ready()
    machine.sedge("deploy", PAIR)
    assert page(machine) == "first"
    assert set(machine.ids("pair")) == {"server", "data", "lonely"}
    assert all(len(ids) == 1 for ids in machine.ids("pair").values())
    machine.sedge("undeploy", "pair", "--volumes")
    assert machine.pods("pair") == []


def test_the_keeper_comes_back_and_goes_down_when_told(app):
    first = app.daemons()["keeper"]
    app.kill("keeper")
    wait_for(lambda: app.daemons().get("keeper") not in (None, first))
    assert app.sedge("exec", "pair/lonely", "--", "/bin/sh", "-c", "echo entered").stdout == "entered\n"
    app.kill("keeper")
    app.sedge("down")  # at the moment when the node starts another
    time.sleep(0.5)
    assert app.leftovers() == []
    app.sedge("up")
    wait_for(lambda: page(app, check=False) == "first")


def test_a_crashed_container_comes_back_with_its_software(app):
    (container, pid), = app.ids("pair")["server"]
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: app.ids("pair").get("server") not in (None, [], [(container, pid)]))
    wait_for(lambda: app.get("http://127.0.0.1:8090/", check=False).returncode == 0)
    assert app.get("http://127.0.0.1:8090/history").stdout.split() == ["created", "hello", "hello"]


def test_reboot(app):
    app.power_off()
    app.sedge("up")
    wait_for(lambda: set(app.ids("pair")) == {"server", "data", "lonely"})
    wait_for(lambda: app.get("http://127.0.0.1:8090/", check=False).returncode == 0)
    assert page(app) == "first"
    assert len(starts_of_data(app)) == 2
    assert "nothing to change" in app.sedge("deploy", PAIR).stdout


def test_down_leaves_nothing_and_up_brings_it_back(app):
    app.sedge("down")
    assert app.leftovers() == []
    app.sedge("down")  # safe to repeat
    app.sedge("up")
    app.sedge("up")  # safe to repeat
    wait_for(lambda: app.get("http://127.0.0.1:8090/", check=False).returncode == 0)
    assert page(app) == "first"
    assert app.application("pair")["status"]["phase"] == "Running"


def test_a_plan_from_a_file(machine, tmp_path):
    plan = tmp_path / "half.plan"
    plan.write_text("data:Standard.create\ndata:Standard.start\n")
    assert "line 2: data:Standard.start: data requires storage, which keep (deleted) does not offer" in machine.fails("deploy", PAIR, "--plan", plan)
    assert machine.pods("pair") == []
    machine.sedge("undeploy", "pair", "--volumes", check=False)
    plan.write_text("keep:Standard.create\nserver:Standard.create\nserver:Standard.start\npage:Standard.create\n")
    machine.sedge("deploy", PAIR, "--plan", plan)
    states = {c["name"]: c["state"] for c in machine.application("pair")["status"]["components"]}
    assert states == {"page": "created", "server": "running", "data": "deleted", "lonely": "deleted", "keep": "created"}
    machine.sedge("undeploy", "pair", "--volumes")
