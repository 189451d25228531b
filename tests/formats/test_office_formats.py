"""What the formats that folders hold are read to: right values, stated."""

import json

import pytest
from office import mail, notebook, open_document, paragraph, sheets, slides, table

from qa.errors import UnreadableFile
from qa.readers import read
from qa.types import Unreadable

ROWS = [["Wood", "Weeks", "Price"], ["Ash", "13", "32"], ["Willow", "46", "98"]]


def only(name, content):
    (document,) = read(name, content)
    return document


def rows_of(document):
    """The rows of the only table, as they are quoted, and the names of its columns."""
    (found,) = document.tables
    spans = [found.span(row) for row in range(len(found.rows))]
    return found.columns, [document.text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"Wood,Weeks,Price\nAsh,13,32\nWillow,46,98\n"),
        ("a.csv", b"Wood;Weeks;Price\r\nAsh;13;32\r\nWillow;46;98\r\n"),
        ("a.tsv", b"Wood\tWeeks\tPrice\nAsh\t13\t32\nWillow\t46\t98"),
        ("a.xlsx", sheets(Timber=[["Wood", "Weeks", "Price"], ["Ash", 13, 32.0], ["Willow", 46, 98]])),
        ("a.ods", open_document(table("Timber", ROWS), "spreadsheet")),
        ("a.odt", open_document(table("Timber", ROWS))),
        ("a.pptx", slides(("Timber", "Our prices"), rows=ROWS)),
    ],
)
def test_tables(name, content):
    """A row is one sentence, whole numbers have no fraction, and the first row names the columns."""
    assert rows_of(only(name, content)) == (("Wood", "Weeks", "Price"), ["Ash | 13 | 32", "Willow | 46 | 98"])


def test_sheets_are_sections():
    """Each sheet that is shown is a section under its name; dates are written as ISO 8601."""
    document = only("a.xlsx", sheets(Boats=[["Name", "Built"], ["Puffin", "1921"]], Huts=[["Name"], ["Gull"]]))
    assert [document.text[h.start : h.end] for h in document.headings] == ["Boats", "Huts"]


def test_slides_are_pages():
    """A citation has the number of the slide; notes follow the slide's text."""
    document = only("a.pptx", slides(("First", "The boat is late."), ("Second", "It rained."), notes="Tell of 1921."))
    assert document.page_at(document.text.index("boat")) == 1
    assert document.page_at(document.text.index("1921")) == 1
    assert document.page_at(document.text.index("rained")) == 2
    assert document.title == "First"


def test_open_document_text():
    """Paragraphs, headings and spaces; what was deleted and noted by reviewers is left out."""
    body = (
        "<text:h>The mill</text:h><text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        "<text:p>It ground<text:s/>oats<office:annotation><text:p>really?</text:p></office:annotation> here.</text:p>"
    )
    document = only("a.odt", open_document(body, title="Mills"))
    assert document.text == "The mill\n\nIt ground oats here."
    assert document.title == "Mills"


def test_rich_text():
    """Paragraphs with their accents; formatting leaves no trace."""
    content = rb"{\rtf1\ansi\ansicpg1252 {\b The caf\'e9} opened in 1921.\par It closed in \u8364? 1930.\par}"
    assert only("a.rtf", content).text == "The café opened in 1921.\n\nIt closed in € 1930."


def test_mail():
    """Subject, sender and date; the history that a message quotes is left out, attachments are documents below it."""
    text = "The mooring costs 40 crowns.\n\nOn Monday Bo wrote:\n> What does it cost?\n> Bo\n\nAnn"
    message, note, broken = read(
        "inbox/a.eml", mail(text, "Mooring", [("list.csv", b"Name,Built\nPuffin,1921\n"), ("x.exe", b"MZ")])
    )
    assert (message.title, message.author, message.published) == ("Mooring", "Ann Lund", "1994-05-03")
    assert message.text.startswith("From: Ann Lund <ann@example.org>\nTo: bo@example.org")
    assert "40 crowns" in message.text
    assert "What does it cost" not in message.text
    assert note.id == "inbox/a.eml/1-list.csv"
    assert "Puffin | 1921" in note.text
    assert isinstance(broken, Unreadable)
    assert broken.document_id == "inbox/a.eml/2-x.exe"


def test_a_mailbox_and_a_saved_page():
    """Each message of a mailbox is a document; a saved page is read as the page."""
    box = b"".join(b"From ann@example.org Tue May  3 10:00:00 1994\n" + mail(text) + b"\n" for text in ("One.", "Two."))
    assert [document.id for document in read("a.mbox", box)] == ["a.mbox/message-1", "a.mbox/message-2"]
    page = mail("plain", html="<html><body><h1>Mill</h1><p>The mill at Kelso ground oats.</p></body></html>")
    assert "ground oats" in only("a.mht", page).text


def test_messages_that_a_mailbox_holds_too_many_of_are_counted(monkeypatch):
    """Messages over the limit are reported by their number, never left out in silence."""
    monkeypatch.setattr("qa.readers.mail.MAX_MESSAGES", 2)
    box = b"".join(b"From ann@example.org Tue May  3 10:00:00 1994\n" + mail(str(n)) + b"\n" for n in range(5))
    first, second, report = read("a.mbox", box)
    assert (first.id, second.id) == ("a.mbox/message-1", "a.mbox/message-2")
    assert "3 messages more than the 2 that are read" in report.reason


