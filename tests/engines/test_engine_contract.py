"""What every engine promises: the same answers as the snapshot that was published, whatever it is asked.

Small here; ``make engines`` asks 300 questions of larger sets (QATEST_ENGINE_SETS, folders of articles with
questions).
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from places import CHECKOUT
from qa.answering.answerer import Answerer
from qa.errors import GenerationGone, IndexMissing, SnapshotDamaged
from qa.index import snapshot as snapshots
from qa.index.engines import connect
from qa.index.engines.migration import migrate_to_folder
from qa.index.engines.publication import publish_snapshot
from qa.index.engines.remote import open_remote
from qa.protocols import Admitted
from qa.retrieval.retriever import Retriever
from qa.types import Filters, Question, Reason

LINES = (CHECKOUT / "tests/quality/queries.jsonl").read_text("utf-8").splitlines()
ASKED = [json.loads(line)["question"] for line in LINES]
TRANSLATED = ("Wann starb Jia Jia?", "¿Cuántas personas viven en Hong Kong?", "Где живут панды?")
LANGUAGES = CHECKOUT / "tests/languages"
ALL = Admitted()


@pytest.fixture(scope="module")
def answerer(embedder, multilingual):
    return Answerer(Retriever(embedder, multilingual))


@pytest.fixture(scope="module")
def questions(corpus_index):
    """Those of the quality test, parts of the articles' own sentences, and phrases and names in quotes."""
    snapshot, _ = snapshots.open_current(corpus_index)
    sentences = [p.document_text(span) for p in snapshot.passages for span in p.sentences][3::17]
    words = [sentence.split() for sentence in sentences if len(sentence.split()) > 8]
    beginnings = [" ".join(some[:8]) for some in words[:25]]
    quoted = [f'Who said "{" ".join(some[2:5])}"?' for some in words[25:40]]
    return [*ASKED, *beginnings, *quoted, "asdf qwertz", "?", "Xu Jiatum in Honk Kong", *TRANSLATED]


def told(answer):
    """All that a person is told, but for the times."""
    return replace(answer, timings_ms={})


def test_answers_are_the_same(held, answerer, questions):
    """Every word, citation, score and probability is that of the snapshot which was published."""
    remote = held.remote
    for text in questions:
        question = Question(text)
        assert told(answerer.answer(remote, question)) == told(answerer.answer(held.snapshot, question))


def filters_of(snapshot):
    documents = snapshot.documents
    tag = next(tag for document in documents for tag in document.tags)
    return [
        Filters(document_ids=(documents[0].id,)),
        Filters(document_ids=("2006/", "2021/defection-rumours.md")),
        Filters(tags=(tag,)),
        Filters(date_from="2006-10-27"),
        Filters(date_to="2007"),
        Filters(date_from="2006", date_to="2006-12-31", document_ids=tuple(d.id for d in documents[:4])),
    ]


def test_filters_are_the_same(held, answerer):
    """Whatever the filters admit answers as in the snapshot; where they admit nothing, that is the reason."""
    remote = held.remote
    for filters in filters_of(held.snapshot):
        for text in ASKED[::8]:
            question = Question(text, filters=filters)
            assert told(answerer.answer(remote, question)) == told(answerer.answer(held.snapshot, question))
    nothing = answerer.answer(remote, Question(ASKED[0], filters=Filters(document_ids=("none",))))
    assert nothing.reasons == (Reason.FILTERS_EXCLUDE_ALL,)


def test_everything_can_be_looked_up(held):
    """Documents, their passages and vectors are those of the snapshot, one by one and all of them."""
    snapshot, remote = held.snapshot, held.remote
    assert list(remote.documents) == list(snapshot.documents)
    assert len(remote.documents) == len(snapshot.documents)
    last = snapshot.documents[-1]
    assert remote.document_by_id[last.id] == last
    assert remote.document_by_id.get("none") is None
    assert remote.rows_of_document[last.id] == snapshot.rows_of_document[last.id]
    row = snapshot.rows_of_document[last.id].start
    assert remote.passages[row] == snapshot.passages[row]
    assert remote.passages[row : row + 3] == snapshot.passages[row : row + 3]
    assert remote.document_of(row) == last
    rows = np.asarray([5, 0, row])
    assert np.array_equal(remote.passage_vectors.vectors(rows), snapshot.passage_vectors.vectors(rows))


