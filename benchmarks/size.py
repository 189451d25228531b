"""What a corpus costs by its size: opening, asking, memory, disk and one changed document, each in a fresh process.

Usage: python benchmarks/size.py [--work DIR] [--sizes 10000,100000]
       python benchmarks/size.py --index INDEX [--questions FILE]      one index; prints a row as JSON

Milliseconds are of the processor, which other work on the machine changes little; the extractor is left out.
"""

import argparse
import json
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from load import percentiles
from report import Row, Tables, render

from places import default_work

QUESTIONS = 300
WARM_UP = 20
CHANGED_UP_TO = 20_000  # passages; beyond, changing one takes minutes
MIB = 2**20


def measure(index: Path, questions: list[str]) -> Row:
    """One index, whose sums were compared before, as in any process but the first on a machine."""
    from qa import compose  # noqa: PLC0415  what is imported counts as memory of this process
    from qa.answering.answerer import Answerer  # noqa: PLC0415
    from qa.config import Settings  # noqa: PLC0415
    from qa.index import snapshot as snapshots  # noqa: PLC0415
    from qa.types import Question  # noqa: PLC0415

    settings = Settings(threads=1)
    embedder = compose.build_embedder(settings, threads=1)
    answerer = Answerer(compose.build_retriever(settings, embedder))
    embedder.encode_question("What is read before?")
    before = private_mb()
    snapshots.open_current(index)[0].release()
    opening = _Timer()
    snapshot, _ = snapshots.open_current(index)
    opened = opening.processor_s
    answerer.answer(snapshot, Question(questions[0]))
    answered = opening.processor_s
    idle = private_mb()
    for question in questions[:WARM_UP]:
        answerer.answer(snapshot, Question(question))
    times = []
    for question in questions:
        timer = _Timer()
        answerer.answer(snapshot, Question(question))
        times.append(1000 * timer.processor_s)
    return {
        "passages": f"{len(snapshot.passages):,}",
        "documents": f"{len(snapshot.documents):,}",
        "open s": round(opened, 2),
        "and first answer s": round(answered, 2),
        "ask p50 ms": percentiles(times)["p50"],
        "ask p95 ms": percentiles(times)["p95"],
        "private MB when open": round(idle - before, 1),
        "after asking": round(private_mb() - before, 1),
        "disk MB": round(sum(p.stat().st_size for p in (index / snapshot.manifest.id).rglob("*") if p.is_file()) / MIB),
        "one document changed s": round(change_one(index), 1) if len(snapshot.passages) <= CHANGED_UP_TO else "–",
    }


def change_one(index: Path) -> float:
    """Seconds of the processor to publish the same documents, one of them changed, beside the others."""
    from qa import compose  # noqa: PLC0415
    from qa.config import Settings  # noqa: PLC0415
    from qa.index import snapshot as snapshots  # noqa: PLC0415

    with tempfile.TemporaryDirectory(dir=index.parent) as folder:
        target = Path(folder) / "index"
        shutil.copytree(index, target)
        indexer = compose.build_indexer(Settings(corpus=Path(folder), index=target, threads=1, languages="off"))
        snapshot, _ = snapshots.open_current(target)
        indexer = replace(indexer, recipe=snapshot.manifest.recipe)
        documents = list(snapshot.documents)
        for turn in range(2):  # the first loads the encoder
            text = f"{documents[turn].text} One sentence more."
            documents[turn] = replace(documents[turn], text=text, headings=(), pages=(), tables=())
            timer = _Timer()
            indexer.publish(documents)
        return timer.processor_s


class _Timer:
    def __init__(self) -> None:
        self._started = time.process_time()

    @property
    def processor_s(self) -> float:
        return time.process_time() - self._started


def private_mb() -> float:
    """Memory that this process shares with none, without pages of files that can be read again."""
    lines = Path("/proc/self/smaps_rollup").read_text("utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty")) / 1024


def run(work: Path, sizes: list[int]) -> Tables:
    """A row for each size."""
    import prepare  # noqa: PLC0415  which runs this file as a program

    questions = prepare.texts_folder(work) / "questions.jsonl"
    indexes = [prepare.grown_index(work, size) for size in sizes]
    return {
        "By size": [json.loads(prepare.run("size.py", "--index", index, "--questions", questions)) for index in indexes]
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=default_work())
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--index", type=Path)
    parser.add_argument("--questions", type=Path)
    options = parser.parse_args()
    if options.index:
        lines = options.questions.read_text("utf-8").split("\n")
        fields = [json.loads(line) for line in lines[:QUESTIONS] if line]
        print(json.dumps(measure(options.index, [each.get("text") or each["question"] for each in fields])))
    else:
        print(render(run(options.work, [int(size) for size in options.sizes.split(",")])))


if __name__ == "__main__":
    main()
