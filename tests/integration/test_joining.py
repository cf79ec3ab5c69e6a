# SPDX-License-Identifier: Apache-2.0
"""Boards that join, stay, are refused and are removed: real heads and nodes, each in a network namespace of its own (tests/lab)."""
import json
import pathlib
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))
from lab import Lab  # noqa: E402
from machine_bed import needs, wait_for  # noqa: E402

pytestmark = needs("openssl")


@pytest.fixture(scope="module")
def lab():
    with Lab(3, images=("busybox",)) as made:
        yield made


def ready(lab, name):
    p = lab.head.sedge("node", "ls", "-o", "json", check=False)
    for node in json.loads(p.stdout)["items"] if p.returncode == 0 else []:
        if node["metadata"]["name"] == name:
            return {c["type"]: c["status"] for c in node["status"]["conditions"]}["Ready"] == "True"
    return False


def pki(host):
    return host.state_dir / "node" / "pki"


def call(host, path, method="GET", body=None, cert=True, ca=True, head="198.51.100.11"):
    """A request to the head with the board's own certificate: (status, JSON)."""
    folder = pki(host)
    argv = ["curl", "-sS", "-o", "-", "-w", "\n%{http_code}", "-X", method, f"https://{head}:6443{path}"]
    argv += ["--cacert", folder / "ca.crt"] if ca else ["-k"]
    argv += ["--cert", folder / "node.crt", "--key", folder / "node.key"] if cert else []
    argv += ["--data-binary", json.dumps(body), "-H", "Content-Type: application/json"] if body is not None else []
    text, _, status = host.inside(*argv).stdout.rpartition("\n")
    return int(status), json.loads(text) if text.strip() else None


def test_boards_are_ready_and_have_ranges_of_their_own(lab):
    nodes = {n["metadata"]["name"]: n for n in json.loads(lab.head.sedge("node", "ls", "-o", "json").stdout)["items"]}
    assert set(nodes) == {"h1", "h2", "h3"}
    ranges = {n["spec"]["podCIDR"] for n in nodes.values()}
    assert len(ranges) == 3
    addresses = {a["address"] for n in nodes.values() for a in n["status"]["addresses"] if a["type"] == "InternalIP"}
    assert addresses == {h.ip for h in lab.hosts}
    assert all(ready(lab, name) for name in nodes)


def test_the_key_never_left_the_board(lab):
    assert (pki(lab[2]) / "node.key").stat().st_mode & 0o777 == 0o600
    assert not list(lab.head.state_dir.rglob("*h2*key*"))
    keys = {(pki(h) / "node.key").read_text() for h in lab.hosts[1:]}
    assert len(keys) == 2


def test_a_container_runs_on_a_joined_board_and_is_reached_through_the_head(lab):
    lab.head.sedge("run", "-d", "--name", "far", "--node", "h2", "busybox", "sh", "-c", "echo hello from afar; sleep 1000")
    try:
        wait_for(lambda: "hello from afar" in lab.head.sedge("logs", "far", check=False).stdout)
        out = lab.head.sedge("exec", "far", "--", "sh", "-c", "ip -o -4 addr show eth0").stdout
        assert " 10.128." in out or " 10.129." in out
        assert [p for p in lab.head.pods() if p["metadata"]["name"] == "far"][0]["spec"]["nodeName"] == "h2"
    finally:
        lab.head.sedge("rm", "-f", "far", check=False)


def test_a_board_comes_back_after_a_power_cut(lab):
    lab[3].off()
    wait_for(lambda: not ready(lab, "h3"), 60)
    lab[3].on()
    wait_for(lambda: ready(lab, "h3"))


def test_joining_again_is_no_harm(lab):
    before = (pki(lab[2]) / "node.key").read_text()
    token = lab.head.sedge("token", "create").stdout.strip()
    lab[2].sedge("node", "join", lab.head.ip, "--token", token, "--name", "h2")
    assert (pki(lab[2]) / "node.key").read_text() == before
    assert ready(lab, "h2")


# -- who is refused --

def refused(host, *argv):
    return host.fails("node", "join", *argv)


