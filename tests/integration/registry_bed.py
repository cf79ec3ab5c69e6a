# SPDX-License-Identifier: Apache-2.0
"""Debian's docker-registry on a free loopback port, with TLS, passwords or tokens; a token service; and a proxy that does to transfers what bad networks do."""
import base64
import ctypes
import http.client
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

from image_bed import OCI_INDEX, OCI_MANIFEST, digest, index_of


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def openssl(*args, input=None):
    return subprocess.run(["openssl", *args], input=input, capture_output=True, check=True).stdout


class Ca:
    """A CA of its own, and a certificate for 127.0.0.1."""

    def __init__(self, folder, name="ca"):
        self.cert, self.key = os.path.join(folder, name + ".pem"), os.path.join(folder, name + ".key")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test " + name, "-keyout", self.key, "-out", self.cert)
        self.server_cert, self.server_key = os.path.join(folder, name + "-server.pem"), os.path.join(folder, name + "-server.key")
        request = os.path.join(folder, name + ".csr")
        extensions = os.path.join(folder, name + ".ext")
        with open(extensions, "w") as f:
            f.write("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", self.server_key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.cert, "-CAkey", self.key, "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", self.server_cert)


class Registry:
    """http: more lines of the configuration's http part; auth: of its auth part."""

    def __init__(self, folder, tls=None, auth=""):
        self.port, self.tls = free_port(), tls
        self.host = "127.0.0.1:%d" % self.port
        data, config = os.path.join(folder, "registry-%d" % self.port), os.path.join(folder, "registry-%d.yml" % self.port)
        lines = ["version: 0.1", "log: {level: error}", "storage:", "  filesystem: {rootdirectory: %s}" % data, "http:", "  addr: " + self.host,
                 "  secret: not-a-secret"]
        if tls:
            lines.append("  tls: {certificate: %s, key: %s}" % (tls.server_cert, tls.server_key))
        if auth:
            lines += ["auth:", auth]
        with open(config, "w") as f:
            f.write("\n".join(lines) + "\n")
        self.process = subprocess.Popen(["docker-registry", "serve", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.token = None
        end = time.monotonic() + 30
        while True:
            try:
                self.request("GET", "/v2/")
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < end, "docker-registry does not answer"
                time.sleep(0.05)

    def close(self):
        self.process.kill()
        self.process.wait()

    def request(self, verb, path, body=None, **headers):
        if self.tls:
            c = http.client.HTTPSConnection("127.0.0.1", self.port, context=ssl.create_default_context(cafile=self.tls.cert), timeout=30)
        else:
            c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        if self.token:
            headers["Authorization"] = self.token
        c.request(verb, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        r = c.getresponse()
        r.data = r.read()
        c.close()
        return r

    def put_blob(self, repository, data):
        r = self.request("POST", "/v2/%s/blobs/uploads/" % repository)
        assert r.status == 202, (r.status, r.data)
        place = urllib.parse.urlsplit(r.headers["Location"])
        r = self.request("PUT", "%s?%s&digest=%s" % (place.path, place.query, digest(data)), data, Content_Type="application/octet-stream")
        assert r.status == 201, (r.status, r.data)

    def put_manifest(self, repository, reference, data, media_type=OCI_MANIFEST):
        r = self.request("PUT", "/v2/%s/manifests/%s" % (repository, reference), data, Content_Type=media_type)
        assert r.status == 201, (r.status, r.data)

    def push(self, repository, tag, *images):
        """One image, or an index of several."""
        for image in images:
            for data in [image.config, *image.layers]:
                self.put_blob(repository, data)
            self.put_manifest(repository, digest(image.manifest) if len(images) > 1 else tag, image.manifest)
        if len(images) > 1:
            self.put_manifest(repository, tag, index_of(images), OCI_INDEX)


def htpasswd(path, user, password):
    """As htpasswd(1) of apache2-utils writes it; without that tool, by the C library."""
    if shutil.which("htpasswd"):
        line = subprocess.run(["htpasswd", "-nbB", user, password], capture_output=True, text=True, check=True).stdout.strip()
    else:
        crypt = ctypes.CDLL("libcrypt.so.1").crypt
        crypt.restype = ctypes.c_char_p
        line = "%s:%s" % (user, crypt(password.encode(), b"$2b$05$" + b"abcdefghijklmnopqrstuu").decode())
    with open(path, "w") as f:
        f.write(line + "\n")
    return path


class Server:
    """An HTTP server on a thread of its own; `answer(handler)` does one request."""

    def __init__(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.host = "127.0.0.1:%d" % self.port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def reply(handler, status, data=b"", **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


class TokenService(Server):
    """Gives tokens that docker-registry believes: JSON web tokens, signed by a key whose certificate it knows."""

    def __init__(self, ca, user=None, password=None):
        self.ca, self.user, self.password = ca, user, password
        self.scopes, self.words = [], {}
        super().__init__(self.answer)

    def auth(self):
        return "  token: {realm: 'http://%s/token', service: 'test registry', issuer: tester, rootcertbundle: %s}" % (self.host, self.ca.cert)

    def token(self, access):
        def coded(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=")

        now = int(time.time())
        der = openssl("x509", "-in", self.ca.server_cert, "-outform", "DER")
        head = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}
        body = {"iss": "tester", "sub": self.user or "", "aud": "test registry", "exp": now + 60, "nbf": now - 60, "iat": now, "jti": "1", "access": access}
        text = coded(json.dumps(head).encode()) + b"." + coded(json.dumps(body).encode())
        return (text + b"." + coded(openssl("dgst", "-sha256", "-sign", self.ca.server_key, input=text))).decode()

    def answer(self, handler):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(handler.path).query)
        given = handler.headers.get("Authorization", "")
        want = "Basic " + base64.b64encode(("%s:%s" % (self.user, self.password)).encode()).decode() if self.user else ""
        self.scopes += query.get("scope", [])
        if want and given != want:
            return reply(handler, 401, b"{}")
        access = []
        for scope in query.get("scope", []):
            kind, name, actions = scope.split(":")
            access.append({"type": kind, "name": name, "actions": actions.split(",")})
        reply(handler, 200, json.dumps({"token": self.token(access), **self.words}).encode())


class Proxy(Server):
    """Passes requests on to a registry, and blobs as badly as told: `spoil(handler, status, headers, data)` may answer itself and then gives True."""

    def __init__(self, upstream, spoil):
        self.upstream, self.spoil, self.requests = upstream, spoil, []
        super().__init__(self.answer)

    def blob_requests(self):
        return [r for r in self.requests if "/blobs/" in r[0]]

    def answer(self, handler):
        self.requests.append((handler.path, handler.headers.get("Range")))
        c = http.client.HTTPConnection("127.0.0.1", self.upstream.port, timeout=30)
        c.request("GET", handler.path, headers={k: v for k, v in handler.headers.items() if k.lower() != "host"})
        r = c.getresponse()
        data = r.read()
        c.close()
        headers = {k.replace("-", "_"): v for k, v in r.getheaders() if k.lower() not in ("content-length", "connection", "transfer-encoding", "date")}
        if not self.spoil(handler, r.status, headers, data):
            reply(handler, r.status, data, **headers)


def cut(handler, status, headers, data, after):
    """Announces all of it, sends some, and hangs up."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[:after])
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def missing():
    return "" if shutil.which("docker-registry") and shutil.which("openssl") else "needs docker-registry and openssl"
