"""Quotations found in what people keep and write."""

import json

import pytest

from qa.types import Span
from qa.verification.quoted import quotations_in
from qa.verification.records import Quotation

WORDS = "He left Trieste on 14 March 1887"
SPAN = Span(35, 67)
LINK = "http://localhost:8000/documents/2006/a%20report.md?start=35&end=67#quote"
CITATION = {"cited_text": WORDS, "document_id": "2006/a report.md", "start_char_index": 35, "end_char_index": 67}
PLACED = Quotation(WORDS, "2006/a report.md", SPAN)

FIGURE = f"""<figure data-document="2006/a report.md" data-start="35" data-end="67">
<blockquote><span>before </span><mark>{WORDS}</mark><span> after</span></blockquote>
<figcaption>[1] <a href='/documents/x?start=1&amp;end=2'>x</a></figcaption></figure>"""
MARKDOWN = f"""## When did he leave?

> {WORDS} [1]
>
> Nobody spoke of the \\*fire\\* of 1886. [2]

Quoted from the documents. Nothing is generated.

1. [A report, 2006/a report.md, characters 35–67](<{LINK}>)
2. [A report, 2006/a report.md, characters 90–123](<http://localhost/documents/2006/a%20report.md?start=90&end=123#quote>)

## Who came?

> The harbour master came on foot. [1]

1. [Minutes, minutes.txt, characters 0–32](<http://localhost/documents/minutes.txt?start=0&end=32#quote>)
"""


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(CITATION),
        json.dumps({"id": "x", "answer": {"text": WORDS}, "citations": [CITATION], "passages": [{"text": "Other"}]}),
        json.dumps([{"question": "q", "citations": [CITATION]}]),
        json.dumps({"content": [{"type": "text", "text": "as JSON"}], "structuredContent": {"citations": [CITATION]}}),
        json.dumps(CITATION) + "\n",
        json.dumps([{"quote": WORDS, "link": LINK, "note": ""}]),
        f"> {WORDS}\n\n[A report, 2006](<{LINK}>)\n",
        f"As it says, “{WORDS}” ({LINK}).",
        f"<p>As it says, &ldquo;{WORDS}&rdquo; (<a href='{LINK}'>report</a>).</p>",
        FIGURE,
        f"@misc{{report, title = {{A report}}, note = {{``{WORDS}''}}, url = {{{LINK}}}}}",
    ],
)  # fmt: skip
def test_one_quotation_with_its_place(content):
    """Whatever form a citation was kept in, its words and its place come back."""
    assert quotations_in(content) == [PLACED]


def test_markdown_numbers_belong_to_their_section():
    """A number is that of the source of the same section, and marks of Markdown are no words."""
    first, second, third = quotations_in(MARKDOWN)
    assert first == PLACED
    assert second == Quotation("Nobody spoke of the *fire* of 1886.", "2006/a report.md", Span(90, 123))
    assert third == Quotation("The harbour master came on foot.", "minutes.txt", Span(0, 32))


@pytest.mark.parametrize(
    "draft",
    [
        "He said “{}”, and went.",
        'He said "{}", and went.',
        "Er sagte „{}“ und ging.",
        "Il dit « {} » et partit.",
        "He said ‘{}’ and didn’t wait for ‘us’.",
        "他说「{}」。",
        "<html><body><p>He said <q>{}</q> and <em>went</em>.</p></body></html>",
        "<blockquote>{}</blockquote>",
    ],
)
def test_quotation_marks(draft):
    """Each language's marks, and elements of HTML, hold a quotation."""
    assert [quotation.text.strip() for quotation in quotations_in(draft.format(WORDS))] == [WORDS]


def test_words_in_quotes_are_no_quotations():
    """What is too short to be looked for is left out, and a paragraph's end ends what was never closed."""
    assert quotations_in("The so-called “reform” of the ‘old’ guard's house, isn't it?") == []
    assert [
        q.text for q in quotations_in('An inch is 2.5" long.\n\nHe said "nobody objected to the bridge" then.')
    ] == ["nobody objected to the bridge"]


def test_order():
    """Quotations come in the order of the text."""
    draft = "“The harbour froze over” and “nobody spoke of the fire” and “the bridge was built”."
    assert [q.text for q in quotations_in(draft)] == [
        "The harbour froze over",
        "nobody spoke of the fire",
        "the bridge was built",
    ]


def test_scripts_and_other_attributes_are_no_text():
    """What a page runs or hides is not quoted."""
    assert quotations_in("<html><script>const a = 'never “quoted in any case” here'</script><p>None.</p></html>") == []


ODD = [
    "",
    "{",
    "[1, 2",
    '{"cited_text": 5}',
    '{"cited_text": "Nobody spoke", "start_char_index": 9, "end_char_index": 2}',
    "[" * 100_000,
    "“" * 50_000,
    "‘a" * 20_000,
    "> " * 20_000,
    "1. [" + "a." * 50_000 + "\n>x",
    "\n" * 50_000 + "@",
]


@pytest.mark.parametrize("content", ODD)
def test_anything_is_read(content):
    """No text is refused, and none takes long."""
    assert len(quotations_in(content)) <= 1
