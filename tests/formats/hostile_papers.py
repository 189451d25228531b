"""Hostile PDF files, written object by object."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import honest
from hostile_case import SECRET, SEEN, Case
from reportlab.lib.pdfencrypt import StandardEncryption

FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def pdf(objects: dict[int, bytes | str], root: int = 1, trailer: str = "") -> bytes:
    """Objects by number, with a table of their places."""
    parts, places, length = [b"%PDF-1.7\n"], {}, 9
    for number, value in objects.items():
        part = b"%d 0 obj\n%s\nendobj\n" % (number, value.encode() if isinstance(value, str) else value)
        places[number] = length
        parts.append(part)
        length += len(part)
    table = "".join(
        f"{places[n]:010} 00000 n \n" if n in places else "0000000000 65535 f \n" for n in range(max(objects) + 1)
    )
    size = max(objects) + 1
    end = f"trailer\n<</Size {size}/Root {root} 0 R{trailer}>>\nstartxref\n{length}\n%%EOF"
    parts.append(f"xref\n0 {size}\n{table}{end}".encode())
    return b"".join(parts)


def stream(content: bytes, extra: str = "") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), extra.encode(), content)


def deflated(content: bytes, extra: str = "") -> bytes:
    return stream(zlib.compress(content, 9), f"/Filter/FlateDecode{extra}")


def page(content: bytes, resources: str = "", **more: bytes | str) -> dict[int, bytes | str]:
    """One page whose content stream is object 4; ``more`` are objects by number."""
    return {
        1: "<</Type/Catalog/Pages 2 0 R>>",
        2: "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        f"/Resources<</Font<</F 5 0 R>>{resources}>>>>",
        4: content,
        5: FONT,
        **{int(number.removeprefix("o")): value for number, value in more.items()},
    }


def shown(text: str, before: str = "") -> bytes:
    return f"BT /F 12 Tf 0 g 50 700 Td ({SEEN}) Tj ET q BT /F 12 Tf {before} 50 650 Td ({text}) Tj ET Q\n".encode()


def papers(canary: Path) -> Iterator[Case]:
    seen = shown("")
    yield Case("paper/kids-loop.pdf", pdf(page(stream(seen)) | {2: "<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>"}))
    yield Case(
        "paper/kids-cross.pdf",
        pdf(
            page(stream(seen))
            | {2: "<</Type/Pages/Kids[6 0 R]/Count 9>>", 6: "<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 9>>"}
        ),
    )
    yield Case(
        "paper/parent-loop.pdf",
        pdf(page(stream(seen)) | {3: "<</Type/Page/Parent 3 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"}),
    )
    yield Case("paper/count.pdf", pdf(page(stream(seen)) | {2: "<</Type/Pages/Kids[3 0 R]/Count 2000000000>>"}))
    yield Case("paper/count-negative.pdf", pdf(page(stream(seen)) | {2: "<</Type/Pages/Kids[3 0 R]/Count -5>>"}))
    yield Case(
        "paper/many-kids.pdf", pdf(page(stream(seen)) | {2: f"<</Type/Pages/Kids[{'3 0 R ' * 20_000}]/Count 20000>>"})
    )
    yield Case(
        "paper/huge-box.pdf",
        pdf(
            page(stream(seen))
            | {3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 1e30 1e30]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"}
        ),
    )
    yield Case("paper/stream-bomb.pdf", pdf(page(deflated(b" " * 270_000_000))))
    yield Case(
        "paper/text-bomb.pdf", pdf(page(deflated(b"BT /F 12 Tf 50 700 Td " + b"(words words) Tj " * 1_000_000 + b"ET")))
    )
    yield Case("paper/nested-filters.pdf", pdf(page(stream(nested(seen, 12), "/Filter[" + "/FlateDecode" * 12 + "]"))))
    yield Case(
        "paper/nested-bomb.pdf", pdf(page(stream(nested(b" " * 30_000_000, 3), "/Filter[" + "/FlateDecode" * 3 + "]")))
    )
    yield Case(
        "paper/form-loop.pdf",
        pdf(
            page(
                stream(seen + b"/X Do"),
                "/XObject<</X 6 0 R>>",
                o6=stream(b"/X Do", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"),
            )
        ),
    )
    yield Case(
        "paper/form-growth.pdf",
        pdf(
            page(
                stream(seen + b"/X6 Do"),
                "/XObject<</X6 6 0 R>>",
                **{
                    f"o{n}": stream(
                        b"/X Do " * 10,
                        f"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</X {n + 1} 0 R>>>>",
                    )
                    for n in range(6, 16)
                },
                o16=stream(seen, "/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</Font<</F 5 0 R>>>>"),
            )
        ),
    )
    yield Case(
        "paper/deep-array.pdf", pdf(page(stream(seen)) | {6: "[" * 100_000 + "]" * 100_000}, trailer="/Info 6 0 R")
    )
    yield Case("paper/deep-array-in-page.pdf", pdf(page(stream(b"[" * 300_000 + seen))))
    yield Case("paper/saves.pdf", pdf(page(stream(b"q " * 500_000 + seen))))
    yield Case("paper/length-loop.pdf", pdf(page(b"<</Length 4 0 R>>\nstream\n" + seen + b"\nendstream")))
    yield Case("paper/previous-loop.pdf", pdf(page(stream(seen)), trailer="/Prev 9"))
    yield Case("paper/root-missing.pdf", pdf(page(stream(seen)), root=99))
    yield Case("paper/password.pdf", honest_paper(StandardEncryption("user", "owner")), reason="password")
    yield Case("paper/owner-password.pdf", honest_paper(StandardEncryption("", "owner")), wanted=SEEN)
    yield Case(
        "paper/script.pdf",
        pdf(page(stream(seen)) | {1: f"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS({SECRET})>>>>"}),
        wanted=SEEN,
    )
    yield Case(
        "paper/file.pdf",
        pdf(page(stream(seen)) | {4: f"<</Length 0/F({canary})>>\nstream\n\nendstream"}),
        reason="no text",
    )
    yield Case("paper/scan.pdf", scanned(), reason="OCR")
    yield Case("paper/stamped-scan.pdf", scanned("Downloaded from a library."), reason="OCR")
    yield Case("paper/recognised-scan.pdf", scanned(SEEN + " " + honest.FIRST, mode=3), wanted=SEEN)
    yield Case("paper/nothing.pdf", pdf(page(stream(b""))), reason="no text")
    for name, state in {
        "mode": "3 Tr",
        "white": "1 g",
        "white-rgb": "1 1 1 rg",
        "tiny": "/F 0.2 Tf",
        "zero": "/F 0 Tf",
        "off-page": "1 0 0 1 -3000 0 Tm",
        "transparent": "/G gs",
    }.items():
        content, resources = stream(shown(SECRET, state)), "/ExtGState<</G<</ca 0/CA 0>>>>"
        yield Case(f"paper/hidden-{name}.pdf", pdf(page(content, resources)), wanted=SEEN)
    yield Case("paper/watermark.pdf", pdf(page(stream(shown(SECRET, "0.7 0.7 -0.7 0.7 100 100 Tm")))), wanted=SEEN)
    yield Case(
        "paper/unmapped.pdf",
        pdf(
            page(stream(b"BT /F 12 Tf 50 700 Td (" + bytes(range(65, 91)) * 8 + b") Tj ET"))
            | {5: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>", 6: stream(private_use())}
        ),
        reason="OCR",
    )
    yield Case(
        "paper/map-bomb.pdf",
        pdf(
            page(stream(seen))
            | {
                5: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
                6: deflated(b"begincmap 1 beginbfrange " + b"<0000> <FFFF> <0000> " * 100_000 + b"endbfrange endcmap"),
            }
        ),
    )
    yield Case(
        "paper/type3-loop.pdf",
        pdf(
            page(stream(seen))
            | {
                5: "<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]"
                "/FirstChar 0/LastChar 255/Widths[]"
                "/Encoding<</Differences[84/a]>>/CharProcs<</a 6 0 R>>/Resources<</Font<</F 5 0 R>>>>>>",
                6: stream(b"BT /F 1 Tf (T) Tj ET"),
            }
        ),
    )
    yield Case("paper/noise-before.pdf", b"noise" * 100 + pdf(page(stream(seen))))
    yield Case("paper/noise-after.pdf", pdf(page(stream(seen))) + b"noise" * 100_000, wanted=SEEN)
    yield Case("paper/header-only.pdf", b"%PDF-1.7\n", reason="damaged")


def private_use() -> bytes:
    return b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00> <FF> <E000> endbfrange"


def nested(content: bytes, times: int) -> bytes:
    for _ in range(times):
        content = zlib.compress(content, 9)
    return content


def honest_paper(encryption: StandardEncryption) -> bytes:
    paper = honest.Paper(encrypt=encryption)
    paper.write(SEEN)
    return paper.content()


def scanned(text: str = "", mode: int = 0) -> bytes:
    """Three pages that are pictures, with words over or under them."""
    paper = honest.Paper()
    for _ in range(3):
        paper.picture()
        lines = paper.canvas.beginText(40, 400)
        lines.setTextRenderMode(mode)
        lines.setFont("Times-Roman", 8)
        for line in paper.lines(text, "Times-Roman", 8) if text else []:
            lines.textLine(line)
        paper.canvas.drawText(lines)
        paper.canvas.showPage()
    paper.canvas.save()
    return paper.stream.getvalue()
