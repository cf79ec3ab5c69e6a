# SPDX-License-Identifier: Apache-2.0
"""The head alone with folders and a loopback port of its own, curl and kubectl for clients, and a made-up node that speaks the link protocol.

The program is tests/unit/head/head_prog of the folder named by $SEDGE_BUILD, or of build/."""
import base64
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROG = pathlib.Path(os.environ.get("SEDGE_BUILD", ROOT / "build")).resolve() / "tests/unit/head/head_prog"
MESSAGE, DATA, DATA_ERR, EOF, CREDIT, CLOSE, PART = range(1, 8)
WINDOW = 256 * 1024
CORES = {"cpu": "4", "memory": "1Gi", "pods": "100"}
STATUS = {"capacity": CORES, "allocatable": CORES, "addresses": [{"type": "InternalIP", "address": "192.0.2.7"}],
          "nodeInfo": {"kubeletVersion": "v0.1.0", "architecture": "arm64", "osImage": "Debian", "kernelVersion": "6.1"}}


def needs(*tools):
    why = "" if PROG.exists() else f"needs the program {PROG}"
    for tool in tools:
        if not shutil.which(tool):
            why = f"needs {tool}"
    if os.geteuid() != 0:
        why = "needs root: the socket of the API is root's"
    return pytest.mark.skipif(bool(why), reason=why or "-")


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while True:
        got = what()
        if got:
            return got
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.02)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Answer:
    def __init__(self, text):
        text, _, status = text.rpartition("\n")
        self.status, self.text = int(status), text

    @property
    def json(self):
        return json.loads(self.text)


class Head:
    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="sedge-head-"))
        self.run, self.state = self.dir / "run", self.dir / "state"
        self.state.mkdir()
        self.port = free_port()
        (self.state / "machine.json").write_text(json.dumps({
            "name": "board", "podCIDR": "10.88.0.0/16", "serviceCIDR": "10.89.0.0/16", "listen": f"127.0.0.1:{self.port}"}))
        self.process, self.children = None, []
        self.start()

    def start(self):
        log = open(self.dir / "log", "ab")
        self.process = subprocess.Popen([PROG, "--run", self.run, "--state", self.state], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        wait_for(lambda: (self.run / "api.sock").exists() or self.process.poll() is not None)
        assert self.process.poll() is None, self.log()
        wait_for(lambda: self.get("/readyz").text == "ok")

    def stop(self):
        self.process.terminate()
        return self.process.wait(20)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def log(self):
        return (self.dir / "log").read_text()

    def close(self):
        for child in self.children:
            child.kill()
            child.wait()
        code = self.stop() if self.process.poll() is None else 0
        log = self.log()
        shutil.rmtree(self.dir)
        assert code == 0 and "Sanitizer" not in log and "runtime error" not in log, log

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- curl over the Unix socket, or over TLS ----

    def curl(self, *argv, tls=False):
        base = ["--cacert", str(self.ca())] if tls else ["--unix-socket", str(self.run / "api.sock")]
        p = subprocess.run(["curl", "-s", "-m", "20", "-w", "\n%{http_code}", *base, *argv], stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        return Answer(p.stdout or "\n0")

    def ask(self, method, path, body=None, type="application/json", *argv):
        data = [] if body is None else ["-H", f"Content-Type: {type}", "--data-binary", body if isinstance(body, str) else json.dumps(body)]
        return self.curl("-X", method, *data, *argv, f"http://localhost{path}")

    def get(self, path, *argv):
        return self.curl(*argv, f"http://localhost{path}")

    def post(self, path, body):
        return self.ask("POST", path, body)

    def patch(self, path, body, type="application/merge-patch+json"):
        return self.ask("PATCH", path, body, type)

    def ca(self):
        return self.state / "head/pki/ca.crt"

    def credentials(self, **body):
        answer = self.post("/sedge/v1/credentials", {"name": "tester", **body})
        assert answer.status == 201, answer.text
        return answer.json

    def watch(self, path):
        """Lines of a watch, as they come; `next` gives one."""
        p = subprocess.Popen(["curl", "-sN", "--unix-socket", self.run / "api.sock", f"http://localhost{path}"], stdout=subprocess.PIPE, text=True)
        self.children.append(p)
        return (json.loads(line) for line in p.stdout)

    # ---- kubectl ----

    def kubeconfig(self, kind="certificate"):
        c = self.credentials(kind=kind)

        def text(s):
            return base64.b64encode(s.encode()).decode()
        user = {"token": c["token"]} if kind == "token" else {"client-certificate-data": text(c["certificate"]), "client-key-data": text(c["key"])}
        path = self.dir / f"config-{kind}"
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "s", "user": "u"}}],
            "clusters": [{"name": "s", "cluster": {"server": c["server"], "certificate-authority-data": text(c["ca"])}}],
            "users": [{"name": "u", "user": user}]}))
        return path

    def kubectl(self, *argv, check=True, **kw):
        if not hasattr(self, "config"):
            self.config = self.kubeconfig()
        p = subprocess.run(["kubectl", "--kubeconfig", self.config, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                           env={"PATH": os.environ["PATH"], "HOME": str(self.dir)}, **({} if "input" in kw else {"stdin": subprocess.DEVNULL}), **kw)
        assert not check or p.returncode == 0, p.stdout + p.stderr
        return p


class Stream:
    """An upgraded connection that carries frames. Each frame that comes is put into `frames` by a thread."""

    def __init__(self, head, path, body, credit=True):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(head.run / "api.sock"))
        text = json.dumps(body).encode()
        self.socket.sendall(f"POST {path} HTTP/1.1\r\nHost: head\r\nConnection: Upgrade\r\nUpgrade: sedge-stream\r\nContent-Type: application/json\r\n"
                            f"Content-Length: {len(text)}\r\n\r\n".encode() + text)
        got = b""
        while b"\r\n\r\n" not in got:
            more = self.socket.recv(4096)
            assert more, f"no answer but {got}"
            got += more
        self.head, _, self.rest = got.partition(b"\r\n\r\n")
        self.status = int(self.head.split()[1])
        self.frames, self.ended, self.credit = [], False, credit
        if self.status == 101:
            threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        data = self.rest
        try:
            while True:
                while len(data) >= 12 and len(data) >= 12 + struct.unpack(">I", data[8:12])[0]:
                    kind, (stream, size) = data[0], struct.unpack(">II", data[4:12])
                    self.take(kind, stream, data[12:12 + size])
                    data = data[12 + size:]
                more = self.socket.recv(65536)
                if not more:
                    break
                data += more
        except OSError:
            pass
        self.ended = True

    def take(self, kind, stream, payload):
        if kind in (DATA, DATA_ERR) and self.credit:
            self.send(CREDIT, stream, struct.pack(">I", len(payload)))
        self.frames.append((kind, stream, payload))

    def send(self, kind, stream, payload=b""):
        if isinstance(payload, dict):
            payload = json.dumps(payload).encode()
        self.socket.sendall(bytes([kind, 0, 0, 0]) + struct.pack(">II", stream, len(payload)) + payload)

    def wait(self, kind, where=lambda payload: True):
        """The first frame of that kind: its stream and payload."""
        return wait_for(lambda: next(((s, p) for k, s, p in list(self.frames) if k == kind and where(p)), None))

    def bytes(self, kind=DATA):
        return b"".join(p for k, _, p in list(self.frames) if k == kind)

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


