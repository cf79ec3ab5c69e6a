# SPDX-License-Identifier: Apache-2.0
"""The command line against a head that is not ours: verbs, output, exit statuses, error texts. The program is tests/unit/cli/cli_prog."""
import json
import os
import pathlib
import pty
import select
import signal
import subprocess
import threading
import time

import pytest

from fake_head import DATA, EOF, MESSAGE, Head

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROG = pathlib.Path(os.environ.get("SEDGE_BUILD", ROOT / "build")).resolve() / "tests/unit/cli/cli_prog"
PAIR = ROOT / "tests/integration/apps/pair/pair.yaml"
pytestmark = pytest.mark.skipif(not PROG.exists(), reason=f"needs the program at {PROG}")
APP, COMPONENT = "sedge.dev/application", "sedge.dev/component"


class Cli:
    def __init__(self, tmp_path):
        self.run_dir, self.state_dir = tmp_path / "run", tmp_path / "state"
        self.env = dict(os.environ, SEDGE_RUN=str(self.run_dir), SEDGE_STATE=str(self.state_dir), SEDGE_DATA=str(ROOT), LANG="C.UTF-8")
        for name in ("SEDGE_KUBECONFIG", "NO_COLOR"):
            self.env.pop(name, None)
        self.head = Head(str(self.run_dir))

    def __call__(self, *argv, code=0, stdin=subprocess.DEVNULL, **kw):
        p = subprocess.run([str(PROG), *map(str, argv)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30, env=self.env,
                           **({"input": kw.pop("input")} if "input" in kw else {"stdin": stdin}), **kw)
        assert p.returncode == code, f"sedge {' '.join(map(str, argv))}: exit {p.returncode}, not {code}\n{p.stdout}{p.stderr}"
        return p

    def start(self, *argv):
        return subprocess.Popen([str(PROG), *map(str, argv)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.env, stdin=subprocess.DEVNULL)


@pytest.fixture
def cli(tmp_path):
    c = Cli(tmp_path)
    yield c
    c.head.close()


def component(name, state="running", goal="running", kind="container", **more):
    return {"name": name, "type": "sedge.nodes.Container", "kind": kind, "state": state, "goal": goal, "replicas": 1, "ready": 1, **more}


def application(name="shop", phase="Running", components=(), **status):
    return {"apiVersion": "sedge.dev/v1", "metadata": {"name": name, "generation": 1}, "spec": {"source": {"entry": name + ".yaml", "inputs": {}}, "state": "Running"},
            "status": {"phase": phase, "observedGeneration": 1, "components": list(components), **status}}


def pod(name, app=None, comp=None, state=None, phase="Running", **spec):
    labels = {APP: app, COMPONENT: comp} if app else {}
    return {"apiVersion": "v1", "metadata": {"name": name, "labels": labels}, "spec": {"nodeName": "board", "containers": [{"name": "main", "image": "busybox", **spec}]},
            "status": {"phase": phase, "podIP": "10.88.0.2", "containerStatuses": [{"name": "main", "restartCount": 2, "pid": 77, "state": state or {"running": {}}}]}}


def settle(phase="Running", **status):
    """The head's reaction: what was written comes to rest at once, by way of Deploying."""
    def react(head, plural, obj):
        if plural != "applications":
            return
        name, generation = obj["metadata"]["name"], obj["metadata"]["generation"]
        if obj["metadata"].get("deletionTimestamp"):
            head.drop(plural, name)
            return
        if obj["spec"]["state"] == "Removed":
            head.status(plural, name, observedGeneration=generation, phase="Removing")
            return
        head.status(plural, name, observedGeneration=generation, phase="Deploying")
        head.status(plural, name, observedGeneration=generation, phase=phase, **status)
    return react


# ---- words ----

def test_help_and_faults(cli):
    assert "deploy" in cli().stdout and cli("help").stdout == cli().stdout
    assert "Usage: sedge deploy" in cli("deploy", "--help").stdout
    assert cli("help", "deploy").stdout == cli("deploy", "-h").stdout
    assert "did you mean 'deploy'" in cli("deplyo", code=2).stderr
    assert "did you mean '--name'" in cli("deploy", "--nam", "x", code=2).stderr
    assert "there is no verb" in cli("help", "nothing", code=2).stderr
    assert cli("version").stdout == "sedge 0.1.0\nhead v9.9\n"
    assert json.loads(cli("version", "-o", "json").stdout) == {"sedge": "0.1.0", "head": "v9.9"}
    assert subprocess.run(["bash", "-n"], input=cli("completion", "bash").stdout, text=True).returncode == 0
    assert cli("completion", "fish", code=2)


def test_nobody_answers(cli, tmp_path):
    assert f"no head answers at {tmp_path}/run2/api.sock: start one with 'sedge up'" in cli("--run", tmp_path / "run2", "apps", code=1).stderr
    assert "kubeconfig /nowhere: " in cli("apps", "--kubeconfig", "/nowhere", code=1).stderr
    bad = tmp_path / "bad"
    bad.write_text("current-context: x\n")
    assert f"kubeconfig {bad}: there is no context 'x'" in cli("apps", "--kubeconfig", bad, code=1).stderr


# ---- lists ----

def test_apps(cli):
    assert "No applications" in cli("apps").stderr
    cli.head.put("applications", application(components=[component("web"), component("db", state="created")], message="waits"))
    cli.head.put("applications", application("other", phase="Failed"))
    lines = [line.split() for line in cli("apps").stdout.splitlines()]
    assert lines[0] == ["NAME", "STATUS", "COMPONENTS", "AGE", "MESSAGE"]
    assert lines[1][:3] == ["other", "Failed", "0/0"] and lines[2][:3] == ["shop", "Running", "1/2"] and lines[2][-1] == "waits"
    assert cli("apps", "-o", "name").stdout == "other\nshop\n"
    assert [x["metadata"]["name"] for x in json.loads(cli("apps", "-o", "json").stdout)["items"]] == ["other", "shop"]
    assert "kind: List" in cli("apps", "-o", "yaml").stdout
    assert "TEMPLATE" in cli("apps", "-o", "wide").stdout and "NAMESPACE" in cli("apps", "-A").stdout
    assert "-o is one of" in cli("apps", "-o", "xml", code=2).stderr
    assert any("/namespaces/prod/applications" in c for c in (cli("apps", "-n", "prod"), cli.head.calls)[1])


def test_ps(cli):
    cli.head.put("pods", pod("shop-web-1", "shop", "web", ports=[{"containerPort": 80, "hostPort": 8080}]))
    cli.head.put("pods", pod("run-1", state={"terminated": {"exitCode": 3, "reason": "Error"}}, phase="Failed"))
    cli.head.put("applications", application())
    out = cli("ps").stdout
    assert "shop/web" in out and "8080->80" in out and "run-1" not in out
    assert "Exited (3)" in cli("ps", "-a").stdout
    wide = cli("ps", "-o", "wide").stdout
    assert "shop-web-1" in wide and "10.88.0.2" in wide and "77" in wide
    assert cli("ps", "shop", "-o", "name").stdout == "shop-web-1\n"
    assert "there is no application 'shpo'" in cli("ps", "shpo", code=1).stderr and "did you mean 'shop'" in cli("ps", "shpo", code=1).stderr


def test_outputs(cli):
    cli.head.put("applications", application(outputs={"url": "http://x:80", "later": None, "list": [1, 2]}))
    assert cli("outputs", "shop", "url").stdout == "http://x:80\n"
    assert cli("outputs", "shop", "list").stdout == "[1,2]\n"
    assert "not known yet" in cli("outputs", "shop", "later", code=1).stderr
    assert "did you mean 'url'" in cli("outputs", "shop", "ulr", code=1).stderr
    assert json.loads(cli("outputs", "shop", "-o", "json").stdout)["url"] == "http://x:80"
    assert "url    http://x:80" in cli("outputs", "shop").stdout
    assert "there is no application 'nobody'" in cli("outputs", "nobody", code=1).stderr


def test_describe(cli):
    cli.head.put("applications", application(phase="Failed", components=[component("web", failed=True, operation="Standard.start", message="exit 7", log="one\ntwo", pods=["shop-web-1"])]))
    cli.head.put("pods", pod("shop-web-1", "shop", "web"))
    cli.head.put("nodes", {"metadata": {"name": "board"}, "status": {"conditions": [{"type": "Ready", "status": "True"}], "capacity": {"cpu": "4"}}})
    cli.head.put("events", event("e1", "Application", "shop", "Failed", "it broke"))
    out = cli("describe", "app", "shop").stdout
    assert "failed at Standard.start: exit 7" in out and "    | two" in out and "it broke" in out and "shop-web-1" in out
    assert "Container main" in cli("describe", "pod", "shop/web").stdout
    assert "Ready" in cli("describe", "node", "board").stdout
    assert json.loads(cli("describe", "pod", "shop-web-1", "-o", "json").stdout)["metadata"]["name"] == "shop-web-1"
    assert "nobody" in cli("describe", "app", "nobody", code=1).stderr
    assert "not 'thing'" in cli("describe", "thing", "x", code=2).stderr


def event(name, kind, about, reason, message, type_="Normal"):
    return {"metadata": {"name": name}, "involvedObject": {"kind": kind, "name": about}, "reason": reason, "message": message, "type": type_, "lastTimestamp": "2026-01-02T03:04:05Z", "count": 1}


def test_events(cli):
    for name in ("shop", "shop-2"):
        cli.head.put("applications", application(name))
    cli.head.put("events", event("e2", "Application", "shop", "Deploying", "first"))
    cli.head.put("events", event("e1", "Pod", "shop-web-1", "Started", "second"))
    cli.head.put("events", event("e3", "Pod", "shop-2-web-1", "Started", "not ours", "Warning"))
    out = cli("events", "shop").stdout
    assert out.index("first") < out.index("second") and "not ours" not in out and "pod/shop-web-1" in out
    assert "not ours" in cli("events").stdout
    p = cli.start("events", "-w", "shop")
    assert "first" in p.stdout.readline() and "second" in p.stdout.readline()
    cli.head.put("events", event("e4", "Pod", "shop-2-x", "Started", "not ours either"))
    cli.head.put("events", event("e5", "Pod", "shop-web-2", "Started", "third"))
    assert "third" in p.stdout.readline()
    p.kill()
    p.communicate()


# ---- deploy ----

def test_deploy_creates_and_patches(cli):
    cli.head.react = settle(components=[component("server")], outputs={"url": "http://192.0.2.1:8090"})
    cli.head.put("nodes", {"metadata": {"name": "board"}, "status": {"addresses": [{"type": "InternalIP", "address": "192.0.2.1"}]}})
    cli.head.put("pods", pod("pair-server-1", "pair", "server", ports=[{"containerPort": 80, "hostPort": 8090}]))
    out = cli("deploy", PAIR, "-i", "port=8090", "-i", "text=hi").stdout
    assert "pair runs" in out and "http://192.0.2.1:8090" in out and "published" in out and "url" in out
    app = cli.head.get("applications", "pair")
    assert app["spec"]["source"]["inputs"] == {"port": 8090, "text": "hi"} and app["spec"]["attempt"] == 1 and app["spec"]["state"] == "Running"
    assert app["spec"]["source"]["bundle"] in cli.head.blobs
    puts = [c for c in cli.head.calls if c.startswith("PUT")]
    assert puts and max(i for i, c in enumerate(cli.head.calls) if c.startswith("PUT")) < next(i for i, c in enumerate(cli.head.calls) if c.startswith("POST"))
    cli.head.react = settle(message="nothing to change")
    assert "nothing to change" in cli("deploy", PAIR, "-i", "port=1234").stdout
    app = cli.head.get("applications", "pair")
    assert app["spec"]["source"]["inputs"] == {"port": 1234} and app["spec"]["attempt"] == 2
    assert [c for c in cli.head.calls if c.startswith("PUT")] == puts, "what is there is not sent again"
    assert cli("deploy", PAIR, "--name", "other", "-o", "name").stdout == "other\n"


def test_deploy_that_fails(cli):
    failed = settle("Failed", components=[component("server"), component("page", kind="software", state="created", failed=True, operation="Standard.configure",
                                                                         message="it ended with 7", log="step one\nthis went wrong\n")])
    cli.head.react = lambda *args: threading.Timer(0.3, failed, args).start()
    said = cli("deploy", PAIR, code=1).stderr
    assert "page failed at Standard.configure: it ended with 7" in said and "    | this went wrong" in said and "sedge undeploy pair" in said
    assert "page: failed at Standard.configure" in said, "progress is told"


def test_deploy_that_fails_without_lines_shows_the_pod_s(cli):
    def stream(s):
        assert s.request["op"] == "logs" and s.request["tailLines"] == 10 and "pods/pair-server-1/" in s.path
        s.out("the reason\n", err=True)
        s.close()
    cli.head.stream = stream
    cli.head.react = settle("Failed", components=[component("server", failed=True, message="it crashes", pods=["pair-server-1"])])
    said = cli("deploy", PAIR, code=1).stderr
    assert "server failed: it crashes" in said and "    | the reason" in said


def test_deploy_is_checked_before_anything_is_sent(cli, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("topology_template: {}\n")
    assert "bad.yaml:1" in cli("deploy", bad, code=1).stderr
    assert "/nowhere/x.yaml" in cli("deploy", "/nowhere/x.yaml", code=1).stderr
    assert "-i takes NAME=VALUE" in cli("deploy", PAIR, "-i", "port", code=2).stderr
    assert "Not A Name" in cli("deploy", PAIR, "--name", "Not A Name", code=2).stderr
    assert "prt" in cli("deploy", PAIR, "-i", "prt=1", code=1).stderr
    assert "/nowhere/a.plan" in cli("deploy", PAIR, "--plan", "/nowhere/a.plan", code=1).stderr
    plan = tmp_path / "a.plan"
    plan.write_text("data:Standard.create\ndata:Standard.start\n")
    assert "line 2: data:Standard.start: data requires storage, which keep (deleted) does not offer" in cli("deploy", PAIR, "--plan", plan, code=1).stderr
    assert not [c for c in cli.head.calls if c.split()[0] not in ("GET", "HEAD")]


def test_deploy_with_a_plan(cli, tmp_path):
    plan = tmp_path / "a.plan"
    plan.write_text("# first\nkeep:Standard.create\ndata:Standard.create\n")
    cli.head.react = settle()
    cli("deploy", PAIR, "--plan", plan)
    assert cli.head.get("applications", "pair")["spec"]["plan"] == ["keep:Standard.create", "data:Standard.create"]
    cli("deploy", PAIR)
    assert "plan" not in cli.head.get("applications", "pair")["spec"]


def test_deploy_waits_and_may_be_left(cli):
    assert "it goes on; see 'sedge describe app pair'" in cli("deploy", PAIR, "--timeout", "1s", code=1).stderr
    cli.head.calls.clear()
    p = cli.start("deploy", PAIR)
    while not any("watch=1" in c for c in cli.head.calls):
        time.sleep(0.02)
    p.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=10)
    assert p.returncode == 130 and "deploy goes on; see 'sedge describe app pair'" in err


def test_deploy_over_one_that_leaves(cli):
    app = application("pair")
    app["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z"
    cli.head.put("applications", app)
    cli.head.react = settle()
    threading.Timer(0.3, lambda: cli.head.drop("applications", "pair")).start()
    cli("deploy", PAIR)
    assert cli.head.get("applications", "pair")["spec"]["attempt"] == 1


# ---- start, stop, scale, undeploy ----

def test_start_stop_scale(cli):
    cli.head.put("applications", application(components=[component("web"), component("app", kind="software")]))
    cli.head.react = settle("Stopped")
    assert cli("stop", "shop").stdout == "shop is stopped\n"
    assert cli.head.get("applications", "shop")["spec"]["state"] == "Stopped"
    cli.head.react = settle(components=[component("web", replicas=3, ready=3, pods=["a", "b", "c"]), component("app", kind="software")])
    assert cli("start", "shop/web").stdout == "shop/web runs\n"
    assert cli.head.get("applications", "shop")["spec"]["components"] == [{"name": "web", "state": "Running"}]
    assert cli("scale", "shop/web", "3").stdout == "shop/web has 3 replicas\n"
    assert cli.head.get("applications", "shop")["spec"]["components"] == [{"name": "web", "state": "Running", "replicas": 3}]
    cli("start", "shop")
    assert cli.head.get("applications", "shop")["spec"]["components"] == [{"name": "web", "replicas": 3}]
    assert "has no component 'wbe'; it has web, app" in cli("stop", "shop/wbe", code=1).stderr
    assert "only containers are scaled" in cli("scale", "shop/app", "2", code=1).stderr
    assert "nobody" in cli("stop", "nobody", code=1).stderr
    for words in (["scale", "shop/web", "two"], ["scale", "shop/web", "-1"], ["scale", "shop", "1"], ["stop", "a/b/c"], ["stop", "a//b"]):
        cli(*words, code=2)


def test_stop_of_a_run_container(cli):
    cli.head.put("pods", pod("run-1"))
    def react(head, plural, obj):
        assert obj["spec"]["sedge"]["state"] == "Stopped"
        head.status("pods", "run-1", containerStatuses=[{"name": "main", "state": {"waiting": {"reason": "Stopped"}}}])
    cli.head.react = react
    assert cli("stop", "run-1").stdout == "run-1 is stopped\n"


def test_undeploy(cli):
    cli.head.put("applications", application())
    cli.head.put("volumes", {"metadata": {"name": "shop-data", "labels": {APP: "shop"}}})
    cli.head.react = settle()
    p = cli("undeploy", "shop")
    assert p.stdout == "shop is gone\n" and "1 volume kept" in p.stderr
    assert "nobody" in cli("undeploy", "nobody", code=1).stderr
    assert "there is no application 'shop'" in cli("undeploy", "shop", code=1).stderr
    assert "volume shop-data removed" in cli("undeploy", "shop", "--volumes").stdout
    cli.head.put("applications", application("second"))
    cli("undeploy", "second", "--volumes")
    assert [o for r, p, t, o in cli.head.log if o.get("spec", {}).get("removeVolumes") is True and p == "applications"]


def test_undeploy_that_fails(cli):
    def react(head, plural, obj):
        head.status(plural, "shop", observedGeneration=obj["metadata"]["generation"], phase="Failed", components=[component("web", failed=True, operation="Standard.delete", message="no")])
    cli.head.put("applications", application())
    cli.head.react = react
    assert "web failed at Standard.delete: no" in cli("undeploy", "shop", code=1).stderr


# ---- logs and exec ----

def two_pods(cli):
    for n in (1, 2):
        cli.head.put("pods", pod(f"shop-web-{n}", "shop", "web"))
    cli.head.put("pods", pod("shop-db-1", "shop", "db"))
    cli.head.put("applications", application(components=[component("web"), component("db"), component("sql", kind="software", pods=["shop-db-1"])]))


def test_logs(cli):
    two_pods(cli)
    asked = []
    def stream(s):
        asked.append((s.path, s.request))
        s.out("line of " + s.path.split("/")[-2] + "\nand a half")
        s.out("bad\n", err=True)
        s.close()
    cli.head.stream = stream
    p = cli("logs", "shop/db", "--tail", "5", "-t", "--since", "1h")
    assert p.stdout == "line of shop-db-1\nand a half" and p.stderr == "bad\n"
    assert asked[0][1]["tailLines"] == 5 and asked[0][1]["timestamps"] is True and asked[0][1]["sinceTime"].endswith("Z") and asked[0][1]["follow"] is False
    assert "line of shop-db-1" in cli("logs", "shop/sql").stdout
    assert cli("logs", "shop/web/2").stdout.startswith("line of shop-web-2")
    out = cli("logs", "shop", "-f").stdout.splitlines()
    assert "db    | line of shop-db-1" in out and "web/1 | line of shop-web-1" in out and "web/2 | and a half" in out
    assert "has no component 'wbe'" in cli("logs", "shop/wbe", code=1).stderr
    assert "has no replica '3'; it has 1 to 2" in cli("logs", "shop/web/3", code=1).stderr
    assert "neither an application nor a pod 'nobody'" in cli("logs", "nobody", code=1).stderr
    assert "there is no application 'nobody'" in cli("logs", "nobody/web", code=1).stderr


def test_logs_of_a_reader_that_leaves(cli):
    two_pods(cli)
    def stream(s):
        try:
            while True:
                s.out("again\n" * 100)
        except OSError:
            pass
    cli.head.stream = stream
    p = subprocess.run(f"{PROG} logs shop/db | head -1", shell=True, env=cli.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20)
    assert p.stdout == "again\n" and p.stderr == ""


def test_exec(cli):
    two_pods(cli)
    asked = []
    def stream(s):
        asked.append((s.path, s.request))
        s.message(started=True)
        s.out("out ")
        s.out("err ", err=True)
        got = s.take_input() if s.request["stdin"] else b""
        s.out(got.decode().upper())
        s.close(7)
    cli.head.stream = stream
    p = cli("exec", "-i", "-u", "bob", "-w", "/tmp", "-e", "A=b=c", "shop/db", "cat", "-n", code=7, input="hello " * 100000)
    assert p.stdout == "out " + "HELLO " * 100000 and p.stderr == "err "
    assert asked[0][1] == {"op": "exec", "command": ["cat", "-n"], "tty": False, "stdin": True, "user": "bob", "workingDir": "/tmp", "env": {"A": "b=c"}}
    assert cli("exec", "shop-db-1", "true", code=7).stdout == "out "
    assert cli("exec", "shop-db-1", "--", "true", code=7).stdout == "out "
    assert "has several components; name one: shop/db, shop/web" in cli("exec", "shop", "true", code=1).stderr
    cli("exec", "shop/db", code=2)
    cli("exec", "-e", "x", "shop/db", "true", code=2)
    assert "terminal" in cli("exec", "-it", "shop/db", "sh", code=2).stderr
    cli.head.stream = lambda s: s.close(127, "no such program: nope")
    assert "no such program: nope" in cli("exec", "shop/db", "nope", code=127).stderr


def test_exec_passes_signals_on(cli):
    two_pods(cli)
    got = []
    def stream(s):
        s.out("ready\n")
        type_, data = s.take()
        got.append(json.loads(data))
        s.close(130)
    cli.head.stream = stream
    p = cli.start("exec", "shop/db", "sleep", "100")
    assert p.stdout.readline() == "ready\n"
    p.send_signal(signal.SIGINT)
    assert p.wait(10) == 130 and got == [{"signal": 2}]
    p.communicate()


def read_until(fd, text):
    got = b""
    while text not in got:
        assert select.select([fd], [], [], 10)[0], got
        got += os.read(fd, 4096)
    return got


def test_exec_with_a_terminal(cli):
    two_pods(cli)
    seen = []
    def stream(s):
        seen.append(s.request)
        s.out("prompt$ ")
        while True:
            type_, data = s.take()
            seen.append((type_, data))
            if type_ == DATA and b"\x04" in data:
                break
            if type_ == DATA:
                s.out("<" + data.decode() + ">")
        s.close(3)
    cli.head.stream = stream
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(PROG, [str(PROG), "exec", "-it", "shop/db", "sh"], cli.env)
    read_until(fd, b"prompt$ ")
    os.write(fd, b"\x03x")
    assert b"<\x03x>" in read_until(fd, b">"), "keys go over as they are"
    import fcntl, struct as st, termios
    fcntl.ioctl(fd, termios.TIOCSWINSZ, st.pack("HHHH", 40, 120, 0, 0))
    os.kill(pid, signal.SIGWINCH)
    os.write(fd, b"y")
    read_until(fd, b"<y>")
    os.write(fd, b"\x04")
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 3
    assert seen[0]["tty"] is True
    assert any(x[0] == MESSAGE and json.loads(x[1]) == {"rows": 40, "columns": 120} for x in seen[1:])
    os.close(fd)


def test_the_head_goes_away_in_the_middle(cli):
    two_pods(cli)
    cli.head.stream = lambda s: s.out("half")
    p = cli("exec", "shop/db", "true", code=1)
    assert p.stdout == "half" and "closed the connection in the middle" in p.stderr


# ---- run ----

def runs(*states, phase="Succeeded"):
    """The head's reaction to a new pod: it goes through these states."""
    def react(head, plural, obj):
        if plural == "pods" and obj["metadata"].get("deletionTimestamp"):
            head.drop("pods", obj["metadata"]["name"])
        elif plural == "pods":
            for i, state in enumerate(states):
                last = i + 1 == len(states) and "terminated" in state
                head.status("pods", obj["metadata"]["name"], phase=phase if last else "Running", containerStatuses=[{"name": "main", "state": state}])
    return react


def says(text, code=0):
    def stream(s):
        assert s.request["op"] == "logs" and s.request["follow"] is True
        s.out(text)
        s.close(code)
    return stream


def test_run(cli):
    cli.head.react = runs({"waiting": {"reason": "ContainerCreating"}}, {"running": {}}, {"terminated": {"exitCode": 5}})
    cli.head.stream = says("hello\n")
    p = cli("run", "--rm", "--name", "x", "-e", "A=1", "busybox", "echo", "-n", code=5)
    assert p.stdout == "hello\n" and p.stderr == ""
    created = next(o for r, pl, t, o in cli.head.log if pl == "pods")
    assert created["spec"]["restartPolicy"] == "Never" and created["spec"]["containers"][0]["args"] == ["echo", "-n"]
    assert ("pods", "x") not in cli.head.objects, "--rm"
    cli("run", "busybox", code=5)
    (name,) = [n for p, n in cli.head.objects if p == "pods"]
    assert name.startswith("run-")
    assert cli("rm", name).stdout == name + "\n"
    assert ("pods", name) not in cli.head.objects


def test_run_of_what_cannot_be_started(cli):
    cli.head.react = runs({"waiting": {"reason": "Pulling"}}, {"waiting": {"reason": "ErrImagePull", "message": "no such image: nope"}})
    for words in (["run", "nope"], ["run", "-d", "nope"]):
        assert "run nope: no such image: nope" in cli(*words, code=1).stderr
        assert not [k for k in cli.head.objects if k[0] == "pods"], "nothing is left"


def test_run_detached(cli):
    cli.head.react = runs({"running": {}})
    assert cli("run", "-d", "--name", "web", "-v", "data:/data", "nginx").stdout == "web\n"
    assert ("volumes", "data") in cli.head.objects
    assert "already exists" in cli("run", "-d", "--name", "web", "nginx", code=1).stderr


def test_run_broken_off(cli):
    began = threading.Event()
    def stream(s):
        s.out("working\n")
        began.set()
        s.take()
    def react(head, plural, obj):
        if obj["metadata"].get("deletionTimestamp"):
            head.drop("pods", "x")
        else:
            runs({"running": {}})(head, plural, obj)
    cli.head.react, cli.head.stream = react, stream
    p = cli.start("run", "--rm", "--name", "x", "busybox", "sleep", "100")
    assert p.stdout.readline() == "working\n"
    p.send_signal(signal.SIGINT)
    time.sleep(0.2)
    p.send_signal(signal.SIGINT)
    assert p.wait(10) == 130 and ("pods", "x") not in cli.head.objects
    p.communicate()


def test_run_broken_off_before_it_starts(cli):
    cli.head.react = runs({"waiting": {"reason": "Pulling"}})
    p = cli.start("run", "--name", "x", "busybox")
    while not any("watch=1" in c for c in cli.head.calls):
        time.sleep(0.02)
    time.sleep(0.2)
    p.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=10)
    assert p.returncode == 130 and ("pods", "x") not in cli.head.objects, err


def test_run_with_wrong_words(cli):
    for words, says_ in ((["-p", "80:99999"], "99999"), (["-v", "here:there"], "there"), (["--memory", "much"], "much"), (["--cpus", "x"], "x"), (["--restart", "maybe"], "maybe"),
                         (["-e", "=x"], "=x"), (["-d", "--rm"], "--rm"), (["-i"], "-it"), (["-t"], "terminal"), (["--name", "A B"], "A B")):
        assert says_ in cli("run", *words, "busybox", code=2).stderr
    assert "sedge run" in cli("run", code=2).stderr
    assert not cli.head.objects


def test_rm_leaves_applications_alone(cli):
    two_pods(cli)
    assert "belongs to application shop" in cli("rm", "shop-db-1", code=1).stderr
    assert "not found" in cli("rm", "nobody", code=1).stderr


# ---- images ----

def test_images(cli, tmp_path):
    cli.head.put("nodes", {"metadata": {"name": "board"}})
    got = {}
    def stream(s):
        assert s.path == "nodes/board/stream"
        op = s.request["op"]
        if op == "images":
            s.message(items=[{"id": "sha256:" + "ab" * 32, "names": ["busybox:latest", "bb:1"], "size": 4300000, "created": "2026-01-02T03:04:05Z", "inUse": True}])
            s.close()
        elif op == "image-import":
            got["bytes"] = s.take_input()
            s.message(status="unpacking", layer="sha256:" + "cd" * 32)
            s.message(image="sha256:x", name=s.request.get("name", "made:latest"))
            s.close()
        elif op == "image-remove":
            s.message(freed=4300000)
            s.close()
        else:
            s.message(status="downloading", layer="sha256:" + "cd" * 32, current=1, total=2)
            s.message(error="no such image", code="NOT_FOUND")
            s.close(1)
    cli.head.stream = stream
    out = cli("image", "ls").stdout
    assert "busybox:latest  abababababab  4.3 MB" in out and "bb:1" in out and "yes" in out
    assert cli("image", "ls", "-o", "name").stdout == "busybox:latest\nbb:1\n"
    archive = tmp_path / "a.tar"
    archive.write_bytes(os.urandom(3_000_000))
    p = cli("image", "import", archive, "--name", "mine:1")
    assert p.stdout == "mine:1\n" and got["bytes"] == archive.read_bytes() and "unpacking cdcdcdcdcdcd" in p.stderr
    with open(archive, "rb") as f:
        assert cli("image", "import", "-", stdin=f).stdout == "made:latest\n"
    assert "pull nope: no such image" in cli("image", "pull", "nope", code=1).stderr
    assert "busybox:latest removed, 4.3 MB freed" in cli("image", "rm", "busybox:latest").stdout
    assert "/nowhere.tar" in cli("image", "import", "/nowhere.tar", code=1).stderr
    assert "did you mean 'import'" in cli("image", "imprt", "x", code=2).stderr
    cli("image", "pull", code=2)
    cli("image", code=2)


def test_several_nodes(cli):
    assert "no node has joined" in cli("image", "ls", code=1).stderr
    for name in ("a", "b"):
        cli.head.put("nodes", {"metadata": {"name": name}})
    assert "name one with --node: a, b" in cli("image", "ls", code=1).stderr


# ---- this machine ----

def test_kubeconfig(cli):
    text = cli("kubeconfig", "--name", "ann", "--server", "https://board:7443").stdout
    assert "server: https://board:7443" in text and "client-certificate-data: Q0VSVA==" in text and "current-context: ann@sedge" in text
    assert "token: tok" in cli("kubeconfig", "--token").stdout and "server: https://192.0.2.9:6443" in cli("kubeconfig", "--token").stdout
    assert "https://" in cli("kubeconfig", "--server", "board", code=2).stderr


def test_status(cli):
    cli.head.put("nodes", {"metadata": {"name": "board"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}})
    cli.head.put("applications", application())
    cli.head.stream = lambda s: s.close(1, "node 'board' is not connected")
    assert "board, not ready" in cli("status", code=1).stdout, "Ready stands for a while after a head was started again"
    cli.head.stream = lambda s: s.close()
    p = cli("status", code=1)
    assert "not all daemons run" in p.stderr and "applications  1, 1 running" in p.stdout and "board, ready" in p.stdout
    report = json.loads(cli("status", "-o", "json", code=1).stdout)
    assert report["daemons"] == {"keeper": None, "head": None, "node": None} and report["head"]["nodes"][0]["ready"] is True
