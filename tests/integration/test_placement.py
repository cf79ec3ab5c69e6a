# SPDX-License-Identifier: Apache-2.0
"""Where pods go, over two boards: labels, taints, cordon, drain, and what `sedge explain` says of it."""
import json
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))
from lab import Lab  # noqa: E402
from machine_bed import wait_for  # noqa: E402

DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
              "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
                       "template": {"metadata": {"labels": {"app": "web"}},
                                    "spec": {"containers": [{"name": "main", "image": "placed:1", "command": ["/bin/app", "serve", "80", "here"]}]}}}}


@pytest.fixture(scope="module")
def lab():
    lab = Lab(2, images=("placed",))
    yield lab
    lab.close()
