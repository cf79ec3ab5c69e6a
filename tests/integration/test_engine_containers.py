# SPDX-License-Identifier: Apache-2.0
"""Containers through the keeper, on a root folder made of busybox: what they are given, what is kept from them, how they end."""
import json
import os
import re
import shutil
import signal
import time

import pytest

from engine_bed import Bed, needs_root

pytestmark = needs_root

MASKED = ["/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
          "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware"]
DOCKER_CAPABILITIES = 0x00000000A80425FB  # what `docker run busybox grep CapEff /proc/self/status` prints


@pytest.fixture(scope="module")
def bed():
    with Bed() as b:
        yield b
        b.assert_nothing_left()


def run(bed, script, **more):
    """Runs a shell script in a new container to its end; gives its status and its standard output."""
    box = bed.run(["/bin/sh", "-c", script], **more)
    status = box.wait()
    out = box.output()
    box.remove()
    return status, out


def test_exit_codes(bed):
    assert run(bed, "exit 0")[0]["exit"] == 0
    status, _ = run(bed, "exit 7")
    assert (status["exit"], status["signal"], status["oom"]) == (7, 0, False)
    assert 0 < status["started"] <= status["finished"]


def test_exit_by_signal(bed):
    box = bed.run(["/bin/sleep", "100"])
    box.ctl("kill", signal.SIGKILL.value)
    status = box.wait()
    assert (status["exit"], status["signal"]) == (137, 9)
    box.remove()


def test_a_very_short_one(bed):
    for _ in range(10):
        assert run(bed, "exit 3")[0]["exit"] == 3


def test_program_not_there(bed):
    box = bed.prepare(["nosuch"])
    r = box.start(check=False)
    assert r.returncode == 1
    assert "executable file `nosuch` not found in $PATH" in r.stderr
    assert bed.status() == []
    box.remove()


def test_not_prepared_and_running_already(bed):
    r = bed.prog("start", bed.run_dir, "never-prepared", check=False)
    assert r.returncode == 1 and "not prepared" in r.stderr
    box = bed.run(["/bin/sleep", "100"])
    r = box.start(check=False)
    assert r.returncode == 1 and "runs already" in r.stderr
    r = box.ctl("forget", check=False)
    assert r.returncode == 1 and "it runs" in r.stderr
    box.remove()


def test_lines_in_the_log(bed):
    box = bed.run(["/bin/sh", "-c", "echo one; echo two >&2; printf 'no newline'"])
    box.wait()
    assert sorted(box.log()) == ["err two", "out no newline", "out one"]
    raw = open(box.log_path).read().splitlines()
    for line in raw:
        when, stream, mark, _ = line.split(" ", 3)
        assert len(when) == 27 and when.endswith("Z") and stream in ("stdout", "stderr") and mark in "FP"
    box.remove()


def test_log_rotation(bed):
    box = bed.run(["/bin/sh", "-c", "i=0; while [ $i -lt 3000 ]; do echo line-$i-0123456789012345678901234567890; i=$((i+1)); done"])
    box.wait()
    names = sorted(n for n in os.listdir(os.path.dirname(box.log_path)) if n.startswith("log"))
    assert names == ["log", "log.1", "log.2"]
    assert all(os.path.getsize(box.log_path + n[3:]) <= bed.log_bytes for n in names)
    lines = box.log()
    assert lines[-1].startswith("out line-2999-")
    numbers = [int(l.split("-")[1]) for l in lines]
    assert numbers == list(range(numbers[0], 3000)) and numbers[0] > 0
    assert [l.split("-")[1] for l in box.log(3)] == ["2997", "2998", "2999"]
    box.remove()


def test_a_flood_does_not_hurt(bed):
    status, _ = run(bed, "head -c 3000000 /dev/zero | tr '\\0' 'x'; echo; echo done")
    assert status["exit"] == 0


def test_stop_that_is_heard(bed):
    box = bed.run(["/bin/sh", "-c", "trap 'echo heard; exit 5' TERM; echo ready; while :; do sleep 0.02; done"])
    box.wait_output("ready")
    box.ctl("stop", signal.SIGTERM.value, 5000)
    status = box.wait()
    assert status["exit"] == 5 and "heard" in box.output()
    box.remove()


