# SPDX-License-Identifier: Apache-2.0
"""The node with a keeper, containers and a network of its own, told what to do by a small head."""
import os
import signal
import subprocess

import pytest

from node_bed import Bed, missing, until

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "-")


@pytest.fixture
def bed():
    with Bed() as b:
        b.start()
        b.import_busybox()
        yield b


def alive(pid):
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False


def test_a_pod_runs_and_goes(bed):
    p = bed.pod("web", "echo hello; exec sleep 1000").send().wait_ready()
    assert p.state() == "running" and p.status["phase"] == "Running"
    assert alive(p.pid) and p.ip.startswith("10.77.0.")
    assert p.container()["containerID"] == "sedge://" + p.id
    assert p.sh("hostname").strip() == "web"
    assert ("%s\tweb" % p.ip) in p.sh("cat /etc/hosts")
    pid = p.pid
    p.deleted()
    assert not alive(pid)
    assert bed.mounts() == [] and bed.cgroups(p) == []
    assert os.listdir(os.path.join(bed.state_dir, "node/pods")) == []
    assert os.listdir(os.path.join(bed.state_dir, "containers")) == []
