# SPDX-License-Identifier: Apache-2.0
"""A machine of its own for the whole program: a network namespace with a neighbour on 198.51.100.0/24, folders for run and state, and `sedge` with short words.

`close` takes everything away, also when the test failed. The program is looked for below $SEDGE_BUILD, then in build/."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import uuid

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEDGE = pathlib.Path(os.environ.get("SEDGE_BUILD", ROOT / "build")).resolve() / "sedge"
SHARED = ROOT.parent / "shared"
HOST_IP, OTHER_IP = "198.51.100.1", "198.51.100.2"


def missing(*tools):
    if os.geteuid() != 0:
        return "needs root: namespaces, mounts and cgroups"
    if not SEDGE.exists():
        return f"needs the program at {SEDGE}"
    for tool in ("ip", "nft", "nsenter", "crun", "curl", *tools):
        if not shutil.which(tool):
            return f"needs {tool}"
    return ""


def needs(*tools):
    why = missing(*tools)
    return pytest.mark.skipif(bool(why), reason=why or "-")


def run(*argv, check=True, timeout=180, **kw):
    p = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout,
                       **{"stdin": subprocess.DEVNULL, **kw} if "input" not in kw else kw)
    if check and p.returncode:
        raise AssertionError(f"{' '.join(map(str, argv))}: exit {p.returncode}\n{p.stdout}{p.stderr}")
    return p


def image_archive(name):
    """Path of an image's archive, made from Debian packages the first time."""
    run(ROOT / "examples/images/build", name, timeout=900)
    return run(ROOT / "examples/images/build", "path", name).stdout.strip()


def wait_for(what, seconds=30, every=0.05):
    """Until `what` gives something true; gives that."""
    end = time.monotonic() + seconds
    while True:
        got = what()
        if got:
            return got
        assert time.monotonic() < end, f"waited {seconds} s in vain for {getattr(what, '__doc__', None) or what}"
        time.sleep(every)


