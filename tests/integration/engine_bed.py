# SPDX-License-Identifier: Apache-2.0
"""A keeper of its own, a busybox root folder, and short words for what the engine's tests do with them.

The engine's test program is looked for at $SEDGE_ENGINE_PROG, then below $SEDGE_BUILD, then in build/."""
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROG = os.environ.get("SEDGE_ENGINE_PROG") or os.path.join(ROOT, os.environ.get("SEDGE_BUILD", "build"), "tests/unit/engine/engine_prog")  # an absolute SEDGE_BUILD stays


def missing():
    if os.geteuid() != 0:
        return "needs root: namespaces and cgroups"
    for tool in ("crun", "busybox"):
        if not shutil.which(tool):
            return "needs %s" % tool
    if not os.path.exists(PROG):
        return "needs the engine's test program at %s" % PROG
    return ""


needs_root = pytest.mark.skipif(bool(missing()), reason=missing() or "-")

RAW_CALLS = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
static void call(const char *name, long nr, long a, long b, long c)
{
    errno = 0;
    long r = syscall(nr, a, b, c, 0, 0);
    printf("%s %d\n", name, r < 0 ? errno : 0);
    fflush(stdout);
}
int main(void)
{
    call("keyctl", SYS_keyctl, 0, 0, 0);
    call("add_key", SYS_add_key, 0, 0, 0);
    call("mount", SYS_mount, 0, 0, 0);
    call("unshare", SYS_unshare, 0x10000000, 0, 0);
    call("setns", SYS_setns, -1, 0, 0);
    call("bpf", SYS_bpf, 0, 0, 0);
    call("kexec_load", SYS_kexec_load, 0, 0, 0);
    call("open_by_handle_at", SYS_open_by_handle_at, -1, 0, 0);
    call("pivot_root", SYS_pivot_root, 0, 0, 0);
    call("personality_odd", SYS_personality, 0x0040000, 0, 0);
    call("personality_query", SYS_personality, 0xffffffff, 0, 0);
    call("clone_newuser", SYS_clone, 0x10000000 | 17, 0, 0);
    call("clone3", SYS_clone3, 0, 0, 0);
    call("getpid", SYS_getpid, 0, 0, 0);
    call("clock_gettime", SYS_clock_gettime, 0, (long)(long[2]){0}, 0);
    call("memfd_create", SYS_memfd_create, (long)"x", 0, 0);
    return 0;
}
"""


class Box:
    """One container."""

    def __init__(self, bed, args, **more):
        self.bed = bed
        self.id = "t-%d-%d" % (os.getpid(), next(bed.numbers))
        self.spec = {"id": self.id, "args": args, "layers": [bed.layer], **more}
        self.bundle = os.path.join(bed.run_dir, "containers", self.id)
        self.log_path = os.path.join(bed.state_dir, "containers", self.id, "log")
        self.pid = 0

    def prepare(self, check=True):
        return self.bed.prog("prepare", self.bed.run_dir, self.bed.state_dir, json.dumps(self.spec), check=check)

    def start(self, check=True):
        r = self.bed.prog("start", self.bed.run_dir, self.id, *(["tty"] if self.spec.get("terminal") else []), check=check)
        if r.returncode == 0:
            self.pid = int(r.stdout)
        return r

    def ctl(self, verb, *more, check=True):
        return self.bed.prog(verb, self.bed.run_dir, self.id, *map(str, more), check=check)

    def wait(self):
        return json.loads(self.bed.prog("wait", self.bed.run_dir, self.id).stdout)

    def log(self, tail=-1):
        return self.bed.prog("logs", self.bed.state_dir, self.id, str(tail)).stdout.splitlines()

    def output(self):
        return "".join(l[4:] + "\n" for l in self.log())

    def wait_output(self, text):
        self.bed.until(lambda: text in self.output())

    def release(self):
        self.ctl("forget")
        self.bed.prog("release", self.bed.run_dir, self.bed.state_dir, self.id)

    def remove(self):
        self.ctl("stop", 9, 0)
        if any(s["id"] == self.id for s in self.bed.status()):
            self.wait()
        self.ctl("forget")
        self.bed.prog("remove", self.bed.run_dir, self.bed.state_dir, self.id)


class Bed:
    log_bytes = 40000

    def __init__(self, options=()):
        self.options = list(options)
        self.numbers = itertools.count(1)
        self.keeper = None

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="engine-bed-", dir="/tmp")
        self.run_dir = os.path.join(self.dir, "run")
        self.state_dir = os.path.join(self.dir, "state")
        self.layer = self.folder("layer")
        for name in ("bin", "etc", "tmp", "mnt", "home/bob"):
            os.makedirs(os.path.join(self.layer, name))
        shutil.copy(shutil.which("busybox"), self.layer + "/bin/busybox")
        for name in subprocess.run(["busybox", "--list"], capture_output=True, text=True).stdout.split():
            if name != "busybox":
                os.symlink("busybox", os.path.join(self.layer, "bin", name))
        with open(self.layer + "/etc/passwd", "w") as f:
            f.write("root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1001::/home/bob:/bin/sh\n")
        with open(self.layer + "/etc/group", "w") as f:
            f.write("root:x:0:\nbob:x:1001:\nstaff:x:50:alice,bob\nwheel:x:60:bob\n")
        self.prog("cgroup-prepare")
        self.start_keeper()
        return self

    def __exit__(self, *_):
        for s in self.status():
            if s["state"] == "running":
                self.prog("kill", self.run_dir, s["id"], "9", check=False)
                self.prog("wait", self.run_dir, s["id"], check=False)
            self.prog("remove", self.run_dir, self.state_dir, s["id"], check=False)
        self.stop_keeper()
        for target in self.mounts():
            subprocess.run(["umount", "-l", target])
        self.prog("cgroup-cleanup", check=False)
        shutil.rmtree(self.dir)

    # the program

    def prog(self, *args, check=True, input=None):
        r = subprocess.run([PROG, *args], capture_output=True, text=True, timeout=60, input=input if input is not None else "")
        if check and r.returncode != 0:
            raise AssertionError("%s: %s%s" % (" ".join(args[:3]), r.stdout, r.stderr))
        return r

    def popen(self, *args):
        return subprocess.Popen([PROG, *args], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start_keeper(self):
        cmd = [PROG, "keeper", "--run", self.run_dir, "--state", self.state_dir, "--log-max-bytes", str(self.log_bytes), "--log-files", "2", *self.options]
        self.keeper = subprocess.Popen(cmd, stdin=subprocess.DEVNULL)
        self.until(lambda: self.prog("status", self.run_dir, check=False).returncode == 0)

    def stop_keeper(self):
        self.keeper.terminate()
        assert self.keeper.wait(timeout=10) == 0

    def kill_keeper(self):
        self.keeper.kill()
        self.keeper.wait()

    # containers

    def new(self, args, **more):
        return Box(self, args, **more)

    def prepare(self, args, **more):
        box = self.new(args, **more)
        box.prepare()
        return box

    def run(self, args, **more):
        box = self.prepare(args, **more)
        box.start()
        return box

    def status(self):
        return [json.loads(l) for l in self.prog("status", self.run_dir).stdout.splitlines()]

    def exec(self, box, *args, input=None, config=True):
        return self.prog("exec", self.run_dir, box.id, *args, check=False, input=input)

    # looks at the machine

    def folder(self, name):
        path = os.path.join(self.dir, name)
        os.makedirs(path, exist_ok=True)
        return path

    def until(self, what, seconds=30):
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, "did not come true in %d s" % seconds
            time.sleep(0.02)

    def mounts(self):
        return [l.split()[1] for l in open("/proc/mounts") if self.dir in l]

    def cgroups(self, box_id=None):
        found = []
        for dirpath, dirs, _ in os.walk("/sys/fs/cgroup"):
            found += [os.path.join(dirpath, d) for d in dirs if d.startswith("t-%d-" % os.getpid()) and box_id in (None, d)]
        return found

    def cpu_seconds(self, box):
        fields = open("/proc/%d/stat" % box.pid).read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def keeper_fds(self):
        return len(os.listdir("/proc/%d/fd" % self.keeper.pid))

    def zombies(self):
        out = subprocess.run(["ps", "-o", "stat=", "--ppid", str(self.keeper.pid)], capture_output=True, text=True).stdout
        return out.count("Z")

    def assert_nothing_left(self):
        assert self.status() == []
        assert self.mounts() == []
        assert self.cgroups() == []
        assert self.zombies() == 0
        assert os.listdir(os.path.join(self.run_dir, "containers")) == []
        crun = os.path.join(self.run_dir, "crun")
        assert not os.path.exists(crun) or os.listdir(crun) == []
        assert not [n for n in os.listdir(self.run_dir) if re.match(r"(tty|exec)\.", n)]

    def raw_calls(self):
        compiler = shutil.which("cc") or pytest.skip("needs a C compiler for the small program that makes raw calls")
        source, layer = os.path.join(self.dir, "raw.c"), self.folder("raw-layer")
        with open(source, "w") as f:
            f.write(RAW_CALLS)
        subprocess.run([compiler, "-static", "-O1", "-o", layer + "/raw", source], check=True)
        box = self.run(["/raw"], layers=[self.layer, layer])
        box.wait()
        got = {l.split()[0]: int(l.split()[1]) for l in box.output().splitlines()}
        box.remove()
        return got
