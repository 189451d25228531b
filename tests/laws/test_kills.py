"""Law 7: a build that dies at any step leaves an index that opens, is of one generation, and is the
old or the new one.

Twelve kills at random moments here, and one before every third change of the index; ``make faults`` makes sixty, and
one before every change (QATEST_BUILD_KILLS, QATEST_EVERY).
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from generations import Reference, assert_vectors_belong
from places import CHECKOUT
from qa.index import snapshot as snapshots
from qa.index.folder import encoded_path
from qa.indexing.encoding import Scratch
from qa.indexing.reading import read_corpus
from servers import environment

KILLS = int(os.environ.get("QATEST_BUILD_KILLS", "12"))
EVERY = int(os.environ.get("QATEST_EVERY", "3"))
SENTENCE = "In year {year} the plane {number} left the airport at noon, and nobody on the ground knew why."


@dataclass
class Build:
    """A build in a process of its own."""

    process_id: int
    marks: Path

    def stages(self):
        return [line.split()[0] for line in self.marks.read_text().splitlines()] if self.marks.exists() else []


class Builder:
    """Orders builds from the process that forks them."""

    def __init__(self, process, folder):
        self._process = process
        self._folder = folder
        self._count = 0
        assert process.stdout.readline() == "ready\n"

    def start(self, corpus, index, **fault):
        self._count += 1
        marks = self._folder / f"marks-{self._count}"
        order = {"corpus": str(corpus), "index": str(index), "marks": str(marks)}
        self._process.stdin.write(json.dumps(order | {"die_at": 0, "largest_file": -1, "batch": 128} | fault) + "\n")
        self._process.stdin.flush()
        return Build(int(self._process.stdout.readline()), marks)

    def wait(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@pytest.fixture(scope="module")
def builder(tmp_path_factory):
    script = Path(__file__).with_name("builder.py")
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT,
        env=environment(TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1"),
    ) as process:  # fmt: skip
        yield Builder(process, tmp_path_factory.mktemp("marks"))
        process.stdin.close()
        assert process.wait(30) == 0


def write_corpus(corpus, year):
    """A few articles, all of which change with the year; the last one comes and goes."""
    corpus.mkdir(exist_ok=True)
    for name in range(3):
        text = " ".join(SENTENCE.format(year=year, number=number + 10 * name) for number in range(4))
        (corpus / f"{name}.txt").write_text(text, "utf-8")
    if year % 3 == 0:
        (corpus / "2.txt").unlink()
    return tuple(read_corpus(corpus)[0])


@pytest.fixture(scope="module")
def reference(embedder):
    return Reference(embedder)


def assert_of_one_generation(index, generations, reference):
    """CURRENT opens; its documents are wholly old or wholly new, and its vectors are those of its own texts."""
    snapshot, damage = snapshots.open_current(index)
    assert damage is None
    assert snapshot.manifest.id == snapshots.current_id(index)
    documents = tuple(snapshot.documents)
    assert documents in generations
    assert_vectors_belong(snapshot, reference)
    return documents


def was_killed(status, build):
    """The process died of signal 9 after it began to build and before it had done so."""
    stages = build.stages()
    return (
        os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and "start" in stages and "done" not in stages
    )


def wait_for(stage, build):
    """Wait until a build has come to a stage; one that has gone on from there has been waited for too."""
    deadline = time.monotonic() + 60
    while stage not in build.stages() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert stage in build.stages()


def test_builds_killed_at_random_moments(builder, tmp_path, reference):
    """After each build that kill -9 ends, some of which delete an article, the index opens and is the old or the new
    generation, whole.
    """
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    dice = random.Random(20061027)
    durations = []
    old = None
    for year in range(3):
        old = write_corpus(corpus, year)
        build, began = builder.start(corpus, index), time.monotonic()
        assert builder.wait() == 0
        durations.append(time.monotonic() - began)
        assert build.stages()[-1] == "done"
        stages = build.stages()[:-1]
    kills, last_stages, year = 0, [], 100
    while kills < KILLS and year < 100 + 5 * KILLS:
        year += 1
        new = write_corpus(corpus, year)
        build = builder.start(corpus, index)
        if year % 2:  # the process that parses takes long to start: every other build is killed in another stage
            wait_for(dice.choice(stages), build)
            time.sleep(dice.uniform(0, 0.02))
        else:
            time.sleep(dice.uniform(0, sorted(durations)[1]))
        os.kill(build.process_id, signal.SIGKILL)
        if was_killed(builder.wait(), build):
            kills += 1
            last_stages.append(build.stages()[-1])
        old = assert_of_one_generation(index, {old, new}, reference)
    assert kills == KILLS
    assert len(set(last_stages)) >= 3, f"the kills did not spread over the build: {last_stages}"
    build = builder.start(corpus, index)
    assert builder.wait() == 0
    assert assert_of_one_generation(index, {new}, reference) == new
    assert not list(index.glob(".building*"))


def test_death_before_every_change_of_the_index(builder, tmp_path, reference):
    """Killed just before its first, second, third … change to the index, a build never leaves anything in between."""
    corpus, index, kept = tmp_path / "corpus", tmp_path / "index", tmp_path / "kept"
    old = write_corpus(corpus, 1)
    builder.start(corpus, kept)
    assert builder.wait() == 0
    new = write_corpus(corpus, 2)
    seen = []
    for die_at in range(1, 200, EVERY):
        shutil.rmtree(index, ignore_errors=True)
        shutil.copytree(kept, index)
        build = builder.start(corpus, index, die_at=die_at)
        status = builder.wait()
        seen.append(assert_of_one_generation(index, {old, new}, reference))
        if build.stages()[-1] == "done":
            break
        assert was_killed(status, build)
    deaths = len(seen) - 1
    assert deaths * EVERY >= 20
    assert seen[0] == old
    assert seen[-1] == new
    assert seen.index(new) >= deaths - 5, "published long before the end"


@pytest.mark.parametrize("largest_file", [200, 1000, 3000, 10_000][::EVERY], ids=lambda n: f"{n} bytes")
def test_a_full_disk_leaves_the_index_as_it_was(builder, tmp_path, reference, largest_file):
    """A build whose writes fail for want of room says so; the index stays, and the next build mends.
    Neither what it has written nor what a killed build left goes on taking room.
    """
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    old = write_corpus(corpus, 1)
    builder.start(corpus, index)
    assert builder.wait() == 0
    new = write_corpus(corpus, 2)
    (index / ".building-1").mkdir()
    (index / ".files.json-1").touch()
    build = builder.start(corpus, index, largest_file=largest_file)
    assert builder.wait() == 0
    assert build.stages()[-2:] == ["writing", "full"]
    assert not [*index.glob(".building*"), *index.glob(".files*")]
    assert assert_of_one_generation(index, {old, new}, reference) == old
    builder.start(corpus, index)
    assert builder.wait() == 0
    assert assert_of_one_generation(index, {new}, reference) == new
    assert not list(index.glob(".building*"))


def test_a_full_disk_while_going_back(builder, tmp_path, reference):
    """Where an earlier snapshot is to be current again and CURRENT cannot be written, it names what it named."""
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    write_corpus(corpus, 1)
    builder.start(corpus, index)
    assert builder.wait() == 0
    newest = write_corpus(corpus, 2)
    builder.start(corpus, index)
    assert builder.wait() == 0
    write_corpus(corpus, 1)
    build = builder.start(corpus, index, largest_file=12)  # a process id fits, the id of a snapshot does not
    assert builder.wait() == 0
    assert build.stages()[-1] == "full"
    assert "writing" not in build.stages()
    assert assert_of_one_generation(index, {newest}, reference) == newest


def encoded_by(build):
    """How many passages a build was to encode, and how many it has."""
    [*_, last] = [line.split()[1] for line in build.marks.read_text().splitlines() if line.startswith("encoding")]
    return tuple(int(number) for number in last.split("/"))


def write_many(corpus, count):
    corpus.mkdir()
    lines = ({"id": str(number), "text": SENTENCE.format(year=number, number=number)} for number in range(count))
    (corpus / "many.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return tuple(read_corpus(corpus)[0])


@pytest.mark.parametrize("tear", [False, True], ids=["whole", "torn"])
def test_a_build_goes_on_from_what_a_killed_one_has_encoded(builder, tmp_path, reference, tear):
    """What was encoded before kill -9 is not encoded again, a batch that was cut short is; the vectors are right."""
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    documents = write_many(corpus, 100)
    build = builder.start(corpus, index, batch=2)
    deadline = time.monotonic() + 60
    while build.stages().count("encoding") < 10 and time.monotonic() < deadline:
        time.sleep(0.001)
    os.kill(build.process_id, signal.SIGKILL)
    assert was_killed(builder.wait(), build)
    done, total = encoded_by(build)
    assert 20 <= done < total == 100
    scratch = encoded_path(index)
    kept = len(Scratch(scratch).read())
    assert done <= kept <= done + 2  # a batch may be kept, and not yet told of
    if tear:
        with scratch.open("r+b") as file:
            file.truncate(scratch.stat().st_size - 1)
        kept -= 2
    build = builder.start(corpus, index, batch=2)
    assert builder.wait() == 0
    assert encoded_by(build) == (100 - kept, 100 - kept)
    assert assert_of_one_generation(index, {documents}, reference) == documents
    assert not scratch.exists()
