#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures sedge beside crun, podman and docker, in one run on one machine; prints tables in Markdown for docs/benchmarks.md.

usage: run.py [--sedge PATH] [--runs N] [--idle SECONDS] [--only PART]...    PART: short, deploy, memory, idle. As root.
Every figure is a median of N runs (20 by default), with minimum and maximum; each side works in the same network namespace with the same image."""
import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--sedge", default="build/sedge")
options.add_argument("--runs", type=int, default=20)
options.add_argument("--pause", type=float, default=0.3, help="seconds between two runs, so that one does not wait for the other's clean-up")
options.add_argument("--idle", type=int, default=60)
options.add_argument("--only", action="append", choices=["short", "deploy", "memory", "idle"])
ARGS = options.parse_args()
os.environ["SEDGE_BUILD"] = str(pathlib.Path(ARGS.sedge).resolve().parent)

from machine_bed import ROOT, Machine, image_archive, run, wait_for  # noqa: E402


def parts(name):
    return not ARGS.only or name in ARGS.only


def say(text=""):
    print(text, flush=True)


def table(head, rows):
    say("| " + " | ".join(head) + " |")
    say("|" + " --- |" * len(head))
    for row in rows:
        say("| " + " | ".join(str(x) for x in row) + " |")
    say()


def timed(call):
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def sample(call, runs=None):
    call()  # once before: caches, and whether it works at all
    times = []
    for _ in range(runs or ARGS.runs):
        time.sleep(ARGS.pause)
        times.append(timed(call))
    return times


def figures(times):
    return f"{statistics.median(times):.1f}", f"{min(times):.1f}", f"{max(times):.1f}"


def pss(pid):
    """(PSS, private) in KiB."""
    rollup = dict(line.split(":") for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    def kib(key):
        return int(rollup[key].split()[0])
    return kib("Pss"), kib("Private_Dirty") + kib("Private_Clean")


def written(pid):
    """Bytes that the process caused to be written, and its CPU ticks."""
    io = dict(line.split(": ") for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines())
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    wakeups = sum(int(line.split()[1]) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
                  for line in (task / "status").read_text().splitlines() if line.startswith("voluntary_ctxt_switches"))
    return int(io["write_bytes"]), int(stat[11]) + int(stat[12]), wakeups


# ---- one short container ----

class Crun:
    """crun alone, by its own `crun spec`: no network is set up (the host's), no seccomp."""

    def __init__(self, m, work):
        self.m, self.bundle = m, work / type(self).__name__
        (self.bundle / "rootfs").mkdir(parents=True)
        layer, = (d for d in (m.state_dir / "images/layers").glob("*/") if (d / "bin/busybox").exists() and not (d / "usr/sbin/nginx").exists()
                  and not (d / "usr/bin/apt").exists())
        run("cp", "-a", f"{layer}/.", self.bundle / "rootfs")
        config = self.config()
        config["process"].update(args=["true"], terminal=False)
        config["process"].pop("rlimits", None)
        config["linux"]["namespaces"] = [n for n in config["linux"]["namespaces"] if n["type"] not in ("network", "cgroup")]
        config["linux"].pop("cgroupsPath", None)
        config["root"]["path"] = "rootfs"
        (self.bundle / "config.json").write_text(json.dumps(config))

    def config(self):
        run("crun", "spec", cwd=self.bundle)
        return json.loads((self.bundle / "config.json").read_text())

    def short(self):
        self.m.inside("crun", "run", "--bundle", self.bundle, "bench-short")

    def close(self):
        pass


class CrunLikeSedge(Crun):
    """crun alone with what sedge gives it: Docker's seccomp profile, capabilities and masked paths; still no network."""

    def config(self):
        self.m.sedge("run", "-d", "--name", "bench-model", "busybox", "sleep", "1000")
        config = json.loads(next(self.m.run_dir.glob("containers/bench-model*/config.json")).read_text())
        self.m.sedge("rm", "bench-model")
        config["mounts"] = [mount for mount in config["mounts"] if mount["type"] != "bind"]
        config.pop("annotations", None)  # what sedge kept from earlier starts
        return config


class Podman:
    def __init__(self, m, work):
        self.m = m
        self.command = ["podman", "--root", work / "podman", "--runroot", work / "podman-run", "--cgroup-manager", "cgroupfs", "--log-level", "error"]
        m.inside(*self.command, "load", "-q", "-i", work / "busybox.tar")

    def short(self):
        self.m.inside(*self.command, "run", "--rm", "--ulimit", "nofile=20000:20000", "--ulimit", "nproc=20000:20000", "busybox", "true")

    def close(self):
        self.m.inside(*self.command, "rm", "-af", check=False)


class Docker:
    def __init__(self, m, work):
        self.m = m
        self.env = dict(os.environ, DOCKER_HOST=f"unix://{work}/docker.sock")
        self.daemon = subprocess.Popen(["nsenter", f"--net=/run/netns/{m.ns}", "dockerd", "--data-root", work / "docker", "--exec-root", work / "docker-run", "-p",
                                        work / "docker.pid", "-H", self.env["DOCKER_HOST"]], stdout=open(work / "dockerd.log", "w"), stderr=subprocess.STDOUT)
        wait_for(lambda: m.inside("docker", "version", env=self.env, check=False).returncode == 0, 60)
        m.inside("docker", "load", "-q", "-i", work / "busybox.tar", env=self.env)

    def short(self):
        self.m.inside("docker", "run", "--rm", "busybox", "true", env=self.env)

    def close(self):
        self.daemon.terminate()
        self.daemon.wait(60)


class Sedge:
    def __init__(self, m, work):
        self.m = m

    def short(self):
        self.m.sedge("run", "--rm", "busybox", "true")

    def close(self):
        pass


def bench_short(m, work):
    say("### One short container (`true` in busybox), start to end, ms\n")
    run("skopeo", "copy", "-q", f"oci-archive:{image_archive('busybox')}", f"docker-archive:{work}/busybox.tar:busybox:latest")
    entry = [timed(lambda: m.inside("true")) for _ in range(ARGS.runs)]
    base, rows = None, []
    say(f"{ARGS.pause} s of rest before each run.\n")
    for name, make, network in (("crun alone", Crun, "host's"), ("crun alone, configured as below", CrunLikeSedge, "host's"), ("sedge run", Sedge, "own address, services"), ("podman run", Podman, "CNI bridge"), ("docker run", Docker, "bridge")):
        tool = {"Docker": "dockerd", "Podman": "podman"}.get(make.__name__, "crun")
        if not shutil.which(tool):
            rows.append((name, "not installed", "", "", "", ""))
            continue
        side = make(m, work)
        try:
            times = sample(side.short)
        finally:
            side.close()
        base = base or statistics.median(times)
        rows.append((name, network, *figures(times), f"{statistics.median(times) / base:.1f}"))
    table(("what", "network", "median", "min", "max", "times crun"), rows)
    say(f"Each includes entering the test's network namespace and starting a process there: {statistics.median(entry):.1f} ms by itself.\n")


# ---- deploy ----

def until_answers(m, url):
    """Asks without rest until it answers: in milliseconds since the call."""
    began = time.perf_counter()
    wait_for(lambda: m.inside("curl", "-fsS", "-o", "/dev/null", "--max-time", "2", url, check=False).returncode == 0, 60, 0)
    return (time.perf_counter() - began) * 1000


def bench_deploy(m, work):
    say("### Deploying, images present, ms\n")
    rows = []
    for name, template, url in (("one web server (busybox)", work / "one.yaml", "http://127.0.0.1:8070/passwd"),
                                ("the demo: three tiers, two of them with software installed by scripts", ROOT / "examples/guestbook/guestbook.yaml", "http://127.0.0.1:8088/entries")):
        running, answers = [], []
        for _ in range(max(ARGS.runs // 4, 3)):
            time.sleep(ARGS.pause)
            began = time.perf_counter()
            deploy = m.start("deploy", template, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            answers.append(until_answers(m, url))
            deploy.wait(60)
            running.append((time.perf_counter() - began) * 1000)
            m.sedge("undeploy", template.stem, "--volumes")
        rows.append((name, *figures(running), *figures(answers)))
    table(("what", "the command ends: median", "min", "max", "HTTP 200: median", "min", "max"), rows)


ONE = """tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ sedge.yaml ]
topology_template:
  node_templates:
    web:
      type: sedge.nodes.Container
      properties:
        ports: { 80: 8070 }
        command: httpd -f -p 80 -h /etc
      artifacts:
        image: { type: tosker.artifacts.Image.Service, file: "busybox:latest" }
"""
FIFTY = """tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ sedge.yaml ]
topology_template:
  node_templates:
    many:
      type: sedge.nodes.Container
      properties: { replicas: 50, command: sleep 100000 }
      artifacts:
        image: { type: tosker.artifacts.Image.Service, file: "busybox:latest" }
"""


# ---- memory and idling ----

def daemons_pss(m):
    return {name: pss(pid) for name, pid in sorted(m.daemons().items())}


def idle(m, label):
    before = {name: written(pid) for name, pid in m.daemons().items()}
    disk = disk_bytes(m)
    time.sleep(ARGS.idle)
    rows = []
    for name, pid in sorted(m.daemons().items()):
        bytes_, ticks, wakeups = (b - a for a, b in zip(before[name], written(pid)))
        rows.append((label, name, bytes_, f"{ticks / os.sysconf('SC_CLK_TCK') / ARGS.idle * 100:.3f} %", wakeups))
    rows.append((label, "files changed under state and run", "some" if disk_bytes(m) != disk else 0, "", ""))
    return rows


def disk_bytes(m):
    """A number that changes when any file of ours does."""
    marks = []
    for top in (m.state_dir, m.run_dir):
        for folder, _, files in os.walk(top):
            if "rootfs" in folder:
                continue
            for name in files:
                try:
                    s = os.lstat(os.path.join(folder, name))
                    marks.append((folder, name, s.st_size, s.st_mtime_ns))
                except OSError:
                    continue
    return hash(tuple(marks))


def bench_memory(m, work):
    time.sleep(2)
    none = daemons_pss(m)
    idle_rows = idle(m, "0 containers") if parts("idle") else []
    m.sedge("deploy", work / "fifty.yaml", timeout=300)
    time.sleep(2)
    fifty = daemons_pss(m)
    if parts("idle"):
        idle_rows += idle(m, "50 containers")
    say("### Memory when idle, KiB (PSS; private in brackets)\n")
    table(("process", "0 containers", "50 containers", "per container"),
          [(name, f"{none[name][0]} ({none[name][1]})", f"{fifty[name][0]} ({fifty[name][1]})", f"{(fifty[name][0] - none[name][0]) / 50:.1f}") for name in none]
          + [("all", sum(v[0] for v in none.values()), sum(v[0] for v in fifty.values()),
              f"{(sum(v[0] for v in fifty.values()) - sum(v[0] for v in none.values())) / 50:.1f}")])
    if idle_rows:
        say(f"### {ARGS.idle} idle seconds\n")
        table(("with", "process", "bytes written", "CPU", "wake-ups"), idle_rows)
    m.sedge("undeploy", "fifty")


def main():
    if os.geteuid() != 0:
        sys.exit("the benchmarks start containers: they need root")
    commit = run("git", "-C", ROOT, "describe", "--always", "--dirty", check=False).stdout.strip()
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    say(f"{datetime.date.today()}, commit {commit}, {os.cpu_count()} cores of {cpu}, Linux {platform.release()}, command `{' '.join(sys.argv)}`\n")
    work = pathlib.Path(tempfile.mkdtemp(prefix="sedge-bench-"))
    (work / "one.yaml").write_text(ONE)
    (work / "fifty.yaml").write_text(FIFTY)
    try:
        with Machine(images=["busybox", "redis", "python", "nginx"]) as m:
            if parts("memory") or parts("idle"):
                bench_memory(m, work)
            if parts("short"):
                bench_short(m, work)
            if parts("deploy"):
                bench_deploy(m, work)
    finally:
        for mount in sorted((line.split()[4] for line in open("/proc/self/mountinfo") if str(work) in line), reverse=True):
            run("umount", "-l", mount, check=False)
        shutil.rmtree(work, ignore_errors=True)


main()
