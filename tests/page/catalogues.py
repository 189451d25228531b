"""What the page can say, gathered from templates, scripts and modules, to hold the catalogues against."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from qa.api.page import presentation, texts
from qa.api.page.templates import script_messages

WEB = Path(__file__).parents[2] / "web"
TRANSLATED = [language for language in texts.LANGUAGES if language != "en"]


def messages() -> dict[str, str | None]:
    """Every message, in English, with its plural where it has one."""
    found: dict[str, str | None] = {}
    for path in sorted((WEB / "templates").glob("*.html")):
        with path.open("rb") as file:
            for _, _, message, _ in babel_extract(file, ("_", "gettext", "ngettext"), (), {}):
                singular, plural = (message, None) if isinstance(message, str) else (*message, None)[:2]
                found[singular] = plural
    for table in (
        presentation.SURENESS, presentation.REASONS, presentation.SCORES, presentation.STAGES, presentation.STATES,
        presentation.CHANGED, presentation.DATED_FROM,
    ):  # fmt: skip
        found |= {message: None for message in table.values() if message}
    found[presentation.UNCHANGED] = None
    found |= dict(texts._UNITS.values())
    for message in script_messages(WEB / "static"):
        found.setdefault(message, None)
    return found


def catalogue(language: str) -> Catalog:
    """The catalogue of a language; a malformed one is an error."""
    with (WEB / "locales" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)
