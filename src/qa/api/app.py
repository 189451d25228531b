"""The application: routes, limits, errors, and a service that follows the index in the background."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

import qa
from qa import compose
from qa.answering.suggestions import Suggestions
from qa.api import errors, examples
from qa.api.access import Access
from qa.api.admission import Admission
from qa.api.clients import ClientLimits
from qa.api.embedding import Embedding, origins_of
from qa.api.guard import Guard
from qa.api.limits import Limits
from qa.api.page.assets import Assets
from qa.api.page.problem_page import problem_page
from qa.api.page.templates import Pages
from qa.api.request_ids import RequestIds, Unexpected
from qa.api.routes import ROUTERS
from qa.api.routes.jobs import Streams
from qa.config import Settings
from qa.corpus.uploads import MB
from qa.corpus.watch import watch
from qa.serving.answer_cache import Asked
from qa.serving.feedback import JUDGEMENTS, SHOWN, Judgements, Shown
from qa.serving.noted import Noted
from qa.serving.service import Service
from qa.serving.shared import Builds
from qa.serving.verifying import Verifying
from qa.types import Question

REQUESTS_PER_MINUTE = 600
DESCRIPTION = "Verbatim, cited answers from your own articles. Nothing is generated; offsets count Unicode code points."


def web_folder() -> Path:
    """Where templates and static files are: inside the installed package, or beside ``src`` in a checkout."""
    installed = Path(qa.__file__).parent / "web"
    return installed if installed.is_dir() else Path(qa.__file__).parents[2] / "web"


def create_app(
    service: Service, settings: Settings, stopping: Callable[[], bool] = lambda: False, builds: Builds | None = None,
    asked: Callable[[], Asked] | None = None,
) -> FastAPI:  # fmt: skip
    """Make the application; the server listens at once, and answers 503 until the snapshot is open.

    ``stopping`` says whether the server is to end, so that streams end as well. ``builds`` are those of a supervisor,
    and ``asked`` counts the questions of all processes; where none are given, this process has its own.
    """
    uploads = compose.build_uploads(settings)
    jobs = None if builds else compose.build_jobs(settings, uploads, service.catch_up)

    def changed() -> None:
        assert jobs is not None
        jobs.request(until_built=True)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        ended = threading.Event()
        # A daemon: the process need not wait for a model that is being loaded when it is told to stop.
        threading.Thread(
            target=service.follow, args=(ended, app.state.suggestions.of), name="follow-index", daemon=True
        ).start()
        threading.Thread(target=service.verify, args=(ended,), name="verify-sums", daemon=True).start()
        if jobs is not None:
            uploads.sweep()
            jobs.start()
        if jobs is not None and settings.watch:
            threading.Thread(
                target=watch, args=(settings.corpus, settings.index, ended, changed), name="watch-corpus", daemon=True
            ).start()
        yield
        ended.set()
        if jobs is not None:
            jobs.close()
        app.state.suggestions.close()
        app.state.originals.close()

    app = FastAPI(
        title="qa",
        version=qa.__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own manual loads a script from elsewhere; see routes/manual.py
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,  # generated clients name their methods after these
        responses={"4XX": {"model": errors.Problem, "content": {errors.MEDIA_TYPE: {}}}},
    )
    app.state.service = service
    app.state.settings = settings
    app.state.packer = compose.build_packer(settings)
    app.state.verifying = Verifying(service)
    app.state.uploads = uploads
    app.state.jobs = builds or jobs
    app.state.asked = asked or (lambda: service.asked)
    app.state.originals = compose.build_originals(settings)
    app.state.guard = guard = Guard.of(settings)
    app.state.client_limits = ClientLimits(_requests_per_minute(settings, guard), settings.processes)
    app.state.stopping = stopping
    app.state.streams = Streams()
    app.state.suggestions = Suggestions(lambda text: service.ask(Question(text), wait=False).answer)
    app.state.judgements = Judgements(service.index / JUDGEMENTS, settings.min_free_mb * MB)
    app.state.shown = Shown(service.index / SHOWN)
    app.state.noted = Noted.of(app.state.shown, service.index if settings.log_refusals else None)
    app.state.pages = Pages(web_folder())
    app.mount("/static", Assets(web_folder() / "static"), name="static")
    for router in ROUTERS:
        app.include_router(router)
    errors.install(app, problem_page)
    examples.install(app)
    _add_middleware(app, settings)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Put what holds for every request around the application; what is added last is asked first."""
    app.add_middleware(Unexpected)
    app.add_middleware(Admission, processes=settings.processes)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)
    app.add_middleware(Access, guard=app.state.guard, limits=app.state.client_limits)
    app.add_middleware(Embedding, origins=origins_of(settings.embed_origins))
    app.add_middleware(Limits, max_upload_bytes=settings.max_upload_mb * MB)
    app.add_middleware(RequestIds, logged=settings.log_requests)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)


def _requests_per_minute(settings: Settings, guard: Guard) -> int:
    """How many requests one client may make; 0 for any number, where all clients are this machine."""
    wanted = settings.requests_per_minute
    if wanted is None:
        wanted = 0 if guard.is_local and not settings.trusted_proxies else REQUESTS_PER_MINUTE
    return wanted
