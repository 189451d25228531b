"""An index that an earlier version built: it answers, and the next build takes its vectors over."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from qa.index import folder as index_folder
from qa.index import snapshot as snapshots
from qa.types import Question

ID = "0123456789abcdef"


class NoEmbedder:
    """An embedder that is not asked for vectors of passages."""

    def __init__(self, embedder):
        self._embedder = embedder

    def __getattr__(self, name):
        return getattr(self._embedder, name)

    def encode_passages(self, texts):
        raise AssertionError(f"{len(texts)} passages were encoded again")


def in_earlier_format(index: Path, target: Path, number: int) -> None:
    """Write the current snapshot as format 7 and 8 had it, in the layout of their files."""
    made = snapshots.open_current(index)[0]
    source = index / made.manifest.id

    def write(folder: Path) -> None:
        lines = [json.dumps(asdict(document), ensure_ascii=False) for document in made.documents]
        (folder / "documents.jsonl").write_text("\n".join(lines), "utf-8")
        (folder / "contexts.json").write_text(json.dumps([*made.passages._contexts]), "utf-8")
        np.save(folder / "passages.npy", made.passages._table.T)
        np.save(folder / "sentences.npy", made.passages.spans)
        shutil.copy(source / "passage_vectors", folder)
        for name in ("sentence_vectors", "tokens", "lexical", "multilingual"):
            shutil.copytree(source / name, folder / name)
        np.save(folder / "tokens" / "lengths.npy", np.diff(np.load(folder / "tokens" / "starts.npy")))
        lexicon = made.lexical.lexicon
        words = {word: (entry.count, entry.capital) for word, entry in lexicon.words.items()}
        tables = {name: {**getattr(lexicon, name)} for name in ("joined", "variants", "abbreviations")}
        (folder / "lexical" / "lexicon.json").write_text(json.dumps({"words": words, **tables}), "utf-8")
        terms = [len(made.passages), *made.lexical.vocabulary]
        (folder / "lexical" / "terms.json").write_text(json.dumps(terms), "utf-8")
        spoken = {"words": [*made.multilingual.words.words], "terms": [*made.multilingual.words.terms]}
        (folder / "multilingual" / "words.json").write_text(json.dumps(spoken), "utf-8")

    fields = asdict(made.manifest) | {"id": ID, "format": number, "files": {}, "unreadable": ()}
    index_folder.add(target, index_folder.Manifest(**fields), write)


@pytest.mark.parametrize("number", index_folder.EARLIER)
def test_an_earlier_index_answers_and_is_built_upon(number, corpus_index, indexer_for, service_for, tmp_path):
    """It gives the same answers, and is built anew in this format without a passage being encoded."""
    in_earlier_format(corpus_index, tmp_path / "index", number)
    services = [service_for(index) for index in (corpus_index, tmp_path / "index")]
    for service in services:
        service.open()
    for text in ("Who was the pilot of the plane?", "When did it happen?", "What is not said anywhere?"):
        now, before = (service.ask(Question(text)).answer for service in services)
        assert (now.nearest, now.passages, now.confidence) == (before.nearest, before.passages, before.confidence)
    documents = list(services[1].snapshot.documents)
    assert documents == list(snapshots.read_documents(tmp_path / "index", ID))
    fresh = indexer_for(tmp_path, tmp_path / "index")
    object.__setattr__(fresh, "embedder", NoEmbedder(fresh.embedder))
    fresh.publish(documents)
    built = snapshots.open_current(tmp_path / "index")[0]
    assert built.manifest.format == index_folder.FORMAT
    rows = np.arange(len(built.passages))
    was = snapshots.open_current(corpus_index)[0]
    assert np.array_equal(built.passage_vectors.vectors(rows), was.passage_vectors.vectors(rows))
