# SPDX-License-Identifier: Apache-2.0
"""Imports by URL and from repositories, against a real HTTPS server on loopback that counts what it is asked."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import zipfile

import pytest

from machine_bed import Machine, needs
from registry_bed import Ca
from template_bed import PROG, ROOT, need_program, shared
from web_bed import Web

V1, V2 = "tosca_definitions_version: tosca_simple_yaml_1_3\n", "tosca_definitions_version: tosca_2_0\n"
TYPES = V1 + "node_types:\n  shop.Till:\n    derived_from: tosca.nodes.Root\n    properties:\n      coins: {type: integer, default: 3}\n"
USES = "topology_template:\n  node_templates:\n    till:\n      type: shop.Till\n"


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    need_program()
    return Ca(str(tmp_path_factory.mktemp("ca")))


@pytest.fixture
def web(ca):
    with Web(ca) as w:
        yield w


class Bed:
    def __init__(self, folder, ca):
        self.folder, self.cache = folder, folder / "cache"
        self.env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        self.env.update(SEDGE_DATA=ROOT, NO_COLOR="1", SEDGE_CACHE=str(self.cache), SSL_CERT_FILE=ca.cert, ASAN_OPTIONS="detect_leaks=1")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def sedge(self, *args, **env):
        return subprocess.run([PROG, *map(str, args)], capture_output=True, text=True, timeout=120, cwd=self.folder, env={**self.env, **env})

    def validate(self, name, *args, **env):
        done = self.sedge("validate", "-o", "json", *args, name, **env)
        assert done.returncode in (0, 1) and done.stderr == "", done.stderr
        return json.loads(done.stdout)["templates"][0]

    def ok(self, name, *args, **env):
        report = self.validate(name, *args, **env)
        assert report["valid"], report["findings"]
        return report

    def refused(self, name, *args, **env):
        """The only error, but for those that follow from it."""
        report = self.validate(name, *args, **env)
        errors = [f for f in report["findings"] if f["level"] == "error"]
        if len(errors) > 1:  # what the file would have declared is missing, too
            errors = [f for f in errors if f["code"] != "UNKNOWN_TYPE"]
        assert len(errors) == 1, errors
        return errors[0]

    def entries(self):
        return sorted((self.cache / "imports").iterdir()) if (self.cache / "imports").exists() else []


@pytest.fixture
def bed(tmp_path, ca):
    return Bed(tmp_path, ca)


FORMS = {
    "short": "imports:\n  - {url}/t/shop.yaml\n",
    "file": "imports:\n  - file: {url}/t/shop.yaml\n",
    "named": "imports:\n  - shop: {url}/t/shop.yaml\n",
    "named map": "imports:\n  - shop: {{file: '{url}/t/shop.yaml'}}\n",
    "repository": "repositories:\n  here: {{url: '{url}/t'}}\nimports:\n  - {{file: shop.yaml, repository: here}}\n",
    "short repository": "repositories:\n  here: {url}/t/\nimports:\n  - {{file: shop.yaml, repository: here}}\n",
    "dots": "imports:\n  - {url}/x/../t/./shop.yaml\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_1_x(bed, web, form):
    web.put("/t/shop.yaml", TYPES)
    bed.write("a.yaml", V1 + FORMS[form].format(url=web.url) + USES)
    bed.ok("a.yaml")
    assert [p for p, _ in web.asked] == ["/t/shop.yaml"]


@pytest.mark.parametrize("imports", ["  - {url}/two.yaml\n", "  - url: {url}/two.yaml\n", "  - {{url: two.yaml, repository: here}}\n",
                                     "  - {{url: '{url}/two.yaml', namespace: my}}\n"])
def test_forms_of_2_0(bed, web, imports):
    web.put("/two.yaml", V2 + "node_types:\n  Till: {}\n")
    kind = "my:Till" if "namespace" in imports else "Till"
    bed.write("a.yaml", V2 + "repositories: {here: {url: '%s'}}\nimports:\n" % web.url + imports.format(url=web.url) +
              "service_template:\n  node_templates:\n    till: {type: '%s'}\n" % kind)
    bed.ok("a.yaml")
    assert web.count("/two.yaml") == 1


def test_no_network_without_a_url(bed, web):
    bed.write("a.yaml", V1 + "imports: [b.yaml, sedge.yaml, 'https://example.org/any/tosker.yaml']\n" + USES)
    bed.write("b.yaml", TYPES)
    traced = subprocess.run(["strace", "-f", "-e", "trace=socket,connect,execve", PROG, "validate", "a.yaml"], capture_output=True, text=True, cwd=bed.folder, env=bed.env) \
        if shutil.which("strace") else None
    bed.ok("a.yaml")
    assert web.asked == [] and bed.entries() == []
    if traced:
        assert traced.returncode == 0 and "socket(" not in traced.stderr and traced.stderr.count("execve(") == 1


def test_relative_imports_stay_at_their_host(bed, web):
    web.put("/t/deep/shop.yaml", V1 + "imports: [../base.yaml, 'more/x y.yaml?v=1']\n" + TYPES.split("\n", 1)[1].replace("tosca.nodes.Root", "Base"))
    web.put("/t/base.yaml", V1 + "imports: [/t/root.yaml]\nnode_types: {Base: {derived_from: Rooted}}\n")
    web.put("/t/root.yaml", V1 + "node_types: {Rooted: {derived_from: tosca.nodes.Root}}\n")
    web.put("/t/deep/more/x%20y.yaml?v=1", V1 + "node_types: {More: {derived_from: tosca.nodes.Root}}\n")
    bed.write("a.yaml", V1 + f"imports: [{web.url}/t/deep/shop.yaml]\n" + USES)
    bed.ok("a.yaml")
    assert sorted(p for p, _ in web.asked) == ["/t/base.yaml", "/t/deep/more/x%20y.yaml?v=1", "/t/deep/shop.yaml", "/t/root.yaml"]


@pytest.mark.parametrize("name, words", [("../../local.yaml", "leads out of its host"), ("file:local.yaml", "may not name files of this machine"),
                                         ("file:///etc/passwd", "may not name files of this machine"), ("local.yaml", "404"),
                                         ("/local.yaml", "404"), ("ftp://127.0.0.1/x.yaml", "only http and https")])
def test_a_fetched_file_reaches_no_local_one(bed, web, name, words):
    web.put("/shop.yaml", V1 + f"imports:\n  - {name}\n" + TYPES.split("\n", 1)[1])
    bed.write("local.yaml", V1 + "node_types: {Local: {derived_from: tosca.nodes.Root}}\n")
    bed.write("a.yaml", V1 + f"imports: [{web.url}/shop.yaml]\n" + USES)
    error = bed.refused("a.yaml")
    assert error["file"] == f"{web.url}/shop.yaml" and error["line"] == 3 and words in error["text"]


@pytest.mark.parametrize("url, words", [("ftp://127.0.0.1/x.yaml", "only http and https"), ("https://me:hush@127.0.0.1/x.yaml", "user name"),
                                        ("https:///x.yaml", "names no host"), ("https://127.0.0.1:99999/x.yaml", "port"), ("https://a.org/../x.yaml", "above its host")])
def test_urls_that_are_none(bed, url, words):
    bed.write("a.yaml", V1 + f"imports:\n  - {url}\n")
    error = bed.refused("a.yaml")
    assert (error["line"], error["column"]) == (3, 5) and words in error["text"]


def test_findings_name_url_and_line(bed, web):
    web.put("/shop.yaml", TYPES.replace("integer", "intger"))
    bed.write("a.yaml", V1 + f"imports: [{web.url}/shop.yaml]\n" + USES)
    error = bed.refused("a.yaml")
    assert (error["file"], error["line"], error["code"]) == (f"{web.url}/shop.yaml", 6, "UNKNOWN_TYPE")
    told = bed.sedge("validate", "a.yaml").stderr
    assert f"{web.url}/shop.yaml:6:" in told and "coins: {type: intger" in told
    web.put("/shop.yaml", "a: [\n")
    error = bed.refused("a.yaml", "--refresh")
    assert error["file"] == f"{web.url}/shop.yaml" and error["code"] == "YAML_SYNTAX" and f"read '{web.url}/shop.yaml'" in error["text"]


# ---- the cache ----

def age(entry, seconds):
    """As if it had been fetched so long ago."""
    head, body = entry.read_bytes().split(b"\n", 1)
    meta = json.loads(head)
    meta["fetched"] -= seconds * 10**6
    entry.write_bytes(json.dumps(meta).encode() + b"\n" + body)


def test_the_cache(bed, web):
    web.put("/shop.yaml", TYPES)
    bed.write("a.yaml", V1 + f"imports: [{web.url}/shop.yaml]\n" + USES)
    for _ in range(3):
        bed.ok("a.yaml")
    assert web.count("/shop.yaml") == 1, "fresh for ten minutes where the server does not say"
    [entry] = bed.entries()
    assert entry.stat().st_mode & 0o777 == 0o600 and entry.parent.stat().st_mode & 0o777 == 0o700
    age(entry, 700)
    bed.ok("a.yaml")
    assert web.count("/shop.yaml") == 2 and web.asked[-1][1]["If-None-Match"] == web.pages["/shop.yaml"][1]["ETag"]
    bed.ok("a.yaml")
    assert web.count("/shop.yaml") == 2, "unchanged, and fresh again"
    web.put("/shop.yaml", TYPES.replace("shop.Till", "shop.Cash"))
    bed.ok("a.yaml")
    age(entry, 700)
    assert "UNKNOWN_TYPE" == bed.refused("a.yaml")["code"]
    web.put("/shop.yaml", TYPES)
    bed.ok("a.yaml", "--refresh")
    assert "If-None-Match" not in web.asked[-1][1]


def test_a_server_that_wants_to_be_asked(bed, web):
    web.put("/shop.yaml", TYPES, Cache_Control="no-cache", ETag=None, Last_Modified="Mon, 02 Nov 2026 10:00:00 GMT")
    bed.write("a.yaml", V1 + f"imports: [{web.url}/shop.yaml]\n" + USES)
    bed.ok("a.yaml")
    bed.ok("a.yaml")
    assert web.count("/shop.yaml") == 2 and web.asked[-1][1]["If-Modified-Since"] == "Mon, 02 Nov 2026 10:00:00 GMT"
    web.put("/shop.yaml", TYPES, Cache_Control="no-store")
    for entry in bed.entries():
        entry.unlink()
    bed.ok("a.yaml")
    assert bed.entries() == []


def test_offline(bed, web):
    web.put("/shop.yaml", TYPES, Cache_Control="no-cache")
    bed.write("a.yaml", V1 + f"imports:\n  - {web.url}/shop.yaml\n" + USES)
    error = bed.refused("a.yaml", "--offline")
    assert (error["line"], error["column"], error["code"]) == (3, 5, "IMPORT")
    assert f"'{web.url}/shop.yaml'" in error["text"] and "not in the cache" in error["text"] and str(bed.cache) in error["text"]
    assert bed.refused("a.yaml", SEDGE_OFFLINE="1")["text"] == error["text"]
    assert web.asked == []
    bed.ok("a.yaml")
    web.server.shutdown()
    for args in (["validate", "--offline"], ["plan", "--offline"], ["tosca", "show", "--offline"], ["tosca", "graph", "--offline"]):
        done = bed.sedge(*args, "a.yaml")
        assert done.returncode == 0, done.stderr
    assert web.count("/shop.yaml") == 1


def test_an_old_copy_when_the_server_is_away(bed, web, ca):
    web.put("/shop.yaml", TYPES, Cache_Control="no-cache")
    bed.write("a.yaml", V1 + f"imports:\n  - {web.url}/shop.yaml\n" + USES)
    bed.ok("a.yaml")
    web.pages["/shop.yaml"] = (503, {}, b"")
    [warning] = [f for f in bed.ok("a.yaml")["findings"] if f["code"] == "IMPORT"]
    assert warning["level"] == "warning" and warning["line"] == 3 and "503" in warning["text"] and re.search(r"the copy of 20\d\d-", warning["text"])
    web.pages["/shop.yaml"] = (404, {}, b"")
    assert "404" in bed.refused("a.yaml")["text"], "what is gone is not brought back from the cache"


@pytest.mark.parametrize("spoil", [lambda b: b[:-3], lambda b: b.replace(b"coins", b"notes"), lambda b: b"", lambda b: b"{}\n", lambda b: b[:10], lambda b: b"\0" * 100])
def test_a_damaged_cache_is_fetched_anew(bed, web, spoil):
    web.put("/shop.yaml", TYPES)
    bed.write("a.yaml", V1 + f"imports: [{web.url}/shop.yaml]\n" + USES)
    bed.ok("a.yaml")
    [entry] = bed.entries()
    entry.write_bytes(spoil(entry.read_bytes()))
    assert "damaged" in bed.refused("a.yaml", "--offline")["text"]
    bed.ok("a.yaml")
    assert web.count("/shop.yaml") == 2
    bed.ok("a.yaml", "--offline")


def test_many_at_once_on_one_cache(bed, web):
    web.put("/shop.yaml", TYPES, Cache_Control="no-cache")
    bed.write("a.yaml", V1 + f"imports: [{web.url}/shop.yaml]\n" + USES)
    runs = [subprocess.Popen([PROG, "validate", "a.yaml"], cwd=bed.folder, env=bed.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(8)]
    assert [(r.communicate(timeout=60)[1], r.returncode) for r in runs] == [(b"", 0)] * 8
    bed.ok("a.yaml", "--offline")
    assert len(bed.entries()) == 1


# ---- servers that mean no good ----

def test_one_that_is_not_trusted(bed, web, ca):
    bed.write("a.yaml", V1 + f"imports: [{web.url}/shop.yaml]\n" + USES)
    error = bed.refused("a.yaml", SSL_CERT_FILE="")
    assert "certificate" in error["text"].lower() and "SSL_CERT_FILE" in error["text"] and web.asked == []
    assert "read the trusted certificates" in bed.refused("a.yaml", SSL_CERT_FILE="/no/such.pem")["text"]


def test_redirects(bed, web, ca):
    web.put("/real/shop.yaml", V1 + "imports: [base.yaml]\n" + TYPES.split("\n", 1)[1].replace("tosca.nodes.Root", "Base"))
    web.put("/t/base.yaml", V1 + "node_types: {Base: {derived_from: tosca.nodes.Root}}\n")
    web.redirect("/t/shop.yaml", "/one")
    web.redirect("/one", web.url + "/two", 301)
    web.redirect("/two", "real/shop.yaml", 307)
    bed.write("a.yaml", V1 + f"imports: [{web.url}/t/shop.yaml]\n" + USES)
    bed.ok("a.yaml")
    assert [p for p, _ in web.asked] == ["/t/shop.yaml", "/one", "/two", "/real/shop.yaml", "/t/base.yaml"], "relative to the URL that was written"
    web.redirect("/loop", "/loop2")
    web.redirect("/loop2", "/loop")
    bed.write("b.yaml", V1 + f"imports: [{web.url}/loop]\n")
    error = bed.refused("b.yaml")
    assert "redirects more than 5 times" in error["text"] and web.count("/loop") + web.count("/loop2") == 6
    with Web() as plain:
        plain.put("/shop.yaml", TYPES)
        web.redirect("/down", plain.url + "/shop.yaml")
        plain.redirect("/up", web.url + "/real2.yaml")
        web.put("/real2.yaml", TYPES)
        bed.write("b.yaml", V1 + f"imports: [{web.url}/down]\n" + USES)
        assert "redirects from https to 'http://" in bed.refused("b.yaml")["text"] and plain.asked == []
        bed.write("b.yaml", V1 + f"imports: [{plain.url}/up]\n" + USES)
        bed.ok("b.yaml")
    for to, words in (("file:///etc/passwd", "only http and https"), ("https://me:hush@127.0.0.1/x", "user name"), ("gopher://127.0.0.1/", "only http and https")):
        web.redirect("/odd", to)
        bed.write("b.yaml", V1 + f"imports: [{web.url}/odd]\n")
        error = bed.refused("b.yaml")
        assert words in error["text"] and "hush" not in json.dumps(error)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 429, 500, 503])
def test_answers_that_are_no_file(bed, web, status):
    web.pages["/shop.yaml"] = (status, {}, b"node_types: {shop.Till: {}}")
    bed.write("a.yaml", V1 + f"imports:\n  - {web.url}/shop.yaml\n")
    error = bed.refused("a.yaml")
    assert f"answers {status}" in error["text"] and f"{web.url}/shop.yaml" in error["text"] and error["line"] == 3
    assert bed.entries() == []


@pytest.mark.parametrize("kind", ["drip", "hang"])
def test_slow_servers(bed, web, kind):
    getattr(web, kind)("/shop.yaml")
    bed.write("a.yaml", V1 + "imports:\n" + "".join(f"  - {web.url}/shop.yaml?{i}\n" for i in range(20)))
    for i in range(20):
        web.pages[f"/shop.yaml?{i}"] = web.pages["/shop.yaml"]
    begun = time.monotonic()
    report = bed.validate("a.yaml", SEDGE_FETCH_SECONDS="1")
    took = time.monotonic() - begun
    texts = [f["text"] for f in report["findings"]]
    assert len(texts) == 20 and all("timed out" in t or "too long" in t or "together" in t for t in texts), texts
    assert len(web.asked) <= 5 and took < 30, "four times the limit for all files of a template, whatever their number"


def test_endless_and_huge_files(bed, web):
    web.flood("/endless.yaml")
    web.put("/huge.yaml", V1 + "#" * (9 << 20))
    for name in ("endless", "huge"):
        bed.write("a.yaml", V1 + f"imports: [{web.url}/{name}.yaml]\n")
        done = subprocess.run(["/usr/bin/time", "-f", "%M", PROG, "validate", "a.yaml"], capture_output=True, text=True, cwd=bed.folder, env=bed.env, timeout=60) \
            if os.access("/usr/bin/time", os.X_OK) else bed.sedge("validate", "a.yaml")
        assert done.returncode == 1 and f"larger than {8 << 20} bytes" in done.stderr
        if "time" in done.args[0]:
            assert int(done.stderr.split()[-1]) < 200_000, "kilobytes at most, helper included"
    assert bed.entries() == []


def test_nobody_there(bed, web):
    web.server.shutdown()
    web.server.server_close()
    bed.write("a.yaml", V1 + f"imports:\n  - {web.url}/shop.yaml\n")
    error = bed.refused("a.yaml")
    assert "connect" in error["text"].lower() and "network" in error["text"]
    bed.write("a.yaml", V1 + "imports:\n  - https://no-such-host.invalid/shop.yaml\n")
    assert "no-such-host.invalid" in bed.refused("a.yaml")["text"]


def test_an_import_circle_over_the_network(bed, web):
    web.put("/a.yaml", V1 + "imports: [b.yaml]\n" + TYPES.split("\n", 1)[1])
    web.put("/b.yaml", V1 + f"imports: ['{web.url}/x/../a.yaml']\n")
    bed.write("a.yaml", V1 + f"imports: [{web.url}/a.yaml]\n" + USES)
    report = bed.ok("a.yaml")
    assert [f["code"] for f in report["findings"]] == ["CYCLE"] and len(web.asked) == 2


def test_an_endless_chain(bed, web):
    """Each file imports the next one."""
    web.pages = type("Pages", (dict,), {"get": lambda self, path, default=None: (200, {}, (V1 + f"imports: ['{int(path[1:] or 0) + 1}']\n").encode())})()
    bed.write("a.yaml", V1 + f"imports: [{web.url}/0]\n")
    assert bed.refused("a.yaml")["code"] == "LIMIT" and len(web.asked) <= 64


# ---- credentials ----

def repository(url, credential):
    return V1 + f"repositories:\n  vault:\n    url: {url}/v\n    credential:\n{credential}imports:\n  - {{file: shop.yaml, repository: vault}}\n"


CREDENTIALS = {
    "basic": ("      token_type: basic_auth\n      token: 'ann:s3cr3t-word'\n", "Authorization", "Basic YW5uOnMzY3IzdC13b3Jk"),
    "password": ("      user: ann\n      token: s3cr3t-word\n", "Authorization", "Basic YW5uOnMzY3IzdC13b3Jk"),
    "bearer": ("      token_type: bearer\n      token: s3cr3t-word\n", "Authorization", "Bearer s3cr3t-word"),
    "alone": ("      token: s3cr3t-word\n", "Authorization", "Bearer s3cr3t-word"),
    "x-auth": ("      token_type: X-Auth-Token\n      token: s3cr3t-word\n", "X-Auth-Token", "s3cr3t-word"),
}


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_credentials(bed, web, kind):
    text, header, value = CREDENTIALS[kind]
    web.put("/v/shop.yaml", V1 + "imports: [more/base.yaml, ../open.yaml]\n" + TYPES.split("\n", 1)[1].replace("tosca.nodes.Root", "Base"))
    web.put("/v/more/base.yaml", V1 + "node_types: {Base: {derived_from: tosca.nodes.Root}}\n")
    web.put("/open.yaml", V1)
    bed.write("a.yaml", repository(web.url, text) + USES)
    bed.ok("a.yaml")
    sent = {path: headers.get(header) for path, headers in web.asked}
    assert sent == {"/v/shop.yaml": value, "/v/more/base.yaml": value, "/open.yaml": None}, "below the repository's URL only"


def test_a_token_from_an_input(bed, web):
    web.put("/v/shop.yaml", TYPES)
    bed.write("a.yaml", repository(web.url, "      token: {get_input: key}\n") + "topology_template:\n  inputs:\n    key: {type: string, default: first}\n  node_templates:\n    till: {type: shop.Till}\n")
    bed.ok("a.yaml")
    bed.ok("a.yaml", "--refresh", "-i", "key=second")
    assert [h["Authorization"] for _, h in web.asked] == ["Bearer first", "Bearer second"]


def test_credentials_stay_at_home(bed, web, ca):
    with Web(ca) as other:
        other.put("/shop.yaml", TYPES)
        web.redirect("/v/shop.yaml", other.url + "/shop.yaml")
        bed.write("a.yaml", repository(web.url, "      token: s3cr3t-word\n") + USES)
        bed.ok("a.yaml")
        assert web.asked[0][1]["Authorization"] == "Bearer s3cr3t-word" and "Authorization" not in other.asked[0][1]
        web.put("/v/shop.yaml", V1 + f"imports: ['{other.url}/shop.yaml']\n")
        bed.ok("a.yaml", "--refresh")
        assert all("Authorization" not in h for _, h in other.asked)


BAD_CREDENTIALS = {
    "line break": ("      token: \"s3cr3t-word\\r\\nX-Evil: 1\"\n", "line break"),
    "unknown type": ("      token_type: kerberos\n      token: s3cr3t-word\n", "token_type"),
    "no token": ("      user: ann\n", "has no token"),
    "empty": ("      token: ''\n", "has no token"),
    "too long": ("      token: %s\n" % ("s3cr3t-word" * 500), "longer than 4096"),
    "refused": ("      token: s3cr3t-word\n", "answers 403"),
    "unknown key": ("      token: s3cr3t-word\n      tokn: s3cr3t-word\n", "tokn"),
    "a list": ("      [s3cr3t-word]\n", "credential"),
    "a list as token": ("      token: [s3cr3t-word, s3cr3t-word]\n", "has no token"),
    "syntax": ("      token: s3cr3t-word: s3cr3t-word\n", "YAML"),
    "flow": ("      {token: s3cr3t-word, token_type: kerberos, oops: s3cr3t-word}\n", "token_type"),
}


@pytest.mark.parametrize("kind", BAD_CREDENTIALS)
def test_bad_credentials_are_told_without_their_secrets(bed, web, kind):
    text, words = BAD_CREDENTIALS[kind]
    web.pages["/v/shop.yaml"] = (403, {}, b"")
    bed.write("a.yaml", repository(web.url, text) + USES)
    for args in ([], ["-o", "json"], ["-o", "sarif"]):
        done = bed.sedge("validate", *args, "a.yaml")
        assert done.returncode == 1 and words in done.stdout + done.stderr
        assert "s3cr3t" not in done.stdout + done.stderr
    assert all("X-Evil" not in h for _, h in web.asked)


def test_no_secret_in_the_clear_nor_on_a_command_line(bed, web):
    with Web() as plain:
        for host in ("example.org", "127.example.org", "localhost.example.org"):
            bed.write("a.yaml", repository(plain.url.replace("127.0.0.1", host), "      token: s3cr3t-word\n"))
            error = bed.refused("a.yaml")
            assert "https only" in error["text"] and "s3cr3t" not in json.dumps(error)
        seen = []

        def look(handler):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    if os.path.samefile(process / "exe", PROG):
                        seen.append((process / "cmdline").read_bytes())
                except OSError:
                    pass  # one that ended, or of the kernel
            handler.send(200, {}, TYPES.encode())
        plain.pages["/v/shop.yaml"] = look
        bed.write("a.yaml", repository(plain.url, "      token: s3cr3t-word\n") + USES)
        bed.ok("a.yaml")
        assert any(b"fetch-helper" in s for s in seen) and not any(b"s3cr3t" in s for s in seen)
        assert all(b"s3cr3t" not in e.read_bytes() for e in bed.entries())


# ---- what a fetched type brings along ----

RUNS = V1 + """imports: [sedge.yaml]
node_types:
  shop.Till:
    derived_from: sedge.nodes.Software
    interfaces:
      Standard:
        type: tosca.interfaces.node.lifecycle.Standard
        create: {implementation: {primary: scripts/create.sh, dependencies: [scripts/words.txt]}}
