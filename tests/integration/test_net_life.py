# SPDX-License-Identifier: Apache-2.0
"""The network over its life: addresses, adoption, kills at every system call, overlap with the machine, the cost of updates, and nothing left behind."""
import json
import os
import re
import subprocess

import pytest

from net_bed import HOST_IP, PROG, Bed, needs_root, port, run, service

pytestmark = needs_root
KILLED = 3


@pytest.fixture
def bed():
    b = Bed()
    try:
        yield b
    finally:
        b.close()


def test_attach_gives_address_route_and_loopback(bed):
    bed.prog("open")
    netns, ip = bed.prog("attach", "p1").stdout.split()
    assert (netns, ip) == (os.path.join(bed.dir, "netns", "p1"), "10.88.0.2")
    assert "10.88.0.2/32" in bed.inside("p1", "ip", "-o", "addr", "show", "eth0").stdout
    routes = bed.inside("p1", "ip", "route").stdout
    assert re.search(r"default via 10\.88\.0\.1 dev eth0", routes) and re.search(r"10\.88\.0\.1 dev eth0 .*scope link", routes)
    assert "UP" in bed.inside("p1", "ip", "link", "show", "lo").stdout
    assert [x for x in bed.links() if re.fullmatch(r"sdg[0-9a-f]{11}", x)]


def test_addresses_go_round_and_can_be_chosen(bed):
    assert [bed.attach(x) for x in ("p1", "p2", "p3")] == ["10.88.0.2", "10.88.0.3", "10.88.0.4"]
    assert bed.attach("p2") == "10.88.0.3"
    assert bed.attach("p4", "10.88.3.7") == "10.88.3.7"
    assert bed.attach("p5") == "10.88.3.8"
    taken = bed.prog("attach", "p6", "10.88.0.2", check=False)
    assert taken.returncode == 1 and "belongs to pod 'p1'" in taken.stderr
    other = bed.prog("attach", "p1", "10.88.0.9", check=False)
    assert other.returncode == 1 and "10.88.0.2 already" in other.stderr
    for bad in ("10.88.0.1", "10.99.0.1", "x"):
        assert "no pod's address" in bed.prog("attach", "p7", bad, check=False).stderr
    for bad in ("../x", "a/b", ".", "x.ip"):
        assert "cannot be a pod's id" in bed.prog("attach", bad, check=False).stderr
    assert bed.prog("list").stdout.split() == ["p1", "p2", "p3", "p4", "p5"]
    bed.prog("detach", "p2")
    bed.prog("detach", "p2")
    assert bed.attach("p6", "10.88.0.3") == "10.88.0.3"


def test_a_full_range_says_so(bed):
    bed.options = ["pods=10.88.0.0/29"]
    for i in range(5):
        bed.attach("p%d" % i)
    full = bed.prog("attach", "p5", check=False)
    assert full.returncode == 1 and "in use" in full.stderr
    bed.prog("detach", "p3")
    assert bed.attach("p5") == "10.88.0.5"


def test_mtu_reaches_both_ends(bed):
    bed.options = ["mtu=1400"]
    bed.attach("p1")
    assert "mtu 1400" in bed.inside("p1", "ip", "link", "show", "eth0").stdout
    assert "mtu 1400" in run("ip", "-n", bed.host, "link", "show", "sedge0").stdout


@pytest.mark.parametrize("what,words", [(("addr", "add", "10.88.7.1/24", "dev", "up0"), "the network 10.88.7.0/24 at 'up0'"),
                                        (("route", "add", "10.0.0.0/8", "dev", "up0"), "a route to 10.0.0.0/8 at 'up0'"),
                                        (("route", "add", "10.89.5.0/24", "dev", "up0"), "a route to 10.89.5.0/24 at 'up0'")])
def test_overlap_is_refused(bed, what, words):
    run("ip", "-n", bed.host, *what)
    p = bed.prog("open", check=False)
    assert p.returncode == 1 and words in p.stderr and "choose another range" in p.stderr
    assert "sedge0" not in bed.links()


def test_default_routes_are_no_overlap(bed):
    for r in ("default", "0.0.0.0/1", "128.0.0.0/1"):
        run("ip", "-n", bed.host, "route", "add", r, "dev", "up0")
    bed.prog("open")
    bed.prog("open")


def test_choose_passes_over_what_is_taken(bed):
    pairs = ["10.88.0.0/16", "10.89.0.0/16", "10.90.0.0/16", "10.91.0.0/16"]
    assert bed.prog("choose", *pairs).stdout.split() == ["0"]
    run("ip", "-n", bed.host, "route", "add", "10.89.5.0/24", "dev", "up0")
    assert bed.prog("choose", *pairs).stdout.split() == ["1"]
    run("ip", "-n", bed.host, "addr", "add", "10.90.0.1/32", "dev", "up0")
    none = bed.prog("choose", *pairs, check=False)
    assert none.returncode == 1 and "none of 2 candidates" in none.stderr


