"""Everything that goes wrong on purpose.

QAError
├── SettingsError            a setting is unknown or has a value that cannot be used
├── CorpusError              the folder of articles cannot be used
│   ├── UnreadableFile       one file cannot be indexed; the others still are
│   └── StrictBuildRefused   files cannot be indexed, and the build was to publish all or nothing
├── ModelError               the embedding model is missing, damaged or unusable
│   └── PassageTooLong       the embedder would silently cut a passage
├── IndexUnusable            the index cannot be used
│   ├── IndexMissing         there is no snapshot yet
│   ├── SnapshotDamaged      a file of a snapshot is missing or has a wrong byte
│   ├── SnapshotOutdated     a snapshot of another format or embedder
│   └── IndexLocked          another process is building
├── QuestionError            the question cannot be asked
├── DocumentNotFound         no document has this id
└── TooBusy                  more questions at once than the service takes

Each message names the offending value, what was expected and what to do. ``slug`` and ``status`` are what the API
says of the error (RFC 9457); messages of errors with a status below 500 may reach a client and hold no path.
"""


class QAError(Exception):
    """Base of all expected failures."""

    slug = "internal-error"
    title = "The service failed"
    status = 500


class SettingsError(QAError):
    """A setting is unknown or has a value that cannot be used."""


class CorpusError(QAError):
    """The folder of articles cannot be used."""


class UnreadableFile(CorpusError):
    """One file cannot be indexed; its message is the reason, without the path."""


class StrictBuildRefused(CorpusError):
    """Files cannot be indexed, and the build was to publish all or nothing."""


class ModelError(QAError):
    """The embedding model is missing, damaged or unusable."""


class PassageTooLong(ModelError):
    """The embedder would silently cut a passage."""


class IndexUnusable(QAError):
    """The index cannot be used."""

    slug = "index-not-ready"
    title = "No index is ready"
    status = 503


class IndexMissing(IndexUnusable):
    """There is no snapshot yet."""


class SnapshotDamaged(IndexUnusable):
    """A file of a snapshot is missing or has a wrong byte."""


class SnapshotOutdated(IndexUnusable):
    """A snapshot of another format or embedder."""


class IndexLocked(IndexUnusable):
    """Another process is building."""


class QuestionError(QAError):
    """The question cannot be asked."""

    slug = "invalid-request"
    title = "The request is not valid"
    status = 422


class DocumentNotFound(QAError):
    """No document has this id."""

    slug = "document-not-found"
    title = "No such document"
    status = 404


class TooBusy(QAError):
    """More questions at once than the service takes."""

    slug = "too-many-requests"
    title = "Too many questions at once"
    status = 429


def message_of(error: QAError | OSError) -> str:
    """An expected failure in words; the system's own with the path that it is about."""
    if isinstance(error, QAError):
        return str(error)
    return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
