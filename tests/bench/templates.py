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
import subprocess
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
    """(milliseconds, peak KiB, milliseconds of CPU) of one run, what it prints thrown away."""
    null = os.open("/dev/null", os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    began = time.perf_counter()
    pid = os.posix_spawn(argv[0], [str(a) for a in argv], env or os.environ, file_actions=actions)
    _, _, usage = os.wait4(pid, 0)
    ms = (time.perf_counter() - began) * 1000
    os.close(null)
    return ms, usage.ru_maxrss, (usage.ru_utime + usage.ru_stime) * 1000


def median_ms(argv):
    spent(argv)
    return statistics.median(spent(argv)[0] for _ in range(ARGS.runs))


class Pair:
    """Both on one file, by turns, so that what else the machine does hits both; three of ours to one of theirs."""

    def __init__(self, path, env):
        ours, theirs = [ARGS.sedge, "validate", path], ["/usr/bin/python3", "-c", PARSER, path]
        runs = [(spent(theirs, env), [spent(ours) for _ in range(3)]) for _ in range(ARGS.runs)]
        self.path = path
        self.wall, self.cpu = (
            (statistics.median(o[i] for _, three in runs for o in three), statistics.median(t[i] for t, _ in runs)) for i in (0, 2))

    def ratio(self, times):
        return times[1] / times[0]


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


def row_of(what, values, form):
    row(what, *(f"{x:{form}}" for x in (statistics.median(values), min(values), max(values))))


def bench_corpus():
    if not ARGS.parser or not (pathlib.Path(ARGS.corpus) / "manifest.tsv").exists():
        print("skipped: tosca-parser's source (--parser) or the corpus (--corpus) is not here\n")
        return
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"PYTHONPATH": ARGS.parser, "PBR_VERSION": "2.12.0"}
    subprocess.run(["/usr/bin/python3", "-m", "compileall", "-q", ARGS.parser], env=env, check=True)  # as installed software is
    pairs = [Pair(f, env) for f in corpus_files()]
    print(f"### Checking one template, {len(pairs)} files of the corpus\n")
    head("what", "median", "least", "most")
    for word, get in (("passed", lambda p: p.wall), ("of CPU", lambda p: p.cpu)):
        row_of(f"sedge validate, ms {word}", [get(p)[0] for p in pairs], ".2f")
        row_of(f"tosca-parser, ms {word}", [get(p)[1] for p in pairs], ".0f")
        row_of(f"times as long, {word}", [p.ratio(get(p)) for p in pairs], ".0f")
    row_of("`/bin/true`, ms passed", [spent(["/bin/true"])[0] for _ in range(200)], ".2f")
    for word, get in (("by what passed", lambda p: p.wall), ("by CPU", lambda p: p.cpu)):
        few = sorted(((p.ratio(get(p)), p) for p in pairs if p.ratio(get(p)) < 100), key=lambda few: few[0])
        least = min(pairs, key=lambda p: p.ratio(get(p)))
        print(f"\nBelow 100 times {word}: {len(few)}" + "".join(f"\n- {p.path.relative_to(ARGS.corpus)}: {r:.0f}" for r, p in few[:20]))
        print(f"The least is {least.ratio(get(least)):.0f}, of {least.path.relative_to(ARGS.corpus)}.")
    print()


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
        for nodes in (1000, 2000, 5000, 10000, 50000):
            path = pathlib.Path(folder) / f"{nodes}.yaml"
            path.write_text(generated(nodes))
            memory = spent([ARGS.sedge, "plan", "--offline", path])[1]
            row(nodes, f"{median_ms([ARGS.sedge, 'validate', path]):.0f}", f"{median_ms([ARGS.sedge, 'plan', '--offline', path]):.0f}",
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
