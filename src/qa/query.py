"""A question made searchable."""

from collections.abc import Mapping
from dataclasses import dataclass

from qa.analysis import Token
from qa.protocols import Encoded


@dataclass(frozen=True, slots=True)
class Query:
    """The text that is searched for, what the encoder makes of it, its tokens, and its terms with their weights."""

    text: str
    encoded: Encoded
    tokens: tuple[Token, ...]
    weights: Mapping[str, float]