def test_a_link_of_that_name_that_is_no_bridge(bed):
    run("ip", "-n", bed.host, "link", "add", "sedge0", "type", "veth", "peer", "name", "other0")
    p = bed.prog("open", check=False)
    assert p.returncode == 1 and "no bridge" in p.stderr
    run("ip", "-n", bed.host, "link", "del", "sedge0")


def test_another_range_replaces_the_old(bed):
    bed.prog("open")
    bed.options = ["pods=10.70.0.0/24", "services=10.71.0.0/24"]
    bed.prog("open")
    out = run("ip", "-n", bed.host, "addr", "show", "sedge0").stdout + run("ip", "-n", bed.host, "route").stdout
    assert "10.70.0.1/24" in out and "10.71.0.0/24" in out and "10.88" not in out and "10.89" not in out


def test_cleanup_leaves_the_machine_as_it_was(bed):
    before = {x: bed.sysctl(x) for x in ("net.ipv4.ip_forward", "net.ipv4.conf.all.send_redirects", "net.ipv4.conf.up0.send_redirects")}
    routes = run("ip", "-n", bed.host, "route").stdout
    bed.prog("cleanup")
    for pod in ("p1", "p2"):
        bed.attach(pod)
    bed.prog("open")
    bed.apply({"ports": [port(80, "10.88.0.2", 80)]})
    assert bed.sysctl("net.ipv4.ip_forward") == "1"
    bed.prog("cleanup")
    bed.assert_clean()
    assert {x: bed.sysctl(x) for x in before} == before
    assert run("ip", "-n", bed.host, "route").stdout == routes
    bed.prog("cleanup")


def test_cleanup_leaves_tables_and_settings_of_others(bed):
    bed.on_host("nft", "add table ip theirs; add chain ip theirs c { type filter hook forward priority 0; }")
    bed.sysctl("net.ipv4.ip_forward", 1)
    bed.attach("p1")
    bed.prog("cleanup")
    assert bed.on_host("nft", "list", "tables").stdout.split() == ["table", "ip", "theirs"]
    assert bed.sysctl("net.ipv4.ip_forward") == "1"
    bed.on_host("nft", "delete", "table", "ip", "theirs")


def test_cleanup_finds_links_whose_files_are_lost(bed):
    bed.attach("p1")
    holder = subprocess.Popen(["nsenter", "--net=" + bed.ns_path("p1"), "sleep", "100"])
    run("umount", bed.ns_path("p1"))
    os.unlink(bed.ns_path("p1"))
    os.unlink(bed.ns_path("p1") + ".ip")
    bed.prog("cleanup")
    bed.assert_clean()
    holder.kill()
    holder.wait()


def works(bed, pod, ip):
    return bed.inside("host", "busybox", "ping", "-c", "1", "-W", "2", ip, check=False).returncode == 0


def kills(bed, verb, *args, step=1):
    """Kills the verb at one system call after another until it ends by itself; yields after each kill."""
    for at in range(1, 2000, step):
        p = bed.prog("kill-at", at, verb, *args, check=False)
        assert p.returncode in (0, KILLED), p.stderr
        if p.returncode == 0:
            return
        yield at
    raise AssertionError("%s never ended" % verb)


def test_attach_killed_anywhere_heals_by_repeating(bed):
    bed.prog("open")
    n = 0
    for at in kills(bed, "attach", "p1"):
        assert bed.attach("p1") == "10.88.0.2", at
        assert works(bed, "p1", "10.88.0.2"), at
        bed.prog("detach", "p1")
        assert bed.prog("list").stdout == ""
        n += 1
    assert n > 50
    bed.prog("cleanup")
    bed.assert_clean()


def test_attach_killed_anywhere_is_detached_or_cleaned(bed):
    bed.prog("open")
    for at in kills(bed, "attach", "p1", step=3):
        if at % 2:
            for pod in bed.prog("list").stdout.split():
                bed.prog("detach", pod)
            assert bed.prog("list").stdout == "" and bed.pins() == [], at
            assert bed.wait_no_links() == [], at
        else:
            bed.prog("cleanup")
            bed.assert_clean()


def test_detach_killed_anywhere_heals(bed):
    bed.attach("p1")
    for at in kills(bed, "detach", "p1"):
        assert bed.attach("p1") == "10.88.0.2"
        assert works(bed, "p1", "10.88.0.2"), at
    assert bed.wait_no_links() == [] and bed.pins() == []


