"""A question in another language than the corpus, with an embedder whose dictionary is known."""

from collections.abc import Sequence

import numpy as np
import pytest

from qa.analysis import analyze
from qa.answering.answerer import unmatched_terms
from qa.arrays import unit
from qa.index.maxscore import AllScores
from qa.index.multilingual import Multilingual
from qa.index.snapshot import Snapshot
from qa.indexing.indexer import Indexer
from qa.indexing.splitter import SentenceSplitter
from qa.protocols import Meaning
from qa.retrieval import retriever
from qa.retrieval.answer_types import AnswerType
from qa.retrieval.evidence import standardised
from qa.retrieval.query import make_query
from qa.retrieval.ranking import WeightSet, passage_sets
from qa.retrieval.retriever import Retriever
from qa.retrieval.translation import translate
from qa.types import Document, Passage

DICTIONARY = {"brucke": "bridge", "gebaut": "built", "muhle": "mill", "korn": "grain", "gemahlen": "ground"}
QUESTION = "Wann wurde die Brücke in Oskerby gebaut?"
TEXTS = {
    "bridge": "The bridge at Oskerby was built in 1921 by a small company from the north.",
    "mill": "The mill ground grain for all the farms in the valley until the river was dammed.",
    "muehle": "Die alte Mühle hat das Korn aller Höfe gemahlen, bis der Fluss gestaut wurde.",
}


class Dictionary:
    """Words that mean the same have one vector; a text is the mean of its words."""

    fingerprint, dimension, word_dimension = "dictionary", 16, 16

    def __init__(self, words) -> None:
        self._words = words

    def encode_passages(self, passages: Sequence[Passage]) -> list[Meaning]:
        return [
            Meaning(
                self.encode_question(passage.text),
                np.stack([self.encode_question(passage.document_text(span)) for span in passage.sentences]),
            )
            for passage in passages
        ]

    def encode_question(self, text: str) -> np.ndarray:
        return unit(self.encode_words([token.word for token in analyze(text)]).mean(axis=0))

    def encode_words(self, words: Sequence[str]) -> np.ndarray:
        vectors = [self._words.encode_question(DICTIONARY.get(word, word)).vector for word in words]
        return np.stack([np.zeros(16, np.float32), *vectors])[1:]


@pytest.fixture(scope="module")
def dictionary(words) -> Dictionary:
    return Dictionary(words)


@pytest.fixture(scope="module")
def indexed(words, dictionary, tmp_path_factory):
    def make(*names: str, embedder: Dictionary | None = dictionary) -> Snapshot:
        folder = tmp_path_factory.mktemp("translation")
        splitter = SentenceSplitter(words, 64)
        indexer = Indexer(folder / "corpus", folder / "index", words, splitter, "recipe", 1, embedder)
        return indexer.assemble([Document(f"{name}.txt", "", TEXTS[name]) for name in names])

    return make


@pytest.fixture(scope="module")
def snapshot(indexed) -> Snapshot:
    return indexed(*TEXTS)


def test_words_are_translated_by_the_corpus(snapshot, dictionary) -> None:
    """The nearest words of other languages stand for a question's; names stay as they are, and common words go."""
    translation = translate(QUESTION, snapshot, dictionary)
    assert translation is not None
    assert translation.language == "de"
    by_word = {token.word: translation.words.get(token.term, {}) for token in analyze(QUESTION)}
    assert by_word["brucke"] == pytest.approx({"bridg": 1.0}, abs=0.02)
    assert by_word["gebaut"] == pytest.approx({"built": 1.0}, abs=0.02)
    assert by_word["oskerby"] == {}
    assert {token.term for token in analyze("Brücke Oskerby gebaut")} == set(translation.topical)
    assert translation.gloss == "bridge oskerby built"


def test_other_forms_stand_for_a_word(snapshot, dictionary) -> None:
    """A word in the corpus's own language is searched for in all its forms."""
    translation = translate("Wessen Mühlen standen im Tal?", snapshot, dictionary)
    assert translation is not None
    mills = next(translation.words[token.term] for token in analyze("Mühlen"))
    assert mills == dict.fromkeys((token.term for token in analyze("Mühle")), 1.0)


def test_english_names_that_occur_once_have_no_vector(snapshot) -> None:
    """They are many, and are found as they are spelled or by their sound; a German one keeps its forms."""
    assert "oskerby" not in snapshot.multilingual.words.words
    assert {"bridge", "muhle"} <= set(snapshot.multilingual.words.words)


def test_english_alone_needs_no_translation(indexed, dictionary) -> None:
    """An English question about English articles costs nothing; one about others is translated."""
    english = indexed("bridge", "mill")
    assert translate("When was the bridge at Oskerby built?", english, dictionary) is None
    assert translate(QUESTION, english, dictionary) is not None
    assert translate("When was the old bridge at Oskerby built?", indexed(*TEXTS), dictionary) is not None


