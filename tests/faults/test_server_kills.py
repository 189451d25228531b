"""A server killed with SIGKILL at random moments of uploads, deletes and rebuilds loses nothing it acknowledged.

Three kills here; ``make faults`` makes forty (QATEST_KILLS). Odd kills take the process of the build along, even ones
leave it to itself.
"""

import os
import random
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from qa.corpus.folder import list_files
from qa.index import snapshot as snapshots
from servers import serve

KILLS = int(os.environ.get("QATEST_KILLS", "3"))
PATIENCE_S = 120
TEXT = "Report {name} of the harbour office says that the ferry left at noon.{space}The report {name} ends here."
SPACE = 400_000  # line ends, at most: bytes that a kill can tear, and that cost a build little


@dataclass
class Ledger:
    """What the server acknowledged, and what it was sent; a request without an answer may have happened or not."""

    sent: dict[str, bytes] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    broken: int = 0
    """Requests that the kill cut off."""
    acknowledged: int = 0


def change(address, ledger, dice, number, stopped):
    """Add and delete documents until the server is gone."""
    with httpx2.Client(base_url=address, timeout=20) as client:
        count = 0
        while not stopped.is_set():
            count += 1
            try:
                if ledger.present and dice.random() < 0.3:
                    name = dice.choice(sorted(ledger.present))
                    ledger.present.discard(name)  # unsure until the answer comes
                    assert client.delete(f"/documents/{name}").status_code == 202
                    ledger.deleted.add(name)
                else:
                    name = f"report-{number}-{count}.txt"
                    ledger.sent[name] = TEXT.format(name=name, space="\n" * dice.randint(1, SPACE)).encode()
                    response = client.post("/documents", files={"files": (name, ledger.sent[name])})
                    assert response.status_code == 201
                    ledger.present.add(name)
                ledger.acknowledged += 1
            except httpx2.TransportError:
                ledger.broken += 1
                return


def descendants_of(process_id):
    """The processes that a server's threads have started, and theirs."""
    found = []
    with suppress(OSError):
        for children in Path(f"/proc/{process_id}/task").glob("*/children"):
            for child in map(int, children.read_text("ascii").split()):
                found += [child, *descendants_of(child)]
    return found


def assert_nothing_is_lost(corpus, index, ledger):
    """On the disk: what was acknowledged, whole; nothing that is half of what was sent; an index that opens."""
    visible = set(list_files(corpus))
    assert ledger.present <= visible
    assert not ledger.deleted & visible
    for name in visible:
        assert (corpus / name).read_bytes() == ledger.sent[name], f"{name} is torn"
    if (index / "CURRENT").exists():
        snapshot, damage = snapshots.open_current(index)
        assert damage is None
        assert all(document.id in ledger.sent for document in snapshot.documents)


def test_kills_of_the_running_server(tmp_path):
    """0 acknowledged documents lost, 0 torn, 0 unreadable indexes; the last start builds what no build has held."""
    corpus, index, dice = tmp_path / "corpus", tmp_path / "index", random.Random(1911)
    corpus.mkdir()
    ledger, during_builds = Ledger(), 0
    for number in range(KILLS):
        with serve("--corpus", corpus, "--index", index, QA_MIN_FREE_MB="0") as server:
            server.wait_until_listening()
            stopped = threading.Event()
            worker = threading.Thread(target=change, args=(server.address, ledger, dice, number, stopped))
            worker.start()
            time.sleep(dice.uniform(0.05, 1) if number % 3 else dice.uniform(1, 6))
            builders = descendants_of(server.process.pid)
            during_builds += bool(builders)
            for process_id in [server.process.pid, *(builders if number % 2 else [])]:
                with suppress(ProcessLookupError):
                    os.kill(process_id, signal.SIGKILL)
            assert server.process.wait(PATIENCE_S) == -signal.SIGKILL
            stopped.set()
            worker.join(PATIENCE_S)
        assert_nothing_is_lost(corpus, index, ledger)
    assert ledger.broken == KILLS, "every kill cut a request off"
    assert during_builds >= KILLS / 2, "the kills missed the builds"
    assert ledger.acknowledged > KILLS
    with serve("--corpus", corpus, "--index", index) as server:  # nobody asks for a build
        server.wait_until_listening()
        ends = time.monotonic() + PATIENCE_S
        while (corpus / ".unindexed").exists():
            assert time.monotonic() < ends, server.log
            time.sleep(0.1)
        served = {document["id"] for document in httpx2.get(server.address + "/documents").json()["documents"]}
        assert ledger.present <= served
        assert not ledger.deleted & served
        assert not list(corpus.glob(".upload-*"))
    assert_nothing_is_lost(corpus, index, ledger)
    print(f"{KILLS} kills, {during_builds} during builds, {ledger.acknowledged} changes acknowledged, none lost")
