# SPDX-License-Identifier: Apache-2.0
"""Images from registries: Debian's docker-registry by plain HTTP, TLS, passwords and tokens; transfers that break, lie or never begin."""
import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

import pytest

import image_bed
import registry_bed
from image_bed import MACHINE, ROOT_TAR, Image, digest, index_of, oci_image, store, tar
from registry_bed import Ca, Proxy, Registry, Server, TokenService, cut, free_port, htpasswd, reply

lacking = image_bed.missing() or registry_bed.missing()
pytestmark = pytest.mark.skipif(bool(lacking), reason=lacking or "-")
PLAIN = tar(ROOT_TAR)
IMAGE = Image([PLAIN, tar([("data", os.urandom(300000))])])
BIG = digest(IMAGE.layers[1])


@pytest.fixture(scope="module")
def folder():
    path = tempfile.mkdtemp(prefix="registry-bed-", dir="/tmp")
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def ca(folder):
    return Ca(folder)


@pytest.fixture(scope="module")
def registry(folder):
    r = Registry(folder)
    r.push("team/app", "1", IMAGE)
    yield r
    r.close()


@pytest.fixture
def proxied(registry):
    """proxied(spoil): a proxy before the registry."""
    made = []

    def make(spoil):
        made.append(Proxy(registry, spoil))
        return made[-1]

    yield make
    for p in made:
        p.close()


def assert_whole(store, image=IMAGE):
    assert store.records()[image.id]["layers"] == image.diff_ids
    for diff_id in image.diff_ids:
        assert os.path.isdir(store.layer(diff_id))
    assert store.partials() == {}


def test_by_tag_and_by_digest(store, registry):
    got = store.run("pull", registry.host + "/team/app:1")
    assert (got["image"], got["name"]) == (IMAGE.id, registry.host + "/team/app:1")
    assert_whole(store)
    assert store.records()[IMAGE.id]["digest"] == digest(IMAGE.manifest)
    name = "%s/team/app@%s" % (registry.host, digest(IMAGE.manifest))
    assert store.run("pull", name)["name"] == name
    assert [line["layer"] for line in store.said if line.get("status") == "already there"] == [digest(x) for x in IMAGE.layers]
    assert store.records()[IMAGE.id]["names"] == [registry.host + "/team/app:1", name]


def test_what_skopeo_pushed(store, registry, folder):
    if not shutil.which("skopeo"):
        pytest.skip("needs skopeo")
    archive = store.file("a.tar", oci_image(IMAGE, "latest"))
    for kind in ("oci", "v2s2"):
        subprocess.run(["skopeo", "--insecure-policy", "copy", "--format", kind, "--dest-tls-verify=false", "oci-archive:" + archive, "docker://%s/skopeo:%s" % (registry.host, kind)],
                       check=True, capture_output=True, stdin=subprocess.DEVNULL)
        got = store.run("pull", "%s/skopeo:%s" % (registry.host, kind))
        assert store.records()[got["image"]]["layers"] == IMAGE.diff_ids


def test_progress_is_told(store, registry):
    store.run("pull", registry.host + "/team/app:1")
    assert store.said[0]["status"] == "pulling from " + registry.host
    for line in store.said[:-1]:
        assert set(line) <= {"status", "layer", "current", "total"}


def test_an_index_of_platforms(store, registry):
    images = [Image([tar([("arch", a.encode() + v.encode())])], platform={"os": "linux", "architecture": a, **({"variant": v} if v else {})})
              for a, v in ((MACHINE, ""), ("arm", "v6"), ("arm", "v7"), ("s390x", ""))]
    registry.push("multi", "1", *images)
    name = registry.host + "/multi:1"
    assert store.run("pull", name)["image"] == images[0].id
    assert store.records()[images[0].id]["digest"] == digest(index_of(images))
    assert store.run("pull", name, "--platform", "linux/armhf")["image"] == images[2].id
    assert store.run("pull", name, "--platform", "linux/arm/v6")["image"] == images[1].id
    error = store.refused("NOT_FOUND", "there is no image for linux/riscv64", "pull", name, "--platform", "linux/riscv64")
    assert "linux/arm/v6, linux/arm/v7, linux/s390x" in error
    assert store.records()[images[1].id]["names"] == [name]  # the one pulled last has it


def test_what_is_not_there(store, registry):
    store.refused("NOT_FOUND", "check the name", "pull", registry.host + "/team/app:2")
    store.refused("NOT_FOUND", "manifest unknown", "pull", registry.host + "/nobody/nothing")
    store.refused("NOT_FOUND", "check the name", "pull", registry.host + "/team/app@sha256:" + "0" * 64)


