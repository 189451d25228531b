"""What a client calls a file → the name it gets in the corpus: one component that no system takes for anything else."""

import re
import unicodedata
from pathlib import PurePosixPath

from qa.errors import NameRefused
from qa.readers import READERS, suffix_of

MAX_NAME_BYTES = 120  # of 255 that file systems take: hidden drafts and kept versions have longer names
MAX_FOLDER_BYTES, MAX_DEPTH = 60, 8
# Names that Windows gives to devices, with whatever suffix (Microsoft, "Naming Files, Paths, and Namespaces").
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[/\\]")
_KEPT_CATEGORIES = "LMN"  # letters, marks and numbers of every script
_EDGES = "-._"


def safe_name(name: str) -> str:
    """The name under which an uploaded file is kept; what is not a letter, digit, ``.`` or ``_`` becomes ``-``.

    Folders are left away, and so are control and direction characters and leading dots. A name that is safe stays.

    Raises:
        NameRefused: the suffix is of no supported format; names them.
    """
    plain = _plain(_SEPARATORS.split(name)[-1])
    suffix = suffix_of(f"x{plain}")
    stem = plain[: len(plain) - len(suffix)]
    if suffix not in READERS:
        shown = suffix if PurePosixPath(f"x{suffix}").suffix and len(suffix) <= len(".markdown") else "(none)"
        raise NameRefused(f"the suffix {shown!r} is not supported; supported: {', '.join(READERS)}")
    return _shortened(stem, MAX_NAME_BYTES - len(suffix)) + suffix


def safe_path(name: str) -> str:
    """The path below the corpus under which a file of an uploaded folder is kept: its folders, each with a safe name.

    Raises:
        NameRefused: the suffix is of no supported format, or the folders lie too deep.
    """
    folders = [_shortened(_plain(part), MAX_FOLDER_BYTES) for part in _SEPARATORS.split(name)[:-1] if part.strip(" .")]
    if len(folders) > MAX_DEPTH:
        raise NameRefused(f"the file lies {len(folders)} folders deep, at most {MAX_DEPTH} are kept; move it up")
    return "/".join([*folders, safe_name(name)])


def _plain(name: str) -> str:
    """Letters, digits, ``.`` and ``_`` of a name, one ``-`` for all else."""
    kept = (character if _is_kept(character) else "-" for character in unicodedata.normalize("NFC", name))
    return re.sub(r"-*\.[-.]*", ".", re.sub(r"-+", "-", "".join(kept))).rstrip(_EDGES)


def _is_kept(character: str) -> bool:
    return character in "._" or unicodedata.category(character)[0] in _KEPT_CATEGORIES


def _shortened(stem: str, room: int) -> str:
    """A stem that begins with a letter or digit, is no device's name and takes at most ``room`` bytes."""
    first = next((index for index, character in enumerate(stem) if character.isalnum()), len(stem))
    begun = stem[first:].rstrip(_EDGES) or "document"
    if _DEVICE.match(begun):
        begun = f"document-{begun}"
    return begun.encode("utf-8")[:room].decode("utf-8", "ignore").rstrip(_EDGES)
