"""The application: routes, limits, errors, and a service that opens its snapshot in the background."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

import qa
from qa.api import errors, presentation
from qa.api.language import language_of
from qa.api.limits import Limits
from qa.api.marking import marked_passage
from qa.api.routes import ROUTERS
from qa.api.schemas import Problem
from qa.api.why import matched_words
from qa.errors import QAError
from qa.feedback import JUDGEMENTS, SHOWN, Judgements, Shown
from qa.readers import READERS
from qa.service import Service
from qa.suggestions import Suggestions
from qa.types import Question

logger = logging.getLogger(__name__)

DESCRIPTION = "Verbatim, cited answers from your own articles. Nothing is generated; offsets count Unicode code points."


def web_folder() -> Path:
    """Where templates and static files are: inside the installed package, or beside ``src`` in a checkout."""
    installed = Path(qa.__file__).parent / "web"
    return installed if installed.is_dir() else Path(qa.__file__).parents[2] / "web"


def create_app(service: Service) -> FastAPI:
    """Make the application; the server listens at once, and answers 503 until the snapshot is open."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opening = asyncio.create_task(asyncio.to_thread(_open, service, app.state.suggestions))
        yield
        await opening

    app = FastAPI(
        title="qa",
        version=qa.__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        responses={"4XX": {"model": Problem, "content": {errors.MEDIA_TYPE: {}}}},
    )
    app.state.service = service
    app.state.suggestions = Suggestions(lambda text: service.ask(Question(text)).answer)
    app.state.judgements = Judgements(service.index / JUDGEMENTS)
    app.state.shown = Shown(service.index / SHOWN)
    app.state.templates = _templates()
    app.mount("/static", StaticFiles(directory=web_folder() / "static"), name="static")
    for router in ROUTERS:
        app.include_router(router)
    errors.install(app)
    app.add_middleware(Limits)
    return app


def _templates() -> Jinja2Templates:
    templates = Jinja2Templates(directory=web_folder() / "templates")
    templates.env.trim_blocks = templates.env.lstrip_blocks = True
    templates.env.globals |= {
        "display_title": presentation.display_title,
        "display_date": presentation.display_date,
        "display_time": presentation.display_time,
        "document_url": presentation.document_url,
        "counted": presentation.counted,
        "score_name": presentation.score_name,
        "bands": presentation.BANDS,
        "reasons": presentation.REASONS,
        "language_of": language_of,
        "marked_passage": marked_passage,
        "matched_words": matched_words,
        "suffixes": sorted(READERS),
    }
    return templates


def _open(service: Service, suggestions: Suggestions) -> None:
    try:
        service.open()
        suggestions.of(service.snapshot)
    except QAError as error:
        logger.error("%s", error)
