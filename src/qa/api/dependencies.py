"""What routes ask for by type."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from qa.answering.suggestions import Suggestions
from qa.api.clients import ClientLimits
from qa.api.page.preferences import Preferences
from qa.api.page.presentation import prefers_html
from qa.api.page.templates import Pages, ReaderPages
from qa.config import Settings
from qa.corpus.collections import Collections
from qa.corpus.uploads import Uploads
from qa.evidence.packer import Packer
from qa.serving.feedback import Judgements, Shown
from qa.serving.noted import Noted
from qa.serving.originals import Originals
from qa.serving.service import Service
from qa.serving.shared import Builds
from qa.serving.verifying import Verifying


def _state(name: str) -> Callable[[Request], Awaitable[Any]]:
    """Gets what the application holds under a name; on the event loop, since a plain function gets a thread."""

    async def get(request: Request) -> Any:
        return getattr(request.app.state, name)

    return get


async def _wants_html(accept: Annotated[str, Header(include_in_schema=False)] = "") -> bool:
    return prefers_html(accept)


async def _collections(request: Request) -> Collections:
    return Collections(request.app.state.settings.corpus)


async def _pages(request: Request) -> ReaderPages:
    pages: Pages = request.app.state.pages
    return pages.of(
        Preferences.of(request.cookies, request.headers.get("accept-language", "")), request.app.state.jobs.current()
    )


CurrentService = Annotated[Service, Depends(_state("service"))]
HtmlPages = Annotated[ReaderPages, Depends(_pages)]
CurrentJudgements = Annotated[Judgements, Depends(_state("judgements"))]
CurrentNoted = Annotated[Noted, Depends(_state("noted"))]
CurrentShown = Annotated[Shown, Depends(_state("shown"))]
CurrentSuggestions = Annotated[Suggestions, Depends(_state("suggestions"))]
CurrentVerifying = Annotated[Verifying, Depends(_state("verifying"))]
CurrentPacker = Annotated[Packer, Depends(_state("packer"))]
CurrentSettings = Annotated[Settings, Depends(_state("settings"))]
CurrentUploads = Annotated[Uploads, Depends(_state("uploads"))]
CurrentCollections = Annotated[Collections, Depends(_collections)]
CurrentOriginals = Annotated[Originals, Depends(_state("originals"))]
CurrentJobs = Annotated[Builds, Depends(_state("jobs"))]
CurrentLimits = Annotated[ClientLimits, Depends(_state("client_limits"))]
WantsHtml = Annotated[bool, Depends(_wants_html)]
