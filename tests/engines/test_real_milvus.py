"""The Milvus engine on a real server, in a network of its own; ``make engines`` installs the wheel and runs it."""

import importlib.util
import os
import shutil
import subprocess
import sys

import pytest

from places import CHECKOUT, CORPUS
from servers import environment

WHEEL = os.environ.get("QATEST_MILVUS_WHEEL", "")


@pytest.mark.skipif(
    not WHEEL and importlib.util.find_spec("milvus") is None, reason="the wheel milvus 2.3.5 is not installed"
)
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="only root makes a network")
def test_dense_search_and_life_on_a_real_server(indexer_for, tmp_path):
    """Published, searched, filtered, withdrawn, dropped, killed and started again; what it tried is printed."""
    folder = shutil.copytree(CORPUS, tmp_path / "corpus")
    for name in ("one", "two"):
        indexer_for(folder, tmp_path / name, multilingual=None).build()
        (folder / "later.md").write_text("# Later\n\nThe ferry Bremen left the harbour of Ystad at noon.\n", "utf-8")
    code = f"ip link set lo up && exec {sys.executable} tests/engines/real_milvus.py {tmp_path}/one {tmp_path}/two"
    paths = os.pathsep.join([str(CHECKOUT / "src"), WHEEL])
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", code], cwd=CHECKOUT, env=environment(PYTHONPATH=paths), text=True, check=False,
        capture_output=True, timeout=300,
    )  # fmt: skip
    print(done.stdout)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("ok: ") >= 13
