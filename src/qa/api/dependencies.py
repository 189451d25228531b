"""What routes ask for by type."""

from typing import Annotated

from fastapi import Depends, Header, Request

from qa.api.templates import Pages
from qa.feedback import Judgements, Shown
from qa.service import Service
from qa.suggestions import Suggestions


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def _judgements(request: Request) -> Judgements:
    judgements: Judgements = request.app.state.judgements
    return judgements


def _shown(request: Request) -> Shown:
    shown: Shown = request.app.state.shown
    return shown


def _suggestions(request: Request) -> Suggestions:
    suggestions: Suggestions = request.app.state.suggestions
    return suggestions


def _wants_html(accept: Annotated[str, Header(include_in_schema=False)] = "") -> bool:
    return "text/html" in accept


CurrentService = Annotated[Service, Depends(_service)]
HtmlPages = Annotated[Pages, Depends(_pages)]
CurrentJudgements = Annotated[Judgements, Depends(_judgements)]
CurrentShown = Annotated[Shown, Depends(_shown)]
CurrentSuggestions = Annotated[Suggestions, Depends(_suggestions)]
WantsHtml = Annotated[bool, Depends(_wants_html)]