def test_stop_that_is_not_heard(bed):
    box = bed.run(["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.02; done"])
    box.wait_output("ready")
    begin = time.monotonic()
    box.ctl("stop", signal.SIGTERM.value, 400)
    status = box.wait()
    assert status["signal"] == signal.SIGKILL and time.monotonic() - begin >= 0.4
    assert box.ctl("stop", signal.SIGTERM.value, 400).returncode == 0  # of one that has ended: fine
    box.remove()


def test_memory_limit(bed):
    status, _ = run(bed, "a=x; while :; do a=$a$a; done", memory_bytes=16 << 20)
    assert status["oom"] and status["exit"] != 0


def test_memory_enough_is_no_oom(bed):
    status, _ = run(bed, "exit 137", memory_bytes=16 << 20)
    assert status["exit"] == 137 and not status["oom"]


def test_pids_limit(bed):
    _, out = run(bed, "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 5 & done; echo started", pids=8)
    assert "can't fork" in out and "started" not in out


def test_cpu_limit(bed):
    box = bed.run(["/bin/sh", "-c", "while :; do :; done"], cpu_milli=200)
    time.sleep(0.3)
    begin, a = time.monotonic(), bed.cpu_seconds(box)
    time.sleep(1)
    used = bed.cpu_seconds(box) - a
    assert used / (time.monotonic() - begin) < 0.35  # bounded from above however busy the machine is
    box.remove()


def test_capabilities_are_dockers(bed):
    _, out = run(bed, "grep Cap /proc/self/status")
    caps = dict(line.split(":") for line in out.replace("\t", "").splitlines())
    assert int(caps["CapBnd"], 16) == DOCKER_CAPABILITIES
    assert int(caps["CapEff"], 16) == DOCKER_CAPABILITIES
    assert int(caps["CapInh"], 16) == 0 and int(caps["CapAmb"], 16) == 0


def test_capabilities_of_another_user(bed):
    _, out = run(bed, "grep Cap /proc/self/status", user="1000:1000")
    caps = dict(line.split(":") for line in out.replace("\t", "").splitlines())
    assert int(caps["CapEff"], 16) == 0 and int(caps["CapBnd"], 16) == DOCKER_CAPABILITIES


def test_capabilities_added_and_dropped(bed):
    _, out = run(bed, "grep CapEff /proc/self/status", cap_drop=["ALL"], cap_add=["CAP_NET_BIND_SERVICE", "kill"])
    assert int(out.split(":")[1], 16) == 1 << 10 | 1 << 5


@pytest.mark.parametrize(
    "script",
    [
        "unshare -m true",
        "mount -t tmpfs tmpfs /mnt",
        "umount /proc",
        "mknod /x b 8 0 && head -c 1 /x",
        "hostname other",
        "! date -s 2001-01-01 2>&1 | grep -q 'not permitted'",
        "nsenter -t 1 -m true",
        "reboot -f",
        "swapoff -a; swapon /x",
        "echo 1 > /proc/sys/kernel/panic",
        "echo c > /proc/sysrq-trigger",
        "mkdir /sys/fs/cgroup/memory/x || mkdir /sys/fs/cgroup/x",
        "echo 0 > /sys/kernel/mm/ksm/run",
    ],
)
def test_refused(bed, script):
    status, out = run(bed, script + "; r=$?; [ $r -ne 0 ] && exit 42")
    assert status["exit"] == 42, out


def test_seccomp_filter_is_on(bed):
    _, out = run(bed, "grep Seccomp: /proc/self/status")
    assert out.split()[1] == "2"


def test_seccomp_on_real_calls(bed):
    """Calls made raw by a small static program: what Docker's profile refuses gives EPERM (clone3: ENOSYS), what it allows does not."""
    got = bed.raw_calls()
    for name in ("keyctl", "add_key", "mount", "unshare", "setns", "bpf", "ptrace_none", "personality_odd", "kexec_load", "open_by_handle_at", "pivot_root", "clone_newuser"):
        if name != "ptrace_none":
            assert got[name] == 1, (name, got)
    assert got["clone3"] == 38
    for name in ("getpid", "personality_query", "clock_gettime", "memfd_create"):
        assert got[name] == 0, (name, got)


