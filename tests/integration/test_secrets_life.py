# SPDX-License-Identifier: Apache-2.0
"""The life of an application with secrets, in real containers: they see the values, and nobody else does. A marker is looked for in
everything that sedge keeps, answers, prints and logs."""
import hashlib
import json
import os
import pathlib
import signal

import pytest

from machine_bed import ROOT, Machine, needs, wait_for
from secret_marks import command_lines_with, files_with, holds

pytestmark = needs("busybox")
FILE = ROOT / "tests/integration/apps/secret/secret.yaml"
FIRST, SECOND, KEPT, TOKEN = "mark-1st-9b3f07", "mark-2nd-41c8ee", "mark-kept-7d20aa", "mark-token-c55b19"
ALL = (FIRST, SECOND, KEPT, TOKEN)


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Said:
    """Runs sedge and keeps all that it says."""

    def __init__(self, machine):
        self.m, self.text = machine, []

    def __call__(self, *argv, **kw):
        p = self.m.sedge(*argv, check=False, **kw)
        self.text.append((argv, p.stdout + p.stderr))
        assert p.returncode == 0, f"{argv}: {p.stdout}{p.stderr}"
        return p.stdout

    def hits(self):
        return [(argv, mark) for argv, text in self.text for mark in ALL if holds(text, mark)]


@pytest.fixture
def machine(monkeypatch):
    monkeypatch.setenv("SEDGE_LOG", "debug")
    with Machine(images=["busybox"]) as m:
        yield m


@pytest.fixture
def said(machine):
    s = Said(machine)
    s("secret", "set", "kept", "value=-", input=KEPT)
    yield s


def deploy(said, password, *more):
    return said("deploy", FILE, "-i", "password=-", *more, input=password)


def sees(m, password, url=True):
    """The container and the software's script see the values."""
    env = dict(line.split("=", 1) for line in m.sedge("exec", "secret/box", "env").stdout.splitlines() if "=" in line)
    assert env["PASSWORD"] == password and env["KEPT"] == KEPT
    assert env["URL"] == f"db://u:{password}@{KEPT}/x"
    seen = m.sedge("exec", "secret/box", "cat", "/seen-password", "/seen-kept").stdout.split()
    assert seen == [sha(password), sha(KEPT)]
    return env


def answers(m):
    """Everything that the API says of all kinds but Secrets."""
    core = ["namespaces", "nodes", "pods", "services", "events"]
    paths = [f"/api/v1/{k}" for k in core] + ["/apis/apps/v1/deployments", "/apis/apps/v1/controllerrevisions",
                                              "/apis/sedge.dev/v1/applications", "/apis/sedge.dev/v1/volumes"]
    return {p: json.dumps(m.api(p)) for p in paths}


def shown(said, name="secret"):
    """What people ask for."""
    for what in (["status"], ["apps"], ["describe", "app", name], ["describe", "pod", f"{name}/box"], ["history", name], ["outputs", name], ["events"],
                 ["secret", "ls"], ["secret", "show", f"{name}-inputs"], ["secret", "show", "kept"]):
        said(*what)
        if what[0] != "status":
            said(*what, "-o", "json")
    said("describe", "app", name, "-o", "yaml")
    said("logs", f"{name}/box")


def stand_nowhere(said, *folders):
    m = said.m
    said("events")
    logs = list(m.run_dir.glob("*.log"))
    assert len(logs) == 3 and any(b"level=debug" in f.read_bytes() for f in logs)
    found = {"files": [f for mark in ALL for f in files_with(mark, m.state_dir, m.run_dir / "head", *folders)],
             "logs": [str(f) for mark in ALL for f in logs if holds(f.read_bytes(), mark)],
             "api": [(path, mark) for path, text in answers(m).items() for mark in ALL if holds(text, mark)],
             "arguments": [line for mark in ALL for line in command_lines_with(mark)],
             "said": said.hits()}
    assert not any(found.values()), found