class Machine:
    def __init__(self, up=True, images=()):
        mark = uuid.uuid4().hex[:8]
        self.ns, self.other = "sdge-h-" + mark, "sdge-o-" + mark
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="sedge-"))
        self.run_dir, self.state_dir = self.dir / "run", self.dir / "state"
        self.env = dict(os.environ, SEDGE_RUN=str(self.run_dir), SEDGE_STATE=str(self.state_dir), NO_COLOR="1")
        self.started = []
        try:
            self.wire()
            if up:
                self.sedge("up", "--listen", "127.0.0.1:6443", "--name", "board")
                for image in images:
                    self.sedge("image", "import", image_archive(image))
        except BaseException:
            self.close()
            raise

    def wire(self):
        for ns in (self.ns, self.other):
            run("ip", "netns", "add", ns)
            run("ip", "-n", ns, "link", "set", "lo", "up")
        run("ip", "-n", self.ns, "link", "add", "up0", "type", "veth", "peer", "name", "up0", "netns", self.other)
        for ns, ip in ((self.ns, HOST_IP), (self.other, OTHER_IP)):
            run("ip", "-n", ns, "addr", "add", ip + "/24", "dev", "up0")
            run("ip", "-n", ns, "link", "set", "up0", "up")
        run("ip", "-n", self.ns, "route", "add", "default", "via", OTHER_IP)

    def unwire(self):
        for ns in (self.ns, self.other):
            run("ip", "netns", "del", ns, check=False)

    def close(self):
        for p in self.started:
            if p.poll() is None:
                p.kill()
            p.wait()
        self.sedge("down", check=False)
        for pid in self.daemons().values():  # what 'down' left because it failed
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        mounts = [line.split()[4] for line in open("/proc/self/mountinfo")]
        for mount in sorted((m for m in mounts if m.startswith(str(self.dir))), reverse=True):
            run("umount", "-l", mount, check=False)
        self.unwire()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- commands --

    def inside(self, *argv, where="host", **kw):
        ns = self.ns if where == "host" else self.other
        return run("nsenter", f"--net=/run/netns/{ns}", *argv, **kw)

    def sedge(self, *argv, **kw):
        return self.inside(SEDGE, *argv, env=self.env, **kw)

    def fails(self, *argv, code=1, **kw):
        """Runs it, wants that exit status and gives what it said on standard error."""
        p = self.sedge(*argv, check=False, **kw)
        assert p.returncode == code, f"sedge {' '.join(map(str, argv))}: exit {p.returncode}, not {code}\n{p.stdout}{p.stderr}"
        return p.stderr

    def start(self, *argv, **kw):
        """In the background; ended by close()."""
        p = subprocess.Popen(["nsenter", f"--net=/run/netns/{self.ns}", str(SEDGE), *map(str, argv)], env=self.env, text=True, stdin=subprocess.DEVNULL,
                             **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **kw})
        self.started.append(p)
        return p

    def get(self, url, where="host", check=True):
        return self.inside("curl", "-fsS", "-L", "--max-time", "10", url, where=where, check=check)

    def api(self, path, method="GET", body=None, check=True):
        """A call on the API's Unix socket: the JSON that came."""
        data = [] if body is None else ["-H", "Content-Type: application/merge-patch+json" if method == "PATCH" else "Content-Type: application/json",
                                        "--data-binary", json.dumps(body)]
        p = self.inside("curl", "-sS", "--unix-socket", self.run_dir / "api.sock", "-X", method, *data, "http://sedge" + path, check=check)
        return json.loads(p.stdout)

    # -- looking --

    def pods(self, app=None):
        items = self.api("/api/v1/pods")["items"]
        return [p for p in items if app is None or p["metadata"].get("labels", {}).get("sedge.dev/application") == app]

    def ids(self, app=None):
        """component -> sorted (container id, pid) of its running containers."""
        found = {}
        for pod in self.pods(app):
            name = pod["metadata"].get("labels", {}).get("sedge.dev/component", pod["metadata"]["name"])
            for c in pod.get("status", {}).get("containerStatuses", []):
                if c["state"].get("running"):
                    found.setdefault(name, []).append((c["containerID"], c["pid"]))
        return {name: sorted(ids) for name, ids in found.items()}

    def application(self, name):
        return self.api(f"/apis/sedge.dev/v1/namespaces/default/applications/{name}")

    def daemons(self):
        """keeper, head, node -> pid, of those that run."""
        found = {}
        for name in ("keeper", "head", "node"):
            try:
                pid = int((self.run_dir / f"{name}.pid").read_text().strip() or 0)
                if pid and str(self.run_dir).encode() in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                    found[name] = pid
            except (OSError, ValueError):
                continue
        return found

    def kill(self, name):
        pid = self.daemons()[name]
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not pathlib.Path(f"/proc/{pid}/root").exists() or pathlib.Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z")
        return pid

    def wait_ready(self):
        """Until head and node are there (again)."""
        def ready():
            p = self.sedge("status", check=False)
            return p.returncode == 0
        wait_for(ready)

    def power_off(self):
        """As a power cut: every process of ours killed at once, /run emptied, networks gone."""
        victims = self.daemons().values()
        for sig in (signal.SIGSTOP, signal.SIGKILL):  # at once: none has the time to start another again
            for pid in victims:
                os.kill(pid, sig)
        cgroups = [p for base in ("/sys/fs/cgroup", "/sys/fs/cgroup/memory") for p in pathlib.Path(base).glob("sedge/*/cgroup.procs")]
        ids = {d.name for d in (self.state_dir / "containers").iterdir()} if (self.state_dir / "containers").exists() else set()
        for procs in cgroups:
            if procs.parent.name in ids:
                for pid in procs.read_text().split():
                    os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.5)
        mounts = [line.split()[4] for line in open("/proc/self/mountinfo")]
        for mount in sorted((m for m in mounts if m.startswith(str(self.run_dir))), reverse=True):
            run("umount", "-l", mount)
        shutil.rmtree(self.run_dir, ignore_errors=True)
        self.unwire()
        self.wire()

    def leftovers(self):
        """What of ours is on the machine: mounts, pinned namespaces, links, tables, cgroups, processes."""
        found = []
        found += [line.split()[4] for line in open("/proc/self/mountinfo") if str(self.dir) in line]
        found += [x["ifname"] for x in json.loads(run("ip", "-j", "-n", self.ns, "link").stdout) if x["ifname"] not in ("lo", "up0")]
        found += [line for line in self.inside("nft", "list", "tables").stdout.splitlines() if "sedge" in line]
        ids = {d.name for d in (self.state_dir / "containers").iterdir()} if (self.state_dir / "containers").exists() else set()
        found += [str(d) for d in pathlib.Path("/sys/fs/cgroup").glob("**/sedge/*") if d.name in ids]
        for proc in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if str(self.run_dir).encode() in (proc / "cmdline").read_bytes() and int(proc.name) != os.getpid():
                    found.append(f"process {proc.name}: {(proc / 'cmdline').read_bytes()[:120]!r}")
            except OSError:
                continue
        return found
