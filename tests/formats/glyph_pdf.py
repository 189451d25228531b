"""PDF files in which every glyph is put where a test wants it and says that it is whatever a test says."""

from collections.abc import Iterable, Sequence

from hostile_papers import page, pdf, stream

WIDTH = 0.5  # of the size: every glyph's advance


def placed(glyphs: Sequence[tuple[str, float, float]], size: float = 12, mapped: bool = True) -> bytes:
    """A page of glyphs, each with the text that its font says it stands for, and its place."""
    codes = {text: code for code, text in enumerate(dict.fromkeys(text for text, _, _ in glyphs), start=33)}
    content = "".join(f"1 0 0 1 {x} {y} Tm <{codes[text]:02x}> Tj\n" for text, x, y in glyphs)
    entries = "".join(f"<{code:02x}> <{text.encode('utf-16-be').hex()}>\n" for text, code in codes.items())
    space = "1 begincodespacerange <00> <ff> endcodespacerange"
    to_unicode = f"begincmap {space} {len(codes)} beginbfchar\n{entries}endbfchar endcmap"
    widths = " ".join([str(int(WIDTH * 1000))] * 256)
    objects = page(stream(f"BT /F {size} Tf 0 g\n{content}ET".encode()))
    reference = "/ToUnicode 6 0 R" if mapped else ""
    objects[5] = f"<</Type/Font/Subtype/Type1/BaseFont/Courier/FirstChar 0/LastChar 255/Widths[{widths}]{reference}>>"
    return pdf(objects | {6: stream(to_unicode.encode())})


def in_a_row(
    texts: Iterable[str], left: float, y: float, size: float = 12, step: float | None = None
) -> list[tuple[str, float, float]]:
    """Glyphs one after the other from left to right."""
    advance = WIDTH * size if step is None else step
    return [(text, left + number * advance, y) for number, text in enumerate(texts)]


def from_the_right(
    words: str, right: float, y: float, ligatures: Sequence[str] = (), size: float = 12
) -> list[tuple[str, float, float]]:
    """A right-to-left line as a typesetter lays it out: ``ligatures`` are drawn as one glyph, numbers from the left."""
    units: list[str] = []
    position = 0
    while position < len(words):
        unit = next((two for two in ligatures if words.startswith(two, position)), words[position])
        units.append(unit)
        position += len(unit)
    visual: list[str] = []
    digits: list[str] = []
    for unit in units:
        if unit.isdigit():
            digits.append(unit)
            continue
        visual += reversed(digits)
        digits = []
        visual.append(unit)
    visual += reversed(digits)
    left = right - len(visual) * WIDTH * size
    return in_a_row(reversed(visual), left, y, size)
