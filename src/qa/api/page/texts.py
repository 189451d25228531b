"""What the page says, in the reader's language: one catalogue a language, read when the first page needs it.

The catalogues are gettext's ``.po`` files, as translators' tools write them. English is what the templates say
themselves. Babel writes dates and numbers as each language does.
"""

import io
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES: Mapping[str, str] = {
    "en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "zh": "中文", "ar": "العربية",
}  # fmt: skip
RIGHT_TO_LEFT = frozenset({"ar"})
_LOCALES = {"en": "en_GB"}  # the day before the month, as in the other five
YEAR, MONTH = len("2006"), len("2006-10")
_UNITS = {
    "document": ("%(num)s document", "%(num)s documents"),
    "passage": ("%(num)s passage", "%(num)s passages"),
    "sentence": ("%(num)s sentence", "%(num)s sentences"),
    "character": ("%(num)s character", "%(num)s characters"),
    "page": ("%(num)s page", "%(num)s pages"),
    "file": ("%(num)s file", "%(num)s files"),
}


class Texts:
    """The texts of one language."""

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self.direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
        self._locale = _LOCALES.get(language, language)
        self._translations = translations

    def gettext(self, message: str) -> str:
        """A text of the page in this language; itself where the catalogue has none."""
        return self._translations.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The form that a number takes in this language."""
        return self._translations.ngettext(singular, plural, number)

    def counted(self, number: int, unit: str) -> str:
        """``1 document``, ``1,234 documents``: a number with one of the units that the page counts in."""
        return self.ngettext(*_UNITS[unit], number) % {"num": self.number(number)}

    def number(self, value: int) -> str:
        """A whole number with the separators of the language."""
        return str(format_decimal(value, locale=self._locale))

    def date(self, published: str) -> str:
        """``2006-10-27`` → ``27 October 2006``, ``2006-10`` → ``October 2006``; a year stays a year."""
        if len(published) <= YEAR:
            return published
        if len(published) == MONTH:
            return str(format_skeleton("yMMMM", date.fromisoformat(published + "-01"), locale=self._locale))
        return str(format_date(date.fromisoformat(published), "long", locale=self._locale))

    def language_name(self, code: str) -> str:
        """What a language is called in this one: ``de`` → ``German``; its code where it has no name here."""
        return str(Locale.parse(self._locale).languages.get(code, code))

    def time(self, moment: str) -> str:
        """An ISO 8601 moment for readers: ``21 Nov 2026, 23:20:05``."""
        return str(format_datetime(datetime.fromisoformat(moment), "medium", locale=self._locale))


@cache
def texts_of(language: str, folder: Path) -> Texts:
    """The texts of a language; ``folder`` holds the catalogues."""
    path = folder / f"{language}.po"
    if not path.exists():
        return Texts(language, NullTranslations())
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
    compiled.seek(0)
    return Texts(language, GNUTranslations(compiled))


def preferred_language(accept: str) -> str:
    """The best of the languages that an ``Accept-Language`` header names (RFC 9110, section 12.5.4), or English."""
    best, weight = "en", 0.0
    for item in accept.lower().split(",")[:20]:
        tag, _, parameter = item.strip().partition(";")
        language = tag.partition("-")[0]
        quality = _quality(parameter.strip())
        if language in LANGUAGES and quality > weight:
            best, weight = language, quality
    return best


def _quality(parameter: str) -> float:
    try:
        return float(parameter.removeprefix("q=")) if parameter else 1.0
    except ValueError:
        return 0.0
