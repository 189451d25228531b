"""What is deployed: the lock of the image, the systemd unit, the compose file and the dashboard."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

from places import CHECKOUT

DEPLOY = CHECKOUT / "deploy"


def test_the_lock_has_no_pytorch():
    """What makes the image large is not in its lock; make deploy compares the lock with the dependencies."""
    lock = _versions((DEPLOY / "requirements.txt").read_text("utf-8"))
    assert {"numpy", "onnxruntime", "fastapi"} <= lock.keys()
    assert not {"torch", "transformers", "sentence-transformers"} & lock.keys()


def _versions(text):
    pairs = (line.split("==") for line in text.splitlines() if "==" in line and not line.startswith("#"))
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pairs}


def test_the_dashboard_asks_for_what_there_is(client):
    """Every number on the dashboard is one of ``/metrics``."""
    dashboard = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
    wanted = {
        name
        for panel in dashboard["panels"]
        for each in panel["targets"]
        for name in re.findall(r"qa_\w+", each["expr"])
    }
    given = set(re.findall(r"^(qa_\w+)", client.get("/metrics").text, re.MULTILINE))
    assert wanted
    assert wanted <= given


def test_compose_names_what_is_there():
    """The compose file's services, files and settings exist."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    qa = compose["services"]["qa"]
    assert (DEPLOY / qa["build"]["context"] / qa["build"]["dockerfile"]).is_file()
    settings = (CHECKOUT / "docs" / "settings.md").read_text("utf-8")
    assert all(f"| `{name}` |" in settings for name in qa["environment"])
    assert (DEPLOY / "Caddyfile").read_text("utf-8").count("reverse_proxy qa:8000") == 1


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze on this machine")
def test_the_unit_is_sound_and_confined(tmp_path):
    """systemd has nothing to say against the unit, and rates its exposure below 2 of 10."""
    unit = (DEPLOY / "qa.service").read_text("utf-8").replace("/opt/qa/bin/qa", "/bin/true")
    (tmp_path / "qa.service").write_text(unit, "utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / "qa.service"], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    rated = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", tmp_path / "qa.service"]
    done = subprocess.run(rated, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:]
