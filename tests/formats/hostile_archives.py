"""Hostile DOCX and EPUB files."""

import io
import random
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import honest
from docx.opc.constants import RELATIONSHIP_TYPE
from hostile_case import SECRET, SEEN, XML, Case, entities

WORDPROCESSING = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ITEM = '<item id="{}" href="{}" media-type="application/xhtml+xml"/>'


def word(body: str, **parts: str) -> bytes:
    document = f"{XML}<w:document {WORDPROCESSING}><w:body>{body}<w:sectPr/></w:body></w:document>"
    return honest.edited(
        honest.word(), {"word/document.xml": lambda _: document, **{n: lambda _, p=p: p for n, p in parts.items()}}, {}
    )


def paragraph(text: str, run: str = "", style: str = "") -> str:
    return f"<w:p><w:pPr>{style}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def words(canary: Path) -> Iterator[Case]:
    seen = paragraph(SEEN)
    dtd = entities(canary).replace("html", "w:document")
    yield Case("word/bomb.docx", bomb(), reason="unpacks to")
    yield Case(
        "word/bomb-beside.docx",
        honest.edited(honest.word(), {}, {"word/media/a.png": bytes(257 * 2**20)}),
        reason="unpacks to",
    )
    yield Case(
        "word/entries.docx", honest.edited(honest.word(), {}, {f"junk/{n}": b"" for n in range(10_001)}), reason="parts"
    )
    yield Case("word/declared-large.docx", declared(honest.word(), 0xFFFFFFF0), reason="unpacks to")
    yield Case("word/declared-small.docx", declared(honest.word(), 10), reason="damaged")
    yield Case("word/password-flag.docx", flagged(honest.word()), reason="password")
    yield Case("word/entities.docx", word(seen + paragraph("&l9;&file;")), reason="damaged")
    yield Case(
        "word/document-type.docx",
        honest.edited(
            honest.word(),
            {"word/document.xml": lambda x: x.replace("?>", "?>" + dtd, 1).replace("Tolls", "&l9;&file;")},
            {},
        ),
        reason="document type",
    )
    yield Case(
        "word/document-type-styles.docx",
        honest.edited(honest.word(), {"word/styles.xml": lambda x: x.replace("?>", "?>" + dtd, 1)}, {}),
        reason="document type",
    )
    yield Case(
        "word/paths.docx",
        honest.edited(
            honest.word(), {}, {"../../../tmp/evil.txt": SECRET, "/etc/evil": SECRET, "word/..\\..\\evil": SECRET}
        ),
        wanted=honest.LAST,
    )
    yield Case(
        "word/external.docx",
        honest.edited(
            honest.word(),
            {
                "word/_rels/document.xml.rels": lambda x: x.replace(
                    "</Relationships>",
                    f'<Relationship Id="x1" Type="{RELATIONSHIP_TYPE.FOOTNOTES}" Target="{canary.as_uri()}" '
                    'TargetMode="External"/></Relationships>',
                )
            },
            {},
        ),
        wanted=honest.LAST,
    )
    yield Case("word/no-document.docx", honest.zipped({"[Content_Types].xml": "<Types/>"}), reason="damaged")
    yield Case("word/only-mimetype.docx", honest.zipped({"mimetype": "application/zip"}), reason="damaged")
    yield Case(
        "word/no-types.docx", honest.edited(honest.word(), {"[Content_Types].xml": lambda _: ""}, {}), reason="damaged"
    )
    yield Case(
        "word/styles-circle.docx",
        honest.edited(
            honest.word(), {"word/styles.xml": circle, "word/document.xml": lambda x: x.replace("ListBullet", "C0")}, {}
        ),
        wanted=honest.LAST,
    )
    yield Case(
        "word/note-in-note.docx",
        honest.edited(
            honest.word(),
            {"word/footnotes.xml": lambda x: x.replace("</w:p>", '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>')},
            {},
        ),
        wanted=honest.LAST,
    )
    yield Case(
        "word/deep-tables.docx",
        word(seen + "<w:tbl><w:tr><w:tc>" * 4000 + "</w:tc></w:tr></w:tbl>" * 4000),
        reason="nested|damaged",
    )
    yield Case(
        "word/nested-tables.docx",
        word(seen + "<w:tbl><w:tr><w:tc>" * 60 + seen + "</w:tc></w:tr></w:tbl>" * 60),
        wanted=SEEN,
    )
    yield Case(
        "word/deep-controls.docx",
        word(seen + "<w:sdt><w:sdtContent>" * 4000 + "</w:sdtContent></w:sdt>" * 4000),
        reason="nested|damaged",
    )
    yield Case("word/paragraphs.docx", word(seen + "<w:p/>" * 30_000))
    yield Case("word/many-paragraphs.docx", word(paragraph("a") * 150_000))
    yield Case("word/runs.docx", word(f"<w:p>{'<w:r><w:t>a </w:t></w:r>' * 20_000}</w:p>"))
    yield Case("word/long-paragraph.docx", word(paragraph("long " * 500_000)))
    for name, run in {
        "vanish": "<w:vanish/>",
        "tiny": '<w:sz w:val="1"/>',
        "white": '<w:color w:val="FFFFFF"/>',
        "style": '<w:rStyle w:val="Gone"/>',
    }.items():
        gone = '<w:style w:type="character" w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style>'
        styles = f"{XML}<w:styles {WORDPROCESSING}>{gone}</w:styles>"
        yield Case(
            f"word/hidden-{name}.docx", word(seen + paragraph(SECRET, run), **{"word/styles.xml": styles}), wanted=SEEN
        )
    yield Case(
        "word/deleted.docx",
        word(
            f"{seen}<w:p><w:del><w:r><w:delText>{SECRET}</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>{SECRET}</w:t></w:r></w:moveFrom><w:r><w:instrText>{SECRET}</w:instrText></w:r></w:p>"
        ),
        wanted=SEEN,
    )
    yield Case(
        "word/pictures-only.docx",
        honest.edited(word("<w:p/>"), {}, {"word/media/scan.png": random.Random(1).randbytes(200_000)}),
        reason="OCR",
    )
    yield Case("word/nothing.docx", word("<w:p/>"), reason="no words")


