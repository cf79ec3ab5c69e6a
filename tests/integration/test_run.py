# SPDX-License-Identifier: Apache-2.0
"""Containers outside applications: `sedge run` and what goes with it, for real."""
import json

import pytest

from machine_bed import Machine, needs, wait_for

pytestmark = needs("busybox")
STAY = ["sh", "-c", "trap exit TERM; sleep 1000 & wait"]  # ends when it is asked to


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


def test_output_and_exit_status_are_passed_on(machine):
    p = machine.sedge("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 7", check=False)
    assert (p.stdout, p.returncode) == ("out\n", 7)
    assert "err" in p.stderr
    wait_for(lambda: machine.pods() == [])


def test_nothing_stays_after_rm(machine):
    machine.sedge("run", "--rm", "busybox", "true")
    wait_for(lambda: list((machine.state_dir / "containers").iterdir()) == [])
    assert not [line for line in open("/proc/self/mountinfo") if f"{machine.run_dir}/containers" in line]


def test_the_second_start_is_filtered_as_the_first(machine):
    """The first start compiles the seccomp profile, the later ones take what it came to."""
    machine.sedge("run", "--rm", "busybox", "true")
    wait_for(lambda: list((machine.run_dir / "seccomp").glob("*")))
    machine.sedge("run", "-d", "--name", "filtered", "busybox", *STAY)
    config = json.loads(next(machine.run_dir.glob("containers/filtered-*/config.json")).read_text())
    assert "run.oci.seccomp_bpf_data" in config["annotations"]
    for pid in ("1", "self"):
        assert "Seccomp:\t2" in machine.sedge("exec", "filtered", "grep", "Seccomp", f"/proc/{pid}/status").stdout
    assert machine.sedge("exec", "filtered", "unshare", "-m", "true", check=False).returncode != 0
    machine.sedge("rm", "filtered")


def test_mounts_ports_limits_and_environment(machine, tmp_path):
    (tmp_path / "page").write_text("mounted\n")
    machine.sedge("run", "-d", "--name", "web", "-v", f"{tmp_path}:/www:ro", "-p", "8077:80", "--memory", "32Mi", "--pids", "20", "-e", "A=b c", "busybox",
                  "httpd", "-f", "-p", "80", "-h", "/www")
    assert wait_for(lambda: machine.get("http://127.0.0.1:8077/page", check=False).stdout) == "mounted\n"
    assert machine.sedge("exec", "web", "printenv", "A").stdout == "b c\n"
    assert machine.sedge("exec", "web", "sh", "-c", "echo x > /www/new", check=False).returncode != 0
    assert "web" in machine.sedge("ps").stdout
    machine.sedge("rm", "web")
    assert machine.pods() == []
    assert machine.get("http://127.0.0.1:8077/page", check=False).returncode != 0


def test_exec_with_input(machine):
    machine.sedge("run", "-d", "--name", "cat", "busybox", *STAY)
    assert machine.sedge("exec", "-i", "cat", "wc", "-c", input="x" * 200000).stdout.strip() == "200000"
    assert machine.sedge("exec", "cat", "sh", "-c", "exit 5", check=False).returncode == 5
    machine.sedge("rm", "cat")


def test_what_it_printed_can_be_read_later(machine):
    machine.sedge("run", "-d", "--name", "talk", "busybox", "sh", "-c", "for i in 1 2 3; do echo line $i; done; trap exit TERM; sleep 1000 & wait")
    assert wait_for(lambda: machine.sedge("logs", "talk").stdout.splitlines()[-1:] == ["line 3"])
    assert machine.sedge("logs", "talk", "--tail", "1").stdout == "line 3\n"
    machine.sedge("rm", "talk")


def test_images_in_use_stay(machine):
    machine.sedge("run", "-d", "--name", "user", "busybox", *STAY)
    assert "in use" in machine.fails("image", "rm", "busybox")
    machine.sedge("rm", "user")
    assert "busybox" in machine.sedge("image", "ls").stdout
