"""Quotations against documents whose words are known."""

import hashlib
import random
import time

import pytest

from qa.types import Document, Span
from qa.verification.records import Edit, Quotation, Verdict
from qa.verification.verifier import Verifier

TEXT = (
    "The envoy’s report was read twice. He left Trieste on 14 March 1887 – by the night train – and reached “Vienna” "
    "at noon.\n\nThe café stayed open; its owner, an old sailor, poured coffee for everybody who had missed the train. "
    "Nobody spoke of the fire of 1886."
)
OTHER = "A minute of the council: nobody objected to the bridge, and the bridge was built of larch in nine weeks."


def verify(text, *, documents=None, earlier=None, **fields):
    made = [
        Document(name, name, words) for name, words in (documents or {"report.txt": TEXT, "minute.txt": OTHER}).items()
    ]
    read = (lambda ids: earlier) if earlier else (lambda ids: ())
    (finding,) = Verifier(made, read).verify([Quotation(text, **fields)])
    return finding


@pytest.mark.parametrize("letters", [450, 700, 4000])
def test_a_long_quotation_is_found_where_it_stands(letters):
    """With one letter in 25 changed, and whole words at its ends, the span is exactly that of the original."""
    generator = random.Random(letters)
    words = "".join(generator.choice("abcdefghij ") for _ in range(20_000))
    start = words.index(" ", 7000) + 1
    end = words.index(" ", start + letters)
    quoted = list(words[start:end])
    for place in range(12, len(quoted) - 12, 25):
        quoted[place] = "z"
    finding = verify("".join(quoted), documents={"a.txt": "Nothing else.", "b.txt": words})
    assert (finding.verdict, finding.match.document.id, finding.match.span) == (
        Verdict.CHANGED, "b.txt", Span(start, end),
    )  # fmt: skip


@pytest.mark.parametrize(
    "quoted",
    [
        "He left Trieste on 14 March 1887 – by the night train – and reached “Vienna” at noon.",
        "he left Trieste on 14 March 1887 - by the night train - and reached 'Vienna' at noon",
        'He  left Trieste\non 14 March 1887 — by the night train—and reached "Vienna" at noon,',
        "[h]e left Trieste on 14 March 1887",
        "He left Trieste … and reached “Vienna” at noon.",
        "He left Trieste [...] and reached ‘Vienna’ at noon.",
        "[The envoy] left Trieste on 14 March 1887",
        "its owner [poured] coffee for everybody who had missed the train",
        "poured coffee for [those] who had missed the train",
        "The envoy's report was read twice. . . . Nobody spoke of the fire of 1886.",
        "The cafe\u0301 stayed open",
        "everybody who had missed the train.",
    ],
)  # fmt: skip
def test_intact_however_it_is_written(quoted):
    """Nothing of how a quotation is written makes it another, nor the case of its first letter or its last mark."""
    finding = verify(quoted)
    assert finding.verdict is Verdict.INTACT
    for span in finding.match.spans:
        assert finding.match.document.text[span.start : span.end].strip() != ""


def test_the_pieces_of_a_shortened_quotation():
    """Each piece has its span; together they reach over what is left out."""
    finding = verify("He left Trieste … and reached “Vienna” at noon.")
    assert [TEXT[s.start : s.end] for s in finding.match.spans] == ["He left Trieste", "and reached “Vienna” at noon."]
    assert finding.match.text.startswith("He left Trieste on 14 March")


@pytest.mark.parametrize(
    ("quoted", "wrong", "right"),
    [
        ("He left Trieste on 15 March 1887 – by the night train", "15", "14"),
        ("Nobody spoke of the fire of 1868.", "1868", "1886"),
        ("The cafe stayed open; its owner", "cafe", "café"),
        ("poured tea for everybody who had missed the train", "tea", "coffee"),
    ],
)
def test_changed_with_the_difference(quoted, wrong, right):
    """One other word, number or accent is a change, and the difference names it alone."""
    finding = verify(quoted)
    assert finding.verdict is Verdict.CHANGED
    changed = [(d.quoted.strip(), d.says.strip()) for d in finding.differences if d.edit is not Edit.SAME]
    assert changed == [(wrong, right)]


def test_differences_add_up():
    """The parts of the differences are the quotation and the document's words."""
    finding = verify("He quickly left Trieste on 14 March 1887 by the night train")
    assert "".join(d.quoted for d in finding.differences) == finding.quotation.text
    assert "".join(d.says for d in finding.differences) == finding.match.text


def test_an_order_that_the_document_does_not_have():
    """Pieces that stand in another order, or in different documents, are no quotation."""
    assert verify("reached “Vienna” at noon … The envoy’s report was read").verdict is not Verdict.INTACT
    assert verify("The café stayed open … the bridge was built of larch").verdict is not Verdict.INTACT


