# SPDX-License-Identifier: Apache-2.0
"""A small head for tests of the command line: objects in memory, watches, streams that say what the test wants. Real heads are tested elsewhere."""
import copy
import itertools
import json
import os
import socketserver
import struct
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler

MESSAGE, DATA, DATA_ERR, EOF, CREDIT, CLOSE, PART = range(1, 8)
KINDS = {"applications": "Application", "pods": "Pod", "nodes": "Node", "events": "Event", "volumes": "Volume", "namespaces": "Namespace"}


class Refused(Exception):
    def __init__(self, code, reason, message):
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message


class Head:
    def __init__(self, run_dir):
        os.makedirs(run_dir, exist_ok=True)
        self.changed = threading.Condition()
        self.objects = {}  # (plural, name) -> object
        self.log = []  # (revision, plural, type, object)
        self.revision = itertools.count(1)
        self.calls = []  # "METHOD path"
        self.blobs = set()
        self.react = lambda head, kind, obj: None  # called after a client's write, with the lock held
        self.stream = lambda s: s.close(1, "no such operation")
        self.now = 0
        path = os.path.join(run_dir, "api.sock")

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True
        self.server = Server(path, type("Handler", (Handler,), {"head": self}))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # -- objects --

    def put(self, plural, obj, type_=None):
        """Writes an object as it is; told to those who watch."""
        with self.changed:
            name = obj["metadata"]["name"]
            known = (plural, name) in self.objects
            self.now = next(self.revision)
            obj.setdefault("kind", KINDS[plural])
            obj["metadata"].update(resourceVersion=str(self.now), namespace="default")
            obj["metadata"].setdefault("creationTimestamp", "2026-01-02T03:04:05Z")
            self.objects[plural, name] = obj
            self.log.append((self.now, plural, type_ or ("MODIFIED" if known else "ADDED"), copy.deepcopy(obj)))
            self.changed.notify_all()

    def drop(self, plural, name):
        with self.changed:
            obj = self.objects.pop((plural, name))
            self.now = next(self.revision)
            self.log.append((self.now, plural, "DELETED", obj))
            self.changed.notify_all()

    def get(self, plural, name):
        with self.changed:
            if (plural, name) not in self.objects:
                raise Refused(404, "NotFound", f'{plural} "{name}" not found')
            return copy.deepcopy(self.objects[plural, name])

    def status(self, plural, name, **status):
        """Changes an object's status."""
        with self.changed:
            obj = self.get(plural, name)
            obj.setdefault("status", {}).update(status)
            self.put(plural, obj)

    def written(self, plural, obj):
        obj["metadata"]["generation"] = obj["metadata"].get("generation", 0) + 1
        self.put(plural, obj)
        answer = self.get(plural, obj["metadata"]["name"])
        self.react(self, plural, self.get(plural, obj["metadata"]["name"]))
        return answer


def merge(to, patch):
    for key, value in patch.items():
        if value is None:
            to.pop(key, None)
        elif isinstance(value, dict):
            to[key] = merge(dict(to.get(key) or {}), value)
        else:
            to[key] = value
    return to


def selected(obj, query):
    labels = obj["metadata"].get("labels", {})
    for term in filter(None, query.get("labelSelector", [""])[0].split(",")):
        key, value = term.split("=")
        if labels.get(key) != value:
            return False
    field = query.get("fieldSelector", [""])[0]
    return not field or obj["metadata"]["name"] == field.removeprefix("metadata.name=")


class Stream:
    """One operation: what the client asked for, and frames both ways."""

    def __init__(self, handler, path, request):
        self.path, self.request, self.rfile, self.wfile = path, request, handler.rfile, handler.wfile

    def send(self, type_, data=b""):
        self.wfile.write(struct.pack(">BxxxII", type_, 1, len(data)) + data)
        self.wfile.flush()

    def out(self, text, err=False):
        data = text.encode()
        for at in range(0, len(data), 32768):
            self.send(DATA_ERR if err else DATA, data[at:at + 32768])

    def message(self, **v):
        self.send(MESSAGE, json.dumps(v).encode())

    def close(self, code=0, error=None):
        self.send(CLOSE, json.dumps({"code": code, **({"error": error} if error else {})}).encode())

    def take(self):
        """The next frame of the client: (type, bytes); None at its end."""
        head = self.rfile.read(12)
        if len(head) < 12:
            return None
        type_, _, length = struct.unpack(">BxxxII", head)
        return type_, self.rfile.read(length)

    def take_input(self):
        got = b""
        while True:
            f = self.take()
            if f is None or f[0] == EOF:
                return got
            if f[0] == DATA:
                got += f[1]
                self.send(CREDIT, struct.pack(">I", len(f[1])))


