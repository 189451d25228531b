"""What several measurements need, made once and kept in the work folder: texts, our index of them, grown indexes.

Usage: python benchmarks/prepare.py [--work DIR]

The first run encodes 1,216 passages; later ones find everything in its place unless the product changed its format.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import texts
from places import CHECKOUT, default_work
from qa.index.folder import FORMAT
from servers import environment

SIZES = (10_000, 100_000)


def run(*arguments: object) -> str:
    """Run a program of this folder, or ``-m`` one of the product's, in a process of its own."""
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=CHECKOUT / "benchmarks", env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 3):
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr[-1500:]}")
    return done.stdout


def texts_folder(work: Path) -> Path:
    """``passages.jsonl`` and ``questions.jsonl``."""
    loaded = texts.load()
    return loaded.save(work / f"texts-{loaded.source}")


def our_index(work: Path) -> Path:
    """An index of the texts, by the product's own command; up to date."""
    corpus = work / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    content = (texts_folder(work) / "passages.jsonl").read_bytes()
    if not (corpus / "passages.jsonl").is_file() or (corpus / "passages.jsonl").read_bytes() != content:
        (corpus / "passages.jsonl").write_bytes(content)
    index = work / "index"
    run("-m", "qa.cli", "index", "--corpus", corpus, "--index", index)
    return index


def grown_index(work: Path, passages: int) -> Path:
    """The same texts repeated with changed words (``grow.py``), for the current build of ``our_index``."""
    base = our_index(work)
    built = (base / "CURRENT").read_text("utf-8").strip()
    stamp = f"{built}-{passages}-{FORMAT}"
    target = work / "grown" / stamp
    if not (target / "CURRENT").is_file():
        run("grow.py", base, target, passages)
    return target


def shipped_index(work: Path) -> Path:
    """An index of the corpus that the product ships."""
    index = work / "shipped"
    run("-m", "qa.cli", "index", "--corpus", CHECKOUT / "corpus", "--index", index)
    return index


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=default_work())
    work = parser.parse_args().work
    print(shipped_index(work), our_index(work), *(grown_index(work, size) for size in SIZES), sep="\n")


if __name__ == "__main__":
    main()
