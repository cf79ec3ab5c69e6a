# SPDX-License-Identifier: Apache-2.0
"""The engine on control groups version 2, which the boards have and many build machines have not: Debian's own kernel is booted in an emulated machine with
the engine's test program, crun and busybox in its first file system. The guest prints facts, the tests judge them."""
import glob
import json
import os
import re
import shutil
import subprocess

import pytest

from engine_bed import PROG, ROOT

NET_PROG = os.path.join(os.path.dirname(os.path.dirname(PROG)), "net", "net_prog")
KERNEL_PACKAGE = "linux-image-cloud-amd64"  # Debian's kernel as it is, without drivers for hardware that is not there
MODULES = ("kernel/fs/overlayfs", "kernel/drivers/net/veth.ko", "kernel/net/bridge", "kernel/net/llc", "kernel/net/802", "kernel/net/netfilter", "kernel/net/ipv4",
           "kernel/net/ipv6", "kernel/lib", "kernel/crypto", "kernel/arch/x86/crypto")
BOOT_SECONDS = 170
MEMORY, PIDS = 64 << 20, 16

# The kernel's first file system cannot be pivoted away from, as crun does: everything moves to a tmpfs first.
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t tmpfs -o size=400m tmpfs /new
for d in bin etc guest guest-specs layer lib lib64 usr; do [ -e /$d ] && cp -a /$d /new/; done
mkdir -p /new/proc /new/sys /new/dev /new/run /new/tmp /new/state /new/sbin /new/root
ln -s /bin/busybox /new/sbin/modprobe
mount -t devtmpfs dev /new/dev
exec switch_root /new /bin/busybox sh /guest
"""

GUEST = r"""
export PATH=/bin:/usr/bin:/usr/sbin:/sbin
R=/run/e S=/state C=/sys/fs/cgroup
mount -t proc proc /proc; mount -t sysfs sys /sys
mkdir -p /dev/pts /dev/shm; mount -t devpts pts /dev/pts; ln -s /proc/self/fd /dev/fd; ln -s /proc/self/fd/0 /dev/stdin
mount -t cgroup2 cgroup2 $C
modprobe overlay; modprobe veth; modprobe bridge
fact() { echo "FACT $1 $2"; }
file() { fact "$1" "$(tr '\n' ' ' < "$2" 2>&1)"; }
start() { P=$(prog prepare $R $S "$(cat /guest-specs/$1)" 2>&1) && P=$(prog start $R $1 2>&1) && return; fact "$1.failed" "$P"; return 1; }
ended() { fact "$1.end" "$(prog wait $R $1 2>&1)"; fact "$1.out" "$(prog logs $S $1 -1 2>&1 | tr '\n' '|')"; }
gone() { prog forget $R $1; prog remove $R $S $1; [ -d $C/sedge/$1 ] && fact "$1.left" cgroup; fact "$1.gone" done; }
keeper() { prog keeper --run $R --state $S > /dev/console 2>&1 & K=$!; until prog status $R > /tmp/status 2>/dev/null; do usleep 50000; done; }

fact prepare "$(prog cgroup-prepare 2>&1; echo $?)"
file prepare.controllers $C/sedge/cgroup.subtree_control
fact prepare.again "$(prog cgroup-prepare 2>&1; echo $?)"
keeper

start limits
for f in memory.max memory.swap.max pids.max cpu.max cgroup.procs; do file limits.$f $C/sedge/limits/$f; done
fact limits.pid "$P"
fact limits.inside "$(prog exec $R limits sh -c 'cat /proc/self/cgroup /sys/fs/cgroup/memory.max; mkdir /sys/fs/cgroup/x; echo 1 > /sys/fs/cgroup/memory.max; head -c1 /dev/zero | wc -c; mknod /n b 8 0; head -c 1 /n; echo end' 2>&1 | tr '\n' '|')"
prog stop $R limits 15 200; ended limits; gone limits

