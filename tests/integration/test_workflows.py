# SPDX-License-Identifier: Apache-2.0
"""Imperative work flows with real containers: a template's own deploy and undeploy, a failure path that is taken, one that nobody
handles, and the head killed at each step on the way."""
import json

import pytest

from machine_bed import ROOT, Machine, needs, wait_for

pytestmark = needs("busybox")
FLOWS = ROOT / "tests/integration/apps/flows/flows.yaml"


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


@pytest.fixture
def app(machine):
    """The shop, deployed by its own work flow; gone afterwards."""
    machine.sedge("deploy", FLOWS)
    yield machine
    machine.wait_ready()
    machine.sedge("undeploy", "flows", "--volumes", check=False)


def done(m):
    """What the scripts were called for, in order."""
    return m.sedge("exec", "flows/box", "cat", "/done").stdout.split("\n")[:-1]


def state(m, component, key="state"):
    found = {c["name"]: c for c in m.application("flows")["status"]["components"]}
    return found[component].get(key)


def run_of(m):
    return m.application("flows")["status"]["workflow"]


def steps(m):
    return {s["name"]: s["state"] for s in run_of(m)["steps"]}


def will_fail(m, what):
    m.sedge("exec", "flows/box", "touch", f"/fail {what}")


DEPLOYED = ["shop create", "shop configure", "shop start", "clerk create"]


def test_deploy_is_the_templates_own(app):
    assert done(app) == DEPLOYED, "the clerk is left where the work flow leaves it"
    assert state(app, "clerk") == "created" and state(app, "shop") == "running"
    assert run_of(app)["name"] == "deploy" and run_of(app)["state"] == "Done"
    assert app.application("flows")["status"]["phase"] == "Running"
    names = [w["name"] for w in json.loads(app.sedge("workflow", "ls", "flows", "-o", "json").stdout)["items"]]
    assert names == ["deploy", "undeploy", "open", "renew", "come", "book", "greet", "close"]


def test_deploying_again_runs_it_again_and_changes_nothing(app):
    before = app.ids("flows")
    assert "flows runs" in app.sedge("deploy", FLOWS).stdout
    assert app.ids("flows") == before and done(app) == DEPLOYED


def test_a_work_flow_is_run_and_its_result_stands(app):
    told = app.sedge("workflow", "run", "flows", "open")
    assert "come: done" in told.stderr and "clerk = running" in told.stdout
    assert done(app) == DEPLOYED + ["clerk start"]
    assert state(app, "shop", "label") == "started" and steps(app)["excuse"] == "skipped"
    assert "open: Done" in app.sedge("workflow", "show", "flows").stdout
    app.sedge("workflow", "run", "flows", "renew")
    assert done(app)[-4:] == ["clerk stop", "shop stop", "shop start", "clerk start"]
    assert steps(app)["clerk_start.1/come"] == "done"


def test_the_failure_path_is_taken(app):
    will_fail(app, "clerk start")
    told = app.sedge("workflow", "run", "flows", "open")
    assert "come: failed: clerk: Standard.start failed" in told.stderr
    assert steps(app) == {"come": "failed", "excuse": "done", "tell": "done"}
    assert "1 failed and handled" in told.stdout and "clerk = error" in told.stdout
    assert app.application("flows")["status"]["phase"] == "Running"


def test_a_failure_without_handler_fails_it_with_the_last_lines(app):
    app.sedge("workflow", "run", "flows", "open")
    will_fail(app, "shop start")
    told = app.fails("workflow", "run", "flows", "renew")
    assert "workflow renew of flows failed: step 'shop_start' failed" in told
    assert "| the shop start has no luck" in told
    assert steps(app)["clerk_start"] == "skipped" and state(app, "shop") == "configured"
    app.sedge("start", "flows")
    assert state(app, "shop") == "running" and state(app, "clerk") == "running"