def test_searches_equal_brute_force(held):
    """Both searches give the best rows in order, by inner products that are worked out here."""
    snapshot, engine, generation = held.snapshot, held.engine, held.remote.generation
    vectors = snapshot.passage_vectors.vectors(np.arange(len(snapshot.passages))).astype(np.float64)
    for row in (0, 7, 30):
        cosines = vectors @ vectors[row]
        hits = engine.dense(generation, vectors[row].astype(np.float32), 10, ALL)
        assert [hit.score for hit in hits] == pytest.approx(np.sort(cosines)[::-1][:10].tolist(), abs=1e-5)
        assert hits[0].row == row
    terms, _ = snapshot.lexical.by_row.of(7)
    asked = dict.fromkeys(terms[:5].tolist(), 1.0)
    sums = np.zeros(len(vectors))
    for row in range(len(vectors)):
        own = dict(zip(*(array.tolist() for array in snapshot.lexical.by_row.of(row)), strict=True))
        sums[row] = sum(own.get(term, 0.0) for term in asked)
    hits = engine.lexical(generation, asked, 10, ALL)
    assert [hit.score for hit in hits] == pytest.approx(np.sort(sums)[::-1][: len(hits)].tolist(), rel=1e-5)
    required, holders = terms[0], {*snapshot.lexical.postings.of(terms[0])[0].tolist()}
    apart = next(t for t in range(10_000) if holders.isdisjoint(snapshot.lexical.postings.of(t)[0].tolist()))
    alone = engine.lexical(generation, {apart: 1.0}, 1000, ALL, all_of=[int(required)])
    assert {hit.row for hit in alone} == holders
    together = engine.lexical(generation, asked, 1000, ALL, all_of=[*asked])
    assert {hit.row for hit in together} == {
        row for row in range(len(vectors)) if {*asked} <= {*snapshot.lexical.by_row.of(row)[0].tolist()}
    }


@pytest.fixture(scope="module")
def mixed(indexer_for, tmp_path_factory):
    """An index of articles in six languages."""
    index = tmp_path_factory.mktemp("mixed")
    indexer_for(LANGUAGES / "corpus", index).build()
    return index


def test_questions_in_other_languages_are_the_same(mixed, empty, answerer, tmp_path):
    """An engine finds by the multilingual vectors, and takes words for others, as the snapshot does; copied, too."""
    snapshot, _ = snapshots.open_current(mixed)
    publish_snapshot(empty, snapshot, keep=1)
    remote = open_remote(empty, tmp_path / "statistics")
    migrate_to_folder(empty, tmp_path / "copy")
    copied, _ = snapshots.open_current(tmp_path / "copy")
    assert remote.multilingual.shares == copied.multilingual.shares == snapshot.multilingual.shares
    for asked in json.loads((LANGUAGES / "questions.json").read_text("utf-8")):
        for filters in (Filters(), Filters(document_ids=("faro.md", "moulin.md", "bruecke.md"))):
            question = Question(asked["question"], filters=filters)
            expected = told(answerer.answer(snapshot, question))
            assert told(answerer.answer(remote, question)) == expected
            assert told(answerer.answer(copied, question)) == expected


def test_the_search_by_meaning_equals_brute_force(held, multilingual, monkeypatch):
    """The multilingual vectors are searched as those of the embedder are."""
    corpus = held.snapshot.multilingual
    vectors = corpus.passages.vectors(np.arange(len(corpus.passages))).astype(np.float64)
    vector = multilingual.encode_question(TRANSLATED[0])
    hits = held.engine.multilingual(held.remote.generation, vector, 10, ALL)
    assert [hit.score for hit in hits] == pytest.approx(np.sort(vectors @ vector)[::-1][:10].tolist(), abs=1e-5)
    monkeypatch.setattr("qa.index.engines.remote.DENSE", 10)
    far = -held.snapshot.passage_vectors.vectors(np.asarray([hits[0].row]))[0]
    near, _ = held.remote.near(far, {}, (), Filters(), vector)
    assert {held.snapshot.passages[hit.row].id for hit in hits} <= {passage.id for passage in near.passages}


def test_nothing_published_is_named(empty, tmp_path):
    """Before the first publication the way to it is named."""
    assert empty.current() is None
    assert empty.generations() == []
    with pytest.raises(IndexMissing, match="run: qa index"):
        open_remote(empty, tmp_path)