def test_masked_and_read_only_paths(bed):
    """Whatever of them this kernel has: nothing of it is to be read, and what is read-only cannot be written."""
    masked = [p for p in MASKED if os.path.exists(p)]
    assert any(os.path.isfile(p) for p in masked)
    script = "for p in %s; do [ -e $p ] || echo gone $p; if [ -d $p ]; then ls -A $p; else cat $p; fi; done; echo end" % " ".join(masked)
    assert run(bed, script)[1] == "end\n"
    mounts = [line.split() for line in run(bed, "cat /proc/mounts")[1].splitlines()]
    for path in ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"):
        if os.path.exists(path):
            assert ["ro"] == [m[3].split(",")[0] for m in mounts if m[1] == path], path
    assert {"ro"} == {m[3].split(",")[0] for m in mounts if m[1].startswith("/sys")}


def test_mounts(bed):
    _, out = run(bed, "cat /proc/mounts; ls -la /dev; stat -c %a /dev/shm")
    types = {line.split()[1]: line.split() for line in out.splitlines() if line.count(" ") >= 5 and line.split()[1].startswith("/")}
    assert types["/proc"][2] == "proc" and types["/dev/pts"][2] == "devpts" and types["/dev/mqueue"][2] == "mqueue"
    assert "ro" in types["/sys"][3].split(",") and types["/dev/shm"][2] == "tmpfs"
    assert any(t.startswith("/sys/fs/cgroup") and "ro" in v[3].split(",") for t, v in types.items())
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        assert " %s\n" % name in out
    assert out.rstrip().endswith("1777")


def test_limits_of_the_process(bed):
    _, out = run(bed, "ulimit -Sn; cat /proc/self/oom_score_adj")
    assert out.split() == ["1024", "0"]


def test_read_only_root(bed):
    status, out = run(bed, "echo x > /x || echo refused; echo y > /dev/shm/y && cat /dev/shm/y", read_only_root=True)
    assert out.split()[-2:] == ["refused", "y"] or ("refused" in out and "y" in out)


def test_writable_layer_outlives_the_container(bed):
    box = bed.run(["/bin/sh", "-c", "cat /x; echo kept >> /x"])
    box.wait()
    box.release()
    box.prepare()
    box.start()
    box.wait()
    assert "out kept" in box.log()
    box.remove()
    assert not os.path.exists(os.path.join(bed.layer, "x"))


@pytest.mark.parametrize(
    "user,expected",
    [
        ("", "uid=0 gid=0"),
        ("bob", "uid=1000 gid=1001 groups=1001,50,60"),
        ("1000", "uid=1000 gid=1001 groups=1001,50,60"),
        ("bob:staff", "uid=1000 gid=50"),
        ("77", "uid=77 gid=0"),
        ("77:88", "uid=77 gid=88"),
    ],
)
def test_user(bed, user, expected):
    _, out = run(bed, "id | sed 's/([a-z]*)//g'; echo $HOME", user=user)
    got = out.splitlines()[0].replace(" groups=0", "")
    want = expected.split(" groups=")
    assert got.startswith(want[0])
    if len(want) > 1:
        groups = set(got.split("groups=")[1].split(","))
        assert groups == set(want[1].split(","))
    if user in ("bob", "1000"):
        assert out.splitlines()[1] == "/home/bob"


def test_user_not_there(bed):
    box = bed.new(["/bin/true"], user="nobody-here")
    r = box.prepare(check=False)
    assert r.returncode == 1 and "user 'nobody-here' is not in the image's /etc/passwd" in r.stderr
    assert not os.path.exists(box.bundle) and not bed.mounts()


def test_environment_directory_and_name(bed):
    _, out = run(bed, "echo $A $PATH $HOSTNAME; pwd; hostname", env=["A=b c"], working_dir="/new/place", hostname="box7")
    lines = out.splitlines()
    assert lines == ["b c /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin box7", "/new/place", "box7"]


def test_bind_mounts(bed):
    data = bed.folder("data")
    open(data + "/file", "w").write("inside\n")
    mounts = [
        {"source": data, "target": "/deep/er/data"},
        {"source": data, "target": "/ro", "read_only": True},
        {"source": data + "/file", "target": "/etc/one-file", "is_file": True},
    ]
    _, out = run(bed, "cat /deep/er/data/file /etc/one-file; echo w > /deep/er/data/w; echo w > /ro/w2 || echo refused", mounts=mounts)
    assert out.count("inside") == 2 and "refused" in out
    assert open(data + "/w").read() == "w\n" and not os.path.exists(data + "/w2")


