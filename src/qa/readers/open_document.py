"""OpenDocument text, sheets and slides: the XML of the content, by lxml.

Offsets count into the rendered text; a slide is a page. Own code, since the libraries for the format give no text of
tables or are GPL: a zip file and two XML parts.
"""

from dataclasses import replace

from lxml import etree

from qa.errors import UnreadableFile
from qa.readers.archives import open_archive, read_part
from qa.readers.metadata import keywords, language_tag, one_line, title_line
from qa.readers.text import TextBuilder
from qa.types import Document

_MOST_REPEATED = 1000  # cells or rows that stand for so many alike
_SKIPPED = frozenset({"tracked-changes", "annotation", "note-citation", "table-of-content", "scripts", "forms"})
_PARAGRAPHS = frozenset({"p", "h"})


def read_open_document(document_id: str, content: bytes) -> list[Document]:
    """Read ``.odt``, ``.ods`` and ``.odp``; title, author, language and keywords are the file's description."""
    archive = open_archive(content)
    if b"manifest:encryption-data" in (read_part(archive, "META-INF/manifest.xml")):
        raise UnreadableFile("the file is protected by a password; save a copy without one")
    builder = TextBuilder()
    pages: list[int] = []
    root = parse_xml(read_part(archive, "content.xml"))
    for slide in _hidden_slides(root):
        slide.clear()
    body = root.find(".//{*}body")
    if body is not None:
        _render(body, builder, pages)
    document = builder.described(_fields(document_id, archive))
    return [replace(document, pages=tuple(min(page, builder.length) for page in pages))]


def parse_xml(content: bytes) -> etree._Element:
    """Parse XML without entities, DTD or network.

    Raises:
        UnreadableFile: it is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(f"the file is damaged ({error}); get it again from its source") from error


def _hidden_slides(root: etree._Element) -> list[etree._Element]:
    hidden = {
        _attribute(style, "name")
        for style in root.iter("{*}style")
        if any(_attribute(properties, "visibility") == "hidden" for properties in style)
    }
    return [slide for slide in root.iter("{*}page") if _attribute(slide, "style-name") in hidden]


def _attribute(element: etree._Element, name: str) -> str | None:
    return next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), None)


def _fields(document_id: str, archive: object) -> Document:
    try:
        meta = parse_xml(read_part(archive, "meta.xml"))  # type: ignore[arg-type]
    except UnreadableFile:
        return Document(document_id, "", "")

    def first(name: str) -> str | None:
        return next((words for element in meta.iter(f"{{*}}{name}") if (words := one_line(element.text))), None)

    return Document(
        document_id,
        title_line(first("title")) or "",
        "",
        author=first("initial-creator") or first("creator"),
        language=language_tag(first("language")),
        tags=keywords(element.text for element in meta.iter("{*}keyword")),
    )


def _render(parent: etree._Element, builder: TextBuilder, pages: list[int]) -> None:
    for element in parent.iterchildren("*"):
        name = local(element)
        if name in _SKIPPED:
            continue
        if name == "page":  # a slide
            pages.append(builder.next_start if pages else 0)
        if name in _PARAGRAPHS:
            words = text_of(element)
            builder.heading(" ".join(words.split())) if name == "h" else builder.block(words)
        elif name == "table":
            _table(element, builder)
        else:
            _render(element, builder, pages)


def _table(table: etree._Element, builder: TextBuilder) -> None:
    rows = [_cells(row) for row in table.iter("{*}table-row")]
    name = _attribute(table, "name")
    if any(any(cells) for cells in rows):
        if name and local(table.getparent()) == "spreadsheet":
            builder.heading(name)
        builder.table([cells for cells in rows if any(cells)])


def _cells(row: etree._Element) -> list[str]:
    cells: list[str] = []
    for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
        words = " ".join(" ".join(text_of(paragraph) for paragraph in cell.iter("{*}p")).split())
        repeated = _attribute(cell, "number-columns-repeated") or "1"
        cells += [words] * min(int(repeated) if repeated.isdecimal() else 1, _MOST_REPEATED if words else 1)
    return cells


def text_of(element: etree._Element) -> str:
    """The words of a paragraph, with its spaces, tabs and line breaks; notes stand after it."""
    parts: list[str] = [element.text or ""]
    for child in element.iterchildren("*"):
        name = local(child)
        if name == "s":
            parts.append(" ")
        elif name == "tab":
            parts.append("\t")
        elif name == "line-break":
            parts.append("\n")
        elif name not in _SKIPPED:
            parts.append(text_of(child))
        parts.append(child.tail or "")
    return "".join(parts)


def local(element: etree._Element | None) -> str:
    """The name of an element without its namespace."""
    return "" if element is None else str(etree.QName(element).localname)
