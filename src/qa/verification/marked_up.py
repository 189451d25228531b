"""HTML → its blocks of text, quotations apart."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_QUOTING = {"blockquote", "q"}
_SILENT = {"script", "style", "template", "head"}
_INLINE = {"a", "abbr", "b", "cite", "code", "em", "i", "small", "span", "strong", "sub", "sup", "u", "wbr"}


@dataclass(slots=True)
class TextBlock:
    """A run of text between tags; of our own pages with the place that is quoted."""

    is_quotation: bool
    cite: str = ""
    document_id: str | None = None
    start: int | None = None
    end: int | None = None
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words."""
        return "".join(self.parts)


class _Parser(HTMLParser):
    """Of our own exports, only what is marked inside a figure is quoted; the text around it is context."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks = [TextBlock(is_quotation=False)]
        self._figure: TextBlock | None = None
        self._in_mark = False
        self._silent = 0
        self._quoting = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag in _SILENT:
            self._silent += 1
        elif tag == "figure" and "data-document" in values:
            figure = TextBlock(True, document_id=values["data-document"])
            figure.start, figure.end = _number(values.get("data-start")), _number(values.get("data-end"))
            self._figure = figure
        elif tag == "mark" and self._figure is not None:
            self._in_mark = True
        elif tag in _QUOTING and self._figure is None:
            self._quoting += 1
            self.blocks.append(TextBlock(True, values.get("cite", "")))
        elif tag == "a" and "/documents/" in values.get("href", ""):
            self.blocks[-1].parts.append(f" {values['href']} " if not self._quoting else "")
        elif tag not in _INLINE and not self._quoting:
            self.blocks.append(TextBlock(is_quotation=False))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "figure" and self._figure is not None:
            self.blocks += [self._figure, TextBlock(is_quotation=False)]
            self._figure = None
        elif tag == "mark":
            self._in_mark = False
        elif tag in _QUOTING and self._quoting:
            self._quoting -= 1
            self.blocks.append(TextBlock(is_quotation=False))

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._figure is None:
            self.blocks[-1].parts.append(data)
        elif self._in_mark:
            self._figure.parts.append(data)


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() else None


def blocks_of(html: str) -> Iterator[TextBlock]:
    """The blocks of a page that have text, in order."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return (block for block in parser.blocks if block.text.strip())