def test_a_life_with_secrets(said, tmp_path):
    m = said.m
    deploy(said, FIRST)
    env = sees(m, FIRST)
    assert env["WORD"] == "open"
    shown(said)
    stand_nowhere(said)
    # What stands is a reference with a mark; outputs that are made of it are hidden.
    inputs = m.application("secret")["spec"]["source"]["inputs"]
    secret, key = inputs["password"]["get_secret"]
    assert secret == "secret-inputs" and key.startswith("password.")
    owner = m.api("/api/v1/namespaces/default/secrets/secret-inputs")["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["name"]) == ("Application", "secret")
    outputs = json.loads(said("outputs", "secret", "-o", "json"))
    assert outputs == {"word": "open", "url": "(sensitive)"}
    assert m.sedge("outputs", "secret", "url", "--reveal").stdout == f"db://u:{FIRST}@h\n"
    # Nothing to do when it is the same; a change is told without its values.
    assert "No changes." in said("plan", FILE, "-i", "password=-", input=FIRST)
    plan = said("plan", FILE, "-i", "password=-", input=SECOND)
    assert "(sensitive)" in plan and "1 to create" not in plan and "replace" in plan
    as_json = json.loads(said("plan", FILE, "-i", "password=-", "-o", "json", input=SECOND))
    assert next(r for r in as_json["general"] if r["name"] == "password")["is"] == "(sensitive)"
    assert sees(m, FIRST), "a plan changes nothing"
    assert len(m.api("/api/v1/namespaces/default/secrets/secret-inputs")["data"]) == 1, "nor does it store anything"
    # A saved plan fits the value that it was made with, and no other.
    saved = tmp_path / "saved.plan"
    said("plan", FILE, "-i", "password=-", "--save", saved, input=SECOND)
    assert not holds(saved.read_bytes(), SECOND)
    assert "give them again" in m.fails("deploy", "--plan", saved, "-i", "password=-", input="mark-other-000")
    said("deploy", "--plan", saved, "-i", "password=-", input=SECOND)
    sees(m, SECOND)
    shown(said)
    stand_nowhere(said, saved.parent)
    # Back, with the value that was then; the history holds neither.
    said("rollback", "secret")
    sees(m, FIRST)
    said("history", "secret", "2")
    said("diff", "secret", "1", "2")
    said("diff", "secret", "1", "2", "-o", "json")
    stand_nowhere(said, saved.parent)
    # The application's secret goes with it, the other stays.
    m.fails("secret", "rm", "kept")
    said("undeploy", "secret")
    assert [s["metadata"]["name"] for s in m.api("/api/v1/secrets")["items"]] == ["kept"]
    stand_nowhere(said, saved.parent)
    said("secret", "rm", "kept")


def test_killed_and_without_a_head(said):
    m = said.m
    deploy(said, FIRST)
    before = m.ids("secret")
    for name in ("head", "node"):
        m.kill(name)
    m.wait_ready()
    sees(m, FIRST)
    assert m.ids("secret") == before, "nothing was started again"
    # A container that dies while there is no head comes back with its secret.
    pid = before["box"][0][1]
    m.sedge("exec", "secret/box", "true")
    head = m.daemons()["head"]
    os.kill(head, signal.SIGSTOP)
    try:
        m.kill("node")
        wait_for(lambda: "node" in m.daemons())
        os.kill(pid, signal.SIGKILL)

        def again():
            for path in pathlib.Path("/sys/fs/cgroup").glob("**/sedge/*/cgroup.procs"):
                for p in path.read_text().split():
                    if int(p) != pid and holds(pathlib.Path(f"/proc/{p}/environ").read_bytes(), FIRST):
                        return int(p)
            return None
        wait_for(again)
    finally:
        os.kill(head, signal.SIGCONT)
    m.wait_ready()
    wait_for(lambda: m.ids("secret").get("box") and m.ids("secret")["box"] != before["box"])
    wait_for(lambda: m.application("secret")["status"]["phase"] == "Running")
    sees(m, FIRST)
    stand_nowhere(said)


def test_power_cut(said):
    m = said.m
    deploy(said, FIRST)
    m.power_off()
    assert not files_with(FIRST, m.state_dir) and not files_with(KEPT, m.state_dir)
    m.sedge("up", "--listen", "127.0.0.1:6443", "--name", "board")
    m.wait_ready()
    wait_for(lambda: m.application("secret")["status"]["phase"] == "Running" and m.ids("secret").get("box"))
    sees(m, FIRST)
    stand_nowhere(said)


def test_kinds_of_inputs(said, tmp_path):
    """Numbers and credentials, values from files and references to secrets that stand already."""
    m = said.m
    said("secret", "set", "own", "pw=-", input=FIRST)
    (tmp_path / "login.yaml").write_text(f"login: {{token: {TOKEN}, user: eve}}\npin: 7531\npassword: {{get_secret: [own, pw]}}\n")
    said("deploy", FILE, "--inputs", tmp_path / "login.yaml")
    sees(m, FIRST)
    inputs = m.application("secret")["spec"]["source"]["inputs"]
    assert inputs["password"] == {"get_secret": ["own", "pw"]}
    assert inputs["login"]["user"] == "eve" and inputs["login"]["token"]["get_secret"][1].startswith("login.token.")
    assert inputs["pin"]["get_secret"][0] == "secret-inputs"
    assert "used by" in m.fails("secret", "rm", "own")
    stand_nowhere(said)
    # From a file, without its line break; too short a value is refused and not shown.
    (tmp_path / "pw").write_text(SECOND + "\n")
    said("deploy", FILE, "-i", f"password=@{tmp_path}/pw")
    sees(m, SECOND)
    short = m.fails("deploy", FILE, "-i", "password=-", input="qj7x")
    assert "(sensitive)" in short and "qj7x" not in short
    assert "two of them" in m.fails("deploy", FILE, "-i", "password=@/no/such/file")
    assert "is sensitive" in m.sedge("plan", FILE, "-i", "password=open-to-all").stderr


def test_missing_secret_is_told_and_awaited(said):
    m = said.m
    said("secret", "rm", "kept")
    text = m.fails("deploy", FILE, "-i", "password=-", "--timeout", "20s", input=FIRST)
    assert "there is no secret 'kept'" in text and "sedge secret set kept value=-" in text
    said("secret", "set", "kept", "value=-", input=KEPT)
    said("retry", "secret")
    sees(m, FIRST)


def test_pods_have_files_and_new_values_at_their_next_start(said):
    m = said.m
    pod = {"metadata": {"name": "files"}, "spec": {
        "containers": [{"name": "c", "image": "busybox", "command": ["sleep", "1000"],
                        "env": [{"name": "V", "valueFrom": {"secretKeyRef": {"name": "kept", "key": "value"}}}],
                        "volumeMounts": [{"name": "s", "mountPath": "/secrets"}]}],
        "volumes": [{"name": "s", "secret": {"secretName": "kept", "defaultMode": 256}}]}}
    m.api("/api/v1/namespaces/default/pods", "POST", pod)
    wait_for(lambda: m.api("/api/v1/namespaces/default/pods/files")["status"].get("phase") == "Running")
    assert m.sedge("exec", "files", "cat", "/secrets/value").stdout == KEPT
    assert m.sedge("exec", "files", "stat", "-c", "%a", "/secrets/value").stdout.strip() == "400"
    assert m.sedge("exec", "files", "sh", "-c", "echo x > /secrets/value", check=False).returncode != 0
    stand_nowhere(said)
    told = said("secret", "set", "kept", "value=-", input=SECOND)
    assert "pod files" in said.text[-1][1], told
    assert m.sedge("exec", "files", "cat", "/secrets/value").stdout == KEPT
    report = m.api("/api/v1/namespaces/default/pods/files")["status"]["containerStatuses"][0]
    os.kill(report["pid"], 9)
    wait_for(lambda: m.api("/api/v1/namespaces/default/pods/files")["status"]["containerStatuses"][0].get("restartCount") == 1 and
             m.api("/api/v1/namespaces/default/pods/files")["status"]["containerStatuses"][0]["state"].get("running"))
    assert m.sedge("exec", "files", "cat", "/secrets/value").stdout == SECOND
    assert m.sedge("exec", "files", "printenv", "V").stdout.strip() == SECOND
    refused = m.api("/api/v1/namespaces/default/pods", "POST", {"metadata": {"name": "bad"}, "spec": {"containers": [
        {"name": "c", "image": "busybox", "env": [{"name": "V", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]}]}})
    assert refused["code"] == 422 and "spec.containers[0].env[0].valueFrom.fieldRef" in refused["message"]
