"""Files of the snapshot that serves are damaged one after the other, in five ways, while questions are asked.

``make faults`` makes 1,000 damages (QATEST_DAMAGES). Every array is mapped, two processes answer.
"""

import itertools
import os
import shutil
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from qa.index.folder import publish
from servers import environment, start

DAMAGES = int(os.environ.get("QATEST_DAMAGES", "0"))
QUESTIONS = ["Who is Jia Jia?", "When did Xu Jiatun fly to San Francisco?", "Who was Trotsky?", "zxqv plorb"]
NOTICED_S = 1.0  # the files are looked at every 50 ms here, and one is summed and another snapshot opened
CHECKED = 3  # answers after each damage
PATIENCE_S = 60
SERVER = Path(__file__).with_name("damaged_server.py")


def cut(path, content):
    os.truncate(path, len(content) // 2)


def take_away(path, content):
    path.unlink()


def replace(path, content):
    path.unlink()
    path.write_bytes(bytes(len(content)))


def change(path, content):
    middle = len(content) // 2
    with path.open("r+b") as file:
        file.seek(middle)
        file.write(bytes(byte ^ 0xFF for byte in content[middle : middle + 64]))


def change_in_silence(path, content):
    times = path.stat()
    change(path, content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


WAYS = [change, cut, change_in_silence, take_away, replace]


def said(client, question):
    """What is answered, and by which snapshot; None where nothing is."""
    try:
        response = client.post("/ask", json={"question": question})
    except httpx2.TransportError:
        return None
    if response.status_code != 200:
        return None
    body = response.json()
    return body["index"]["snapshot"], (body["answerable"], body["reasons"], body["citations"], body["passages"])


class Asker:
    """Asks on and on, and keeps what was wrong or lost while the files were as they had been noticed."""

    def __init__(self, address, expected):
        self.address, self.expected = address, expected
        self.counts, self.wrong = Counter(), []
        self.strict, self.ended = threading.Event(), threading.Event()

    def answer_more(self, count):
        """Wait until so many more answers have come of questions that were asked after the damage was to be noticed."""
        wanted, ends = self.checked + count, time.monotonic() + PATIENCE_S
        while self.checked < wanted:
            assert time.monotonic() < ends
            time.sleep(0.01)

    @property
    def checked(self):
        return sum(count for name, count in self.counts.items() if name.endswith("after"))

    def run(self):
        with httpx2.Client(base_url=self.address, timeout=30) as client:
            for question in itertools.cycle(QUESTIONS):
                if self.ended.is_set():
                    return
                strict = self.strict.is_set()
                answer = said(client, question)
                strict = strict and self.strict.is_set()
                name = "right" if answer and answer[1] == self.expected[answer[0], question] else "wrong"
                name = name if answer else "lost"
                self.counts[name + (" after" if strict else " before")] += 1
                if strict and name != "right":
                    self.wrong.append((question, answer))
                time.sleep(0.02)


@pytest.fixture
def two_snapshots(corpus_index, indexer_for, tmp_path):
    """An index whose current snapshot has one document more than the one before."""
    index = shutil.copytree(corpus_index, tmp_path / "index")
    older = (index / "CURRENT").read_text("utf-8").strip()
    corpus = shutil.copytree(Path(__file__).parents[2] / "corpus", tmp_path / "corpus")
    (corpus / "ferry.txt").write_text("Jia Jia, the ferry, left at noon. Trotsky was its captain.", "utf-8")
    newer = indexer_for(corpus, index).build().snapshot
    return index, older, newer


def answers_of(address, snapshot):
    """What each question is answered, once this snapshot serves in every process."""
    ends, found = time.monotonic() + PATIENCE_S, {}
    with httpx2.Client(base_url=address, timeout=30, headers={"Connection": "close"}) as client:
        streak = 0
        while streak < 8:
            assert time.monotonic() < ends
            answer = said(client, QUESTIONS[streak % len(QUESTIONS)])
            if answer and answer[0] == snapshot:
                found[snapshot, QUESTIONS[streak % len(QUESTIONS)]] = answer[1]
                streak += 1
            else:
                streak = 0
                time.sleep(0.05)
    return found


@pytest.mark.skipif(not DAMAGES, reason="make faults does it: it takes two seconds a damage")
def test_damage_while_questions_are_asked(two_snapshots):
    """After the moment by which damage is noticed, every answer is that of a sound snapshot, and none is lost."""
    index, older, newer = two_snapshots
    folder = index / newer
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    contents = {path: path.read_bytes() for path in files}
    damageable = [path for path in files if contents[path] and path.name not in {"manifest.json", "manifest.sha256"}]
    command = [sys.executable, str(SERVER), "serve", "--port", "0", "--index", str(index), "--processes", "2"]
    with start(command, environment(QA_CORPUS=str(index.parent / "corpus"), QA_ANSWER_CACHE_MB="0")) as server:
        server.wait_until_ready()
        publish(index, older)
        expected = answers_of(server.address, older)
        publish(index, newer)
        expected |= answers_of(server.address, newer)
        asker = Asker(server.address, expected)
        asking = threading.Thread(target=asker.run)
        asking.start()
        try:
            for number in range(DAMAGES):
                path = damageable[number % len(damageable)]
                WAYS[(number + number // len(damageable)) % len(WAYS)](path, contents[path])
                time.sleep(NOTICED_S)
                asker.strict.set()
                asker.answer_more(CHECKED)
                asker.strict.clear()
                path.write_bytes(contents[path])
                publish(index, newer)
                answers_of(server.address, newer)
                if number % 50 == 49:
                    print(number + 1, dict(asker.counts), flush=True)
        finally:
            asker.ended.set()
            asking.join(PATIENCE_S)
        replaced = server.log.count("another takes its place")
    print(f"{DAMAGES} damages: {dict(asker.counts)}, {replaced} processes replaced")
    assert not asker.wrong
    assert asker.counts["right after"] >= CHECKED * DAMAGES
