"""Settings → the parts: the only module that picks implementations."""

import hashlib
import os
import socket
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import qa
from qa.answering.answerer import Answerer
from qa.config import PREFIX, Settings
from qa.corpus.collections import Collections
from qa.corpus.uploads import MB, Uploads
from qa.embedders import choose_embedder
from qa.embedders.lazy import LazyEmbedder
from qa.embedders.model_files import locate_model
from qa.embedders.universal import UniversalSentenceEncoder
from qa.errors import SettingsError
from qa.evaluation.command import Bench
from qa.evidence.keys import load_private
from qa.evidence.packer import Packer
from qa.extractors import DEFAULT, EXTRACTORS, OFF
from qa.index.engines import EMBEDDED, POSTGRES, connect
from qa.index.engines.remote import EngineSource
from qa.index.folder import recognised_path, work_path
from qa.index.snapshot import Snapshot
from qa.indexing.encoding import Embedders
from qa.indexing.indexer import Indexer
from qa.indexing.recipe import embedder_fingerprint, recipe_of
from qa.indexing.splitter import SentenceSplitter
from qa.indexing.work_folder import WorkFolder
from qa.indexing.workers import LocalWorkers, Workers
from qa.protocols import Embedder, Engine, Extractor, MultilingualEmbedder, Reranker, WorkQueue
from qa.readers.isolation import Parser
from qa.registry import imported
from qa.rerankers import RERANKERS, parse_reranker
from qa.retrieval.retriever import Retriever
from qa.serving.build_process import BuildProcess
from qa.serving.jobs import Jobs
from qa.serving.originals import Originals
from qa.serving.service import Service, require_embedder

ANSWERING = (
    "model",
    "embedder",
    "precision",
    "query_prompt",
    "passage_prompt",
    "reranker",
    "extractor",
    "languages",
    "passage_tokens",
)
SERVER_ONLY = (
    "admin_token",
    "read_token",
    "tokens_file",
    "open",
    "trusted_proxies",
    "embed_origins",
    "requests_per_minute",
    "build_stall_s",
    "trash_days",
    "processes",
)

STATISTICS = "engine"
"""In the index folder: what is copied of an engine's generations."""


def build_embedder(settings: Settings, threads: int) -> Embedder:
    """The embedder that the settings choose; its weights are read at the first use.

    Raises:
        ModelError: the model is missing or damaged.
        SettingsError: QA_EMBEDDER names none that runs the model.
    """
    source = locate_model(settings.model)
    entry = choose_embedder(settings.embedder, source)
    prompts = settings.query_prompt, settings.passage_prompt
    precision = entry.precision(settings.precision)
    embedder: Embedder = imported(entry.path)(source, *prompts, settings.threads or threads, precision)
    return embedder


def build_indexer(settings: Settings, workers: int | None = None) -> Indexer:
    """What ``qa index`` runs; encoding takes all processors, or is left to workers, so many of them on this machine."""
    fingerprint = embedder_fingerprint(settings)
    embedder = LazyEmbedder(fingerprint, lambda: build_embedder(settings, os.cpu_count() or 1))
    return _indexer(settings, embedder, None if workers is None else _build_workers(settings, workers))


