# SPDX-License-Identifier: Apache-2.0
"""Templates of other projects through `sedge validate`: how far our verdicts are those of their authors.

They stand in ../shared/tosca-corpus beside the checkout, or where SEDGE_TOSCA_CORPUS says. REACHED is what was
reached; falling below it fails. DISPUTED says what we do where labels and parsers contradict each other, and why; APART where
we keep to another verdict or class than the label. error_classes.tsv gives the classes that our codes mean."""
import csv
import json
import os
import subprocess

import pytest

from template_bed import need_program, sedge, shared

# source: (valid ones accepted, invalid ones refused, of these with the class of the label)
REACHED = {
    "aria-rendered": (58, 59, 59),
    "oasis-1.0": (22, 22, 22),
    "oasis-2.0": (90, 45, 40),
    "puccini": (10, 0, 0),
    "tosca-parser": (84, 42, 42),
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
}
BATCH = 25
LINES_OFF = 0  # cases of OASIS where our errors are elsewhere

# What we do with disputed cases: True: accepted, False: refused; and why.
DISPUTED = {
    "aria-rendered/function_concat--functions_concat_syntax_empty.yaml": (True, "an empty list joins to an empty text; nothing in the standard forbids it"),
    "aria-rendered/node_type_capabilities--node_type_capabilities_section_syntax_type.yaml": (True, "an empty section of 1.x is taken with a warning, as in many files in use"),
    "aria-rendered/node_type_capabilities--node_type_capability_syntax_type.yaml": (False, "a capability definition has a mandatory type; nothing in it is no type"),
    "aria-rendered/node_type_requirements--node_type_requirement_capability_syntax_type.yaml": (False, "a requirement definition has a mandatory capability"),
    "aria-rendered/node_type_requirements--node_type_requirement_relationship_type_syntax_type.yaml": (True, "relationship is optional: without a value it is as if it were not there"),
    "aria-rendered/policy--policy_targets_groups.yaml": (True, "policies as a map are taken with a warning in 1.x"),
    "aria-rendered/policy--policy_targets_nodes.yaml": (True, "policies as a map are taken with a warning in 1.x"),
    "aria-rendered/policy--policy_targets_syntax_empty.yaml": (True, "policies as a map are taken with a warning in 1.x; an empty list of targets is a list"),
    "aria-rendered/template_interface--template_interface_operation_implementation_dependencies_syntax_type.yaml": (True, "dependencies is optional: without a value it is as if it were not there"),
    "aria-rendered/template_parameters_properties--template_parameter_required_with_default.yaml": (True, "policies as a map are taken with a warning in 1.x"),
    "oasis-1.0/3.1.2-tosca_definitions_version-05-not_first_line.yml": (True, "a version that is not first is a warning, and an error with --strict: parsers in use take any order"),
    "oasis-1.0/3.5.7-imports-02-relative.yml": (True, "1.0 has namespace_prefix, and the path is relative to the importing file"),
    "oasis-1.0/3.6.4-interface_type-03-inputs-operation.yml": (True, "inputs of an operation may be given as values; the type may be missing in parameters"),
    "oasis-1.0/3.9.1.1-metadata-01-valid.yml": (False, "YAML 1.2 forbids doubled keys; the doubled one is a slip of the author's"),
    "tosca-parser/CSAR/csar_root_yaml_with_tosca_definition1_0.zip": (False, "an archive without TOSCA.meta needs template_name and template_version in its template's metadata"),
    "tosca-parser/functions/test_concat_invalid.yaml": (True, "as above: concat of nothing is an empty text"),
    "tosca-parser/functions/test_invalid_function_signature.yaml": (False, "the file says 1.0, where get_input takes one name; nested access came with 1.3"),
    "tosca-parser/relationship/test_custom_relationship.yaml": (False, "the imported file has no version, and occurences is no keyname"),
    "tosca-parser/test_instance_nested_imports.yaml": (False, "imports are relative to the file that imports, not to the root template"),
    "tosca-parser/test_template_without_requirement.yaml": (True, "an open requirement of a node that sedge does not run itself is left open, with a warning; an error with --strict"),
    "tosca-parser/topology_template/queuingsubsystem.yaml": (True, "its open requirement is mapped outwards by its substitution mappings"),
    "tosca-parser/topology_template/validate/test_substitution_mappings_error_capability_type.yaml": (False, "a filter has no level node_filter in it"),
    "tosca-parser/topology_template/validate/test_substitution_mappings_error_property_type.yaml": (False, "a filter has no level node_filter in it"),
    "tosca-parser/topology_template/validate/test_substitution_mappings_section.yaml": (False, "a filter has no level node_filter in it"),
    "oasis-2.0/requirement-assignment-grammar/requirement-assignment-filter.yaml": (False, "the node filter is worked out, and does not hold for the node template named"),
    "oasis-2.0/requirement-assignment-grammar/requirement-assignment-full.yaml": (False, "the node filter is worked out, and does not hold for the node template named"),
    "tosca-parser/tosca_elk.yaml": (False, "imports are relative to the file that imports, not to the root template"),
}
# Where we keep to another verdict, or to a nearer class, than the label: (what we say, why).
APART = {
    "tosca-parser/policies/tacker_defs.yaml": ("VERSION_UNKNOWN", "the NFV profile of an old draft, with keynames of its own: one line says that it is not read"),
    "tosca-parser/policies/tacker_nfv_defs.yaml": ("YAML_SYNTAX", "YAML 1.2 forbids doubled keys; here the second one hides the first by mistake"),
    "aria-rendered/node_template_artifacts--node_template_artifact_syntax_empty.yaml": ("MISSING_KEY", "an empty map is a map; what is wrong is that the mandatory file is absent"),
    "aria-rendered/template_interface--template_interface_operation_missing.yaml": ("UNDECLARED_NAME", "the operation is there; it is the type that does not declare it"),
    "aria-rendered/capability_type--capability_type_valid_source_types_unknown.yaml": ("UNKNOWN_TYPE", "the name is that of a type, as in the OASIS case 3.6.6-capability_types-04"),
}


