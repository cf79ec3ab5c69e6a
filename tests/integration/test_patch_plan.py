# SPDX-License-Identifier: Apache-2.0
"""Patching as a plan: what `sedge plan` says of what runs is what deploy then does; saved plans, revisions and rollbacks."""
import json
import shutil

import pytest

from machine_bed import ROOT, Machine, needs, wait_for

pytestmark = needs("busybox")
BASE = ROOT / "tests/integration/apps/patch"
PAIR = ROOT / "tests/integration/apps/pair/pair.yaml"


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


class App:
    """The template in a folder of its own, to be edited."""

    def __init__(self, machine, folder):
        self.m, self.folder, self.file = machine, folder, folder / "patch.yaml"
        shutil.copytree(BASE, folder, dirs_exist_ok=True)

    def edit(self, old, new):
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new, 1))

    def plan(self, *args):
        return json.loads(self.m.sedge("plan", self.file, "-o", "json", *args).stdout)

    def deploy(self, *args):
        return self.m.sedge("deploy", self.file, *args)

    def operations(self, what):
        events = self.m.api("/api/v1/events")["items"]
        return [(e["lastTimestamp"], e["message"]) for e in events if e["reason"] == what and e["involvedObject"]["name"] == "patch"]


@pytest.fixture
def app(machine, tmp_path):
    a = App(machine, tmp_path / "app")
    a.deploy("-m", "as it was")
    yield a
    machine.wait_ready()
    machine.sedge("undeploy", "patch", "--volumes", check=False)


def of(plan, name):
    return next(c for c in plan["components"] if c["name"] == name)


def reasons(plan, name):
    return {(r["what"], r["name"]): (r.get("was"), r.get("is")) for r in of(plan, name)["reasons"]}


def actions(plan):
    return {c["name"]: c["action"] for c in plan["components"] if c["action"] != "none"}


def test_nothing_to_change(app):
    done = app.m.sedge("plan", app.file, "--detailed-exitcode")
    assert "No changes." in done.stdout and "0 to create, 0 to change, 0 to replace, 0 to remove, 4 unchanged" in done.stdout
    assert app.plan()["steps"] == []


EDITS = [
    # old, new, who, action, reason, values
    ("note: { type: string, default: a }", "note: { type: string, default: b }", "page", "replace", ("property", "note"), ("a", "b")),
    ("- connection: data", "- dependency: data", "page", "replace", ("requirement", "connection"), ("data", None)),
    ("type: test.Keeper", "type: sedge.nodes.Software", "page", "replace", ("type", "type"), ("test.Keeper", "sedge.nodes.Software")),
    ('file: "busybox:latest" }\n    data', 'file: "busybox" }\n    data', "server", "replace", ("image", "image"), ("busybox:latest", "busybox")),
    ("replicas: 1", "replicas: 2", "server", "change", ("replicas", "replicas"), (1, 2)),
    ("implementation: scripts/create.sh", "implementation: { primary: scripts/create.sh, timeout: 77 }", "page", "change",
     ("timeout", "Standard.create"), (0, 77)),
]


@pytest.mark.parametrize("old,new,who,action,reason,values", EDITS, ids=[e[4][0] for e in EDITS])
def test_each_reason_is_told_and_deploy_does_it(app, old, new, who, action, reason, values):
    app.edit(old, new)
    plan = app.plan()
    assert of(plan, who)["action"] == action, plan
    assert reasons(plan, who)[reason] == values
    assert plan["changes"] and plan["summary"][action] >= 1
    before = app.m.ids("patch")
    app.deploy()
    after = app.m.ids("patch")
    for name in ("server", "data"):
        stays = of(plan, name)["action"] in ("none", "change")
        assert stays == (set(before[name]) <= set(after[name])), f"{name}: {before} {after} {plan}"
    assert app.plan()["changes"] is False


def test_the_contents_of_a_script(app):
    (app.folder / "scripts/create.sh").write_text("#!/bin/sh\necho made otherwise\n")
    plan = app.plan()
    was, now = reasons(plan, "page")[("script", "Standard.create")]
    assert was.startswith("sha256:") and now.startswith("sha256:") and was != now
    assert actions(plan) == {"page": "replace"}


def test_an_input_is_named_and_what_only_follows_is_told_apart(app):
    plan = app.plan("-i", "mood=merry")
    assert of(plan, "data")["reasons"] == [{"what": "property", "name": "env_variable.MOOD", "was": "calm", "is": "merry", "inputs": "mood"}]
    assert actions(plan) == {"data": "replace", "page": "restart"} and of(plan, "page")["follows"] == "data"
    assert {(r["what"], r["name"]) for r in plan["general"]} == {("input", "mood"), ("output", "mood.value")}
    text = app.m.sedge("plan", app.file, "-i", "mood=merry").stdout
    assert "-/+ data (container) is replaced" in text and '"calm" -> "merry" (input mood)' in text and "follows data" in text
    assert app.m.sedge("plan", app.file, "-i", "mood=merry", "--detailed-exitcode", check=False).returncode == 2


