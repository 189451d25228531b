"""Is the index sound? Each check says what it looked at and what it found."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from qa.config import Settings
from qa.errors import QAError
from qa.index import folder as index_folder
from qa.index import snapshot as snapshots
from qa.index.engines.records import unpack
from qa.index.snapshot import Snapshot
from qa.indexing.indexer import Indexer
from qa.protocols import Admitted, Engine
from qa.readers.sandbox import in_force

SAMPLED = 200  # passages and documents of a shared engine that are read
UNIT_TOLERANCE = 1e-3
ROUNDED_TOLERANCE = 1e-2  # of vectors kept as bytes


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    name: str
    ok: bool
    detail: str


def examine(settings: Settings, indexer: Indexer) -> list[Check]:
    """Run all checks on the current snapshot; where it cannot be opened, that is the only finding."""
    try:
        current = snapshots.current_id(settings.index)
        snapshot, damage = snapshots.open_current(settings.index)
        index_folder.verify(settings.index, snapshot.manifest, again=True)
    except QAError as error:
        return [Check("snapshot", False, str(error))]
    if damage is not None:
        return [Check("snapshot", False, f"{damage} (until then {snapshot.manifest.id} serves instead of {current})")]
    return [
        Check("hashes", True, f"all {len(snapshot.manifest.files)} files of {current} are as written"),
        *_checks(snapshot, indexer),
    ]


def examine_engine(engine: Engine, built: str | None) -> list[Check]:
    """Check a shared engine: what it is, whether it holds what was built last, and whether that is sound."""
    try:
        version = engine.check()
        generation = engine.current()
        if generation is None:
            return [Check("engine", False, f"{version}; nothing was published, run: qa index")]
        documents = engine.documents(generation, range(SAMPLED), Admitted())
        records = engine.fetch(generation, range(SAMPLED), Admitted())
        unpack([record.content for record in records])
    except QAError as error:
        return [Check("engine", False, str(error))]
    same = generation == built
    detail = "the last build" if same else f"generation {generation} answers, {built} was built last; run: qa index"
    return [
        Check("engine", True, version),
        Check("published", same, detail),
        Check("records", True, f"{len(records)} passages and {len(documents)} documents were read, and are as written"),
    ]


def _checks(snapshot: Snapshot, indexer: Indexer) -> Iterator[Check]:
    manifest = snapshot.manifest
    yield Check(
        "embedder",
        manifest.embedder == indexer.embedder.fingerprint,
        f"built with {manifest.embedder}, this installation runs {indexer.embedder.fingerprint}",
    )
    yield _counts(snapshot)
    yield _unit_length(snapshot)
    yield _verbatim(snapshot)
    yield _truncation(snapshot, indexer)
    yield Check("parser", True, in_force())
    yield Check("unreadable", not manifest.unreadable, f"{len(manifest.unreadable)} files could not be read")
    try:
        stale = indexer.is_stale()
    except QAError as error:
        yield Check("fresh", False, str(error))
    else:
        yield Check(
            "fresh", not stale, "the corpus has changed; run: qa index" if stale else "the corpus is as indexed"
        )


def _counts(snapshot: Snapshot) -> Check:
    manifest = snapshot.manifest
    counted = (len(snapshot.documents), len(snapshot.passages), int(snapshot.sentence_starts[-1]))
    stored = (manifest.documents, len(snapshot.passage_vectors), len(snapshot.sentence_vectors))
    kind = "exact" if snapshot.passage_vectors.exact else "approximate"
    detail = (
        f"{counted[0]} documents, {counted[1]} passages, {counted[2]} sentences; "
        f"vectors: {stored[1]} and {stored[2]}, {manifest.store} ({kind} search)"
    )
    return Check("counts", counted == stored == (manifest.documents, manifest.passages, manifest.sentences), detail)


def _unit_length(snapshot: Snapshot) -> Check:
    worst = [
        float(np.abs(np.linalg.norm(store.vectors(np.arange(len(store))), axis=1) - 1).max(initial=0.0))
        for store in (snapshot.passage_vectors, snapshot.sentence_vectors)
    ]
    sound = worst[0] <= UNIT_TOLERANCE and worst[1] <= ROUNDED_TOLERANCE
    return Check("vectors", sound, f"unit length to within {worst[0]:.1e}, those of sentences {worst[1]:.1e}")


def _verbatim(snapshot: Snapshot) -> Check:
    wrong = [p.id for p in snapshot.passages if snapshot.document_by_id[p.document_id].text[p.start : p.end] != p.text]
    return Check(
        "verbatim",
        not wrong,
        f"{len(snapshot.passages) - len(wrong)} of {len(snapshot.passages)} passages are exact slices",
    )


def _truncation(snapshot: Snapshot, indexer: Indexer) -> Check:
    texts = [passage.embedded_text for passage in snapshot.passages]
    counts = indexer.embedder.count_tokens(texts) if texts else []
    longest, limit = max(counts, default=0), indexer.embedder.max_tokens
    return Check("truncated", longest <= limit, f"the longest passage has {longest} tokens, the embedder reads {limit}")
