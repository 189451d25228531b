"""EPUB: the chapters in the order of the book's spine, each rendered like an HTML page without search for main text.

Offsets count into the rendered text, as in HTML: exact in it, and standing for no place in the file. Notes stay where
their chapter has them; the table of contents and marks of notes are left out. Books protected by DRM are refused.
Own code, since the one well-kept library for the format (ebooklib) is AGPL: a zip file, two small XML parts and HTML.
"""

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from zipfile import ZipFile

from lxml import etree

from qa.errors import UnreadableFile
from qa.readers.archives import open_archive, read_part
from qa.readers.checks import check_against_pictures
from qa.readers.decode import decode_html
from qa.readers.markup import drop_unread, parse_html, remove, render
from qa.readers.metadata import first_date, keywords, language_tag, one_line
from qa.readers.text import TextBuilder
from qa.types import Document

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_FONT_SCRAMBLING = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
_CHAPTERS = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml"}
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")


@dataclass(frozen=True, slots=True)
class _Item:
    """One entry of the book's manifest."""

    path: str
    is_chapter: bool
    is_contents: bool


def read_epub(document_id: str, content: bytes) -> list[Document]:
    """Read ``.epub``; title, creators, date, language, publisher and subjects are the package document's."""
    archive = open_archive(content)
    _refuse_protection(archive)
    package_path = _package_path(archive)
    package = _parse_xml(read_part(archive, package_path))
    builder = TextBuilder()
    for path in _spine(package, posixpath.dirname(package_path)):
        _render_chapter(read_part(archive, path), builder)
    pictures = sum(entry.file_size for entry in archive.infolist() if entry.filename.lower().endswith(_PICTURES))
    check_against_pictures(builder.text, pictures)
    return [_described(document_id, package, builder)]


def _refuse_protection(archive: ZipFile) -> None:
    if _ENCRYPTION not in archive.namelist():
        return
    methods = _parse_xml(read_part(archive, _ENCRYPTION)).iter("{*}EncryptionMethod")
    if any(method.get("Algorithm") not in _FONT_SCRAMBLING for method in methods):
        raise UnreadableFile("the book is protected by DRM; use a copy without protection")


def _package_path(archive: ZipFile) -> str:
    for rootfile in _parse_xml(read_part(archive, _CONTAINER)).iter("{*}rootfile"):
        return str(rootfile.get("full-path", ""))
    raise UnreadableFile("the book names no package document; get it again from its source")


def _parse_xml(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(f"the book is damaged ({error}); get it again from its source") from error


def _spine(package: etree._Element, folder: str) -> list[str]:
    items = {item.get("id"): _item(item, folder) for item in package.iterfind("{*}manifest/{*}item")}
    order = [items.get(entry.get("idref")) for entry in package.iterfind("{*}spine/{*}itemref")]
    chapters = [item.path for item in order if item is not None and item.is_chapter and not item.is_contents]
    if not chapters:
        raise UnreadableFile("the book lists no chapters; get it again from its source")
    return list(dict.fromkeys(chapters))


def _item(item: etree._Element, folder: str) -> _Item:
    path = posixpath.normpath(posixpath.join(folder, unquote(urlsplit(item.get("href", "")).path)))
    return _Item(path, item.get("media-type") in _CHAPTERS, "nav" in item.get("properties", "").split())


def _render_chapter(content: bytes, builder: TextBuilder) -> None:
    source = decode_html(content)
    if not source.strip():
        return
    tree = parse_html(source)
    drop_unread(tree)
    for contents in tree.findall(".//nav"):
        remove(contents)
    render(tree, builder)
    builder.end()


def _described(document_id: str, package: etree._Element, builder: TextBuilder) -> Document:
    def said(name: str) -> list[str]:
        return [words for e in package.iterfind(f"{{*}}metadata/{{*}}{name}") if (words := one_line(e.text))]

    def first(name: str) -> str | None:
        return next(iter(said(name)), None)

    fields = Document(
        id=document_id,
        title=first("title") or "",
        text="",
        published=first_date(first("date")),
        publisher=first("publisher"),
        tags=keywords(said("subject")),
        author=", ".join(said("creator")) or None,
        language=language_tag(first("language")),
    )
    return builder.described(fields)
