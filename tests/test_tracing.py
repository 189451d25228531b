"""Spans, as OpenTelemetry's own SDK receives them."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from qa.serving import tracing
from qa.types import Question


@pytest.fixture
def spans(monkeypatch):
    """Where the spans of this test go."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("qa"))
    return exporter


def test_an_answer_has_its_stages(corpus_index, service_for, spans):
    """Each answer is a span, its stages are spans inside it one after the other, and the question is nowhere."""
    service = service_for(corpus_index)
    service.open()
    spans.clear()
    answer = service.ask(Question("When did Xu Jiatun fly to San Francisco?")).answer
    *stages, whole = spans.get_finished_spans()
    assert whole.name == "qa.answer"
    assert [span.name for span in stages] == ["qa.encode", "qa.search", "qa.rank", "qa.choose"]
    assert all(span.parent.span_id == whole.context.span_id for span in stages)
    assert [a.end_time for a in stages[:-1]] == [b.start_time for b in stages[1:]]
    for span in stages:
        measured = answer.timings_ms[span.name.removeprefix("qa.")]
        assert (span.end_time - span.start_time) / 1e6 == pytest.approx(measured, abs=0.001)
    assert whole.attributes["qa.answerable"] is True
    assert "Jiatun" not in "".join(span.to_json() for span in (*stages, whole))