class Node(Stream):
    """A node that runs nothing and says what the test wants it to."""

    def __init__(self, head, name="board", status=STATUS):
        super().__init__(head, f"/sedge/v1/nodes/{name}/link", {"version": "0.1.0"})
        assert self.status == 101, self.head
        self.name, self.parts = name, b""
        self.messages, self.requests = [], {}
        if status is not None:
            self.tell(type="hello", status=status)
            self.heard("synced")

    def tell(self, **message):
        self.send(MESSAGE, 0, message)

    def take(self, kind, stream, payload):
        super().take(kind, stream, payload)
        if kind == PART:
            self.parts += payload
        elif kind == MESSAGE:
            value = json.loads(self.parts + payload)
            self.parts = b""
            if stream == 0:
                self.messages.append(value)
            elif stream not in self.requests:
                self.requests[stream] = value

    def heard(self, type, where=lambda m: True):
        return wait_for(lambda: next((m for m in list(self.messages) if m["type"] == type and where(m)), None))

    def asked(self, op):
        return wait_for(lambda: next(((s, r) for s, r in list(self.requests.items()) if r["op"] == op), None))

    def pod(self, name):
        return self.heard("pod", lambda m: m["object"]["metadata"]["name"] == name)["object"]

    def report(self, pod, **status):
        meta = pod["metadata"]
        self.tell(type="pod-status", namespace=meta["namespace"], name=meta["name"], uid=meta["uid"], status=status)

    def gone(self, pod):
        meta = pod["metadata"]
        self.tell(type="pod-gone", namespace=meta["namespace"], name=meta["name"], uid=meta["uid"])


def running(pod):
    """What a node says of a pod that runs."""
    names = [c["name"] for c in pod["spec"]["containers"]]
    return {"phase": "Running", "podIP": "10.88.0.2", "hostIP": "192.0.2.7", "startTime": "2026-01-01T00:00:00Z",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": n, "ready": True, "restartCount": 0, "image": "web:1", "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}
                                  for n in names]}


def pod(name, node=None, **spec):
    placed = {"nodeName": node} if node else {}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": "web"}},
            "spec": {"containers": [{"name": "main", "image": "web:1"}], **placed, **spec}}