start busy; sleep 2
fact busy.throttled "$(grep nr_throttled $C/sedge/busy/cpu.stat)"
prog stop $R busy 9 0; ended busy; gone busy

start hungry; ended hungry; gone hungry
start hungrychild; ended hungrychild; gone hungrychild
start modest; ended modest; gone modest
start forks; ended forks; gone forks

start family; usleep 300000
fact family.before "$(wc -l < $C/sedge/family/cgroup.procs)"
prog stop $R family 15 300; ended family; fact family.after "$(ps | grep -c '[s]leep 7777')"; gone family

start stays; start later
kill -9 $K; wait $K; keeper
fact adopted.status "$(tr '\n' ' ' < /tmp/status)"
prog exec $R later sh -c 'a=x; while :; do a=$a$a; done'
fact adopted.exec "$?"
prog kill $R later 9; fact later.end "$(prog wait $R later)"; gone later
prog stop $R stays 15 200; fact stays.end "$(prog wait $R stays)"; gone stays

if [ -e /bin/netprog ]; then
    fact net.open "$(netprog /run/n open 2>&1; echo $?)"
    fact net.attach "$(netprog /run/n attach p1 2>&1)"
    start wired && { ended wired; gone wired; }
    netprog /run/n detach p1
    fact net.cleanup "$(netprog /run/n cleanup 2>&1; echo $?) $(ip link | grep -c sedge0)"
fi

