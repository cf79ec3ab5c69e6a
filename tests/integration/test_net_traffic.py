# SPDX-License-Identifier: Apache-2.0
"""Pods, published ports and services as their users see them: who can reach whom, by which address, and as whom. All of it with and without
br_netfilter's hook, which makes the kernel translate bridged packets in another place."""
import collections
import time

import pytest

from net_bed import HOST_IP, OTHER_IP, Bed, needs_root, port, service

pytestmark = needs_root
VIP, VIP_MANY, VIP_ALL, VIP_EMPTY = "10.89.0.10", "10.89.0.11", "10.89.0.12", "10.89.0.13"


@pytest.fixture(scope="module", params=["routed", "br_netfilter"])
def bed(request):
    b = Bed()
    try:
        try:
            b.sysctl("net.bridge.bridge-nf-call-iptables", 1 if request.param == "br_netfilter" else 0)
        except AssertionError:
            if request.param == "br_netfilter":
                pytest.skip("needs a kernel with br_netfilter")
        b.prog("open")
        b.ip = {pod: b.attach(pod) for pod in ("a", "b", "c")}
        for pod in b.ip:
            b.serve(pod, 80)
            b.serve(pod, 5353, "udp")
        b.serve("other", 80)
        b.serve("host", 7000, address="127.0.0.1")
        ip = b.ip
        b.state = {
            "ports": [port(8080, ip["a"], 80), port(8053, ip["a"], 5353, udp=True), port(8081, ip["b"], 80, HOST_IP),
                      port(8082, ip["b"], 80, "127.0.0.1")],
            "services": [service(VIP, [ip["a"]], (80, 80), (53, 5353, True)), service(VIP_MANY, [ip["a"], ip["b"], ip["c"]], (8000, 80), (53, 5353, True)),
                         service(VIP_ALL, [ip["b"]]), service(VIP_EMPTY, [], (80, 80))]}
        b.apply(b.state)
        yield b
    finally:
        b.close()


def test_pods_reach_each_other_through_the_host(bed):
    assert bed.ask("a", bed.ip["b"], 80) == [("b", bed.ip["a"])]
    neighbours = bed.inside("a", "ip", "neigh").stdout.split("\n")
    assert {line.split()[0] for line in neighbours if line} == {"10.88.0.1"}


def test_no_pod_is_told_a_way_past_the_host(bed):
    bed.ask("a", bed.ip["b"], 80, times=20)
    assert "redirect" not in bed.inside("a", "ip", "route", "show", "cache").stdout
    assert bed.sysctl("net.ipv4.conf.all.send_redirects") == "0"
    assert bed.sysctl("net.ipv4.conf.sedge0.rp_filter") == "2"


def test_host_reaches_pods_and_they_the_host(bed):
    assert bed.ask("host", bed.ip["a"], 80) == [("a", "10.88.0.1")]


def test_pods_leave_under_the_hosts_name(bed):
    assert bed.ask("a", OTHER_IP, 80) == [("other", HOST_IP)]


@pytest.mark.parametrize("where,address,seen", [
    ("host", "127.0.0.1", "10.88.0.1"), ("host", HOST_IP, HOST_IP), ("other", HOST_IP, OTHER_IP), ("b", HOST_IP, None), ("b", "10.88.0.1", None),
    ("a", HOST_IP, "10.88.0.1")])
def test_published_port(bed, where, address, seen):
    seen = seen or bed.ip[where]
    assert bed.ask(where, address, 8080) == [("a", seen)]
    assert bed.ask(where, address, 8053, "udp") == [("a", seen)]


def test_port_published_on_one_address_only(bed):
    assert bed.ask("other", HOST_IP, 8081) == [("b", OTHER_IP)]
    assert bed.ask("host", HOST_IP, 8081) == [("b", HOST_IP)]
    assert bed.ask("host", "127.0.0.1", 8081) == [("error:", "ConnectionRefusedError")]
    assert bed.ask("host", "127.0.0.1", 8082) == [("b", "10.88.0.1")]
    assert bed.ask("other", HOST_IP, 8082) == [("error:", "ConnectionRefusedError")]


@pytest.mark.parametrize("where,seen", [("host", "10.88.0.1"), ("b", None), ("a", "10.88.0.1")])
def test_service_with_one_pod(bed, where, seen):
    seen = seen or bed.ip[where]
    assert bed.ask(where, VIP, 80) == [("a", seen)]
    assert bed.ask(where, VIP, 53, "udp") == [("a", seen)]


@pytest.mark.parametrize("where", ["host", "a"])
def test_service_spreads_over_its_pods(bed, where):
    got = collections.Counter(name for name, _ in bed.ask(where, VIP_MANY, 8000, times=90))
    assert set(got) == {"a", "b", "c"}, got
    assert min(got.values()) >= 10
    assert {name for name, _ in bed.ask(where, VIP_MANY, 53, "udp", times=60)} == {"a", "b", "c"}


def test_service_without_ports_passes_them_all(bed):
    assert bed.ask("a", VIP_ALL, 80) == [("b", bed.ip["a"])]
    assert bed.ask("b", VIP_ALL, 80) == [("b", "10.88.0.1")]
    assert bed.ask("a", VIP_ALL, 5353, "udp") == [("b", bed.ip["a"])]


@pytest.mark.parametrize("where", ["host", "a"])
@pytest.mark.parametrize("address,to", [(VIP_EMPTY, 80), (VIP, 81), ("10.89.77.1", 80)])
def test_nobody_there_is_refused_at_once(bed, where, address, to):
    start = time.time()
    assert bed.ask(where, address, to) == [("error:", "ConnectionRefusedError")]
    # The kernel tells a sender on the refusing machine itself by EPERM, at least for datagrams.
    assert bed.ask(where, address, to, "udp") == [("error:", "PermissionError" if where == "host" else "ConnectionRefusedError")]
    assert time.time() - start < 1.5


def test_hosts_loopback_is_closed_to_pods(bed):
    assert bed.ask("host", "127.0.0.1", 7000) == [("host", "127.0.0.1")]
    bed.inside("c", "ip", "addr", "del", "127.0.0.1/8", "dev", "lo")
    bed.inside("c", "sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1")
    bed.inside("c", "ip", "route", "add", "127.0.0.1", "via", "10.88.0.1", "src", bed.ip["c"])
    assert bed.ask("c", "127.0.0.1", 7000)[0][1] in ("TimeoutError", "timeout")
    bed.on_host("nft", "flush", "chain", "ip", "sedge", "guard")
    assert bed.ask("c", "127.0.0.1", 7000)[0][0] == "host"  # it is the guard that closes it


def test_services_go_on_while_the_table_is_adopted(bed):
    bed.prog("open")
    assert bed.ask("b", VIP, 80) == [("a", bed.ip["b"])]


def test_a_change_takes_effect_and_only_that(bed):
    moved = dict(bed.state, services=[service(VIP, [bed.ip["b"]], (80, 80))])
    bed.apply(bed.state, moved)
    assert bed.ask("a", VIP, 80) == [("b", bed.ip["a"])]
    assert bed.ask("a", VIP_ALL, 80) == [("error:", "ConnectionRefusedError")]
    assert bed.ask("other", HOST_IP, 8080) == [("a", OTHER_IP)]
    bed.apply(moved, bed.state)
    assert bed.ask("b", VIP, 80) == [("a", bed.ip["b"])]
