# SPDX-License-Identifier: Apache-2.0
"""Operations beyond a component's own life cycle, in real containers: those of relationships, single ones of a plan, what they
put out; and daemons killed while one is under way."""
import json

import pytest

from machine_bed import ROOT, Machine, needs, wait_for

pytestmark = needs("busybox")
APPS = ROOT / "tests/integration/apps"
LINKED = APPS / "linked/linked.yaml"


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


@pytest.fixture
def fresh(machine):
    yield machine
    machine.wait_ready()
    machine.sedge("undeploy", "linked", "--volumes", check=False)


def history(m, component):
    """What was done in a component's container: [operation, from, word, token] a line."""
    return [line.split() for line in m.sedge("exec", f"linked/{component}", "cat", "/history").stdout.splitlines()]


def done(m, component):
    return [line[0] for line in history(m, component)]


FRONT = ["Standard.create", "Configure.pre_configure_source", "Standard.configure", "Configure.post_configure_source",
         "Standard.start", "Configure.add_target"]
BACK = ["Standard.create", "Configure.pre_configure_target", "Standard.configure", "Configure.post_configure_target",
        "Standard.start", "Configure.add_source"]


def test_operations_of_relationships_come_in_the_standards_order(fresh):
    fresh.sedge("deploy", LINKED)
    assert done(fresh, "front-box") == FRONT
    assert done(fresh, "back-box") == BACK
    assert history(fresh, "front-box")[1][1:3] == ["plain", "there"], "SOURCE and TARGET are the two ends"


def test_outputs_reach_attributes_inputs_and_the_templates_outputs(fresh):
    fresh.sedge("deploy", LINKED)
    outputs = json.loads(fresh.sedge("outputs", "linked", "-o", "json").stdout)
    assert outputs == {"token": "t-1", "greeting": "hello there"}
    front = history(fresh, "front-box")
    assert front[2][3] == "t-1", "get_attribute of what create put out"
    assert front[5][3] == "t-1", "get_operation_output"


def test_deploying_again_runs_nothing_and_a_stop_and_a_start_only_what_belongs_to_it(fresh):
    fresh.sedge("deploy", LINKED)
    assert "nothing to change" in fresh.sedge("deploy", LINKED).stdout
    assert done(fresh, "front-box") == FRONT
    fresh.sedge("stop", "linked/front")
    assert done(fresh, "front-box") == FRONT + ["Configure.remove_target", "Standard.stop"]
    assert done(fresh, "back-box") == BACK + ["Configure.remove_source"]
    fresh.sedge("start", "linked/front")
    assert done(fresh, "front-box")[-2:] == ["Standard.start", "Configure.add_target"]
    assert done(fresh, "back-box")[-1] == "Configure.add_source"


def test_a_failed_operation_of_a_relationship_is_told_and_tried_again(fresh):
    p = fresh.sedge("deploy", LINKED, "-i", "break_at=Standard.configure", check=False)
    assert p.returncode == 1
    assert "Standard.configure exited with 7" in p.stderr + p.stdout
    fresh.sedge("deploy", LINKED)
    assert done(fresh, "front-box") == FRONT


@pytest.mark.parametrize("victim", ["head", "node", "keeper"])
def test_killed_while_an_operation_of_a_relationship_is_under_way(fresh, victim):
    """One whose end was not seen is run again, those whose end was seen are not."""
    waits = fresh.start("deploy", LINKED)
    try:
        wait_for(lambda: "front-box" in fresh.ids("linked"))
        wait_for(lambda: fresh.sedge("exec", "linked/front-box", "touch", "/wait", check=False).returncode == 0)
        wait_for(lambda: "Configure.add_target" in done(fresh, "front-box"))
        fresh.kill(victim)
        fresh.wait_ready()
        fresh.sedge("exec", "linked/front-box", "rm", "/wait")
        fresh.sedge("deploy", LINKED)
    finally:
        waits.wait(timeout=60)
    front = done(fresh, "front-box")
    assert front[:5] == FRONT[:5]
    assert set(front[5:]) == {"Configure.add_target"}, front
    assert done(fresh, "back-box") == BACK


def test_a_pod_that_takes_anothers_place_does_it_all_in_the_same_order(fresh):
    fresh.sedge("deploy", LINKED)
    before = fresh.ids("linked")["front-box"]
    fresh.sedge("rm", "-f", before, check=False)
    pod = next(p["metadata"]["name"] for p in fresh.pods("linked") if p["metadata"]["labels"]["sedge.dev/component"] == "front-box")
    fresh.api(f"/api/v1/namespaces/default/pods/{pod}", method="DELETE")
    wait_for(lambda: fresh.ids("linked").get("front-box") not in (None, before))
    wait_for(lambda: done(fresh, "front-box")[-1:] == ["Configure.add_target"])
    assert done(fresh, "front-box") == FRONT


# ---- single operations of explicit plans ----

LOOPED = APPS / "looped/looped.yaml"
UP = ["box:Standard.create", "box:Standard.start", "program:Standard.create", "program:Standard.start"]


@pytest.fixture
def looped(machine, tmp_path):
    def deploy(*steps, **kw):
        plan = tmp_path / "a.plan"
        plan.write_text("\n".join(steps) + "\n")
        return machine.sedge("deploy", LOOPED, "--plan", plan, **kw)
    machine.looped = deploy
    yield machine
    machine.wait_ready()
    machine.sedge("undeploy", "looped", check=False)


def pushed(m):
    return m.sedge("exec", "looped/box", "cat", "/history").stdout.split()


def test_an_operation_from_a_state_to_itself_is_done_each_time_a_plan_asks_for_it(looped):
    looped.looped(*UP, "program:push.push_default", "program:push.push_default")
    assert pushed(looped) == ["Standard.create", "Standard.start", "push.push_default", "push.push_default"]
    assert json.loads(looped.sedge("outputs", "looped", "-o", "json").stdout) == {"pushed": "yes"}
    assert "nothing to change" in looped.sedge("retry", "looped").stdout
    assert len(pushed(looped)) == 4
    looped.looped("program:push.push_default")
    assert len(pushed(looped)) == 5
    looped.looped("program:push.push_default")
    assert len(pushed(looped)) == 6


def test_a_bad_output_fails_the_operation_and_the_plan_goes_on_there_with_a_retry(looped):
    p = looped.looped(*UP, "program:push.push_broken", "program:push.push_default", check=False)
    assert p.returncode == 1
    assert "what it wrote to $SEDGE_OUTPUTS cannot be used: line 1" in p.stdout + p.stderr
    looped.sedge("exec", "looped/box", "touch", "/mended")
    assert looped.sedge("retry", "looped").stdout == "looped: 6 operations done\n"
    assert pushed(looped)[2:] == ["push.push_broken", "push.push_broken", "push.push_default"]
