"""The templates, and what they may call."""

from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qa.api.page import presentation
from qa.api.page.language import language_of
from qa.api.page.marking import marked_passage
from qa.api.page.why import matched_words
from qa.readers import READERS


class Pages:
    """Renders templates; every value is escaped, and a name that a template does not know is an error."""

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {
            "display_title": presentation.display_title,
            "display_date": presentation.display_date,
            "display_time": presentation.display_time,
            "document_url": presentation.document_url,
            "counted": presentation.counted,
            "job_text": presentation.job_text,
            "score_name": presentation.score_name,
            "bands": presentation.BANDS,
            "reasons": presentation.REASONS,
            "language_of": language_of,
            "marked_passage": marked_passage,
            "matched_words": matched_words,
            "suffixes": sorted(READERS),
            "here": "",
        }

    def render(self, name: str, status: int = 200, **context: object) -> HTMLResponse:
        """One template as a response."""
        return HTMLResponse(self._environment.get_template(name).render(context), status_code=status)
