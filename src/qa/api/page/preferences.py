"""How a reader wants the page: kept in cookies of this server, so that the first byte of a page is already right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from qa.api.page.texts import LANGUAGES, preferred_language

THEMES = ("system", "light", "dark", "sepia")
SIZES = ("small", "normal", "large", "largest")
STYLES = ("plain", "markdown", "apa", "chicago", "bibtex", "ris", "csl")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "theme": THEMES,
    "size": SIZES,
    "language": tuple(LANGUAGES),
    "style": STYLES,
}
KEPT_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    """Theme, size of the text, language of the page, and the style in which quotations are copied."""

    theme: str = "system"
    size: str = "normal"
    language: str = "en"
    style: str = "plain"

    @classmethod
    def of(cls, cookies: Mapping[str, str], accept_language: str) -> Self:
        """What the cookies say; the browser's language where they say none, and the default for what is unknown."""
        known = {name: cookies[name] for name, values in CHOICES.items() if cookies.get(name) in values}
        return cls(**({"language": preferred_language(accept_language)} | known))