"""
HOSTED = """topology_template:
  node_templates:
    till:
      type: shop.Till
      requirements: [host: box]
    box:
      type: sedge.nodes.Container
      artifacts:
        image: {type: tosker.artifacts.Image.Service, file: "busybox:latest"}
      properties: {command: "sleep 100000"}
"""


def shop(web):
    web.put("/t/shop.yaml", RUNS)
    web.put("/t/scripts/create.sh", "#!/bin/sh\ncat \"$(dirname \"$0\")/words.txt\" > /came\n")
    web.put("/t/scripts/words.txt", "from afar\n")


def test_files_beside_a_fetched_type(bed, web):
    shop(web)
    bed.write("a.yaml", V1 + f"imports: [{web.url}/t/shop.yaml, sedge.yaml]\n" + HOSTED)
    bed.write("scripts/create.sh", "#!/bin/sh\n")
    bed.ok("a.yaml", "--deploy")
    assert sorted(p for p, _ in web.asked) == ["/t/scripts/create.sh", "/t/scripts/words.txt", "/t/shop.yaml"]
    del web.pages["/t/scripts/create.sh"]
    error = bed.refused("a.yaml", "--refresh")
    assert error["code"] == "ARTIFACT_MISSING" and error["file"] == f"{web.url}/t/shop.yaml", "no local script stands in"


def test_a_package_needs_no_network(bed, web):
    shop(web)
    bed.write("src/a.yaml", V1 + f"imports: [{web.url}/t/shop.yaml, sedge.yaml]\n" + HOSTED)
    done = bed.sedge("tosca", "package", "src/a.yaml", "--to", "a.csar")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(bed.folder / "a.csar") as z:
        place = f"TOSCA-Imports/https/127.0.0.1+{web.port}/t/"
        assert sorted(z.namelist()) == sorted(["TOSCA-Metadata/TOSCA.meta", "a.yaml", place + "shop.yaml", place + "scripts/create.sh", place + "scripts/words.txt"])
        assert z.read("a.yaml") == (bed.folder / "src/a.yaml").read_bytes(), "nothing is rewritten"
        assert z.getinfo(place + "scripts/create.sh").external_attr >> 16 & 0o777 == 0o755
        z.extractall(bed.folder / "unpacked")
    shutil.rmtree(bed.cache)
    web.asked.clear()
    bed.ok("a.csar")
    bed.ok("unpacked")
    assert bed.sedge("tosca", "package", "a.csar", "--to", "again.csar").returncode == 0
    assert web.asked == [] and bed.entries() == []


@needs("busybox")
def test_deploy_sends_what_was_fetched(bed, web):
    shop(web)
    bed.write("src/a.yaml", V1 + f"imports: [{web.url}/t/shop.yaml, sedge.yaml]\n" + HOSTED)
    with Machine(images=["busybox"]) as m:
        def deploy(*args):  # from outside of the machine's network, where the web server is
            done = bed.sedge("deploy", *args, SEDGE_RUN=str(m.run_dir), SEDGE_STATE=str(m.state_dir))
            assert done.returncode == 0, done.stderr
        deploy("src/a.yaml")
        asked = len(web.asked)
        assert m.sedge("exec", "a/till", "cat", "/came").stdout == "from afar\n"
        assert bed.sedge("tosca", "package", "src/a.yaml", "--to", "a.csar", "--offline").returncode == 0
        web.server.shutdown()
        m.sedge("deploy", bed.folder / "a.csar", "--name", "b")
        assert m.sedge("exec", "b/till", "cat", "/came").stdout == "from afar\n"
        assert len(web.asked) == asked
        m.sedge("undeploy", "a")
        m.sedge("undeploy", "b")


def test_as_an_ordinary_user(bed, web):
    """The helper needs no rights to begin with."""
    if os.geteuid() != 0:
        pytest.skip("is one already")
    web.put("/shop.yaml", TYPES)
    bed.write("a.yaml", V1 + f"imports: [{web.url}/shop.yaml]\n" + USES)
    home = bed.folder / "home"
    for path in (bed.folder, home, pathlib.Path(bed.env["SSL_CERT_FILE"]).parent):
        path.mkdir(exist_ok=True)
    os.chown(home, 65534, 65534)
    for folder in [bed.folder, *bed.folder.parents][:4] + [pathlib.Path(bed.env["SSL_CERT_FILE"]).parent]:
        if str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    env = {k: v for k, v in bed.env.items() if k != "SEDGE_CACHE"}
    reach = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "test", "-x", PROG])
    if reach.returncode != 0:
        pytest.skip("nobody may not run the program where it stands")
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", PROG, "validate", "a.yaml"], cwd=bed.folder, capture_output=True, text=True,
                          env=dict(env, HOME=str(home), XDG_CACHE_HOME=""))
    assert done.returncode == 0, done.stderr
    assert len(list((home / ".cache/sedge/imports").iterdir())) == 1


# ---- the corpus ----

SKIPPED = ["oasis-1.0/3.5.7-imports-05-simple-remote.yml", "oasis-1.0/3.5.7-imports-07-repository-remote.yml"]


@pytest.mark.parametrize("name", SKIPPED)
def test_corpus_cases_that_need_the_network(bed, web, name):
    """With a server of ours in the place of the one that they name."""
    corpus = shared("SEDGE_TOSCA_CORPUS", "tosca-corpus")
    if not corpus:
        pytest.skip("the corpus is not there: set SEDGE_TOSCA_CORPUS to the folder that holds manifest.tsv")
    text = (pathlib.Path(corpus) / name).read_text()
    there = "https://github.com/oasis-open/tosca-test-assertions/raw/master"
    assert there in text
    bed.write("a.yaml", text.replace(there, web.url))
    web.put("/Parser-Validator/dependencies/my-types/my-types.yml", "tosca_definitions_version: tosca_simple_yaml_1_0\nnode_types:\n  tosca.tests.nodes.MyType:\n    derived_from: tosca.nodes.Root\n")
    bed.ok("a.yaml")
    assert len(web.asked) == 1