def test_unreachable(store):
    for name, words in (("127.0.0.1:%d/x" % free_port(), "check that the registry runs"), ("no-such-host.invalid/x", "check the registry's name")):
        store.refused("UNREACHABLE", words, "pull", name)


def test_no_registry_there(store):
    server = Server(lambda handler: reply(handler, 404, b"nothing"))
    try:
        store.refused("UNREACHABLE", "answers, but is no registry", "pull", server.host + "/x")
    finally:
        server.close()


# TLS


def test_tls(store, folder, ca):
    r = Registry(folder, tls=ca)
    try:
        r.push("app", "1", IMAGE)
        name = r.host + "/app:1"
        error = store.refused("UNREACHABLE", "give its CA as \"ca\" in the registries file", "pull", name)
        assert "certificate" in error.lower()
        store.registries = {r.host: {"ca": Ca(folder, "other").cert}}
        store.refused("UNREACHABLE", "give its CA", "pull", name)
        store.registries = {r.host: {"ca": os.path.join(folder, "not-there.pem")}}
        store.refused("UNREACHABLE", "", "pull", name)
        store.registries = {r.host: {"ca": ca.cert}}
        assert store.run("pull", name)["image"] == IMAGE.id
        store.registries = {"localhost:%d" % r.port: {"ca": ca.cert}}
        assert store.run("pull", "localhost:%d/app:1" % r.port)["image"] == IMAGE.id
        store.registries = {r.host: {"insecure": True}}
        assert store.run("pull", name)["image"] == IMAGE.id
    finally:
        r.close()


# passwords and tokens


def test_password(store, folder, ca):
    r = Registry(folder, auth="  htpasswd: {realm: here, path: %s}" % htpasswd(os.path.join(folder, "htpasswd"), "ann", "pa:ss wörd"))
    try:
        r.token = "Basic " + base64.b64encode("ann:pa:ss wörd".encode()).decode()
        r.push("app", "1", IMAGE)
        name = r.host + "/app:1"
        store.refused("DENIED", "give \"username\" and \"password\"", "pull", name)
        store.registries = {r.host: {"username": "ann", "password": "wrong"}}
        error = store.refused("DENIED", "", "pull", name)
        assert "wrong" not in error
        store.registries = {r.host: {"username": "ann", "password": "pa:ss wörd"}}
        assert store.run("pull", name)["image"] == IMAGE.id
        assert_whole(store)
        # Docker's own file is enough
        store.registries = {}
        os.mkdir(store.file(".docker"))
        store.file(".docker/config.json", json.dumps({"auths": {r.host: {"auth": r.token[6:]}}}).encode())
        assert store.run("pull", name)["image"] == IMAGE.id
    finally:
        r.close()


@pytest.mark.parametrize("user", [None, "ann"])
def test_token(store, folder, ca, user):
    service = TokenService(ca, user, "secret")
    r = Registry(folder, auth=service.auth())
    try:
        r.token = "Bearer " + service.token([{"type": "repository", "name": n, "actions": ["pull", "push"]} for n in ("team/app", "other")])
        r.push("team/app", "1", IMAGE)
        name = r.host + "/team/app:1"
        if user:
            store.refused("DENIED", "refuses access without a user name", "pull", name)
            store.registries = {r.host: {"username": user, "password": "wrong"}}
            store.refused("DENIED", "refuses this user name or password", "pull", name)
            store.registries = {r.host: {"username": user, "password": "secret"}}
        assert store.run("pull", name)["image"] == IMAGE.id
        assert set(service.scopes) == {"repository:team/app:pull"}
        assert_whole(store)
        service.words = {"token": "", "access_token": ""}
        store.refused("FAILED", "gave no token", "pull", name)
        service.words = {"token": "a\r\nX-Evil: 1"}
        store.refused("FAILED", "gave no token", "pull", name)
    finally:
        r.close()
        service.close()


def test_a_token_service_without_tls_is_not_asked(store):
    """By a registry that is not this machine, credentials would go over the network in the clear."""
    asked = []
    spy = Server(lambda handler: (asked.append(handler.path), reply(handler, 200, b'{"token": "x"}')))
    server = Server(lambda handler: reply(handler, 401, b"{}", WWW_Authenticate='Bearer realm="ftp://%s/token",service="s"' % spy.host))
    try:
        store.registries = {server.host: {"username": "ann", "password": "secret"}}
        store.refused("FAILED", "does not speak TLS", "pull", server.host + "/x")
        assert asked == []
    finally:
        server.close()
        spy.close()


