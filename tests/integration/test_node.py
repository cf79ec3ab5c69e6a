# SPDX-License-Identifier: Apache-2.0
"""The node with a keeper, containers and a network of its own, told what to do by a small head."""
import os
import random
import shutil
import signal
import struct
import subprocess
import time

import pytest

from node_bed import Bed, Pod, busybox_archive, missing, until

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "-")


@pytest.fixture
def bed():
    with Bed() as b:
        b.start()
        b.import_busybox()
        yield b


def alive(pid):
    """Not counting one that has ended and that nobody has reaped yet."""
    try:
        return open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_pod_runs_and_goes(bed):
    p = bed.pod("web", "echo hello; exec sleep 1000").send().wait_ready()
    assert p.state() == "running" and p.status["phase"] == "Running"
    assert alive(p.pid) and p.ip.startswith("10.77.0.")
    assert p.container()["containerID"] == "sedge://" + p.id
    assert p.sh("hostname").strip() == "web"
    assert ("%s\tweb" % p.ip) in p.sh("cat /etc/hosts")
    pid = p.pid
    p.deleted()
    assert not alive(pid)
    assert bed.mounts() == [] and bed.cgroups(p) == []
    assert os.listdir(os.path.join(bed.state_dir, "node/pods")) == []
    assert os.listdir(os.path.join(bed.state_dir, "containers")) == []


# ---- spec ----


def test_the_spec_reaches_the_container(bed):
    p = bed.pod(
        "spec",
        "echo $A-$B; id -u; pwd; touch /x 2>/dev/null || echo readonly; cat /proc/self/limits >/dev/null; sleep 1000",
        hostname="other",
        container={
            "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "two"}],
            "workingDir": "/tmp",
            "securityContext": {"runAsUser": 1234, "readOnlyRootFilesystem": True},
            "resources": {"limits": {"memory": "32Mi", "cpu": "250m", "sedge.dev/pids": "50"}},
        },
    ).send().wait_ready()
    until(lambda: bed.head.op("logs", pod=p.uid).end().out == b"1-two\n1234\n/tmp\nreadonly\n")
    assert p.exec("hostname").out == b"other\n"
    found = ""
    for dirpath in bed.cgroups(p):
        for name in ("memory.limit_in_bytes", "memory.max", "pids.max"):
            path = os.path.join(dirpath, name)
            found += open(path).read() if os.path.exists(path) else ""
    assert str(32 << 20) in found and "50\n" in found


def test_ports_services_and_links(bed):
    serve = "while true; do echo pong | nc -l -p 80; done"
    a = bed.pod("a", serve, container={"ports": [{"containerPort": 80, "hostPort": 8099}]}).send().wait_ready()
    until(lambda: bed.ask("127.0.0.1", 8099) == "pong\n")
    service = {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "app-a", "namespace": "default", "uid": "s1"},
        "spec": {"clusterIP": "10.78.0.10"}, "status": {"endpoints": [{"ip": a.ip, "pod": "a", "node": "n1", "ready": True}]},
    }
    b = bed.pod("b", "sleep 1000", sedge={"links": [{"name": "db", "service": "app-a"}]}).send().wait_ready()
    bed.head.services["s1"] = service
    bed.head.say({"type": "service", "object": service})
    until(lambda: "10.78.0.10\tdb" in b.sh("cat /etc/hosts"))
    until(lambda: b.sh("nc -w 2 db 80 </dev/null || true") == "pong\n")
    c = bed.pod("c", serve, container={"ports": [{"containerPort": 80, "hostPort": 8099}]}).send().wait_state("PortInUse")
    assert "default/a" in c.container()["state"]["waiting"]["message"]
    a.deleted()
    c.wait_ready()
    until(lambda: bed.ask("127.0.0.1", 8099) == "pong\n")
    del bed.head.services["s1"]
    bed.head.say({"type": "gone", "kind": "Service", "namespace": "default", "name": "app-a", "uid": "s1"})
    until(lambda: "10.78.0.10" not in bed.nft())


