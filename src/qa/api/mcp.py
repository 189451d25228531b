"""The Model Context Protocol: what the API offers to programs, offered to assistants as tools and resources."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, ParamSpec, TypeVar
from urllib.parse import urljoin

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp.server.mcpserver.resources.templates import ResourceSecurity
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field
from starlette.types import ASGIApp, Receive, Scope, Send

import qa
from qa.api.page.presentation import display_title, document_url
from qa.api.page.source import find_document
from qa.api.schemas.answers import AskResponse
from qa.api.schemas.documents import DocumentList, DocumentSummary
from qa.api.schemas.questions import AskBody, FiltersBody, QuestionText
from qa.api.schemas.verification import MOST_QUOTATIONS, CitationToVerify, VerifyResponse, check_amount
from qa.errors import DocumentNotFound, IndexUnusable, QAError
from qa.serving.service import Service
from qa.serving.verifying import Verifying
from qa.types import Document, DocumentEntry, Question
from qa.verification.quoted import quotations_in

INSTRUCTIONS = (
    "Answers come from one collection of documents, word for word; nothing is generated. Quote them as they are, with "
    "their citation. Where `answerable` is false the documents do not say it: say so, and do not fill the gap."
)
FOUND = 10
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
# An id is a path in the corpus and looked up in a table; no file is opened by it.
IDS = ResourceSecurity(reject_path_traversal=False, reject_absolute_paths=False)

P = ParamSpec("P")
R = TypeVar("R")


class SearchResult(BaseModel):
    """A document in which the words that are looked for stand, with the best passage."""

    id: str
    title: str
    url: str
    text: str


class SearchResults(BaseModel):
    """Documents, best first."""

    results: list[SearchResult]


class Fetched(BaseModel):
    """A whole document."""

    id: str
    title: str
    text: str
    url: str
    metadata: dict[str, str] = Field(description="what is known of it: `published`, `publisher`, `author`, `sha256`")


def build_server(service: Service, verifying: Verifying) -> MCPServer[Any]:
    """The server of the protocol, for any transport."""
    server: MCPServer[Any] = MCPServer(
        "qa",
        title="Cited answers from your documents",
        instructions=INSTRUCTIONS,
        version=qa.__version__,
        subscriptions=False,
        log_level="WARNING",
    )
    _add_tools(server, service, verifying)
    _add_resources(server, service)
    return server


def _add_tools(server: MCPServer[Any], service: Service, verifying: Verifying) -> None:
    @server.tool(title="Ask the documents", annotations=READS)
    @_explained
    def ask(
        context: Context[Any, Any],
        question: Annotated[QuestionText, Field(description="a question in words, about the documents")],
        top_k: Annotated[int, Field(ge=1, le=50, description="how many passages to return")] = 5,
        history: Annotated[
            list[QuestionText], Field(max_length=20, description="earlier questions, oldest first")
        ] = [],  # noqa: B006
        document_ids: Annotated[list[str], Field(max_length=100, description="only these documents may answer")] = [],  # noqa: B006
    ) -> AskResponse:
        """Sentences of the documents that answer a question, verbatim and cited, or why they do not say it."""
        body = AskBody(question=question, top_k=top_k, history=history, filters=FiltersBody(document_ids=document_ids))
        response = AskResponse.of(service.ask(body.to_question()))
        for citation in response.citations:
            citation.url = urljoin(_base(context), citation.url)
        return response

    @server.tool(title="Search the documents", annotations=READS)
    @_explained
    def search(
        context: Context[Any, Any], query: Annotated[QuestionText, Field(description="words or a question")]
    ) -> SearchResults:
        """Documents about something, best first, each with its best passage; `fetch` gives the whole text of one."""
        best: dict[str, SearchResult] = {}
        for ranked in service.ask(Question(query, top_k=3 * FOUND)).answer.passages:
            document, passage = ranked.document, ranked.passage
            url = urljoin(_base(context), document_url(document.id, passage.start, passage.end))
            result = SearchResult(id=document.id, title=display_title(document), url=url, text=passage.text)
            best.setdefault(document.id, result)
        return SearchResults(results=list(best.values())[:FOUND])

    @server.tool(title="Fetch a document", annotations=READS)
    @_explained
    def fetch(
        context: Context[Any, Any],
        id: Annotated[str, Field(max_length=4096, description="of a search result")],  # noqa: A002
    ) -> Fetched:
        """The whole text of a document, by the id that `search` gives."""
        document = find_document(service.snapshot, id)
        url = urljoin(_base(context), document_url(document.id))
        title = display_title(document)
        return Fetched(id=document.id, title=title, text=document.text, url=url, metadata=_metadata(document))

    @server.tool(title="Verify quotations", annotations=READS)
    @_explained
    def verify(
        text: Annotated[str, Field(description="a draft, or anything else with quotations in it")] = "",
        citations: Annotated[list[CitationToVerify], Field(max_length=MOST_QUOTATIONS)] = [],  # noqa: B006
    ) -> VerifyResponse:
        """Whether quotations stand in the documents as they are quoted: intact, moved, changed, gone or not ours."""
        quotations = [citation.to_quotation() for citation in citations] + quotations_in(text)
        check_amount(quotations)
        findings, manifest = verifying.verify(quotations)
        return VerifyResponse.of(findings, manifest)


def _add_resources(server: MCPServer[Any], service: Service) -> None:
    @server.resource("qa://documents", title="All documents", mime_type="application/json")
    def documents() -> str:
        """What is known of each document, as `GET /documents` has it."""
        found = [DocumentSummary.of(entry) for entry in service.snapshot.entries]
        return DocumentList(documents=found).model_dump_json()

    @server.resource("qa://documents/{+id}", title="One document", mime_type="text/plain", security=IDS)
    def document(id: str) -> str:  # noqa: A002
        """The text of a document."""
        try:
            return find_document(service.snapshot, id).text
        except DocumentNotFound as error:
            raise ResourceNotFoundError(str(error)) from error


def _explained(function: Callable[P, R]) -> Callable[P, R]:
    """A tool that says why it failed, where that may be told."""

    @wraps(function)
    def explained(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return function(*arguments, **named)
        except QAError as error:
            if error.status < QAError.status or isinstance(error, IndexUnusable):
                raise ToolError(str(error)) from error
            raise

    return explained


def _base(context: Context[Any, Any]) -> str:
    """The address that the client asked; without HTTP there is none, and links are relative to it."""
    request = context.request_context.request
    return str(request.base_url) if request is not None else ""


def _metadata(document: Document) -> dict[str, str]:
    summary = DocumentSummary.of(DocumentEntry.of(document)).model_dump(
        include={"published", "publisher", "author", "language", "sha256"}
    )
    source = {"source_url": document.url} if document.url else {}
    return {name: value for name, value in summary.items() if value} | source


def http_app(server: MCPServer[Any]) -> ASGIApp:
    """The server over HTTP: no sessions, and JSON instead of streams. Whoever mounts it checks Host and Origin."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        # One manager a request: without sessions it holds nothing between them, and so needs no start and no end.
        manager = StreamableHTTPSessionManager(server._lowlevel_server, json_response=True, stateless=True)  # noqa: SLF001
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    return answer


def run_on_stdio(server: MCPServer[Any]) -> None:
    """Speak on standard input and output until the client hangs up."""
    server.run("stdio")