def test_open_and_cleanup_killed_anywhere_heal(bed):
    before = {x: bed.sysctl(x) for x in ("net.ipv4.ip_forward", "net.ipv4.conf.all.send_redirects")}
    for at in kills(bed, "open", step=5):
        if at % 2:
            bed.prog("open")
            assert bed.attach("p1") == "10.88.0.2"
            assert works(bed, "p1", "10.88.0.2"), at
        bed.prog("cleanup")
        bed.assert_clean()
        assert {x: bed.sysctl(x) for x in before} == before, at
    bed.attach("p1")
    for at in kills(bed, "cleanup", step=2):
        bed.attach("p1")
    bed.assert_clean()
    assert {x: bed.sysctl(x) for x in before} == before


def test_apply_recovers_when_the_table_was_taken_away(bed):
    bed.prog("open")
    state = {"services": [service("10.89.0.1", ["10.88.0.2"], (80, 80))]}
    bed.apply(state)
    bed.on_host("nft", "delete", "table", "ip", "sedge")
    results, _ = bed.apply(state)
    assert [x["r"] for x in results] == [0]
    assert "10.89.0.1 . 80 : 10.88.0.2" in bed.on_host("nft", "list", "table", "ip", "sedge").stdout


def test_a_bad_address_is_refused_and_the_table_stays(bed):
    bed.prog("open")
    bed.apply({"services": [service("10.89.0.1", ["10.88.0.2"], (80, 80))]})
    before = bed.on_host("nft", "list", "table", "ip", "sedge").stdout
    results, words = bed.apply({"services": [service("10.89.0.1", ["localhost"], (80, 80))]}, check=False)
    assert results[0]["r"] < 0 and "'localhost' is no IPv4 address" in words
    assert bed.on_host("nft", "list", "table", "ip", "sedge").stdout == before


def many(n, moved=None):
    services = []
    for i in range(n):
        pods = ["10.88.%d.%d" % (1 + (3 * i + k) // 250, 1 + (3 * i + k) % 250) for k in range(3 if i != moved else 2)]
        services.append(service("10.89.%d.%d" % (i >> 8, i & 255), pods, (80, 8080)))
    return {"services": services}


def table_of(bed):
    """What nft lists, without its numbering and order."""
    listed = json.loads(bed.on_host("nft", "-j", "list", "table", "ip", "sedge").stdout)["nftables"]
    out = []
    for item in listed:
        for kind, v in item.items():
            v.pop("handle", None)
            v["elem"] = sorted(map(str, v.get("elem", [])))
            out.append(kind + json.dumps(v, sort_keys=True))
    return sorted(out)


def test_update_at_a_thousand_services(bed):
    bed.prog("open")
    results, _ = bed.apply({}, many(1000), many(1000, moved=500), many(999), many(1001), many(1001))
    empty, first, change, removal, addition, nothing = [x["ms"] for x in results]
    print("ms: empty %.1f, 1000 services %.1f, one changed %.1f, one removed %.1f, two added %.1f, no change %.1f" %
          (empty, first, change, removal, addition, nothing))
    by_steps = table_of(bed)
    bed.apply(many(1001))
    assert by_steps == table_of(bed)


def test_two_hundred_pods_come_and_go(bed):
    bed.prog("open")
    times = json.loads(bed.prog("bench", 200).stdout)
    print(times)  # the aim is 3 ms each
    assert bed.wait_no_links(30) == [] and bed.pins() == []
    assert os.listdir(os.path.join(bed.dir, "netns")) == []


def test_reserved_port_is_held_and_its_holder_named(bed):
    holder = subprocess.Popen(["nsenter", "--net=" + bed.ns_path("host"), PROG, bed.dir, "reserve", "8080"], stdout=subprocess.PIPE, universal_newlines=True)
    bed.children.append(holder)  # ends with the bed, also when the test fails
    assert holder.stdout.readline() == "held\n"
    second = bed.prog("reserve", "8080", check=False)
    assert second.returncode == 1 and "'net_prog' (process %d)" % holder.pid in second.stderr and "8080/tcp" in second.stderr
    reuse = "import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('', 8080)); s.listen()"
    assert "Address already in use" in bed.inside("host", "/usr/bin/python3", "-c", reuse, check=False).stderr
    holder.kill()
    holder.wait()
    bed.serve("host", 8080)
    listening = bed.prog("reserve", "8080", HOST_IP, check=False)
    assert listening.returncode == 1 and "(process %d)" % bed.children[-1].pid in listening.stderr
    assert "no address of this host" in bed.prog("reserve", "8081", "203.0.113.9", check=False).stderr