def test_deploy_does_the_operations_that_plan_shows(app):
    plan = app.plan("-i", "mood=merry")
    seen = {message for _, message in app.operations("OperationDone")}
    said = app.deploy("-i", "mood=merry").stderr
    assert plan["line"] in said
    wanted = [f"{s['component']}: {s['interface']}.{s['operation']}" for s in plan["steps"]]
    done = {message for _, message in app.operations("OperationDone")}
    assert done - seen <= set(wanted)
    assert f"{len(wanted)} operations done" in app.m.application("patch")["status"]["message"]


def test_secrets_are_never_shown(app):
    app.edit("default: hunter2", "default: hunter3")
    text = app.m.sedge("plan", app.file, "-i", "secret=swordfish").stdout
    data = json.dumps(app.plan("-i", "secret=swordfish"))
    saved = app.folder / "p.json"
    said = app.m.sedge("plan", app.file, "-i", "secret=swordfish", "--save", saved)
    shown = app.deploy("-i", "secret=swordfish")
    history = app.m.sedge("history", "patch", "2").stdout
    everything = text + data + saved.read_text() + said.stdout + said.stderr + shown.stdout + shown.stderr + history
    assert "(sensitive)" in text
    for secret in ("hunter2", "hunter3", "opensesame", "swordfish"):
        assert secret not in everything


def test_made_and_removed(app):
    app.edit("    data:\n      type: sedge.nodes.Container\n", "    fresh:\n      type: sedge.nodes.Container\n")
    app.edit("- connection: data", "- connection: fresh")
    app.edit("    keep:\n      type: sedge.nodes.Volume\n", "")
    plan = app.plan()
    assert actions(plan) == {"page": "replace", "fresh": "create", "data": "remove"}
    assert [r["what"] for r in of(plan, "keep")["reasons"]] == ["kept"], "a volume's data stays"
    app.deploy()
    assert set(app.m.ids("patch")) == {"server", "fresh"}
    assert app.m.api("/apis/sedge.dev/v1/volumes")["items"] != []


def test_what_was_stopped_is_started_in_place(app):
    app.m.sedge("stop", "patch/data")
    plan = app.plan()
    assert of(plan, "data")["action"] == "change" and ("state", "state") in reasons(plan, "data")


def test_without_a_head_or_when_told_so_it_plans_from_nothing(app):
    lines = app.m.sedge("plan", app.file, "--offline").stdout.split()
    assert "server:Standard.create" in lines and all(":" in line for line in lines)


# ---- saved plans ----

def saved(app, *args):
    file = app.folder.parent / "saved.plan"
    app.m.sedge("plan", app.file, *args, "--save", file)
    return file


def test_a_saved_plan_is_carried_out_once(app):
    file = saved(app, "-i", "mood=merry")
    assert json.loads(file.read_text())["steps"] and file.stat().st_mode & 0o777 == 0o600
    assert "data" in app.m.sedge("plan", "--plan", file).stdout
    app.m.sedge("deploy", "--plan", file)
    assert app.m.application("patch")["spec"]["source"]["inputs"] == {"mood": "merry"}
    assert "the plan is stale: application patch was changed since it was made" in app.m.fails("deploy", "--plan", file)


def test_sensitive_inputs_are_given_again(app):
    file = saved(app, "-i", "secret=swordfish")
    assert "sensitive inputs are not those" in app.m.fails("deploy", "--plan", file)
    app.m.sedge("deploy", "--plan", file, "-i", "secret=swordfish")


def test_stale_plans_are_refused(app):
    file = saved(app, "-i", "mood=merry")
    generation = app.m.application("patch")["metadata"]["generation"]
    assert "inputs are not those" in app.m.fails("deploy", "--plan", file, "-i", "mood=sad")
    (app.folder / "scripts/create.sh").write_text("#!/bin/sh\necho other\n")
    assert "files of the template have changed" in app.m.fails("deploy", "--plan", file)
    shutil.copy(BASE / "scripts/create.sh", app.folder / "scripts/create.sh")
    assert app.m.application("patch")["metadata"]["generation"] == generation, "nothing was written"
    app.m.sedge("scale", "patch/server", "2")
    assert "was changed since it was made" in app.m.fails("deploy", "--plan", file)
    assert "was changed since it was made" in app.m.fails("plan", "--plan", file)
    app.m.sedge("undeploy", "patch", "--volumes")
    assert "is gone" in app.m.fails("deploy", "--plan", file)


def test_a_deployment_overtakes_a_removal(app):
    """Taken down half way and wanted again: planned from where it stands."""
    app.m.api("/apis/sedge.dev/v1/namespaces/default/applications/patch", "PATCH", {"spec": {"state": "Removed", "attempt": 7}})
    app.deploy()
    assert app.plan()["changes"] is False and set(app.m.ids("patch")) == {"server", "data"}