def _build_workers(settings: Settings, count: int) -> Workers:
    command = [sys.executable, "-P", "-m", "qa.cli", "worker", "--of", str(os.getpid())]
    threads = settings.threads or max(1, (os.cpu_count() or 1) // max(count, 1))
    return Workers(partial(build_work, settings), LocalWorkers(command, _environment(settings, threads), count))


def build_work(settings: Settings, topic: str) -> WorkQueue:
    """Where shards of a topic are laid out: beside the index, or in PostgreSQL where that holds it."""
    if urlsplit(settings.engine).scheme in POSTGRES:
        index = f"{socket.gethostname()} {settings.index.resolve()}"
        build = hashlib.sha256(index.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        queue: WorkQueue = imported("qa.index.engines.postgres_work:PostgresWork")(settings.engine, topic, build)
        return queue
    return WorkFolder(work_path(settings.index), topic)


def build_embedders(settings: Settings) -> Embedders:
    """What a worker encodes with."""
    threads = os.cpu_count() or 1
    return Embedders(build_embedder(settings, threads), _build_multilingual(settings, threads))


def _environment(settings: Settings, threads: int) -> dict[str, str]:
    """That of another process of this program, with the same settings but for a server's own."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
    given = settings.model_dump(mode="json", exclude_none=True, exclude=set(SERVER_ONLY))
    given["threads"] = threads
    return kept | {PREFIX + name.upper(): str(value) for name, value in given.items()}


def _indexer(settings: Settings, embedder: Embedder, workers: Workers | None = None) -> Indexer:
    return Indexer(
        corpus=settings.corpus,
        index=settings.index,
        embedder=embedder,
        splitter=SentenceSplitter(embedder, settings.passage_tokens),
        recipe=recipe_of(embedder.fingerprint, settings),
        keep=settings.keep_snapshots,
        multilingual=_build_multilingual(settings, os.cpu_count() or 1),
        elsewhere=workers,
    )


def _build_multilingual(settings: Settings, threads: int) -> MultilingualEmbedder | None:
    """What embeds text of many languages in one space; its weights are read at the first use."""
    return UniversalSentenceEncoder(settings.threads or threads) if settings.languages == "on" else None


def build_retriever(settings: Settings, embedder: Embedder) -> Retriever:
    """What finds passages with one thread."""
    return Retriever(embedder, _build_multilingual(settings, threads=1))


def build_service(settings: Settings) -> Service:
    """What ``qa serve`` and ``qa ask`` run; one thread encodes, which stays fast beside a busy neighbour."""
    embedder = build_embedder(settings, threads=1)
    answerer = Answerer(build_retriever(settings, embedder), _build_reranker(settings), build_extractor(settings))
    engine = build_engine(settings)
    source = EngineSource(engine, settings.index / STATISTICS) if engine else None
    collections = build_collections(settings)
    return Service(settings.index, embedder, answerer, settings.answer_cache_mb * MB, source, collections)


def build_collections(settings: Settings) -> Collections:
    """The named sets of documents of the corpus."""
    return Collections(settings.corpus)


def build_engine(settings: Settings) -> Engine | None:
    """The shared engine that holds the index; None where the index folder does.

    Raises:
        SettingsError: there is no such engine.
    """
    return None if settings.engine == EMBEDDED else connect(settings.engine)


def build_packer(settings: Settings) -> Packer:
    """What makes evidence packs; models are named without their folder.

    Raises:
        KeyUnusable: QA_EVIDENCE_KEY names no key that can sign.
    """
    shown = settings.model_dump(mode="json", include=set(ANSWERING), exclude_none=True)
    named = {
        name: Path(value).name if isinstance(value, str) and "/" in value else str(value)
        for name, value in shown.items()
    }
    key = load_private(settings.evidence_key) if settings.evidence_key else None
    return Packer(named, f"qa {qa.__version__}", settings.evidence_around, key)


def build_uploads(settings: Settings) -> Uploads:
    """What changes the corpus folder for a server."""
    return Uploads(settings.corpus, settings.index, settings.min_free_mb * MB, settings.trash_days)


def build_originals(settings: Settings) -> Originals:
    """What shows the files behind the documents."""
    return Originals(settings.corpus, Parser(), recognised_path(settings.index))


def build_jobs(settings: Settings, uploads: Uploads, opened: Callable[[], None]) -> Jobs:
    """What runs ``qa index`` beside a server, with these settings and half of the processors."""
    command = [sys.executable, "-P", "-m", "qa.cli", "index", "--json"]
    environment = _environment(settings, settings.threads or max(1, (os.cpu_count() or 1) // 2))
    return Jobs(lambda: BuildProcess(command, environment, settings.build_stall_s), uploads, opened)


def build_bench(settings: Settings, folder: Path) -> Bench:
    """What ``qa eval`` runs: the product's own parts, over indexes of data sets in ``folder``."""
    embedder = build_embedder(settings, threads=1)
    retriever = build_retriever(settings, embedder)
    answerer = Answerer(retriever, _build_reranker(settings), build_extractor(settings))
    return Bench(_indexer(settings, embedder), retriever, answerer, folder)


def build_answerer(settings: Settings, snapshots: Sequence[Snapshot]) -> Answerer:
    """What answers from these snapshots as the service would.

    Raises:
        SnapshotOutdated: one was built with another embedder.
    """
    embedder = build_embedder(settings, threads=1)
    for snapshot in snapshots:
        require_embedder(snapshot, embedder)
    return Answerer(build_retriever(settings, embedder), _build_reranker(settings), build_extractor(settings))


def _build_reranker(settings: Settings) -> Reranker | None:
    if settings.reranker is None:
        return None
    name, model = parse_reranker(settings.reranker)
    reranker: Reranker = imported(RERANKERS[name])(model, settings.threads or 1)
    return reranker


def build_extractor(settings: Settings) -> Extractor | None:
    """What finds exact answers in passages; its weights are read at the first use.

    Raises:
        SettingsError: it is neither a name that is known, nor a file.
        ModelError: the default model, whose tokenizer it takes, is not installed.
    """
    if settings.extractor == OFF:
        return None
    directory = locate_model(None).directory or Path()
    tokenizer = directory / "tokenizer.json"
    extractor: Extractor
    if settings.extractor in EXTRACTORS:
        extractor = imported(EXTRACTORS[settings.extractor])(tokenizer)
    elif Path(settings.extractor).is_file():
        extractor = imported(EXTRACTORS[DEFAULT])(tokenizer, Path(settings.extractor), sha256=None)
    else:
        known = ", ".join([*EXTRACTORS, OFF])
        raise SettingsError(f"QA_EXTRACTOR cannot be {settings.extractor!r}; it is one of {known}, or an ONNX file")
    return extractor
