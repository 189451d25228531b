"""Records of an engine → a small snapshot: ranking, refusal and quoting run on it as on a whole one.

Its rows are the fetched passages in the order of their rows in the engine; what depends on the whole corpus (how
frequent a term or a token is, how many passages there are) comes from the generation's statistics.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

import numpy as np

from qa.index.bm25 import BM25Index, SentenceTokens
from qa.index.engines.records import gathered, offsets, unpack
from qa.index.engines.statistics import Statistics
from qa.index.multilingual import Multilingual
from qa.index.passages import Passages
from qa.index.sentence_vectors import SentenceVectors
from qa.index.snapshot import Snapshot
from qa.index.stores.exact import ExactStore
from qa.index.token_vectors import TokenIndex
from qa.protocols import PassageRecord
from qa.types import Document


class FetchedDocuments(Sequence[Document]):
    """Documents of which the ids are known; one is loaded when it is looked at."""

    def __init__(self, ids: Sequence[str], load: Callable[[str], Document]) -> None:
        self.ids = ids
        self._load = load

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Document: ...
    @overload
    def __getitem__(self, index: slice) -> list[Document]: ...
    def __getitem__(self, index: int | slice) -> Document | list[Document]:
        if isinstance(index, slice):
            return [self._load(document_id) for document_id in self.ids[index]]
        return self._load(self.ids[index])

    def __iter__(self) -> Iterator[Document]:
        return map(self._load, self.ids)


class FetchedPassages(Passages):
    """Passages whose texts are at hand without their documents."""

    def __init__(
        self, documents: FetchedDocuments, contexts: Sequence[str], table: np.ndarray, spans: np.ndarray,
        texts: Sequence[str],
    ) -> None:  # fmt: skip
        super().__init__(documents, contexts, table, spans)
        self._ids = documents.ids
        self._texts = texts

    def _document_id(self, number: int) -> str:
        return self._ids[number]

    def _text(self, row: int, number: int, start: int, end: int) -> str:
        return self._texts[row]


def assemble(statistics: Statistics, records: Sequence[PassageRecord], load: Callable[[str], Document]) -> Snapshot:
    """The snapshot of some passages, given ascending by row; ``load`` gets a document by its id.

    Raises:
        SnapshotDamaged: a record has a wrong byte.
    """
    fields, counts = unpack([record.content for record in records])
    dimension = statistics.manifest.dimension
    width = dimension if statistics.projection is None else statistics.projection.shape[1]
    ids = list(dict.fromkeys(record.document_id for record in records))
    documents = FetchedDocuments(ids, load)
    snapshot = Snapshot(
        statistics.manifest,
        documents,
        _passages(documents, records, fields, counts),
        ExactStore(fields["vector"].reshape(-1, dimension)),
        SentenceVectors(fields["sentence_vectors"].reshape(-1, dimension), fields["sentence_scales"]),
        TokenIndex(
            fields["model_tokens"].reshape(-1, width),
            fields["model_ids"],
            offsets(fields["segments"]),
            statistics.projection,
            statistics.token_frequencies,
            offsets(counts["segments"]),
            statistics.manifest.passages,
        ),
        BM25Index(
            statistics.terms,
            gathered(fields["terms"], fields["weights"], counts["terms"]),
            SentenceTokens(
                fields["token_ids"],
                fields["token_shapes"],
                fields["token_spans"].reshape(-1, 2),
                offsets(fields["token_counts"]),
            ),
            len(records),
        ),
        _multilingual(statistics.multilingual, fields, counts),
    )
    snapshot.is_heading = fields["headings"]
    return snapshot


def _multilingual(
    corpus: Multilingual | None, fields: dict[str, np.ndarray], counts: dict[str, np.ndarray]
) -> Multilingual | None:
    if corpus is None:
        return None
    dimension = corpus.passages.dimension
    return Multilingual(
        SentenceVectors(fields["meaning"].reshape(-1, dimension), fields["meaning_scale"]),
        SentenceVectors(fields["meaning_sentences"].reshape(-1, dimension), fields["meaning_scales"]),
        corpus.words,
        np.asarray(_texts(fields["language"], counts["language"]), dtype="U3"),
        corpus.shares,
    )


def _passages(
    documents: FetchedDocuments, records: Sequence[PassageRecord], fields: dict[str, np.ndarray],
    counts: dict[str, np.ndarray],
) -> FetchedPassages:  # fmt: skip
    numbers = {document_id: number for number, document_id in enumerate(documents.ids)}
    contexts, texts = (_texts(fields[name], counts[name]) for name in ("context", "text"))
    distinct = {context: number for number, context in enumerate(dict.fromkeys(contexts))}
    bounds = fields["bounds"].reshape(-1, 3)
    table = np.stack([
        np.asarray([numbers[record.document_id] for record in records], dtype=np.int64),
        *bounds.T.astype(np.int64),
        counts["spans"] // 2,
        np.asarray([distinct[context] for context in contexts], dtype=np.int64),
    ])  # fmt: skip
    spans = fields["spans"].reshape(-1, 2).astype(np.int64)
    return FetchedPassages(documents, [*distinct], table, spans, texts)


def _texts(content: np.ndarray, counts: np.ndarray) -> list[str]:
    ends = np.cumsum(counts).tolist()
    whole = content.tobytes()
    return [
        whole[end - count : end].decode("utf-8", "surrogatepass")
        for end, count in zip(ends, counts.tolist(), strict=True)
    ]