def test_operations_beside_the_life_cycle_are_run_once_each(app):
    app.sedge("workflow", "run", "flows", "book", "-i", "name=one")
    assert done(app) == DEPLOYED + ["clerk writes", "clerk writes one", "shop start"], "also a start of what runs already"
    assert state(app, "clerk") == "created" and state(app, "shop") == "running"
    will_fail(app, "clerk writes two")
    told = app.fails("workflow", "run", "flows", "book", "-i", "name=two")
    assert "step 'write' failed: clerk: Ledger.write failed: " in told and "| the clerk writes two has no luck" in told
    assert done(app)[-2:] == ["clerk writes", "clerk writes two"] and steps(app)["again"] == "skipped"
    app.sedge("workflow", "run", "flows", "book", "-i", "name=two")
    assert done(app)[-3:] == ["clerk writes", "clerk writes two", "shop start"]
    assert "input 'name' has no value" in app.fails("workflow", "run", "flows", "book")


def test_an_operation_of_a_relationship(app):
    app.sedge("workflow", "run", "flows", "greet")
    assert done(app) == DEPLOYED + ["clerk greets shop"]


def test_inputs_of_an_activity_stand_for_the_templates(app):
    app.sedge("workflow", "run", "flows", "open")
    app.sedge("workflow", "run", "flows", "close")
    assert done(app)[-1] == "clerk says goodbye" and state(app, "clerk") == "configured"
    app.sedge("workflow", "run", "flows", "come")
    app.sedge("stop", "flows/clerk")
    assert done(app)[-1] == "clerk stop"


def test_what_is_wrong_is_told(app):
    assert "did you mean 'open'?" in app.fails("workflow", "run", "flows", "opne")
    assert "has no input 'greting', did you mean 'greeting'?" in app.fails("workflow", "run", "flows", "open", "-i", "greting=x")
    app.sedge("stop", "flows/shop")
    assert "its precondition for shop does not hold (flows.yaml:" in app.fails("workflow", "run", "flows", "open")
    app.fails("workflow", "run", "flows", code=2)


def test_undeploy_is_the_templates_own(machine):
    machine.sedge("deploy", FLOWS)
    machine.sedge("workflow", "run", "flows", "open")
    machine.sedge("undeploy", "flows")
    reasons = [(e["reason"], e["message"]) for e in machine.api("/api/v1/events")["items"] if e["involvedObject"]["name"] == "flows"]
    assert ("WorkflowDone", "undeploy: 1 step done") in reasons
    assert machine.ids("flows") == {}


def test_an_undeploy_that_fails_is_told_and_the_rest_goes(machine):
    machine.sedge("deploy", FLOWS)
    machine.sedge("workflow", "run", "flows", "open")
    will_fail(machine, "clerk stop")
    told = machine.sedge("undeploy", "flows")
    assert "work flow undeploy failed: step 'staff' failed" in told.stderr and "| the clerk stop has no luck" in told.stderr
    assert machine.ids("flows") == {}


def test_a_killed_head_goes_on_at_each_step(app):
    """The head is killed when each of the steps is seen to have begun; no script runs twice."""
    app.sedge("workflow", "run", "flows", "open")
    wanted = ["clerk stop", "shop stop", "shop start", "clerk start"]
    for n, step in enumerate(["clerk_stop", "shop_stop", "shop_start", "clerk_start", "clerk_start.1/come"]):
        before = done(app)
        app.api("/apis/sedge.dev/v1/namespaces/default/applications/flows", "PATCH",
                {"spec": {"workflow": {"name": "renew", "id": f"killed-{n}"}}})

        def has_begun():
            run = run_of(app)
            return run["id"] == f"killed-{n}" and {s["name"]: s["state"] for s in run["steps"]}[step] != "pending"
        wait_for(has_begun, every=0.002)
        app.kill("head")
        app.wait_ready()
        wait_for(lambda: run_of(app)["state"] != "Running")
        assert run_of(app)["state"] == "Done", run_of(app)
        assert done(app) == before + wanted, f"killed at {step}"
    for n, step in enumerate(["write", "again"]):
        before = done(app)
        app.api("/apis/sedge.dev/v1/namespaces/default/applications/flows", "PATCH",
                {"spec": {"workflow": {"name": "book", "id": f"written-{n}", "inputs": {"name": "three"}}}})
        wait_for(lambda: run_of(app)["id"] == f"written-{n}" and steps(app)[step] != "pending", every=0.002)
        app.kill("head")
        app.wait_ready()
        wait_for(lambda: run_of(app)["state"] != "Running")
        assert run_of(app)["state"] == "Done", run_of(app)
        assert done(app) == before + ["clerk writes", "clerk writes three", "shop start"], f"killed at {step}"
