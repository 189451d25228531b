"""Adds files to a corpus, and tells what is in it."""

import io

from qa.corpus.folder import list_files

OLD, NEW = b"The ferry left at noon.", b"The ferry left at one."


def add(uploads, name="a.txt", content=OLD, **options):
    return uploads.add(name, io.BytesIO(content), **options)


def files(corpus):
    """What is visible in the folder, by name."""
    return {name: (corpus / name).read_bytes() for name in list_files(corpus)}


def hidden(corpus):
    return {path.name for path in corpus.iterdir() if path.name.startswith(".")} - {".unindexed", ".deleted"}
