# SPDX-License-Identifier: Apache-2.0
"""A hundred wrong inputs: each gives one clear error that names its place, and leaves everything as it was."""
import json
import os
import re
import subprocess
import textwrap

import pytest

from machine_bed import ROOT, SEDGE, Machine, image_archive, needs, run, wait_for

pytestmark = needs("busybox")
INVALID = sorted((ROOT / "tests/templates/invalid").glob("*.yaml"))


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


def everything(m):
    """All that must not change: objects (but for events), images, containers and volumes on disk."""
    objects = {}
    for path in ("/api/v1/pods", "/api/v1/services", "/apis/apps/v1/deployments", "/apis/sedge.dev/v1/applications", "/apis/sedge.dev/v1/volumes", "/api/v1/namespaces"):
        for item in m.api(path)["items"]:
            objects[path, item["metadata"]["name"]] = item["metadata"]["resourceVersion"]
    disk = sorted(str(p) for top in ("containers", "volumes", "images") for p in (m.state_dir / top).glob("*/*"))
    ports = m.inside("ss", "-Hlntu").stdout
    return objects, disk, ports


@pytest.fixture
def unchanged(machine):
    before = everything(machine)
    yield machine
    assert everything(machine) == before


def web(properties="", artifact='file: "busybox:latest"', inputs="", more="", requirements="", version="tosca_simple_yaml_1_3", kind="sedge.nodes.Container"):
    text = f"tosca_definitions_version: {version}\nimports: [ sedge.yaml ]\ntopology_template:\n"
    if inputs:
        text += "  inputs:\n" + textwrap.indent(inputs, "    ") + "\n"
    text += f"  node_templates:\n    web:\n      type: {kind}\n"
    if properties:
        text += "      properties:\n" + textwrap.indent(properties, "        ") + "\n"
    if requirements:
        text += "      requirements:\n" + textwrap.indent(requirements, "        ") + "\n"
    if artifact:
        text += f"      artifacts:\n        image: {{ type: tosker.artifacts.Image.Service, {artifact} }}\n"
    return text + textwrap.indent(more, "    ")


