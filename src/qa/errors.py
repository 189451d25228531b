"""Everything that goes wrong on purpose.

QAError
├── SettingsError            a setting is unknown or has a value that cannot be used
├── CorpusError              the folder of articles cannot be used
│   ├── UnreadableFile       one file cannot be indexed; the others still are
│   └── StrictBuildRefused   files cannot be indexed, and the build was to publish all or nothing
├── KeyUnusable              a key cannot sign or verify evidence packs
├── PackUnreadable           this is no evidence pack, or one of another format
├── ModelError               the embedding model is missing, damaged or unusable
│   └── PassageTooLong       the embedder would silently cut a passage
├── IndexUnusable            the index cannot be used
│   ├── IndexMissing         there is no snapshot yet
│   ├── SnapshotDamaged      a file of a snapshot is missing or has a wrong byte
│   ├── SnapshotOutdated     a snapshot of another format or embedder
│   ├── IndexLocked          another process is building
│   └── EngineUnavailable    the engine that holds the index cannot be used
│       └── GenerationGone   the engine no longer holds a generation; a newer one answers
├── FetchRefused             a page of the web cannot be had, or is not to be asked for
├── QuestionError            the question cannot be asked
├── DocumentNotFound         no document has this id
├── CollectionNotFound       no collection has this name
├── JobNotFound              no job has this id
├── ChangeRefused            a change of the corpus is refused
│   ├── NameRefused          an uploaded file's name has no supported suffix
│   ├── Conflict             what is there stands against the change
│   ├── TooLarge             what is sent is larger than allowed
│   ├── NotStored            the disk or a limit has no room for it
│   ├── WriteForbidden       this server takes no changes from there
│   └── TokenRequired        what is asked for needs a token
└── TooBusy                  more at once, or of one client, than the service takes

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


class KeyUnusable(QAError):
    """A key cannot sign or verify evidence packs."""


class PackUnreadable(QAError):
    """This is no evidence pack, or one of another format."""


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


class EngineUnavailable(IndexUnusable):
    """The engine that holds the index cannot be reached, or cannot do what is asked of it."""


class GenerationGone(EngineUnavailable):
    """The engine no longer holds a generation; a newer one answers."""


class FetchRefused(QAError):
    """A page of the web cannot be had, or is not to be asked for."""


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


class CollectionNotFound(QAError):
    """No collection has this name."""

    slug = "collection-not-found"
    title = "No such collection"
    status = 404


class JobNotFound(QAError):
    """No job has this id."""

    slug = "job-not-found"
    title = "No such job"
    status = 404


class ChangeRefused(QAError):
    """A change of the corpus is refused; nothing was changed."""

    slug = "change-refused"
    title = "The change is refused"
    status = 422


class NameRefused(ChangeRefused):
    """An uploaded file's name has no supported suffix."""

    slug = "unsupported-format"
    title = "The format is not supported"


class Conflict(ChangeRefused):
    """What is in the corpus already stands against the change."""

    slug = "conflict"
    title = "The change does not fit what is there"
    status = 409


class TooLarge(ChangeRefused):
    """What is sent is larger than allowed."""

    slug = "content-too-large"
    title = "The request is too large"
    status = 413


class NotStored(ChangeRefused):
    """The disk, or a limit on the corpus, has no room for what is sent."""

    slug = "insufficient-storage"
    title = "There is no room for this"
    status = 507


class HostForbidden(QAError):
    """The request is addressed to a name that is not this server's."""

    slug = "host-forbidden"
    title = "This server has another name"
    status = 403


class WriteForbidden(ChangeRefused):
    """This server takes no changes from there."""

    slug = "write-forbidden"
    title = "Changes are not allowed"
    status = 403


class TokenRequired(ChangeRefused):
    """What is asked for needs a token of this server."""

    slug = "token-required"
    title = "A token is needed"
    status = 401


class TooBusy(QAError):
    """More at once, or of one client, than the service takes; ``retry_after_s`` says when to try again."""

    slug = "too-many-requests"
    title = "Too many requests"
    status = 429

    def __init__(self, message: str, retry_after_s: int = 2) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


def message_of(error: QAError | OSError) -> str:
    """An expected failure in words; the system's own with the path that it is about."""
    if isinstance(error, QAError):
        return str(error)
    return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
