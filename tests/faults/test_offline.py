"""Nothing leaves the machine: building, asking and serving connect to nothing beyond loopback."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

SERVED_S = float(os.environ.get("QATEST_OFFLINE_S", "10"))
ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus"
ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
DNS = "htons(53)"

pytestmark = pytest.mark.skipif(
    not (shutil.which("strace") and shutil.which("unshare")), reason="needs strace and unshare, which .ci/run installs"
)

SERVE = """\
    import json, subprocess, sys, time, urllib.request
    HEADERS = {"Content-Type": "application/json"}
    from qa.cli import main
    server = subprocess.Popen([sys.executable, "-m", "qa.cli", "serve", "--port", "8765"])
    try:
        body = json.dumps({"question": "When did Xu Jiatun fly to San Francisco?"}).encode()
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                request = urllib.request.Request("http://127.0.0.1:8765/ask", body, HEADERS)
                answer = json.load(urllib.request.urlopen(request, timeout=20))
                break
            except OSError:
                time.sleep(0.2)
        urllib.request.urlopen("http://127.0.0.1:8765/?question=Who+is+Jia+Jia%3F", timeout=20).read()
        rebuild = urllib.request.Request("http://127.0.0.1:8765/index/rebuild", b"", method="POST")
        urllib.request.urlopen(rebuild, timeout=20).read()
        time.sleep(float(sys.argv[1]))
        print(json.dumps({"answerable": answer["answerable"]}))
    finally:
        server.terminate()
        server.wait(20)
"""


def traced(tmp_path: Path, code: str, *arguments: str) -> tuple[str, list[str]]:
    """Run Python without a network; returns what it printed and every attempt to reach beyond loopback."""
    trace = tmp_path / "trace"
    inner = 'ip link set lo up && exec "$0" "$@"'
    strace = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(trace)]
    command = ["unshare", "-n", "sh", "-c", inner, *strace, sys.executable, "-c", textwrap.dedent(code), *arguments]
    environment = {**os.environ, "HOME": str(tmp_path), "QA_CORPUS": str(CORPUS), "QA_INDEX": str(tmp_path / "index")}
    environment.pop("XDG_CACHE_HOME", None)
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, [line for line in trace.read_text("utf-8").splitlines() if leaves(line)]


def leaves(line: str) -> bool:
    """Whether a traced call goes beyond loopback; a name server on loopback passes questions on."""
    address = ADDRESS.search(line)
    if address is None:
        return False
    host = address.group(1) or address.group(2)
    return DNS in line or not (host.startswith("127.") or host in {"::1", "0.0.0.0"})


def test_the_detector_sees_a_connection():
    """A connection to another machine, and a question to a name server, are seen."""
    assert leaves('1 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16) = -1')
    assert leaves('1 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0')
    assert not leaves('1 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0')


def test_the_tracer_sees_a_connection(tmp_path):
    """What one child of a traced process tries to reach is in the trace."""
    child = "import socket; socket.socket().connect_ex(('192.0.2.1', 443))"
    _, beyond = traced(tmp_path, f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])")
    assert len(beyond) == 1


def test_a_build_reaches_nothing(tmp_path):
    """``qa index`` and ``qa ask`` connect to nothing, and leave no queue of events in the user's folders."""
    _, beyond = traced(tmp_path, "from qa.cli import main; raise SystemExit(main(['index']))")
    assert not beyond
    code = "from qa.cli import main; raise SystemExit(main(['ask', '--json', 'Who is Jia Jia?']))"
    printed, beyond = traced(tmp_path, code)
    assert json.loads(printed)["index"]["documents"] == 3
    assert not beyond
    assert [path.name for path in tmp_path.iterdir() if path.name not in {"index", "trace"}] == []


def test_a_server_reaches_nothing(tmp_path):
    """A server that answers and rebuilds connects to nothing while it runs on, and leaves no queue of events."""
    traced(tmp_path, "from qa.cli import main; raise SystemExit(main(['index']))")
    printed, beyond = traced(tmp_path, SERVE, str(SERVED_S))
    assert json.loads(printed.splitlines()[-1])["answerable"]
    assert not beyond
    assert [path.name for path in tmp_path.iterdir() if path.name not in {"index", "trace"}] == []