def test_a_withdrawn_document_answers_no_more(empty, corpus_index, tmp_path, answerer):
    """At once, in every search and in what is fetched; the others answer as if it had been filtered out."""
    snapshot, _ = snapshots.open_current(corpus_index)
    publish_snapshot(empty, snapshot, keep=2)
    remote = open_remote(empty, tmp_path)
    gone = snapshot.documents[0].id
    empty.withdraw([gone])
    remote = remote.now()
    others = Filters(document_ids=tuple(d.id for d in snapshot.documents if d.id != gone))
    for text in ASKED[::4]:
        expected = answerer.answer(snapshot, Question(text, filters=others))
        assert told(answerer.answer(remote, Question(text))) == told(expected)
    rows = snapshot.rows_of_document[gone]
    assert empty.fetch(remote.generation, rows, Admitted(withdrawn=frozenset([gone]))) == []
    assert gone not in remote.document_by_id
    assert gone not in [document.id for document in remote.documents]


def test_a_withdrawal_ends_with_a_build_that_saw_it(empty, corpus_index):
    """A publication whose corpus was read before the withdrawal does not undo it; one that began later does."""
    snapshot, _ = snapshots.open_current(corpus_index)
    before = empty.mark()
    publish_snapshot(empty, snapshot, keep=2, mark=before)
    empty.withdraw([snapshot.documents[0].id])
    empty.point(snapshot.manifest.id, before)
    assert empty.withdrawn(snapshot.manifest.id) == {snapshot.documents[0].id}
    empty.point(snapshot.manifest.id, empty.mark())
    assert empty.withdrawn(snapshot.manifest.id) == frozenset()


def test_withdrawals_at_the_same_time_are_all_kept(empty, address, corpus_index):
    """Of several processes that change what is held at once, none undoes what another did."""
    snapshot, _ = snapshots.open_current(corpus_index)
    publish_snapshot(empty, snapshot, keep=1)
    gone = [document.id for document in snapshot.documents[:4]]
    engines = [connect(address) for _ in gone]
    with ThreadPoolExecutor(len(gone)) as pool:
        list(pool.map(lambda engine, name: engine.withdraw([name]), engines, gone))
    assert empty.withdrawn(snapshot.manifest.id) == {*gone}
    for engine in engines:
        engine.close()


def test_a_dropped_generation_is_an_error(empty, corpus_index, seed_index):
    """Whatever is asked of a generation that is no longer held says so."""
    first, _ = snapshots.open_current(corpus_index)
    second, _ = snapshots.open_current(seed_index)
    publish_snapshot(empty, first, keep=2)
    publish_snapshot(empty, second, keep=1)
    gone, vector = first.manifest.id, first.passage_vectors.vectors(np.asarray([0]))[0]
    assert empty.generations() == [second.manifest.id]
    asks = [
        lambda: empty.withdrawn(gone),
        lambda: empty.dense(gone, vector, 5, ALL),
        lambda: empty.multilingual(gone, first.multilingual.passages.vectors(np.asarray([0]))[0], 5, ALL),
        lambda: empty.lexical(gone, {1: 1.0}, 5, ALL),
        lambda: empty.fetch(gone, [0], ALL),
        lambda: empty.documents(gone, range(3), ALL),
        lambda: empty.named(gone, ["x"], ALL),
    ]
    for ask in asks:
        with pytest.raises(GenerationGone, match=gone):
            ask()


def test_a_wrong_byte_is_noticed(held, answerer, monkeypatch):
    """A record that comes with one flipped bit is refused, not quoted."""
    remote, fetch = held.remote, held.engine.fetch

    def flipped(*arguments):
        records = fetch(*arguments)
        content = bytearray(records[0].content)
        content[len(content) // 2] ^= 4
        return [replace(records[0], content=bytes(content)), *records[1:]]

    monkeypatch.setattr(held.engine, "fetch", flipped)
    with pytest.raises(SnapshotDamaged, match="wrong byte"):
        answerer.answer(remote, Question(ASKED[0]))


def test_damaged_statistics_are_copied_again(held, answerer):
    """The copy on this machine is checked whenever it is opened, and replaced where a byte is wrong."""
    remote = held.remote
    terms = held.cache / remote.generation / "terms.npy"
    content = terms.read_bytes()
    terms.write_bytes(content.replace(b"a", b"b", 1))
    assert told(answerer.answer(held.remote, Question(ASKED[0]))) == told(
        answerer.answer(held.snapshot, Question(ASKED[0]))
    )
    assert terms.read_bytes() == content
