"""The extractor beside the product's choice of sentences, on evaluation sets: sentence, exact span, no answer, time.

    python -m training.extractor.compare extractor.onnx --set .../squad2 --set .../news --indexes /tmp/indexes

An answerable question is asked of the passage that holds its answer; one that is not, of the passage that is retrieved
first. Titles of articles that the extractor has learned from are left out with ``--skip``.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score
from training.extractor.examples import default_tokenizer_file

from qa.compose import build_bench, build_embedder
from qa.config import Settings
from qa.evaluation.datasets import Dataset, GoldQuestion, load_datasets
from qa.evaluation.measures import normalized
from qa.evaluation.run import open_dataset
from qa.extractors.onnx_span import OnnxSpanExtractor
from qa.index.snapshot import Snapshot
from qa.protocols import Extraction
from qa.retrieval.retriever import Retriever
from qa.types import Passage, Span

WHOLE = ("fairytaleqa", "news")  # sets whose whole articles are split, rather than their passages
WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0)  # of the extractor's sentence scores beside the product's


@dataclass(frozen=True, slots=True)
class Case:
    """One question with one passage: what both say of it, and which of its sentences are right (none: no answer)."""

    question: GoldQuestion
    passage: Passage
    right: tuple[int, ...]
    product: tuple[float, ...]
    extraction: Extraction
    milliseconds: float


def main() -> None:
    """Print a line for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--set", type=Path, action="append", required=True)
    parser.add_argument("--indexes", type=Path, required=True, help="a folder that keeps the sets' indexes")
    parser.add_argument("--skip", action="append", default=[])
    parser.add_argument("--first", type=int, default=0, help="only about this many questions of each set")
    arguments = parser.parse_args()
    settings = Settings()
    bench = build_bench(settings, arguments.indexes)
    retriever = Retriever(build_embedder(settings, threads=1))
    extractor = OnnxSpanExtractor(default_tokenizer_file(), arguments.file, sha256=None)
    for folder in arguments.set:
        wanted = f"{folder.name}/articles" if folder.name in WHOLE else folder.name
        dataset = next(d for d in load_datasets(folder) if d.name == wanted)
        snapshot = open_dataset(dataset, bench.indexer, arguments.indexes)
        if arguments.first:
            every = max(1, len(dataset.questions) // arguments.first)
            dataset = replace(dataset, questions=dataset.questions[::every])
        cases = list(_cases(dataset, snapshot, retriever, extractor, arguments.skip))
        _print(folder.name, cases)


def _cases(
    dataset: Dataset, snapshot: Snapshot, retriever: Retriever, extractor: OnnxSpanExtractor, skipped: Sequence[str]
) -> Iterator[Case]:
    titles = {document.id: document.title for document in dataset.documents}
    for question in dataset.questions:
        if question.history or titles.get(question.document_id or "") in skipped:
            continue
        candidates = {c.row: c for c in retriever.retrieve(snapshot, question.text).candidates}
        if question.answerable:
            row = next((r for r, p in enumerate(snapshot.passages) if _right(question, p)), None)
        else:
            row = next(iter(candidates), None)
        if row is None or (question.answerable and not (question.span or question.sentences)):
            continue
        passage = snapshot.passages[row]
        if row not in candidates:
            candidates = {c.row: c for c in retriever.retrieve(snapshot, question.text, np.asarray([row])).candidates}
        started = time.perf_counter()
        [extraction] = extractor(question.text, [passage])
        elapsed = 1000 * (time.perf_counter() - started)
        yield Case(question, passage, _right(question, passage), candidates[row].sentence_scores, extraction, elapsed)


def _right(question: GoldQuestion, passage: Passage) -> tuple[int, ...]:
    """The numbers of the sentences that hold the answer, or most of it."""
    if not question.answerable or passage.document_id != question.document_id:
        return ()
    if question.sentences and not question.span:
        wanted = [normalized(sentence) for sentence in question.sentences]
        texts = [normalized(passage.document_text(span)) for span in passage.sentences]
        return tuple(i for i, text in enumerate(texts) if text and any(text in w or w in text for w in wanted))
    span = question.span or Span(0, 0)
    return tuple(
        i for i, s in enumerate(passage.sentences) if 2 * (min(s.end, span.end) - max(s.start, span.start)) >= len(span)
    )


def _print(name: str, cases: Sequence[Case]) -> None:
    answerable = [case for case in cases if case.right]
    result: dict[str, float] = {"answerable": len(answerable), "others": len(cases) - len(answerable)}
    result["product"] = _share(answerable, lambda c: np.asarray(c.product))
    result["extractor"] = _share(answerable, lambda c: np.asarray(c.extraction.sentence_scores))
    for weight in WEIGHTS[1:]:
        result[f"product + {weight} extractor"] = _share(
            answerable, lambda c, w=weight: np.asarray(c.product) + w * np.asarray(c.extraction.sentence_scores)
        )
    spans = [_span_f1(case) for case in answerable if case.question.answers]
    result["span F1"] = float(np.mean(spans)) if spans else float("nan")
    labels = [not case.right for case in cases]
    if any(labels) and not all(labels):
        result["AUROC"] = float(roc_auc_score(labels, [case.extraction.no_answer for case in cases]))
    times = [case.milliseconds for case in cases]
    result["ms p50"], result["ms p95"] = np.percentile(times, [50, 95])
    print(name, {key: round(float(value), 3) for key, value in result.items()}, flush=True)


def _share(cases: Sequence[Case], scores) -> float:
    return float(np.mean([int(np.argmax(scores(case))) in case.right for case in cases]))


def _span_f1(case: Case) -> float:
    """The best F1 of the first exact span's words with those of any of the given answers, as SQuAD measures it."""
    if not case.extraction.spans:
        return 0.0
    words = Counter(normalized(case.passage.document_text(case.extraction.spans[0].span)).split())
    best = 0.0
    for answer in case.question.answers:
        wanted = Counter(normalized(answer).split())
        common = (words & wanted).total()
        best = max(best, 2 * common / max(1, words.total() + wanted.total()))
    return best


if __name__ == "__main__":
    main()
