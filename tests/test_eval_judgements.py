"""``qa eval`` on what readers said of passages, over the index as it is."""

import json
import math
from dataclasses import asdict, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from places import CORPUS
from qa import compose
from qa.cli import main
from qa.errors import QuestionError
from qa.evaluation.judged import judged_questions, questions_of
from qa.evaluation.run import ask_all
from qa.index import snapshot as snapshots
from qa.index.snapshot import Snapshot
from qa.indexing.splitter import SentenceSplitter
from qa.retrieval.retriever import Retriever
from qa.serving.feedback import JUDGEMENTS, Judgement, read_judgements, text_sha256
from qa.types import Document, Passage, Question, Span

WHO = "Who drove Xu Jiatun to Hong Kong?"
WHEN = "When did the plane leave Hong Kong?"
LANDED, LEFT = "A plane landed in Hong Kong on Monday.", "The plane left Hong Kong at noon."
PART = 64  # tokens of a passage in another build


@pytest.fixture
def answerer(embedder):
    return compose.Answerer(Retriever(embedder))


@pytest.fixture(scope="module")
def snapshot(corpus_index):
    return snapshots.open_current(corpus_index)[0]


def said(question, passage, grade, **changes):
    """What ``POST /feedback`` writes of a passage."""
    judged = Judgement(
        question,
        passage.document_id,
        passage.id,
        passage.start,
        passage.end,
        grade,
        "s",
        "2026",
        text_sha256(passage.text),
    )
    return replace(judged, **changes)


def write(path, judgements):
    path.write_text("".join(json.dumps(asdict(judgement)) + "\n" for judgement in judgements), "utf-8")
    return path


@pytest.fixture
def ranked(answerer, snapshot):
    """The first ten passages that the product ranks."""
    return [ranked.passage for ranked in answerer.answer(snapshot, Question(WHO, 10)).passages]


def outcome(answerer, snapshot, judgements, path):
    dataset = questions_of(write(path, judgements), snapshot)
    (outcome,) = ask_all(dataset, snapshot, answerer)
    return outcome


@pytest.mark.parametrize(
    ("yes", "no", "hit", "recall", "reciprocal", "refuted"),
    [([1], [], 1, 1, 1, None), ([2, 4], [1], 0, 1, 1 / 2, True), ([1, 8], [3], 1, 1 / 2, 1, False)],
)
def test_measures_of_what_readers_said(answerer, snapshot, ranked, tmp_path, yes, no, hit, recall, reciprocal, refuted):
    """A passage that a reader said answers is relevant, every other is not; worked out by hand from the ranks."""
    judgements = [said(WHO, ranked[rank - 1], grade) for grade, ranks in ((1, yes), (0, no)) for rank in ranks]
    got = outcome(answerer, snapshot, judgements, tmp_path / JUDGEMENTS)
    gain, ideal = (sum(1 / math.log2(rank + 1) for rank in ranks) for ranks in (yes, range(1, len(yes) + 1)))
    assert (got.id, got.answerable, got.hit, got.refuted) == (WHO, True, hit, refuted)
    assert (got.recall, got.reciprocal_rank, got.ndcg) == pytest.approx((recall, reciprocal, gain / ideal))


@pytest.mark.parametrize(("rank", "refuted"), [(1, True), (2, False)])
def test_only_no_tells_nothing_but_no(answerer, snapshot, ranked, tmp_path, rank, refuted):
    """Where readers only said no, nothing is known of recall, nor whether there is an answer to refuse."""
    got = outcome(answerer, snapshot, [said(WHO, ranked[rank - 1], 0)], tmp_path / JUDGEMENTS)
    assert got.refuted is refuted
    assert [got.answerable, got.hit, got.recall, got.reciprocal_rank, got.ndcg, got.sentence] == [None] * 6


