# SPDX-License-Identifier: Apache-2.0
"""The notice board's API: GET /notes gives title, notes and the address that answers; POST /notes adds its body as a note. Settings come by the environment."""
import json
import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def redis(*words):
    """One command in Redis' own protocol; gives what it answers."""
    request = b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in (word.encode() for word in words))
    with socket.create_connection((os.environ["DATABASE"], 6379), timeout=3) as connection:
        connection.sendall(request)
        return answer(connection.makefile("rb"))


def answer(stream):
    kind, rest = stream.read(1), stream.readline().strip()
    if kind == b"-":
        raise OSError(rest.decode())
    if kind == b"$":
        return stream.read(int(rest) + 2)[:-2].decode() if int(rest) >= 0 else None
    if kind == b"*":
        return [answer(stream) for _ in range(int(rest))]
    return int(rest) if kind == b":" else rest.decode()


class Handler(BaseHTTPRequestHandler):
    def reply(self, status, value):
        body = (json.dumps(value) + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do(self, work):
        if self.path != "/notes":
            return self.reply(404, {"error": "there is only /notes"})
        try:
            self.reply(*work())
        except OSError as error:
            self.reply(503, {"error": "the database '%s': %s" % (os.environ["DATABASE"], error)})

    def do_GET(self):
        self.do(lambda: (200, {"title": os.environ["TITLE"], "notes": redis("LRANGE", "notes", "0", "99"), "from": self.connection.getsockname()[0]}))

    def do_POST(self):
        size = min(int(self.headers.get("Content-Length", 0)), 4096)
        text = self.rfile.read(size).decode(errors="replace").strip()
        self.do(lambda: (201, {"number": redis("RPUSH", "notes", text)}) if text else (400, {"error": "a note needs some text"}))


ThreadingHTTPServer(("0.0.0.0", int(os.environ["LISTEN"])), Handler).serve_forever()
