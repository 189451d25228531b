"""Dates of publication and authors, where the format does not give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.readers import read
from qa.readers.dating import dated
from qa.types import Document, PublishedFrom

BODY = "\n\nThe dyke burst on 3 May 1953, and was mended by 12 June 1953."


@pytest.mark.parametrize(
    ("top", "date"),
    [
        ("Published: 12 March 1931", "1931-03-12"),
        ("Published on March 12, 1931, by the harbour office", "1931-03-12"),
        ("Updated 2020-05-03", "2020-05-03"),
        ("Veröffentlicht am 3. März 2019", "2019-03-03"),
        ("发布时间：2021年8月30日", "2021-08-30"),
        ("HARBOUR TOWN, May 3, 1953", "1953-05-03"),
        ("12th of March 1931", "1931-03-12"),
        ("March 1931", "1931-03"),
        ("3.5.1953", "1953-05-03"),
        ("By Ada Lind | 12 May 2020", "2020-05-12"),
        ("Ada Lind, 12 May 2020", "2020-05-12"),
    ],
)
def test_datelines(top, date):
    """A date beside a label, a place or an author, or alone on a line near the top, is when it was published."""
    document = dated(Document("a.txt", "", f"The flood\n\n{top}{BODY}"))
    assert (document.published, document.published_from) == (date, PublishedFrom.TEXT)


@pytest.mark.parametrize(
    "top",
    [
        "The harbour was opened on 12 March 1931.",
        "Born 12 March 1931 in Riga",
        "Minutes of 1931",
        "31 February 1931",
        "From 3 May 1953 to 12 June 1953 the dyke stood open",
        "In March 1931 nobody came",
        "",
    ],
)
def test_dates_that_are_told_are_no_datelines(top):
    """A sentence with a date tells when something happened, and not when the article was published."""
    assert dated(Document("a.txt", "", f"The flood\n\n{top}{BODY}")).published is None


def test_a_date_far_below_is_none():
    """Only the first lines can be a dateline."""
    assert dated(Document("a.txt", "", "A line of words.\n" * 20 + "12 March 1931")).published is None


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("news/2019-05-03-flood.txt", "2019-05-03"),
        ("20190503_flood.txt", "2019-05-03"),
        ("flood-2019-05.txt", "2019-05"),
        ("season-2010-11.txt", None),
        ("flood-2019.txt", None),
        ("20190599.txt", None),
        ("120190503.txt", None),
        ("2019-05-03/flood.txt", None),
    ],
)
def test_names_of_files(name, date):
    """A day or month in a file's name is a date; a year alone may be the subject, 2010-11 two years."""
    document = dated(Document(name, "", "Words."))
    assert (document.published, document.published_from) == (date, PublishedFrom.FILE_NAME if date else None)


def test_addresses():
    """The folders of an address tell the day; the text goes before, and what the format says before both."""
    document = Document("a.html", "", "Words.", url="https://example.org/news/2019/05/03/flood")
    assert (dated(document).published, dated(document).published_from) == ("2019-05-03", PublishedFrom.URL)
    told = Document("2001-01-01.html", "", "4 May 2019\n\nWords.", url=document.url)
    assert dated(told).published == "2019-05-04"
    known = Document("2001-01-01.html", "", "4 May 2019\n\nWords.", published="1999")
    assert (dated(known).published, dated(known).published_from) == ("1999", PublishedFrom.METADATA)
    assert dated(Document("a.html", "", "Words.", url="https://[x/2019/05/03")).published is None


def test_front_matter_goes_first():
    """Front matter is believed before anything in the text."""
    (document,) = read(
        "2001-01-01.md", b"---\ndate: 1931-03-12\nauthor: E. Berg\n---\nBy Ada Lind\n\n4 May 2019\n\nWords."
    )
    assert (document.published, document.published_from) == ("1931-03-12", PublishedFrom.FRONT_MATTER)
    assert document.author == "E. Berg"


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Ada Lind", "Ada Lind"),
        ("by Ada Lind and Jan van der Berg", "Ada Lind and Jan van der Berg"),
        ("BY ADA LIND", "ADA LIND"),
        ("Von Jürgen Öztürk", "Jürgen Öztürk"),
        ("By Ada Lind | 12 May 2020", "Ada Lind"),
        ("By the river stood a mill.", None),
        ("By Ada", None),
        ("By noon", None),
    ],
)
def test_bylines(line, author):
    """A line of "by" and names of at least two words each says who wrote it."""
    assert dated(Document("a.txt", "", f"The flood\n\n{line}{BODY}")).author == author


@given(st.text(), st.text())
def test_any_text_may_be_dated(text, name):
    """Whatever a text and its name hold, nothing but date, author and source changes, and a date is one."""
    document = dated(Document(name, "", text))
    assert (document.id, document.text) == (name, text)
    assert (document.published is None) == (document.published_from is None)
    assert document.published is None or len(document.published) in (7, 10)
