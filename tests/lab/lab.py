#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A cluster of machines on one: hosts as network namespaces in a star around a switch, each with its own address, run and state folders, and `sedge` on it.

    tests/lab/lab.py up 5        makes h1 (the head) to h5, joined, and stays until Ctrl-C; prints how to use them
    lab = Lab(5); lab.close()    the same from a test

Links can be cut (both ways, or one), hosts powered off and on. The switch is a bridge in a namespace of its own, so nothing of it touches the machine's network."""
import os
import pathlib
import signal
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import machine_bed  # noqa: E402
from machine_bed import Machine, image_archive, run, wait_for  # noqa: E402

NET = "198.51.100."


class Host(Machine):
    """One board: the number n of the lab, h<n>, at 198.51.100.<10+n>."""

    def __init__(self, lab, n):
        self.lab, self.n, self.name, self.ip = lab, n, f"h{n}", f"{NET}{10 + n}"
        super().__init__(up=False)
        self.other = lab.switch

    def wire(self):
        self.other = self.lab.switch
        run("ip", "netns", "add", self.ns)
        run("ip", "-n", self.ns, "link", "set", "lo", "up")
        port = f"p{self.n}"
        run("ip", "-n", self.ns, "link", "add", "up0", "type", "veth", "peer", "name", port, "netns", self.lab.switch)
        run("ip", "-n", self.lab.switch, "link", "set", port, "master", "sw", "up")
        run("ip", "-n", self.ns, "addr", "add", f"{self.ip}/24", "dev", "up0")
        run("ip", "-n", self.ns, "link", "set", "up0", "up")
        run("ip", "-n", self.ns, "route", "add", "default", "via", NET + "1")

    def unwire(self):
        run("ip", "-n", self.lab.switch, "link", "del", f"p{self.n}", check=False)  # the other end may live on for a moment
        run("ip", "netns", "del", self.ns, check=False)

    # -- the cable --

    def cut(self):
        run("ip", "-n", self.lab.switch, "link", "set", f"p{self.n}", "down")

    def mend(self):
        run("ip", "-n", self.lab.switch, "link", "set", f"p{self.n}", "up")

    def deaf(self):
        """One way only: what it sends arrives, what is sent to it does not."""
        self.inside("nft", "add table netdev deaf; add chain netdev deaf in { type filter hook ingress device up0 priority 0; policy drop; }")

    def hears(self):
        self.inside("nft", "delete table netdev deaf", check=False)

    # -- the plug --

    def off(self):
        """As a power cut: no goodbye reaches anybody; what is on disk stays."""
        self.cut()
        self.power_off()
        self.cut()

    def on(self, *argv):
        self.mend()
        self.sedge("up", *argv)


class Lab:
    def __init__(self, n, images=(), join=True):
        self.switch = "sdge-s-" + uuid.uuid4().hex[:8]
        self.hosts = []
        try:
            run("ip", "netns", "add", self.switch)
            run("ip", "-n", self.switch, "link", "set", "lo", "up")
            run("ip", "-n", self.switch, "link", "add", "sw", "type", "bridge")
            run("ip", "-n", self.switch, "addr", "add", NET + "1/24", "dev", "sw")
            run("ip", "-n", self.switch, "link", "set", "sw", "up")
            for i in range(1, n + 1):
                self.hosts.append(Host(self, i))
            if join:
                self.join_all(images)
        except BaseException:
            self.close()
            raise

    @property
    def head(self):
        return self.hosts[0]

    def __getitem__(self, n):
        return self.hosts[n - 1]

    def join_all(self, images=()):
        self.head.sedge("up", "--listen", "0.0.0.0:6443", "--name", "h1")
        token = self.head.sedge("token", "create", "--uses", "0").stdout.strip()
        for host in self.hosts[1:]:
            host.sedge("node", "join", self.head.ip, "--token", token, "--name", host.name)
        for image in images:
            for host in self.hosts:
                self.head.sedge("image", "import", image_archive(image), "--node", host.name)

    def get(self, url, check=True, timeout=3):
        """As a client beside the switch."""
        return run("nsenter", f"--net=/run/netns/{self.switch}", "curl", "-fsS", "--max-time", str(timeout), url, check=check)

    def close(self):
        for host in self.hosts:
            host.hears()
        for host in reversed(self.hosts):
            host.close()
        run("ip", "netns", "del", self.switch, check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main():
    if len(sys.argv) != 3 or sys.argv[1] != "up" or not sys.argv[2].isdigit():
        sys.exit("usage: lab.py up N")
    why = machine_bed.missing()
    if why:
        sys.exit(f"lab.py: {why}")
    with Lab(int(sys.argv[2])) as lab:
        for host in lab.hosts:
            print(f"{host.name} {host.ip}: nsenter --net=/run/netns/{host.ns} env SEDGE_RUN={host.run_dir} SEDGE_STATE={host.state_dir} {machine_bed.SEDGE} ..")
        print("Ctrl-C takes all of it away")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            while True:
                time.sleep(3600)
        except (KeyboardInterrupt, SystemExit):
            pass


if __name__ == "__main__":
    main()
