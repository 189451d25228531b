"""The statistics of a generation: a folder of files that the publisher writes and every server copies."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.arrays import mapped
from qa.errors import SnapshotDamaged, SnapshotOutdated
from qa.index.bm25 import TermStatistics
from qa.index.folder import FORMAT, Manifest
from qa.index.multilingual import Multilingual, WordVectors
from qa.index.sentence_vectors import SentenceVectors
from qa.index.snapshot import Snapshot
from qa.protocols import Rows, Vectors
from qa.types import Unreadable

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MANIFEST, _SUMS = "manifest.json", "sums.json"
_ARRAYS = ("token_frequencies", "projection")
_WORDS, _WORD_ARRAYS = "words.json", ("word_languages", "word_vectors", "word_scales")


@dataclass(frozen=True, slots=True)
class Statistics:
    """What every server knows of a generation without asking the engine.

    Attributes:
        manifest: of the snapshot that was published.
        terms: of all its passages.
        token_frequencies: ``(largest id + 1,)`` in how many passages each token of the model occurs.
        projection: ``(dimension, k)`` of token vectors; None where they are kept whole.
        multilingual: the words of the corpus and the shares of its languages, without any passage; None where there
            is no multilingual embedder.
    """

    manifest: Manifest
    terms: TermStatistics
    token_frequencies: Rows
    projection: Vectors | None
    multilingual: Multilingual | None


def write_statistics(snapshot: Snapshot, folder: Path) -> None:
    """Write the files into an empty folder, the sums of the others last."""
    manifest = asdict(replace(snapshot.manifest, files={}, format=FORMAT))
    (folder / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    snapshot.lexical.statistics.save(folder)
    none = np.zeros((0, 0), np.float32)
    projection = none if snapshot.tokens.projection is None else snapshot.tokens.projection
    arrays: tuple[Any, ...] = (snapshot.tokens.frequency, projection)
    for name, array in zip(_ARRAYS, arrays, strict=True):
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    if snapshot.multilingual is not None:
        _write_words(snapshot.multilingual, folder)
    (folder / _SUMS).write_text(json.dumps(_sums(folder)), "utf-8")


def _write_words(corpus: Multilingual, folder: Path) -> None:
    words = corpus.words
    fields = {
        "words": [*words.words], "terms": [*words.terms], "shares": {**corpus.shares},
        "dimension": corpus.passages.dimension,
    }  # fmt: skip
    (folder / _WORDS).write_text(json.dumps(fields, ensure_ascii=False), "utf-8")
    arrays: tuple[NDArray[Any], ...] = (words.languages, *words.vectors.stored(np.arange(len(words.vectors))))
    for name, array in zip(_WORD_ARRAYS, arrays, strict=True):
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


def _read_words(folder: Path) -> Multilingual:
    fields: dict[str, Any] = json.loads((folder / _WORDS).read_text("utf-8"))
    languages, rounded, scales = (mapped(folder / f"{name}.npy") for name in _WORD_ARRAYS)
    words = WordVectors(fields["words"], fields["terms"], languages, SentenceVectors(rounded, scales))
    none = SentenceVectors(np.zeros((0, fields["dimension"]), np.int8), np.zeros(0, np.float32))
    return Multilingual(none, none, words, np.zeros(0, "U3"), fields["shares"])


def read_statistics(folder: Path) -> Statistics:
    """Check and read the files.

    Raises:
        SnapshotDamaged: one is missing or has a wrong byte.
        SnapshotOutdated: they are of another format.
    """
    try:
        if json.loads((folder / _SUMS).read_text("utf-8")) != _sums(folder):
            raise ValueError(_SUMS)
        fields: dict[str, Any] = json.loads((folder / _MANIFEST).read_text("utf-8"))
        if fields["format"] != FORMAT:
            raise SnapshotOutdated(
                f"generation {fields['id']} has format {fields['format']}, this version reads {FORMAT}; run: qa index"
            )
        unreadable = tuple(Unreadable(**entry) for entry in fields.pop("unreadable"))
        manifest = Manifest(**fields, unreadable=unreadable)
        terms = TermStatistics.load(folder, manifest.passages)
        token_frequencies, projection = (mapped(folder / f"{name}.npy") for name in _ARRAYS)
        multilingual = _read_words(folder) if manifest.multilingual else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SnapshotDamaged(f"the statistics of {folder.name} are missing or damaged; run: qa index") from error
    return Statistics(manifest, terms, token_frequencies, projection if projection.size else None, multilingual)


def copied(cache: Path, generation: str, download: Callable[[Path], None]) -> Statistics:
    """The statistics of a generation, from a folder of this machine, or downloaded into it.

    Raises:
        SnapshotDamaged, SnapshotOutdated: as ``read_statistics`` does, also after another download.
    """
    target = cache / generation
    if target.is_dir():
        try:
            return read_statistics(target)
        except SnapshotDamaged:
            shutil.rmtree(target, ignore_errors=True)
    draft = cache / f".{generation}-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        download(draft)
        statistics = read_statistics(draft)  # what is mapped stays readable under another name
        if not target.exists():
            draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return statistics


def forget(cache: Path, kept: str) -> None:
    """Remove the copies of all generations but one; whoever still reads one of them may go on."""
    for folder in cache.glob("*"):
        if folder.name != kept and not folder.name.startswith("."):
            shutil.rmtree(folder, ignore_errors=True)


def _sums(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != _SUMS
    }
