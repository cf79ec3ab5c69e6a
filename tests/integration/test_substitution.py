# SPDX-License-Identifier: Apache-2.0
"""An application whose back end is another template, whose store is a third one: deployed, asked, patched inside, logged, undeployed. In TOSCA 1.3 and 2.0."""
import pytest

from machine_bed import HOST_IP, ROOT, Machine, needs

pytestmark = needs("busybox")
APPS = ROOT / "tests/integration/apps"
STORE = "backend-store-data"  # two templates deep


@pytest.fixture(scope="module")
def machine():
    with Machine(images=["busybox"]) as m:
        yield m


@pytest.fixture(params=["shop", "shop2"])
def shop(machine, request):
    """The application's template, deployed; gone afterwards."""
    template = APPS / request.param / f"{request.param}.yaml"
    machine.sedge("deploy", template)
    yield machine, request.param, template
    machine.wait_ready()
    machine.sedge("undeploy", request.param, "--volumes", check=False)


def page(m):
    return m.get("http://127.0.0.1:8095/").stdout.strip()


def output(m, app, name):
    return m.sedge("outputs", app, name).stdout.strip()


def test_it_answers_through_all_layers(shop):
    m, app, _ = shop
    assert set(m.ids(app)) == {"web", "backend-server", STORE}
    address = output(m, app, "store_address")
    assert address, "an attribute of the innermost container"
    assert page(m) == f"welcome from {address}", "front asks the back end by its name, which asks for the store's address"
    assert output(m, app, "store_mood") == "the store is calm"
    assert output(m, app, "url") == f"http://{HOST_IP}:8095"


def test_the_inner_components_go_by_their_names(shop):
    m, app, template = shop
    said = m.sedge("ps").stdout
    assert f"{app}/{STORE}" in said or STORE in said
    assert m.sedge("exec", f"{app}/{STORE}", "printenv", "MOOD").stdout.strip() == "calm"
    m.sedge("logs", f"{app}/backend-server")
    lines = m.sedge("plan", template).stdout
    assert "No changes" in lines
    assert len(m.sedge("exec", f"{app}/{STORE}", "cat", "/keep/starts").stdout.split()) == 1, "the outer volume is mounted where the outer template says"


def test_deploying_again_changes_nothing(shop):
    m, app, template = shop
    before = m.ids(app)
    assert "nothing to change" in m.sedge("deploy", template).stdout
    assert m.ids(app) == before


def test_an_inner_property_is_patched(shop):
    m, app, template = shop
    before = m.ids(app)
    m.sedge("deploy", template, "-i", "mood=merry")
    after = m.ids(app)
    assert after[STORE] != before[STORE] and after["web"] == before["web"] and after["backend-server"] == before["backend-server"]
    assert m.sedge("exec", f"{app}/{STORE}", "printenv", "MOOD").stdout.strip() == "merry"
    assert output(m, app, "store_mood") == "the store is merry"
    assert len(m.sedge("exec", f"{app}/{STORE}", "cat", "/keep/starts").stdout.split()) == 2, "the volume stayed"
    m.sedge("deploy", template, "-i", "mood=merry", "-i", "greeting=hello")
    assert page(m) == f"hello from {output(m, app, 'store_address')}"


def test_another_filter_another_template(shop):
    m, app, template = shop
    m.sedge("deploy", template, "-i", "mood=busy")
    assert "busy" in m.sedge("logs", f"{app}/{STORE}").stdout


def test_undeploy_takes_all_of_it(shop):
    m, app, _ = shop
    m.sedge("undeploy", app, "--volumes")
    assert m.pods(app) == [] and m.api("/apis/sedge.dev/v1/volumes")["items"] == []
