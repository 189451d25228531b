"""Environment → Settings. Unknown QA_ names are refused, so that a misspelt one is not ignored in silence."""

import difflib
import os
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from qa.errors import SettingsError
from qa.types import Precision

PREFIX = "QA_"


class Settings(BaseSettings):
    """All settings, frozen. Each can be given as ``QA_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    corpus: Path = Field(Path("corpus"), description="the folder of articles")
    index: Path = Field(Path("index"), description="where snapshots are kept")
    host: str = Field("127.0.0.1", description="the address the server binds")
    port: int = Field(8000, ge=0, le=65535, description="the port the server binds; 0 picks a free one")
    model: str | None = Field(None, description="a model directory or hub name; default: all-MiniLM-L6-v2 as installed")
    precision: Precision = Field(Precision.FLOAT32, description="what the encoder computes with")
    query_prompt: str = Field("", description="what the model wants before a question")
    passage_prompt: str = Field("", description="what the model wants before a passage")
    reranker: str | None = Field(None, description="a cross-encoder's directory or hub name; default: none")
    passage_tokens: int = Field(256, ge=64, description="the longest passage, in the embedder's tokens")
    keep_snapshots: int = Field(3, ge=1, description="how many snapshots stay in the index")
    max_waiting: int = Field(32, ge=1, description="how many questions are answered or wait at once; more are refused")
    threads: int | None = Field(None, ge=1, description="the encoder's threads; default: all to index, one to answer")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="what is logged")


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
        raise SettingsError(f"{name} cannot be {str(first['input'])!r}: {first['msg']}") from error