def test_a_message_that_names_a_wrong_encoding():
    """What a message says is read in the encoding that fits, where the one that it names is none."""
    content = "From: ann@example.org\nContent-Type: text/plain; charset=x-none\n\nDen kostar en krona på måndag."
    assert "krona på måndag" in only("a.eml", content.encode()).text


VTT = """WEBVTT

00:00:00.000 --> 00:00:05.500
<v Marta>Good morning, let us start.

00:00:06.000 --> 00:00:11.500
<v Jonas>The new boat arrives on the

00:00:12.000 --> 00:00:17.500
<v Jonas>ninth of October.
"""
SRT = """1
00:00:01,000 --> 00:00:03,000
Ann: The mill <i>stood</i>

2
00:00:03,500 --> 00:00:05,000
in Kelso.

3
00:01:10,000 --> 00:01:12,000
It closed.
"""


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.vtt", VTT, "00:00:00 Marta: Good morning, let us start.\n\n00:00:06 Jonas: The new boat arrives on the ninth of October."),  # noqa: E501
        ("a.txt", VTT, "00:00:00 Marta: Good morning, let us start.\n\n00:00:06 Jonas: The new boat arrives on the ninth of October."),  # noqa: E501
        ("a.srt", SRT, "00:00:01 Ann: The mill stood in Kelso.\n\n00:01:10 It closed."),
    ],
)  # fmt: skip
def test_subtitles(name, content, text):
    """Speech is joined over cues; each turn has its time and speaker."""
    assert only(name, content.encode()).text == text


@pytest.mark.parametrize(
    ("name", "content", "title", "text"),
    [
        ("a.ipynb", notebook(("markdown", "# Mills\nThe *mill* ground oats."), ("code", "x = 1\nprint(x)")), "Mills", "Mills\n\nThe mill ground oats.\n\nx = 1\nprint(x)"),  # noqa: E501
        ("a.json", json.dumps({"headline": "Mills", "articleBody": "It ground oats."}).encode(), "Mills", "It ground oats."),  # noqa: E501
        ("a.xml", b"<doc><title>Mills</title><p>It <b>ground</b> oats.</p><p>Twice.</p></doc>", "Mills", "Mills\n\nIt ground oats.\n\nTwice."),  # noqa: E501
        ("a.rst", b"Mills\n=====\n\nIt *ground* ``oats``.\n\n.. note:: Twice.\n\n.. a comment\n", "Mills", "Mills\n\nIt ground oats.\n\nTwice."),  # noqa: E501
        ("a.org", b"#+TITLE: Mills\n* TODO History :old:\n:PROPERTIES:\nIt ground oats.\n", "Mills", "Mills\n\nHistory\n\nIt ground oats."),  # noqa: E501
        ("a.adoc", b"= Mills\n:toc:\n\n== History\nIt ground oats.\n\n// no\n", "Mills", "Mills\n\nHistory\n\nIt ground oats."),  # noqa: E501
        ("a.tex", b"\\title{Mills}\\begin{document}\\section{History}\nIt \\emph{ground} oats.% no\n\\end{document}", "Mills", "History\n\nIt ground oats."),  # noqa: E501
    ],
)  # fmt: skip
def test_texts_with_marks(name, content, title, text):
    """Headings and paragraphs; marks, comments and attributes leave no trace."""
    document = only(name, content)
    assert (document.title, document.text) == (title, text)


def test_a_list_of_articles_in_json():
    """Each object with a text is a document below the file's id."""
    content = json.dumps({"articles": [{"id": "one", "title": "A", "body": "First."}, {"text": "Second."}]}).encode()
    assert [document.id for document in read("a.json", content)] == ["a.json/one", "a.json/line-2"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.json", b'{"a": 1}', "no article was recognised"),
        ("a.json", b"{", "this is not JSON"),
        ("a.ipynb", b"{}", "no notebook"),
        ("a.vtt", b"WEBVTT\n\nnothing", "no cue"),
        ("a.xml", b"<a>", "damaged"),
        ("a.xlsx", b"PK\x03\x04 nothing", "damaged"),
        ("a.odt", b"plain words", "does not begin like one"),
        ("a.csv", b"PK\x03\x04", "begins like a zip"),
        ("a.mbox", b"no message", "holds no message"),
    ],
)
def test_what_cannot_be_read(name, content, reason):
    """The reason says what was expected."""
    with pytest.raises(UnreadableFile, match=reason):
        read(name, content)


def test_no_entity_and_no_inclusion_is_followed(tmp_path):
    """Neither XML entities nor includes of reStructuredText, AsciiDoc and LaTeX bring in another file's words."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words", "utf-8")
    sources = {
        "a.xml": f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]><d><p>Hello &x; there.</p></d>',
        "a.rst": f"Hello there.\n\n.. include:: {secret}\n\n.. raw:: html\n   :file: {secret}\n",
        "a.adoc": f"Hello there.\n\ninclude::{secret}[]\n",
        "a.tex": rf"Hello there. \input{{{secret}}} \include{{{secret}}}",
    }
    for name, source in sources.items():
        assert "secret words" not in only(name, source.encode()).text


def test_paragraphs_of_slides_in_open_document():
    """A slide is a page there too."""
    page = "<draw:page>{}</draw:page>"
    body = page.format(paragraph("The boat is late.")) + page.format(paragraph("It rained."))
    document = only("a.odp", open_document(body, "presentation"))
    assert document.page_at(document.text.index("rained")) == 2