def test_what_cannot_be_judged_is_said(snapshot, ranked, tmp_path):
    """Judgements of a document that is gone, or of a text that is no longer there, are counted and named."""
    first, second = ranked[:2]
    judgements = [
        said(WHO, first, 1),
        said(WHO, second, 1, document_id="gone.md"),
        said("Is it?", second, 0, document_id="gone.md"),
        said("Was it?", second, 1, text_sha256=text_sha256("something else")),
        said("Will it?", second, 1, start_char_index=10**7, end_char_index=10**7 + 9, text_sha256=None),
    ]
    dataset = questions_of(write(tmp_path / JUDGEMENTS, judgements), snapshot)
    assert [(q.text, q.judged) for q in dataset.questions] == [(WHO, {first.id: 1})]
    assert dataset.notes[0].startswith("judged by readers: 1 questions; of 0 they only said ")
    assert dataset.notes[1:] == (
        "left out: 2 of gone.md, which is no longer in the index",
        f"left out: 2 of {second.document_id}, which has changed at the judged place",
    )
    with pytest.raises(QuestionError, match=r"holds no question that can be asked of this index · .* 2 of gone\.md"):
        questions_of(write(tmp_path / JUDGEMENTS, judgements[1:3]), snapshot)


def test_another_split_of_the_same_text(indexer_for, embedder, corpus_index, ranked, answerer, tmp_path):
    """A judgement of a long passage is about its parts in another build; all of them stand where it stood."""
    indexer = indexer_for(CORPUS, tmp_path / "index", splitter=SentenceSplitter(embedder, PART))
    indexer.build()
    other = snapshots.open_current(indexer.index)[0]
    whole = max(ranked, key=lambda passage: len(passage.text))
    ((gold,), _) = judged_questions([said(WHO, whole, 1)], other)
    parts = [passage for passage in other.passages if passage.id in gold.judged]
    assert len(parts) > 1
    assert all(part.document_id == whole.document_id for part in parts)
    assert sum(min(whole.end, part.end) - max(whole.start, part.start) for part in parts) > 0.8 * len(whole.text)
    (back,) = judged_questions([said(WHO, part, 0) for part in parts], snapshots.open_current(corpus_index)[0])[0]
    assert back.judged[whole.id] == 0


def cut_at(text, cuts):
    """A snapshot of one document, cut so; nothing but documents and passages is asked of it."""
    edges = [0, *sorted(cuts), len(text)]
    passages = [
        Passage("d.md", number, start, end, text[start:end], (Span(start, end),))
        for number, (start, end) in enumerate(pairwise(edges))
    ]
    return Snapshot(None, [Document("d.md", "D", text)], passages, None, None, None, None)


TEXT = "The 😀 plane left at noon; nobody knew."
CUTS = st.sets(st.integers(1, len(TEXT) - 1), max_size=6)


@given(CUTS, CUTS, st.data())
def test_places_meet_passages(before, after, data):
    """A judged place is about the passages of which it shares half, or which share half of it: at least one."""
    judged = data.draw(st.sampled_from(cut_at(TEXT, before).passages))
    other = cut_at(TEXT, after)
    ((gold,), _) = judged_questions([said("q", judged, 1)], other)
    met = {passage.id for passage in other.passages if passage.id in gold.judged}
    shares = {
        p.id: len({*range(p.start, p.end)} & {*range(judged.start, judged.end)}) / min(len(p.text), len(judged.text))
        for p in other.passages
    }
    assert met == {name for name, share in shares.items() if share >= 1 / 2} != set()
    if before == after:
        assert met == {judged.id}


def test_a_yes_outweighs_a_no():
    """Where two judged passages have become one, it holds what a reader found to answer."""
    first, second = cut_at(TEXT, {16}).passages
    for judgements in ([said("q", first, 0), said("q", second, 1)], [said("q", first, 1), said("q", second, 0)]):
        ((gold,), _) = judged_questions(judgements, cut_at(TEXT, set()))
        assert gold.judged == {"d.md#0": 1}
        assert gold.answerable is True


def test_a_thumb_is_measured(client, corpus_index, snapshot, answerer, tmp_path):
    """What the page writes when a thumb is pressed is what is read, and says what the passage said."""
    asked = client.post("/ask", json={"question": WHO, "top_k": 1}).json()
    (first,) = asked["passages"]
    body = {"question": WHO, "passage_id": first["passage_id"], "snapshot": asked["index"]["snapshot"], "grade": 0}
    assert client.post("/feedback", json=body).status_code == 204
    (judged,) = [j for j in read_judgements(corpus_index / JUDGEMENTS) if j.question == WHO]
    assert judged.text_sha256 == text_sha256(first["text"])
    assert outcome(answerer, snapshot, [judged], tmp_path / JUDGEMENTS).refuted is True
    assert client.post("/feedback", json=body | {"grade": None}).status_code == 204


