# SPDX-License-Identifier: Apache-2.0
"""A web server on loopback, with TLS or without, that serves what a test tells it and counts what it is asked."""
import hashlib
import http.server
import ssl
import threading
import time

LOST = (BrokenPipeError, ConnectionResetError, ssl.SSLError)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.web.asked.append((self.path, dict(self.headers)))
        answer = self.server.web.pages.get(self.path, (404, {}, b"no such page"))
        try:
            if callable(answer):
                return answer(self)
            status, headers, body = answer
            tag = headers.get("ETag")
            if status == 200 and tag and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
            self.send(status, headers, body)
        except LOST:
            self.close_connection = True

    def send(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that hangs up, or does not trust us


class Web:
    """pages: path -> (status, headers, body), or a function that gets the handler and answers as it likes."""

    def __init__(self, ca=None):
        self.pages, self.asked, self.stopping = {}, [], threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.web = self
        if ca:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(ca.server_cert, ca.server_key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if ca else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()

    def put(self, path, text, **headers):
        """A page with an ETag of its own; headers: Cache_Control="no-cache"."""
        body = text.encode() if isinstance(text, str) else text
        headers = {"ETag": '"%s"' % hashlib.sha256(body).hexdigest()[:12], **{k.replace("_", "-"): v for k, v in headers.items()}}
        self.pages[path] = (200, {k: v for k, v in headers.items() if v}, body)

    def redirect(self, path, to, status=302):
        self.pages[path] = (status, {"Location": to}, b"")

    def drip(self, path, pause=0.1):
        """A page that never ends, a byte at a time."""
        def answer(handler):
            handler.send_response(200)
            handler.send_header("Connection", "close")
            handler.end_headers()
            handler.close_connection = True
            while not self.stopping.is_set():
                handler.wfile.write(b"#")
                handler.wfile.flush()
                time.sleep(pause)
        self.pages[path] = answer

    def flood(self, path):
        """A page that never ends, as quick as it goes."""
        def answer(handler):
            handler.send_response(200)
            handler.send_header("Connection", "close")
            handler.end_headers()
            handler.close_connection = True
            while not self.stopping.is_set():
                handler.wfile.write(b"# more\n" * 10000)
        self.pages[path] = answer

    def hang(self, path):
        """Takes the request and says nothing."""
        self.pages[path] = lambda handler: self.stopping.wait(60)

    def count(self, path):
        return sum(1 for p, _ in self.asked if p == path)
