"""Which other sites may ask and show answers: CORS for the sites of ``QA_EMBED_ORIGINS``, and for reading alone.

A site that is named may load the web component and send ``GET /ask``, without cookies or tokens: it gets what everybody
may read. Nothing else becomes readable to it, and nothing can be changed from it.
"""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SCRIPT = "/embed/ask-documents.js"
SHARED = {SCRIPT, "/ask"}
READS = {"GET", "HEAD"}


class Embedding:
    """ASGI middleware: lets pages of the named origins read what the component needs."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_shared = scope["type"] == "http" and scope["path"] in SHARED and scope["method"] in READS
        if not self._origins or not is_shared:
            await self._app(scope, receive, send)
            return
        origin = Headers(scope=scope).get("origin", "")

        async def shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                if origin in self._origins:
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        await self._app(scope, receive, shared)


def origins_of(setting: str) -> list[str]:
    """The origins that ``QA_EMBED_ORIGINS`` names, as browsers send them."""
    return [name.strip().lower() for name in setting.split(",") if name.strip()]
