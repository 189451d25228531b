"""Passages kept as tables are the passages that were put in."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.index.documents import Documents
from qa.index.passages import Passages
from qa.types import Document, Passage, Span


@st.composite
def cut_documents(draw: st.DrawFn) -> tuple[list[Document], list[Passage]]:
    """Documents, some without a passage, cut at random places."""
    documents, passages = [], []
    for number in range(draw(st.integers(0, 4))):
        text = draw(st.text(min_size=1, max_size=30))
        documents.append(Document(f"d{number}", "title", text))
        edges = sorted({0, len(text), *draw(st.lists(st.integers(0, len(text)), max_size=6))})
        spans = [Span(a, b) for a, b in pairwise(edges)]
        per_passage = draw(st.integers(1, 3))
        groups = [spans[first : first + per_passage] for first in range(0, len(spans), per_passage)]
        for ordinal, own in enumerate(groups if draw(st.booleans()) else []):
            start, end = own[0].start, own[-1].end
            context = draw(st.sampled_from(["", "a title", "another"]))
            passages.append(Passage(f"d{number}", ordinal, start, end, text[start:end], tuple(own), context))
    return documents, passages


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut_documents())
def test_what_goes_in_comes_out(tmp_path: Path, cut: tuple[list[Document], list[Passage]]) -> None:
    """As records, as slices, from the end, by document and with their measures; also after a way through files."""
    documents, passages = cut
    made = Passages.of(documents, passages)
    made.save(tmp_path)
    for tables in (made, Passages.load(tmp_path, Documents.of(documents))):
        assert list(tables) == passages
        assert tables[1:] == passages[1:]
        assert [tables[row - len(passages)] for row in range(len(passages))] == passages
        assert {name: list(tables[rows.start : rows.stop]) for name, rows in tables.by_document.items()} == {
            document.id: own
            for document in documents
            if (own := [passage for passage in passages if passage.document_id == document.id])
        }
        rows = np.arange(len(passages))
        assert tables.characters(rows).tolist() == [len(passage.embedded_text) for passage in passages]
        assert np.diff(tables.sentence_starts).tolist() == [len(passage.sentences) for passage in passages]
        assert tables.spans.tolist() == [[s.start, s.end] for passage in passages for s in passage.sentences]


def test_a_row_that_is_not_there() -> None:
    """An index beyond the last is an ``IndexError``, as in every sequence."""
    with pytest.raises(IndexError, match="range"):
        Passages.of([], [])[0]