def test_credentials_stay_with_their_host(store, registry, folder):
    """Blobs may stand elsewhere: who they are fetched from gets no password."""
    seen = []

    def elsewhere(handler):
        seen.append(handler.headers.get("Authorization"))
        r = registry.request("GET", handler.path)
        reply(handler, r.status, r.data)

    other = Server(elsewhere)

    def spoil(handler, status, headers, data):
        if handler.headers.get("Authorization") is None:
            reply(handler, 401, b"{}", WWW_Authenticate='Basic realm="x"')
        elif "/blobs/" in handler.path:
            reply(handler, 307, b"", Location="http://localhost:%d%s" % (other.port, handler.path))
        else:
            return False
        return True

    proxy = Proxy(registry, spoil)
    try:
        store.registries = {proxy.host: {"username": "ann", "password": "secret"}}
        assert store.run("pull", proxy.host + "/team/app:1")["image"] == IMAGE.id
        assert len(seen) == 3 and set(seen) == {None}
    finally:
        proxy.close()
        other.close()


# transfers that break or lie


def breaks(times, after):
    left = [times]

    def spoil(handler, status, headers, data):
        if BIG in handler.path and left[0] > 0:
            left[0] -= 1
            cut(handler, status, headers, data, after)
            return True
        return False

    return spoil


def test_a_broken_transfer_goes_on(store, proxied):
    proxy = proxied(breaks(2, 100000))
    assert store.run("pull", proxy.host + "/team/app:1")["image"] == IMAGE.id
    assert_whole(store)
    ranges = [r for path, r in proxy.blob_requests() if BIG in path]
    assert ranges == [None, "bytes=100000-", "bytes=200000-"]


def test_a_pull_goes_on_where_another_broke(store, proxied):
    """The helper is killed half way: the next one asks for the rest only."""
    stuck = []

    def spoil(handler, status, headers, data):
        if BIG in handler.path and not stuck:
            stuck.append(True)
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data[:150000])
            handler.wfile.flush()
            try:
                handler.rfile.read(1)  # until the helper is gone
            except OSError:
                pass
            handler.close_connection = True
            return True
        return False

    proxy = proxied(spoil)
    helper = store.start("pull", proxy.host + "/team/app:1")
    end = time.monotonic() + 30
    while not (os.path.isdir(store.path + "/partial") and any(size == 150000 for size in store.partials().values())):
        assert time.monotonic() < end
        time.sleep(0.01)
    helper.kill()
    helper.communicate()
    assert store.run("pull", proxy.host + "/team/app:1")["image"] == IMAGE.id
    assert [r for path, r in proxy.blob_requests() if BIG in path] == [None, "bytes=150000-"]
    assert_whole(store)


def test_it_never_comes_whole(store, proxied):
    """Without progress it gives up; what came stays for the next try."""
    def spoil(handler, status, headers, data):
        if BIG in handler.path:
            cut(handler, status, headers, data, 100000 if not handler.headers.get("Range") else 0)
            return True
        return False

    proxy = proxied(spoil)
    last = store.run("pull", proxy.host + "/team/app:1", check=False)
    assert last["code"] == "UNREACHABLE" and store.partials() == {BIG[7:]: 100000}
    assert store.records() == {}
    proxy.spoil = lambda *_: False
    store.run("pull", proxy.host + "/team/app:1")
    assert_whole(store)


def test_a_server_without_ranges(store, proxied):
    inner = breaks(1, 100000)

    def spoil(handler, status, headers, data):
        if inner(handler, status, headers, data):
            return True
        if status == 206:
            headers = {k: v for k, v in headers.items() if k != "Content_Range"}
            r = proxy.upstream.request("GET", handler.path)
            reply(handler, 200, r.data, **headers)
            return True
        return False

    proxy = proxied(spoil)
    assert store.run("pull", proxy.host + "/team/app:1")["image"] == IMAGE.id
    assert_whole(store)


def test_the_rest_is_of_another_thing(store, proxied):
    """What was there from before was bad: it is fetched once more from its start."""
    store.run("import", data=PLAIN)
    os.makedirs(store.path + "/partial", exist_ok=True)
    with open(store.path + "/partial/" + BIG[7:], "wb") as f:
        f.write(b"x" * 100000)
    proxy = proxied(lambda *_: False)
    assert store.run("pull", proxy.host + "/team/app:1")["image"] == IMAGE.id
    assert [r for path, r in proxy.blob_requests() if BIG in path] == ["bytes=100000-", None]
    assert_whole(store)


