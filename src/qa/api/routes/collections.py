"""Collections: named sets of documents, made and changed by programs, and by the forms of the library."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from qa.api.access import CHANGES
from qa.api.dependencies import CurrentCollections, WantsHtml
from qa.api.page.corpus_page import CurrentCorpusPage
from qa.api.schemas.questions import Name, Strict
from qa.errors import ChangeRefused, CollectionNotFound

router = APIRouter(tags=["collections"])


class CollectionBody(BaseModel):
    name: str
    document_ids: list[str] = Field(description="documents, and folders (`2006/`) with all that lies in them")


class CollectionList(BaseModel):
    collections: list[CollectionBody]


class MembersBody(Strict):
    document_ids: list[Name] = Field(
        min_length=1, max_length=20_000, description="documents and folders", examples=[["2006/", "xu-jiatun.md"]]
    )


@router.get("/collections", summary="All collections")
def list_collections(collections: CurrentCollections) -> CollectionList:
    return CollectionList(
        collections=[CollectionBody(name=name, document_ids=list(ids)) for name, ids in collections.all().items()]
    )


@router.put("/collections/{name}", summary="Make a collection, or give it other documents", dependencies=[CHANGES])
def put_collection(name: str, body: MembersBody, collections: CurrentCollections) -> CollectionBody:
    """It is a filter at once: `{"collections": ["name"]}`; no build is needed."""
    return CollectionBody(name=name, document_ids=list(collections.put(name, body.document_ids)))


@router.delete(
    "/collections/{name}", summary="Forget a collection; its documents stay", dependencies=[CHANGES], status_code=204
)
def delete_collection(name: str, collections: CurrentCollections) -> Response:
    collections.delete(name)
    return Response(status_code=204)


@router.post("/collections", include_in_schema=False, dependencies=[CHANGES])
def change_by_form(
    collections: CurrentCollections,
    page: CurrentCorpusPage,
    html: WantsHtml,
    name: Annotated[str, Form(max_length=200)] = "",
    document_ids: Annotated[list[str], Form()] = [],  # noqa: B006  the framework copies defaults
    out: Annotated[str, Form(max_length=200)] = "",
    forget: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Put the chosen documents into a collection, take them ``out`` of one, or ``forget`` one."""
    name = name.strip()
    try:
        if forget:
            collections.delete(forget)
        elif out:
            collections.take_out(out, document_ids)
        else:
            collections.add(name, document_ids)
    except (ChangeRefused, CollectionNotFound) as error:
        if not html:
            raise
        return page.render(error=error)
    shown = "" if forget else out or name
    query = f"?{urlencode({'collection': shown})}" if shown in collections.all() else ""
    return RedirectResponse(f"/corpus{query}#collections", 303)
