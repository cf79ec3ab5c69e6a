# SPDX-License-Identifier: Apache-2.0
"""A machine of its own for the node: a network namespace, run and state folders, a keeper and a node, and a small head that speaks the link.

The program is $SEDGE_NODE_PROG, or node_prog below $SEDGE_BUILD, or in build/. Nothing of it touches the machine's own network or folders."""
import hashlib
import json
import os
import queue
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import uuid

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROG = os.environ.get("SEDGE_NODE_PROG") or os.path.join(os.environ.get("SEDGE_BUILD", os.path.join(ROOT, "build")), "tests/unit/node/node_prog")
MESSAGE, DATA, DATA_ERR, EOF, CREDIT, CLOSE, PART = range(1, 8)
WINDOW = 256 * 1024
PATIENCE = 30  # seconds until something that must come true is given up


def missing():
    if os.geteuid() != 0:
        return "needs root: containers"
    for tool in ("ip", "nft", "nsenter", "crun"):
        if not shutil.which(tool):
            return "needs %s" % tool
    if not os.path.exists(PROG):
        return "needs the node's program at %s" % PROG
    return ""


needs_machine = pytest.mark.skipif(bool(missing()), reason=missing() or "-")


def busybox_archive():
    build = os.path.join(ROOT, "examples/images/build")
    path = subprocess.run([build, "path", "busybox"], capture_output=True, text=True).stdout.strip()
    if not path or not os.path.exists(path):
        made = subprocess.run([build, "busybox"], capture_output=True, text=True)
        if made.returncode != 0:
            pytest.skip("needs a busybox image: %s" % made.stderr[-200:])
    return path


def until(what, seconds=PATIENCE, why=""):
    end = time.monotonic() + seconds
    while True:
        got = what()
        if got:
            return got
        assert time.monotonic() < end, "did not come true in %d s%s" % (seconds, ": %s" % why if why else "")
        time.sleep(0.02)


class Stream:
    """One operation, seen from the head."""

    def __init__(self, head, number):
        self.head, self.number = head, number
        self.out, self.err, self.messages = b"", b"", []
        self.closed = None
        self.credit = WINDOW
        self.changed = threading.Condition()
        self.give_credit = True

    def take(self, kind, payload):
        with self.changed:
            if kind == DATA:
                self.out += payload
            elif kind == DATA_ERR:
                self.err += payload
            elif kind == MESSAGE:
                self.messages.append(json.loads(payload))
            elif kind == CREDIT:
                self.credit += struct.unpack(">I", payload)[0]
            elif kind == CLOSE:
                self.closed = json.loads(payload or b"{}")
            self.changed.notify_all()
        if kind in (DATA, DATA_ERR) and self.give_credit:
            self.head.send(CREDIT, self.number, struct.pack(">I", len(payload)))

    def wait(self, what):
        with self.changed:
            assert self.changed.wait_for(lambda: what(self), PATIENCE), (self.out, self.err, self.messages, self.closed)
        return self

    def end(self):
        return self.wait(lambda s: s.closed is not None)

    def write(self, data):
        while data:
            self.wait(lambda s: s.credit > 0 or s.closed is not None)
            if self.closed is not None:
                return
            part = data[: min(self.credit, 60000)]
            self.credit -= len(part)
            self.head.send(DATA, self.number, part)
            data = data[len(part) :]

    def eof(self):
        self.head.send(EOF, self.number, b"")

    def message(self, m):
        self.head.send(MESSAGE, self.number, json.dumps(m).encode())

    def close(self):
        self.head.send(CLOSE, self.number, b"")


