# SPDX-License-Identifier: Apache-2.0
"""Plans through the program: those of TosKer's running example with their verdicts, and those made of the project's own templates."""
import glob
import json
import os
import re

import pytest

from template_bed import ROOT, TEMPLATES, need_program, sedge, shared

pytestmark = pytest.mark.usefixtures("program")


@pytest.fixture
def program():
    need_program()


@pytest.fixture
def tosker():
    folder = shared("SEDGE_TOSKER", "tosker")
    if not folder:
        pytest.skip("TosKer's example is not there: set SEDGE_TOSKER to the folder that holds plan-vectors.txt")
    return folder


def thinking(folder):
    return os.path.join(folder, "thinking", "thinking.yaml")


def operations(path):
    with open(path, encoding="utf-8") as f:
        return [line.strip() for line in f if line.strip()]


def vectors():
    folder = shared("SEDGE_TOSKER", "tosker")
    if not folder:
        return []
    with open(os.path.join(folder, "plan-vectors.txt"), encoding="utf-8") as f:
        return [tuple(p.strip() for p in line.split("|")) for line in f if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("verdict,plan,reason", vectors() or [("", "", "")])
def test_vector(verdict, plan, reason, tosker):
    up = operations(os.path.join(tosker, "thinking", "thinking.up.plan"))
    words = [w for word in plan.split() for w in (up if word == "UP" else [word])]
    done = sedge("plan", thinking(tosker), "--plan", "-", stdin="\n".join(words) + "\n")
    if verdict == "reject":
        assert done.returncode == 1, done.stdout + done.stderr
        assert done.stdout == f"refused: line {len(words)}: {words[-1]}: {reason}\n"
        return
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("accepted: ends ")
    wanted = set(reason.removeprefix("ends ").split())
    assert wanted <= set(done.stdout.split()), done.stdout


def test_all_eleven_were_there(tosker):
    assert len(vectors()) == 11


def test_thinking_is_valid(tosker):
    done = sedge("validate", thinking(tosker))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("args,file", [([], "thinking.up.plan"), (["--down"], "thinking.down.plan")])
def test_order_equal_in_effect(args, file, tosker):
    """The plan made has the operations of TosKer's own, and ends in the same states."""
    made = sedge("plan", thinking(tosker), *args)
    assert made.returncode == 0, made.stderr
    own = operations(os.path.join(tosker, "thinking", file))
    assert sorted(made.stdout.split()) == sorted(own)
    now = ["--now", "up"] if args else []
    ends = [sedge("plan", thinking(tosker), *now, "--plan", "-", stdin=text) for text in (made.stdout, "\n".join(own))]
    assert ends[0].returncode == ends[1].returncode == 0, ends[0].stdout + ends[1].stdout
    assert ends[0].stdout == ends[1].stdout


def own_templates():
    found = glob.glob(os.path.join(ROOT, "examples", "*", "*.yaml")) + glob.glob(os.path.join(TEMPLATES, "valid", "*.yaml"))
    return sorted(os.path.relpath(p, ROOT) for p in found if "tosca_definitions_version" in open(p, encoding="utf-8").read())


@pytest.mark.parametrize("name", own_templates())
def test_made_plans_hold(name):
    """What is made up and down passes the check, and leads to where it says."""
    path = os.path.join(ROOT, name)
    up = sedge("plan", path)
    assert up.returncode == 0, up.stderr
    accepted = sedge("plan", path, "--plan", "-", stdin=up.stdout)
    assert accepted.returncode == 0 and accepted.stdout.startswith("accepted: ends"), accepted.stdout
    again = sedge("plan", path, "--now", "up")
    assert (again.returncode, again.stdout) == (0, ""), again.stderr
    down = sedge("plan", path, "--down")
    assert down.returncode == 0, down.stderr
    assert len(down.stdout.splitlines()) <= len(up.stdout.splitlines())
    if down.stdout:
        accepted = sedge("plan", path, "--now", "up", "--plan", "-", stdin=down.stdout)
        assert accepted.returncode == 0, accepted.stdout


GUESTBOOK = os.path.join(ROOT, "examples", "guestbook", "guestbook.yaml")


def test_json():
    made = json.loads(sedge("plan", GUESTBOOK, "-o", "json").stdout)
    assert made["steps"] and set(made["steps"][0]) == {"component", "interface", "operation", "from", "to", "why"}
    step = made["steps"][0]
    text = f"{step['component']}:{step['interface']}.{step['operation']}\n"
    done = sedge("plan", GUESTBOOK, "-o", "json", "--plan", "-", stdin=text)
    verdict = json.loads(done.stdout)
    assert done.returncode == 0 and verdict["accepted"] and verdict["ends"][step["component"]] == step["to"]
    done = sedge("plan", GUESTBOOK, "-o", "json", "--plan", "-", stdin=text + text)
    verdict = json.loads(done.stdout)
    assert done.returncode == 1 and not verdict["accepted"] and verdict["reason"].startswith("line 2: ")


def test_csv(tmp_path):
    up = sedge("plan", GUESTBOOK).stdout
    plan = tmp_path / "up.csv"
    plan.write_text("".join(",".join(re.split("[:.]", line)) + "\n" for line in up.split()))
    done = sedge("plan", GUESTBOOK, "--csv", "--plan", str(plan))
    assert done.returncode == 0, done.stdout + done.stderr


def test_begin_from_a_plan(tmp_path):
    up = sedge("plan", GUESTBOOK).stdout.split()
    (tmp_path / "half.plan").write_text("\n".join(up[:3]) + "\n")
    rest = sedge("plan", GUESTBOOK, "--now", str(tmp_path / "half.plan"))
    assert rest.returncode == 0 and sorted(rest.stdout.split()) == sorted(up[3:])
    down = sedge("plan", GUESTBOOK, "--down", "--now", str(tmp_path / "half.plan"))
    assert down.returncode == 0 and 0 < len(down.stdout.split()) <= 3
    (tmp_path / "half.plan").write_text("\n".join(up[:3] + up[:1]) + "\n")
    wrong = sedge("plan", GUESTBOOK, "--now", str(tmp_path / "half.plan"))
    assert wrong.returncode == 1 and "half.plan" in wrong.stderr and "line 4" in wrong.stderr


@pytest.mark.parametrize("text,why", [("nonsense\n", "line 1"), ("nobody:Standard.create\n", "nobody"), ("\n# nothing\n", None)])
def test_odd_plans(text, why):
    done = sedge("plan", GUESTBOOK, "--plan", "-", stdin=text)
    assert done.returncode == (1 if why else 0)
    assert why is None or why in done.stdout + done.stderr


def test_wrong_usage():
    assert sedge("plan").returncode == 2
    assert sedge("plan", GUESTBOOK, "--plan", "x", "--down").returncode == 2
    assert sedge("plan", GUESTBOOK, "--plan", "-", "--now", "-").returncode == 2
    missing = sedge("plan", GUESTBOOK, "--plan", "/nowhere/x.plan")
    assert missing.returncode == 1 and "/nowhere/x.plan" in missing.stderr