PARTS = ("xl/worksheets/sheet1.xml", "ppt/slides/slide1.xml", "word/document.xml", "OEBPS/a.xhtml", "content.xml")


@cache
def bomb() -> bytes:
    """Two hundred and sixty megabytes in two hundred and sixty kilobytes, under the names of every format's parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in (*PARTS, "a.txt", "b.txt", "c.txt", "d.txt", "e.txt"):
            with archive.open(name, "w", force_zip64=True) as part:
                for _ in range(26):
                    part.write(b"<w:p/>" * (2**20 // 6))
    return stream.getvalue()


def declared(content: bytes, size: int) -> bytes:
    """The same zip file with another unpacked size of its largest part in the central directory."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    entry = archive.getinfo("word/document.xml")
    old = entry.file_size.to_bytes(4, "little")
    start = content.rindex(b"PK\x01\x02", 0, content.rindex(b"word/document.xml"))
    assert content[start + 24 : start + 28] == old
    return content[: start + 24] + size.to_bytes(4, "little") + content[start + 28 :]


def flagged(content: bytes) -> bytes:
    changed = bytearray(content)
    start = changed.rindex(b"PK\x01\x02")
    changed[start + 8] |= 1
    return bytes(changed)


def circle(styles: str) -> str:
    chain = "".join(
        f'<w:style w:type="paragraph" w:styleId="C{n}"><w:basedOn w:val="C{(n + 1) % 500}"/></w:style>'
        for n in range(500)
    )
    return styles.replace("</w:styles>", f"{chain}</w:styles>")


def book(words: str, **parts: str) -> bytes:
    return honest.zipped({
        "mimetype": "application/epub+zip", "META-INF/container.xml": honest.CONTAINER,
        "OEBPS/content.opf": honest.opf(ITEM.format("a", "a.xhtml"), '<itemref idref="a"/>'),
        "OEBPS/a.xhtml": honest.chapter(f"<p>{SEEN}</p>{words}"), **parts,
    })  # fmt: skip