class Head:
    """Speaks the link on a Unix socket; remembers what it wants and what it was told."""

    def __init__(self, path):
        self.path = path
        self.pods, self.services, self.volumes = {}, {}, {}  # uid -> object
        self.status, self.gone, self.events, self.node_status = {}, [], [], None
        self.history = []  # (uid, status) in order
        self.volume_status, self.volume_gone = {}, []
        self.blobs, self.bundles, self.fetched = {}, {}, []
        self.streams, self.next_stream = {}, 2
        self.link, self.connections = None, 0
        self.lock = threading.RLock()
        self.server = None

    def listen(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(self.path)
        self.server.listen(8)
        threading.Thread(target=self.accept, args=(self.server,), daemon=True).start()

    def stop(self):
        with self.lock:
            server, link = self.server, self.link
            self.server = self.link = None
        if server:
            server.shutdown(socket.SHUT_RDWR)
            server.close()
        if link:
            link.shutdown(socket.SHUT_RDWR)
        if os.path.exists(self.path):
            os.unlink(self.path)

    def accept(self, server):
        while True:
            try:
                c, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(c,), daemon=True).start()

    def serve(self, c):
        f = c.makefile("rb")
        while True:
            line = f.readline().decode().split()
            if len(line) < 2:
                c.close()
                return
            length, header = 0, f.readline()
            while header.strip():
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
                header = f.readline()
            f.read(length)
            if line[1].endswith("/link"):
                c.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: sedge-stream\r\n\r\n")
                self.run_link(c, f)
                return
            digest = line[1].rsplit("/", 1)[1]
            self.fetched.append(digest)
            body = (self.bundles if "/bundles/" in line[1] else self.blobs).get(digest)
            status = "200 OK" if body is not None else "404 Not Found"
            c.sendall(("HTTP/1.1 %s\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n" % (status, len(body or b""))).encode() + (body or b""))

    def run_link(self, c, f):
        parts = b""
        with self.lock:
            self.link, self.streams = c, {}
            self.connections += 1
        try:
            while True:
                head = f.read(12)
                if len(head) < 12:
                    break
                kind, stream, size = head[0], *struct.unpack(">II", head[4:])
                payload = f.read(size)
                if kind == PART:
                    parts += payload
                    continue
                if kind in (MESSAGE, CLOSE):
                    payload, parts = parts + payload, b""
                if stream == 0:
                    self.take(json.loads(payload))
                elif stream in self.streams:
                    self.streams[stream].take(kind, payload)
        except (OSError, ValueError):
            pass
        with self.lock:
            if self.link is c:
                self.link = None
        c.close()

    def take(self, m):
        kind = m["type"]
        if kind == "hello":
            self.node_status = m["status"]
            with self.lock:
                for name, table in (("pod", self.pods), ("service", self.services), ("volume", self.volumes)):
                    for o in table.values():
                        self.say({"type": name, "object": o})
                self.say({"type": "synced"})
        elif kind == "node-status":
            self.node_status = m["status"]
        elif kind == "pod-status":
            self.status[m["uid"]] = m["status"]
            self.history.append((m["uid"], m["status"]))
        elif kind == "pod-gone":
            self.gone.append(m["uid"])
        elif kind == "volume-status":
            self.volume_status[m["name"]] = m["status"]
        elif kind == "volume-gone":
            self.volume_gone.append(m["name"])
        elif kind == "event":
            self.events.append(m["object"])

    def send(self, kind, stream, payload):
        with self.lock:
            if self.link:
                try:
                    self.link.sendall(struct.pack(">B3xII", kind, stream, len(payload)) + payload)
                except OSError:
                    pass

    def say(self, m):
        text = json.dumps(m).encode()
        with self.lock:
            while len(text) > 60000:
                self.send(PART, 0, text[:60000])
                text = text[60000:]
            self.send(MESSAGE, 0, text)

    def op(self, op, **request):
        with self.lock:
            s = Stream(self, self.next_stream)
            self.streams[self.next_stream] = s
            self.next_stream += 2
        s.message({"op": op, **request})
        return s

    def add_bundle(self, files):
        """files: path -> (text, mode); gives the digest."""
        listed = {}
        for path, (text, mode) in files.items():
            data = text.encode()
            digest = "sha256:" + hashlib.sha256(data).hexdigest()
            self.blobs[digest] = data
            listed[path] = {"digest": digest, "mode": mode, "size": len(data)}
        manifest = json.dumps({"files": listed}, separators=(",", ":"), sort_keys=True).encode()
        digest = "sha256:" + hashlib.sha256(manifest).hexdigest()
        self.bundles[digest] = manifest
        return digest


