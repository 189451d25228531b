"""Numbers for a monitoring system, in Prometheus' text format."""

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from qa.api.dependencies import CurrentService
from qa.serving.answer_cache import Asked
from qa.serving.service import Service

router = APIRouter(tags=["status"])


class _Served(Collector):
    """What one service holds, and what all processes were asked."""

    def __init__(self, service: Service, asked: Asked) -> None:
        self._service = service
        self._asked = asked

    def collect(self) -> Iterator[Metric]:
        asked = self._asked
        yield CounterMetricFamily("qa_questions", "Questions asked since the start.", asked.questions)
        yield CounterMetricFamily("qa_cache_hits", "Of these, answered from the cache.", asked.at_hand)
        yield GaugeMetricFamily("qa_ready", "Whether a snapshot is open.", int(self._service.ready))
        damaged = int(bool(self._service.damage or self._service.not_opened))
        yield GaugeMetricFamily("qa_damaged", "Whether the newest snapshot is damaged or cannot be opened.", damaged)
        if self._service.ready:
            manifest = self._service.snapshot.manifest
            yield GaugeMetricFamily("qa_documents", "Documents that answer now.", manifest.documents)
            yield GaugeMetricFamily("qa_passages", "Passages that answer now.", manifest.passages)


@router.get("/metrics", summary="Counters for a monitoring system", response_class=Response)
async def metrics(service: CurrentService, request: Request) -> Response:
    """Prometheus' text format; nothing that was asked is in it."""
    registry = CollectorRegistry()
    registry.register(_Served(service, request.app.state.asked()))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
