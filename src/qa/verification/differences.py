"""What a changed quotation says otherwise than its document, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from qa.verification.folding import plain
from qa.verification.records import Difference, Edit

MOST_CHARACTERS = 20_000  # beyond, they are only said to differ: comparing words is quadratic

_WORD = re.compile(r"\s*\w+|\s*[^\w\s]|\s+$")
_EDITS = {"equal": Edit.SAME, "replace": Edit.REPLACED, "delete": Edit.ADDED, "insert": Edit.LEFT_OUT}


def differences(quoted: str, says: str) -> tuple[Difference, ...]:
    """The way from a quotation to what the document says; the parts joined are the two texts."""
    if len(quoted) + len(says) > MOST_CHARACTERS:
        return (Difference(Edit.REPLACED, quoted, says),)
    return tuple(_steps(_WORD.findall(quoted), _WORD.findall(says)))


def _steps(quoted: list[str], says: list[str]) -> Iterator[Difference]:
    matcher = SequenceMatcher(None, [plain(word) for word in quoted], [plain(word) for word in says], autojunk=False)
    for edit, first, last, start, end in matcher.get_opcodes():
        yield Difference(_EDITS[edit], "".join(quoted[first:last]), "".join(says[start:end]))
