"""``NAME.meta.yaml`` beside ``NAME``: what its owner says of a file, over its own metadata and below front matter."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import yaml

from qa.corpus.folder import read_file
from qa.errors import UnreadableFile
from qa.readers.front_matter import FrontMatter, parse_fields
from qa.types import Document, PublishedFrom, Unreadable

SUFFIX = ".meta.yaml"
MAX_BYTES = 64 * 2**10
FIELDS = tuple(field.name for field in fields(FrontMatter))
_NAMED_OTHERWISE = {"date": "published", "authors": "author", "lang": "language"}
_LEAKS = (ValueError, RecursionError, KeyError, TypeError, AttributeError)  # what PyYAML lets through beside its own


def is_sidecar(name: str) -> bool:
    """Whether a file of this name corrects another one, and is no document itself."""
    return name.lower().endswith(SUFFIX)


def sidecar_of(path: Path) -> Path:
    """Where the corrections of a file stand, if there are any."""
    return path.with_name(path.name + SUFFIX)


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a sidecar says; ``cleared`` are the fields that are to be empty. ``sha256`` is of its bytes, "" for none."""

    given: FrontMatter = field(default_factory=FrontMatter)
    cleared: tuple[str, ...] = ()
    sha256: str = ""

    @classmethod
    def of(cls, values: Mapping[str, object], sha256: str = "") -> "Corrections":
        """Hold fields to the rules of front matter; ``null`` or nothing in a field clears it.

        Raises:
            UnreadableFile: a field has a value of the wrong kind.
        """
        given = parse_fields(values)
        named = {_NAMED_OTHERWISE.get(name, name) for name in values if isinstance(name, str)}
        cleared = tuple(name for name in FIELDS if name in named and not getattr(given, name))
        return cls(given, cleared, sha256)

    @classmethod
    def parse(cls, content: bytes) -> "Corrections":
        """Read a sidecar.

        Raises:
            UnreadableFile: it is too large, no YAML, or holds a value of the wrong kind.
        """
        if len(content) > MAX_BYTES:
            raise UnreadableFile(f"a file of corrections has {MAX_BYTES // 2**10} KB at most; this one has more")
        try:
            values = yaml.safe_load(content.decode("utf-8-sig")) or {}
        except (yaml.YAMLError, *_LEAKS) as error:
            raise UnreadableFile("this is not valid YAML; write lines such as title: The name") from error
        if not isinstance(values, dict):
            raise UnreadableFile("this holds no fields; write lines such as title: The name")
        return cls.of(values, hashlib.sha256(content).hexdigest())

    @property
    def values(self) -> dict[str, str | list[str] | None]:
        """The fields that are corrected, as JSON and YAML hold them."""
        given = {name: value for name, value in asdict(self.given).items() if value}
        listed = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
        return {name: listed.get(name) for name in FIELDS if name in listed or name in self.cleared}

    def dump(self) -> bytes:
        """The sidecar that says this."""
        return yaml.safe_dump(self.values, allow_unicode=True, sort_keys=False).encode("utf-8")

    def over(self, name: str, reading: Document | Unreadable) -> Document | Unreadable:
        """What was read in the file ``name``, corrected; a title is the file's, and not that of each document in it."""
        if isinstance(reading, Unreadable) or not self.sha256:
            return reading
        untouched = {*reading.stated, *(() if reading.id == name else ("title",))}
        values = {field: value for field, value in asdict(self.given).items() if value}
        values |= {field: {"title": "", "tags": ()}.get(field) for field in self.cleared}
        values = {field: value for field, value in values.items() if field not in untouched}
        if "published" in values:
            values["published_from"] = PublishedFrom.SIDECAR if values["published"] else None
        return replace(reading, **values)


NONE = Corrections()


class Sidecars:
    """The sidecars among the files of a corpus; ``files`` are the others, in order."""

    def __init__(self, corpus: Path, names: Sequence[str]) -> None:
        self._corpus = corpus
        self._sidecars = {name[: -len(SUFFIX)]: name for name in names if is_sidecar(name)}
        self.files = [name for name in names if not is_sidecar(name)]
        self._read: dict[str, Corrections] = {}
        self.faults = tuple(self._load())

    def of(self, name: str) -> Corrections:
        """The corrections of a file; none where it has no sidecar, or one that cannot be read."""
        return self._read.get(name, NONE)

    def _load(self) -> Iterator[Unreadable]:
        """Read them all; gives those that correct nothing."""
        files = set(self.files)
        for name, sidecar in self._sidecars.items():
            try:
                if name not in files:
                    raise UnreadableFile(
                        f"it corrects {name}, which is not here; rename it with its file, or delete it"
                    )
                self._read[name] = Corrections.parse(read_file(self._corpus, sidecar))
            except UnreadableFile as error:
                yield Unreadable(sidecar.encode("utf-8", "backslashreplace").decode("utf-8"), str(error))
