"""Documents kept as columns are the documents that were put in, and filters admit of them what they say."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.api.page.listing import list_documents, list_in_order
from qa.index.deletes import DELETIONS, Deletes
from qa.index.documents import Columns, Documents, DocumentsById, Entries
from qa.index.snapshot import Snapshot
from qa.index.strings import Keys, Strings, Table
from qa.types import Document, DocumentEntry, Filters, PublishedFrom, Span
from qa.types import Table as TextTable

on_disk = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
names = st.text("ab/é😀", min_size=1, max_size=4)
dates = st.sampled_from([None, "2005", "2006", "2006-09", "2006-10", "2006-10-27", "2006-10-28", "2007-01-01"])


@st.composite
def documents_of(draw: st.DrawFn) -> list[Document]:
    """Documents with distinct ids in any order, some in folders, with and without dates and tags."""
    ids = draw(st.lists(names, unique=True, max_size=6))
    return [
        Document(
            id=name,
            title=draw(st.text(max_size=5)),
            text=draw(st.text(min_size=1, max_size=20)),
            published=draw(dates),
            publisher=draw(st.none() | st.text(max_size=3)),
            tags=tuple(draw(st.lists(st.sampled_from(["a", "b", "c"]), max_size=3))),
            headings=tuple(draw(st.lists(st.builds(Span, st.just(0), st.integers(1, 5)), max_size=2))),
            pages=tuple(draw(st.sampled_from([(), (0,), (0, 7)]))),
            tables=draw(st.sampled_from([(), (TextTable(("x", ""), (Span(0, 2),), ((0, 1, 3, 4),)),)])),
            published_from=draw(st.none() | st.sampled_from(PublishedFrom)),
        )
        for name in ids
    ]


def kept(tmp_path: Path, documents: list[Document]) -> Documents:
    """The documents after a way through files."""
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    Columns.of(documents).save(folder)
    return Documents(Columns.load(folder))


@on_disk
@given(documents_of())
def test_what_goes_in_comes_out(tmp_path: Path, documents: list[Document]) -> None:
    """By row, as slices, by id and as the entries of lists; a missing id is not there."""
    loaded = kept(tmp_path, documents)
    assert loaded == documents
    assert [loaded[row] for row in range(-len(documents), len(documents))] == documents * 2
    assert loaded[1:4] == documents[1:4]
    by_id = DocumentsById(loaded)
    assert dict(by_id) == {document.id: document for document in documents}
    assert "no such id" not in by_id
    assert list(Entries(loaded)) == list(Entries(documents)) == [DocumentEntry.of(document) for document in documents]


@on_disk
@given(
    documents_of(),
    st.builds(
        Filters,
        document_ids=st.lists(names | st.just("a/"), max_size=2).map(tuple),
        tags=st.lists(st.sampled_from(["a", "b", "d"]), max_size=2).map(tuple),
        date_from=st.sampled_from([None, "2006", "2006-10-27"]),
        date_to=st.sampled_from([None, "2006-10-27", "2006-12-31"]),
    ),
)
def test_columns_filter_as_documents_do(tmp_path: Path, documents: list[Document], filters: Filters) -> None:
    """Folders, tags and dates of any precision admit what each document by itself is admitted by."""
    expected = [row for row, document in enumerate(documents) if filters.admits(document)]
    assert kept(tmp_path, documents).admitted(filters).tolist() == expected


@on_disk
@given(documents_of(), st.integers(1, 3))
def test_lists_by_page_are_the_whole_list(tmp_path: Path, documents: list[Document], size: int) -> None:
    """Behind each other, by cursor as by number, and as documents at hand are listed."""
    at_hand = Snapshot(None, documents, [], None, None, None, None)
    columns = Snapshot(None, kept(tmp_path, documents), [], None, None, None, None)
    found, after = [], None
    while page := columns.listed(after, size):
        assert page == at_hand.listed(after, size)
        found += page
        after = page[-1].id
    assert found == [DocumentEntry.of(document) for document in documents]
    with pytest.raises(KeyError, match="no such id"):
        columns.listed("no such id", size)
    whole = list_documents(found, str, "", "path", 1, 100)
    listings = [list_in_order(columns, "", number, size) for number in range(1, -(-len(documents) // size) + 1)]
    assert [entry for listing in listings for entry in listing.documents] == list(whole.documents)
    assert (columns.tags, columns.folders) == (at_hand.tags, at_hand.folders)


@on_disk
@given(st.lists(st.text(max_size=4), unique=True), st.text(max_size=4))
def test_strings_are_found(tmp_path: Path, strings: list[str], other: str) -> None:
    """Sorted or by an order, each string has its number, another none, and a beginning has all that begin so."""
    Strings.of(strings).save(tmp_path, "strings")
    order = np.asarray(sorted(range(len(strings)), key=strings.__getitem__), dtype=np.int64)
    by_order = Keys(Strings.load(tmp_path, "strings"), order)
    as_sorted = Keys(Strings.of(sorted(strings)))
    assert dict(by_order) == {string: number for number, string in enumerate(strings)}
    assert dict(as_sorted) == {string: number for number, string in enumerate(sorted(strings))}
    assert (other in by_order) == (other in as_sorted) == (other in strings)
    assert sorted(by_order.beginning(other).tolist()) == [n for n, s in enumerate(strings) if s.startswith(other)]
    assert Table(by_order, lambda number: number + 1).get(other) == (
        strings.index(other) + 1 if other in strings else None
    )


def test_files_that_do_not_fit_together(tmp_path: Path) -> None:
    """Where the bytes are not those that the offsets count into, nothing is cut out of them."""
    Strings.of(["one", "two"]).save(tmp_path, "strings")
    np.save(tmp_path / "strings.npy", np.zeros(3, np.uint8))
    with pytest.raises(ValueError, match="do not fit together"):
        Strings.load(tmp_path, "strings")


words = st.text("abc", min_size=3, max_size=9)


def steps(first: str, second: str) -> int:
    """Optimal string alignment, by its definition."""
    table = [[max(i, j) if not i or not j else 0 for j in range(len(second) + 1)] for i in range(len(first) + 1)]
    for i in range(1, len(first) + 1):
        for j in range(1, len(second) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (first[i - 1] != second[j - 1])
            )
            if i > 1 and j > 1 and first[i - 2 : i] == second[j - 2 : j][::-1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@settings(max_examples=100, deadline=None)
@given(st.lists(words, unique=True, min_size=1, max_size=12), words)
def test_no_word_that_is_near_is_missed(corpus: list[str], typed: str) -> None:
    """Every word within two steps of a typed one is among those that are compared with it."""
    near = set(Deletes.build(corpus, range(len(corpus))).near(typed).tolist())
    assert {n for n, word in enumerate(corpus) if steps(word, typed) <= DELETIONS} <= near
