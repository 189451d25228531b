"""Scheme of an address → engine: the one place to add one.

An engine holds the passages of a corpus for several servers. The embedded engine, the snapshot in the index folder
itself, needs no address.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from qa.errors import SettingsError
from qa.protocols import Engine
from qa.registry import imported

EMBEDDED = "embedded"
POSTGRES = ("postgresql", "postgres")
ENGINES: Mapping[str, str] = {
    "postgresql": "qa.index.engines.postgres:PostgresEngine",
    "postgres": "qa.index.engines.postgres:PostgresEngine",
    "milvus": "qa.index.engines.milvus:MilvusEngine",
}


def connect(address: str) -> Engine:
    """The engine at an address; nothing is asked of it yet.

    Raises:
        SettingsError: there is no engine for such an address, or its library is not installed.
    """
    scheme = urlsplit(address).scheme
    if scheme not in ENGINES:
        known = ", ".join([EMBEDDED, *(f"{name}://…" for name in ENGINES)])
        raise SettingsError(f"QA_ENGINE cannot begin with {scheme or address!r}; it is one of {known}")
    try:
        engine: Engine = imported(ENGINES[scheme])(address)
    except ModuleNotFoundError as error:
        extra = POSTGRES[0] if scheme in POSTGRES else scheme
        raise SettingsError(
            f"QA_ENGINE needs the library {error.name}, which is not installed; run: pip install 'qa[{extra}]'"
        ) from error
    return engine