def test_volumes(bed):
    bed.head.volumes["v1"] = volume = {"apiVersion": "sedge.dev/v1", "kind": "Volume", "metadata": {"name": "data", "namespace": "default", "uid": "v1"}, "spec": {"nodeName": "n1"}}
    bed.head.say({"type": "volume", "object": volume})
    until(lambda: bed.head.volume_status.get("data", {}).get("phase") == "Bound")
    host = os.path.join(bed.dir, "shared", "deep")
    volumes = [
        {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "host", "hostPath": {"path": host, "type": "DirectoryOrCreate"}},
        {"name": "scratch", "emptyDir": {}},
    ]
    mounts = [{"name": "data", "mountPath": "/etc"}, {"name": "host", "mountPath": "/host"}, {"name": "scratch", "mountPath": "/scratch"}]
    p = bed.pod("vol", "sleep 1000", container={"volumeMounts": mounts}, volumes=volumes).send().wait_ready()
    assert "root:" in p.sh("cat /etc/passwd")  # seeded from the image
    p.sh("echo kept > /etc/mine; echo out > /host/f; echo x > /scratch/f")
    assert open(os.path.join(host, "f")).read() == "out\n"
    p.deleted()
    q = bed.pod("vol2", "sleep 1000", container={"volumeMounts": mounts}, volumes=volumes).send().wait_ready()
    assert q.sh("cat /etc/mine; ls /scratch") == "kept\n"
    volume["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    bed.head.say({"type": "volume", "object": volume})
    held = os.path.join(bed.state_dir, "volumes/default/data/data/held")
    os.mkdir(held)
    subprocess.run(["mount", "-t", "tmpfs", "none", held], check=True)  # in the way of its removal
    q.deleted()
    until(lambda: bed.head.volume_status["data"].get("message"))
    subprocess.run(["umount", held], check=True)
    until(lambda: "data" in bed.head.volume_gone)
    assert not os.path.exists(os.path.join(bed.state_dir, "volumes/default/data"))
    bad = bed.pod("bad", "sleep 1000", container={"volumeMounts": [{"name": "h", "mountPath": "/h"}]}, volumes=[{"name": "h", "hostPath": {"path": "/no/such/folder"}}])
    bad.send().wait_state("VolumeError")
    assert "/no/such/folder" in bad.container()["state"]["waiting"]["message"]


def test_containers_of_one_pod_share_its_network(bed):
    two = [
        {"name": "a", "image": "busybox", "command": ["sh", "-c", "while true; do echo pong | nc -l -p 81; done"]},
        {"name": "b", "image": "busybox", "command": ["sh", "-c", "sleep 1000"]},
    ]
    p = Pod(bed, "pair", two).send().wait_ready()
    assert len({c["pid"] for c in p.status["containerStatuses"]}) == 2
    until(lambda: bed.head.op("exec", pod=p.uid, container="b", command=["nc", "-w", "2", "127.0.0.1", "81"]).end().out == b"pong\n")
    assert "no container" in bed.head.op("logs", pod=p.uid).end().closed["error"]
    p.deleted()
    assert bed.mounts() == []


# ---- failures ----


def test_what_cannot_start_says_why(bed):
    for name, container, reason, word in (
        ("noimage", {"image": "no-such-image", "imagePullPolicy": "Never"}, "ErrImageNeverPull", "no-such-image"),
        ("badname", {"image": "Bad Name"}, "InvalidImageName", "Bad Name"),
        ("noprogram", {"command": ["/no/such/program"]}, "CreateContainerError", "/no/such/program"),
        ("nouser", {"command": ["sleep", "9"], "user": "nobody-here"}, "CreateContainerError", "nobody-here"),
    ):
        p = bed.pod(name, container=container).send().wait_state(reason)
        assert word in p.container()["state"]["waiting"]["message"]
        p.deleted()
    assert bed.mounts() == []


def test_a_pull_that_fails_is_told_and_an_import_helps(bed):
    p = bed.pod("pull", "sleep 1000", container={"image": "localhost:1/nothing:1"}).send().wait_state("ErrImagePull")
    with open(subprocess.run([os.path.join(os.path.dirname(__file__), "../../examples/images/build"), "path", "busybox"], capture_output=True, text=True).stdout.strip(), "rb") as f:
        data = f.read()
    s = bed.head.op("image-import", name="localhost:1/nothing:1")
    s.write(data)
    s.eof()
    s.end()
    p.wait_ready()


def test_restarts_and_policies(bed):
    p = bed.pod("crash", "echo run >> /runs; exit 3").send()
    p.wait_state("CrashLoopBackOff")
    assert p.container()["restartCount"] >= 2
    assert p.container()["lastState"]["terminated"]["exitCode"] == 3
    once = bed.pod("once", "exit 4", restartPolicy="Never").send().wait(lambda p: p.status.get("phase") == "Failed")
    assert once.container()["state"]["terminated"]["exitCode"] == 4 and once.container()["restartCount"] == 0
    good = bed.pod("good", "exit 0", restartPolicy="OnFailure").send().wait(lambda p: p.status.get("phase") == "Succeeded")
    assert good.ready()
    layer = bed.pod("layer", "echo x >> /runs; [ $(wc -l < /runs) = 3 ] && exec sleep 1000; exit 1").send().wait(lambda p: p.ready() and p.container()["restartCount"] == 2)
    assert layer.sh("cat /runs") == "x\n" * 3  # the same writable layer


def test_a_full_disk_is_told_and_got_over():
    with Bed() as bed:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", bed.state_dir], check=True)
        bed.prog("node-setup", "--name", "n1", "--pod-cidr", "10.77.0.0/24", "--service-cidr", "10.78.0.0/24")
        bed.start()
        with open(busybox_archive(), "rb") as f:
            data = f.read()
        s = bed.head.op("image-import")
        s.write(data)
        s.eof()
        if s.end().closed["code"] != 0:  # the store keeps some room free for the machine
            subprocess.run(["mount", "-o", "remount,size=200m", bed.state_dir], check=True)
            bed.import_busybox()
        ballast = os.path.join(bed.state_dir, "ballast")
        subprocess.run(["dd", "if=/dev/zero", "of=" + ballast, "bs=64k"], stderr=subprocess.DEVNULL)
        subprocess.run("cat /dev/zero >> %s" % ballast, shell=True, stderr=subprocess.DEVNULL)
        p = bed.pod("full", "sleep 1000").send()
        until(lambda: p.state() == "DiskFull" or any(e["reason"] == "DiskFull" for e in bed.head.events))
        os.unlink(ballast)
        p.wait_ready()
        until(lambda: os.path.exists(os.path.join(bed.state_dir, "node/pods", p.uid + ".json")))
        p.deleted()


def test_a_failing_nft_is_told_and_got_over():
    with Bed() as bed:
        tools, switch = os.path.join(bed.dir, "tools"), os.path.join(bed.dir, "broken")
        os.makedirs(tools)
        with open(os.path.join(tools, "nft"), "w") as f:
            f.write("#!/bin/sh\n[ -e %s ] && { echo it is broken >&2; exit 1; }\nexec %s \"$@\"\n" % (switch, shutil.which("nft")))
        os.chmod(os.path.join(tools, "nft"), 0o755)
        bed.env["PATH"] = tools + ":" + bed.env["PATH"]

        def network_fails():
            return [c.get("message", "") for c in bed.head.node_status["conditions"] if c["type"] == "NetworkUnavailable" and c["status"] == "True"]

        open(switch, "w").close()
        bed.start()
        bed.import_busybox()
        until(lambda: any("it is broken" in m for m in network_fails()))
        p = bed.pod("p", "while true; do echo pong | nc -l -p 80; done", container={"ports": [{"containerPort": 80, "hostPort": 8095}]}).send()
        p.wait(lambda p: "network" in p.container().get("state", {}).get("waiting", {}).get("message", ""))
        os.unlink(switch)
        p.wait_ready()
        until(lambda: bed.ask("127.0.0.1", 8095) == "pong\n" and not network_fails())
        open(switch, "w").close()
        q = bed.pod("q", "sleep 1000", container={"ports": [{"containerPort": 80, "hostPort": 8094}]}).send().wait_state("running")
        until(network_fails)
        assert not q.ready()
        os.unlink(switch)
        q.wait_ready()


# ---- stop and start ----


def test_stop_and_start_keep_the_layer_and_the_address(bed):
    p = bed.pod("st", "trap 'exit 0' TERM; while true; do sleep 0.1; done").send().wait_ready()
    p.sh("echo mine > /mine")
    ip, pid = p.ip, p.pid
    p.patch(state="Stopped").wait_state("Stopped")
    assert not alive(pid) and p.container()["lastState"]["terminated"]["exitCode"] == 0
    p.patch(state="Running").wait_ready()
    assert p.sh("cat /mine") == "mine\n" and p.ip == ip and p.container()["restartCount"] == 0
    q = bed.pod("st2", "sleep 1000", sedge={"state": "Stopped"}).send().wait_state("Stopped")
    assert q.pid == 0
    q.patch(state="Running").wait_ready()


# ---- software ----


def steps(**scripts):
    """Software's protocol; scripts by operation."""
    rows = [("create", "deleted", "created"), ("configure", "created", "configured"), ("start", "configured", "running"), ("stop", "running", "configured"), ("delete", "configured", "deleted"), ("delete", "created", "deleted")]
    out = []
    for operation, source, target in rows:
        s = {"interface": "Standard", "operation": operation, "source": source, "target": target}
        if operation in scripts:
            s["script"] = scripts[operation]
            s["env"] = [{"name": "INPUT_WHO", "value": "me"}]
        out.append(s)
    return out


def software(name, goal="running", attempt=0, after=(), **scripts):
    return {"name": name, "initial": "deleted", "stopped": "configured", "goal": goal, "attempt": attempt, "after": list(after), "steps": steps(**scripts)}


def test_software_runs_fails_and_is_retried(bed):
    files = {
        "s/create.sh": ("echo create $INPUT_WHO $(pwd) >> /trace\n", 0o644),
        "s/start.sh": ("#!/bin/sh\necho start >> /trace\necho starting\n[ -e /ok ] || { echo it is broken >&2; exit 3; }\n", 0o755),
        "s/stop.sh": ("echo stop >> /trace\n", 0o644),
        "t.sh": ("echo second >> /trace\n", 0o644),
    }
    bundle = bed.head.add_bundle(files)
    one = {"create": "s/create.sh", "start": "s/start.sh", "stop": "s/stop.sh"}
    p = bed.pod("soft", sedge={"sleep": True, "bundle": bundle, "components": [software("one", **one), software("two", after=["one", "soft"], start="t.sh")]}).send()
    p.wait(lambda p: p.component("one").get("failed"))
    c = p.component("one")
    assert c["message"] == "operation Standard.start exited with 3" and c["exitCode"] == 3 and c["state"] == "configured" and c["operation"] == "Standard.start"
    assert "it is broken" in c["log"] and "starting" in c["log"]
    assert p.component("two")["state"] == "deleted" and not p.ready()
    assert p.sh("cat /trace") == "create me /sedge/bundle/s\nstart\n"
    p.sh("touch /ok")
    p.patch(components=[software("one", attempt=1, **one), software("two", attempt=1, after=["one"], start="t.sh")]).wait_ready()
    assert p.sh("cat /trace") == "create me /sedge/bundle/s\nstart\nstop\nstart\nsecond\n", "what the failed start left is cleared away first"
    assert p.component("one")["attempt"] == 1
    assert b"it is broken" in bed.head.op("logs", pod=p.uid).end().err
    pid = p.pid
    # another bundle in place: nothing restarts, only what differs is fetched, the new script is the one that runs
    bed.head.fetched.clear()
    files["s/stop.sh"] = ("echo stopped anew >> /trace\n", 0o644)
    bundle2 = bed.head.add_bundle(files)
    p.patch(bundle=bundle2, components=[software("one", goal="configured", attempt=1, **one), software("two", attempt=1, start="t.sh")])
    p.wait(lambda p: p.component("one")["state"] == "configured")
    assert p.sh("cat /trace").endswith("second\nstopped anew\n") and p.pid == pid
    assert len(bed.head.fetched) == 2
    until(lambda: os.listdir(os.path.join(bed.state_dir, "bundles")) == [bundle2[7:]])
    # its container dies: it falls back to configured and is brought to its goal again
    p.patch(components=[software("one", attempt=1, **one)]).wait(lambda p: p.component("one")["state"] == "running")
    os.kill(p.pid, signal.SIGKILL)
    p.wait(lambda p: p.pid not in (0, pid) and p.ready())
    assert p.sh("cat /trace").endswith("stopped anew\nstart\nstart\n")
    p.deleted()
    until(lambda: os.listdir(os.path.join(bed.state_dir, "bundles")) == [])
    assert not os.path.exists(os.path.join(bed.state_dir, "pods", p.uid))


def test_a_step_that_takes_too_long_and_one_without_a_way(bed):
    bundle = bed.head.add_bundle({"slow.sh": ("sleep 1000\n", 0o644)})
    c = software("one", start="slow.sh")
    for s in c["steps"]:
        s["timeoutSeconds"] = 1
    p = bed.pod("slow", sedge={"sleep": True, "bundle": bundle, "components": [c]}).send()
    p.wait(lambda p: p.component("one").get("failed"))
    assert p.component("one")["message"] == "operation Standard.start did not end within 1 s"
    p.patch(components=[software("one", goal="nowhere")]).wait(lambda p: "nowhere" in p.component("one").get("message", ""))
    # deletion does not wait for a step
    q = bed.pod("slow2", sedge={"sleep": True, "bundle": bundle, "components": [software("one", start="slow.sh")]}).send()
    q.wait(lambda q: q.component("one").get("operation") == "Standard.start")
    q.deleted()


def test_a_missing_bundle_is_told_and_fetched_later(bed):
    bundle = bed.head.add_bundle({"a.sh": ("true\n", 0o644)})
    manifest = bed.head.bundles.pop(bundle)
    p = bed.pod("nobundle", sedge={"sleep": True, "bundle": bundle, "components": [software("one", start="a.sh")]}).send().wait_state("BundleError")
    bed.head.bundles[bundle] = manifest[:-1] + b" }"
    p.wait(lambda p: "digest" in p.container()["state"].get("waiting", {}).get("message", ""))
    bed.head.bundles[bundle] = manifest
    p.wait_ready()


# ---- operations ----


def test_exec(bed):
    p = bed.pod("x", "sleep 1000").send().wait_ready()
    s = p.exec("sh", "-c", "cat; echo e >&2; exit 7", stdin=b"in\n" * 100000)
    assert s.closed["code"] == 7 and s.out == b"in\n" * 100000 and s.err == b"e\n" and s.messages[0] == {"started": True}
    assert p.exec("id", "-u", user="4321").out == b"4321\n"
    assert p.exec("sh", "-c", "pwd; echo $E", workingDir="/tmp", env={"E": "v"}).out == b"/tmp\nv\n"
    assert p.exec("/no/such").closed["code"] in (126, 127)
    assert "container 'nope'" in bed.head.op("exec", pod=p.uid, container="nope", command=["true"]).end().closed["error"]
    t = bed.head.op("exec", pod=p.uid, command=["sh", "-c", "until stty size | grep -v '^0'; do sleep 0.05; done; read x; echo got $x"], tty=True, stdin=True, rows=33, columns=99)
    t.wait(lambda s: b"33 99" in s.out)
    t.write(b"word\n")
    t.end()
    assert b"got word" in t.out and t.closed["code"] == 0
    # a client that goes away takes its process along
    g = bed.head.op("exec", pod=p.uid, command=["sh", "-c", "echo $$; exec sleep 4242"])
    g.wait(lambda s: s.out)
    g.close()
    until(lambda: "4242" not in p.sh("ps"))
    k = bed.head.op("exec", pod=p.uid, command=["sleep", "2222"])
    k.wait(lambda s: s.messages)
    until(lambda: "sleep 2222" in p.sh("ps"))
    k.message({"signal": 15})
    assert k.end().closed["code"] == 143


def test_output_waits_for_a_slow_client(bed):
    p = bed.pod("flood", "sleep 1000").send().wait_ready()
    s = bed.head.op("exec", pod=p.uid, command=["sh", "-c", "head -c 3000000 /dev/zero"])
    s.give_credit = False
    s.wait(lambda s: len(s.out) == 262144)
    assert s.closed is None
    bed.head.send(5, s.number, struct.pack(">I", 3000000))
    s.end()
    assert len(s.out) == 3000000 and s.closed["code"] == 0


def test_logs(bed):
    p = bed.pod("l", "for i in 1 2 3; do echo line $i; done; echo bad >&2; while [ ! -e /go ]; do sleep 0.1; done; echo last; exit 0", restartPolicy="Never").send().wait_ready()
    until(lambda: bed.head.op("logs", pod=p.uid).end().err == b"bad\n")
    assert bed.head.op("logs", pod=p.uid).end().out == b"line 1\nline 2\nline 3\n"
    assert bed.head.op("logs", pod=p.uid, tailLines=2).end().out == b"line 3\n"
    assert b"Z" in bed.head.op("logs", pod=p.uid, timestamps=True, tailLines=2).end().out
    f = bed.head.op("logs", pod=p.uid, follow=True, tailLines=1)
    f.wait(lambda s: s.err)
    p.sh("touch /go")
    f.end()
    assert f.out == b"last\n" and f.closed["code"] == 0


def test_attach(bed):
    p = bed.pod("tty", "read x; echo got $x; read y; exit 5", container={"tty": True}, restartPolicy="Never").send().wait_ready()
    a = bed.head.op("attach", pod=p.uid, rows=20, columns=70)
    a.wait(lambda s: s.messages)
    a.write(b"hello\n")
    a.wait(lambda s: b"got hello" in s.out)
    a.write(b"\n")
    assert a.end().closed["code"] == 5


def test_images(bed):
    items = bed.head.op("images").end().messages[0]["items"]
    assert any("busybox" in n for i in items for n in i["names"])
    p = bed.pod("u", "sleep 1000").send().wait_ready()
    busy = bed.head.op("image-remove", name="alpine").end() if any("alpine" in n for i in items for n in i["names"]) else None
    assert busy is None or busy.closed["code"] == 0
    refused = bed.head.op("image-remove", name="busybox").end()
    assert refused.closed["code"] == 1 and refused.closed["error"]
    p.deleted()
    removed = bed.head.op("image-remove", name="busybox").end()
    assert removed.closed["code"] == 0 and removed.messages[0]["freed"] > 0
    assert bed.head.op("image-pull", name="localhost:1/x").end().closed["code"] == 1
    broken = bed.head.op("image-import")
    broken.write(b"no archive")
    broken.eof()
    assert broken.end().closed["error"]


# ---- being killed ----


def test_kill_9_of_the_node_restarts_nothing(bed):
    bundle = bed.head.add_bundle({"create.sh": ("echo create >> /trace\n", 0o644), "start.sh": ("echo start >> /trace\n[ -e /go ] || sleep 1000\n", 0o644)})
    p = bed.pod("k", sedge={"sleep": True, "bundle": bundle, "components": [software("one", create="create.sh", start="start.sh")]}).send()
    q = bed.pod("q", "sleep 1000", container={"ports": [{"containerPort": 80, "hostPort": 8098}]}).send().wait_ready()
    p.wait(lambda p: p.component("one").get("operation") == "Standard.start")
    pids = (p.pid, q.pid)
    for _ in range(3):
        bed.kill(bed.node)
        bed.start_node()
        p.wait(lambda p: p.component("one").get("operation") == "Standard.start")
    p.sh("touch /go")
    bed.kill(bed.node)
    bed.start_node()
    p.wait_ready()
    q.wait_ready()
    assert (p.pid, q.pid) == pids and q.container()["restartCount"] == 0
    trace = p.sh("cat /trace").split()
    assert trace.count("create") == 1 and trace[-1] == "start"


def test_kill_9_of_the_keeper_restarts_nothing(bed):
    p = bed.pod("kk", "while true; do date; sleep 0.2; done").send().wait_ready()
    pid = p.pid
    bed.kill(bed.keeper)
    until(lambda: any(c["type"] == "Ready" and c["status"] == "False" for c in bed.head.node_status["conditions"]))
    bed.start_keeper()
    until(lambda: any(c["type"] == "Ready" and c["status"] == "True" for c in bed.head.node_status["conditions"]))
    assert p.sh("echo here") == "here\n" and p.pid == pid
    q = bed.pod("after", "sleep 1000").send().wait_ready()
    p.deleted()
    q.deleted()
    assert not alive(pid)


def test_pods_taken_away_while_the_node_was_dead(bed):
    p, q = bed.pod("gone", "sleep 1000").send().wait_ready(), bed.pod("stays", "sleep 1000").send().wait_ready()
    stray, pid = p.pid, q.pid
    bed.kill(bed.node)
    del bed.head.pods[p.uid]
    bed.start_node()
    until(lambda: p.uid in bed.head.gone)
    q.wait_ready()
    assert not alive(stray) and q.pid == pid
    # one whose file is lost is ended, too
    bed.kill(bed.node)
    os.unlink(os.path.join(bed.state_dir, "node/pods", q.uid + ".json"))
    del bed.head.pods[q.uid]
    bed.start_node()
    until(lambda: not alive(pid))
    until(lambda: os.listdir(os.path.join(bed.state_dir, "containers")) == [])
    assert bed.mounts() == []


def test_killed_at_any_moment_nothing_is_lost_or_left(bed):
    chance = random.Random(1)
    bundle = bed.head.add_bundle({"create.sh": ("echo create >> /trace\n", 0o644)})
    pods = []
    for turn in range(12):
        p = bed.pod("any%d" % turn, sedge={"sleep": True, "bundle": bundle, "components": [software("one", create="create.sh")]}).send()
        pods.append(p)
        if turn % 3 == 2:
            gone = pods.pop(0)
            gone.delete(0)
        time.sleep(chance.random() * 0.15)
        bed.kill(bed.node)
        bed.head.status.clear()  # what the killed one has said is no word of the next
        if turn % 4 == 1:
            bed.kill(bed.keeper)
            bed.start_keeper()
        bed.start_node()
    traces = [p.wait_ready().sh("cat /trace") for p in pods]
    pids = [p.pid for p in pods]
    assert all(traces)
    bed.head.status.clear()
    bed.kill(bed.node)
    bed.start_node()
    assert [p.wait_ready().sh("cat /trace") for p in pods] == traces and [p.pid for p in pods] == pids
    wanted = sorted(p.uid for p in pods)
    until(lambda: sorted(n[:-5] for n in os.listdir(os.path.join(bed.state_dir, "node/pods"))) == wanted)
    until(lambda: sorted(os.listdir(os.path.join(bed.state_dir, "containers"))) == sorted(p.id for p in pods))
    until(lambda: len([m for m in bed.mounts() if m.endswith("/rootfs")]) == len(pods))
    until(lambda: len([n for n in bed.links() if n.startswith("sdg")]) == len(pods))
    for p in pods:
        p.delete(0)
    until(lambda: os.listdir(os.path.join(bed.state_dir, "containers")) == [] and bed.mounts() == [])


def reboot(bed):
    """Everything is killed at once, and /run is empty."""
    bed.head.stop()
    bed.kill(bed.node)
    bed.kill(bed.keeper)
    for p in bed.head.status.values():
        for c in p["containerStatuses"]:
            if c["pid"]:
                os.kill(c["pid"], signal.SIGKILL)
                until(lambda: not alive(c["pid"]))
    for target in sorted(bed.mounts(), reverse=True):
        subprocess.run(["umount", "-l", target])
    for name in [n for n in bed.links() if n.startswith("sdg") or n == "sedge0"]:
        subprocess.run(["ip", "-n", bed.netns, "link", "del", name], stderr=subprocess.DEVNULL)
    subprocess.run(bed.inside("nft", "flush", "ruleset"))
    subprocess.run(["rm", "-rf", bed.run_dir])
    os.makedirs(bed.run_dir)


def test_a_cold_boot_without_a_head(bed):
    bundle = bed.head.add_bundle({"create.sh": ("echo create >> /trace\n", 0o644), "start.sh": ("echo start >> /trace\n", 0o644)})
    serve = "while true; do echo pong | nc -l -p 80; done"
    db = bed.pod("db", serve, container={"ports": [{"containerPort": 80, "hostPort": 8097}]}).send().wait_ready()
    p = bed.pod("app", sedge={"sleep": True, "bundle": bundle, "after": ["db"], "components": [software("one", after=["db"], create="create.sh", start="start.sh")]}).send().wait_ready()
    s = bed.pod("off", "sleep 1000", sedge={"state": "Stopped"}).send().wait_state("Stopped")
    p.sh("echo mine > /mine")
    reboot(bed)
    bed.start_keeper()
    bed.start_node()
    until(lambda: bed.ask("127.0.0.1", 8097) == "pong\n")
    ip = p.ip
    bed.head.status.clear()
    bed.head.listen()
    p.wait_ready()
    assert p.sh("cat /mine /trace") == "mine\ncreate\nstart\nstart\n"
    assert p.ip == ip and db.wait_ready().container()["lastState"]["terminated"]["exitCode"] == -1
    s.wait_state("Stopped")


def test_the_head_goes_and_comes(bed):
    p = bed.pod("h", "sleep 1000").send().wait_ready()
    pid = p.pid
    for _ in range(3):
        bed.head.stop()
        n = bed.head.connections
        bed.head.listen()
        until(lambda: bed.head.connections > n)
    p.sh("true")
    assert p.pid == pid and p.container()["restartCount"] == 0


def test_idle_writes_nothing_and_sleeps(bed):
    for i in range(3):
        bed.pod("i%d" % i, "sleep 1000").send().wait_ready()

    def counters():
        io = dict(l.split(": ") for l in open("/proc/%d/io" % bed.node.pid).read().splitlines())
        switches = sum(int(l.split()[1]) for t in os.listdir("/proc/%d/task" % bed.node.pid) for l in open("/proc/%d/task/%s/status" % (bed.node.pid, t)) if "ctxt_switches" in l)
        return io["wchar"], io["syscw"], switches

    time.sleep(2)
    before = counters()
    time.sleep(3)
    assert counters() == before


def test_teardown_leaves_nothing(bed):
    p = bed.pod("t", "trap '' TERM; while true; do sleep 0.1; done", container={"ports": [{"containerPort": 80, "hostPort": 8096}]}).send().wait_ready()
    q = bed.pod("t2", "sleep 1000").send().wait_ready()
    pids = [p.pid, q.pid]
    bed.head.stop()
    r = bed.prog("node-teardown", check=False)
    assert r.returncode == 0 or "cgroup" in r.stderr, r.stderr  # others' containers on this machine may hold the cgroups
    assert "stopped" in r.stdout
    assert not any(alive(pid) for pid in pids)
    assert bed.node.wait(timeout=5) == 0 and bed.keeper.wait(timeout=5) == 0
    assert bed.mounts() == [] and bed.cgroups(p) == [] and bed.nft() == ""
    assert not [n for n in bed.links() if n.startswith("sdg") or n == "sedge0"]
    r = bed.prog("node-teardown", check=False)
    assert r.returncode == 0 or "cgroup" in r.stderr, r.stderr
    # and what is on disk comes back
    bed.prog("node-setup")
    bed.head.status.clear()
    bed.start()
    q.wait_ready()
    assert q.pid not in pids


def test_a_teardown_killed_half_way_can_be_run_again(bed):
    pods = [bed.pod("h%d" % i, "sleep 1000").send().wait_ready() for i in range(3)]
    pids = [p.pid for p in pods]
    bed.head.stop()
    for ms in (5, 60, 250):
        t = bed.spawn("node-teardown")
        time.sleep(ms / 1000)
        bed.kill(t)
    r = bed.prog("node-teardown", check=False)
    assert r.returncode == 0 or "cgroup" in r.stderr, r.stderr
    assert not any(alive(pid) for pid in pids)
    assert bed.mounts() == [] and bed.nft() == "" and not [n for n in bed.links() if n.startswith("sdg") or n == "sedge0"]
