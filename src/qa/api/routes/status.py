"""What is being served, and whether it lives; on the event loop, so that no work keeps a check of health waiting."""

from fastapi import APIRouter

from qa.api.dependencies import CurrentService
from qa.api.schemas.documents import Health, IndexResponse, Ready

router = APIRouter(tags=["status"])


@router.get("/index", summary="The snapshot that answers now")
async def get_index(service: CurrentService) -> IndexResponse:
    return IndexResponse.of(service.snapshot.manifest, service.not_opened)


@router.get("/healthz", summary="The process lives")
async def healthz() -> Health:
    return Health()


@router.get("/readyz", summary="A snapshot is open: questions can be answered")
async def readyz(service: CurrentService) -> Ready:
    service.snapshot  # noqa: B018  raises while nothing is open
    return Ready(damage=service.damage or service.not_opened)