class Pod:
    """A pod as the head wants it."""

    def __init__(self, bed, name, containers, sedge=None, **spec):
        self.bed, self.name, self.uid = bed, name, str(uuid.uuid4())
        self.object = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "default", "uid": self.uid, "labels": {"sedge.dev/application": "app", "sedge.dev/component": name}},
            "spec": {"nodeName": "n1", "terminationGracePeriodSeconds": 1, "containers": containers, **spec},
        }
        if sedge:
            self.object["spec"]["sedge"] = sedge
        self.id = "%s-%s" % (name, self.uid[:8])

    def send(self):
        self.bed.head.pods[self.uid] = self.object
        self.bed.head.say({"type": "pod", "object": self.object})
        return self

    def patch(self, **sedge):
        self.object = json.loads(json.dumps(self.object))
        self.object["spec"].setdefault("sedge", {}).update(sedge)
        return self.send()

    def delete(self, grace=None):
        meta = self.object["metadata"]
        meta["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        if grace is not None:
            meta["deletionGracePeriodSeconds"] = grace
        self.send()

    def deleted(self, grace=None):
        self.delete(grace)
        until(lambda: self.uid in self.bed.head.gone)
        del self.bed.head.pods[self.uid]

    @property
    def status(self):
        return self.bed.head.status.get(self.uid) or {}

    def container(self, i=0):
        return (self.status.get("containerStatuses") or [{}] * (i + 1))[i]

    def state(self):
        """"running", or a waiting's or an end's reason."""
        state = self.container().get("state") or {}
        for kind in ("waiting", "terminated"):
            if kind in state:
                return state[kind]["reason"]
        return "running" if "running" in state else ""

    @property
    def pid(self):
        return self.container().get("pid", 0)

    @property
    def ip(self):
        return self.status.get("podIP")

    def ready(self):
        return any(c["type"] == "Ready" and c["status"] == "True" for c in self.status.get("conditions", []))

    def component(self, name):
        return next((c for c in self.status.get("components", []) if c["name"] == name), {})

    def wait(self, what, why=""):
        try:
            until(lambda: what(self))
        except AssertionError:
            raise AssertionError("%s: %s %s" % (self.name, why, json.dumps(self.status, indent=1)))
        return self

    def wait_ready(self):
        return self.wait(Pod.ready, "never ready")

    def wait_state(self, state):
        return self.wait(lambda p: p.state() == state, "never " + state)

    def exec(self, *command, stdin=None, **more):
        s = self.bed.head.op("exec", pod=self.uid, container=self.object["spec"]["containers"][0]["name"], command=list(command), stdin=stdin is not None, **more)
        if stdin is not None:
            s.write(stdin)
            s.eof()
        return s.end()

    def sh(self, script):
        s = self.exec("sh", "-c", script)
        assert s.closed["code"] == 0, (s.out, s.err, s.closed)
        return s.out.decode()


class Bed:
    def __init__(self):
        self.mark = uuid.uuid4().hex[:8]
        self.netns = "sdgn-" + self.mark
        self.keeper = self.node = None
        self.env = dict(os.environ)

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="node-bed-", dir="/tmp")
        self.run_dir, self.state_dir = os.path.join(self.dir, "run"), os.path.join(self.dir, "state")
        subprocess.run(["ip", "netns", "add", self.netns], check=True)
        subprocess.run(["ip", "-n", self.netns, "link", "set", "lo", "up"], check=True)
        self.log = open(os.path.join(self.dir, "log"), "ab")
        self.prog("node-setup", "--name", "n1", "--pod-cidr", "10.77.0.0/24", "--service-cidr", "10.78.0.0/24")
        self.head = Head(os.path.join(self.run_dir, "api.sock"))
        return self

    def __exit__(self, failed, *_):
        self.head.stop()
        r = self.prog("node-teardown", check=False)
        for p in (self.node, self.keeper):
            if p and p.poll() is None:
                p.kill()
                p.wait()
        for target in self.mounts():
            subprocess.run(["umount", "-l", target])
        subprocess.run(["ip", "netns", "del", self.netns])
        self.log.close()
        if failed:
            print(open(os.path.join(self.dir, "log")).read()[-6000:])
            print(r.stdout, r.stderr)
        shutil.rmtree(self.dir, ignore_errors=True)

    # programs

    def inside(self, *argv, **kw):
        return ["nsenter", "--net=/run/netns/" + self.netns, *argv]

    def prog(self, verb, *args, check=True):
        argv = self.inside(PROG, verb, "--run", self.run_dir, "--state", self.state_dir, *args)
        r = subprocess.run(argv, capture_output=True, text=True, timeout=120)
        if check and r.returncode != 0:
            raise AssertionError("%s: %s%s" % (verb, r.stdout, r.stderr))
        return r

    def spawn(self, verb):
        argv = self.inside(PROG, verb, "--run", self.run_dir, "--state", self.state_dir)
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=self.env)

    def start_keeper(self):
        self.keeper = self.spawn("keeper")

    def start_node(self):
        before = self.head.connections
        self.node = self.spawn("node")
        if self.head.server:
            until(lambda: self.head.connections > before and self.head.node_status)

    def start(self):
        self.start_keeper()
        self.head.listen()
        self.start_node()
        return self

    @staticmethod
    def kill(p, sig=signal.SIGKILL):
        p.send_signal(sig)
        p.wait(timeout=PATIENCE)

    # pods

    def import_busybox(self):
        with open(busybox_archive(), "rb") as f:
            data = f.read()
        s = self.head.op("image-import")
        s.write(data)
        s.eof()
        s.end()
        assert s.closed["code"] == 0, s.closed
        return s

    def pod(self, name, command=None, sedge=None, container=None, **spec):
        c = {"name": "main", "image": "busybox", **(container or {})}
        if command is not None:
            c["command"] = ["sh", "-c", command]
        return Pod(self, name, [c], sedge, **spec)

    def ask(self, address, port):
        """What a server there says, asked from the machine itself; "" when nobody answers."""
        r = subprocess.run(self.inside("busybox", "nc", "-w", "2", address, str(port)), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return r.stdout

    # the machine

    def mounts(self):
        return [l.split()[1] for l in open("/proc/mounts") if self.dir in l]

    def cgroups(self, pod):
        found = []
        for dirpath, dirs, _ in os.walk("/sys/fs/cgroup"):
            found += [os.path.join(dirpath, d) for d in dirs if d == pod.id]
        return found

    def nft(self):
        return subprocess.run(self.inside("nft", "list", "ruleset"), capture_output=True, text=True).stdout

    def links(self):
        out = subprocess.run(["ip", "-j", "-n", self.netns, "link"], capture_output=True, text=True).stdout
        return [x["ifname"] for x in json.loads(out)]
