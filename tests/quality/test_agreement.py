"""How well it is told whether two sources agree, on pairs written by hand (agreement.tsv), with the real model."""

import re
from collections import Counter

import pytest

from places import CHECKOUT
from qa.answering.agreement import Agreement, Told, compare, witnesses
from qa.types import Question

NAMES = {"same": Agreement.SUPPORTS, "differs": Agreement.DIFFERS, "unrelated": None}
LINES = (CHECKOUT / "tests" / "quality" / "agreement.tsv").read_text("utf-8").splitlines()
PAIRS = [line.split("\t") for line in LINES if not line.startswith("#")]


@pytest.fixture(scope="module")
def outcomes(embedder):
    """How often each kind of pair was called what."""
    counted = Counter()
    for kind, first, second in PAIRS:
        cosine = float(embedder.encode_question(first).vector @ embedder.encode_question(second).vector)
        found = compare(first, second, cosine)
        counted[NAMES[kind], found.agreement if found else None] += 1
    return counted


@pytest.mark.parametrize(
    ("agreement", "precision", "recall"), [(Agreement.DIFFERS, 0.9, 0.85), (Agreement.SUPPORTS, 0.95, 0.75)]
)
def test_what_is_said_is_right(outcomes, agreement, precision, recall):
    """Nine in ten of what is called a difference are one."""
    right = outcomes[agreement, agreement]
    assert len(PAIRS) >= 100
    assert right / sum(n for (_, called), n in outcomes.items() if called is agreement) >= precision
    assert right / sum(n for (kind, _), n in outcomes.items() if kind is agreement) >= recall


@pytest.mark.parametrize(
    ("quoted", "other", "told", "words"),
    [
        ("It was closed on 3 May 1911.", "It was closed on 5 May 1911.", Told.DATE, ("3 May 1911", "5 May 1911")),
        ("It holds 21,000 manuscripts.", "It holds 12,000 manuscripts.", Told.NUMBER, ("21,000", "12,000")),
        ("The treaty was signed in Vienna.", "The treaty was signed in Prague.", Told.NAME, ("Vienna", "Prague")),
    ],
)  # fmt: skip
def test_the_words_that_differ(quoted, other, told, words):
    """A difference names its kind and both words."""
    found = compare(quoted, other, 0.9)
    assert (found.agreement, found.told) == (Agreement.DIFFERS, told)
    spans = ((quoted, found.quoted), (other, found.other))
    assert tuple(text[span.start : span.end] for text, span in spans) == words


def test_the_same_in_fewer_fields_does_not_differ():
    """A year does not differ from a day of it, nor a number from itself in another notation."""
    found = compare("The mine closed in 1978.", "The mine closed on 2 June 1978.", 0.9)
    assert found is None or found.agreement is not Agreement.DIFFERS
    assert compare("It took 2,300 men.", "It took 2300 men.", 0.95).agreement is Agreement.SUPPORTS


def test_in_other_documents(indexer_for, service_for, tmp_path):
    """Of other documents' sentences, one that says the same supports, one with another day differs; spans fit."""
    texts = {
        "a.txt": "The ferry Adelaide left the harbour of Ystad on 3 May 1911.",
        "b.txt": "On 3 May 1911 the ferry Adelaide left the harbour of Ystad.",
        "c.txt": "The ferry Adelaide left the harbour of Ystad on 5 May 1911.",
        "d.txt": "The harbour master of Ystad lived to be ninety.",
    }
    (tmp_path / "corpus").mkdir()
    for name, text in texts.items():
        (tmp_path / "corpus" / name).write_text(text, "utf-8")
    indexer_for(tmp_path / "corpus", tmp_path / "index").build()
    service = service_for(tmp_path / "index")
    service.open()
    answered = service.ask(Question("When did the ferry Adelaide leave Ystad?"))
    citation = answered.answer.citations[0]
    found = {each.document.id: each for each in witnesses(answered.snapshot, answered.answer.citations[:1])}
    others = {"a.txt", "b.txt", "c.txt"} - {citation.document.id}
    assert found.keys() == others
    for name, witness in found.items():
        days = [re.search(r"\d", text)[0] for text in (citation.cited_text, texts[name])]
        assert witness.agreement is (Agreement.SUPPORTS if days[0] == days[1] else Agreement.DIFFERS)
        if witness.differing:
            cited, other = witness.differing
            assert citation.document.text[cited.start : cited.end] == f"{days[0]} May 1911"
            assert texts[name][other.start : other.end] == f"{days[1]} May 1911"


def test_over_http(client):
    """It is there where it is included, and computed only then."""
    body = {"question": "When did Xu Jiatun fly to San Francisco?"}
    assert client.post("/ask", json=body).json()["agreement"] is None
    for each in client.post("/ask", json=body | {"include": ["agreement"]}).json()["agreement"]:
        document = client.get(f"/documents/{each['document_id']}").json()
        assert document["text"][each["start_char_index"] : each["end_char_index"]] == each["text"]