def rows(corpus):
    with open(os.path.join(corpus, "manifest.tsv"), encoding="utf-8", newline="") as f:
        return [r for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE) if r["expected"] != "skip"]


def classes():
    """Our codes, and the class that each means."""
    with open(os.path.join(os.path.dirname(__file__), "error_classes.tsv"), encoding="utf-8") as f:
        return dict(line.rstrip("\n").split("\t") for line in f if not line.startswith("#"))


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


def wanted(row):
    """(is to be accepted, class or None)"""
    if row["file"] in APART:
        return False, APART[row["file"]][0]
    if row["expected"] == "disputed":
        return DISPUTED[row["file"]][0], None
    return row["expected"] == "valid", None if row["error_class"] in ("", "MULTIPLE", "OTHER") else row["error_class"]


def verdict(row, report, meant):
    """(agrees, same class, line for people)"""
    if report is None:
        return False, False, f"{row['file']}: crashed or hung"
    errors = [f for f in report["findings"] if f["level"] == "error"]
    valid, kind = wanted(row)
    agrees = report["valid"] == valid
    same = kind is None or any(kind in CLASSES.get(f["code"], {f["code"]}) | {meant[f["code"]]} for f in errors)
    placed = all(f["line"] >= 1 and f["column"] >= 1 for f in errors)
    first = f"{errors[0]['line']}:{errors[0]['column']}: {errors[0]['code']}: {errors[0]['text']}" if errors else "accepted"
    why = f"[{REASONS[row['file']]}] " if row["file"] in REASONS else ""
    return agrees, agrees and same and placed, f"{why}{row['file']}: is {row['expected']} {row['error_class']} ({row['notes']}); {first}"


def test_classes():
    """error_classes.tsv is what the table of codes says."""
    need_program()
    codes = json.loads(sedge("explain", "-o", "json").stdout)["codes"]
    assert {c["code"]: c["class"] for c in codes} == classes()


def test_lines():
    """Where OASIS names the line of the fault, one of our errors is there."""
    need_program()
    corpus = shared("SEDGE_TOSCA_CORPUS", "tosca-corpus")
    if not corpus:
        pytest.skip("the corpus is not there: set SEDGE_TOSCA_CORPUS to the folder that holds manifest.tsv")
    ours = [r for r in rows(corpus) if r["line"] and r["expected"] == "invalid"]
    off = {}
    for row, report in zip(ours, reports(corpus, [r["file"] for r in ours])):
        lines = [f["line"] for f in report["findings"] if f["level"] == "error"]
        named = [int(x) for x in row["line"].split(",")]
        if not any(abs(line - x) <= 1 for line in lines for x in named):
            off[row["file"]] = (row["line"], lines)
    print(f"{len(ours) - len(off)} of {len(ours)} at the line named", off)
    assert len(off) <= LINES_OFF


def test_corpus():
    need_program()
    corpus = shared("SEDGE_TOSCA_CORPUS", "tosca-corpus")
    if not corpus:
        pytest.skip("the corpus is not there: set SEDGE_TOSCA_CORPUS to the folder that holds manifest.tsv")
    all_rows = rows(corpus)
    meant = classes()
    got = [x for i in range(0, len(all_rows), BATCH) for x in reports(corpus, [r["file"] for r in all_rows[i:i + BATCH]])]
    scores, totals, crashed, undecided = {s: [0, 0, 0] for s in REACHED}, {s: [0, 0, 0] for s in REACHED}, [], []
    for row, report in zip(all_rows, got):
        source = row["file"].split("/")[0]
        agrees, same, line = verdict(row, report, meant)
        column = {"valid": 0, "invalid": 1, "disputed": 2}[row["expected"]]
        totals[source][column] += 1
        if column < 2:
            scores[source][column] += agrees
            scores[source][2] += same and column == 1
        elif not agrees:
            undecided.append(line)
        if not agrees or not same:
            print(("DIFFERS " if not agrees else "class   ") + line)
        if report is None:
            crashed.append(row["file"])
    for source, (valid, invalid, same) in scores.items():
        print(f"{source}: valid {valid} of {totals[source][0]}, invalid {invalid} of {totals[source][1]} ({same} by class), disputed {totals[source][2]}")
    print(f"apart from their labels, with a reason: {len(APART)}")
    assert crashed == [] and undecided == []
    fallen = {s: (scores[s], REACHED[s]) for s in REACHED if any(a < b for a, b in zip(scores[s], REACHED[s]))}
    assert fallen == {}
