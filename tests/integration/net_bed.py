# SPDX-License-Identifier: Apache-2.0
"""A host of its own (a network namespace), another host beside it on 198.51.100.0/24, and short words for what the network's tests do there.

The network's test program is looked for at $SEDGE_NET_PROG, then below $SEDGE_BUILD, then in build/. Nothing of it touches the machine's own network."""
import json
import os
import shutil
import subprocess
import tempfile
import time
import uuid

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROG = os.environ.get("SEDGE_NET_PROG") or os.path.join(ROOT, os.environ.get("SEDGE_BUILD", "build"), "tests/unit/net/net_prog")  # an absolute SEDGE_BUILD stays
HOST_IP, OTHER_IP = "198.51.100.1", "198.51.100.2"

# Answers each connection or datagram with its own name and what it saw as the peer.
SERVER = """
import socket, sys, threading
name, port, udp = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "udp"
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[4], port))
if not udp: s.listen(64)
print("ready", flush=True)
while True:
    if udp:
        data, peer = s.recvfrom(100)
        s.sendto(("%s %s" % (name, peer[0])).encode(), peer)
    else:
        c, peer = s.accept()
        c.sendall(("%s %s" % (name, peer[0])).encode())
        c.close()
"""
CLIENT = """
import socket, sys
address, port, udp, times = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "udp", int(sys.argv[4])
for _ in range(times):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
    s.settimeout(2)
    try:
        s.connect((address, port))
        if udp: s.send(b"x")
        print(s.recv(100).decode())
    except OSError as e:
        print("error:", type(e).__name__)
    s.close()
"""


def missing():
    if os.geteuid() != 0:
        return "needs root: network namespaces"
    for tool in ("ip", "nft", "nsenter"):
        if not shutil.which(tool):
            return "needs %s" % tool
    if not os.path.exists(PROG):
        return "needs the network's test program at %s" % PROG
    return ""


needs_root = pytest.mark.skipif(bool(missing()), reason=missing() or "-")


def run(*argv, check=True, **kw):
    p = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=120, **kw)
    if check and p.returncode:
        raise AssertionError("%s: %d: %s%s" % (" ".join(map(str, argv)), p.returncode, p.stdout, p.stderr))
    return p


class Bed:
    """One host with its neighbour; `close` takes all of it away."""

    def __init__(self, *options):
        mark = uuid.uuid4().hex[:8]
        self.host, self.other = "sdgt-h-" + mark, "sdgt-o-" + mark
        self.dir = tempfile.mkdtemp(prefix="net-")
        self.options = list(options)
        self.children = []
        for ns in (self.host, self.other):
            run("ip", "netns", "add", ns)
            run("ip", "-n", ns, "link", "set", "lo", "up")
        run("ip", "-n", self.host, "link", "add", "up0", "type", "veth", "peer", "name", "up0", "netns", self.other)
        for ns, ip in ((self.host, HOST_IP), (self.other, OTHER_IP)):
            run("ip", "-n", ns, "addr", "add", ip + "/24", "dev", "up0")
            run("ip", "-n", ns, "link", "set", "up0", "up")

    def close(self):
        for c in self.children:
            c.kill()
            c.wait()
            c.stdout.close()
        self.prog("cleanup", check=False)
        for ns in (self.host, self.other):
            run("ip", "netns", "del", ns, check=False)
        shutil.rmtree(self.dir, ignore_errors=True)

    def on_host(self, *argv, check=True, **kw):
        return run("ip", "netns", "exec", self.host, *argv, check=check, **kw)

    def prog(self, *args, check=True, **kw):
        # nsenter, not "ip netns exec": that would give it a mount namespace of its own, where its pins would be lost.
        return run("nsenter", "--net=/run/netns/" + self.host, PROG, *self.options, self.dir, *args, check=check, **kw)

    def attach(self, pod, *address):
        return self.prog("attach", pod, *address).stdout.split()[1]

    def apply(self, *states, check=True):
        p = self.prog("apply", input=json.dumps(list(states)), check=check)
        return [json.loads(line) for line in p.stdout.splitlines()], p.stderr

    def ns_path(self, where):
        named = {"host": self.host, "other": self.other}
        return "/run/netns/" + named[where] if where in named else os.path.join(self.dir, "netns", where)

    def inside(self, where, *argv, check=True, **kw):
        return run("nsenter", "--net=" + self.ns_path(where), *argv, check=check, **kw)

    def serve(self, where, port, protocol="tcp", address="0.0.0.0"):
        c = subprocess.Popen(["nsenter", "--net=" + self.ns_path(where), "/usr/bin/python3", "-c", SERVER, where, str(port), protocol, address],
                             stdout=subprocess.PIPE, universal_newlines=True)
        self.children.append(c)
        assert c.stdout.readline() == "ready\n"

    def ask(self, where, address, port, protocol="tcp", times=1):
        """What the servers answered: [(name, the peer they saw)], or [("error:", kind)]."""
        p = self.inside(where, "/usr/bin/python3", "-c", CLIENT, address, port, protocol, times)
        return [tuple(line.split(" ", 1)) for line in p.stdout.splitlines()]

    def sysctl(self, name, value=None):
        """In the host's namespace; sets it when a value is given."""
        return self.inside("host", "sysctl", "-n", name).stdout.strip() if value is None else self.inside("host", "sysctl", "-qw", "%s=%s" % (name, value))

    def links(self):
        return [x["ifname"] for x in json.loads(run("ip", "-j", "-n", self.host, "link").stdout)]

    def pins(self):
        with open("/proc/self/mounts") as f:
            return [line.split()[1] for line in f if self.dir in line]

    def wait_no_links(self, seconds=30):
        end = time.time() + seconds
        while any(x.startswith("sdg") for x in self.links()) and time.time() < end:
            time.sleep(0.02)
        return [x for x in self.links() if x.startswith("sdg")]

    def assert_clean(self):
        assert self.wait_no_links() == []
        assert "sedge0" not in self.links()
        assert self.pins() == []
        assert os.listdir(self.dir) == []
        assert self.on_host("nft", "list", "ruleset").stdout == ""


def service(address, endpoints, *ports):
    return {"address": address, "endpoints": endpoints, "ports": [dict(zip(("port", "target", "udp"), p)) for p in ports]}


def port(host_port, pod_ip, pod_port, host_ip=None, udp=False):
    p = {"host_port": host_port, "pod_ip": pod_ip, "pod_port": pod_port, "udp": udp}
    if host_ip:
        p["host_ip"] = host_ip
    return p