# Templates that are refused before anything is written: name -> (text, what the error says, and where).
TEMPLATES = {
    "empty": ("", r"bad\.yaml:1"),
    "not yaml": ("a: [1, 2\n", r"bad\.yaml:\d+:\d+: "),
    "tab": ("topology_template:\n\tnode_templates:\n", r"bad\.yaml:2:"),
    "binary": ("\x01\x02", r"bad\.yaml"),
    "two documents": ("a: 1\n---\nb: 2\n", r"bad\.yaml:\d+:"),
    "doubled key": (web("ports: { 80: 1 }\nports: { 80: 2 }"), r"bad\.yaml:\d+:\d+: .*ports"),
    "no version": ("topology_template: {}\n", r"bad\.yaml:1:\d+: .*tosca_definitions_version"),
    "unknown version": (web(version="tosca_simple_yaml_9_9"), r"bad\.yaml:1:\d+: .*tosca_simple_yaml_9_9"),
    "unknown node type": (web(kind="sedge.nodes.Containr"), r"bad\.yaml:6:\d+: .*sedge\.nodes\.Containr.*did you mean 'sedge\.nodes\.Container'"),
    "unknown key": (web(more="  colour: red\n"), r"bad\.yaml:\d+:\d+: .*colour"),
    "unknown property": (web("memry: 64 MB"), r"bad\.yaml:8:\d+: .*memry.*did you mean 'memory'"),
    "wrong property type": (web("ports: yes please"), r"bad\.yaml:8:\d+: .*ports"),
    "wrong unit": (web("memory: 64 parsecs"), r"bad\.yaml:8:\d+: .*memory.*"),
    "unknown target": (web(requirements="- connection: databse"), r"bad\.yaml:8:\d+: .*databse"),
    "unknown requirement": (web(requirements="- conection: web"), r"bad\.yaml:8:\d+: .*conection.*did you mean 'connection'"),
    "unknown input": (web("ports: { 80: { get_input: prt } }", inputs="port: { type: integer, default: 8070 }"), r"bad\.yaml:\d+:\d+: .*prt.*did you mean 'port'"),
    "unknown function target": (web("command: { get_property: [ wbe, command ] }"), r"bad\.yaml:8:\d+: .*wbe"),
    "constraint": (web(inputs="port: { type: integer, default: 99, constraints: [ { in_range: [ 1000, 2000 ] } ] }"), r"bad\.yaml:\d+:\d+: .*99"),
    "import missing": (web().replace("[ sedge.yaml ]", "[ sedge.yaml, nowhere.yaml ]"), r"bad\.yaml:2:\d+: .*nowhere\.yaml"),
    "import by URL": (web().replace("[ sedge.yaml ]", "[ \"https://example.invalid/x.yaml\" ]"), r"bad\.yaml:2:\d+: .*example\.invalid"),
    "host circle": (web(more="a:\n  type: sedge.nodes.Software\n  requirements: [ host: b ]\nb:\n  type: sedge.nodes.Software\n  requirements: [ host: a ]\n"), r"bad\.yaml.*\b[ab]\b"),
    "dependency circle": (web(requirements="- dependency: b", more='b:\n  type: sedge.nodes.Container\n  requirements: [ dependency: web ]\n'
                              '  artifacts:\n    image: { type: tosker.artifacts.Image.Service, file: "busybox:latest" }\n'), r"(circle|cycle|each other|depend)"),
    "software without host": (web(kind="sedge.nodes.Software", artifact=""), r"bad\.yaml:\d+:\d+: .*web.*host"),
    "script missing": (web(more="app:\n  type: sedge.nodes.Software\n  requirements: [ host: web ]\n  interfaces:\n    Standard:\n      create: scripts/none.sh\n"),
                       r"bad\.yaml:\d+:\d+: .*scripts/none\.sh"),
    "no image": (web(artifact=""), r"bad\.yaml:\d+:\d+: .*web.*image"),
    "bad image name": (web(artifact='file: "Busy box:latest"'), r"bad\.yaml:\d+:\d+: .*Busy box"),
    "port out of range": (web("ports: { 80: 70000 }"), r"bad\.yaml:\d+:\d+: .*70000"),
    "port is no number": (web("ports: { http: 8070 }"), r"bad\.yaml:\d+:\d+: .*http"),
    "one host port twice": (web("ports: { 80: 8070, 81: 8070 }"), r"8070"),
    "two components, one host port": (web("ports: { 80: 8070 }", more='b:\n  type: sedge.nodes.Container\n  properties: { ports: { 80: 8070 } }\n'
                                          '  artifacts:\n    image: { type: tosker.artifacts.Image.Service, file: "busybox:latest" }\n'), r"8070"),
    "environment is a list": (web("env_variable: [ a ]"), r"bad\.yaml:8:\d+: .*env_variable"),
    "share_data relative": (web("share_data: { etc: etc }"), r"bad\.yaml:\d+:\d+: .*share_data"),
    "volume without location": (web(requirements="- storage: disk", more="disk:\n  type: sedge.nodes.Volume\n"), r"bad\.yaml:\d+:\d+: .*location"),
    "storage on a container": (web(requirements="- storage: web"), r"bad\.yaml:\d+:\d+: .*web"),
    "type that sedge cannot run": (web(more="box:\n  type: tosca.nodes.Compute\n"), r"bad\.yaml:\d+:\d+: .*box.*tosca\.nodes\.Compute"),
    "unclosed quote in a command": (web("command: sh -c 'x"), r"command|quote"),
    "billion laughs": ("a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)), r"bad\.yaml"),
    "deep": ("a: " + "[" * 100000 + "\n", r"bad\.yaml:1:"),
    "large": ("a: " + "x" * (10 << 20) + "\n", r"bad\.yaml"),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_deploy_of_a_bad_template(unchanged, tmp_path, name):
    text, says = TEMPLATES[name]
    (tmp_path / "bad.yaml").write_text(text)
    said = unchanged.fails("deploy", tmp_path / "bad.yaml")
    assert re.search(says, said), said
    assert len(said) < 4000, "one clear error, not a flood"


@pytest.mark.parametrize("path", INVALID, ids=lambda p: p.stem)
def test_deploy_of_the_invalid_templates(unchanged, path):
    said = unchanged.fails("deploy", path)
    assert re.search(r"\.yaml:\d+(:\d+)?: ", said), said


# Words on the command line: arguments -> (exit status, what is said).
COMMANDS = {
    "no such verb": (["deplyo"], 2, "did you mean 'deploy'"),
    "no such option": (["deploy", "--quik", "x.yaml"], 2, "--quik"),
    "deploy nothing": (["deploy"], 2, "sedge deploy"),
    "deploy a missing file": (["deploy", "/nowhere/x.yaml"], 1, "/nowhere/x.yaml"),
    "deploy a folder without template": (["deploy", "/proc/sys"], 1, "/proc/sys"),
    "deploy with a bad name": (["deploy", "PAIR", "--name", "Not A Name"], 2, "Not A Name"),
    "deploy with an unknown input": (["deploy", "PAIR", "-i", "prt=1"], 1, "prt"),
    "deploy with an input of another type": (["deploy", "PAIR", "-i", "port=many"], 1, "many"),
    "deploy with an input without value": (["deploy", "PAIR", "-i", "port"], 2, "port"),
    "deploy with a missing inputs file": (["deploy", "PAIR", "--inputs", "/nowhere/in.yaml"], 1, "/nowhere/in.yaml"),
    "deploy with a missing plan": (["deploy", "PAIR", "--plan", "/nowhere/a.plan"], 1, "/nowhere/a.plan"),
    "describe an unknown application": (["describe", "app", "nobody"], 1, "nobody"),
    "outputs of an unknown application": (["outputs", "nobody"], 1, "nobody"),
    "undeploy an unknown application": (["undeploy", "nobody"], 1, "nobody"),
    "logs of nothing": (["logs", "nobody/web"], 1, "nobody"),
    "exec in nothing": (["exec", "nobody/web", "true"], 1, "nobody"),
    "start nothing": (["start", "nobody"], 1, "nobody"),
    "stop nothing": (["stop", "nobody"], 1, "nobody"),
    "scale nothing": (["scale", "nobody/web", "2"], 1, "nobody"),
    "scale by a word": (["scale", "nobody/web", "two"], 2, "two"),
    "scale below nought": (["scale", "nobody/web", "-1"], 2, "-1"),
    "unknown output format": (["apps", "-o", "xml"], 2, "xml"),
    "run nothing": (["run"], 2, "sedge run"),
    "run an image with a bad name": (["run", "UPPER case", "true"], 1, "UPPER case"),
    "run with a bad port": (["run", "-p", "80:99999", "busybox", "true"], 2, "99999"),
    "run with a relative mount": (["run", "-v", "here:there", "busybox", "true"], 2, "there"),
    "run with a bad size": (["run", "--memory", "much", "busybox", "true"], 2, "much"),
    "import a missing file": (["image", "import", "/nowhere.tar"], 1, "/nowhere.tar"),
    "import what is no image": (["image", "import", "/etc/hostname"], 1, "/etc/hostname"),
    "remove an unknown image": (["image", "rm", "nothere"], 1, "nothere"),
    "pull a bad name": (["image", "pull", "::::"], 1, "::::"),
    "pull from nobody": (["image", "pull", "127.0.0.1:9/nothing:1"], 1, "127.0.0.1:9"),
    "validate nothing": (["validate"], 2, "sedge validate"),
    "plan with a broken plan": (["plan", "PAIR", "--plan", "/etc/hostname"], 1, "line 1"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_words(unchanged, name):
    words, code, says = COMMANDS[name]
    pair = str(ROOT / "tests/integration/apps/pair/pair.yaml")
    said = unchanged.fails(*[pair if w == "PAIR" else w for w in words], code=code)
    assert says in said, said


# Bodies sent to the API: (method, path, body) -> (status, what the message names).
BODIES = {
    "no JSON": ("POST", "/api/v1/namespaces/default/pods", "{", 400, ""),
    "another kind": ("POST", "/api/v1/namespaces/default/pods", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}}, 422, "kind"),
    "no containers": ("POST", "/api/v1/namespaces/default/pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {}}, 422, "spec.containers"),
    "unknown field": ("POST", "/api/v1/namespaces/default/pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"},
                      "spec": {"containers": [{"name": "c", "image": "busybox", "livenessProbee": {}}]}}, 422, "spec.containers[0].livenessProbee"),
    "bad name": ("POST", "/api/v1/namespaces/default/pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "X Y"},
                 "spec": {"containers": [{"name": "c", "image": "busybox"}]}}, 422, "metadata.name"),
    "unknown namespace": ("POST", "/api/v1/namespaces/none/pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"},
                          "spec": {"containers": [{"name": "c", "image": "busybox"}]}}, 404, "none"),
    "negative replicas": ("POST", "/apis/apps/v1/namespaces/default/deployments", {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"},
                          "spec": {"replicas": -1, "selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}},
                                   "spec": {"containers": [{"name": "c", "image": "busybox"}]}}}}, 422, "spec.replicas"),
    "unknown path": ("GET", "/api/v1/namespaces/default/podz", None, 404, ""),
    "unknown pod": ("GET", "/api/v1/namespaces/default/pods/none", None, 404, "none"),
    "patch of nothing": ("PATCH", "/apis/sedge.dev/v1/namespaces/default/applications/none", {"spec": {}}, 404, "none"),
    "the default namespace": ("DELETE", "/api/v1/namespaces/default", None, 409, "default"),
    "a bundle of another digest": ("PUT", "/sedge/v1/bundles/sha256:" + "0" * 64, {"files": {}}, 400, ""),
}


