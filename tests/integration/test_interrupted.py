# SPDX-License-Identifier: Apache-2.0
"""The head is killed at each step of a plan in turn: each time a second deploy ends where an undisturbed one does.

Every script says that it began and then waits for its pass, so that the head is killed while that very step is under way. Steps without a
script are caught by what the application's status says of their component."""
import http.client
import json
import os
import shutil
import signal
import socket

import pytest

from machine_bed import Machine, needs, wait_for
from template_bed import sedge

pytestmark = needs("busybox")

SOFTWARE = {"a": ("one", None), "b": ("one", "a"), "c": ("two", "b")}  # name: (container, what it needs)
SCRIPT = """#!/bin/sh
step=%s.%s
echo $step >> /gate/log
touch /gate/began-$step
while [ ! -e /gate/pass-$step ]; do sleep 0.02; done
echo "$step says $WORD"
"""


class Gated:
    """An application whose scripts wait, in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.gate, self.path = folder, folder / "gate", folder / "gated.yaml"
        (folder / "scripts").mkdir()
        self.gate.mkdir()
        for name in SOFTWARE:
            for op in ("create", "configure", "start"):
                script = folder / f"scripts/{name}-{op}.sh"
                script.write_text(SCRIPT % (name, op))
                script.chmod(0o755)
        self.path.write_text(self.template())
        done = sedge("plan", str(self.path), "-o", "json")
        assert done.returncode == 0, done.stderr
        self.steps = [(s["component"], s["operation"]) for s in json.loads(done.stdout)["steps"]]

    def template(self):
        text = ["tosca_definitions_version: tosca_simple_yaml_1_3", "imports: [sedge.yaml]", "topology_template:", "  node_templates:"]
        for name in ("one", "two"):
            text += [f"    {name}:", "      type: sedge.nodes.Container", f"      properties: {{share_data: {{/gate: {self.gate}}}}}",
                     "      artifacts: {image: {type: sedge.artifacts.Image.Base, file: busybox}}",
                     "      requirements: [{storage: {node: data, relationship: {type: tosca.relationships.AttachesTo, properties: {location: /data}}}}]"]
        text += ["    data: {type: sedge.nodes.Volume}"]
        for name, (host, needed) in SOFTWARE.items():
            text += [f"    {name}:", "      type: sedge.nodes.Software", "      requirements:", f"        - host: {host}"]
            text += [f"        - connection: {needed}"] if needed else []
            text += ["      interfaces:", "        Standard:"]
            text += [line for op in ("create", "configure", "start") for line in
                     (f"          {op}:", f"            implementation: scripts/{name}-{op}.sh", "            inputs: {WORD: hello}")]
        return "\n".join(text) + "\n"

    def fresh(self):
        shutil.rmtree(self.gate)
        self.gate.mkdir()

    def let(self, but=None):
        """Passes for all steps but one."""
        for name in SOFTWARE:
            for op in ("create", "configure", "start"):
                if (name, op) != but:
                    (self.gate / f"pass-{name}.{op}").touch()

    def log(self):
        return (self.gate / "log").read_text().split()


class Local(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("sedge", timeout=10)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def component(machine, name):
    """What the application's status says of it, at once; {} while there is none."""
    try:
        c = Local(machine.run_dir / "api.sock")
        c.request("GET", "/apis/sedge.dev/v1/namespaces/default/applications/gated")
        app = json.loads(c.getresponse().read())
        if app.get("kind") != "Application":
            return {}
        return next((x for x in (app.get("status") or {}).get("components") or [] if x["name"] == name), {})
    except (OSError, ValueError, http.client.HTTPException):
        return {}


def ends(machine):
    """How things stand, without what is another at each run."""
    app = machine.application("gated")
    status = app["status"]
    return {
        "phase": status["phase"],
        "states": {c["name"]: c["state"] for c in status["components"]},
        "hashes": status["hashes"],
        "containers": {name: len(ids) for name, ids in machine.ids("gated").items()},
        "volumes": sorted(p.name for p in (machine.state_dir / "volumes").glob("*/*")),
        "kinds": {kind: sorted(x["metadata"]["name"] for x in machine.api(path)["items"])
                  for kind, path in (("deployments", "/apis/apps/v1/deployments"), ("services", "/api/v1/services"))},
    }


@pytest.fixture(scope="module")
def gated(tmp_path_factory):
    return Gated(tmp_path_factory.mktemp("gated"))


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


@pytest.fixture(scope="module")
def undisturbed(machine, gated):
    gated.fresh()
    gated.let()
    machine.sedge("deploy", gated.path)
    found, log = ends(machine), gated.log()
    machine.sedge("undeploy", "gated", "--volumes")
    return found, log


def begun(machine, gated, step):
    name, op = step
    if name in SOFTWARE:
        return (gated.gate / f"began-{name}.{op}").exists()
    seen = component(machine, name)
    return seen.get("operation") == f"Standard.{op}" or (op == "create" and seen.get("state") in ("created", "running")) or (
        op == "start" and seen.get("state") == "running")


def interrupt(machine, gated, step):
    """Deploys, and kills the head when the step is under way, or as soon as it can be seen."""
    deploy = machine.start("deploy", gated.path)
    wait_for(lambda: begun(machine, gated, step) or deploy.poll() is not None, every=0.001)
    assert deploy.poll() is None, (step, deploy.communicate())
    os.kill(machine.daemons()["head"], signal.SIGKILL)
    deploy.kill()
    deploy.wait(30)


def test_every_step(machine, gated, undisturbed):
    want, log = undisturbed
    assert len(gated.steps) == len(set(gated.steps)) >= 14, gated.steps
    for step in gated.steps:
        gated.fresh()
        gated.let(but=step)
        interrupt(machine, gated, step)
        gated.let()
        machine.wait_ready()
        machine.sedge("deploy", gated.path)
        assert ends(machine) == want, step
        twice = sorted(set(x for x in gated.log() if gated.log().count(x) > 1))
        assert sorted(set(gated.log())) == sorted(log), step
        assert twice in ([], [".".join(step)]), f"{step}: only the step that was cut may be run again"
        machine.sedge("undeploy", "gated", "--volumes")
        assert machine.pods("gated") == []


def test_undeploy_at_every_step(machine, gated, undisturbed):
    """The way back, too: killed as each component is about to go."""
    for name in ("a", "b", "c", "one", "two"):
        gated.fresh()
        gated.let()
        machine.sedge("deploy", gated.path)
        undeploy = machine.start("undeploy", "gated", "--volumes")
        wait_for(lambda: component(machine, name).get("state") not in ("started", "running"), every=0.001)
        os.kill(machine.daemons()["head"], signal.SIGKILL)
        undeploy.kill()
        undeploy.wait(30)
        machine.wait_ready()
        machine.sedge("undeploy", "gated", "--volumes", check=False)
        wait_for(lambda: machine.pods("gated") == [])
        assert list((machine.state_dir / "volumes").glob("*/*")) == []
