# SPDX-License-Identifier: Apache-2.0
"""Templates of other projects through `sedge validate`: how far our verdicts are those of their authors.

They stand in ../shared/tosca-corpus beside the checkout, or where SEDGE_TOSCA_CORPUS says. The table below is what was
reached; falling below it fails."""
import csv
import json
import os
import subprocess

import pytest

from template_bed import need_program, sedge, shared

# source: (valid ones accepted, invalid ones refused, of these with the class of the label)
REACHED = {
    "aria-rendered": (58, 58, 55),
    "oasis-1.0": (22, 22, 22),
    "oasis-2.0": (86, 41, 35),
    "puccini": (10, 0, 0),
    "tosca-parser": (78, 41, 39),
    "tosker": (10, 0, 0),
}
# Codes that another class of the label may stand for: what we call by one name, the labels call by two.
CLASSES = {
    "CSAR": {"CSAR", "IMPORT"},
    "UNKNOWN_TYPE": {"UNKNOWN_TYPE", "UNKNOWN_REF"},
}
# Verdicts of ours that differ from the label, and why they stay.
REASONS = {
    "oasis-2.0/examples/s27a.yaml": "imports a file of the folder above, which is not in the corpus",
    "oasis-2.0/examples/s30a.yaml": "imports over the network",
    "oasis-2.0/schema-definition/schema-definition-map-bad-entry-schema-inv.yaml": "'entry_schema: integer' is the short form of a schema (9.3); the label says text only",
    "oasis-2.0/bytes/bytes-binary-inv.yaml": "YAML_SYNTAX: the tag '!!binary\"' is no YAML",
    "oasis-2.0/interface-types/interface-types-invalid-empty.yaml": "VERSION_MISSING: the file is empty",
    "oasis-2.0/schema-definition/schema-definition-bad-entry-schema-inv.yaml": "UNKNOWN_TYPE: the schema names a type that is nowhere",
    "oasis-2.0/schema-definition/schema-definition-entry-schema-inv.yaml": "UNKNOWN_KEY: a data type has no key 'type'",
    "oasis-2.0/string/string-null-inv.yaml": "VALUE_TYPE: the shape is right, null is no string",
    "tosca-parser/policies/tacker_defs.yaml": "a version of the NFV profile, which is none of TOSCA's",
    "tosca-parser/policies/tacker_nfv_defs.yaml": "a key stands twice in one map, which YAML forbids",
}
BATCH = 25


def rows(corpus):
    with open(os.path.join(corpus, "manifest.tsv"), encoding="utf-8", newline="") as f:
        return [r for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE) if r["expected"] in ("valid", "invalid")]


def reports(corpus, files):
    """A report for each file; None where the program crashed or hung on it."""
    try:
        done = sedge("validate", "-o", "json", *[os.path.join(corpus, f) for f in files])
        if done.returncode in (0, 1):
            return json.loads(done.stdout)["templates"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        pass
    if len(files) == 1:
        return [None]
    return [report for f in files for report in reports(corpus, [f])]


def verdict(row, report):
    """(agrees, same class, line for people)"""
    if report is None:
        return False, False, f"{row['file']}: crashed or hung"
    errors = [f for f in report["findings"] if f["level"] == "error"]
    agrees = report["valid"] == (row["expected"] == "valid")
    same = any(row["error_class"] in CLASSES.get(f["code"], {f["code"]}) for f in errors) or row["error_class"] in ("MULTIPLE", "OTHER")
    first = f"{errors[0]['line']}:{errors[0]['column']}: {errors[0]['code']}: {errors[0]['text']}" if errors else "accepted"
    why = REASONS.get(row["file"])
    return agrees, agrees and same, (f"[{why}] " if why else "") + f"{row['file']}: is {row['expected']} {row['error_class']} ({row['notes']}); {first}"


def test_corpus():
    need_program()
    corpus = shared("SEDGE_TOSCA_CORPUS", "tosca-corpus")
    if not corpus:
        pytest.skip("the corpus is not there: set SEDGE_TOSCA_CORPUS to the folder that holds manifest.tsv")
    all_rows = rows(corpus)
    got = [x for i in range(0, len(all_rows), BATCH) for x in reports(corpus, [r["file"] for r in all_rows[i:i + BATCH]])]
    scores, totals, crashed = {s: [0, 0, 0] for s in REACHED}, {s: [0, 0] for s in REACHED}, []
    for row, report in zip(all_rows, got):
        source = row["file"].split("/")[0]
        valid = row["expected"] == "valid"
        agrees, same, line = verdict(row, report)
        totals[source][0 if valid else 1] += 1
        scores[source][0 if valid else 1] += agrees
        scores[source][2] += same and not valid
        if not agrees or (not valid and not same):
            print(("DIFFERS " if not agrees else "class   ") + line)
        if report is None:
            crashed.append(row["file"])
    for source, (valid, invalid, same) in scores.items():
        print(f"{source}: valid {valid} of {totals[source][0]}, invalid {invalid} of {totals[source][1]} ({same} by class)")
    assert crashed == []
    fallen = {s: (scores[s], REACHED[s]) for s in REACHED if any(a < b for a, b in zip(scores[s], REACHED[s]))}
    assert fallen == {}
