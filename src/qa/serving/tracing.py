"""Spans of OpenTelemetry around each answer. Without an SDK that somebody sets up, nothing is recorded or sent."""

import time
from collections.abc import Callable

from opentelemetry import trace

from qa.types import Answer

STAGES = ("encode", "search", "rank", "choose")
NS_PER_MS = 1_000_000

_tracer = trace.get_tracer("qa")


def traced(work: Callable[[], Answer], snapshot: str) -> Answer:
    """What some work answers, in a span ``qa.answer`` with one span a stage; what was asked is in none of them."""
    with _tracer.start_as_current_span("qa.answer") as span:
        answer = work()
        if span.is_recording():
            span.set_attribute("qa.snapshot", snapshot)
            span.set_attribute("qa.answerable", answer.answerable)
            span.set_attribute("qa.band", answer.confidence.band.value)
            span.set_attribute("qa.passages", len(answer.passages))
            _add_stages(answer)
    return answer


def _add_stages(answer: Answer) -> None:
    """The stages are measured where they run; their spans follow one another up to now."""
    durations = [(name, round(answer.timings_ms[name] * NS_PER_MS)) for name in STAGES if name in answer.timings_ms]
    start = time.time_ns() - sum(duration for _, duration in durations)
    for name, duration in durations:
        _tracer.start_span(f"qa.{name}", start_time=start).end(start + duration)
        start += duration