@pytest.mark.parametrize("name", BODIES)
def test_wrong_bodies(unchanged, name):
    method, path, body, code, says = BODIES[name]
    kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
    data = [] if body is None else ["-H", f"Content-Type: {kind}", "--data-binary", body if isinstance(body, str) else json.dumps(body)]
    p = unchanged.inside("curl", "-sS", "-g", "--unix-socket", unchanged.run_dir / "api.sock", "-X", method, *data, "http://sedge" + path)
    status = json.loads(p.stdout)
    assert status["kind"] == "Status" and status["status"] == "Failure" and status["code"] == code, status
    assert says in status["message"], status


def one(tmp_path, name, *args, **kw):
    path = tmp_path / f"{name}.yaml"
    path.write_text(web(*args, **kw))
    return path


def test_an_image_that_is_not_there(unchanged, tmp_path):
    said = unchanged.fails("deploy", one(tmp_path, "noimage", artifact='file: "127.0.0.1:9/none:1"'), timeout=120)
    assert "web" in said and "127.0.0.1:9/none:1" in said
    unchanged.sedge("undeploy", "noimage")


def test_a_port_that_is_taken(unchanged, tmp_path):
    server = subprocess.Popen(["nsenter", f"--net=/run/netns/{unchanged.ns}", "/usr/bin/python3", "-m", "http.server", "8070"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        wait_for(lambda: ":8070" in unchanged.inside("ss", "-Hlnt").stdout)
        said = unchanged.fails("deploy", one(tmp_path, "taken", "ports: { 80: 8070 }"))
        assert "8070" in said and "python" in said
        unchanged.sedge("undeploy", "taken")
    finally:
        server.kill()
        server.wait()


def test_a_program_that_is_not_in_the_image(unchanged, tmp_path):
    said = unchanged.fails("deploy", one(tmp_path, "noprog", "command: /no/such/program"))
    assert "web" in said and "/no/such/program" in said
    unchanged.sedge("undeploy", "noprog")


def test_a_user_that_is_not_in_the_image(unchanged, tmp_path):
    said = unchanged.fails("deploy", one(tmp_path, "nouser", "user: bob"))
    assert "web" in said and "bob" in said
    unchanged.sedge("undeploy", "nouser")


def test_a_program_that_fails_at_once(unchanged, tmp_path):
    said = unchanged.fails("deploy", one(tmp_path, "crash", "command: sh -c 'echo the reason >&2; exit 7'\nrestart: always"), timeout=120)
    assert "web" in said and "7" in said and "the reason" in said
    unchanged.sedge("undeploy", "crash")


def test_a_mount_that_is_not_there(unchanged, tmp_path):
    said = unchanged.fails("deploy", one(tmp_path, "nomount", "share_data: { /in: /nowhere/at/all }"))
    assert "/nowhere/at/all" in said
    unchanged.sedge("undeploy", "nomount")


def test_a_component_that_the_application_has_not(unchanged, tmp_path):
    unchanged.sedge("deploy", one(tmp_path, "one", "command: sleep 1000"))
    for words in (["logs", "one/wbe"], ["exec", "one/wbe", "true"], ["scale", "one/wbe", "2"], ["stop", "one/wbe"], ["outputs", "one", "none"]):
        assert words[1].split("/")[-1] in unchanged.fails(*words) or "none" in unchanged.fails(*words)
    unchanged.sedge("undeploy", "one")


def test_no_permission(unchanged, tmp_path):
    template = one(tmp_path, "one")
    os.chmod(tmp_path, 0o755)
    p = unchanged.inside("setpriv", "--reuid", "65534", "--clear-groups", "cat", unchanged.run_dir / "api.sock", check=False)
    assert p.returncode != 0
    os.chmod(unchanged.dir, 0o755)
    q = unchanged.inside("setpriv", "--reuid", "65534", "--clear-groups", SEDGE, "apps", env=unchanged.env, check=False)
    assert q.returncode == 1 and ("permission" in q.stderr.lower() or "root" in q.stderr), q.stderr
    assert template.exists()


def test_nobody_answers(tmp_path):
    env = dict(os.environ, SEDGE_RUN=str(tmp_path / "run"), SEDGE_STATE=str(tmp_path / "state"))
    p = run(SEDGE, "apps", env=env, check=False)
    assert p.returncode == 1 and "sedge up" in p.stderr


def test_a_full_disk(tmp_path):
    """The state folder lies on a small file system of its own that is filled up."""
    with Machine(up=False) as m:
        m.state_dir.mkdir()
        run("mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", m.state_dir)
        try:
            m.sedge("up", "--listen", "127.0.0.1:6443", "--name", "board")
            m.sedge("image", "import", image_archive("busybox"))
            m.sedge("deploy", one(tmp_path, "stands", "command: sleep 1000"))
            before = m.ids("stands")
            with open(m.state_dir / "ballast", "wb") as f:
                try:
                    while True:
                        f.write(b"x" * 65536)
                        f.flush()
                except OSError:
                    pass
            said = m.fails("image", "import", image_archive("nginx"), timeout=300)
            assert re.search(r"space|full", said, re.I), said
            said = m.fails("deploy", one(tmp_path, "more", "command: sleep 1000"))
            assert re.search(r"space|full", said, re.I), said
            assert m.ids("stands") == before
            (m.state_dir / "ballast").unlink()
            m.sedge("deploy", one(tmp_path, "more", "command: sleep 1000"))
            assert m.ids("stands") == before
        finally:
            m.close()
            run("umount", "-l", m.state_dir, check=False)
