"""What is being served, and whether it lives."""

from fastapi import APIRouter

from qa.api.dependencies import CurrentService
from qa.api.schemas.documents import Health, IndexResponse

router = APIRouter(tags=["status"])


@router.get("/index", summary="The snapshot that answers now")
def get_index(service: CurrentService) -> IndexResponse:
    return IndexResponse.of(service.snapshot.manifest, service.not_opened)


@router.get("/healthz", summary="The process lives")
def healthz() -> Health:
    return Health()


@router.get("/readyz", summary="A snapshot is open: questions can be answered")
def readyz(service: CurrentService) -> Health:
    service.snapshot  # noqa: B018  raises while nothing is open
    return Health()
