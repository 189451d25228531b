"""What needs no Milvus: its expressions, and what the rows of its journal come to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import GenerationGone, SettingsError
from qa.index.engines import connect
from qa.index.engines import milvus_schema as schema
from qa.index.engines.milvus_journal import Dropped, Pointed, State, Withdrawn
from qa.protocols import Admitted
from qa.types import Document, Filters

NAMES = st.sampled_from(["a", "a/b", "a/b/c", "ab/c", 'q"uo\\te', "%_", "ü/ß", "a/b.md"])
TAGS = st.sampled_from(["x", "y", "' or 1", "z"])
DATES = st.sampled_from(["2006", "2006-10", "2006-10-27", "2006-11", "2007", "2007-01-01"])
FILTERS = st.builds(
    Filters,
    document_ids=st.lists(NAMES | NAMES.map(lambda name: f"{name}/"), max_size=3).map(tuple),
    tags=st.lists(TAGS, max_size=2).map(tuple),
    date_from=st.none() | DATES,
    date_to=st.none() | DATES,
)
FIRST, SECOND = "0" * 16, "1" * 16


@given(NAMES, st.lists(TAGS, max_size=2), st.none() | DATES, FILTERS, st.frozensets(NAMES, max_size=2))
def test_expressions_admit_what_filters_admit(name, tags, published, filters, withdrawn):
    """An expression holds for a document exactly where the filters admit it and it was not withdrawn."""
    document = Document(id=name, title="", text="", tags=tuple(tags), published=published)
    expression = " and ".join(schema.admits(Admitted(filters, withdrawn))) or "True"
    row = schema.filtered(name, tags, published) | {
        "array_contains_any": lambda these, those: bool({*these} & {*those})
    }
    assert eval(expression, row) == (filters.admits(document) and name not in withdrawn)


@given(st.text(), st.binary(max_size=200))
def test_bytes_come_back(head, content):
    """Bytes with a text before them come back from the strings that Milvus holds."""
    assert schema.unframed(schema.framed(head, content)) == (head, content)


def test_long_content_is_divided():
    """No string is longer than Milvus holds."""
    long = bytes(range(256)) * 1_000
    assert schema.unpacked(schema.packed(long)) == long
    assert all(len(part) <= 65_535 for part in schema.packed(long))


def test_the_journal_tells_what_answers():
    """The last generation that was pointed at and not dropped answers; what was withdrawn after its mark does not."""
    first, second = Pointed(FIRST, "a", 9, 0), Pointed(SECOND, "b", 9, 3)
    events = {1: first, 2: Withdrawn(("x",)), 3: Withdrawn(("y",)), 4: second, 5: Withdrawn(("z",))}
    state = State(events)
    assert [*state.held] == [SECOND, FIRST]
    assert state.withdrawn(SECOND) == {"z"}
    assert state.withdrawn(FIRST) == {"x", "y", "z"}
    state = State(events | {6: Dropped(SECOND)})
    assert state.current == FIRST
    with pytest.raises(GenerationGone, match=SECOND):
        state.withdrawn(SECOND)
    state = State(events | {6: replace(first, mark=5)})
    assert state.current == FIRST
    assert state.withdrawn(FIRST) == frozenset()


def test_rows_that_change_nothing_are_forgotten():
    """Without them the journal says the same; the last row stays, since the next is numbered after it."""
    events = {
        1: Pointed(FIRST, "a", 9, 0), 2: Withdrawn(("x",)), 3: Pointed(SECOND, "b", 9, 2), 4: Withdrawn(("y",)),
        5: Dropped(FIRST),
    }  # fmt: skip
    state = State(events)
    assert state.outdated == [1, 2]
    later = State({number: event for number, event in events.items() if number not in state.outdated})
    assert (later.held, later.last, later.withdrawn(SECOND)) == (state.held, state.last, state.withdrawn(SECOND))


@pytest.mark.parametrize("address", ["milvus://", "milvus:///tmp/x", "milvus://host?qa_prefix=No_"])
def test_an_address_that_names_nothing_is_refused(address):
    """What is missing is said."""
    with pytest.raises(SettingsError, match=r"names no Milvus|qa_prefix cannot be"):
        connect(address)