def books(canary: Path) -> Iterator[Case]:
    yield Case("book/bomb.epub", bomb(), reason="unpacks to")
    yield Case("book/chapter-bomb.epub", book("a" * 65 * 2**20), reason="unpacks to")
    yield Case("book/no-container.epub", honest.zipped({"mimetype": "application/epub+zip"}), reason="container.xml")
    yield Case("book/empty-container.epub", book("", **{"META-INF/container.xml": "<container/>"}), reason="package")
    yield Case(
        "book/rootfile.epub",
        book("", **{"META-INF/container.xml": honest.CONTAINER.replace("OEBPS/content.opf", str(canary))}),
        reason="missing",
    )
    yield Case(
        "book/entities.epub",
        book("&l9;&file;", **{"OEBPS/a.xhtml": honest.chapter(f"<p>{SEEN}</p>&l9;&file;", entities(canary))}),
        wanted=SEEN,
    )
    yield Case(
        "book/package-entities.epub",
        book(
            "",
            **{
                "OEBPS/content.opf": entities(canary).replace("html", "package")
                + honest.opf(ITEM.format("a", "a.xhtml"), '<itemref idref="a"/>').replace(honest.TITLE, "&l9;&file;")
            },
        ),
    )
    yield Case("book/no-spine.epub", book("", **{"OEBPS/content.opf": honest.opf("", "")}), reason="no chapters")
    yield Case(
        "book/dangling.epub",
        book("", **{"OEBPS/content.opf": honest.opf(ITEM.format("a", "none.xhtml"), '<itemref idref="a"/>')}),
        reason="missing",
    )
    yield Case(
        "book/outside.epub",
        book("", **{"OEBPS/content.opf": honest.opf(ITEM.format("a", f"../../../..{canary}"), '<itemref idref="a"/>')}),
        reason="missing",
    )
    yield Case(
        "book/url.epub",
        book("", **{"OEBPS/content.opf": honest.opf(ITEM.format("a", canary.as_uri()), '<itemref idref="a"/>')}),
        reason="missing",
    )
    yield Case(
        "book/repeated.epub",
        book("", **{"OEBPS/content.opf": honest.opf(ITEM.format("a", "a.xhtml"), '<itemref idref="a"/>' * 50_000)}),
        wanted=SEEN,
    )
    yield Case(
        "book/manifest.epub",
        book(
            "",
            **{
                "OEBPS/content.opf": honest.opf(
                    "".join(ITEM.format(f"i{n}", "a.xhtml") for n in range(10_000)), '<itemref idref="i1"/>'
                )
            },
        ),
        wanted=SEEN,
    )
    yield Case(
        "book/protected.epub",
        book(
            "",
            **{
                "META-INF/encryption.xml": '<encryption><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></encryption>'
            },
        ),
        reason="DRM",
    )
    yield Case(
        "book/fonts.epub",
        book(
            "",
            **{
                "META-INF/encryption.xml": '<encryption><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/></encryption>'
            },
        ),
        wanted=SEEN,
    )
    yield Case(
        "book/hidden.epub",
        book(f"<script>{SECRET}</script><p hidden='hidden'>{SECRET}</p><p style='display:none'>{SECRET}</p>"),
        wanted=SEEN,
    )
    yield Case("book/deep.epub", book("<div>" * 100_000))
    yield Case(
        "book/pictures.epub",
        honest.zipped(
            {
                "mimetype": "",
                "META-INF/container.xml": honest.CONTAINER,
                "OEBPS/content.opf": honest.opf(ITEM.format("a", "a.xhtml"), '<itemref idref="a"/>'),
                "OEBPS/a.xhtml": honest.chapter("<p>1</p><img src='a.jpg'/>"),
                "OEBPS/a.jpg": random.Random(2).randbytes(100_000),
            }
        ),
        reason="OCR",
    )
