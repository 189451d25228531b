"""Word 97 documents, Outlook messages and archives of web pages: right values, stated."""

import gzip
import plistlib

import compressed_rtf
import pytest
from compound import DELETED, HIDDEN, compound, outlook, row, word

from qa.errors import UnreadableFile
from qa.readers import read
from qa.types import Unreadable

PAGE = b"<html><head><title>Mill</title></head><body><h1>Mill</h1><p>The mill at Kelso ground oats.</p></body></html>"


def only(name, content):
    (document,) = read(name, content)
    return document


def test_word_97():
    """Headings, paragraphs beyond the BMP, notes of fields and tables are read; hidden and deleted words are not."""
    content = word(
        (1, [], ("The mill\r", 0)),
        (0, [], ("It ground 😀 oats", 0), (" secretly", HIDDEN), (" and rye", DELETED), (".\r", 0)),
        (0, [], ('See \x13 HYPERLINK "http://x" \x14the page\x15 of 1921.\r', 0)),
        *row("Year", "Sacks"),
        *row("1930", "774"),
        (0, [], ("The end.\r", 0)),
    )
    document = only("a.doc", content)
    assert document.text == (
        "The mill\n\nIt ground 😀 oats.\n\nSee the page of 1921.\n\nYear | Sacks\n\n1930 | 774\n\nThe end."
    )
    assert (document.title, document.tables[0].columns) == ("The mill", ("Year", "Sacks"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (word((0, [], ("words\r", 0)), flags=0x0100), "password"),
        (word((0, [], ("words\r", 0)), version=104), "older than 97"),
        (compound({"Workbook": b"words"}), "no Word document"),
        (b"{\\rtf1 words}", r"rename it to end in \.rtf"),
    ],
)
def test_what_is_no_word_97(content, reason):
    """A password, an older Word and another format are refused for what they are."""
    with pytest.raises(UnreadableFile, match=reason):
        read("a.doc", content)


def test_outlook_message():
    """Subject, sender, date and text are a message's; attachments, also messages, are documents below it."""
    inner = outlook("Rye was dear.", "Rye", inner=True)
    tree = outlook("Oats cost 40 crowns.", "Oats", [("list.csv", b"Name,Built\nPuffin,1921\n"), ("rye.msg", inner)])
    message, table, attached = read("a.msg", compound(tree))
    assert (message.title, message.author, message.published) == ("Oats", "Ann Lund", "1994-05-03")
    assert message.text.endswith("Oats cost 40 crowns.")
    assert (table.id, table.text) == ("a.msg/1-list.csv", "Name | Built\n\nPuffin | 1921")
    assert (attached.title, attached.published) == ("Rye", "1994-05-03")
    assert attached.text.endswith("Rye was dear.")


@pytest.mark.parametrize(
    "body",
    [{"html": PAGE}, {"rich": compressed_rtf.compress(rb"{\rtf1 The mill at Kelso ground oats.\par}")}],
    ids=["html", "rtf"],
)
def test_bodies_of_outlook(body):
    """A message without plain text is read from its page or its rich text."""
    assert "ground oats." in only("a.msg", compound(outlook(**body))).text


def warc(*pages, compress=False):
    """A WARC of these pages: address, date, type, status and content."""
    records = b""
    for address, date, kind, status, content in pages:
        body = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + content
        head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nWARC-Date: {date}\r\n"
        head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
        record = head.encode() + body + b"\r\n\r\n"
        records += gzip.compress(record, mtime=0) if compress else record
    return records


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_pages_of_a_crawl(name):
    """Each page is a document with its address and the day it was fetched; the newest of several is read."""
    content = warc(
        ("https://example.org/rye", "2020-01-01T10:00:00Z", "text/html", "200 OK", PAGE.replace(b"oats", b"rye")),
        ("https://example.org/mill", "2020-01-01T10:00:00Z", "text/html", "200 OK", PAGE.replace(b"oats", b"rye")),
        ("https://example.org/mill", "2024-05-03T10:00:00Z", "text/html; charset=utf-8", "200 OK", PAGE),
        ("https://example.org/gone", "2024-05-03T10:00:00Z", "text/html", "404 Not Found", PAGE),
        ("https://example.org/a.css", "2024-05-03T10:00:00Z", "text/css", "200 OK", b"p {}"),
        ("https://example.org/none", "2024-05-03T10:00:00Z", "text/html", "200 OK", b"<html></html>"),
        compress=name.endswith(".gz"),
    )
    rye, mill, none = read(name, content)
    assert (mill.id, mill.url, mill.retrieved) == (
        f"{name}/2-example.org-mill.html",
        "https://example.org/mill",
        "2024-05-03",
    )
    assert "oats" in mill.text
    assert rye.retrieved == "2020-01-01"
    assert isinstance(none, Unreadable)


def test_a_page_that_safari_kept():
    """The page of a web archive is read, with its address."""
    main = {"WebResourceData": PAGE, "WebResourceURL": "https://example.org/mill", "WebResourceMIMEType": "text/html"}
    for kind in (plistlib.FMT_BINARY, plistlib.FMT_XML):
        document = only("a.webarchive", plistlib.dumps({"WebMainResource": main}, fmt=kind))
        assert (document.title, document.url) == ("Mill", "https://example.org/mill")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.warc", b"words", "no WARC"),
        ("a.warc", gzip.compress(b"words", mtime=0), "no WARC"),
        ("a.warc", warc(), "no WARC|empty|no page"),
        ("a.webarchive", b"words", "no web archive"),
        ("a.webarchive", plistlib.dumps({"WebMainResource": {"WebResourceData": "words"}}), "holds no page"),
        ("a.msg", compound({"x": b"y"}), "no message"),
    ],
)
def test_what_cannot_be_read(name, content, reason):
    """The reason says what was expected."""
    with pytest.raises(UnreadableFile, match=reason):
        read(name, content)
