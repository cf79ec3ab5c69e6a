# SPDX-License-Identifier: Apache-2.0
"""The program's template verbs for tests: where it is, how it is called, what it said.

The program is looked for at $SEDGE_PROG, then in $SEDGE_BUILD, then in build/. What stands beside the checkout in
../shared is used where it is, and tests that need it are skipped with a word where it is not."""
import json
import os
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROG = os.environ.get("SEDGE_PROG") or os.path.join(ROOT, os.environ.get("SEDGE_BUILD", "build"), "sedge")
TEMPLATES = os.path.join(ROOT, "tests", "templates")
LIMIT_S = 60  # far above what anything takes: only a hang ends there


def need_program():
    if not os.access(PROG, os.X_OK):
        pytest.skip(f"the program is not built: {PROG}")


def shared(variable, *path):
    """A folder that is not the project's own: where the variable says, or in ../shared beside the checkout."""
    folder = os.environ.get(variable) or os.path.join(os.path.dirname(ROOT), "shared", *path)
    return folder if os.path.isdir(folder) else None


def sedge(*args, stdin=None, cwd=None):
    env = dict(os.environ, SEDGE_DATA=ROOT, NO_COLOR="1", ASAN_OPTIONS="detect_leaks=1", SEDGE_OFFLINE="1")
    return subprocess.run([PROG, *args], input=stdin, capture_output=True, text=True, cwd=cwd, timeout=LIMIT_S, env=env)


def validate(*args, cwd=None):
    """The reports of `sedge validate -o json`, one a template, with the exit status."""
    done = sedge("validate", "-o", "json", *args, cwd=cwd)
    assert done.returncode in (0, 1), f"status {done.returncode}: {done.stderr}"
    assert done.stderr == "", done.stderr
    return json.loads(done.stdout)["templates"], done.returncode


def findings(report, level):
    return [f for f in report["findings"] if f["level"] == level]


def told(report):
    return "\n".join(f"{f['file']}:{f['line']}:{f['column']}: {f['code']}: {f['text']}" for f in report["findings"])
