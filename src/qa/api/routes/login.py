"""Where a reader gives the token once: a page without script, and a cookie that lets its browser read."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa.api.access import checked, sign_in
from qa.api.dependencies import CurrentLimits, HtmlPages
from qa.api.guard import CurrentGuard
from qa.api.page.view import View
from qa.errors import TokenRequired

router = APIRouter(include_in_schema=False)

Address = Annotated[str, Query(alias="next", max_length=8192)]


@router.get("/login")
def ask_for_token(pages: HtmlPages, address: Address = "/") -> HTMLResponse:
    return pages.render("login.html", view=View(), address=_local(address), error=None)


@router.post("/login")
async def take_token(
    request: Request,
    guard: CurrentGuard,
    limits: CurrentLimits,
    pages: HtmlPages,
    token: Annotated[str, Form(max_length=512)],
    address: Annotated[str, Form(alias="next", max_length=8192)] = "/",
) -> Response:
    guard.check_origin(request.headers)
    try:
        holder = await checked(token.strip(), request, guard, limits)
    except TokenRequired as error:
        return pages.render(
            "login.html",
            status=error.status,
            view=View(),
            address=_local(address),
            error="This token is not one of this server’s.",
        )
    response = RedirectResponse(_local(address), 303)
    sign_in(response, holder, request, guard)
    return response


def _local(address: str) -> str:
    """An address of this server's pages, or else the first page: no other site is ever opened from here."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\", "/login"))
    return address if is_path and address.isprintable() else "/"
