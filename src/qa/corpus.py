"""The folder of articles → the files in it, in a fixed order, each with its document id and its bytes."""

import os
from collections.abc import Iterator
from pathlib import Path

from qa.errors import CorpusError, UnreadableFile

MAX_FILE_BYTES = 32 * 2**20


def list_files(corpus: Path) -> list[str]:
    """The document ids of all files below a folder, sorted; hidden files and folders are left out.

    A document's id is its path inside the folder, with ``/`` and suffix.

    Raises:
        CorpusError: the folder is not there or cannot be listed.
    """
    if not corpus.is_dir():
        raise CorpusError(
            f"the corpus folder {corpus} does not exist; make it and put articles in it, or set QA_CORPUS"
        )
    return sorted(_walk(corpus))


def _walk(corpus: Path) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise CorpusError(f"the folder {error.filename} cannot be listed ({error.strerror}); mend its permissions")

    for folder, folders, files in os.walk(corpus, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith("."):
                yield (Path(folder) / name).relative_to(corpus).as_posix()


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
        if not path.resolve().is_relative_to(corpus.resolve()):
            raise UnreadableFile("the link leads out of the corpus folder; copy the file into it")
        if not path.is_file():
            raise UnreadableFile("this is not a regular file")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableFile(f"the file is larger than {MAX_FILE_BYTES // 2**20} MB; split it")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"the file cannot be opened ({error.strerror})") from error
