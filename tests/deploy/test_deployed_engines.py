"""The compose files and Helm values of shared engines: read here, and not run."""

import re

import pytest
import yaml

from places import CHECKOUT
from qa.cli import _parser
from qa.config import Settings

ENGINES = CHECKOUT / "deploy" / "engines"
COMPOSED = ("postgresql.yaml", "milvus.yaml")
OF_OTHERS = {"PGPASSWORD"}


def read(name):
    return yaml.safe_load((ENGINES / name).read_text("utf-8"))


@pytest.mark.parametrize("name", COMPOSED)
def test_a_compose_file_fits_together(name):
    """Networks, volumes and services that are used are there; every image has an exact version."""
    compose = read(name)
    for service in compose["services"].values():
        assert set(service["networks"]) <= compose["networks"].keys()
        assert set(service.get("depends_on", ())) <= compose["services"].keys()
        named = [volume.split(":")[0] for volume in service.get("volumes", ()) if not volume.startswith(".")]
        assert set(named) <= compose["volumes"].keys()
        if "image" in service:
            assert re.search(r":(v?[0-9]|RELEASE)", service["image"])


def test_our_services_are_what_the_product_knows():
    """Commands can be parsed, variables are settings, and the driver has the version that is tested."""
    services = {name: service for name, service in read("postgresql.yaml")["services"].items() if name != "database"}
    assert set(services) == {"build", "worker", "server"}
    for service in services.values():
        _parser().parse_args(service["command"])
        names = {name.removeprefix("QA_").lower() for name in service["environment"].keys() - OF_OTHERS}
        assert names <= Settings.model_fields.keys()
        pinned = re.search(r"asyncpg==\S+", service["build"]["dockerfile_inline"])[0]
        assert f"{pinned}\n" in (CHECKOUT / "constraints.txt").read_text("utf-8")


def test_values_name_the_version_of_the_compose_file():
    """The chart runs the Milvus that the compose file runs, and its own configuration is YAML."""
    values = read("milvus-values.yaml")
    image = values["image"]["all"]
    assert f"{image['repository']}:{image['tag']}" == read("milvus.yaml")["services"]["milvus"]["image"]
    configured = yaml.safe_load(values["extraConfigFiles"]["user.yaml"])
    assert configured["queryNode"]["mmap"]["scalarField"] is True
