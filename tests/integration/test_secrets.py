# SPDX-License-Identifier: Apache-2.0
"""Secrets in the head: kubectl's and sedge's ways to them, and what a copy of the disk gives away."""
import base64
import json
import os
import pathlib
import pty
import select
import subprocess

import pytest

from head_bed import Head, needs, wait_for
from secret_marks import files_with, spellings

SEDGE = pathlib.Path(os.environ.get("SEDGE_BUILD", pathlib.Path(__file__).parents[2] / "build")).resolve() / "sedge"
pytestmark = needs("kubectl", "curl")
MARK = "marker-5f2c9e-password"


@pytest.fixture
def head():
    with Head() as h:
        yield h


def sedge(head, *argv, check=True, **kw):
    p = subprocess.run([SEDGE, "--run", head.run, "--state", head.state, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                       timeout=60, **({} if "input" in kw else {"stdin": subprocess.DEVNULL}), **kw)
    assert not check or p.returncode == 0, p.stdout + p.stderr
    return p


def test_kubectl(head):
    (head.dir / "bytes").write_bytes(bytes(range(256)))
    made = head.kubectl("create", "secret", "generic", "db", f"--from-literal=password={MARK}", f"--from-file=pem={head.dir}/bytes")
    assert "secret/db created" in made.stdout
    lines = head.kubectl("get", "secrets").stdout.splitlines()
    assert lines[0].split() == ["NAME", "TYPE", "DATA", "AGE"] and lines[1].split()[:3] == ["db", "Opaque", "2"]
    got = json.loads(head.kubectl("get", "secret", "db", "-o", "json").stdout)
    assert base64.b64decode(got["data"]["password"]).decode() == MARK and base64.b64decode(got["data"]["pem"]) == bytes(range(256))
    assert "exists" in head.kubectl("create", "secret", "generic", "db", "--from-literal=a=b", check=False).stderr
    head.kubectl("create", "namespace", "other")
    head.kubectl("-n", "other", "create", "secret", "generic", "db", "--from-literal=a=b")
    refused = head.kubectl("create", "deployment", "d", "--image=x", check=False)
    assert refused.returncode == 1 and "objects of kind 'Deployment' are not read in protobuf" in refused.stderr
    shown = head.kubectl("describe", "secret", "db").stdout
    assert f"password:  {len(MARK)} bytes" in shown and MARK not in shown
    text = head.kubectl("create", "secret", "generic", "db", f"--from-literal=password={MARK}-2", "--dry-run=client", "-o", "yaml").stdout
    assert "configured" in head.kubectl("apply", "-f", "-", input=text).stdout
    assert head.kubectl("explain", "secret.stringData").returncode == 0
    assert not files_with(MARK, head.state), "also what apply noted in an annotation is sealed"
    assert MARK not in head.log()
    head.kubectl("delete", "secret", "db")
    assert head.kubectl("get", "secret", "db", check=False).returncode == 1


def test_watch_tells_values_and_the_disk_does_not(head):
    lines = head.watch("/api/v1/secrets?watch=1")
    head.post("/api/v1/namespaces/default/secrets", {"metadata": {"name": "a"}, "stringData": {"k": MARK}})
    event = next(lines)
    assert event["type"] == "ADDED" and base64.b64decode(event["object"]["data"]["k"]).decode() == MARK
    head.ask("DELETE", "/api/v1/namespaces/default/secrets/a")
    event = next(lines)
    assert event["type"] == "DELETED" and event["object"]["metadata"]["name"] == "a"
    assert not files_with(MARK, head.state)


def test_sedge_secret(head):
    (head.dir / "key").write_bytes(b"\0\1\2")
    made = sedge(head, "secret", "set", "db", "password=-", f"pem=@{head.dir}/key", "user=shop", input=MARK)
    assert made.stdout == "Secret db made.\n"
    assert sedge(head, "secret", "ls").stdout.splitlines()[1].split()[:2] == ["db", "password,pem,user"]
    assert sedge(head, "secret", "ls", "-o", "name").stdout == "db\n"
    shown = sedge(head, "secret", "show", "db").stdout
    assert "password" in shown and f"{len(MARK)} B" in shown
    listed = json.loads(sedge(head, "secret", "show", "db", "-o", "json").stdout)
    assert listed["sizes"] == {"password": len(MARK), "pem": 3, "user": 4} and "data" not in listed
    everything = shown + json.dumps(listed) + sedge(head, "secret", "ls", "-o", "json").stdout + sedge(head, "secret", "ls", "-o", "yaml").stdout
    assert not any(s.decode() in everything for s in spellings(MARK))
    refused = sedge(head, "secret", "show", "db", "--reveal", check=False)
    assert refused.returncode == 1 and "terminal only" in refused.stderr and MARK not in refused.stdout + refused.stderr
    assert sedge(head, "secret", "set", "db", "user=other").stdout == "Secret db changed.\n"
    sedge(head, "secret", "unset", "db", "pem")
    data = head.get("/api/v1/namespaces/default/secrets/db").json["data"]
    assert {k: base64.b64decode(v).decode() for k, v in data.items()} == {"password": MARK, "user": "other"}
    assert "did you mean" in sedge(head, "secret", "sett", "db", check=False).stderr
    assert "KEY=@FILE" in sedge(head, "secret", "set", "db", "user", check=False).stderr
    assert sedge(head, "secret", "rm", "db").stdout == "Secret db removed.\n"
    assert sedge(head, "secret", "rm", "db", check=False).returncode == 1


def on_a_terminal(head, *argv, say=None):
    ours, theirs = pty.openpty()
    p = subprocess.Popen([SEDGE, "--run", head.run, "--state", head.state, *argv], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    text = b""
    try:
        while select.select([ours], [], [], 30)[0] and (more := os.read(ours, 4096)):
            text += more
            if say and text.endswith(b": "):
                os.write(ours, say)
                say = None
    except OSError:
        pass
    os.close(ours)
    return p.wait(20), text.decode()


def test_on_a_terminal(head):
    code, text = on_a_terminal(head, "secret", "set", "db", "password=-", say=f"{MARK}\n".encode())
    assert code == 0 and "password: " in text and MARK not in text, "it is not echoed"
    code, text = on_a_terminal(head, "secret", "show", "db")
    assert code == 0 and MARK not in text
    code, text = on_a_terminal(head, "secret", "show", "db", "--reveal")
    assert code == 0 and f"password={MARK}" in text
    code, text = on_a_terminal(head, "secret", "set", "db", "other=-", say=b"half\x03")
    assert code == 1 and "nothing was given" in text


def test_a_value_leaves_the_arguments(head):
    """While it is being sent, a value given on the command line no longer stands in /proc."""
    head.process.send_signal(19)  # it answers nobody
    p = subprocess.Popen([SEDGE, "--run", head.run, "--state", head.state, "secret", "set", "db", f"password={MARK}"], stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: b"****" in pathlib.Path(f"/proc/{p.pid}/cmdline").read_bytes())
        assert MARK.encode() not in pathlib.Path(f"/proc/{p.pid}/cmdline").read_bytes()
    finally:
        head.process.send_signal(18)
    assert p.wait(20) == 0


def test_the_key(head):
    key = head.state / "head/pki/secrets.key"
    assert not key.exists(), "it is made with the first secret"
    sedge(head, "secret", "set", "db", "password=-", input=MARK)
    assert key.stat().st_mode & 0o777 == 0o600
    kept = key.read_text()
    # A head that comes again finds it.
    head.kill()
    head.start()
    assert base64.b64decode(head.get("/api/v1/namespaces/default/secrets/db").json["data"]["password"]).decode() == MARK
    # Lost: said at the start, at each read and at each write; never made anew over what it would hide.
    head.stop()
    key.unlink()
    head.start()
    assert "secrets.key, is not there: restore it" in head.log()
    answer = head.get("/api/v1/namespaces/default/secrets/db")
    assert answer.status == 500 and "restore it from a backup" in answer.json["message"]
    refused = sedge(head, "secret", "set", "other", "a=b", check=False)
    assert refused.returncode == 1 and "restore it from a backup" in refused.stderr
    assert not key.exists()
    listed = head.get("/api/v1/secrets").json["items"]
    assert [s["metadata"]["name"] for s in listed] == ["db"] and "data" not in listed[0]
    # Given up: what is sealed is removed, and there is a new one.
    sedge(head, "secret", "rm", "--force", "db")
    sedge(head, "secret", "set", "db", "password=new")
    assert key.exists() and key.read_text() != kept
    # Open to others: refused.
    head.stop()
    key.chmod(0o644)
    head.start()
    assert "can be read by others" in head.log()
    head.stop()
    key.chmod(0o600)
    head.start()
    assert head.get("/api/v1/namespaces/default/secrets/db").status == 200


def test_a_backup_of_the_store_opens_elsewhere_with_the_key_only(head):
    sedge(head, "secret", "set", "db", "password=-", input=MARK)
    head.stop()
    with Head() as other:
        other.stop()
        for name in ("store.db", "store.db-wal"):
            if (head.state / "head/store" / name).exists():
                (other.state / "head/store" / name).write_bytes((head.state / "head/store" / name).read_bytes())
        other.start()
        assert other.get("/api/v1/namespaces/default/secrets/db").status == 500
        other.stop()
        (other.state / "head/pki/secrets.key").write_bytes((head.state / "head/pki/secrets.key").read_bytes())
        (other.state / "head/pki/secrets.key").chmod(0o600)
        other.start()
        assert other.get("/api/v1/namespaces/default/secrets/db").status == 200
    head.start()


def test_inputs_of_an_application_that_kubectl_applies(head):
    """Where the template cannot be read, all inputs count as sensitive; also what kubectl notes of them is a reference."""
    app = {"apiVersion": "sedge.dev/v1", "kind": "Application", "metadata": {"name": "shop"},
           "spec": {"source": {"bundle": "sha256:" + "0" * 64, "entry": "shop.yaml", "inputs": {"password": MARK, "port": 80, "none": None}}}}
    head.kubectl("apply", "--validate=false", "-f", "-", input=json.dumps(app))
    got = head.get("/apis/sedge.dev/v1/namespaces/default/applications/shop").json
    ref = got["spec"]["source"]["inputs"]["password"]["get_secret"]
    note = json.loads(got["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"])
    assert note["spec"]["source"]["inputs"]["password"]["get_secret"] == ref and ref[0] == "shop-inputs"
    data = head.get("/api/v1/namespaces/default/secrets/shop-inputs").json["data"]
    assert base64.b64decode(data[ref[1]]).decode() == MARK
    # The same again changes nothing; another value has another mark, and the former one is kept while something refers to it.
    version = got["metadata"]["resourceVersion"]
    head.kubectl("apply", "--validate=false", "-f", "-", input=json.dumps(app))
    again = head.get("/apis/sedge.dev/v1/namespaces/default/applications/shop").json
    assert again["spec"] == got["spec"], (version, again)
    app["spec"]["source"]["inputs"]["password"] = MARK + "-2"
    head.kubectl("apply", "--validate=false", "-f", "-", input=json.dumps(app))
    other = head.get("/apis/sedge.dev/v1/namespaces/default/applications/shop").json["spec"]["source"]["inputs"]["password"]["get_secret"]
    assert other != ref
    assert not files_with(MARK, head.state)
    # A secret of that name that is somebody else's is not touched.
    sedge(head, "secret", "set", "web-inputs", "a=b")
    app["metadata"]["name"] = "web"
    refused = head.kubectl("apply", "--validate=false", "-f", "-", input=json.dumps(app), check=False)
    assert refused.returncode == 1 and "web-inputs" in refused.stderr and MARK not in refused.stderr
    # A dry run stores nothing.
    app["metadata"]["name"] = "dry"
    head.kubectl("apply", "--validate=false", "--dry-run=server", "-f", "-", input=json.dumps(app))
    names = [s["metadata"]["name"] for s in head.get("/api/v1/secrets").json["items"]]
    assert names == ["shop-inputs", "web-inputs"]
    head.kubectl("delete", "application", "shop")
    wait_for(lambda: head.get("/api/v1/namespaces/default/secrets/shop-inputs").status == 404)
    assert not files_with(MARK, head.state) and MARK not in head.log()
