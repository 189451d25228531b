"""``/embed/ask-documents.js``: the web component for other sites, where ``QA_EMBED_ORIGINS`` names some."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from qa.api.dependencies import CurrentSettings, HtmlPages
from qa.api.embedding import SCRIPT

router = APIRouter(include_in_schema=False)


@router.get(SCRIPT)
def component(settings: CurrentSettings, pages: HtmlPages) -> FileResponse:
    """The script; 404 where no site may embed it."""
    if not settings.embed_origins:
        raise HTTPException(404, "no other site may ask here; QA_EMBED_ORIGINS names those that may")
    script = pages.web / "embed" / "ask-documents.js"
    return FileResponse(script, media_type="text/javascript", headers={"Cache-Control": "public, max-age=3600"})