@pytest.fixture
def stranger(lab):
    """A fourth board that has joined nothing."""
    from lab import Host
    host = Host(lab, 9)
    yield host
    host.close()


def test_an_old_token_and_a_used_one(lab, stranger):
    old = lab.head.sedge("token", "create", "--ttl", "1s").stdout.strip()
    used = lab.head.sedge("token", "create").stdout.strip()
    status, _ = call(lab[2], "/sedge/v1/join", "POST", {"token": used, "name": "other", "csr": csr(stranger, "other")}, cert=False)
    assert status == 201
    assert "was used already" in refused(stranger, lab.head.ip, "--token", used, "--name", "h9")
    time.sleep(1.2)
    assert "time is over" in refused(stranger, lab.head.ip, "--token", old, "--name", "h9")
    log = (lab.head.run_dir / "head.log").read_text()
    assert "node=h9 is refused: this token was used already" in log and "node=h9 is refused: this token's time is over" in log


def test_a_token_that_nobody_made_and_one_that_was_taken_back(lab, stranger):
    token = lab.head.sedge("token", "create").stdout.strip()
    forged = token.replace("sedge-join-", "sedge-join-" + ("a" if token[11] != "a" else "b"), 1)[:11] + ("a" if token[11] != "a" else "b") + token[12:]
    assert "does not know this token" in refused(stranger, lab.head.ip, "--token", forged, "--name", "h9")
    made = json.loads(lab.head.sedge("token", "ls", "-o", "json").stdout)["items"]
    for item in made:
        lab.head.sedge("token", "rm", item["id"])
    assert "does not know this token" in refused(stranger, lab.head.ip, "--token", token, "--name", "h9")
    assert "no token of a cluster" in refused(stranger, lab.head.ip, "--token", "nonsense", "--name", "h9")


def test_a_foreign_head_gets_no_token(lab, stranger):
    """Somebody who answers in the head's place with a CA of his own: the board tells him nothing."""
    token = lab.head.sedge("token", "create").stdout.strip()
    wrong = token[:-32] + ("0" * 32)
    err = refused(stranger, lab.head.ip, "--token", wrong, "--name", "h9")
    assert "not the head that the token is for" in err and "nothing was sent" in err
    assert "0 of 1" in lab.head.sedge("token", "ls").stdout


def csr(host, name, key=None):
    """A certificate request made by openssl, with a key of its own."""
    key = key or host.dir / "stray.key"
    if not key.exists():
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key], check=True)
    return subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", f"/CN=system:node:{name}"], check=True, capture_output=True, text=True).stdout


def test_a_name_that_is_taken(lab, stranger):
    token = lab.head.sedge("token", "create", "--uses", "0").stdout.strip()
    assert "is there already, with another key" in refused(stranger, lab.head.ip, "--token", token, "--name", "h2")
    assert "is the head's own machine" in refused(stranger, lab.head.ip, "--token", token, "--name", "h1")
    assert ready(lab, "h2")


def test_a_certificate_for_another_name(lab, stranger):
    token = lab.head.sedge("token", "create", "--uses", "0").stdout.strip()
    status, v = call(lab[2], "/sedge/v1/join", "POST", {"token": token, "name": "h8", "csr": csr(stranger, "h3")}, cert=False)
    assert status == 400 and "made out to 'system:node:h3'" in v["message"]
    status, v = call(lab[2], "/sedge/v1/nodes/h3/certificate", "POST", {"csr": csr(stranger, "h3")})
    assert status == 403 and "keeps another key" in v["message"]
    own = subprocess.run(["openssl", "req", "-new", "-key", pki(lab[2]) / "node.key", "-subj", "/CN=system:node:h3"], check=True, capture_output=True, text=True).stdout
    assert call(lab[2], "/sedge/v1/nodes/h3/certificate", "POST", {"csr": own})[0] == 403


