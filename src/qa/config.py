"""Environment → Settings. Unknown QA_ names are refused, so that a misspelt one is not ignored in silence."""

import difflib
import ipaddress
import os
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from qa.errors import SettingsError
from qa.logs import LogFormat
from qa.types import Precision

PREFIX = "QA_"
MIN_TOKEN = 16
_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+", re.IGNORECASE)


class Settings(BaseSettings):
    """All settings, frozen. Each can be given as ``QA_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    corpus: Path = Field(Path("corpus"), description="the folder of articles")
    index: Path = Field(Path("index"), description="where snapshots are kept")
    engine: str = Field("embedded", description="what holds the index: embedded, or the address of a shared engine")
    host: str = Field("127.0.0.1", description="the address the server binds")
    port: int = Field(8000, ge=0, le=65535, description="the port the server binds; 0 picks a free one")
    processes: int = Field(1, ge=1, le=64, description="how many processes answer")
    model: str | None = Field(None, description="a model directory or hub name; default: all-MiniLM-L6-v2 as installed")
    embedder: str | None = Field(None, description="an embedder's name; default: the first that runs the model")
    precision: Precision = Field(Precision.INT8, description="what the encoder computes with")
    query_prompt: str = Field("", description="what the model wants before a question")
    passage_prompt: str = Field("", description="what the model wants before a passage")
    reranker: str | None = Field(None, description="a cross-encoder's directory or hub name; default: none")
    extractor: str = Field("default", description="what finds exact answers: default, off, or an ONNX file of your own")
    languages: Literal["on", "off"] = Field(
        "on", description="whether a question may be in another language than the articles: on, off"
    )
    passage_tokens: int = Field(256, ge=64, description="the longest passage, in the embedder's tokens")
    keep_snapshots: int = Field(3, ge=1, description="how many snapshots stay in the index")
    watch: bool = Field(False, description="whether the server indexes changes of the corpus as they come")
    answer_cache_mb: int = Field(
        16, ge=0, description="how much memory kept answers take, for questions that come again"
    )
    threads: int | None = Field(None, ge=1, description="the encoder's threads; default: all to index, one to answer")
    admin_token: SecretStr | None = Field(
        None,
        min_length=MIN_TOKEN,
        description="what changes over HTTP need, 16 characters or more; unset: only from this machine",
    )
    read_token: SecretStr | None = Field(
        None,
        min_length=MIN_TOKEN,
        description="what reading needs where others can reach the server, 16 characters or more",
    )
    tokens_file: Path | None = Field(None, description="a file of more tokens, by name, as hashes; qa token adds one")
    open: bool = Field(False, description="whether all who can reach the server may read without a token")
    trusted_proxies: str = Field(
        "", description="addresses or networks of proxies whose X-Forwarded-For is believed, with commas between them"
    )
    requests_per_minute: int | None = Field(
        None, ge=0, description="how many requests one client may make; default: 600, and any number on this machine"
    )
    allowed_hosts: str = Field("", description="more names that this server is reached by, with commas between them")
    embed_origins: str = Field(
        "", description="sites whose pages may ask by <ask-documents>, such as https://example.org, with commas between"
    )
    max_upload_mb: int = Field(128, ge=1, description="the largest request that brings files")
    min_free_mb: int = Field(128, ge=0, description="how much of the disk stays free when files are added over HTTP")
    evidence_key: Path | None = Field(None, description="the private key that signs evidence packs; qa keys makes one")
    evidence_around: int = Field(
        0, ge=0, description="how many characters around quotations an evidence pack holds; 0: whole documents"
    )
    build_stall_s: int = Field(
        900, ge=0, description="after how many seconds without progress a build is ended; 0 for never"
    )
    trash_days: int = Field(7, ge=0, description="for how many days deleted and replaced files can be brought back")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="what is logged")
    log_format: LogFormat = Field("console", description="how it is logged: console, for people, or json")
    log_requests: bool = Field(
        False, description="whether each request is logged: method, path, status and duration, and no question"
    )
    log_refusals: bool = Field(
        False,
        description="whether the words of refused questions are kept, for qa doctor --coverage",
    )

    @field_validator("embed_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        for name in filter(None, map(str.strip, value.split(","))):
            if not _ORIGIN.fullmatch(name):
                raise ValueError(f"{name} is no origin; name sites such as https://www.example.org")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for name in filter(None, map(str.strip, value.split(","))):
            ipaddress.ip_network(name)
        return value


def load_settings(**flags: object) -> Settings:
    """Read the environment; flags that are not None win over it.

    Raises:
        SettingsError: an unknown QA_ name, with the nearest known one, or a value that cannot be used.
    """
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            nearest = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.0)[0]
            raise SettingsError(f"{name} is not a setting; did you mean {nearest}? Known: {', '.join(known)}")
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        value = "this" if name.endswith("_TOKEN") else repr(str(first["input"]))
        raise SettingsError(f"{name} cannot be {value}: {first['msg']}") from error


def names_hub_model(settings: Settings) -> bool:
    """Whether a model is named that is no directory of this machine: it is fetched once, by its library."""
    models = [model for model in (settings.model, settings.reranker) if model is not None]
    return not all(Path(model.rpartition(":")[2]).expanduser().is_dir() for model in models)
