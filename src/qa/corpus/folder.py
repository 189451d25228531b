"""The folder of articles → the files in it, in a fixed order, each with its document id and its bytes."""

import os
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePath

from qa.corpus.ignored import Ignored
from qa.errors import CorpusError, UnreadableFile

MAX_FILE_BYTES = 32 * 2**20


def list_files(corpus: Path, index: Path | None = None) -> list[str]:
    """The document ids of all files below a folder, sorted; hidden ones and those of ``ignored`` are left out.

    A document's id is its path inside the folder, with ``/`` and suffix. Where ``index`` lies inside, it is left out:
    it changes with every build. A link to a folder is listed as a file, so that it is reported and not passed over.

    Raises:
        CorpusError: the folder is not there, cannot be listed, or is the index itself.
    """
    if corpus.is_file():
        raise CorpusError(f"{corpus} is a file; name the folder that holds it")
    if not corpus.is_dir():
        raise CorpusError(
            f"the corpus folder {corpus} does not exist; make it and put articles in it, or set QA_CORPUS"
        )
    left_out = index.resolve() if index else None
    if corpus.resolve() == left_out:
        raise CorpusError(f"{corpus} cannot be both the corpus and the index; set QA_INDEX to another folder")
    return sorted(_walk(corpus, left_out))


def _walk(corpus: Path, left_out: Path | None) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise CorpusError(f"the folder {error.filename} cannot be listed ({error.strerror}); mend its permissions")

    ignored = Ignored(corpus)
    for folder, folders, files in os.walk(corpus, onerror=refuse):
        here = Path(folder)
        inside = {name: (here / name).relative_to(corpus).as_posix() for name in [*folders, *files] if name[0] != "."}
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [
            name
            for name in folders
            if name in inside and (here / name).resolve() != left_out and not ignored.folder(inside[name])
        ]
        for name in [*files, *links]:
            if name in inside and not ignored.file(inside[name]):
                yield inside[name]


def read_file(corpus: Path, document_id: str) -> bytes:
    """The bytes of one file.

    Raises:
        UnreadableFile: the name is not Unicode, the file leads out of the folder, is no regular file, is too large
            or cannot be opened.
    """
    try:
        document_id.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UnreadableFile("the file's name is not valid Unicode; rename it") from error
    path = corpus / document_id
    try:
        root, target = corpus.resolve(), path.resolve()
        if not target.is_relative_to(root):
            raise UnreadableFile("the link leads out of the corpus folder; copy the file into it")
        if target.is_dir():
            raise UnreadableFile("this is a link to a folder; put the folder itself here")
        if not target.exists():
            raise UnreadableFile("this is not a regular file")
        _check_twin(corpus, document_id)
        return _read_regular(root, target.relative_to(root))
    except OSError as error:
        raise UnreadableFile(f"the file cannot be opened ({error.strerror})") from error
    except RuntimeError as error:  # how Python 3.11 and 3.12 report it
        raise UnreadableFile("the link leads back to itself; remove it") from error


def _check_twin(corpus: Path, document_id: str) -> None:
    composed = unicodedata.normalize("NFC", document_id)
    if composed != document_id and os.path.lexists(corpus / composed):
        raise UnreadableFile("another file has the same name, with accents that are stored otherwise; rename one")


def _read_regular(corpus: Path, path: PurePath) -> bytes:
    """The bytes of a file, opened component by component without following a link that was put there meanwhile."""
    folder = os.open(corpus, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in path.parts[:-1]:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        # Without waiting: somebody may have put a pipe there.
        descriptor = os.open(path.parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile("this is not a regular file")
        content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise UnreadableFile(f"the file is larger than {MAX_FILE_BYTES // 2**20} MB; split it")
        return content