def test_mount_target_cannot_leave_the_root(bed):
    outside = bed.folder("outside")
    layer = bed.folder("evil")
    os.symlink(outside, layer + "/escape")
    box = bed.new(["/bin/true"], mounts=[{"source": bed.folder("data"), "target": "/escape/made"}], layers=[bed.layer, layer])
    box.prepare()
    assert os.listdir(outside) == []
    box.release()
    box.remove()


@pytest.mark.parametrize("n", [3, 120, 499])  # the kernel takes 500
def test_layers_cover_each_other_and_many_of_them(bed, n):
    layers = [bed.layer]
    for i in range(n):
        path = bed.folder("a-rather-long-name-for-a-layer-folder-as-digests-are-" + "0" * 40 + "/layer-%d" % i)
        open(path + "/n", "w").write("%d\n" % i)
        layers.append(path)
    _, out = run(bed, "cat /n; ls /bin/busybox", layers=layers)
    assert out.split() == [str(n - 1), "/bin/busybox"]


def test_privileged(bed):
    status, out = run(bed, "grep -E 'CapEff|Seccomp:' /proc/self/status; mount -t tmpfs x /mnt && echo mounted", privileged=True)
    assert "mounted" in out and "Seccomp:\t0" in out
    effective = int(re.search(r"CapEff:\t(\w+)", out).group(1), 16)
    assert effective == capabilities_possible() and effective & 1 << 21


def capabilities_possible():
    with open("/proc/self/status") as f:
        return int(re.search(r"CapBnd:\t(\w+)", f.read()).group(1), 16)


def test_capability_that_is_none_or_cannot_be_given(bed):
    def refused(**more):
        r = bed.new(["/bin/true"], **more).prepare(check=False)
        assert r.returncode == 1 and not bed.mounts()
        return r.stderr

    assert "there is no capability 'NET_ADMIM', did you mean 'NET_ADMIN'?" in refused(cap_add=["NET_ADMIM"])
    assert "there is no capability 'x'" in refused(cap_drop=["x"])
    names = {12: "NET_ADMIN", 16: "SYS_MODULE", 24: "SYS_RESOURCE", 33: "MAC_ADMIN"}
    lacking = [names[n] for n in names if not capabilities_possible() >> n & 1]
    for name in lacking:
        assert "capability %s cannot be given" % name in refused(cap_add=[name])
    _, out = run(bed, "grep CapEff /proc/self/status", cap_add=["ALL"])
    assert int(out.split(":")[1], 16) == capabilities_possible()


def test_init_reaps_and_runs(bed):
    box = bed.run(["/bin/sh", "-c", "(sleep 0.1 &) ; (sleep 0.1 &); sleep 0.4; ps; exit 9"], init=True)
    status = box.wait()
    assert status["exit"] == 9 and "sedge/init" in box.output() and "[sleep]" not in box.output()
    box.remove()
    box = bed.run(["nosuch"], init=True)
    assert box.wait()["exit"] == 127 and "cannot run 'nosuch'" in box.output()
    box.remove()


def test_init_waits_and_ends_when_asked(bed):
    box = bed.run([], init=True)
    assert bed.exec(box, "sh", "-c", "sleep 1000 >/dev/null 2>&1 &").returncode == 0
    time.sleep(0.1)
    assert "sleep 1000" in bed.exec(box, "ps").stdout
    box.ctl("stop", signal.SIGTERM.value, 5000)
    assert box.wait()["exit"] == 0
    box.remove()


def test_init_passes_signals_on(bed):
    box = bed.run(["/bin/sh", "-c", "trap 'exit 6' USR1; echo ready; while :; do sleep 0.02; done"], init=True)
    box.wait_output("ready")
    box.ctl("kill", signal.SIGUSR1.value)
    assert box.wait()["exit"] == 6
    box.remove()


