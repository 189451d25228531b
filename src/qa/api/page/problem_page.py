"""A failure as a page, where a reader's browser went to an address; programs and scripts get the problem itself."""

import json
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from qa.api.page.preferences import Preferences
from qa.api.page.presentation import prefers_html
from qa.api.page.view import View


def problem_page(request: Request, problem: JSONResponse) -> Response:
    """The problem document in words and links, with its status and headers; itself where no page is wanted."""
    navigates = request.headers.get("sec-fetch-mode", "navigate") == "navigate"
    if request.method != "GET" or not navigates or not prefers_html(request.headers.get("accept", "")):
        return problem
    pages = request.app.state.pages
    body = json.loads(bytes(problem.body))
    preferences = Preferences.of(request.cookies, request.headers.get("accept-language", ""))
    page: Response = pages.of(preferences, request.app.state.jobs.current()).render(
        "problem.html",
        status=problem.status_code,
        view=View(),
        title=body["title"],
        detail=body["detail"],
        missing=problem.status_code == HTTPStatus.NOT_FOUND,
    )
    for name in ("retry-after", "www-authenticate", "allow"):
        if name in problem.headers:
            page.headers[name] = problem.headers[name]
    return page