def test_a_node_may_do_only_what_concerns_it(lab):
    assert call(lab[2], "/api/v1/nodes/h2")[0] == 200
    for path in ("/api/v1/nodes/h3", "/api/v1/nodes", "/api/v1/pods", "/api/v1/namespaces/default/pods", "/sedge/v1/join-tokens", "/apis/sedge.dev/v1/applications"):
        assert call(lab[2], path)[0] == 403, path
    for path in ("/sedge/v1/nodes/h3/link", "/sedge/v1/nodes/h3/stream", "/sedge/v1/nodes/h2/stream", "/sedge/v1/join-tokens", "/sedge/v1/credentials", "/api/v1/namespaces/default/pods"):
        assert call(lab[2], path, "POST", {})[0] == 403, path
    assert call(lab[2], "/api/v1/nodes/h2", "DELETE")[0] == 403
    assert call(lab[2], "/api/v1/nodes/h2", cert=False)[0] == 401


def test_a_certificate_of_a_foreign_ca(lab, stranger):
    d = stranger.dir
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", d / "ca.key", "-out", d / "ca.crt",
                    "-subj", "/CN=sedge", "-days", "2"], check=True, capture_output=True)
    (d / "r.csr").write_text(csr(stranger, "h2"))
    subprocess.run(["openssl", "x509", "-req", "-in", d / "r.csr", "-CA", d / "ca.crt", "-CAkey", d / "ca.key", "-CAcreateserial", "-out", d / "n.crt", "-days", "1"], check=True, capture_output=True)
    p = stranger.inside("curl", "-sSk", "-o", "/dev/null", "-w", "%{http_code}", "--cert", d / "n.crt", "--key", d / "stray.key", f"https://{lab.head.ip}:6443/api/v1/nodes/h2", check=False)
    assert p.stdout in ("401", "000")


def test_a_removed_board_has_no_rights_any_more(lab, stranger):
    token = lab.head.sedge("token", "create", "--uses", "0").stdout.strip()
    stranger.sedge("node", "join", lab.head.ip, "--token", token, "--name", "h9")
    assert ready(lab, "h9")
    lab.head.sedge("node", "rm", "h9")
    wait_for(lambda: call(stranger, "/api/v1/nodes/h9")[0] == 401)
    wait_for(lambda: "keeps another key" in (stranger.run_dir / "node.log").read_text())
    assert "h9" not in lab.head.sedge("node", "ls").stdout
    fresh = lab.head.sedge("token", "create").stdout.strip()
    stranger.sedge("node", "join", lab.head.ip, "--token", fresh, "--name", "h9")
    wait_for(lambda: ready(lab, "h9"))
    stranger.sedge("node", "leave")
    assert not pki(stranger).exists()
    lab.head.sedge("node", "rm", "h9")


# -- one LAN --

def test_pods_of_different_boards_reach_each_other(lab):
    lab.head.sedge("run", "-d", "--name", "here", "--node", "h1", "busybox", "sleep", "1000")
    lab.head.sedge("run", "-d", "--name", "there", "--node", "h2", "busybox", "sh", "-c", "while true; do echo hello | nc -l -p 8080; done")
    try:
        far = wait_for(lambda: [p["status"].get("podIP") for p in lab.head.pods() if p["metadata"]["name"] == "there"][0])
        assert far.startswith("10.128.") or far.startswith("10.129.")
        assert "hello" in wait_for(lambda: lab.head.sedge("exec", "here", "--", "nc", "-w", "2", far, "8080", check=False).stdout)
    finally:
        for name in ("here", "there"):
            lab.head.sedge("rm", "-f", name, check=False)


def test_routes_to_other_boards_come_and_go(lab):
    def routes(host):
        return [line for line in host.inside("ip", "route").stdout.splitlines() if " via " in line and "proto 83" in line]
    assert len(wait_for(lambda: len(routes(lab[2])) == 2 and routes(lab[2]))) == 2
    assert {r.split()[2] for r in routes(lab[2])} == {lab[1].ip, lab[3].ip}
    assert len(routes(lab.head)) == 2
    lab[3].sedge("down")
    assert not routes(lab[3])
    lab[3].sedge("up")
    assert len(wait_for(lambda: len(routes(lab[3])) == 2 and routes(lab[3]))) == 2