def test_exec(bed):
    box = bed.run(["/bin/sleep", "100"])
    r = bed.exec(box, "sh", "-c", "cat; echo to-err >&2; exit 4", input="from outside\n")
    assert (r.returncode, r.stdout, r.stderr) == (4, "from outside\n", "to-err\n")
    r = bed.exec(box, "nosuch")
    assert r.returncode == 125 and "executable file `nosuch` not found in $PATH" in r.stderr
    assert bed.exec(box, "sh", "-c", "kill -9 $$").returncode == 137
    r = bed.exec(box, "-u", "bob", "-w", "/tmp", "sh", "-c", "id -u; pwd; echo $HOME; grep -E 'CapEff|Seccomp:' /proc/self/status; cat /proc/self/oom_score_adj")
    assert r.stdout.split() == ["1000", "/tmp", "/home/bob", "CapEff:", "0000000000000000", "Seccomp:", "2", "0"]
    fds = bed.exec(box, "ls", "/proc/self/fd").stdout.split()
    assert fds == ["0", "1", "2", "3"]  # 3 is ls reading the folder: nothing of the keeper's is inherited
    box.remove()
    r = bed.exec(box, "true", config=False)
    assert r.returncode != 0


def test_exec_with_terminal(bed):
    box = bed.run(["/bin/sleep", "100"])
    r = bed.exec(box, "-t", "sh", "-c", "tty; exit 3")
    assert r.returncode == 3 and "/dev/pts/" in r.stdout
    box.remove()


def test_exec_ends_with_its_client(bed):
    box = bed.run(["/bin/sleep", "100"])
    p = bed.popen("exec", bed.run_dir, box.id, "sleep", "777")
    bed.until(lambda: "sleep 777" in bed.exec(box, "ps").stdout)
    p.kill()
    p.wait()
    bed.until(lambda: "sleep 777" not in bed.exec(box, "ps").stdout)
    box.remove()


def test_terminal_and_attach(bed):
    box = bed.run(["/bin/sh"], terminal=True)
    r = bed.prog("attach", bed.run_dir, box.id, "tty; echo $((40+2))\n", "500")
    assert "/dev/pts/0" in r.stdout or "/dev/console" in r.stdout
    assert "42" in r.stdout
    r = bed.prog("attach", bed.run_dir, box.id, "exit 8\n", "300")  # a second one, after the first has gone
    assert box.wait()["exit"] == 8
    assert any("42" in l for l in box.log())
    r = bed.prog("attach", bed.run_dir, box.id, "", "1", check=False)
    assert r.returncode == 1
    box.remove()


def test_first_to_attach_sees_what_was_printed_before(bed):
    box = bed.run(["/bin/sh", "-c", "echo before; printf 'prompt: '; read x; echo got $x; exec sleep 100"], terminal=True)
    bed.until(lambda: any("before" in l for l in box.log()))
    r = bed.prog("attach", bed.run_dir, box.id, "", "300")
    assert r.stdout.startswith("before\nprompt: ")
    r = bed.prog("attach", bed.run_dir, box.id, "word\n", "300")
    assert "before" not in r.stdout and "got word" in r.stdout
    box.remove()


def test_host_files_are_not_reached_through_proc_self_exe(bed):
    before = os.stat(shutil.which("crun")).st_mtime
    run(bed, "echo x > /proc/self/exe; for p in /proc/[0-9]*; do echo x > $p/exe; done")
    assert os.stat(shutil.which("crun")).st_mtime == before


def test_volume_is_seeded_whole(bed):
    box = bed.new(["/bin/true"])
    box.prepare()
    root = box.bundle + "/rootfs"
    path = bed.prog("volume", bed.state_dir, "ns", "vol", root, "/etc").stdout.strip()
    assert sorted(os.listdir(path)) == ["group", "passwd"]
    open(path + "/more", "w").write("x")
    assert bed.prog("volume", bed.state_dir, "ns", "vol", root, "/etc").stdout.strip() == path
    assert "more" in os.listdir(path)
    os.symlink("/root", root + "/lead-out")
    other = bed.prog("volume", bed.state_dir, "ns", "other", root, "/lead-out").stdout.strip()
    assert os.listdir(other) == []
    r = bed.prog("volume", bed.state_dir, "ns", "../x", check=False)
    assert r.returncode == 1 and "has no '/'" in r.stderr
    box.remove()