def test_kubectl_reads_revisions(app):
    got = app.m.api("/apis/apps/v1/namespaces/default/controllerrevisions/patch.1")
    assert got["kind"] == "ControllerRevision" and got["revision"] == 1
    assert got["metadata"]["annotations"]["kubernetes.io/change-cause"] == "as it was"


def test_between_check_and_act_nobody_comes(app):
    """The body names the version that was looked at: another one is refused by the head."""
    stands = app.m.api("/apis/sedge.dev/v1/namespaces/default/applications/patch")
    app.m.sedge("scale", "patch/server", "2")
    body = {"metadata": {"resourceVersion": stands["metadata"]["resourceVersion"]}, "spec": {"attempt": 9}}
    for path in ("", "/plan"):
        refused = app.m.api("/apis/sedge.dev/v1/namespaces/default/applications/patch" + path, "POST" if path else "PATCH", body)
        assert refused["code"] == 409 and refused["reason"] == "Conflict"


def test_confirm(app):
    said = app.m.fails("deploy", app.file, "-i", "mood=merry", "--confirm", input="n\n")
    assert "not confirmed, nothing was changed" in said and "env_variable.MOOD" in said
    app.m.sedge("deploy", app.file, "-i", "mood=merry", "--confirm", input="y\n")


# ---- revisions ----

def history(m, name="patch"):
    return json.loads(m.sedge("history", name, "-o", "json").stdout)["items"]


def test_history_and_rollback(app):
    app.deploy()
    assert [r["revision"] for r in history(app.m)] == [1], "what changes nothing is no revision"
    app.deploy("-i", "mood=merry", "-m", "cheer up")
    table = app.m.sedge("history", "patch").stdout
    assert "as it was" in table and "cheer up" in table and "-/+ data" in table and "root" in table
    assert table.splitlines()[-1].split()[3] == "current"
    assert '"calm" -> "merry" (input mood)' in app.m.sedge("history", "patch", "2").stdout
    assert '"merry" -> "calm"' in app.m.sedge("diff", "patch", "2", "1").stdout
    app.m.sedge("rollback", "patch")
    got = history(app.m)
    assert [r["revision"] for r in got] == [1, 2, 3] and got[2]["data"]["rollbackTo"] == 1
    assert got[2]["data"]["source"] == got[0]["data"]["source"]
    assert app.plan()["changes"] is False
    assert "has no revision 9" in app.m.fails("rollback", "patch", "9")
    app.m.sedge("undeploy", "patch", "--volumes")
    assert app.m.api("/apis/apps/v1/controllerrevisions")["items"] == []


def test_old_revisions_go_and_files_of_kept_ones_stay(app):
    app.m.api("/apis/sedge.dev/v1/namespaces/default/applications/patch", "PATCH", {"spec": {"revisionHistoryLimit": 2}})
    for mood in "abcd":
        app.edit("description: ", "description: x")  # another bundle each time
        app.deploy("-i", f"mood={mood}")
    got = history(app.m)
    assert [r["revision"] for r in got] == [3, 4, 5]
    for r in got:
        assert "files" in app.m.api(f"/sedge/v1/bundles/{r['data']['source']['bundle']}"), "kept"
    app.m.sedge("rollback", "patch", "3")
    assert app.m.application("patch")["spec"]["source"]["inputs"] == {"mood": "b"}


@pytest.fixture
def pair(machine):
    machine.sedge("deploy", PAIR)
    yield machine
    machine.wait_ready()
    machine.sedge("undeploy", "pair", "--volumes", check=False)


def test_rollback_after_a_failure(pair):
    pair.fails("deploy", PAIR, "-i", "break_it=yes")
    assert "current, failed" in pair.sedge("history", "pair").stdout
    pair.sedge("rollback", "pair")
    assert pair.application("pair")["status"]["phase"] == "Running"
    assert pair.get("http://127.0.0.1:8090/").stdout.strip() == "first"


@pytest.mark.parametrize("done", range(0, 6))
def test_the_head_is_killed_while_it_rolls_back(pair, done):
    """After each number of finished operations in turn: what comes of it is as if nothing had happened."""
    pair.sedge("deploy", PAIR, "-i", "mood=merry")
    rollback = pair.start("rollback", "pair")

    def far_enough():
        status = pair.application("pair")["status"]
        return status["phase"] != "Running" and status.get("planDone", 0) >= done or rollback.poll() is not None
    wait_for(far_enough, every=0.002)
    pair.kill("head")
    rollback.wait(60)
    pair.wait_ready()
    wait_for(lambda: pair.application("pair")["status"]["phase"] == "Running" and
             pair.application("pair")["status"]["observedGeneration"] == pair.application("pair")["metadata"]["generation"])
    got = history(pair, "pair")
    assert [r["revision"] for r in got] == [1, 2, 3] and got[2]["data"]["source"] == got[0]["data"]["source"]
    assert json.loads(pair.sedge("plan", PAIR, "-o", "json").stdout)["changes"] is False
    assert pair.sedge("exec", "pair/data", "printenv", "MOOD").stdout.strip() == "calm"