class Handler(BaseHTTPRequestHandler):
    head = None
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def address_string(self):
        return "unix"

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            got = b""
            while True:
                size = int(self.rfile.readline(), 16)
                got += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return got
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, code, value):
        text = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def handle_any(self):
        self.head.calls.append(f"{self.command} {self.path}")
        try:
            self.route(self.body())
        except Refused as e:
            self.answer(e.code, {"kind": "Status", "status": "Failure", "code": e.code, "reason": e.reason, "message": e.message})
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def route(self, body):
        url = urllib.parse.urlsplit(self.path)
        parts = [urllib.parse.unquote(p) for p in url.path.strip("/").split("/")]
        query = urllib.parse.parse_qs(url.query)
        if parts == ["version"]:
            return self.answer(200, {"gitVersion": "v9.9"})
        if parts[:2] == ["sedge", "v1"]:
            return self.own(parts[2:], body)
        parts = parts[2 if parts[0] == "api" else 3:]
        if len(parts) > 2 and parts[0] == "namespaces":
            parts = parts[2:]
        if len(parts) == 1 and self.command == "POST":
            return self.create(parts[0], json.loads(body))
        if len(parts) == 1:
            return self.watch(parts[0], query) if "watch" in query else self.collection(parts[0], query)
        if len(parts) == 3 and parts[2] == "plan":
            return self.answer(200, {"kind": "ApplicationPlan", "application": {"name": parts[1]}, "components": [], "steps": [], "changes": False, "line": ""})
        return self.single(*parts, body)

    def own(self, parts, body):
        if parts[0] in ("blobs", "bundles"):
            if self.command == "PUT":
                self.head.blobs.add(parts[1])
                return self.answer(201, {})
            return self.answer(200 if parts[1] in self.head.blobs else 404, {})
        if parts[0] == "credentials":
            wish = json.loads(body)
            more = {"token": "tok"} if wish["kind"] == "token" else {"certificate": "CERT", "key": "KEY"}
            return self.answer(201, {"ca": "CA", "server": "https://192.0.2.9:6443", **more})
        if parts[-1] == "stream":
            self.send_response(101)
            self.send_header("Connection", "Upgrade")
            self.send_header("Upgrade", "sedge-stream")
            self.end_headers()
            self.wfile.flush()
            self.head.stream(Stream(self, "/".join(parts), json.loads(body)))
            self.close_connection = True
            return None
        raise Refused(404, "NotFound", "nothing is there")

    def create(self, plural, obj):
        name = obj["metadata"]["name"]
        with self.head.changed:
            if (plural, name) in self.head.objects:
                raise Refused(409, "AlreadyExists", f'{plural} "{name}" already exists')
            self.answer(201, self.head.written(plural, obj))

    def collection(self, plural, query):
        with self.head.changed:
            items = [o for (p, _), o in sorted(self.head.objects.items()) if p == plural and selected(o, query)]
            self.answer(200, {"kind": KINDS[plural] + "List", "metadata": {"resourceVersion": str(self.head.now)}, "items": items})

    def watch(self, plural, query):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        at = int(query.get("resourceVersion", ["0"])[0])
        while True:
            with self.head.changed:
                news = [x for x in self.head.log if x[0] > at]
                if not news and not self.head.changed.wait(20):
                    return
            for revision, kind, type_, obj in news:
                at = revision
                if kind == plural and selected(obj, query):
                    line = json.dumps({"type": type_, "object": obj}).encode() + b"\n"
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                    self.wfile.flush()

    def single(self, plural, name, body):
        head = self.head
        with head.changed:
            obj = head.get(plural, name)
            if self.command == "PATCH":
                patch = json.loads(body)
                version = patch.get("metadata", {}).get("resourceVersion")
                if version and version != obj["metadata"]["resourceVersion"]:
                    raise Refused(409, "Conflict", "it was changed meanwhile")
                obj = head.written(plural, merge(obj, patch))
            elif self.command == "DELETE":
                obj["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z"
                head.put(plural, obj)
                head.react(head, plural, head.get(plural, name))
            self.answer(200, obj)
