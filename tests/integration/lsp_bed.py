# SPDX-License-Identifier: Apache-2.0
"""A raw client of `sedge tosca lsp`, for what a well-behaved editor would never send."""
import json
import os
import pathlib
import select
import subprocess
import time

from template_bed import LIMIT_S, PROG, ROOT


class Server:
    """Speaks the protocol's bytes. Notifications that come meanwhile are kept in `notes`."""

    def __init__(self, program=PROG, env=None):
        self.process = subprocess.Popen([program, "tosca", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=env or dict(os.environ, SEDGE_DATA=ROOT))
        self.buffer, self.notes, self.last_id = b"", [], 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                pipe.close()
            except BrokenPipeError:
                pass

    def bytes(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        body = json.dumps(message).encode() if not isinstance(message, bytes) else message
        self.bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def take(self, limit=LIMIT_S):
        """The next message, or None when none comes in so many seconds or the server is gone."""
        end = time.monotonic() + limit
        while True:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if found:
                length = int(head.split(b"Content-Length:")[1].split(b"\r\n")[0])
                if len(rest) >= length:
                    self.buffer = rest[length:]
                    return json.loads(rest[:length])
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                return None
            part = os.read(self.process.stdout.fileno(), 65536)
            if not part:
                return None
            self.buffer += part

    def answer(self, wanted):
        while True:
            message = self.take()
            assert message is not None, f"no answer to {wanted!r}"
            if message.get("id") == wanted and "method" not in message:
                return message
            self.notes.append(message)

    def ask(self, method, params=None):
        """The result of a request."""
        self.last_id += 1
        self.send({"jsonrpc": "2.0", "id": self.last_id, "method": method, **({} if params is None else {"params": params})})
        answer = self.answer(self.last_id)
        assert "error" not in answer, answer
        return answer["result"]

    def refused(self, method, params=None):
        """The code of the error that a request is answered with."""
        self.last_id += 1
        self.send({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params or {}})
        return self.answer(self.last_id)["error"]["code"]

    def tell(self, method, params=None):
        self.send({"jsonrpc": "2.0", "method": method, **({} if params is None else {"params": params})})

    def begin(self, **capabilities):
        result = self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self.tell("initialized", {})
        return result["capabilities"]

    def open(self, uri, text, version=1):
        self.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": version, "text": text}})

    def change(self, uri, version, *changes):
        self.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)})

    def found(self, uri, version=None):
        """What is told of a document (of that version, when one is given), next or since the last call."""
        while True:
            for i, note in enumerate(self.notes):
                params = note.get("params", {})
                if note.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri and version in (None, params.get("version")):
                    self.notes = [n for k, n in enumerate(self.notes) if k > i or n.get("params", {}).get("uri") != uri]
                    return params["diagnostics"]
            message = self.take()
            assert message is not None, f"nothing is told of {uri}"
            self.notes.append(message)

    def at(self, method, uri, line, character):
        return self.ask("textDocument/" + method, {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}})

    def labels(self, uri, line, character):
        return [item["label"] for item in self.at("completion", uri, line, character)["items"]]

    def end(self):
        self.ask("shutdown")
        self.tell("exit")
        return self.process.wait(LIMIT_S)


def place(text, mark="|"):
    """The text without its mark, and the line and character (in UTF-16) where it stood."""
    before, _, after = text.partition(mark)
    line = before.rsplit("\n", 1)[-1]
    return before + after, before.count("\n"), len(line.encode("utf-16-le")) // 2


def span(line, first, last, last_line=None):
    return {"start": {"line": line, "character": first}, "end": {"line": line if last_line is None else last_line, "character": last}}


def uri_of(path):
    return pathlib.Path(path).as_uri()
