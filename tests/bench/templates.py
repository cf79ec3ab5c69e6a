#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `sedge validate` beside openstack's tosca-parser, start of the process included, and how both commands for templates grow with the
template's size; prints tables in Markdown for docs/benchmarks.md. Needs no root.

usage: templates.py [--sedge PATH] [--runs N] [--corpus FOLDER] [--parser FOLDER]

The parser is run from its source (git clone https://opendev.org/openstack/tosca-parser): Debian's package lacks its definitions. --parser or
SEDGE_TOSCA_PARSER names the clone; --corpus or SEDGE_TOSCA_CORPUS the folder with the templates and their manifest.tsv."""
import argparse
import csv
import datetime
import os
import pathlib
import statistics
import sys
import tempfile
import time

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--sedge", default="build/sedge")
options.add_argument("--runs", type=int, default=5)
options.add_argument("--corpus", default=os.environ.get("SEDGE_TOSCA_CORPUS", pathlib.Path(__file__).resolve().parents[3] / "shared/tosca-corpus"))
options.add_argument("--parser", default=os.environ.get("SEDGE_TOSCA_PARSER"))
ARGS = options.parse_args()
PARSER = "import sys; from toscaparser.shell import main; sys.argv = ['tosca-parser', '--template-file', sys.argv[1]]; main()"


def spent(argv, env=None):
    """(milliseconds, peak KiB, exit status) of one run, what it prints thrown away."""
    null = os.open("/dev/null", os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    began = time.perf_counter()
    pid = os.posix_spawn(argv[0], [str(a) for a in argv], env or os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    ms = (time.perf_counter() - began) * 1000
    os.close(null)
    return ms, usage.ru_maxrss, os.waitstatus_to_exitcode(status)


def median_ms(argv, env=None):
    spent(argv, env)
    return statistics.median(spent(argv, env)[0] for _ in range(ARGS.runs))


def row(*cells):
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def head(*cells):
    row(*cells)
    print("|" + " --- |" * len(cells))


def corpus_files():
    with open(pathlib.Path(ARGS.corpus) / "manifest.tsv", encoding="utf-8", newline="") as f:
        for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
            if r["tier"] != "2.0" and r["expected"] != "skip":  # the parser knows 1.x only
                yield pathlib.Path(ARGS.corpus) / r["file"]


def bench_corpus():
    if not ARGS.parser or not (pathlib.Path(ARGS.corpus) / "manifest.tsv").exists():
        print("skipped: tosca-parser's source (--parser) or the corpus (--corpus) is not here\n")
        return
    env = {**os.environ, "PYTHONPATH": ARGS.parser, "PBR_VERSION": "2.12.0"}
    pairs = []
    for f in corpus_files():
        pairs.append((median_ms([ARGS.sedge, "validate", f]), median_ms(["/usr/bin/python3", "-c", PARSER, f], env), f))
    ours, theirs = [p[0] for p in pairs], [p[1] for p in pairs]
    print(f"### Checking one template, {len(pairs)} files of the corpus, ms\n")
    head("what", "median", "least", "most")
    row("sedge validate", *(f"{x:.2f}" for x in (statistics.median(ours), min(ours), max(ours))))
    row("tosca-parser", *(f"{x:.0f}" for x in (statistics.median(theirs), min(theirs), max(theirs))))
    ratios = sorted((t / o, f) for o, t, f in pairs)
    row("times as long", *(f"{x:.0f}" for x in (statistics.median(r[0] for r in ratios), ratios[0][0], ratios[-1][0])))
    print(f"\nThe least ratio is that of {ratios[0][1].relative_to(ARGS.corpus)}; below 100 times are {sum(r[0] < 100 for r in ratios)} files.\n")


def generated(nodes):
    text = ["tosca_definitions_version: tosca_simple_yaml_1_3", "imports: [sedge.yaml]", "topology_template:", "  node_templates:"]
    for i in range(nodes // 2):
        text += [f"    c{i}:", "      type: sedge.nodes.Container", "      properties:", f"        command: sleep {i}", "      artifacts:",
                 '        image: {type: sedge.artifacts.Image, file: "busybox:1"}', f"    s{i}:", "      type: sedge.nodes.Software",
                 "      requirements:", f"        - host: c{i}"] + ([f"        - connection: s{i - 1}"] if i else [])
    return "\n".join(text) + "\n"


def bench_size():
    print("### A generated template: containers with software on them, each connected to the one before\n")
    head("nodes", "validate, ms", "plan, ms", "peak memory of plan, MiB", "KiB a node")
    with tempfile.TemporaryDirectory(prefix="sedge-bench-") as folder:
        least = spent([ARGS.sedge, "version"])[1]
        for nodes in (1000, 2000, 5000, 10000):
            path = pathlib.Path(folder) / f"{nodes}.yaml"
            path.write_text(generated(nodes))
            memory = spent([ARGS.sedge, "plan", path])[1]
            row(nodes, f"{median_ms([ARGS.sedge, 'validate', path]):.0f}", f"{median_ms([ARGS.sedge, 'plan', path]):.0f}",
                f"{memory / 1024:.0f}", f"{(memory - least) / nodes:.1f}")
    print()


def main():
    ARGS.sedge = str(pathlib.Path(ARGS.sedge).resolve())
    if not os.access(ARGS.sedge, os.X_OK):
        sys.exit(f"there is no program {ARGS.sedge}: build it first")
    print(f"{datetime.date.today()}, command `{' '.join(sys.argv)}`\n")
    bench_corpus()
    bench_size()


main()
