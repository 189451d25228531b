"""What is quoted beside the best sentence."""

from dataclasses import replace

import numpy as np
import pytest

from qa.answering.pool import FEATURES, Pool
from qa.answering.windows import ALSO, MAX_WORDS, asks_for_several, choose, is_item, is_named_list
from qa.types import Span


def pool(*texts: str, passages: tuple[int, ...] | None = None, terms: list[list[bool]] | None = None) -> Pool:
    rank = np.asarray(passages or [0] * len(texts))
    ordinals = np.asarray([sum(rank[:i] == rank[i]) for i in range(len(texts))])
    return Pool(
        rows=rank,
        ordinals=ordinals,
        spans=tuple(Span(100 * i, 100 * i + len(text)) for i, text in enumerate(texts)),
        texts=texts,
        features=np.zeros((len(texts), len(FEATURES)), dtype=np.float32),
        has_term=np.asarray(terms if terms is not None else [[False]] * len(texts)),
        covers_most=np.asarray([bool(row) and all(row) for row in terms or [[False]] * len(texts)]),
        rank=rank,
        fills_lines=np.zeros(len(texts), dtype=bool),
    )


def chosen(sentences: Pool, *probabilities: float) -> tuple[int, ...]:
    return choose(sentences, np.asarray(probabilities)).chosen


THREE = ("He left at noon.", "The ferry was late.", "It rained.")


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ((0.9, 0.05, 0.05), (0,)),
        ((0.05, 0.9, 0.05), (1,)),
        ((0.6, 0.3, 0.1), (0, 1)),
        ((0.2, 0.3, 0.5), (0, 1, 2)),
        ((1 - 2 * ALSO, ALSO, ALSO), (0, 1, 2)),
        ((1.02 - 2 * ALSO, ALSO - 0.01, ALSO - 0.01), (0,)),
    ],
)
def test_sentences_that_may_well_answer_too(probabilities: tuple[float, ...], expected: tuple[int, ...]) -> None:
    """A second and a third are quoted from a probability on, in the order of the text."""
    assert chosen(pool(*THREE), *probabilities) == expected


def test_no_more_words_than_a_reader_likes() -> None:
    """A further sentence that makes the quotation too long is left out, the best one never."""
    long = "word " * MAX_WORDS + "end."
    assert chosen(pool(long, "It rained."), 0.5, 0.5) == (0,)
    assert chosen(pool("It rained.", long, "He left."), 0.5, 0.3, 0.2) == (0, 2)


def headed(*texts: str) -> Pool:
    """A pool whose first sentence is a heading."""
    sentences = pool(*texts)
    sentences.features[0, FEATURES.index("heading")] = 1
    return sentences


def test_a_heading_is_quoted_with_what_it_announces() -> None:
    """Where it is the best itself; beside a sentence that is better it is not quoted."""
    sentences = headed("Why he left", "He had quarrelled.", "It rained.")
    assert chosen(sentences, 0.8, 0.1, 0.1) == (0, 1)
    assert chosen(sentences, 0.3, 0.6, 0.1) == (1,)
    assert chosen(headed("Why he left"), 1.0) == (0,)


def test_the_best_passage_comes_first() -> None:
    """Sentences of another passage stand after those of the best one's."""
    assert chosen(pool(*THREE, passages=(0, 1, 1)), 0.3, 0.2, 0.5) == (1, 2, 0)


@pytest.mark.parametrize(
    ("terms", "expected"), [([[True], [False]], (0, 1)), ([[True], [True]], (1,)), ([[False], [False]], (1,))]
)
def test_what_a_pronoun_stands_for(terms: list[list[bool]], expected: tuple[int, ...]) -> None:
    """The sentence before comes along where it alone says a word of the question."""
    assert chosen(pool("The Grey Linnet is a ferry.", "It sank in 1990.", terms=terms), 0.01, 0.99) == expected


def test_a_pronoun_at_the_start_of_a_passage_stays_alone() -> None:
    """The sentence before it in the pool is of another passage."""
    sentences = pool("The Grey Linnet is a ferry.", "It sank.", passages=(0, 1), terms=[[True], [False]])
    assert chosen(sentences, 0.01, 0.99) == (1,)


LIST = ("The club owns:", "- two boats", "- a hut", "It was founded in 1921.")


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [((0.97, 0.01, 0.01, 0.01), (0, 1, 2)), ((0.01, 0.01, 0.97, 0.01), (0, 2)), ((0.01, 0.01, 0.01, 0.97), (3,))],
)
def test_lists(probabilities: tuple[float, ...], expected: tuple[int, ...]) -> None:
    """A line that introduces a list comes with its items, an item with that line."""
    assert chosen(pool(*LIST), *probabilities) == expected


@pytest.mark.parametrize(
    ("text", "item"),
    [("- two boats", True), ("2. a hut", True), ("(b) the hut that the club built and has kept since", True),
     ("a small hut", True), ("It was founded in 1921.", False), ("a line " * 8, False)],
)  # fmt: skip
def test_items(text: str, item: bool) -> None:
    """A marker, or a short line without a full stop."""
    assert is_item(text) is item


CHOIR = ("Ann joined in 2011.", "Carl joined in 2015.", "Dina joined in 2015.", "Egon sang.", "Frida joined in 2015.")
JOINED = [[True, False], [True, True], [True, True], [False, False], [True, True]]


def test_all_that_answer_alike() -> None:
    """A question for several things gets all sentences that say as much of it as the best one; others get that one."""
    choir = pool(*CHOIR, terms=JOINED)
    chances = np.asarray([0.01, 0.02, 0.95, 0.01, 0.01])
    assert choose(choir, chances, several=True).chosen == (1, 2, 4)
    assert choose(choir, chances, several=False).chosen == (2,)


@pytest.mark.parametrize(("terms", "named"), [([[True], [False], [False], [False]], True), ([[False]] * 4, False)])
def test_a_list_that_the_question_names(terms: list[list[bool]], named: bool) -> None:
    """Its introduction says most of the question."""
    listed = pool(*LIST, terms=terms)
    assert is_named_list(listed, choose(listed, np.asarray([0.01, 0.97, 0.01, 0.01]), several=True)) is named


def test_a_whole_list_for_several_things() -> None:
    """An item stands for its list where several things are asked for."""
    assert choose(pool(*LIST), np.asarray([0.01, 0.97, 0.01, 0.01]), several=True).chosen == (0, 1, 2)


@pytest.mark.parametrize(
    ("question", "several"),
    [("Who joined in 2015?", True), ("List everyone who sings alto.", True), ("How many joined?", True),
     ("Why did they join?", False), ("How did they join?", False)],
)  # fmt: skip
def test_questions_for_several_things(question: str, several: bool) -> None:
    """Who, which, what, where, when, how many, list and name may ask for several."""
    assert asks_for_several(question) is several


def test_short_lines_below_an_introduction_are_a_list() -> None:
    """Readers drop the markers of items that are whole sentences; sentences of one paragraph are none."""
    promises = pool(
        "He promised:", "He would not apply.", "He would not meet the press.", "In May he left for good by air."
    )
    assert chosen(promises, 0.9, 0.05, 0.03, 0.02) == (0,)
    lines = replace(promises, fills_lines=np.asarray([True, True, True, False]))
    assert chosen(lines, 0.9, 0.05, 0.03, 0.02) == (0, 1, 2)
