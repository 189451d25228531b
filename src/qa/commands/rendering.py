"""Records → text for a terminal."""

import textwrap
from collections.abc import Sequence

from qa.indexing.doctor import Check
from qa.serving.service import Answered
from qa.types import Citation, Difference, Document, RankedPassage, Reason, Span

WIDTH = 100
REASONS = {
    Reason.NO_RELEVANT_PASSAGE: "no passage answers this well enough",
    Reason.NOT_SAID: "the documents speak of this, but do not say what is asked",
    Reason.DIFFERS: "the documents say it of another name, number or date",
    Reason.NEGATED: "the documents say the opposite, or leave open whether it is so",
    Reason.TERMS_NOT_IN_CORPUS: "it is about words that occur nowhere in the documents",
    Reason.FILTERS_EXCLUDE_ALL: "the filters exclude every document",
    Reason.EMPTY_INDEX: "there are no documents yet",
}


def render_answer(answered: Answered) -> str:
    """The quotation with its citations, or the refusal, and the ranked passages."""
    answer = answered.answer
    lines = [_quotation(answer.citations)] if answer.answerable else [_refusal(answered)]
    if unreadable := len(answered.snapshot.manifest.unreadable):
        lines.append(
            f"\n{_counted(unreadable, 'file')} could not be read, so nothing is quoted from there; qa index lists them"
        )
    if answer.passages:
        lines.append("\nPassages" if answer.answerable else "\nNearest passages (probably not an answer)")
        lines += [_passage(ranked) for ranked in answer.passages]
    return "\n".join(lines)


def _quotation(citations: Sequence[Citation]) -> str:
    quoted = [_filled(f"“{c.cited_text}” [{c.number}]", "") for c in citations]
    sources = [f"[{c.number}] {c.document.title or c.document.id} – {_place(c.document, c.span)}" for c in citations]
    return "\n".join([*quoted, "", *sources])


def _refusal(answered: Answered) -> str:
    answer = answered.answer
    count = answered.snapshot.manifest.documents
    if not count and answered.snapshot.manifest.unreadable:
        return "There is nothing to answer from: no file in the corpus could be read."
    lines = [f"Your {count} document{'s do' if count != 1 else ' does'} not say."]
    lines += [f"– {REASONS[reason]}" for reason in answer.reasons]
    lines += [f"– {_difference(difference)}" for difference in answer.differences]
    if answer.unmatched_terms:
        lines.append(f"– not in any document: {', '.join(answer.unmatched_terms)}")
    return "\n".join(lines)


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"


def _difference(difference: Difference) -> str:
    if difference.written:
        return f"you ask about “{difference.asked}”, the nearest sentence says “{difference.written}”"
    return f"the nearest passage doesn't say “{difference.asked}”"


def _passage(ranked: RankedPassage) -> str:
    title = ranked.document.title or ranked.document.id
    where = _place(ranked.document, Span(ranked.passage.start, ranked.passage.end))
    published = f", {ranked.document.published}" if ranked.document.published else ""
    return f"{ranked.rank:>2}. {title}{published} ({where})\n{_filled(ranked.passage.text, '    ')}"


def _place(document: Document, span: Span) -> str:
    page = document.page_at(span.start)
    retrieved = f", retrieved {document.retrieved}" if document.retrieved else ""
    return f"{document.id}{f', page {page}' if page else ''}, characters {span.start}–{span.end}{retrieved}"


def _filled(text: str, indent: str) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, initial_indent=indent, subsequent_indent=indent)


def render_checks(checks: Sequence[Check]) -> str:
    """One line a check."""
    return "\n".join(f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {check.detail}" for check in checks)
