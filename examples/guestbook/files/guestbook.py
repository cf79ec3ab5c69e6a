# SPDX-License-Identifier: Apache-2.0
"""The guest book's API: GET /entries lists them, POST /entries adds the body as one. Entries are a list in Redis."""
import json
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SETTINGS = json.load(open("settings.json"))
GREETING = open("greeting").read()


def redis(*words):
    """One command in Redis' own protocol; gives a number, a text or a list of texts."""
    packed = b"*%d\r\n" % len(words)
    for word in words:
        data = word.encode()
        packed += b"$%d\r\n%s\r\n" % (len(data), data)
    with socket.create_connection((SETTINGS["redis"], 6379), timeout=3) as connection:
        connection.sendall(packed)
        return answer(connection.makefile("rb"))


def answer(stream):
    line = stream.readline()
    kind, rest = line[:1], line[1:].strip()
    if kind == b"-":
        raise RuntimeError(rest.decode())
    if kind == b":":
        return int(rest)
    if kind == b"$":
        size = int(rest)
        return None if size < 0 else stream.read(size + 2)[:-2].decode()
    if kind == b"*":
        return [answer(stream) for _ in range(int(rest))]
    return rest.decode()


class Handler(BaseHTTPRequestHandler):
    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path != "/entries":
            return self.reply(404, {"error": "there is only /entries"})
        try:
            self.reply(200, redis("LRANGE", "entries", "0", "99"))
        except OSError as error:
            self.reply(503, {"error": "Redis at %s: %s" % (SETTINGS["redis"], error)})

    def do_POST(self):
        size = min(int(self.headers.get("Content-Length", 0)), 4096)
        text = self.rfile.read(size).decode(errors="replace").strip()
        if not text:
            return self.reply(400, {"error": "an entry needs some text"})
        try:
            self.reply(201, redis("LPUSH", "entries", text))
        except OSError as error:
            self.reply(503, {"error": "Redis at %s: %s" % (SETTINGS["redis"], error)})


if redis("EXISTS", "entries") == 0:
    redis("LPUSH", "entries", GREETING)
ThreadingHTTPServer(("0.0.0.0", SETTINGS["listen"]), Handler).serve_forever()
