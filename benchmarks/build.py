"""How fast the index is built: from nothing, beside the bare encoder, and again after small changes.

Usage: python benchmarks/build.py [--work DIR] [--large]
       python benchmarks/build.py --once TEXTS TARGET     index one folder of texts; prints how many, and seconds

One thread throughout. The bare encoder is given the same passages, longest together, at its best batch size.
"""

import argparse
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from load import spread
from report import Row, Tables, render, show

import texts
from places import default_work
from qa import compose
from qa.config import Settings
from qa.indexing.indexer import Indexer, read_corpus

SAMPLE = 384  # what a build costs once (a parser, a sync) should not look like what a passage costs
BATCHES = (8, 32)
FILES = 1000
TURNS = 3


def indexer(corpus: Path, index: Path) -> Indexer:
    """The product's indexer with one thread."""
    return compose.build_indexer(Settings(corpus=corpus, index=index, threads=1))


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Seconds, and what came of it."""
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def once(folder: Path, target: Path) -> dict[str, float]:
    """Index the passages of a folder of texts, imports and the loading of the model left out."""
    shutil.rmtree(target, ignore_errors=True)
    corpus = target / "corpus"
    corpus.mkdir(parents=True)
    shutil.copy(folder / "passages.jsonl", corpus)
    build = indexer(corpus, target / "index")
    build.embedder.encode_passages(["A passage to warm up with."])
    seconds, changes = timed(build.build)
    return {"passages": changes.passages, "texts": len(changes.added), "seconds": seconds}


def rates(work: Path) -> list[Row]:
    """End to end and bare, in turns."""
    loaded = texts.load()
    sample = texts.Texts("sample", loaded.passages[:SAMPLE], []).save(work / "texts-build")
    build = indexer(work / "texts-build", work / "unused")
    documents, _ = read_corpus(sample)
    passages = [passage.embedded_text for document in documents for passage in build.splitter(document)]
    passages.sort(key=len)
    build.embedder.encode_passages(passages[:2])
    bare = {size: [] for size in BATCHES}
    whole = []
    for _ in range(TURNS):
        for size in BATCHES:
            seconds, _ = timed(
                lambda size=size: [
                    build.embedder.encode_passages(passages[i : i + size]) for i in range(0, len(passages), size)
                ]
            )
            bare[size].append(len(passages) / seconds)
        measured = once(sample, work / "timed-build")
        whole.append(measured["passages"] / measured["seconds"])
    best = max(bare, key=lambda size: sorted(bare[size])[TURNS // 2])
    shares = [a / b for a, b in zip(whole, bare[best], strict=True)]
    return [
        {"what": f"bare encoder, batches of {best} (best of {show(list(BATCHES))})", "passages/s": spread(bare[best])},
        {"what": "end to end", "passages/s": spread(whole), "share of the bare encoder": spread(shares)},
    ]


def rebuilds(work: Path) -> list[Row]:
    """A folder of 1,000 files: nothing changed, one changed; by the library, the process being warm."""
    folder = work / "thousand"
    shutil.rmtree(folder, ignore_errors=True)
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    made = texts.synthetic(FILES, 0).passages
    for number, passage in enumerate(made):
        (corpus / f"{number:04}.txt").write_text(" ".join(passage.text.split()[:8]), "utf-8")
    build = indexer(corpus, folder / "index")
    first, _ = timed(build.build)
    nothing = [timed(build.build)[0] for _ in range(TURNS)]
    one = []
    for turn in range(TURNS):
        (corpus / "0500.txt").write_text(f"Turn {turn} changed what this file says about harbours and tides.", "utf-8")
        one.append(timed(build.build)[0])
    return [
        {"what": "1,000 small files, first build", "seconds": round(first, 2)},
        {"what": "1,000 files, nothing changed", "seconds": spread(nothing)},
        {"what": "1,000 files, one changed", "seconds": spread(one)},
    ]


def large_rebuild(work: Path, passages: int) -> list[Row]:
    """One document of a snapshot of so many passages changed: everything else is taken over."""
    import prepare  # noqa: PLC0415  which runs this file as a program

    from qa import snapshot as snapshots  # noqa: PLC0415

    source = prepare.grown_index(work, passages)
    index = work / "large-rebuild"
    shutil.rmtree(index, ignore_errors=True)
    shutil.copytree(source, index)
    build = indexer(work / "corpus", index)
    current, _ = snapshots.open_current(index)
    documents = list(current.documents)
    documents[5] = replace(documents[5], text=f"{documents[5].text} One sentence more.", headings=(), pages=())
    del current
    seconds, changes = timed(lambda: build.publish(documents))
    shutil.rmtree(index)
    return [
        {
            "what": f"one document of {passages:,} passages changed",
            "seconds": round(seconds, 1),
            "changed": len(changes.changed),
        }
    ]


def run(work: Path, large: bool = False) -> Tables:
    """Rates and rebuilds."""
    rows = rebuilds(work)
    for size in (10_000, 100_000) if large else (10_000,):
        rows += large_rebuild(work, size)
    return {"Build": rates(work), "Build again": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=default_work())
    parser.add_argument("--large", action="store_true", help="also change one document of 100,000 passages")
    parser.add_argument("--once", nargs=2, type=Path, metavar=("TEXTS", "TARGET"))
    options = parser.parse_args()
    if options.once:
        print(json.dumps(once(*options.once)))
    else:
        print(render(run(options.work, options.large)))


if __name__ == "__main__":
    main()
