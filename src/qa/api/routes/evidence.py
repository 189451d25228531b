"""``GET /evidence``: an answer with all that is needed to check it, to keep."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from qa.api.dependencies import CurrentPacker, CurrentService
from qa.api.schemas.answers import AskResponse
from qa.api.schemas.questions import EvidenceLink
from qa.errors import Conflict

router = APIRouter(tags=["verify"])
ZIP = "application/zip"


@router.get(
    "/evidence",
    summary="An answer as an evidence pack, a ZIP file that checks itself",
    response_class=Response,
    responses={200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_evidence(link: Annotated[EvidenceLink, Query()], service: CurrentService, packer: CurrentPacker) -> Response:
    """Answers like `GET /ask`; with `snapshot`, only while that one answers (409)."""
    answered = service.ask(link.to_body().to_question())
    manifest = answered.snapshot.manifest
    if link.snapshot not in {None, manifest.id}:
        raise Conflict("another snapshot answers now; ask the question again")
    body = AskResponse.of(answered)
    pack = packer.pack(answered.answer, body.model_dump_json(indent=2).encode(), manifest)
    name = f"evidence-{body.id[:8]}.zip"
    return Response(pack, media_type=ZIP, headers={"Content-Disposition": f'attachment; filename="{name}"'})
