"""Pages about the reader's side: settings, which cookies hold, and the quotes that the browser keeps."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa.api.dependencies import HtmlPages
from qa.api.guard import CurrentGuard
from qa.api.page.preferences import CHOICES, KEPT_S
from qa.api.page.texts import LANGUAGES
from qa.api.page.view import View

router = APIRouter(include_in_schema=False)

Choice = Annotated[str, Form(max_length=20)]


@router.get("/settings")
def settings(pages: HtmlPages) -> HTMLResponse:
    return pages.render("settings.html", view=View(), here="settings", languages=LANGUAGES)


@router.post("/settings")
def keep_settings(
    request: Request,
    guard: CurrentGuard,
    theme: Choice = "",
    size: Choice = "",
    language: Choice = "",
    style: Choice = "",
) -> Response:
    """Sets a cookie for each choice that is one, and shows the settings as they are now."""
    guard.check_origin(request.headers)
    response = RedirectResponse("/settings", 303)
    for name, value in (("theme", theme), ("size", size), ("language", language), ("style", style)):
        if value in CHOICES[name]:
            response.set_cookie(name, value, max_age=KEPT_S, httponly=True, samesite="strict")
    return response


@router.get("/saved")
def saved(pages: HtmlPages) -> HTMLResponse:
    return pages.render("saved.html", view=View(), here="saved")
