"""The disk of a running server fills up: questions are answered, changes say 507, and room alone mends it."""

import subprocess
import time
from contextlib import suppress

import httpx2
import pytest
from serving import serving, write_corpus

FERRY = "The ferry Adelaide left the harbour of Ystad at noon on 3 May 1911."
TRAIN = "The train to Malmö left at one o'clock, with forty passengers."
PATIENCE_S = 180


@pytest.fixture
def disk(tmp_path):
    """A file system of 24 MB and 400 files."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=24m,nr_inodes=400", "tmpfs", str(folder)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_bytes(disk):
    """Not one more block is free."""
    with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as file:
        while True:
            file.write(b"a" * 65536)
    with pytest.raises(OSError, match="No space left"):
        (disk / "probe").write_bytes(b"a" * 8192)
    (disk / "probe").unlink()


def fill_names(disk):
    """Bytes are free, but not one more file can be made."""
    (disk / "many").mkdir()
    with suppress(OSError):
        for number in range(10_000):
            (disk / "many" / str(number)).touch()
    with pytest.raises(OSError, match="No space left"):
        (disk / "probe").touch()


def free(disk):
    (disk / "ballast").unlink(missing_ok=True)
    for path in (disk / "many").glob("*"):
        path.unlink()


def end_of(client, job):
    ends = time.monotonic() + PATIENCE_S
    while not (body := client.get(job["url"]).json())["ended_at"]:
        assert time.monotonic() < ends
        time.sleep(0.1)
    return body


@pytest.mark.parametrize("fill", [fill_bytes, fill_names], ids=["no bytes", "no files"])
def test_a_full_disk(disk, embedder, fill):
    """While it is full 50 of 50 questions are answered, and uploads are refused whole; then all is as before."""
    corpus = write_corpus(disk / "corpus", {"ferry.txt": FERRY})
    with (
        serving(corpus, disk / "index", embedder, min_free_mb=0) as site,
        httpx2.Client(base_url=site.address, timeout=30) as client,
    ):
        (corpus / "waiting.txt").write_text(TRAIN, "utf-8")
        before = client.get("/index").json()["snapshot"]
        fill(disk)
        job = client.post("/index/rebuild").json()
        for _ in range(50):
            answer = client.post("/ask", json={"question": "When did the ferry Adelaide leave?"})
            assert answer.status_code == 200
            assert answer.json()["citations"][0]["cited_text"] == FERRY
        upload = {"files": ("train.txt", TRAIN * 2000)}
        refused = client.post("/documents", files=upload)
        assert refused.status_code == 507, refused.text
        assert refused.json()["type"] == "/problems/insufficient-storage"
        assert {path.name for path in corpus.iterdir() if not path.name.startswith(".unindexed")} == {
            "ferry.txt", "waiting.txt",
        }  # fmt: skip
        failed = end_of(client, job)
        assert failed["state"] == "failed"
        assert failed["error"] == "the disk is full; nothing was changed; make room and try again"
        assert client.get("/index").json()["snapshot"] == before
        free(disk)
        stored = client.post("/documents", files=upload)
        assert stored.status_code == 201
        done = end_of(client, stored.json()["job"])
        assert (done["state"], done["error"]) == ("done", None)
        assert {d["id"] for d in client.get("/documents").json()["documents"]} == {
            "ferry.txt", "train.txt", "waiting.txt",
        }  # fmt: skip
