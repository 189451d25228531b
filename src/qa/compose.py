"""Settings → the parts: the only module that picks implementations."""

import importlib
import os
from pathlib import Path
from typing import Any

from qa.answerer import Answerer
from qa.config import Settings
from qa.embedders import EMBEDDERS
from qa.embedders.bert_config import BertConfig
from qa.embedders.model_files import locate_model
from qa.evaluation.command import Bench
from qa.indexer import Indexer
from qa.protocols import Embedder, Reranker
from qa.rerankers import RERANKERS
from qa.retriever import Retriever
from qa.service import Service
from qa.splitter import SentenceSplitter

OWN, REFERENCE = "onnx-bert", "sentence-transformers"
RERANKER = "cross-encoder"


def build_embedder(settings: Settings, threads: int) -> Embedder:
    """The embedder, ours where it runs the model and the reference elsewhere; its weights are read at the first use.

    Raises:
        ModelError: the model is missing or damaged.
    """
    source = locate_model(settings.model)
    if source.directory is not None and (settings.reranker is None or Path(settings.reranker).is_dir()):
        os.environ["HF_HUB_OFFLINE"] = "1"  # read when the library is imported: nothing is ever fetched
    embedder: Embedder
    parts = (source, settings.query_prompt, settings.passage_prompt, settings.threads or threads)
    if source.directory is not None and BertConfig.read(source.directory) is not None:
        embedder = _imported(EMBEDDERS[OWN])(*parts, settings.precision)
    else:
        embedder = _imported(EMBEDDERS[REFERENCE])(*parts)
    return embedder


def build_indexer(settings: Settings) -> Indexer:
    """What ``qa index`` runs; encoding takes all processors."""
    return _indexer(settings, build_embedder(settings, threads=os.cpu_count() or 1))


def _indexer(settings: Settings, embedder: Embedder) -> Indexer:
    return Indexer(
        corpus=settings.corpus,
        index=settings.index,
        embedder=embedder,
        splitter=SentenceSplitter(embedder, settings.passage_tokens),
        recipe=f"{embedder.fingerprint} sentences/{settings.passage_tokens}",
        keep=settings.keep_snapshots,
    )


def build_service(settings: Settings) -> Service:
    """What ``qa serve`` and ``qa ask`` run; one thread encodes, which stays fast beside a busy neighbour."""
    embedder = build_embedder(settings, threads=1)
    answerer = Answerer(Retriever(embedder), _build_reranker(settings))
    return Service(settings.index, embedder, answerer, settings.max_waiting)


def build_bench(settings: Settings, folder: Path) -> Bench:
    """What ``qa eval`` runs: the product's own parts, over indexes of data sets in ``folder``."""
    embedder = build_embedder(settings, threads=1)
    retriever = Retriever(embedder)
    return Bench(_indexer(settings, embedder), retriever, Answerer(retriever, _build_reranker(settings)), folder)


def _build_reranker(settings: Settings) -> Reranker | None:
    if settings.reranker is None:
        return None
    reranker: Reranker = _imported(RERANKERS[RERANKER])(settings.reranker, settings.threads or 1)
    return reranker


def _imported(path: str) -> Any:
    """``package.module:Name`` → the object; heavy libraries load only when they are chosen."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
