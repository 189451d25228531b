"""Which files of the folder are no articles: those of systems and programs, and what ``.qaignore`` names."""

import fnmatch
from pathlib import Path

from pathspec import GitIgnoreSpec

from qa.errors import CorpusError

IGNORE_FILE = ".qaignore"
MAX_IGNORE_BYTES = 64 * 2**10
SYSTEM_FILES = ("~$*", "~lock.*#", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Icon\r")
"""Lock files of Microsoft Office, and what Windows and macOS keep in folders; hidden files are left out anyway."""
SYSTEM_FOLDERS = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information"})


class Ignored:
    """What is left out of one corpus, in silence."""

    def __init__(self, corpus: Path) -> None:
        self._patterns = _read_patterns(corpus / IGNORE_FILE)

    def file(self, document_id: str) -> bool:
        """Whether a file is left out; ``document_id`` is its path in the corpus."""
        name = document_id.rpartition("/")[2]
        return is_system_file(name) or self._patterns.match_file(document_id)

    def folder(self, path: str) -> bool:
        """Whether nothing in a folder is read; ``path`` is its path in the corpus."""
        return path.rpartition("/")[2] in SYSTEM_FOLDERS or self._patterns.match_file(f"{path}/")


def is_system_file(name: str) -> bool:
    """Whether a file of this name belongs to a system or a program, and to nobody who writes articles."""
    return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in SYSTEM_FILES)


def _read_patterns(path: Path) -> GitIgnoreSpec:
    try:
        if path.is_symlink() or not path.is_file():
            return GitIgnoreSpec.from_lines([])
        with path.open("rb") as file:
            content = file.read(MAX_IGNORE_BYTES + 1)
    except OSError as error:
        raise CorpusError(f"{path} cannot be read ({error.strerror}); mend its permissions") from error
    if len(content) > MAX_IGNORE_BYTES:
        raise CorpusError(f"{path} is larger than {MAX_IGNORE_BYTES // 2**10} KB; name folders instead of files")
    try:
        return GitIgnoreSpec.from_lines(content.decode("utf-8-sig").splitlines())
    except ValueError as error:
        raise CorpusError(f"{path} holds a line that is no pattern ({error}); write it as in .gitignore") from error
