"""Index types from 10 thousand to a million vectors: build, search, recall and memory, each point in its own process.

Usage: python benchmarks/scale.py [--work DIR] [--sizes 10000,100000,1000000] [--types NAME,…] [--plot FILE]

The vectors are made from real ones (``clouds.py``), the questions are real. Types are the product's stores by name and
others of FAISS for comparison; ``lists`` and ``effort`` are how many lists or neighbours a search looks at.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from clouds import DEPTH, exact, make, save_base
from load import percentiles
from report import Row, Tables, render

from places import RESULTS, default_work

SIZES = (10_000, 100_000, 1_000_000)
QUESTIONS = 200
WANTED = 50  # as many as the product takes from each search
SLOW_TO_BUILD = 200_000  # a graph of a million takes longer than all the rest together
SEED, BLOCK = 7, 50_000
TYPES = ("faiss-flat", "faiss-ivf-sq8", "sq8", "fp16", "ivf-flat", "ivf-rabitq", "hnsw", "hnsw-sq8")


def point(name: str, cloud: Path, count: int, base: Path, path: Path) -> Row:
    """One type at one size: built, written, read again in a fresh process and searched."""
    import prepare  # noqa: PLC0415

    arguments = [name, cloud, count, base, path]
    built = json.loads(prepare.run("scale.py", "--build", *arguments))
    searched = json.loads(prepare.run("scale.py", "--search", *arguments))
    path.unlink()
    return {"type and size": f"{name} {count:,}", **built, **searched}


def build(name: str, cloud: Path, count: int, _base: Path, path: Path) -> Row:
    """Seconds of one thread, and the size on the disk."""
    vectors = np.load(cloud, mmap_mode="r")[:count]
    started = time.perf_counter()
    _builders()[name](vectors, path)
    return {"build s": round(time.perf_counter() - started, 1), "disk MB": round(path.stat().st_size / 2**20, 1)}


def search(name: str, cloud: Path, count: int, base: Path, path: Path) -> Row:
    """p50 and p95, recall of the true ten among the first ten found and among all found, and the memory it took."""
    import psutil  # noqa: PLC0415  read in the child alone

    questions = np.load(base)["questions"][:QUESTIONS]
    true = _truth(cloud, count, questions)
    before = psutil.Process().memory_info().rss
    find = _opened(name, path)
    find(questions[0])
    times, found = [], []
    for question in questions:
        started = time.perf_counter()
        found.append(find(question))
        times.append(1000 * (time.perf_counter() - started))
    memory = psutil.Process().memory_info().rss - before
    measured = percentiles(times)
    pairs = list(zip(found, map(set, true.tolist()), strict=True))
    hits = [(len(wanted & set(rows[:DEPTH])), len(wanted & set(rows))) for rows, wanted in pairs]
    first, all_found = np.asarray(hits).mean(axis=0) / DEPTH
    return {
        "p50 ms": measured["p50"],
        "p95 ms": measured["p95"],
        "recall@10": round(float(first), 4),
        f"true ten in the first {WANTED}": round(float(all_found), 4),
        "RSS MB": round(memory / 2**20, 1),
    }


def _truth(cloud: Path, count: int, questions: np.ndarray) -> np.ndarray:
    kept = cloud.with_name(f"true-{count}.npy")
    if not kept.is_file() or kept.stat().st_mtime < cloud.stat().st_mtime:
        np.save(kept, exact(cloud, count, questions))
    return np.load(kept)


def _builders() -> dict[str, Callable[[Any, Path], None]]:
    import faiss  # noqa: PLC0415  read in the children alone

    from qa.index.stores import STORES  # noqa: PLC0415

    quantizer = faiss.ScalarQuantizer

    def scalar(kind: int) -> Callable[[Any, int], Any]:
        return lambda _vectors, dimension: faiss.IndexScalarQuantizer(dimension, kind, faiss.METRIC_INNER_PRODUCT)

    def inverted(make_index: Callable[[Any, int, int], Any]) -> Callable[[Any, int], Any]:
        def made(vectors: Any, dimension: int) -> Any:
            index = make_index(faiss.IndexFlatIP(dimension), dimension, int(2 * len(vectors) ** 0.5))
            index.cp.niter, index.cp.seed, index.cp.spherical = 10, SEED, True
            return index

        return made

    def graph(index: Any) -> Any:
        index.hnsw.efConstruction = 80
        return index

    product = faiss.METRIC_INNER_PRODUCT
    indexes: dict[str, Callable[[Any, int], Any]] = {
        "sq8": scalar(quantizer.QT_8bit),
        "fp16": scalar(quantizer.QT_fp16),
        "ivf-flat": inverted(lambda coarse, d, lists: faiss.IndexIVFFlat(coarse, d, lists, product)),
        "ivf-rabitq": inverted(lambda coarse, d, lists: faiss.IndexIVFRaBitQ(coarse, d, lists, product)),
        "hnsw": lambda _vectors, d: graph(faiss.IndexHNSWFlat(d, 32, product)),
        "hnsw-sq8": lambda _vectors, d: graph(faiss.IndexHNSWSQ(d, quantizer.QT_8bit, 32, product)),
    }

    def by_store(store: Any) -> Callable[[Any, Path], None]:
        return lambda vectors, path: store.build(vectors).save(path)

    def by_faiss(index_for: Callable[[Any, int], Any]) -> Callable[[Any, Path], None]:
        return lambda vectors, path: _fill(index_for(vectors, vectors.shape[1]), vectors, path)

    stores = {name: by_store(store) for name, store in STORES.items()}
    return stores | {name: by_faiss(index_for) for name, index_for in indexes.items()}


def _fill(index: Any, vectors: Any, path: Path) -> None:
    import faiss  # noqa: PLC0415

    chosen = np.random.default_rng(SEED).choice(len(vectors), min(len(vectors), 80_000), replace=False)
    index.train(np.array(vectors[np.sort(chosen)]))
    for start in range(0, len(vectors), BLOCK):
        index.add(np.array(vectors[start : start + BLOCK]))
    faiss.write_index(index, str(path))


def _opened(name: str, path: Path) -> Callable[[np.ndarray], list[int]]:
    import faiss  # noqa: PLC0415

    from qa.index.stores import STORES  # noqa: PLC0415

    faiss.omp_set_num_threads(1)
    if name in STORES:
        store = STORES[name].load(path)
        return lambda question: [hit.row for hit in store.search(question, WANTED)]
    index = faiss.read_index(str(path))
    if hasattr(index, "nprobe"):
        index.nprobe = 64
    if hasattr(index, "hnsw"):
        index.hnsw.efSearch = 128
    return lambda question: index.search(question[None], WANTED)[1][0].tolist()


def plot(rows: list[Row], target: Path) -> None:
    """Cost of a search, and memory, against size: both axes logarithmic."""
    import matplotlib as mpl  # noqa: PLC0415  an extra of the benchmarks

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    for name in dict.fromkeys(row["type and size"].split()[0] for row in rows):
        own = [row for row in rows if row["type and size"].split()[0] == name]
        sizes = [int(row["type and size"].split()[1].replace(",", "")) for row in own]
        thick = 2.5 if name.startswith("faiss-") else 1.0
        for axis, column in zip(axes, ("p95 ms", "RSS MB"), strict=True):
            label = f"{name} (recall {own[-1]['recall@10']:.2f})"
            axis.loglog(sizes, [row[column] for row in own], marker="o", linewidth=thick, label=label)
    for axis, title in zip(axes, ("search, p95 in ms", "memory in MB"), strict=True):
        axis.set(title=title, xlabel="vectors")
        axis.grid(visible=True, which="both", alpha=0.2)
    axes[0].legend(fontsize=7)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=110)


def run(work: Path, sizes: list[int], types: list[str], target: Path) -> Tables:
    """All points, and the plot."""
    import prepare  # noqa: PLC0415

    folder = work / "scale"
    folder.mkdir(parents=True, exist_ok=True)
    base, cloud = folder / "base.npz", folder / "cloud.npy"
    if not base.is_file():
        save_base(prepare.our_index(work), prepare.texts_folder(work), base)
    if not cloud.is_file() or len(np.load(cloud, mmap_mode="r")) < max(sizes):
        make(base, max(sizes), cloud)
    wanted = [(name, size) for name in types for size in sizes if size < SLOW_TO_BUILD or not name.startswith("hnsw")]
    rows = [point(name, cloud, size, base, folder / "index") for name, size in wanted]
    plot(rows, target)
    return {"Scale": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=default_work())
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--types", default=",".join(TYPES))
    parser.add_argument("--plot", type=Path, default=RESULTS / "scale.png")
    for part in ("--build", "--search"):
        parser.add_argument(part, nargs=5, metavar=("TYPE", "CLOUD", "COUNT", "BASE", "PATH"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    for part, arguments in ((build, options.build), (search, options.search)):
        if arguments:
            name, cloud, count, base, path = arguments
            print(json.dumps(part(name, Path(cloud), int(count), Path(base), Path(path))))
            return
    sizes = [int(size) for size in options.sizes.split(",")]
    print(render(run(options.work, sizes, options.types.split(","), options.plot)))


if __name__ == "__main__":
    main()