def test_a_citation_at_its_place():
    """A citation is intact where it stands; it has moved where its words stand elsewhere, also in another document."""
    start = TEXT.index("Nobody")
    quoted = "Nobody spoke of the fire of 1886."
    here = Span(start, start + len(quoted))
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    fields = {"document_id": "report.txt", "span": here, "document_sha256": sha256}
    assert verify(quoted, **fields).verdict is Verdict.INTACT
    assert not verify(quoted, **fields).document_changed
    later = verify(quoted, documents={"report.txt": "A new first line.\n" + TEXT}, **fields)
    assert (later.verdict, later.match.span, later.document_changed) == (
        Verdict.MOVED,
        Span(start + 18, start + 18 + len(quoted)),
        True,
    )
    renamed = verify(quoted, documents={"new.txt": TEXT}, **fields)
    assert (renamed.verdict, renamed.match.document.id) == (Verdict.MOVED, "new.txt")
    repeated = verify(quoted, documents={"a.txt": quoted, "report.txt": "So. " + quoted}, **fields)
    assert repeated.match.document.id == "report.txt"


def test_what_was_cited_and_is_no_more():
    """Gone is what a document said that has changed or been deleted; what an unchanged one never said is not ours."""
    old = {"document_id": "report.txt", "span": Span(0, 30), "document_sha256": "0" * 64}
    assert verify("The harbour froze over in the winter of 1901.", **old).verdict is Verdict.GONE
    assert verify("The harbour froze over.", **old | {"document_id": "lost.txt"}).verdict is Verdict.GONE
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    assert verify("The harbour froze over in 1901.", **old | {"document_sha256": sha256}).verdict is Verdict.NOT_OURS
    assert verify("The harbour froze over in the winter of 1901.").verdict is Verdict.NOT_OURS


def test_what_an_earlier_snapshot_says():
    """A kept snapshot shows that the document has changed since, and not the quotation."""
    before = TEXT.replace("14 March", "13 March")
    start = before.index("He left")
    quoted = before[start : start + 50]
    sha256 = hashlib.sha256(before.encode()).hexdigest()
    fields = {"document_id": "report.txt", "span": Span(start, start + 50), "document_sha256": sha256}
    finding = verify(
        quoted, earlier=[("0123456789abcdef", {"report.txt": Document("report.txt", "", before)})], **fields
    )
    assert finding.verdict is Verdict.CHANGED
    assert (finding.earlier.snapshot, finding.earlier.is_quoted) == ("0123456789abcdef", True)
    forged = verify(
        "The harbour froze over in the winter of 1901 and again.",
        earlier=[("0123456789abcdef", {"report.txt": Document("report.txt", "", before)})],
        **fields,
    )
    assert forged.verdict is Verdict.NOT_OURS


def test_other_scripts():
    """Scripts without spaces, and letters beyond the basic plane, are counted in code points."""
    text = "😀 许家屯于一九九〇年四月三十日离开深圳。他再也没有回来。"
    finding = verify("许家屯于一九九〇年四月三十日离开深圳", documents={"a.txt": text})
    assert (finding.verdict, finding.match.span.start) == (Verdict.INTACT, 2)
    assert verify("许家屯于一九九〇年五月三十日离开深圳", documents={"a.txt": text}).verdict is Verdict.CHANGED


def test_nothing_to_look_for():
    """A quotation without a letter, and a corpus without a document, are answered."""
    assert verify("…").verdict is Verdict.NOT_OURS
    assert Verifier([]).verify([Quotation("The harbour froze over.")])[0].verdict is Verdict.NOT_OURS


def test_many_quotations_at_once():
    """Of a thousand quotations each is found where it was taken from, and each altered one is changed."""
    chance = random.Random(7)
    words = [
        f"{a}{b}" for a in ("ka", "lo", "mi", "ner", "tus", "vel") for b in ("dan", "ro", "sik", "ta", "un", "wen")
    ]
    texts = {f"{n}.txt": " ".join(chance.choices(words, k=400)) + "." for n in range(100)}
    quotations, wrong = [], []
    for _ in range(500):
        name = chance.choice(list(texts))
        start = chance.randrange(len(texts[name]) - 130)
        span = Span(start, start + 120)
        quoted = texts[name][span.start : span.end]
        quotations.append(Quotation(quoted, name, span))
        wrong.append(Quotation(quoted[:60] + "xyzxyz" + quoted[66:]))
    verifier = Verifier([Document(name, "", text) for name, text in texts.items()])
    began = time.perf_counter()
    right = verifier.verify([Quotation(q.text) for q in quotations])
    assert [f.match.document.id for f in right] == [q.document_id for q in quotations]
    assert {f.verdict for f in right} == {Verdict.INTACT}
    assert [f.match.document.id for f in verifier.verify(wrong)] == [q.document_id for q in quotations]
    print(f"{time.perf_counter() - began:.2f} s")
