"""``qa doctor --coverage`` for people and for programs."""

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict

from qa.evaluation.coverage import FIRST, Coverage, Excerpt

SHOWN = 10  # findings of a kind on the terminal; JSON has all
WIDTH = 100

Refused = Sequence[tuple[tuple[str, ...], int]]


def coverage_json(coverage: Coverage, refused: Refused | None) -> str:
    """Everything that was found, as JSON; ``refused`` is null where no words of refusals are kept."""
    questions = None if refused is None else [{"words": words, "times": times} for words, times in refused]
    return json.dumps(asdict(coverage) | {"refused": questions}, ensure_ascii=False, indent=2)


def render_coverage(coverage: Coverage, refused: Refused | None) -> str:
    """A paragraph for each kind of finding, with the first ten."""
    parts = [
        _part(
            f"{len(coverage.unreached)} of {coverage.passages} passages are not among the first {FIRST} for any "
            "question made of their words",
            [_render_excerpt(excerpt) for excerpt in coverage.unreached],
        ),
        _part(
            f"{len(coverage.repeated)} passages say nearly the same as one of another document",
            [f"{_render_position(first)} = {_render_excerpt(second)}" for first, second in coverage.repeated],
        ),
        _part(
            f"{len(coverage.contradictions)} of {coverage.dated} dated sentences differ from another in the date alone",
            [f"{_render_excerpt(first)}\n  {_render_excerpt(second)}" for first, second in coverage.contradictions],
        ),
        _part(
            f"{len(coverage.unspoken)} documents are in a language that is searched by words alone",
            [f"{document_id} ({language})" for document_id, language in coverage.unspoken],
        ),
        _refusals(refused),
    ]
    return "\n".join(parts)


def _refusals(refused: Refused | None) -> str:
    if refused is None:
        return "Words of refused questions are kept with QA_LOG_REFUSALS=true."
    return _part(
        f"{len(refused)} questions were refused more than once, by their words",
        [f"{times} times: {' '.join(words)}" for words, times in refused],
    )


def _part(heading: str, findings: Sequence[str]) -> str:
    shown = [f"- {finding}" for finding in findings[:SHOWN]]
    more = [f"- and {len(findings) - SHOWN} more (--json has all)"] if len(findings) > SHOWN else []
    return "\n".join([f"{heading}{':' if findings else '.'}", *shown, *more])


def _render_excerpt(excerpt: Excerpt) -> str:
    return f"{_render_position(excerpt)}: {textwrap.shorten(excerpt.text, WIDTH, placeholder=' …')}"


def _render_position(excerpt: Excerpt) -> str:
    return f"{excerpt.document_id}, characters {excerpt.span.start}-{excerpt.span.end}"