prog shutdown $R; wait $K; fact keeper.end "$?"
fact cleanup "$(prog cgroup-cleanup 2>&1; echo $?)"
fact cleanup.left "$(ls -d $C/sedge 2>/dev/null)"
fact mounts.left "$(grep -c ' /run/e' /proc/mounts)"
echo FACT end of facts
sync; reboot -f
"""


def sh(script):
    return ["/bin/sh", "-c", script]


SPECS = {
    "limits": {"args": ["/bin/sleep", "1000"], "memory_bytes": MEMORY, "cpu_milli": 500, "pids": PIDS},
    "busy": {"args": sh("while :; do :; done"), "cpu_milli": 100},
    "hungry": {"args": sh("a=x; while :; do a=$a$a; done"), "memory_bytes": 16 << 20},
    "hungrychild": {"args": sh("(a=x; while :; do a=$a$a; done); echo child $?; exit 3"), "memory_bytes": 16 << 20},
    "modest": {"args": sh("exit 137"), "memory_bytes": 16 << 20},
    "forks": {"args": sh("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 3 & done; echo started"), "pids": 8},
    "family": {"args": sh("trap '' TERM; (trap '' TERM; setsid sleep 7777) & sleep 7777 & wait; wait; sleep 7777"), "init": True},
    "stays": {"args": ["/bin/sleep", "1000"]},
    "later": {"args": ["/bin/sleep", "1000"], "memory_bytes": 16 << 20},
    "wired": {"args": sh("ping -c 1 -W 5 10.88.0.1 && ip addr show eth0"), "netns": "/run/n/netns/p1", "user": "0"},
}


def missing():
    for tool in ("qemu-system-x86_64", "apt-get", "dpkg-deb", "depmod", "crun", "busybox"):
        if not shutil.which(tool):
            return "needs %s" % tool
    if os.uname().machine != "x86_64":
        return "needs an x86_64 machine"
    if not os.path.exists(PROG):
        return "needs the engine's test program at %s" % PROG
    return ""


pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "-")


def kernel(folder):
    """The kernel package, unpacked: the vmlinuz and the folder of its modules. Downloads are kept in the build folder."""
    depends = subprocess.run(["apt-cache", "depends", KERNEL_PACKAGE], capture_output=True, text=True).stdout
    names = re.findall(r"Depends: (linux-image-\S+)", depends)
    kept = os.path.join(ROOT, os.environ.get("SEDGE_BUILD", "build"), "kernel-package")
    found = glob.glob(os.path.join(kept, "linux-image-*.deb"))
    if names:
        found = [f for f in found if os.path.basename(f).startswith(names[0] + "_")]
    if not found and names:
        os.makedirs(kept, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", names[0]], cwd=kept, capture_output=True, stdin=subprocess.DEVNULL)
        found = glob.glob(os.path.join(kept, names[0] + "_*.deb"))
    if not found:
        pytest.skip("needs the package that %s stands for, which apt-get cannot download (no network, or no 'apt-get update' yet)" % KERNEL_PACKAGE)
    subprocess.run(["dpkg-deb", "-x", found[0], folder], check=True)
    return glob.glob(folder + "/boot/vmlinuz-*")[0], glob.glob(folder + "/lib/modules/*")[0]


def copy(root, path, to=None):
    target = root + (to or path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(path, target)


OPENED_LATER = ("libnettle.so.8", "libmnl.so.0")  # io/lazy.h: no list of the program's own names them


def program(root, path, to):
    """A program with its libraries, which stand where they stand here."""
    copy(root, path, to)
    known = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True).stdout
    for name in OPENED_LATER:
        library = re.search(r"%s \(libc6,x86-64\S*\) => (/\S+)" % re.escape(name), known)
        assert library, "needs " + name
        if not os.path.exists(root + library.group(1)):
            copy(root, library.group(1))
    for line in subprocess.run(["ldd", path], capture_output=True, text=True).stdout.splitlines():
        library = re.search(r"(/\S+) \(0x", line)
        if library and not os.path.exists(root + library.group(1)):
            copy(root, library.group(1))


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def copy_modules(root, modules):
    version = os.path.basename(modules)
    target = "%s/lib/modules/%s" % (root, version)
    for name in MODULES:
        source = os.path.join(modules, name)
        if os.path.isdir(source):
            shutil.copytree(source, os.path.join(target, name))
        elif os.path.exists(source):
            os.makedirs(os.path.dirname(os.path.join(target, name)), exist_ok=True)
            shutil.copy(source, os.path.join(target, name))
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copy(os.path.join(modules, name), target)
    subprocess.run(["depmod", "-b", root, version], check=True, capture_output=True)


def make_root(root, modules):
    copy(root, shutil.which("busybox"), "/bin/busybox")
    program(root, shutil.which("crun"), "/usr/bin/crun")
    program(root, PROG, "/bin/prog")
    if os.path.exists(NET_PROG) and shutil.which("nft"):
        program(root, NET_PROG, "/bin/netprog")
        program(root, shutil.which("nft"), "/usr/sbin/nft")
    for name in ("bin", "etc", "tmp"):
        os.makedirs("%s/layer/%s" % (root, name))
    copy(root, shutil.which("busybox"), "/layer/bin/busybox")
    for name in subprocess.run(["busybox", "--list"], capture_output=True, text=True).stdout.split():
        if name != "busybox":
            os.symlink("busybox", "%s/layer/bin/%s" % (root, name))
    write(root + "/layer/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
    for name, spec in SPECS.items():
        write("%s/guest-specs/%s" % (root, name), json.dumps({"id": name, "layers": ["/layer"], **spec}))
    copy_modules(root, modules)
    write(root + "/guest", GUEST)
    write(root + "/init", INIT)
    os.chmod(root + "/init", 0o755)
    os.makedirs(root + "/new")


def boot(vmlinuz, initrd):
    command = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "1024", "-smp", "2", "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio",
               "-kernel", vmlinuz, "-initrd", initrd, "-append", "console=ttyS0 panic=-1 quiet loglevel=3 mitigations=off"]
    try:
        out = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=BOOT_SECONDS).stdout
    except subprocess.TimeoutExpired as e:
        raise AssertionError("the guest did not end in %d s; it said:\n%s" % (BOOT_SECONDS, (e.stdout or b"").decode(errors="replace")[-4000:]))
    return out.decode(errors="replace").replace("\r", "")


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("cgroup2"))
    try:
        vmlinuz, modules = kernel(folder + "/package")
        make_root(folder + "/root", modules)
        with open(folder + "/initrd", "wb") as f:
            names = subprocess.run(["find", "."], cwd=folder + "/root", capture_output=True).stdout
            subprocess.run(["busybox", "cpio", "-o", "-H", "newc"], cwd=folder + "/root", input=names, stdout=f, stderr=subprocess.DEVNULL, check=True)
        said = boot(vmlinuz, folder + "/initrd")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(said)
    got = dict((line.split(" ", 2) + [""])[1:3] for line in said.splitlines() if line.startswith("FACT "))
    assert got.get("end") == "of facts", said[-4000:]
    assert not [k for k in got if k.endswith(".failed")], got
    return got


def end(facts, name):
    return json.loads(facts[name + ".end"])


def test_controllers_are_handed_down(facts):
    assert facts["prepare"] == "0" and facts["prepare.again"] == "0"
    assert {"memory", "pids", "cpu"} <= set(facts["prepare.controllers"].split())


def test_limits_stand_in_the_kernel(facts):
    assert facts["limits.memory.max"].split() == [str(MEMORY)]
    assert facts["limits.memory.swap.max"].split() == ["0"]
    assert facts["limits.pids.max"].split() == [str(PIDS)]
    assert facts["limits.cpu.max"].split() == ["50000", "100000"]
    assert facts["limits.cgroup.procs"].split() == [facts["limits.pid"]]


def test_what_the_container_sees_of_it(facts):
    lines = facts["limits.inside"].split("|")
    assert lines[0] == "0::/" and lines[1] == str(MEMORY)
    assert sum("Read-only file system" in line for line in lines) == 2
    assert lines.count("1") == 1 and any("/n" in line and "not permitted" in line for line in lines) and "end" in lines


def test_stopped_and_gone(facts):
    assert end(facts, "limits")["signal"] in (9, 15)
    assert not [k for k in facts if k.endswith(".left") and facts[k] == "cgroup"]
    assert {name + ".gone" for name in SPECS if name != "wired"} <= set(facts)


def test_cpu_is_held_back(facts):
    assert int(facts["busy.throttled"].split()[1]) > 0


def test_out_of_memory_is_seen(facts):
    assert end(facts, "hungry")["oom"] is True and end(facts, "hungry")["exit"] != 0
    assert end(facts, "hungrychild")["oom"] is True
    assert end(facts, "modest")["oom"] is False and end(facts, "modest")["exit"] == 137


def test_processes_are_limited(facts):
    assert "can't fork" in facts["forks.out"] and "started" not in facts["forks.out"]


def test_a_whole_family_ends(facts):
    assert int(facts["family.before"]) >= 3
    assert end(facts, "family")["signal"] == 9 and facts["family.after"] == "0"


def test_another_keeper_takes_over(facts):
    found = {s["id"]: s for s in map(json.loads, re.findall(r"\{.*?\}", facts["adopted.status"]))}
    assert {name: s["state"] for name, s in found.items()} == {"stays": "running", "later": "running"}
    assert facts["adopted.exec"] != "0"
    assert end(facts, "later")["oom"] is True
    assert end(facts, "stays")["oom"] is False


def test_network_of_a_container(facts):
    if "net.open" not in facts:
        pytest.skip("needs nft and the network's test program")
    assert facts["net.open"] == "0" and facts["net.attach"].split()[1] == "10.88.0.2", facts["net.attach"]
    assert end(facts, "wired")["exit"] == 0 and "10.88.0.2" in facts["wired.out"]
    assert facts["net.cleanup"] == "0 0"


def test_nothing_is_left(facts):
    assert facts["keeper.end"] == "0" and facts["cleanup"] == "0"
    assert facts["cleanup.left"] == "" and facts["mounts.left"] == "0"
