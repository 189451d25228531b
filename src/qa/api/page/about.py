"""A document's own page: what is known of it, what it names most, who repeats it, and how it is corrected."""

from typing import Annotated

from fastapi import Depends
from fastapi.responses import HTMLResponse

from qa.answering.gist import gist
from qa.api.dependencies import CurrentJobs, CurrentService, CurrentUploads, HtmlPages
from qa.api.guard import CurrentGuard
from qa.api.page.view import View
from qa.corpus.sidecars import Corrections
from qa.errors import QAError
from qa.types import Document


class AboutPage:
    """Renders the page for one request."""

    def __init__(
        self,
        service: CurrentService,
        pages: HtmlPages,
        uploads: CurrentUploads,
        jobs: CurrentJobs,
        guard: CurrentGuard,
    ) -> None:
        self._service, self._pages, self._uploads, self._jobs, self._guard = service, pages, uploads, jobs, guard

    def render(self, document: Document, error: QAError | None = None) -> HTMLResponse:
        """The page, with why a correction was refused where one was."""
        corrections = self._uploads.corrections(document.id)
        return self._pages.render(
            "about.html",
            status=error.status if error else 200,
            view=View(),
            document=document,
            gist=gist(self._service.snapshot, document),
            values=self.values(document, corrections),
            corrections=corrections,
            correctable=self._uploads.holds(document.id),
            error=error,
            job=self._jobs.current(),
            guard=self._guard,
        )

    @staticmethod
    def values(document: Document, corrections: Corrections) -> dict[str, str]:
        """What the form shows: the document's fields as they are after the next build, tags with commas between."""
        known = {
            "title": document.title,
            "author": document.author or "",
            "publisher": document.publisher or "",
            "published": document.published or "",
            "tags": ", ".join(document.tags),
        }
        for name, value in corrections.values.items():
            if name in known and name not in document.stated:
                known[name] = ", ".join(value) if isinstance(value, list) else value or ""
        return known


CurrentAboutPage = Annotated[AboutPage, Depends()]
