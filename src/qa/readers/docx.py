"""DOCX: the body's paragraphs, lists, tables, text boxes and notes, by python-docx (MIT) over lxml.

Offsets count into the rendered text: paragraphs and table rows with an empty line between them, cells with `` | ``; a
note follows the paragraph that refers to it. They are exact in that text, and stand for no place in the file.
Numbers that Word gives paragraphs are part of the text, formulas stand on one line. Deleted and hidden text, comments,
page headers and footers are left out. python-docx opens
the package and knows styles and properties; the text is taken from the XML, since its own loses content controls,
text boxes and notes.
"""

import io
import re
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml

from qa.errors import UnreadableFile
from qa.readers.archives import open_archive, read_part
from qa.readers.checks import check_against_pictures
from qa.readers.docx_math import linear
from qa.readers.docx_numbers import Numbering
from qa.readers.docx_styles import Styles, local, value
from qa.readers.html_tables import MAX_COLUMNS
from qa.readers.metadata import first_date, keywords, language_tag, one_line, title_line
from qa.readers.text import TextBuilder
from qa.types import Document

_MAIN = "word/document.xml"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_TRANSITIONAL = rb"http://schemas.openxmlformats.org/\1/2006/"
_NOTES = {"footnote": RELATIONSHIP_TYPE.FOOTNOTES, "endnote": RELATIONSHIP_TYPE.ENDNOTES}
_SKIPPED = frozenset({"del", "moveFrom", "Fallback", "rPr", "pPr", "tblPr", "trPr", "tcPr", "rt", "sdtPr", "tblGrid"})
_WORDS = frozenset({"t"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(document_id: str, content: bytes) -> list[Document]:
    """Read ``.docx``; title, author, language and keywords are the core properties'."""
    archive = open_archive(content)
    if any(b"<!DOCTYPE" in read_part(archive, name)[:1000] for name in archive.namelist() if name.endswith(".xml")):
        raise UnreadableFile("the file declares a document type, which the format forbids; save it anew as .docx")
    opened = docx.Document(io.BytesIO(_transitional(archive, content)))
    builder = TextBuilder()
    _Body(opened, builder).render()
    pictures = sum(entry.file_size for entry in archive.infolist() if "/media/" in entry.filename)
    check_against_pictures(builder.text, pictures)
    return [_described(document_id, opened, builder)]


def _transitional(archive: ZipFile, content: bytes) -> bytes:
    """The file, where it is Strict Open XML with the names of the transitional variant, which python-docx knows."""
    if _MAIN not in archive.namelist() or _STRICT.search(read_part(archive, _MAIN)) is None:
        return content
    out = io.BytesIO()
    with ZipFile(out, "w") as copy:
        for name in archive.namelist():
            part = read_part(archive, name)
            copy.writestr(name, _STRICT.sub(_TRANSITIONAL, part) if name.endswith((".xml", ".rels")) else part)
    return out.getvalue()


def _described(document_id: str, opened: Any, builder: TextBuilder) -> Document:
    if not any(r.reltype == RELATIONSHIP_TYPE.CORE_PROPERTIES for r in opened.part.package.rels.values()):
        return builder.document(document_id)
    said = opened.core_properties
    fields = Document(
        id=document_id,
        title=title_line(said.title) or "",
        text="",
        tags=keywords([said.keywords]),
        author=one_line(said.author),
        language=language_tag(said.language) or _language(opened),
        created=first_date(said.created.isoformat() if said.created else None),
    )
    return builder.described(fields)


def _language(opened: Any) -> str | None:
    for element in opened.styles.element.iterfind("{*}docDefaults/{*}rPrDefault/{*}rPr/{*}lang"):
        return language_tag(value(element))
    return None


class _Body:
    """Walks the blocks of a document, with the notes that they refer to."""

    def __init__(self, opened: Any, builder: TextBuilder) -> None:
        self._body = opened.element.body
        self._builder = builder
        self._styles = Styles(opened.styles.element)
        self._numbering = Numbering(_numbering(opened), self._styles)
        self._notes = {kind: _read_notes(opened.part, kind, reltype) for kind, reltype in _NOTES.items()}

    def render(self) -> None:
        self._blocks(self._body, 0)

    def _blocks(self, parent: Any, depth: int) -> None:
        for element in parent.iterchildren():
            name = local(element)
            if name == "p":
                self._paragraph(element, depth)
            elif name == "tbl":
                self._table(element, depth)
            elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
                self._blocks(element, depth)

    def _paragraph(self, element: Any, depth: int) -> None:
        words, later = self._words(element)
        if words.strip():
            words = f"{self._numbering.label(element)} {words}".lstrip()
        if self._styles.is_heading(element):
            self._builder.heading(" ".join(words.split()))
        else:
            self._builder.block(words)
        for box in later:
            self._later(box, depth)

    def _later(self, element: Any, depth: int) -> None:
        """What a paragraph carries along: a text box, or the note that it refers to."""
        name = local(element)
        if name == "txbxContent":
            self._blocks(element, depth)
            return
        note = self._notes[name.removesuffix("Reference")].get(value(element, "id"))
        if note is not None and not depth:  # a note in a note would go round in circles
            self._blocks(note, depth + 1)

    def _table(self, table: Any, depth: int) -> None:
        later: list[Any] = []
        rows: list[list[str]] = []
        for row in _children(table, "tr"):
            cells: list[str] = []
            for cell in _children(row, "tc"):
                paragraphs = [self._words(p) for p in cell.iterdescendants("{*}p") if not _is_fallback(p)]
                later += [box for _, boxes in paragraphs for box in boxes if local(box) != "txbxContent"]
                words = "\n".join(words for words, _ in paragraphs if words.strip())
                if _continues_above(cell) and rows and len(rows[-1]) > len(cells):
                    words = rows[-1][len(cells)]
                cells += [words, *[""] * (_columns(cell) - 1)]
            rows.append(cells)
        self._builder.table(rows)
        for box in later:
            self._later(box, depth)

    def _words(self, paragraph: Any) -> tuple[str, list[Any]]:
        """A paragraph's words, and the boxes and references to notes in it."""
        words: list[str] = []
        later: list[Any] = []
        self._collect(paragraph, words, later, self._styles.hides_paragraph(paragraph))
        return "".join(words), later

    def _collect(self, parent: Any, words: list[str], later: list[Any], hidden: bool) -> None:
        for element in parent.iterchildren():
            name = local(element)
            if name in _SKIPPED:
                continue
            if name == "txbxContent" or name in ("footnoteReference", "endnoteReference"):
                later.append(element)
            elif name == "oMath":
                words.append("" if hidden else linear(element))
            elif name in _WORDS:
                words.append("" if hidden else element.text or "")
            elif name in _BREAKS:
                words.append("" if hidden else _BREAKS[name])
            else:
                self._collect(element, words, later, self._styles.hides_run(element, hidden) if name == "r" else hidden)


def _children(parent: Any, wanted: str) -> Iterator[Any]:
    """Rows or cells, also those inside content controls."""
    for element in parent.iterchildren():
        name = local(element)
        if name == wanted:
            yield element
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _children(element, wanted)


def _columns(cell: Any) -> int:
    """How many columns a cell spans."""
    span = value(next(cell.iterfind("{*}tcPr/{*}gridSpan"), None)) or "1"
    return min(int(span), MAX_COLUMNS) if span.isdigit() else 1


def _continues_above(cell: Any) -> bool:
    """Whether a cell is the lower part of one that spans several rows."""
    merged = next(cell.iterfind("{*}tcPr/{*}vMerge"), None)
    return merged is not None and value(merged) != "restart"


def _numbering(opened: Any) -> Any | None:
    try:
        return opened.part.numbering_part.element
    except (KeyError, NotImplementedError, AttributeError):
        return None


def _is_fallback(paragraph: Any) -> bool:
    """Whether this is the second version of a text box, for programs that do not know the first."""
    return any(local(around) == "Fallback" for around in paragraph.iterancestors())


def _read_notes(part: Any, kind: str, reltype: str) -> dict[str | None, Any]:
    for relation in part.rels.values():
        if relation.reltype == reltype and not relation.is_external:
            notes = parse_xml(relation.target_part.blob)
            return {value(note, "id"): note for note in notes.iterfind(f"{{*}}{kind}") if value(note, "type") is None}
    return {}
