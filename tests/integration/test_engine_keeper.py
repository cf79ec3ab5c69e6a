# SPDX-License-Identifier: Apache-2.0
"""The keeper killed, replaced and asked to go: containers stay, their output is kept, what ended meanwhile is told, and nothing leaks."""
import json
import os
import signal
import subprocess
import time

import pytest

from engine_bed import PROG, Bed, needs_root

pytestmark = needs_root


@pytest.fixture
def bed():
    with Bed() as b:
        yield b
        b.assert_nothing_left()


def state_of(bed, box):
    return {s["id"]: s for s in bed.status()}.get(box.id)


def test_containers_stay_when_it_is_killed(bed):
    box = bed.run(["/bin/sh", "-c", "i=0; while :; do echo line-$i; i=$((i+1)); sleep 0.01; done"])
    box.wait_output("line-5")
    bed.kill_keeper()
    time.sleep(0.3)  # it goes on writing while nobody reads
    assert os.path.exists("/proc/%d" % box.pid)
    bed.start_keeper()
    found = state_of(bed, box)
    assert (found["state"], found["pid"]) == ("running", box.pid)
    box.wait_output("line-60")
    numbers = [int(l.split("-")[1]) for l in box.log()]
    assert numbers == list(range(len(numbers)))  # no line is lost, none is there twice
    assert bed.exec(box, "echo", "still").stdout == "still\n"
    box.ctl("stop", signal.SIGKILL.value, 0)
    box.wait()
    box.remove()


def test_what_ended_meanwhile_is_told(bed):
    box = bed.run(["/bin/sh", "-c", "echo bye; sleep 0.3; exit 5"])  # what it would say now is lost with the pipe that only it holds
    other = bed.run(["/bin/sleep", "1000"])
    box.wait_output("bye")
    bed.kill_keeper()
    bed.until(lambda: not os.path.exists("/proc/%d" % box.pid) or open("/proc/%d/stat" % box.pid).read().split(") ")[1][0] == "Z")
    bed.start_keeper()
    ended = box.wait()
    assert ended["exit"] in (-1, 5) and ended["finished"] > 0  # the kernel tells it from Linux 6.15 on
    assert box.output() == "bye\n"
    assert bed.cgroups(box.id) == []
    assert state_of(bed, other)["state"] == "running"
    box.remove()
    other.remove()


def test_the_end_under_another_keeper(bed):
    box = bed.run(["/bin/sleep", "1000"])
    bed.kill_keeper()
    bed.start_keeper()
    box.ctl("kill", signal.SIGKILL.value)
    assert box.wait()["exit"] in (-1, 137)
    assert bed.cgroups(box.id) == []
    box.remove()


def test_killed_at_any_moment_of_a_start(bed):
    for k in range(25):
        box = bed.prepare(["/bin/sleep", "1000"])
        starter = bed.popen("start", bed.run_dir, box.id)
        time.sleep(0.002 * k)
        bed.kill_keeper()
        starter.wait()
        bed.start_keeper()
        found = state_of(bed, box)
        if found is None:  # it was not begun, or is cleared away: it can be begun again
            box.prepare()
            box.start()
        elif found["state"] == "starting":
            bed.until(lambda: (state_of(bed, box) or {"state": "gone"})["state"] != "starting")
        box.remove()
        assert bed.cgroups(box.id) == [] and bed.status() == []


def test_killed_at_any_moment_of_an_end(bed):
    for k in range(15):
        box = bed.run(["/bin/sleep", "1000"])
        box.ctl("stop", signal.SIGKILL.value, 0)
        time.sleep(0.002 * k)
        bed.kill_keeper()
        bed.start_keeper()
        if state_of(bed, box):
            box.wait()
        box.remove()
        assert bed.cgroups(box.id) == [] and bed.mounts() == []


def test_a_stop_under_way_is_carried_on(bed):
    """A container that does not hear is killed after its grace, also when that was asked of the keeper before."""
    box = bed.run(["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.02; done"])
    box.wait_output("ready")
    box.ctl("stop", signal.SIGTERM.value, 400)
    bed.kill_keeper()
    bed.start_keeper()
    box.ctl("stop", signal.SIGTERM.value, 400)  # as its client does when it finds it running
    assert box.wait()["exit"] in (-1, 137)
    box.remove()


def test_only_one_at_a_time(bed):
    second = subprocess.run([PROG, "keeper", "--run", bed.run_dir, "--state", bed.state_dir], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30)
    assert second.returncode != 0 and "keeper" in second.stderr
    assert bed.status() == []


def test_it_goes_only_when_nothing_runs(bed):
    box = bed.run(["/bin/sleep", "1000"])
    r = bed.prog("shutdown", bed.run_dir, check=False)
    assert r.returncode == 1 and bed.keeper.poll() is None
    box.remove()
    bed.prog("shutdown", bed.run_dir, check=False)
    assert bed.keeper.wait(timeout=30) == 0
    bed.start_keeper()


def test_nothing_leaks_over_many(bed):
    def one():
        box = bed.run(["/bin/sh", "-c", "echo hello; echo there >&2"])
        assert box.wait()["exit"] == 0
        box.remove()

    one()
    before = bed.keeper_fds()
    for _ in range(20):
        one()
    box = bed.run(["/bin/sleep", "1000"])
    for _ in range(10):
        assert bed.exec(box, "true").returncode == 0
    box.remove()
    bed.until(lambda: bed.keeper_fds() == before)
    assert bed.zombies() == 0


def test_daemons_are_kept_running():
    """A program given by --daemon is begun, begun again when it ends, and left alone by the keeper's own end."""
    with Bed() as b:
        b.stop_keeper()
        notes = os.path.join(b.dir, "notes")
        lock = os.path.join(b.run_dir, "sleeper.pid")
        script = "exec 9>>%s; flock -n 9 || exit 1; echo $$ >> %s; exec sleep 7777" % (lock, notes)
        b.options = ["--daemon", "sleeper=" + "\x1f".join(["/bin/sh", "-c", script])]
        b.start_keeper()

        def pids():
            return [int(line) for line in open(notes)] if os.path.exists(notes) else []

        b.until(lambda: len(pids()) == 1)
        os.kill(pids()[0], signal.SIGKILL)
        b.until(lambda: len(pids()) == 2)
        try:
            b.kill_keeper()
            b.start_keeper()
            time.sleep(0.5)
            assert len(pids()) == 2 and os.path.exists("/proc/%d" % pids()[1])  # its lock is held: none is begun beside it
        finally:
            os.kill(pids()[-1], signal.SIGKILL)
            b.prog("shutdown", b.run_dir, check=False)
            b.keeper.wait(timeout=30)
            for pid in pids():
                if os.path.exists("/proc/%d" % pid):
                    os.kill(pid, signal.SIGKILL)
            b.options = []
            b.start_keeper()