@pytest.fixture
def small(shared_model, indexer_for, tmp_path, monkeypatch):
    """An index of one note on a landing, which the settings name."""
    monkeypatch.setenv("QA_INDEX", str(tmp_path / "index"))
    indexer = indexer_for(tmp_path / "corpus", tmp_path / "index")
    indexer.corpus.mkdir()
    (indexer.corpus / "landing.txt").write_text(LANDED, "utf-8")
    indexer.build()
    return indexer


def run(capsys, *arguments):
    assert main(["eval", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_eval_of_the_readers_judgements(small, capsys, tmp_path):
    """Without a word more, ``qa eval`` measures the index on its own judgements; what has moved since is told."""
    (landing,) = snapshots.open_current(small.index)[0].passages
    write(small.index / JUDGEMENTS, [said(WHEN, landing, 0)])
    out = run(capsys, "--save", tmp_path / "run.json")
    assert "no@1 |" in out.splitlines()[0]
    assert "Hit@1" not in out
    assert "| judgements | qa | 1 | 1.000 [1.00–1.00] |" in out
    assert "judged by readers: 1 questions; of 1 they only said which passages do not answer" in out
    (small.corpus / "leaving.txt").write_text(LEFT, "utf-8")
    small.build()
    out = run(capsys, "--against", tmp_path / "run.json")
    assert "| judgements | qa | 1 | 0.000 [0.00–0.00] |" in out
    assert f"judgements qa, no at first: 1 won, 0 lost\n  won  {WHEN}\n" in out
    assert "first passage:" not in out
    (row,) = json.loads(run(capsys, "--json"))["rows"]
    assert (row["measures"]["no@1"]["value"], row["measures"]["Hit@1"]["value"]) == (0, None)
    assert len(row["notes"]) == 1
    assert [entry.name for entry in small.index.iterdir() if entry.name == "eval"] == []


def test_eval_of_own_questions(small, capsys, tmp_path):
    """A file of questions is asked of the index as it is, beside the baselines."""
    path = tmp_path / "mine.jsonl"
    gold = {"id": "1", "question": WHEN, "answers": ["Monday"], "doc_id": "landing.txt"}
    path.write_text(json.dumps(gold), "utf-8")
    rows = json.loads(run(capsys, path, "--json", "--compare", "bm25"))["rows"]
    assert [(row["name"], row["system"], row["measures"]["Hit@1"]["value"]) for row in rows] == [
        ("mine", "qa", 1), ("mine", "bm25", 1),
    ]  # fmt: skip
    assert rows[0]["measures"]["ans@1"]["value"] == 1


def failed(capsys, *arguments):
    assert main(["eval", *map(str, arguments)]) == 1
    return capsys.readouterr().err


def test_eval_refuses_what_it_cannot_measure(small, capsys, tmp_path):
    """No judgement yet, lines that are none, and a damaged index are one line each, with what to do."""
    assert "judgements.jsonl does not exist; give a queries.jsonl" in failed(capsys)
    (small.index / JUDGEMENTS).write_text('{"passage_id": "a", "grade": 1}', "utf-8")
    assert "is no judgement, which has question, document_id" in failed(capsys)
    for content, message in (
        (b"\xff\xfe%PDF", "line 1 is not JSON"),
        (b'{"id": 1, "question": "x"}\n[1]', "line 2 is no JSON object"),
        (b'{"id": 1}', "a question has no 'question'"),
        (b"", "holds no question that can be asked of this index"),
    ):
        (tmp_path / "mine").write_bytes(content)
        assert message in failed(capsys, tmp_path / "mine")
    (landing,) = snapshots.open_current(small.index)[0].passages
    write(small.index / JUDGEMENTS, [said(WHEN, landing, 1)])
    path = small.index / snapshots.current_id(small.index) / "contexts.npy"
    path.write_bytes(path.read_bytes() + b" ")
    assert "contexts.npy has a wrong byte" in failed(capsys)
    assert "there is no index yet; run: qa index" in failed(
        capsys, small.index / JUDGEMENTS, "--index", tmp_path / "none"
    )