def test_a_question_of_no_known_language(snapshot, dictionary) -> None:
    """It is taken for one in the language that most passages are in."""
    translation = translate("Oskerby?", snapshot, dictionary)
    assert translation is not None
    assert translation.language == "en"
    assert translation.gloss == ""  # an English embedder reads it as it is


def test_an_index_without_the_vectors_is_searched_as_before(indexed, dictionary) -> None:
    """An index built without the embedder, or with another one, has no translations."""
    assert translate(QUESTION, indexed(*TEXTS, embedder=None), dictionary) is None
    other = Dictionary(dictionary)
    other.fingerprint = "another"
    assert translate(QUESTION, indexed(*TEXTS), other) is None


def test_the_right_passage_is_found_across_languages(snapshot, words, dictionary) -> None:
    """A German question is answered from an English passage, and ranked by the weights for that."""
    retrieval = Retriever(words, dictionary).retrieve(snapshot, QUESTION)
    best = retrieval.candidates[0]
    assert snapshot.document_of(best.row).id == "bridge.txt"
    assert best.scores.keys() >= {"meaning", "sentence_meaning", "coverage"}
    assert retrieval.query.answer_type is AnswerType.DATE
    evidence = retrieval.evidence
    assert evidence is not None
    assert dict(zip(evidence.rows.tolist(), evidence.meaning.is_native.tolist(), strict=True)) == {
        row: snapshot.document_of(row).id == "muehle.txt" for row in evidence.rows.tolist()
    }
    share = float(evidence.meaning.is_native.mean())
    assert passage_sets(evidence) == (WeightSet("native", share), WeightSet("across", 1 - share))


@pytest.mark.parametrize("depth", [1, 2])
def test_the_search_across_languages(monkeypatch, snapshot, words, dictionary, depth: int) -> None:
    """The nearest in meaning are found beside those of both other searches, and the cut is by the sum of all five."""
    monkeypatch.setattr(retriever, "DEPTH", depth)
    query = Retriever(words, dictionary).query(snapshot, QUESTION)
    meaning, rows = query.translation.vector, np.arange(len(TEXTS))
    lexical = np.asarray([0.0, 3.0, 1.0], dtype=np.float32)
    by_sentence = [
        (snapshot.sentence_vectors.vectors(rows), query.encoded.vector),
        (snapshot.multilingual.sentences.vectors(rows), meaning),
    ]
    columns = [
        snapshot.passage_vectors.vectors(rows) @ query.encoded.vector,
        *(vectors @ vector for vectors, vector in by_sentence),
        lexical,
        snapshot.multilingual.passages.vectors(rows) @ meaning,
    ]
    assert len(snapshot.is_heading) == len(TEXTS)  # so that a sentence's vectors are its passage's
    searched = [columns[index] for index in (0, 3, 4)]
    found = sorted({int(row) for column in searched for row in np.argsort(-column)[:depth]})
    total = standardised(np.stack(columns, axis=1)[found]).sum(axis=1)
    kept = sorted(found[index] for index in np.argsort(-total)[:depth])
    assert 0 in found
    assert retriever.search(snapshot, query, AllScores(lexical)).tolist() == kept
    assert retriever.search(snapshot, query, AllScores(lexical), np.asarray([2])).tolist() == [2]


def test_what_is_translated_is_not_missing(snapshot, words, dictionary) -> None:
    """Only words that nothing in the corpus stands for are named as missing; question words never are."""
    question = "Wann wurde die Brücke vom Seemann gebaut?"
    query = make_query(question, snapshot.lexical, words, translate(question, snapshot, dictionary))
    assert unmatched_terms(snapshot, question, query.translation) == ("Seemann",)


def test_it_is_read_from_its_files_as_it_was_written(snapshot, tmp_path) -> None:
    """Vectors, words and languages come back; shares are of the passages whose language is known."""
    written = snapshot.multilingual
    written.save(tmp_path / "multilingual")
    read = Multilingual.load(tmp_path / "multilingual")
    rows = np.arange(len(snapshot.passages))
    assert (read.passages.vectors(rows) == written.passages.vectors(rows)).all()
    assert (read.sentences.vectors(rows) == written.sentences.vectors(rows)).all()
    assert list(read.words.words) == list(written.words.words)
    assert read.languages.tolist() == ["en", "en", "de"]
    assert read.shares == {"en": pytest.approx(2 / 3), "de": pytest.approx(1 / 3)}
    assert not read.is_english
    assert read.inflected("muhle", "de") == written.inflected("muhle", "de") != ()
