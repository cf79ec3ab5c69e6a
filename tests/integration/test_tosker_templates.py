# SPDX-License-Identifier: Apache-2.0
"""TosKer's own templates, unmodified: those whose images can be made from Debian packages run for real.

They lie beside the checkout in shared/tosca-corpus/tosker (or where SEDGE_TOSKER_EXAMPLES says) and are skipped aloud where they are missing."""
import os
import pathlib

import pytest

from machine_bed import SHARED, Machine, needs, wait_for

EXAMPLES = pathlib.Path(os.environ.get("SEDGE_TOSKER_EXAMPLES", SHARED / "tosca-corpus/tosker/examples"))
pytestmark = [needs("busybox"), pytest.mark.skipif(not EXAMPLES.is_dir(), reason=f"TosKer's examples are not at {EXAMPLES}")]
WORDPRESS = EXAMPLES / "wordpress/wordpress.yaml"
SQL = "mariadb -uroot -ppassword -N -e"


def install_page(m, port=8080):
    def answers():
        p = m.get(f"http://127.0.0.1:{port}/wp-admin/install.php", check=False)
        return p.returncode == 0 and "WordPress" in p.stdout
    return wait_for(answers, 90, 0.5)


def rows(m):
    return wait_for(lambda: m.sedge("exec", "wordpress/mysql_container", "sh", "-c", f"{SQL} 'SELECT what FROM mine.kept'", check=False).stdout.split(), 60, 0.5)


def test_wordpress():
    with Machine(images=["mysql", "wordpress"]) as m:
        m.sedge("deploy", WORDPRESS, timeout=300)
        install_page(m)
        wait_for(lambda: m.sedge("exec", "wordpress/mysql_container", "sh", "-c",
                                 f"{SQL} 'CREATE DATABASE IF NOT EXISTS mine; CREATE TABLE mine.kept (what TEXT); INSERT INTO mine.kept VALUES (\"this\")'",
                                 check=False).returncode == 0, 60, 0.5)
        m.sedge("stop", "wordpress")
        assert m.ids("wordpress") == {}
        m.sedge("start", "wordpress")
        install_page(m)
        assert rows(m) == ["this"]

        before = m.ids("wordpress")
        m.sedge("deploy", WORDPRESS, "-i", "port=8085")
        install_page(m, 8085)
        assert m.get("http://127.0.0.1:8080/", check=False).returncode != 0
        assert m.ids("wordpress")["mysql_container"] == before["mysql_container"], "only what the port belongs to is made anew"
        assert rows(m) == ["this"]

        m.sedge("down")
        assert m.leftovers() == []
        m.sedge("up")
        install_page(m, 8085)
        assert rows(m) == ["this"]

        m.sedge("undeploy", "wordpress")
        assert m.pods("wordpress") == []
        m.sedge("deploy", WORDPRESS)
        install_page(m)
        assert rows(m) == ["this"], "undeploy keeps the volume"
        m.sedge("undeploy", "wordpress", "--volumes")
        assert m.api("/apis/sedge.dev/v1/volumes")["items"] == []
        assert list(m.state_dir.glob("volumes/*/*")) == []


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["alpine", "debian"]) as m:
        yield m


def test_nc_image(machine):
    template = EXAMPLES / "nc-server/nc-image.yaml"
    machine.sedge("deploy", template, "-i", "my_env=seen_inside")
    assert "MY_ENV=seen_inside" in wait_for(lambda: machine.get("http://127.0.0.1:8080/", check=False).stdout)
    assert machine.sedge("outputs", "nc-image", "env_variable").stdout.strip() == "seen_inside"
    assert machine.sedge("outputs", "nc-image", "container_id").stdout.strip() == machine.ids("nc-image")["server"][0][0].removeprefix("sedge://")
    machine.sedge("undeploy", "nc-image")


def test_nc_dockerfile_is_refused_with_its_place(machine):
    said = machine.fails("deploy", EXAMPLES / "nc-server/nc-dockerfile.yaml")
    assert "nc-dockerfile.yaml:" in said and "Dockerfile" in said
    assert machine.pods() == []


def test_share_data_names_the_image_that_is_missing(machine):
    said = machine.fails("deploy", EXAMPLES / "share-data-container/share-data.yaml", timeout=120)
    assert "docker_container" in said and "docker" in said
    machine.sedge("undeploy", "share-data")
    assert machine.pods("share-data") == []


def test_wrong_components(machine):
    said = machine.fails("deploy", EXAMPLES / "wrong_components.yaml")
    assert "wrong_components.yaml:" in said


@pytest.mark.parametrize("name", ["custom", "mix1", "mix2", "single-server"])
def test_node_mongo_is_planned_in_tosker_s_order(machine, name, tmp_path):
    """Mongo is not in Debian, so these are validated and planned: TosKer's own plans are accepted."""
    template = EXAMPLES / f"node-mongo/node-mongo-{name}.yaml"
    machine.sedge("validate", template)
    plan = template.with_suffix(".up.plan")
    assert machine.sedge("plan", template, "--plan", plan).stdout.startswith("accepted")
    down = plan.with_name(plan.name.replace(".up.", ".down."))
    both = tmp_path / "both.plan"
    both.write_text(plan.read_text() + "\n" + down.read_text())
    assert machine.sedge("plan", template, "--plan", both).stdout.startswith("accepted")
    made = tmp_path / "made.plan"
    made.write_text(machine.sedge("plan", template).stdout)
    assert machine.sedge("plan", template, "--plan", made).stdout.startswith("accepted")


@pytest.mark.parametrize("name", ["single-server", "custom"])
def test_node_mongo_runs(machine, name):
    """Software on software, with scripts (placeholders) in a Debian container."""
    machine.sedge("deploy", EXAMPLES / f"node-mongo/node-mongo-{name}.yaml")
    status = machine.application(f"node-mongo-{name}")["status"]
    assert status["phase"] == "Running"
    assert all(c["state"] == c["goal"] in ("running", "started", "installed") for c in status["components"]), status["components"]
    machine.sedge("undeploy", f"node-mongo-{name}")
    assert machine.pods(f"node-mongo-{name}") == []