def flip(data):
    return data[:len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1:]


@pytest.mark.parametrize("which", ["layer", "config", "manifest by digest", "manifest by tag"])
def test_a_lie_is_found_out(store, proxied, which):
    places = {"layer": BIG, "config": IMAGE.id, "manifest by digest": "/manifests/sha256", "manifest by tag": "/manifests/1"}

    def spoil(handler, status, headers, data):
        if places[which] in handler.path:
            reply(handler, status, flip(data), **headers)
            return True
        return False

    proxy = proxied(spoil)
    store.bring(tar([("other", b"stands")]), "--name", "stands")
    name = "/team/app@" + digest(IMAGE.manifest) if "digest" in which else "/team/app:1"
    store.refused("CORRUPT", "the registry or the way to it is broken", "pull", proxy.host + name)
    assert BIG[7:] not in store.partials() or store.partials()[BIG[7:]] == 0


def test_more_than_was_announced(store, proxied):
    def spoil(handler, status, headers, data):
        if BIG in handler.path:
            reply(handler, 200, data + b"more", **headers)
            return True
        return False

    store.bring(tar([("other", b"stands")]), "--name", "stands")
    store.refused("CORRUPT", "sends more than the", "pull", proxied(spoil).host + "/team/app:1")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"schemaVersion": 1}', b"<html>", b'{"config": {}, "layers": []}'])
def test_a_manifest_that_is_none(store, proxied, body):
    def spoil(handler, status, headers, data):
        if "/manifests/" in handler.path:
            reply(handler, 200, body, **{k: v for k, v in headers.items() if k != "Docker_Content_Digest"})
            return True
        return False

    store.bring(tar([("other", b"stands")]), "--name", "stands")
    store.refused("BAD_IMAGE", "", "pull", proxied(spoil).host + "/team/app:1")


def test_a_blob_that_is_missing(store, proxied):
    def spoil(handler, status, headers, data):
        if BIG in handler.path:
            reply(handler, 404, b'{"errors": [{"code": "BLOB_UNKNOWN", "message": "blob unknown to registry"}]}')
            return True
        return False

    store.bring(tar([("other", b"stands")]), "--name", "stands")
    store.refused("NOT_FOUND", "blob unknown to registry", "pull", proxied(spoil).host + "/team/app:1")


def test_a_registry_that_is_ill_for_a_moment(store, proxied):
    left = {"/manifests/": 2, BIG: 2}

    def spoil(handler, status, headers, data):
        for place in left:
            if place in handler.path and left[place] > 0:
                left[place] -= 1
                reply(handler, 503, b"later")
                return True
        return False

    assert store.run("pull", proxied(spoil).host + "/team/app:1")["image"] == IMAGE.id
    assert left == {"/manifests/": 0, BIG: 0}


def test_a_circle_of_redirects(store, proxied):
    def spoil(handler, status, headers, data):
        if "/blobs/" in handler.path:
            reply(handler, 307, b"", Location=handler.path)
            return True
        return False

    last = store.run("pull", proxied(spoil).host + "/team/app:1", check=False)
    assert last["code"] == "UNREACHABLE" and "redirects" in last["error"] and store.records() == {}


def test_a_mirror_is_asked_first(store, registry, proxied):
    proxy = proxied(lambda *_: False)
    store.registries = {"r.example.invalid": {"mirror": proxy.host}}
    got = store.run("pull", "r.example.invalid/team/app:1")
    assert got["name"] == "r.example.invalid/team/app:1" and len(proxy.blob_requests()) == 3
    store.registries = {registry.host: {"mirror": "127.0.0.1:%d" % free_port()}}
    assert store.run("pull", registry.host + "/team/app:1")["image"] == IMAGE.id
    assert any(re.match("mirror .* failed", line.get("status", "")) for line in store.said)


def test_more_than_allowed(store, registry):
    store.bring(tar([("other", b"stands")]), "--name", "stands")
    store.refused("TOO_BIG", "raise --max-bytes", "pull", registry.host + "/team/app:1", "--max-bytes", "100000")


def test_two_pulls_at_once_fetch_once(store, proxied):
    proxy = proxied(lambda *_: time.sleep(0.05) or False)
    helpers = [store.start("pull", proxy.host + "/team/app:1") for _ in range(3)]
    last = [json.loads(h.communicate(timeout=60)[0].splitlines()[-1]) for h in helpers]
    assert [x.get("image") for x in last] == [IMAGE.id] * 3, last
    assert len([path for path, _ in proxy.blob_requests() if BIG in path]) == 1
    assert_whole(store)
