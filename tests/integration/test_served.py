# SPDX-License-Identifier: Apache-2.0
"""What counts as started can be reached: by the components that come after it, and by who waited for `sedge deploy`."""
import shutil

import pytest

from machine_bed import HOST_IP, ROOT, Machine, image_archive, needs

pytestmark = needs("busybox")
TEMPLATE = ROOT / "tests/integration/apps/served/served.yaml"
TIMES = 10


def deployed(m):
    """Deploys it, asks from everywhere at once, takes it down."""
    try:
        m.sedge("deploy", TEMPLATE)
        asked = [m.get("http://127.0.0.1:8097/", check=False), m.get(f"http://{HOST_IP}:8097/", where="other", check=False),
                 m.sedge("exec", "served/asker-box", "wget", "-q", "-O", "-", "http://server/", check=False)]
        assert [a.stdout.strip() for a in asked] == ["served"] * 3, [a.stderr for a in asked]
    finally:
        m.sedge("undeploy", "served", check=False)


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


@pytest.fixture(scope="module")
def slow_machine():
    """One whose kernel gets its rules late: what relies on them without waiting for them fails every time."""
    with Machine(up=False) as m:
        slow = m.dir / "bin/nft"
        slow.parent.mkdir()
        slow.write_text(f'#!/bin/sh\nsleep 0.4\nexec {shutil.which("nft")} "$@"\n')
        slow.chmod(0o755)
        m.env["PATH"] = f"{slow.parent}:{m.env['PATH']}"
        m.sedge("up", "--listen", "127.0.0.1:6443", "--name", "board")
        m.sedge("image", "import", image_archive("busybox"))
        yield m


@pytest.mark.parametrize("time", range(TIMES))
def test_nobody_is_refused(machine, time):
    deployed(machine)


@pytest.mark.parametrize("time", range(3))
def test_nobody_is_refused_when_rules_take_long(slow_machine, time):
    deployed(slow_machine)


def test_what_is_started_again_is_reached_too(slow_machine):
    m = slow_machine
    m.sedge("deploy", TEMPLATE)
    try:
        m.sedge("deploy", TEMPLATE, "-i", "port=8098")
        assert m.get("http://127.0.0.1:8098/").stdout.strip() == "served"
        assert m.sedge("exec", "served/asker-box", "wget", "-q", "-O", "-", "http://server/").stdout.strip() == "served"
    finally:
        m.sedge("undeploy", "served", check=False)
