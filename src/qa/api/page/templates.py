"""The templates, what they may call, and the static files that they name."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qa.api.page import presentation
from qa.api.page.assets import tree_digest
from qa.api.page.marking import marked_passage
from qa.api.page.preferences import Preferences
from qa.api.page.texts import Texts, texts_of
from qa.api.page.why import matched_words
from qa.languages import language_of
from qa.readers import READERS
from qa.serving.jobs import Job
from qa.types import Band, Filters, Reason

_SCRIPT_TEXT = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)+)"')


class Pages:
    """Renders templates; every value is escaped, and a name that a template does not know is an error."""

    def __init__(self, web: Path) -> None:
        self._web = web
        self._version = tree_digest(web / "static")
        self._environments: dict[str, Environment] = {}

    def of(self, preferences: Preferences, job: Job | None = None) -> "ReaderPages":
        """The pages as one reader wants them; a ``job`` that runs is shown in the header of each."""
        language = preferences.language
        if language not in self._environments:
            self._environments[language] = self._environment(texts_of(language, self._web / "locales"))
        return ReaderPages(self._environments[language], preferences, job, self._web)

    def _environment(self, texts: Texts) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(self._web / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]
        environment.globals |= {
            "asset": lambda name: f"/static/{self._version}/{name}",
            "language": texts.language,
            "direction": texts.direction,
            "script_texts": _script_texts(texts, self._web / "static"),
            "display_title": presentation.display_title,
            "display_date": texts.date,
            "display_time": texts.time,
            "dated_from": lambda document: texts.gettext(presentation.dated_from(document)),
            "document_url": presentation.document_url,
            "source_data": presentation.source_data,
            "only": lambda document_id: Filters(document_ids=(document_id,)),
            "counted": texts.counted,
            "number": texts.number,
            "job_text": lambda job: presentation.job_text(job, texts.gettext),
            "score_name": lambda name: texts.gettext(presentation.score_name(name)),
            "sureness": _translated(texts, presentation.SURENESS),
            "reasons": _translated(texts, presentation.REASONS),
            "language_name": texts.language_name,
            "other_languages": presentation.other_languages,
            "language_of": lambda text: language_of(text) or "",  # unknown is the empty text: HTML, section 3.2.6.2
            "marked_passage": marked_passage,
            "matched_words": matched_words,
            "suffixes": sorted(READERS),
            "here": "",
        }
        return environment


class ReaderPages:
    """The templates in the language, theme and size of one reader."""

    def __init__(self, environment: Environment, preferences: Preferences, job: Job | None, web: Path) -> None:
        self._environment = environment
        self.web = web
        self.preferences = preferences
        self._building = job if job and not job.ended else None

    def render(self, name: str, status: int = 200, **context: object) -> HTMLResponse:
        """One template as a response."""
        text = self._environment.get_template(name).render(
            context, preferences=self.preferences, building=self._building
        )
        return HTMLResponse(text, status_code=status, headers={"Vary": "Accept, Accept-Language, Cookie"})


@cache
def script_messages(static: Path) -> tuple[str, ...]:
    """What the scripts say, in English: the texts that they give to ``t("…")``."""
    found = (_SCRIPT_TEXT.findall(path.read_text("utf-8")) for path in sorted(static.glob("*.js")))
    return tuple(dict.fromkeys(json.loads(f'"{text}"') for texts in found for text in texts))


def _script_texts(texts: Texts, static: Path) -> str:
    """The translations for the scripts, as JSON; empty in English, which the scripts speak themselves."""
    if texts.language == "en":
        return ""
    return json.dumps({message: texts.gettext(message) for message in script_messages(static)}, ensure_ascii=False)


def _translated(texts: Texts, messages: Mapping[Band, str] | Mapping[Reason, str]) -> dict[str, str]:
    return {key: texts.gettext(message) if message else "" for key, message in messages.items()}
